//! A worker before the gateway, under workerd: what may not pass is refused there, and the gateway never sees it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use http::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::http::{empty, json, pattern, send, text};
use crate::nodes::fleet::{Node, enrol, eventually, node, world};
use crate::tokens::exchange;
use crate::world::{
    BOT, Example, Folder, PATIENCE, STREAM, Server, World, create, grant_request, issue_for,
};

const ORDERS: &str = "/acme/sales/orders";

/// A file of this machine that tests need: as the environment names it, or in `target`.
fn needed(variable: &str, within_target: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let path = named.unwrap_or_else(|| target.join(within_target));
    assert!(
        path.exists(),
        "no {}: `cargo xtask test e2e` makes it",
        path.display()
    );
    path
}

/// The modules of the package, and what each is to workerd.
const MODULES: [(&str, &str); 5] = [
    ("dist/workerd/index.js", "esModule"),
    ("dist/workerd/edge.js", "esModule"),
    ("dist/workerd/ed25519.js", "esModule"),
    ("dist/core.wasm", "wasm"),
    ("dist/ed25519.wasm", "wasm"),
];

/// workerd with a worker, running; stops when dropped.
struct Edge {
    child: Child,
    address: SocketAddr,
    _folder: Folder,
}

impl Edge {
    /// `gateway`: where it sends on what passes.
    async fn start(control: SocketAddr, gateway: SocketAddr, node: &str, stale_s: u64) -> Self {
        let services = format!(
            r#"(name = "internet", network = (allow = ["private", "local", "public"])),
    (name = "gateway", external = (address = "{gateway}", http = ())),"#
        );
        let bindings = format!(
            r#"(name = "CONTROL", text = "http://{control}"),
    (name = "NODE_SECRET", text = "{node}"),
    (name = "MAX_STALENESS_S", json = "{stale_s}"),
    (name = "GATEWAY", service = "gateway"),"#
        );
        Self::serve(include_str!("../edge/worker.js"), &services, &bindings).await
    }

    async fn serve(worker: &str, services: &str, bindings: &str) -> Self {
        let package = needed("TIDEGATE_NPM", "npm/policy");
        let program = needed("TIDEGATE_WORKERD", "workerd/node_modules/.bin/workerd");
        let folder = Folder::new();
        let mut modules = String::new();
        for (file, kind) in MODULES {
            let to = folder.path().join(file);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("makes the folder");
            std::fs::copy(package.join(file), to).expect("copies");
            modules += &format!("(name = \"{file}\", {kind} = embed \"{file}\"),\n    ");
        }
        std::fs::write(folder.path().join("worker.js"), worker).expect("writes");
        let config = format!(
            r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    {services}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "edge")],
);
const edge :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    {modules}
  ],
  bindings = [
    {bindings}
  ],
  compatibilityDate = "2026-04-01",
);
"#
        );
        std::fs::write(folder.path().join("config.capnp"), config).expect("writes");
        let mut child = Command::new(program)
            .args(["serve", "config.capnp", "--control-fd=1"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = loop {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
            let line = line.expect("says where it listens").expect("text");
            let line = line.expect("it goes on");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            if event["event"] == "listen" {
                let port = event["port"].as_u64().expect("a port");
                break format!("127.0.0.1:{port}").parse().expect("an address");
            }
        };
        // Nobody reads what it says from now on.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            child,
            address,
            _folder: folder,
        }
    }

    /// Status, why the worker has refused it (none: the gateway has answered), and the body.
    async fn answer(&self, method: Method, path: &str, secret: Option<&str>) -> Answer {
        let url = format!("http://{}{path}", self.address);
        let body = match method {
            Method::POST => pattern(0, 10, true),
            _ => empty(),
        };
        let response = send(method, &url, secret, body).await.expect("an answer");
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let (refused, challenge) = (header("x-edge-refused"), header("www-authenticate"));
        let (allow, content_type) = (header("allow"), header("content-type"));
        let (status, problem) = json(response).await;
        Answer {
            status,
            refused,
            challenge,
            allow,
            content_type,
            problem,
        }
    }

    async fn reads(&self, secret: Option<&str>) -> Answer {
        self.answer(Method::GET, ORDERS, secret).await
    }

    /// Waits until a secret is refused for a reason, and no more is to come.
    async fn comes_to(&self, secret: Option<&str>, status: StatusCode, reason: &str) {
        eventually(reason, async || {
            let found = self.reads(secret).await;
            found.status == status && found.refused.as_deref() == Some(reason)
        })
        .await;
    }

    async fn stop(mut self) {
        self.child.kill().await.expect("killed");
    }
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    /// By the worker.
    refused: Option<String>,
    challenge: Option<String>,
    /// Of a path that has other methods.
    allow: Option<String>,
    content_type: Option<String>,
    problem: Value,
}

