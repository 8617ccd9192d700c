//! One change: one transaction with its revision and an audit row for each operation.
//!
//! Operations read through the transaction too, so that a later one of a batch sees what an earlier one
//! did. Dropping a [`StoreChange`] makes nothing of it.

use std::sync::Arc;

use sqlx::{Any, Transaction};
use tidegate_policy::{Object, Subject, Tuple};
use tidegate_quota::{AccountId, Kind};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::hold::fence;
use super::writes::{CommitError, Entry, NewObject, NewRepeat, NewSecret, Write};
use super::{SealKey, Store, StoreError, kind_word, signed, unsigned};

/// A change that is being made.
#[derive(Debug)]
pub struct StoreChange {
    pub(super) transaction: Transaction<'static, Any>,
    revision: u64,
    seal: Option<Arc<SealKey>>,
    /// Last, so that the transaction ends before the next turn.
    _turn: OwnedMutexGuard<()>,
}

impl Store {
    /// Begins a change, at the next revision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(&self) -> Result<StoreChange, StoreError> {
        let turn = Arc::clone(&self.gate).lock_owned().await;
        self.stands()?;
        let mut transaction = self.write.begin().await?;
        // INVARIANT: the first statement, so that whoever changes anything waits here, and revisions
        // become visible in order. It holds in this incarnation alone: once another process has opened
        // the store, nothing of this one's comes into it.
        let taken: Option<(i64,)> = sqlx::query_as(
            "UPDATE meta SET revision = revision + 1 WHERE id = 1 AND incarnation = $1 \
             RETURNING revision",
        )
        .bind(self.incarnation)
        .fetch_optional(&mut *transaction)
        .await?;
        let (taken,) = taken.ok_or(StoreError::Lost)?;
        Ok(StoreChange {
            transaction,
            revision: unsigned(taken)?,
            seal: self.seal.clone(),
            _turn: turn,
        })
    }
}

impl Store {
    /// Keeps an answer to a request that changed nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remember(&self, repeat: &NewRepeat) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        remember(&mut transaction, repeat).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl StoreChange {
    /// For what writes its revision itself. The turn ends after the transaction.
    pub(super) fn into_parts(self) -> (Transaction<'static, Any>, OwnedMutexGuard<()>) {
        (self.transaction, self._turn)
    }

    /// The revision that will contain it.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Makes one row's worth of it.
    ///
    /// # Errors
    /// [`StoreError`]; the change can only be dropped then.
    pub async fn make(&mut self, write: &Write) -> Result<(), StoreError> {
        make(
            &mut self.transaction,
            self.revision,
            self.seal.as_deref(),
            write,
        )
        .await
    }

    /// Makes it durable: the audit rows of its operations in their order, and its entry in the change log
    /// (a JSON array).
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit(
        self,
        entries: &[Entry],
        changes: &str,
        repeat: Option<&NewRepeat>,
    ) -> Result<(), CommitError> {
        let Self {
            mut transaction,
            revision,
            seal: _,
            _turn,
        } = self;
        let revision = signed(revision)?;
        for (ordinal, entry) in entries.iter().enumerate() {
            audit(&mut transaction, revision, ordinal, entry).await?;
            if let Some(uid) = entry.object_uid {
                changed(&mut transaction, revision, uid).await?;
            }
        }
        let at_s = entries.first().map_or(0, |entry| entry.at_s);
        sqlx::query("INSERT INTO changes (revision, at_s, changes) VALUES ($1, $2, $3)")
            .bind(revision)
            .bind(signed(at_s)?)
            .bind(changes)
            .execute(&mut *transaction)
            .await?;
        if let Some(repeat) = repeat {
            remember(&mut transaction, repeat).await?;
        }
        transaction.commit().await.map_err(CommitError::Unknown)
    }
}

