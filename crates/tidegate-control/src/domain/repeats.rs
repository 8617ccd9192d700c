//! Requests that come again: what was answered under an idempotency key is answered again, and not done again.
//!
//! A key is its caller's own: the same word of somebody else is another key. Who has no secret yet is known by
//! what they show instead (the code of an invitation's link). An answer is kept with the change that it is
//! about, in one transaction, and without the text of any secret.

use aws_lc_rs::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::{Builder, Uuid};

use super::{Administration, Fault};
use crate::store::NewRepeat;

/// Longest idempotency key. Characters.
pub const KEY_MAX: usize = 200;

/// How long an answer is remembered under its idempotency key. Seconds.
pub const REPEATS_KEPT_S: u64 = 86_400;

/// A request under an idempotency key.
#[derive(Debug)]
pub(super) struct Keyed {
    actor: Uuid,
    key: String,
    /// SHA-256 of the request, in hexadecimal.
    fingerprint: String,
}

impl Keyed {
    /// `request` is what tells one request of the caller's from another. None without a key.
    ///
    /// # Errors
    /// [`Fault::BadRequest`] for what is no key.
    pub(super) fn new(
        actor: Uuid,
        key: Option<&str>,
        request: &impl Serialize,
    ) -> Result<Option<Self>, Fault> {
        let Some(key) = key else {
            return Ok(None);
        };
        if key.is_empty() || key.chars().count() > KEY_MAX || !key.is_ascii() {
            let detail = format!("between 1 and {KEY_MAX} ASCII characters");
            return Err(Fault::bad("Idempotency-Key", detail));
        }
        let request = serde_json::to_vec(request)
            .map_err(|error| Fault::internal("a request cannot be written", &error))?;
        let digest = digest::digest(&digest::SHA256, &request);
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Ok(Some(Self {
            actor,
            key: key.to_owned(),
            fingerprint: digits.collect(),
        }))
    }

    /// What was answered to it before.
    ///
    /// # Errors
    /// [`Fault::KeyReused`] when that was another request; [`Fault::Unavailable`].
    pub(super) async fn answered<T: DeserializeOwned>(
        &self,
        administration: &Administration,
    ) -> Result<Option<T>, Fault> {
        let kept = administration.store.repeat(self.actor, &self.key).await?;
        let now_s = administration.clock.now_s();
        let recent_s = now_s.saturating_sub(REPEATS_KEPT_S);
        match kept.filter(|kept| kept.created_at_s >= recent_s) {
            None => Ok(None),
            Some(kept) if kept.fingerprint == self.fingerprint => {
                let answer = serde_json::from_str(&kept.answer);
                answer
                    .map(Some)
                    .map_err(|error| Fault::internal("a kept answer cannot be read", &error))
            }
            Some(_) => Err(Fault::KeyReused),
        }
    }

    /// The answer to keep.
    ///
    /// INVARIANT: without the text of a secret, which is shown once and stored nowhere.
    pub(super) fn answer(self, answer: &impl Serialize, now_s: u64) -> Result<NewRepeat, Fault> {
        let Self {
            actor,
            key,
            fingerprint,
        } = self;
        Ok(NewRepeat {
            actor,
            key,
            fingerprint,
            answer: serde_json::to_string(answer)
                .map_err(|error| Fault::internal("an answer cannot be kept", &error))?,
            created_at_s: now_s,
        })
    }
}

/// Stands for the caller where none is known: whoever has the code of an invitation. Who guesses at codes finds
/// nobody's keys.
pub(super) fn holder_of(code: &str) -> Uuid {
    let digest = digest::digest(&digest::SHA256, code.as_bytes());
    let mut bytes = [0; 16];
    for (byte, of) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *of;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}
