//! A model to text: as OpenFGA's transformer prints it.
//!
//! Types stand in their order, those of a modular model by module, file and name; relations, conditions
//! and parameters by name, what modules add to a type after its own. Restrictions come first beside
//! `or` and `and`.

use super::is_read_as;
use super::parse::{is_condition_word, is_name, is_soft};
use crate::condition::{Condition, Parameter, ParameterType};
use crate::model::{
    MAX_TEXT, Model, Relation, Restriction, Rewrite, Source, SourceId, Taken, Type,
};

/// What keeps a model from having a text: the language has no form for a part of it. No model that was read
/// from a text is without one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoTextError {
    /// What can be written stands twice in a relation, or not first.
    #[error("the language has no form for the relation `{relation}` of the type `{type_name}`")]
    Relation {
        /// The type.
        type_name: String,
        /// Its relation.
        relation: String,
    },
    /// A word of the language, or with characters that names do not have there.
    #[error("`{0}` cannot be a name in the language")]
    Name(String),
    /// A condition without parameters, or with one whose type is nested.
    #[error("the language has no form for the parameters of the condition `{0}`")]
    Parameters(String),
    /// An expression that would be read as another one: with comments, or white space at the end of a line.
    #[error("the language has no form for the expression of the condition `{0}`")]
    Expression(String),
    /// The name of a module or a file that is no part of a comment.
    #[error("`{0}` cannot stand in a comment")]
    Source(String),
    /// The text would be longer than [`MAX_TEXT`].
    #[error("the text would be longer than {MAX_TEXT} bytes")]
    TooLong,
}

/// Prints a model; with comments that say which module and file each part is from, if asked. What is
/// printed is read as the same model.
pub(crate) fn print(model: &Model, with_sources: bool) -> Result<String, NoTextError> {
    let mut printer = Printer::new(model, with_sources);
    printer.model();
    if printer.out.len() > MAX_TEXT {
        printer.give_up(NoTextError::TooLong);
    }
    match printer.fault {
        Some(fault) => Err(fault),
        None => Ok(printer.out),
    }
}

/// Things with a source and a name, each with its place, into the order in which they are printed.
fn sort(things: &mut [(Option<&Source>, &str, usize)]) {
    crate::sort::by(things, |one, two| compare((one.0, one.1), (two.0, two.1)));
}

/// What comes first of two things with these sources and names.
pub(crate) fn compare(
    one: (Option<&Source>, &str),
    two: (Option<&Source>, &str),
) -> std::cmp::Ordering {
    (order(one.0), one.1).cmp(&(order(two.0), two.1))
}

/// What comes first: what is of no module, then by module and file.
pub(crate) fn order(source: Option<&Source>) -> (&str, &str) {
    match source {
        Some(source) if !source.module.is_empty() => (&source.module, &source.file),
        _ => ("", ""),
    }
}

struct Printer<'a> {
    model: &'a Model,
    with_sources: bool,
    out: String,
    /// The first part that the language has no form for.
    fault: Option<NoTextError>,
}

impl<'a> Printer<'a> {
    fn new(model: &'a Model, with_sources: bool) -> Self {
        Self {
            model,
            with_sources,
            out: format!("model\n  schema {}\n", model.schema()),
            fault: None,
        }
    }

    fn model(&mut self) {
        let parts = self.model.parts();
        let mut types = Vec::new();
        let mut is_modular = false;
        for (found, at) in parts.types.iter().zip(0..) {
            let source = parts.source(found.source);
            is_modular |= !order(source).0.is_empty();
            types.push((source, &*found.name, at));
        }
        if is_modular {
            sort(&mut types);
        }
        for (.., at) in types {
            if let Some(found) = parts.types.get(at) {
                self.type_definition(found);
            }
        }
        let mut conditions = Vec::new();
        for (condition, at) in self.model.conditions().iter().zip(0..) {
            let source = parts.source(parts.condition_source(at));
            conditions.push((source, condition.name(), at));
        }
        sort(&mut conditions);
        for (.., at) in conditions {
            if let Some(condition) = self.model.conditions().get(at) {
                self.condition(condition, parts.condition_source(at));
            }
        }
    }

