//! What a search found, over numbers: a proof before it has names. Parts that are remembered are shared.

use std::rc::Rc;

use crate::check::{MAX_HOPS, MAX_PATH, steps_of_many};
use crate::model::RelationId;
use crate::snapshot::Entry;
use crate::tuple::{Object, Tuple};

use super::verify::MAX_STEPS;
use super::world::{Answer, Goal, World};
use super::{spend, steps_of_context};

/// What a part of the search came to, and by what.
pub(super) struct Found {
    /// Of what it is a part.
    pub(super) goal: Goal,
    rule: Rule,
    /// None when the place is too deep to be looked at.
    pub(super) answer: Option<Answer>,
    pub(super) nodes: u32,
    /// As JSON is nested.
    pub(super) depth: u32,
    /// Hops to the farthest part.
    pub(super) hops: u32,
    /// Those inside, each with the tuple that leads there where it leads nowhere else.
    parts: Vec<(Option<Entry>, Rc<Self>)>,
}

/// The node of a [`Proof`](super::Proof) that it is.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Itself,
    Tuple(Entry),
    Computed(RelationId),
    From {
        tupleset: RelationId,
        relation: RelationId,
        entry: Entry,
    },
    Union(usize),
    Intersection,
    Exclusion,
    NoTuple,
    NoFrom {
        tupleset: RelationId,
        relation: RelationId,
    },
    NoUnion,
    NoIntersection(usize),
    NoBase,
    Circle,
    TooDeep,
}

impl Rule {
    /// How deep JSON nests it, with what is directly inside left out.
    fn levels(self) -> u32 {
        match self {
            Self::NoTuple | Self::NoFrom { .. } => 3,
            Self::NoUnion | Self::Intersection => 2,
            _ => 1,
        }
    }

    /// Hops to the relations that it leads to; none when it leads to parts of the same definition.
    fn hops(self) -> Option<u32> {
        match self {
            Self::Computed(_) => Some(0),
            Self::Tuple(_) | Self::From { .. } | Self::NoTuple | Self::NoFrom { .. } => Some(1),
            _ => None,
        }
    }
}

impl Found {
    pub(super) fn new(goal: Goal, rule: Rule, answer: Option<Answer>) -> Self {
        Self {
            goal,
            rule,
            answer,
            nodes: 1,
            depth: rule.levels(),
            hops: 0,
            parts: Vec::new(),
        }
    }

    /// The node around it that comes to the same.
    pub(super) fn under(self: Rc<Self>, goal: Goal, rule: Rule, most: u32) -> Rc<Self> {
        let mut found = Self::new(goal, rule, self.answer);
        found.add(None, self, most);
        Rc::new(found)
    }

    /// Puts a part inside. Of more nodes than that there is no proof: they are counted, and not kept.
    pub(super) fn add(&mut self, by: Option<Entry>, part: Rc<Self>, most: u32) {
        let hops = self.rule.hops().unwrap_or(0);
        self.nodes = self.nodes.saturating_add(part.nodes);
        self.depth = self
            .depth
            .max(part.depth.saturating_add(self.rule.levels()));
        self.hops = self.hops.max(part.hops.saturating_add(hops));
        if self.nodes > most {
            self.parts = Vec::new();
        } else {
            self.parts.push((by, part));
        }
    }

    /// Nodes that are there, and not only counted.
    #[cfg(all(test, feature = "language"))]
    pub(super) fn kept(&self) -> u32 {
        let inside: u32 = self.parts.iter().map(|(_, part)| part.kept()).sum();
        1 + inside
    }

    /// What could not be looked at counts where no other settles the matter.
    pub(super) fn or(&mut self, answer: Option<Answer>) {
        self.answer = self.answer.zip(answer).map(|(one, other)| one.max(other));
    }

    pub(super) fn and(&mut self, answer: Option<Answer>) {
        self.answer = self.answer.zip(answer).map(|(one, other)| one.min(other));
    }

    /// The proof; none when something in it does not hold where it was put: a circle that is none there, or one
    /// that is not seen, or what is too deep there, or is not. And none when it is more to verify or to tell than may
    /// be: a row that was gone through once may stand behind many nodes.
    pub(super) fn proof<F: Form>(&self, world: &World<'_>) -> Option<F> {
        self.proof_within(world, MAX_STEPS)
    }

    /// The same, where so many steps are to be enough to verify it.
    pub(super) fn proof_within<F: Form>(&self, world: &World<'_>, steps: u32) -> Option<F> {
        let mut naming = Naming {
            world,
            path: Vec::new(),
            // The world knows what conditions come to. Who verifies it evaluates them anew.
            steps: steps.saturating_sub(world.of_conditions()),
            is_wrong: false,
        };
        world.take_steps();
        let proof = naming.goal(self, 0);
        (!naming.is_wrong).then_some(proof)
    }
}

