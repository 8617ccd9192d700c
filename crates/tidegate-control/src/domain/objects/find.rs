//! Finding objects that the caller may see.

use tidegate_policy::decide::ANONYMOUS;
use tidegate_policy::{Object, Snapshot};

use crate::domain::caller::Actor;
use crate::domain::guard::{Role, Roles};
use crate::domain::system::{Operation, SITE_TYPE};
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

/// Which page of which list.
struct Part<'a> {
    type_name: &'a str,
    /// Right below this one; none: anywhere.
    parent: Option<&'a Object>,
    /// Only ids after this one; empty: from the start.
    after: &'a str,
    limit: usize,
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
                Some(parent)
            }
        };
        let part = Part {
            type_name,
            parent: parent.as_ref(),
            after: cursor.unwrap_or_default(),
            limit,
        };
        match self.candidates(actor, &snapshot, type_name) {
            Some(candidates) => self.list_of(actor, &snapshot, &part, &candidates).await,
            None => self.list_all(actor, &snapshot, &part).await,
        }
    }

    /// The objects of a type among which are all that the caller may see, in order of their ids; none when
    /// that may be any.
    fn candidates(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        type_name: &str,
    ) -> Option<Vec<Object>> {
        let rules = self.system.rules(type_name)?;
        let in_site = rules.parent() == Some(SITE_TYPE);
        let parent = in_site.then_some(&self.site);
        // Each clause must hold, so any one of them will do.
        let mut clauses = rules.guard(Operation::View)?.clauses();
        clauses.find_map(|clause| {
            let mut found = Vec::new();
            for alternative in clause {
                match alternative.role {
                    Role::Object => {
                        let relation = &alternative.relation;
                        found.extend(actor.reachable(snapshot, relation, type_name)?);
                    }
                    // The same question for every object of the type: one answer rules it out.
                    Role::Parent if in_site => {
                        let roles = Roles::of(&self.site, snapshot, parent);
                        if alternative.holds(actor, &roles) {
                            return None;
                        }
                    }
                    _ => return None,
                }
            }
            found.sort_unstable();
            found.dedup();
            Some(found)
        })
    }

    /// A page of some objects of a type.
    async fn list_of(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        part: &Part<'_>,
        candidates: &[Object],
    ) -> Result<Listed, Fault> {
        let start = candidates.partition_point(|object| object.id() <= part.after);
        let rest = candidates.get(start..).unwrap_or_default().iter();
        let below = |object: &Object| {
            part.parent.is_none() || self.parent_of(object).as_ref() == part.parent
        };
        let mut found = Vec::new();
        let mut next = None;
        let mut last = part.after;
        for (seen, object) in rest.filter(|object| below(object)).enumerate() {
            if found.len() == part.limit || seen == LIST_SCAN_MAX {
                next = Some(last.to_owned());
                break;
            }
            last = object.id();
            if self.visible(actor, snapshot, object, "object").is_ok()
                && let Some(standing) = snapshot.standing(object)
            {
                found.push(standing.uid);
            }
        }
        let objects = self.store.objects_by_uid(&found).await?;
        Ok(Listed { objects, next })
    }

    /// A page of all objects of a type: whoever sees most of them finds the page full soon.
    async fn list_all(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        part: &Part<'_>,
    ) -> Result<Listed, Fault> {
        let &Part {
            type_name,
            parent,
            after,
            limit,
        } = part;
        let parent = parent.and_then(|parent| snapshot.standing(parent));
        let parent = parent.map(|standing| standing.uid);
        let mut objects = Vec::new();
        let mut after = after.to_owned();
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
                if self.visible(actor, snapshot, &row.object, "object").is_ok() {
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

impl Actor {
    /// The objects of a type on which the caller's secret may be allowed a relation: on no other one it is.
    /// None when they are too many to be found.
    fn reachable(
        &self,
        snapshot: &Snapshot,
        relation: &str,
        type_name: &str,
    ) -> Option<Vec<Object>> {
        let kind = snapshot.profile().kinds.get(&self.kind);
        match kind {
            None => Some(Vec::new()),
            Some(kind) if kind.anonymous => {
                let anonymous = Object::new(ANONYMOUS, ANONYMOUS).ok();
                anonymous.map_or_else(
                    || Some(Vec::new()),
                    |anonymous| snapshot.reachable_objects(&anonymous, relation, type_name),
                )
            }
            Some(_) => snapshot.reachable_objects(&self.object, relation, type_name),
        }
    }
}
