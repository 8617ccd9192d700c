//! How long a change takes until readers see it, and what changes cost the readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tidegate_policy::{Change, Live, Snapshot, Tuple};

use super::super::Options;
use super::super::random::Random;
use super::ask::{Question, questions};
use super::data::{Data, Thing};
use super::load::Loaded;
use crate::error::{Context, Error, Result};
use crate::machine;
use crate::statistics::{max, median, percentile};
use crate::table::{Goal, Row, note};

/// Changes that are timed one by one.
const CHANGES: u32 = 4_000;
/// Changes a second beside the readers.
const RATE: f64 = 1_000.0;
/// What readers ask.
const QUESTIONS: u32 = 20_000;
/// Questions between two looks at the clock.
const BETWEEN_LOOKS: usize = 64;
/// A snapshot is put in force at this moment and read at it: nothing here grows old.
const NOW_S: u64 = 0;

/// A share of one document with one user who may not read it, and the question that tells.
struct Share {
    tuple: Tuple,
    question: Question,
}

/// Measures on the large store.
///
/// # Errors
/// When a change is refused, or not seen.
pub(super) fn run(options: &Options, large: Loaded) -> Result<Vec<Row>> {
    let Loaded { data, snapshot, .. } = large;
    let shares = shares(data, Random::part(options.seed, &[200]))?;
    let live = Live::new();
    let mut writer = Writer {
        live: &live,
        held: Arc::new(snapshot),
    };
    writer.publish();
    note("scale: changes …");
    let mut rows = one_by_one(&mut writer, &shares)?;
    note("scale: readers beside changes …");
    let asked = questions(data, QUESTIONS, Random::part(options.seed, &[201]));
    rows.extend(beside_readers(options, &mut writer, &shares, &asked)?);
    Ok(rows)
}

fn shares(data: Data, mut random: Random) -> Result<Vec<Share>> {
    let mut shares = Vec::new();
    while shares.len() < CHANGES as usize / 2 {
        let (user, doc) = (random.below(data.users()), random.below(data.docs()));
        if data.rights(user, doc) != [false; 2] {
            continue;
        }
        let [user, doc] = [Thing::User(user), Thing::Doc(doc)].map(Thing::name);
        let tuple = format!("{doc}#viewer@{user}");
        shares.push(Share {
            tuple: tuple.parse().context(tuple)?,
            question: Question {
                user,
                relation: "can_read",
                doc,
                right: true,
            },
        });
    }
    Ok(shares)
}

/// Changes what is in force.
struct Writer<'a> {
    live: &'a Live,
    held: Arc<Snapshot>,
}

impl Writer<'_> {
    fn publish(&self) {
        self.live.publish(Arc::clone(&self.held), NOW_S);
    }

    /// From a change to what readers see. The snapshot before is let go of in the same time.
    fn change(&mut self, change: Change) -> Result<()> {
        let next = self.held.apply(self.held.revision() + 1, &[change]);
        self.held = Arc::new(next.context("a change was refused")?);
        self.publish();
        Ok(())
    }
}

/// Shares and takes back, one change after the other.
fn one_by_one(writer: &mut Writer<'_>, shares: &[Share]) -> Result<Vec<Row>> {
    let mut took_us = Vec::new();
    for Share { tuple, question } in shares {
        for seen in [true, false] {
            let change = if seen {
                Change::Write(tuple.clone())
            } else {
                Change::Delete(tuple.clone())
            };
            let begun = Instant::now();
            writer.change(change)?;
            took_us.push(begun.elapsed().as_secs_f64() * 1e6);
            let answer = writer
                .live
                .read(NOW_S, 0, |snapshot| question.ask(snapshot));
            if answer != Some(seen) {
                return Err(Error::new(format!("a change was not seen: {question:?}")));
            }
        }
    }
    let row = |what: &str, value, goal| {
        let name = format!("scale: a change until readers see it, {what}");
        Row::alone(name, "us", value, goal)
    };
    Ok(vec![
        row("median", median(&took_us), Some(Goal::Under(50.0))),
        row("p99", percentile(&took_us, 0.99), None),
        row("longest", max(&took_us), None),
    ])
}

