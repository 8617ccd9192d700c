//! Why a question is answered as it is.
//!
//! The rules are those of questions (`checks.rs`): about oneself anybody may ask, about another subject who may
//! view access on the resource. What is named is what a list would hold: an object that the caller may not see is
//! written `type:(hidden)`, a name that no object can have. The subject and the resource are named by who asks.
//!
//! About a resource that the caller may not see, a no is all there is to say: as it is about one that does not exist.

use std::collections::HashMap;

use tidegate_client::wire::{Explained, GrantInfo, RemedyInfo, TupleInfo, UnmetInfo};
use tidegate_policy::explain::{Explanation, Unmet};
use tidegate_policy::{
    Budget, Caller, CheckRequest, Context, Decision, Denial, Object, Remedy, Request, Snapshot,
    Subject, Tuple, decide,
};

use super::caller::Actor;
use super::search::asked_as;
use super::{Administration, Fault, named};

/// What an explanation may cost: a page's worth of remedies, and well under a second.
const BUDGET: Budget = Budget {
    steps: 300_000,
    nodes: 2_000,
    proposals: 100,
};

/// Stands for the id of an object that the caller may not see.
const HIDDEN: &str = "(hidden)";

/// What is to be explained.
#[derive(Clone, Debug)]
pub struct ToExplain {
    /// The subject; none: the caller.
    pub subject: Option<String>,
    /// The relation.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// Values of conditions' parameters.
    pub context: Context,
}

impl Administration {
    /// Explains an answer.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn explain(&self, actor: &Actor, question: &ToExplain) -> Result<Explained, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let subject = match &question.subject {
            Some(text) => named(text, "subject")?,
            None => actor.object.clone(),
        };
        let resource = named(&question.resource, "resource")?;
        let action = &question.action;
        let oneself = subject == actor.object;
        if !oneself {
            self.may_view_access(actor, &snapshot, &resource)?;
        } else if let Err(out) = actor.scope_check(action, &resource, &snapshot) {
            let rule = format!("narrow: {out}");
            return Err(Fault::Forbidden { rule });
        }
        self.known_type(subject.type_name(), "subject")?;
        self.known_type(resource.type_name(), "resource")?;
        self.known_action(resource.type_name(), action)
            .map_err(|fault| match fault {
                Fault::BadRequest { detail, .. } => Fault::bad("action", detail),
                other => other,
            })?;
        let denied = |reason: Option<String>| Explained {
            reason,
            ..answered(&snapshot, false)
        };
        let asked = if oneself {
            let request = Request {
                caller: Caller::Principal {
                    object: &actor.object,
                    kind: &actor.kind,
                },
                action,
                resource: &resource,
                contextual_tuples: &[],
                context: &question.context,
            };
            match decide(&request, &snapshot) {
                Decision::Allow => {}
                Decision::Deny(denial) if is_of_secret(&denial) => {
                    return Ok(denied(Some(denial.to_string())));
                }
                Decision::Deny(_) => {
                    let seen = self.visible(actor, &snapshot, &resource, "resource");
                    if seen.is_err() {
                        return Ok(denied(None));
                    }
                }
            }
            asked_as(&snapshot, actor)
        } else {
            Subject::Object(subject.clone())
        };
        let request = CheckRequest {
            subject: &asked,
            relation: action,
            object: &resource,
            contextual_tuples: &[],
            context: &question.context,
        };
        // INVARIANT: an error is a no.
        let explanation = match snapshot.explain(&request, &BUDGET) {
            Ok(explanation) => explanation,
            Err(error) => return Ok(denied(Some(error.to_string()))),
        };
        let mut shown = HashMap::from([(subject, true), (resource, true)]);
        let explanation = explanation.rename(|object| {
            let seen = *shown
                .entry(object.clone())
                .or_insert_with(|| self.visible(actor, &snapshot, object, "object").is_ok());
            if !seen && let Ok(hidden) = Object::new(object.type_name(), HIDDEN) {
                *object = hidden;
            }
        });
        Ok(self.explained(&snapshot, explanation))
    }
}

/// Whether the secret is why, not the model.
fn is_of_secret(denial: &Denial) -> bool {
    match denial {
        Denial::UnknownKind(_)
        | Denial::KindOfOthers { .. }
        | Denial::KindMayNot { .. }
        | Denial::UnknownPrincipal
        | Denial::NoAnonymous => true,
        Denial::NotGranted | Denial::UnknownResource | Denial::Check(_) => false,
    }
}

fn answered(snapshot: &Snapshot, decision: bool) -> Explained {
    Explained {
        decision,
        proof: None,
        remedies: Vec::new(),
        conditions: Vec::new(),
        complete: false,
        reason: None,
        revision: snapshot.revision(),
    }
}

impl Administration {
    fn explained(&self, snapshot: &Snapshot, explanation: Explanation) -> Explained {
        match explanation {
            Explanation::Allowed { proof, complete } => Explained {
                proof,
                complete,
                ..answered(snapshot, true)
            },
            Explanation::Denied {
                remedies,
                conditions,
                complete,
            } => {
                // Without their names some are the same.
                let mut told: Vec<RemedyInfo> = Vec::with_capacity(remedies.len());
                for Remedy { add, remove } in remedies {
                    let remedy = RemedyInfo {
                        add: add.into_iter().map(|tuple| self.told(tuple)).collect(),
                        remove: remove.into_iter().map(|tuple| self.told(tuple)).collect(),
                    };
                    if !told.contains(&remedy) {
                        told.push(remedy);
                    }
                }
                Explained {
                    remedies: told,
                    conditions: conditions.into_iter().map(unmet).collect(),
                    complete,
                    ..answered(snapshot, false)
                }
            }
        }
    }

    /// A tuple, and the grant that it is.
    fn told(&self, tuple: Tuple) -> TupleInfo {
        let text = tuple.to_string();
        let Tuple {
            object,
            relation,
            subject,
            condition,
        } = tuple;
        let hidden = |object: &Object| object.id() == HIDDEN;
        let nameless = match &subject {
            Subject::Object(one) | Subject::Userset { object: one, .. } => hidden(one),
            Subject::Wildcard { .. } => false,
        };
        let rules = self.system.rules(object.type_name());
        let word = rules.and_then(|rules| rules.word(&relation));
        let can_be_named = condition.is_none() && !nameless && !hidden(&object);
        TupleInfo {
            tuple: text,
            grant: word.filter(|_| can_be_named).map(|word| GrantInfo {
                object: object.to_string(),
                relation: word.to_owned(),
                subject: subject.to_string(),
            }),
        }
    }
}

fn unmet(unmet: Unmet) -> UnmetInfo {
    let Unmet {
        tuple,
        condition,
        parameters,
        missing,
        error,
    } = unmet;
    UnmetInfo {
        tuple: tuple.to_string(),
        condition,
        parameters,
        missing,
        error,
    }
}
