//! The search for a proof: a check that keeps what it found.

#[cfg(test)]
#[cfg(feature = "language")]
mod tests;

use std::rc::Rc;

use crate::hash::HashMap;

use crate::check::{MAX_HOPS, MAX_PATH};
use crate::model::{RelationId, Rewrite};
use crate::snapshot::{Entry, SubjectId};

use super::found::{Form, Found, Rule};
use super::proof::MAX_PROOF_DEPTH;
use super::world::{Answer, Goal, Held, Leads, World};
use super::{Budget, spend};

/// Deepest nesting of the search: what the stack has room for. A proof as deep would be nested too deep.
const MAX_SEARCH_DEPTH: u32 = 2 * MAX_PROOF_DEPTH;
/// Largest proof of a part that is remembered. Nodes.
const MAX_REMEMBERED: u32 = 1_000;
/// Nodes of all parts that are remembered: some 40 MB.
const MAX_MEMORY: u32 = 250_000;

/// A proof of what a check says yes to; none when it costs or holds more than the budget.
pub(super) fn prove<F: Form>(world: &World<'_>, budget: &Budget) -> Option<F> {
    // What is remembered was found on another way. Should it not hold where it was put, the way is gone
    // without a memory.
    for with_memory in [true, false] {
        let mut steps = budget.steps;
        let found = search(world, with_memory, budget.nodes, &mut steps)?;
        if found.answer != Some(Answer::Yes)
            || found.nodes > budget.nodes
            || found.depth > MAX_PROOF_DEPTH
        {
            return None;
        }
        let proof = found.proof(world);
        if proof.is_some() {
            return proof;
        }
    }
    None
}

/// Whether what is asked holds in a world, assumptions and all; none when the budget is used up.
pub(super) fn holds(world: &World<'_>, steps: &mut u32) -> Option<bool> {
    let found = search(world, true, 0, steps)?;
    Some(found.answer? == Answer::Yes)
}

/// What is asked comes to; of a proof of more nodes than that, no part is kept.
pub(super) fn search(
    world: &World<'_>,
    with_memory: bool,
    nodes: u32,
    steps: &mut u32,
) -> Option<Rc<Found>> {
    let mut search = Search {
        world,
        nodes,
        room: if with_memory { MAX_MEMORY } else { 0 },
        steps: *steps,
        path: Vec::new(),
        open: 0,
        memory: HashMap::new(),
    };
    let found = search.goal(world.goal, 0);
    *steps = search.steps;
    found
}

struct Search<'a> {
    world: &'a World<'a>,
    /// Most nodes of a proof.
    nodes: u32,
    /// Nodes that may still be remembered.
    room: u32,
    steps: u32,
    path: Vec<Goal>,
    open: u32,
    memory: HashMap<Goal, Rc<Found>>,
}

impl<'a> Search<'a> {
    /// What a relation of an object comes to; none when the budget is used up.
    fn goal(&mut self, goal: Goal, hops: u32) -> Option<Rc<Found>> {
        self.spend(1)?;
        let leaf = |rule, answer| Some(Rc::new(Found::new(goal, rule, Some(answer))));
        if hops >= MAX_HOPS || self.path.len() >= MAX_PATH {
            return leaf(Rule::TooDeep, Answer::Open);
        }
        if self.path.contains(&goal) {
            return leaf(Rule::Circle, Answer::Circle);
        }
        if self.world.subject == SubjectId::Userset(goal.0, goal.1) {
            return leaf(Rule::Itself, Answer::Yes);
        }
        if let Some(known) = self.memory.get(&goal)
            && hops.saturating_add(known.hops) < MAX_HOPS
        {
            let known = Rc::clone(known);
            self.spend(self.room_of(&known))?;
            return Some(known);
        }
        let Some(relation) = self.world.relation(goal) else {
            return Some(unseen(goal));
        };
        self.path.push(goal);
        let found = self.rewrite(&relation.rewrite, goal, hops)?;
        self.path.pop();
        let settled = matches!(found.answer, Some(Answer::Yes | Answer::No));
        let nodes = self.room_of(&found);
        if settled && nodes <= MAX_REMEMBERED.min(self.room) {
            self.spend(nodes)?;
            self.room -= nodes;
            self.memory.insert(goal, Rc::clone(&found));
        }
        Some(found)
    }

    fn rewrite(&mut self, rewrite: &'a Rewrite, goal: Goal, hops: u32) -> Option<Rc<Found>> {
        self.spend(1)?;
        if self.open >= MAX_SEARCH_DEPTH {
            return Some(unseen(goal));
        }
        self.open += 1;
        let found = match rewrite {
            Rewrite::Direct => self.direct(goal, hops),
            Rewrite::Computed(other) => {
                let found = self.goal((goal.0, *other), hops)?;
                Some(found.under(goal, Rule::Computed(*other), self.nodes))
            }
            Rewrite::From { relation, tupleset } => self.from(goal, *tupleset, *relation, hops),
            Rewrite::Union(operands) => self.operands(Answer::Yes, operands, goal, hops),
            Rewrite::Intersection(operands) => self.operands(Answer::No, operands, goal, hops),
            Rewrite::Exclusion(base, subtract) => self.exclusion(base, subtract, goal, hops),
        };
        self.open -= 1;
        found
    }

