//! Creation, with what the system writes along.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tidegate_policy::{Change, ChangeError, Object, Snapshot, Subject, Tuple};
use tidegate_quota::AccountId;
use uuid::Uuid;

use crate::domain::caller::Actor;
use crate::domain::guard::Roles;
use crate::domain::lane::{Lane, Plan, to_the_end};
use crate::domain::naming::{self, DISPLAY_NAME_MAX, NAME_MAX, is_name};
use crate::domain::system::{Blanks, Operation, SITE_TYPE, Template, TypeRules};
use crate::domain::{Administration, Fault, Issued, Limits, named};
use crate::store::{NewObject, Write};
use crate::time::uuid_timestamp;

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
            Some(owner) => named(owner, "owner")?,
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
        let names_creator = rules.writes().any(Template::names_creator);
        self.write_object(snapshot, &mut draft, request, names_creator)?;
        // The parent and the caller are asked on the state in force; the object on the state to come.
        let applied = self.applied(&lane, &draft);
        let on = applied.as_deref().unwrap_or(snapshot);
        let roles = Roles {
            snapshot,
            object: (&draft.object, on),
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
        if let Err(fault) = &applied {
            return Err(fault.clone());
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
                .extend(request.limits.writes(AccountId::own(uid))?);
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
            ChangeError::Tuple { tuple, .. } => Fault::BadRequest {
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
        let top = rules.parent() == Some(SITE_TYPE);
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
