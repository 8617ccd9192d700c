//! Sets of changes, and families of such sets in which none is a part of another.

use crate::hash::HashSet;

/// Most tuples that a remedy adds.
pub const MAX_ADDED: usize = 3;
/// Most tuples that a remedy removes.
pub const MAX_REMOVED: usize = 3;

/// No change.
const NONE: u32 = u32::MAX;

/// Changes by their numbers: what is added, and what is removed.
// INVARIANT: both are sorted, each number once, and filled up with `NONE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Set {
    add: [u32; MAX_ADDED],
    remove: [u32; MAX_REMOVED],
}

impl Set {
    /// No change.
    pub(super) const EMPTY: Self = Self {
        add: [NONE; MAX_ADDED],
        remove: [NONE; MAX_REMOVED],
    };

    pub(super) fn adding(number: u32) -> Self {
        let mut set = Self::EMPTY;
        insert(&mut set.add, number);
        set
    }

    pub(super) fn removing(number: u32) -> Self {
        let mut set = Self::EMPTY;
        insert(&mut set.remove, number);
        set
    }

    /// Its changes: what is added, then what is removed.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for &number in self.add.iter().chain(&self.remove) {
            if number != NONE {
                numbers.push(number);
            }
        }
        numbers
    }

    pub(super) fn len(&self) -> usize {
        count(self.add) + count(self.remove)
    }

    /// Both together; none when that adds more than so many, or removes more than may be.
    fn with(self, other: Self, adds: usize) -> Option<Self> {
        Some(Self {
            add: merge(self.add, other.add).filter(|all| count(*all) <= adds)?,
            remove: merge(self.remove, other.remove)?,
        })
    }

    /// Every set that lacks one or more of its changes.
    pub(super) fn parts(self) -> impl Iterator<Item = Self> {
        let added = count(self.add);
        let whole = (1_u32 << self.len()) - 1;
        (0..whole).map(move |kept| Self {
            add: pick(self.add, kept),
            remove: pick(self.remove, kept >> added),
        })
    }
}

/// As many as a set adds, or removes.
type Numbers = [u32; MAX_ADDED];
const _: () = assert!(MAX_ADDED == MAX_REMOVED);

/// How many changes there are.
fn count(numbers: Numbers) -> usize {
    numbers.iter().filter(|&&number| number != NONE).count()
}

/// Puts a number in its place, and says whether there was room. What is greater moves on.
fn insert(numbers: &mut Numbers, mut number: u32) -> bool {
    for slot in numbers {
        if *slot == number {
            return true;
        }
        if *slot > number {
            std::mem::swap(slot, &mut number);
        }
    }
    number == NONE
}

/// The numbers whose places are set in the mask.
fn pick(from: Numbers, mask: u32) -> Numbers {
    let mut all = [NONE; MAX_ADDED];
    for (place, number) in from.into_iter().enumerate() {
        if mask >> place & 1 == 1 {
            insert(&mut all, number);
        }
    }
    all
}

fn merge(mut one: Numbers, other: Numbers) -> Option<Numbers> {
    let fits = other.into_iter().all(|number| insert(&mut one, number));
    fits.then_some(one)
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

/// Every set of the one together with every set of the other, within the bounds.
pub(super) fn product(one: &[Set], other: &[Set], adds: usize) -> Vec<Set> {
    match (one, other) {
        ([Set::EMPTY], same) | (same, [Set::EMPTY]) => same.to_vec(),
        _ => {
            let mut sets = Vec::new();
            for left in one {
                for right in other {
                    if let Some(both) = left.with(*right, adds) {
                        sets.push(both);
                    }
                }
            }
            least(sets)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(add: &[u32], remove: &[u32]) -> Set {
        let adding = add.iter().map(|&number| Set::adding(number));
        let removing = remove.iter().map(|&number| Set::removing(number));
        adding.chain(removing).fold(Set::EMPTY, |all, one| {
            all.with(one, MAX_ADDED).unwrap_or(Set::EMPTY)
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
            assert_eq!(one.with(other, adds), expected, "{one:?} {other:?}");
            assert_eq!(other.with(one, adds), expected, "{one:?} {other:?}");
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
