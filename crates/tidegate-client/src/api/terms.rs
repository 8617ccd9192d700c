//! What a change asks for beside itself: to happen once, and only where nothing else has changed.

use http::header::{HeaderName, HeaderValue, IF_MATCH};

use crate::send::ApiError;

/// Longest idempotency key. Bytes.
pub const MAX_IDEMPOTENCY_KEY_BYTES: usize = 255;

/// The terms of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The change happens once under a key: a repeat is answered as the first request was, but for the
    /// text of a secret, which is left out. Another change under the same key is refused with 422.
    /// Visible ASCII, at most [`MAX_IDEMPOTENCY_KEY_BYTES`]. Sent as `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The change is refused with 412 when the object that it names has changed after this revision (the
    /// `revision` of an [`ObjectInfo`](crate::wire::ObjectInfo)). Sent as `If-Match` (RFC 9110 §13.1.1).
    pub if_match: Option<u64>,
}

impl Terms {
    /// Whether the key can be sent.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let sendable = |key: &String| {
            (1..=MAX_IDEMPOTENCY_KEY_BYTES).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match &self.idempotency_key {
            Some(key) if !sendable(key) => Err(ApiError::BadIdempotencyKey),
            _ => Ok(()),
        }
    }

    /// As headers. A key that cannot be sent was refused by [`check`](Self::check).
    pub(crate) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, ApiError> {
        let Self {
            idempotency_key,
            if_match,
        } = self;
        let mut headers = Vec::new();
        if let Some(key) = idempotency_key {
            let value = HeaderValue::try_from(key).map_err(|_| ApiError::BadIdempotencyKey)?;
            headers.push((HeaderName::from_static("idempotency-key"), value));
        }
        if let Some(revision) = if_match {
            let value = HeaderValue::try_from(format!("\"{revision}\""));
            headers.push((IF_MATCH, value.map_err(|_| ApiError::BadIdempotencyKey)?));
        }
        Ok(headers)
    }
}
