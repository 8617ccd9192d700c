//! The JSON form to a syntax tree, without places: every message says where.

use std::fmt::Write as _;

use crate::hash::HashMap;

use super::MAX_JSON;
use crate::condition::{MAX_TYPE_NESTING, ParameterType};
use crate::json::{Json, JsonError};
use crate::language::{
    ConditionSyntax, ExpressionSyntax, Fault, ParameterSyntax, Place, Syntax, TypeSyntax, Word,
    parameter_type, start,
};
use crate::model::{
    MAX_ERRORS, MAX_NESTING, ModelErrorKind, Relation, Restriction, Rewrite, Schema, Source,
    SourceId, Taken,
};
use crate::tuple::MAX_TYPE;

/// The tree of a JSON text that is not too long, and what is wrong.
pub(in crate::model) fn parse(text: &str) -> (Json, Vec<Fault>) {
    let mut faults = Vec::new();
    if text.len() > MAX_JSON {
        let message = format!("a model in JSON form has at most {MAX_JSON} bytes");
        Fault::add(&mut faults, Place::NONE, ModelErrorKind::TooLong, &message);
        return (Json::Null, faults);
    }
    let tree = text.parse().unwrap_or_else(|error: JsonError| {
        let place = Place {
            file: 0,
            line: error.line,
            column: error.column,
        };
        let message = error.to_string();
        Fault::add(&mut faults, place, ModelErrorKind::Json, &message);
        Json::Null
    });
    (tree, faults)
}

/// Reads a model, if nothing is wrong yet. With a fault something stands for what could not be read, and is not to be
/// looked at.
pub(in crate::model) fn read(tree: &Json, faults: Vec<Fault>) -> (Syntax<'_>, Vec<Fault>) {
    let mut reader = Reader {
        syntax: Syntax::default(),
        faults,
        sources: HashMap::new(),
        at: "",
        names: [None; 2],
    };
    if reader.faults.is_empty() {
        reader.model(tree);
    }
    (reader.syntax, reader.faults)
}

struct Reader<'a> {
    syntax: Syntax<'a>,
    faults: Vec<Fault>,
    /// The numbers of sources, by their module and file.
    sources: HashMap<(&'a str, &'a str), u32>,
    /// Where it is, and the names of that and of a relation of it.
    at: &'static str,
    names: [Option<&'a str>; 2],
}

impl<'a> Reader<'a> {
    fn model(&mut self, node: &'a Json) {
        let Json::Object(fields) = node else {
            return self.fault(ModelErrorKind::Json, "a model is an object");
        };
        let names = ["schema_version", "schemaVersion"];
        let version = fields
            .iter()
            .find(|(name, _)| names.contains(&name.as_str()));
        self.syntax.schema = match version.map(|(_, value)| value) {
            Some(Json::Null) => Some(word(Schema::V1_1.as_str())),
            Some(Json::Text(version)) if !version.is_empty() => Some(word(version)),
            None | Some(Json::Text(_)) => None,
            Some(_) => return self.shape("`schema_version` is a text"),
        };
        for definition in self.list(node, &["type_definitions", "typeDefinitions"]) {
            if self.faults.len() >= MAX_ERRORS {
                return;
            }
            self.type_definition(definition);
        }
        for (name, condition) in self.object(node, &["conditions"]) {
            if self.faults.len() >= MAX_ERRORS {
                return;
            }
            (self.at, self.names) = ("condition ", [Some(name.as_str()), None]);
            self.condition(name, condition);
        }
    }

    fn type_definition(&mut self, node: &'a Json) {
        (self.at, self.names) = ("type_definitions", [None; 2]);
        let name = match node.field(&["type"]) {
            Some(Json::Text(name)) => name.as_str(),
            None => return self.fault(ModelErrorKind::BadName, "a type has no name"),
            Some(_) => return self.shape("a type's name is a text"),
        };
        (self.at, self.names) = ("type ", [Some(name), None]);
        let metadata = node.field(&["metadata"]).unwrap_or(&Json::Null);
        let mut definition = TypeSyntax {
            name: word(name),
            extends: false,
            relations: Vec::new(),
            source: self.source(metadata),
        };
        let details = self.object(metadata, &["relations"]);
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        for ((name, _), number) in details.iter().zip(0..) {
            numbers.insert(name, number);
        }
        for (relation, rewrite) in self.object(node, &["relations"]) {
            if self.faults.len() >= MAX_ERRORS {
                break;
            }
            self.names = [Some(name), Some(relation)];
            let number = numbers.get(relation.as_str()).copied();
            let details = number.and_then(|number| details.get(number as usize));
            let details = details.map_or(&Json::Null, |(_, value)| value);
            let names = ["directly_related_user_types", "directlyRelatedUserTypes"];
            let mut restrictions = Vec::new();
            for entry in self.list(details, &names) {
                restrictions.push(self.restriction(entry));
            }
            let source = self.source(details);
            definition.relations.push(Relation {
                rewrite: self.rewrite(rewrite, 0),
                name: self.syntax.add(word(relation)),
                restrictions,
                source,
            });
        }
        self.syntax.types.push(definition);
    }

