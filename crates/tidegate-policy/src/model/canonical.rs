//! A model that was not written in one text, in the order in which its text is printed: read again, it
//! has the same numbers.

use super::SourceId;
use crate::language::print::{compare, order};
use crate::language::{RewriteSyntax, Syntax, Word};

/// Sorts types of modules, relations, conditions and parameters; takes operators of one operand for
/// what they are.
pub(super) fn arrange(syntax: &mut Syntax) {
    let sources = std::mem::take(&mut syntax.sources);
    let of = |id: Option<SourceId>| sources.get(usize::from(id?));
    let in_order = |one: (Option<SourceId>, &Word), two: (Option<SourceId>, &Word)| {
        compare((of(one.0), &one.1.text), (of(two.0), &two.1.text))
    };
    if syntax
        .types
        .iter()
        .any(|found| !order(of(found.source)).0.is_empty())
    {
        crate::sort::by(&mut syntax.types, |one, two| {
            in_order((one.source, &one.name), (two.source, &two.name))
        });
    }
    for definition in &mut syntax.types {
        crate::sort::by(&mut definition.relations, |one, two| {
            in_order((one.source, &one.name), (two.source, &two.name))
        });
        for relation in &mut definition.relations {
            arrange_rewrite(&mut relation.rewrite);
        }
    }
    crate::sort::by(&mut syntax.conditions, |one, two| {
        in_order((one.source, &one.name), (two.source, &two.name))
    });
    for condition in &mut syntax.conditions {
        let parameters = &mut condition.parameters;
        crate::sort::by(parameters, |one, two| one.name.text.cmp(&two.name.text));
    }
    syntax.sources = sources;
}

fn arrange_rewrite(rewrite: &mut RewriteSyntax) {
    match rewrite {
        RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
            operands.iter_mut().for_each(arrange_rewrite);
            crate::sort::by_key(operands, |operand| {
                !matches!(operand, RewriteSyntax::Direct)
            });
            if operands.len() == 1
                && let Some(only) = operands.pop()
            {
                *rewrite = only;
            }
        }
        RewriteSyntax::ButNot(base, subtract) => {
            arrange_rewrite(base);
            arrange_rewrite(subtract);
        }
        RewriteSyntax::Direct | RewriteSyntax::Computed(_) | RewriteSyntax::From { .. } => {}
    }
}
