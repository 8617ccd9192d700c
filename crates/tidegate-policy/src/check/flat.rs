//! Questions of [flat](crate::model::Flat) relations: whether a way leads from the object to the subject.
//!
//! Here no way is kept and no error noted: what would need either, as circles, ways that are too long and
//! tuples under conditions do, is left to the [search](super::search).
//!
//! In a large store a walk is waiting for memory, and little else: a line that no cache holds takes as long as some
//! hundred steps. Each place on the way is known from the one before alone, so they would be waited for one after the
//! other. So they are asked for as soon as it is known where they are, long before they are needed, and as many at once
//! as there are: the first two of a chain, which the object's name says; of those that follow, what each says of the
//! next but two; the usersets of a row; and where the subject stands.
//!
//! What is left pays for both: the steps here, [`MAX_STEPS`] and those for the rows of one object at most, are
//! in no budget and in no count, and the search begins anew with all of its own.

use super::{MAX_HOPS, MAX_PATH};
use crate::model::{Flat, Model, TypeId};
use crate::snapshot::{Entry, Finding, Found, ObjectId, Store, SubjectId};

/// Longest chain of computed relations to one tuple: of so many in each hop, no way is longer than
/// [`MAX_PATH`].
pub(crate) const MAX_CHAIN: usize = MAX_PATH / MAX_HOPS as usize;

#[cfg(test)]
#[cfg(feature = "language")]
mod tests;

/// Most steps: who needs more, is better off with a memory.
const MAX_STEPS: u32 = 400;

/// In WebAssembly nothing is.
const FETCHES: bool = cfg!(not(target_family = "wasm"));

/// Usersets of a row that are fetched before the first of them is followed.
const AHEAD: usize = 4;

/// What is asked for, by a subject that is an object.
pub(super) struct Walk<'a> {
    model: &'a Model,
    store: &'a Store,
    type_id: TypeId,
    id: ObjectId,
    /// The subject and its wildcard, as rows have them.
    subject: Entry,
    wildcard: Entry,
    steps: u32,
}

/// Left to the search.
pub(super) struct Unsure;

impl<'a> Walk<'a> {
    /// Of a subject with its type.
    #[inline]
    pub(super) fn new(
        model: &'a Model,
        store: &'a Store,
        subject: ObjectId,
        type_id: TypeId,
    ) -> Self {
        Self {
            model,
            store,
            type_id,
            id: subject,
            subject: Entry::new(SubjectId::Object(subject)),
            wildcard: Entry::new(SubjectId::Wildcard(type_id)),
            steps: 0,
        }
    }

    /// How many steps it took so far.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// Whether the subject has the relation on the object.
    pub(super) fn holds(
        &mut self,
        object: ObjectId,
        found: Found<'a>,
        flat: &'a Flat,
        hops: u32,
    ) -> Result<bool, Unsure> {
        self.step()?;
        if hops >= MAX_HOPS {
            return Err(Unsure);
        }
        // Long before it is needed.
        self.store.rows.fetch_far(found);
        // What is cheap to ask comes first: most of the time the subject is in none of the rows.
        let subject = found.may_have(self.subject);
        let wildcard = found.may_have_wildcards() && found.may_have(self.wildcard);
        if subject || wildcard {
            for written in &flat.written {
                self.steps += 1;
                let (store, relation) = (self.store, written.relation);
                let holds = || is_in(store.holds((found, object), relation, self.id));
                let holds_all = || is_in(store.rows.holds(found, object, relation, self.wildcard));
                if subject && written.objects.has(self.type_id) && holds()?
                    || wildcard && written.wildcards.has(self.type_id) && holds_all()?
                {
                    return Ok(true);
                }
            }
        } else {
            self.steps += flat.written.len() as u32;
        }
        if hops == 0 {
            self.store.fetch_back(self.id);
        }
        // A plan has no more leaves than the bits of this.
        let mut deeper = 0_u64;
        if found.may_have_usersets() {
            for (written, at) in flat.written.iter().zip(0..) {
                deeper |= u64::from(!written.usersets.is_empty()) << at;
            }
        }
        if FETCHES && deeper != 0 {
            for leads in &flat.leads {
                self.store.rows.fetch_first(found, leads.tupleset);
            }
        }
        for (written, at) in flat.written.iter().zip(0..) {
            if deeper >> at & 1 == 0 {
                continue;
            }
            let row = self.store.rows.row_of(found, object, written.relation);
            let usersets = row.usersets();
            if FETCHES {
                // What the others have to be waited for is waited for together.
                for ((object, _), _) in usersets.clone().take(AHEAD).skip(1) {
                    self.store.rows.fetch(object);
                }
            }
            for ((object, relation), entry) in usersets {
                self.step()?;
                let found = self.store.rows.find(object);
                let mut taken = written.usersets.iter();
                let taken = taken.find(|taken| {
                    taken.relation == relation && Some(taken.type_id) == found.type_id
                });
                if let Some(taken) = taken
                    && self.goes_on(object, found, taken.place, entry, hops)?
                {
                    return Ok(true);
                }
            }
        }
        for leads in &flat.leads {
            self.steps += 1;
            let row = self.store.rows.row_of(found, object, leads.tupleset);
            for (object, entry) in row.objects() {
                self.step()?;
                let found = self.store.rows.find(object);
                if let Some(place) = found.type_id.and_then(|type_id| leads.place(type_id))
                    && self.goes_on(object, found, place, entry, hops)?
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    #[inline]
    fn step(&mut self) -> Result<(), Unsure> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Unsure);
        }
        Ok(())
    }

    #[inline]
    fn goes_on(
        &mut self,
        object: ObjectId,
        found: Found<'a>,
        place: u16,
        entry: Entry,
        hops: u32,
    ) -> Result<bool, Unsure> {
        let model = self.model;
        match model.flat(place) {
            Some(flat) if !entry.is_conditional() => self.holds(object, found, flat, hops + 1),
            _ => Err(Unsure),
        }
    }
}

#[inline]
fn is_in(found: Finding) -> Result<bool, Unsure> {
    match found {
        Finding::Always => Ok(true),
        Finding::Nowhere => Ok(false),
        Finding::Conditional => Err(Unsure),
    }
}
