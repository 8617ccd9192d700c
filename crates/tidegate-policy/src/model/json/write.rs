//! A model to its JSON form.

use crate::condition::ParameterType;
use crate::json::Json;
use crate::model::{Model, Relation, RelationId, Restriction, Rewrite, SourceId, Taken, Type};

/// As OpenFGA's API takes it.
pub(in crate::model) fn write(model: &Model) -> Json {
    let parts = model.parts();
    let mut types = Vec::with_capacity(parts.types.len());
    for found in &parts.types {
        types.push(type_definition(model, found));
    }
    let mut out = Json::EMPTY;
    put(&mut out, "schema_version", model.schema());
    out.add("type_definitions", Json::List(types));
    if !model.conditions().is_empty() {
        let mut conditions = Json::EMPTY;
        for (at, condition) in model.conditions().iter().enumerate() {
            let mut parameters = Json::EMPTY;
            for found in condition.parameters() {
                parameters.add(&found.name, parameter_type(&found.kind));
            }
            let mut definition = Json::EMPTY;
            put(&mut definition, "name", condition.name());
            put(&mut definition, "expression", condition.expression());
            definition.add("parameters", parameters);
            let mut metadata = Json::EMPTY;
            add_source(model, parts.condition_source(at), &mut metadata);
            if !metadata.is_empty() {
                definition.add("metadata", metadata);
            }
            conditions.add(condition.name(), definition);
        }
        out.add("conditions", conditions);
    }
    out
}

fn type_definition(model: &Model, found: &Type) -> Json {
    let mut metadata = Json::EMPTY;
    add_source(model, found.source, &mut metadata);
    let (mut relations, mut details) = (Json::EMPTY, Json::EMPTY);
    for relation in model.parts().relations_in(found) {
        let name = name(model, relation.name);
        relations.add(name, rewrite(model, &relation.rewrite));
        details.add(name, detail(model, relation));
    }
    if !details.is_empty() {
        metadata.add("relations", details);
    }
    let metadata = match metadata.is_empty() {
        true => Json::Null,
        false => metadata,
    };
    let mut out = Json::EMPTY;
    put(&mut out, "type", &found.name);
    out.add("relations", relations);
    out.add("metadata", metadata);
    out
}

fn detail(model: &Model, relation: &Relation) -> Json {
    let mut restrictions = Vec::with_capacity(relation.restrictions.len());
    for found in &relation.restrictions {
        restrictions.push(restriction(model, found));
    }
    let mut detail = Json::EMPTY;
    detail.add("directly_related_user_types", Json::List(restrictions));
    add_source(model, relation.source, &mut detail);
    detail
}

fn rewrite(model: &Model, found: &Rewrite) -> Json {
    let named = |id: RelationId| {
        let mut out = Json::EMPTY;
        put(&mut out, "relation", name(model, id));
        out
    };
    let all = |kind: &str, operands: &[Rewrite]| {
        let mut children = Vec::with_capacity(operands.len());
        for found in operands {
            children.push(rewrite(model, found));
        }
        one(kind, one("child", Json::List(children)))
    };
    match found {
        Rewrite::Direct => one("this", Json::EMPTY),
        Rewrite::Computed(relation) => one("computedUserset", named(*relation)),
        Rewrite::From { relation, tupleset } => {
            let mut from = one("computedUserset", named(*relation));
            from.add("tupleset", named(*tupleset));
            one("tupleToUserset", from)
        }
        Rewrite::Union(operands) => all("union", operands),
        Rewrite::Intersection(operands) => all("intersection", operands),
        Rewrite::Exclusion(base, subtract) => {
            let mut both = one("base", rewrite(model, base));
            both.add("subtract", rewrite(model, subtract));
            one("difference", both)
        }
    }
}

/// Adds a field with a text.
fn put(to: &mut Json, name: &str, text: &str) {
    to.add(name, text.into());
}

/// An object of one field.
fn one(name: &str, value: Json) -> Json {
    let mut out = Json::EMPTY;
    out.add(name, value);
    out
}

fn restriction(model: &Model, found: &Restriction) -> Json {
    let mut out = Json::EMPTY;
    let type_id = match found.taken {
        Taken::Object(id) => id,
        Taken::Wildcard(id) => {
            out.add("wildcard", Json::EMPTY);
            id
        }
        Taken::Userset(id, relation) => {
            put(&mut out, "relation", name(model, relation));
            id
        }
    };
    let type_name = model.type_name(type_id).unwrap_or_default();
    put(&mut out, "type", type_name);
    if let Some(condition) = found.condition.and_then(|id| model.condition(id)) {
        put(&mut out, "condition", condition.name());
    }
    out
}

fn parameter_type(found: &ParameterType) -> Json {
    let (name, element) = match found {
        ParameterType::List(element) => ("list".to_owned(), Some(element)),
        ParameterType::Map(element) => ("map".to_owned(), Some(element)),
        plain => (plain.to_string(), None),
    };
    let name = format!("TYPE_NAME_{}", name.to_ascii_uppercase());
    let mut out = one("type_name", name.into());
    if let Some(element) = element {
        out.add("generic_types", Json::List(vec![parameter_type(element)]));
    }
    out
}

fn add_source(model: &Model, id: Option<SourceId>, to: &mut Json) {
    let Some(source) = model.parts().source(id) else {
        return;
    };
    if !source.module.is_empty() {
        put(to, "module", &source.module);
    }
    if !source.file.is_empty() {
        let mut info = Json::EMPTY;
        put(&mut info, "file", &source.file);
        to.add("source_info", info);
    }
}

fn name(model: &Model, id: RelationId) -> &str {
    model.relation_name(id).unwrap_or_default()
}
