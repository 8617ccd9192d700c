//! Bundles: a snapshot, the slice of one subject, or a change of a slice, on its way to whoever decides with it,
//! signed.
//!
//! On the wire a bundle is one line, a newline, and the rest:
//!
//! 1. the *head*, a compact JWS (RFC 7515) of the type `tidegate-bundle+jwt` that says who made it, for
//!    whom, at which revision, until when, and the size and SHA-256 of what follows;
//! 2. the *payload*: the snapshot in the binary form that [`payload`] describes, or a
//!    [slice](crate::slice) or a [change](SliceChange) of one in theirs.
//!
//! The only way to a [`Bundle`] is [`UnverifiedBundle::verify`], which passes one when all of this
//! holds, in this order, and tells the first that does not:
//!
//! 1. a [`Verifier`] vouches for the head: a key that is trusted for bundles has signed it;
//! 2. issuer, audience and subject (of a slice also its uid, where it is known) are the expected ones, it has not
//!    expired, and was not issued ahead of the clock;
//! 3. its revision is not older than the one held, and that of a change starts at exactly the one held: nothing is
//!    taken twice, left out or in another order;
//! 4. the payload has the size and the SHA-256 that the head says.
//!
//! Nothing in the payload is looked at before. [`Bundle::snapshot`], [`Bundle::slice`] or [`Bundle::change`] then reads
//! it, and still believes nothing: every number and length is checked against what is left, and no input makes it
//! panic.
//!
//! A deployer can break it by a verifier that trusts a key whose private half others hold, or by a clock
//! that is wrong: an older revision is then noticed only by who holds a newer one.
//!
//! This crate has no cryptography: the crate of the tokens has the verifier.
//!
#![cfg_attr(feature = "language", doc = "```")]
#![cfg_attr(not(feature = "language"), doc = "```ignore")]
//! use tidegate_policy::bundle::{Digest, Expectation, Head, HeadError, Scope, UnverifiedBundle, Verifier};
//! use tidegate_policy::{BundleError, Model, Profile, Snapshot};
//!
//! /// Stands in for keys: it vouches for the line `good` and for what has ten thousand bytes at most.
//! struct Clerk(Head);
//! impl Verifier for Clerk {
//!     fn head(&self, line: &str) -> Result<Head, HeadError> {
//!         if line == "good" { Ok(self.0.clone()) } else { Err(HeadError::Signature) }
//!     }
//!     fn digest(&self, payload: &[u8]) -> Digest {
//!         Digest { sha256: [7; 32], length_bytes: payload.len() as u64 }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::parse("model\n  schema 1.1\ntype user\n")?;
//! let payload = Snapshot::new(model, Profile::default()).to_bundle_payload()?;
//! let node = "node:eu-1".parse()?;
//! let clerk = Clerk(Head {
//!     issuer: "https://tidegate.example".into(),
//!     audience: "gateway".into(),
//!     subject: "node:eu-1".parse()?,
//!     scope: Scope::Whole,
//!     revision: 7,
//!     issued_at_s: 1_700_000_000,
//!     expires_at_s: 1_700_000_300,
//!     payload: Digest { sha256: [7; 32], length_bytes: payload.len() as u64 },
//! });
//! let expect = Expectation {
//!     issuer: "https://tidegate.example",
//!     audience: "gateway",
//!     subject: &node,
//!     uid: None,
//!     now_s: 1_700_000_010,
//!     held_revision: Some(6),
//! };
//!
//! // Allowed: newer than what is held.
//! let bytes = [b"good\n", payload.as_slice()].concat();
//! let bundle = UnverifiedBundle::parse(&bytes)?.verify(&clerk, &expect)?;
//! assert_eq!(bundle.snapshot()?.revision(), 7);
//!
//! // Denied: older than what is held.
//! let late = Expectation { held_revision: Some(8), ..expect };
//! let refused = UnverifiedBundle::parse(&bytes)?.verify(&clerk, &late).map(|_| ());
//! assert_eq!(refused, Err(BundleError::Older { held: 8, offered: 7 }));
//! # Ok(())
//! # }
//! ```

pub(crate) mod bytes;
mod error;
pub mod payload;

pub use error::{BundleError, HeadError, PayloadError};

