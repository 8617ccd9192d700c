//! This engine on 10 thousand tuples beside 10 million ([`data`]): loading, memory, questions, changes, lists.

mod ask;
mod data;
mod lists;
mod load;
mod write;

use self::data::Data;
use super::Options;
use crate::error::Result;
use crate::table::{Goal, Row, note, say};

/// The case's name.
pub(super) const NAME: &str = "scale";

/// Units of the large store: 10 million tuples.
const LARGE: u32 = 1_000;

/// What a process of its own does for the measurement of memory.
///
/// # Errors
/// When the store cannot be loaded.
pub(super) fn print_resident_bytes(units: u32) -> Result<()> {
    load::print_resident_bytes(units)
}

/// Measures.
///
/// # Errors
/// When an answer is wrong.
pub(super) fn run(options: &Options) -> Result<Vec<Row>> {
    let units = if options.quick { LARGE / 10 } else { LARGE };
    note("scale: loading …");
    let small = load::load(Data::new(1))?;
    let large = load::load(Data::new(units))?;
    let tuples = f64::from(large.data.tuples());
    say(&format!(
        "\nscale: a store of {} tuples beside one of {}; memory as the kernel counts it (VmRSS), \
         in a process that only loads",
        large.data.tuples(),
        small.data.tuples(),
    ));
    let beyond = load::resident_bytes_of(units)?.saturating_sub(large.name_bytes) as f64;
    let row =
        |what: &str, unit, value, goal| Row::alone(format!("{NAME}: {what}"), unit, value, goal);
    let mut rows = vec![
        row("load", "s", large.took_s, Some(Goal::Under(10.0))),
        row(
            "load, of that on a processor",
            "s",
            large.processor_s.unwrap_or(f64::NAN),
            None,
        ),
        row(
            "resident bytes a tuple beyond names",
            "B",
            beyond / tuples,
            Some(Goal::AtMost(48.0)),
        ),
        row(
            "bytes of names a tuple",
            "B",
            large.name_bytes as f64 / tuples,
            None,
        ),
    ];
    note("scale: questions …");
    rows.extend(ask::run(options, &small, &large)?);
    note("scale: lists …");
    let middle = load::load(Data::new((units / 10).max(2)))?;
    rows.extend(lists::run(options, &[&small, &middle, &large])?);
    drop(middle);
    rows.extend(write::run(options, large)?);
    Ok(rows)
}
