//! What goes wrong around the gateway: a clear error that names the thing, a right status, nothing lost.

use std::process::Stdio;

use http::{Method, StatusCode};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::http::{empty, get, json, pattern, send};
use crate::pattern::receive;
use crate::upstream::Upstream;
use crate::world::{BOT, Folder, ROUTES, World, config, program};

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_down_is_502() {
    let upstream = Upstream::start().await;
    // A port that nobody listens on: it was ours a moment ago.
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = closed.local_addr().expect("bound");
    drop(closed);
    let routes = format!(
        "{ROUTES}
[gateway.upstream.down]
url = \"http://{address}\"

[[gateway.route]]
path = \"/down/{{organization}}/{{project}}/{{stream}}\"
resource = \"stream:{{organization}}/{{project}}/{{stream}}\"
upstream = \"down\"
actions = {{ GET = \"can_read\", POST = \"can_write\" }}
query = []
"
    );
    let world = World::start_before(upstream, "", &routes).await;
    let example = world.example().await;
    let secret = Some(example.bot.secret.as_str());
    let (status, problem) = get(&world.url("/down/acme/sales/orders"), secret).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "{problem}");
    assert_eq!(problem["status"], 502);
    let url = world.url("/down/acme/sales/orders");
    let answer = send(Method::POST, &url, secret, pattern(1, 5_000, true))
        .await
        .expect("an answer");
    assert_eq!(json(answer).await.0, StatusCode::BAD_GATEWAY);
    // What was never sent is not charged.
    let (_, write) = example.settled(BOT, |_, write| write.requests == 1).await;
    assert_eq!(write.spent_bytes, 0);
    // The other upstream is not affected.
    assert_eq!(
        get(&world.url("/acme/sales/orders?size=0"), secret).await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_does_not_answer_is_504() {
    let settings = "[gateway.timeouts]\nresponse_head_ms = 300\n";
    let world = World::start_with(settings, ROUTES).await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?behave=slow-head");
    let (status, problem) = get(&url, Some(&example.bot.secret)).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT, "{problem}");
    assert_eq!(problem["status"], 504);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_breaks_off_is_seen_as_broken_off() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = Some(example.bot.secret.as_str());
    let url = world.url("/acme/sales/orders?behave=cut&size=1000");
    // Where the break comes with the head, the gateway's connection may end before any of it is sent.
    if let Ok(answer) = send(Method::GET, &url, secret, empty()).await {
        assert_eq!(answer.status(), StatusCode::OK);
        let mut body = answer.into_body();
        let mut ended_well = true;
        while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
            ended_well = frame.is_ok();
        }
        assert!(!ended_well, "a response that broke off must not look whole");
    }
    // The gateway goes on, and nothing is left over of it on other connections.
    let url = world.url("/acme/sales/orders?seed=3&size=1000");
    let answer = send(Method::GET, &url, secret, empty())
        .await
        .expect("an answer");
    assert!(receive(answer.into_body(), 3).await.whole);
}

/// A client that goes away in the middle of a body costs what was sent, and harms nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_harms_nobody() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = Some(example.bot.secret.as_str());
    for _ in 0..10 {
        let url = world.url("/acme/sales/orders?size=50000000&behave=chunked");
        let answer = send(Method::GET, &url, secret, empty())
            .await
            .expect("an answer");
        drop(answer);
    }
    assert_eq!(
        get(&world.url("/acme/sales/orders?size=0"), secret).await.0,
        StatusCode::OK
    );
    let (read, _) = example.settled(BOT, |read, _| read.requests == 11).await;
    assert!(read.spent_bytes < 500_000_000, "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_requests_end() {
    let world = World::start().await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?seed=5&size=30000000&behave=chunked");
    let answer = send(Method::GET, &url, Some(&example.bot.secret), empty())
        .await
        .expect("an answer");
    let World {
        server,
        upstream,
        folder,
        ..
    } = world;
    let pid = server.pid();
    let stopping = tokio::spawn(server.stop());
    let received = receive(answer.into_body(), 5).await;
    assert!(
        received.whole,
        "cut by the shutdown after {} bytes",
        received.bytes
    );
    assert_eq!(stopping.await.expect("no panic"), Some(0));
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    drop((upstream, folder));
}

/// Starts it where it cannot start: its exit code, and what it says.
async fn start_fails(config: &std::path::Path) -> String {
    let mut child = Command::new(program())
        .arg("serve")
        .arg("--config")
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("starts");
    let mut said = String::new();
    let mut errors = child.stderr.take().expect("piped");
    let ended = async {
        errors.read_to_string(&mut said).await.expect("text");
        child.wait().await.expect("waited for")
    };
    let code = tokio::time::timeout(crate::world::PATIENCE, ended)
        .await
        .expect("ends")
        .code();
    assert_eq!(code, Some(1), "{said}");
    said
}

#[track_caller]
fn assert_names(said: &str, things: &[&str]) {
    for thing in things {
        assert!(said.contains(thing), "`{thing}` is not named in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_names_the_cause() {
    let folder = Folder::new();
    let good = config(&folder, "http://127.0.0.1:9", "", ROUTES);
    let text = std::fs::read_to_string(&good).expect("written");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from));
        let path = folder.path().join("bad.toml");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        path
    };

    // A configuration with a wrong key, value, or missing part: the key and its line.
    let line = |needle: &str| {
        1 + text
            .lines()
            .position(|line| line.contains(needle))
            .expect("there")
    };
    let said = start_fails(&with("upstream_path", "upstream_pathh")).await;
    assert_names(
        &said,
        &["upstream_pathh", &format!("{}", line("upstream_path"))],
    );
    let said = start_fails(&with("admin_listen", "admin_listn")).await;
    assert_names(
        &said,
        &["admin_listn", &format!("{}", line("admin_listen"))],
    );
    let said = start_fails(&with("issuer = ", "isuer = ")).await;
    assert_names(&said, &["isuer"]);
    let said = start_fails(&with("[control]", "[contrl]")).await;
    assert_names(&said, &["contrl"]);
    let said = start_fails(&with("upstream = \"data\"", "upstream = \"dat\"")).await;
    assert_names(&said, &["dat", &format!("{}", line("upstream = \"data\""))]);
    let said = start_fails(&with("can_read", "can_raed")).await;
    assert_names(&said, &["can_raed"]);
    let said = start_fails(&with("query = \"any\"\n", "")).await;
    assert_names(&said, &["query"]);
    let said = start_fails(&with("\"beneath\"", "\"bneath\"")).await;
    assert_names(&said, &["bneath"]);
    let said = start_fails(&folder.path().join("none.toml")).await;
    assert_names(&said, &["none.toml"]);

    // A store that cannot be written.
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "not a folder").expect("written");
    let store = blocked.join("tidegate.db");
    let said = start_fails(&with("tidegate.db", "file/tidegate.db")).await;
    assert_names(&said, &[&store.display().to_string()]);

    // A port that is taken.
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    for key in [
        "listen = \"127.0.0.1:0\"",
        "listen = [\"127.0.0.1:0\"]",
        "admin_listen = \"127.0.0.1:0\"",
    ] {
        let said = start_fails(&with(key, &key.replace("127.0.0.1:0", &address))).await;
        let name = key.split(' ').next().expect("a key");
        assert_names(&said, &[&address, name]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_in_use_is_refused() {
    let world = World::start().await;
    let said = start_fails(&world.folder.path().join("tidegate.toml")).await;
    assert_names(&said, &["tidegate.db", "in use"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_address_tells_how_it_is() {
    let world = World::start().await;
    let example = world.example().await;
    get(
        &world.url("/acme/sales/orders?size=7"),
        Some(&example.bot.secret),
    )
    .await;
    let admin = |path: &str| format!("http://{}{path}", world.server.admin);
    assert_eq!(get(&admin("/healthz"), None).await.0, StatusCode::OK);
    assert_eq!(get(&admin("/readyz"), None).await.0, StatusCode::OK);
    let answer = send(Method::GET, &admin("/metrics"), None, empty())
        .await
        .expect("an answer");
    let body = http_body_util::BodyExt::collect(answer.into_body())
        .await
        .expect("whole")
        .to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    assert!(text.contains("tidegate_"), "{text}");
    assert!(!text.contains(&example.bot.secret) && !text.contains(&example.bot.jti));
    // The data address does not tell.
    assert_ne!(get(&world.url("/metrics"), None).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_holds_a_secret() {
    let world = World::start_with("[gateway.log]\nrequests = \"all\"\n", ROUTES).await;
    let example = world.example().await;
    let secret = example.bot.secret.clone();
    let forged = format!("{}x", &secret[..secret.len() - 5]);
    for secret in [&secret, &forged] {
        get(
            &world.url(&format!("/acme/sales/orders?size=0&q={secret}")),
            Some(secret),
        )
        .await;
        get(&world.url("/acme/sales/none"), Some(secret)).await;
    }
    let World { mut server, .. } = world;
    let lines = server.logged();
    assert!(!lines.is_empty(), "requests are logged");
    for line in &lines {
        for part in secret
            .split('.')
            .chain(forged.split('.'))
            .filter(|part| part.len() > 20)
        {
            let header = secret.split('.').next() == Some(part);
            assert!(header || !line.contains(part), "{line}");
        }
    }
}
