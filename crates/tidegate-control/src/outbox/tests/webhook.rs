//! A receiver that refuses, hangs and takes, and a process that dies in between.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::sync::mpsc;

use super::*;
use crate::outbox::webhook::{keys, signatures};

/// The published example: 24 bytes.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the receiver does with a request.
#[derive(Clone, Copy, Debug)]
enum Do {
    Answer(u16),
    /// Takes it, and never answers.
    Hang,
}

/// A request that came.
#[derive(Debug)]
struct Seen {
    id: String,
    at_s: u64,
    signature: String,
    content: String,
}

struct Receiver {
    url: String,
    seen: mpsc::UnboundedReceiver<Seen>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Script {
    todo: Arc<Mutex<VecDeque<Do>>>,
    seen: mpsc::UnboundedSender<Seen>,
}

impl Receiver {
    /// Does these things one after the other, and answers 200 from then on.
    async fn start(todo: &[Do]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
        let (sender, seen) = mpsc::unbounded_channel();
        let script = Script {
            todo: Arc::new(Mutex::new(todo.iter().copied().collect())),
            seen: sender,
        };
        let router = Router::new().fallback(take).with_state(script);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, task }
    }

    fn settings(&self, secret: SecretSource) -> TransportSettings {
        TransportSettings::Webhook(WebhookSettings {
            url: WebhookUrl::new(&self.url, false).unwrap(),
            base_url: BaseUrl::new("https://console.example/", false).unwrap(),
            secret,
        })
    }

    async fn next(&mut self) -> Seen {
        self.seen.recv().await.unwrap()
    }

    fn none(&mut self) -> bool {
        self.seen.try_recv().is_err()
    }
}

async fn take(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    assert_eq!(parts.method, "POST");
    assert_eq!(parts.uri, "/hook?a=b");
    assert_eq!(parts.headers["content-type"], "application/json");
    let header = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
    let content = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let todo = script.todo.lock().unwrap().pop_front();
    script
        .seen
        .send(Seen {
            id: header("webhook-id"),
            at_s: header("webhook-timestamp").parse().unwrap(),
            signature: header("webhook-signature"),
            content: String::from_utf8(content.to_vec()).unwrap(),
        })
        .unwrap();
    match todo {
        None => StatusCode::OK.into_response(),
        Some(Do::Answer(status)) => {
            let status = StatusCode::from_u16(status).unwrap();
            // Whoever follows a redirection comes here again.
            (status, [("location", "/hook?a=b")]).into_response()
        }
        Some(Do::Hang) => std::future::pending().await,
    }
}

#[tokio::test]
async fn it_is_delivered_after_failures_under_the_same_id() {
    let town = Town::new().await;
    let refusals = [Do::Answer(500), Do::Answer(307), Do::Answer(410)];
    let mut receiver = Receiver::start(&refusals).await;
    let outbox = town.outbox(receiver.settings(town.secret(SECRET)), PATIENT);
    town.invite(1).await;
    let mut waited_s = 0;
    for backoff_s in [10, 20, 40] {
        assert_eq!(town.round(&outbox).await, (0, 1));
        let seen = receiver.next().await;
        assert_eq!(seen.id, Uuid::from_u128(1).to_string());
        assert_eq!(seen.at_s, NOW_S + waited_s);
        assert_eq!(town.round(&outbox).await, (0, 0), "it waits");
        town.wait(backoff_s - 1);
        assert_eq!(town.round(&outbox).await, (0, 0), "it waits");
        town.wait(1);
        waited_s += backoff_s;
    }
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert_eq!(receiver.next().await.id, Uuid::from_u128(1).to_string());
    assert!(town.is_empty().await);
    assert_eq!(town.round(&outbox).await, (0, 0));
    assert!(receiver.none(), "no redirection was followed");
}

#[tokio::test]
async fn a_crash_before_the_answer_delivers_again() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[Do::Hang]).await;
    let settings = receiver.settings(town.secret(SECRET));
    let outbox = town.outbox(settings.clone(), PATIENT);
    town.invite(1).await;
    // It came, and the process ends before it is told.
    let first = tokio::select! {
        _ = town.round(&outbox) => panic!("nobody answers"),
        seen = receiver.next() => seen,
    };
    drop(outbox);
    let town = town.restart().await;
    let outbox = town.outbox(settings, PATIENT);
    assert_eq!(town.round(&outbox).await, (1, 0));
    let second = receiver.next().await;
    assert_eq!((first.id, first.content), (second.id, second.content));
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn an_attempt_ends_where_nobody_answers() {
    let town = Town::new().await;
    let receiver = Receiver::start(&[Do::Hang]).await;
    let settings = receiver.settings(town.secret(SECRET));
    let outbox = town.outbox(settings, Duration::from_millis(50));
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (0, 1));
    assert_eq!(
        town.store.next_notification_at_s().await.unwrap(),
        Some(NOW_S + BACKOFF_FIRST_S)
    );
}

