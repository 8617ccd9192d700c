//! A model's parts in a payload, and back. Needs neither the language nor its validation.

use super::conditions::{read_condition, write_condition};
use crate::bundle::PayloadError;
use crate::bundle::bytes::{Reader, number, size, text};
use crate::model::{
    MAX_CONDITIONS, MAX_MODULES, MAX_NESTING, MAX_RELATIONS, MAX_TYPES, Model, Parts, Relation,
    Restriction, Rewrite, Schema, Source, SourceId, Taken, Type,
};
use crate::tuple::{check_relation, check_type};

/// Fewest bytes of a source, a type, a condition, a relation, and a restriction.
const LEAST_SOURCE: usize = 2;
const LEAST_TYPE: usize = 4;
const LEAST_CONDITION: usize = 4;
const LEAST_RELATION: usize = 4;
const LEAST_RESTRICTION: usize = 3;

const OBJECT: u8 = 0;
const USERSET: u8 = 1;
const WILDCARD: u8 = 2;

const DIRECT: u8 = 0;
const COMPUTED: u8 = 1;
const FROM: u8 = 2;
const UNION: u8 = 3;
const INTERSECTION: u8 = 4;
const EXCLUSION: u8 = 5;

pub(super) fn write(out: &mut Vec<u8>, model: &Model) {
    let Parts {
        text: model_text,
        schema,
        types,
        relations: _,
        relation_names,
        conditions,
        condition_sources,
        sources,
    } = model.parts();
    text(out, model_text.as_bytes());
    out.push(match schema {
        Schema::V1_1 => 1,
        Schema::V1_2 => 2,
    });
    size(out, sources.len());
    for Source { module, file } in sources {
        text(out, module.as_bytes());
        text(out, file.as_bytes());
    }
    size(out, relation_names.len());
    for name in relation_names {
        text(out, name.as_bytes());
    }
    size(out, conditions.len());
    for (place, condition) in conditions.iter().enumerate() {
        write_condition(out, condition);
        source(out, condition_sources.get(place).copied().flatten());
    }
    size(out, types.len());
    for (found, id) in types.iter().zip(0..) {
        text(out, found.name.as_bytes());
        source(out, found.source);
        let relations = model.parts().relations_of(id);
        size(out, relations.len());
        for relation in relations {
            write_relation(out, relation);
        }
    }
}

fn source(out: &mut Vec<u8>, source: Option<SourceId>) {
    number(out, source.map_or(0, |id| u64::from(id) + 1));
}

fn write_relation(out: &mut Vec<u8>, relation: &Relation) {
    number(out, u64::from(relation.name));
    source(out, relation.source);
    size(out, relation.restrictions.len());
    for Restriction { taken, condition } in &relation.restrictions {
        match *taken {
            Taken::Object(id) => pair(out, OBJECT, id),
            Taken::Userset(id, member) => {
                pair(out, USERSET, id);
                number(out, u64::from(member));
            }
            Taken::Wildcard(id) => pair(out, WILDCARD, id),
        }
        number(out, condition.map_or(0, |id| u64::from(id) + 1));
    }
    write_rewrite(out, &relation.rewrite);
}

fn write_rewrite(out: &mut Vec<u8>, rewrite: &Rewrite) {
    let mut list = |kind: u8, all: &[Rewrite]| {
        out.push(kind);
        size(out, all.len());
        for operand in all {
            write_rewrite(out, operand);
        }
    };
    match rewrite {
        Rewrite::Union(all) => list(UNION, all),
        Rewrite::Intersection(all) => list(INTERSECTION, all),
        Rewrite::Direct => out.push(DIRECT),
        Rewrite::Computed(relation) => pair(out, COMPUTED, *relation),
        Rewrite::From { relation, tupleset } => {
            pair(out, FROM, *relation);
            number(out, u64::from(*tupleset));
        }
        Rewrite::Exclusion(base, subtract) => {
            out.push(EXCLUSION);
            write_rewrite(out, base);
            write_rewrite(out, subtract);
        }
    }
}

fn pair(out: &mut Vec<u8>, kind: u8, id: u32) {
    out.push(kind);
    number(out, u64::from(id));
}