    fn type_definition(&mut self, found: &Type) {
        self.named(&found.name, is_name(&found.name));
        self.put(&["\ntype ", &found.name]);
        self.comment("", found.source);
        let parts = self.model.parts();
        let all = parts.relations_in(found);
        let mut relations = Vec::new();
        for (relation, at) in all.iter().zip(0..) {
            let name = self.relation_name(relation.name);
            relations.push((parts.source(relation.source), name, at));
        }
        sort(&mut relations);
        if !relations.is_empty() {
            self.out.push_str("\n  relations");
        }
        for (_, name, at) in relations {
            let Some(relation) = all.get(at) else {
                continue;
            };
            self.named(name, is_name(name));
            self.put(&["\n    define ", name, ": "]);
            if !comes_first(&relation.rewrite, &mut true) {
                self.give_up(NoTextError::Relation {
                    type_name: found.name.to_string(),
                    relation: name.to_owned(),
                });
            }
            self.rewrite(relation, &relation.rewrite, false);
            self.comment(" extended by:", relation.source);
        }
        self.out.push('\n');
    }

    fn condition(&mut self, condition: &Condition, source: Option<SourceId>) {
        let (name, parameters) = (condition.name(), condition.parameters());
        self.named(name, is_condition_word(name));
        if parameters.is_empty() || parameters.iter().any(|found| is_nested(&found.kind)) {
            self.give_up(NoTextError::Parameters(name.to_owned()));
        }
        let mut names = Vec::new();
        for (found, at) in parameters.iter().zip(0..) {
            names.push((None, &*found.name, at));
        }
        sort(&mut names);
        self.put(&["\ncondition ", name]);
        let mut before = "(";
        for (_, name, at) in names {
            self.named(name, is_condition_word(name));
            if let Some(Parameter { kind, .. }) = parameters.get(at) {
                self.put(&[before, name, ": ", &kind.to_string()]);
                before = ", ";
            }
        }
        self.out.push_str(") ");
        let start = self.out.len();
        self.put(&["{\n  ", condition.expression(), "\n}"]);
        let body = self.out.get(start..).unwrap_or_default();
        if !is_read_as(body, condition.expression()) {
            self.give_up(NoTextError::Expression(name.to_owned()));
        }
        self.comment("", source);
        self.out.push('\n');
    }

    fn rewrite(&mut self, relation: &Relation, rewrite: &Rewrite, inner: bool) {
        // What can be written may stand there thousands of times, with as many restrictions each.
        if self.out.len() > MAX_TEXT {
            self.give_up(NoTextError::TooLong);
        }
        if self.fault.is_some() {
            return;
        }
        let operator = match rewrite {
            Rewrite::Direct => return self.restrictions(&relation.restrictions),
            Rewrite::Computed(relation) => {
                return self.out.push_str(self.relation_name(*relation));
            }
            Rewrite::From { relation, tupleset } => {
                let (name, from) = (self.relation_name(*relation), self.relation_name(*tupleset));
                return self.put(&[name, " from ", from]);
            }
            Rewrite::Union(_) => " or ",
            Rewrite::Intersection(_) => " and ",
            Rewrite::Exclusion(..) => " but not ",
        };
        if inner {
            self.out.push('(');
        }
        for (number, operand) in direct_first(rewrite).into_iter().enumerate() {
            if number > 0 {
                self.out.push_str(operator);
            }
            self.rewrite(relation, operand, true);
        }
        if inner {
            self.out.push(')');
        }
    }

    fn restrictions(&mut self, restrictions: &[Restriction]) {
        self.out.push('[');
        for (number, restriction) in restrictions.iter().enumerate() {
            if number > 0 {
                self.out.push_str(", ");
            }
            if let Some(id) = restriction.condition
                && let Some(condition) = self.model.condition(id)
            {
                let name = condition.name();
                self.named(name, is_name(name) && !is_soft(name));
            }
            let text = restriction_text(self.model, restriction);
            self.out.push_str(&text);
        }
        self.out.push(']');
    }

    fn comment(&mut self, what: &str, source: Option<SourceId>) {
        if self.with_sources
            && self.fault.is_none()
            && let Some(Source { module, file }) = self.model.parts().source(source)
        {
            for name in [module, file] {
                if crate::text::has(name, b'\n') {
                    self.give_up(NoTextError::Source(name.to_string()));
                }
            }
            self.put(&[" #", what, " module: ", module, ", file: ", file]);
        }
    }

