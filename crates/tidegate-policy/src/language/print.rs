//! A model to text: as OpenFGA's transformer prints it.
//!
//! Types stand in their order, those of a modular model by module, file and name; relations, conditions
//! and parameters by name, what modules add to a type after its own. Restrictions come first beside
//! `or` and `and`.

use std::fmt::Write as _;

use crate::model::{Model, Relation, Restriction, Rewrite, Source, SourceId, Taken, Type};

/// The language has no form for the relation: what can be written stands twice in it, or not first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the language has no form for the relation `{relation}` of the type `{type_name}`")]
pub struct NoTextError {
    /// The type.
    pub type_name: String,
    /// Its relation.
    pub relation: String,
}

/// Prints a model; with comments that say which module and file each part is from, if asked.
pub(crate) fn print(model: &Model, with_sources: bool) -> Result<String, NoTextError> {
    let mut printer = Printer {
        model,
        with_sources,
        out: format!("model\n  schema {}\n", model.schema()),
    };
    let parts = model.parts();
    let mut types: Vec<(&Type, u32)> = parts.types.iter().zip(0..).collect();
    if types
        .iter()
        .any(|(found, _)| printer.is_of_module(found.source))
    {
        crate::sort::by(&mut types, |(one, _), (two, _)| {
            let key = |found: &Type| (order(parts.source(found.source)), found.name.clone());
            key(one).cmp(&key(two))
        });
    }
    for (found, id) in types {
        printer.type_definition(found, id)?;
    }
    let mut conditions: Vec<_> = model.conditions().iter().enumerate().collect();
    let source = |at: usize| parts.condition_sources.get(at).copied().flatten();
    crate::sort::by_key(&mut conditions, |(at, found)| {
        (order(parts.source(source(*at))), found.name().to_owned())
    });
    for (at, condition) in conditions {
        let mut parameters: Vec<_> = condition.parameters().iter().collect();
        crate::sort::by(&mut parameters, |one, two| one.name.cmp(&two.name));
        _ = write!(printer.out, "\ncondition {}(", condition.name());
        for (number, parameter) in parameters.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            _ = write!(
                printer.out,
                "{separator}{}: {}",
                parameter.name, parameter.kind
            );
        }
        _ = write!(printer.out, ") {{\n  {}\n}}", condition.expression());
        printer.comment("", source(at));
        printer.out.push('\n');
    }
    Ok(printer.out)
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
}

impl<'a> Printer<'a> {
    fn is_of_module(&self, source: Option<SourceId>) -> bool {
        !order(self.model.parts().source(source)).0.is_empty()
    }

    fn type_definition(&mut self, found: &Type, id: u32) -> Result<(), NoTextError> {
        _ = write!(self.out, "\ntype {}", found.name);
        self.comment("", found.source);
        let parts = self.model.parts();
        let mut relations: Vec<(&str, &Relation)> = parts
            .relations_of(id)
            .iter()
            .map(|relation| (self.relation_name(relation.name), relation))
            .collect();
        crate::sort::by_key(&mut relations, |(name, found)| {
            (order(parts.source(found.source)), *name)
        });
        if !relations.is_empty() {
            self.out.push_str("\n  relations");
        }
        for (name, relation) in relations {
            _ = write!(self.out, "\n    define {name}: ");
            let direct = count(&relation.rewrite);
            if direct > 1 || direct == 1 && !comes_first(&relation.rewrite) {
                return Err(NoTextError {
                    type_name: found.name.to_string(),
                    relation: name.to_owned(),
                });
            }
            self.rewrite(relation, &relation.rewrite, false);
            self.comment(" extended by:", relation.source);
        }
        self.out.push('\n');
        Ok(())
    }

    fn rewrite(&mut self, relation: &Relation, rewrite: &Rewrite, inner: bool) {
        let (operands, operator): (Vec<&Rewrite>, &str) = match rewrite {
            Rewrite::Direct => return self.restrictions(&relation.restrictions),
            Rewrite::Computed(relation) => {
                return self.out.push_str(self.relation_name(*relation));
            }
            Rewrite::From { relation, tupleset } => {
                let (name, from) = (self.relation_name(*relation), self.relation_name(*tupleset));
                _ = write!(self.out, "{name} from {from}");
                return;
            }
            Rewrite::Union(all) => (direct_first(all), " or "),
            Rewrite::Intersection(all) => (direct_first(all), " and "),
            Rewrite::Exclusion(base, subtract) => (vec![base, subtract], " but not "),
        };
        if inner {
            self.out.push('(');
        }
        for (number, operand) in operands.into_iter().enumerate() {
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
            let text = restriction_text(self.model, restriction);
            self.out.push_str(&text);
        }
        self.out.push(']');
    }

    fn comment(&mut self, what: &str, source: Option<SourceId>) {
        if self.with_sources
            && let Some(Source { module, file }) = self.model.parts().source(source)
        {
            _ = write!(self.out, " #{what} module: {module}, file: {file}");
        }
    }

    fn relation_name(&self, id: u32) -> &'a str {
        self.model.relation_name(id).unwrap_or_default()
    }
}

/// A restriction as it is written.
pub(crate) fn restriction_text(model: &Model, restriction: &Restriction) -> String {
    let type_name = |id| model.type_name(id).unwrap_or_default();
    let mut text = match restriction.taken {
        Taken::Object(id) => type_name(id).to_owned(),
        Taken::Wildcard(id) => format!("{}:*", type_name(id)),
        Taken::Userset(id, relation) => {
            let relation = model.relation_name(relation).unwrap_or_default();
            format!("{}#{relation}", type_name(id))
        }
    };
    if let Some(condition) = restriction.condition.and_then(|id| model.condition(id)) {
        _ = write!(text, " with {}", condition.name());
    }
    text
}

fn direct_first(all: &[Rewrite]) -> Vec<&Rewrite> {
    let mut operands: Vec<&Rewrite> = all.iter().collect();
    crate::sort::by_key(&mut operands, |operand| !matches!(operand, Rewrite::Direct));
    operands
}

/// How often what can be written stands in it.
fn count(rewrite: &Rewrite) -> usize {
    match rewrite {
        Rewrite::Direct => 1,
        Rewrite::Computed(_) | Rewrite::From { .. } => 0,
        Rewrite::Union(all) | Rewrite::Intersection(all) => all.iter().map(count).sum(),
        Rewrite::Exclusion(base, subtract) => count(base) + count(subtract),
    }
}

/// Whether what can be written is printed before all else.
fn comes_first(rewrite: &Rewrite) -> bool {
    match rewrite {
        Rewrite::Direct => true,
        Rewrite::Computed(_) | Rewrite::From { .. } => false,
        Rewrite::Union(all) | Rewrite::Intersection(all) => direct_first(all)
            .first()
            .is_some_and(|found| comes_first(found)),
        Rewrite::Exclusion(base, _) => comes_first(base),
    }
}
