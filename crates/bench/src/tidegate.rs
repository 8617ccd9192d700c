//! `tidegate serve` as it would stand in front of a data API, with everything on: SQLite store, the
//! Beneath system, a service with a real secret, grants and quotas (set too high to be reached).

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use http::HeaderValue;
use tidegate_client::wire::{IssuedSecret, Limit, QuotaLimits};

use crate::api::Api;
use crate::connection::bearer;
use crate::error::{Context, Error, Result};
use crate::process::{self, Process};

/// Who reads and writes.
pub(crate) const SERVICE: &str = "service:acme/sales/bot";
/// Who pays.
const ORGANIZATION: &str = "organization:acme";
/// Who administers.
const OWNER: &str = "user:ada";
/// What can be asked of the upstream; each is a stream.
const STREAMS: [&str; 3] = ["small", "large", "chunked"];
/// A month's quota that no run uses up.
const QUOTA_BYTES: u64 = 1_000_000_000_000_000;

/// A running Tidegate, ready for the service's requests.
pub(crate) struct Tidegate {
    /// The process.
    pub(crate) process: Process,
    /// Where data is asked for.
    pub(crate) gateway: SocketAddr,
    /// The API, as the owner of everything.
    pub(crate) api: Api,
    /// The secret that the measurements use.
    pub(crate) authorization: HeaderValue,
}

impl Tidegate {
    /// Starts it in front of `upstream`, keeping its files in `folder`.
    ///
    /// # Errors
    /// When the binary is missing, does not start or refuses what it is asked.
    pub(crate) async fn start(folder: &Path, upstream: SocketAddr) -> Result<Self> {
        let gateway = process::free_address()?;
        let control = process::free_address()?;
        let admin = process::free_address()?;
        let file = folder.join("tidegate.toml");
        let text = configuration(folder, [gateway, control, admin], upstream);
        fs::write(&file, text).context(format_args!("cannot write {}", file.display()))?;

        let mut command = Command::new(binary()?);
        command.arg("serve").arg("--config").arg(&file);
        let mut process = Process::start("tidegate", command, folder)?;
        process.wait_for_port(control)?;
        process.wait_for_port(gateway)?;
        let operator = process.wait_for("printing the operator's secret", |process| {
            process
                .written()
                .ok()?
                .split_whitespace()
                .find(|word| is_secret(word))
                .map(str::to_owned)
        })?;
        let (api, authorization) = match set_up(control, &operator).await {
            Ok(ready) => ready,
            Err(error) => return Err(process.failed(&format!("could not be set up: {error}"))),
        };
        Ok(Self {
            process,
            gateway,
            api,
            authorization,
        })
    }

    /// Issues another secret of the service.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn issue(&mut self) -> Result<IssuedSecret> {
        self.api.issue(SERVICE).await
    }
}

/// The object of a stream.
pub(crate) fn stream(name: &str) -> String {
    format!("stream:acme/sales/{name}")
}

/// The path of a stream's records.
pub(crate) fn path(name: &str) -> String {
    format!("/acme/sales/{name}")
}

/// The release binary: the one that `TIDEGATE_BIN` names, or the one beside this program.
fn binary() -> Result<PathBuf> {
    let path = match std::env::var_os("TIDEGATE_BIN") {
        Some(path) => PathBuf::from(path),
        None => std::env::current_exe()
            .context("cannot find this program")?
            .with_file_name("tidegate"),
    };
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::new(format!(
        "there is no {}: build it with `cargo build --release -p tidegate`, or name it in TIDEGATE_BIN",
        path.display()
    )))
}

fn configuration(
    folder: &Path,
    [gateway, control, admin]: [SocketAddr; 3],
    upstream: SocketAddr,
) -> String {
    let folder = folder.display();
    format!(
        r#"[control]
listen = "{control}"
store = "sqlite:{folder}/tidegate.db"
system = "beneath"
issuer = "https://tidegate.example"

[gateway]
listen = ["{gateway}"]
admin_listen = "{admin}"

[gateway.upstream.data]
url = "http://{upstream}"

[[gateway.route]]
path = "/{{organization}}/{{project}}/{{stream}}"
resource = "stream:{{organization}}/{{project}}/{{stream}}"
upstream = "data"
actions = {{ GET = "can_read", HEAD = "can_read", POST = "can_write" }}
query = []
"#
    )
}

/// A signed token: three parts, the first of which opens a JSON object.
fn is_secret(word: &str) -> bool {
    word.starts_with("ey") && word.split('.').count() == 3
}

/// Creates the owner, what is read and written, and the service.
async fn set_up(control: SocketAddr, operator: &str) -> Result<(Api, HeaderValue)> {
    let mut operator = Api::open(control, operator).await?;
    let owner = operator.create(OWNER, None, None).await?;
    let owner = owner
        .secret
        .ok_or_else(|| Error::new("the owner was given no secret"))?;
    operator
        .create(ORGANIZATION, Some(OWNER), Some(quota()))
        .await?;

    let mut api = Api::open(control, &owner.secret).await?;
    api.create("project:acme/sales", None, None).await?;
    api.create(SERVICE, None, Some(quota())).await?;
    for name in STREAMS {
        let stream = stream(name);
        api.create(&stream, None, None).await?;
        api.grant(&stream, "read", SERVICE).await?;
        api.grant(&stream, "write", SERVICE).await?;
    }
    let secret = api.issue(SERVICE).await?;
    Ok((api, bearer(&secret.secret)?))
}

fn quota() -> QuotaLimits {
    let limit = Some(Limit::Bytes(QUOTA_BYTES));
    QuotaLimits {
        read: limit,
        write: limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_among_words() {
        for (word, is) in [
            ("eyJ0eXAi.eyJpc3Mi.c2ln", true),
            ("secret:", false),
            ("127.0.0", false),
            ("eyJ0eXAi.eyJpc3Mi", false),
        ] {
            assert_eq!(is_secret(word), is, "{word}");
        }
    }
}
