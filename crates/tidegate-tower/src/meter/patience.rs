//! Waiting, for a moment, for quota that others hold and may give back.

use std::time::Duration;

use tidegate_quota::{Meter, MeterError};
use tokio::time::{Instant, sleep};

/// How often it is worth asking again. What one request reserved and did not use is back when it ends.
const PAUSE: Duration = Duration::from_millis(10);

/// How much longer one caller waits, in all, for quota that is contended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    wait: Duration,
    until: Option<Instant>,
}

impl Patience {
    pub(super) fn of(meter: &Meter) -> Self {
        Self {
            wait: Duration::from_millis(meter.settings().contended_wait_ms),
            until: None,
        }
    }

    /// After an answer: whether to ask again, once a pause is over.
    pub(super) async fn again<T>(&mut self, answer: &Result<T, MeterError>) -> bool {
        if !matches!(answer, Err(MeterError::Contended(_))) {
            return false;
        }
        let now = Instant::now();
        if now >= *self.until.get_or_insert(now + self.wait) {
            return false;
        }
        sleep(PAUSE).await;
        true
    }
}
