//! Gateways of their own, and a follower that only reads.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use http::{Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tidegate_client::wire::WatchLine;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::http::{empty, get, send};
use crate::upstream::Upstream;
use crate::world::{
    Folder, PATIENCE, ROUTES, Server, Shown, World, config, create, issue, program,
};

/// `tidegate gateway`, running.
pub(crate) struct Node {
    child: Child,
    pub(crate) gateway: SocketAddr,
    pub(crate) admin: SocketAddr,
    log: mpsc::UnboundedReceiver<String>,
}

/// A control plane that says otherwise than usual when a node is silent.
pub(crate) async fn world_with(control: &str) -> World {
    let upstream = Upstream::start().await;
    let folder = Folder::new();
    let path = config(&folder, &upstream.url(), "", ROUTES);
    rewrite(&path, |text| {
        text.replace("[control]\n", &format!("[control]\n{control}\n"))
    });
    let server = Server::start(&path).await;
    let operator = server.printed.clone().expect("the operator's secret");
    // A control plane that nodes follow has an address that stays.
    let address = server.control;
    rewrite(&path, |text| {
        text.replacen(
            "listen = \"127.0.0.1:0\"",
            &format!("listen = \"{address}\""),
            1,
        )
    });
    World {
        server,
        upstream,
        folder,
        operator,
    }
}

pub(crate) async fn world() -> World {
    world_with("").await
}

fn rewrite(path: &Path, change: impl FnOnce(&str) -> String) {
    let text = std::fs::read_to_string(path).expect("the configuration");
    std::fs::write(path, change(&text)).expect("writes the configuration");
}

/// A node's secret.
pub(crate) async fn enrol(world: &World, name: &str) -> Shown {
    let operator = world.api(&world.operator);
    let object = format!("node:{name}");
    create(&operator, &object, None).await;
    issue(&operator, &object).await
}

/// Starts a node and waits until it has loaded the bundle.
pub(crate) async fn node(world: &World, name: &str, settings: &str) -> Node {
    let secret = enrol(world, name).await;
    let control = format!("http://{}", world.server.control);
    let node = Node::start(world, name, &control, &secret.secret, settings).await;
    node.reaches(1).await;
    node
}

impl Node {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(
        world: &World,
        name: &str,
        control: &str,
        secret: &str,
        settings: &str,
    ) -> Self {
        let mut command = command(world, name, control, settings);
        command.env("TIDEGATE_NODE_SECRET", secret);
        Self::listening(command).await
    }

    /// The same, with its secret in a file.
    pub(crate) async fn start_from_file(
        world: &World,
        name: &str,
        secret_file: &Path,
        settings: &str,
    ) -> Self {
        let control = format!("http://{}", world.server.control);
        let mut command = command(world, name, &control, settings);
        command.arg("--secret-file").arg(secret_file);
        Self::listening(command).await
    }

