//! Answers: what operations did, and what is kept of it for whoever repeats the request under the same
//! idempotency key. A secret's text is shown once, so it is in no answer that is kept.

use aws_lc_rs::digest;
use tidegate_client::wire::{self, Answer, Operation};

use super::work::{Done, Performed, Terms};
use super::{Fault, invitations};

/// Longest idempotency key. Characters.
pub const KEY_MAX: usize = 200;

/// How long an answer is remembered under its idempotency key. Seconds.
pub const REPEATS_KEPT_S: u64 = 86_400;

pub(super) fn performed(revision: u64, done: Vec<Done>) -> Performed {
    let answer = |done| match done {
        Done::Created {
            object,
            uid,
            secret,
        } => Answer::Created(wire::CreatedObject {
            object: object.to_string(),
            uid: uid.to_string(),
            revision,
            secret: secret.map(|secret| secret.to_wire(revision)),
        }),
        Done::Issued(issued) => Answer::Issued(issued.to_wire(revision)),
        Done::Invited(row) => Answer::Invited(invitations::to_wire(*row)),
        Done::Changed => Answer::Changed(wire::Changed { revision }),
    };
    Performed {
        revision,
        answers: done.into_iter().map(answer).collect(),
    }
}

pub(super) fn check_key(key: Option<&str>) -> Result<(), Fault> {
    match key {
        Some(key) if key.is_empty() || key.chars().count() > KEY_MAX || !key.is_ascii() => {
            Err(Fault::bad(
                "Idempotency-Key",
                format!("between 1 and {KEY_MAX} ASCII characters"),
            ))
        }
        _ => Ok(()),
    }
}

pub(super) fn fingerprint(terms: &Terms, operations: &[Operation]) -> Result<String, Fault> {
    let request = serde_json::to_vec(&(terms.unchanged_since, operations))
        .map_err(|error| Fault::internal("a request cannot be written", &error))?;
    let digest = digest::digest(&digest::SHA256, &request);
    Ok(digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// An answer to keep: a secret's text is shown once.
pub(super) fn without_texts(performed: &Performed) -> Result<String, Fault> {
    let Performed { revision, answers } = performed;
    let mut answers = answers.clone();
    for answer in &mut answers {
        match answer {
            Answer::Created(wire::CreatedObject {
                secret: Some(issued),
                ..
            })
            | Answer::Issued(issued) => {
                issued.secret = None;
            }
            Answer::Created(_) | Answer::Invited(_) | Answer::Changed(_) => {}
        }
    }
    let kept = wire::BatchAnswer {
        revision: *revision,
        answers,
    };
    serde_json::to_string(&kept)
        .map_err(|error| Fault::internal("an answer cannot be kept", &error))
}

pub(super) fn recall(answer: &str) -> Result<Performed, Fault> {
    let kept: wire::BatchAnswer = serde_json::from_str(answer)
        .map_err(|error| Fault::internal("a kept answer cannot be read", &error))?;
    let wire::BatchAnswer { revision, answers } = kept;
    Ok(Performed { revision, answers })
}
