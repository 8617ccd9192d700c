//! How long a change takes until readers see it, and what changes cost the readers.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
/// Questions that are timed together.
const BATCH: usize = 50;
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

/// What readers came to.
#[derive(Default)]
struct Read {
    /// Of each round.
    answers_a_second: Vec<f64>,
    /// Of each batch of all rounds, nanoseconds a question.
    ns: Vec<f64>,
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
    let (mut beside, mut alone) = (Read::default(), Read::default());
    let mut made = Vec::new();
    let mut changes = changes(shares);
    for round in 0..options.rounds {
        let writing = [round.is_multiple_of(2), !round.is_multiple_of(2)];
        for writes in writing {
            let changes = writes.then_some(&mut changes as &mut dyn Iterator<Item = Change>);
            let read = if writes { &mut beside } else { &mut alone };
            let changed = together(writer, readers, asked, changes, lasts, read)?;
            if writes {
                made.push(changed);
            }
        }
    }
    let row = |what: &str, unit, figure: &dyn Fn(&Read) -> f64, goal| {
        let name = format!("scale: {readers} reader(s) beside changes and without, {what}");
        let figures = [figure(&beside), figure(&alone)];
        Row::compared(name, unit, figures, "without changes", goal)
    };
    Ok(vec![
        row(
            "answers",
            "/s",
            &|read| median(&read.answers_a_second),
            Some(Goal::AtLeast(0.9)),
        ),
        row("a question, median", "ns", &|read| median(&read.ns), None),
        row(
            "a question, p99",
            "ns",
            &|read| percentile(&read.ns, 0.99),
            None,
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

/// Changes a second; what is read beside them is added to `read`.
fn together(
    writer: &mut Writer<'_>,
    readers: usize,
    asked: &[Question],
    changes: Option<&mut dyn Iterator<Item = Change>>,
    lasts: Duration,
    read: &mut Read,
) -> Result<f64> {
    let over = AtomicBool::new(false);
    let live = writer.live;
    let begun = Instant::now();
    let changed = thread::scope(|scope| {
        let readers: Vec<_> = (0..readers)
            .map(|reader| {
                let over = &over;
                scope.spawn(move || ask_on(live, asked, reader, over))
            })
            .collect();
        let changed = match changes {
            None => {
                thread::sleep(lasts);
                Ok(0)
            }
            Some(changes) => paced(writer, changes, begun, lasts),
        };
        over.store(true, Ordering::Relaxed);
        let elapsed_s = begun.elapsed().as_secs_f64();
        let mut answers = 0;
        for reader in readers {
            let (answered, ns) = reader
                .join()
                .map_err(|_| Error::new("a reader broke off"))?;
            answers += answered;
            read.ns.extend(ns);
        }
        read.answers_a_second.push(answers as f64 / elapsed_s);
        changed.map(|changed| f64::from(changed) / elapsed_s)
    })?;
    Ok(changed)
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

/// Asks until the time is over: how many questions, and for each batch nanoseconds a question.
fn ask_on(live: &Live, asked: &[Question], reader: usize, over: &AtomicBool) -> (u64, Vec<f64>) {
    let (mut answers, mut ns) = (0, Vec::new());
    let mut from = asked.len() / 7 * reader;
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        for step in 0..BATCH {
            if let Some(question) = asked.get((from + step) % asked.len().max(1)) {
                let answer = live.read(NOW_S, 0, |snapshot| question.ask(snapshot));
                answers += u64::from(black_box(answer).is_some());
            }
        }
        ns.push(begun.elapsed().as_secs_f64() * 1e9 / BATCH as f64);
        from += BATCH;
    }
    (answers, ns)
}
