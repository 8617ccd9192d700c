//! What a check comes to before a request's context is known: yes, no, or a formula over conditions.
//!
//! The search is that of [`check`](crate::check): the same plans, the same order of what counts, circles on
//! the way, bounds of hops, of length and of what is open. It remembers across the questions of one subject
//! what holds wherever it is asked for.
//!
//! The budget of a check is the one bound that depends on what was looked at before. So every outcome comes
//! with a number of steps that no check of it takes, whatever its request says. Where that is within the
//! budget, the outcome is what the check says. Where it is not, the question is searched once more without
//! remembering anything, which no check does worse than; and where no condition is in it, the check itself is
//! asked.

use std::sync::Arc;

use crate::hash::HashMap;

use super::found::{Found, Goal, Memory, Place};
use super::terms::{CIRCLE, FAULT, NO, NodeId, Terms, YES};
use super::{MAX_SLICE_STEPS, SliceError};
use crate::check::{MAX_HOPS, MAX_OPEN, MAX_PATH, MAX_STEPS, steps_of_many};
use crate::condition::Condition;
use crate::model::{
    ConditionId, Leaf, LeafKind, Model, Relation, RelationId, Rewrite, Taken, TypeId,
};
use crate::snapshot::{Entry, ObjectId, SubjectId, View};

/// Steps that every question has to itself: nearly all need fewer.
const STEPS_OF_EACH: u32 = 64;

/// What a question comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Always the same formula of the same terms.
    Formula(NodeId),
    /// What the check says: the same to every request.
    OfCheck,
}

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
    /// Whether this question came to a tuple that holds for some requests and not for others.
    conditional: bool,
    memory: Option<Memory>,
}

/// Why the search stops.
enum Stop {
    /// The budget of one question is used up.
    Spent,
    Error(SliceError),
}

impl From<SliceError> for Stop {
    fn from(error: SliceError) -> Self {
        Self::Error(error)
    }
}

