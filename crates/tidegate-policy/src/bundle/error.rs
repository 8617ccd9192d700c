//! Why a bundle is refused.

use crate::tuple::NameError;

/// Why a bundle is refused: for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// No line of text comes first.
    #[error(
        "the bundle does not start with a line of at most {} bytes",
        super::MAX_HEAD_BYTES
    )]
    NoHead,
    /// The payload is longer than [`MAX_PAYLOAD_BYTES`](super::MAX_PAYLOAD_BYTES).
    #[error(
        "the bundle's payload is longer than {} bytes",
        super::MAX_PAYLOAD_BYTES
    )]
    TooLong,
    /// No verifier vouches for the head.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// Of another issuer.
    #[error("the bundle is of another issuer")]
    Issuer,
    /// For another kind of reader.
    #[error("the bundle is for another audience")]
    Audience,
    /// For another reader.
    #[error("the bundle is for another subject")]
    Subject,
    /// Of another object of the reader's name: one that was deleted.
    #[error("the bundle is for another object of this name")]
    Uid,
    /// The whole, a slice or a change where another of them is wanted.
    #[error("the bundle has another scope")]
    Scope,
    /// Its time is over.
    #[error("the bundle has expired")]
    Expired,
    /// Issued further ahead than clocks differ.
    #[error("the bundle was issued in the future")]
    IssuedAhead,
    /// Older than what the reader holds.
    #[error("the bundle has revision {offered}, and {held} is held")]
    Older {
        /// The revision held.
        held: u64,
        /// The bundle's.
        offered: u64,
    },
    /// A change that does not start at the revision that the reader holds.
    #[error("the change is from revision {from}, which is not the one held")]
    NotNext {
        /// The revision held.
        held: Option<u64>,
        /// The change's.
        from: u64,
    },
    /// The payload has not the size that the head says.
    #[error("the bundle's payload is shorter or longer than its head says")]
    Length,
    /// The payload has not the SHA-256 that the head says.
    #[error("the bundle's payload is not the one that its head says")]
    Digest,
    /// What was signed is no payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
}

impl BundleError {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoHead => "no-head",
            Self::TooLong => "too-long",
            Self::Head(error) => error.kind(),
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Subject => "subject",
            Self::Uid => "uid",
            Self::Scope => "scope",
            Self::Expired => "expired",
            Self::IssuedAhead => "issued-ahead",
            Self::Older { .. } => "older",
            Self::NotNext { .. } => "not-next",
            Self::Length => "length",
            Self::Digest => "digest",
            Self::Payload(error) => error.kind(),
        }
    }
}

/// Why a verifier does not vouch for a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Not the compact form of a JWS, or too long.
    #[error("the bundle's head is malformed")]
    Malformed,
    /// A header that has not exactly `typ`, `alg` and `kid`.
    #[error("the head's header has fields that are unknown, missing or twice")]
    Header,
    /// `typ` is another.
    #[error("the head is of another type")]
    Type,
    /// `kid` names no key that is trusted for bundles.
    #[error("the head's key is unknown, or not for bundles")]
    UnknownKey,
    /// `alg` is not the one pinned to the key.
    #[error("the head's algorithm is not its key's")]
    Algorithm,
    /// The signature does not hold.
    #[error("the head's signature does not hold")]
    Signature,
    /// Signed, but its claims are missing, unknown, twice, or over their limits.
    #[error("the head's claims are unknown, missing, twice or over their limits")]
    Claims,
}

impl HeadError {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Malformed => "head-malformed",
            Self::Header => "head-header",
            Self::Type => "head-type",
            Self::UnknownKey => "head-unknown-key",
            Self::Algorithm => "head-algorithm",
            Self::Signature => "head-signature",
            Self::Claims => "head-claims",
        }
    }
}

/// Why bytes are no payload, or a snapshot has none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It would be longer than [`MAX_PAYLOAD_BYTES`](super::MAX_PAYLOAD_BYTES).
    #[error("the payload would be longer than {} bytes", super::MAX_PAYLOAD_BYTES)]
    TooLong,
    /// Not of the version that this reader knows.
    #[error("the payload is of an unknown version")]
    Version,
    /// It ends before what it announces.
    #[error("the payload is cut short")]
    Cut,
    /// A number that is out of its range, or not written in the one way.
    #[error("the payload has a number out of its range")]
    Number,
    /// A text that is not UTF-8.
    #[error("the payload has a text that is not UTF-8")]
    Text,
    /// The model's parts do not fit together.
    #[error("the parts of the payload's model do not fit together")]
    Model,
    /// The profile is not valid.
    #[error("the payload's profile is not one")]
    Profile,
    /// The name of an object is none.
    #[error("the payload's objects: {0}")]
    Object(#[from] NameError),
    /// A condition that does not compile.
    #[error("the payload has a condition that is none")]
    Condition,
    /// A condition, and this reader was built without the feature `conditions`.
    #[error("the payload has conditions, and this engine was built without them")]
    Unsupported,
    /// What a tuple says of its condition is no JSON object, or not in its one form.
    #[error("the payload has a context that is none")]
    Context,
    /// A formula that is there twice, or that is not as simple as its operators make it.
    #[error("the payload has a formula twice, or not in its one form")]
    Formula,
    /// A tuple that is set aside though it is none, not in its one form, or the model has names for it.
    #[error("the payload sets a tuple aside that is none, or that the model has names for")]
    SetAside,
    /// Out of order, or twice.
    #[error("the payload has entries out of order, or twice")]
    Order,
    /// It mentions an object, a relation or a type that is not there.
    #[error("the payload mentions an object, a relation or a type that is not there")]
    Unknown,
    /// It goes on after its end.
    #[error("the payload goes on after its end")]
    Trailing,
    /// It is of another subject, or of other revisions, than the head that was signed with it.
    #[error("the payload is not what its head says")]
    Head,
}

impl PayloadError {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooLong => "payload-too-long",
            Self::Version => "payload-version",
            Self::Cut => "payload-cut",
            Self::Number => "payload-number",
            Self::Text => "payload-text",
            Self::Model => "payload-model",
            Self::Profile => "payload-profile",
            Self::Object(_) => "payload-object",
            Self::Condition => "payload-condition",
            Self::Unsupported => "payload-unsupported",
            Self::Context => "payload-context",
            Self::Formula => "payload-formula",
            Self::SetAside => "payload-set-aside",
            Self::Order => "payload-order",
            Self::Unknown => "payload-unknown",
            Self::Trailing => "payload-trailing",
            Self::Head => "payload-head",
        }
    }
}
