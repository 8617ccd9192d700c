//! The subjects of a kind that are named on the way from an object and a relation.
//!
//! The walk goes where a check of any subject could go, by tuples whose conditions are not unmet, and looks at names
//! only: what it finds has the relation or not, which the check of each then says. It also goes through stored tuples
//! that the model does not allow any more; the check does not.
//!
//! Nobody who has the relation but is not named can be told from the wildcard: along the way no tuple
//! is about them, so each step comes to the same for both.

use super::Walked;
use super::users::{ListUsersRequest, SubjectKind};
use super::walk::{Allowance, First, Goal, Seen, Spent};
use crate::condition::{Context, EvaluationError};
use crate::model::{Model, RelationId, Rewrite, TypeId};
use crate::snapshot::{Entry, ObjectId, Row, Snapshot, SubjectId, View};
use crate::tuple::Subject;

/// The candidates for a page: the first who are named on the way from a goal over the view's numbers, and the
/// wildcard.
pub(super) fn named(
    snapshot: &Snapshot,
    view: View<'_>,
    request: &ListUsersRequest<'_>,
    start: Goal,
    max_walk: u32,
) -> Walked {
    let model = snapshot.model();
    let mut found = First::after(request.after);
    if let SubjectKind::Type(type_name) = request.kind {
        let type_name = type_name.into();
        found.add(Subject::Wildcard { type_name });
    }
    let Some(wanted) = wanted(model, request.kind) else {
        return Walked {
            names: Vec::new(),
            complete: false,
            error: None,
        };
    };
    let mut walk = Walk {
        snapshot,
        model,
        view,
        wanted,
        context: request.context,
        left_out: false,
        allowance: Allowance::new(max_walk),
        found,
        error: None,
    };
    let complete = walk.collect(start, For::Names).is_ok();
    if complete && walk.left_out && walk.error.is_none() {
        // All names are there, however far this comes.
        _ = walk.collect(start, For::Conditions);
    }
    Walked {
        names: walk.found.into_names(),
        complete,
        error: walk.error,
    }
}

/// The kind over numbers: its type, and its relation for usersets.
type Wanted = (TypeId, Option<RelationId>);

fn wanted(model: &Model, kind: SubjectKind<'_>) -> Option<Wanted> {
    Some(match kind {
        SubjectKind::Type(type_name) => (model.type_id(type_name)?, None),
        SubjectKind::Userset {
            type_name,
            relation,
        } => (
            model.type_id(type_name)?,
            Some(model.relation_id(relation)?),
        ),
    })
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    model: &'a Model,
    view: View<'a>,
    wanted: Wanted,
    context: &'a Context,
    /// Whether there may be conditions that no name hangs on.
    left_out: bool,
    allowance: Allowance,
    found: First<'a>,
    error: Option<EvaluationError>,
}

/// What a walk is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// Whom it comes upon, and conditions without an answer on the way there.
    Names,
    /// Whether the wanted type's wildcard is among them.
    Wildcard,
    /// The first condition without an answer, also of what names nobody who is wanted.
    Conditions,
}

/// Goals that were come upon, and those that are still to be looked at.
#[derive(Default)]
struct Frontier {
    seen: Seen,
    next: Vec<Goal>,
}

impl Frontier {
    fn add(&mut self, goal: Goal, allowance: &mut Allowance) -> Result<(), Spent> {
        if self.seen.add(goal, allowance)? {
            self.next.push(goal);
        }
        Ok(())
    }
}

impl<'a> Walk<'a> {
    /// Goes all the way from a goal.
    fn collect(&mut self, start: Goal, what: For) -> Result<(), Spent> {
        let mut frontier = Frontier::default();
        frontier.add(start, &mut self.allowance)?;
        self.go(start, Vec::new(), frontier, what)?;
        Ok(())
    }

    /// Whether the wanted type's wildcard is named on the way; what is taken away does not count.
    fn has_wildcard(&mut self, start: &'a Rewrite, on: Goal) -> Result<bool, Spent> {
        // A userset is no member of a wildcard.
        if self.wanted.1.is_some() {
            return Ok(false);
        }
        self.go(on, vec![start], Frontier::default(), For::Wildcard)
    }

