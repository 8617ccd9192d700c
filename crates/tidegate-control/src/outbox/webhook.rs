//! Notifications by a signed request, as the Standard Webhooks specification says
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! A status of 2xx is delivered, everything else is tried again; redirections are not followed, and the
//! answer's content is not read.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use std::sync::Arc;

use super::date::rfc3339;
use super::settings::{BaseUrl, OutboxError, SecretSource, WebhookSettings};
use super::{Delivery, DeliveryError, Notification, Recipient};

/// What a secret starts with.
const SECRET_PREFIX: &str = "whsec_";
/// Lengths that the specification allows for a key. Bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// `Debug` shows no key: `aws-lc-rs` does not either.
#[derive(Debug)]
pub(super) struct Webhook {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    base_url: BaseUrl,
    /// The newest first.
    keys: Vec<hmac::Key>,
}

impl Webhook {
    pub(super) fn open(settings: WebhookSettings) -> Result<Self, OutboxError> {
        let WebhookSettings {
            url,
            base_url,
            secret,
        } = settings;
        let is_https = url.0.scheme_str() == Some("https");
        // Each attempt has a connection of its own: they are rare, and an old one may be dead.
        let http = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector(is_https)?);
        Ok(Self {
            http,
            url: url.0,
            base_url,
            keys: keys(&secret)?,
        })
    }

    pub(super) async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), DeliveryError> {
        let (id, at_s) = (delivery.id.to_string(), delivery.now_s);
        let content = self.content(delivery).to_string();
        let request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &id)
            .header("webhook-timestamp", at_s)
            .header(
                "webhook-signature",
                signatures(&self.keys, &id, at_s, &content),
            )
            .body(Full::new(Bytes::from(content)))
            .map_err(|error| DeliveryError::Message(error.to_string()))?;
        let response = self.http.request(request).await;
        let response = response.map_err(|error| DeliveryError::Unreachable(root_cause(&error)))?;
        let status = response.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(DeliveryError::Refused(status.as_u16()))
        }
    }

    fn content(&self, delivery: &Delivery<'_>) -> Value {
        let notification = delivery.notification;
        let Notification::Invited {
            invitation,
            object,
            display_name,
            relations,
            invited_by,
            recipient,
            expires_at_s,
            link: _,
        } = notification;
        let (recipient, link) = match recipient {
            Recipient::Address(address) => (
                json!({ "address": address }),
                notification.link(address, &self.base_url, delivery.key),
            ),
            Recipient::Subject { object, addresses } => {
                (json!({ "subject": object, "addresses": addresses }), None)
            }
        };
        json!({
            "type": notification.kind(),
            "timestamp": rfc3339(delivery.created_at_s),
            "data": {
                "invitation": invitation.to_string(),
                "object": object,
                "display_name": display_name,
                "relations": relations,
                "invited_by": invited_by,
                "recipient": recipient,
                "expires_at": rfc3339(*expires_at_s),
                "link": link,
            },
        })
    }
}

/// One signature for each key, so that receivers can change theirs in their own time.
pub(super) fn signatures(keys: &[hmac::Key], id: &str, at_s: u64, content: &str) -> String {
    let signed = format!("{id}.{at_s}.{content}");
    let signatures = keys.iter().map(|key| {
        let tag = hmac::sign(key, signed.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

pub(super) fn keys(source: &SecretSource) -> Result<Vec<hmac::Key>, OutboxError> {
    let wrong = || source.wrong("is no webhook secret: whsec_ and 24 to 64 bytes in base64");
    let key = |secret: &str| {
        let bytes = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
        let fits = KEY_BYTES.contains(&bytes.len());
        fits.then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    };
    source
        .read()?
        .split_whitespace()
        .map(|secret| key(secret).ok_or_else(wrong))
        .collect()
}

/// Reads this machine's root certificates only where they are needed.
fn connector(is_https: bool) -> Result<HttpsConnector<HttpConnector>, OutboxError> {
    let tls = |error: &dyn std::fmt::Display| OutboxError::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(&error))?;
    let config = if is_https {
        builder.with_native_roots().map_err(|error| tls(&error))?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

/// The innermost cause says what happened; the outer ones only where.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
