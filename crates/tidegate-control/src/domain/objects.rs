//! Objects: create, delete, find.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use tidegate_policy::{Change, Object, Snapshot, Subject, Tuple};
use uuid::Uuid;

use super::caller::Actor;
use super::guard::Roles;
use super::lane::{Lane, Plan, to_the_end};
use super::naming::{self, DISPLAY_NAME_MAX, NAME_MAX, is_name};
use super::system::{Blanks, Operation, TypeRules};
use super::{Administration, Fault, Issued, Limits, object};
use crate::store::{ListObjects, NewObject, ObjectRow, Write};
use crate::time::uuid_timestamp;

/// How many objects one page of a list looks at, those that the caller may not see included.
pub const LIST_SCAN_MAX: usize = 10_000;

/// What is to be created.
#[derive(Clone, Debug)]
pub struct Create {
    /// `type:id`.
    pub object: String,
    /// For people.
    pub display_name: Option<String>,
    /// Who is written as the creator; the caller unless said otherwise.
    pub owner: Option<String>,
    /// Limits of its own account.
    pub limits: Limits,
}

/// What was created.
#[derive(Debug)]
pub struct Created {
    /// Its name.
    pub object: Object,
    /// Never used again.
    pub uid: Uuid,
    /// The revision that contains it.
    pub revision: u64,
    /// Its first secret, where its type has one.
    pub secret: Option<Issued>,
}

/// A page of objects.
#[derive(Debug)]
pub struct Listed {
    /// In order of their ids.
    pub objects: Vec<ObjectRow>,
    /// Where the next page starts; none at the end.
    pub next: Option<String>,
}

/// A creation being worked out.
struct Draft<'a> {
    actor: &'a Actor,
    rules: &'a TypeRules,
    object: Object,
    parent: Object,
    creator: Object,
    now_s: u64,
    uid: Uuid,
    plan: Plan,
}