/// Every number stands for something, and counts and nesting are those of models; whether the model is one
/// that the language would take is not asked.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Model, PayloadError> {
    let mut parts = Parts::default();
    let model_text = reader.text();
    parts.text = model_text.into();
    parts.schema = match reader.byte() {
        1 => Schema::V1_1,
        2 => Schema::V1_2,
        _ => {
            reader.fail(PayloadError::Number);
            Schema::V1_2
        }
    };
    let mut sources = reader.count_to(MAX_MODULES, LEAST_SOURCE);
    while reader.more(&mut sources) {
        parts.sources.push(Source {
            module: reader.text().into(),
            file: reader.text().into(),
        });
    }
    let mut names = reader.count_to(MAX_RELATIONS, 2);
    while reader.more(&mut names) {
        parts
            .relation_names
            .push(reader.name(check_relation).into());
    }
    let mut conditions = reader.count_to(MAX_CONDITIONS, LEAST_CONDITION);
    while reader.more(&mut conditions) {
        parts.conditions.extend(read_condition(reader));
        let source = read_source(reader, &parts);
        if !parts.sources.is_empty() {
            parts.condition_sources.push(source);
        }
    }
    let mut types = reader.count_to(MAX_TYPES, LEAST_TYPE);
    let limits = Limits {
        types: types as u64,
        names: parts.relation_names.len() as u64,
        conditions: parts.conditions.len() as u64,
    };
    while reader.more(&mut types) {
        let name = reader.name(check_type).into();
        let source = read_source(reader, &parts);
        let start = place(parts.relations.len());
        let mut relations = reader.count_to(MAX_RELATIONS - parts.relations.len(), LEAST_RELATION);
        while reader.more(&mut relations) {
            parts.relations.push(Relation {
                name: reader.below(limits.names),
                source: read_source(reader, &parts),
                restrictions: restrictions(reader, &limits),
                rewrite: read_rewrite(reader, &limits, 0),
            });
        }
        parts.types.push(Type {
            name,
            relations: start..place(parts.relations.len()),
            source,
        });
    }
    reader.good()?;
    Model::from_parts(parts).map_err(|_| PayloadError::Model)
}

/// A relation's place: there are no more than [`MAX_RELATIONS`].
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How many there are of what relations mention.
struct Limits {
    types: u64,
    names: u64,
    conditions: u64,
}

fn read_source(reader: &mut Reader<'_>, parts: &Parts) -> Option<SourceId> {
    let number = reader.below(parts.sources.len() as u64 + 1);
    number
        .checked_sub(1)
        .and_then(|number| SourceId::try_from(number).ok())
}

fn restrictions(reader: &mut Reader<'_>, limits: &Limits) -> Vec<Restriction> {
    let mut found = Vec::new();
    let mut count = reader.count(LEAST_RESTRICTION);
    while reader.more(&mut count) {
        let kind = reader.byte();
        reader.must(kind <= WILDCARD, PayloadError::Number);
        let type_id = reader.below(limits.types);
        let taken = match kind {
            OBJECT => Taken::Object(type_id),
            USERSET => Taken::Userset(type_id, reader.below(limits.names)),
            _ => Taken::Wildcard(type_id),
        };
        let condition = reader.below(limits.conditions + 1).checked_sub(1);
        found.push(Restriction { taken, condition });
    }
    found
}

fn read_rewrite(reader: &mut Reader<'_>, limits: &Limits, nesting: usize) -> Rewrite {
    // One more than the parentheses that may stand around an operator.
    reader.must(nesting <= MAX_NESTING + 1, PayloadError::Number);
    let kind = reader.byte();
    match kind {
        DIRECT => Rewrite::Direct,
        COMPUTED => Rewrite::Computed(reader.below(limits.names)),
        FROM => Rewrite::From {
            relation: reader.below(limits.names),
            tupleset: reader.below(limits.names),
        },
        UNION | INTERSECTION => {
            let mut all = Vec::new();
            let mut count = reader.count(1);
            while reader.more(&mut count) {
                all.push(read_rewrite(reader, limits, nesting + 1));
            }
            if kind == UNION {
                Rewrite::Union(all)
            } else {
                Rewrite::Intersection(all)
            }
        }
        EXCLUSION => {
            let base = read_rewrite(reader, limits, nesting + 1);
            let subtract = read_rewrite(reader, limits, nesting + 1);
            Rewrite::Exclusion(Box::new(base), Box::new(subtract))
        }
        _ => {
            reader.fail(PayloadError::Number);
            Rewrite::Direct
        }
    }
}
