//! The JSON form to a syntax tree, without places: every message says where.

use crate::hash::HashMap;

use super::MAX_JSON;
use crate::condition::{MAX_TYPE_NESTING, ParameterType};
use crate::json::{Json, JsonError};
use crate::language::{
    ConditionSyntax, ExpressionSyntax, Fault, ParameterSyntax, Place, RelationSyntax,
    RestrictionKind, RestrictionSyntax, RewriteSyntax, Syntax, TypeSyntax, Word, parameter_type,
};
use crate::model::{MAX_ERRORS, MAX_NESTING, ModelErrorKind, Schema, Source, SourceId};
use crate::tuple::MAX_TYPE;

/// Reads a model; what could be read is there even when there are faults.
pub(in crate::model) fn read(text: &str) -> (Syntax, Vec<Fault>) {
    let mut reader = Reader {
        syntax: Syntax::default(),
        faults: Vec::new(),
        sources: HashMap::new(),
        at: String::new(),
    };
    if text.len() > MAX_JSON {
        let message = format!("a model in JSON form has at most {MAX_JSON} bytes");
        reader.fault(ModelErrorKind::TooLong, &message);
    } else {
        match text.parse() {
            Ok(json) => reader.model(&json),
            Err(error) => {
                let error: JsonError = error;
                let message = error.to_string();
                let kind = ModelErrorKind::Json;
                let place = Place {
                    file: 0,
                    line: error.line,
                    column: error.column,
                };
                reader.faults.push(Fault::new(place, kind, message));
            }
        }
    }
    (reader.syntax, reader.faults)
}

struct Reader {
    syntax: Syntax,
    faults: Vec<Fault>,
    /// The numbers of sources, by the length of their module's name, it and their file's.
    sources: HashMap<String, u32>,
    /// Where it is, in words.
    at: String,
}

