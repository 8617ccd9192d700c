//! Fetching keys and the whole bundle, and putting them in force.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use http::Method;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tidegate_policy::Snapshot;
use tidegate_policy::bundle::{Expectation, MAX_BUNDLE_BYTES, MAX_CLOCK_SKEW_S, UnverifiedBundle};
use tidegate_token::{JwkSet, KeySet};
use tokio::time::timeout;

use super::watch::model_of;
use super::{AUDIENCE, Held, Replica, ReplicaError};

/// For the head of an answer: the control plane may have to write the bundle first.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// For each piece of it.
const PIECE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest key set. Bytes.
const KEYS_LIMIT_BYTES: usize = 256 * 1024;

impl Replica {
    /// Fetches the key set, and puts it in force when the node's own secret holds under it.
    pub(super) async fn load_keys(&self, held: &mut Held) -> Result<(), ReplicaError> {
        let opened = self.sender.open(
            Method::GET,
            "/.well-known/jwks.json",
            &[],
            None,
            PIECE_TIMEOUT,
        );
        let content = Limited::new(opened.await?.into_body(), KEYS_LIMIT_BYTES).collect();
        let content = timeout(PIECE_TIMEOUT, content)
            .await
            .map_err(|_| ReplicaError::Stream("brings no keys"))?
            .map_err(|_| ReplicaError::Stream("brings no keys"))?;
        let set: JwkSet = serde_json::from_slice(&content.to_bytes())
            .map_err(|error| ReplicaError::Line(format!("a key set: {error}")))?;
        let keys = KeySet::from_jwks(&set)?;
        let secret = self.secret.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = secret.clone();
        self.identity.check(&secret, &keys, (self.clock)())?;
        held.keys = keys.clone();
        self.site.keys(keys);
        Ok(())
    }

    /// Loads the whole bundle, and puts its snapshot in force.
    pub(super) async fn load_bundle(&self, held: &mut Held) -> Result<(), ReplicaError> {
        let opened = self
            .sender
            .open(Method::GET, "/v1/bundle", &[], None, HEAD_TIMEOUT);
        let response = opened.await?;
        let model = model_of(&response);
        let bytes = read(response.into_body()).await?;
        let (identity, keys) = (self.identity.clone(), held.keys.clone());
        let (now_s, held_revision) = ((self.clock)(), held.revision());
        // Reading a large one takes longer than others should wait for this thread.
        let verified = tokio::task::spawn_blocking(move || {
            let expectation = Expectation {
                issuer: &identity.issuer,
                audience: AUDIENCE,
                subject: &identity.subject,
                uid: None,
                now_s,
                held_revision,
            };
            let bundle = UnverifiedBundle::parse(&bytes)?.verify(&keys, &expectation)?;
            Ok::<_, ReplicaError>((bundle.head().issued_at_s, bundle.snapshot()?))
        });
        let (issued_at_s, snapshot) = match verified.await {
            Ok(verified) => verified?,
            Err(_) => return Err(ReplicaError::Stream("brings a bundle that was not read")),
        };
        let revision = snapshot.revision();
        self.site
            .accepts(&snapshot)
            .map_err(|reason| ReplicaError::Unfit { revision, reason })?;
        // It tells how things stood when it was signed.
        self.publish(held, snapshot, issued_at_s);
        held.model = model;
        held.doubtful = false;
        tracing::info!(revision, "the bundle is loaded");
        Ok(())
    }

    /// Puts a snapshot in force that was the newest at a moment of the control plane's clock.
    pub(super) fn publish(&self, held: &mut Held, snapshot: Snapshot, at_s: u64) {
        let snapshot = Arc::new(snapshot);
        held.snapshot = Some(Arc::clone(&snapshot));
        self.live.publish(snapshot, self.fresh(at_s));
    }

    /// A moment of the control plane's clock, by this one: not later than clocks may differ.
    pub(super) fn fresh(&self, at_s: u64) -> u64 {
        (self.clock)().min(at_s.saturating_add(MAX_CLOCK_SKEW_S))
    }
}

impl Held {
    pub(super) fn revision(&self) -> Option<u64> {
        self.snapshot.as_ref().map(|snapshot| snapshot.revision())
    }
}

async fn read(mut body: Incoming) -> Result<BytesMut, ReplicaError> {
    let mut bytes = BytesMut::new();
    loop {
        let frame = timeout(PIECE_TIMEOUT, body.frame())
            .await
            .map_err(|_| ReplicaError::Stream("brings no whole bundle in time"))?;
        let Some(frame) = frame else {
            return Ok(bytes);
        };
        let frame = frame.map_err(|_| ReplicaError::Stream("breaks off within the bundle"))?;
        if let Some(piece) = frame.data_ref() {
            if bytes.len() + piece.len() > MAX_BUNDLE_BYTES {
                return Err(ReplicaError::BundleTooLong);
            }
            bytes.extend_from_slice(piece);
        }
    }
}
