//! Whole snapshots: streams that users and teams have something on.

use std::path::Path;

use serde_json::json;
use tidegate_policy::{CheckRequest, Context, Object, Subject};

use crate::{REVISION, Result, files, snapshot, tuple};

/// Tuples on a stream: its owner, two viewers and a team. So many streams belong to one user and one team.
const TUPLES_A_STREAM: usize = 4;
const STREAMS_A_USER: usize = 10;
/// How many are asked, spread over all.
const QUESTIONS: usize = 100;

pub(crate) fn write(folder: &Path, tuples: usize) -> Result<()> {
    let streams = tuples / (TUPLES_A_STREAM + 1);
    let users = streams.div_ceil(STREAMS_A_USER);
    let mut changes = Vec::with_capacity(tuples);
    // As many memberships as streams: ten in a team.
    for number in 0..streams {
        let (team, user) = (number / STREAMS_A_USER, (number * 7) % users);
        changes.push(tuple(&format!("team:t{team}#member@user:u{user}"))?);
        let stream = stream(number);
        let (owner, viewer) = (number % users, (number + 1) % users);
        changes.push(tuple(&format!("{stream}#owner@user:u{owner}"))?);
        changes.push(tuple(&format!("{stream}#viewer@user:u{viewer}"))?);
        changes.push(tuple(&format!(
            "{stream}#viewer@user:u{}",
            (number + 3) % users
        ))?);
        changes.push(tuple(&format!("{stream}#writer@team:t{team}#member"))?);
    }
    let snapshot = snapshot(&changes)?;
    let mut questions = Vec::new();
    for question in 0..QUESTIONS {
        let number = question * (streams / QUESTIONS);
        let subject = format!("user:u{}", (number + question % 5) % users);
        let (relation, object) = ("can_read", stream(number));
        let allowed = snapshot.check(&CheckRequest {
            subject: &subject.parse::<Subject>()?,
            relation,
            object: &object.parse::<Object>()?,
            contextual_tuples: &[],
            context: Context::EMPTY,
        })?;
        questions.push(json!({
            "request": { "subject": subject, "relation": relation, "object": object },
            "allowed": allowed,
        }));
    }
    let questions = json!({
        "tuples": snapshot.tuples().count(),
        "revision": REVISION,
        "questions": questions,
    });
    let payload = snapshot.to_bundle_payload()?;
    files(folder, &format!("whole-{tuples}"), &payload, &questions)
}

fn stream(number: usize) -> String {
    format!("stream:acme/project-{}/stream-{number}", number / 50)
}
