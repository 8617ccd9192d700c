//! What the grammar cannot say: names exist, once, and every relation can hold.

use hashbrown::{HashMap, HashSet};

use super::{MAX_RELATIONS, MAX_TYPES, ModelError, ModelErrorKind};
use crate::language::{
    Place, RelationSyntax, RestrictionKind, RewriteSyntax, Syntax, TypeSyntax, Word,
};
use crate::tuple::{check_relation, check_type};

/// Adds everything that is wrong with a model that could be read.
pub(super) fn validate(syntax: &Syntax, errors: &mut Vec<ModelError>) {
    let mut validator = Validator {
        names: Names::of(syntax),
        errors,
    };
    validator.sizes(syntax);
    validator.definitions(syntax);
    for definition in &syntax.types {
        for relation in &definition.relations {
            validator.rewrite(definition, &relation.rewrite);
        }
    }
    if validator.errors.is_empty() {
        validator.entry_points(syntax);
    }
}

/// A relation of a type, by name.
type Key<'a> = (&'a str, &'a str);

struct Names<'a> {
    types: HashMap<&'a str, &'a TypeSyntax>,
    relations: HashMap<Key<'a>, &'a RelationSyntax>,
}

impl<'a> Names<'a> {
    fn of(syntax: &'a Syntax) -> Self {
        let mut names = Self {
            types: HashMap::new(),
            relations: HashMap::new(),
        };
        for definition in &syntax.types {
            names.types.insert(&definition.name.text, definition);
            for relation in &definition.relations {
                names
                    .relations
                    .insert((&definition.name.text, &relation.name.text), relation);
            }
        }
        names
    }

    /// The types that a tupleset leads to.
    fn led_to(&self, type_name: &'a str, tupleset: &'a str) -> Vec<&'a str> {
        let mut found = Vec::new();
        if let Some(relation) = self.relations.get(&(type_name, tupleset))
            && let RewriteSyntax::Direct(restrictions) = &relation.rewrite
        {
            found.extend(
                restrictions
                    .iter()
                    .map(|entry| entry.type_name.text.as_str()),
            );
        }
        found
    }
}

struct Validator<'a, 'e> {
    names: Names<'a>,
    errors: &'e mut Vec<ModelError>,
}

