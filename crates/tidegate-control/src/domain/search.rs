//! Searches (AuthZEN's): who may do this, on what may this be done, what may be done?
//!
//! The rules are those of questions (`checks.rs`): what is found is what a question would be answered yes
//! to. Subjects are searched with the guard `view_access` of the resource. Resources are searched for oneself; for
//! another subject, what is found is only what the caller has `view_access` on. Actions are the relations that are
//! asked by convention, `can_…`; others say what somebody is, not what they may do.
//!
//! Work is bounded: a page looks at no more than [`SEARCH_CANDIDATES_MAX`] candidates, so that it may hold fewer
//! than `limit` before the end.

use tidegate_policy::decide::ANONYMOUS;
use tidegate_policy::{
    CheckRequest, Context, ListError, ListObjectsRequest, ListUsersRequest, Object, Snapshot,
    Subject, SubjectKind,
};

use super::caller::Actor;
use super::checks::{entity, own};
use super::{Administration, Fault};

/// Most candidates that one page of a search looks at.
pub const SEARCH_CANDIDATES_MAX: usize = tidegate_policy::list::MAX_CANDIDATES;

/// By convention, what can be asked for.
const ACTION_PREFIX: &str = "can_";

/// Which part of what is found.
#[derive(Clone, Debug)]
pub struct Part {
    /// What the page before gave as [`Found::next`].
    pub token: Option<String>,
    /// Results at most; at least 1.
    pub limit: usize,
}

/// A part of what is found.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// In a stable order.
    pub results: Vec<T>,
    /// The token of the next part; none at the end.
    pub next: Option<String>,
    /// Whether every question that this part needed had an answer.
    pub complete: bool,
    /// Whether everybody may (subjects).
    pub everyone: bool,
    /// The revision that it was answered from.
    pub revision: u64,
}

