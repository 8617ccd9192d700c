//! What is written on creation: each template is tried on names of the right types.

use std::collections::BTreeSet;

use tidegate_policy::{Object, Tuple};

use super::{SITE_TYPE, Validation};
use crate::domain::naming;
use crate::domain::system::read::{Located, Place};
use crate::domain::system::{Blanks, Companion, SITE, TypeRules};

/// Names of an id to try templates with, all different, so that what only looks like a parent is found out.
const PROBES: [&str; super::DEEPEST] = ["pa", "pb", "pc", "pd", "pe"];

impl Validation<'_> {
    /// An object of a type and its parent.
    pub(super) fn probe(&self, type_name: &str) -> Option<(Object, Object)> {
        let depth = self.depth(type_name);
        let object = Object::new(type_name, &PROBES.get(..depth)?.join("/")).ok()?;
        let parent = self.parent_of(&object)?;
        Some((object, parent))
    }

    /// What an id says that an object lies below.
    fn parent_of(&self, object: &Object) -> Option<Object> {
        let rules = self.parts.types.get(object.type_name())?;
        match (rules.parent()?, naming::split(object).0) {
            (SITE_TYPE, None) => SITE.parse().ok(),
            (SITE_TYPE, Some(_)) | (_, None) => None,
            (parent, Some(id)) => Object::new(parent, id).ok(),
        }
    }

    pub(super) fn templates(&mut self, type_name: &str, rules: &TypeRules) {
        let Some((object, parent)) = self.probe(type_name) else {
            return;
        };
        let blanks = Blanks {
            object: &object,
            parent: &parent,
            subject: &object,
        };
        if let (Some(Located { place, .. }), Some(above)) = (&rules.link, rules.parent())
            && let Some(link) = rules.link()
            && !self.accepts(type_name, link, above)
        {
            let message = format!("the model does not allow `{type_name}#{link}@{above}`");
            self.error(place, message);
        }
        let mut written = Vec::new();
        for template in &rules.writes {
            let Located { place, value } = template;
            if value.names_subject() {
                self.error(place, "nobody is the `{subject}` of a creation");
                continue;
            }
            match value.tuple(&blanks) {
                Err(error) => self.error(place, format!("no tuple: {error}")),
                Ok(tuple) => {
                    if value.names_creator() {
                        // Who that is, shows only on creation.
                        self.relation(place, tuple.object.type_name(), &tuple.relation);
                    } else {
                        self.allowed(place, &tuple);
                    }
                    if tuple.object == object && rules.one.contains_key(&*tuple.relation) {
                        let message = format!("`{}` would get a second subject", tuple.relation);
                        self.error(place, message);
                    }
                    written.push(tuple);
                }
            }
        }
        self.companions(&rules.also, &blanks, &written);
    }

    /// What comes along has a parent, is made completely, and brings nothing along itself.
    fn companions(&mut self, also: &[Located<Companion>], blanks: &Blanks<'_>, written: &[Tuple]) {
        let mut there: BTreeSet<Object> = BTreeSet::from([blanks.object.clone()]);
        let mut above = Some(blanks.parent.clone());
        while let Some(object) = above {
            above = self.parent_of(&object);
            there.insert(object);
        }
        for Located { place, value } in also {
            if value.object.names_creator() || value.object.names_subject() {
                let message = "only object, parent, id, parent_id and name are known here";
                self.error(place, message);
                continue;
            }
            let other = match value.object.object(blanks) {
                Ok(other) => other,
                Err(error) => {
                    self.error(place, format!("no object: {error}"));
                    continue;
                }
            };
            let parts = self.parts;
            let rules = parts.types.get(other.type_name());
            let Some(rules) = rules.filter(|_| other.type_name() != blanks.object.type_name())
            else {
                let message = format!("`{}` must be another type with rules", other.type_name());
                self.error(place, message);
                continue;
            };
            match self.parent_of(&other) {
                Some(parent) if there.contains(&parent) => {
                    self.companion(place, &other, &parent, blanks.object, rules, written);
                }
                Some(parent) => {
                    let message = format!("`{other}`: its parent `{parent}` does not exist then");
                    self.error(place, message);
                }
                None => self.has_names(place, &other),
            }
            there.insert(other);
        }
    }

    fn companion(
        &mut self,
        place: &Place,
        other: &Object,
        parent: &Object,
        creator: &Object,
        rules: &TypeRules,
        written: &[Tuple],
    ) {
        if !rules.also.is_empty() || rules.first_secret.is_some() {
            let message = format!(
                "a `{}` has something that comes along itself: `also` or `first_secret`",
                other.type_name()
            );
            self.error(place, message);
        }
        let blanks = Blanks {
            object: other,
            parent,
            subject: creator,
        };
        for template in rules.writes.iter().filter(|it| it.value.names_creator()) {
            if let Ok(tuple) = template.value.tuple(&blanks) {
                self.allowed(place, &tuple);
            }
        }
        for relation in rules.one.keys() {
            let said = |tuple: &&Tuple| tuple.object == *other && *tuple.relation == **relation;
            if written.iter().filter(said).count() != 1 {
                let message = format!("one of `writes` must say what `{relation}` of `{other}` is");
                self.error(place, message);
            }
        }
    }
}
