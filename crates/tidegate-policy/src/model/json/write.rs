//! A model to its JSON form.

use serde_json::{Map, Value, json};

use crate::condition::ParameterType;
use crate::model::{Model, Relation, RelationId, Restriction, Rewrite, SourceId, Taken, Type};

/// As OpenFGA's API takes it.
pub(in crate::model) fn write(model: &Model) -> Value {
    let parts = model.parts();
    let types = parts.types.iter().zip(0..);
    let types: Vec<Value> = types
        .map(|(found, id)| type_definition(model, found, id))
        .collect();
    let mut out = Map::new();
    out.insert("schema_version".to_owned(), model.schema().into());
    out.insert("type_definitions".to_owned(), types.into());
    if !model.conditions().is_empty() {
        let mut conditions = Map::new();
        for (at, condition) in model.conditions().iter().enumerate() {
            // One by one: to collect them is a sort more of code.
            let mut parameters = Map::new();
            for found in condition.parameters() {
                parameters.insert(found.name.to_string(), parameter_type(&found.kind));
            }
            let mut definition = Map::new();
            definition.insert("name".to_owned(), condition.name().into());
            definition.insert("expression".to_owned(), condition.expression().into());
            definition.insert("parameters".to_owned(), parameters.into());
            let source = parts.condition_sources.get(at).copied().flatten();
            let mut metadata = Map::new();
            add_source(model, source, &mut metadata);
            if !metadata.is_empty() {
                definition.insert("metadata".to_owned(), metadata.into());
            }
            conditions.insert(condition.name().to_owned(), definition.into());
        }
        out.insert("conditions".to_owned(), conditions.into());
    }
    out.into()
}

fn type_definition(model: &Model, found: &Type, id: u32) -> Value {
    let mut metadata = Map::new();
    add_source(model, found.source, &mut metadata);
    let (mut relations, mut details) = (Map::new(), Map::new());
    for relation in model.parts().relations_of(id) {
        let name = name(model, relation.name);
        relations.insert(name.to_owned(), rewrite(model, &relation.rewrite));
        details.insert(name.to_owned(), detail(model, relation));
    }
    if !details.is_empty() {
        metadata.insert("relations".to_owned(), details.into());
    }
    let metadata = match metadata.is_empty() {
        true => Value::Null,
        false => metadata.into(),
    };
    json!({"type": &*found.name, "relations": relations, "metadata": metadata})
}

fn detail(model: &Model, relation: &Relation) -> Value {
    let restrictions = relation.restrictions.iter();
    let restrictions: Vec<Value> = restrictions
        .map(|found| restriction(model, found))
        .collect();
    let mut detail = Map::new();
    detail.insert(
        "directly_related_user_types".to_owned(),
        restrictions.into(),
    );
    add_source(model, relation.source, &mut detail);
    detail.into()
}

fn rewrite(model: &Model, found: &Rewrite) -> Value {
    let named = |id: RelationId| json!({"relation": name(model, id)});
    let all = |operands: &[Rewrite]| {
        let children: Vec<Value> = operands.iter().map(|found| rewrite(model, found)).collect();
        json!({"child": children})
    };
    match found {
        Rewrite::Direct => json!({"this": {}}),
        Rewrite::Computed(relation) => json!({"computedUserset": named(*relation)}),
        Rewrite::From { relation, tupleset } => json!({"tupleToUserset": {
            "computedUserset": named(*relation),
            "tupleset": named(*tupleset),
        }}),
        Rewrite::Union(operands) => json!({"union": all(operands)}),
        Rewrite::Intersection(operands) => json!({"intersection": all(operands)}),
        Rewrite::Exclusion(base, subtract) => json!({"difference": {
            "base": rewrite(model, base),
            "subtract": rewrite(model, subtract),
        }}),
    }
}

fn restriction(model: &Model, found: &Restriction) -> Value {
    let mut out = Map::new();
    let type_id = match found.taken {
        Taken::Object(id) => id,
        Taken::Wildcard(id) => {
            out.insert("wildcard".to_owned(), json!({}));
            id
        }
        Taken::Userset(id, relation) => {
            out.insert("relation".to_owned(), name(model, relation).into());
            id
        }
    };
    let type_name = model.type_name(type_id).unwrap_or_default();
    out.insert("type".to_owned(), type_name.into());
    if let Some(condition) = found.condition.and_then(|id| model.condition(id)) {
        out.insert("condition".to_owned(), condition.name().into());
    }
    out.into()
}

fn parameter_type(found: &ParameterType) -> Value {
    let (name, element) = match found {
        ParameterType::List(element) => ("list".to_owned(), Some(element)),
        ParameterType::Map(element) => ("map".to_owned(), Some(element)),
        plain => (plain.to_string(), None),
    };
    let name = format!("TYPE_NAME_{}", name.to_ascii_uppercase());
    match element {
        Some(element) => json!({"type_name": name, "generic_types": [parameter_type(element)]}),
        None => json!({"type_name": name}),
    }
}

fn add_source(model: &Model, id: Option<SourceId>, to: &mut Map<String, Value>) {
    let Some(source) = model.parts().source(id) else {
        return;
    };
    if !source.module.is_empty() {
        to.insert("module".to_owned(), (&*source.module).into());
    }
    if !source.file.is_empty() {
        to.insert("source_info".to_owned(), json!({"file": &*source.file}));
    }
}

fn name(model: &Model, id: RelationId) -> &str {
    model.relation_name(id).unwrap_or_default()
}
