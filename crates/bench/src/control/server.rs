//! `tidegate serve` on the filled store, and that store: made once, kept, and copied for each run.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tidegate_client::Client;
use tidegate_client::wire::CreateObject;

use super::fill;
use super::world::{FEW, OWNER, Thing};
use crate::connection::{Ask, Connection};
use crate::error::{Context, Error, Result};
use crate::process::{self, Process};
use crate::table::note;
use crate::tidegate::{binary, is_secret, text};

/// What the kept store is made by: with another text of these, another store.
const MADE_BY: [&str; 4] = [
    include_str!("world.rs"),
    include_str!("fill.rs"),
    include_str!("../../../tidegate-control/systems/beneath/model.fga"),
    include_str!("../../../tidegate-control/systems/beneath/system.toml"),
];
/// How often readiness is asked for.
const POLL: Duration = Duration::from_millis(2);
/// How long a start may take before it counts as failed.
const START: Duration = Duration::from_secs(120);

/// Secrets of who asks, as the API gave them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Secrets {
    /// The first operator's.
    pub(crate) operator: String,
    /// Of the admin of the first organization.
    pub(crate) owner: String,
    /// Of who sees a hundred projects.
    pub(crate) few: String,
}

/// The filled store.
pub(crate) struct FilledStore {
    /// As `control.store` names it.
    pub(crate) url: String,
    /// Secrets of who asks.
    pub(crate) secrets: Secrets,
}

impl FilledStore {
    /// The filled store, made now unless it is kept from an earlier run: for SQLite a copy in `folder`;
    /// with `store` (`postgres://…`) what that names, which must be empty at first.
    ///
    /// # Errors
    /// When it cannot be made or copied.
    pub(crate) async fn ready(folder: &Path, store: Option<&str>) -> Result<Self> {
        let kept = kept(store)?;
        let file = kept.join("tidegate.db");
        let secrets = kept.join("secrets.json");
        let url = |file: &Path| store.map_or_else(|| sqlite(file), str::to_owned);
        let is_empty = match store {
            Some(url) => fill::is_empty(url).await?,
            None => !secrets.is_file(),
        };
        if !is_empty && !secrets.is_file() {
            return Err(Error::new(
                "the database is not empty, and what an earlier run knew of it is not kept: create it anew",
            ));
        }
        if is_empty {
            // What is there is of a run that was broken off.
            let _ = fs::remove_dir_all(&kept);
            private_folder(&kept)?;
            let made = make(&kept, &url(&file)).await?;
            let text = serde_json::to_vec(&made).context("cannot keep the secrets")?;
            fs::write(&secrets, text).context("cannot keep the secrets")?;
        }
        let text = fs::read(&secrets).context("cannot read the secrets")?;
        let secrets = serde_json::from_slice(&text).context("cannot read the secrets")?;
        if store.is_some() {
            return Ok(Self {
                url: url(&file),
                secrets,
            });
        }
        let copy = folder.join("tidegate.db");
        fs::copy(&file, &copy).context(format_args!("cannot copy {}", file.display()))?;
        Ok(Self {
            url: sqlite(&copy),
            secrets,
        })
    }
}

/// Makes a store, its first users, and what it is filled with.
async fn make(folder: &Path, url: &str) -> Result<Secrets> {
    let mut server = Server::start(folder, url).await?;
    let operator = server
        .process
        .wait_for("printing the operator's secret", |process| {
            let written = process.written().ok()?;
            let mut words = written.split_whitespace();
            words.find(|word| is_secret(word)).map(str::to_owned)
        })?;
    let api = server.client(&operator)?;
    let mut secrets = Vec::new();
    for n in [OWNER, FEW] {
        let request = CreateObject {
            object: Thing::User(n).name(),
            display_name: None,
            links: BTreeMap::new(),
            owner: None,
            quota: None,
        };
        let created = api.create_object(&request).await;
        let created = created.context(format_args!("cannot create {}", request.object))?;
        let issued = created.secret;
        let issued = issued.ok_or_else(|| Error::new("a user was given no secret"))?;
        secrets.push(text(&issued)?);
    }
    server.process.end()?;
    fill::fill(url).await?;
    let [owner, few] = secrets
        .try_into()
        .map_err(|_| Error::new("not two secrets"))?;
    Ok(Secrets {
        operator,
        owner,
        few,
    })
}

