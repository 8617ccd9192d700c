//! What the grammar cannot say: names exist, once, and every relation can hold.

use hashbrown::{HashMap, HashSet};

use super::graph::Graph;
use super::{MAX_RELATIONS, MAX_TYPES, ModelError, ModelErrorKind};
use crate::language::{
    Place, RelationSyntax, RestrictionKind, RewriteSyntax, Syntax, TypeSyntax, Word,
};
use crate::tuple::{check_relation, check_type};

/// Adds everything that is wrong with a model that could be read.
pub(super) fn validate(syntax: &Syntax, errors: &mut Vec<ModelError>) {
    let names = Names::of(syntax);
    let mut validator = Validator {
        names: &names,
        errors,
    };
    if let Some(version) = &syntax.schema
        && !matches!(version.text.as_str(), "1.1" | "1.2")
    {
        // What another schema would mean is not known: nothing else can be said.
        let message = format!("schema `{}` is not supported: write `1.1`", version.text);
        validator.error(version.place, ModelErrorKind::SchemaVersion, message);
        return;
    }
    validator.sizes(syntax);
    validator.definitions(syntax);
    for definition in &syntax.types {
        for relation in &definition.relations {
            validator.rewrite(definition, &relation.rewrite);
        }
    }
    // What is not defined makes what depends on it seem impossible.
    if validator.errors.iter().all(|error| error.kind.is_warning()) {
        validator.graph(syntax);
    }
}

/// A relation of a type, by name.
pub(super) type Key<'a> = (&'a str, &'a str);

pub(super) struct Names<'a> {
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

    /// The types that a tupleset leads to, each once.
    pub(super) fn led_to(&self, type_name: &'a str, tupleset: &'a str) -> Vec<&'a str> {
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
        found.sort_unstable();
        found.dedup();
        found
    }
}

struct Validator<'a, 'e> {
    names: &'a Names<'a>,
    errors: &'e mut Vec<ModelError>,
}

