//! Relations with exactly one subject: pointing them elsewhere, attaching, detaching.

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Object, Subject, Tuple};

use super::fault::Field;
use super::guard::Roles;
use super::system::{OneRules, Operation};
use super::work::{Done, Said, Work};
use super::{Fault, named, naming};

/// What is to be attached to what, and the type and relation of what stands for it.
struct Pair {
    object: Object,
    to: Object,
    type_name: String,
    relation: String,
}

impl Work<'_> {
    /// Points a relation elsewhere.
    pub(super) async fn move_link(&mut self, request: wire::Move) -> Result<Done, Fault> {
        let wire::Move {
            object,
            relation,
            to,
        } = request;
        let object = named(&object, "object")?;
        self.visible(&object, "object")?;
        let administration = self.administration;
        let rules = administration.system.rules(object.type_name());
        let Some(one) = rules.and_then(|rules| rules.one().get(&relation)) else {
            let detail = format!("a {} has no link `{relation}`", object.type_name());
            return Err(Fault::bad("relation", detail));
        };
        let target = named(&to, "to")?;
        let parent = administration
            .parent_of(&object)
            .unwrap_or_else(|| administration.site.clone());
        self.can_point_at(&object, &parent, &relation, one, &target, "to")?;
        let snapshot = self.snapshot();
        let path = [relation.clone()];
        let Some(current) = snapshot.follow(&object, &path) else {
            return Err(Fault::internal(
                "one",
                &format_args!("{object} has no one {relation}"),
            ));
        };
        let roles = Roles {
            other: Some(&target),
            current: Some(&current),
            ..Roles::of(&object, &snapshot, Some(&parent))
        };
        let Some(guard) = &one.moves else {
            let rule = format!("type.{}.one.{relation}.move: nobody", object.type_name());
            return Err(Fault::Forbidden { rule });
        };
        self.pass(guard, &roles)?;
        if current == target {
            return Ok(Done::Changed);
        }
        self.point(&object, &relation, &target).await?;
        self.say(Said {
            operation: "move",
            object,
            before: Some(json!({ relation.as_str(): current.as_str() })),
            after: Some(json!({ relation.as_str(): target.as_str() })),
        });
        Ok(Done::Changed)
    }

    /// Makes the object that stands for something attached to something.
    pub(super) async fn attach(&mut self, request: wire::Attach) -> Result<Done, Fault> {
        let Pair {
            object,
            to,
            type_name,
            relation,
        } = self.pair(&request)?;
        let id = format!("{}/{}", to.id(), naming::split(&object).1);
        let created = self.create(wire::CreateObject {
            object: format!("{type_name}:{id}"),
            display_name: None,
            links: [(relation, object.to_string())].into(),
            owner: None,
            quota: None,
        });
        created.await.map_err(|fault| match fault {
            Fault::BadRequest { detail, .. } => Fault::bad("object", detail),
            other => other,
        })
    }

    /// Deletes the object that stands for something attached to something.
    pub(super) async fn detach(&mut self, request: wire::Attach) -> Result<Done, Fault> {
        let Pair {
            object,
            to,
            type_name,
            relation,
        } = self.pair(&request)?;
        let attachment = self
            .attachment(&object, &to, &type_name, &relation)
            .filter(|attachment| self.visible(attachment, "object").is_ok());
        let Some(attachment) = attachment else {
            let detail = format!("{object} is not attached to {to}");
            return Err(Fault::NotFound {
                field: "object".into(),
                detail,
            });
        };
        self.guard(&attachment, Operation::Delete)?;
        self.delete_guarded(attachment, "detach").await
    }

    /// What is attached to what, both seen by the caller, and what stands for it.
    fn pair(&self, request: &wire::Attach) -> Result<Pair, Fault> {
        let wire::Attach { object, to } = request;
        let (object, to) = (named(object, "object")?, named(to, "to")?);
        self.visible(&object, "object")?;
        self.visible(&to, "to")?;
        let system = &self.administration.system;
        let Some((type_name, relation)) = system.attachment(object.type_name(), to.type_name())
        else {
            let detail = format!(
                "no {} is attached to a {}",
                object.type_name(),
                to.type_name()
            );
            return Err(Fault::bad("object", detail));
        };
        let (type_name, relation) = (type_name.to_owned(), relation.to_owned());
        Ok(Pair {
            object,
            to,
            type_name,
            relation,
        })
    }

    /// The object that stands for it, whatever it is called.
    pub(super) fn attachment(
        &self,
        object: &Object,
        to: &Object,
        type_name: &str,
        relation: &str,
    ) -> Option<Object> {
        let mut tuples = self.snapshot().stands_in(object).into_iter();
        let found = tuples.find(|tuple| {
            *tuple.relation == *relation
                && tuple.object.type_name() == type_name
                && self.administration.parent_of(&tuple.object).as_ref() == Some(to)
        });
        found.map(|tuple| tuple.object)
    }

    /// Whether a relation may point at something at all, whoever asks.
    pub(super) fn can_point_at(
        &self,
        object: &Object,
        parent: &Object,
        relation: &str,
        one: &OneRules,
        target: &Object,
        field: &str,
    ) -> Result<(), Fault> {
        let field = || Field::from(field.to_owned());
        self.visible(target, field())?;
        let tuple = link(object, relation, target);
        if let Err(error) = self.administration.system.model().allows(&tuple) {
            let detail = format!("`{relation}` cannot point at {target}: {error}");
            return Err(Fault::bad(field(), detail));
        }
        let Some(within) = &one.within else {
            return Ok(());
        };
        let administration = self.administration;
        let own = if parent.type_name() == within {
            Some(parent.clone())
        } else {
            administration.above(parent, within)
        };
        if own.is_none() || administration.above(target, within) != own {
            let own = own.as_ref().map_or("nothing", Object::as_str);
            return Err(Fault::bad(field(), format!("{target} is not of {own}")));
        }
        Ok(())
    }

    /// Replaces what a relation with exactly one subject points at. Returns what changed.
    pub(super) async fn point(
        &mut self,
        object: &Object,
        relation: &str,
        target: &Object,
    ) -> Result<(Vec<Tuple>, Vec<Tuple>), Fault> {
        let subjects = self.snapshot().subjects(object, relation);
        let old = subjects
            .into_iter()
            .map(|subject| Tuple::new(object.clone(), relation, subject));
        self.tuples(old.collect(), vec![link(object, relation, target)])
            .await
    }
}

fn link(object: &Object, relation: &str, target: &Object) -> Tuple {
    Tuple::new(object.clone(), relation, Subject::Object(target.clone()))
}
