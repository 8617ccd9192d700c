//! Everything that a snapshot contains, read at one moment.
//!
//! A row costs more on its way out of the database than what is in it: a million tuples come as one row
//! for each object that has some.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use tidegate_policy::{Object, Placed, PlacedSubject, Snapshot, SnapshotBuilder, Standing};
use uuid::Uuid;

use super::{Store, StoreError, signed, unsigned};

/// The tuples on an object in one text: a line for each, `relation subject_type subject_uid
/// subject_relation`. None of these holds white space.
const TUPLES: &str = "SELECT object_uid, string_agg(relation || ' ' || subject_type || ' ' \
                      || COALESCE(subject_uid, '') || ' ' || subject_relation, '\n') \
                      FROM tuples GROUP BY object_uid";

impl Store {
    /// Reads everything in one transaction into an empty builder. Tuples that the model does not allow are
    /// left out and stay stored, as are revocations of secrets that have expired by `now_s`, as nobody
    /// accepts those anyway.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(
        &self,
        now_s: u64,
        mut builder: SnapshotBuilder,
    ) -> Result<Snapshot, StoreError> {
        let mut transaction = self.read.begin_with(self.engine.begin_reading()).await?;
        let (revision,): (i64,) = sqlx::query_as("SELECT revision FROM meta WHERE id = 1")
            .fetch_one(&mut *transaction)
            .await?;

        let mut placed = HashMap::new();
        let mut objects = sqlx::query_as::<_, (String, String, String, i64)>(
            "SELECT uid, type, id, valid_from_s FROM objects",
        )
        .fetch(&mut *transaction);
        while let Some((uid, type_name, id, valid_from_s)) = objects.try_next().await? {
            let standing = Standing {
                uid: uuid(&uid)?,
                valid_from_s: unsigned(valid_from_s)?,
            };
            let put = builder.put(object(&type_name, &id)?, standing);
            placed.insert(standing.uid, put);
        }
        drop(objects);

        let mut tuples = sqlx::query_as::<_, (String, String)>(TUPLES).fetch(&mut *transaction);
        while let Some((uid, lines)) = tuples.try_next().await? {
            let on = find(&placed, &uid)?;
            for line in lines.split('\n') {
                write(&mut builder, on, line, &placed)?;
            }
        }
        drop(tuples);

        let revoked: Vec<(String,)> = sqlx::query_as(
            "SELECT jti FROM secrets WHERE revoked_at_s IS NOT NULL \
             AND (expires_at_s IS NULL OR expires_at_s > $1)",
        )
        .bind(signed(now_s)?)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.rollback().await?;
        for (jti,) in revoked {
            builder.revoke(uuid(&jti)?);
        }
        Ok(builder.finish(unsigned(revision)?))
    }
}

/// Adds the tuple of a line.
fn write(
    builder: &mut SnapshotBuilder,
    on: Placed,
    line: &str,
    placed: &HashMap<Uuid, Placed>,
) -> Result<(), StoreError> {
    let mut words = line.split(' ');
    let (Some(relation), Some(subject_type), Some(uid), Some(member), None) = (
        words.next(),
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) else {
        return Err(StoreError::corrupt(format_args!("tuple {line}")));
    };
    let subject = match (uid, member) {
        ("", _) => PlacedSubject::Wildcard(subject_type),
        (uid, "") => PlacedSubject::Object(find(placed, uid)?),
        (uid, member) => PlacedSubject::Userset(find(placed, uid)?, member),
    };
    // A model that changed may not allow what was written under the last one; such tuples are skipped,
    // as OpenFGA does.
    if let Err(left_out) = builder.write(on, relation, subject, None) {
        tracing::warn!(tuple = left_out.tuple, error = %left_out.reason, "skipped: the model does not allow this tuple");
    }
    Ok(())
}

fn find(placed: &HashMap<Uuid, Placed>, uid: &str) -> Result<Placed, StoreError> {
    let found = placed.get(&uuid(uid)?).copied();
    found.ok_or_else(|| StoreError::corrupt(format_args!("no object has the uid {uid}")))
}

pub(super) fn object(type_name: &str, id: &str) -> Result<Object, StoreError> {
    Object::new(type_name, id)
        .map_err(|error| StoreError::corrupt(format_args!("object {type_name}:{id}: {error}")))
}

pub(super) fn uuid(text: &str) -> Result<Uuid, StoreError> {
    text.parse()
        .map_err(|_| StoreError::corrupt(format_args!("uid {text}")))
}
