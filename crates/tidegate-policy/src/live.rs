//! The snapshot in force, swapped without stopping readers.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::snapshot::Snapshot;

/// The snapshot in force: empty until the first [`Live::publish`].
#[derive(Debug, Default)]
pub struct Live {
    held: ArcSwapOption<Held>,
}

#[derive(Debug)]
struct Held {
    snapshot: Arc<Snapshot>,
    /// When the source last said that this is the newest. Seconds since the epoch, UTC.
    fresh_at_s: u64,
}

impl Live {
    /// Holds nothing: every question is a deny.
    pub fn new() -> Self {
        Self::default()
    }
    /// Puts a snapshot in force; an older revision than the one held is ignored.
    pub fn publish(&self, _snapshot: Arc<Snapshot>, _now_s: u64) {
        todo!()
    }
    /// The source says: what is held is still the newest.
    pub fn touch(&self, _now_s: u64) {
        todo!()
    }
    /// The snapshot held, unless it is older than `max_staleness_s`.
    pub fn current(&self, _now_s: u64, _max_staleness_s: u64) -> Option<Arc<Snapshot>> {
        let _ = &self.held;
        todo!()
    }
    /// The revision held, whatever its age.
    pub fn revision(&self) -> Option<u64> {
        todo!()
    }
}
impl Held {
    #[expect(dead_code, reason = "skeleton")]
    fn parts(&self) -> (&Arc<Snapshot>, u64) {
        (&self.snapshot, self.fresh_at_s)
    }
}
