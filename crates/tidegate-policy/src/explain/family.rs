//! Sets of changes, and families of such sets in which none is a part of another.

use crate::hash::HashSet;

/// Most tuples that a remedy adds.
pub const MAX_ADDED: usize = 3;
/// Most tuples that a remedy removes.
pub const MAX_REMOVED: usize = 3;

/// No change.
const NONE: u32 = u32::MAX;
/// The bit by which the number of what is removed differs from that of what is added.
pub(super) const REMOVED: u32 = 1 << 31;

/// Changes by their numbers.
// INVARIANT: sorted, each number once, and filled up with `NONE`: so what is added comes before what is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Set([u32; Self::MOST]);

impl Set {
    /// Most changes.
    pub(super) const MOST: usize = MAX_ADDED + MAX_REMOVED;
    /// No change.
    pub(super) const EMPTY: Self = Self([NONE; Self::MOST]);

    /// One change.
    pub(super) fn of(number: u32) -> Self {
        let mut set = Self::EMPTY;
        let [first, ..] = &mut set.0;
        *first = number;
        set
    }

    /// Its changes: what is added, then what is removed.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.into_iter().take_while(|&number| number != NONE)
    }

    pub(super) fn len(&self) -> usize {
        self.numbers().count()
    }

    /// Both together; none when that adds more than so many, or removes more than may be.
    pub(super) fn with(&self, other: &Self, mut adds: usize) -> Option<Self> {
        let mut both = Self::EMPTY;
        let mut slots = both.0.iter_mut();
        let mut removes = MAX_REMOVED;
        let next = |set: &Self, at: usize| set.0.get(at).copied().unwrap_or(NONE);
        let (mut at, mut other_at) = (0, 0);
        loop {
            let (one, two) = (next(self, at), next(other, other_at));
            let number = one.min(two);
            if number == NONE {
                return Some(both);
            }
            let room = if number < REMOVED {
                &mut adds
            } else {
                &mut removes
            };
            *room = room.checked_sub(1)?;
            *slots.next()? = number;
            at += usize::from(one == number);
            other_at += usize::from(two == number);
        }
    }

    /// Every set that lacks one or more of its changes.
    fn parts(&self) -> impl Iterator<Item = Self> {
        let whole = (1_u32 << self.len()) - 1;
        (0..whole).map(|kept| self.part(kept))
    }

    /// The changes whose places are set in the mask.
    fn part(&self, mask: u32) -> Self {
        let mut part = Self::EMPTY;
        let mut slots = part.0.iter_mut();
        for (place, number) in self.numbers().enumerate() {
            if mask >> place & 1 == 1
                && let Some(slot) = slots.next()
            {
                *slot = number;
            }
        }
        part
    }
}

/// The sets of which no other is a part, in the order of their sizes.
pub(super) fn least(mut sets: Vec<Set>) -> Vec<Set> {
    crate::sort::by_key(&mut sets, |set| (set.len(), *set));
    if sets.len() < 2 {
        return sets;
    }
    let mut seen = HashSet::with_capacity(sets.len());
    sets.retain(|set| seen.insert(*set) && !set.parts().any(|part| seen.contains(&part)));
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(add: &[u32], remove: &[u32]) -> Set {
        let adding = add.iter().map(|&number| Set::of(number));
        let removing = remove.iter().map(|&number| Set::of(number | REMOVED));
        adding.chain(removing).fold(Set::EMPTY, |all, one| {
            all.with(&one, MAX_ADDED).unwrap_or(Set::EMPTY)
        })
    }

    #[test]
    fn sets_are_joined_within_bounds() {
        let cases = [
            (set(&[2], &[]), set(&[1], &[5]), 2, Some(set(&[1, 2], &[5]))),
            (
                set(&[1, 2], &[]),
                set(&[2, 3], &[]),
                3,
                Some(set(&[1, 2, 3], &[])),
            ),
            (set(&[1, 2], &[]), set(&[2, 3], &[]), 2, None),
            (set(&[1, 2], &[]), set(&[3, 4], &[]), 3, None),
            (set(&[], &[1, 2]), set(&[], &[3, 4]), 3, None),
            (Set::EMPTY, Set::EMPTY, 0, Some(Set::EMPTY)),
        ];
        for (one, other, adds, expected) in cases {
            assert_eq!(one.with(&other, adds), expected, "{one:?} {other:?}");
            assert_eq!(other.with(&one, adds), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn no_set_of_a_family_is_a_part_of_another() {
        let family = least(vec![
            set(&[1, 2], &[]),
            set(&[1], &[7]),
            set(&[2], &[]),
            set(&[1, 3], &[7]),
            set(&[1, 3], &[8]),
            set(&[2], &[]),
        ]);
        assert_eq!(
            family,
            [set(&[2], &[]), set(&[1], &[7]), set(&[1, 3], &[8])]
        );
        assert_eq!(least(vec![set(&[1], &[]), Set::EMPTY]), [Set::EMPTY]);
        assert_eq!(set(&[1, 2], &[3]).parts().count(), 7);
    }
}
