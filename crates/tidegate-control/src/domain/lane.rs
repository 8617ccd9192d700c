//! One change at a time.
//!
//! A change is worked out on the newest snapshot while the lane is held, so that no guard is asked on a
//! state that another change is about to leave. What it consists of is in `work.rs`.

use std::future::Future;
use std::sync::Arc;

use tidegate_policy::{Snapshot, SnapshotBuilder};
use tokio::sync::MutexGuard;

use super::caller::Actor;
use super::{Administration, Fault};
use crate::store::{Store, StoreChange, StoreError};

/// What the lane holds between changes.
#[derive(Debug)]
pub(super) struct Held {
    /// The newest snapshot.
    pub(super) snapshot: Arc<Snapshot>,
    /// The store may have gone on without this process knowing how: nothing is decided until the
    /// snapshot is built again.
    pub(super) behind: bool,
}

/// The right to make one change.
pub(super) struct Lane<'a> {
    administration: &'a Administration,
    held: MutexGuard<'a, Held>,
}

impl Administration {
    /// Waits for the turn of a caller who still stands then.
    pub(super) async fn lane(&self, actor: &Actor) -> Result<Lane<'_>, Fault> {
        let held = self.held.lock().await;
        let mut lane = Lane {
            administration: self,
            held,
        };
        lane.catch_up().await?;
        actor.stands(&lane.held.snapshot)?;
        Ok(lane)
    }

    /// The turn of who is about to exist: the first operator, or a new person.
    pub(super) async fn first_lane(&self) -> Result<Lane<'_>, Fault> {
        let mut lane = Lane {
            administration: self,
            held: self.held.lock().await,
        };
        lane.catch_up().await?;
        Ok(lane)
    }

    /// Confirms that what is published is the newest, as long as the store answers. Called each second.
    ///
    /// # Errors
    /// [`Fault::Unavailable`]: what is published grows old.
    pub async fn confirm(&self) -> Result<(), Fault> {
        let held = self.held.lock().await;
        let mut lane = Lane {
            administration: self,
            held,
        };
        lane.catch_up().await?;
        let revision = self.store.revision().await?;
        if revision != lane.held.snapshot.revision() {
            tracing::warn!(
                revision,
                held = lane.held.snapshot.revision(),
                "the store was changed elsewhere"
            );
            lane.held.behind = true;
            lane.catch_up().await?;
        }
        self.live.touch(self.clock.now_s());
        Ok(())
    }
}

impl Lane<'_> {
    /// The newest snapshot.
    pub(super) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.held.snapshot
    }

    /// Begins a change at the revision after the newest snapshot.
    pub(super) async fn begin(&mut self) -> Result<StoreChange, Fault> {
        let change = self.administration.store.begin().await?;
        if change.revision() != self.held.snapshot.revision() + 1 {
            tracing::error!(
                revision = change.revision() - 1,
                held = self.held.snapshot.revision(),
                "the store went on elsewhere"
            );
            self.fall_behind().await;
            return Err(Fault::Unavailable);
        }
        Ok(change)
    }

    /// Whether a change was made or not is not known: what is published is what the store holds, and the
    /// caller looks. A failure here leaves `behind` set for whoever comes next.
    pub(super) async fn fall_behind(&mut self) {
        self.held.behind = true;
        let _ = self.catch_up().await;
    }

    pub(super) fn publish(&mut self, snapshot: Arc<Snapshot>) {
        self.held.snapshot = Arc::clone(&snapshot);
        self.administration
            .live
            .publish(snapshot, self.administration.clock.now_s());
    }

    /// Builds the snapshot again where the store may hold another.
    async fn catch_up(&mut self) -> Result<(), Fault> {
        if !self.held.behind {
            return Ok(());
        }
        let administration = self.administration;
        let now_s = administration.clock.now_s();
        let snapshot = build(&administration.store, &self.held.snapshot, now_s).await?;
        self.publish(snapshot);
        self.held.behind = false;
        Ok(())
    }
}

/// A snapshot of everything in the store, with the model and profile of `like`.
pub(super) async fn build(
    store: &Store,
    like: &Snapshot,
    now_s: u64,
) -> Result<Arc<Snapshot>, StoreError> {
    let empty = SnapshotBuilder::new(like.model().clone(), like.profile().clone());
    Ok(Arc::new(store.load(now_s, empty).await?))
}

/// Runs a change to its end even when the caller goes away, so that none is committed and not published.
pub(super) async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::spawn(change).await {
        Ok(result) => result,
        Err(error) => Err(Fault::internal("a change did not end", &error)),
    }
}
