//! Why there is no slice, or no change of one.

use crate::bundle::PayloadError;

/// Why there is no slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SliceError {
    /// The subject has no standing: everything is denied to it.
    #[error("unknown subject")]
    UnknownSubject,
    /// The profile has no such kind of secret, or the subject cannot hold it.
    #[error("the subject cannot hold a secret of this kind")]
    UnknownKind,
    /// It would have more objects than [`MAX_SLICE_OBJECTS`](super::MAX_SLICE_OBJECTS), or more formulas or
    /// text than a slice may.
    #[error("the slice would be too long")]
    TooLong,
    /// It would take more than [`MAX_SLICE_STEPS`](super::MAX_SLICE_STEPS); or there is a check in it of which
    /// only a request's context says whether it runs out of its budget.
    #[error("the slice would take too many steps")]
    TooMuch,
}

impl SliceError {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::UnknownSubject => "unknown-subject",
            Self::UnknownKind => "unknown-kind",
            Self::TooLong => "too-long",
            Self::TooMuch => "too-much",
        }
    }
}

/// Why a change is not one of this slice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SliceChangeError {
    /// Of another subject, or of another one of that name.
    #[error("the change is of another subject")]
    Subject,
    /// It starts at another revision, or goes back.
    #[error("the change is from revision {from}, and {held} is held")]
    Revision {
        /// The slice's.
        held: u64,
        /// The change's.
        from: u64,
    },
    /// One slice is for other kinds of secret than the other: the slice has to be fetched anew.
    #[error("the slices are for other kinds of secret")]
    Kinds,
    /// The bytes are no change.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The slice would be too long.
    #[error(transparent)]
    Slice(#[from] SliceError),
}

impl SliceChangeError {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Subject => "change-subject",
            Self::Revision { .. } => "change-revision",
            Self::Kinds => "change-kinds",
            Self::Payload(error) => error.kind(),
            Self::Slice(error) => error.kind(),
        }
    }
}