    fn direct(&mut self, goal: Goal, hops: u32) -> Option<Rc<Found>> {
        let world = self.world;
        let mut none = Found::new(goal, Rule::NoTuple, Some(Answer::No));
        for entry in world.named(goal) {
            match world.held(goal, entry) {
                Held::Yes => {
                    let found = Found::new(goal, Rule::Tuple(entry), Some(Answer::Yes));
                    return Some(Rc::new(found));
                }
                Held::Stale | Held::Unmet => {}
                Held::Open => none.or(Some(Answer::Open)),
            }
        }
        let goals = world.leads(goal, None, self.steps);
        self.each(none, goal, goals, hops, &Rule::Tuple)
    }

    fn from(
        &mut self,
        goal: Goal,
        tupleset: RelationId,
        relation: RelationId,
        hops: u32,
    ) -> Option<Rc<Found>> {
        let none = Found::new(goal, Rule::NoFrom { tupleset, relation }, Some(Answer::No));
        let on = (goal.0, tupleset);
        let yes = |entry| Rule::From {
            tupleset,
            relation,
            entry,
        };
        let goals = self.world.leads(on, Some(relation), self.steps);
        self.each(none, on, goals, hops, &yes)
    }

    /// The first of the tuples that leads to the subject, else all that lead on.
    fn each(
        &mut self,
        mut none: Found,
        on: Goal,
        goals: Leads<'_>,
        hops: u32,
        yes: &dyn Fn(Entry) -> Rule,
    ) -> Option<Rc<Found>> {
        for (goal, entry) in goals {
            self.spend(1)?;
            match self.world.held(on, entry) {
                Held::Yes => {
                    let found = self.goal(goal, hops + 1)?;
                    if found.answer == Some(Answer::Yes) {
                        return Some(found.under(none.goal, yes(entry), self.nodes));
                    }
                    none.or(found.answer);
                    none.add(Some(entry), found, self.nodes);
                }
                Held::Stale | Held::Unmet => {}
                Held::Open => none.or(Some(Answer::Open)),
            }
        }
        self.spend(0)?;
        Some(Rc::new(none))
    }

    /// Those of an `or`, which a yes settles, or of an `and`, which a no does.
    fn operands(
        &mut self,
        settles: Answer,
        operands: &'a [Rewrite],
        goal: Goal,
        hops: u32,
    ) -> Option<Rc<Found>> {
        let is_any = settles == Answer::Yes;
        let mut all = if is_any {
            Found::new(goal, Rule::NoUnion, Some(Answer::No))
        } else {
            Found::new(goal, Rule::Intersection, Some(Answer::Yes))
        };
        for (operand, rewrite) in operands.iter().enumerate() {
            let found = self.rewrite(rewrite, goal, hops)?;
            if found.answer == Some(settles) {
                let rule = if is_any {
                    Rule::Union(operand)
                } else {
                    Rule::NoIntersection(operand)
                };
                return Some(found.under(goal, rule, self.nodes));
            }
            if is_any {
                all.or(found.answer);
            } else {
                all.and(found.answer);
            }
            all.add(None, found, self.nodes);
        }
        Some(Rc::new(all))
    }

    fn exclusion(
        &mut self,
        base: &'a Rewrite,
        subtract: &'a Rewrite,
        goal: Goal,
        hops: u32,
    ) -> Option<Rc<Found>> {
        let base = self.rewrite(base, goal, hops)?;
        if let Some(Answer::No | Answer::Circle) = base.answer {
            return Some(base.under(goal, Rule::NoBase, self.nodes));
        }
        let subtract = self.rewrite(subtract, goal, hops)?;
        let answer = base.answer.zip(subtract.answer);
        let answer = answer.map(|(base, subtract)| Answer::but_not(base, subtract));
        let mut both = Found::new(goal, Rule::Exclusion, answer);
        both.add(None, base, self.nodes);
        both.add(None, subtract, self.nodes);
        Some(Rc::new(both))
    }

    /// Nodes that it holds: of a proof that is too large, the outermost.
    fn room_of(&self, found: &Found) -> u32 {
        if found.nodes > self.nodes {
            1
        } else {
            found.nodes
        }
    }

    fn spend(&mut self, steps: u32) -> Option<()> {
        let steps = steps.saturating_add(self.world.take_steps());
        spend(&mut self.steps, steps as usize).then_some(())
    }
}

/// A place that is too deep to be looked at.
fn unseen(goal: Goal) -> Rc<Found> {
    Rc::new(Found::new(goal, Rule::TooDeep, None))
}