impl<'a> Validator<'a, '_> {
    fn sizes(&mut self, syntax: &Syntax) {
        let relations: usize = syntax.types.iter().map(|found| found.relations.len()).sum();
        let start = Place { line: 1, column: 1 };
        if syntax.types.is_empty() {
            self.error(
                start,
                ModelErrorKind::Syntax,
                "a model defines at least one type",
            );
        }
        if syntax.types.len() > MAX_TYPES || relations > MAX_RELATIONS {
            let message =
                format!("a model has at most {MAX_TYPES} types and {MAX_RELATIONS} relations");
            self.error(start, ModelErrorKind::TooLong, message);
        }
    }

    fn definitions(&mut self, syntax: &'a Syntax) {
        let mut types = HashSet::new();
        for definition in &syntax.types {
            self.name(
                &definition.name,
                "type",
                check_type(&definition.name.text).is_ok(),
            );
            if !types.insert(definition.name.text.as_str()) {
                let message = format!("type `{}` is defined twice", definition.name.text);
                self.error(definition.name.place, ModelErrorKind::Duplicate, message);
            }
            let mut relations = HashSet::new();
            for relation in &definition.relations {
                let good = check_relation(&relation.name.text).is_ok();
                self.name(&relation.name, "relation", good);
                if !relations.insert(relation.name.text.as_str()) {
                    let message = format!("relation `{}` is defined twice", relation.name.text);
                    self.error(relation.name.place, ModelErrorKind::Duplicate, message);
                }
            }
        }
    }

    fn name(&mut self, word: &Word, what: &str, good: bool) {
        let text = &word.text;
        if matches!(text.as_str(), "self" | "this") {
            let message = format!("`{text}` cannot be the name of a {what}");
            self.error(word.place, ModelErrorKind::ReservedName, message);
        } else if !good || !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let message = format!("`{text}` cannot be the name of a {what}");
            self.error(word.place, ModelErrorKind::BadName, message);
        }
    }

    fn rewrite(&mut self, on: &'a TypeSyntax, rewrite: &'a RewriteSyntax) {
        match rewrite {
            RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
                for operand in operands {
                    self.rewrite(on, operand);
                }
            }
            RewriteSyntax::ButNot(base, subtract) => {
                self.rewrite(on, base);
                self.rewrite(on, subtract);
            }
            RewriteSyntax::Computed(relation) => {
                self.relation_of(&on.name.text, relation);
            }
            RewriteSyntax::From { relation, tupleset } => self.from(on, relation, tupleset),
            RewriteSyntax::Direct(restrictions) => {
                let mut seen = HashSet::new();
                for restriction in restrictions {
                    let type_name = &restriction.type_name;
                    let shown = match &restriction.kind {
                        RestrictionKind::Object => type_name.text.clone(),
                        RestrictionKind::Wildcard => format!("{}:*", type_name.text),
                        RestrictionKind::Userset(relation) => {
                            format!("{}#{}", type_name.text, relation.text)
                        }
                    };
                    if !seen.insert(shown.clone()) {
                        let kind = ModelErrorKind::DuplicateRestriction;
                        self.error(type_name.place, kind, format!("`{shown}` stands twice"));
                    }
                    if !self.names.types.contains_key(type_name.text.as_str()) {
                        let message = format!("type `{}` is not defined", type_name.text);
                        self.error(type_name.place, ModelErrorKind::UndefinedType, message);
                    } else if let RestrictionKind::Userset(relation) = &restriction.kind {
                        self.relation_of(&type_name.text, relation);
                    }
                }
            }
        }
    }

    fn relation_of(&mut self, type_name: &'a str, relation: &'a Word) -> bool {
        let known = self
            .names
            .relations
            .contains_key(&(type_name, relation.text.as_str()));
        if !known {
            let message = format!(
                "relation `{}` is not defined on type `{type_name}`",
                relation.text
            );
            self.error(relation.place, ModelErrorKind::UndefinedRelation, message);
        }
        known
    }

    fn from(&mut self, on: &'a TypeSyntax, relation: &'a Word, tupleset: &'a Word) {
        if !self.relation_of(&on.name.text, tupleset) {
            return;
        }
        let key = (on.name.text.as_str(), tupleset.text.as_str());
        let plain = self
            .names
            .relations
            .get(&key)
            .is_some_and(|found| match &found.rewrite {
                RewriteSyntax::Direct(restrictions) => restrictions
                    .iter()
                    .all(|entry| matches!(entry.kind, RestrictionKind::Object)),
                _ => false,
            });
        if !plain {
            let message = format!(
                "`{}` stands after `from`, so it must be written directly and take plain objects only",
                tupleset.text
            );
            self.error(tupleset.place, ModelErrorKind::BadTupleset, message);
            return;
        }
        let types = self.names.led_to(&on.name.text, &tupleset.text);
        let known = |type_name: &&str| {
            self.names
                .relations
                .contains_key(&(*type_name, relation.text.as_str()))
        };
        if !types.iter().any(known) {
            let message = format!(
                "relation `{}` is not defined on any type that `{}` leads to",
                relation.text, tupleset.text
            );
            self.error(relation.place, ModelErrorKind::UndefinedRelation, message);
        }
    }

    /// Reports relations that no tuple can make hold, and those that are defined by themselves.
    fn entry_points(&mut self, syntax: &'a Syntax) {
        let mut reached: HashSet<Key<'a>> = HashSet::new();
        loop {
            let before = reached.len();
            for definition in &syntax.types {
                for relation in &definition.relations {
                    let on = definition.name.text.as_str();
                    if enters(&self.names, &reached, on, &relation.rewrite) {
                        reached.insert((on, relation.name.text.as_str()));
                    }
                }
            }
            if reached.len() == before {
                break;
            }
        }
        for definition in &syntax.types {
            for relation in &definition.relations {
                let key = (definition.name.text.as_str(), relation.name.text.as_str());
                let name = &relation.name.text;
                if !reached.contains(&key) {
                    let message = format!("no tuple can ever make `{name}` hold");
                    self.error(relation.name.place, ModelErrorKind::NoEntryPoint, message);
                } else if self.is_its_own_definition(key) {
                    let message = format!("`{name}` is defined by itself");
                    self.error(relation.name.place, ModelErrorKind::NoEntryPoint, message);
                }
            }
        }
    }

    /// Whether following computed relations leads back: such a definition says nothing.
    fn is_its_own_definition(&self, start: Key<'a>) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![start.1];
        while let Some(name) = open.pop() {
            let Some(relation) = self.names.relations.get(&(start.0, name)) else {
                continue;
            };
            let mut computed = Vec::new();
            collect_computed(&relation.rewrite, &mut computed);
            for next in computed {
                if next == start.1 {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    fn error(&mut self, place: Place, kind: ModelErrorKind, message: impl Into<String>) {
        let Place { line, column } = place;
        self.errors.push(ModelError {
            kind,
            line,
            column,
            message: message.into(),
        });
    }
}

fn enters<'a>(
    names: &Names<'a>,
    reached: &HashSet<Key<'a>>,
    on: &'a str,
    rewrite: &'a RewriteSyntax,
) -> bool {
    let again = |operand| enters(names, reached, on, operand);
    match rewrite {
        RewriteSyntax::Or(operands) => operands.iter().any(again),
        RewriteSyntax::And(operands) => operands.iter().all(again),
        RewriteSyntax::ButNot(base, subtract) => again(base) && again(subtract),
        RewriteSyntax::Computed(relation) => reached.contains(&(on, relation.text.as_str())),
        RewriteSyntax::From { relation, tupleset } => names
            .led_to(on, &tupleset.text)
            .iter()
            .any(|&type_name| reached.contains(&(type_name, relation.text.as_str()))),
        RewriteSyntax::Direct(restrictions) => restrictions.iter().any(|entry| match &entry.kind {
            RestrictionKind::Object | RestrictionKind::Wildcard => true,
            RestrictionKind::Userset(relation) => {
                reached.contains(&(entry.type_name.text.as_str(), relation.text.as_str()))
            }
        }),
    }
}

fn collect_computed<'a>(rewrite: &'a RewriteSyntax, found: &mut Vec<&'a str>) {
    match rewrite {
        RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
            for operand in operands {
                collect_computed(operand, found);
            }
        }
        RewriteSyntax::ButNot(base, subtract) => {
            collect_computed(base, found);
            collect_computed(subtract, found);
        }
        RewriteSyntax::Computed(relation) => found.push(&relation.text),
        RewriteSyntax::From { .. } | RewriteSyntax::Direct(_) => {}
    }
}
