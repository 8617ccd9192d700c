//! Bundles: a snapshot or a slice that comes signed.
//!
//! The host's WebCrypto verifies the signature and works out the payload's SHA-256 (`verify.js`): cryptography of
//! our own would be a quarter of the module. `Engine.fromBundle` and `Slice.fromBundle` do both and then load.
//! Everything else that makes a bundle good is checked here, by the engine's [`UnverifiedBundle::verify`].
//!
//! [`UnverifiedBundle::verify`]: tidegate_policy::UnverifiedBundle::verify

use tidegate_policy::base64url;
use tidegate_policy::bundle::{Digest, Expectation, Head, HeadError, Scope, Verifier};
use tidegate_policy::json::{Fields, Json};
use tidegate_policy::text::{cut, cut_last};
use tidegate_policy::{Bundle, BundleError, Object};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

#[cfg(feature = "core")]
use crate::engine::Engine;
use crate::error::{error, of_input};
#[cfg(feature = "core")]
use crate::follow::SliceChange;
use crate::given::parse;
use crate::host::Uint8Array;
use crate::json::{end, fields_of, object_of};
use crate::slice::Slice;

/// The `typ` of a bundle's head.
const TYP: &str = "tidegate-bundle+jwt";

#[wasm_bindgen(module = "/src/verify.js")]
extern "C" {
    fn loaded(bundle: UnverifiedBundle, keys: &JsValue, expect: &JsValue, what: &str) -> JsValue;
}

/// What a bundle may hold.
#[cfg(feature = "core")]
pub(crate) const ENGINE: &str = "engine";
const SLICE: &str = "slice";
#[cfg(feature = "core")]
pub(crate) const CHANGE: &str = "change";

/// Bytes that claim to be a bundle, for hosts that verify signatures by themselves. Nothing in them may be
/// believed.
#[wasm_bindgen]
pub struct UnverifiedBundle {
    bytes: Vec<u8>,
    /// Length of the line of the head. Bytes.
    line_bytes: usize,
    head: Unverified,
}

#[wasm_bindgen]
impl Slice {
    /// Verifies a bundle of one subject's slice, and loads it.
    ///
    /// # Errors
    /// The first that applies of the kinds of [`BundleError`], and `bad-input` or `bad-name` of what is expected.
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<Slice>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        from_bundle(bytes, keys, expect, SLICE)
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
        let line = parsed.map_err(|found| of_bundle(&found))?.head();
        let head = Unverified::parse(line).map_err(|found| of_bundle(&found.into()))?;
        Ok(Self {
            line_bytes: line.len(),
            head,
            bytes,
        })
    }

    /// What the host verifies, and what by.
    #[wasm_bindgen(unchecked_return_type = "BundleParts")]
    pub fn parts(&self) -> JsValue {
        let head = &self.head;
        let bytes = |found: Option<&[u8]>| Uint8Array::new(found.unwrap_or_default()).into();
        object_of(&[
            ("keyId", (&*head.kid).into()),
            ("algorithm", (&*head.alg).into()),
            ("message", bytes(self.bytes.get(..head.signed_bytes))),
            ("signature", bytes(Some(&head.signature))),
            ("payload", bytes(self.bytes.get(self.line_bytes + 1..))),
        ])
    }

    /// Loads it as `what`: an `engine` of a whole snapshot, a `slice`, or a `change` of one. The caller answers for
    /// two things: `signature` is a trusted key's of `message`, and `sha256` has been worked out from `payload`.
    ///
    /// # Errors
    /// As [`Slice::from_bundle`].
    #[wasm_bindgen(
        js_name = verifiedByHost,
        unchecked_return_type = "Engine | Slice | SliceChange"
    )]
    pub fn verified_by_host(
        &self,
        sha256: &[u8],
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "'engine' | 'slice' | 'change'")] what: &str,
    ) -> Result<JsValue, JsValue> {
        let expect = Expected::read(expect)?;
        let host = Host {
            head: &self.head,
            sha256,
        };
        let verified = tidegate_policy::UnverifiedBundle::parse(&self.bytes)
            .and_then(|bundle| bundle.verify(&host, &expect.expectation()));
        held(verified, what)
    }
}

