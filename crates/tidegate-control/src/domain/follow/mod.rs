//! Nodes: gateways of other processes that follow this control plane.
//!
//! The only ones that get anything here, but for slices (`slice.rs`), hold a secret of a principal of the type
//! [`NODE_TYPE`] that still stands. They load the whole snapshot (`bundle.rs`), follow what changes (`watch.rs`), and lease quota
//! (`leases.rs`). Every request of theirs says that they are there; a node that has been silent for
//! [`SILENCE_S`] has what it holds forfeited.
//!
//! A stream that is open says nothing: a peer that was cut off may look alive for long. So nodes send a
//! heartbeat, an empty call of `POST /v1/leases`, each second.

mod bundle;
mod leases;
mod recalls;
mod slice;
mod slice_watch;
mod watch;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tidegate_policy::Snapshot;
use tidegate_tower::Clock;
use tokio::sync::{Semaphore, broadcast, watch as flag};
use uuid::Uuid;

pub use self::bundle::SignedBundle;
pub use self::leases::OwnLedger;
pub(crate) use self::recalls::Signal;
pub use self::slice_watch::SliceWatch;
pub use self::watch::Watch;
use super::caller::Actor;
use super::{Administration, Fault};
use crate::store::{SqlLedger, StoreError};
use bundle::Encoded;
use recalls::Recalls;
use watch::Watches;

/// The type of principals that follow.
pub const NODE_TYPE: &str = "node";

/// How long a node may be silent before what it holds is forfeited, unless said otherwise. Seconds.
pub const SILENCE_S: u64 = 60;

/// Changes of at most so many revisions are kept for those that follow.
pub const CHANGES_KEPT: u64 = 100_000;

/// Changes are kept at most so long: 7 days. Seconds.
pub const CHANGES_KEPT_S: u64 = 7 * 86_400;

/// How many signals a follower may be behind.
const SIGNALS_BEHIND_MAX: usize = 1024;

/// What is known of nodes.
#[derive(Debug)]
pub(super) struct Following {
    ledger: SqlLedger,
    recalls: Arc<Recalls>,
    signals: broadcast::Sender<Signal>,
    /// Streams end when it is set.
    stopped: flag::Sender<bool>,
    /// Of model, profile and history.
    model: String,
    opened_at_s: u64,
    silence_s: AtomicU64,
    looked_at_s: AtomicU64,
    seen: Mutex<HashMap<Uuid, Seen>>,
    encoded: tokio::sync::Mutex<Option<Arc<Encoded>>>,
    watches: Arc<Watches>,
    slice_watches: Arc<Watches>,
    /// Turns to make a slice.
    slices: Semaphore,
}

/// When a node was heard of. Seconds since the epoch, UTC.
#[derive(Clone, Copy, Debug)]
struct Seen {
    last_s: u64,
    written_s: u64,
}

impl Following {
    /// `snapshot`: any with the model and profile in force. `history`: the store's.
    pub(super) fn new(
        ledger: SqlLedger,
        snapshot: &Snapshot,
        history: &str,
        clock: &Clock,
    ) -> Self {
        let (signals, _) = broadcast::channel(SIGNALS_BEHIND_MAX);
        let (stopped, _) = flag::channel(false);
        Self {
            ledger,
            recalls: Arc::new(Recalls::new(signals.clone(), clock.clone())),
            signals,
            stopped,
            model: bundle::model_tag(snapshot, history),
            opened_at_s: clock.now_s(),
            silence_s: AtomicU64::new(SILENCE_S),
            looked_at_s: AtomicU64::new(0),
            seen: Mutex::new(HashMap::new()),
            encoded: tokio::sync::Mutex::new(None),
            watches: Arc::new(Watches::default()),
            slice_watches: Arc::new(Watches::default()),
            slices: Semaphore::new(slice::MADE_AT_ONCE),
        }
    }

    /// What was leased of an account under an old limit is called back from every node.
    pub(super) fn lowered(&self, account: tidegate_quota::AccountId) {
        self.recalls.lowered(account);
    }

