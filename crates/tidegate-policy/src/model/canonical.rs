//! A model that was not written in one text, in the order in which its text is printed: read again, it
//! has the same numbers.

use super::SourceId;
use crate::language::Syntax;
use crate::language::print::{compare, order};

/// Sorts types of modules, relations, conditions and parameters.
pub(super) fn arrange(syntax: &mut Syntax<'_>) {
    let (words, sources) = (&syntax.words, &syntax.sources);
    let of = |id: Option<SourceId>| sources.get(usize::from(id?));
    let in_order = |one: (Option<SourceId>, &str), two: (Option<SourceId>, &str)| {
        compare((of(one.0), one.1), (of(two.0), two.1))
    };
    let is_modular = |source| !order(of(source)).0.is_empty();
    if syntax.types.iter().any(|found| is_modular(found.source)) {
        crate::sort::by(&mut syntax.types, |one, two| {
            in_order((one.source, one.name.text), (two.source, two.name.text))
        });
    }
    let text = |word: u32| words.get(word as usize).map_or("", |word| word.text);
    for definition in &mut syntax.types {
        crate::sort::by(&mut definition.relations, |one, two| {
            in_order((one.source, text(one.name)), (two.source, text(two.name)))
        });
    }
    if cfg!(not(feature = "conditions")) {
        // No valid model has conditions then.
        return;
    }
    crate::sort::by(&mut syntax.conditions, |one, two| {
        in_order((one.source, one.name.text), (two.source, two.name.text))
    });
    for condition in &mut syntax.conditions {
        crate::sort::by_key(&mut condition.parameters, |found| found.name.text);
    }
}
