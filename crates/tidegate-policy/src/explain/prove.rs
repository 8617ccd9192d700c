//! The search for a proof: a check that keeps what it found.

use crate::hash::HashMap;

use crate::check::{CheckError, CheckRequest, MAX_HOPS, MAX_PATH, steps_of_many};
use crate::model::{RelationId, Rewrite};
use crate::snapshot::{Entry, Overlay, Snapshot, SubjectId};
use crate::tuple::Object;

use super::Budget;
use super::proof::{Followed, MAX_PROOF_DEPTH, Proof};
use super::world::{Answer, Goal, Held, Leads, World};

/// Deepest nesting of the search: what the stack has room for. A proof as deep would be nested too deep.
const MAX_SEARCH_DEPTH: u32 = 2 * MAX_PROOF_DEPTH;
/// Largest proof of a part that is remembered. Nodes.
const MAX_REMEMBERED: u32 = 1_000;

/// A proof of what a check says yes to; none when it costs or holds more than the budget.
pub(super) fn prove(
    snapshot: &Snapshot,
    request: &CheckRequest<'_>,
    budget: &Budget,
) -> Result<Option<Proof>, CheckError> {
    let mut overlay = Overlay::above(snapshot.store());
    let world = World::open(snapshot, request, &mut overlay)?;
    let fits = |found: &Found| {
        found.answer == Some(Answer::Yes)
            && found.nodes <= budget.nodes
            && found.depth <= MAX_PROOF_DEPTH
    };
    // What is remembered was found on another way. Should it not hold where it was put, the way is gone
    // without a memory.
    for with_memory in [true, false] {
        let mut steps = budget.steps;
        let found = search(&world, with_memory, &mut steps).filter(fits);
        let Some(Found { proof, .. }) = found else {
            return Ok(None);
        };
        if proof.verify(snapshot, request).is_ok() {
            return Ok(Some(proof));
        }
    }
    Ok(None)
}

/// Whether what is asked holds in a world, assumptions and all; none when the budget is used up.
pub(super) fn holds(world: &World<'_>, steps: &mut u32) -> Option<bool> {
    let found = search(world, true, steps)?;
    Some(found.answer? == Answer::Yes)
}

fn search(world: &World<'_>, with_memory: bool, steps: &mut u32) -> Option<Found> {
    let mut search = Search {
        world,
        with_memory,
        steps: *steps,
        path: Vec::new(),
        open: 0,
        memory: HashMap::new(),
    };
    let found = search.goal(world.goal, 0);
    *steps = search.steps;
    found
}

/// What was found at one place.
#[derive(Clone)]
struct Found {
    /// None when the place is too deep to be looked at.
    answer: Option<Answer>,
    proof: Proof,
    nodes: u32,
    /// As JSON is nested.
    depth: u32,
    /// Hops to the farthest part.
    hops: u32,
}

impl Found {
    fn leaf(answer: Answer, proof: Proof) -> Self {
        Self {
            answer: Some(answer),
            proof,
            nodes: 1,
            depth: 1,
            hops: 0,
        }
    }

    fn unseen() -> Self {
        Self {
            answer: None,
            ..Self::leaf(Answer::Open, Proof::TooDeep)
        }
    }

    /// The proof, to be put into a node around it, as many hops away: `proof` is that from then on.
    fn inner(&mut self, hops: u32) -> Box<Proof> {
        self.nodes = self.nodes.saturating_add(1);
        self.depth = self.depth.saturating_add(1);
        self.hops = self.hops.saturating_add(hops);
        Box::new(std::mem::replace(&mut self.proof, Proof::Circle))
    }
}

/// Nodes that are to be put side by side.
#[derive(Default)]
struct Many {
    answers: Vec<Option<Answer>>,
    nodes: u32,
    depth: u32,
    hops: u32,
}

impl Many {
    /// Takes note of a node, and gives its proof back.
    fn add(&mut self, found: Found) -> Proof {
        self.answers.push(found.answer);
        self.nodes = self.nodes.saturating_add(found.nodes);
        self.depth = self.depth.max(found.depth);
        self.hops = self.hops.max(found.hops);
        found.proof
    }

    /// The node around them. What could not be looked at counts where no other settles the matter.
    fn around(self, answer: Option<Answer>, levels: u32, hops: u32, proof: Proof) -> Found {
        Found {
            answer,
            proof,
            nodes: self.nodes.saturating_add(1),
            depth: self.depth.saturating_add(levels),
            hops: self.hops.saturating_add(hops),
        }
    }

