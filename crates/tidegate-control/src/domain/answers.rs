//! What operations did, as it is answered, and what is kept of it for whoever repeats the request.

use tidegate_client::wire::{self, Answer};

use super::invitations;
use super::work::Done;

impl Done {
    /// The answer, when the change is part of a revision.
    pub(super) fn at(self, revision: u64) -> Answer {
        match self {
            Self::Created {
                object,
                uid,
                secret,
            } => Answer::Created(wire::CreatedObject {
                object: object.to_string(),
                uid: uid.to_string(),
                revision,
                secret: secret.map(|secret| secret.to_wire(revision)),
            }),
            Self::Issued(issued) => Answer::Issued(issued.to_wire(revision)),
            Self::Invited(row) => Answer::Invited(invitations::to_wire(*row)),
            Self::Changed => Answer::Changed(wire::Changed { revision }),
        }
    }
}

/// Answers to keep: a secret's text is shown once.
pub(super) fn without_texts(revision: u64, answers: &[Answer]) -> wire::BatchAnswer {
    let mut answers = answers.to_vec();
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
    wire::BatchAnswer { revision, answers }
}
