//! What arrives at the upstream, and what comes back.

use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tidegate_quota::{AccountId, Kind};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{ACME, BOT, World, exchange, read_all, read_until, status};

#[tokio::test]
async fn a_request_arrives_as_the_permit_says() {
    let world = World::start("").await;
    let more = "X-Forwarded-For: 10.0.0.1\r\nX_Tidegate_Subject: user:root\r\nX-Kept: 1\r\nContent-Length: 4\r\n";
    let answer = world
        .raw(&(world.head("POST /acme/%6Frders?behave=x", more) + "data"))
        .await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    assert!(
        answer
            .to_ascii_lowercase()
            .contains("x-tidegate-request-id: "),
        "{answer}"
    );
    let seen = world.upstream.seen().pop().unwrap();
    assert!(
        seen.starts_with("POST /records/orders?behave=x HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.ends_with("\r\n\r\ndata"), "{seen}");
    let lines: Vec<_> = seen.lines().map(str::to_ascii_lowercase).collect();
    for line in [
        &format!("host: {}", world.upstream.address),
        "x-tidegate-subject: service:bot",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        "authorization: basic dxbzdhjlyw06b25seq==",
        "content-length: 4",
        "x-kept: 1",
    ] {
        assert_eq!(
            lines.iter().filter(|found| *found == line).count(),
            1,
            "{line} in {seen}"
        );
    }
    assert!(!seen.contains(&world.secret) && !seen.contains("root") && !seen.contains("10.0.0.1"));
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("authorization"))
            .count(),
        1
    );
    let ledger = world.end().await;
    let balance = ledger.balance(AccountId::own(BOT), Kind::Write, ledger.window());
    assert_eq!((balance.spent_bytes, balance.outstanding_bytes()), (4, 0));
}

#[tokio::test]
async fn a_body_of_unknown_length_arrives_whole_and_without_trailers() {
    let world = World::start("").await;
    let more = "Transfer-Encoding: chunked\r\nTrailer: X-End\r\n";
    let body = "3\r\nabc\r\n2\r\nde\r\n0\r\nX-End: 1\r\n\r\n";
    let answer = world
        .raw(&(world.head("POST /acme/orders", more) + body))
        .await;
    assert_eq!(status(&answer), 200, "{answer}");
    let seen = world.upstream.seen().pop().unwrap();
    assert!(
        seen.contains("abc") && seen.contains("de") && seen.ends_with("\r\n0\r\n\r\n"),
        "{seen}"
    );
    assert!(!seen.to_ascii_lowercase().contains("x-end"), "{seen}");
}

#[tokio::test]
async fn a_write_without_content_says_so() {
    let world = World::start("").await;
    for more in ["", "Content-Length: 0\r\n"] {
        let answer = world.raw(&world.head("POST /acme/orders", more)).await;
        assert_eq!(status(&answer), 200, "{answer}");
        let seen = world.upstream.seen().pop().unwrap().to_ascii_lowercase();
        assert_eq!(seen.matches("content-length: 0\r\n").count(), 1, "{seen}");
    }
    world.raw(&world.head("GET /acme/orders", "")).await;
    let seen = world.upstream.seen().pop().unwrap().to_ascii_lowercase();
    assert!(
        !seen.contains("content-length") && !seen.contains("transfer-encoding"),
        "{seen}"
    );
}

#[tokio::test]
async fn an_answer_comes_back_without_what_was_for_the_hop() {
    let world = World::start("").await;
    let answer = world
        .raw(&world.head("GET /acme/orders?behave=headers", ""))
        .await;
    let lower = answer.to_ascii_lowercase();
    assert!(lower.contains("x-kept: 1"), "{answer}");
    for gone in ["x-hop", "access-control-allow-origin", "forged"] {
        assert!(!lower.contains(gone), "{gone} in {answer}");
    }
    let answer = world
        .raw(&world.head("GET /acme/orders?behave=trailers", ""))
        .await;
    assert!(
        answer.contains("five.") && answer.ends_with("0\r\n\r\n"),
        "{answer}"
    );
    let answer = world
        .raw(&world.head("GET /acme/orders?behave=both-lengths", ""))
        .await;
    assert!(answer.contains("five."), "{answer}");
    assert!(
        !answer.to_ascii_lowercase().contains("content-length: 3"),
        "{answer}"
    );
}

