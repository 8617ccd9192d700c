//! A change being made: operations, each guarded on what the one before it left, then the rules that must hold at
//! the end, then one commit.
//!
//! Rows are written to the transaction at once, so that reads see them. The snapshot to come is the one in
//! force with all changes so far applied: what cannot be published is never committed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tidegate_client::wire::{self, Answer, Operation};
use tidegate_policy::{Change, ChangeError, Object, Snapshot, Subject, Tuple};
use tidegate_quota::AccountId;
use uuid::Uuid;

use super::answers::without_texts;
use super::caller::Actor;
use super::lane::{Lane, to_the_end};
use super::repeats::{Keyed, REPEATS_KEPT_S};
use super::{Administration, Fault, Issued, changelog, keep};
use crate::store::{CommitError, Entry, InvitationRow, NewRepeat, StoreChange, StoreError, Write};

/// Most operations of a batch.
pub const BATCH_MAX: usize = 100;

/// Under which terms a change is made.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// A repeat of the request is answered as the first was, and not done again.
    pub idempotency_key: Option<String>,
    /// Refused when the first operation's object changed after this revision.
    pub unchanged_since: Option<u64>,
}

/// What operations did.
#[derive(Clone, Debug)]
pub struct Performed {
    /// The revision that contains all of it.
    pub revision: u64,
    /// For each operation.
    pub answers: Vec<Answer>,
}

/// What an operation did, before its revision is known for sure.
#[derive(Debug)]
pub(super) enum Done {
    Created {
        object: Object,
        uid: Uuid,
        secret: Option<Issued>,
    },
    Issued(Issued),
    Invited(Box<InvitationRow>),
    Changed,
}

/// What an operation says in the audit log.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) operation: &'static str,
    pub(super) object: Object,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// A change being made.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) administration: &'a Administration,
    pub(super) actor: Actor,
    pub(super) store: StoreChange,
    pub(super) now_s: u64,
    base: Arc<Snapshot>,
    snapshot: Arc<Snapshot>,
    changes: Vec<Change>,
    entries: Vec<Entry>,
    called_back: Vec<AccountId>,
    notified: bool,
}

impl Administration {
    /// Makes a change of one or more operations: all of them or none.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn perform(
        self: &Arc<Self>,
        actor: Actor,
        terms: Terms,
        operations: Vec<Operation>,
        batch: bool,
    ) -> Result<Performed, Fault> {
        if operations.is_empty() || operations.len() > BATCH_MAX {
            return Err(Fault::bad(
                "operations",
                format!("between 1 and {BATCH_MAX} operations"),
            ));
        }
        let Terms {
            idempotency_key,
            unchanged_since,
        } = terms;
        let key = idempotency_key.as_deref();
        let keyed = Keyed::new(actor.uid, key, &(unchanged_since, &operations))?;
        let this = Arc::clone(self);
        to_the_end(async move {
            let mut lane = this.lane(&actor).await?;
            if let Some(keyed) = &keyed
                && let Some(kept) = keyed.answered(&this).await?
            {
                let wire::BatchAnswer { revision, answers } = kept;
                return Ok(Performed { revision, answers });
            }
            let mut work = Work::begin(&this, &mut lane, actor).await?;
            let mut done = Vec::with_capacity(operations.len());
            for (number, operation) in operations.into_iter().enumerate() {
                if number == 0
                    && let Some(revision) = unchanged_since
                {
                    work.unchanged(&operation, revision).await?;
                }
                // One before it may have been the end of the caller.
                work.actor.stands(&work.snapshot)?;
                let result = work.perform(operation).await;
                done.push(result.map_err(|fault| {
                    if batch {
                        fault.of_operation(number)
                    } else {
                        fault
                    }
                })?);
            }
            let revision = work.revision();
            let answers: Vec<Answer> = done.into_iter().map(|done| done.at(revision)).collect();
            let keep = |keyed: Keyed| keyed.answer(&without_texts(revision, &answers), work.now_s);
            let repeat = keyed.map(keep).transpose()?;
            work.finish(&mut lane, answers, repeat).await
        })
        .await
    }
}

impl Administration {
    /// Forgets what is over: answers that nobody repeats any more, invitations that nobody accepted in time.
    pub(crate) async fn forget_old(&self) -> Result<(), StoreError> {
        let now_s = self.clock.now_s();
        self.store
            .forget_repeats(now_s.saturating_sub(REPEATS_KEPT_S))
            .await?;
        self.store.forget_budgets(now_s).await?;
        self.store.forget_invitations(now_s).await
    }
}

impl<'a> Work<'a> {
    pub(super) async fn begin(
        administration: &'a Administration,
        lane: &mut Lane<'_>,
        actor: Actor,
    ) -> Result<Self, Fault> {
        let store = lane.begin().await?;
        let base = Arc::clone(lane.snapshot());
        Ok(Self {
            administration,
            actor,
            store,
            now_s: administration.clock.now_s(),
            snapshot: Arc::clone(&base),
            base,
            changes: Vec::new(),
            entries: Vec::new(),
            called_back: Vec::new(),
            notified: false,
        })
    }

