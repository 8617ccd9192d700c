//! Which changes make a relation of an object hold for the subject, and which make it not hold.
//!
//! For a goal there are two families of sets: those that make it a yes, and those that make it a no that
//! does not hang on a circle. Both follow from the families of the goals that the definition leads to:
//! an `or` is a yes by any of its operands' sets, and a no by one of each together; an `and` the other way
//! round; a `but not` is a yes by one of the first side's yes together with one of the second side's no.
//! So all families are the least that fulfil these equations, and are worked out from empty ones, again
//! and again where one that was read has grown. A circle adds nothing: what holds by itself alone does not
//! hold. What hangs on a condition without a value is open, neither yes nor no; but what is taken away from
//! it is a no all the same, so there are the same two families with open answers among the good ones.
//!
//! A family knows the tuples as they are. What a set adds may also make hold what another part of it needs
//! not to hold; so each set is but a candidate, for its user to try.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::hash::{HashMap, HashSet};

use crate::condition::Context;
use crate::model::{Relation, RelationId, Rewrite, Taken};
use crate::snapshot::{Entry, SubjectId};

use super::change::{Change, Changes, Known, Want, What};
use super::family::{Set, least, product};
use super::world::{Goal, Held, World};

/// Most sets of one family.
const MAX_FAMILY: usize = 10_000;

/// A goal, and what it is to come to.
type Node = (Goal, Want);
type Family = Rc<[Set]>;

pub(super) struct Support<'a> {
    world: &'a World<'a>,
    known: &'a Known,
    changes: Changes,
    /// Most additions of a set.
    adds: usize,
    families: HashMap<Node, Family>,
    readers: HashMap<Node, HashSet<Node>>,
    queue: VecDeque<Node>,
    queued: HashSet<Node>,
    numbers: HashMap<Change, u32>,
    by_number: Vec<Change>,
    /// Whether nothing was left out but what is out of bounds.
    pub(super) complete: bool,
}

/// The budget is used up.
pub(super) struct Spent;

impl<'a> Support<'a> {
    pub(super) fn new(world: &'a World<'a>, known: &'a Known, changes: Changes) -> Self {
        Self {
            world,
            known,
            changes,
            adds: 0,
            families: HashMap::new(),
            readers: HashMap::new(),
            queue: VecDeque::new(),
            queued: HashSet::new(),
            numbers: HashMap::new(),
            by_number: Vec::new(),
            complete: true,
        }
    }

    /// Candidates that make what is asked hold, with so many additions at most. When the budget is used up:
    /// those that were found.
    pub(super) fn candidates(&mut self, adds: usize, steps: &mut u32) -> Vec<Set> {
        self.adds = adds;
        let root = (self.world.goal, Want::YES);
        self.enqueue(root);
        while let Some(node) = self.queue.pop_front() {
            self.queued.remove(&node);
            let (sets, spent) = match self.evaluate(node, steps) {
                Ok(sets) => (sets, false),
                Err(Spent) => (Vec::new(), true),
            };
            if spent {
                self.complete = false;
                break;
            }
            if self.families.get(&node).is_none_or(|old| **old != *sets) {
                self.families.insert(node, sets.into());
                let readers = self.readers.get(&node).into_iter().flat_map(HashSet::iter);
                let readers: Vec<Node> = readers.copied().collect();
                for reader in readers {
                    self.enqueue(reader);
                }
            }
        }
        let found = self.families.get(&root);
        found.map_or_else(Vec::new, |family| family.to_vec())
    }

    pub(super) fn change(&self, number: u32) -> Option<Change> {
        self.by_number.get(number as usize).copied()
    }

    fn enqueue(&mut self, node: Node) {
        if self.queued.insert(node) {
            self.queue.push_back(node);
        }
    }

    fn evaluate(&mut self, node: Node, steps: &mut u32) -> Result<Vec<Set>, Spent> {
        let (goal, want) = node;
        self.spend(steps, 1)?;
        if self.world.subject == SubjectId::Userset(goal.0, goal.1) {
            return Ok(if want.yes {
                vec![Set::EMPTY]
            } else {
                Vec::new()
            });
        }
        let Some(relation) = self.world.relation(goal) else {
            return Ok(Vec::new());
        };
        self.part(node, &relation.rewrite, relation, want, steps)
    }

