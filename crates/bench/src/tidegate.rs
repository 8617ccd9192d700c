//! `tidegate serve` as it would stand in front of a data API, with everything on: SQLite store, the
//! Beneath system, a service with a real secret, grants and quotas (set too high to be reached).

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use http::HeaderValue;
use tidegate_client::Client;
use tidegate_client::wire::{
    Changed, CreateObject, CreatedObject, GrantRequest, IssueSecret, IssuedSecret, Limit,
    QuotaLimits, SetQuota,
};

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
    pub(crate) api: Client,
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
        command
            .arg("serve")
            .arg("--config")
            .arg(&file)
            .arg("--until-stdin-ends");
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
    pub(crate) async fn issue(&self) -> Result<IssuedSecret> {
        issue(&self.api).await
    }

    /// Revokes the secret with the id `jti`.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn revoke(&self, jti: &str) -> Result<Changed> {
        self.api
            .revoke_secret(jti)
            .await
            .context("cannot revoke a secret")
    }

    /// Grants the service to read `stream`.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn grant_read(&self, stream: &str) -> Result<Changed> {
        let grant = self.api.grant(&grant(stream, &["read"])).await;
        grant.context("cannot grant")
    }

    /// Takes that grant back.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn revoke_read(&self, stream: &str) -> Result<Changed> {
        let revoked = self.api.revoke(&grant(stream, &["read"])).await;
        revoked.context("cannot revoke a grant")
    }
}

/// The path of a stream's records.
pub(crate) fn path(name: &str) -> String {
    format!("/acme/sales/{name}")
}

/// The release binary: the one that `TIDEGATE_BIN` names, or the one beside this program.
///
/// # Errors
/// When there is none.
pub(crate) fn binary() -> Result<PathBuf> {
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
pub(crate) fn is_secret(word: &str) -> bool {
    word.starts_with("ey") && word.split('.').count() == 3
}

/// Creates the owner, what is read and written, and the service. Returns the owner's client and the
/// service's secret.
async fn set_up(control: SocketAddr, operator: &str) -> Result<(Client, HeaderValue)> {
    let operator = client(control, operator)?;
    let owner = create(&operator, OWNER, None, None).await?;
    let owner = owner
        .secret
        .ok_or_else(|| Error::new("the owner was given no secret"))?;
    create(&operator, ORGANIZATION, Some(OWNER), None).await?;

    let api = client(control, &text(&owner)?)?;
    let limits = SetQuota {
        account: ORGANIZATION.to_owned(),
        anonymous: false,
        limits: quota(),
    };
    api.set_quota(&limits)
        .await
        .context("cannot set the organization's quota")?;
    create(&api, "project:acme/sales", None, None).await?;
    create(&api, SERVICE, None, Some(quota())).await?;
    for name in STREAMS {
        create(&api, &object(name), None, None).await?;
        let granted = api.grant(&grant(name, &["read", "write"])).await;
        granted.context(format_args!("cannot grant on {name}"))?;
    }
    let secret = issue(&api).await?;
    Ok((api, bearer(&text(&secret)?)?))
}

/// A new secret's text.
///
/// # Errors
/// When the answer has none.
pub(crate) fn text(issued: &IssuedSecret) -> Result<String> {
    let text = issued.secret.clone();
    text.ok_or_else(|| Error::new("a secret came without its text"))
}

fn client(control: SocketAddr, secret: &str) -> Result<Client> {
    Client::new(&format!("http://{control}"), Some(secret)).context("cannot use the API")
}

async fn create(
    api: &Client,
    object: &str,
    owner: Option<&str>,
    quota: Option<QuotaLimits>,
) -> Result<CreatedObject> {
    let owner = owner.map(str::to_owned);
    let request = CreateObject {
        object: object.to_owned(),
        display_name: None,
        links: BTreeMap::new(),
        owner,
        quota,
    };
    api.create_object(&request)
        .await
        .context(format_args!("cannot create {object}"))
}

async fn issue(api: &Client) -> Result<IssuedSecret> {
    let subject = SERVICE.to_owned();
    let request = IssueSecret {
        subject,
        kind: None,
        description: None,
        expires_in_s: None,
    };
    api.issue_secret(&request)
        .await
        .context("cannot issue a secret")
}

fn grant(stream: &str, relations: &[&str]) -> GrantRequest {
    let relations = relations.iter().copied().map(str::to_owned).collect();
    GrantRequest {
        object: object(stream),
        relations,
        subject: SERVICE.to_owned(),
    }
}

fn object(stream: &str) -> String {
    format!("stream:acme/sales/{stream}")
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