/// Readers by themselves and beside changes, in turn.
fn beside_readers(
    options: &Options,
    writer: &mut Writer<'_>,
    shares: &[Share],
    asked: &[Question],
) -> Result<Vec<Row>> {
    let lasts = if options.quick {
        Duration::from_millis(300)
    } else {
        Duration::from_secs(2)
    };
    // One core is the writer's.
    let readers = machine::cores().saturating_sub(1).max(1);
    let (mut beside, mut alone, mut made) = (Vec::new(), Vec::new(), Vec::new());
    let mut changes = changes(shares);
    for round in 0..options.rounds {
        let writing = [round.is_multiple_of(2), !round.is_multiple_of(2)];
        for writes in writing {
            let changes = writes.then_some(&mut changes as &mut dyn Iterator<Item = Change>);
            let (answers, changed) = together(writer, readers, asked, changes, lasts)?;
            if writes {
                beside.push(answers);
                made.push(changed);
            } else {
                alone.push(answers);
            }
        }
    }
    let figures = [median(&beside), median(&alone)];
    Ok(vec![
        Row::compared(
            format!("scale: answers to {readers} reader(s), beside changes and without"),
            "/s",
            figures,
            "without changes",
            Some(Goal::AtLeast(0.9)),
        ),
        Row::alone(
            "scale: changes made beside them".to_owned(),
            "/s",
            median(&made),
            Some(Goal::AtLeast(RATE * 0.99)),
        ),
    ])
}

/// Shares everything, takes everything back, and so on.
fn changes(shares: &[Share]) -> impl Iterator<Item = Change> + '_ {
    let sorts = [Change::Write, Change::Delete].into_iter().cycle();
    sorts.flat_map(|sort| shares.iter().map(move |share| sort(share.tuple.clone())))
}

/// Answers and changes a second.
fn together(
    writer: &mut Writer<'_>,
    readers: usize,
    asked: &[Question],
    changes: Option<&mut dyn Iterator<Item = Change>>,
    lasts: Duration,
) -> Result<(f64, f64)> {
    let over = AtomicBool::new(false);
    let answers = AtomicU64::new(0);
    let live = writer.live;
    let begun = Instant::now();
    let changed = thread::scope(|scope| {
        for reader in 0..readers {
            let (over, answers) = (&over, &answers);
            scope.spawn(move || {
                answers.fetch_add(read(live, asked, reader, over), Ordering::Relaxed)
            });
        }
        let changed = match changes {
            None => {
                thread::sleep(lasts);
                Ok(0)
            }
            Some(changes) => paced(writer, changes, begun, lasts),
        };
        over.store(true, Ordering::Relaxed);
        changed
    })?;
    let elapsed_s = begun.elapsed().as_secs_f64();
    let answers = answers.into_inner() as f64;
    Ok((answers / elapsed_s, f64::from(changed) / elapsed_s))
}

/// Makes changes when they are due, until the time is over. How many.
fn paced(
    writer: &mut Writer<'_>,
    changes: &mut dyn Iterator<Item = Change>,
    begun: Instant,
    lasts: Duration,
) -> Result<u32> {
    let mut made = 0;
    for change in changes {
        let due = Duration::from_secs_f64(f64::from(made) / RATE);
        if due >= lasts || begun.elapsed() >= lasts {
            break;
        }
        thread::sleep(due.saturating_sub(begun.elapsed()));
        writer.change(change)?;
        made += 1;
    }
    // What is due later is not made earlier: the readers have the rest of the time.
    thread::sleep(lasts.saturating_sub(begun.elapsed()));
    Ok(made)
}

/// Asks until the time is over. How many questions.
fn read(live: &Live, asked: &[Question], reader: usize, over: &AtomicBool) -> u64 {
    let mut answers = 0;
    let mut from = asked.len() / 7 * reader;
    while !over.load(Ordering::Relaxed) {
        for step in 0..BETWEEN_LOOKS {
            if let Some(question) = asked.get((from + step) % asked.len().max(1)) {
                let answer = live.read(NOW_S, 0, |snapshot| question.ask(snapshot));
                answers += u64::from(std::hint::black_box(answer).is_some());
            }
        }
        from += BETWEEN_LOOKS;
    }
    answers
}
