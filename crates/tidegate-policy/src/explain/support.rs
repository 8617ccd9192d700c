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

mod gather;
#[cfg(test)]
#[cfg(feature = "language")]
mod tests;

use std::rc::Rc;

use crate::check::steps_of_many;
use crate::condition::Context;
use crate::hash::HashMap;
use crate::model::{RelationId, Restriction, Rewrite, Taken};
use crate::snapshot::{Entry, SubjectId};

use super::change::{Change, Changes, Known, Want, What};
use super::family::{REMOVED, Set};
use super::remedies::STEPS_OF_OBJECT;
use super::spend;
use super::world::{Goal, Held, World};

/// As many goals as there are.
pub(super) const ALL: usize = usize::MAX;
/// Beside how many others what is kept costs a step more.
const KEPT_FOR_A_STEP: usize = 1_024;

/// A goal, and what it is to come to.
type Node = (Goal, Want);
type Family = Rc<Vec<Set>>;

/// What there is of a node so far.
#[derive(Default)]
struct State {
    family: Option<Family>,
    /// Whose families were worked out from this one; each once or more.
    readers: Vec<Node>,
    is_queued: bool,
}

pub(super) struct Support<'a> {
    world: &'a World<'a>,
    known: &'a Known,
    changes: Changes,
    /// Most additions of a set.
    adds: usize,
    /// Most goals that are looked at, nearest first.
    most: usize,
    /// That are left.
    steps: u32,
    is_spent: bool,
    nodes: HashMap<Node, State>,
    queue: Vec<Node>,
    /// Whose family is being worked out.
    reader: Node,
    numbers: HashMap<Change, u32>,
    by_number: Vec<Change>,
    /// Whether nothing was left out but what is out of bounds.
    pub(super) complete: bool,
}

impl<'a> Support<'a> {
    pub(super) fn new(world: &'a World<'a>, known: &'a Known, changes: Changes) -> Self {
        Self {
            world,
            known,
            changes,
            adds: 0,
            most: 0,
            steps: 0,
            is_spent: false,
            nodes: HashMap::new(),
            queue: Vec::new(),
            reader: (world.goal, Want::YES),
            numbers: HashMap::new(),
            by_number: Vec::new(),
            complete: true,
        }
    }

