//! Charges the bytes of a permitted request before they are released.

use std::sync::Arc;

use tidegate_quota::Meter;

use crate::clock::Clock;

/// Demands a `Permit`, charges its chain, answers 429, 413.
#[derive(Clone)]
pub struct MeterLayer {
    #[expect(dead_code, reason = "skeleton")]
    meter: Arc<Meter>,
    #[expect(dead_code, reason = "skeleton")]
    clock: Clock,
}

impl MeterLayer {
    /// A layer that charges through this meter.
    pub fn new(meter: Arc<Meter>, clock: Clock) -> Self {
        Self { meter, clock }
    }
}

/// A body that is debited, or capped, before its frames are released.
pub struct MeteredBody<B> {
    #[expect(dead_code, reason = "skeleton")]
    inner: B,
}
