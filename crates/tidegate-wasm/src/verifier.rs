//! Secrets and bundles, verified in here by the code that the gateway verifies them with.
//!
//! Keys of ES256 are the host's to verify with, which takes a tenth of the time: what they have signed is refused here
//! with the kind `host-verifies`.

use tidegate_policy::UnverifiedBundle;
use tidegate_token::{Algorithm, Expectation, KeySet, TokenError, UnverifiedToken};
use wasm_bindgen::prelude::*;

use crate::bundle::{Expected, held, of_bundle};
use crate::error::{error, of_input};

/// A key of the set has signed it that only the host can verify with.
const HOST_VERIFIES: &str = "host-verifies";

/// A key set that verifies.
#[wasm_bindgen]
pub struct Verifier {
    keys: KeySet,
}

#[wasm_bindgen]
impl Verifier {
    /// Takes the text of a JSON Web Key Set.
    ///
    /// # Errors
    /// The kinds of `KeyError`: `key-set`, or that of the first key that is not good.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Verifier, JsValue> {
        let keys = KeySet::from_json(json);
        let keys = keys.map_err(|found| error(found.kind(), &found))?;
        Ok(Self { keys })
    }

    /// The claims of a secret that holds.
    ///
    /// # Errors
    /// The kinds of `TokenError`, the first that applies; `host-verifies`.
    #[wasm_bindgen(js_name = verifySecret, unchecked_return_type = "object")]
    pub fn verify_secret(
        &self,
        secret: &str,
        issuer: &str,
        audience: &str,
        now_s: f64,
    ) -> Result<JsValue, JsValue> {
        // With a time that is none nothing would be over.
        if now_s.is_nan() || now_s < 0.0 {
            return Err(of_input(&"the time is no number of seconds"));
        }
        let unverified = UnverifiedToken::new(secret);
        let expectation = Expectation {
            issuer,
            audience,
            // A number of JavaScript: whole seconds, cut where there are none.
            now_s: now_s as u64,
        };
        let verified = unverified
            .verify(&self.keys, &expectation)
            .map_err(|found| {
                // No signature of ES256 holds in here: until then all is as it is elsewhere.
                let key = unverified.key(&self.keys).ok();
                let by_host = key.is_some_and(|key| key.algorithm() == Algorithm::Es256);
                match found {
                    TokenError::Signature if by_host => host_verifies(),
                    _ => error(found.kind(), &found),
                }
            })?;
        let claims = serde_wasm_bindgen::to_value(verified.claims());
        claims.map_err(|found| error("claims", &found))
    }

    /// Verifies a bundle, and loads it as `what`: an `engine` of a whole snapshot, a `slice`, or a `change` of one.
    ///
    /// # Errors
    /// As `Engine.fromBundle`; `host-verifies`.
    #[wasm_bindgen(unchecked_return_type = "Engine | Slice | SliceChange")]
    pub fn load(
        &self,
        bytes: &[u8],
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "'engine' | 'slice' | 'change'")] what: &str,
    ) -> Result<JsValue, JsValue> {
        let expected = Expected::read(expect)?;
        let bundle = UnverifiedBundle::parse(bytes).map_err(|found| of_bundle(&found))?;
        let host = tidegate_token::bundle::key(bundle.head(), &self.keys);
        if host.is_ok_and(|key| key.algorithm() == Algorithm::Es256) {
            return Err(host_verifies());
        }
        held(bundle.verify(&self.keys, &expected.expectation()), what)
    }
}

fn host_verifies() -> JsValue {
    error(HOST_VERIFIES, &"the host verifies what ES256 has signed")
}
