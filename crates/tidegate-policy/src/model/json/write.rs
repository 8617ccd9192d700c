//! A model to its JSON form.

use crate::condition::ParameterType;
use crate::json::Writer;
use crate::model::{
    Model, Relation, RelationId, Restriction, Rewrite, Source, SourceId, Taken, Type,
};

/// As OpenFGA's API takes it.
pub(in crate::model) fn write(model: &Model) -> String {
    let mut form = Form {
        model,
        out: Writer::default(),
    };
    form.model();
    form.out.finish()
}

struct Form<'a> {
    model: &'a Model,
    out: Writer,
}

impl<'a> Form<'a> {
    fn model(&mut self) {
        let model = self.model;
        self.out.open('{');
        self.out.field("schema_version", model.schema());
        self.out.open_field("type_definitions", '[');
        for found in &model.parts().types {
            self.type_definition(found);
        }
        self.out.close(']');
        if !model.conditions().is_empty() {
            self.conditions();
        }
        self.out.close('}');
    }

    fn type_definition(&mut self, found: &Type) {
        let model = self.model;
        let relations = model.parts().relations_in(found);
        self.out.open('{');
        self.out.field("type", &found.name);
        self.out.open_field("relations", '{');
        for relation in relations {
            self.out.name(self.relation(relation.name));
            self.rewrite(&relation.rewrite);
        }
        self.out.close('}');
        self.out.name("metadata");
        let source = self.source(found.source);
        if relations.is_empty() && source.is_none() {
            self.out.word("null");
        } else {
            self.out.open('{');
            self.write_source(source);
            if !relations.is_empty() {
                self.out.open_field("relations", '{');
                for relation in relations {
                    self.detail(relation);
                }
                self.out.close('}');
            }
            self.out.close('}');
        }
        self.out.close('}');
    }

    fn detail(&mut self, relation: &Relation) {
        let name = self.relation(relation.name);
        self.out.open_field(name, '{');
        self.out.open_field("directly_related_user_types", '[');
        for found in &relation.restrictions {
            self.restriction(found);
        }
        self.out.close(']');
        self.write_source(self.source(relation.source));
        self.out.close('}');
    }

    fn rewrite(&mut self, found: &Rewrite) {
        self.out.open('{');
        match found {
            Rewrite::Direct => {
                self.out.open_field("this", '{');
                self.out.close('}');
            }
            Rewrite::Computed(relation) => self.named("computedUserset", *relation),
            Rewrite::From { relation, tupleset } => {
                self.out.open_field("tupleToUserset", '{');
                self.named("computedUserset", *relation);
                self.named("tupleset", *tupleset);
                self.out.close('}');
            }
            Rewrite::Union(operands) => self.all("union", operands),
            Rewrite::Intersection(operands) => self.all("intersection", operands),
            Rewrite::Exclusion(base, subtract) => {
                self.out.open_field("difference", '{');
                self.out.name("base");
                self.rewrite(base);
                self.out.name("subtract");
                self.rewrite(subtract);
                self.out.close('}');
            }
        }
        self.out.close('}');
    }

    fn all(&mut self, kind: &str, operands: &[Rewrite]) {
        self.out.open_field(kind, '{');
        self.out.open_field("child", '[');
        for found in operands {
            self.rewrite(found);
        }
        self.out.close(']');
        self.out.close('}');
    }

    fn named(&mut self, field: &str, id: RelationId) {
        self.out.open_field(field, '{');
        self.out.field("relation", self.relation(id));
        self.out.close('}');
    }

    fn restriction(&mut self, found: &Restriction) {
        let model = self.model;
        self.out.open('{');
        if let Taken::Wildcard(_) = found.taken {
            self.out.open_field("wildcard", '{');
            self.out.close('}');
        }
        let (type_id, relation) = found.taken.names();
        if let Some(relation) = relation {
            self.out.field("relation", self.relation(relation));
        }
        let type_name = model.type_name(type_id).unwrap_or_default();
        self.out.field("type", type_name);
        if let Some(condition) = found.condition.and_then(|id| model.condition(id)) {
            self.out.field("condition", condition.name());
        }
        self.out.close('}');
    }

    fn conditions(&mut self) {
        let model = self.model;
        self.out.open_field("conditions", '{');
        for (at, condition) in model.conditions().iter().enumerate() {
            self.out.open_field(condition.name(), '{');
            self.out.field("name", condition.name());
            self.out.field("expression", condition.expression());
            self.out.open_field("parameters", '{');
            for found in condition.parameters() {
                self.out.name(&found.name);
                self.parameter_type(&found.kind);
            }
            self.out.close('}');
            let source = self.source(model.parts().condition_source(at));
            if source.is_some() {
                self.out.open_field("metadata", '{');
                self.write_source(source);
                self.out.close('}');
            }
            self.out.close('}');
        }
        self.out.close('}');
    }

    fn parameter_type(&mut self, found: &ParameterType) {
        let (name, element) = match found {
            ParameterType::List(element) => ("list".to_owned(), Some(element)),
            ParameterType::Map(element) => ("map".to_owned(), Some(element)),
            plain => (plain.to_string(), None),
        };
        let name = format!("TYPE_NAME_{}", name.to_ascii_uppercase());
        self.out.open('{');
        self.out.field("type_name", &name);
        if let Some(element) = element {
            self.out.open_field("generic_types", '[');
            self.parameter_type(element);
            self.out.close(']');
        }
        self.out.close('}');
    }

    /// Where a part was written, if that is known.
    fn source(&self, id: Option<SourceId>) -> Option<&'a Source> {
        let source = self.model.parts().source(id);
        source.filter(|source| !source.module.is_empty() || !source.file.is_empty())
    }

    fn write_source(&mut self, source: Option<&Source>) {
        let Some(Source { module, file }) = source else {
            return;
        };
        if !module.is_empty() {
            self.out.field("module", module);
        }
        if !file.is_empty() {
            self.out.open_field("source_info", '{');
            self.out.field("file", file);
            self.out.close('}');
        }
    }

    fn relation(&self, id: RelationId) -> &'a str {
        self.model.relation_name(id).unwrap_or_default()
    }
}