    /// Candidates that make what is asked hold, with so many additions at most. When the budget is used up:
    /// those that were found. Unless [all](ALL) goals are looked at, those that are not are taken for a no.
    pub(super) fn candidates(&mut self, adds: usize, most: usize, steps: &mut u32) -> Vec<Set> {
        (self.adds, self.most, self.steps) = (adds, most, *steps);
        let root = self.reader;
        self.enqueue(root);
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            at += 1;
            self.reader = node;
            self.state(node).is_queued = false;
            let sets = self.evaluate();
            if self.is_spent {
                self.complete = false;
                break;
            }
            let state = self.state(node);
            if state.family.as_deref().map_or(&[][..], Vec::as_slice) != sets {
                state.family = Some(Rc::new(sets));
                // They will read it again: in an order that is the same everywhere, also where steps run out.
                let mut readers = std::mem::take(&mut state.readers);
                crate::sort::sort(&mut readers);
                readers.into_iter().for_each(|reader| self.enqueue(reader));
            }
        }
        *steps = self.steps;
        let family = self.state(root).family.as_deref();
        family.cloned().unwrap_or_default()
    }

    /// The changes of a set.
    pub(super) fn changes(&self, set: &Set) -> Vec<Change> {
        let mut changes = Vec::new();
        for number in set.numbers() {
            if let Some(change) = self.by_number.get((number & !REMOVED) as usize) {
                changes.push(*change);
            }
        }
        changes
    }

    fn state(&mut self, node: Node) -> &mut State {
        self.nodes.entry(node).or_default()
    }

    fn enqueue(&mut self, node: Node) {
        let state = self.state(node);
        if !state.is_queued {
            state.is_queued = true;
            self.queue.push(node);
        }
    }

    /// The family of the reader, as far as those that it reads are known.
    fn evaluate(&mut self) -> Vec<Set> {
        let (goal, want) = self.reader;
        if !self.spend(1) {
            return Vec::new();
        }
        if self.world.subject == SubjectId::Userset(goal.0, goal.1) {
            return if want.yes {
                vec![Set::EMPTY]
            } else {
                Vec::new()
            };
        }
        let Some(relation) = self.world.relation(goal) else {
            return Vec::new();
        };
        self.part(&relation.rewrite, want)
    }

    /// The sets for a part of the reader's definition.
    fn part(&mut self, rewrite: &'a Rewrite, want: Want) -> Vec<Set> {
        if !self.spend(1) {
            return Vec::new();
        }
        let (goal, _) = self.reader;
        let mut sets = Vec::new();
        match (rewrite, want.yes) {
            (Rewrite::Direct, _) => sets = self.tuples(goal, None, want),
            (Rewrite::Computed(other), _) => {
                if let Some(family) = self.read(((goal.0, *other), want)) {
                    sets.extend_from_slice(&family);
                }
            }
            (Rewrite::From { relation, tupleset }, _) => {
                sets = self.tuples((goal.0, *tupleset), Some(*relation), want);
            }
            (Rewrite::Union(operands), true) => {
                for operand in operands {
                    self.all_of(&[(operand, want)], &mut sets);
                }
            }
            (Rewrite::Union(operands), false) | (Rewrite::Intersection(operands), true) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.push((operand, want));
                }
                self.all_of(&all, &mut sets);
            }
            (Rewrite::Intersection(operands), false) => {
                for (place, operand) in operands.iter().enumerate() {
                    // Each goes through all of them.
                    if self.is_spent {
                        break;
                    }
                    self.all_of(&[(operand, Want::NO)], &mut sets);
                    if want.or_open {
                        // An open one counts where no other is a circle.
                        let mut all = Vec::new();
                        for (other, operand) in operands.iter().enumerate() {
                            let wanted = if other == place { want } else { want.yes() };
                            all.push((operand, wanted));
                        }
                        self.all_of(&all, &mut sets);
                    }
                }
            }
            (Rewrite::Exclusion(base, subtract), true) => {
                self.all_of(&[(base, want), (subtract, want.no())], &mut sets);
            }
            (Rewrite::Exclusion(base, subtract), false) => {
                self.all_of(&[(base, Want::NO)], &mut sets);
                // Taken away from what is a circle it is a circle still: the base has to be settled, or open.
                let settled = (&**base, want.yes().or_open());
                self.all_of(&[settled, (subtract, want.yes())], &mut sets);
                if want.or_open {
                    self.all_of(&[(base, want), (subtract, want)], &mut sets);
                }
            }
        }
        if !self.spend(sets.len()) {
            return Vec::new();
        }
        self.least(sets)
    }

    /// Adds those by which every part comes to what is wanted of it.
    fn all_of(&mut self, parts: &[(&'a Rewrite, Want)], sets: &mut Vec<Set>) {
        let mut all: Option<Vec<Set>> = None;
        for &(part, want) in parts {
            let more = self.part(part, want);
            all = Some(match all {
                Some(all) => self.together(&all, &more),
                None => more,
            });
        }
        // By nothing, if there is no part.
        match all {
            Some(all) => self.gather(&all, sets),
            None => sets.push(Set::EMPTY),
        }
    }

    /// By the tuples of a row: those that name the subject, and the usersets; or those that lead on to a relation, as
    /// [`World::leads`] has it.
    fn tuples(&mut self, on: Goal, to: Option<RelationId>, want: Want) -> Vec<Set> {
        if want.yes {
            self.any_of(on, to, want)
        } else {
            self.none_of(on, to, want)
        }
    }

    /// The same tuples, and where they lead.
    fn ways(
        &self,
        on: Goal,
        to: Option<RelationId>,
    ) -> impl Iterator<Item = (Option<Goal>, Entry)> + use<'a> {
        let world = self.world;
        let named = if to.is_none() {
            world.named(on)
        } else {
            Vec::new()
        };
        let named = named.into_iter().map(|entry| (None, entry));
        let leads = world.leads(on, to, self.steps);
        named.chain(leads.map(|(goal, entry)| (Some(goal), entry)))
    }

    /// By one of these tuples, or one that could be.
    fn any_of(&mut self, on: Goal, to: Option<RelationId>, want: Want) -> Vec<Set> {
        let world = self.world;
        let mut sets = Vec::new();
        for (leads_to, entry) in self.ways(on, to) {
            if !self.spend(1) {
                break;
            }
            if let Some(set) = self.standing(on, entry, want) {
                self.leading(&[set], leads_to, want, &mut sets);
            }
        }
        let Some(relation) = world.relation(on).filter(|_| self.may_add(on)) else {
            return sets;
        };
        if to.is_none()
            && let Some(taken) = world.kind(world.subject)
        {
            sets.append(&mut self.addition(on, world.subject, taken));
        }
        let known = self.known;
        if !self.spend(steps_of_many(relation.restrictions.len()) as usize) {
            return sets;
        }
        let mut gone_through = Vec::new();
        for &Restriction { taken, .. } in &relation.restrictions {
            if self.is_spent {
                break;
            }
            let (type_id, relation) = match (taken, to) {
                (Taken::Userset(type_id, member), None) => (type_id, member),
                (Taken::Object(type_id), Some(to)) => (type_id, to),
                _ => continue,
            };
            let objects = known.of_type(type_id);
            // To look for a kind among those before it is paid by the objects of each: `addition` goes through as many.
            if objects.is_empty()
                || world.model.relation(type_id, relation).is_none()
                || gone_through.contains(&taken)
            {
                continue;
            }
            gone_through.push(taken);
            for &object in objects {
                if !self.spend(STEPS_OF_OBJECT) {
                    break;
                }
                let userset = SubjectId::Userset(object, relation);
                let subject = match to {
                    // By its name, as above.
                    None if userset == world.subject => continue,
                    None => userset,
                    Some(_) => SubjectId::Object(object),
                };
                let with = self.addition(on, subject, taken);
                self.leading(&with, Some((object, relation)), want, &mut sets);
            }
        }
        sets
    }

    /// Adds these sets, each with what it takes for what their tuple leads to.
    fn leading(&mut self, with: &[Set], to: Option<Goal>, want: Want, sets: &mut Vec<Set>) {
        match to {
            Some(goal) if !with.is_empty() => {
                if let Some(rest) = self.read((goal, want)) {
                    let both = self.together(with, &rest);
                    self.gather(&both, sets);
                }
            }
            _ => self.gather(with, sets),
        }
    }

    /// By taking away each of these tuples, or what it leads to.
    fn none_of(&mut self, on: Goal, to: Option<RelationId>, want: Want) -> Vec<Set> {
        let mut all = vec![Set::EMPTY];
        for (leads_to, entry) in self.ways(on, to) {
            if !self.spend(1) {
                break;
            }
            let held = self.world.held(on, entry);
            match held {
                Held::Stale | Held::Unmet => continue,
                Held::Open if want.or_open => continue,
                Held::Yes | Held::Open => {}
            }
            let mut sets = Vec::new();
            let subject = entry.subject();
            match self.changes {
                Changes::Tuples if !self.world.is_contextual(on, subject) => {
                    sets.push(self.changing(on, subject, What::Remove));
                }
                Changes::Conditions if held == Held::Open => {
                    sets.push(self.changing(on, subject, What::Assume(false)));
                }
                Changes::Tuples | Changes::Conditions => {}
            }
            if leads_to.is_some() {
                let with = match self.world.kind(subject) {
                    _ if held == Held::Yes => vec![Set::EMPTY],
                    // In its place one that holds, and leads to nothing.
                    Some(taken) if self.may_add(on) => self.addition(on, subject, taken),
                    _ => Vec::new(),
                };
                self.leading(&with, leads_to, want, &mut sets);
            }
            let sets = self.least(sets);
            all = self.together(&all, &sets);
        }
        all
    }

    /// What it takes for a tuple that is there to hold.
    fn standing(&mut self, goal: Goal, entry: Entry, want: Want) -> Option<Set> {
        match self.world.held(goal, entry) {
            Held::Yes => Some(Set::EMPTY),
            Held::Open if want.or_open => Some(Set::EMPTY),
            Held::Unmet | Held::Open if self.changes == Changes::Conditions => {
                Some(self.changing(goal, entry.subject(), What::Assume(true)))
            }
            Held::Stale | Held::Unmet | Held::Open => None,
        }
    }

    /// On the objects of known names.
    fn may_add(&self, on: Goal) -> bool {
        let is_known = self.known.all.binary_search(&on.0).is_ok();
        self.adds > 0 && self.changes == Changes::Tuples && is_known
    }

    /// The ways to write a tuple that would hold and does not.
    fn addition(&mut self, goal: Goal, subject: SubjectId, taken: Taken) -> Vec<Set> {
        let world = self.world;
        let there = world.row(goal).find(subject);
        let holds = there.is_some_and(|entry| world.held(goal, entry) == Held::Yes);
        let itself = subject == SubjectId::Userset(goal.0, goal.1);
        let mut sets = Vec::new();
        if holds || itself || world.is_contextual(goal, subject) {
            return sets;
        }
        let restrictions = world.relation(goal).map(|found| &*found.restrictions);
        let restrictions = restrictions.unwrap_or_default();
        if !self.spend(steps_of_many(restrictions.len()) as usize) {
            return sets;
        }
        let always = Restriction {
            taken,
            condition: None,
        };
        let is_always = restrictions.contains(&always);
        for found in restrictions {
            if found.taken != taken || is_always && *found != always {
                continue;
            }
            let is_met = found.condition.is_none_or(|id| {
                let condition = world.model.condition(id);
                condition.is_some_and(|found| world.evaluate(found, Context::EMPTY) == Some(true))
            });
            // Each pays for its condition, before the next is evaluated.
            if !self.spend(0) {
                break;
            }
            if is_met {
                let set = self.changing(goal, subject, What::Add(found.condition));
                if !sets.contains(&set) {
                    sets.push(set);
                }
            }
        }
        sets
    }

    /// A family as it is so far, where there is any of it; the reader is asked again when it grows.
    fn read(&mut self, of: Node) -> Option<Family> {
        let reader = self.reader;
        let is_new = !self.nodes.contains_key(&of);
        if is_new && self.nodes.len() >= self.most {
            return (!of.1.yes).then(|| Rc::new(vec![Set::EMPTY]));
        }
        if is_new {
            self.spend(steps_of_more(self.nodes.len()));
            self.enqueue(of);
        }
        let state = self.state(of);
        if state.readers.last() != Some(&reader) {
            state.readers.push(reader);
        }
        state.family.clone()
    }

    /// These steps, and those of the world on the way to them.
    /// With nothing left, what is being worked out comes to an end as it is, and is not looked at.
    fn spend(&mut self, count: usize) -> bool {
        let conditions = self.world.take_steps() as usize;
        self.is_spent |= !spend(&mut self.steps, count.saturating_add(conditions));
        !self.is_spent
    }

    /// The set of this change alone.
    fn changing(&mut self, goal: Goal, subject: SubjectId, what: What) -> Set {
        let change = Change {
            goal,
            subject,
            what,
        };
        let next = u32::try_from(self.by_number.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(change).or_insert_with(|| {
            self.by_number.push(change);
            next
        });
        if number == next && self.changes == Changes::Conditions {
            // An addition is paid with the object that it leads to.
            self.spend(steps_of_more(self.by_number.len()));
        }
        match what {
            What::Remove => Set::of(number | REMOVED),
            What::Add(_) | What::Assume(_) => Set::of(number),
        }
    }
}

/// Steps of what is kept beside so many others: of few, nothing beyond what led to it.
fn steps_of_more(count: usize) -> usize {
    (count / KEPT_FOR_A_STEP).min(STEPS_OF_OBJECT)
}
