//! A question, and its answer in a few words.

use tidegate_policy::{
    Budget, CheckRequest, Context as Values, Explanation, ListObjectsRequest, ListUsersRequest,
    Object, Snapshot, Subject, SubjectKind, Tuple,
};

use crate::error::{Context, Error, Result};

/// A question.
pub(super) struct Question {
    /// What is told of it.
    pub(super) name: String,
    what: What,
    /// Whether it is one of those that are allowed: where a check may end with an error, it is not.
    allowed: bool,
}

enum What {
    Check(Tuple),
    Explain(Tuple),
    Objects { subject: Subject, of_type: String },
    Users(Object),
}

impl Question {
    /// Whether `tuple` holds.
    pub(super) fn check(name: impl Into<String>, tuple: &str, allowed: bool) -> Result<Self> {
        Ok(Self {
            name: format!("check {}", name.into()),
            what: What::Check(tuple.parse().context(tuple)?),
            allowed,
        })
    }

    /// Why it does, or does not.
    pub(super) fn explain(name: impl Into<String>, tuple: &str, allowed: bool) -> Result<Self> {
        Ok(Self {
            name: format!("explain {}", name.into()),
            what: What::Explain(tuple.parse().context(tuple)?),
            allowed,
        })
    }

    /// A full page of the objects whose member the subject is.
    pub(super) fn objects(
        name: impl Into<String>,
        subject: &str,
        of_type: &str,
        allowed: bool,
    ) -> Result<Self> {
        Ok(Self {
            name: format!("a page of objects: {}", name.into()),
            what: What::Objects {
                subject: subject.parse().context(subject)?,
                of_type: of_type.to_owned(),
            },
            allowed,
        })
    }

    /// A full page of the members of an object.
    pub(super) fn users(name: impl Into<String>, object: &str, allowed: bool) -> Result<Self> {
        Ok(Self {
            name: format!("a page of users: {}", name.into()),
            what: What::Users(object.parse().context(object)?),
            allowed,
        })
    }

    /// The answer in words: an error is one too.
    ///
    /// # Errors
    /// When somebody is allowed who should not be, or not who should.
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<String> {
        let (allowed, words) = match &self.what {
            What::Check(tuple) => match snapshot.check(&request(tuple)) {
                Ok(true) => (true, "yes".to_owned()),
                Ok(false) => (false, "no".to_owned()),
                Err(error) => failed(error.kind()),
            },
            What::Explain(tuple) => match snapshot.explain(&request(tuple), &Budget::DEFAULT) {
                Ok(explanation) => explained(&explanation),
                Err(error) => failed(error.kind()),
            },
            What::Objects { subject, of_type } => {
                let page = snapshot.list_objects(&ListObjectsRequest {
                    subject,
                    relation: "member",
                    object_type: of_type,
                    contextual_tuples: &[],
                    context: Values::EMPTY,
                    after: None,
                    limit: usize::MAX,
                });
                match page {
                    Ok(page) => listed(page.found.len(), page.complete),
                    Err(error) => failed(error.kind()),
                }
            }
            What::Users(object) => {
                let page = snapshot.list_users(&ListUsersRequest {
                    object,
                    relation: "member",
                    kind: SubjectKind::Type("user"),
                    contextual_tuples: &[],
                    context: Values::EMPTY,
                    after: None,
                    limit: usize::MAX,
                });
                match page {
                    Ok(page) => listed(page.found.len(), page.complete),
                    Err(error) => failed(error.kind()),
                }
            }
        };
        if allowed == self.allowed {
            Ok(words)
        } else {
            Err(Error::new(format!("{}: {words}", self.name)))
        }
    }
}

fn request(tuple: &Tuple) -> CheckRequest<'_> {
    CheckRequest {
        subject: &tuple.subject,
        relation: &tuple.relation,
        object: &tuple.object,
        contextual_tuples: &[],
        context: Values::EMPTY,
    }
}

fn failed(kind: &str) -> (bool, String) {
    (false, kind.to_owned())
}

fn listed(found: usize, complete: bool) -> (bool, String) {
    let incomplete = if complete { "" } else { ", not complete" };
    (found > 0, format!("{found} found{incomplete}"))
}

fn explained(explanation: &Explanation) -> (bool, String) {
    match explanation {
        Explanation::Allowed { proof, .. } => {
            let proof = if proof.is_some() { "a" } else { "no" };
            (true, format!("yes, {proof} proof"))
        }
        Explanation::Denied {
            remedies, complete, ..
        } => {
            let more = if *complete { "" } else { " and more" };
            (false, format!("no, {} remedies{more}", remedies.len()))
        }
    }
}
