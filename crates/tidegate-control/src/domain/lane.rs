//! One change at a time.
//!
//! A change is worked out on the newest snapshot while the lane is held, so that no guard is asked on a
//! state that another change is about to leave. It is applied to a copy of the snapshot first: what
//! cannot be published is never committed.

use std::future::Future;
use std::sync::Arc;

use serde_json::Value;
use tidegate_policy::{Change, ChangeError, Object, Snapshot};
use tokio::sync::MutexGuard;

use super::caller::Actor;
use super::{Administration, Fault};
use crate::store::{CommitError, Entry, Loaded, Store, StoreError, Write};

/// What the lane holds between changes.
#[derive(Debug)]
pub(super) struct Held {
    /// The newest snapshot.
    pub(super) snapshot: Arc<Snapshot>,
    /// The store may have gone on without this process knowing how: nothing is decided until the
    /// snapshot is built again.
    pub(super) behind: bool,
}

/// A change, worked out.
#[derive(Debug)]
pub(super) struct Plan {
    /// What was done, for the audit log.
    pub(super) operation: &'static str,
    /// To what.
    pub(super) object: Object,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    pub(super) writes: Vec<Write>,
    pub(super) changes: Vec<Change>,
}

impl Plan {
    pub(super) fn new(operation: &'static str, object: &Object) -> Self {
        Self {
            operation,
            object: object.clone(),
            before: None,
            after: None,
            writes: Vec::new(),
            changes: Vec::new(),
        }
    }
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

    /// The turn of the first start, which nobody can ask for.
    pub(super) async fn first_lane(&self) -> Lane<'_> {
        Lane {
            administration: self,
            held: self.held.lock().await,
        }
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

    /// The snapshot as it would be after these changes.
    pub(super) fn with(&self, changes: &[Change]) -> Result<Arc<Snapshot>, ChangeError> {
        let snapshot = &self.held.snapshot;
        snapshot
            .apply(snapshot.revision() + 1, changes)
            .map(Arc::new)
    }

    /// Makes the change durable, then visible. Returns its revision.
    pub(super) async fn commit(mut self, actor: &Actor, plan: Plan) -> Result<u64, Fault> {
        let administration = self.administration;
        let next = self
            .with(&plan.changes)
            .map_err(|error| Fault::internal("a change cannot be applied", &error))?;
        let revision = next.revision();
        let entry = Entry {
            at_s: administration.clock.now_s(),
            actor: actor.object.clone(),
            actor_uid: actor.uid,
            jti: actor.jti,
            operation: plan.operation,
            object: plan.object,
            before: plan.before,
            after: plan.after,
        };
        match administration
            .store
            .commit(revision, &entry, &plan.writes)
            .await
        {
            Ok(()) => {
                self.publish(next);
                tracing::info!(revision, operation = entry.operation, object = %entry.object, actor = %entry.actor, "changed");
                Ok(revision)
            }
            Err(CommitError::NotMade(error)) => Err(error.into()),
            Err(error @ (CommitError::Elsewhere(_) | CommitError::Unknown(_))) => {
                tracing::error!(%error, "the snapshot is built again");
                self.held.behind = true;
                // Whether it was made or not, what is published is what the store holds; the caller
                // looks. A failure here leaves `behind` set for whoever comes next.
                let _ = self.catch_up().await;
                Err(Fault::Unavailable)
            }
        }
    }

    fn publish(&mut self, snapshot: Arc<Snapshot>) {
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

/// Why the store's content is no snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It holds what cannot be.
    #[error("store: {0}")]
    Change(#[from] ChangeError),
}

impl From<BuildError> for Fault {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Store(error) => error.into(),
            BuildError::Change(error) => Self::internal("the snapshot cannot be built", &error),
        }
    }
}

/// A snapshot of everything in the store, with the model and profile of `like`.
pub(super) async fn build(
    store: &Store,
    like: &Snapshot,
    now_s: u64,
) -> Result<Arc<Snapshot>, BuildError> {
    let Loaded {
        revision,
        mut changes,
    } = store.load(now_s).await?;
    let empty = Snapshot::new(like.model().clone(), like.profile().clone());
    if revision == 0 {
        return Ok(Arc::new(empty));
    }
    // A model that changed may not allow what was written under the last one; such tuples are skipped,
    // as OpenFGA does, and stay in the store.
    changes.retain(|change| match change {
        Change::Write(tuple) => match like.model().allows(tuple) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%tuple, %error, "skipped: the model does not allow this tuple");
                false
            }
        },
        _ => true,
    });
    Ok(Arc::new(empty.apply(revision, &changes)?))
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
