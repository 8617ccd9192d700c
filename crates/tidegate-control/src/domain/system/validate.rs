//! Holds a system's rules against its model: every error at once, each with file, line and key.
//!
//! What passes is what the rest of the crate counts on: every relation that is asked exists, every tuple that
//! is written is allowed by the model, every object that comes along has a parent, and a relation with exactly
//! one subject gets it whichever way its object is made.

mod guards; // who may be asked what, where
mod links; // relations with exactly one subject, attaching
mod profile; // kinds of secret, metering, who pays
mod shares; // grants, invitations, memberships
mod templates; // what is written

use std::collections::BTreeSet;

use tidegate_policy::{Model, Object, Subject, Tuple};

use super::load::Parts;
use super::read::{Located, Place, SystemError};
use super::{Operation, SITE_TYPE, TypeRules};
use crate::domain::guard::Role;
use crate::domain::naming::NAME_MAX;

/// Deepest nesting of types, the site aside: so many names are in an id. Of the built-in systems the deepest has
/// 4 (`stream_instance:acme/sales/orders/v1`).
const DEEPEST: usize = 5;

pub(super) fn validate(model: &Model, parts: &Parts) -> Vec<SystemError> {
    let mut validation = Validation {
        model,
        parts,
        errors: Vec::new(),
    };
    for (type_name, rules) in &parts.types {
        validation.type_rules(type_name, rules);
    }
    validation.persons();
    validation.profile();
    validation.errors
}

struct Validation<'a> {
    model: &'a Model,
    parts: &'a Parts,
    errors: Vec<SystemError>,
}

impl Validation<'_> {
    fn error(&mut self, place: &Place, message: impl Into<String>) {
        self.errors.push(SystemError {
            place: place.clone(),
            message: message.into(),
        });
    }

    fn type_rules(&mut self, type_name: &str, rules: &TypeRules) {
        if !self.model.has_type(type_name) {
            self.error(
                &rules.place,
                format!("type `{type_name}` is not in the model"),
            );
            return;
        }
        if !self.stands(type_name, rules) {
            return;
        }
        for (operation, guard) in &rules.guards {
            let creates = matches!(operation, Operation::Create | Operation::CreateForOthers);
            // On creation it is clear what `other` is only where there is one link.
            let other = creates && rules.one.len() == 1;
            let roles: &[Role] = if other { &[Role::Other] } else { &[] };
            let others = rules.one.keys().next();
            let others = others.map_or_else(BTreeSet::new, |one| self.accepted(type_name, one));
            self.guard(guard, type_name, rules, roles, &others);
        }
        self.grants(type_name, rules);
        self.names(type_name, rules);
        self.invite(type_name, rules);
        self.membership(type_name, rules);
        self.one(type_name, rules);
        self.attach(type_name, rules);
        self.first_secret(type_name, rules);
        self.templates(type_name, rules);
    }

    /// Whether it has a place in the order of things; the rest cannot be judged without.
    fn stands(&mut self, type_name: &str, rules: &TypeRules) -> bool {
        let Some(Located { place, value }) = &rules.parent else {
            if type_name != SITE_TYPE {
                self.error(&rules.place, "`parent` is missing: a type, or `site`");
                return false;
            }
            return true;
        };
        if !self.parts.types.contains_key(value) {
            self.error(place, format!("no rules for the parent's type `{value}`"));
            return false;
        }
        let depth = self.depth(type_name);
        if depth > DEEPEST {
            self.error(
                place,
                format!("parents nest deeper than {DEEPEST}, or in a circle"),
            );
            return false;
        }
        let longest = vec!["a".repeat(NAME_MAX); depth].join("/");
        if Object::new(type_name, &longest).is_err() {
            self.error(
                &rules.place,
                format!("the name is too long: ids of {depth} names do not fit behind it"),
            );
        }
        true
    }

    /// Types from this one to the site; more than [`DEEPEST`] when it never gets there.
    fn depth(&self, type_name: &str) -> usize {
        let mut at = type_name;
        for depth in 0..=DEEPEST {
            match self.parts.types.get(at).and_then(TypeRules::parent) {
                Some(parent) => at = parent,
                None => return depth,
            }
        }
        DEEPEST + 1
    }

    fn first_secret(&mut self, type_name: &str, rules: &TypeRules) {
        let Some(Located { place, value: kind }) = &rules.first_secret else {
            return;
        };
        let known = self.parts.kinds.get(kind);
        if !known.is_some_and(|known| known.value.principals.contains(type_name)) {
            self.error(
                place,
                format!("a `{type_name}` cannot hold a secret of kind `{kind}`"),
            );
        }
    }

    /// An address belongs to a person of one type, who gets in by the first secret.
    fn persons(&mut self) {
        let parts = self.parts;
        let mut persons = parts.types.values().filter(|rules| rules.person);
        let first = persons.next();
        for rules in persons {
            self.error(&rules.place, "`person`: another type is the person already");
        }
        let Some(rules) = first else { return };
        if rules.parent() != Some(SITE_TYPE) {
            self.error(&rules.place, "`person`: the parent must be `site`");
        }
        if rules.first_secret.is_none() {
            self.error(
                &rules.place,
                "`person`: without `first_secret` nobody who redeems an invitation gets in",
            );
        }
    }

    fn relation(&mut self, place: &Place, type_name: &str, relation: &str) -> bool {
        let known = self.model.has_relation(type_name, relation);
        if !known {
            self.error(
                place,
                format!("type `{type_name}` has no relation `{relation}` in the model"),
            );
        }
        known
    }

    /// A relation that tuples are written to.
    fn stored(&mut self, place: &Place, type_name: &str, relation: &str) {
        if self.relation(place, type_name, relation)
            && self.subjects(type_name, relation).is_empty()
        {
            self.error(
                place,
                format!("nothing can be written to `{relation}` of `{type_name}`"),
            );
        }
    }

    fn is_relation_somewhere(&self, relation: &str) -> bool {
        let mut types = self.model.type_names();
        types.any(|type_name| self.model.has_relation(type_name, relation))
    }

    /// Types of the subjects, of usersets of their objects, that the model allows a relation to have.
    fn accepted(&self, type_name: &str, relation: &str) -> BTreeSet<String> {
        let subjects = self.subjects(type_name, relation).into_iter();
        let objects = subjects.filter(|subject| !matches!(subject, Subject::Wildcard { .. }));
        objects
            .map(|subject| subject.type_name().to_owned())
            .collect()
    }

    /// One subject of each sort that the model allows a relation to have.
    fn subjects(&self, type_name: &str, relation: &str) -> Vec<Subject> {
        let sorts = self.model.type_names().flat_map(|subject| {
            let usersets = self.model.relations(subject);
            let usersets = usersets.map(move |relation| format!("{subject}:b#{relation}"));
            [format!("{subject}:b"), format!("{subject}:*")]
                .into_iter()
                .chain(usersets)
        });
        let allowed = |subject: String| {
            let tuple = format!("{type_name}:a#{relation}@{subject}").parse::<Tuple>();
            let tuple = tuple.ok()?;
            let allowed = self.model.allows(&tuple).is_ok();
            allowed.then_some(tuple.subject)
        };
        sorts.filter_map(allowed).collect()
    }
}
