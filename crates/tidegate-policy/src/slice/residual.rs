//! What a check comes to before a request's context is known: yes, no, or a formula over conditions.
//!
//! The search is that of [`check`](crate::check): the same order of what counts, circles on the way,
//! bounds of hops and of length. It remembers across the questions of one subject what holds wherever it is
//! asked for. A check that would run out of its budget has no outcome here either.

use std::sync::Arc;

use hashbrown::HashMap;

use super::SliceError;
use super::terms::{CIRCLE, FAULT, NO, Node, NodeId, Terms, YES};
use crate::check::{MAX_HOPS, MAX_OPEN, MAX_PATH, MAX_STEPS, steps_of_many};
use crate::condition::{Condition, Context};
use crate::model::{ConditionId, Model, Relation, RelationId, Rewrite, Taken, TypeId};
use crate::snapshot::{Entry, ObjectId, SubjectId, View};

/// A relation of an object.
pub(super) type Goal = (ObjectId, RelationId);

/// Steps that every question has to itself: nearly all need fewer.
const STEPS_OF_EACH: u32 = 64;
/// Most steps above these of all questions of one subject together.
const MAX_STEPS_OF_ALL: u32 = 4 * MAX_STEPS;

/// One subject, and what was found of it.
pub(super) struct Residual<'a> {
    model: &'a Model,
    view: View<'a>,
    /// None when no tuple names it.
    subject: Option<ObjectId>,
    wildcard: SubjectId,
    conditions: HashMap<ConditionId, Arc<Condition>>,
    path: Vec<Goal>,
    /// Operators and relations that are being evaluated.
    open: usize,
    steps: u32,
    steps_left: u32,
    settled: HashMap<Goal, (u32, Found)>,
    /// What depends on how many hops are left.
    of_hops: HashMap<(Goal, u32), Found>,
}

/// What a part of the search came to, and what that depends on.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    node: NodeId,
    /// It led back to a relation on the way to it.
    circle: bool,
    /// It ran out of hops.
    out_of_hops: bool,
    /// It ran out of path, or had too many open.
    out_of_path: bool,
    /// Relations and operators on the longest way in it.
    path: usize,
    open: usize,
}

impl Found {
    fn of(node: NodeId) -> Self {
        Self {
            node,
            ..Self::default()
        }
    }

    /// Notes what a part depends on.
    fn add(&mut self, part: Self) -> NodeId {
        self.circle |= part.circle;
        self.out_of_hops |= part.out_of_hops;
        self.out_of_path |= part.out_of_path;
        self.path = self.path.max(part.path);
        self.open = self.open.max(part.open);
        part.node
    }

    fn with(self, node: NodeId) -> Self {
        Self { node, ..self }
    }
}

/// The budget is used up, or the formulas are too many: there is no outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent;

impl From<SliceError> for Spent {
    fn from(_: SliceError) -> Self {
        Self
    }
}

impl<'a> Residual<'a> {
    /// `type_id`: of the subject.
    pub(super) fn new(
        model: &'a Model,
        view: View<'a>,
        subject: Option<ObjectId>,
        type_id: TypeId,
    ) -> Self {
        Self {
            model,
            view,
            subject,
            wildcard: SubjectId::Wildcard(type_id),
            conditions: HashMap::new(),
            path: Vec::new(),
            open: 0,
            steps: 0,
            steps_left: MAX_STEPS_OF_ALL,
            settled: HashMap::new(),
            of_hops: HashMap::new(),
        }
    }

    /// What a check of the subject comes to. The formula is one of `terms`: always the same ones.
    pub(super) fn outcome(&mut self, terms: &mut Terms, goal: Goal) -> Result<NodeId, Spent> {
        self.path.clear();
        (self.open, self.steps) = (0, 0);
        Ok(self.resolve(terms, goal, 0)?.node)
    }

    fn resolve(&mut self, terms: &mut Terms, goal: Goal, hops: u32) -> Result<Found, Spent> {
        if hops >= MAX_HOPS {
            return Ok(Found {
                out_of_hops: true,
                ..Found::of(FAULT)
            });
        }
        if self.path.len() >= MAX_PATH {
            return Ok(Found {
                out_of_path: true,
                ..Found::of(FAULT)
            });
        }
        if self.path.contains(&goal) {
            return Ok(Found {
                circle: true,
                ..Found::of(CIRCLE)
            });
        }
        if let Some(found) = self.remembered(goal, hops) {
            return Ok(found);
        }
        self.step()?;
        let model = self.model;
        let relation = self
            .view
            .type_of(goal.0)
            .and_then(|type_id| model.relation(type_id, goal.1));
        let Some(relation) = relation else {
            return Ok(Found::of(FAULT));
        };
        self.path.push(goal);
        let found = self.rewrite(terms, &relation.rewrite, relation, goal, hops);
        self.path.pop();
        let mut found = found?;
        found.path += 1;
        self.remember(goal, hops, found);
        Ok(found)
    }

