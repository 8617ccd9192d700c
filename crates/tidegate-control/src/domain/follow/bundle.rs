//! The whole snapshot, signed for one node.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use tidegate_policy::Snapshot;
use tidegate_policy::bundle::{Digest, Head, Scope};
use tidegate_token::bundle::digest;

use super::{Actor, Administration, Fault};

/// How long a bundle may be put in force after it was signed. Seconds.
pub(super) const LIFE_S: u64 = 600;

/// For whom bundles are that gateways load.
const AUDIENCE: &str = tidegate_client::replica::AUDIENCE;

/// How long a payload is kept for the next node. Seconds.
const KEPT_S: u64 = 60;

/// A bundle on its way to a node.
#[derive(Clone, Debug)]
pub struct SignedBundle {
    /// A line, with its newline.
    pub head: Bytes,
    /// The binary form of the snapshot.
    pub payload: Bytes,
    /// Equal for equal revision and payload: a strong entity tag (RFC 9110 §8.8.3), with its quotes.
    pub tag: String,
}

/// A payload, which is the same for every node.
#[derive(Debug)]
pub(super) struct Encoded {
    revision: u64,
    payload: Bytes,
    digest: Digest,
    used_at_s: u64,
}

impl Administration {
    /// The whole snapshot for a node.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn bundle(&self, actor: &Actor) -> Result<SignedBundle, Fault> {
        let snapshot = self.for_node(actor)?;
        let encoded = self.encoded(snapshot).await?;
        let now_s = self.clock.now_s();
        let head = Head {
            issuer: self.issuer.clone(),
            audience: AUDIENCE.to_owned(),
            subject: actor.object.clone(),
            scope: Scope::Whole,
            revision: encoded.revision,
            issued_at_s: now_s,
            expires_at_s: now_s.saturating_add(LIFE_S),
            payload: encoded.digest,
        };
        let tag = tag(&head);
        let head = self.signed(&head)?;
        Ok(SignedBundle {
            head,
            payload: encoded.payload.clone(),
            tag,
        })
    }

    /// The line of a head, with its newline.
    pub(super) fn signed(&self, head: &Head) -> Result<Bytes, Fault> {
        let keyring = self.keyring();
        let signing = keyring.bundles(head.issued_at_s).ok_or(Fault::Internal)?;
        let mut line = signing
            .sign_bundle(head)
            .map_err(|error| Fault::internal("a bundle cannot be signed", &error))?;
        line.push('\n');
        Ok(line.into())
    }

    /// Tells one model, profile and history of revisions from another: [`tidegate_client::replica::MODEL_HEADER`].
    pub fn model_tag(&self) -> &str {
        &self.following.model
    }

    /// Writes a payload once for each revision, however many nodes wait for it.
    async fn encoded(&self, snapshot: Arc<Snapshot>) -> Result<Arc<Encoded>, Fault> {
        let mut kept = self.following.encoded.lock().await;
        if let Some(encoded) = kept.as_ref()
            && encoded.revision >= snapshot.revision()
        {
            return Ok(Arc::clone(encoded));
        }
        let used_at_s = self.clock.now_s();
        // A large one takes longer than others should wait for this thread.
        let encoding = tokio::task::spawn_blocking(move || {
            let payload = Bytes::from(snapshot.to_bundle_payload()?);
            Ok::<_, tidegate_policy::bundle::PayloadError>(Encoded {
                revision: snapshot.revision(),
                digest: digest(&payload),
                payload,
                used_at_s,
            })
        });
        let encoded = encoding
            .await
            .map_err(|error| Fault::internal("a bundle was not written", &error))?
            .map_err(|error| Fault::internal("a bundle cannot be written", &error))?;
        let encoded = Arc::new(encoded);
        *kept = Some(Arc::clone(&encoded));
        Ok(encoded)
    }

    /// Nodes load bundles at their start: there is no need to keep one for longer.
    pub(super) async fn forget_bundle(&self, now_s: u64) {
        let mut kept = self.following.encoded.lock().await;
        let is_over = |encoded: &Arc<Encoded>| now_s.saturating_sub(encoded.used_at_s) > KEPT_S;
        if kept.as_ref().is_some_and(is_over) {
            *kept = None;
        }
    }
}

/// Of a bundle with this head.
pub(super) fn tag(head: &Head) -> String {
    let sum = URL_SAFE_NO_PAD.encode(head.payload.sha256);
    format!("\"{}-{sum}\"", head.revision)
}

/// Equal for equal model, profile and history.
pub(super) fn model_tag(snapshot: &Snapshot, history: &str) -> String {
    use std::fmt::Write;
    let profile = serde_json::to_string(snapshot.profile()).unwrap_or_default();
    let text = format!("{}\n{profile}\n{history}", snapshot.model().text());
    let mut tag = String::new();
    for byte in digest(text.as_bytes()).sha256.iter().take(16) {
        // Writing to a text does not fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag
}