    fn put(&mut self, texts: &[&str]) {
        for text in texts {
            self.out.push_str(text);
        }
    }

    fn named(&mut self, name: &str, is_name: bool) {
        if !is_name {
            self.give_up(NoTextError::Name(name.to_owned()));
        }
    }

    fn give_up(&mut self, fault: NoTextError) {
        self.fault.get_or_insert(fault);
    }

    fn relation_name(&self, id: u32) -> &'a str {
        self.model.relation_name(id).unwrap_or_default()
    }
}

/// Whether a parameter's type holds one that holds others.
fn is_nested(kind: &ParameterType) -> bool {
    match kind {
        ParameterType::List(element) | ParameterType::Map(element) => {
            matches!(**element, ParameterType::List(_) | ParameterType::Map(_))
        }
        _ => false,
    }
}

/// A restriction as it is written.
fn restriction_text(model: &Model, restriction: &Restriction) -> String {
    let (type_id, relation) = restriction.taken.names();
    let condition = restriction.condition.and_then(|id| model.condition(id));
    written(
        restriction.taken,
        model.type_name(type_id).unwrap_or_default(),
        relation.and_then(|id| model.relation_name(id)),
        condition.map(Condition::name),
    )
}

/// The same, by names.
pub(crate) fn written(
    taken: Taken,
    type_name: &str,
    relation: Option<&str>,
    condition: Option<&str>,
) -> String {
    let mut text = type_name.to_owned();
    if let Taken::Wildcard(_) = taken {
        text.push_str(":*");
    }
    for (before, name) in [("#", relation), (" with ", condition)] {
        if let Some(name) = name {
            text.push_str(before);
            text.push_str(name);
        }
    }
    text
}

/// What an operator joins, what can be written first.
fn direct_first(rewrite: &Rewrite) -> Vec<&Rewrite> {
    let operands = rewrite.operands();
    if let Rewrite::Exclusion(..) = rewrite {
        return operands;
    }
    let mut sorted = Vec::with_capacity(operands.len());
    for first in [true, false] {
        for &operand in &operands {
            if matches!(operand, Rewrite::Direct) == first {
                sorted.push(operand);
            }
        }
    }
    sorted
}

/// Whether what can be written is printed before all else, and once. `first`: nothing is printed yet.
fn comes_first(rewrite: &Rewrite, first: &mut bool) -> bool {
    let mut operands = direct_first(rewrite).into_iter();
    let good = *first || !matches!(rewrite, Rewrite::Direct);
    *first &= operands.len() > 0;
    good && operands.all(|operand| comes_first(operand, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModuleFile;

    /// The JSON form may have what can be written again and again, the language has it once.
    #[test]
    fn what_has_no_text_is_not_printed_on() {
        let this = vec![r#"{"this": {}}"#; 5_000].join(",");
        let user = vec![r#"{"type": "user"}"#; 5_000].join(",");
        let model = Model::parse(&format!(
            r#"{{"schema_version": "1.1", "type_definitions": [{{"type": "user",
                "relations": {{"r": {{"union": {{"child": [{this}]}}}}}},
                "metadata": {{"relations": {{"r": {{"directly_related_user_types": [{user}]}}}}}}}}]}}"#
        ));
        let model = model.expect("a model");
        let mut printer = Printer::new(&model, false);
        printer.model();
        assert!(printer.fault.is_some());
        let length = printer.out.len();
        assert!(length < MAX_TEXT, "{length}");
    }

    #[test]
    fn what_is_too_long_is_not_printed_on() {
        let core = "module core\ntype user\ntype doc\n";
        let mut wiki = "module wiki\nextend type doc\n  relations\n".to_owned();
        for number in 0..5_000 {
            wiki += &format!("    define r{number}: [user]\n");
        }
        let name = format!("{}.fga", "w".repeat(1_000));
        let file = |name, text| ModuleFile { name, text };
        let model = Model::from_modules(&[file("core.fga", core), file(&name, &wiki)]);
        let model = model.expect("a model");
        assert_eq!(print(&model, true), Err(NoTextError::TooLong));
        let mut printer = Printer::new(&model, true);
        printer.model();
        let length = printer.out.len();
        assert!(length < 2 * MAX_TEXT, "{length}");
    }
}
