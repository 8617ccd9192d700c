//! The one harness: `tidegate serve` as a user starts it, on free ports, with an upstream behind it.
//!
//! Everything stops and is removed when a [`World`] is dropped, also when a test fails.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tidegate_client::Client;
use tidegate_client::wire::{
    Balance, CreateObject, GrantRequest, IssueSecret, IssuedSecret, Limit, QuotaLimits, SetQuota,
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::upstream::Upstream;

/// How long anything may take before a test says that it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const STREAM: &str = "stream:acme/sales/orders";
pub(crate) const BOT: &str = "service:acme/sales/bot";
pub(crate) const ORGANIZATION: &str = "organization:acme";

/// The routes that most tests use: a stream's records, any query.
pub(crate) const ROUTES: &str = r#"
[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "data"
upstream_path = "/records/{stream}"
actions = { GET = "can_read", POST = "can_write" }
query = "any"
"#;

/// A folder of its own, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::SeqCst);
            let name = format!("tidegate-test-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match std::fs::create_dir(&path) {
                Ok(()) => return Self(path),
                // Of a test that was killed, and had the same number as this process.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program under test: `TIDEGATE_BIN`, else the one that was built beside the tests.
pub(crate) fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("TIDEGATE_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("the test's own path");
    let beside = test
        .ancestors()
        .nth(2)
        .expect("target/PROFILE/deps/it")
        .join("tidegate");
    assert!(
        beside.exists(),
        "no {}: `cargo build -p tidegate` first, or `cargo xtask test e2e`",
        beside.display()
    );
    beside
}

/// `tidegate serve`, running.
pub(crate) struct Server {
    child: Child,
    pub(crate) gateway: SocketAddr,
    pub(crate) control: SocketAddr,
    pub(crate) admin: SocketAddr,
    /// What it printed to standard output: the first operator's secret, once.
    pub(crate) printed: Option<String>,
    log: mpsc::UnboundedReceiver<String>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(config: &Path) -> Self {
        let mut child = Command::new(program())
            .arg("serve")
            .arg("--config")
            .arg(config)
            .args(["--log-format", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped")).lines();
        // One line at the most: whoever wants it need not wait for the end of the program.
        let printed = tokio::spawn(async move { output.next_line().await });
        let (sender, mut log) = mpsc::unbounded_channel();
        let mut errors = BufReader::new(child.stderr.take().expect("piped")).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = errors.next_line().await {
                let _ = sender.send(line);
            }
        });
        let mut listening = Listening::default();
        let mut said = Vec::new();
        while !listening.all() {
            let line = tokio::time::timeout(PATIENCE, log.recv())
                .await
                .expect("says where it listens");
            let line = line.unwrap_or_else(|| panic!("it ended: {said:#?}"));
            listening.note(&line);
            said.push(line);
        }
        let Listening {
            gateway,
            control,
            admin,
            fresh,
        } = listening;
        let printed = if fresh {
            let printed = tokio::time::timeout(PATIENCE, printed)
                .await
                .expect("prints");
            printed.expect("no panic").expect("text")
        } else {
            None
        };
        Self {
            child,
            gateway: gateway.expect("listens"),
            control: control.expect("listens"),
            admin: admin.expect("listens"),
            printed,
            log,
        }
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// SIGTERM, and its exit code.
    pub(crate) async fn stop(mut self) -> Option<i32> {
        self.signal("-TERM").await;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("stops");
        ended.expect("waited for").code()
    }

    pub(crate) async fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill")
            .args([signal, &pid])
            .status()
            .await
            .expect("kill runs");
        assert!(sent.success());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("still running")
    }

    /// The next line of its log; none when it has ended.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        self.log.recv().await
    }

    /// What it has logged since it listens.
    pub(crate) fn logged(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.log.try_recv().ok()).collect()
    }
}

/// Where it listens, from its log.
#[derive(Default)]
struct Listening {
    gateway: Option<SocketAddr>,
    control: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    /// The store was empty.
    fresh: bool,
}

impl Listening {
    fn note(&mut self, line: &str) {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return;
        };
        let fields = &line["fields"];
        if fields["message"] == "the store is new" {
            self.fresh = true;
        }
        if fields["message"] != "listening" {
            return;
        }
        let address = fields["address"]
            .as_str()
            .and_then(|text| text.parse().ok());
        match fields["listener"].as_str() {
            Some("gateway") => self.gateway = address,
            Some("control") => self.control = address,
            Some("admin") => self.admin = address,
            other => panic!("listens as {other:?}"),
        }
    }

    fn all(&self) -> bool {
        self.gateway.is_some() && self.control.is_some() && self.admin.is_some()
    }
}

