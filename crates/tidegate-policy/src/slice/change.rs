//! From one revision of a slice to a later one.
//!
//! A change is what was put and what was removed, by name: small where little has changed. It is worked out
//! where the snapshots are, and applied where the slice is held.

use uuid::Uuid;

use super::build::Import;
use super::order::Order;
use super::section::Section;
use super::terms::Terms;
use super::{Kinds, Slice, SliceChangeError, SliceError};
use crate::tuple::Object;

/// What leads from one slice to a later one of the same subject.
#[derive(Clone, Debug)]
pub struct SliceChange {
    pub(super) subject: Object,
    pub(super) uid: Uuid,
    pub(super) from: u64,
    pub(super) to: u64,
    /// Those of both slices.
    pub(super) kinds: Kinds,
    pub(super) terms: Terms,
    pub(super) own: Option<Delta>,
    pub(super) anonymous: Option<Delta>,
}

/// Of one section.
#[derive(Clone, Debug, Default)]
pub(super) struct Delta {
    /// With other outcomes than before, or new.
    pub(super) put: Section,
    /// Sorted.
    pub(super) removed: Vec<Box<str>>,
}

impl SliceChange {
    /// The revision that it starts at.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// The revision that it leads to.
    pub fn to(&self) -> u64 {
        self.to
    }

    /// Whether it is of this subject, from and to these revisions.
    pub(crate) fn leads(&self, subject: &Object, uid: Uuid, (from, to): (u64, u64)) -> bool {
        self.subject == *subject && self.uid == uid && self.from == from && self.to == to
    }

    /// Whether nothing changes but the revision.
    pub fn is_empty(&self) -> bool {
        self.deltas()
            .all(|delta| delta.put.len() == 0 && delta.removed.is_empty())
    }

    /// Objects (`type:id`) of which something has changed, in no order; one may come twice.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.deltas().flat_map(|delta| {
            let put = delta.put.iter().map(|(name, _)| name);
            put.chain(delta.removed.iter().map(|name| &**name))
        })
    }

    fn deltas(&self) -> impl Iterator<Item = &Delta> {
        self.own.iter().chain(&self.anonymous)
    }
}

impl Slice {
    /// What leads from this slice to a later one.
    ///
    /// # Errors
    /// [`SliceChangeError::Subject`], [`SliceChangeError::Revision`] and [`SliceChangeError::Kinds`] when the
    /// other is no later one of the same subject, for the same kinds of secret.
    pub fn difference(&self, newer: &Self) -> Result<SliceChange, SliceChangeError> {
        if self.subject != newer.subject || self.uid != newer.uid {
            return Err(SliceChangeError::Subject);
        }
        if newer.revision < self.revision {
            return Err(SliceChangeError::Revision {
                held: self.revision,
                from: newer.revision,
            });
        }
        if self.kinds != newer.kinds {
            return Err(SliceChangeError::Kinds);
        }
        let mut terms = Terms::default();
        let mut says = Import::new(&newer.terms, Order::of(&newer.terms));
        // Formulas of both have the same numbers in these, if they are the same.
        let mut both = Terms::default();
        let mut old = Import::new(&self.terms, Order::NONE);
        let mut new = Import::new(&newer.terms, Order::NONE);
        let mut of = |held: &Option<Section>, next: &Option<Section>| {
            let (held, next) = match (held, next) {
                (Some(held), Some(next)) => (held, next),
                (None, None) => return Ok(None),
                _ => return Err(SliceChangeError::Kinds),
            };
            let mut delta = Delta::default();
            for (name, row) in next.sorted() {
                let before = held.get(name);
                let before = before.map(|row| old.row(&mut both, row)).transpose()?;
                if before != Some(new.row(&mut both, row)?) {
                    let row = says.row(&mut terms, row)?;
                    let id = delta.put.add_row(&row);
                    delta.put.push(name, id)?;
                }
            }
            let gone = held.iter().filter(|(name, _)| next.get(name).is_none());
            delta.removed = gone.map(|(name, _)| name.into()).collect();
            crate::sort::sort(&mut delta.removed);
            Ok(Some(delta))
        };
        let own = of(&self.own, &newer.own)?;
        let anonymous = of(&self.anonymous, &newer.anonymous)?;
        Ok(SliceChange {
            subject: self.subject.clone(),
            uid: self.uid,
            from: self.revision,
            to: newer.revision,
            kinds: self.kinds.clone(),
            terms,
            own,
            anonymous,
        })
    }

    /// Takes a change in, in time in proportion to the change (now and then to the slice).
    ///
    /// # Errors
    /// See [`SliceChangeError`]; the slice is then as it was. But where it would be too long, nothing of it
    /// is left: every answer is unknown.
    pub fn apply(&mut self, change: &SliceChange) -> Result<(), SliceChangeError> {
        if change.subject != self.subject || change.uid != self.uid {
            return Err(SliceChangeError::Subject);
        }
        if change.from != self.revision || change.to < change.from {
            return Err(SliceChangeError::Revision {
                held: self.revision,
                from: change.from,
            });
        }
        let sections = [
            (&self.own, &change.own),
            (&self.anonymous, &change.anonymous),
        ];
        let has_other =
            |(held, delta): (&Option<Section>, &Option<Delta>)| held.is_some() != delta.is_some();
        if change.kinds != self.kinds || sections.into_iter().any(has_other) {
            return Err(SliceChangeError::Kinds);
        }
        if let Err(error) = self.take_in(change) {
            // Half of a change is none: what is held then is of no revision.
            (self.own, self.anonymous) = (None, None);
            return Err(error.into());
        }
        self.revision = change.to;
        Ok(())
    }

    fn take_in(&mut self, change: &SliceChange) -> Result<(), SliceError> {
        let mut import = Import::new(&change.terms, Order::NONE);
        let sections = [
            (&mut self.own, &change.own),
            (&mut self.anonymous, &change.anonymous),
        ];
        for (held, delta) in sections {
            let (Some(held), Some(delta)) = (held, delta) else {
                continue;
            };
            for name in &delta.removed {
                held.remove(name);
            }
            import.section(&mut self.terms, &delta.put, held)?;
        }
        let wasteful = self.sections().any(Section::is_wasteful);
        if wasteful || self.terms.is_wasteful() {
            *self = self.compact(Order::NONE)?;
        }
        Ok(())
    }
}