/// A control plane, a gateway in a process of its own, and the worker before it.
struct Site {
    world: World,
    example: Example,
    gateway: Node,
    edge: Edge,
}

impl Site {
    async fn start(stale_s: u64) -> Self {
        let world = world().await;
        let example = world.example().await;
        let gateway = node(&world, "gateway", "").await;
        let edge = enrol(&world, "edge").await.secret;
        let edge = Edge::start(world.server.control, gateway.gateway, &edge, stale_s).await;
        Self {
            world,
            example,
            gateway,
            edge,
        }
    }

    /// How many requests the gateway has answered or refused.
    async fn at_the_gateway(&self) -> u64 {
        let url = format!("http://{}/metrics", self.gateway.admin);
        let response = send(Method::GET, &url, None, empty()).await;
        let response = response.expect("an answer");
        let body = http_body_util::BodyExt::collect(response.into_body()).await;
        let body = body.expect("a whole body").to_bytes();
        let lines = String::from_utf8(body.to_vec()).expect("text");
        let counts = lines
            .lines()
            .filter(|line| line.starts_with("tidegate_requests_total"));
        let count = |line: &str| {
            line.rsplit_once(' ')
                .and_then(|(_, n)| n.parse::<u64>().ok())
        };
        counts.map(|line| count(line).expect("a count")).sum()
    }
}