/// A server, its store, an upstream, and the operator's secret.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) upstream: Upstream,
    pub(crate) folder: Folder,
    pub(crate) operator: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with("", ROUTES).await
    }

    /// `settings` go into `[gateway]`, `routes` below it.
    pub(crate) async fn start_with(settings: &str, routes: &str) -> Self {
        let upstream = Upstream::start().await;
        Self::start_before(upstream, settings, routes).await
    }

    /// Another system than Beneath, without routes.
    pub(crate) async fn start_as(system: &str) -> Self {
        Self::start_all(system, Upstream::start().await, "", "").await
    }

    pub(crate) async fn start_before(upstream: Upstream, settings: &str, routes: &str) -> Self {
        Self::start_all("beneath", upstream, settings, routes).await
    }

    async fn start_all(system: &str, upstream: Upstream, settings: &str, routes: &str) -> Self {
        let folder = Folder::new();
        let config = config_of(system, &folder, &upstream.url(), settings, routes);
        let server = Server::start(&config).await;
        let operator = server.printed.clone().expect("the operator's secret");
        Self {
            server,
            upstream,
            folder,
            operator,
        }
    }

    /// Starts again on the same store, after a kill or a stop.
    pub(crate) async fn restart(self, kill: bool) -> Self {
        let Self {
            server,
            upstream,
            folder,
            operator,
        } = self;
        if kill {
            server.kill().await;
        } else {
            assert_eq!(server.stop().await, Some(0));
        }
        let server = Server::start(&folder.path().join("tidegate.toml")).await;
        assert!(
            server.printed.is_none(),
            "the operator's secret is printed once"
        );
        Self {
            server,
            upstream,
            folder,
            operator,
        }
    }

    /// A client of the API.
    pub(crate) fn api(&self, secret: &str) -> Client {
        Client::new(&format!("http://{}", self.server.control), Some(secret)).expect("a URL")
    }

    /// The URL of a path of the gateway.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.gateway)
    }

    /// The example of the Beneath documents: alice runs acme, whose bot may read and write a stream.
    pub(crate) async fn example(&self) -> Example {
        let operator = self.api(&self.operator);
        let created = create(&operator, "user:alice", None).await;
        let alice = Shown::from(created.secret.expect("a first secret")).secret;
        create(&operator, ORGANIZATION, Some("user:alice")).await;
        let api = self.api(&alice);
        for object in ["project:acme/sales", STREAM, BOT] {
            create(&api, object, None).await;
        }
        grant(&api, STREAM, &["read", "write"], BOT).await;
        let bot = issue(&api, BOT).await;
        Example { alice, bot, api }
    }
}

/// A secret, when its text was shown.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) secret: String,
    pub(crate) jti: String,
}

impl From<IssuedSecret> for Shown {
    fn from(issued: IssuedSecret) -> Self {
        Self {
            secret: issued.secret.expect("shown this once"),
            jti: issued.jti,
        }
    }
}

pub(crate) struct Example {
    /// The secret of alice, the organization's admin.
    pub(crate) alice: String,
    /// A secret of the bot.
    pub(crate) bot: Shown,
    /// A client with alice's secret.
    pub(crate) api: Client,
}