use uuid::Uuid;

use crate::slice::{Slice, SliceChange};
use crate::snapshot::Snapshot;
use crate::tuple::Object;

/// Longest head. Bytes, without the newline.
pub const MAX_HEAD_BYTES: usize = 4096;
/// Longest payload. Bytes.
pub const MAX_PAYLOAD_BYTES: usize = 512 * 1024 * 1024;
/// Longest bundle. Bytes.
pub const MAX_BUNDLE_BYTES: usize = MAX_HEAD_BYTES + 1 + MAX_PAYLOAD_BYTES;
/// How far ahead of the reader's clock a bundle may be issued. Seconds.
pub const MAX_CLOCK_SKEW_S: u64 = 60;

/// What the head of a bundle says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Who made it.
    pub issuer: String,
    /// What kind of reader it is for.
    pub audience: String,
    /// Which one: the node that fetched it.
    pub subject: Object,
    /// How much of the snapshot it holds.
    pub scope: Scope,
    /// The revision of the snapshot.
    pub revision: u64,
    /// Seconds since the epoch, UTC.
    pub issued_at_s: u64,
    /// The first second at which it is no longer good. Seconds since the epoch, UTC.
    pub expires_at_s: u64,
    /// Of the payload.
    pub payload: Digest,
}

/// How much of the snapshot a bundle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Whole,
    /// What the head's subject needs.
    Slice {
        /// The subject's uid.
        uid: Uuid,
    },
    /// What leads to the head's revision from an earlier one of its subject's slice.
    Change {
        /// The subject's uid.
        uid: Uuid,
        /// The revision that it starts at.
        from: u64,
    },
}

impl Scope {
    /// The subject's uid, where it is of one subject.
    fn uid(self) -> Option<Uuid> {
        match self {
            Self::Whole => None,
            Self::Slice { uid } | Self::Change { uid, from: _ } => Some(uid),
        }
    }
}

/// What tells one payload from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Its SHA-256 (FIPS 180-4).
    pub sha256: [u8; 32],
    /// Its size in bytes.
    pub length_bytes: u64,
}

/// The cryptography that bundles need.
pub trait Verifier {
    /// What a head says, if a key that is trusted for bundles has signed it.
    ///
    /// # Errors
    /// See [`HeadError`]. Whoever implements this must have checked the signature of every head that
    /// it gives.
    fn head(&self, line: &str) -> Result<Head, HeadError>;

    /// Size and SHA-256 of a payload.
    fn digest(&self, payload: &[u8]) -> Digest;
}

/// What a reader expects of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The one issuer accepted.
    pub issuer: &'a str,
    /// The reader's kind.
    pub audience: &'a str,
    /// The reader itself.
    pub subject: &'a Object,
    /// The reader's uid, if it knows it: a slice of another object of its name is refused.
    pub uid: Option<Uuid>,
    /// Seconds since the epoch, UTC.
    pub now_s: u64,
    /// The revision that the reader holds already, if it holds one: that of the slice which a change is for.
    pub held_revision: Option<u64>,
}

/// Bytes that claim to be a bundle. Nothing in them may be believed.
#[derive(Clone, Copy)]
pub struct UnverifiedBundle<'a> {
    head: &'a str,
    payload: &'a [u8],
}

