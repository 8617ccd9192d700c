//! All documents that a user may read: k answers out of n documents. What a list costs goes with k and with what
//! is visited, and not with n.

use std::time::Instant;

use tidegate_policy::{ListObjectsRequest, Object, Snapshot, Subject};

use super::super::Options;
use super::super::random::Random;
use super::ask::{SMALL, visited};
use super::data::{Data, Thing};
use super::load::Loaded;
use crate::error::{Context, Error, Result};
use crate::statistics::{median, percentile};
use crate::table::{Goal, Row};

/// How many answers: from, to below, and what is said of it.
const SIZES: [(usize, usize, &str); 3] = [
    (200, 400, "200 to 400"),
    (400, 800, "400 to 800"),
    (2_000, 6_000, "2,000 to 6,000"),
];
/// Users of each size, in each store.
const USERS: usize = 20;
/// Users among which those are looked for.
const LOOKED_AT: u32 = 5_000;
/// Users of the small store whose lists are compared with the rules, document by document.
const COMPARED: u32 = 20;
/// Answers of a page: all of them.
const ALL: usize = tidegate_policy::list::MAX_CANDIDATES;
/// Answers of a short page.
const SHORT: usize = 100;
/// The relation.
const RELATION: &str = "can_read";

/// Users who may read about as many documents, in a store.
struct Group<'a> {
    snapshot: &'a Snapshot,
    subjects: Vec<Subject>,
    /// How many answers each list has.
    answers: Vec<f64>,
    /// What the checks of a list visit, an answer.
    visits: Vec<f64>,
    /// Of each list and round, nanoseconds an answer.
    ns: Vec<f64>,
    /// The same, nanoseconds a visit of its checks.
    visit_ns: Vec<f64>,
    /// Of each list and round, microseconds until its first page of [`SHORT`].
    short_us: Vec<f64>,
}

/// Measures on stores, the smallest first, after comparing.
///
/// # Errors
/// When a list is wrong.
pub(super) fn run(options: &Options, stores: &[&Loaded]) -> Result<Vec<Row>> {
    let mut random = Random::part(options.seed, &[300]);
    if let Some(small) = stores.first() {
        for _ in 0..COMPARED {
            let user = random.below(small.data.users());
            compare(&small.snapshot, small.data, user)?;
        }
    }
    let mut all = Vec::new();
    for store in stores {
        all.push((store.data.docs(), groups(store, &mut random)?));
    }
    for _ in 0..options.rounds {
        for number in 0..USERS {
            for (_, groups) in &mut all {
                groups.iter_mut().try_for_each(|group| group.time(number))?;
            }
        }
    }
    Ok(rows(&all))
}

/// Users of each size, and what there is to say of them before anything is timed.
fn groups<'a>(store: &'a Loaded, random: &mut Random) -> Result<Vec<Group<'a>>> {
    let Loaded { data, snapshot, .. } = store;
    let mut groups: Vec<Group<'_>> = SIZES.iter().map(|_| Group::new(snapshot)).collect();
    for _ in 0..LOOKED_AT {
        if groups.iter().all(|group| group.subjects.len() >= USERS) {
            break;
        }
        let user = random.below(data.users());
        let subject = named(user)?;
        let found = list(snapshot, &subject, ALL)?;
        let size = SIZES
            .iter()
            .position(|&(from, to, _)| (from..to).contains(&found.len()));
        let Some(group) = size.and_then(|size| groups.get_mut(size)) else {
            continue;
        };
        if group.subjects.len() >= USERS {
            continue;
        }
        // To go through all documents by the rules takes its time: one of each group.
        if group.subjects.is_empty() {
            compare(snapshot, *data, user)?;
        }
        let mut visits = 0;
        for doc in &found {
            if !may_read(*data, user, doc) {
                return Err(Error::new(format!("{subject} may not read {doc}")));
            }
            visits += u64::from(visited(snapshot, &subject, RELATION, doc, true)?);
        }
        group.answers.push(found.len() as f64);
        group.visits.push(visits as f64 / found.len() as f64);
        group.subjects.push(subject);
    }
    let short = groups.iter().any(|group| group.subjects.len() < USERS);
    if short {
        return Err(Error::new("too few users with lists of these sizes"));
    }
    Ok(groups)
}

impl<'a> Group<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            subjects: Vec::new(),
            answers: Vec::new(),
            visits: Vec::new(),
            ns: Vec::new(),
            visit_ns: Vec::new(),
            short_us: Vec::new(),
        }
    }

    /// Times a user's list.
    fn time(&mut self, number: usize) -> Result<()> {
        let both = self.subjects.get(number).zip(self.visits.get(number));
        let Some((subject, visits)) = both else {
            return Ok(());
        };
        let begun = Instant::now();
        let found = list(self.snapshot, subject, ALL)?.len();
        let ns = begun.elapsed().as_secs_f64() * 1e9 / found.max(1) as f64;
        self.ns.push(ns);
        self.visit_ns.push(ns / visits);
        let begun = Instant::now();
        page(self.snapshot, subject, None, SHORT)?;
        self.short_us.push(begun.elapsed().as_secs_f64() * 1e6);
        Ok(())
    }
}