    /// The node around what does not come to a yes.
    fn any(self, levels: u32, hops: u32, proof: Proof) -> Found {
        let answer = self.combined(Answer::any);
        let hops = if self.nodes == 0 { 0 } else { hops };
        self.around(answer, levels, hops, proof)
    }

    /// None when one of them has no answer.
    fn combined(&self, combine: fn(&[Answer]) -> Answer) -> Option<Answer> {
        let mut answers = Vec::new();
        for answer in &self.answers {
            answers.push((*answer)?);
        }
        Some(combine(&answers))
    }
}

struct Search<'a> {
    world: &'a World<'a>,
    with_memory: bool,
    steps: u32,
    path: Vec<Goal>,
    open: u32,
    memory: HashMap<Goal, Found>,
}

impl<'a> Search<'a> {
    /// What a relation of an object comes to; none when the budget is used up.
    fn goal(&mut self, goal: Goal, hops: u32) -> Option<Found> {
        self.spend(1)?;
        if hops >= MAX_HOPS || self.path.len() >= MAX_PATH {
            return Some(Found::leaf(Answer::Open, Proof::TooDeep));
        }
        if self.path.contains(&goal) {
            return Some(Found::leaf(Answer::Circle, Proof::Circle));
        }
        if self.world.subject == SubjectId::Userset(goal.0, goal.1) {
            let (object, relation) = self.names(goal)?;
            return Some(Found::leaf(Answer::Yes, Proof::Itself { object, relation }));
        }
        if let Some(known) = self.memory.get(&goal)
            && hops.saturating_add(known.hops) < MAX_HOPS
        {
            let known = known.clone();
            self.spend(known.nodes)?;
            return Some(known);
        }
        let Some(relation) = self.world.relation(goal) else {
            return Some(Found::unseen());
        };
        self.path.push(goal);
        let found = self.rewrite(&relation.rewrite, goal, hops)?;
        self.path.pop();
        let settled = matches!(found.answer, Some(Answer::Yes | Answer::No));
        if self.with_memory && settled && found.nodes <= MAX_REMEMBERED {
            self.spend(found.nodes)?;
            self.memory.insert(goal, found.clone());
        }
        Some(found)
    }

    fn rewrite(&mut self, rewrite: &'a Rewrite, goal: Goal, hops: u32) -> Option<Found> {
        if self.open >= MAX_SEARCH_DEPTH {
            return Some(Found::unseen());
        }
        self.open += 1;
        let found = match rewrite {
            Rewrite::Direct => self.direct(goal, hops),
            Rewrite::Computed(other) => self.computed((goal.0, *other), hops),
            Rewrite::From { relation, tupleset } => self.from(*relation, (goal.0, *tupleset), hops),
            Rewrite::Union(operands) => self.operands(Answer::Yes, operands, goal, hops),
            Rewrite::Intersection(operands) => self.operands(Answer::No, operands, goal, hops),
            Rewrite::Exclusion(base, subtract) => self.exclusion(base, subtract, goal, hops),
        };
        self.open -= 1;
        found
    }

    fn direct(&mut self, goal: Goal, hops: u32) -> Option<Found> {
        let world = self.world;
        let mut many = Many::default();
        for entry in world.named(goal) {
            let answer = match world.held(goal, entry) {
                Held::Yes => {
                    let tuple = world.tuple(goal, entry)?;
                    let proof = Proof::Tuple { tuple, by: None };
                    return Some(Found::leaf(Answer::Yes, proof));
                }
                Held::Stale | Held::Unmet => Answer::No,
                Held::Open(_) => Answer::Open,
            };
            many.answers.push(Some(answer));
        }
        let followed = match self.each(goal, world.leads(goal, None), hops, &mut many)? {
            Ok((entry, mut found)) => {
                let tuple = world.tuple(goal, entry)?;
                let by = Some(found.inner(1));
                found.proof = Proof::Tuple { tuple, by };
                return Some(found);
            }
            Err(followed) => followed,
        };
        let (object, relation) = self.names(goal)?;
        let proof = Proof::NoTuple {
            object,
            relation,
            usersets: followed,
        };
        Some(many.any(3, 1, proof))
    }

