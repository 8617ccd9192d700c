//! How soon a change is visible on a gateway that follows: from the change's answer, and from just before
//! it was sent, until the gateway's `/readyz` tells the change's revision.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use serde::Deserialize;
use tidegate_client::wire::{CreateObject, IssueSecret};

use super::grants::new_grant;
use super::server::{self, Secrets, Server};
use crate::connection::{Ask, Connection};
use crate::error::{Context, Error, Result};
use crate::process::{self, Process};
use crate::statistics::{max, percentile_us};
use crate::table::{Goal, Row, note};
use crate::tidegate::{binary, text};

/// The case's name.
pub(super) const NAME: &str = "follow";
/// The node's name.
const NODE: &str = "node:bench";
/// Changes: half of them grants, half revocations.
const CHANGES: u32 = 500;
/// How long the gateway may take to load the bundle.
const START: Duration = Duration::from_secs(120);
/// When to give up on a change.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Ready {
    revision: u64,
}

/// Measures; nothing when this `tidegate` has no `gateway`.
///
/// # Errors
/// When the gateway does not start, or does not follow.
pub(super) async fn run(folder: &Path, server: &Server, secrets: &Secrets) -> Result<Vec<Row>> {
    note(&format!("{NAME} …"));
    let help = Command::new(binary()?)
        .args(["gateway", "--help"])
        .stdin(Stdio::null())
        .output();
    if !help.context("cannot start tidegate")?.status.success() {
        note(&format!(
            "{NAME}: left out: `tidegate gateway` is not there"
        ));
        return Ok(Vec::new());
    }
    let secret = node(server, &secrets.operator).await?;
    let begun = Instant::now();
    let (_gateway, admin) = start(folder, server, &secret).await?;
    let started = begun.elapsed();

    let api = server.client(&secrets.owner)?;
    let mut connection = Connection::open(admin).await?;
    let (mut from_answer, mut from_call) = (Vec::new(), Vec::new());
    for number in 0..CHANGES {
        let request = new_grant(number / 2);
        let called = Instant::now();
        let changed = if number.is_multiple_of(2) {
            api.grant(&request).await
        } else {
            api.revoke(&request).await
        };
        let answered = Instant::now();
        let revision = changed.context("cannot change a grant")?.revision;
        while held(&mut connection).await? < revision {
            if answered.elapsed() > PATIENCE {
                return Err(Error::new("a change was not followed"));
            }
        }
        from_answer.push(answered.elapsed());
        from_call.push(called.elapsed());
    }
    from_answer.sort_unstable();
    from_call.sort_unstable();
    let row = |what: &str, value, goal| Row::alone(format!("{NAME}: {what}"), "ms", value, goal);
    let ms = |of: &[Duration], share| percentile_us(of, share) / 1e3;
    let goal = Some(Goal::Under(50.0));
    let longest: Vec<f64> = from_call
        .iter()
        .map(|took| took.as_secs_f64() * 1e3)
        .collect();
    Ok(vec![
        row("answer to visible, p50", ms(&from_answer, 0.5), None),
        row("answer to visible, p99", ms(&from_answer, 0.99), goal),
        row("call to visible, p50", ms(&from_call, 0.5), None),
        row("call to visible, p99", ms(&from_call, 0.99), goal),
        row("call to visible, longest", max(&longest), None),
        Row::alone(
            format!("{NAME}: a gateway's start, with the whole bundle"),
            "s",
            started.as_secs_f64(),
            None,
        ),
    ])
}

/// A new secret of a node, which is created unless it is there.
async fn node(server: &Server, operator: &str) -> Result<String> {
    let api = server.client(operator)?;
    let request = CreateObject {
        object: NODE.to_owned(),
        display_name: None,
        links: BTreeMap::new(),
        owner: None,
        quota: None,
    };
    // In a PostgreSQL database it is from the run before.
    if api.object(NODE).await.is_err() {
        let created = api.create_object(&request).await;
        created.context(format_args!("cannot create {NODE}"))?;
    }
    let request = IssueSecret {
        subject: NODE.to_owned(),
        kind: None,
        description: None,
        expires_in_s: None,
    };
    let issued = api.issue_secret(&request).await;
    text(&issued.context(format_args!("cannot issue a secret of {NODE}"))?)
}

/// Starts a gateway and waits until it holds the bundle.
async fn start(folder: &Path, server: &Server, secret: &str) -> Result<(Process, SocketAddr)> {
    let (listen, admin) = (process::free_address()?, process::free_address()?);
    let file = folder.join("gateway.toml");
    let text = format!(
        r#"[gateway]
listen = ["{listen}"]
admin_listen = "{admin}"

[gateway.upstream.data]
url = "http://127.0.0.1:9"

[[gateway.route]]
path = "/{{organization}}/{{project}}/{{stream}}"
resource = "stream:{{organization}}/{{project}}/{{stream}}"
upstream = "data"
actions = {{ GET = "can_read" }}
query = []
"#
    );
    fs::write(&file, text).context(format_args!("cannot write {}", file.display()))?;
    let mut command = Command::new(binary()?);
    command
        .arg("gateway")
        .arg("--control")
        .arg(format!("http://{}", server.control))
        .arg("--config")
        .arg(&file)
        .args(["--until-stdin-ends", "--log", "warn"])
        .env("TIDEGATE_NODE_SECRET", secret);
    let mut process = Process::start("gateway", command, folder)?;
    server::ready(&mut process, admin, Instant::now() + START).await?;
    Ok((process, admin))
}

/// The revision that the gateway holds.
async fn held(connection: &mut Connection) -> Result<u64> {
    let ask = Ask {
        method: Method::GET,
        target: Uri::from_static("/readyz"),
        authorization: None,
        content: Bytes::new(),
    };
    let answer = connection.exchange(&ask).await?;
    if answer.status != StatusCode::OK {
        return Err(Error::new(format!(
            "the gateway answered {}",
            answer.status
        )));
    }
    let ready: Ready = serde_json::from_slice(&answer.content).context("no JSON")?;
    Ok(ready.revision)
}