/// Every size in every store, each store beside the smallest; and what a visit takes where there are many answers
/// beside where there are few: what an answer takes goes with what is visited for it.
fn rows(all: &[(u32, Vec<Group<'_>>)]) -> Vec<Row> {
    let p99 = |ns: &[f64]| percentile(ns, 0.99);
    let mut rows = Vec::new();
    for (docs, groups) in all {
        let smallest = all.first().filter(|(smallest, _)| smallest < docs);
        for (at, (group, (_, _, size))) in groups.iter().zip(SIZES).enumerate() {
            let name =
                |what: &str| format!("scale: list of {size} out of {docs} documents, {what}");
            let answers = median(&group.answers);
            rows.push(Row::alone(name("answers, median"), "", answers, None));
            let small = smallest.and_then(|(_, groups)| groups.get(at));
            let mut beside = |what: &str, unit, figure: &dyn Fn(&Group<'_>) -> f64, goal| {
                let value = figure(group);
                rows.push(match small {
                    None => Row::alone(name(what), unit, value, None),
                    Some(small) => {
                        Row::compared(name(what), unit, [value, figure(small)], SMALL, goal)
                    }
                });
            };
            let most = Some(Goal::AtMost(3.0));
            beside(
                "visits an answer, median",
                "",
                &|group| median(&group.visits),
                None,
            );
            beside("an answer, median", "ns", &|group| median(&group.ns), most);
            beside("an answer, p99", "ns", &|group| p99(&group.ns), None);
            beside(
                "the first 100, median",
                "us",
                &|group| median(&group.short_us),
                None,
            );
            beside(
                "the first 100, p99",
                "us",
                &|group| p99(&group.short_us),
                None,
            );
        }
        if let (Some(fewest), Some(most)) = (groups.first(), groups.last()) {
            let name = format!(
                "scale: lists out of {docs} documents, a visit among most answers beside fewest, median"
            );
            let figures = [most, fewest].map(|group| median(&group.visit_ns));
            let goal = Some(Goal::AtMost(1.5));
            rows.push(Row::compared(name, "ns", figures, "fewest answers", goal));
        }
    }
    rows
}

/// All of the list, in pages of so many.
fn list(snapshot: &Snapshot, subject: &Subject, limit: usize) -> Result<Vec<Object>> {
    let mut found = Vec::new();
    let mut after: Option<Object> = None;
    loop {
        let (part, next) = page(snapshot, subject, after.as_ref(), limit)?;
        found.extend(part);
        match next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// A page, and where the next one begins.
fn page(
    snapshot: &Snapshot,
    subject: &Subject,
    after: Option<&Object>,
    limit: usize,
) -> Result<(Vec<Object>, Option<Object>)> {
    let page = snapshot.list_objects(&ListObjectsRequest {
        subject,
        relation: RELATION,
        object_type: "doc",
        contextual_tuples: &[],
        context: tidegate_policy::Context::EMPTY,
        after,
        limit,
    });
    let page = page.context("cannot list")?;
    if page.complete {
        Ok((page.found, page.next))
    } else {
        Err(Error::new(format!("the list of {subject} is not complete")))
    }
}

/// Fails unless the list is what the rules say.
fn compare(snapshot: &Snapshot, data: Data, user: u32) -> Result<()> {
    let subject = named(user)?;
    let found: Vec<String> = list(snapshot, &subject, 1_000)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let docs = (0..data.docs()).filter(|&doc| data.rights(user, doc)[0]);
    let right: Vec<String> = docs.map(|doc| Thing::Doc(doc).name()).collect();
    if found == right {
        Ok(())
    } else {
        Err(Error::new(format!(
            "the list of {subject} has {} documents, of {}",
            found.len(),
            right.len()
        )))
    }
}

fn named(user: u32) -> Result<Subject> {
    Thing::User(user).name().parse().context("a user's name")
}

fn may_read(data: Data, user: u32, doc: &Object) -> bool {
    let number = doc.id().trim_start_matches('d').parse();
    number.is_ok_and(|doc| data.rights(user, doc)[0])
}

#[cfg(test)]
mod tests {
    use super::super::load::load;
    use super::*;

    #[test]
    fn lists_are_what_the_rules_say() {
        let loaded = load(Data::new(1)).unwrap();
        for user in [0, 7, 499] {
            compare(&loaded.snapshot, loaded.data, user).unwrap();
        }
        let other = Data::new(2);
        let wrong = (0..20).filter(|&user| compare(&loaded.snapshot, other, user).is_err());
        assert_eq!(wrong.count(), 20);
    }

    #[test]
    fn a_row_for_each_size_in_each_store() {
        let options = Options::new(1, None, true, 1, 2024);
        let stores = [1, 2].map(|units| load(Data::new(units)).unwrap());
        let rows = run(&options, &stores.each_ref()).unwrap();
        for ((_, _, size), docs) in SIZES
            .iter()
            .zip([2_800; 3])
            .chain(SIZES.iter().zip([5_600; 3]))
        {
            let about = format!("list of {size} out of {docs} documents");
            let of: Vec<_> = rows
                .iter()
                .filter(|row| row.name.contains(&about))
                .collect();
            assert_eq!(of.len(), 6, "{about}");
            // Beside the smallest store, but for itself, and but for the number of answers.
            let beside = of.iter().filter(|row| row.peer == Some(SMALL)).count();
            assert_eq!(beside, if docs == 2_800 { 0 } else { 5 }, "{about}");
            assert!(of.iter().all(|row| row.value > 0.0), "{about}");
        }
    }
}