    fn remembered(&self, goal: Goal, hops: u32) -> Option<Found> {
        let settled = self.settled.get(&goal);
        let settled = settled.filter(|(then, _)| hops <= *then);
        let found = settled.map(|&(_, found)| found);
        found
            .or_else(|| self.of_hops.get(&(goal, hops)).copied())
            .filter(|found| {
                self.path.len() + found.path <= MAX_PATH
                    && self.open + found.open <= MAX_OPEN as usize
            })
    }

    fn remember(&mut self, goal: Goal, hops: u32, found: Found) {
        // A yes and a no stay what they are wherever they are asked for, with fewer hops behind them.
        if matches!(found.node, YES | NO)
            || !found.circle && !found.out_of_hops && !found.out_of_path
        {
            self.settled.insert(goal, (hops, found));
        } else if !found.circle && !found.out_of_path {
            self.of_hops.insert((goal, hops), found);
        }
    }

    fn rewrite(
        &mut self,
        terms: &mut Terms,
        rewrite: &'a Rewrite,
        relation: &'a Relation,
        goal: Goal,
        hops: u32,
    ) -> Result<Found, Spent> {
        if self.open >= MAX_OPEN as usize {
            return Ok(Found {
                out_of_path: true,
                ..Found::of(FAULT)
            });
        }
        self.open += 1;
        let found = self.operator(terms, rewrite, relation, goal, hops);
        self.open -= 1;
        let mut found = found?;
        found.open += 1;
        Ok(found)
    }

    fn operator(
        &mut self,
        terms: &mut Terms,
        rewrite: &'a Rewrite,
        relation: &'a Relation,
        goal: Goal,
        hops: u32,
    ) -> Result<Found, Spent> {
        match rewrite {
            Rewrite::Direct => self.direct(terms, relation, goal, hops),
            Rewrite::Computed(other) => self.resolve(terms, (goal.0, *other), hops),
            Rewrite::From { relation, tupleset } => {
                self.from(terms, *relation, (goal.0, *tupleset), hops)
            }
            Rewrite::Union(operands) => {
                self.spend(steps_of_many(operands.len()))?;
                let mut all = Found::default();
                let mut parts = Vec::with_capacity(operands.len());
                for operand in operands {
                    let part = self.rewrite(terms, operand, relation, goal, hops)?;
                    parts.push(all.add(part));
                    if part.node == YES {
                        break;
                    }
                }
                Ok(all.with(terms.any(parts)?))
            }
            Rewrite::Intersection(operands) => {
                self.spend(steps_of_many(operands.len()))?;
                let mut all = Found::default();
                let mut parts = Vec::with_capacity(operands.len());
                for operand in operands {
                    let part = self.rewrite(terms, operand, relation, goal, hops)?;
                    parts.push(all.add(part));
                    if part.node == NO {
                        break;
                    }
                }
                Ok(all.with(terms.all(parts)?))
            }
            Rewrite::Exclusion(base, subtract) => {
                let mut all = Found::default();
                let part = self.rewrite(terms, base, relation, goal, hops)?;
                let base = all.add(part);
                if matches!(base, NO | CIRCLE) {
                    return Ok(all.with(base));
                }
                let part = self.rewrite(terms, subtract, relation, goal, hops)?;
                let subtract = all.add(part);
                Ok(all.with(terms.but_not(base, subtract)?))
            }
        }
    }

    /// Tuples that name the subject, a wildcard that covers it, or a userset that may hold it.
    fn direct(
        &mut self,
        terms: &mut Terms,
        relation: &'a Relation,
        goal: Goal,
        hops: u32,
    ) -> Result<Found, Spent> {
        let row = self.view.row(goal.0, goal.1);
        if row.is_empty() {
            return Ok(Found::of(NO));
        }
        let mut parts = Vec::new();
        for subject in self
            .subject
            .map(SubjectId::Object)
            .into_iter()
            .chain([self.wildcard])
        {
            if let Some(entry) = row.find(subject) {
                parts.push(self.holds(terms, relation, goal, entry)?);
            }
        }
        if parts.contains(&YES) {
            return Ok(Found::of(YES));
        }
        let mut all = Found::default();
        for (member, entry) in row.usersets() {
            self.step()?;
            let met = self.holds(terms, relation, goal, entry)?;
            if matches!(met, NO | FAULT) {
                parts.push(met);
                continue;
            }
            let part = self.resolve(terms, member, hops + 1)?;
            let then = all.add(part);
            let part = terms.when(met, then)?;
            parts.push(part);
            if part == YES {
                break;
            }
        }
        Ok(all.with(terms.any(parts)?))
    }