/// What a proof is made as: a [`Proof`](super::Proof), or at once its JSON.
pub(super) trait Form: Sized {
    /// In the place of what is wrong.
    const NONE: Self;

    fn of(node: Node<'_, Self>) -> Self;
}

/// A node by its names.
pub(super) struct Node<'a, F> {
    pub(super) rule: Rule,
    /// Of [`Rule::Tuple`] and [`Rule::From`].
    pub(super) tuple: Option<Tuple>,
    pub(super) object: Object,
    /// The relation itself where the rule has no tupleset.
    pub(super) tupleset: &'a str,
    pub(super) relation: &'a str,
    /// Those inside, each with its own tuple.
    pub(super) parts: Vec<(Option<Tuple>, F)>,
}

/// Puts names in the place of numbers.
struct Naming<'a> {
    world: &'a World<'a>,
    path: Vec<Goal>,
    /// That are left for who verifies it, and for what is told.
    steps: u32,
    /// Then nobody looks at what is made.
    is_wrong: bool,
}

impl Naming<'_> {
    fn goal<F: Form>(&mut self, found: &Found, hops: u32) -> F {
        let is_deep = hops >= MAX_HOPS || self.path.len() >= MAX_PATH;
        let is_circle = !is_deep && self.path.contains(&found.goal);
        let (said_deep, said_circle) = match found.rule {
            Rule::TooDeep => (true, false),
            Rule::Circle => (false, true),
            _ => (false, false),
        };
        if self.is_wrong || (is_deep, is_circle) != (said_deep, said_circle) {
            self.is_wrong = true;
            return F::NONE;
        }
        self.path.push(found.goal);
        let proof = self.node(found, hops);
        self.path.pop();
        proof
    }

    fn node<F: Form>(&mut self, found: &Found, hops: u32) -> F {
        let world = self.world;
        let (object, own) = found.goal;
        let (on, to, own_entry) = match found.rule {
            Rule::Computed(other) => (own, other, None),
            Rule::From {
                tupleset,
                relation,
                entry,
            } => (tupleset, relation, Some(entry)),
            Rule::NoFrom { tupleset, relation } => (tupleset, relation, None),
            Rule::Tuple(entry) => (own, own, Some(entry)),
            _ => (own, own, None),
        };
        let relation = |id| world.model.relation_name(id);
        let (Some(tupleset), Some(relation), Some(name)) =
            (relation(on), relation(to), world.view.object(object))
        else {
            self.is_wrong = true;
            return F::NONE;
        };
        let on = (object, on);
        self.pay(found, on);
        let tuple = self.tuple(on, own_entry);
        let mut parts = Vec::with_capacity(found.parts.len());
        for (entry, part) in &found.parts {
            let by = match found.rule.hops() {
                Some(more) => self.goal(part, hops + more),
                None => self.node(part, hops),
            };
            parts.push((self.tuple(on, *entry), by));
        }
        if self.is_wrong {
            return F::NONE;
        }
        F::of(Node {
            rule: found.rule,
            tuple,
            object: name,
            tupleset,
            relation,
            parts,
        })
    }

    /// The tuple of an entry, where there is one.
    fn tuple(&mut self, on: Goal, entry: Option<Entry>) -> Option<Tuple> {
        if self.is_wrong {
            return None;
        }
        let tuple = self.world.tuple(on, entry?);
        let steps = tuple.as_ref().map(steps_of_context);
        self.is_wrong |= steps.is_none_or(|steps| !spend(&mut self.steps, steps));
        tuple
    }

    /// Takes what it costs to verify a node: itself, where it leads to, and the row on which it says that nothing does.
    fn pay(&mut self, found: &Found, on: Goal) {
        let world = self.world;
        let to = match found.rule {
            Rule::NoTuple => Some(None),
            Rule::NoFrom { relation, .. } => Some(Some(relation)),
            _ => None,
        };
        let row = to.map_or(0, |to| world.leads(on, to, self.steps).count());
        // Each tuple is held against the restrictions, those that lead on twice, and up to two that name the subject.
        let restrictions = world.relation(on).map_or(0, |on| on.restrictions.len());
        let held =
            (row + found.parts.len() + 2).saturating_mul(steps_of_many(restrictions) as usize);
        let steps = (row + 2)
            .saturating_add(held)
            .saturating_add(world.take_steps() as usize);
        self.is_wrong |= !spend(&mut self.steps, steps);
    }
}
