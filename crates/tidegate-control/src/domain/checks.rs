//! Questions: may this subject do this on this resource?

use tidegate_policy::{CheckRequest, Object, Subject};

use super::caller::Actor;
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

impl Administration {
    /// Answers by the model. About oneself: always, but a narrowed secret only within what it was narrowed to;
    /// about another: with the guard `view_access` of the
    /// resource. What does not exist is a no.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn check(&self, actor: &Actor, question: &Question) -> Result<bool, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let subject = entity(&question.subject, "subject")?;
        let resource = entity(&question.resource, "resource")?;
        if subject != actor.object {
            self.visible(actor, &snapshot, &resource, "resource")?;
            self.guard(actor, &snapshot, &resource, Operation::ViewAccess)?;
        } else if let Err(out) = actor.scope_check(&question.action, &resource, &snapshot) {
            let rule = format!("narrow: {out}");
            return Err(Fault::Forbidden { rule });
        }
        let model = self.system.model();
        for (field, object) in [("subject.type", &subject), ("resource.type", &resource)] {
            if !model.type_names().any(|name| name == object.type_name()) {
                return Err(Fault::bad(
                    field,
                    format!("no type `{}`", object.type_name()),
                ));
            }
        }
        if !model.has_relation(resource.type_name(), &question.action) {
            let detail = format!(
                "a {} has no relation `{}`",
                resource.type_name(),
                question.action
            );
            return Err(Fault::bad("action.name", detail));
        }
        if snapshot.standing(&resource).is_none() {
            return Ok(false);
        }
        let request = CheckRequest {
            subject: &Subject::Object(subject),
            relation: &question.action,
            object: &resource,
            context: &[],
        };
        // INVARIANT: an error is a no.
        Ok(snapshot.check(&request).unwrap_or_else(|error| {
            tracing::info!(%error, %resource, action = %question.action, "check without an answer");
            false
        }))
    }
}

fn entity((type_name, id): &(String, String), field: &'static str) -> Result<Object, Fault> {
    let text = fold(&format!("{type_name}:{id}"));
    text.parse()
        .map_err(|error| Fault::bad(field, format!("`{text}` is no object: {error}")))
}
