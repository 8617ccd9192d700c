//! Creation, with what the system writes along.

use std::collections::BTreeMap;

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Change, ChangeError, Object, Subject, Tuple};
use tidegate_quota::AccountId;
use uuid::Uuid;

use super::rename::check_display_name;
use crate::domain::guard::Roles;
use crate::domain::naming::{self, NAME_MAX, is_name};
use crate::domain::quotas;
use crate::domain::system::{Blanks, Operation, SITE_TYPE, Template, TypeRules};
use crate::domain::work::{Done, Said, Work};
use crate::domain::{Administration, Fault, named};
use crate::store::{NewObject, Write};
use crate::time::uuid_timestamp;

/// A creation being worked out.
struct Draft {
    object: Object,
    parent: Object,
    /// Who is written as the creator.
    creator: Object,
    uid: Uuid,
    /// What relations with exactly one subject point at.
    links: BTreeMap<String, Object>,
    new: Vec<NewObject>,
    tuples: Vec<Tuple>,
}

/// Why an object may be created.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Warrant {
    /// The guard allows it.
    Guard,
    /// A person has proven an address that was invited.
    Invitation,
}

impl Work<'_> {
    /// Creates an object, with what the system writes along.
    pub(in crate::domain) async fn create(
        &mut self,
        request: wire::CreateObject,
    ) -> Result<Done, Fault> {
        self.create_under(request, Warrant::Guard).await
    }

    pub(in crate::domain) async fn create_under(
        &mut self,
        request: wire::CreateObject,
        warrant: Warrant,
    ) -> Result<Done, Fault> {
        let wire::CreateObject {
            object,
            display_name,
            links,
            owner,
            quota,
        } = request;
        let administration = self.administration;
        let object = parse(&object)?;
        let rules = administration.creatable(&object)?;
        check_display_name(display_name.as_deref())?;
        let parent = administration.named_parent(rules, &object)?;
        if parent != administration.site {
            self.visible(&parent, "object")?;
        }
        let creator = match &owner {
            Some(_) if !rules.writes().any(Template::names_creator) => {
                let detail = format!("a {} has no owner", object.type_name());
                return Err(Fault::bad("owner", detail));
            }
            Some(owner) => named(owner, "owner")?,
            None => self.actor.object.clone(),
        };
        let mut draft = Draft {
            links: self.links(rules, &object, &parent, &links)?,
            uid: match warrant {
                Warrant::Guard => Uuid::new_v7(uuid_timestamp(&administration.clock)),
                Warrant::Invitation => self.actor.uid,
            },
            object,
            parent,
            creator,
            new: Vec::new(),
            tuples: Vec::new(),
        };
        self.lay_out(&mut draft, rules, display_name.as_deref())?;
        let changes = changes_of(&draft);
        if warrant == Warrant::Guard {
            self.may_create(&draft, &changes, quota.is_some())?;
        }
        // Only who may create learns which names are taken.
        let snapshot = self.snapshot();
        if let Some(taken) = draft
            .new
            .iter()
            .find(|new| snapshot.standing(&new.object).is_some())
        {
            return Err(Fault::conflict(
                "object",
                format!("{} exists already", taken.object),
            ));
        }
        self.is_attached_once(&draft, rules)?;
        for new in &draft.new {
            self.write(&Write::Object(new.clone())).await?;
        }
        for tuple in &draft.tuples {
            self.write(&Write::Tuple(tuple.clone())).await?;
        }
        self.apply(changes)?;
        let limits = quotas::limits(quota.unwrap_or_default());
        for write in limits.writes(AccountId::own(draft.uid))? {
            self.write(&write).await?;
        }
        let secret = match rules.first_secret() {
            Some(kind) => Some(self.first_secret(&draft, kind).await?),
            None => None,
        };
        let Draft {
            object,
            uid,
            creator,
            links,
            ..
        } = draft;
        self.say(Said {
            operation: "create",
            object: object.clone(),
            before: None,
            after: Some(json!({
                "uid": uid.to_string(),
                "display_name": display_name,
                "creator": creator.as_str(),
                "links": links.iter().map(|(relation, to)| (relation.as_str(), to.as_str())).collect::<BTreeMap<_, _>>(),
                "limits": limits.to_json(),
                "jti": secret.as_ref().map(|issued| issued.jti.to_string()),
            })),
        });
        Ok(Done::Created {
            object,
            uid,
            secret,
        })
    }

    /// The guards of a creation. The parent and the caller are asked on the state in force; the object on the
    /// state to come.
    fn may_create(&self, draft: &Draft, changes: &[Change], limited: bool) -> Result<(), Fault> {
        let snapshot = self.snapshot();
        let applied = self.with(changes).map_err(|error| match error {
            ChangeError::Tuple { tuple, .. } => Fault::bad(
                "owner",
                format!(
                    "{} cannot be the creator: the model does not allow {tuple}",
                    draft.creator
                ),
            ),
            error => Fault::internal("a creation cannot be applied", &error),
        });
        let on = applied.as_deref().unwrap_or(&snapshot);
        let mut others = draft.links.values();
        let roles = Roles {
            object: (&draft.object, on),
            other: others.next().filter(|_| others.next().is_none()),
            ..Roles::of(&draft.object, &snapshot, Some(&draft.parent))
        };
        let guard = |operation| {
            self.administration
                .guard_with(&self.actor, &draft.object, operation, &roles)
        };
        guard(Operation::Create)?;
        if draft.creator != self.actor.object {
            guard(Operation::CreateForOthers)?;
            if snapshot.standing(&draft.creator).is_none() {
                return Err(Fault::missing("owner", &draft.creator));
            }
        }
        if let Err(fault) = &applied {
            return Err(fault.clone());
        }
        if limited {
            guard(Operation::SetQuota)?;
        }
        Ok(())
    }

    /// Whoever detaches a pair counts on it that nothing else attaches it.
    fn is_attached_once(&self, draft: &Draft, rules: &TypeRules) -> Result<(), Fault> {
        let (type_name, to) = (draft.object.type_name(), &draft.parent);
        let relation = rules.attach();
        let Some((relation, object)) = relation.and_then(|it| draft.links.get_key_value(it)) else {
            return Ok(());
        };
        match self.attachment(object, to, type_name, relation) {
            Some(attachment) => {
                let detail = format!("{object} is attached to {to} already, by {attachment}");
                Err(Fault::conflict("object", detail))
            }
            None => Ok(()),
        }
    }

    /// What each relation with exactly one subject points at: as the request says, or as the system does.
    fn links(
        &self,
        rules: &TypeRules,
        object: &Object,
        parent: &Object,
        asked: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Object>, Fault> {
        if let Some(unknown) = asked
            .keys()
            .find(|relation| !rules.one().contains_key(*relation))
        {
            let detail = format!("a {} has no link `{unknown}`", object.type_name());
            return Err(Fault::bad(format!("links.{unknown}"), detail));
        }
        let blanks = Blanks {
            object,
            parent,
            subject: object,
        };
        let mut links = BTreeMap::new();
        for (relation, one) in rules.one() {
            let field = format!("links.{relation}");
            let usual = one.default.as_ref().or(one.home.as_ref());
            let target = match (asked.get(relation), usual) {
                (Some(text), _) => {
                    let target = named(text, field.clone())?;
                    self.can_point_at(object, parent, relation, one, &target, &field)?;
                    target
                }
                (None, Some(usual)) => usual
                    .object(&blanks)
                    .map_err(|error| Fault::internal("one", &error))?,
                (None, None) => {
                    let detail = format!("say what `{relation}` points at");
                    return Err(Fault::bad(field, detail));
                }
            };
            links.insert(relation.clone(), target);
        }
        Ok(links)
    }

    /// The objects and tuples of a creation.
    fn lay_out(
        &self,
        draft: &mut Draft,
        rules: &TypeRules,
        display_name: Option<&str>,
    ) -> Result<(), Fault> {
        let administration = self.administration;
        let (object, parent, creator) = (
            draft.object.clone(),
            draft.parent.clone(),
            draft.creator.clone(),
        );
        self.put(draft, &object, &parent, draft.uid, None, display_name)?;
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            subject: &creator,
        };
        for companion in rules.also() {
            let other = companion.object.object(&blanks);
            let other = other.map_err(|error| Fault::internal("also", &error))?;
            let own_rules = administration.creatable(&other)?;
            let own_parent = administration.named_parent(own_rules, &other)?;
            let uid = Uuid::new_v7(uuid_timestamp(&administration.clock));
            let name = companion.display_name.as_deref().or(display_name);
            self.put(draft, &other, &own_parent, uid, Some(draft.uid), name)?;
            let blanks = Blanks {
                object: &other,
                parent: &own_parent,
                subject: &object,
            };
            write_tuples(draft, own_rules, &blanks)?;
        }
        write_tuples(draft, rules, &blanks)?;
        for (relation, target) in &draft.links {
            draft.tuples.push(Tuple::new(
                object.clone(),
                relation,
                Subject::Object(target.clone()),
            ));
        }
        draft.tuples.sort();
        draft.tuples.dedup();
        Ok(())
    }

    fn put(
        &self,
        draft: &mut Draft,
        object: &Object,
        parent: &Object,
        uid: Uuid,
        companion_of: Option<Uuid>,
        display_name: Option<&str>,
    ) -> Result<(), Fault> {
        let new = draft.new.iter().find(|new| new.object == *parent);
        let standing = self
            .snapshot()
            .standing(parent)
            .map(|standing| standing.uid);
        let Some(above) = new.map(|new| new.uid).or(standing) else {
            return Err(Fault::missing("object", parent));
        };
        draft.new.push(NewObject {
            uid,
            object: object.clone(),
            parent: Some(above),
            companion_of,
            display_name: display_name.map(str::to_owned),
            created_at_s: self.now_s,
        });
        Ok(())
    }

    async fn first_secret(
        &mut self,
        draft: &Draft,
        kind: &str,
    ) -> Result<crate::domain::Issued, Fault> {
        let minted = self
            .administration
            .mint(&draft.object, draft.uid, kind, None)?;
        let row = minted.row(draft.uid, None, &self.actor.object, self.actor.uid);
        self.write(&Write::Secret(row)).await?;
        Ok(minted.issued(&draft.object))
    }
}