    /// Goes through these parts of a goal's definition, and wherever they lead. Says whether it came upon the wildcard,
    /// if that is asked for.
    fn go(
        &mut self,
        mut goal: Goal,
        mut open: Vec<&'a Rewrite>,
        mut frontier: Frontier,
        what: For,
    ) -> Result<bool, Spent> {
        let wildcard = SubjectId::Wildcard(self.wanted.0);
        loop {
            if what == For::Conditions && self.error.is_some() {
                return Ok(false);
            }
            while let Some(rewrite) = open.pop() {
                self.lead(rewrite, goal, &mut frontier)?;
                match rewrite {
                    Rewrite::Direct if what != For::Wildcard => self.note(goal, what)?,
                    Rewrite::Direct if self.row(goal).find(wildcard).is_some() => return Ok(true),
                    Rewrite::Direct | Rewrite::Computed(_) | Rewrite::From { .. } => {}
                    Rewrite::Union(all) | Rewrite::Intersection(all) => open.extend(all),
                    Rewrite::Exclusion(base, subtract) => {
                        open.push(base);
                        if what == For::Conditions
                            || what == For::Names && self.has_wildcard(base, goal)?
                        {
                            open.push(subtract);
                        } else {
                            self.left_out |= !self.model.conditions().is_empty();
                        }
                    }
                }
            }
            let Some(next) = frontier.next.pop() else {
                return Ok(false);
            };
            goal = next;
            let Some(rewrite) = self.visit(goal) else {
                continue;
            };
            open.push(rewrite);
            // A userset is its own member, so each that the way leads to is named.
            if what == For::Names && self.is_wanted(goal.0, Some(goal.1)) {
                self.name(SubjectId::Userset(goal.0, goal.1))?;
            }
        }
    }

    /// How a goal follows from others; none when its type does not have the relation.
    fn visit(&self, (object, relation): Goal) -> Option<&'a Rewrite> {
        let type_id = self.view.type_of(object)?;
        let found = self.model.relation(type_id, relation)?;
        Some(&found.rewrite)
    }

    /// Adds the goals that a rewrite leads to by itself, not by its operands.
    fn lead(
        &mut self,
        rewrite: &Rewrite,
        goal: Goal,
        frontier: &mut Frontier,
    ) -> Result<(), Spent> {
        self.allowance.spend(1)?;
        match *rewrite {
            Rewrite::Direct => {
                for (userset, entry) in self.row(goal).usersets() {
                    if self.counts(goal, entry)? {
                        frontier.add(userset, &mut self.allowance)?;
                    }
                }
            }
            Rewrite::Computed(other) => frontier.add((goal.0, other), &mut self.allowance)?,
            Rewrite::From { relation, tupleset } => {
                let tupleset = (goal.0, tupleset);
                for (object, entry) in self.row(tupleset).objects() {
                    if self.counts(tupleset, entry)? {
                        frontier.add((object, relation), &mut self.allowance)?;
                    }
                }
            }
            Rewrite::Union(_) | Rewrite::Intersection(_) | Rewrite::Exclusion(..) => {}
        }
        Ok(())
    }

    /// Names the objects of the wanted type that a row holds, or looks at the conditions of all: as in OpenFGA one
    /// without an answer is noted whatever type its tuple names.
    fn note(&mut self, goal: Goal, what: For) -> Result<(), Spent> {
        for entry in self.row(goal).entries() {
            self.allowance.spend(1)?;
            let subject = entry.subject();
            let is_wanted = match subject {
                SubjectId::Object(object) => self.is_wanted(object, None),
                SubjectId::Wildcard(_) => false,
                // To be led on by.
                SubjectId::Userset(..) => continue,
            };
            if what == For::Names && !is_wanted {
                self.left_out |= entry.is_conditional();
            } else if self.counts(goal, entry)? && what == For::Names {
                self.name(subject)?;
            }
        }
        Ok(())
    }

    fn name(&mut self, subject: SubjectId) -> Result<(), Spent> {
        self.allowance.name()?;
        if let Some(name) = self.snapshot.name(self.view, subject) {
            self.found.add(name);
        }
        Ok(())
    }

    /// Whether a tuple is followed: not when its relation may take it, and its condition is not met. Notes the first
    /// condition that has no answer.
    fn counts(&mut self, goal: Goal, entry: Entry) -> Result<bool, Spent> {
        let Some(bound) = self.view.bound(goal.0, goal.1, entry) else {
            return Ok(true);
        };
        let type_id = self.view.type_of(goal.0);
        let relation = type_id.and_then(|type_id| self.model.relation(type_id, goal.1));
        let count = relation.map_or(0, |relation| relation.restrictions.len());
        self.allowance.spend(count / 8)?;
        let is_taken = relation.is_some_and(|relation| {
            let mut restrictions = relation.restrictions.iter();
            restrictions.any(|found| found.condition == Some(bound.condition))
        });
        if is_taken && let Some(condition) = self.model.condition(bound.condition) {
            let mut steps = 0;
            let met = condition.is_met_in_steps(&bound.context, self.context, &mut steps);
            self.allowance.conditions(steps)?;
            match met {
                Ok(met) => return Ok(met),
                Err(error) => _ = self.error.get_or_insert(error),
            }
        }
        Ok(true)
    }

    fn row(&self, goal: Goal) -> Row<'a> {
        self.view.row(goal.0, goal.1)
    }

    fn is_wanted(&self, object: ObjectId, relation: Option<RelationId>) -> bool {
        self.wanted.1 == relation && self.view.type_of(object) == Some(self.wanted.0)
    }
}
