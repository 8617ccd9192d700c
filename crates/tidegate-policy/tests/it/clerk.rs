//! Bundles without keys, for whoever tests what is in them: what keys are for is tested with keys.

use tidegate_policy::bundle::{
    Bundle, Digest, Expectation, Head, HeadError, Scope, UnverifiedBundle, Verifier,
};
use tidegate_policy::{BundleError, Object};
use uuid::Uuid;

/// Vouches for one head and for every payload.
struct Clerk(Head);

impl Verifier for Clerk {
    fn head(&self, _: &str) -> Result<Head, HeadError> {
        Ok(self.0.clone())
    }

    fn digest(&self, _: &[u8]) -> Digest {
        self.0.payload
    }
}

/// What a head says, and the uid that its reader expects.
pub(crate) struct Said<'a> {
    pub(crate) subject: &'a Object,
    pub(crate) scope: Scope,
    pub(crate) revision: u64,
    pub(crate) expected_uid: Option<Uuid>,
}

/// Reads what claims to be a payload, whatever it is.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read<T>(
    payload: &[u8],
    said: &Said<'_>,
    read: impl FnOnce(Bundle<'_>) -> Result<T, BundleError>,
) -> Result<T, BundleError> {
    let clerk = Clerk(Head {
        issuer: "i".into(),
        audience: "a".into(),
        subject: said.subject.clone(),
        scope: said.scope,
        revision: said.revision,
        issued_at_s: 1,
        expires_at_s: 3,
        payload: Digest {
            sha256: [0; 32],
            length_bytes: payload.len() as u64,
        },
    });
    let expect = Expectation {
        issuer: "i",
        audience: "a",
        subject: said.subject,
        uid: said.expected_uid,
        now_s: 2,
        held_revision: Some(said.revision),
    };
    let bytes = [b"\n", payload].concat();
    read(UnverifiedBundle::parse(&bytes)?.verify(&clerk, &expect)?)
}

/// Reads what claims to be the payload of a whole snapshot.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn snapshot(
    payload: &[u8],
    revision: u64,
) -> Result<tidegate_policy::Snapshot, BundleError> {
    let said = Said {
        subject: &"node:a".parse().expect("an object"),
        scope: Scope::Whole,
        revision,
        expected_uid: None,
    };
    read(payload, &said, |bundle| bundle.snapshot())
}