impl Administration {
    /// Creates an object, with what the system writes along.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn create(self: &Arc<Self>, actor: Actor, request: Create) -> Result<Created, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let lane = this.lane(&actor).await?;
            this.create_in(lane, &actor, &request).await
        })
        .await
    }

    async fn create_in(
        &self,
        lane: Lane<'_>,
        actor: &Actor,
        request: &Create,
    ) -> Result<Created, Fault> {
        let bad = |field, detail| Fault::BadRequest { field, detail };
        let object: Object = request.object.parse().map_err(|error| {
            bad(
                "object",
                format!("`{}` is no object (type:id): {error}", request.object),
            )
        })?;
        let type_name = object.type_name();
        let rules = self
            .system
            .rules(type_name)
            .filter(|rules| rules.parent().is_some());
        let rules =
            rules.ok_or_else(|| bad("object", format!("no `{type_name}` can be created")))?;
        check_display_name(request.display_name.as_deref())?;
        let parent = self.named_parent(rules, &object)?;
        let snapshot = Arc::clone(lane.snapshot());
        if parent != self.site {
            self.visible(actor, &snapshot, &parent, "object")?;
        }
        let creator = match &request.owner {
            Some(owner) => super::object(owner, "owner")?,
            None => actor.object.clone(),
        };

        let draft = Draft {
            actor,
            rules,
            parent,
            creator,
            now_s: self.clock.now_s(),
            uid: Uuid::new_v7(uuid_timestamp(&self.clock)),
            plan: Plan::new("create", &object),
            object,
        };
        self.finish(lane, &snapshot, draft, request).await
    }

    async fn finish(
        &self,
        lane: Lane<'_>,
        snapshot: &Snapshot,
        mut draft: Draft<'_>,
        request: &Create,
    ) -> Result<Created, Fault> {
        let Draft {
            actor, rules, uid, ..
        } = draft;
        let names_creator = rules.writes().any(super::system::Template::names_creator);
        self.write_object(snapshot, &mut draft, request, names_creator)?;
        // The parent and the caller are asked on the state in force; the object on the state to come.
        let with = self.applied(&lane, &draft)?;
        let roles = Roles {
            snapshot,
            object: (&draft.object, &with),
            parent: Some(&draft.parent),
            subject: None,
        };
        self.guard_with(actor, &draft.object, Operation::Create, &roles)?;
        if draft.creator != actor.object {
            self.guard_with(actor, &draft.object, Operation::CreateForOthers, &roles)?;
            if snapshot.standing(&draft.creator).is_none() {
                let detail = format!("no {}", draft.creator);
                return Err(Fault::NotFound {
                    field: "owner",
                    detail,
                });
            }
        }
        // Only who may create learns which names are taken.
        for change in &draft.plan.changes {
            if let Change::Put { object, .. } = change {
                free(snapshot, object)?;
            }
        }
        if !request.limits.is_empty() {
            self.guard_with(actor, &draft.object, Operation::SetQuota, &roles)?;
            draft
                .plan
                .writes
                .extend(request.limits.writes(tidegate_quota::AccountId::own(uid))?);
        }
        let first = rules
            .first_secret()
            .map(|kind| self.mint(&draft.object, uid, kind, None))
            .transpose()?;
        if let Some(minted) = &first {
            draft.plan.writes.push(Write::Secret(minted.row(
                uid,
                None,
                &actor.object,
                actor.uid,
            )));
        }
        draft.plan.after = Some(json!({
            "uid": uid.to_string(),
            "display_name": request.display_name,
            "creator": draft.creator.as_str(),
            "limits": request.limits.to_json(),
            "jti": first.as_ref().map(|minted| minted.jti.to_string()),
        }));
        let Draft { object, plan, .. } = draft;
        let revision = lane.commit(actor, plan).await?;
        let secret = first.map(|minted| minted.issued(&object, revision));
        Ok(Created {
            object,
            uid,
            revision,
            secret,
        })
    }

    /// Applies the draft; what the model does not allow is the fault of who was named as the creator.
    fn applied(&self, lane: &Lane<'_>, draft: &Draft<'_>) -> Result<Arc<Snapshot>, Fault> {
        lane.with(&draft.plan.changes).map_err(|error| match error {
            tidegate_policy::ChangeError::Tuple { tuple, .. } => Fault::BadRequest {
                field: "owner",
                detail: format!(
                    "{} cannot be the creator: the model does not allow {tuple}",
                    draft.creator
                ),
            },
            error => Fault::internal("a creation cannot be applied", &error),
        })
    }

    /// The parent that an id names; checks the id's form.
    fn named_parent(&self, rules: &TypeRules, object: &Object) -> Result<Object, Fault> {
        let bad = |detail| Fault::BadRequest {
            field: "object",
            detail,
        };
        let (parent_id, name) = naming::split(object);
        if !object.id().split('/').all(is_name) {
            return Err(bad(format!(
                "`{name}`: names are lower-case letters, digits, `_` and `-`, start with a letter, and have at \
                 most {NAME_MAX} characters"
            )));
        }
        let top = rules.parent() == Some(super::system::SITE_TYPE);
        let parent = self.parent_of(object);
        match (top, parent_id, parent) {
            (true, None, Some(parent)) | (false, Some(_), Some(parent)) => Ok(parent),
            (true, ..) => Err(bad(format!("`{object}`: the id is one name, without `/`"))),
            (false, ..) => {
                let parent = rules.parent().unwrap_or_default();
                Err(bad(format!(
                    "`{object}`: the id is the id of a {parent}, `/`, and a name"
                )))
            }
        }
    }

    /// The rows and changes of the object and of those that come along.
    fn write_object(
        &self,
        snapshot: &Snapshot,
        draft: &mut Draft<'_>,
        request: &Create,
        names_creator: bool,
    ) -> Result<(), Fault> {
        let (object, parent) = (draft.object.clone(), draft.parent.clone());
        if request.owner.is_some() && !names_creator {
            let detail = format!("a {} has no owner", object.type_name());
            return Err(Fault::BadRequest {
                field: "owner",
                detail,
            });
        }
        self.put(
            snapshot,
            draft,
            &object,
            &parent,
            draft.uid,
            request.display_name.clone(),
        )?;
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            creator: &draft.creator.clone(),
        };
        for template in draft.rules.also() {
            let other = template
                .object(&blanks)
                .map_err(|error| Fault::internal("also", &error))?;
            let uid = Uuid::new_v7(uuid_timestamp(&self.clock));
            self.put(
                snapshot,
                draft,
                &other,
                &self.site,
                uid,
                request.display_name.clone(),
            )?;
            let rules = self.system.rules(other.type_name());
            let blanks = Blanks {
                object: &other,
                parent: &self.site,
                creator: &object,
            };
            write_tuples(&mut draft.plan, rules, &blanks)?;
        }
        write_tuples(&mut draft.plan, Some(draft.rules), &blanks)
    }

    fn put(
        &self,
        snapshot: &Snapshot,
        draft: &mut Draft<'_>,
        object: &Object,
        parent: &Object,
        uid: Uuid,
        display_name: Option<String>,
    ) -> Result<(), Fault> {
        let Some(above) = snapshot.standing(parent) else {
            return Err(Fault::NotFound {
                field: "object",
                detail: format!("no {parent}"),
            });
        };
        let now_s = draft.now_s;
        draft.plan.writes.push(Write::Object(NewObject {
            uid,
            object: object.clone(),
            parent: Some(above.uid),
            display_name,
            created_at_s: now_s,
        }));
        draft.plan.changes.push(Change::Put {
            object: object.clone(),
            uid,
            valid_from_s: now_s,
        });
        Ok(())
    }

    /// Deletes an object, all below it, and what was created along with it. Returns the revision.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn delete(self: &Arc<Self>, actor: Actor, text: String) -> Result<u64, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let lane = this.lane(&actor).await?;
            let object = object(&text, "object")?;
            let snapshot = Arc::clone(lane.snapshot());
            this.visible(&actor, &snapshot, &object, "object")?;
            this.guard(&actor, &snapshot, &object, Operation::Delete)?;
            let plan = this.plan_deletion(&snapshot, &object).await?;
            lane.commit(&actor, plan).await
        })
        .await
    }

    async fn plan_deletion(&self, snapshot: &Snapshot, object: &Object) -> Result<Plan, Fault> {
        let mut plan = Plan::new("delete", object);
        let (mut gone, mut roots) = (BTreeMap::new(), Vec::new());
        for (at, root) in self
            .with_companions(snapshot, object)?
            .into_iter()
            .enumerate()
        {
            let Some(standing) = snapshot.standing(&root) else {
                continue;
            };
            let below = self.store.subtree(standing.uid).await?;
            // What came along goes along, but not with what others have put below it.
            if at > 0
                && let Some(other) = below.get(1)
            {
                let detail = format!("{} is still below {root}: delete it first", other.object);
                return Err(Fault::Conflict {
                    field: "object",
                    detail,
                });
            }
            plan.writes.push(Write::DeleteObject(standing.uid));
            roots.push(standing.uid);
            gone.extend(below.into_iter().map(|row| (row.object.clone(), row.uid)));
        }
        self.nobody_left_without_payer(&roots, &gone).await?;
        // What lies deepest is forgotten first.
        plan.changes
            .extend(gone.keys().rev().cloned().map(Change::Forget));
        let tuples: Vec<String> = snapshot
            .tuples_on(object)
            .iter()
            .map(ToString::to_string)
            .collect();
        let objects: Vec<&str> = gone.keys().map(Object::as_str).collect();
        plan.before = Some(json!({ "objects": objects, "tuples": tuples }));
        Ok(plan)
    }

    /// The object, and what was created along with it.
    fn with_companions(&self, snapshot: &Snapshot, object: &Object) -> Result<Vec<Object>, Fault> {
        let mut roots = vec![object.clone()];
        let rules = self.system.rules(object.type_name());
        if let (Some(rules), Some(parent)) = (rules, self.parent_of(object)) {
            let blanks = Blanks {
                object,
                parent: &parent,
                creator: object,
            };
            for template in rules.also() {
                let other = template
                    .object(&blanks)
                    .map_err(|error| Fault::internal("also", &error))?;
                if snapshot.standing(&other).is_some() {
                    roots.push(other);
                }
            }
        }
        Ok(roots)
    }

    /// Nobody may be left whose payer is gone with one of these trees.
    async fn nobody_left_without_payer(
        &self,
        roots: &[Uuid],
        gone: &BTreeMap<Object, Uuid>,
    ) -> Result<(), Fault> {
        for root in roots {
            for (type_name, path) in &self.system.profile().payer {
                let Some(first) = path.first() else { continue };
                let left = self.store.left_behind(*root, type_name, first).await?;
                if let Some((left, payer)) = left.iter().find(|(left, _)| !gone.contains_key(left))
                {
                    let detail = format!("{payer} pays for {left}");
                    return Err(Fault::Conflict {
                        field: "object",
                        detail,
                    });
                }
            }
        }
        Ok(())
    }

    /// An object that the caller may see.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn find(&self, actor: &Actor, text: &str) -> Result<ObjectRow, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let object = object(text, "object")?;
        self.visible(actor, &snapshot, &object, "object")?;
        let standing = snapshot.standing(&object);
        let row = match standing {
            Some(standing) => self.store.object(standing.uid).await?,
            None => None,
        };
        row.ok_or_else(|| Fault::NotFound {
            field: "object",
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
            return Err(Fault::BadRequest {
                field: "type",
                detail: format!("no type `{type_name}`"),
            });
        }
        let parent = match parent {
            None => None,
            Some(text) => {
                let parent = object(text, "parent")?;
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
                    limit: 200,
                })
                .await?;
            let end = rows.len() < 200;
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

fn free(snapshot: &Snapshot, object: &Object) -> Result<(), Fault> {
    match snapshot.standing(object) {
        None => Ok(()),
        Some(_) => Err(Fault::Conflict {
            field: "object",
            detail: format!("{object} exists already"),
        }),
    }
}

fn write_tuples(
    plan: &mut Plan,
    rules: Option<&TypeRules>,
    blanks: &Blanks<'_>,
) -> Result<(), Fault> {
    let Some(rules) = rules else { return Ok(()) };
    let mut tuples = BTreeSet::new();
    if let Some(link) = rules.link() {
        let subject = Subject::Object(blanks.parent.clone());
        tuples.insert(Tuple {
            object: blanks.object.clone(),
            relation: link.into(),
            subject,
        });
    }
    for template in rules.writes() {
        tuples.insert(
            template
                .tuple(blanks)
                .map_err(|error| Fault::internal("writes", &error))?,
        );
    }
    for tuple in tuples {
        plan.writes.push(Write::Tuple(tuple.clone()));
        plan.changes.push(Change::Write(tuple));
    }
    Ok(())
}

fn check_display_name(name: Option<&str>) -> Result<(), Fault> {
    let bad = |detail| {
        Err(Fault::BadRequest {
            field: "display_name",
            detail,
        })
    };
    match name {
        Some(name) if name.trim().is_empty() => bad("empty".to_owned()),
        Some(name) if name.chars().count() > DISPLAY_NAME_MAX => {
            bad(format!("more than {DISPLAY_NAME_MAX} characters"))
        }
        Some(name) if name.chars().any(char::is_control) => bad("control characters".to_owned()),
        _ => Ok(()),
    }
}