impl Administration {
    /// Subjects of a type that may do something on a resource.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn search_subjects(
        &self,
        actor: &Actor,
        type_name: &str,
        action: &str,
        resource: &(String, String),
        part: &Part,
    ) -> Result<Found<Object>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let resource = entity(resource, "resource")?;
        self.may_view_access(actor, &snapshot, &resource)?;
        self.known_type(type_name, "subject.type")?;
        self.known_action(resource.type_name(), action)?;
        let search = ["subject", type_name, action, resource.as_str()];
        let after = self.part_after::<Subject>(actor, &search, part)?;
        let page = snapshot
            .list_users(&ListUsersRequest {
                object: &resource,
                relation: action,
                kind: SubjectKind::Type(type_name),
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: part.limit,
            })
            .map_err(|error| unlisted(&error))?;
        let next = self.token(actor, &search, page.next.as_ref())?;
        let everyone = page
            .found
            .iter()
            .any(|subject| matches!(subject, Subject::Wildcard { .. }));
        let named = page.found.into_iter().filter_map(|subject| match subject {
            Subject::Object(object) => Some(object),
            Subject::Userset { .. } | Subject::Wildcard { .. } => None,
        });
        Ok(Found {
            results: named
                .filter(|object| snapshot.standing(object).is_some())
                .collect(),
            next,
            complete: page.complete,
            everyone,
            revision: snapshot.revision(),
        })
    }

    /// Resources of a type on which a subject may do something.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn search_resources(
        &self,
        actor: &Actor,
        subject: &(String, String),
        action: &str,
        type_name: &str,
        part: &Part,
    ) -> Result<Found<Object>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let subject = entity(subject, "subject")?;
        self.known_type(subject.type_name(), "subject.type")?;
        self.known_type(type_name, "resource.type")?;
        self.known_action(type_name, action)?;
        let search = ["resource", subject.as_str(), action, type_name];
        let after = self.part_after::<Object>(actor, &search, part)?;
        let oneself = subject == actor.object;
        let asked = if oneself {
            asked_as(&snapshot, actor)
        } else {
            Subject::Object(subject.clone())
        };
        let page = snapshot
            .list_objects(&ListObjectsRequest {
                subject: &asked,
                relation: action,
                object_type: type_name,
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: part.limit,
            })
            .map_err(|error| unlisted(&error))?;
        let next = self.token(actor, &search, page.next.as_ref())?;
        let told = |object: &Object| {
            if oneself {
                own(&snapshot, actor, action, object)
            } else {
                self.may_view_access(actor, &snapshot, object).is_ok()
            }
        };
        Ok(Found {
            results: page.found.into_iter().filter(told).collect(),
            next,
            complete: page.complete,
            everyone: false,
            revision: snapshot.revision(),
        })
    }

    /// What a subject may do on a resource.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn search_actions(
        &self,
        actor: &Actor,
        subject: &(String, String),
        resource: &(String, String),
        part: &Part,
    ) -> Result<Found<String>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let subject = entity(subject, "subject")?;
        let resource = entity(resource, "resource")?;
        let oneself = subject == actor.object;
        if !oneself {
            self.may_view_access(actor, &snapshot, &resource)?;
        }
        self.known_type(subject.type_name(), "subject.type")?;
        self.known_type(resource.type_name(), "resource.type")?;
        let search = ["action", subject.as_str(), resource.as_str(), ""];
        let after = self
            .part_after::<String>(actor, &search, part)?
            .unwrap_or_default();
        let mut complete = true;
        let asked = Subject::Object(subject.clone());
        let mut holds = |action: &str| {
            if oneself {
                return own(&snapshot, actor, action, &resource);
            }
            let request = CheckRequest {
                subject: &asked,
                relation: action,
                object: &resource,
                contextual_tuples: &[],
                context: Context::EMPTY,
            };
            // INVARIANT: an error is a no.
            snapshot.check(&request).unwrap_or_else(|_| {
                complete = false;
                false
            })
        };
        let relations = self.system.model().relations(resource.type_name());
        let mut actions: Vec<&str> = relations
            .filter(|relation| relation.starts_with(ACTION_PREFIX) && *relation > after.as_str())
            .collect();
        actions.sort_unstable();
        let mut results: Vec<String> = Vec::new();
        let mut next = None;
        for action in actions {
            if results.len() == part.limit {
                next = self.token(actor, &search, results.last())?;
                break;
            }
            if holds(action) {
                results.push(action.to_owned());
            }
        }
        Ok(Found {
            results,
            next,
            complete,
            everyone: false,
            revision: snapshot.revision(),
        })
    }
}

/// As whom the caller's secret is checked.
pub(super) fn asked_as(snapshot: &Snapshot, actor: &Actor) -> Subject {
    let kind = snapshot.profile().kinds.get(&actor.kind);
    let anonymous = kind.is_some_and(|kind| kind.anonymous);
    let known = snapshot.model().has_type(ANONYMOUS);
    match Object::new(ANONYMOUS, ANONYMOUS) {
        Ok(nobody) if anonymous && known => Subject::Object(nobody),
        // What is found is decided again, so that this can only find too little.
        _ => Subject::Object(actor.object.clone()),
    }
}

fn unlisted(error: &ListError) -> Fault {
    // Types and relations were looked up before.
    Fault::internal("a list cannot be made", error)
}

impl Administration {
    /// What the token of the page before says.
    fn part_after<T: std::str::FromStr>(
        &self,
        actor: &Actor,
        search: &[&str],
        part: &Part,
    ) -> Result<Option<T>, Fault> {
        // The last page's token is empty.
        let token = part.token.as_deref().filter(|token| !token.is_empty());
        let last = self.after(actor, search, token, "page.token")?;
        last.map(|last| last.parse())
            .transpose()
            .map_err(|_| Fault::bad("page.token", "not one that was given to this search"))
    }

    fn token<T: ToString>(
        &self,
        actor: &Actor,
        search: &[&str],
        last: Option<&T>,
    ) -> Result<Option<String>, Fault> {
        last.map(|last| self.cursor(actor, search, &last.to_string()))
            .transpose()
    }
}
