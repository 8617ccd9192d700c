//! Guards: each role has a meaning only where somebody has it, and is asked what it can be asked.

use std::collections::BTreeSet;

use super::Validation;
use crate::domain::guard::{Guard, Role};
use crate::domain::system::TypeRules;

impl Validation<'_> {
    /// `roles`: those that have a meaning here besides object, parent and caller; `others`: the types of who
    /// has one of them.
    pub(super) fn guard(
        &mut self,
        guard: &Guard,
        type_name: &str,
        rules: &TypeRules,
        roles: &[Role],
        others: &BTreeSet<String>,
    ) {
        for alternative in guard.alternatives() {
            let (relation, place) = (&alternative.relation, guard.place());
            match (alternative.role, rules.parent()) {
                (Role::Object, _) => {
                    self.relation(place, type_name, relation);
                }
                (Role::Parent, Some(parent)) => {
                    self.relation(place, parent, relation);
                }
                (Role::Parent, None) => {
                    self.error(place, format!("a `{type_name}` has no parent"));
                }
                (Role::Caller, _) => {
                    if !self.is_relation_somewhere(relation) {
                        self.error(place, format!("no type has a relation `{relation}`"));
                    }
                }
                (role @ (Role::Subject | Role::Other | Role::Current), _) => {
                    let known = |other: &String| self.model.has_relation(other, relation);
                    if !roles.contains(&role) {
                        self.error(place, format!("`{role}` is nobody here"));
                    } else if !others.iter().any(known) {
                        self.error(
                            place,
                            format!("nobody who can be `{role}` has a relation `{relation}`"),
                        );
                    }
                }
            }
        }
    }

    /// What a grantee must have already.
    pub(super) fn needs(&mut self, needs: &Guard, type_name: &str, rules: &TypeRules) {
        let mut alternatives = needs.alternatives();
        let other = alternatives.find(|it| !matches!(it.role, Role::Object | Role::Parent));
        match other {
            Some(other) => {
                let message = format!(
                    "`{}` is nobody here: what is needed is on object or parent",
                    other.role
                );
                self.error(needs.place(), message);
            }
            None => self.guard(needs, type_name, rules, &[], &BTreeSet::new()),
        }
    }
}
