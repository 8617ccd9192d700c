//! Time-ordered ids from the control plane's clock.

use tidegate_tower::Clock;
use uuid::{NoContext, Timestamp};

/// A UUIDv7's time.
pub(crate) fn uuid_timestamp(clock: &Clock) -> Timestamp {
    let now_ms = clock.now_ms();
    let nanoseconds = u32::try_from(now_ms % 1000).unwrap_or(0) * 1_000_000;
    Timestamp::from_unix(NoContext, now_ms / 1000, nanoseconds)
}
