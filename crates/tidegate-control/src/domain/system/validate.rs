//! Holds a system's rules against its model.

use tidegate_policy::{Model, Object};

use super::load::Parts;
use super::read::{Place, SystemError};
use super::template::Blanks;
use super::{SITE_TYPE, TypeRules};
use crate::domain::guard::{Guard, Role};

/// A name to try templates with.
const PROBE: &str = "a";

/// Deepest nesting of types. Ids of so many names fit into an object.
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

    fn is_type(&self, type_name: &str) -> bool {
        self.model.type_names().any(|known| known == type_name)
    }

    fn is_relation_somewhere(&self, relation: &str) -> bool {
        self.model
            .type_names()
            .any(|type_name| self.model.has_relation(type_name, relation))
    }

    fn relation(&mut self, place: &Place, type_name: &str, relation: &str) {
        if !self.model.has_relation(type_name, relation) {
            self.error(
                place,
                format!("type `{type_name}` has no relation `{relation}` in the model"),
            );
        }
    }

    fn type_rules(&mut self, type_name: &str, rules: &TypeRules) {
        if !self.is_type(type_name) {
            self.error(
                &rules.place,
                format!("type `{type_name}` is not in the model"),
            );
            return;
        }
        let parent = rules.parent();
        if let Some(located) = &rules.parent {
            if !self.parts.types.contains_key(&located.value) {
                self.error(
                    &located.place,
                    format!("no rules for the parent's type `{}`", located.value),
                );
                return;
            }
            if self.depth(type_name) > DEEPEST {
                self.error(
                    &located.place,
                    format!("parents nest deeper than {DEEPEST}, or in a circle"),
                );
                return;
            }
        } else if type_name != SITE_TYPE {
            self.error(&rules.place, "`parent` is missing: a type, or `site`");
            return;
        }
        for guard in rules.guards.values() {
            self.guard(guard, type_name, parent);
        }
        for grant in rules.grants.values() {
            self.relation(grant.guard.place(), type_name, &grant.relation);
            self.guard(&grant.guard, type_name, parent);
            self.guard(&grant.revoke, type_name, parent);
        }
        if let Some(kind) = &rules.first_secret
            && !self
                .parts
                .kinds
                .get(&kind.value)
                .is_some_and(|known| known.value.principals.contains(type_name))
        {
            self.error(
                &kind.place,
                format!(
                    "a `{type_name}` cannot hold a secret of kind `{}`",
                    kind.value
                ),
            );
        }
        self.templates(type_name, rules);
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

    fn guard(&mut self, guard: &Guard, type_name: &str, parent: Option<&str>) {
        for alternative in guard.alternatives() {
            let relation = &alternative.relation;
            match (alternative.role, parent) {
                (Role::Object, _) => self.relation(guard.place(), type_name, relation),
                (Role::Parent, Some(parent)) => self.relation(guard.place(), parent, relation),
                (Role::Parent, None) => {
                    self.error(guard.place(), format!("a `{type_name}` has no parent"));
                }
                (Role::Subject | Role::Other | Role::Current | Role::Caller, _) => {
                    if !self.is_relation_somewhere(relation) {
                        self.error(
                            guard.place(),
                            format!("no type has a relation `{relation}`"),
                        );
                    }
                }
            }
        }
    }

    /// Tries each template on names of the right types. Who the creator is, shows only on creation.
    fn templates(&mut self, type_name: &str, rules: &TypeRules) {
        let Some(parent_type) = rules.parent() else {
            return;
        };
        let probe = |type_name: &str| Object::new(type_name, PROBE);
        let (Ok(object), Ok(parent)) = (probe(type_name), probe(parent_type)) else {
            return;
        };
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            subject: &object,
        };
        if let Some(link) = &rules.link {
            let tuple = format!("{object}#{}@{parent}", link.value).parse();
            let allowed = tuple.is_ok_and(|tuple| self.model.allows(&tuple).is_ok());
            if !allowed {
                let message = format!(
                    "the model does not allow `{type_name}#{}@{parent_type}`",
                    link.value
                );
                self.error(&link.place, message);
            }
        }
        for template in &rules.writes {
            match template.value.tuple(&blanks) {
                Err(error) => self.error(&template.place, format!("no tuple: {error}")),
                Ok(tuple) if template.value.names_creator() => {
                    self.relation(&template.place, tuple.object.type_name(), &tuple.relation);
                }
                Ok(tuple) => {
                    if let Err(error) = self.model.allows(&tuple) {
                        self.error(&template.place, format!("{tuple}: {error}"));
                    }
                }
            }
        }
        for template in &rules.also {
            match template.value.object.object(&blanks) {
                Err(error) => self.error(&template.place, format!("no object: {error}")),
                Ok(other) => {
                    let known = self.parts.types.contains_key(other.type_name());
                    if !known || other.type_name() == type_name {
                        let message =
                            format!("`{}` must be another type with rules", other.type_name());
                        self.error(&template.place, message);
                    }
                }
            }
        }
    }

    fn profile(&mut self) {
        let parts = self.parts;
        for kind in parts.kinds.values() {
            for type_name in &kind.value.principals {
                if !self.is_type(type_name) {
                    self.error(
                        &kind.place,
                        format!("principals: type `{type_name}` is not in the model"),
                    );
                }
            }
            for action in kind.value.actions.iter().flatten() {
                if !self.is_relation_somewhere(action) {
                    self.error(
                        &kind.place,
                        format!("actions: no type has a relation `{action}`"),
                    );
                }
            }
        }
        for (action, metered) in &parts.metered {
            if !self.is_relation_somewhere(action) {
                self.error(&metered.place, format!("no type has a relation `{action}`"));
            }
        }
        for (type_name, path) in &parts.payer {
            if !self.is_type(type_name) {
                self.error(
                    &path.place,
                    format!("type `{type_name}` is not in the model"),
                );
            } else if path.value.is_empty() {
                self.error(&path.place, "a path needs at least one relation");
            } else if let Some(first) = path.value.first() {
                self.relation(&path.place, type_name, first);
            }
            for relation in path.value.iter().skip(1) {
                if !self.is_relation_somewhere(relation) {
                    self.error(&path.place, format!("no type has a relation `{relation}`"));
                }
            }
        }
    }
}