#[track_caller]
fn check(found: &Answer, status: StatusCode, reason: &str) {
    assert_eq!(found.status, status, "{found:?}");
    assert_eq!(found.refused.as_deref(), Some(reason), "{found:?}");
    let expected_type = Some("application/problem+json");
    assert_eq!(found.content_type.as_deref(), expected_type);
    assert_eq!(found.problem["status"], status.as_u16());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_gets_only_what_passes_the_worker() {
    let site = Site::start(60).await;
    let Site {
        world,
        example,
        edge,
        ..
    } = &site;
    let bot = example.bot.secret.as_str();
    let before = site.at_the_gateway().await;

    // What passes.
    let read = edge.reads(Some(bot)).await;
    assert_eq!((read.status, read.refused), (StatusCode::OK, None));
    let written = edge.answer(Method::POST, ORDERS, Some(bot)).await;
    assert_eq!((written.status, written.refused), (StatusCode::OK, None));
    let passed = site.at_the_gateway().await - before;
    assert_eq!(passed, 2);
    let seen = world.upstream.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|seen| !seen.headers.contains_key("authorization"))
    );

    // What does not.
    let narrowed = exchange(world, bot, "can_read", None).await.secret;
    let elsewhere = exchange(world, bot, "organization:acme2", None)
        .await
        .secret;
    let node = enrol(world, "other").await.secret;
    let (head, signature) = bot.rsplit_once('.').expect("a signature");
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let tampered = format!("{head}.{first}{}", &signature[1..]);
    let other_claims = {
        let [header, _, signature] = bot.split('.').collect::<Vec<_>>()[..] else {
            panic!("three segments")
        };
        let [_, claims, _] = node.split('.').collect::<Vec<_>>()[..] else {
            panic!("three segments")
        };
        format!("{header}.{claims}.{signature}")
    };
    create(&world.api(&example.alice), "service:acme/sales/none", None).await;
    let without = issue_for(&world.api(&example.alice), "service:acme/sales/none", None).await;
    let read = edge.reads(Some(&narrowed)).await;
    assert_eq!((read.status, read.refused), (StatusCode::OK, None));
    #[rustfmt::skip]
    let cases = [
        ("no secret", Method::GET, ORDERS, None, StatusCode::UNAUTHORIZED, "not-granted"),
        ("no such route", Method::GET, "/acme", Some(bot), StatusCode::NOT_FOUND, "no-route"),
        ("a path to be read in two ways", Method::GET, "/acme/sales/a%2Fb", Some(bot), StatusCode::BAD_REQUEST, "path"),
        ("a secret in the query", Method::GET, "/acme/sales/orders?access_token=x", Some(bot), StatusCode::BAD_REQUEST, "query"),
        ("no such stream", Method::GET, "/acme/sales/none", Some(bot), StatusCode::FORBIDDEN, "unknown-resource"),
        ("no such method", Method::DELETE, ORDERS, Some(bot), StatusCode::METHOD_NOT_ALLOWED, "method"),
        ("no grant", Method::GET, ORDERS, Some(&*without.secret), StatusCode::FORBIDDEN, "not-granted"),
        ("narrowed to another action", Method::POST, ORDERS, Some(&*narrowed), StatusCode::FORBIDDEN, "scope-action"),
        ("narrowed to other objects", Method::GET, ORDERS, Some(&*elsewhere), StatusCode::FORBIDDEN, "scope-object"),
        ("tampered", Method::GET, ORDERS, Some(&*tampered), StatusCode::UNAUTHORIZED, "signature"),
        ("with the claims of another", Method::GET, ORDERS, Some(&*other_claims), StatusCode::UNAUTHORIZED, "signature"),
        ("for another audience", Method::GET, ORDERS, Some(&*node), StatusCode::UNAUTHORIZED, "audience"),
        ("no secret at all", Method::GET, ORDERS, Some("x"), StatusCode::UNAUTHORIZED, "malformed"),
    ];
    let passed = site.at_the_gateway().await;
    for (what, method, path, secret, status, reason) in cases {
        // The worker learns of what is new by itself.
        eventually(what, async || {
            let found = edge.answer(method.clone(), path, secret).await;
            found.status == status && found.refused.as_deref() == Some(reason)
        })
        .await;
        let found = edge.answer(method.clone(), path, secret).await;
        check(&found, status, reason);
        let challenge = match (status, secret) {
            (StatusCode::UNAUTHORIZED, None) => Some("Bearer realm=\"tidegate\""),
            (StatusCode::UNAUTHORIZED, Some(_)) => {
                Some("Bearer realm=\"tidegate\", error=\"invalid_token\"")
            }
            _ => None,
        };
        assert_eq!(found.challenge.as_deref(), challenge, "{what}");
        // The gateway, asked itself, says the same; of a path or a query that is refused also why.
        if status != StatusCode::BAD_REQUEST {
            let itself = site.gateway.url(path);
            let answer = send(method, &itself, secret, empty())
                .await
                .expect("an answer");
            let allow = answer.headers().get("allow");
            let allow = allow.map(|value| value.to_str().expect("text").to_owned());
            assert_eq!(allow, found.allow, "{what}");
            let (same, problem) = json(answer).await;
            assert_eq!((same, problem), (status, found.problem), "{what}");
        }
    }
    let itself = 11;
    assert_eq!(
        site.at_the_gateway().await,
        passed + itself,
        "nothing of it came through"
    );
    assert_eq!(world.upstream.seen().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_or_over_passes_no_longer() {
    let site = Site::start(5).await;
    let Site {
        world,
        example,
        edge,
        ..
    } = &site;
    let api = world.api(&example.alice);
    let bot = Some(example.bot.secret.as_str());
    assert_eq!(edge.reads(bot).await.refused, None);
    // Grants come and go.
    let request = grant_request(STREAM, &["read"], BOT);
    api.revoke(&request).await.expect("revoked");
    edge.comes_to(bot, StatusCode::FORBIDDEN, "not-granted")
        .await;
    api.grant(&request).await.expect("granted");
    eventually("it passes again", async || {
        edge.reads(bot).await.status == StatusCode::OK
    })
    .await;
    // A secret that ends by itself.
    let short = issue_for(&api, BOT, Some(3)).await;
    edge.comes_to(Some(&short.secret), StatusCode::UNAUTHORIZED, "expired")
        .await;
    // One of which a narrower one was made; and its principal.
    let narrowed = exchange(world, &example.bot.secret, "", None).await.secret;
    assert_eq!(edge.reads(Some(&narrowed)).await.refused, None);
    api.revoke_secret(&example.bot.jti).await.expect("revoked");
    edge.comes_to(bot, StatusCode::UNAUTHORIZED, "revoked")
        .await;
    edge.comes_to(Some(&narrowed), StatusCode::UNAUTHORIZED, "parent-revoked")
        .await;
    let again = issue_for(&api, BOT, None).await;
    assert_eq!(edge.reads(Some(&again.secret)).await.refused, None);
    api.delete_object(BOT).await.expect("deleted");
    edge.comes_to(
        Some(&again.secret),
        StatusCode::UNAUTHORIZED,
        "unknown-principal",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_control_plane_it_goes_on_for_as_long_as_it_may_and_no_longer() {
    let mut site = Site::start(2).await;
    let secret = site.example.bot.secret.clone();
    let bot = Some(secret.as_str());
    assert_eq!(site.edge.reads(bot).await.refused, None);
    let config = site.world.folder.path().join("tidegate.toml");
    site.world.server.kill().await;
    eventually("the worker gives up", async || {
        let found = site.edge.reads(bot).await;
        found.status == StatusCode::SERVICE_UNAVAILABLE && found.refused.is_some()
    })
    .await;
    // For everybody, and for nobody.
    for secret in [bot, None, Some("x")] {
        let found = site.edge.reads(secret).await;
        assert_eq!(found.status, StatusCode::SERVICE_UNAVAILABLE, "{found:?}");
        assert_eq!(found.problem["type"], "urn:tidegate:problem:unavailable");
        assert_eq!(found.challenge, None);
    }
    // The gateway has more patience.
    let itself = send(Method::GET, &site.gateway.url(ORDERS), bot, empty()).await;
    assert_eq!(itself.expect("an answer").status(), StatusCode::OK);
    site.world.server = Server::start(&config).await;
    eventually("it passes again", async || {
        site.edge.reads(bot).await.status == StatusCode::OK
    })
    .await;
    // A worker that starts without a control plane lets nothing pass.
    let control = site.world.server.control;
    let node = enrol(&site.world, "late").await.secret;
    site.world.server.kill().await;
    let late = Edge::start(control, site.gateway.gateway, &node, 300).await;
    for secret in [bot, None] {
        let found = late.reads(secret).await;
        check(&found, StatusCode::SERVICE_UNAVAILABLE, "keys-unavailable");
    }
    late.stop().await;
}

/// The host's cryptography there is another one than Node's.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_to_the_same_under_workerd() {
    let edge = Edge::serve(include_str!("../edge/vectors.js"), "", "").await;
    let vectors = include_str!("../vectors/secrets/verify.json");
    let cases: Value = serde_json::from_str(vectors).expect("JSON");
    let cases = cases["cases"].as_array().expect("cases").len();
    let url = format!("http://{}/", edge.address);
    let answer = send(Method::POST, &url, None, text(vectors)).await;
    let (status, told) = json(answer.expect("an answer")).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    for build in ["core", "ed25519"] {
        assert_eq!(told[build]["asked"], cases);
        assert_eq!(told[build]["wrong"], serde_json::json!([]), "{build}");
    }
}
