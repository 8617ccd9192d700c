//! The smallest case that still fails: a case is made smaller as long as it goes on to fail.

use std::collections::BTreeSet;

use crate::reference::{self, Fact, Question, Rewrite};

/// A model's text, what is stored, and a question.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) facts: BTreeSet<Fact>,
    pub(crate) question: Question,
}

/// Makes a case that fails as small as it gets.
pub(crate) fn shrink(mut case: Case, fails: impl Fn(&Case) -> bool) -> Case {
    // Each step makes it smaller, so this ends.
    while let Some(smaller) = smaller(&case).into_iter().find(|smaller| fails(smaller)) {
        case = smaller;
    }
    case
}

/// Cases with less in them, those with much less first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let facts: Vec<&Fact> = case.facts.iter().collect();
    let mut chunk = facts.len().div_ceil(2);
    while chunk > 0 {
        for start in (0..facts.len()).step_by(chunk) {
            let end = (start + chunk).min(facts.len());
            let kept = facts[..start].iter().chain(&facts[end..]);
            let facts = kept.map(|&fact| fact.clone()).collect();
            found.push(Case {
                facts,
                ..case.clone()
            });
        }
        chunk /= 2;
    }
    for at in 0..case.question.contextual.len() {
        let mut smaller = case.clone();
        smaller.question.contextual.remove(at);
        found.push(smaller);
    }
    if case.question.values != "{}" {
        let mut smaller = case.clone();
        smaller.question.values = "{}".to_owned();
        found.push(smaller);
    }
    found.extend(models(&case.text).into_iter().map(|text| {
        // What the model has no room for any more goes with it.
        let model = reference::Model::read(&text);
        let facts = case.facts.iter().filter(|fact| model.allows(fact)).cloned();
        Case {
            facts: facts.collect(),
            text,
            question: case.question.clone(),
        }
    }));
    found
}

/// Models with less in them; not all are valid.
pub(crate) fn models(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let replaced = |from: usize, to: usize, with: Option<&str>| -> String {
        let before = lines[..from].iter().copied();
        let all = before.chain(with).chain(lines[to..].iter().copied());
        all.map(|line| format!("{line}\n")).collect()
    };
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let start = line.trim_start();
        if start.starts_with("type ") {
            let next = lines[at + 1..]
                .iter()
                .position(|line| line.starts_with("type ") || line.starts_with("condition "));
            let end = next.map_or(lines.len(), |next| at + 1 + next);
            found.push(replaced(at, end, None));
        } else if start.starts_with("condition ") {
            found.push(replaced(at, at + 3, None));
        } else if let Some((define, rewrite)) = line.split_once(": ")
            && start.starts_with("define ")
        {
            // The last one goes with its `relations`.
            let alone = lines[at - 1].trim() == "relations"
                && lines
                    .get(at + 1)
                    .is_none_or(|next| !next.trim().starts_with("define "));
            found.push(replaced(at - usize::from(alone), at + 1, None));
            for rewrite in Rewrite::read(rewrite).smaller() {
                let line = format!("{define}: {rewrite}");
                found.push(replaced(at, at + 1, Some(&line)));
            }
        }
    }
    found
}
