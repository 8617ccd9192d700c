//! Grants: relation tuples that people write.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_policy::{Change, Object, Snapshot, Subject, Tuple};

use super::caller::Actor;
use super::guard::Roles;
use super::lane::{Plan, to_the_end};
use super::system::Operation;
use super::{Administration, Fault, fold, named};
use crate::store::Write;

/// Most relations in one request.
pub const GRANT_RELATIONS_MAX: usize = 16;

/// What is to be granted or revoked: all of it, or nothing.
#[derive(Clone, Debug)]
pub struct Grant {
    /// On what.
    pub object: String,
    /// Which relations.
    pub relations: Vec<String>,
    /// To whom.
    pub subject: String,
}

/// A page of grants.
#[derive(Debug)]
pub struct Granted {
    /// In order of relation and subject.
    pub grants: Vec<Tuple>,
    /// Where the next page starts; none at the end.
    pub next: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Grant,
    Revoke,
}

impl Administration {
    /// Grants relations. What is granted already stays. Returns the revision that contains all of it.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn grant(self: &Arc<Self>, actor: Actor, request: Grant) -> Result<u64, Fault> {
        self.change_grants(actor, request, Way::Grant).await
    }

    /// Takes grants back. What is not granted is no error. Returns the revision that contains none of it.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn revoke(self: &Arc<Self>, actor: Actor, request: Grant) -> Result<u64, Fault> {
        self.change_grants(actor, request, Way::Revoke).await
    }

    async fn change_grants(
        self: &Arc<Self>,
        actor: Actor,
        request: Grant,
        way: Way,
    ) -> Result<u64, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let lane = this.lane(&actor).await?;
            let snapshot = Arc::clone(lane.snapshot());
            let tuples = this.tuples(&actor, &snapshot, &request, way)?;
            let Some(object) = tuples.first().map(|tuple| tuple.object.clone()) else {
                return Ok(snapshot.revision());
            };
            let mut plan = Plan::new(if way == Way::Grant { "grant" } else { "revoke" }, &object);
            let mut changed = Vec::new();
            for tuple in tuples {
                let held = snapshot
                    .subjects(&tuple.object, &tuple.relation)
                    .contains(&tuple.subject);
                if held == (way == Way::Grant) {
                    continue;
                }
                changed.push(Value::String(tuple.to_string()));
                let (write, change) = match way {
                    Way::Grant => (Write::Tuple(tuple.clone()), Change::Write(tuple)),
                    Way::Revoke => (Write::DeleteTuple(tuple.clone()), Change::Delete(tuple)),
                };
                plan.writes.push(write);
                plan.changes.push(change);
            }
            if plan.changes.is_empty() {
                return Ok(snapshot.revision());
            }
            let (before, after) = match way {
                Way::Grant => (None, Some(json!({ "tuples": changed }))),
                Way::Revoke => (Some(json!({ "tuples": changed })), None),
            };
            (plan.before, plan.after) = (before, after);
            lane.commit(&actor, plan).await
        })
        .await
    }

    /// The tuples that a request names, once the caller passes the guard of each relation.
    fn tuples(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        request: &Grant,
        way: Way,
    ) -> Result<Vec<Tuple>, Fault> {
        let bad = |field, detail| Fault::BadRequest { field, detail };
        let object = named(&request.object, "object")?;
        self.visible(actor, snapshot, &object, "object")?;
        let subject: Subject = fold(&request.subject).parse().map_err(|error| {
            bad(
                "subject",
                format!("`{}` is no subject: {error}", request.subject),
            )
        })?;
        let relations: BTreeSet<&str> = request.relations.iter().map(String::as_str).collect();
        if relations.is_empty() || relations.len() > GRANT_RELATIONS_MAX {
            return Err(bad(
                "relations",
                format!("between 1 and {GRANT_RELATIONS_MAX} relations"),
            ));
        }
        let type_name = object.type_name();
        let Some(rules) = self.system.rules(type_name) else {
            return Err(bad(
                "object",
                format!("nothing can be granted on a {type_name}"),
            ));
        };
        let known = |relation: &&str| rules.grant(relation).is_some();
        if let Some(unknown) = relations.iter().find(|relation| !known(relation)) {
            let grantable: Vec<&str> = rules.grantable().collect();
            let detail = format!(
                "`{unknown}` cannot be granted on a {type_name}; relations: {}",
                grantable.join(", ")
            );
            return Err(bad("relations", detail));
        }
        // The model says to whom a relation can be granted. It is no secret, so this comes first.
        let mut tuples = Vec::with_capacity(relations.len());
        for relation in relations {
            let tuple = Tuple {
                object: object.clone(),
                relation: relation.into(),
                subject: subject.clone(),
            };
            if let Err(error) = self.system.model().allows(&tuple) {
                return Err(bad(
                    "subject",
                    format!("`{relation}` on a {type_name} cannot go to {subject}: {error}"),
                ));
            }
            tuples.push(tuple);
        }
        let subject_object = subject_object(&subject);
        for tuple in &tuples {
            let Some(grant) = rules.grant(&tuple.relation) else {
                continue;
            };
            let parent = self.parent_of(&object);
            let roles = Roles {
                snapshot,
                object: (&object, snapshot),
                parent: parent.as_ref(),
                subject: subject_object,
            };
            let guard = if way == Way::Grant {
                &grant.guard
            } else {
                &grant.revoke
            };
            guard
                .check(actor, &roles)
                .map_err(|refused| Fault::Forbidden { rule: refused.rule })?;
        }
        // Only who may grant learns who exists.
        if let Some(missing) = subject_object.filter(|object| snapshot.standing(object).is_none()) {
            return Err(Fault::NotFound {
                field: "subject",
                detail: format!("no {missing}"),
            });
        }
        Ok(tuples)
    }

    /// Grants on an object: not what the system writes itself.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn grants(
        &self,
        actor: &Actor,
        text: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Granted, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let object = named(text, "object")?;
        self.visible(actor, &snapshot, &object, "object")?;
        self.guard(actor, &snapshot, &object, Operation::ViewGrants)?;
        let rules = self.system.rules(object.type_name());
        let granted =
            |tuple: &Tuple| rules.is_some_and(|rules| rules.grant(&tuple.relation).is_some());
        let place = |tuple: &Tuple| format!("{}@{}", tuple.relation, tuple.subject);
        let mut grants: Vec<Tuple> = snapshot
            .tuples_on(&object)
            .into_iter()
            .filter(granted)
            .collect();
        grants.retain(|tuple| cursor.is_none_or(|cursor| place(tuple).as_str() > cursor));
        grants.sort_by_cached_key(place);
        let more = grants.len() > limit;
        grants.truncate(limit);
        let next = grants.last().filter(|_| more).map(place);
        Ok(Granted { grants, next })
    }
}

fn subject_object(subject: &Subject) -> Option<&Object> {
    match subject {
        Subject::Object(object) | Subject::Userset { object, .. } => Some(object),
        Subject::Wildcard { .. } => None,
    }
}
