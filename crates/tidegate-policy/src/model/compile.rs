//! A syntax tree that is valid, over dense numbers.

use crate::hash::HashMap;

use super::parts::{Parts, Relation, Restriction, Rewrite, Schema, Taken, Type};
use super::{ConditionId, RelationId, TypeId};
use crate::condition::Condition;
use crate::language::{RestrictionKind, RestrictionSyntax, RewriteSyntax, Syntax, Word};

/// Compiles what `validate` found no fault with, without its text.
pub(super) fn compile(syntax: &Syntax, conditions: Vec<Condition>) -> Parts {
    let mut names = Names::default();
    for (definition, id) in syntax.types.iter().zip(0..) {
        names.types.insert(&definition.name.text, id);
        for relation in &definition.relations {
            names.relation(&relation.name.text);
        }
    }
    for (definition, id) in syntax.conditions.iter().zip(0..) {
        names.conditions.insert(&definition.name.text, id);
    }
    let schema = syntax.schema.as_ref();
    let mut parts = Parts {
        schema: schema
            .and_then(|version| Schema::of(&version.text))
            .unwrap_or_default(),
        conditions,
        sources: syntax.sources.clone(),
        ..Parts::default()
    };
    if !syntax.sources.is_empty() {
        for found in &syntax.conditions {
            parts.condition_sources.push(found.source);
        }
    }
    for definition in &syntax.types {
        let start = u32::try_from(parts.relations.len()).unwrap_or(u32::MAX);
        for relation in &definition.relations {
            let mut restrictions = Vec::with_capacity(relation.restrictions.len());
            for found in &relation.restrictions {
                restrictions.push(restriction(&names, found));
            }
            parts.relations.push(Relation {
                name: names.id(&relation.name),
                rewrite: lower(&names, &relation.rewrite),
                restrictions,
                source: relation.source,
            });
        }
        let end = u32::try_from(parts.relations.len()).unwrap_or(u32::MAX);
        parts.types.push(Type {
            name: definition.name.text.as_str().into(),
            relations: start..end,
            source: definition.source,
        });
    }
    parts.relation_names = names.relation_names;
    parts
}

#[derive(Default)]
struct Names<'a> {
    types: HashMap<&'a str, TypeId>,
    relations: HashMap<&'a str, RelationId>,
    relation_names: Vec<Box<str>>,
    conditions: HashMap<&'a str, ConditionId>,
}

impl<'a> Names<'a> {
    fn relation(&mut self, name: &'a str) {
        let next = RelationId::try_from(self.relation_names.len()).unwrap_or(RelationId::MAX);
        if !self.relations.contains_key(name) {
            self.relations.insert(name, next);
            self.relation_names.push(name.into());
        }
    }

    /// A number that no relation has, for a name that no relation has: validation leaves none, and
    /// a model is not made of it.
    fn id(&self, name: &Word) -> RelationId {
        let id = self.relations.get(name.text.as_str());
        id.copied().unwrap_or(RelationId::MAX)
    }
}

fn lower(names: &Names<'_>, syntax: &RewriteSyntax) -> Rewrite {
    let all = |operands: &[RewriteSyntax]| {
        let mut all = Vec::with_capacity(operands.len());
        for operand in operands {
            all.push(lower(names, operand));
        }
        all
    };
    match syntax {
        RewriteSyntax::Direct => Rewrite::Direct,
        RewriteSyntax::Or(operands) => Rewrite::Union(all(operands)),
        RewriteSyntax::And(operands) => Rewrite::Intersection(all(operands)),
        RewriteSyntax::ButNot(base, subtract) => Rewrite::Exclusion(
            Box::new(lower(names, base)),
            Box::new(lower(names, subtract)),
        ),
        RewriteSyntax::Computed(relation) => Rewrite::Computed(names.id(relation)),
        RewriteSyntax::From { relation, tupleset } => Rewrite::From {
            relation: names.id(relation),
            tupleset: names.id(tupleset),
        },
    }
}

fn restriction(names: &Names<'_>, found: &RestrictionSyntax) -> Restriction {
    let type_id = names.types.get(found.type_name.text.as_str());
    let type_id = type_id.copied().unwrap_or(TypeId::MAX);
    Restriction {
        taken: match &found.kind {
            RestrictionKind::Object => Taken::Object(type_id),
            RestrictionKind::Wildcard => Taken::Wildcard(type_id),
            RestrictionKind::Userset(relation) => Taken::Userset(type_id, names.id(relation)),
        },
        condition: found.condition.as_ref().map(|name| {
            let id = names.conditions.get(name.text.as_str());
            id.copied().unwrap_or(ConditionId::MAX)
        }),
    }
}
