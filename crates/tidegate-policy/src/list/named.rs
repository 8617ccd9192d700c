//! The subjects of a kind that are named on the way from an object and a relation.
//!
//! The walk goes where a check of any subject could go, and looks at names only: what it finds has the
//! relation or not, which the check of each then says. It also goes through stored tuples that the
//! model does not allow any more; the check does not.
//!
//! Nobody who has the relation but is not named can be told from the wildcard: along the way no tuple
//! is about them, so each step comes to the same for both.

use std::collections::BTreeSet;

use hashbrown::HashSet;

use super::users::{ListUsersRequest, SubjectKind};
use crate::condition::{Context, EvaluationError};
use crate::model::{Model, RelationId, Rewrite, TypeId};
use crate::snapshot::{Entry, ObjectId, Row, Snapshot, SubjectId, View};
use crate::tuple::Subject;

/// Most steps of one walk: each is a relation of an object, or a subject that was looked at.
pub(super) const MAX_STEPS: u32 = 10_000_000;

/// What a walk found.
#[derive(Default)]
pub(super) struct Named {
    pub(super) subjects: BTreeSet<Subject>,
    /// Whether the walk came to its end.
    pub(super) complete: bool,
    /// Why the first condition on the way that has no answer has none.
    pub(super) error: Option<EvaluationError>,
}

