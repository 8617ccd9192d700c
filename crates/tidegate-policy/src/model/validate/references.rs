//! What definitions mention: that it is defined, and may stand there.

use super::{Key, Names, Numbers};
use crate::hash::HashMap;
use crate::language::print::written;
use crate::language::{Fault, Syntax, Word};
use crate::model::{ModelErrorKind, Relation, Restriction, Rewrite};

/// Adds what is mentioned and not defined, or not fit for its place, and conditions that no relation uses:
/// all of them are [`UNUSED`] so far.
pub(super) fn check<'a>(
    syntax: &Syntax<'a>,
    names: &Names<'a>,
    conditions: Numbers<'a>,
    faults: &mut Vec<Fault>,
) {
    let mut checker = Checker {
        syntax,
        names,
        conditions,
        faults,
    };
    for on in &syntax.types {
        for relation in &on.relations {
            checker.relation(on.name.text, relation);
        }
    }
    for definition in &syntax.conditions {
        let name = &definition.name;
        if checker.conditions.get(name.text) == Some(&UNUSED) {
            let (kind, before) = (
                ModelErrorKind::UnusedCondition,
                "no relation uses the condition ",
            );
            name.fault(checker.faults, kind, before, "");
        }
    }
}

pub(super) const UNUSED: u32 = 0;
const USED: u32 = 1;

/// Adds what stands twice in a relation where once says the same.
pub(super) fn check_repeats(syntax: &Syntax<'_>, relation: &Relation, faults: &mut Vec<Fault>) {
    let mut entries = Vec::new();
    for entry in &relation.restrictions {
        entries.push(shown(syntax, entry));
    }
    let mut seen: HashMap<Key<'_>, u32> = HashMap::new();
    for (text, entry) in entries.iter().zip(&relation.restrictions) {
        // No operand has no name.
        if seen.insert(("", text), 0).is_some() {
            let place = syntax.word(entry.taken.names().0).place;
            let kind = ModelErrorKind::DuplicateRestriction;
            Word { text, place }.fault(faults, kind, "", " stands twice");
        }
    }
    for operand in relation.rewrite.operands() {
        let (relation, tupleset) = match operand {
            Rewrite::Computed(relation) => (syntax.word(*relation), ""),
            Rewrite::From { relation, tupleset } => {
                (syntax.word(*relation), syntax.word(*tupleset).text)
            }
            _ => continue,
        };
        if seen.insert((relation.text, tupleset), 0).is_some() {
            let kind = ModelErrorKind::DuplicateOperand;
            relation.fault(faults, kind, "", " stands twice beside one operator");
        }
    }
}

struct Checker<'a, 'e> {
    syntax: &'e Syntax<'a>,
    names: &'e Names<'a>,
    /// Whether each is used.
    conditions: Numbers<'a>,
    faults: &'e mut Vec<Fault>,
}

impl<'a> Checker<'a, '_> {
    fn relation(&mut self, on: &'a str, relation: &Relation) {
        let is_direct = self.rewrite(on, &relation.rewrite);
        if is_direct == relation.restrictions.is_empty() {
            let (kind, after) = match is_direct {
                true => (
                    ModelErrorKind::Untyped,
                    " does not say which types it takes",
                ),
                false => (
                    ModelErrorKind::NotAssignable,
                    " cannot be written, yet takes types",
                ),
            };
            self.fault(relation.name, kind, "relation ", after);
        }
        for entry in &relation.restrictions {
            self.restriction(entry);
        }
    }

    /// Whether what can be written stands in it.
    fn rewrite(&mut self, on: &'a str, rewrite: &Rewrite) -> bool {
        let mut is_direct = false;
        match rewrite {
            Rewrite::Direct => is_direct = true,
            Rewrite::Computed(relation) => {
                self.relation_of(on, *relation, ModelErrorKind::UndefinedRelation);
            }
            Rewrite::From { relation, tupleset } => self.from(on, *relation, *tupleset),
            operator => {
                for operand in operator.operands() {
                    is_direct |= self.rewrite(on, operand);
                }
            }
        }
        is_direct
    }

    fn restriction(&mut self, entry: &Restriction) {
        let (number, relation) = entry.taken.names();
        let type_name = self.syntax.word(number).text;
        if !self.names.types.contains_key(type_name) {
            let kind = ModelErrorKind::UndefinedType;
            self.fault(number, kind, "type ", " is not defined");
        }
        if let Some(number) = entry.condition {
            match self.conditions.get_mut(self.syntax.word(number).text) {
                Some(use_of) => *use_of = USED,
                None => {
                    let kind = ModelErrorKind::UndefinedCondition;
                    self.fault(number, kind, "condition ", " is not defined");
                }
            }
        }
        if let Some(relation) = relation {
            self.relation_of(type_name, relation, ModelErrorKind::UndefinedReference);
        }
    }

    fn relation_of(&mut self, on: &'a str, relation: u32, kind: ModelErrorKind) -> bool {
        let name = self.syntax.word(relation).text;
        let known = self.names.relation(on, name).is_some();
        if !known {
            let after = format!(" is not defined on type `{on}`");
            self.fault(relation, kind, "relation ", &after);
        }
        known
    }

    fn from(&mut self, on: &'a str, relation: u32, tupleset: u32) {
        if !self.relation_of(on, tupleset, ModelErrorKind::UndefinedReference) {
            return;
        }
        let (name, leads) = (self.syntax.word(relation), self.syntax.word(tupleset));
        let found = self.names.tupleset(on, leads.text);
        let Some(found) = found.filter(|found| !found.bad) else {
            let after =
                " stands after `from`, so it must be written directly and take plain objects only";
            return self.fault(tupleset, ModelErrorKind::BadTupleset, "", after);
        };
        let mut types = found.types.iter();
        if !types.any(|on| self.names.relation(on, name.text).is_some()) {
            let after = format!(" is not defined on any type that `{}` leads to", leads.text);
            let kind = ModelErrorKind::UndefinedOnTupleset;
            self.fault(relation, kind, "relation ", &after);
        }
    }

    fn fault(&mut self, word: u32, kind: ModelErrorKind, before: &str, after: &str) {
        self.syntax
            .word(word)
            .fault(self.faults, kind, before, after);
    }
}

fn shown(syntax: &Syntax<'_>, entry: &Restriction) -> String {
    let (type_name, relation) = entry.taken.names();
    written(
        entry.taken,
        syntax.word(type_name).text,
        relation.map(|relation| syntax.word(relation).text),
        entry.condition.map(|name| syntax.word(name).text),
    )
}
