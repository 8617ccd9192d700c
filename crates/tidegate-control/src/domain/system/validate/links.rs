//! Relations with exactly one subject, and attaching.

use tidegate_policy::{Object, Subject, Tuple};

use super::{DEEPEST, Validation};
use crate::domain::guard::Role;
use crate::domain::system::read::{Located, Place};
use crate::domain::system::{Blanks, OneRules, Template, TypeRules};

impl Validation<'_> {
    pub(super) fn one(&mut self, type_name: &str, rules: &TypeRules) {
        for (relation, one) in &rules.one {
            let OneRules {
                default,
                home,
                within,
                deleted_with: _,
                moves,
                place,
            } = one;
            self.stored(place, type_name, relation);
            let targets = self.accepted(type_name, relation);
            if rules.link() == Some(relation) || rules.word(relation).is_some() {
                let message = "a link to the parent or a grant would give it a second subject";
                self.error(place, message);
            }
            for template in default.iter().chain(home) {
                self.points_at(place, type_name, relation, template);
            }
            if let Some(within) = within {
                let reached = self.lies_below(type_name, within)
                    && targets.iter().any(|target| self.lies_below(target, within));
                if !reached {
                    let message = format!(
                        "`within`: not both a `{type_name}` and what it can point at lie below a `{within}`"
                    );
                    self.error(place, message);
                }
            }
            if let Some(moves) = moves {
                let roles = [Role::Other, Role::Current];
                self.guard(moves, type_name, rules, &roles, &targets);
            }
            // Who redeems an invitation says nothing of links, and who attaches names one alone.
            let unsaid = rules.person || rules.attach().is_some_and(|attach| attach != relation);
            if unsaid && default.is_none() && home.is_none() {
                let message =
                    "`default` or `home` is missing: nobody can say where it points at first";
                self.error(place, message);
            }
        }
    }

    /// Whether objects of a type lie below one of another.
    fn lies_below(&self, type_name: &str, above: &str) -> bool {
        let mut at = type_name;
        for _ in 0..=DEEPEST {
            match self.parts.types.get(at).and_then(TypeRules::parent) {
                Some(parent) if parent == above => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    }

    fn points_at(&mut self, place: &Place, type_name: &str, relation: &str, template: &Template) {
        if template.names_creator() || template.names_subject() {
            let message = "only object, parent, id, parent_id and name are known here";
            self.error(place, message);
            return;
        }
        let Some((object, parent)) = self.probe(type_name) else {
            return;
        };
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            subject: &object,
        };
        match template.object(&blanks) {
            Ok(target) => {
                let tuple = Tuple::new(object, relation, Subject::Object(target.clone()));
                self.allowed(place, &tuple);
                self.has_names(place, &target);
            }
            Err(error) => self.error(place, format!("no object: {error}")),
        }
    }

    /// Whether an id has as many names as objects of its type have.
    pub(super) fn has_names(&mut self, place: &Place, object: &Object) {
        let (names, depth) = (
            object.id().split('/').count(),
            self.depth(object.type_name()),
        );
        if names != depth {
            let message = format!(
                "`{}` has ids of {depth} names, not {names} (as in `{object}`)",
                object.type_name()
            );
            self.error(place, message);
        }
    }

    pub(super) fn attach(&mut self, type_name: &str, rules: &TypeRules) {
        let Some(Located { place, value }) = &rules.attach else {
            return;
        };
        if !rules.one.contains_key(value) {
            self.error(
                place,
                format!("`[type.{type_name}.one.{value}]` is missing"),
            );
        }
    }
}
