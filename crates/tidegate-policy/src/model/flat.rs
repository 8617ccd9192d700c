//! Relations that hold by `or`, usersets and `from` alone, all the way down to the tuples, and under no
//! condition. A question of such a relation comes to whether there is a way at all; it needs no more of a
//! relation than the rows to read, and whom they may lead to.

use super::net::Net;
use super::parts::{Parts, Relation, Slots, Taken};
use super::plan::{Leaf, LeafKind};
use super::{MAX_TYPES, RelationId, TypeId};

#[cfg(test)]
mod tests;

/// What a question of a relation reads of one object.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    pub(crate) written: Vec<Written>,
    pub(crate) leads: Vec<Leads>,
}

/// A row of subjects.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) relation: RelationId,
    /// The types whose objects it takes.
    pub(crate) objects: Types,
    /// The types whose wildcard it takes.
    pub(crate) wildcards: Types,
    pub(crate) usersets: Vec<Userset>,
}

/// A kind of userset that a row takes.
#[derive(Debug)]
pub(crate) struct Userset {
    pub(crate) type_id: TypeId,
    pub(crate) relation: RelationId,
    /// The relation's, among [`Parts::relations`].
    pub(crate) place: u16,
}

/// A tupleset, and the relation that is asked of the objects that it names.
#[derive(Debug)]
pub(crate) struct Leads {
    pub(crate) tupleset: RelationId,
    relation: RelationId,
    /// By the object's type, the place of the relation; [`NOWHERE`] where the tupleset does not take the
    /// type, or the type does not have the relation.
    places: Vec<u16>,
}

const NOWHERE: u16 = u16::MAX;

/// A set of types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types([u64; 2]);

const _: () = assert!(MAX_TYPES <= 2 * u64::BITS as usize);

impl Types {
    #[inline]
    pub(crate) fn has(self, type_id: TypeId) -> bool {
        let word = self.0.get((type_id / u64::BITS) as usize);
        word.is_some_and(|word| word >> (type_id % u64::BITS) & 1 != 0)
    }

    fn add(&mut self, type_id: TypeId) {
        if let Some(word) = self.0.get_mut((type_id / u64::BITS) as usize) {
            *word |= 1 << (type_id % u64::BITS);
        }
    }
}

impl Leads {
    /// Where the relation of an object of a type is, unless the object is passed over.
    #[inline]
    pub(crate) fn place(&self, type_id: TypeId) -> Option<u16> {
        let place = *self.places.get(type_id as usize)?;
        (place != NOWHERE).then_some(place)
    }
}

/// In the order of [`Parts::relations`]; none for what is not flat. `chain`: the longest that a leaf's may be.
pub(super) fn flats(
    parts: &Parts,
    slots: &Slots,
    plans: &[Option<Vec<Leaf>>],
    chain: usize,
) -> Vec<Option<Flat>> {
    let mut flats = Vec::with_capacity(plans.len());
    // What leads to a relation that is not flat is not flat.
    let mut others = Net::default();
    for leaves in plans {
        let leaves = leaves.as_deref();
        let short = leaves.filter(|all| all.iter().all(|leaf| leaf.chain.len() <= chain));
        let found = short.and_then(|leaves| flat(parts, leaves, slots));
        others.add(u32::from(found.is_some()));
        flats.push(found);
    }
    for (found, at) in flats.iter().zip(0..) {
        let Some(found) = found else {
            continue;
        };
        for written in &found.written {
            for userset in &written.usersets {
                others.lead(u32::from(userset.place), at);
            }
        }
        for leads in &found.leads {
            // Nothing is at [`NOWHERE`].
            for &place in &leads.places {
                others.lead(u32::from(place), at);
            }
        }
    }
    others.spread();
    for (found, at) in flats.iter_mut().zip(0..) {
        if others.is_reached(at) {
            *found = None;
        }
    }
    flats
}

fn flat(parts: &Parts, leaves: &[Leaf], slots: &Slots) -> Option<Flat> {
    let mut flat = Flat::default();
    for leaf in leaves {
        match leaf.kind {
            LeafKind::Direct { place: at } => {
                let relation = parts.relations.get(at)?;
                let mut all = flat.written.iter();
                if !all.any(|written| written.relation == relation.name) {
                    flat.written.push(written(relation, slots)?);
                }
            }
            LeafKind::From {
                relation,
                tupleset,
                place: at,
            } => {
                let mut all = flat.leads.iter();
                if !all.any(|leads| (leads.tupleset, leads.relation) == (tupleset, relation)) {
                    let mut leads = Leads {
                        tupleset,
                        relation,
                        places: vec![NOWHERE; parts.types.len()],
                    };
                    for found in &parts.relations.get(at)?.restrictions {
                        if found.condition.is_some() {
                            return None;
                        }
                        if let Taken::Object(type_id) = found.taken
                            && let Some(to) = leads.places.get_mut(type_id as usize)
                        {
                            *to = slots.place(type_id, relation).unwrap_or(NOWHERE);
                        }
                    }
                    flat.leads.push(leads);
                }
            }
        }
    }
    Some(flat)
}

/// None when it takes something under a condition, or a userset whose type does not have the relation.
fn written(relation: &Relation, slots: &Slots) -> Option<Written> {
    let mut written = Written {
        relation: relation.name,
        objects: Types::default(),
        wildcards: Types::default(),
        usersets: Vec::new(),
    };
    for found in &relation.restrictions {
        if found.condition.is_some() {
            return None;
        }
        match found.taken {
            Taken::Object(type_id) => written.objects.add(type_id),
            Taken::Wildcard(type_id) => written.wildcards.add(type_id),
            Taken::Userset(type_id, relation) => written.usersets.push(Userset {
                type_id,
                relation,
                place: slots.place(type_id, relation)?,
            }),
        }
    }
    Some(written)
}
