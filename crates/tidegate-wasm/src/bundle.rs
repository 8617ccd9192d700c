//! Bundles: a snapshot or a slice that comes signed.
//!
//! The host's WebCrypto verifies the signature and works out the payload's SHA-256 (`verify.js`): cryptography of
//! our own would be a quarter of the module. `Engine.fromBundle` and `Slice.fromBundle` do both and then load.
//! Everything else that makes a bundle good is checked here, by the engine's [`UnverifiedBundle::verify`].
//!
//! [`UnverifiedBundle::verify`]: tidegate_policy::UnverifiedBundle::verify

use js_sys::Uint8Array;
use tidegate_policy::base64url;
use tidegate_policy::bundle::{Digest, Expectation, Head, HeadError, Scope, Verifier};
use tidegate_policy::{Bundle, BundleError, Object};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::error;
use crate::given::parse;
use crate::json::{Fields, uuid};
use crate::slice::{Slice, SliceChange};

/// The `typ` of a bundle's head.
const TYP: &str = "tidegate-bundle+jwt";

#[wasm_bindgen(module = "/src/verify.js")]
extern "C" {
    fn engine(bundle: UnverifiedBundle, keys: &JsValue, expect: &JsValue) -> JsValue;
    fn slice(bundle: UnverifiedBundle, keys: &JsValue, expect: &JsValue) -> JsValue;
    fn change(bundle: UnverifiedBundle, keys: &JsValue, expect: &JsValue) -> JsValue;
}

/// Bytes that claim to be a bundle, for hosts that verify signatures by themselves. Nothing in them may be
/// believed.
#[wasm_bindgen]
pub struct UnverifiedBundle {
    bytes: Vec<u8>,
    head: Unverified,
}

#[wasm_bindgen]
impl Engine {
    /// Verifies a bundle of a whole snapshot, and loads it.
    ///
    /// # Errors
    /// The first that applies of the kinds of [`BundleError`], and `bad-input` or `bad-name` of what is expected.
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<Engine>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(engine(UnverifiedBundle::new(bytes)?, keys, expect))
    }
}

#[wasm_bindgen]
impl Slice {
    /// Verifies a bundle of one subject's slice, and loads it.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<Slice>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(slice(UnverifiedBundle::new(bytes)?, keys, expect))
    }
}

#[wasm_bindgen]
impl SliceChange {
    /// Verifies a bundle of what leads from the revision that is held to a later one.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<SliceChange>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(change(UnverifiedBundle::new(bytes)?, keys, expect))
    }
}

#[wasm_bindgen]
impl UnverifiedBundle {
    /// Takes a bundle apart.
    ///
    /// # Errors
    /// `no-head`, `too-long`, `head-malformed`, `head-header`, `head-type`
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<UnverifiedBundle, JsValue> {
        let parsed = tidegate_policy::UnverifiedBundle::parse(&bytes);
        parsed.map_err(|found| of_bundle(&found))?;
        // What was parsed has a line of text first.
        let line = bytes.split(|&byte| byte == b'\n').next();
        let line = line.and_then(|line| str::from_utf8(line).ok());
        let head = Unverified::parse(line.unwrap_or_default());
        let head = head.map_err(|found| of_bundle(&found.into()))?;
        Ok(Self { bytes, head })
    }

    /// Which key has signed it: its `kid`.
    #[wasm_bindgen(getter, js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.head.kid.clone()
    }

    /// `EdDSA` or `ES256`, and what the key must be of.
    #[wasm_bindgen(getter)]
    pub fn algorithm(&self) -> String {
        self.head.alg.clone()
    }

    /// What is signed.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> Uint8Array {
        let message = self.bytes.get(..self.head.signed_bytes);
        Uint8Array::from(message.unwrap_or_default())
    }

    /// By which it is signed, as JWS has it (RFC 7518 §3.4, RFC 8037 §3.1).
    #[wasm_bindgen(getter)]
    pub fn signature(&self) -> Uint8Array {
        Uint8Array::from(&*self.head.signature)
    }

    /// What it holds: its SHA-256 is wanted.
    #[wasm_bindgen(getter)]
    pub fn payload(&self) -> Uint8Array {
        let line = self.bytes.iter().position(|&byte| byte == b'\n');
        let payload = line.and_then(|end| self.bytes.get(end + 1..));
        Uint8Array::from(payload.unwrap_or_default())
    }

    /// Loads it as a whole snapshot. The caller answers for two things: `signature` is a trusted key's of
    /// `message`, and `sha256` has been worked out from `payload`.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    #[wasm_bindgen(js_name = engineVerifiedByHost)]
    pub fn engine_verified_by_host(
        &self,
        sha256: &[u8],
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<Engine, JsValue> {
        let loaded = self.verified(sha256, expect)?.snapshot();
        let snapshot = loaded.map_err(|found| of_bundle(&found))?;
        Ok(Engine { snapshot })
    }

    /// Loads it as a slice; for the rest like the above.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    #[wasm_bindgen(js_name = sliceVerifiedByHost)]
    pub fn slice_verified_by_host(
        &self,
        sha256: &[u8],
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<Slice, JsValue> {
        let loaded = self.verified(sha256, expect)?.slice();
        let inner = loaded.map_err(|found| of_bundle(&found))?;
        Ok(Slice::new(inner))
    }

    /// Reads it as a change of a slice; for the rest like the above.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    #[wasm_bindgen(js_name = changeVerifiedByHost)]
    pub fn change_verified_by_host(
        &self,
        sha256: &[u8],
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<SliceChange, JsValue> {
        let loaded = self.verified(sha256, expect)?.change();
        let inner = loaded.map_err(|found| of_bundle(&found))?;
        Ok(SliceChange { inner })
    }
}

impl UnverifiedBundle {
    fn verified(&self, sha256: &[u8], expect: &JsValue) -> Result<Bundle<'_>, JsValue> {
        let expect = Expected::read(expect)?;
        let host = Host {
            head: &self.head,
            sha256,
        };
        tidegate_policy::UnverifiedBundle::parse(&self.bytes)
            .and_then(|bundle| bundle.verify(&host, &expect.expectation()))
            .map_err(|found| of_bundle(&found))
    }
}

/// What is expected of a bundle.
pub(crate) struct Expected {
    issuer: String,
    audience: String,
    subject: Object,
    uid: Option<Uuid>,
    now_s: u64,
    held_revision: Option<u64>,
}

impl Expected {
    /// # Errors
    /// `bad-input`, `bad-name`
    pub(crate) fn read(expect: &JsValue) -> Result<Self, JsValue> {
        let mut fields = Fields::read(expect)?;
        let uid = fields.text_or_none("uid")?;
        let expected = Self {
            issuer: fields.text("issuer")?,
            audience: fields.text("audience")?,
            subject: parse(&fields.text("subject")?)?,
            uid: uid.map(|text| uuid("uid", &text)).transpose()?,
            now_s: fields.number("nowS")?,
            held_revision: fields.number_or_none("heldRevision")?,
        };
        fields.end()?;
        Ok(expected)
    }

    pub(crate) fn expectation(&self) -> Expectation<'_> {
        let Self {
            issuer,
            audience,
            subject,
            uid,
            now_s,
            held_revision,
        } = self;
        Expectation {
            issuer,
            audience,
            subject,
            uid: *uid,
            now_s: *now_s,
            held_revision: *held_revision,
        }
    }
}

