//! The same questions on 10 thousand tuples and on 10 million: asked once each all over the store, and a few of
//! them over and over; and what they visit, which is as much on the one as on the other.

use std::hint::black_box;
use std::time::Instant;

use tidegate_policy::{CheckRequest, Checked, Context, Object, Snapshot, Subject};

use super::super::Options;
use super::super::engines::ask;
use super::super::random::Random;
use super::data::{Data, Thing};
use super::load::Loaded;
use crate::error::{Context as _, Error, Result};
use crate::statistics::{median, percentile};
use crate::table::{Goal, Row};

/// Questions that are spread over the store.
const SPREAD: u32 = 100_000;
/// Kinds of questions, in turn, in the order of [`questions`], where a colleague stands in for a member that is not
/// there.
const KINDS: [&str; 4] = ["of owners", "of members", "of colleagues", "of anybody"];
/// Questions that are repeated.
const REPEATED: usize = 50;
/// Questions that are timed together.
const BATCH: usize = 50;

/// A question, and its answer.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Who.
    pub(super) user: String,
    /// `can_read` or `can_write`.
    pub(super) relation: &'static str,
    /// On which document.
    pub(super) doc: String,
    /// What the rules say.
    pub(super) right: bool,
}

impl Question {
    /// Asks it by names.
    pub(super) fn ask(&self, snapshot: &Snapshot) -> bool {
        ask(snapshot, &self.user, self.relation, &self.doc)
    }
}

