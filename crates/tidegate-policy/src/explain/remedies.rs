//! What could be added, and what removed, for a deny to become an allow.
//!
//! [Candidates](super::support) are tried one after the other. One that does not turn the answer, because
//! what it adds also makes hold what must not, is gone on from: with it in place, what else is needed? So
//! every minimal set is come upon: a part of it is a candidate, and the rest is found from there. Whether a
//! set is minimal is tried too, part by part.

use std::cmp::Ordering;

use crate::hash::{HashMap, HashSet, Numbers};

use crate::check::{CheckError, CheckRequest, MAX_CONTEXTUAL_TUPLES, steps_of_many};
use crate::condition::Context;
use crate::snapshot::{Change as Written, ObjectId, Overlay, Snapshot, Store, SubjectId};
use crate::tuple::{Object, Tuple, TupleCondition};

use super::change::{Change, Changes, Known, What};
use super::family::{MAX_ADDED, MAX_REMOVED, Set};
use super::support::{ALL, Support};
use super::world::World;
use super::{BYTES_OF_A_STEP, Remedy, spend, steps_of_context};

/// One search after the other: so that what is near, and what is small, is found before the budget is used up by what
/// is far. What is near leads newly on only to what the subject has something on, so that a goal there costs what is
/// stored of it. Only the last search says whether these are all.
const ROUNDS: [Round; 5] = [
    Round::new(32, MAX_ADDED, 4),
    Round::new(1_024, 1, 4),
    Round::new(ALL, 1, 2),
    Round::new(ALL, 2, 2),
    Round::new(ALL, MAX_ADDED, 1),
];
/// Most objects that are considered. Where more are stored, those that the asked one leads to are, nearest first, and
/// nobody hears that these are all remedies.
pub const MAX_KNOWN: usize = 100_000;
/// Steps of an object that is considered: it takes a node and changes of its own.
pub(super) const STEPS_OF_OBJECT: usize = 10;
/// Steps that trying a set takes at least.
const STEPS_OF_TRIAL: usize = 50;
/// Most tuples of the subject that are looked at for what is near to lead on to.
const MAX_HELD: usize = 256;

/// Tells of remedies for a deny, in their order, and whether these are all.
pub(super) fn remedies(
    world: &World<'_>,
    request: &CheckRequest<'_>,
    most: usize,
    steps: &mut u32,
    found: &mut Vec<Remedy>,
) -> bool {
    let snapshot = world.snapshot;
    let mut ids = Vec::new();
    let are_all = known_objects(snapshot.store(), request.object, steps, &mut ids);
    if !spend(steps, ids.len()) {
        return false;
    }
    let mut names = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(name) = snapshot.store().object(id) {
            names.push(name);
        }
    }
    crate::sort::sort(&mut names);
    let mut held = Vec::new();
    if let SubjectId::Object(id) | SubjectId::Userset(id, _) = world.subject {
        for place in world.view.stands_in(id).take(MAX_HELD) {
            held.push(place.object);
        }
    }
    crate::sort::once(&mut held);
    let mut hunt = Hunt {
        snapshot,
        request,
        names,
        held,
        most,
        complete: true,
        lines: Numbers::default(),
        steps: Vec::new(),
        tried: HashMap::new(),
        found: Vec::new(),
    };
    // To know the objects is the first step of a search: with less than it takes, nothing would be found.
    let least = u32::try_from(hunt.names.len()).unwrap_or(u32::MAX);
    for round in ROUNDS {
        // What one round leaves out the next one finds, or leaves out too.
        hunt.complete = true;
        let own = (*steps / round.share).max(least.saturating_mul(2));
        let kept = steps.saturating_sub(own);
        *steps -= kept;
        hunt.search(round, steps);
        *steps = steps.saturating_add(kept);
    }
    for set in &hunt.found {
        let mut remedy = Remedy::default();
        for step in hunt.steps_of(set) {
            if step.adds {
                &mut remedy.add
            } else {
                &mut remedy.remove
            }
            .push(step.tuple.clone());
        }
        found.push(remedy);
    }
    hunt.complete && are_all
}