pub(crate) fn from_bundle(
    bytes: Vec<u8>,
    keys: &JsValue,
    expect: &JsValue,
    what: &str,
) -> Result<JsValue, JsValue> {
    Ok(loaded(UnverifiedBundle::new(bytes)?, keys, expect, what))
}

/// What a bundle that was verified holds.
///
/// # Errors
/// The kinds of [`BundleError`]; `bad-input`, where it is asked for as something that no bundle is.
pub(crate) fn held(
    verified: Result<Bundle<'_>, BundleError>,
    what: &str,
) -> Result<JsValue, JsValue> {
    let of_bundle = |found| of_bundle(&found);
    let bundle = verified.map_err(of_bundle)?;
    let loaded = match what {
        #[cfg(feature = "core")]
        ENGINE => bundle.snapshot().map(|snapshot| Engine { snapshot }.into()),
        SLICE => bundle.slice().map(|inner| Slice::new(inner).into()),
        #[cfg(feature = "core")]
        CHANGE => bundle.change().map(|inner| SliceChange { inner }.into()),
        _ => return Err(of_input(&"a bundle is an engine, a slice or a change")),
    };
    loaded.map_err(of_bundle)
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
        let mut fields = fields_of(expect)?;
        let subject = fields.text("subject");
        let uid = fields.uuid_or_none("uid");
        let issuer = fields.text("issuer");
        let audience = fields.text("audience");
        let now_s = fields.number("nowS");
        let held_revision = fields.number_or_none("heldRevision");
        end(fields)?;
        Ok(Self {
            issuer,
            audience,
            subject: parse(&subject)?,
            uid,
            now_s,
            held_revision,
        })
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
        let (signed, signature) = cut_last(line, b'.').ok_or(HeadError::Malformed)?;
        let (header, claims) = cut(signed, b'.').ok_or(HeadError::Malformed)?;
        let decode = |text| base64url::decode(text).ok_or(HeadError::Malformed);
        let mut fields = parse_json(&decode(header)?).ok_or(HeadError::Header)?;
        let typ = fields.text("typ");
        let alg = fields.text("alg");
        let kid = fields.text("kid");
        fields.end().map_err(|_| HeadError::Header)?;
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

fn parse_json(json: &[u8]) -> Option<Fields> {
    let object = Json::last_holds(str::from_utf8(json).ok()?);
    object.ok().map(Fields::of)
}

fn claims(json: &[u8]) -> Option<Head> {
    let mut fields = parse_json(json)?;
    let uid = fields.uuid_or_none("uid");
    let from = fields.number_or_none("from");
    let scope = match (&*fields.text("scope"), uid, from) {
        ("whole", None, None) => Some(Scope::Whole),
        ("slice", Some(uid), None) => Some(Scope::Slice { uid }),
        ("change", Some(uid), Some(from)) => Some(Scope::Change { uid, from }),
        _ => None,
    };
    let sha256 = base64url::decode(&fields.text("sha256")).unwrap_or_default();
    let length_bytes = fields.number("length");
    let subject = fields.text("sub");
    let issuer = fields.text("iss");
    let audience = fields.text("aud");
    let revision = fields.number("revision");
    let issued_at_s = fields.number("iat");
    let expires_at_s = fields.number("exp");
    // One way out: at each field it would be code for each.
    let sha256 = sha256.as_slice().try_into();
    match (scope, subject.parse(), sha256, fields.end()) {
        (Some(scope), Ok(subject), Ok(sha256), Ok(())) => Some(Head {
            issuer,
            audience,
            subject,
            scope,
            revision,
            issued_at_s,
            expires_at_s,
            payload: Digest {
                sha256,
                length_bytes,
            },
        }),
        _ => None,
    }
}

/// Its kind says all: the sentences that the engine has for each are 2 % of the package.
pub(crate) fn of_bundle(found: &BundleError) -> JsValue {
    let kind = found.kind();
    error(kind, &format_args!("the bundle is refused: {kind}"))
}