impl Example {
    pub(crate) async fn limit(&self, account: &str, read: Option<u64>, write: Option<u64>) {
        let limits = QuotaLimits {
            read: read.map(Limit::Bytes),
            write: write.map(Limit::Bytes),
        };
        let request = SetQuota {
            account: account.to_owned(),
            anonymous: false,
            limits,
        };
        self.api.set_quota(&request).await.expect("sets the quota");
    }

    /// The reads and writes of the window in force.
    pub(crate) async fn balances(&self, account: &str) -> (Balance, Balance) {
        let usage = self
            .api
            .quota(account, false)
            .await
            .expect("shows the quota");
        for balance in [usage.read, usage.write] {
            let Balance {
                granted_bytes,
                spent_bytes,
                returned_bytes,
                forfeited_bytes,
                outstanding_bytes,
                limit_bytes: _,
                requests: _,
            } = balance;
            let parts = spent_bytes + returned_bytes + forfeited_bytes + outstanding_bytes;
            assert_eq!(
                granted_bytes, parts,
                "{account}: the ledger does not add up: {balance:?}"
            );
        }
        (usage.read, usage.write)
    }

    /// Waits until the balances are as a condition says.
    pub(crate) async fn settled(
        &self,
        account: &str,
        as_wanted: impl Fn(&Balance, &Balance) -> bool,
    ) -> (Balance, Balance) {
        let waited = async {
            loop {
                let (read, write) = self.balances(account).await;
                if as_wanted(&read, &write) {
                    return (read, write);
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waited)
            .await
            .expect("settles")
    }
}

pub(crate) async fn create(
    api: &Client,
    object: &str,
    owner: Option<&str>,
) -> tidegate_client::wire::CreatedObject {
    let request = CreateObject {
        object: object.to_owned(),
        display_name: None,
        links: std::collections::BTreeMap::default(),
        owner: owner.map(ToOwned::to_owned),
        quota: None,
    };
    api.create_object(&request)
        .await
        .unwrap_or_else(|error| panic!("{object}: {error}"))
}

pub(crate) fn grant_request(object: &str, relations: &[&str], subject: &str) -> GrantRequest {
    GrantRequest {
        object: object.to_owned(),
        relations: relations.iter().map(|&name| name.to_owned()).collect(),
        subject: subject.to_owned(),
    }
}

pub(crate) async fn grant(api: &Client, object: &str, relations: &[&str], subject: &str) {
    api.grant(&grant_request(object, relations, subject))
        .await
        .expect("granted");
}

pub(crate) async fn issue(api: &Client, subject: &str) -> Shown {
    issue_for(api, subject, None).await
}

pub(crate) async fn issue_for(api: &Client, subject: &str, expires_in_s: Option<u64>) -> Shown {
    // A service's secrets are of one kind.
    let kind = subject.starts_with("user:").then(|| "full".to_owned());
    let request = IssueSecret {
        subject: subject.to_owned(),
        kind,
        description: Some("test".to_owned()),
        expires_in_s,
    };
    api.issue_secret(&request).await.expect("issued").into()
}

/// Writes a configuration of Beneath into the folder; every port is a free one.
pub(crate) fn config(folder: &Folder, upstream: &str, settings: &str, routes: &str) -> PathBuf {
    config_of("beneath", folder, upstream, settings, routes)
}

fn config_of(
    system: &str,
    folder: &Folder,
    upstream: &str,
    settings: &str,
    routes: &str,
) -> PathBuf {
    let store = folder.path().join("tidegate.db");
    let text = format!(
        r#"[control]
listen = "127.0.0.1:0"
store = "sqlite:{}"
system = "{system}"
issuer = "https://tidegate.test"

[gateway]
listen = ["127.0.0.1:0"]
admin_listen = "127.0.0.1:0"
{settings}

[gateway.upstream.data]
url = "{upstream}"
{routes}"#,
        store.display()
    );
    let path = folder.path().join("tidegate.toml");
    std::fs::write(&path, text).expect("writes the configuration");
    path
}
