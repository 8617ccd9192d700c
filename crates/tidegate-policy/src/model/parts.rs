//! A model over dense numbers: what is evaluated, and what a bundle holds.

use std::ops::Range;

use super::flat::{self, Flat};
use super::ids::Ids;
use super::plan::{self, Leaf};
use super::{
    ConditionId, MAX_CONDITIONS, MAX_NESTING, MAX_RELATIONS, MAX_TYPES, RelationId, TypeId,
};
use crate::check::MAX_CHAIN;
use crate::condition::Condition;

/// Where a part of a modular model was written: its number among [`Parts::sources`].
pub(crate) type SourceId = u16;

/// What a model consists of. Plain data: [`Model::from_parts`](super::Model::from_parts) checks it.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// See [`Model::text`](super::Model::text).
    pub(crate) text: Box<str>,
    pub(crate) schema: Schema,
    /// In order of definition: a type's place is its number.
    pub(crate) types: Vec<Type>,
    /// Of all types, one type's after the other's, in order of definition.
    pub(crate) relations: Vec<Relation>,
    /// A name's place is its number.
    pub(crate) relation_names: Vec<Box<str>>,
    /// In order of definition: a condition's place is its number.
    pub(crate) conditions: Vec<Condition>,
    /// Where each condition was written; empty for a model of one file.
    pub(crate) condition_sources: Vec<Option<SourceId>>,
    /// Empty for a model of one file.
    pub(crate) sources: Vec<Source>,
}

/// The version of the language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Schema {
    #[default]
    V1_1,
    V1_2,
}

/// A type.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: Box<str>,
    /// Its relations among [`Parts::relations`].
    pub(crate) relations: Range<u32>,
    pub(crate) source: Option<SourceId>,
}

/// One relation of one type.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) name: RelationId,
    pub(crate) rewrite: Rewrite,
    /// What may be written; empty for a relation that only follows from others.
    pub(crate) restrictions: Vec<Restriction>,
    /// Where it was added to its type, when not with the type.
    pub(crate) source: Option<SourceId>,
}

/// How a relation follows from others.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// From what is written.
    Direct,
    /// From another relation of the same object.
    Computed(RelationId),
    /// From a relation of the objects that a tupleset names.
    From {
        relation: RelationId,
        tupleset: RelationId,
    },
    /// From any of these.
    Union(Vec<Rewrite>),
    /// From all of these.
    Intersection(Vec<Rewrite>),
    /// From the first, unless the second.
    Exclusion(Box<Rewrite>, Box<Rewrite>),
}

#[cfg(feature = "language")]
impl Rewrite {
    /// What an operator joins.
    pub(crate) fn operands(&self) -> Vec<&Self> {
        match self {
            Self::Union(all) | Self::Intersection(all) => all.iter().collect(),
            Self::Exclusion(base, subtract) => vec![base, subtract],
            Self::Direct | Self::Computed(_) | Self::From { .. } => Vec::new(),
        }
    }
}

/// One kind of subject that a relation takes, and under which condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) taken: Taken,
    pub(crate) condition: Option<ConditionId>,
}

/// A kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// `[user]`
    Object(TypeId),
    /// `[team#member]`
    Userset(TypeId, RelationId),
    /// `[user:*]`
    Wildcard(TypeId),
}

impl Taken {
    /// The type, and the relation of a userset.
    pub(crate) fn names(self) -> (TypeId, Option<RelationId>) {
        match self {
            Self::Object(id) | Self::Wildcard(id) => (id, None),
            Self::Userset(id, relation) => (id, Some(relation)),
        }
    }
}

/// Module and file that a part of a model was written in. Either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) module: Box<str>,
    pub(crate) file: Box<str>,
}

/// The parts are not those of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parts of the model do not fit together")]
pub(crate) struct PartsError;

/// Parts, and how to find them.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) parts: Parts,
    pub(super) type_ids: Ids,
    pub(super) relation_ids: Ids,
    pub(super) condition_ids: Ids,
    pub(super) slots: Slots,
    /// Of each relation, in the order of [`Parts::relations`]; empty for one that has none.
    pub(super) plans: Vec<Vec<Leaf>>,
    /// Likewise.
    flats: Vec<Option<Flat>>,
}

/// Where relations are.
#[derive(Debug)]
pub(super) struct Slots {
    /// How many names relations have.
    names: usize,
    /// For each type, for each relation name, where in [`Parts::relations`] the relation is, or [`NONE`].
    all: Vec<u16>,
}

/// No relation has this place: there are fewer.
const NONE: u16 = u16::MAX;

impl Slots {
    /// Where a relation of a type is, among [`Parts::relations`].
    #[inline]
    pub(super) fn place(&self, type_id: TypeId, id: RelationId) -> Option<u16> {
        if id as usize >= self.names {
            return None;
        }
        let slot = *self.all.get(type_id as usize * self.names + id as usize)?;
        (slot != NONE).then_some(slot)
    }
}