    fn heard(&self, node: Uuid, now_s: u64) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seen.entry(node).or_insert(Seen {
            last_s: now_s,
            written_s: 0,
        });
        entry.last_s = entry.last_s.max(now_s);
    }

    /// Who is to be written down, and who was heard of when.
    fn seen(&self, step_s: u64) -> (Vec<(Uuid, u64)>, HashMap<Uuid, u64>) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let due = seen
            .iter()
            .filter(|(_, seen)| seen.last_s >= seen.written_s.saturating_add(step_s))
            .map(|(node, seen)| (*node, seen.last_s));
        let all = seen.iter().map(|(node, seen)| (*node, seen.last_s));
        (due.collect(), all.collect())
    }

    /// Notes what was written down, and forgets who has been silent for so long.
    fn written(&self, written: &[(Uuid, u64)], before_s: u64) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (node, at_s) in written {
            if let Some(entry) = seen.get_mut(node) {
                entry.written_s = *at_s;
            }
        }
        seen.retain(|_, entry| entry.last_s >= before_s || entry.written_s < entry.last_s);
    }
}

impl Administration {
    /// The snapshot, to a node that still stands; it was heard of.
    fn for_node(&self, actor: &Actor) -> Result<Arc<Snapshot>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        actor.whole()?;
        if actor.object.type_name() != NODE_TYPE {
            let rule = format!("only a principal of the type {NODE_TYPE} may");
            return Err(Fault::Forbidden { rule });
        }
        self.following.heard(actor.uid, self.clock.now_s());
        Ok(snapshot)
    }

    /// Tells followers that keys were added or taken away, once the new set is in force.
    pub fn keys_changed(&self) {
        // Nobody may be following.
        let _ = self.following.signals.send(Signal::Keys);
    }

    /// See [`crate::Control::forfeit_after`].
    pub(crate) fn forfeit_after(&self, silence_s: u64) {
        self.following
            .silence_s
            .store(silence_s.max(1), Ordering::Relaxed);
    }

    /// See [`crate::Control::stop_following`].
    pub(crate) fn stop_following(&self) {
        self.following.stopped.send_replace(true);
    }

    /// The ledger for the meter of a gateway in this process.
    pub(crate) fn own_ledger(&self) -> OwnLedger {
        let Following {
            ledger, recalls, ..
        } = &self.following;
        OwnLedger::new(ledger.clone(), Arc::clone(recalls))
    }

    /// Writes down when nodes were heard of, and forfeits what silent ones hold. Called each second or so.
    ///
    /// # Errors
    /// [`StoreError`]: it is done the next time.
    pub(crate) async fn keep_nodes(&self) -> Result<(), StoreError> {
        let following = &self.following;
        let now_s = self.clock.now_s();
        let silence_s = following.silence_s.load(Ordering::Relaxed);
        let step_s = (silence_s / 12).max(1);
        if now_s < following.looked_at_s.load(Ordering::Relaxed) + step_s {
            return Ok(());
        }
        following.looked_at_s.store(now_s, Ordering::Relaxed);
        let (due, mut seen) = following.seen(step_s);
        if !due.is_empty() {
            self.store.note_nodes(&due).await?;
        }
        let holders = following.ledger.holders().await?;
        if !holders.is_empty() {
            for (node, seen_at_s) in self.store.nodes_seen().await? {
                let last_s = seen.entry(node).or_default();
                *last_s = seen_at_s.max(*last_s);
            }
            let is_silent = |holder: &String| {
                let last_s = holder.parse().ok().and_then(|node: Uuid| seen.get(&node));
                // While this process was not there, nobody could be heard of.
                let last_s = last_s
                    .copied()
                    .unwrap_or_default()
                    .max(following.opened_at_s);
                now_s.saturating_sub(last_s) >= silence_s
            };
            let silent: Vec<String> = holders.into_iter().filter(is_silent).collect();
            if !silent.is_empty() {
                let nodes = silent.join(" ");
                let leases = following.ledger.forfeit(silent).await?;
                tracing::warn!(leases, nodes, "leases of silent nodes were forfeited");
            }
        }
        following.written(&due, now_s.saturating_sub(silence_s.saturating_mul(2)));
        Ok(())
    }

    /// Forgets changes that are too old to be followed from, and a bundle that nobody loads any more.
    /// Called each minute or so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn compact(&self) -> Result<(), StoreError> {
        let now_s = self.clock.now_s();
        self.forget_bundle(now_s).await;
        self.store
            .compact_changes(CHANGES_KEPT, now_s.saturating_sub(CHANGES_KEPT_S))
            .await
    }
}
