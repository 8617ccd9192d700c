//! Grants, invitations, memberships.

use std::collections::BTreeSet;

use tidegate_policy::{Object, Subject, Tuple};

use super::Validation;
use crate::domain::guard::Role;
use crate::domain::system::{Blanks, GrantRules, TypeRules};

impl Validation<'_> {
    pub(super) fn grants(&mut self, type_name: &str, rules: &TypeRules) {
        let mut words: BTreeSet<&str> = rules.grants.keys().map(String::as_str).collect();
        let mut relations = BTreeSet::new();
        for GrantRules {
            guard,
            revoke,
            relation,
            needs,
            alias,
        } in rules.grants.values()
        {
            let place = guard.place();
            self.stored(place, type_name, relation);
            if !relations.insert(relation) {
                self.error(place, format!("another word grants `{relation}` already"));
            }
            for word in alias {
                if !words.insert(word) {
                    self.error(place, format!("alias: `{word}` is a word already"));
                }
            }
            let grantees = self.accepted(type_name, relation);
            self.guard(guard, type_name, rules, &[Role::Subject], &grantees);
            // Left out, it is the guard, whose errors are told already.
            if revoke.place() != place {
                self.guard(revoke, type_name, rules, &[Role::Subject], &grantees);
            }
            if let Some(needs) = needs {
                self.needs(needs, type_name, rules);
            }
        }
    }

    /// Relations and words that other keys name.
    pub(super) fn names(&mut self, type_name: &str, rules: &TypeRules) {
        if let Some(keep) = &rules.keep {
            for relation in &keep.value {
                self.stored(&keep.place, type_name, relation);
            }
        }
        if let Some(levels) = &rules.levels {
            let mut seen = BTreeSet::new();
            for word in &levels.value {
                if !rules.grants.contains_key(word) {
                    self.error(&levels.place, format!("`{word}` is no grant"));
                } else if !seen.insert(word) {
                    self.error(&levels.place, format!("`{word}` is there twice"));
                }
            }
        }
        if let Some(join) = &rules.join {
            let me = match rules.grants.get(&join.relation) {
                Some(grant) => self.accepted(type_name, &grant.relation),
                None => {
                    let message = format!("relation: `{}` is no grant", join.relation);
                    self.error(join.guard.place(), message);
                    BTreeSet::new()
                }
            };
            self.guard(&join.guard, type_name, rules, &[Role::Subject], &me);
        }
    }

    pub(super) fn invite(&mut self, type_name: &str, rules: &TypeRules) {
        let Some(invite) = &rules.invite else { return };
        let place = invite.guard.place();
        let people: BTreeSet<String> = invite.principals.iter().cloned().collect();
        for guard in [&invite.guard, &invite.accept] {
            self.guard(guard, type_name, rules, &[Role::Subject], &people);
        }
        for (key, empty) in [
            ("principals", invite.principals.is_empty()),
            ("relations", invite.relations.is_empty()),
        ] {
            if empty {
                self.error(place, format!("`{key}` must name at least one"));
            }
        }
        for word in &invite.relations {
            if !rules.grants.contains_key(word) {
                self.error(place, format!("relations: `{word}` is no grant"));
            }
        }
        for principal in &invite.principals {
            if !self.model.has_type(principal) {
                let message = format!("principals: type `{principal}` is not in the model");
                self.error(place, message);
                continue;
            }
            for word in &invite.relations {
                let Some(grant) = rules.grants.get(word) else {
                    continue;
                };
                if !self
                    .accepted(type_name, &grant.relation)
                    .contains(principal)
                {
                    let message = format!("`{word}` cannot go to a `{principal}`");
                    self.error(place, message);
                }
            }
            self.written_on_acceptance(type_name, rules, principal);
        }
    }

    fn written_on_acceptance(&mut self, type_name: &str, rules: &TypeRules, principal: &str) {
        let Some(invite) = &rules.invite else { return };
        let (Some((object, parent)), Ok(subject)) =
            (self.probe(type_name), Object::new(principal, "who"))
        else {
            return;
        };
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            subject: &subject,
        };
        for template in &invite.writes {
            if template.value.names_creator() {
                self.error(
                    &template.place,
                    "nobody is the `{creator}` of an acceptance",
                );
                continue;
            }
            match template.value.tuple(&blanks) {
                Ok(tuple) => self.allowed(&template.place, &tuple),
                Err(error) => self.error(&template.place, format!("no tuple: {error}")),
            }
        }
    }

    pub(super) fn membership(&mut self, type_name: &str, rules: &TypeRules) {
        let Some(membership) = &rules.membership else {
            return;
        };
        if membership.remove.is_none() && membership.leave.is_none() {
            self.error(
                &membership.place,
                "`remove` and `leave` are missing: one is needed",
            );
        }
        if rules.grants.is_empty() {
            self.error(&membership.place, "there is no grant that could end");
        }
        let grants = rules.grants.values();
        let members: BTreeSet<String> = grants
            .flat_map(|grant| self.accepted(type_name, &grant.relation))
            .collect();
        for guard in membership.remove.iter().chain(&membership.leave) {
            self.guard(guard, type_name, rules, &[Role::Subject], &members);
        }
    }

    pub(super) fn allowed(&mut self, place: &super::Place, tuple: &Tuple) {
        if let Err(error) = self.model.allows(tuple) {
            self.error(place, format!("{tuple}: {error}"));
        }
    }

    /// Whether a relation may have an object of a type as its subject.
    pub(super) fn accepts(&self, type_name: &str, relation: &str, subject: &str) -> bool {
        let subjects = self.subjects(type_name, relation).into_iter();
        let mut objects = subjects.filter(|found| matches!(found, Subject::Object(_)));
        objects.any(|found| found.type_name() == subject)
    }
}
