//! `bench engine`: this engine in one process with cedar-policy, regorus and casbin on the workloads of
//! [`workload`], and by itself on a store of 10 million tuples ([`scale`]) and on what is meant to hurt
//! ([`hostile`]).
//!
//! How each engine is asked is told at [`engines`]. All answers of all engines are compared before
//! anything is timed.

mod compare;
mod engines;
mod hostile;
mod measure;
mod memory;
mod random;
mod scale;
mod workload;

use std::path::Path;

use crate::error::Result;
use crate::machine;
use crate::table::{self, say};

/// What is measured, and how long.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    rounds: u32,
    only: Option<String>,
    quick: bool,
    worlds: u32,
    seed: u64,
}

impl Options {
    /// `only`: cases whose name holds it. `quick` lowers the other figures.
    pub(crate) fn new(
        rounds: u32,
        only: Option<String>,
        quick: bool,
        worlds: u32,
        seed: u64,
    ) -> Self {
        let most = |figure: u32, most| if quick { figure.min(most) } else { figure };
        Self {
            rounds: most(rounds, 3),
            only,
            quick,
            worlds: most(worlds, 2),
            seed,
        }
    }

    fn wants(&self, case: &str) -> bool {
        self.only.as_deref().is_none_or(|only| case.contains(only))
    }
}

/// Measures, prints the tables, and writes the rows to `json` too.
///
/// # Errors
/// When engines answer differently, or the workloads are not there.
pub(crate) fn run(json: Option<&Path>, options: &Options) -> Result<()> {
    let command: Vec<_> = std::env::args().collect();
    say(&format!(
        "{}\n{}\n{} rounds, {} worlds of each published size, seed {}; allocator: {}",
        machine::line(),
        command.join(" "),
        options.rounds,
        options.worlds,
        options.seed,
        if cfg!(feature = "mimalloc") {
            "mimalloc"
        } else {
            "the system's"
        },
    ));
    let measure::Figures {
        together: mut rows,
        by_size,
    } = measure::run(options)?;
    if options.wants(scale::NAME) {
        rows.extend(scale::run(options)?);
    }
    if options.wants(hostile::NAME) {
        rows.extend(hostile::run(options)?);
    }
    table::print(
        "\nratio: how many times faster than another engine; else, the first figure by the second\n",
        &rows,
    );
    rows.extend(by_size);
    json.map_or(Ok(()), |file| table::write(file, &rows))
}

/// Loads a store of so many units of 10 thousand tuples, and prints the bytes that it takes.
///
/// # Errors
/// When it cannot be loaded.
pub(crate) fn print_resident_bytes(units: u32) -> Result<()> {
    scale::print_resident_bytes(units)
}

/// Loads a world that is meant to hurt, and prints the bytes that each of its questions takes.
///
/// # Errors
/// When it cannot be loaded, or a peak not be measured.
pub(crate) fn print_peak_bytes(world: &str, quick: bool) -> Result<()> {
    hostile::print_peak_bytes(world, quick)
}
