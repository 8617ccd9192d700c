//! What people are told: the outbox of the town, delivered to a webhook, and what the links in it are
//! good for.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use tidegate_control::outbox::{
    BaseUrl, NotifySettings, Outbox, Round, SecretSource, TransportSettings, WebhookSettings,
    WebhookUrl,
};
use tidegate_tower::Clock;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{Person, Town};

/// The published example of a webhook's secret.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What links start with, before their code.
const LINK: &str = "https://console.example/#redeem=";

type Seen = Arc<Mutex<Vec<Value>>>;

/// Everything that was delivered.
pub(super) struct Mailbox {
    outbox: Outbox,
    seen: Seen,
    receiver: JoinHandle<()>,
}

impl Mailbox {
    pub(super) async fn open(folder: &Path, clock: Clock) -> Self {
        let seen = Seen::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        let router = axum::Router::new()
            .fallback(take)
            .with_state(Arc::clone(&seen));
        let receiver = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let secret = folder.join("webhook");
        std::fs::write(&secret, SECRET).expect("writes the secret");
        let transport = TransportSettings::Webhook(WebhookSettings {
            url: WebhookUrl::new(&url, false).expect("on this machine"),
            base_url: BaseUrl::new("https://console.example", false).expect("https"),
            secret: SecretSource::File(secret),
        });
        let settings = NotifySettings {
            transport,
            ..NotifySettings::default()
        };
        let outbox = Outbox::open(settings, clock, Arc::new(Notify::new()));
        Self {
            outbox: outbox.unwrap_or_else(|error| panic!("{error}")),
            seen,
            receiver,
        }
    }

    /// Codes of links that went to an address.
    fn codes_for(&self, address: &str) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic holds it");
        let own = seen
            .iter()
            .filter(|said| said["data"]["recipient"]["address"] == address);
        let code = |said: &Value| {
            let link = said["data"]["link"].as_str().unwrap_or_default();
            let code = link.strip_prefix(LINK);
            code.unwrap_or_else(|| panic!("no link: {said}")).to_owned()
        };
        own.map(code).collect()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.receiver.abort();
    }
}

async fn take(State(seen): State<Seen>, Json(said): Json<Value>) {
    seen.lock().expect("no panic holds it").push(said);
}

impl Town {
    /// The codes of the links that were sent to an address, the oldest first.
    pub(crate) async fn mail_to(&self, address: &str) -> Vec<String> {
        let mailbox = self.mailbox().await;
        loop {
            let round = self.0.control.deliver_due(&mailbox.outbox).await;
            let round = round.expect("the store answers");
            assert_eq!(round.failed, 0, "not delivered");
            if round == Round::default() {
                return mailbox.codes_for(address);
            }
        }
    }

    /// The code of the link that was sent to an address last.
    pub(crate) async fn code_mailed_to(&self, address: &str) -> String {
        let last = self.mail_to(address).await.pop();
        last.unwrap_or_else(|| panic!("nothing was mailed to {address}"))
    }

    /// Somebody new, who follows the link that was sent to an address.
    pub(crate) async fn sign_up(&self, address: &str, name: &str) -> Person {
        let subject = format!("user:{name}");
        let body = json!({ "code": self.code_mailed_to(address).await, "subject": subject });
        let redeemed = self.nobody().post("/v1/invitations/redeem", body).await;
        let secret = redeemed.text("/secret/secret");
        Person::new(self, &subject, Some(secret))
    }
}
