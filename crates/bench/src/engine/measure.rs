//! Times batches of questions, the engines in turn.
//!
//! A batch counts with the median of its rounds, so that what else runs on the machine strikes no engine:
//! the 99th percentile is then one of questions, not of interruptions, which come the more often the longer
//! a batch takes.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use super::Options;
use super::compare::{Loaded, agree};
use super::engines::Kind;
use super::random::Random;
use super::workload::{App, Published, World, suite};
use crate::error::Result;
use crate::statistics::{median, percentile};
use crate::table::{Goal, Row, note, say};

/// The published sizes: entities of each type.
const SIZES: [u32; 7] = [5, 10, 15, 20, 30, 40, 50];
/// Beyond them.
const BEYOND: [u32; 2] = [200, 1_000];
/// Questions of each world, as published.
const QUESTIONS: usize = 500;
/// Questions that are timed together.
const BATCH: usize = 50;

/// What each batch took one engine, in nanoseconds a question.
#[derive(Clone, Debug)]
struct Sample {
    kind: Kind,
    ns: Vec<f64>,
}

/// Worlds of one size.
#[derive(Clone, Debug)]
struct Measured {
    size: u32,
    tuples: usize,
    allowed: f64,
    samples: Vec<Sample>,
}

/// The figures of what was measured.
#[derive(Default)]
pub(super) struct Figures {
    /// Of the published sizes together, with goals.
    pub(super) together: Vec<Row>,
    /// Of each size by itself.
    pub(super) by_size: Vec<Row>,
}

/// Measures the applications that are wanted, and prints a line for each size.
///
/// # Errors
/// When the suite is not there, or the engines' answers differ.
pub(super) fn run(options: &Options) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut apps = App::ALL
        .into_iter()
        .filter(|app| options.wants(app.name()))
        .peekable();
    if apps.peek().is_some() {
        legend();
    }
    for app in apps {
        let all = measure(app, &suite()?, options)?;
        print(app, &all);
        figures.add(app, &all);
    }
    Ok(figures)
}

fn measure(app: App, suite: &Path, options: &Options) -> Result<Vec<Measured>> {
    let published = app.published(suite)?;
    let mut all = Vec::new();
    for size in SIZES.into_iter().chain(BEYOND) {
        if options.quick && !matches!(size, 5 | 50 | 200) {
            continue;
        }
        note(&format!("{}, {size} of each type …", app.name()));
        all.push(worlds(app, size, &published, options)?);
    }
    Ok(all)
}

/// Measures worlds of one size.
fn worlds(app: App, size: u32, published: &Published, options: &Options) -> Result<Measured> {
    let kinds = Kind::ALL.into_iter().filter(|kind| size <= kind.largest());
    let mut samples: Vec<Sample> = kinds
        .map(|kind| Sample {
            kind,
            ns: Vec::new(),
        })
        .collect();
    let (mut tuples, mut allowed) = (0, 0);
    let number = match size {
        ..=50 => options.worlds,
        _ => 1,
    };
    for world in 0..number {
        let part = [app as u64, u64::from(size), u64::from(world)];
        let random = Random::part(options.seed, &part);
        let world = World::generate(app, size, QUESTIONS, random);
        let mut engines = Vec::new();
        for &Sample { kind, .. } in &samples {
            let engine = kind.load(&world, published)?;
            engines.push(Loaded { kind, engine });
        }
        tuples += world.facts.len();
        allowed += agree(&world, &mut engines)?;
        for (sample, batches) in samples.iter_mut().zip(time(&world, &mut engines, options)?) {
            sample
                .ns
                .extend(batches.iter().map(|rounds| median(rounds)));
        }
    }
    let number = number as usize;
    Ok(Measured {
        size,
        tuples: tuples / number.max(1),
        allowed: allowed as f64 / (number * QUESTIONS) as f64,
        samples,
    })
}

/// For each engine, each batch's rounds, in nanoseconds a question. Another engine begins each time.
fn time(world: &World, engines: &mut [Loaded], options: &Options) -> Result<Vec<Vec<Vec<f64>>>> {
    let batches = world.questions.len().div_ceil(BATCH);
    let mut shown = vec![vec![Vec::new(); batches]; engines.len()];
    for round in 0..options.rounds as usize {
        for (number, batch) in world.questions.chunks(BATCH).enumerate() {
            let mut both: Vec<_> = engines.iter_mut().zip(&mut shown).collect();
            let first = (round + number) % both.len().max(1);
            both.rotate_left(first);
            for (Loaded { engine, .. }, shown) in both {
                let begun = Instant::now();
                black_box(engine.allowed(black_box(batch))?);
                let took = begun.elapsed();
                if let Some(rounds) = shown.get_mut(number) {
                    rounds.push(took.as_secs_f64() * 1e9 / batch.len() as f64);
                }
            }
        }
    }
    Ok(shown)
}

