//! The keys in force.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use tidegate_token::KeySet;

/// The key set in force, swapped without stopping readers.
#[derive(Debug)]
pub struct LiveKeys {
    keys: ArcSwap<KeySet>,
}

impl LiveKeys {
    /// Holds a key set.
    pub fn new(keys: KeySet) -> Self {
        Self {
            keys: ArcSwap::from_pointee(keys),
        }
    }

    /// Puts another in force; what was verified under the old one is verified again.
    pub fn publish(&self, keys: KeySet) {
        self.keys.store(Arc::new(keys));
    }

    /// The key set in force.
    pub fn current(&self) -> Arc<KeySet> {
        self.keys.load_full()
    }

    /// The key set in force, without counting a reference: for what is done at every request.
    pub(super) fn read(&self) -> Guard<Arc<KeySet>> {
        self.keys.load()
    }
}
