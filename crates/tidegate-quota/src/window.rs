//! The month that a quota counts in.

use serde::{Deserialize, Serialize};

/// `[start, end)`, seconds since the epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Window {
    /// First second.
    pub start_s: u64,
    /// First second after.
    pub end_s: u64,
}

/// How windows follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// Calendar months in UTC.
    #[default]
    Month,
    /// So many days from an epoch.
    Days {
        /// Days in a window, at least 1.
        days: u32,
        /// Start of the first. Seconds since the epoch, UTC.
        epoch_s: u64,
    },
}

impl Calendar {
    /// The window that a moment is in.
    pub fn window_at(&self, _now_s: u64) -> Window {
        todo!()
    }
}