/// Tells of the objects that have a standing, or that a stored tuple names, and whether these are all.
fn known_objects(
    store: &Store,
    asked: &Object,
    steps: &mut u32,
    found: &mut Vec<ObjectId>,
) -> bool {
    for id in store.ids() {
        if found.len() == MAX_KNOWN {
            found.clear();
            // Half is for what is found.
            let mut own = *steps / 2;
            *steps -= own;
            led_to(store, asked, &mut own, found);
            *steps += own;
            return false;
        }
        found.push(id);
    }
    true
}

/// Tells of an object and those that its tuples lead to, nearest first, [`MAX_KNOWN`] at most, and of no more than
/// there are steps to look for.
fn led_to(store: &Store, asked: &Object, steps: &mut u32, found: &mut Vec<ObjectId>) {
    let mut seen = HashSet::new();
    if let Some(id) = store.id(asked.as_str()) {
        seen.insert(id);
        found.push(id);
    }
    let mut at = 0;
    while let Some(&id) = found.get(at) {
        at += 1;
        for (_, row) in store.rows.rows_of(id) {
            if !spend(steps, steps_of_many(row.len()) as usize) {
                return;
            }
            for subject in row.subjects() {
                if found.len() == MAX_KNOWN {
                    return;
                }
                if let SubjectId::Object(next) | SubjectId::Userset(next, _) = subject
                    && seen.insert(next)
                {
                    found.push(next);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Round {
    /// Most goals that are looked at.
    goals: usize,
    /// Most additions of a set.
    adds: usize,
    /// Of the steps that are left it takes one in so many; and where it leaves some, half of its own are for trials.
    share: u32,
}

impl Round {
    const fn new(goals: usize, adds: usize, share: u32) -> Self {
        Self { goals, adds, share }
    }
}

/// A tuple to add or to remove.
struct Step {
    adds: bool,
    tuple: Tuple,
    /// What it takes to tell of it.
    cost: usize,
}

/// What may be a remedy: numbers of steps, in the order of their lines.
type Steps = Vec<u32>;

struct Hunt<'a> {
    snapshot: &'a Snapshot,
    request: &'a CheckRequest<'a>,
    /// Of the objects that are known, sorted.
    names: Vec<Object>,
    /// Some that the subject, or a userset of it, has something on, sorted.
    held: Vec<ObjectId>,
    most: usize,
    complete: bool,
    /// Of all steps that were come upon: as a [`Remedy`] is printed, but for contexts, so that those to add are before
    /// those to remove.
    lines: Numbers<String>,
    /// By the numbers of their lines.
    steps: Vec<Step>,
    /// Whether a set turns the answer; none when a check of it has no answer for want of depth or steps.
    tried: HashMap<Steps, Option<bool>>,
    /// Fewest steps first.
    found: Vec<Steps>,
}

impl Hunt<'_> {
    /// Finds every minimal set of a round.
    fn search(&mut self, round: Round, steps: &mut u32) {
        let mut seen = HashSet::new();
        let mut open = vec![Steps::new()];
        let mut at = 0;
        while let Some(base) = open.get_mut(at).map(std::mem::take) {
            at += 1;
            if *steps == 0 {
                self.complete = false;
                return;
            }
            match self.go_on(&base, round, steps, &mut seen, &mut open) {
                Some(true) => {}
                Some(false) => return,
                None => self.complete = false,
            }
        }
    }

    /// Tries the base with each of the candidates that there are once it is applied, and opens those that do not turn
    /// the answer. Whether there is room for more; none when there may be candidates that cannot be told.
    fn go_on(
        &mut self,
        base: &[u32],
        round: Round,
        steps: &mut u32,
        seen: &mut HashSet<Steps>,
        open: &mut Vec<Steps>,
    ) -> Option<bool> {
        if !spend(steps, self.names.len()) {
            return None;
        }
        let scratch = self.applied(base)?;
        let mut overlay = Overlay::above(scratch.store());
        let world = World::open(&scratch, self.request, &mut overlay)?;
        let some = (round.goals < ALL).then_some(&*self.held);
        let known = Known::new(&world, &self.names, some);
        let mut support = Support::new(&world, &known, Changes::Tuples);
        let adds = round.adds.saturating_sub(self.added(base));
        let kept = *steps - *steps / round.share.min(2);
        *steps -= kept;
        let sets = support.candidates(adds, round.goals, steps);
        *steps += kept;
        self.complete &= support.complete;
        for set in sets {
            if *steps == 0 {
                self.complete = false;
                break;
            }
            if set == Set::EMPTY {
                // It should hold as it is, and does not: something here is beyond what families know.
                self.complete = false;
                continue;
            }
            let Some(whole) = self.join(base, &world, &support.changes(&set), steps) else {
                continue;
            };
            if self.added(&whole) > round.adds || !seen.insert(whole.clone()) {
                continue;
            }
            let size = whole.len();
            match self.turns(&whole, steps) {
                Some(true) => self.keep(whole, steps),
                Some(false) => open.push(whole),
                None => self.complete = false,
            }
            if self.found.len() > self.most {
                self.complete = false;
                // A larger one of an earlier round makes room for this one, and for more of its size.
                let last = self.found.pop();
                if last.is_none_or(|last| last.len() <= size) {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// Keeps a set that turns the answer, or if a part of it does, such a part.
    fn keep(&mut self, whole: Steps, steps: &mut u32) {
        for mask in 1..(1_u32 << whole.len()) - 1 {
            let mut part = Steps::new();
            for (place, &step) in whole.iter().enumerate() {
                if mask >> place & 1 == 1 {
                    part.push(step);
                }
            }
            match self.turns(&part, steps) {
                Some(false) => {}
                Some(true) => return self.keep(part, steps),
                // As good as no: but there may be a smaller set, which was not found.
                None => {
                    self.complete = false;
                    return;
                }
            }
        }
        // What is there is the same, and is paid.
        if let Err(place) = self.found.binary_search_by(|one| self.order(one, &whole)) {
            if spend(steps, self.steps_of(&whole).map(|step| step.cost).sum()) {
                self.found.insert(place, whole);
            } else {
                self.complete = false;
            }
        }
    }

    /// Whether the answer is a yes with a set applied; none when there is none.
    fn turns(&mut self, set: &[u32], steps: &mut u32) -> Option<bool> {
        if let Some(&known) = self.tried.get(set) {
            return known;
        }
        if !spend(steps, STEPS_OF_TRIAL) {
            return None;
        }
        let request = self.request;
        let count = request.contextual_tuples.len() + set.len();
        let found = if self.added(set) == set.len() && count <= MAX_CONTEXTUAL_TUPLES {
            // At the place of a contextual tuple nothing is added.
            let mut contextual_tuples = request.contextual_tuples.to_vec();
            for step in self.steps_of(set) {
                contextual_tuples.push(step.tuple.clone());
            }
            self.snapshot.check_counted(&CheckRequest {
                contextual_tuples: &contextual_tuples,
                ..*request
            })
        } else {
            self.applied(set)?.check_counted(request)
        };
        // Nothing is left after a check that took more than there was; what it found is so all the same.
        *steps = steps.saturating_sub(found.steps);
        let turns = match found.answer {
            Ok(turns) => Some(turns),
            Err(CheckError::Condition(_)) => Some(false),
            Err(_) => None,
        };
        self.tried.insert(set.to_vec(), turns);
        turns
    }

    fn applied(&self, set: &[u32]) -> Option<Snapshot> {
        if set.is_empty() {
            return Some(self.snapshot.clone());
        }
        let mut changes = Vec::new();
        for adds in [false, true] {
            for step in self.steps_of(set) {
                let tuple = step.tuple.clone();
                match (adds, step.adds) {
                    (false, false) => changes.push(Written::Delete(tuple)),
                    (true, true) => changes.push(Written::Write(tuple)),
                    _ => {}
                }
            }
        }
        let revision = self.snapshot.revision().checked_add(1)?;
        self.snapshot.apply(revision, &changes).ok()
    }

    /// A set with more changes; none when they are too many, or undo what is in it.
    fn join(
        &mut self,
        base: &[u32],
        world: &World<'_>,
        changes: &[Change],
        steps: &mut u32,
    ) -> Option<Steps> {
        let mut whole = base.to_vec();
        for change in changes {
            let number = self.step(world, change, steps)?;
            let step = self.steps.get(number as usize)?;
            let is_there = |other: &Step| {
                (other.adds || step.adds)
                    && other.tuple.object == step.tuple.object
                    && other.tuple.relation == step.tuple.relation
                    && other.tuple.subject == step.tuple.subject
            };
            if self.steps_of(base).any(is_there) {
                return None;
            }
            // What is added, before, takes the place of what is there, so that it need not be removed beside.
            if step.adds || !self.steps_of(&whole).any(is_there) {
                whole.push(number);
            }
        }
        crate::sort::by(&mut whole, |&one, &two| self.line(one).cmp(self.line(two)));
        let adds = self.added(&whole);
        (adds <= MAX_ADDED && whole.len() - adds <= MAX_REMOVED).then_some(whole)
    }

    /// The number of a change, which is kept by its names: so it is paid for by how long they are.
    fn step(&mut self, world: &World<'_>, change: &Change, steps: &mut u32) -> Option<u32> {
        let tuple = name(world, change)?;
        let adds = !matches!(change.what, What::Remove);
        let sign = if adds { '+' } else { '-' };
        let mut named = tuple.clone();
        if let Some(condition) = &mut named.condition {
            condition.context = Context::default();
        }
        let line = format!("{sign} {named}");
        if !spend(steps, line.len() / BYTES_OF_A_STEP) {
            self.complete = false;
            return None;
        }
        let number = self.lines.add(line);
        if number as usize == self.steps.len() {
            let cost = steps_of_context(&tuple);
            self.steps.push(Step { adds, tuple, cost });
        }
        Some(number)
    }

    fn steps_of(&self, set: &[u32]) -> impl Iterator<Item = &Step> {
        set.iter()
            .filter_map(|&number| self.steps.get(number as usize))
    }

    fn line(&self, number: u32) -> &str {
        self.lines
            .all()
            .get(number as usize)
            .map_or("", String::as_str)
    }

    /// Fewest steps first, then by their lines.
    fn order(&self, one: &[u32], two: &[u32]) -> Ordering {
        let lines = |set| <[u32]>::iter(set).map(|&number| self.line(number));
        let by_lines = || lines(one).cmp(lines(two));
        one.len().cmp(&two.len()).then_with(by_lines)
    }

    /// How many tuples a set adds.
    fn added(&self, set: &[u32]) -> usize {
        self.steps_of(set).filter(|step| step.adds).count()
    }
}

fn name(world: &World<'_>, change: &Change) -> Option<Tuple> {
    if let What::Remove = change.what {
        let entry = world.row(change.goal).find(change.subject)?;
        return world.tuple(change.goal, entry);
    }
    let condition = match change.what {
        What::Add(Some(id)) => Some(world.model.condition(id)?),
        _ => None,
    };
    let relation = world.model.relation_name(change.goal.1)?;
    let object = world.view.object(change.goal.0)?;
    let subject = world.snapshot.name(world.view, change.subject)?;
    let mut tuple = Tuple::new(object, relation, subject);
    tuple.condition = condition.map(|condition| {
        Box::new(TupleCondition {
            name: condition.name().into(),
            context: Context::default(),
        })
    });
    Some(tuple)
}
