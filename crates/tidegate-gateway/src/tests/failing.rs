//! Upstreams that are down, slow or wrong, clients that are silent, and the end.

use std::sync::Arc;

use tidegate_quota::{AccountId, Kind};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::{BOT, NOW_S, Upstream, World, read_all, read_until, status};
use crate::{Config, Gateway};

const QUICK: &str = "[gateway.timeouts]\nresponse_head_ms = 1000\nidle_ms = 1500\n";

#[tokio::test]
async fn an_upstream_that_fails_is_502_and_one_that_is_late_504() {
    let world = World::start(QUICK).await;
    for (behave, expected) in [
        ("garbage", 502),
        ("hang-up", 502),
        ("switch", 502),
        ("silent", 504),
    ] {
        let answer = world
            .raw(&world.head(&format!("GET /acme/orders?behave={behave}"), ""))
            .await;
        assert_eq!(status(&answer), expected, "{behave}: {answer}");
        assert!(
            answer.contains("urn:tidegate:problem:"),
            "{behave}: {answer}"
        );
    }
    // The next one is served.
    assert_eq!(
        status(&world.raw(&world.head("GET /acme/orders", "")).await),
        200
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_does_not_look_whole() {
    let world = World::start(QUICK).await;
    for behave in ["cut", "cut-chunked", "stall"] {
        let answer = world
            .raw(&world.head(&format!("GET /acme/orders?behave={behave}"), ""))
            .await;
        assert_eq!(status(&answer), 200, "{behave}: {answer}");
        assert!(answer.contains("five."), "{behave}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let is_sized = head.to_ascii_lowercase().contains("content-length: 10");
        let looks_whole = if is_sized {
            body.len() == 10
        } else {
            body.ends_with("0\r\n\r\n")
        };
        assert!(!looks_whole, "{behave}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_above_the_free_limit_is_not_passed_on() {
    let world = World::start("").await;
    let answer = world
        .raw(&(world.head("POST /acme/orders?behave=long", "Content-Length: 1\r\n") + "x"))
        .await;
    assert_eq!(status(&answer), 502, "{answer}");
    assert!(answer.contains("response-too-long"), "{answer}");
}

#[tokio::test]
async fn an_upstream_that_is_down_is_502_and_costs_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = Upstream {
        address: closed.local_addr().unwrap(),
        seen: Arc::default(),
    };
    drop(closed);
    let world = World::start_before(upstream, NOW_S, "").await;
    let answer = world
        .raw(&(world.head("POST /acme/orders", "Content-Length: 4\r\n") + "data"))
        .await;
    assert_eq!(status(&answer), 502, "{answer}");
    let ledger = world.end().await;
    let balance = ledger.balance(AccountId::own(BOT), Kind::Write, ledger.window());
    assert_eq!((balance.spent_bytes, balance.outstanding_bytes()), (0, 0));
}

#[tokio::test]
async fn a_client_that_falls_silent_is_let_go() {
    let world = World::start(
        "[gateway.timeouts]\nrequest_head_ms = 1000\nresponse_head_ms = 1000\nidle_ms = 1500\n",
    )
    .await;
    // Before, in the middle of, and after its head.
    for bytes in [
        "",
        "GET /acme",
        &world.head("POST /acme/orders", "Content-Length: 4\r\n"),
        &(world.head("POST /acme/orders", "Content-Length: 4\r\n") + "da"),
    ] {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(
            answer.is_empty() || status(&answer) == 408,
            "{bytes}: {answer}"
        );
    }
    assert!(
        !world
            .upstream
            .seen()
            .iter()
            .any(|seen| seen.ends_with("da"))
    );
}

/// An upload may take longer than the upstream may take to answer, as long as bytes move.
#[tokio::test]
async fn a_slow_upload_is_not_the_upstreams_fault() {
    let world =
        World::start("[gateway.timeouts]\nresponse_head_ms = 1000\nidle_ms = 60000\n").await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = world.head("POST /acme/orders", "Content-Length: 4\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for bytes in ["da", "ta"] {
        // Slower than the upstream may be: the time that passes is what is tested.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
    }
    let answer = read_all(&mut stream).await;
    assert_eq!(status(&answer), 200, "{answer}");
}

#[tokio::test]
async fn a_shutdown_lets_requests_end() {
    let world = World::start("").await;
    let mut busy = TcpStream::connect(world.address).await.unwrap();
    let head = world.head("POST /acme/orders", "Content-Length: 4\r\n");
    busy.write_all(head.as_bytes()).await.unwrap();
    busy.write_all(b"da").await.unwrap();
    let mut idle = TcpStream::connect(world.address).await.unwrap();
    let keep = world
        .head("GET /acme/orders", "")
        .replace("Connection: close\r\n", "");
    idle.write_all(keep.as_bytes()).await.unwrap();
    read_until(&mut idle, "\r\n\r\nok").await;
    let address = world.address;
    let ending = tokio::spawn(world.end());
    // The idle connection is closed, which shows that the end has begun.
    assert_eq!(read_all(&mut idle).await, "");
    assert!(TcpStream::connect(address).await.is_err(), "still listens");
    busy.write_all(b"ta").await.unwrap();
    let answer = read_all(&mut busy).await;
    assert_eq!(status(&answer), 200, "{answer}");
    let ledger = ending.await.unwrap();
    let balance = ledger.balance(AccountId::own(BOT), Kind::Write, ledger.window());
    assert_eq!((balance.spent_bytes, balance.outstanding_bytes()), (4, 0));
}

#[tokio::test]
async fn a_shutdown_cuts_what_does_not_end() {
    let world = World::start("[gateway.timeouts]\nshutdown_ms = 100\n").await;
    let mut busy = TcpStream::connect(world.address).await.unwrap();
    let head = world.head("GET /acme/orders?behave=stall", "");
    busy.write_all(head.as_bytes()).await.unwrap();
    read_until(&mut busy, "five.").await;
    world.end().await;
    assert_eq!(read_all(&mut busy).await, "");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let text = |listen: &str, admin: &str| {
        format!("[gateway]\nlisten = [\"127.0.0.1:0\", \"{listen}\"]\nadmin_listen = \"{admin}\"\n")
    };
    let free = "127.0.0.1:0".to_owned();
    for (listen, admin, key) in [
        (
            address.to_string(),
            free.clone(),
            "line 2: gateway.listen[1]",
        ),
        (free, address.to_string(), "line 3: gateway.admin_listen"),
    ] {
        let config = Config::parse(&text(&listen, &admin)).unwrap();
        let gateway = Gateway::new(config, World::parts(NOW_S).0).unwrap();
        let error = gateway.bind().await.err().unwrap().to_string();
        assert!(
            error.starts_with(&format!("{key}: cannot listen on {address}: ")),
            "{error}"
        );
    }
}

#[test]
fn a_credential_that_is_missing_is_named() {
    let text = r#"[gateway]
listen = ["127.0.0.1:0"]
admin_listen = "127.0.0.1:0"
[gateway.tls]
cert_file = "/nowhere/cert.pem"
key_file = "/nowhere/key.pem"
[gateway.upstream.a]
url = "http://127.0.0.1:1"
credential = { header = "x-api-key", env = "TIDEGATE_TEST_NOT_SET" }
[gateway.upstream.b]
url = "https://127.0.0.1:1"
ca_file = "/nowhere/ca.pem"
[gateway.upstream.c]
url = "http://127.0.0.1:1"
credential = { header = "x-api-key", file = "/nowhere/key" }
"#;
    let config = Config::parse(text).unwrap();
    let errors = Gateway::new(config, World::parts(NOW_S).0)
        .err()
        .unwrap()
        .to_string();
    let lines: Vec<_> = errors.lines().collect();
    for (line, start, word) in [
        (
            0,
            "line 9: gateway.upstream.a.credential: ",
            "TIDEGATE_TEST_NOT_SET is not set",
        ),
        (
            1,
            "line 12: gateway.upstream.b.ca_file: ",
            "/nowhere/ca.pem",
        ),
        (
            2,
            "line 15: gateway.upstream.c.credential: ",
            "/nowhere/key",
        ),
        (3, "line 5: gateway.tls.cert_file: ", "/nowhere/cert.pem"),
    ] {
        assert!(
            lines[line].starts_with(start) && lines[line].contains(word),
            "{errors}"
        );
    }
}