    /// The snapshot with everything done so far.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// The snapshot as it would be with these changes, too.
    pub(super) fn with(&self, more: &[Change]) -> Result<Arc<Snapshot>, ChangeError> {
        if more.is_empty() {
            return Ok(self.snapshot());
        }
        // What was done before is not done again: of a long batch each operation would cost more than the last.
        let revision = self.store.revision();
        let next = if self.snapshot.revision() == revision {
            self.snapshot.amend(more)?
        } else {
            self.base.apply(revision, more)?
        };
        Ok(Arc::new(next))
    }

    /// Changes what the snapshot contains; the rows that belong to it are written apart.
    pub(super) fn apply(&mut self, changes: Vec<Change>) -> Result<(), Fault> {
        if changes.is_empty() {
            return Ok(());
        }
        self.snapshot = self
            .with(&changes)
            .map_err(|error| Fault::internal("a change cannot be applied", &error))?;
        self.changes.extend(changes);
        Ok(())
    }

    pub(super) async fn write(&mut self, write: &Write) -> Result<(), Fault> {
        self.notified |= matches!(write, Write::Notification(_));
        Ok(self.store.make(write).await?)
    }

    /// Writes and removes tuples, those that hold already or do not aside. Returns what changed.
    pub(super) async fn tuples(
        &mut self,
        removed: Vec<Tuple>,
        written: Vec<Tuple>,
    ) -> Result<(Vec<Tuple>, Vec<Tuple>), Fault> {
        let holds = |snapshot: &Snapshot, tuple: &Tuple| {
            let subjects = snapshot.subjects(&tuple.object, &tuple.relation);
            subjects.contains(&tuple.subject)
        };
        let snapshot = self.snapshot();
        let removed: Vec<Tuple> = removed
            .into_iter()
            .filter(|tuple| holds(&snapshot, tuple) && !written.contains(tuple))
            .collect();
        let written: Vec<Tuple> = written
            .into_iter()
            .filter(|tuple| !holds(&snapshot, tuple))
            .collect();
        for tuple in &removed {
            self.write(&Write::DeleteTuple(tuple.clone())).await?;
        }
        for tuple in &written {
            self.write(&Write::Tuple(tuple.clone())).await?;
        }
        let deletes = removed.iter().cloned().map(Change::Delete);
        let writes = written.iter().cloned().map(Change::Write);
        self.apply(deletes.chain(writes).collect())?;
        Ok((removed, written))
    }

    /// Notes what an operation did.
    pub(super) fn say(&mut self, said: Said) {
        let Said {
            operation,
            object,
            before,
            after,
        } = said;
        // A deleted object is known by who it was.
        let standing = self.snapshot.standing(&object);
        let standing = standing.or_else(|| self.base.standing(&object));
        self.entries.push(Entry {
            at_s: self.now_s,
            actor: self.actor.object.clone(),
            actor_uid: self.actor.uid,
            jti: self.actor.jti,
            operation,
            object_uid: standing.map(|standing| standing.uid),
            object,
            before,
            after,
        });
    }

    /// After the commit, what nodes have leased of an account is called back.
    pub(super) fn call_back(&mut self, account: AccountId) {
        self.called_back.push(account);
    }

    async fn unchanged(&mut self, operation: &Operation, revision: u64) -> Result<(), Fault> {
        let Some(name) = super::operations::named_object(operation) else {
            return Err(Fault::bad("If-Match", "this operation names no object"));
        };
        let object = super::named(name, "object")?;
        let snapshot = self.snapshot();
        self.visible(&object, "object")?;
        let row = match snapshot.standing(&object) {
            Some(standing) => self.store.object(standing.uid).await?,
            None => None,
        };
        match row {
            Some(row) if row.revision > revision => Err(Fault::Changed {
                detail: format!("{object} changed at revision {}", row.revision),
            }),
            Some(_) => Ok(()),
            None => Err(Fault::missing("object", &object)),
        }
    }

    /// INVARIANT: a narrowed secret changes nothing outside of its objects, whatever the guards ask, and
    /// makes no secret: that would be wider, and outlive it.
    fn within_the_secret(&self, answers: &[Answer]) -> Result<(), Fault> {
        let makes_secret = |answer: &Answer| match answer {
            Answer::Issued(_) => true,
            Answer::Created(created) => created.secret.is_some(),
            Answer::Invited(_) | Answer::Changed(_) => false,
        };
        if answers.iter().any(makes_secret) {
            self.actor.whole()?;
        }
        let named = self.entries.iter().map(|entry| &entry.object);
        // Also what changes along with what was named.
        let changed = self.changes.iter().filter_map(changed_object);
        let reaches = |object: &&Object| self.actor.reaches(object, &self.snapshot);
        match named.chain(changed).find(|object| !reaches(object)) {
            Some(object) => {
                let rule = format!("narrow: the secret is narrowed to other objects than {object}");
                Err(Fault::Forbidden { rule })
            }
            None => Ok(()),
        }
    }

