//! Questions: may this subject do this on this resource?
//!
//! About oneself anybody may ask, and is answered as the gateway would decide with this very secret: what the
//! secret's kind may not exercise is a no, and a kind that is checked as `anonymous` is answered as
//! `anonymous`. About another subject the answer is the model's, whatever secrets that subject holds, and who asks
//! needs the guard `view_access` of the resource. What the caller may not see does not exist for them.

use tidegate_policy::{CheckRequest, Context, Object, Snapshot, Subject};

use super::caller::Actor;
use super::fault::Field;
use super::system::Operation;
use super::{Administration, Fault, fold};

/// A question (AuthZEN's subject, action, resource).
#[derive(Clone, Debug)]
pub struct Question {
    /// Type and id of the subject.
    pub subject: (String, String),
    /// The relation.
    pub action: String,
    /// Type and id of the resource.
    pub resource: (String, String),
}

/// Whether type and id can name anything.
///
/// # Errors
/// [`Fault::BadRequest`].
pub fn well_formed_entity(entity: &(String, String), field: impl Into<Field>) -> Result<(), Fault> {
    self::entity(entity, field).map(|_| ())
}

/// Whether a text can name a relation.
///
/// # Errors
/// [`Fault::BadRequest`].
pub fn well_formed_action(name: &str, field: impl Into<Field>) -> Result<(), Fault> {
    match format!("any:one#{name}").parse::<Subject>() {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::bad(field, error.to_string())),
    }
}

impl Administration {
    /// Answers a question. What does not exist is a no.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn check(&self, actor: &Actor, question: &Question) -> Result<bool, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        self.check_on(&snapshot, actor, question)
    }

    /// Answers several questions on one snapshot, until `enough` says so. A question that cannot be answered does
    /// not keep the others from theirs.
    ///
    /// # Errors
    /// What concerns the caller, not a question: see [`Fault`].
    pub fn checks(
        &self,
        actor: &Actor,
        questions: &[Question],
        enough: impl Fn(&Result<bool, Fault>) -> bool,
    ) -> Result<Vec<Result<bool, Fault>>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let answer = self.check_on(&snapshot, actor, question);
            let last = enough(&answer);
            answers.push(answer);
            if last {
                break;
            }
        }
        Ok(answers)
    }

    fn check_on(
        &self,
        snapshot: &Snapshot,
        actor: &Actor,
        question: &Question,
    ) -> Result<bool, Fault> {
        let subject = entity(&question.subject, "subject")?;
        let resource = entity(&question.resource, "resource")?;
        if subject != actor.object {
            self.may_view_access(actor, snapshot, &resource)?;
        } else if let Err(out) = actor.scope_check(&question.action, &resource, snapshot) {
            let rule = format!("narrow: {out}");
            return Err(Fault::Forbidden { rule });
        }
        self.known_type(subject.type_name(), "subject.type")?;
        self.known_type(resource.type_name(), "resource.type")?;
        self.known_action(resource.type_name(), &question.action)?;
        if subject == actor.object {
            return Ok(own(snapshot, actor, &question.action, &resource));
        }
        if snapshot.standing(&resource).is_none() {
            return Ok(false);
        }
        let request = CheckRequest {
            subject: &Subject::Object(subject),
            relation: &question.action,
            object: &resource,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        // INVARIANT: an error is a no.
        Ok(snapshot.check(&request).unwrap_or_else(|error| {
            tracing::info!(%error, %resource, action = %question.action, "check without an answer");
            false
        }))
    }

    /// Whether the caller may ask about others' access to a resource.
    pub(super) fn may_view_access(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        resource: &Object,
    ) -> Result<(), Fault> {
        self.visible(actor, snapshot, resource, "resource")?;
        self.guard(actor, snapshot, resource, Operation::ViewAccess)
    }

    pub(super) fn known_type(&self, type_name: &str, field: &'static str) -> Result<(), Fault> {
        if self.system.model().has_type(type_name) {
            Ok(())
        } else {
            Err(Fault::bad(field, format!("no type `{type_name}`")))
        }
    }

    pub(super) fn known_action(&self, type_name: &str, action: &str) -> Result<(), Fault> {
        if self.system.model().has_relation(type_name, action) {
            Ok(())
        } else {
            let detail = format!("a {type_name} has no relation `{action}`");
            Err(Fault::bad("action.name", detail))
        }
    }
}

/// What the caller may, with the secret that is shown.
pub(super) fn own(snapshot: &Snapshot, actor: &Actor, action: &str, resource: &Object) -> bool {
    actor.may(action, resource, snapshot)
}

/// An object as AuthZEN writes it.
pub(super) fn entity(
    (type_name, id): &(String, String),
    field: impl Into<Field>,
) -> Result<Object, Fault> {
    if type_name.contains(':') {
        return Err(Fault::bad(field, format!("`{type_name}` is no type")));
    }
    let text = fold(&format!("{type_name}:{id}"));
    text.parse()
        .map_err(|error| Fault::bad(field, format!("`{text}` is no object: {error}")))
}