/// What the host has vouched for.
struct Host<'a> {
    head: &'a Unverified,
    sha256: &'a [u8],
}

impl Verifier for Host<'_> {
    fn head(&self, _line: &str) -> Result<Head, HeadError> {
        claims(&self.head.claims).ok_or(HeadError::Claims)
    }

    fn digest(&self, payload: &[u8]) -> Digest {
        Digest {
            // One of another length is that of no payload.
            sha256: self.sha256.try_into().unwrap_or_default(),
            // No target has sizes above 64 bits.
            length_bytes: payload.len() as u64,
        }
    }
}

/// A head taken apart: the compact form of a JWS (RFC 7515 §7.1).
struct Unverified {
    alg: String,
    kid: String,
    /// JSON.
    claims: Vec<u8>,
    signature: Vec<u8>,
    /// How many bytes of the head are signed.
    signed_bytes: usize,
}

impl Unverified {
    fn parse(line: &str) -> Result<Self, HeadError> {
        // Byte by byte: the standard library's search is 1 % of the package.
        let is_dot = |byte| byte == b'.';
        let cut = |text, at: Option<usize>| {
            let (before, after) = str::split_at_checked(text, at?)?;
            Some((before, after.get(1..)?))
        };
        let signed = cut(line, line.bytes().rposition(is_dot));
        let (signed, signature) = signed.ok_or(HeadError::Malformed)?;
        let header = cut(signed, signed.bytes().position(is_dot));
        let (header, claims) = header.ok_or(HeadError::Malformed)?;
        let decode = |text| base64url::decode(text).ok_or(HeadError::Malformed);
        let (typ, alg, kid) = header_of(&decode(header)?).ok_or(HeadError::Header)?;
        if typ != TYP {
            return Err(HeadError::Type);
        }
        Ok(Self {
            alg,
            kid,
            claims: decode(claims)?,
            signature: decode(signature)?,
            signed_bytes: signed.len(),
        })
    }
}

fn header_of(json: &[u8]) -> Option<(String, String, String)> {
    let mut fields = Fields::parse(json)?;
    let mut text = |name| fields.text(name).ok();
    let header = (text("typ")?, text("alg")?, text("kid")?);
    fields.end().ok()?;
    Some(header)
}

fn claims(json: &[u8]) -> Option<Head> {
    let mut fields = Fields::parse(json)?;
    let uid: Option<Uuid> = match fields.text_or_none("uid").ok()? {
        Some(text) => Some(uuid("uid", &text).ok()?),
        None => None,
    };
    let from = fields.number_or_none("from").ok()?;
    let head = Head {
        issuer: fields.text("iss").ok()?,
        audience: fields.text("aud").ok()?,
        subject: fields.text("sub").ok()?.parse().ok()?,
        scope: match (&*fields.text("scope").ok()?, uid, from) {
            ("whole", None, None) => Scope::Whole,
            ("slice", Some(uid), None) => Scope::Slice { uid },
            ("change", Some(uid), Some(from)) => Scope::Change { uid, from },
            _ => return None,
        },
        revision: fields.number("revision").ok()?,
        issued_at_s: fields.number("iat").ok()?,
        expires_at_s: fields.number("exp").ok()?,
        payload: Digest {
            sha256: base64url::decode(&fields.text("sha256").ok()?)?
                .try_into()
                .ok()?,
            length_bytes: fields.number("length").ok()?,
        },
    };
    fields.end().ok()?;
    Some(head)
}

pub(crate) fn of_bundle(found: &BundleError) -> JsValue {
    error(found.kind(), &found.to_string())
}
