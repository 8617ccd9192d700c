//! The example of the Beneath documents: alice runs acme, whose bot reads and writes a stream.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::programs::Programs;
use super::state::State;
use super::{Folders, Ports};
use crate::Failure;

/// The stream, at the gateway.
pub(super) const PATH: &str = "/acme/sales/orders";
pub(super) const STREAM: &str = "stream:acme/sales/orders";
pub(super) const BOT: &str = "service:acme/sales/bot";

/// The configuration of `tidegate serve`.
pub(super) fn config(ports: Ports, store: &Path) -> String {
    let Ports {
        gateway,
        control,
        metrics,
        sample,
    } = ports;
    // As JSON a text is a TOML text too.
    let store = Value::String(format!("sqlite:{}", store.display()));
    format!(
        r#"# Written by `cargo xtask quickstart` at each start.

[control]
listen = "{control}"
store = {store}
system = "beneath"
issuer = "https://tidegate.localhost"

[gateway]
listen = ["{gateway}"]
admin_listen = "{metrics}"

[gateway.timeouts]
shutdown_ms = 5000

[gateway.upstream.sample]
url = "http://{sample}"

[[gateway.route]]
path = "/{{organization}}/{{project}}/{{stream}}"
resource = "stream:{{organization}}/{{project}}/{{stream}}"
upstream = "sample"
actions = {{ GET = "can_read", HEAD = "can_read", POST = "can_write" }}
query = ["limit", "cursor"]
"#
    )
}

/// Sets it up through the command line, as a user would, going on where an earlier run was cut off.
pub(super) fn set_up(
    programs: &Programs,
    state: &mut State,
    ports: Ports,
    folders: &Folders,
) -> Result<(), Failure> {
    let operator = Tidegate {
        program: programs.tidegate(),
        ports,
        secret: &state.operator_secret,
    };
    if state.admin_secret.is_none() {
        let alice = operator.run(&["create", "user:alice", "--display-name", "Alice"])?;
        let secret = alice
            .as_ref()
            .and_then(|alice| alice.pointer("/secret/secret")?.as_str());
        let Some(secret) = secret else {
            return Err(Failure::failed(
                "an earlier run was cut off before it kept alice's secret\n  \
                 next: start over: cargo xtask quickstart --fresh",
            ));
        };
        state.admin_secret = Some(secret.to_owned());
        state.keep(folders)?;
    }
    operator.run(&["create", "organization:acme", "--owner", "user:alice"])?;
    let alice = Tidegate {
        secret: &state.admin_secret,
        ..operator
    };
    alice.run(&["create", "project:acme/sales"])?;
    alice.run(&["create", STREAM])?;
    alice.run(&[
        "create",
        BOT,
        "--read-quota-mb",
        "100",
        "--write-quota-mb",
        "100",
    ])?;
    alice.run(&["grant", STREAM, "read", "write", "--to", BOT])?;
    let issued = alice.run(&[
        "secret",
        "issue",
        BOT,
        "--description",
        "cargo xtask quickstart",
    ])?;
    let secret = issued
        .as_ref()
        .and_then(|issued| issued.get("secret")?.as_str());
    let secret = secret.ok_or_else(|| Failure::failed("a secret was issued without its text"))?;
    state.service_secret = Some(secret.to_owned());
    state.keep(folders)
}

/// The command line, with someone's secret.
struct Tidegate<'a> {
    program: &'a Path,
    ports: Ports,
    secret: &'a Option<String>,
}

impl Tidegate<'_> {
    /// The answer; none where it was there before.
    fn run(&self, arguments: &[&str]) -> Result<Option<Value>, Failure> {
        let what = format!("tidegate {}", arguments.join(" "));
        let output = Command::new(self.program)
            .arg("--json")
            .args(arguments)
            .env("TIDEGATE_URL", format!("http://{}", self.ports.control))
            .env(
                "TIDEGATE_SECRET",
                self.secret.as_deref().unwrap_or_default(),
            )
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::failed(format!("{what}: {error}")))?;
        let said = if output.status.success() {
            &output.stdout
        } else {
            &output.stderr
        };
        let said: Value = serde_json::from_slice(said).unwrap_or_default();
        if output.status.success() {
            return Ok(Some(said));
        }
        if said
            .pointer("/problem/status")
            .is_some_and(|status| status == 409)
        {
            return Ok(None);
        }
        let reason = said
            .get("error")
            .and_then(Value::as_str)
            .unwrap_or("failed without a reason");
        Err(Failure::failed(format!("{what}: {reason}")))
    }
}
