//! How long to wait before trying again.

use std::sync::Arc;
use std::time::Duration;

/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_secs(10);

/// The first pause is at most so long.
const PAUSE_FIRST: Duration = Duration::from_millis(100);

/// Any number below the one given, each as likely; the one given is at least 1.
pub type Jitter = Arc<dyn Fn(u64) -> u64 + Send + Sync>;

/// Pauses that double from failure to failure, each cut to a random part of its upper half, so that
/// nodes that lost the same peer do not come back at once.
pub(super) struct Backoff {
    jitter: Jitter,
    longest: Duration,
}

impl Backoff {
    pub(super) fn new(jitter: Jitter) -> Self {
        Self {
            jitter,
            longest: PAUSE_FIRST,
        }
    }

    /// It went well.
    pub(super) fn reset(&mut self) {
        self.longest = PAUSE_FIRST;
    }

    /// The next pause.
    pub(super) fn pause(&mut self) -> Duration {
        let longest_ms = u64::try_from(self.longest.as_millis()).unwrap_or(u64::MAX);
        let half_ms = longest_ms / 2;
        self.longest = (self.longest * 2).min(PAUSE_MAX);
        let part_ms = (self.jitter)(half_ms + 1).min(half_ms);
        Duration::from_millis(longest_ms - half_ms + part_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again() {
        for (jitter, least) in [(0_u64, true), (u64::MAX, false)] {
            let mut backoff = Backoff::new(Arc::new(move |_| jitter));
            let mut whole_ms = 100;
            for _ in 0..20 {
                let pause = backoff.pause();
                let expected = if least { whole_ms / 2 } else { whole_ms };
                assert_eq!(pause, Duration::from_millis(expected));
                assert!(pause <= PAUSE_MAX);
                whole_ms = (whole_ms * 2).min(10_000);
            }
            backoff.reset();
            assert!(backoff.pause() <= PAUSE_FIRST);
        }
    }
}