impl<'a> UnverifiedBundle<'a> {
    /// Takes head and payload apart.
    ///
    /// # Errors
    /// [`BundleError::NoHead`] unless a line of text of at most [`MAX_HEAD_BYTES`] comes first;
    /// [`BundleError::TooLong`] when more than [`MAX_PAYLOAD_BYTES`] follow it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BundleError> {
        let end = bytes
            .iter()
            .take(MAX_HEAD_BYTES + 1)
            .position(|&byte| byte == b'\n');
        let (head, payload) = end
            .and_then(|end| bytes.split_at_checked(end))
            .ok_or(BundleError::NoHead)?;
        let head = str::from_utf8(head).map_err(|_| BundleError::NoHead)?;
        let payload = payload.strip_prefix(b"\n").ok_or(BundleError::NoHead)?;
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(BundleError::TooLong);
        }
        Ok(Self { head, payload })
    }

    /// The line of its head, for who has to know which key signs it before it is verified.
    pub fn head(&self) -> &'a str {
        self.head
    }

    /// Checks signature, issuer, audience, subject and its uid, times, revisions, size and SHA-256, in this order.
    ///
    /// # Errors
    /// The first [`BundleError`] that applies.
    pub fn verify(
        self,
        verifier: &impl Verifier,
        expect: &Expectation<'_>,
    ) -> Result<Bundle<'a>, BundleError> {
        let head = verifier.head(self.head)?;
        if head.issuer != expect.issuer {
            return Err(BundleError::Issuer);
        }
        if head.audience != expect.audience {
            return Err(BundleError::Audience);
        }
        if head.subject != *expect.subject {
            return Err(BundleError::Subject);
        }
        if let (Some(expected), Some(uid)) = (expect.uid, head.scope.uid())
            && expected != uid
        {
            return Err(BundleError::Uid);
        }
        if expect.now_s >= head.expires_at_s {
            return Err(BundleError::Expired);
        }
        if head.issued_at_s > expect.now_s.saturating_add(MAX_CLOCK_SKEW_S) {
            return Err(BundleError::IssuedAhead);
        }
        if let Some(held) = expect.held_revision.filter(|&held| head.revision < held) {
            return Err(BundleError::Older {
                held,
                offered: head.revision,
            });
        }
        if let Scope::Change { uid: _, from } = head.scope
            && expect.held_revision != Some(from)
        {
            return Err(BundleError::NotNext {
                held: expect.held_revision,
                from,
            });
        }
        // The size first: it costs nothing, the sum does.
        if u64::try_from(self.payload.len()) != Ok(head.payload.length_bytes) {
            return Err(BundleError::Length);
        }
        if verifier.digest(self.payload) != head.payload {
            return Err(BundleError::Digest);
        }
        let payload = self.payload;
        Ok(Bundle { head, payload })
    }
}

impl std::fmt::Debug for UnverifiedBundle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnverifiedBundle")
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// A bundle whose signature, reader, times, revision and payload were checked.
#[derive(Clone)]
pub struct Bundle<'a> {
    // INVARIANT: only `UnverifiedBundle::verify` makes one.
    head: Head,
    payload: &'a [u8],
}

impl Bundle<'_> {
    /// What its head says.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Reads the payload, in time and memory in proportion to its size.
    ///
    /// # Errors
    /// [`BundleError::Scope`] unless it is the whole; [`BundleError::Payload`]: the issuer has signed what
    /// is no payload, or one of another version.
    pub fn snapshot(&self) -> Result<Snapshot, BundleError> {
        match self.head.scope {
            Scope::Whole => Ok(payload::read(self.payload, self.head.revision)?),
            Scope::Slice { .. } | Scope::Change { .. } => Err(BundleError::Scope),
        }
    }

    /// Reads the payload of a slice, in time and memory in proportion to its size.
    ///
    /// # Errors
    /// [`BundleError::Scope`] unless it is a slice; [`BundleError::Payload`]: the issuer has signed what is
    /// no payload, or one of another version.
    pub fn slice(&self) -> Result<Slice, BundleError> {
        let Head {
            subject, revision, ..
        } = &self.head;
        match self.head.scope {
            Scope::Slice { uid } => {
                let subject = subject.clone();
                Ok(Slice::of_payload(self.payload, subject, uid, *revision)?)
            }
            Scope::Whole | Scope::Change { .. } => Err(BundleError::Scope),
        }
    }

    /// Reads the payload of a change, in time and memory in proportion to its size.
    ///
    /// # Errors
    /// [`BundleError::Scope`] unless it is a change; [`BundleError::Payload`]: the issuer has signed what is no
    /// payload, one of another version, or one of which the head says something else.
    pub fn change(&self) -> Result<SliceChange, BundleError> {
        let Scope::Change { uid, from } = self.head.scope else {
            return Err(BundleError::Scope);
        };
        let change = SliceChange::of_bytes(self.payload)?;
        let Head {
            subject, revision, ..
        } = &self.head;
        if !change.leads(subject, uid, (from, *revision)) {
            return Err(PayloadError::Head.into());
        }
        Ok(change)
    }
}

impl std::fmt::Debug for Bundle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}