impl Reader {
    fn model(&mut self, node: &Json) {
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
            self.at = format!("condition `{}`", shown(name));
            self.condition(name, condition);
        }
    }

    fn type_definition(&mut self, node: &Json) {
        self.at = "type_definitions".to_owned();
        let Some(name) = node.field(&["type"]).and_then(Json::text) else {
            return match node.field(&["type"]) {
                None => self.fault(ModelErrorKind::BadName, "a type has no name"),
                Some(_) => self.shape("a type's name is a text"),
            };
        };
        self.at = format!("type `{}`", shown(name));
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
                return;
            }
            self.at = format!("type `{}`, relation `{}`", shown(name), shown(relation));
            let number = numbers.get(relation.as_str()).copied();
            let details = number.and_then(|number| details.get(number as usize));
            let details = details.map_or(&Json::Null, |(_, value)| value);
            let names = ["directly_related_user_types", "directlyRelatedUserTypes"];
            let mut restrictions = Vec::new();
            for entry in self.list(details, &names) {
                if let Some(restriction) = self.restriction(entry) {
                    restrictions.push(restriction);
                }
            }
            let source = self.source(details);
            if let Some(rewrite) = self.rewrite(rewrite, 0) {
                definition.relations.push(RelationSyntax {
                    name: word(relation),
                    rewrite,
                    restrictions,
                    source,
                });
            }
        }
        self.syntax.types.push(definition);
    }

    fn rewrite(&mut self, node: &Json, depth: usize) -> Option<RewriteSyntax> {
        if depth > MAX_NESTING + 1 {
            self.fault(ModelErrorKind::TooDeep, "it is nested too deep");
            return None;
        }
        let mut found = Vec::new();
        for (at, names) in REWRITES.iter().enumerate() {
            if let Some(value) = node.field(names) {
                found.push((at, value));
            }
        }
        let &[(at, value)] = found.as_slice() else {
            self.shape("a relation is one of `this`, `computedUserset`, `tupleToUserset`, `union`, `intersection`, `difference`");
            return None;
        };
        match at {
            0 => Some(RewriteSyntax::Direct),
            1 => self.named(value).map(RewriteSyntax::Computed),
            2 => {
                let relation = self.inner(value, REWRITES.get(1).copied().unwrap_or_default());
                let tupleset = self.inner(value, &["tupleset"]);
                let (relation, tupleset) = relation.zip(tupleset)?;
                Some(RewriteSyntax::From { relation, tupleset })
            }
            3 => self.children(value, depth).map(RewriteSyntax::Or),
            4 => self.children(value, depth).map(RewriteSyntax::And),
            _ => {
                let base = value.field(&["base"]);
                let subtract = value.field(&["subtract"]);
                let Some((base, subtract)) = base.zip(subtract) else {
                    self.shape("a `difference` has a `base` and a `subtract`");
                    return None;
                };
                let base = self.rewrite(base, depth + 1);
                let subtract = self.rewrite(subtract, depth + 1);
                let (base, subtract) = base.zip(subtract)?;
                Some(RewriteSyntax::ButNot(Box::new(base), Box::new(subtract)))
            }
        }
    }

    fn children(&mut self, node: &Json, depth: usize) -> Option<Vec<RewriteSyntax>> {
        let children = self.list(node, &["child"]);
        if children.is_empty() {
            self.shape("a `union` or `intersection` has at least one `child`");
        }
        let mut found = Vec::new();
        for child in children {
            found.push(self.rewrite(child, depth + 1)?);
        }
        (!found.is_empty()).then_some(found)
    }

    fn inner(&mut self, node: &Json, names: &[&str]) -> Option<Word> {
        self.named(node.field(names).unwrap_or(&Json::Null))
    }

    /// `{"relation": NAME}`
    fn named(&mut self, node: &Json) -> Option<Word> {
        let found = node.field(&["relation"]).and_then(Json::text);
        if found.is_none() {
            self.shape("a `relation` is missing");
        }
        found.map(word)
    }

    fn restriction(&mut self, node: &Json) -> Option<RestrictionSyntax> {
        let inner = node.field(&["relation_or_wildcard", "relationOrWildcard"]);
        let inner = inner.unwrap_or(node);
        let text = |node: &Json, name: &str| {
            let text = node.field(&[name]).and_then(Json::text);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let Some(type_name) = text(node, "type") else {
            self.shape("a restriction has a `type`");
            return None;
        };
        let kind = match (text(inner, "relation"), inner.field(&["wildcard"])) {
            (Some(_), Some(_)) => {
                let message = "a restriction is a wildcard and a userset at once";
                self.fault(ModelErrorKind::WildcardUserset, message);
                RestrictionKind::Wildcard
            }
            (Some(relation), None) => RestrictionKind::Userset(word(&relation)),
            (None, Some(_)) => RestrictionKind::Wildcard,
            (None, None) => RestrictionKind::Object,
        };
        Some(RestrictionSyntax {
            type_name: word(&type_name),
            kind,
            condition: text(node, "condition").as_deref().map(word),
        })
    }

    fn condition(&mut self, name: &str, node: &Json) {
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
            if let Some(kind) = self.parameter(kind, 0) {
                let name = word(name);
                parameters.push(ParameterSyntax { name, kind });
            }
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

    fn parameter(&mut self, node: &Json, depth: usize) -> Option<ParameterType> {
        let name = node.field(&["type_name", "typeName"]).and_then(Json::text);
        let name = name.and_then(|name| name.strip_prefix("TYPE_NAME_"));
        let name = name.unwrap_or_default().to_ascii_lowercase();
        let generic = self.list(node, &["generic_types", "genericTypes"]);
        let found = match (name.as_str(), generic) {
            ("list", [element]) if depth < MAX_TYPE_NESTING => {
                ParameterType::List(Box::new(self.parameter(element, depth + 1)?))
            }
            ("map", [element]) if depth < MAX_TYPE_NESTING => {
                ParameterType::Map(Box::new(self.parameter(element, depth + 1)?))
            }
            (name, []) if let Some(found) = parameter_type(name) => found,
            _ => {
                self.shape("a parameter's type is not known");
                return None;
            }
        };
        Some(found)
    }

    /// Module and file of a part.
    fn source(&mut self, metadata: &Json) -> Option<SourceId> {
        let text = |node: &Json, name: &str| {
            let text = node.field(&[name]).and_then(Json::text);
            text.unwrap_or_default().to_owned()
        };
        let module = text(metadata, "module");
        let info = metadata.field(&["source_info", "sourceInfo"]);
        let file = info.map(|info| text(info, "file")).unwrap_or_default();
        if module.is_empty() && file.is_empty() {
            return None;
        }
        let sources = &mut self.syntax.sources;
        let next = SourceId::try_from(sources.len()).ok()?;
        let key = format!("{} {module}{file}", module.len());
        let id = self.sources.entry(key).or_insert_with(|| {
            sources.push(Source {
                module: module.into(),
                file: file.into(),
            });
            u32::from(next)
        });
        SourceId::try_from(*id).ok()
    }

    fn list<'n>(&mut self, node: &'n Json, names: &[&str]) -> &'n [Json] {
        match node.field(names) {
            None => &[],
            Some(Json::List(found)) => found,
            Some(_) => {
                let message = format!("`{}` is a list", names.first().unwrap_or(&""));
                self.shape(&message);
                &[]
            }
        }
    }

    fn object<'n>(&mut self, node: &'n Json, names: &[&str]) -> &'n [(String, Json)] {
        match node.field(names) {
            None => &[],
            Some(Json::Object(found)) => found,
            Some(_) => {
                let message = format!("`{}` is an object", names.first().unwrap_or(&""));
                self.shape(&message);
                &[]
            }
        }
    }

    fn shape(&mut self, message: &str) {
        self.fault(ModelErrorKind::Json, message);
    }

    fn fault(&mut self, kind: ModelErrorKind, message: &str) {
        // One more says that there are more.
        if self.faults.len() > MAX_ERRORS {
            return;
        }
        let message = match self.at.is_empty() {
            true => message.to_owned(),
            false => format!("{}: {message}", self.at),
        };
        self.faults
            .push(Fault::new(Place::default(), kind, message));
    }
}

/// What a relation can be, in both spellings.
const REWRITES: [&[&str]; 6] = [
    &["this"],
    &["computed_userset", "computedUserset"],
    &["tuple_to_userset", "tupleToUserset"],
    &["union"],
    &["intersection"],
    &["difference"],
];

/// A name in a message, which tells it with each of its faults.
fn shown(name: &str) -> String {
    name.chars().take(MAX_TYPE).collect()
}

fn word(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        place: Place::default(),
    }
}