impl<'a> Validator<'a, '_> {
    fn sizes(&mut self, syntax: &Syntax) {
        let relations: usize = syntax.types.iter().map(|found| found.relations.len()).sum();
        let start = Place { line: 1, column: 1 };
        if syntax.types.len() > MAX_TYPES || relations > MAX_RELATIONS {
            let message =
                format!("a model has at most {MAX_TYPES} types and {MAX_RELATIONS} relations");
            self.error(start, ModelErrorKind::TooLong, message);
        }
    }

    fn definitions(&mut self, syntax: &'a Syntax) {
        let mut types = HashSet::new();
        for definition in &syntax.types {
            let good = check_type(&definition.name.text).is_ok();
            self.name(&definition.name, ModelErrorKind::ReservedType, good);
            if !types.insert(definition.name.text.as_str()) {
                let message = format!("type `{}` is defined twice", definition.name.text);
                self.error(definition.name.place, ModelErrorKind::Duplicate, message);
            }
            let mut relations = HashSet::new();
            for relation in &definition.relations {
                let good = check_relation(&relation.name.text).is_ok();
                self.name(&relation.name, ModelErrorKind::ReservedRelation, good);
                if !relations.insert(relation.name.text.as_str()) {
                    let message = format!("relation `{}` is defined twice", relation.name.text);
                    self.error(relation.name.place, ModelErrorKind::Duplicate, message);
                }
            }
        }
    }

    fn name(&mut self, Word { text, place }: &Word, reserved: ModelErrorKind, good: bool) {
        let kind = match text.as_str() {
            "self" | "this" => reserved,
            _ if !good => ModelErrorKind::BadName,
            _ => return,
        };
        self.error(*place, kind, format!("`{text}` cannot be a name here"));
    }

    fn rewrite(&mut self, on: &'a TypeSyntax, rewrite: &'a RewriteSyntax) {
        match rewrite {
            RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
                self.once_each(operands.iter());
                for operand in operands {
                    self.rewrite(on, operand);
                }
            }
            RewriteSyntax::ButNot(base, subtract) => {
                self.once_each([&**base, &**subtract].into_iter());
                self.rewrite(on, base);
                self.rewrite(on, subtract);
            }
            RewriteSyntax::Computed(relation) => {
                self.relation_of(&on.name.text, relation, ModelErrorKind::UndefinedRelation);
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
                        self.relation_of(
                            &type_name.text,
                            relation,
                            ModelErrorKind::UndefinedReference,
                        );
                    }
                }
            }
        }
    }

    /// Says where an operand stands a second time beside the same operator.
    fn once_each(&mut self, operands: impl Iterator<Item = &'a RewriteSyntax>) {
        let mut seen = HashSet::new();
        for operand in operands {
            let (relation, tupleset) = match operand {
                RewriteSyntax::Computed(relation) => (relation, None),
                RewriteSyntax::From { relation, tupleset } => (relation, Some(&*tupleset.text)),
                _ => continue,
            };
            if !seen.insert((relation.text.as_str(), tupleset)) {
                let message = format!("`{}` stands twice beside one operator", relation.text);
                self.error(relation.place, ModelErrorKind::DuplicateOperand, message);
            }
        }
    }

    fn relation_of(
        &mut self,
        type_name: &'a str,
        relation: &'a Word,
        kind: ModelErrorKind,
    ) -> bool {
        let known = self
            .names
            .relations
            .contains_key(&(type_name, relation.text.as_str()));
        if !known {
            let message = format!(
                "relation `{}` is not defined on type `{type_name}`",
                relation.text
            );
            self.error(relation.place, kind, message);
        }
        known
    }

    fn from(&mut self, on: &'a TypeSyntax, relation: &'a Word, tupleset: &'a Word) {
        if !self.relation_of(&on.name.text, tupleset, ModelErrorKind::UndefinedReference) {
            return;
        }
        let key = (on.name.text.as_str(), tupleset.text.as_str());
        let (mut direct, mut wildcard) = (false, false);
        if let Some(found) = self.names.relations.get(&key)
            && let RewriteSyntax::Direct(restrictions) = &found.rewrite
        {
            let has = |kind: fn(&RestrictionKind) -> bool| {
                restrictions.iter().any(|entry| kind(&entry.kind))
            };
            direct = !has(|kind| matches!(kind, RestrictionKind::Userset(_)));
            wildcard = has(|kind| matches!(kind, RestrictionKind::Wildcard));
        }
        if !direct || wildcard {
            let kind = if direct {
                ModelErrorKind::WildcardTupleset
            } else {
                ModelErrorKind::BadTupleset
            };
            let message = format!(
                "`{}` stands after `from`, so it must be written directly and take plain objects only",
                tupleset.text
            );
            self.error(tupleset.place, kind, message);
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
            self.error(relation.place, ModelErrorKind::UndefinedOnTupleset, message);
        }
    }

    /// Reports relations that no tuple can make hold, and those that are defined in a circle.
    fn graph(&mut self, syntax: &'a Syntax) {
        let names = self.names;
        let graph = Graph::of(syntax, names);
        let (entered, circular) = (graph.entered(), graph.circular());
        let relations = syntax.types.iter().flat_map(|found| &found.relations);
        for ((relation, entered), circular) in relations.zip(entered).zip(circular) {
            let Word { text, place } = &relation.name;
            if !entered {
                let message = format!("no tuple can ever make `{text}` hold");
                self.error(*place, ModelErrorKind::NoEntryPoint, message);
            } else if circular {
                let message = format!("`{text}` is defined by itself, through computed relations");
                self.error(*place, ModelErrorKind::Circular, message);
            }
        }
    }

    fn error(&mut self, place: Place, kind: ModelErrorKind, message: impl Into<String>) {
        self.errors.push(ModelError::new(place, kind, message));
    }
}