impl Administration {
    /// The rules of a type that can be created.
    fn creatable(&self, object: &Object) -> Result<&TypeRules, Fault> {
        let rules = self.system.rules(object.type_name());
        rules
            .filter(|rules| rules.parent().is_some())
            .ok_or_else(|| {
                Fault::bad(
                    "object",
                    format!("no `{}` can be created", object.type_name()),
                )
            })
    }

    /// The parent that an id names; checks the id's form.
    fn named_parent(&self, rules: &TypeRules, object: &Object) -> Result<Object, Fault> {
        let bad = |detail| Fault::bad("object", detail);
        let (parent_id, name) = naming::split(object);
        if !object.id().split('/').all(is_name) {
            return Err(bad(format!(
                "`{name}`: names are lower-case letters, digits, `_` and `-`, start with a letter, and have at \
                 most {NAME_MAX} characters"
            )));
        }
        let top = rules.parent() == Some(SITE_TYPE);
        match (top, parent_id, self.parent_of(object)) {
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
}

/// A new object's name is taken as it is: what ignores case is look-ups.
fn parse(text: &str) -> Result<Object, Fault> {
    let parsed = text.parse();
    parsed.map_err(|error| {
        Fault::bad(
            "object",
            format!("`{text}` is no object (type:id): {error}"),
        )
    })
}

fn changes_of(draft: &Draft) -> Vec<Change> {
    let put = |new: &NewObject| Change::Put {
        object: new.object.clone(),
        uid: new.uid,
        valid_from_s: new.created_at_s,
    };
    let tuples = draft.tuples.iter().cloned().map(Change::Write);
    draft.new.iter().map(put).chain(tuples).collect()
}

fn write_tuples(draft: &mut Draft, rules: &TypeRules, blanks: &Blanks<'_>) -> Result<(), Fault> {
    if let Some(link) = rules.link() {
        draft.tuples.push(Tuple::new(
            blanks.object.clone(),
            link,
            Subject::Object(blanks.parent.clone()),
        ));
    }
    for template in rules.writes() {
        let tuple = template.tuple(blanks);
        draft
            .tuples
            .push(tuple.map_err(|error| Fault::internal("writes", &error))?);
    }
    Ok(())
}
