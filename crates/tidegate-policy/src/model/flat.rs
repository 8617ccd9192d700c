//! Relations that hold by `or`, usersets and `from` alone, all the way down to the tuples, and under no
//! condition. A question of such a relation comes to whether there is a way at all; it needs no more of a
//! relation than the rows to read, and whom they may lead to. A row that takes more kinds of usersets than
//! [`MAX_USERSETS`] is not flat, nor is what would read more than others have left of [`MAX_READ`].

use super::net::Net;
use super::parts::{Parts, Relation, Slots, Taken};
use super::plan::{Leaf, LeafKind};
use super::{MAX_TYPES, RelationId, TypeId};

#[cfg(test)]
#[cfg(feature = "language")]
mod tests;

/// Most kinds of usersets of a row. A check looks through them for each userset that it meets.
const MAX_USERSETS: usize = 64;

/// Most type restrictions that the relations of a model read of others, and places of types that they hold for where a
/// `from` leads: what would be more is not flat. Each has what it reads by itself, and a text has room for thousands of
/// restrictions and for thousands of relations that read them.
const MAX_READ: usize = 1 << 19;

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
    /// Each once, and [`MAX_USERSETS`] at most.
    pub(crate) usersets: Vec<Userset>,
}

/// A kind of userset that a row takes.
#[derive(Debug, PartialEq, Eq)]
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
    plans: &[Vec<Leaf>],
    chain: usize,
) -> Vec<Option<Flat>> {
    let (mut flats, mut others) = read(parts, slots, plans, chain);
    others.spread();
    for (found, at) in flats.iter_mut().zip(0..) {
        if others.is_reached(at) {
            *found = None;
        }
    }
    flats
}

/// Those that are flat by themselves, and what leads to which: what they lead to may not be.
fn read(
    parts: &Parts,
    slots: &Slots,
    plans: &[Vec<Leaf>],
    chain: usize,
) -> (Vec<Option<Flat>>, Net) {
    let mut reader = Reader {
        parts,
        slots,
        others: Net::default(),
        at: 0,
        left: MAX_READ,
    };
    for _ in plans {
        reader.others.add(1);
    }
    let mut flats = Vec::with_capacity(plans.len());
    for (leaves, at) in plans.iter().zip(0..) {
        reader.at = at;
        let mut flat = Flat::default();
        let mut good = !leaves.is_empty();
        for leaf in leaves {
            good = good && leaf.chain.len() <= chain && reader.leaf(leaf.kind, &mut flat).is_some();
        }
        if !good {
            reader.others.reach(at);
        }
        flats.push(good.then_some(flat));
    }
    (flats, reader.others)
}

struct Reader<'a> {
    parts: &'a Parts,
    slots: &'a Slots,
    /// The relations that are not flat: what leads to one is none.
    others: Net,
    /// The relation that is read, among [`Parts::relations`].
    at: u32,
    /// How many restrictions of others may still be read, or places be held.
    left: usize,
}

impl Reader<'_> {
    /// None when it takes something under a condition, a userset whose type does not have the relation, or too much.
    fn leaf(&mut self, kind: LeafKind, flat: &mut Flat) -> Option<()> {
        match kind {
            LeafKind::Direct { place } => {
                let relation = self.parts.relations.get(place)?;
                let mut all = flat.written.iter();
                if !all.any(|written| written.relation == relation.name) {
                    if place != self.at as usize {
                        self.spend(relation.restrictions.len())?;
                    }
                    flat.written.push(Written {
                        relation: relation.name,
                        objects: Types::default(),
                        wildcards: Types::default(),
                        usersets: Vec::new(),
                    });
                    self.written(relation, flat.written.last_mut()?)?;
                }
            }
            LeafKind::From {
                relation,
                tupleset,
                place,
            } => {
                let from = self.parts.relations.get(place)?;
                let mut all = flat.leads.iter();
                if !all.any(|leads| (leads.tupleset, leads.relation) == (tupleset, relation)) {
                    // A place is held for each type.
                    self.spend(from.restrictions.len().max(self.parts.types.len()))?;
                    flat.leads.push(Leads {
                        tupleset,
                        relation,
                        places: vec![NOWHERE; self.parts.types.len()],
                    });
                    self.leads(from, flat.leads.last_mut()?)?;
                }
            }
        }
        Some(())
    }

    /// For what is read of another relation, or held of where it leads.
    fn spend(&mut self, count: usize) -> Option<()> {
        self.left = self.left.checked_sub(count)?;
        Some(())
    }

    fn written(&mut self, relation: &Relation, written: &mut Written) -> Option<()> {
        for found in &relation.restrictions {
            if found.condition.is_some() {
                return None;
            }
            match found.taken {
                Taken::Object(type_id) => written.objects.add(type_id),
                Taken::Wildcard(type_id) => written.wildcards.add(type_id),
                Taken::Userset(type_id, relation) => {
                    let place = self.slots.place(type_id, relation)?;
                    let userset = Userset {
                        type_id,
                        relation,
                        place,
                    };
                    if written.usersets.contains(&userset) {
                        continue;
                    }
                    if written.usersets.len() == MAX_USERSETS {
                        return None;
                    }
                    self.others.lead_once(u32::from(place), self.at);
                    written.usersets.push(userset);
                }
            }
        }
        Some(())
    }

    fn leads(&mut self, tupleset: &Relation, leads: &mut Leads) -> Option<()> {
        for found in &tupleset.restrictions {
            if found.condition.is_some() {
                return None;
            }
            if let Taken::Object(type_id) = found.taken
                && let Some(to) = leads.places.get_mut(type_id as usize)
                && *to == NOWHERE
                && let Some(place) = self.slots.place(type_id, leads.relation)
            {
                self.others.lead_once(u32::from(place), self.at);
                *to = place;
            }
        }
        Some(())
    }
}