/// A relation of an object that is being resolved.
#[derive(Clone, Copy)]
struct At<'a> {
    goal: Goal,
    relation: &'a Relation,
    hops: u32,
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
            steps_left: MAX_SLICE_STEPS,
            conditional: false,
            memory: Some(Memory::new(!model.conditions().is_empty())),
        }
    }

    /// What a check of the subject comes to.
    ///
    /// # Errors
    /// [`SliceError::TooMuch`] where that cannot be said within the budget, [`SliceError::TooLong`] where it
    /// takes too many formulas.
    pub(super) fn outcome(&mut self, terms: &mut Terms, goal: Goal) -> Result<Outcome, SliceError> {
        match self.search(terms, goal) {
            Ok(found) if found.steps <= MAX_STEPS => return Ok(Outcome::Formula(found.node)),
            // A check that remembers less does not come further with as many steps.
            Ok(_) | Err(Stop::Spent) if !self.conditional => return Ok(Outcome::OfCheck),
            Err(Stop::Error(error)) => return Err(error),
            Ok(_) | Err(Stop::Spent) => {}
        }
        let memory = self.memory.take();
        let found = self.search(terms, goal);
        self.memory = memory;
        match found {
            Ok(found) if found.steps <= MAX_STEPS => Ok(Outcome::Formula(found.node)),
            Ok(_) | Err(Stop::Spent) => Err(SliceError::TooMuch),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// Takes steps that were taken elsewhere from the budget.
    ///
    /// # Errors
    /// [`SliceError::TooMuch`] when it is used up.
    pub(super) fn spend(&mut self, steps: u32) -> Result<(), SliceError> {
        let left = self.steps_left.checked_sub(steps);
        self.steps_left = left.ok_or(SliceError::TooMuch)?;
        Ok(())
    }

    fn search(&mut self, terms: &mut Terms, goal: Goal) -> Result<Found, Stop> {
        self.path.clear();
        (self.open, self.steps, self.conditional) = (0, 0, false);
        self.resolve(terms, goal, 0)
    }

    fn resolve(&mut self, terms: &mut Terms, goal: Goal, hops: u32) -> Result<Found, Stop> {
        if hops >= MAX_HOPS {
            return Ok(Found {
                out_of_hops: true,
                ..Found::of(FAULT)
            });
        }
        if self.path.len() >= MAX_PATH {
            return Ok(out_of_path());
        }
        if self.path.contains(&goal) {
            return Ok(Found {
                circle: true,
                ..Found::of(CIRCLE)
            });
        }
        let place = Place {
            hops,
            path: self.path.len(),
            open: self.open,
        };
        if let Some(memory) = &self.memory
            && let Some(found) = memory.get(goal, place)
        {
            self.conditional |= found.conditional;
            return Ok(found);
        }
        let mut all = Found::default();
        self.step(&mut all)?;
        let model = self.model;
        let type_id = self.view.type_of(goal.0);
        let planned = type_id.and_then(|type_id| model.planned(type_id, goal.1));
        let found = match planned {
            None => Found::of(FAULT),
            Some((_, Some(leaves))) => self.leaves(terms, leaves, goal, hops)?,
            Some((relation, None)) => {
                let at = At {
                    goal,
                    relation,
                    hops,
                };
                self.path.push(goal);
                let found = self.rewrite(terms, &relation.rewrite, at);
                self.path.pop();
                let found = found?;
                Found {
                    path: found.path + 1,
                    ..found
                }
            }
        };
        let node = all.add(found);
        let found = all.with(node);
        if let Some(memory) = &mut self.memory {
            memory.put(goal, hops, found);
        }
        Ok(found)
    }

    /// Any of the ways of a plan. Only the first relation of each was asked for: no others make a circle.
    fn leaves(
        &mut self,
        terms: &mut Terms,
        leaves: &'a [Leaf],
        goal: Goal,
        hops: u32,
    ) -> Result<Found, Stop> {
        let mut all = Found::default();
        let mut parts = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            let before = self.path.len();
            let mut part = if before + leaf.chain.len() > MAX_PATH {
                out_of_path()
            } else {
                self.step(&mut all)?;
                let chain = leaf.chain.iter();
                self.path.extend(chain.map(|&relation| (goal.0, relation)));
                let part = self.leaf(terms, leaf, goal, hops);
                self.path.truncate(before);
                part?
            };
            // Where it is out of path, it is so one further than there may be.
            part.path = (part.path + leaf.chain.len()).min(MAX_PATH - before);
            parts.push(all.add(part));
            if part.node == YES {
                break;
            }
        }
        Ok(all.with(terms.any(parts)?))
    }

    fn leaf(
        &mut self,
        terms: &mut Terms,
        leaf: &'a Leaf,
        goal: Goal,
        hops: u32,
    ) -> Result<Found, Stop> {
        let model = self.model;
        let (LeafKind::Direct { place } | LeafKind::From { place, .. }) = leaf.kind;
        let Some(relation) = model.relation_at(place) else {
            return Ok(Found::of(FAULT));
        };
        let at = At {
            goal: (goal.0, relation.name),
            relation,
            hops,
        };
        match leaf.kind {
            LeafKind::Direct { .. } => self.direct(terms, at),
            LeafKind::From { relation, .. } => self.lead(terms, relation, at),
        }
    }

    fn rewrite(
        &mut self,
        terms: &mut Terms,
        rewrite: &'a Rewrite,
        at: At<'a>,
    ) -> Result<Found, Stop> {
        if self.open >= MAX_OPEN as usize {
            return Ok(out_of_path());
        }
        self.open += 1;
        let found = self.operator(terms, rewrite, at);
        self.open -= 1;
        let mut found = found?;
        found.open += 1;
        Ok(found)
    }

    fn operator(
        &mut self,
        terms: &mut Terms,
        rewrite: &'a Rewrite,
        at: At<'a>,
    ) -> Result<Found, Stop> {
        match rewrite {
            Rewrite::Direct => self.direct(terms, at),
            Rewrite::Computed(other) => self.resolve(terms, (at.goal.0, *other), at.hops),
            Rewrite::From { relation, tupleset } => {
                let goal = (at.goal.0, *tupleset);
                let type_id = self.view.type_of(goal.0);
                let model = self.model;
                match type_id.and_then(|type_id| model.relation(type_id, goal.1)) {
                    Some(leads) => {
                        let tuples = At {
                            goal,
                            relation: leads,
                            hops: at.hops,
                        };
                        self.lead(terms, *relation, tuples)
                    }
                    None => Ok(Found::of(FAULT)),
                }
            }
            Rewrite::Union(operands) => self.joined(terms, operands, at, true),
            Rewrite::Intersection(operands) => self.joined(terms, operands, at, false),
            Rewrite::Exclusion(base, subtract) => {
                let mut all = Found::default();
                let part = self.rewrite(terms, base, at)?;
                let base = all.add(part);
                if matches!(base, NO | CIRCLE) {
                    return Ok(all.with(base));
                }
                let part = self.rewrite(terms, subtract, at)?;
                let subtract = all.add(part);
                Ok(all.with(terms.but_not(base, subtract)?))
            }
        }
    }

    /// Any or all of these, up to the first that settles it.
    fn joined(
        &mut self,
        terms: &mut Terms,
        operands: &'a [Rewrite],
        at: At<'a>,
        any: bool,
    ) -> Result<Found, Stop> {
        let settles = if any { YES } else { NO };
        let mut all = Found::default();
        self.charge(&mut all, steps_of_many(operands.len()))?;
        let mut parts = Vec::with_capacity(operands.len());
        for operand in operands {
            let part = self.rewrite(terms, operand, at)?;
            parts.push(all.add(part));
            if part.node == settles {
                break;
            }
        }
        Ok(all.with(match any {
            true => terms.any(parts)?,
            false => terms.all(parts)?,
        }))
    }

    /// Tuples that name the subject, a wildcard that covers it, or a userset that may hold it.
    fn direct(&mut self, terms: &mut Terms, at: At<'a>) -> Result<Found, Stop> {
        let row = self.view.row(at.goal.0, at.goal.1);
        if row.is_empty() {
            return Ok(Found::of(NO));
        }
        let mut all = Found::default();
        let mut parts = Vec::new();
        let named = self.subject.map(SubjectId::Object);
        for subject in named.into_iter().chain([self.wildcard]) {
            if let Some(entry) = row.find(subject) {
                let met = self.holds(terms, at, entry, &mut all)?;
                if met == YES {
                    return Ok(all.with(YES));
                }
                parts.push(met);
            }
        }
        for (member, entry) in row.usersets() {
            self.step(&mut all)?;
            let part = self.behind(terms, at, entry, member, &mut all)?;
            parts.push(part);
            if part == YES {
                break;
            }
        }
        Ok(all.with(terms.any(parts)?))
    }

    /// A relation of the objects that a tupleset names; those that do not have it are passed over.
    fn lead(
        &mut self,
        terms: &mut Terms,
        relation: RelationId,
        tuples: At<'a>,
    ) -> Result<Found, Stop> {
        let model = self.model;
        let mut parts = Vec::new();
        let mut all = Found::default();
        for (object, entry) in self.view.row(tuples.goal.0, tuples.goal.1).objects() {
            self.step(&mut all)?;
            let type_id = self.view.type_of(object);
            if type_id
                .and_then(|id| model.relation(id, relation))
                .is_none()
            {
                continue;
            }
            let part = self.behind(terms, tuples, entry, (object, relation), &mut all)?;
            parts.push(part);
            if part == YES {
                break;
            }
        }
        Ok(all.with(terms.any(parts)?))
    }

    /// What is behind a tuple, where that holds.
    fn behind(
        &mut self,
        terms: &mut Terms,
        at: At<'a>,
        entry: Entry,
        next: Goal,
        all: &mut Found,
    ) -> Result<NodeId, Stop> {
        let met = self.holds(terms, at, entry, all)?;
        if matches!(met, NO | FAULT) {
            return Ok(met);
        }
        let part = self.resolve(terms, next, at.hops + 1)?;
        let then = all.add(part);
        Ok(terms.when(met, then)?)
    }

    /// Whether the model still takes such a tuple, and the tuple's condition is met.
    #[inline(never)]
    fn holds(
        &mut self,
        terms: &mut Terms,
        at: At<'a>,
        entry: Entry,
        all: &mut Found,
    ) -> Result<NodeId, Stop> {
        let view = self.view;
        let taken = match entry.subject() {
            SubjectId::Object(id) => view.type_of(id).map(Taken::Object),
            SubjectId::Userset(id, member) => view
                .type_of(id)
                .map(|type_id| Taken::Userset(type_id, member)),
            SubjectId::Wildcard(type_id) => Some(Taken::Wildcard(type_id)),
        };
        self.charge(all, steps_of_many(at.relation.restrictions.len()))?;
        let bound = view.bound(at.goal.0, at.goal.1, entry);
        let condition = bound.map(|bound| bound.condition);
        let mut restrictions = at.relation.restrictions.iter();
        let allowed =
            restrictions.any(|found| Some(found.taken) == taken && found.condition == condition);
        match bound {
            _ if !allowed => Ok(NO),
            None if entry.is_conditional() => Ok(NO),
            None => Ok(YES),
            Some(bound) => match self.condition(bound.condition) {
                Some(condition) => {
                    let mut steps = 0;
                    let met = terms.add_met(&condition, &bound.context, &mut steps)?;
                    self.charge(all, steps)?;
                    if !matches!(met, YES | NO | FAULT) {
                        // What it costs is the request's to say.
                        all.steps = all.steps.saturating_add(condition.most_steps());
                        all.conditional = true;
                        self.conditional = true;
                    }
                    Ok(met)
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

    fn step(&mut self, all: &mut Found) -> Result<(), Stop> {
        self.charge(all, 1)
    }

    fn charge(&mut self, all: &mut Found, steps: u32) -> Result<(), Stop> {
        all.steps = all.steps.saturating_add(steps);
        let own = STEPS_OF_EACH.saturating_sub(self.steps);
        self.steps = self.steps.saturating_add(steps);
        self.spend(steps.saturating_sub(own))?;
        if self.steps > MAX_STEPS {
            Err(Stop::Spent)
        } else {
            Ok(())
        }
    }
}

fn out_of_path() -> Found {
    Found {
        out_of_path: true,
        ..Found::of(FAULT)
    }
}
