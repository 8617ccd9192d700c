//! Who a node is: what its own secret says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tidegate_policy::Object;
use tidegate_token::{Expectation, KeySet, UnverifiedToken};

use super::ReplicaError;

/// The audience of secrets that a control plane takes.
const CONTROL: &str = "control";

/// What a node expects, read from the secret that it was given: not believed of anything that comes
/// from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who issues secrets and bundles.
    pub issuer: String,
    /// The node.
    pub subject: Object,
}

impl Identity {
    /// Reads a secret without verifying it: there are no keys yet, and whoever started the node chose it.
    pub(super) fn read(secret: &str) -> Result<Self, ReplicaError> {
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
            sub: String,
        }
        let read = || {
            let claims = secret.split('.').nth(1)?;
            let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
            let Claims { iss, sub } = serde_json::from_slice(&claims).ok()?;
            Some(Self {
                issuer: iss,
                subject: sub.parse().ok()?,
            })
        };
        read().ok_or(ReplicaError::Secret)
    }

    /// Whether keys are of whom the secret is.
    pub(super) fn check(
        &self,
        secret: &str,
        keys: &KeySet,
        now_s: u64,
    ) -> Result<(), ReplicaError> {
        let expectation = Expectation {
            issuer: &self.issuer,
            audience: CONTROL,
            now_s,
        };
        let verified = UnverifiedToken::new(secret)
            .verify(keys, &expectation)
            .map_err(ReplicaError::Own)?;
        match verified.claims().sub == self.subject.as_str() {
            true => Ok(()),
            false => Err(ReplicaError::Secret),
        }
    }
}
