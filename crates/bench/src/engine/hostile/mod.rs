//! Questions that are meant to hurt ([`worlds`]): each has an answer or an error, within [`MOST_MS`] and
//! [`MOST_MB`] beyond the data.

mod ask;
mod worlds;

use std::time::{Duration, Instant};

use tidegate_policy::Snapshot;

use self::ask::Question;
use self::worlds::World;
use super::Options;
use super::memory::{forget_peak, measured_apart, peak_bytes, resident_bytes};
use crate::error::{Error, Result};
use crate::statistics::{max, median};
use crate::table::{Goal, Row, note, say};

/// The case's name.
pub(super) const NAME: &str = "hostile";

/// What a question may take.
const MOST_MS: f64 = 1_000.0;
/// What it may hold at its peak, beyond what is loaded; 10^6 bytes each.
const MOST_MB: f64 = 64.0;
/// What takes less is asked again until this is over,
const AT_LEAST: Duration = Duration::from_millis(20);
/// at most so often.
const MOST_ROUNDS: usize = 1_000;

/// Measures.
///
/// # Errors
/// When an answer is wrong.
pub(super) fn run(options: &Options) -> Result<Vec<Row>> {
    say(
        "\nhostile: times of one question; memory is the peak while it is answered (VmHWM) beyond what is resident \
         once the data is loaded (VmRSS), in a process that asks each question once",
    );
    let mut rows = Vec::new();
    for (world, load) in worlds::ALL {
        note(&format!("{NAME}: {world} …"));
        let World {
            snapshot,
            questions,
        } = load(options.quick)?;
        let mut figures = Vec::new();
        for question in &questions {
            let answer = question.ask(&snapshot)?;
            let times_ms = time_ms(question, &snapshot, options.rounds as usize)?;
            figures.push((format!("{NAME}: {}: {answer}", question.name), times_ms));
        }
        drop(snapshot);
        let peaks = peaks_mb(world, options.quick, questions.len())?;
        for ((name, times_ms), peak_mb) in figures.into_iter().zip(peaks) {
            let row = |what: &str, unit, value, goal| {
                Row::alone(format!("{name}, {what}"), unit, value, goal)
            };
            let at_most = |most| Some(Goal::AtMost(most));
            let middle_ms = median(&times_ms);
            let (unit, of_a_ms) = if middle_ms < 1.0 {
                ("us", 1e3)
            } else {
                ("ms", 1.0)
            };
            rows.push(row("median", unit, middle_ms * of_a_ms, None));
            let worst_goal = at_most(MOST_MS * of_a_ms);
            rows.push(row("worst", unit, max(&times_ms) * of_a_ms, worst_goal));
            rows.push(row("memory", "MB", peak_mb, at_most(MOST_MB)));
        }
    }
    Ok(rows)
}

/// What each time took.
fn time_ms(question: &Question, snapshot: &Snapshot, rounds: usize) -> Result<Vec<f64>> {
    let (begun, mut times_ms) = (Instant::now(), Vec::new());
    while times_ms.len() < rounds || (begun.elapsed() < AT_LEAST && times_ms.len() < MOST_ROUNDS) {
        let begun = Instant::now();
        question.ask(snapshot)?;
        times_ms.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times_ms)
}

/// What each question of a world holds at its peak.
fn peaks_mb(world: &str, quick: bool, questions: usize) -> Result<Vec<f64>> {
    let mut arguments = vec!["engine-hostile-memory", world];
    arguments.extend(quick.then_some("--quick"));
    let text = measured_apart(&arguments)?;
    let peaks: Vec<f64> = text
        .lines()
        .filter_map(|line| Some(line.parse::<u64>().ok()? as f64 / 1e6))
        .collect();
    if peaks.len() == questions {
        Ok(peaks)
    } else {
        Err(Error::new(format!("memory of {world}: {text}")))
    }
}

/// What that process does: loads, and prints for each question how many bytes more than the data it held at most.
///
/// # Errors
/// When an answer is wrong, or the kernel does not count.
pub(super) fn print_peak_bytes(world: &str, quick: bool) -> Result<()> {
    let load = worlds::ALL.iter().find(|(name, _)| *name == world);
    let (_, load) = load.ok_or_else(|| Error::new(format!("no world {world}")))?;
    let World {
        snapshot,
        questions,
    } = load(quick)?;
    let loaded = resident_bytes()?;
    for question in questions {
        forget_peak()?;
        question.ask(&snapshot)?;
        say(&peak_bytes()?.saturating_sub(loaded).to_string());
    }
    Ok(())
}
