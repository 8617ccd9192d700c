//! A model that was not written in one text, in the order in which its text is printed: read again, it
//! has the same numbers.

use crate::language::print::order;
use crate::language::{RewriteSyntax, Syntax};

/// Sorts types of modules, relations, conditions and parameters; takes operators of one operand for
/// what they are.
pub(super) fn arrange(syntax: &mut Syntax) {
    let sources = std::mem::take(&mut syntax.sources);
    let key = |source: Option<u16>| {
        let (module, file) = order(source.and_then(|id| sources.get(usize::from(id))));
        (module.to_owned(), file.to_owned())
    };
    if syntax
        .types
        .iter()
        .any(|found| !key(found.source).0.is_empty())
    {
        crate::sort::by_key(&mut syntax.types, |found| {
            (key(found.source), found.name.text.clone())
        });
    }
    for definition in &mut syntax.types {
        crate::sort::by_key(&mut definition.relations, |found| {
            (key(found.source), found.name.text.clone())
        });
        for relation in &mut definition.relations {
            arrange_rewrite(&mut relation.rewrite);
        }
    }
    crate::sort::by_key(&mut syntax.conditions, |found| {
        (key(found.source), found.name.text.clone())
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