    /// The revision that will contain it: the last one, where everything was so already.
    pub(super) fn revision(&self) -> u64 {
        if self.entries.is_empty() {
            self.base.revision()
        } else {
            self.store.revision()
        }
    }

    /// Objects that no operation named and whose grants or links are others now: whoever shows an entity tag
    /// from before has not seen that.
    fn changed_along(&self) -> BTreeSet<Uuid> {
        let system = &self.administration.system;
        let is_told = |tuple: &Tuple| {
            system.rules(tuple.object.type_name()).is_some_and(|rules| {
                rules.word(&tuple.relation).is_some() || rules.one().contains_key(&*tuple.relation)
            })
        };
        let mut objects = BTreeSet::new();
        for change in &self.changes {
            match change {
                Change::Write(tuple) | Change::Delete(tuple) if is_told(tuple) => {
                    objects.insert(tuple.object.clone());
                }
                Change::Forget(object) => {
                    let stood_in = self.base.stands_in(object).into_iter();
                    objects.extend(stood_in.filter(is_told).map(|tuple| tuple.object));
                }
                Change::Write(_)
                | Change::Delete(_)
                | Change::Put { .. }
                | Change::Revoke { .. } => {}
            }
        }
        let uid = |snapshot: &Snapshot, object: &Object| {
            snapshot.standing(object).map(|standing| standing.uid)
        };
        // What is new, or gone, has no tag from before.
        let stayed = |object: &Object| {
            uid(&self.snapshot, object).filter(|uid_now| uid(&self.base, object) == Some(*uid_now))
        };
        objects.iter().filter_map(stayed).collect()
    }

    /// Asks what must hold at the end, commits, publishes.
    pub(super) async fn finish(
        mut self,
        lane: &mut Lane<'_>,
        answers: Vec<Answer>,
        repeat: Option<NewRepeat>,
    ) -> Result<Performed, Fault> {
        self.within_the_secret(&answers)?;
        keep::holders(
            &self.administration.system,
            &self.base,
            &self.snapshot,
            &self.changes,
        )?;
        for uid in self.changed_along() {
            self.write(&Write::ChangedAlong(uid)).await?;
        }
        let revision = self.revision();
        let Self {
            administration,
            actor: _,
            store,
            now_s,
            base,
            mut snapshot,
            changes,
            entries,
            called_back,
            notified,
        } = self;
        let performed = Performed { revision, answers };
        if entries.is_empty() {
            // Everything was so already, which is an answer to remember as well.
            drop(store);
            if let Some(repeat) = &repeat {
                administration.store.remember(repeat).await?;
            }
            return Ok(performed);
        }
        if snapshot.revision() != revision {
            // Nothing that a snapshot contains: limits, display names, invitations.
            snapshot = match base.apply(revision, &[]) {
                Ok(next) => Arc::new(next),
                Err(error) => return Err(Fault::internal("a change cannot be applied", &error)),
            };
        }
        let log = changelog::to_json(&changes);
        match store.commit(&entries, &log, repeat.as_ref()).await {
            Ok(()) => {}
            Err(CommitError::NotMade(error)) => return Err(error.into()),
            Err(error @ CommitError::Unknown(_)) => {
                tracing::error!(%error, "the snapshot is built again");
                lane.fall_behind().await;
                return Err(Fault::Unavailable);
            }
        }
        lane.publish(snapshot);
        administration.published(changelog::revision_changes(revision, now_s, &changes));
        for entry in &entries {
            tracing::info!(revision, operation = entry.operation, object = %entry.object, actor = %entry.actor, "changed");
        }
        if notified {
            administration.wake.notify_one();
        }
        administration.call_back(called_back).await;
        Ok(performed)
    }
}

/// The subject's object, where it has one.
pub(super) fn subject_object(subject: &Subject) -> Option<&Object> {
    match subject {
        Subject::Object(object) | Subject::Userset { object, .. } => Some(object),
        Subject::Wildcard { .. } => None,
    }
}

/// The object that a change is of.
fn changed_object(change: &Change) -> Option<&Object> {
    match change {
        Change::Put { object, .. } | Change::Forget(object) => Some(object),
        Change::Write(tuple) | Change::Delete(tuple) => Some(&tuple.object),
        Change::Revoke { .. } => None,
    }
}

/// Tuples as the audit log tells them.
pub(super) fn texts(tuples: &[Tuple]) -> Option<Value> {
    let texts: Vec<String> = tuples.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| serde_json::json!({ "tuples": texts }))
}
