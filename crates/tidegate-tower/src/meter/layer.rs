//! The layer's configuration.

use std::sync::Arc;

use tidegate_quota::Meter;
use tower_layer::Layer;

use super::MeterService;
use crate::clock::Clock;

/// Charges each request's [`Permit`](crate::Permit), or answers 413, 429, 502 or 503.
#[derive(Clone)]
pub struct MeterLayer {
    meter: Arc<Meter>,
    clock: Clock,
}

impl MeterLayer {
    /// A layer that charges through this meter.
    pub fn new(meter: Arc<Meter>, clock: Clock) -> Self {
        Self { meter, clock }
    }
}

impl<S> Layer<S> for MeterLayer {
    type Service = MeterService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        MeterService::new(Arc::clone(&self.meter), self.clock.clone(), inner)
    }
}
