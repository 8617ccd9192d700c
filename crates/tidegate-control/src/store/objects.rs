//! Objects: look-ups and lists.

use tidegate_policy::Object;
use uuid::Uuid;

use super::load::{object, uuid};
use super::{Store, StoreError, unsigned};

/// An object as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    /// Its name.
    pub object: Object,
    /// Never used again.
    pub uid: Uuid,
    /// For people.
    pub display_name: Option<String>,
    /// Seconds since the epoch, UTC.
    pub created_at_s: u64,
}

/// Which objects to list, in order of their ids.
#[derive(Clone, Copy, Debug)]
pub struct ListObjects<'a> {
    /// Of this type.
    pub type_name: &'a str,
    /// Right below this one; none: anywhere.
    pub parent: Option<Uuid>,
    /// Only ids after this one; empty: from the start.
    pub after: &'a str,
    /// At most so many.
    pub limit: u32,
}

type Columns = (String, String, String, Option<String>, i64);

impl Store {
    /// An object by its uid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn object(&self, uid: Uuid) -> Result<Option<ObjectRow>, StoreError> {
        let query = "SELECT uid, type, id, display_name, created_at_s FROM objects WHERE uid = $1";
        let row = sqlx::query_as(query)
            .bind(uid.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(object_row).transpose()
    }

    /// A page of objects.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn objects(&self, list: &ListObjects<'_>) -> Result<Vec<ObjectRow>, StoreError> {
        let query = match list.parent {
            Some(_) => {
                "SELECT uid, type, id, display_name, created_at_s FROM objects \
                 WHERE type = $1 AND id_folded > $2 AND parent = $4 ORDER BY id_folded LIMIT $3"
            }
            None => {
                "SELECT uid, type, id, display_name, created_at_s FROM objects \
                 WHERE type = $1 AND id_folded > $2 ORDER BY id_folded LIMIT $3"
            }
        };
        let query = sqlx::query_as(query)
            .bind(list.type_name)
            .bind(list.after)
            .bind(i64::from(list.limit));
        let query = match list.parent {
            Some(parent) => query.bind(parent.to_string()),
            None => query,
        };
        let rows: Vec<Columns> = query.fetch_all(&self.read).await?;
        rows.into_iter().map(object_row).collect()
    }

    /// An object and everything below it, itself first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subtree(&self, uid: Uuid) -> Result<Vec<ObjectRow>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "WITH RECURSIVE below (uid, type, id, display_name, created_at_s, depth) AS ( \
                 SELECT uid, type, id, display_name, created_at_s, 0 FROM objects WHERE uid = $1 \
                 UNION ALL \
                 SELECT o.uid, o.type, o.id, o.display_name, o.created_at_s, b.depth + 1 \
                 FROM objects o JOIN below b ON o.parent = b.uid) \
             SELECT uid, type, id, display_name, created_at_s FROM below ORDER BY depth, type, id",
        )
        .bind(uid.to_string())
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(object_row).collect()
    }

    /// Objects of a type outside of an object's tree that have a tuple of this relation into the tree:
    /// (the one outside, the one in the tree).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn left_behind(
        &self,
        root: Uuid,
        type_name: &str,
        relation: &str,
    ) -> Result<Vec<(Object, Object)>, StoreError> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "WITH RECURSIVE below (uid) AS ( \
                 SELECT uid FROM objects WHERE uid = $1 \
                 UNION ALL SELECT o.uid FROM objects o JOIN below b ON o.parent = b.uid) \
             SELECT o.type, o.id, s.type, s.id FROM below b \
             JOIN tuples t ON t.subject_uid = b.uid AND t.subject_relation = '' AND t.relation = $2 \
             JOIN objects o ON o.uid = t.object_uid AND o.type = $3 \
             JOIN objects s ON s.uid = b.uid \
             WHERE o.uid NOT IN (SELECT uid FROM below)",
        )
        .bind(root.to_string())
        .bind(relation)
        .bind(type_name)
        .fetch_all(&self.read)
        .await?;
        let row = |(type_name, id, in_type, in_id): (String, String, String, String)| {
            Ok((object(&type_name, &id)?, object(&in_type, &in_id)?))
        };
        rows.into_iter().map(row).collect()
    }
}

fn object_row(
    (uid, type_name, id, display_name, created_at_s): Columns,
) -> Result<ObjectRow, StoreError> {
    Ok(ObjectRow {
        object: object(&type_name, &id)?,
        uid: uuid(&uid)?,
        display_name,
        created_at_s: unsigned(created_at_s)?,
    })
}
