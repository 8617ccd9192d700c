//! Kinds of secret, metering, who pays.

use std::collections::BTreeSet;

use super::Validation;
use crate::domain::system::read::Place;

impl Validation<'_> {
    pub(super) fn profile(&mut self) {
        let parts = self.parts;
        for kind in parts.kinds.values() {
            for type_name in &kind.value.principals {
                if !self.model.has_type(type_name) {
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
            if !self.model.has_type(type_name) {
                self.error(
                    &path.place,
                    format!("type `{type_name}` is not in the model"),
                );
            } else if path.value.is_empty() {
                self.error(&path.place, "a path needs at least one relation");
            } else {
                self.path(&path.place, type_name, &path.value);
            }
        }
    }

    /// Each relation is one of what the relation before it leads to.
    fn path(&mut self, place: &Place, type_name: &str, path: &[String]) {
        let mut at = BTreeSet::from([type_name.to_owned()]);
        for relation in path {
            let next: BTreeSet<String> = at
                .iter()
                .flat_map(|type_name| self.accepted(type_name, relation))
                .collect();
            if next.is_empty() {
                let from: Vec<&str> = at.iter().map(String::as_str).collect();
                let message = format!("`{relation}` of `{}` leads nowhere", from.join("`, `"));
                self.error(place, message);
                return;
            }
            at = next;
        }
    }
}
