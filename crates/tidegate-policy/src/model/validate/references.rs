//! What definitions mention: that it is defined, and may stand there.

use super::{Key, Names, Numbers};
use crate::hash::HashMap;
use crate::language::{
    Fault, Place, RelationSyntax, RestrictionKind, RestrictionSyntax, RewriteSyntax, Syntax,
    TypeSyntax, Word,
};
use crate::model::ModelErrorKind;

/// Adds what is mentioned and not defined, or not fit for its place.
pub(super) fn check(syntax: &Syntax, names: &Names<'_>, faults: &mut Vec<Fault>) {
    let mut conditions = Numbers::new();
    for (definition, id) in syntax.conditions.iter().zip(0..) {
        conditions.insert(&definition.name.text, id);
    }
    let mut checker = Checker {
        names,
        conditions,
        faults,
    };
    for definition in &syntax.types {
        for relation in &definition.relations {
            checker.relation(definition, relation);
        }
    }
}

/// Adds what stands twice where once says the same.
pub(super) fn check_repeats(syntax: &Syntax, faults: &mut Vec<Fault>) {
    for relation in syntax.types.iter().flat_map(|found| &found.relations) {
        let mut entries = Vec::new();
        for entry in &relation.restrictions {
            entries.push((shown(entry), entry));
        }
        let mut seen = Numbers::new();
        for (shown, entry) in &entries {
            if seen.insert(shown, 0).is_some() {
                let kind = ModelErrorKind::DuplicateRestriction;
                let message = format!("`{shown}` stands twice");
                faults.push(Fault::new(entry.type_name.place, kind, message));
            }
        }
        let mut seen = HashMap::new();
        match &relation.rewrite {
            RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
                for operand in operands {
                    check_operand(operand, &mut seen, faults);
                }
            }
            RewriteSyntax::ButNot(base, subtract) => {
                check_operand(base, &mut seen, faults);
                check_operand(subtract, &mut seen, faults);
            }
            _ => {}
        }
    }
}

fn check_operand<'a>(
    operand: &'a RewriteSyntax,
    seen: &mut HashMap<Key<'a>, u32>,
    faults: &mut Vec<Fault>,
) {
    let (relation, tupleset) = match operand {
        RewriteSyntax::Computed(relation) => (relation, ""),
        RewriteSyntax::From { relation, tupleset } => (relation, &*tupleset.text),
        _ => return,
    };
    if seen.insert((&relation.text, tupleset), 0).is_some() {
        let message = format!("`{}` stands twice beside one operator", relation.text);
        let kind = ModelErrorKind::DuplicateOperand;
        faults.push(Fault::new(relation.place, kind, message));
    }
}

struct Checker<'a, 'e> {
    names: &'e Names<'a>,
    conditions: Numbers<'a>,
    faults: &'e mut Vec<Fault>,
}

impl<'a> Checker<'a, '_> {
    fn relation(&mut self, on: &'a TypeSyntax, relation: &'a RelationSyntax) {
        let is_direct = self.rewrite(on, &relation.rewrite);
        let name = &relation.name;
        if is_direct && relation.restrictions.is_empty() {
            let message = format!("relation `{}` does not say which types it takes", name.text);
            self.fault(name.place, ModelErrorKind::Untyped, message);
        }
        if !is_direct && !relation.restrictions.is_empty() {
            let message = format!(
                "relation `{}` cannot be written, yet takes types",
                name.text
            );
            self.fault(name.place, ModelErrorKind::NotAssignable, message);
        }
        for entry in &relation.restrictions {
            self.restriction(entry);
        }
    }

    /// Whether what can be written stands in it.
    fn rewrite(&mut self, on: &'a TypeSyntax, rewrite: &'a RewriteSyntax) -> bool {
        match rewrite {
            RewriteSyntax::Direct => return true,
            RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
                let mut is_direct = false;
                for operand in operands {
                    is_direct |= self.rewrite(on, operand);
                }
                return is_direct;
            }
            RewriteSyntax::ButNot(base, subtract) => {
                let is_direct = self.rewrite(on, base);
                return self.rewrite(on, subtract) || is_direct;
            }
            RewriteSyntax::Computed(relation) => {
                self.relation_of(&on.name.text, relation, ModelErrorKind::UndefinedRelation);
            }
            RewriteSyntax::From { relation, tupleset } => self.from(on, relation, tupleset),
        }
        false
    }

    fn restriction(&mut self, entry: &'a RestrictionSyntax) {
        let type_name = &entry.type_name;
        if !self.names.types.contains_key(type_name.text.as_str()) {
            let message = format!("type `{}` is not defined", type_name.text);
            self.fault(type_name.place, ModelErrorKind::UndefinedType, message);
        }
        if let Some(condition) = &entry.condition
            && !self.conditions.contains_key(condition.text.as_str())
        {
            let message = format!("condition `{}` is not defined", condition.text);
            self.fault(condition.place, ModelErrorKind::UndefinedCondition, message);
        }
        if let RestrictionKind::Userset(relation) = &entry.kind {
            let kind = ModelErrorKind::UndefinedReference;
            self.relation_of(&type_name.text, relation, kind);
        }
    }

    fn relation_of(&mut self, on: &'a str, relation: &'a Word, kind: ModelErrorKind) -> bool {
        let known = self.names.relation(on, &relation.text).is_some();
        if !known {
            let message = format!("relation `{}` is not defined on type `{on}`", relation.text);
            self.fault(relation.place, kind, message);
        }
        known
    }

    fn from(&mut self, on: &'a TypeSyntax, relation: &'a Word, tupleset: &'a Word) {
        let type_name = on.name.text.as_str();
        if !self.relation_of(type_name, tupleset, ModelErrorKind::UndefinedReference) {
            return;
        }
        let found = self.names.tupleset(type_name, &tupleset.text);
        let Some(found) = found.filter(|found| !found.bad) else {
            let message = format!(
                "`{}` stands after `from`, so it must be written directly and take plain objects only",
                tupleset.text
            );
            return self.fault(tupleset.place, ModelErrorKind::BadTupleset, message);
        };
        let mut types = found.types.iter();
        if !types.any(|on| self.names.relation(on, &relation.text).is_some()) {
            let message = format!(
                "relation `{}` is not defined on any type that `{}` leads to",
                relation.text, tupleset.text
            );
            self.fault(relation.place, ModelErrorKind::UndefinedOnTupleset, message);
        }
    }

    fn fault(&mut self, place: Place, kind: ModelErrorKind, message: String) {
        self.faults.push(Fault::new(place, kind, message));
    }
}

fn shown(entry: &RestrictionSyntax) -> String {
    let mut shown = entry.type_name.text.clone();
    match &entry.kind {
        RestrictionKind::Object => {}
        RestrictionKind::Wildcard => shown.push_str(":*"),
        RestrictionKind::Userset(relation) => {
            shown.push('#');
            shown.push_str(&relation.text);
        }
    }
    if let Some(condition) = &entry.condition {
        shown.push_str(" with ");
        shown.push_str(&condition.text);
    }
    shown
}