    fn computed(&mut self, other: Goal, hops: u32) -> Option<Found> {
        let (object, relation) = self.names(other)?;
        let mut found = self.goal(other, hops)?;
        let by = found.inner(0);
        found.proof = Proof::Computed {
            object,
            relation,
            by,
        };
        Some(found)
    }

    fn from(&mut self, relation: RelationId, tupleset: Goal, hops: u32) -> Option<Found> {
        let world = self.world;
        let name: Box<str> = world.model.relation_name(relation)?.into();
        let linked = world.leads(tupleset, Some(relation));
        let mut many = Many::default();
        let followed = match self.each(tupleset, linked, hops, &mut many)? {
            Ok((entry, mut found)) => {
                found.proof = Proof::From {
                    tuple: world.tuple(tupleset, entry)?,
                    relation: name,
                    by: found.inner(1),
                };
                return Some(found);
            }
            Err(followed) => followed,
        };
        let (object, tupleset) = self.names(tupleset)?;
        let proof = Proof::NoFrom {
            object,
            tupleset,
            relation: name,
            objects: followed,
        };
        Some(many.any(3, 1, proof))
    }

    /// The first of the tuples that leads to the subject, else all that lead on.
    fn each(
        &mut self,
        on: Goal,
        goals: Leads<'_>,
        hops: u32,
        many: &mut Many,
    ) -> Option<Result<(Entry, Found), Vec<Followed>>> {
        let mut followed = Vec::new();
        for (goal, entry) in goals {
            self.spend(1)?;
            match self.world.held(on, entry) {
                Held::Yes => {
                    let found = self.goal(goal, hops + 1)?;
                    if found.answer == Some(Answer::Yes) {
                        return Some(Ok((entry, found)));
                    }
                    let by = many.add(found);
                    let tuple = self.world.tuple(on, entry)?;
                    followed.push(Followed { tuple, by });
                }
                Held::Stale | Held::Unmet => {}
                Held::Open(_) => many.answers.push(Some(Answer::Open)),
            }
        }
        Some(Err(followed))
    }

    /// Those of an `or`, which a yes settles, or of an `and`, which a no does.
    fn operands(
        &mut self,
        settles: Answer,
        operands: &'a [Rewrite],
        goal: Goal,
        hops: u32,
    ) -> Option<Found> {
        self.spend(steps_of_many(operands.len()))?;
        let mut many = Many::default();
        let mut all = Vec::with_capacity(operands.len());
        for (operand, rewrite) in operands.iter().enumerate() {
            let mut found = self.rewrite(rewrite, goal, hops)?;
            if found.answer == Some(settles) {
                let by = found.inner(0);
                found.proof = match settles {
                    Answer::Yes => Proof::Union { operand, by },
                    _ => Proof::NoIntersection { operand, by },
                };
                return Some(found);
            }
            all.push(many.add(found));
        }
        Some(match settles {
            Answer::Yes => many.any(2, 0, Proof::NoUnion { all }),
            _ => {
                let answer = many.combined(Answer::all);
                many.around(answer, 2, 0, Proof::Intersection { all })
            }
        })
    }

    fn exclusion(
        &mut self,
        base: &'a Rewrite,
        subtract: &'a Rewrite,
        goal: Goal,
        hops: u32,
    ) -> Option<Found> {
        let mut base = self.rewrite(base, goal, hops)?;
        if let Some(Answer::No | Answer::Circle) = base.answer {
            let by = base.inner(0);
            base.proof = Proof::NoBase { by };
            return Some(base);
        }
        let subtract = self.rewrite(subtract, goal, hops)?;
        let answer = base.answer.zip(subtract.answer);
        let answer = answer.map(|(base, subtract)| Answer::but_not(base, subtract));
        let mut many = Many::default();
        let proof = Proof::Exclusion {
            base: Box::new(many.add(base)),
            subtract: Box::new(many.add(subtract)),
        };
        Some(many.around(answer, 1, 0, proof))
    }

    fn names(&self, goal: Goal) -> Option<(Object, Box<str>)> {
        let object = self.world.view.object(goal.0)?;
        Some((object, self.world.model.relation_name(goal.1)?.into()))
    }

    fn spend(&mut self, steps: u32) -> Option<()> {
        let steps = steps.saturating_add(self.world.take_steps());
        self.steps = self.steps.checked_sub(steps)?;
        Some(())
    }
}