/// What the names of the columns mean.
fn legend() {
    say("");
    for kind in Kind::ALL {
        let (name, version, how) = (kind.name(), kind.version(), kind.how());
        say(&format!("{name} ({version}): {how}"));
    }
}

/// A line for each size: median and 99th percentile of each engine.
fn print(app: App, all: &[Measured]) {
    say(&format!(
        "\n{}: nanoseconds a question, median / p99 of batches of {BATCH}, each the median of its rounds",
        app.name()
    ));
    let mut head = format!("{:>6} {:>8} {:>8}", "each", "tuples", "allowed");
    for kind in Kind::ALL {
        head.push_str(&format!(" {:>20}", kind.name()));
    }
    say(&head);
    for measured in all {
        let Measured {
            size,
            tuples,
            allowed,
            samples,
        } = measured;
        let mut line = format!("{size:>6} {tuples:>8} {:>7.1}%", allowed * 100.0);
        for Sample { ns, .. } in samples {
            let both = format!("{:.0} / {:.0}", median(ns), percentile(ns, 0.99));
            line.push_str(&format!(" {both:>20}"));
        }
        say(&line);
    }
}

impl Figures {
    fn add(&mut self, app: App, all: &[Measured]) {
        let pooled = |kind| {
            let published = all.iter().filter(|measured| SIZES.contains(&measured.size));
            let samples = published.flat_map(|measured| &measured.samples);
            let of = samples.filter(|sample| sample.kind == kind);
            of.flat_map(|sample| sample.ns.iter().copied()).collect()
        };
        self.together
            .extend(compared(app, "5 to 50", &pooled, true));
        for measured in all {
            let of = |kind| {
                let of = measured.samples.iter().find(|sample| sample.kind == kind);
                of.map(|sample| sample.ns.clone()).unwrap_or_default()
            };
            let size = measured.size.to_string();
            self.by_size.extend(compared(app, &size, &of, false));
        }
    }
}

/// Each peer beside this engine: median and 99th percentile.
fn compared(app: App, size: &str, of: &dyn Fn(Kind) -> Vec<f64>, goals: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for peer in Kind::ALL {
        let ours = match peer {
            Kind::Tidegate | Kind::TidegatePrebuilt => continue,
            Kind::CedarPrebuilt => Kind::TidegatePrebuilt,
            _ => Kind::Tidegate,
        };
        let (ours, theirs) = (of(ours), of(peer));
        if theirs.is_empty() {
            continue;
        }
        let [median_goal, p99_goal] = match (peer, app) {
            (Kind::Cedar, App::Gdrive) => [Some(25.0), Some(10.0)],
            (Kind::Cedar, _) => [Some(10.0), Some(10.0)],
            (Kind::RegorusVm, _) => [Some(10.0), None],
            _ => [None, None],
        };
        let row = |what: &str, figures, goal: Option<f64>| {
            let name = format!("{}, {size}: {what} against {}", app.name(), peer.name());
            let goal = goal.filter(|_| goals).map(Goal::AtLeast);
            Row::times_faster(name, "ns", figures, peer.name(), goal)
        };
        let both = [&ours, &theirs];
        rows.push(row("median", both.map(|ns| median(ns)), median_goal));
        rows.push(row("p99", both.map(|ns| percentile(ns, 0.99)), p99_goal));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_pool_the_published_sizes() {
        let measured = |size, factor: f64| Measured {
            size,
            tuples: 1,
            allowed: 0.5,
            samples: Kind::ALL
                .into_iter()
                .zip([1.0, 1.0, 30.0, 20.0, 12.0, 40.0, 50.0])
                .map(|(kind, ns)| Sample {
                    kind,
                    ns: vec![ns * factor; 3],
                })
                .collect(),
        };
        let mut figures = Figures::default();
        figures.add(App::Gdrive, &[measured(5, 100.0), measured(200, 9_000.0)]);
        let Figures { together, by_size } = figures;
        let pooled: Vec<_> = together.iter().filter(|row| row.goal.is_some()).collect();
        let ratios: Vec<_> = pooled.iter().map(|row| (row.ratio, row.met)).collect();
        assert_eq!(
            ratios,
            [
                (Some(30.0), Some(true)),
                (Some(30.0), Some(true)),
                (Some(12.0), Some(true))
            ]
        );
        assert_eq!((together.len(), by_size.len()), (2 * 5, 2 * 2 * 5));
        assert!(by_size.iter().all(|row| row.goal.is_none()));
        // This engine's own figure, of the published sizes alone.
        assert!(together.iter().all(|row| row.value == 100.0));
    }
}
