//! Sorting: the standard library's, and a small one of our own where size counts.
//!
//! The standard library's sorts are made anew for each type that is sorted, 3 to 5 KB each: a third of the engine
//! in a browser. Here only the comparison and the swaps are.

use std::cmp::Ordering;

/// In order. What compares equal must be equal.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    if cfg!(target_family = "wasm") {
        small(items, Ord::cmp);
    } else {
        items.sort_unstable();
    }
}

/// In order, each once.
pub(crate) fn once<T: Ord>(items: &mut Vec<T>) {
    if cfg!(target_family = "wasm") {
        small_once(items);
    } else {
        items.sort_unstable();
        items.dedup();
    }
}

/// In order of keys; what has equal keys keeps its order.
pub(crate) fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |one, two| key(one).cmp(&key(two)));
}

/// In an order of one's own; what compares equal keeps its order.
pub(crate) fn by<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    if cfg!(target_family = "wasm") {
        small(items, order);
    } else {
        items.sort_by(order);
    }
}

/// Stable, in n log n comparisons and n swaps.
fn small<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    arrange(items.len(), &mut Of { items, order });
}

fn small_once<T: Ord>(items: &mut Vec<T>) {
    let count = items.len();
    let kept = distinct(
        count,
        &mut Of {
            items,
            order: Ord::cmp,
        },
    );
    items.truncate(kept);
}

/// What differs by what is sorted.
trait Items {
    fn is_after(&self, one: usize, two: usize) -> bool;
    fn swap(&mut self, one: usize, two: usize);
}

struct Of<'a, T, F> {
    items: &'a mut [T],
    order: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Items for Of<'_, T, F> {
    fn is_after(&self, one: usize, two: usize) -> bool {
        let pair = self.items.get(one).zip(self.items.get(two));
        pair.is_some_and(|(one, two)| (self.order)(one, two).is_gt())
    }

    fn swap(&mut self, one: usize, two: usize) {
        self.items.swap(one, two);
    }
}

/// Swaps until each item is in its place.
fn arrange(count: usize, items: &mut dyn Items) {
    let mut places = places(count, items);
    for at in 0..count {
        while let Some(&place) = places.get(at)
            && place != at
        {
            items.swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Sorts, moves what is equal to one before it to the end, and says how many are left.
fn distinct(count: usize, items: &mut dyn Items) -> usize {
    arrange(count, items);
    let mut kept = 0;
    for at in 0..count {
        if kept == 0 || items.is_after(at, kept - 1) {
            items.swap(kept, at);
            kept += 1;
        }
    }
    kept
}

/// Where each item goes: a merge sort of their numbers.
fn places(count: usize, items: &dyn Items) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        merged.clear();
        for pair in sorted.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some((&one, rest)), Some((&two, others))) =
                (left.split_first(), right.split_first())
            {
                if items.is_after(one, two) {
                    merged.push(two);
                    right = others;
                } else {
                    merged.push(one);
                    left = rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut sorted, &mut merged);
        width *= 2;
    }
    let mut places = vec![0; count];
    for (place, &item) in sorted.iter().enumerate() {
        if let Some(found) = places.get_mut(item) {
            *found = place;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every list of up to seven of four keys, against the standard library's stable sort.
    #[test]
    fn the_small_sort_is_stable_and_sorts() {
        for length in 0..=7_u32 {
            for number in 0..4_usize.pow(length) {
                let keys = (0..length).map(|at| number / 4_usize.pow(at) % 4);
                let mut items: Vec<(usize, usize)> = keys.zip(0..).collect();
                let mut expected = items.clone();
                small(&mut items, |one, two| one.0.cmp(&two.0));
                expected.sort_by_key(|item| item.0);
                assert_eq!(items, expected);
                let mut once: Vec<usize> = items.iter().rev().map(|item| item.0).collect();
                small_once(&mut once);
                expected.dedup_by_key(|item| item.0);
                assert!(once.iter().eq(expected.iter().map(|item| &item.0)));
            }
        }
    }

    #[test]
    fn the_small_sort_sorts_long_lists() {
        // Steps that are prime to the length visit every number once.
        for step in [1, 7, 499, 990] {
            let mut items: Vec<usize> = (0..991).map(|at| at * step % 991).collect();
            small(&mut items, Ord::cmp);
            assert!(items.iter().copied().eq(0..991), "{step}");
        }
    }
}