    async fn listening(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("starts");
        let (sender, mut log) = mpsc::unbounded_channel();
        let mut errors = BufReader::new(child.stderr.take().expect("piped")).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = errors.next_line().await {
                let _ = sender.send(line);
            }
        });
        let (mut gateway, mut admin) = (None, None);
        let mut said = Vec::new();
        while gateway.is_none() || admin.is_none() {
            let line = tokio::time::timeout(PATIENCE, log.recv())
                .await
                .expect("says where it listens")
                .unwrap_or_else(|| panic!("it ended: {said:#?}"));
            let fields = serde_json::from_str::<Value>(&line).unwrap_or_default();
            let fields = &fields["fields"];
            let address = fields["address"].as_str().and_then(|a| a.parse().ok());
            match (fields["message"].as_str(), fields["listener"].as_str()) {
                (Some("listening"), Some("gateway")) => gateway = address,
                (Some("listening"), Some("admin")) => admin = address,
                _ => {}
            }
            said.push(line);
        }
        Self {
            child,
            gateway: gateway.expect("listens"),
            admin: admin.expect("listens"),
            log,
        }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway)
    }

    /// The revision it holds; none when it is not ready.
    pub(crate) async fn revision(&self) -> Option<u64> {
        let (status, ready) = get(&format!("http://{}/readyz", self.admin), None).await;
        match status {
            StatusCode::OK => Some(ready["revision"].as_u64().expect("a revision")),
            StatusCode::SERVICE_UNAVAILABLE => None,
            other => panic!("/readyz: {other}"),
        }
    }

    /// Waits until it holds a revision.
    pub(crate) async fn reaches(&self, revision: u64) {
        eventually("the node follows", async || {
            self.revision().await.is_some_and(|held| held >= revision)
        })
        .await;
    }

    /// Waits until it answers 503 to its operator and to callers.
    pub(crate) async fn gives_up(&self) {
        eventually("the node gives up", async || {
            self.revision().await.is_none()
        })
        .await;
        let (status, _) = get(&self.url("/acme/sales/orders"), None).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }

    /// Waits for a line of its log.
    pub(crate) async fn says(&mut self, words: &str) {
        let mut said = Vec::new();
        let waited = async {
            loop {
                let line = self.log.recv().await;
                let line = line.unwrap_or_else(|| panic!("it ended: {said:#?}"));
                if line.contains(words) {
                    return;
                }
                said.push(line);
            }
        };
        let heard = tokio::time::timeout(PATIENCE, waited).await;
        assert!(heard.is_ok(), "it never says `{words}`");
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// SIGTERM, until it has ended well.
    pub(crate) async fn stop(mut self) {
        let pid = self.child.id().expect("still running").to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.await.expect("kill runs").success());
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        assert_eq!(ended.expect("stops").expect("waited for").code(), Some(0));
    }
}

fn command(world: &World, name: &str, control: &str, settings: &str) -> Command {
    let mut command = Command::new(program());
    command
        .args(["gateway", "--control", control, "--config"])
        .arg(node_config(world, name, settings))
        .args(["--log-format", "json"]);
    command
}

fn node_config(world: &World, name: &str, settings: &str) -> PathBuf {
    let text = format!(
        "[gateway]\nlisten = [\"127.0.0.1:0\"]\nadmin_listen = \"127.0.0.1:0\"\n{settings}\n\
         [gateway.upstream.data]\nurl = \"{}\"\n{ROUTES}",
        world.upstream.url()
    );
    let path = world.folder.path().join(format!("{name}.toml"));
    std::fs::write(&path, text).expect("writes the configuration");
    path
}

/// Asks again and again until it is so.
pub(crate) async fn eventually(what: &str, so: impl AsyncFn() -> bool) {
    let waited = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "not in time: {what}");
}

/// Reads `GET /v1/watch`, line by line.
pub(crate) struct Follower {
    body: Incoming,
    buffer: Vec<u8>,
}

impl Follower {
    pub(crate) async fn start(world: &World, secret: &str, from: u64) -> Self {
        let url = format!("http://{}/v1/watch?from={from}", world.server.control);
        let answer = send(Method::GET, &url, Some(secret), empty())
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        Self {
            body: answer.into_body(),
            buffer: Vec::new(),
        }
    }

    /// The next line; none at the end of the stream, well or not.
    pub(crate) async fn next(&mut self) -> Option<WatchLine> {
        loop {
            if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).expect("a line"));
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame())
                .await
                .expect("says something each second");
            let piece = frame?.ok()?.into_data().ok()?;
            self.buffer.extend_from_slice(&piece);
        }
    }

    /// The next one that is no heartbeat.
    pub(crate) async fn next_news(&mut self) -> Option<WatchLine> {
        loop {
            match self.next().await? {
                WatchLine::Heartbeat { .. } => {}
                news => return Some(news),
            }
        }
    }

    /// Reads revisions up to one, and holds that each comes once, in order.
    pub(crate) async fn up_to(&mut self, mut held: u64, revision: u64) {
        while held < revision {
            match self.next_news().await.expect("goes on") {
                WatchLine::Revision(changes) => {
                    assert_eq!(changes.revision, held + 1, "each once, and in order");
                    held = changes.revision;
                }
                // Limits may have been set.
                WatchLine::CallBack { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