/// A running `tidegate serve`.
pub(crate) struct Server {
    /// The process.
    pub(crate) process: Process,
    /// Where its API is.
    pub(crate) control: SocketAddr,
    /// From its start until it was ready.
    pub(crate) took: Duration,
}

impl Server {
    /// Starts it on a store, its other files in `folder`, and waits until it is ready.
    ///
    /// # Errors
    /// When the binary is missing, or does not become ready.
    pub(crate) async fn start(folder: &Path, store: &str) -> Result<Self> {
        let [gateway, control, admin] = [
            process::free_address()?,
            process::free_address()?,
            process::free_address()?,
        ];
        let file = folder.join("tidegate.toml");
        let text = configuration(store, [gateway, control, admin]);
        fs::write(&file, text).context(format_args!("cannot write {}", file.display()))?;
        let mut command = Command::new(binary()?);
        command.arg("serve").arg("--config").arg(&file).args([
            "--until-stdin-ends",
            "--log",
            "warn",
        ]);
        let begun = Instant::now();
        let mut process = Process::start("tidegate", command, folder)?;
        ready(&mut process, control, begun + START).await?;
        Ok(Self {
            process,
            control,
            took: begun.elapsed(),
        })
    }

    /// The API, for the holder of a secret.
    ///
    /// # Errors
    /// When the secret cannot be sent.
    pub(crate) fn client(&self, secret: &str) -> Result<Client> {
        Client::new(&format!("http://{}", self.control), Some(secret)).context("cannot use the API")
    }
}

/// Asks `/readyz` until the answer is 200; returns its content.
///
/// # Errors
/// When the process ends, or the deadline passes.
pub(crate) async fn ready(
    process: &mut Process,
    at: SocketAddr,
    deadline: Instant,
) -> Result<Bytes> {
    let ask = Ask {
        method: Method::GET,
        target: Uri::from_static("/readyz"),
        authorization: None,
        content: Bytes::new(),
    };
    loop {
        // Nobody listens there at first.
        if let Ok(mut connection) = Connection::open(at).await
            && let Ok(answer) = connection.exchange(&ask).await
            && answer.status == StatusCode::OK
        {
            return Ok(answer.content);
        }
        process.alive("being ready")?;
        if Instant::now() > deadline {
            return Err(process.failed("did not become ready"));
        }
        tokio::time::sleep(POLL).await;
    }
}

fn configuration(store: &str, [gateway, control, admin]: [SocketAddr; 3]) -> String {
    format!(
        r#"[control]
listen = "{control}"
store = "{store}"
system = "beneath"
issuer = "https://tidegate.example"

[gateway]
listen = ["{gateway}"]
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
    )
}

/// Where the store is kept: beside the folder of this program, in the target folder.
fn kept(store: Option<&str>) -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    (MADE_BY, store).hash(&mut hasher);
    let name = format!("bench-control-{:016x}", hasher.finish());
    let program = std::env::current_exe().context("cannot find this program")?;
    let target = program.ancestors().nth(2);
    let target = target.ok_or_else(|| Error::new("this program is in no target folder"))?;
    let kept = target.join(name);
    if !kept.is_dir() {
        note(&format!("making the store {} …", kept.display()));
    }
    Ok(kept)
}

fn private_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().mode(0o700).create(path);
    made.context(format_args!("cannot create {}", path.display()))
}

fn sqlite(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// A folder for one run, on the disk that the store is kept on. It is removed when this value goes.
pub(crate) struct RunFolder(PathBuf);

impl RunFolder {
    /// Makes it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create() -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let target = program.ancestors().nth(2);
        let target = target.ok_or_else(|| Error::new("this program is in no target folder"))?;
        let path = target.join(format!("bench-control-run-{}", std::process::id()));
        private_folder(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What is left behind lies in the target folder, which is thrown away at will.
        let _ = fs::remove_dir_all(&self.0);
    }
}
