//! Time-ordered ids from the control plane's clock.

use std::sync::Mutex;

use tidegate_tower::Clock;
use uuid::{ContextV7, Timestamp};

/// Counts within a millisecond, so that ids sort in the order in which they were made.
static WITHIN: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A UUIDv7's time.
pub(crate) fn uuid_timestamp(clock: &Clock) -> Timestamp {
    let now_ms = clock.now_ms();
    let nanoseconds = u32::try_from(now_ms % 1000).unwrap_or(0) * 1_000_000;
    Timestamp::from_unix(&WITHIN, now_ms / 1000, nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn ids_of_one_millisecond_sort_as_they_were_made() {
        let clock = Clock::new(|| 1_800_000_000_000);
        let ids: Vec<Uuid> = (0..1_000)
            .map(|_| Uuid::new_v7(uuid_timestamp(&clock)))
            .collect();
        assert!(ids.is_sorted());
    }
}