/// Walks from the request's object and relation.
pub(super) fn named(snapshot: &Snapshot, request: &ListUsersRequest<'_>, max_steps: u32) -> Named {
    let model = snapshot.model();
    let mut overlay = snapshot.overlay(request.contextual_tuples);
    let start = overlay.intern(snapshot.store(), model, request.object);
    let view = View {
        overlay: Some(&overlay),
        ..snapshot.view()
    };

    let (Some(wanted), Some(relation)) = (
        wanted(model, request.kind),
        model.relation_id(request.relation),
    ) else {
        return Named::default();
    };
    let mut walk = Walk {
        model,
        view,
        wanted,
        context: request.context,
        steps_left: max_steps,
        found: HashSet::new(),
        error: None,
    };
    let complete = walk.collect((start, relation)).is_some();
    let found = walk.found.iter();
    Named {
        subjects: found
            .filter_map(|&subject| snapshot.name(view, subject))
            .collect(),
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

/// A relation of an object.
type Goal = (ObjectId, RelationId);

struct Walk<'a> {
    model: &'a Model,
    view: View<'a>,
    wanted: Wanted,
    context: &'a Context,
    steps_left: u32,
    found: HashSet<SubjectId>,
    error: Option<EvaluationError>,
}

/// Goals that were come upon, and those that are still to be looked at.
#[derive(Default)]
struct Frontier {
    seen: HashSet<Goal>,
    next: Vec<Goal>,
}

impl Frontier {
    fn add(&mut self, goal: Goal) {
        if self.seen.insert(goal) {
            self.next.push(goal);
        }
    }
}

impl<'a> Walk<'a> {
    /// Notes every subject of the wanted kind; none when the budget is used up.
    fn collect(&mut self, start: Goal) -> Option<()> {
        let mut frontier = Frontier::default();
        frontier.add(start);
        while let Some(goal) = frontier.next.pop() {
            let Some(rewrite) = self.visit(goal)? else {
                continue;
            };
            // A userset is its own member, so each that the way leads to is named.
            if self.is_wanted(goal.0, Some(goal.1)) {
                self.found.insert(SubjectId::Userset(goal.0, goal.1));
            }
            let mut open = vec![rewrite];
            while let Some(rewrite) = open.pop() {
                self.lead(rewrite, goal, &mut frontier)?;
                match rewrite {
                    Rewrite::Direct => self.note(goal),
                    Rewrite::Computed(_) | Rewrite::From { .. } => {}
                    Rewrite::Union(all) | Rewrite::Intersection(all) => open.extend(all),
                    Rewrite::Exclusion(base, subtract) => {
                        open.push(base);
                        if self.has_wildcard(base, goal)? {
                            open.push(subtract);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// Whether the wanted type's wildcard is named on the way; what is taken away does not count.
    fn has_wildcard(&mut self, start: &'a Rewrite, on: Goal) -> Option<bool> {
        // A userset is no member of a wildcard.
        let (type_id, None) = self.wanted else {
            return Some(false);
        };
        let wildcard = SubjectId::Wildcard(type_id);
        let mut frontier = Frontier::default();
        let mut open = vec![(start, on)];
        loop {
            while let Some((rewrite, goal)) = open.pop() {
                self.lead(rewrite, goal, &mut frontier)?;
                match rewrite {
                    Rewrite::Direct if self.row(goal).find(wildcard).is_some() => {
                        return Some(true);
                    }
                    Rewrite::Direct | Rewrite::Computed(_) | Rewrite::From { .. } => {}
                    Rewrite::Union(all) | Rewrite::Intersection(all) => {
                        open.extend(all.iter().map(|operand| (operand, goal)));
                    }
                    Rewrite::Exclusion(base, _) => open.push((base, goal)),
                }
            }
            let Some(goal) = frontier.next.pop() else {
                return Some(false);
            };
            open.extend(self.visit(goal)?.map(|rewrite| (rewrite, goal)));
        }
    }

    /// How a goal follows from others; none inside when its type does not have the relation.
    fn visit(&mut self, (object, relation): Goal) -> Option<Option<&'a Rewrite>> {
        self.spend(1)?;
        let type_id = self.view.type_of(object);
        let model = self.model;
        Some(
            type_id
                .and_then(|type_id| model.relation(type_id, relation))
                .map(|found| &found.rewrite),
        )
    }

    /// Adds the goals that a rewrite leads to by itself, not by its operands.
    fn lead(&mut self, rewrite: &Rewrite, goal: Goal, frontier: &mut Frontier) -> Option<()> {
        match *rewrite {
            Rewrite::Direct => {
                let row = self.row(goal);
                self.spend(row.len())?;
                for (userset, entry) in row.usersets() {
                    self.evaluate(goal, entry);
                    frontier.add(userset);
                }
            }
            Rewrite::Computed(other) => frontier.add((goal.0, other)),
            Rewrite::From { relation, tupleset } => {
                let tupleset = (goal.0, tupleset);
                let row = self.row(tupleset);
                self.spend(row.len())?;
                for (object, entry) in row.objects() {
                    self.evaluate(tupleset, entry);
                    frontier.add((object, relation));
                }
            }
            Rewrite::Union(_) | Rewrite::Intersection(_) | Rewrite::Exclusion(..) => {}
        }
        Some(())
    }

    /// Notes the objects of the wanted type that a row holds.
    fn note(&mut self, goal: Goal) {
        for (object, entry) in self.row(goal).objects() {
            if self.is_wanted(object, None) {
                self.evaluate(goal, entry);
                self.found.insert(SubjectId::Object(object));
            }
        }
        if let (type_id, None) = self.wanted
            && let Some(entry) = self.row(goal).find(SubjectId::Wildcard(type_id))
        {
            self.evaluate(goal, entry);
        }
    }

    /// Notes the first condition that has no answer, of a tuple that its relation may take.
    fn evaluate(&mut self, goal: Goal, entry: Entry) {
        let bound = self.view.bound(goal.0, goal.1, entry);
        let Some(bound) = bound.filter(|_| self.error.is_none()) else {
            return;
        };
        let type_id = self.view.type_of(goal.0);
        let relation = type_id.and_then(|type_id| self.model.relation(type_id, goal.1));
        let is_taken = relation.is_some_and(|relation| {
            let mut restrictions = relation.restrictions.iter();
            restrictions.any(|found| found.condition == Some(bound.condition))
        });
        if is_taken && let Some(condition) = self.model.condition(bound.condition) {
            self.error = condition.is_met(&bound.context, self.context).err();
        }
    }

    fn row(&self, goal: Goal) -> Row<'a> {
        self.view.row(goal.0, goal.1)
    }

    fn is_wanted(&self, object: ObjectId, relation: Option<RelationId>) -> bool {
        self.wanted.1 == relation && self.view.type_of(object) == Some(self.wanted.0)
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.steps_left = self.steps_left.checked_sub(steps)?;
        Some(())
    }
}
