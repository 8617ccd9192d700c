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

    /// Puts a snapshot in force, as the newest at this moment (seconds since the epoch, UTC). An older
    /// revision than the one held is ignored.
    pub fn publish(&self, snapshot: Arc<Snapshot>, now_s: u64) {
        let offered = Arc::new(Held {
            snapshot,
            fresh_at_s: now_s,
        });
        self.held.rcu(|held| match held {
            Some(held) if held.snapshot.revision() > offered.snapshot.revision() => {
                Some(Arc::clone(held))
            }
            _ => Some(Arc::clone(&offered)),
        });
    }

    /// The source says that what is held is the newest at this moment. Seconds since the epoch, UTC.
    pub fn touch(&self, now_s: u64) {
        self.held.rcu(|held| {
            held.as_ref().map(|held| {
                let fresh_at_s = held.fresh_at_s.max(now_s);
                Arc::new(Held {
                    snapshot: Arc::clone(&held.snapshot),
                    fresh_at_s,
                })
            })
        });
    }

    /// The snapshot held, unless it is older than `max_staleness_s` seconds.
    pub fn current(&self, now_s: u64, max_staleness_s: u64) -> Option<Arc<Snapshot>> {
        let held = self.held.load();
        fresh(held.as_ref(), now_s, max_staleness_s).map(|held| Arc::clone(&held.snapshot))
    }

    /// Reads the snapshot held, unless it is older than `max_staleness_s` seconds. For what is done at
    /// every request: it counts no reference, and so does not have all threads write to one place.
    pub fn read<T>(
        &self,
        now_s: u64,
        max_staleness_s: u64,
        read: impl FnOnce(&Snapshot) -> T,
    ) -> Option<T> {
        let held = self.held.load();
        fresh(held.as_ref(), now_s, max_staleness_s).map(|held| read(&held.snapshot))
    }

    /// The revision held, whatever its age.
    pub fn revision(&self) -> Option<u64> {
        self.held
            .load()
            .as_ref()
            .map(|held| held.snapshot.revision())
    }
}

fn fresh(held: Option<&Arc<Held>>, now_s: u64, max_staleness_s: u64) -> Option<&Held> {
    held.map(|held| &**held)
        .filter(|held| now_s.saturating_sub(held.fresh_at_s) <= max_staleness_s)
}
