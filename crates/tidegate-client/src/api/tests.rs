//! Against a real socket: what is sent, and what becomes of each answer.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::*;
use crate::wire::{
    Action, ActionSearch, Attach, Entity, EntityType, Evaluation, GrantRequest, InvitationId,
    Membership, QuotaLimits, Remove, ResourceSearch, SetQuota, SubjectSearch,
};

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

#[tokio::test]
async fn terms_go_with_changes_and_not_with_questions() {
    let (client, seen) = client("200 OK", r#"{"revision":7,"items":[],"decision":false}"#).await;
    let with_terms = client
        .with_terms(Terms {
            idempotency_key: Some("night-1".to_owned()),
            if_match: Some(6),
        })
        .unwrap();
    let carries_terms = async || {
        let seen = seen.lock().await;
        let lines = ["idempotency-key: night-1\r\n", "if-match: \"6\"\r\n"];
        let counts = lines.map(|line| seen.matches(line).count());
        assert!(counts == [1, 1] || counts == [0, 0], "{seen}");
        counts == [1, 1]
    };
    let batch = Batch {
        operations: Vec::new(),
    };
    with_terms.delete_object("user:a").await.unwrap();
    assert!(carries_terms().await);
    let quota = SetQuota {
        account: "user:a".to_owned(),
        anonymous: false,
        limits: QuotaLimits::default(),
    };
    with_terms.set_quota(&quota).await.unwrap();
    assert!(carries_terms().await);
    // The answer is none to a batch; the request was sent all the same.
    with_terms.batch(&batch).await.unwrap_err();
    assert!(carries_terms().await);
    let page = PageQuery::default();
    with_terms.own_invitations(&page).await.unwrap();
    assert!(!carries_terms().await);
    client.delete_object("user:a").await.unwrap();
    assert!(!carries_terms().await);
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_at_once() {
    let client = Client::new("http://h", None).unwrap();
    let longest = "k".repeat(MAX_IDEMPOTENCY_KEY_BYTES);
    let too_long = format!("{longest}k");
    for (key, is_good) in [
        ("a", true),
        (longest.as_str(), true),
        ("", false),
        (too_long.as_str(), false),
        ("a b", false),
        ("a\nx: y", false),
        ("é", false),
    ] {
        let terms = Terms {
            idempotency_key: Some(key.to_owned()),
            if_match: None,
        };
        let refused = client.with_terms(terms).err();
        assert_eq!(refused.is_none(), is_good, "{key}: {refused:?}");
    }
}

/// What each method sends, by the first line; which answers are understood is the business of the types.
#[tokio::test]
async fn each_route_is_asked_as_it_is_documented() {
    let (client, seen) = client("200 OK", "null").await;
    let page = PageQuery::default();
    let text = |text: &str| text.to_owned();
    let grants = GrantRequest {
        object: text("o:1"),
        relations: vec![text("a")],
        subject: text("u:1"),
    };
    let attach = Attach {
        object: text("s:1"),
        to: text("i:1"),
    };
    let remove = Remove {
        object: text("o:1"),
        subject: text("u:1"),
    };
    let membership = Membership {
        object: text("o:1"),
    };
    let id = InvitationId::default();
    macro_rules! sends {
        ($call:expr, $line:literal) => {
            $call.await.map(|_| ()).unwrap_err();
            check_line(&seen.lock().await, $line);
        };
    }
    sends!(client.change_grants(&grants), "PATCH /v1/grants");
    sends!(client.join(&membership), "POST /v1/members/join");
    sends!(client.leave(&membership), "POST /v1/members/leave");
    sends!(
        client.remove_member(&remove),
        "DELETE /v1/members?object=o%3A1&subject=u%3A1"
    );
    sends!(client.attach(&attach), "POST /v1/attachments");
    sends!(
        client.detach(&attach),
        "DELETE /v1/attachments?object=s%3A1&to=i%3A1"
    );
    sends!(client.accept_invitation(&id), "POST /v1/invitations/accept");
    sends!(
        client.decline_invitation(&id),
        "POST /v1/invitations/decline"
    );
    sends!(
        client.withdraw_invitation("x"),
        "DELETE /v1/invitations?id=x"
    );
    sends!(
        client.invitations("o:1", &page),
        "GET /v1/invitations?object=o%3A1"
    );
    sends!(client.own_invitations(&page), "GET /v1/invitations");
    sends!(
        client.audit_of_object("o:1", &page),
        "GET /v1/audit?object=o%3A1"
    );
    sends!(
        client.audit_of_actor("u:1", &page),
        "GET /v1/audit?actor=u%3A1"
    );
    let entity = Entity {
        type_name: text("u"),
        id: text("1"),
        properties: None,
    };
    let action = Action {
        name: text("can_read"),
        properties: None,
    };
    let any = EntityType {
        type_name: text("o"),
    };
    let subjects = SubjectSearch {
        subject: any.clone(),
        action: action.clone(),
        resource: entity.clone(),
        context: None,
        page: None,
    };
    let resources = ResourceSearch {
        subject: entity.clone(),
        action,
        resource: any,
        context: None,
        page: None,
    };
    let actions = ActionSearch {
        subject: entity.clone(),
        resource: entity,
        context: None,
        page: None,
    };
    sends!(
        client.search_subjects(&subjects),
        "POST /access/v1/search/subject"
    );
    sends!(
        client.search_resources(&resources),
        "POST /access/v1/search/resource"
    );
    sends!(
        client.search_actions(&actions),
        "POST /access/v1/search/action"
    );
    sends!(client.whoami(), "GET /v1/me");
    sends!(client.keys(), "GET /.well-known/jwks.json");
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