#[tokio::test]
async fn nobody_listens() {
    let town = Town::new().await;
    let receiver = Receiver::start(&[]).await;
    let settings = receiver.settings(town.secret(SECRET));
    receiver.task.abort();
    drop(receiver);
    let outbox = town.outbox(settings, PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (0, 1));
    assert!(!town.is_empty().await);
}

#[tokio::test]
async fn the_first_written_comes_first() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[]).await;
    let outbox = town.outbox(receiver.settings(town.secret(SECRET)), PATIENT);
    for id in [3, 1, 2] {
        town.invite(id).await;
    }
    assert_eq!(town.round(&outbox).await, (3, 0));
    for id in [1, 2, 3] {
        assert_eq!(receiver.next().await.id, Uuid::from_u128(id).to_string());
    }
}

#[tokio::test]
async fn it_runs_at_once_when_it_is_woken() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[]).await;
    let outbox = town.outbox(receiver.settings(town.secret(SECRET)), PATIENT);
    let key = key();
    let work = async {
        for id in 1..=5 {
            town.invite(id).await;
            town.wake.notify_one();
            assert_eq!(receiver.next().await.id, Uuid::from_u128(id).to_string());
            while !town.is_empty().await {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::select! {
        () = outbox.run(&town.store, &key) => panic!("it ended"),
        () = work => {}
    }
}

#[tokio::test]
async fn what_is_over_is_not_told() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[Do::Answer(503)]).await;
    let outbox = town.outbox(receiver.settings(town.secret(SECRET)), PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (0, 1));
    receiver.next().await;
    town.wait(7 * 86_400);
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert!(receiver.none());
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn what_a_receiver_gets() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[]).await;
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let both = format!("{SECRET}\n{other}\n");
    let outbox = town.outbox(receiver.settings(town.secret(&both)), PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    let seen = receiver.next().await;
    for (secret, signature) in [SECRET, other].into_iter().zip(seen.signature.split(' ')) {
        let own = keys(&town.secret(secret)).unwrap();
        assert_eq!(
            signatures(&own, &seen.id, seen.at_s, &seen.content),
            signature
        );
        assert_ne!(signatures(&own, &seen.id, seen.at_s, "{}"), signature);
    }
    let content: serde_json::Value = serde_json::from_str(&seen.content).unwrap();
    let code = key().code(Uuid::from_u128(1001), ADDRESS);
    let expected = serde_json::json!({
        "type": "invitation.created",
        "timestamp": "2026-11-21T01:33:11Z",
        "data": {
            "invitation": "00000000-0000-0000-0000-0000000003e9",
            "object": "organization:acme",
            "display_name": "Acme Corporation",
            "relations": ["view", "create"],
            "invited_by": "user:alice",
            "recipient": { "address": ADDRESS },
            "expires_at": "2026-11-28T01:33:11Z",
            "link": format!("https://console.example/#redeem={code}"),
        },
    });
    assert_eq!(content, expected);
}

#[tokio::test]
async fn who_is_registered_gets_no_link() {
    let town = Town::new().await;
    let mut receiver = Receiver::start(&[]).await;
    let outbox = town.outbox(receiver.settings(town.secret(SECRET)), PATIENT);
    let subject = Recipient::Subject {
        object: "user:bob".to_owned(),
        addresses: vec!["bob@example.com".to_owned()],
    };
    let Notification::Invited {
        invitation,
        object,
        display_name,
        relations,
        invited_by,
        expires_at_s,
        ..
    } = invited(1);
    let notification = Notification::Invited {
        invitation,
        object,
        display_name,
        relations,
        invited_by,
        recipient: subject,
        expires_at_s,
        link: false,
    };
    let text = serde_json::to_string(&notification).unwrap();
    town.write(1, &text).await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    let seen = receiver.next().await;
    let content: serde_json::Value = serde_json::from_str(&seen.content).unwrap();
    assert_eq!(content["data"]["recipient"]["subject"], "user:bob");
    assert!(content["data"]["link"].is_null());
}

/// The published vector of the Standard Webhooks specification's libraries.
#[tokio::test]
async fn the_published_signature() {
    let town = Town::new().await;
    let keys = keys(&town.secret(SECRET)).unwrap();
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    assert_eq!(
        signatures(&keys, id, 1_614_265_330, r#"{"test": 2432232314}"#),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[tokio::test]
async fn bad_secrets_are_refused_and_not_shown() {
    let town = Town::new().await;
    for bad in [
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_!!!!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw other",
    ] {
        let error = keys(&town.secret(bad)).unwrap_err().to_string();
        assert!(error.contains("secret"), "{error}");
        assert!(!error.contains("MfKQ9r8"), "{error}");
    }
}
