//! Objects: look-ups and lists.

use std::sync::LazyLock;

use sqlx::{Any, AssertSqlSafe, Executor};
use tidegate_policy::Object;
use uuid::Uuid;

use super::load::{object, uuid};
use super::{Store, StoreChange, StoreError, unsigned};

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
    /// The revision of the last change of it or of what hangs right on it.
    pub revision: u64,
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

type Columns = (String, String, String, Option<String>, i64, i64);

/// The columns of [`Columns`], of a table named `o`.
macro_rules! columns {
    () => {
        "o.uid, o.type, o.id, o.display_name, o.created_at_s, o.changed_revision"
    };
}

/// Objects that one statement asks for by their uids: a page that names no limit.
const UIDS: usize = 100;

static BY_UIDS: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=UIDS).map(|at| format!("${at}")).collect();
    let query = concat!("SELECT ", columns!(), " FROM objects o WHERE o.uid IN");
    format!("{query} ({})", places.join(", "))
});

impl Store {
    /// An object by its uid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn object(&self, uid: Uuid) -> Result<Option<ObjectRow>, StoreError> {
        by_uid(&self.read, uid).await
    }

    /// A page of objects.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn objects(&self, list: &ListObjects<'_>) -> Result<Vec<ObjectRow>, StoreError> {
        let query = match list.parent {
            Some(_) => concat!(
                "SELECT ",
                columns!(),
                " FROM objects o WHERE o.type = $1 AND o.id_folded > $2 AND o.parent = $4 \
                 ORDER BY o.id_folded LIMIT $3"
            ),
            None => concat!(
                "SELECT ",
                columns!(),
                " FROM objects o WHERE o.type = $1 AND o.id_folded > $2 ORDER BY o.id_folded LIMIT $3"
            ),
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

    /// Those of some objects that are still there, in order of their types and ids.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn objects_by_uid(&self, uids: &[Uuid]) -> Result<Vec<ObjectRow>, StoreError> {
        let mut rows = Vec::with_capacity(uids.len());
        for uids in uids.chunks(UIDS) {
            // Always as many placeholders: one statement to prepare. What is left names nobody.
            let mut query = sqlx::query_as::<_, Columns>(AssertSqlSafe(BY_UIDS.as_str()));
            for at in 0..UIDS {
                query = query.bind(uids.get(at).map(Uuid::to_string));
            }
            rows.extend(query.fetch_all(&self.read).await?);
        }
        let rows = rows.into_iter().map(object_row);
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| a.object.cmp(&b.object));
        Ok(rows)
    }
}

impl StoreChange {
    /// An object by its uid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn object(&mut self, uid: Uuid) -> Result<Option<ObjectRow>, StoreError> {
        by_uid(&mut *self.transaction, uid).await
    }

    /// An object and everything below it, itself first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subtree(&mut self, uid: Uuid) -> Result<Vec<ObjectRow>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(concat!(
            "WITH RECURSIVE below (uid, depth) AS ( \
                 SELECT uid, 0 FROM objects WHERE uid = $1 \
                 UNION ALL SELECT c.uid, b.depth + 1 FROM objects c JOIN below b ON c.parent = b.uid) \
             SELECT ",
            columns!(),
            " FROM below b JOIN objects o ON o.uid = b.uid ORDER BY b.depth, o.type, o.id"
        ))
        .bind(uid.to_string())
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.into_iter().map(object_row).collect()
    }

    /// What was created along with an object, or with something below it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn companions(&mut self, uid: Uuid) -> Result<Vec<ObjectRow>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(concat!(
            "WITH RECURSIVE below (uid) AS ( \
                 SELECT uid FROM objects WHERE uid = $1 \
                 UNION ALL SELECT c.uid FROM objects c JOIN below b ON c.parent = b.uid) \
             SELECT ",
            columns!(),
            " FROM below b JOIN objects o ON o.companion_of = b.uid ORDER BY o.type, o.id"
        ))
        .bind(uid.to_string())
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.into_iter().map(object_row).collect()
    }

    /// What an object was created along with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn companion_of(&mut self, uid: Uuid) -> Result<Option<ObjectRow>, StoreError> {
        let row: Option<Columns> = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM objects c JOIN objects o ON o.uid = c.companion_of WHERE c.uid = $1"
        ))
        .bind(uid.to_string())
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(object_row).transpose()
    }
}

async fn by_uid<'c>(
    executor: impl Executor<'c, Database = Any>,
    uid: Uuid,
) -> Result<Option<ObjectRow>, StoreError> {
    let query = concat!("SELECT ", columns!(), " FROM objects o WHERE o.uid = $1");
    let row: Option<Columns> = sqlx::query_as(query)
        .bind(uid.to_string())
        .fetch_optional(executor)
        .await?;
    row.map(object_row).transpose()
}

fn object_row(
    (uid, type_name, id, display_name, created_at_s, revision): Columns,
) -> Result<ObjectRow, StoreError> {
    Ok(ObjectRow {
        object: object(&type_name, &id)?,
        uid: uuid(&uid)?,
        display_name,
        created_at_s: unsigned(created_at_s)?,
        revision: unsigned(revision)?,
    })
}
