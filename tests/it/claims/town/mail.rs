//! What is mailed to people, and what its links are good for: a webhook of the town's own is told.

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tidegate_control::outbox::{
    BaseUrl, NotifySettings, SecretSource, TransportSettings, WebhookSettings, WebhookUrl,
};
use tokio::net::TcpListener;

use super::{Person, Town};
use crate::world::Folder;

/// Receives what the outbox delivers.
pub(super) struct Mailbox {
    told: Arc<Mutex<Vec<Value>>>,
}

impl Mailbox {
    /// Listens on loopback, until the test's runtime ends; and how to tell it.
    pub(super) async fn open(folder: &Folder) -> (Self, NotifySettings) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(receive(listener, Arc::clone(&told)));
        let secret = folder.path().join("webhook.secret");
        std::fs::write(&secret, "whsec_dG93bnRvd250b3dudG93bnRvd250b3du").expect("writes");
        let webhook = WebhookSettings {
            url: WebhookUrl::new(&format!("http://{address}/told"), false).expect("loopback"),
            base_url: BaseUrl::new("https://console.test", false).expect("a URL"),
            secret: SecretSource::File(secret),
        };
        let settings = NotifySettings {
            timeout: NotifySettings::TIMEOUT,
            transport: TransportSettings::Webhook(webhook),
        };
        (Self { told }, settings)
    }

    /// Codes of links to an address, the oldest first.
    fn codes(&self, address: &str) -> Vec<String> {
        let told = self.told.lock().expect("no panic");
        let mine = told.iter().map(|notice| &notice["data"]);
        let mine = mine.filter(|data| data["recipient"]["address"] == address);
        let links = mine.filter_map(|data| data["link"].as_str());
        links
            .filter_map(|link| Some(link.split_once("#redeem=")?.1.to_owned()))
            .collect()
    }
}

async fn receive(listener: TcpListener, told: Arc<Mutex<Vec<Value>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let told = Arc::clone(&told);
        let note = service_fn(move |request: Request<Incoming>| {
            let told = Arc::clone(&told);
            async move {
                let body = request.into_body().collect().await?.to_bytes();
                let notice = serde_json::from_slice(&body).expect("JSON");
                told.lock().expect("no panic").push(notice);
                Ok::<_, hyper::Error>(Response::new(Empty::<Bytes>::new()))
            }
        });
        let connection =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), note);
        tokio::spawn(connection);
    }
}

impl Town {
    /// The codes of the links that were mailed to an address, the oldest first.
    pub(crate) async fn mail_to(&self, address: &str) -> Vec<String> {
        self.0.control.deliver().await.expect("the store answers");
        self.0.mailbox.codes(address)
    }

    /// The code of the link that was mailed to an address last.
    pub(crate) async fn code_mailed_to(&self, address: &str) -> String {
        let last = self.mail_to(address).await.pop();
        last.unwrap_or_else(|| panic!("nothing was mailed to {address}"))
    }

    /// Somebody new, who follows the link that was mailed to an address.
    pub(crate) async fn sign_up(&self, address: &str, name: &str) -> Person {
        let subject = format!("user:{name}");
        let body = json!({ "code": self.code_mailed_to(address).await, "subject": subject });
        let redeemed = self.nobody().post("/v1/invitations/redeem", body).await;
        let secret = redeemed.text("/secret/secret");
        Person::new(self, &subject, Some(secret))
    }
}