/// How much a check visits: relations of objects, and subjects of tuples.
///
/// # Errors
/// When it has no answer, or another one than `right`.
pub(super) fn visited(
    snapshot: &Snapshot,
    subject: &Subject,
    relation: &str,
    object: &Object,
    right: bool,
) -> Result<u32> {
    let request = CheckRequest {
        subject,
        relation,
        object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    let Checked { answer, steps } = snapshot.check_counted(&request);
    if answer == Ok(right) {
        Ok(steps)
    } else {
        let question = format!("{subject} {relation} {object}");
        Err(Error::new(format!("{question}: {answer:?}, not {right}")))
    }
}

/// Questions about any document: by its owner, by a member of a group that a folder above it is shared
/// with, or by a colleague where there is none, by somebody of the same unit, by anybody. The same numbers make the
/// same questions about stores of any size, but for which unit each is about.
pub(super) fn questions(data: Data, number: u32, mut random: Random) -> Vec<Question> {
    let questions = (0..number).map(|number| {
        let [unit, another, doc, any] = [(); 4].map(|()| random.below(u32::MAX));
        let doc = data.doc(unit, doc);
        let colleague = data.colleague(doc, any);
        let (user, relation) = match number as usize % KINDS.len() {
            0 => (data.owner(doc), "can_write"),
            1 => (
                data.reader_by_group(doc, any).unwrap_or(colleague),
                "can_read",
            ),
            2 => (colleague, "can_read"),
            _ => (data.user(another, any), "can_write"),
        };
        let [read, write] = data.rights(user, doc);
        Question {
            user: Thing::User(user).name(),
            relation,
            doc: Thing::Doc(doc).name(),
            right: if relation == "can_read" { read } else { write },
        }
    });
    questions.collect()
}

/// Fails when an answer is not what the rules say. The share that is allowed.
pub(super) fn compare(snapshot: &Snapshot, questions: &[Question]) -> Result<f64> {
    for question in questions {
        if question.ask(snapshot) != question.right {
            return Err(Error::new(format!("answered wrongly: {question:?}")));
        }
    }
    let allowed = questions.iter().filter(|question| question.right).count();
    Ok(allowed as f64 / questions.len().max(1) as f64)
}

/// Measures the large store beside the small one.
///
/// # Errors
/// When an answer is wrong.
pub(super) fn run(options: &Options, small: &Loaded, large: &Loaded) -> Result<Vec<Row>> {
    let stores = [large, small].map(|store| {
        let random = Random::part(options.seed, &[100]);
        (&store.snapshot, questions(store.data, SPREAD, random))
    });
    let mut rows = Vec::new();
    for (name, (snapshot, questions)) in ["large", "small"].into_iter().zip(&stores) {
        let allowed = compare(snapshot, questions)? * 100.0;
        let name = format!("scale: questions allowed, {name} store");
        rows.push(Row::alone(name, "%", allowed, None));
    }
    rows.extend(visits(&stores)?);
    let kinds = stores.each_ref().map(|(_, questions)| by_kind(questions));
    let mut spread = [Vec::new(), Vec::new()];
    let mut of_kinds = KINDS.map(|_| [Vec::new(), Vec::new()]);
    let mut repeated = [Vec::new(), Vec::new()];
    for _ in 0..options.rounds {
        let places = (0..SPREAD as usize).step_by(BATCH);
        for at in places {
            for ((snapshot, questions), spread) in stores.iter().zip(&mut spread) {
                let batch = questions.get(at..at + BATCH).unwrap_or_default();
                spread.push(batch_ns(snapshot, batch));
            }
        }
        for (kind, samples) in (0..).zip(&mut of_kinds) {
            for at in (0..SPREAD as usize / KINDS.len()).step_by(BATCH) {
                for (((snapshot, _), kinds), ns) in stores.iter().zip(&kinds).zip(&mut *samples) {
                    let questions = kinds.get(kind).map_or(&[][..], Vec::as_slice);
                    let batch = questions.get(at..at + BATCH).unwrap_or_default();
                    ns.push(batch_ns(snapshot, batch));
                }
            }
        }
        for _ in 0..SPREAD as usize / REPEATED / 10 {
            for ((snapshot, questions), repeated) in stores.iter().zip(&mut repeated) {
                let batch = questions.get(..REPEATED).unwrap_or_default();
                repeated.push(batch_ns(snapshot, batch));
            }
        }
    }
    for (name, samples, goal) in [("spread", &spread, 3.0), ("repeated", &repeated, 1.2)] {
        let name = |what| format!("scale: {name} questions, {what}, large beside small store");
        let medians = samples.each_ref().map(|ns| median(ns));
        let p99s = samples.each_ref().map(|ns| percentile(ns, 0.99));
        let goal = Some(Goal::AtMost(goal));
        rows.push(Row::compared(name("median"), "ns", medians, SMALL, goal));
        rows.push(Row::compared(name("p99"), "ns", p99s, SMALL, None));
    }
    for (kind, samples) in KINDS.iter().zip(&of_kinds) {
        let name = format!("scale: spread questions {kind}, median, large beside small store");
        let medians = samples.each_ref().map(|ns| median(ns));
        rows.push(Row::compared(name, "ns", medians, SMALL, None));
    }
    Ok(rows)
}

/// The questions of each of the [`KINDS`].
fn by_kind(questions: &[Question]) -> [Vec<Question>; KINDS.len()] {
    let mut kinds = KINDS.map(|_| Vec::new());
    for (question, at) in questions.iter().zip((0..KINDS.len()).cycle()) {
        if let Some(of_kind) = kinds.get_mut(at) {
            of_kind.push(question.clone());
        }
    }
    kinds
}

/// What the questions visit, the large store beside the small one, where both give the same answer: in a small
/// store more of them are a yes, for more of the people in it are close to each other.
fn visits(stores: &[(&Snapshot, Vec<Question>); 2]) -> Result<Vec<Row>> {
    let [(_, large), (_, small)] = stores;
    let pairs = large.iter().zip(small);
    let same: Vec<bool> = pairs.map(|(one, two)| one.right == two.right).collect();
    let mut visits = [Vec::new(), Vec::new()];
    for ((snapshot, questions), visits) in stores.iter().zip(&mut visits) {
        for (question, _) in questions.iter().zip(&same).filter(|(_, same)| **same) {
            let Question {
                user,
                relation,
                doc,
                right,
            } = question;
            let subject = user.parse().context(user)?;
            let object = doc.parse().context(doc)?;
            let steps = visited(snapshot, &subject, relation, &object, *right)?;
            visits.push(f64::from(steps));
        }
    }
    let row = |what, figure: fn(&[f64]) -> f64, goal| {
        let name = format!("scale: visits of a question, {what}, large beside small store");
        let figures = visits.each_ref().map(|visits| figure(visits));
        Row::compared(name, "", figures, SMALL, goal)
    };
    let share = visits[0].len() as f64 * 100.0 / same.len().max(1) as f64;
    let name =
        "scale: questions with the same answer in both stores, whose visits are counted".to_owned();
    Ok(vec![
        row("median", median, Some(Goal::AtMost(1.0))),
        row("p99", |visits| percentile(visits, 0.99), None),
        row("mean", mean, None),
        Row::alone(name, "%", share, None),
    ])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Who the large store is compared with.
pub(super) const SMALL: &str = "small store";

/// Nanoseconds a question.
fn batch_ns(snapshot: &Snapshot, batch: &[Question]) -> f64 {
    let begun = Instant::now();
    let allowed = batch.iter().filter(|question| question.ask(snapshot));
    black_box(allowed.count());
    begun.elapsed().as_secs_f64() * 1e9 / batch.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::load::load;
    use super::*;

    #[test]
    fn the_engine_says_what_the_rules_say() {
        let data = Data::new(2);
        let loaded = load(data).unwrap();
        let mut questions = questions(data, 4_000, Random::new(5));
        let allowed = compare(&loaded.snapshot, &questions).unwrap();
        assert!((0.5..0.8).contains(&allowed), "{allowed}");
        for question in &mut questions[100..101] {
            question.right = !question.right;
        }
        let error = compare(&loaded.snapshot, &questions).unwrap_err();
        assert!(error.to_string().contains(&questions[100].doc), "{error}");
    }

    #[test]
    fn a_larger_store_is_visited_hardly_more() {
        let stores = [3, 1].map(|units| load(Data::new(units)).unwrap());
        let asked = stores.each_ref().map(|store| {
            (
                &store.snapshot,
                questions(store.data, 4_000, Random::new(5)),
            )
        });
        let rows = visits(&asked).unwrap();
        let [median, _, mean] = [0, 1, 2].map(|row: usize| rows[row].ratio.unwrap());
        assert!(median == 1.0, "{:?}", rows[0]);
        assert!((0.98..1.02).contains(&mean), "{:?}", rows[2]);
    }
}