async fn make(
    transaction: &mut Transaction<'_, Any>,
    revision: u64,
    seal: Option<&SealKey>,
    write: &Write,
) -> Result<(), StoreError> {
    match write {
        Write::Object(object) => insert_object(transaction, revision, object).await,
        Write::Rename { uid, display_name } => {
            let query = sqlx::query("UPDATE objects SET display_name = $1 WHERE uid = $2")
                .bind(display_name.clone())
                .bind(uid.to_string());
            query.execute(&mut **transaction).await?;
            Ok(())
        }
        Write::ChangedAlong(uid) => changed(transaction, signed(revision)?, *uid).await,
        Write::DeleteObject(uid) => {
            let query = sqlx::query("DELETE FROM objects WHERE uid = $1").bind(uid.to_string());
            query.execute(&mut **transaction).await?;
            Ok(())
        }
        Write::Tuple(tuple) => {
            let row = TupleRow::of(transaction, tuple).await?;
            sqlx::query(
                "INSERT INTO tuples (object_uid, relation, subject_type, subject_uid, subject_relation) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )
            .bind(row.object_uid)
            .bind(&*tuple.relation)
            .bind(row.subject_type)
            .bind(row.subject_uid)
            .bind(row.subject_relation)
            .execute(&mut **transaction)
            .await?;
            Ok(())
        }
        Write::DeleteTuple(tuple) => {
            let row = TupleRow::of(transaction, tuple).await?;
            sqlx::query(
                "DELETE FROM tuples WHERE object_uid = $1 AND relation = $2 AND subject_type = $3 \
                 AND COALESCE(subject_uid, '') = $4 AND subject_relation = $5",
            )
            .bind(row.object_uid)
            .bind(&*tuple.relation)
            .bind(row.subject_type)
            .bind(row.subject_uid.unwrap_or_default())
            .bind(row.subject_relation)
            .execute(&mut **transaction)
            .await?;
            Ok(())
        }
        Write::Secret(secret) => insert_secret(transaction, secret).await,
        Write::RevokeSecret { jti, at_s } => {
            let query =
                "UPDATE secrets SET revoked_at_s = $1 WHERE jti = $2 AND revoked_at_s IS NULL";
            sqlx::query(query)
                .bind(signed(*at_s)?)
                .bind(jti.to_string())
                .execute(&mut **transaction)
                .await?;
            Ok(())
        }
        Write::Limit {
            account,
            kind,
            limit_bytes,
        } => set_limit(transaction, account, *kind, *limit_bytes).await,
        Write::Invitation(invitation) => super::invitations::insert(transaction, invitation).await,
        Write::RedeemInvitation { id, at_s } => {
            let query = sqlx::query("UPDATE invitations SET redeemed_at_s = $1 WHERE id = $2")
                .bind(signed(*at_s)?)
                .bind(id.to_string());
            query.execute(&mut **transaction).await?;
            Ok(())
        }
        Write::DeleteInvitation(id) => {
            let query = sqlx::query("DELETE FROM invitations WHERE id = $1").bind(id.to_string());
            query.execute(&mut **transaction).await?;
            Ok(())
        }
        Write::Address {
            address,
            owner,
            at_s,
        } => {
            sqlx::query(
                "INSERT INTO addresses (address, owner_uid, proven_at_s) VALUES ($1, $2, $3)",
            )
            .bind(address)
            .bind(owner.to_string())
            .bind(signed(*at_s)?)
            .execute(&mut **transaction)
            .await?;
            Ok(())
        }
        Write::Notification(new) => {
            sqlx::query(
                "INSERT INTO outbox (id, created_at_s, notification, attempts, due_at_s) \
                 VALUES ($1, $2, $3, 0, $4)",
            )
            .bind(new.id.to_string())
            .bind(signed(new.created_at_s)?)
            .bind(&new.notification)
            .bind(signed(new.created_at_s)?)
            .execute(&mut **transaction)
            .await?;
            Ok(())
        }
        Write::Key(key) => super::keys::insert(transaction, seal, key).await,
        Write::RetireKey { kid, at_s } => super::keys::retire(transaction, kid, *at_s).await,
        Write::RemoveKey { kid } => super::keys::remove(transaction, kid).await,
    }
}

/// The entity tag of an object: when it, or what hangs right on it, changed last.
async fn changed(
    transaction: &mut Transaction<'_, Any>,
    revision: i64,
    uid: Uuid,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE objects SET changed_revision = $1 WHERE uid = $2")
        .bind(revision)
        .bind(uid.to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn insert_object(
    transaction: &mut Transaction<'_, Any>,
    revision: u64,
    new: &NewObject,
) -> Result<(), StoreError> {
    let at_s = signed(new.created_at_s)?;
    sqlx::query(
        "INSERT INTO objects (uid, type, id, id_folded, parent, companion_of, display_name, created_at_s, \
         valid_from_s, changed_revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.uid.to_string())
    .bind(new.object.type_name())
    .bind(new.object.id())
    .bind(new.object.id().to_lowercase())
    .bind(new.parent.map(|uid| uid.to_string()))
    .bind(new.companion_of.map(|uid| uid.to_string()))
    .bind(new.display_name.clone())
    .bind(at_s)
    .bind(at_s)
    .bind(signed(revision)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_secret(
    transaction: &mut Transaction<'_, Any>,
    new: &NewSecret,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secrets (jti, subject_uid, kind, audiences, description, issued_at_s, expires_at_s, \
         revoked_at_s, issued_by, issued_by_uid) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9)",
    )
    .bind(new.jti.to_string())
    .bind(new.subject_uid.to_string())
    .bind(&new.kind)
    .bind(new.audiences.join(" "))
    .bind(new.description.clone())
    .bind(signed(new.issued_at_s)?)
    .bind(new.expires_at_s.map(signed).transpose()?)
    .bind(new.issued_by.as_str())
    .bind(new.issued_by_uid.to_string())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn set_limit(
    transaction: &mut Transaction<'_, Any>,
    account: &AccountId,
    kind: Kind,
    limit_bytes: Option<u64>,
) -> Result<(), StoreError> {
    let query = match limit_bytes {
        Some(_) => {
            "INSERT INTO limits (account, kind, limit_bytes) VALUES ($1, $2, $3) \
             ON CONFLICT (account, kind) DO UPDATE SET limit_bytes = excluded.limit_bytes"
        }
        None => "DELETE FROM limits WHERE account = $1 AND kind = $2",
    };
    let query = sqlx::query(query)
        .bind(account.to_string())
        .bind(kind_word(kind));
    let query = match limit_bytes {
        Some(limit_bytes) => query.bind(signed(limit_bytes)?),
        None => query,
    };
    query.execute(&mut **transaction).await?;
    Ok(())
}

async fn audit(
    transaction: &mut Transaction<'_, Any>,
    revision: i64,
    ordinal: usize,
    entry: &Entry,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (revision, ordinal, at_s, actor, actor_uid, jti, operation, object, object_uid, \
         before, after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(revision)
    .bind(i64::try_from(ordinal).unwrap_or(i64::MAX))
    .bind(signed(entry.at_s)?)
    .bind(entry.actor.as_str())
    .bind(entry.actor_uid.to_string())
    .bind(entry.jti.map(|jti| jti.to_string()))
    .bind(entry.operation)
    .bind(entry.object.as_str())
    .bind(entry.object_uid.map(|uid| uid.to_string()))
    .bind(entry.before.as_ref().map(ToString::to_string))
    .bind(entry.after.as_ref().map(ToString::to_string))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn remember(
    transaction: &mut Transaction<'_, Any>,
    repeat: &NewRepeat,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO repeats (actor_uid, idempotency_key, fingerprint, answer, created_at_s) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (actor_uid, idempotency_key) DO UPDATE \
         SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at_s = excluded.created_at_s",
    )
    .bind(repeat.actor.to_string())
    .bind(&repeat.key)
    .bind(&repeat.fingerprint)
    .bind(&repeat.answer)
    .bind(signed(repeat.created_at_s)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// A tuple by uids, as it is stored.
struct TupleRow {
    object_uid: String,
    subject_type: String,
    subject_uid: Option<String>,
    subject_relation: String,
}

impl TupleRow {
    async fn of(transaction: &mut Transaction<'_, Any>, tuple: &Tuple) -> Result<Self, StoreError> {
        let object_uid = uid_of(transaction, &tuple.object).await?;
        Ok(match &tuple.subject {
            Subject::Object(object) => Self {
                object_uid,
                subject_type: object.type_name().to_owned(),
                subject_uid: Some(uid_of(transaction, object).await?),
                subject_relation: String::new(),
            },
            Subject::Userset { object, relation } => Self {
                object_uid,
                subject_type: object.type_name().to_owned(),
                subject_uid: Some(uid_of(transaction, object).await?),
                subject_relation: relation.to_string(),
            },
            Subject::Wildcard { type_name } => Self {
                object_uid,
                subject_type: type_name.to_string(),
                subject_uid: None,
                subject_relation: String::new(),
            },
        })
    }
}

async fn uid_of(
    transaction: &mut Transaction<'_, Any>,
    object: &Object,
) -> Result<String, StoreError> {
    let found: Option<(String,)> =
        sqlx::query_as("SELECT uid FROM objects WHERE type = $1 AND id = $2")
            .bind(object.type_name())
            .bind(object.id())
            .fetch_optional(&mut **transaction)
            .await?;
    found
        .map(|(uid,)| uid)
        .ok_or_else(|| StoreError::corrupt(format_args!("{object} does not exist")))
}
