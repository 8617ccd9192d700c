//! All documents that a user may read: k answers out of n documents.

use std::time::Instant;

use tidegate_policy::{ListObjectsRequest, Object, Snapshot, Subject};

use super::super::Options;
use super::super::random::Random;
use super::data::{Data, Thing};
use super::load::Loaded;
use crate::error::{Context, Error, Result};
use crate::statistics::{median, percentile};
use crate::table::Row;

/// Users whose lists are timed.
const USERS: u32 = 100;
/// Users of the small store whose lists are compared with the rules, document by document.
const COMPARED: u32 = 20;
/// Answers of a page.
const PAGE: usize = 1_000;

/// Measures on the large store, after comparing on the small one.
///
/// # Errors
/// When a list is wrong.
pub(super) fn run(options: &Options, small: &Loaded, large: &Loaded) -> Result<Vec<Row>> {
    let mut random = Random::part(options.seed, &[300]);
    for _ in 0..COMPARED {
        compare(
            &small.snapshot,
            small.data,
            random.below(small.data.users()),
        )?;
    }
    let (mut an_answer_us, mut a_list_us, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    let users = if options.quick { USERS / 10 } else { USERS };
    for _ in 0..users {
        let user = random.below(large.data.users());
        let subject = named(user)?;
        let begun = Instant::now();
        let found = list(&large.snapshot, &subject)?;
        let took_us = begun.elapsed().as_secs_f64() * 1e6;
        for doc in &found {
            if !may_read(large.data, user, doc) {
                return Err(Error::new(format!("{subject} may not read {doc}")));
            }
        }
        an_answer_us.push(took_us / found.len().max(1) as f64);
        a_list_us.push(took_us);
        answers.push(found.len() as f64);
    }
    let n = large.data.docs();
    let row =
        |what: &str, unit, value| Row::alone(format!("scale: list, {what}"), unit, value, None);
    Ok(vec![
        row(&format!("answers out of {n}, median"), "", median(&answers)),
        row("time an answer, median", "us", median(&an_answer_us)),
        row("time an answer, p99", "us", percentile(&an_answer_us, 0.99)),
        row("time of all answers, median", "us", median(&a_list_us)),
    ])
}

/// All of the list, page by page.
fn list(snapshot: &Snapshot, subject: &Subject) -> Result<Vec<Object>> {
    let mut found = Vec::new();
    let mut after: Option<Object> = None;
    loop {
        let page = snapshot.list_objects(&ListObjectsRequest {
            subject,
            relation: "can_read",
            object_type: "doc",
            contextual_tuples: &[],
            context: tidegate_policy::Context::EMPTY,
            after: after.as_ref(),
            limit: PAGE,
        });
        let page = page.context("cannot list")?;
        if !page.complete {
            return Err(Error::new(format!("the list of {subject} is not complete")));
        }
        found.extend(page.found);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Fails unless the list is what the rules say.
fn compare(snapshot: &Snapshot, data: Data, user: u32) -> Result<()> {
    let subject = named(user)?;
    let found: Vec<String> = list(snapshot, &subject)?
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
}
