//! Tuples under conditions.

use crate::condition::Context;
use crate::model::ConditionId;

/// Under which condition a tuple holds.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) condition: ConditionId,
    pub(crate) context: Context,
    /// What cannot evaluate conditions has no value of this type.
    #[cfg(not(feature = "conditions"))]
    #[expect(dead_code, reason = "there is no value to read it of")]
    never: std::convert::Infallible,
}

impl Bound {
    #[cfg(feature = "conditions")]
    pub(crate) fn new(condition: ConditionId, context: Context) -> Option<Self> {
        Some(Self { condition, context })
    }

    #[cfg(not(feature = "conditions"))]
    pub(crate) fn new(_condition: ConditionId, _context: Context) -> Option<Self> {
        None
    }
}