    /// The sets for a part of the node's definition.
    fn part(
        &mut self,
        node: Node,
        rewrite: &'a Rewrite,
        relation: &'a Relation,
        want: Want,
        steps: &mut u32,
    ) -> Result<Vec<Set>, Spent> {
        self.spend(steps, 1)?;
        let (goal, _) = node;
        let sets = match (rewrite, want.yes) {
            (Rewrite::Direct, true) => self.direct(node, relation, want, steps)?,
            (Rewrite::Direct, false) => {
                let named: Vec<Entry> = self.world.named(goal).collect();
                let named = named.into_iter().map(|entry| (None, entry)).collect();
                let sets = self.none_of(node, goal, named, want, steps)?;
                let usersets = self.world.row(goal).usersets();
                let usersets = usersets
                    .map(|(member, entry)| (Some(member), entry))
                    .collect();
                let others = self.none_of(node, goal, usersets, want, steps)?;
                self.together(&sets, &others, steps)?
            }
            (Rewrite::Computed(other), _) => self.read(node, ((goal.0, *other), want)).to_vec(),
            (Rewrite::From { relation, tupleset }, true) => {
                self.from(node, *relation, (goal.0, *tupleset), want, steps)?
            }
            (Rewrite::From { relation, tupleset }, false) => {
                let on = (goal.0, *tupleset);
                let linked = self.world.linked(on, *relation);
                let linked = linked.map(|(object, entry)| (Some((object, *relation)), entry));
                self.none_of(node, on, linked.collect(), want, steps)?
            }
            (Rewrite::Union(operands), true) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.extend(self.part(node, operand, relation, want, steps)?);
                }
                all
            }
            (Rewrite::Union(operands), false) | (Rewrite::Intersection(operands), true) => {
                let all = operands.iter().map(|operand| (operand, want));
                self.all_of(node, all, relation, steps)?
            }
            (Rewrite::Intersection(operands), false) => {
                let mut all = Vec::new();
                for (place, operand) in operands.iter().enumerate() {
                    all.extend(self.part(node, operand, relation, Want::NO, steps)?);
                    if want.or_open {
                        // An open one counts where no other is a circle.
                        let others = operands.iter().enumerate();
                        let others = others.map(|(other, operand)| {
                            let wanted = if other == place { want } else { want.yes() };
                            (operand, wanted)
                        });
                        all.extend(self.all_of(node, others, relation, steps)?);
                    }
                }
                all
            }
            (Rewrite::Exclusion(base, subtract), true) => {
                let both = [(&**base, want), (&**subtract, want.no())];
                self.all_of(node, both.into_iter(), relation, steps)?
            }
            (Rewrite::Exclusion(base, subtract), false) => {
                let mut all = self.part(node, base, relation, Want::NO, steps)?;
                // Taken away from what is a circle it is a circle still: the base has to be settled, or open.
                let settled = (&**base, want.yes().or_open());
                let both = [settled, (&**subtract, want.yes())];
                all.extend(self.all_of(node, both.into_iter(), relation, steps)?);
                if want.or_open {
                    let both = [(&**base, want), (&**subtract, want)];
                    all.extend(self.all_of(node, both.into_iter(), relation, steps)?);
                }
                all
            }
        };
        self.spend(steps, sets.len())?;
        Ok(self.bounded(least(sets)))
    }

    /// Every part comes to what is wanted of it.
    fn all_of(
        &mut self,
        node: Node,
        parts: impl Iterator<Item = (&'a Rewrite, Want)>,
        relation: &'a Relation,
        steps: &mut u32,
    ) -> Result<Vec<Set>, Spent> {
        let mut all = vec![Set::EMPTY];
        for (part, want) in parts {
            let sets = self.part(node, part, relation, want, steps)?;
            all = self.together(&all, &sets, steps)?;
        }
        Ok(all)
    }

    /// By tuples that name the subject or a userset, those that are there and those that could be.
    fn direct(
        &mut self,
        node: Node,
        relation: &'a Relation,
        want: Want,
        steps: &mut u32,
    ) -> Result<Vec<Set>, Spent> {
        let (goal, _) = node;
        let world = self.world;
        let mut sets = Vec::new();
        for entry in world.named(goal) {
            self.spend(steps, 1)?;
            sets.extend(self.standing(goal, entry, want));
        }
        for (member, entry) in world.row(goal).usersets() {
            self.spend(steps, 1)?;
            if let Some(with) = self.standing(goal, entry, want) {
                let rest = self.read(node, (member, want));
                sets.extend(self.together(&[with], &rest, steps)?);
            }
        }
        if !self.may_add(node) {
            return Ok(sets);
        }
        if let Some(taken) = self.kind(world.subject) {
            for with in self.addition(goal, relation, world.subject, taken) {
                sets.push(with);
            }
        }
        let known = self.known;
        for taken in kinds(relation) {
            let Taken::Userset(type_id, member) = taken else {
                continue;
            };
            for &object in known.of_type.get(&type_id).into_iter().flatten() {
                self.spend(steps, 1)?;
                let userset = (object, member);
                let subject = SubjectId::Userset(object, member);
                if userset == goal || subject == world.subject {
                    continue;
                }
                for with in self.addition(goal, relation, subject, taken) {
                    let rest = self.read(node, (userset, want));
                    sets.extend(self.together(&[with], &rest, steps)?);
                }
            }
        }
        Ok(sets)
    }

    /// By objects that a tupleset names, and those that it could.
    fn from(
        &mut self,
        node: Node,
        wanted: RelationId,
        tupleset: Goal,
        want: Want,
        steps: &mut u32,
    ) -> Result<Vec<Set>, Spent> {
        let world = self.world;
        let mut sets = Vec::new();
        for (object, entry) in world.linked(tupleset, wanted) {
            self.spend(steps, 1)?;
            if let Some(with) = self.standing(tupleset, entry, want) {
                let rest = self.read(node, ((object, wanted), want));
                sets.extend(self.together(&[with], &rest, steps)?);
            }
        }
        let Some(relation) = world.relation(tupleset).filter(|_| self.may_add(node)) else {
            return Ok(sets);
        };
        let known = self.known;
        for taken in kinds(relation) {
            let Taken::Object(type_id) = taken else {
                continue;
            };
            if world.model.relation(type_id, wanted).is_none() {
                continue;
            }
            for &object in known.of_type.get(&type_id).into_iter().flatten() {
                self.spend(steps, 1)?;
                let subject = SubjectId::Object(object);
                for with in self.addition(tupleset, relation, subject, taken) {
                    let rest = self.read(node, ((object, wanted), want));
                    sets.extend(self.together(&[with], &rest, steps)?);
                }
            }
        }
        Ok(sets)
    }

    /// By taking away each of these tuples, or what it leads to.
    fn none_of(
        &mut self,
        node: Node,
        on: Goal,
        entries: Vec<(Option<Goal>, Entry)>,
        want: Want,
        steps: &mut u32,
    ) -> Result<Vec<Set>, Spent> {
        let mut all = vec![Set::EMPTY];
        for (leads_to, entry) in entries {
            self.spend(steps, 1)?;
            let held = self.world.held(on, entry);
            match held {
                Held::Stale | Held::Unmet => continue,
                Held::Open(_) if want.or_open => continue,
                Held::Yes | Held::Open(_) => {}
            }
            let mut sets = Vec::new();
            let subject = entry.subject();
            match self.changes {
                Changes::Tuples if !self.world.is_contextual(on, subject) => {
                    sets.push(Set::removing(self.number(on, subject, What::Remove)));
                }
                Changes::Conditions if matches!(held, Held::Open(_)) => {
                    sets.push(Set::adding(self.number(on, subject, What::Assume(false))));
                }
                Changes::Tuples | Changes::Conditions => {}
            }
            if let Some(goal) = leads_to {
                let rest = self.read(node, (goal, want));
                if held == Held::Yes {
                    sets.extend_from_slice(&rest);
                } else if let Some((relation, taken)) =
                    self.world.relation(on).zip(self.kind(subject))
                    && self.may_add(node)
                {
                    // In its place one that holds, and leads to nothing.
                    for with in self.addition(on, relation, subject, taken) {
                        sets.extend(self.together(&[with], &rest, steps)?);
                    }
                }
            }
            all = self.together(&all, &least(sets), steps)?;
        }
        Ok(all)
    }

    /// What it takes for a tuple that is there to hold.
    fn standing(&mut self, goal: Goal, entry: Entry, want: Want) -> Option<Set> {
        match self.world.held(goal, entry) {
            Held::Yes => Some(Set::EMPTY),
            Held::Open(_) if want.or_open => Some(Set::EMPTY),
            Held::Unmet | Held::Open(_) if self.changes == Changes::Conditions => {
                let number = self.number(goal, entry.subject(), What::Assume(true));
                Some(Set::adding(number))
            }
            Held::Stale | Held::Unmet | Held::Open(_) => None,
        }
    }

    fn may_add(&self, (goal, _): Node) -> bool {
        self.adds > 0 && self.changes == Changes::Tuples && self.known.all.contains(&goal.0)
    }

    /// The ways to write a tuple that would hold and does not.
    fn addition(
        &mut self,
        goal: Goal,
        relation: &Relation,
        subject: SubjectId,
        taken: Taken,
    ) -> Vec<Set> {
        let world = self.world;
        let there = world.row(goal).find(subject);
        let holds = there.is_some_and(|entry| world.held(goal, entry) == Held::Yes);
        let itself = subject == SubjectId::Userset(goal.0, goal.1);
        if holds || itself || world.is_contextual(goal, subject) {
            return Vec::new();
        }
        let of_kind = relation
            .restrictions
            .iter()
            .filter(|found| found.taken == taken);
        let mut conditions: Vec<_> = of_kind.map(|found| found.condition).collect();
        if conditions.contains(&None) {
            conditions = vec![None];
        }
        conditions.dedup();
        conditions.retain(|condition| {
            condition.is_none_or(|id| {
                let condition = world.model.condition(id);
                condition.is_some_and(|found| world.evaluate(found, Context::EMPTY) == Ok(true))
            })
        });
        let numbers = conditions.into_iter();
        numbers
            .map(|condition| Set::adding(self.number(goal, subject, What::Add(condition))))
            .collect()
    }

    fn kind(&self, subject: SubjectId) -> Option<Taken> {
        let type_of = |id| self.world.view.type_of(id);
        Some(match subject {
            SubjectId::Object(id) => Taken::Object(type_of(id)?),
            SubjectId::Userset(id, member) => Taken::Userset(type_of(id)?, member),
            SubjectId::Wildcard(type_id) => Taken::Wildcard(type_id),
        })
    }

    /// A family as it is so far; the reader is asked again when it grows.
    fn read(&mut self, reader: Node, of: Node) -> Family {
        self.readers.entry(of).or_default().insert(reader);
        if let Some(family) = self.families.get(&of) {
            return family.clone();
        }
        let empty: Family = [].into();
        self.families.insert(of, empty.clone());
        self.enqueue(of);
        empty
    }

    fn together(&mut self, one: &[Set], other: &[Set], steps: &mut u32) -> Result<Vec<Set>, Spent> {
        self.spend(steps, one.len().saturating_mul(other.len()))?;
        let sets = product(one, other, self.adds);
        Ok(self.bounded(sets))
    }

    fn bounded(&mut self, mut sets: Vec<Set>) -> Vec<Set> {
        if sets.len() > MAX_FAMILY {
            sets.truncate(MAX_FAMILY);
            self.complete = false;
        }
        sets
    }

    /// These steps, and those of the world on the way to them.
    fn spend(&self, steps: &mut u32, count: usize) -> Result<(), Spent> {
        let conditions = self.world.take_steps();
        spend(steps, count.saturating_add(conditions as usize))
    }

    fn number(&mut self, goal: Goal, subject: SubjectId, what: What) -> u32 {
        let change = Change {
            goal,
            subject,
            what,
        };
        let next = u32::try_from(self.by_number.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(change).or_insert_with(|| {
            self.by_number.push(change);
            next
        })
    }
}

/// The kinds of subject that a relation takes, each once.
fn kinds(relation: &Relation) -> Vec<Taken> {
    let mut kinds: Vec<Taken> = Vec::new();
    for restriction in &relation.restrictions {
        if !kinds.contains(&restriction.taken) {
            kinds.push(restriction.taken);
        }
    }
    kinds
}

pub(super) fn spend(steps: &mut u32, count: usize) -> Result<(), Spent> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    match steps.checked_sub(count) {
        Some(left) => {
            *steps = left;
            Ok(())
        }
        None => {
            *steps = 0;
            Err(Spent)
        }
    }
}
