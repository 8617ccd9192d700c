//! Families while they are worked out: how many sets are held at once, and what it costs to tell which are the least.

use super::super::family::{Set, least};
use super::Support;

/// Most sets of one family.
pub(super) const MAX_FAMILY: usize = 10_000;
/// Of more sets that are gathered, only the least are kept: half as many, at most.
pub(super) const MAX_GATHERED: usize = 4 * MAX_FAMILY;

impl Support<'_> {
    /// Every set of the one family together with every set of the other, within the bounds.
    pub(super) fn together(&mut self, one: &[Set], other: &[Set]) -> Vec<Set> {
        let pairs = one.len().saturating_mul(other.len());
        if !self.spend(pairs) {
            return Vec::new();
        }
        if let ([Set::EMPTY], same) | (same, [Set::EMPTY]) = (one, other) {
            return same.to_vec();
        }
        let mut sets = Vec::new();
        let are_many = pairs > MAX_GATHERED;
        // Of many, one size after the other: what may be a part of a set is smaller, and known before it. So what is
        // cut off here is what would be cut off if all were held at once. The pairs are gone through once for each
        // size, seven times at most, and paid once: each time only two lists of six numbers at most are joined, where
        // other steps look something up.
        for size in 0..=Set::MOST {
            let mut past = None;
            for left in one {
                for right in other {
                    if let Some(both) = left.with(right, self.adds)
                        && (!are_many || both.len() == size)
                        && past.is_none_or(|past| both < past)
                    {
                        sets.push(both);
                        if self.thin(&mut sets) {
                            past = sets.get(MAX_FAMILY).copied();
                        }
                    }
                }
            }
            sets = self.least_of(sets, 2 * MAX_FAMILY);
            if !are_many || sets.len() > MAX_FAMILY {
                break;
            }
        }
        self.cut(&mut sets, MAX_FAMILY);
        sets
    }

    /// Puts more sets to those that are gathered.
    pub(super) fn gather(&mut self, more: &[Set], sets: &mut Vec<Set>) {
        sets.extend_from_slice(more);
        self.thin(sets);
    }

    /// What is gathered, as a family.
    pub(super) fn least(&mut self, sets: Vec<Set>) -> Vec<Set> {
        self.least_of(sets, MAX_FAMILY)
    }

    /// Keeps the least of many; says whether there were many.
    fn thin(&mut self, sets: &mut Vec<Set>) -> bool {
        let many = sets.len() > MAX_GATHERED;
        if many {
            *sets = self.least_of(std::mem::take(sets), MAX_GATHERED / 2);
        }
        many
    }

    fn least_of(&mut self, sets: Vec<Set>, most: usize) -> Vec<Set> {
        let steps = sets.iter().map(steps_of_parts).sum();
        if !self.spend(steps) {
            return Vec::new();
        }
        let mut sets = least(sets);
        self.cut(&mut sets, most);
        sets
    }

    fn cut(&mut self, sets: &mut Vec<Set>, most: usize) {
        self.complete &= sets.len() <= most;
        sets.truncate(most);
    }
}

/// Steps in which all parts of a set are looked up: 16 in one. Those of a small set are paid by what made it.
fn steps_of_parts(set: &Set) -> usize {
    (1 << set.len()) / 16
}
