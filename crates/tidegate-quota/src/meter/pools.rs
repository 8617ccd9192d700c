//! All pools of a meter, found by chain and kind.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::Kind;
use crate::account::Chain;
use crate::meter::pool::Pool;
use crate::meter::{MAX_POOLS, Settings};

/// A power of two, so that threads rarely meet.
const SHARDS: usize = 16;

/// A map with a lock for each part of it.
pub(super) struct Pools {
    hasher: DefaultHashBuilder,
    shards: [Mutex<HashTable<Arc<Pool>>>; SHARDS],
    count: AtomicUsize,
}

impl Pools {
    pub(super) fn new() -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        Self {
            hasher: DefaultHashBuilder::default(),
            shards,
            count: AtomicUsize::new(0),
        }
    }

    /// The pool, if there is one. Allocates nothing.
    pub(super) fn get(&self, chain: &Chain, kind: Kind) -> Option<Arc<Pool>> {
        let hash = self.hasher.hash_one((kind, chain));
        self.shard(hash)
            .find(hash, |pool| pool.kind == kind && pool.chain == *chain)
            .cloned()
    }

    /// The pool, made if need be; none when there are [`MAX_POOLS`] others.
    pub(super) fn get_or_make(
        &self,
        chain: &Chain,
        kind: Kind,
        settings: &Settings,
    ) -> Option<Arc<Pool>> {
        let hash = self.hasher.hash_one((kind, chain));
        let mut shard = self.shard(hash);
        if let Some(pool) = shard.find(hash, |pool| pool.kind == kind && pool.chain == *chain) {
            return Some(Arc::clone(pool));
        }
        if self.count.fetch_add(1, Ordering::Relaxed) >= MAX_POOLS {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let pool = Arc::new(Pool::new(chain.clone(), kind, settings));
        let rehash = |pool: &Arc<Pool>| self.hasher.hash_one((pool.kind, &pool.chain));
        shard.insert_unique(hash, Arc::clone(&pool), rehash);
        Some(pool)
    }

    /// The pools that a condition holds for.
    pub(super) fn filter(&self, which: impl Fn(&Pool) -> bool) -> Vec<Arc<Pool>> {
        let mut found = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            found.extend(shard.iter().filter(|pool| which(pool)).cloned());
        }
        found
    }

    /// Drops pools that hold nothing and that nobody uses.
    pub(super) fn sweep(&self) {
        for shard in &self.shards {
            lock(shard).retain(|pool| {
                // Nobody finds it while the shard is locked, so one reference means no user.
                let unused = Arc::strong_count(pool) == 1
                    && pool.state().buckets.is_empty()
                    && pool
                        .asking
                        .try_lock()
                        .is_some_and(|asking| asking.is_none());
                if unused {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                }
                !unused
            });
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    fn shard(&self, hash: u64) -> MutexGuard<'_, HashTable<Arc<Pool>>> {
        // Not the bits that the table itself takes.
        lock(&self.shards[(hash >> 40) as usize % SHARDS])
    }
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
