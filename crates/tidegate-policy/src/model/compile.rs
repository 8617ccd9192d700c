//! A syntax tree that is valid, over dense numbers.

use hashbrown::HashMap;

use super::{Compiled, Relation, RelationId, Restriction, Rewrite, Taken, Type, TypeId};
use crate::language::{RestrictionKind, RewriteSyntax, Syntax};

/// Compiles what `validate` found no fault with.
pub(super) fn compile(syntax: &Syntax) -> Compiled {
    let mut compiled = Compiled::default();
    for (definition, id) in syntax.types.iter().zip(0..) {
        compiled
            .type_ids
            .insert(definition.name.text.as_str().into(), id);
        for relation in &definition.relations {
            intern(&mut compiled, &relation.name.text);
        }
    }
    compiled.types = syntax
        .types
        .iter()
        .map(|definition| {
            let mut found = Type {
                name: definition.name.text.as_str().into(),
                order: Vec::new(),
                relations: HashMap::new(),
            };
            for relation in &definition.relations {
                let id = relation_id(&compiled, &relation.name.text);
                let mut restrictions = Vec::new();
                let rewrite = lower(&compiled, &relation.rewrite, &mut restrictions);
                found.order.push(id);
                found.relations.insert(
                    id,
                    Relation {
                        rewrite,
                        restrictions,
                    },
                );
            }
            found
        })
        .collect();
    compiled
}

fn intern(compiled: &mut Compiled, name: &str) {
    let next = RelationId::try_from(compiled.relation_names.len()).unwrap_or(RelationId::MAX);
    if !compiled.relation_ids.contains_key(name) {
        compiled.relation_ids.insert(name.into(), next);
        compiled.relation_names.push(name.into());
    }
}

fn lower(
    compiled: &Compiled,
    syntax: &RewriteSyntax,
    restrictions: &mut Vec<Restriction>,
) -> Rewrite {
    let mut all = |operands: &[RewriteSyntax]| {
        operands
            .iter()
            .map(|operand| lower(compiled, operand, restrictions))
            .collect()
    };
    match syntax {
        RewriteSyntax::Or(operands) => Rewrite::Union(all(operands)),
        RewriteSyntax::And(operands) => Rewrite::Intersection(all(operands)),
        RewriteSyntax::ButNot(base, subtract) => Rewrite::Exclusion(
            Box::new(lower(compiled, base, restrictions)),
            Box::new(lower(compiled, subtract, restrictions)),
        ),
        RewriteSyntax::Computed(relation) => {
            Rewrite::Computed(relation_id(compiled, &relation.text))
        }
        RewriteSyntax::From { relation, tupleset } => Rewrite::From {
            relation: relation_id(compiled, &relation.text),
            tupleset: relation_id(compiled, &tupleset.text),
        },
        RewriteSyntax::Direct(found) => {
            for restriction in found {
                let type_id = type_id(compiled, &restriction.type_name.text);
                let taken = match &restriction.kind {
                    RestrictionKind::Object => Taken::Object(type_id),
                    RestrictionKind::Wildcard => Taken::Wildcard(type_id),
                    RestrictionKind::Userset(relation) => {
                        Taken::Userset(type_id, relation_id(compiled, &relation.text))
                    }
                };
                restrictions.push(Restriction {
                    taken,
                    condition: None,
                });
            }
            Rewrite::Direct
        }
    }
}

/// A number that no relation has, for a name that no relation has: validation leaves none.
fn relation_id(compiled: &Compiled, name: &str) -> RelationId {
    compiled
        .relation_ids
        .get(name)
        .copied()
        .unwrap_or(RelationId::MAX)
}

fn type_id(compiled: &Compiled, name: &str) -> TypeId {
    compiled.type_ids.get(name).copied().unwrap_or(TypeId::MAX)
}
