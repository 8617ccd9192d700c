//! `condition NAME(parameter: type, …) { expression }`

use super::lex::Kind;
use super::parse::{Parser, is_plain};
use super::{ConditionSyntax, ParameterSyntax};
use crate::condition::ParameterType;

impl Parser<'_, '_> {
    pub(super) fn condition(&mut self) {
        self.expect("condition");
        let name = self.word_if(is_of_condition, "the condition's name");
        self.expect("(");
        let mut parameters = Vec::new();
        loop {
            self.newlines();
            // Keywords of the language can stand here, those of a parameter's type cannot.
            let name = self.word_if(is_of_condition, "a parameter");
            self.expect(":");
            let kind = self.parameter_type();
            if let Some(name) = name {
                parameters.push(ParameterSyntax { name, kind });
            }
            if !self.take(",") {
                break;
            }
        }
        self.newlines();
        self.expect(")");
        if self.peek().kind != Kind::Expression {
            return self.unexpected("`{`");
        }
        let expression = std::mem::take(&mut self.lexer.expression);
        self.next();
        // Nothing was given up, or the expression would not be here.
        if let Some(name) = name {
            self.syntax.conditions.push(ConditionSyntax {
                name,
                parameters,
                expression,
                source: self.source,
            });
        }
        self.end_of_line();
    }

    fn parameter_type(&mut self) -> ParameterType {
        let Some(container) = container(self.peek().text) else {
            return self.element_type();
        };
        self.next();
        self.expect("<");
        let element = self.element_type();
        self.expect(">");
        container(Box::new(element))
    }

    fn element_type(&mut self) -> ParameterType {
        let found = parameter_type(self.peek().text);
        match found {
            Some(_) => self.next(),
            None => self.unexpected("a parameter's type"),
        }
        found.unwrap_or(ParameterType::Any)
    }
}

/// Whether a word can name a condition or a parameter.
pub(super) fn is_of_condition(word: &str) -> bool {
    is_plain(word) && container(word).is_none() && (word == "any" || parameter_type(word).is_none())
}

type Container = fn(Box<ParameterType>) -> ParameterType;

fn container(name: &str) -> Option<Container> {
    match name {
        "list" => Some(ParameterType::List),
        "map" => Some(ParameterType::Map),
        _ => None,
    }
}

/// A type that holds no others, by its name.
pub(crate) fn parameter_type(name: &str) -> Option<ParameterType> {
    Some(match name {
        "any" => ParameterType::Any,
        "bool" => ParameterType::Bool,
        "string" => ParameterType::String,
        "int" => ParameterType::Int,
        "uint" => ParameterType::Uint,
        "double" => ParameterType::Double,
        "duration" => ParameterType::Duration,
        "timestamp" => ParameterType::Timestamp,
        "ipaddress" => ParameterType::IpAddress,
        _ => return None,
    })
}
