//! Where the layers take the time from.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock: milliseconds since the epoch, UTC. Tests pass their own.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Own(Arc<dyn Fn() -> u64 + Send + Sync>),
}

impl Clock {
    /// The system's clock. A system whose clock stands before 1970 reads as 0.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock of one's own.
    pub fn new(now_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Source::Own(Arc::new(now_ms)))
    }

    /// Milliseconds since the epoch, UTC.
    pub fn now_ms(&self) -> u64 {
        match &self.0 {
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
                }),
            Source::Own(now_ms) => now_ms(),
        }
    }

    /// Seconds since the epoch, UTC.
    pub fn now_s(&self) -> u64 {
        self.now_ms() / 1000
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
