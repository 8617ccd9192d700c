//! One subject's slices: as many objects on which it has something as on which it has nothing.

use std::path::Path;

use serde_json::json;
use tidegate_policy::{Caller, Change, Context, Object, Request, Snapshot, decide};

use crate::{ACTIONS, REVISION, Result, files, put, snapshot, tuple, uid};

const SUBJECT: &str = "user:ann";
const KIND: &str = "full";

pub(crate) fn write(folder: &Path, objects: usize) -> Result<()> {
    let streams: Vec<String> = (0..2 * objects).map(stream).collect();
    let mut changes = vec![put(SUBJECT, 0)?, put("user:bob", 1)?, put("team:a", 2)?];
    changes.push(tuple("team:a#member@user:ann")?);
    for (number, stream) in streams.iter().enumerate() {
        changes.push(put(stream, number + 3)?);
        // Every other one is somebody else's.
        let whose = match number % 8 {
            0 => "owner@user:ann",
            2 => "writer@team:a#member",
            4 => "viewer@team:a#member",
            6 => "viewer@user:ann",
            _ => "owner@user:bob",
        };
        changes.push(tuple(&format!("{stream}#{whose}"))?);
    }
    let before = snapshot(&changes)?;
    let subject: Object = SUBJECT.parse()?;
    let slice = before.slice(&subject)?;
    // One more, and one less.
    let after = before.apply(
        REVISION + 1,
        &[
            tuple(&format!("{}#viewer@user:ann", stream(1)))?,
            Change::Delete(format!("{}#owner@user:ann", stream(0)).parse()?),
        ],
    )?;
    let change = slice.difference(&after.slice(&subject)?)?;
    let questions = json!({
        "subject": SUBJECT,
        "uid": uid(0),
        "kind": KIND,
        "revision": REVISION,
        "actions": ACTIONS,
        "resources": streams,
        "allowed": answers(&before, &subject, &streams)?,
        "afterwards": answers(&after, &subject, &streams)?,
    });
    let name = format!("slice-{objects}");
    std::fs::write(
        folder.join(format!("change-{objects}.bin")),
        change.to_bytes()?,
    )?;
    files(folder, &name, &slice.to_bundle_payload()?, &questions)
}

fn stream(number: usize) -> String {
    format!("stream:acme/project-{}/stream-{number}", number / 50)
}

/// A digit for each action on each resource: `1` where it is allowed.
fn answers(snapshot: &Snapshot, subject: &Object, resources: &[String]) -> Result<String> {
    let mut answers = String::new();
    for resource in resources {
        let resource: Object = resource.parse()?;
        for action in ACTIONS {
            let request = Request {
                caller: Caller::Principal {
                    object: subject,
                    kind: KIND,
                },
                action,
                resource: &resource,
                contextual_tuples: &[],
                context: Context::EMPTY,
            };
            let allowed = decide(&request, snapshot).is_allowed();
            answers.push(if allowed { '1' } else { '0' });
        }
    }
    Ok(answers)
}
