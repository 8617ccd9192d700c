//! Against a real socket: what is sent, and what becomes of each answer.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::*;
use crate::wire::{Action, Entity, QuotaLimits};

/// Answers every connection with `answer`, and keeps what was sent.
async fn serve(answer: String) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let text = read_request(&mut socket).await;
            *kept.lock().await = text;
            // A client may hang up on a long answer before its end.
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (url, seen)
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> String {
    let mut content = Vec::new();
    loop {
        let mut piece = [0; 1024];
        let size = socket.read(&mut piece).await.unwrap();
        content.extend_from_slice(&piece[..size]);
        let text = String::from_utf8_lossy(&content).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length || size == 0 {
                return text;
            }
        }
    }
}

fn answer(status: &str, content: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{content}",
        content.len()
    )
}

async fn client(status: &str, content: &str) -> (Client, Arc<Mutex<String>>) {
    let (url, seen) = serve(answer(status, content)).await;
    (Client::new(&url, Some("top.secret.text")).unwrap(), seen)
}

#[track_caller]
fn check_line(seen: &str, line: &str) {
    assert_eq!(
        seen.lines().next(),
        Some(format!("{line} HTTP/1.1").as_str())
    );
    assert!(
        seen.contains("authorization: Bearer top.secret.text"),
        "{seen}"
    );
}

#[tokio::test]
async fn queries_are_percent_encoded() {
    let (client, seen) = client("200 OK", r#"{"revision":7}"#).await;
    let request = GrantRequest {
        object: "stream:acme/sales/a&b=c é".to_owned(),
        relations: vec!["read".to_owned(), "write".to_owned()],
        subject: "team:x#member".to_owned(),
    };
    assert_eq!(
        client.revoke(&request).await.unwrap(),
        Changed { revision: 7 }
    );
    check_line(
        &seen.lock().await,
        "DELETE /v1/grants?object=stream%3Aacme%2Fsales%2Fa%26b%3Dc%20%C3%A9\
         &relations=read%2Cwrite&subject=team%3Ax%23member",
    );
}

#[tokio::test]
async fn pages_are_asked_for() {
    let (client, seen) = client("200 OK", r#"{"items":[],"next":"n"}"#).await;
    let page = PageQuery {
        limit: Some(3),
        cursor: Some("a b".to_owned()),
    };
    let objects = client
        .objects("stream", Some("project:acme/sales"), &page)
        .await
        .unwrap();
    assert_eq!(objects.next.as_deref(), Some("n"));
    check_line(
        &seen.lock().await,
        "GET /v1/objects?type=stream&parent=project%3Aacme%2Fsales&limit=3&cursor=a%20b",
    );
}

#[tokio::test]
async fn bodies_are_json() {
    let (client, seen) = client("200 OK", r#"{"decision":true}"#).await;
    let entity = |type_name: &str, id: &str| Entity {
        type_name: type_name.to_owned(),
        id: id.to_owned(),
        properties: None,
    };
    let evaluation = Evaluation {
        subject: entity("service", "acme/sales/bot"),
        action: Action {
            name: "can_read".to_owned(),
            properties: None,
        },
        resource: entity("stream", "acme/sales/orders"),
        context: None,
    };
    assert!(client.evaluate(&evaluation).await.unwrap().decision);
    let seen = seen.lock().await;
    check_line(&seen, "POST /access/v1/evaluation");
    assert!(seen.contains("content-type: application/json"), "{seen}");
    assert!(seen.ends_with(
        r#"{"subject":{"type":"service","id":"acme/sales/bot"},"action":{"name":"can_read"},"resource":{"type":"stream","id":"acme/sales/orders"}}"#
    ));
}

#[tokio::test]
async fn errors_name_what_happened() {
    let problem = r#"{"type":"urn:tidegate:problem:x","title":"Denied","status":403,"detail":"no","rule":"r"}"#;
    for (status, content, expected) in [
        ("403 Forbidden", problem, "Denied (403): no; rule: r"),
        (
            "404 Not Found",
            "<html>",
            "answered 404 Not Found with something",
        ),
        ("302 Found", "", "answered 302 Found with something"),
        ("200 OK", "[]", "answered 200 OK with something"),
    ] {
        let (client, _) = client(status, content).await;
        let request = SetQuota {
            account: "service:s".to_owned(),
            anonymous: false,
            limits: QuotaLimits::default(),
        };
        let text = client.set_quota(&request).await.unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("top.secret"), "{text}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let long = "x".repeat(17 * 1024 * 1024);
    let (client, _) = client("200 OK", &long).await;
    let error = client.object("user:a").await.unwrap_err();
    assert!(matches!(error, ApiError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_a_connect_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::new(&url, None)
        .unwrap()
        .object("user:a")
        .await
        .unwrap_err();
    assert!(matches!(&error, ApiError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains(&url), "{error}");
}

#[test]
fn what_cannot_work_is_refused_at_once() {
    for url in [
        "",
        "127.0.0.1:8081",
        "ftp://x",
        "http://",
        "http://a@b",
        "http://h/?q",
        "/v1",
    ] {
        let error = Client::new(url, None).unwrap_err();
        assert!(matches!(error, ApiError::BadUrl { .. }), "{url}: {error:?}");
    }
    let error = Client::new("http://h", Some("a\nb")).unwrap_err();
    assert!(matches!(error, ApiError::BadSecret), "{error:?}");
    let shown = format!("{:?}", Client::new("http://h/base/", Some("hush")).unwrap());
    assert!(!shown.contains("hush"), "{shown}");
}