impl Compiled {
    /// To be settled, before anything is looked for.
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            slots: Slots {
                names: parts.relation_names.len(),
                all: Vec::new(),
            },
            type_ids: Ids::default(),
            relation_ids: Ids::default(),
            condition_ids: Ids::default(),
            plans: Vec::new(),
            flats: Vec::new(),
            parts,
        }
    }

    /// Makes the parts be found. Says whether they are a model's.
    pub(super) fn settle(&mut self) -> bool {
        let parts = &self.parts;
        let names = self.slots.names;
        if parts.types.len() > MAX_TYPES
            || parts.relations.len() > MAX_RELATIONS
            || names > MAX_RELATIONS
            || parts.conditions.len() > MAX_CONDITIONS
        {
            return false;
        }
        self.slots.all = vec![NONE; names * parts.types.len()];
        let mut next = 0;
        let mut good = true;
        for name in &parts.relation_names {
            good &= self.relation_ids.add(name);
        }
        for condition in &parts.conditions {
            good &= self.condition_ids.add(condition.name());
        }
        for (found, row) in parts.types.iter().zip(0..) {
            good &= self.type_ids.add(&found.name)
                && found.relations.start == next
                && parts.has_source(found.source);
            next = found.relations.end;
            let all = parts.relations.get(range(&found.relations));
            good &= all.is_some();
            if !good {
                return false;
            }
            let places = found.relations.clone();
            for (relation, place) in all.unwrap_or_default().iter().zip(places) {
                good &= parts.is_good(relation);
                let at = row * names + relation.name as usize;
                let slot = self.slots.all.get_mut(at).filter(|slot| **slot == NONE);
                good &= slot.is_some();
                if let Some((slot, place)) = slot.zip(u16::try_from(place).ok()) {
                    *slot = place;
                }
            }
        }
        let sourced = parts.condition_sources.len();
        let mut sources = parts.condition_sources.iter();
        good &= next as usize == parts.relations.len()
            && (sourced == 0 || sourced == parts.conditions.len())
            && sources.all(|&source| parts.has_source(source));
        if !good {
            return false;
        }
        let mut left = plan::MAX_LEAVES_OF_ALL;
        for (found, type_id) in parts.types.iter().zip(0..) {
            for place in range(&found.relations) {
                let plan = plan::plan(parts, &self.slots, type_id, place, &mut left);
                self.plans.push(plan);
            }
        }
        self.flats = flat::flats(parts, &self.slots, &self.plans, MAX_CHAIN);
        for ids in [
            &mut self.type_ids,
            &mut self.relation_ids,
            &mut self.condition_ids,
        ] {
            ids.settle();
        }
        true
    }

    pub(super) fn relation(&self, type_id: TypeId, id: RelationId) -> Option<&Relation> {
        self.parts
            .relations
            .get(usize::from(self.place(type_id, id)?))
    }

    pub(super) fn planned(
        &self,
        type_id: TypeId,
        id: RelationId,
    ) -> Option<(&Relation, Option<&[Leaf]>)> {
        let place = usize::from(self.place(type_id, id)?);
        let plan = self.plans.get(place).map(Vec::as_slice);
        let plan = plan.filter(|leaves| !leaves.is_empty());
        Some((self.parts.relations.get(place)?, plan))
    }

    #[inline]
    pub(super) fn flat(&self, place: u16) -> Option<&Flat> {
        self.flats.get(usize::from(place))?.as_ref()
    }

    /// As [`Slots::place`].
    #[inline]
    pub(super) fn place(&self, type_id: TypeId, id: RelationId) -> Option<u16> {
        self.slots.place(type_id, id)
    }
}

impl Parts {
    /// In order of definition.
    pub(crate) fn relations_of(&self, type_id: TypeId) -> &[Relation] {
        let found = self.types.get(type_id as usize);
        found.map_or(&[], |found| self.relations_in(found))
    }

    pub(crate) fn relations_in(&self, found: &Type) -> &[Relation] {
        let relations = self.relations.get(range(&found.relations));
        relations.unwrap_or_default()
    }

    /// Where a condition was written.
    #[cfg(feature = "language")]
    pub(crate) fn condition_source(&self, at: usize) -> Option<SourceId> {
        self.condition_sources.get(at).copied().flatten()
    }

    #[cfg(feature = "language")]
    pub(crate) fn source(&self, id: Option<SourceId>) -> Option<&Source> {
        self.sources.get(usize::from(id?))
    }

    fn has_source(&self, id: Option<SourceId>) -> bool {
        id.is_none_or(|id| usize::from(id) < self.sources.len())
    }

    fn is_good(&self, relation: &Relation) -> bool {
        let is_type = |id: TypeId| (id as usize) < self.types.len();
        self.is_relation(relation.name)
            && self.has_source(relation.source)
            && self.is_rewrite(&relation.rewrite, 0)
            && relation.restrictions.iter().all(|entry| {
                let (type_id, relation) = entry.taken.names();
                let known = entry.condition;
                known.is_none_or(|id| (id as usize) < self.conditions.len())
                    && is_type(type_id)
                    && relation.is_none_or(|id| self.is_relation(id))
            })
    }

    fn is_relation(&self, id: RelationId) -> bool {
        (id as usize) < self.relation_names.len()
    }

    fn is_rewrite(&self, rewrite: &Rewrite, depth: usize) -> bool {
        // One more than the parentheses that may stand around an operator.
        if depth > MAX_NESTING + 1 {
            return false;
        }
        match rewrite {
            Rewrite::Direct => true,
            Rewrite::Computed(relation) => self.is_relation(*relation),
            Rewrite::From { relation, tupleset } => {
                self.is_relation(*relation) && self.is_relation(*tupleset)
            }
            Rewrite::Union(all) | Rewrite::Intersection(all) => {
                !all.is_empty() && all.iter().all(|found| self.is_rewrite(found, depth + 1))
            }
            Rewrite::Exclusion(base, subtract) => {
                self.is_rewrite(base, depth + 1) && self.is_rewrite(subtract, depth + 1)
            }
        }
    }
}

impl Schema {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
        }
    }

    /// None for a version that the engine does not know.
    #[cfg(feature = "language")]
    pub(crate) fn of(text: &str) -> Option<Self> {
        [Self::V1_1, Self::V1_2]
            .into_iter()
            .find(|version| version.as_str() == text)
    }
}

fn range(found: &Range<u32>) -> Range<usize> {
    found.start as usize..found.end as usize
}