    fn rewrite(&mut self, node: &'a Json, depth: usize) -> Rewrite {
        if depth > MAX_NESTING + 1 {
            self.fault(ModelErrorKind::TooDeep, "it is nested too deep");
            return Rewrite::Direct;
        }
        let (mut found, mut several) = (None, false);
        for (names, at) in REWRITES.iter().zip(0..) {
            if let Some(value) = node.field(names) {
                several |= found.is_some();
                found = Some((value, at));
            }
        }
        let Some((value, at)) = found.filter(|_| !several) else {
            self.shape("a relation is one of `this`, `computedUserset`, `tupleToUserset`, `union`, `intersection`, `difference`");
            return Rewrite::Direct;
        };
        match at {
            0 => Rewrite::Direct,
            1 => Rewrite::Computed(self.named(Some(value))),
            2 => Rewrite::From {
                relation: self.named(value.field(COMPUTED)),
                tupleset: self.named(value.field(&["tupleset"])),
            },
            3 => Rewrite::Union(self.children(value, depth)),
            4 => Rewrite::Intersection(self.children(value, depth)),
            _ => {
                let base = value.field(&["base"]);
                let subtract = value.field(&["subtract"]);
                let Some((base, subtract)) = base.zip(subtract) else {
                    self.shape("a `difference` has a `base` and a `subtract`");
                    return Rewrite::Direct;
                };
                let base = self.rewrite(base, depth + 1);
                let subtract = self.rewrite(subtract, depth + 1);
                Rewrite::Exclusion(Box::new(base), Box::new(subtract))
            }
        }
    }

    fn children(&mut self, node: &'a Json, depth: usize) -> Vec<Rewrite> {
        let children = self.list(node, &["child"]);
        if children.is_empty() {
            self.shape("a `union` or `intersection` has at least one `child`");
        }
        let mut found = Vec::new();
        let before = self.faults.len();
        for child in children {
            // What is wrong is told of one child only.
            if self.faults.len() == before {
                found.push(self.rewrite(child, depth + 1));
            }
        }
        found
    }

    /// `{"relation": NAME}`
    fn named(&mut self, node: Option<&'a Json>) -> u32 {
        let found = node.and_then(|node| node.field(&["relation"])?.text());
        if found.is_none() {
            self.shape("a `relation` is missing");
        }
        self.syntax.add(word(found.unwrap_or_default()))
    }

