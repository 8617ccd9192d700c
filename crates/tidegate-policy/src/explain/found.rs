//! What a search found, over numbers: a proof before it has names. Parts that are remembered are shared.

use std::rc::Rc;

use crate::check::{MAX_HOPS, MAX_PATH};
use crate::model::RelationId;
use crate::snapshot::Entry;

use super::proof::{Followed, Proof};
use super::world::{Answer, Goal, World};

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

/// The node of a [`Proof`] that it is.
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
    pub(super) fn under(self: Rc<Self>, goal: Goal, rule: Rule) -> Rc<Self> {
        let mut found = Self::new(goal, rule, self.answer);
        found.add(None, self);
        Rc::new(found)
    }

    /// Puts a part inside.
    pub(super) fn add(&mut self, by: Option<Entry>, part: Rc<Self>) {
        let hops = self.rule.hops().unwrap_or(0);
        self.nodes = self.nodes.saturating_add(part.nodes);
        self.depth = self
            .depth
            .max(part.depth.saturating_add(self.rule.levels()));
        self.hops = self.hops.max(part.hops.saturating_add(hops));
        self.parts.push((by, part));
    }

    /// What could not be looked at counts where no other settles the matter.
    pub(super) fn or(&mut self, answer: Option<Answer>) {
        self.answer = self.answer.zip(answer).map(|(one, other)| one.max(other));
    }

    pub(super) fn and(&mut self, answer: Option<Answer>) {
        self.answer = self.answer.zip(answer).map(|(one, other)| one.min(other));
    }

    /// The proof; none when something in it does not hold where it was put: a circle that is none there, or one
    /// that is not seen, or what is too deep there, or is not.
    pub(super) fn proof(&self, world: &World<'_>) -> Option<Proof> {
        let path = Vec::new();
        Naming { world, path }.goal(self, 0)
    }
}

/// Puts names in the place of numbers.
struct Naming<'a> {
    world: &'a World<'a>,
    path: Vec<Goal>,
}

impl Naming<'_> {
    fn goal(&mut self, found: &Found, hops: u32) -> Option<Proof> {
        let is_deep = hops >= MAX_HOPS || self.path.len() >= MAX_PATH;
        let is_circle = !is_deep && self.path.contains(&found.goal);
        let (said_deep, said_circle) = match found.rule {
            Rule::TooDeep => (true, false),
            Rule::Circle => (false, true),
            _ => (false, false),
        };
        if (is_deep, is_circle) != (said_deep, said_circle) {
            return None;
        }
        self.path.push(found.goal);
        let proof = self.node(found, hops);
        self.path.pop();
        proof
    }

    fn node(&mut self, found: &Found, hops: u32) -> Option<Proof> {
        let world = self.world;
        let (object, own) = found.goal;
        let on = match found.rule {
            Rule::From { tupleset, .. } | Rule::NoFrom { tupleset, .. } => tupleset,
            _ => own,
        };
        let tuple = |entry| world.tuple((object, on), entry);
        let (mut parts, mut followed) = (Vec::new(), Vec::new());
        for (entry, part) in &found.parts {
            let by = match found.rule.hops() {
                Some(more) => self.goal(part, hops + more)?,
                None => self.node(part, hops)?,
            };
            match *entry {
                Some(entry) => followed.push(Followed {
                    tuple: tuple(entry)?,
                    by,
                }),
                None => parts.push(by),
            }
        }
        let object = || world.view.object(object);
        let name = |relation| world.model.relation_name(relation).map(Box::from);
        let mut last = || parts.pop().map(Box::new);
        Some(match found.rule {
            Rule::Itself => Proof::Itself {
                object: object()?,
                relation: name(own)?,
            },
            Rule::Tuple(entry) => Proof::Tuple {
                tuple: tuple(entry)?,
                by: last(),
            },
            Rule::Computed(other) => Proof::Computed {
                object: object()?,
                relation: name(other)?,
                by: last()?,
            },
            Rule::From {
                relation, entry, ..
            } => Proof::From {
                tuple: tuple(entry)?,
                relation: name(relation)?,
                by: last()?,
            },
            Rule::Union(operand) => Proof::Union {
                operand,
                by: last()?,
            },
            Rule::Intersection => Proof::Intersection { all: parts },
            Rule::Exclusion => {
                let subtract = last()?;
                Proof::Exclusion {
                    base: last()?,
                    subtract,
                }
            }
            Rule::NoTuple => Proof::NoTuple {
                object: object()?,
                relation: name(own)?,
                usersets: followed,
            },
            Rule::NoFrom { tupleset, relation } => Proof::NoFrom {
                object: object()?,
                tupleset: name(tupleset)?,
                relation: name(relation)?,
                objects: followed,
            },
            Rule::NoUnion => Proof::NoUnion { all: parts },
            Rule::NoIntersection(operand) => Proof::NoIntersection {
                operand,
                by: last()?,
            },
            Rule::NoBase => Proof::NoBase { by: last()? },
            Rule::Circle => Proof::Circle,
            Rule::TooDeep => Proof::TooDeep,
        })
    }
}