    /// A relation of the objects that a tupleset names; those that do not have it are passed over.
    fn from(
        &mut self,
        terms: &mut Terms,
        relation: RelationId,
        tupleset: Goal,
        hops: u32,
    ) -> Result<Found, Spent> {
        let model = self.model;
        let type_id = self.view.type_of(tupleset.0);
        let Some(leads) = type_id.and_then(|type_id| model.relation(type_id, tupleset.1)) else {
            return Ok(Found::of(FAULT));
        };
        let mut parts = Vec::new();
        let mut all = Found::default();
        for (object, entry) in self.view.row(tupleset.0, tupleset.1).objects() {
            self.step()?;
            let has = self
                .view
                .type_of(object)
                .is_some_and(|id| model.relation(id, relation).is_some());
            if !has {
                continue;
            }
            let met = self.holds(terms, leads, tupleset, entry)?;
            if matches!(met, NO | FAULT) {
                parts.push(met);
                continue;
            }
            let part = self.resolve(terms, (object, relation), hops + 1)?;
            let then = all.add(part);
            let part = terms.when(met, then)?;
            parts.push(part);
            if part == YES {
                break;
            }
        }
        Ok(all.with(terms.any(parts)?))
    }

    /// Whether the model still takes such a tuple, and the tuple's condition is met.
    #[inline(never)]
    fn holds(
        &mut self,
        terms: &mut Terms,
        relation: &Relation,
        goal: Goal,
        entry: Entry,
    ) -> Result<NodeId, Spent> {
        let view = self.view;
        let taken = match entry.subject() {
            SubjectId::Object(id) => view.type_of(id).map(Taken::Object),
            SubjectId::Userset(id, member) => view
                .type_of(id)
                .map(|type_id| Taken::Userset(type_id, member)),
            SubjectId::Wildcard(type_id) => Some(Taken::Wildcard(type_id)),
        };
        self.spend(steps_of_many(relation.restrictions.len()))?;
        let bound = view.bound(goal.0, goal.1, entry);
        let condition = bound.map(|bound| bound.condition);
        let mut restrictions = relation.restrictions.iter();
        let allowed =
            restrictions.any(|found| Some(found.taken) == taken && found.condition == condition);
        match bound {
            _ if !allowed => Ok(NO),
            None if entry.is_conditional() => Ok(NO),
            None => Ok(YES),
            Some(bound) => match self.condition(bound.condition) {
                Some(condition) => {
                    let mut steps = 0;
                    let found = residual(terms, &condition, &bound.context, &mut steps);
                    self.spend(steps)?;
                    Ok(found?)
                }
                None => Ok(NO),
            },
        }
    }

    /// A condition of the model, to be kept.
    fn condition(&mut self, id: ConditionId) -> Option<Arc<Condition>> {
        if let Some(found) = self.conditions.get(&id) {
            return Some(Arc::clone(found));
        }
        let found = self.model.condition(id)?;
        let parameters = found.parameters().to_vec();
        let copy = Condition::parse(found.name(), parameters, found.expression()).ok()?;
        let copy = Arc::new(copy);
        self.conditions.insert(id, Arc::clone(&copy));
        Some(copy)
    }

    fn step(&mut self) -> Result<(), Spent> {
        self.spend(1)
    }

    fn spend(&mut self, steps: u32) -> Result<(), Spent> {
        let own = STEPS_OF_EACH.saturating_sub(self.steps);
        self.steps = self.steps.saturating_add(steps);
        self.steps_left = self.steps_left.saturating_sub(steps.saturating_sub(own));
        if self.steps > MAX_STEPS || self.steps_left == 0 {
            Err(Spent)
        } else {
            Ok(())
        }
    }
}

/// What a condition comes to with what a tuple says of it: known, where that says all of it, as a tuple's
/// values stand before those of a request.
fn residual(
    terms: &mut Terms,
    condition: &Arc<Condition>,
    stored: &Context,
    steps: &mut u32,
) -> Result<NodeId, SliceError> {
    let mut parameters = condition.parameters().iter();
    if parameters.all(|parameter| stored.get(&parameter.name).is_some()) {
        return Ok(
            match condition.is_met_in_steps(stored, Context::EMPTY, steps) {
                Ok(true) => YES,
                Ok(false) => NO,
                Err(_) => FAULT,
            },
        );
    }
    let condition = terms.add_condition(condition);
    let context = terms.add_context(stored);
    terms.add(Node::Condition { condition, context })
}