#[tokio::test]
async fn answers_without_content_cost_nothing() {
    let world = World::start("").await;
    let answer = world.raw(&world.head("HEAD /acme/orders", "")).await;
    assert_eq!(status(&answer), 200);
    assert!(
        answer.to_ascii_lowercase().contains("content-length: 5000"),
        "{answer}"
    );
    let answer = world
        .raw(&world.head("GET /acme/orders?behave=not-modified", ""))
        .await;
    assert_eq!(status(&answer), 304);
    assert!(world.upstream.seen()[0].starts_with("HEAD /records/orders "));
    let ledger = world.end().await;
    let balance = ledger.balance(AccountId::own(BOT), Kind::Read, ledger.window());
    assert_eq!(balance.spent_bytes, 0);
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it_only_when_its_body_is_wanted() {
    let world = World::start("").await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let more = "Expect: 100-continue\r\nContent-Length: 4\r\n";
    stream
        .write_all(world.head("POST /acme/orders", more).as_bytes())
        .await
        .unwrap();
    read_until(&mut stream, "HTTP/1.1 100 Continue\r\n\r\n").await;
    stream.write_all(b"data").await.unwrap();
    let answer = read_all(&mut stream).await;
    assert_eq!(status(&answer), 200, "{answer}");
    let seen = world.upstream.seen().pop().unwrap();
    assert!(
        seen.ends_with("data") && !seen.to_ascii_lowercase().contains("expect"),
        "{seen}"
    );
    // Refused: told at once, without asking for the body.
    let world = World::start("").await;
    world
        .ledger
        .set_limit(AccountId::own(BOT), Kind::Write, Some(3));
    for (line, expected) in [("POST /acme/shut", 403), ("POST /acme/orders", 429)] {
        let answer = world.raw(&world.head(line, more)).await;
        assert_eq!(status(&answer), expected, "{line}: {answer}");
    }
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let world = World::start("").await;
    let keep = world
        .head("GET /acme/orders", "")
        .replace("Connection: close\r\n", "");
    let answer = world
        .raw(&format!(
            "{keep}{keep}{}",
            world.head("GET /acme/orders", "")
        ))
        .await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
}

#[tokio::test]
async fn http2_is_spoken_too() {
    let world = World::start("").await;
    let stream = TcpStream::connect(world.address).await.unwrap();
    let (mut send, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = |path: &str, body: &'static str| {
        Request::post(format!("http://gateway.example{path}"))
            .version(Version::HTTP_2)
            .header("authorization", format!("Bearer {}", world.secret))
            .body(Full::<bytes::Bytes>::from(body))
            .unwrap()
    };
    let answer = send
        .send_request(request("/acme/orders", "data"))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "ok");
    assert!(world.upstream.seen()[0].ends_with("data"));
    // Broken off behind the gateway: reset, not ended.
    let answer = send
        .send_request(request("/acme/orders?behave=cut", ""))
        .await
        .unwrap();
    assert!(answer.into_body().collect().await.is_err());
    let answer = send
        .send_request(request("/acme/shut", "data"))
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn listed_origins_may_read() {
    let world = World::start("allowed_origins = [\"https://app.example\"]").await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS /acme/orders HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: authorization\r\nConnection: close\r\n\r\n"
        )
    };
    let answer = world
        .raw(&preflight("https://app.example"))
        .await
        .to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 204"), "{answer}");
    for line in [
        "access-control-allow-origin: https://app.example",
        "access-control-allow-methods: get, post",
        "access-control-allow-headers: authorization",
    ] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
    for origin in ["https://evil.example", "https://app.example.evil", "null"] {
        let answer = world.raw(&preflight(origin)).await;
        assert_eq!(status(&answer), 405, "{answer}");
        assert!(
            !answer.to_ascii_lowercase().contains("access-control"),
            "{answer}"
        );
    }
    let told = |answer: String| {
        answer
            .to_ascii_lowercase()
            .contains("access-control-allow-origin")
    };
    let more = "Origin: https://app.example\r\n";
    assert!(told(world.raw(&world.head("GET /acme/orders", more)).await));
    assert!(told(world.raw(&world.head("GET /acme/shut", more)).await));
    let more = "Origin: https://evil.example\r\n";
    assert!(!told(
        world
            .raw(&world.head("GET /acme/orders?behave=headers", more))
            .await
    ));
}

#[tokio::test]
async fn the_owner_pays_for_readers_without_a_secret() {
    let world = World::start("").await;
    let answer = world
        .raw("GET /acme/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(
        world.upstream.seen()[0]
            .to_ascii_lowercase()
            .contains("x-tidegate-subject: anonymous")
    );
    let ledger = world.end().await;
    for account in [AccountId::anonymous(ACME), AccountId::own(ACME)] {
        assert_eq!(
            ledger
                .balance(account, Kind::Read, ledger.window())
                .spent_bytes,
            2
        );
    }
}

#[tokio::test]
async fn the_operators_machines_are_told() {
    let world = World::start("").await;
    world.raw(&world.head("GET /acme/orders", "")).await;
    world.raw(&world.head("GET /acme/shut", "")).await;
    let ask = async |path: &str| {
        exchange(
            world.admin,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        )
        .await
    };
    assert_eq!(status(&ask("/healthz").await), 200);
    let ready = ask("/readyz").await;
    assert!(
        status(&ready) == 200 && ready.contains("{\"revision\":42}"),
        "{ready}"
    );
    let metrics = ask("/metrics").await;
    for line in [
        "tidegate_requests_total{route=\"/{organization}/{stream}\",class=\"2xx\"} 1",
        "tidegate_requests_total{route=\"/{organization}/{stream}\",class=\"4xx\"} 1",
        "tidegate_refused_total{step=\"authorize\",kind=\"not-granted\"} 1",
        "tidegate_snapshot_revision 42",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert_eq!(status(&ask("/acme/orders").await), 404);
    assert_eq!(
        status(&world.raw(&world.head("GET /metrics", "")).await),
        404
    );
}
