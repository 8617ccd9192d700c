//! `condition NAME(parameter: type, …) { expression }`

use super::lex::Kind;
use super::parse::{GaveUp, Parser, is_plain};
use super::{ConditionSyntax, ParameterSyntax, Word};
use crate::condition::ParameterType;

impl<'a> Parser<'_, 'a> {
    pub(super) fn condition(&mut self) -> Result<(), GaveUp> {
        self.expect("condition")?;
        let name = self.condition_word("the condition's name")?;
        self.expect("(")?;
        let mut parameters = Vec::new();
        loop {
            self.newlines();
            parameters.push(self.parameter()?);
            if !self.take(",") {
                break;
            }
        }
        self.newlines();
        self.expect(")")?;
        let Kind::Expression(at) = self.peek().kind else {
            return Err(self.unexpected("`{`"));
        };
        self.next();
        let expression = self.expressions.get_mut(at);
        let expression = expression.map(std::mem::take).unwrap_or_default();
        self.syntax.conditions.push(ConditionSyntax {
            name,
            parameters,
            expression,
            source: None,
        });
        self.end_of_line()
    }

    fn parameter(&mut self) -> Result<ParameterSyntax<'a>, GaveUp> {
        let name = self.condition_word("a parameter")?;
        self.expect(":")?;
        let kind = self.parameter_type()?;
        Ok(ParameterSyntax { name, kind })
    }

    /// Keywords of the language can stand here, those of a parameter's type cannot.
    fn condition_word(&mut self, what: &str) -> Result<Word<'a>, GaveUp> {
        match self.word_here() {
            Some(word) if is_of_condition(word.text) => {
                self.next();
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn parameter_type(&mut self) -> Result<ParameterType, GaveUp> {
        let Some(container) = container(self.peek().text) else {
            return self.element_type();
        };
        self.next();
        self.expect("<")?;
        let element = self.element_type()?;
        self.expect(">")?;
        Ok(container(Box::new(element)))
    }

    fn element_type(&mut self) -> Result<ParameterType, GaveUp> {
        if let Some(kind) = parameter_type(self.peek().text) {
            self.next();
            return Ok(kind);
        }
        Err(self.unexpected("a parameter's type"))
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
