//! Finding objects that the caller may see.

use crate::domain::caller::Actor;
use crate::domain::{Administration, Fault, named};
use crate::store::{ListObjects, ObjectRow};

/// How many objects one page of a list looks at, those that the caller may not see included.
pub const LIST_SCAN_MAX: usize = 10_000;

/// Rows that are read at a time.
const BATCH: u32 = 200;

/// A page of objects.
#[derive(Debug)]
pub struct Listed {
    /// In order of their ids.
    pub objects: Vec<ObjectRow>,
    /// Where the next page starts; none at the end.
    pub next: Option<String>,
}

impl Administration {
    /// An object that the caller may see.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<ObjectRow, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let object = named(text, "object")?;
        self.visible(actor, &snapshot, &object, "object")?;
        let standing = snapshot.standing(&object);
        let row = match standing {
            Some(standing) => self.store.object(standing.uid).await?,
            None => None,
        };
        row.ok_or_else(|| Fault::NotFound {
            field: "object".into(),
            detail: format!("no {object}"),
        })
    }

    /// Objects of a type that the caller may see, in order of their ids. A page may hold fewer than
    /// `limit` before the end: it looks at no more than [`LIST_SCAN_MAX`].
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn list(
        &self,
        actor: &Actor,
        type_name: &str,
        parent: Option<&str>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Listed, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        if self.system.rules(type_name).is_none() {
            return Err(Fault::bad("type", format!("no type `{type_name}`")));
        }
        let parent = match parent {
            None => None,
            Some(text) => {
                let parent = named(text, "parent")?;
                self.visible(actor, &snapshot, &parent, "parent")?;
                snapshot.standing(&parent).map(|standing| standing.uid)
            }
        };
        let mut objects = Vec::new();
        let mut after = cursor.unwrap_or_default().to_owned();
        let mut seen = 0;
        loop {
            let rows = self
                .store
                .objects(&ListObjects {
                    type_name,
                    parent,
                    after: &after,
                    limit: BATCH,
                })
                .await?;
            let end = rows.len() < BATCH as usize;
            for row in rows {
                if objects.len() == limit || seen == LIST_SCAN_MAX {
                    return Ok(Listed {
                        objects,
                        next: Some(after),
                    });
                }
                seen += 1;
                row.object.id().clone_into(&mut after);
                if self
                    .visible(actor, &snapshot, &row.object, "object")
                    .is_ok()
                {
                    objects.push(row);
                }
            }
            if end {
                return Ok(Listed {
                    objects,
                    next: None,
                });
            }
        }
    }
}
