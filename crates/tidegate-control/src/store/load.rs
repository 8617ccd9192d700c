//! Everything that a snapshot contains, read at one moment.

use tidegate_policy::{Change, Object, Subject, Tuple};
use uuid::Uuid;

use super::{Store, StoreError, signed, unsigned};

/// What the store contains of a snapshot.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The revision of the last change.
    pub revision: u64,
    /// What makes the snapshot from an empty one: objects first.
    pub changes: Vec<Change>,
}

type TupleColumns = (String, String, String, String, Option<String>, String);

impl Store {
    /// Reads everything in one transaction. Revocations of secrets that have expired by `now_s` are
    /// left out, as nobody accepts those anyway.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, now_s: u64) -> Result<Loaded, StoreError> {
        let mut transaction = self.read.begin_with(self.engine.begin_reading()).await?;
        let (revision,): (i64,) = sqlx::query_as("SELECT revision FROM meta WHERE id = 1")
            .fetch_one(&mut *transaction)
            .await?;
        let objects: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT uid, type, id, valid_from_s FROM objects")
                .fetch_all(&mut *transaction)
                .await?;
        let tuples: Vec<TupleColumns> = sqlx::query_as(
            "SELECT o.type, o.id, t.relation, t.subject_type, s.id, t.subject_relation \
             FROM tuples t JOIN objects o ON o.uid = t.object_uid \
             LEFT JOIN objects s ON s.uid = t.subject_uid",
        )
        .fetch_all(&mut *transaction)
        .await?;
        let revoked: Vec<(String,)> = sqlx::query_as(
            "SELECT jti FROM secrets WHERE revoked_at_s IS NOT NULL \
             AND (expires_at_s IS NULL OR expires_at_s > $1)",
        )
        .bind(signed(now_s)?)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.rollback().await?;

        let mut changes = Vec::with_capacity(objects.len() + tuples.len() + revoked.len());
        for (uid, type_name, id, valid_from_s) in objects {
            changes.push(Change::Put {
                object: object(&type_name, &id)?,
                uid: uuid(&uid)?,
                valid_from_s: unsigned(valid_from_s)?,
            });
        }
        for columns in tuples {
            changes.push(Change::Write(tuple(columns)?));
        }
        for (jti,) in revoked {
            changes.push(Change::Revoke { jti: uuid(&jti)? });
        }
        Ok(Loaded {
            revision: unsigned(revision)?,
            changes,
        })
    }
}

fn tuple(columns: TupleColumns) -> Result<Tuple, StoreError> {
    let (type_name, id, relation, subject_type, subject_id, subject_relation) = columns;
    let subject = match subject_id {
        None => Subject::Wildcard {
            type_name: subject_type.into(),
        },
        Some(id) if subject_relation.is_empty() => Subject::Object(object(&subject_type, &id)?),
        Some(id) => Subject::Userset {
            object: object(&subject_type, &id)?,
            relation: subject_relation.into(),
        },
    };
    Ok(Tuple {
        object: object(&type_name, &id)?,
        relation: relation.into(),
        subject,
    })
}

pub(super) fn object(type_name: &str, id: &str) -> Result<Object, StoreError> {
    Object::new(type_name, id)
        .map_err(|error| StoreError::corrupt(format_args!("object {type_name}:{id}: {error}")))
}

pub(super) fn uuid(text: &str) -> Result<Uuid, StoreError> {
    text.parse()
        .map_err(|_| StoreError::corrupt(format_args!("uid {text}")))
}