    fn restriction(&mut self, node: &'a Json) -> Restriction {
        let inner = node.field(&["relation_or_wildcard", "relationOrWildcard"]);
        let inner = inner.unwrap_or(node);
        let mut number = |node: &'a Json, name: &str| {
            let text = node.field(&[name])?.text()?;
            (!text.is_empty()).then(|| self.syntax.add(word(text)))
        };
        let (type_name, relation) = (number(node, "type"), number(inner, "relation"));
        let condition = number(node, "condition");
        let Some(type_name) = type_name else {
            self.shape("a restriction has a `type`");
            let taken = Taken::Object(0);
            return Restriction { taken, condition };
        };
        let taken = match (relation, inner.field(&["wildcard"])) {
            (Some(_), Some(_)) => {
                let message = "a restriction is a wildcard and a userset at once";
                self.fault(ModelErrorKind::WildcardUserset, message);
                Taken::Wildcard(type_name)
            }
            (Some(relation), None) => Taken::Userset(type_name, relation),
            (None, Some(_)) => Taken::Wildcard(type_name),
            (None, None) => Taken::Object(type_name),
        };
        Restriction { taken, condition }
    }

    fn condition(&mut self, name: &'a str, node: &'a Json) {
        let inner = node
            .field(&["name"])
            .and_then(Json::text)
            .unwrap_or_default();
        if inner != name {
            let message = format!("its name is `{}` inside", shown(inner));
            self.fault(ModelErrorKind::ConditionName, &message);
        }
        let Some(expression) = node.field(&["expression"]).and_then(Json::text) else {
            return self.shape("a condition has an `expression`");
        };
        let mut parameters = Vec::new();
        for (name, kind) in self.object(node, &["parameters"]) {
            let (name, kind) = (word(name), self.parameter(kind, 0));
            parameters.push(ParameterSyntax { name, kind });
        }
        let metadata = node.field(&["metadata"]).unwrap_or(&Json::Null);
        let source = self.source(metadata);
        self.syntax.conditions.push(ConditionSyntax {
            name: word(name),
            parameters,
            expression: ExpressionSyntax {
                text: expression.trim().to_owned(),
                pieces: Vec::new(),
            },
            source,
        });
    }

    fn parameter(&mut self, node: &'a Json, depth: usize) -> ParameterType {
        let name = node.field(&["type_name", "typeName"]).and_then(Json::text);
        let name = name.and_then(|name| name.strip_prefix("TYPE_NAME_"));
        let name = name.unwrap_or_default().to_ascii_lowercase();
        let generic = self.list(node, &["generic_types", "genericTypes"]);
        match (name.as_str(), generic) {
            ("list", [element]) if depth < MAX_TYPE_NESTING => {
                ParameterType::List(Box::new(self.parameter(element, depth + 1)))
            }
            ("map", [element]) if depth < MAX_TYPE_NESTING => {
                ParameterType::Map(Box::new(self.parameter(element, depth + 1)))
            }
            (name, []) if let Some(found) = parameter_type(name) => found,
            _ => {
                self.shape("a parameter's type is not known");
                ParameterType::Any
            }
        }
    }

    /// Module and file of a part.
    fn source(&mut self, metadata: &'a Json) -> Option<SourceId> {
        let text = |node: Option<&'a Json>, name: &str| {
            let text = node.and_then(|node| node.field(&[name])?.text());
            text.unwrap_or_default()
        };
        let module = text(Some(metadata), "module");
        let file = text(metadata.field(&["source_info", "sourceInfo"]), "file");
        if module.is_empty() && file.is_empty() {
            return None;
        }
        let sources = &mut self.syntax.sources;
        let next = SourceId::try_from(sources.len()).ok()?;
        if let Some(id) = self.sources.get(&(module, file)) {
            return SourceId::try_from(*id).ok();
        }
        self.sources.insert((module, file), u32::from(next));
        sources.push(Source {
            module: module.into(),
            file: file.into(),
        });
        Some(next)
    }

    fn list(&mut self, node: &'a Json, names: &[&str]) -> &'a [Json] {
        match node.field(names) {
            None => &[],
            Some(Json::List(found)) => found,
            Some(_) => {
                self.is_no(names, "` is a list");
                &[]
            }
        }
    }

    fn object(&mut self, node: &'a Json, names: &[&str]) -> &'a [(String, Json)] {
        match node.field(names) {
            None => &[],
            Some(Json::Object(found)) => found,
            Some(_) => {
                self.is_no(names, "` is an object");
                &[]
            }
        }
    }

    fn is_no(&mut self, names: &[&str], kind: &str) {
        let name = names.first().unwrap_or(&"");
        self.shape(&format!("`{name}{kind}"));
    }

    fn shape(&mut self, message: &str) {
        self.fault(ModelErrorKind::Json, message);
    }

    fn fault(&mut self, kind: ModelErrorKind, message: &str) {
        // One more says that there are more.
        if self.faults.len() > MAX_ERRORS {
            return;
        }
        let mut text = self.at.to_owned();
        for (name, before) in self.names.into_iter().zip(["", ", relation "]) {
            if let Some(name) = name {
                _ = write!(text, "{before}`{}`", shown(name));
            }
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(message);
        Fault::add(&mut self.faults, Place::NONE, kind, &text);
    }
}

/// What a relation can be, in both spellings.
const REWRITES: [&[&str]; 6] = [
    &["this"],
    COMPUTED,
    &["tuple_to_userset", "tupleToUserset"],
    &["union"],
    &["intersection"],
    &["difference"],
];

const COMPUTED: &[&str] = &["computed_userset", "computedUserset"];

/// A name in a message, which tells it with each of its faults.
fn shown(name: &str) -> &str {
    start(name, MAX_TYPE)
}

fn word(text: &str) -> Word<'_> {
    Word {
        text,
        place: Place::NONE,
    }
}
