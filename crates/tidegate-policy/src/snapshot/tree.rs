//! A sorted map whose versions share what they have in common: a B+ tree behind counted references.
//!
//! A change copies one leaf and the few inner nodes above it, of whatever size the map is.

use std::slice;
use std::sync::Arc;

/// Most children of an inner node.
const INNER: usize = 32;
/// Bytes of the largest leaf, about.
const LEAF_BYTES: usize = 1024;

/// Words in order, each once.
pub(crate) type Set = Tree<u64, ()>;

/// Pairs of words in order, each once.
pub(crate) type Pairs = Tree<(u64, u64), ()>;

/// A sorted map; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tree<K, V> {
    root: Node<K, V>,
    len: usize,
}

// INVARIANT: all leaves are at the same depth, and but for the root no node is empty.
#[derive(Clone, Debug)]
enum Node<K, V> {
    Leaf(Arc<[(K, V)]>),
    Inner(Arc<[Child<K, V>]>),
}

#[derive(Clone, Debug)]
struct Child<K, V> {
    /// No key below is less.
    least: K,
    node: Node<K, V>,
}

impl<K, V> Default for Tree<K, V> {
    fn default() -> Self {
        Self {
            root: Node::Leaf(Arc::from([])),
            len: 0,
        }
    }
}

impl<K: Copy + Ord, V: Clone> Tree<K, V> {
    const LEAF: usize = {
        let most = LEAF_BYTES / size_of::<(K, V)>();
        if most < 16 { 16 } else { most }
    };

    /// From entries in order of their keys, each key once.
    pub(crate) fn from_sorted(entries: &[(K, V)]) -> Self {
        // Loops: the iterators in their place are 1 KB for each type of entry.
        let mut level: Vec<Child<K, V>> = Vec::new();
        for leaf in entries.chunks(Self::LEAF * 3 / 4) {
            if let Some(&(least, _)) = leaf.first() {
                let node = Node::Leaf(leaf.into());
                level.push(Child { least, node });
            }
        }
        while level.len() > 1 {
            let mut above = Vec::new();
            // From the end, where children are taken off without moving the others.
            while let Some(last) = level.len().checked_sub(1) {
                let children = level.split_off(last - last % (INNER * 3 / 4));
                if let Some(&Child { least, .. }) = children.first() {
                    let node = Node::Inner(children.into());
                    above.push(Child { least, node });
                }
            }
            above.reverse();
            level = above;
        }
        level.pop().map_or_else(Self::default, |child| Self {
            root: child.node,
            len: entries.len(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let mut node = &self.root;
        loop {
            match node {
                Node::Leaf(leaf) => {
                    let place = leaf.binary_search_by(|(found, _)| found.cmp(key)).ok()?;
                    return leaf.get(place).map(|(_, value)| value);
                }
                Node::Inner(children) => node = &children.get(child_of(children, key))?.node,
            }
        }
    }

    /// The value of a key that is there, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let mut node = &mut self.root;
        loop {
            match node {
                Node::Leaf(leaf) => {
                    let place = leaf.binary_search_by(|(found, _)| found.cmp(key)).ok()?;
                    return Arc::make_mut(leaf).get_mut(place).map(|(_, value)| value);
                }
                Node::Inner(children) => {
                    let place = child_of(children, key);
                    node = &mut Arc::make_mut(children).get_mut(place)?.node;
                }
            }
        }
    }

    /// Puts a value in the place of the one there, which it returns.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (old, split) = self.root.insert(key, value, Self::LEAF);
        if let Some(right) = split {
            let root = self.root.clone();
            let least = root.least().unwrap_or(key).min(key);
            self.root = Node::Inner(Arc::from([Child { least, node: root }, right]));
        }
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes a value away.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.get(key)?.clone();
        self.root.remove(key, Self::LEAF);
        self.len = self.len.saturating_sub(1);
        while let Node::Inner(children) = &self.root {
            match &**children {
                [] => self.root = Node::Leaf(Arc::from([])),
                [only] => self.root = only.node.clone(),
                _ => break,
            }
        }
        Some(old)
    }

    /// All entries, in order.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        let mut iter = Iter {
            above: Vec::new(),
            leaf: [].iter(),
        };
        iter.descend(&self.root, None);
        iter
    }

    /// The entries from a key on, in order.
    pub(crate) fn iter_from(&self, key: &K) -> Iter<'_, K, V> {
        let mut iter = Iter {
            above: Vec::new(),
            leaf: [].iter(),
        };
        iter.descend(&self.root, Some(key));
        iter
    }
}

/// The child that a key is in, if it is in any.
fn child_of<K: Ord, V>(children: &[Child<K, V>], key: &K) -> usize {
    let after = children.partition_point(|child| child.least <= *key);
    after.saturating_sub(1)
}

impl<K: Copy + Ord, V: Clone> Node<K, V> {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.len(),
            Self::Inner(children) => children.len(),
        }
    }

    fn least(&self) -> Option<K> {
        match self {
            Self::Leaf(leaf) => leaf.first().map(|(key, _)| *key),
            Self::Inner(children) => children.first().map(|child| child.least),
        }
    }

    /// The value that was there, and what has become too much for this node: to be put after it.
    fn insert(&mut self, key: K, value: V, most: usize) -> (Option<V>, Option<Child<K, V>>) {
        match self {
            Self::Leaf(leaf) => match leaf.binary_search_by(|(found, _)| found.cmp(&key)) {
                Ok(place) => {
                    let there = Arc::make_mut(leaf).get_mut(place);
                    (there.map(|(_, old)| std::mem::replace(old, value)), None)
                }
                Err(place) => {
                    let (left, right) = with(leaf, place, (key, value), most);
                    *leaf = left;
                    let split = right.and_then(|right| {
                        let least = right.first()?.0;
                        let node = Self::Leaf(right);
                        Some(Child { least, node })
                    });
                    (None, split)
                }
            },
            Self::Inner(children) => {
                let place = child_of(children, &key);
                let Some(child) = Arc::make_mut(children).get_mut(place) else {
                    return (None, None);
                };
                child.least = child.least.min(key);
                let (old, split) = child.node.insert(key, value, most);
                let Some(split) = split else {
                    return (old, None);
                };
                let (left, right) = with(children, place + 1, split, INNER);
                *children = left;
                let split = right.and_then(|right| {
                    let least = right.first()?.least;
                    let node = Self::Inner(right);
                    Some(Child { least, node })
                });
                (old, split)
            }
        }
    }

    /// Takes a key away that is there.
    fn remove(&mut self, key: &K, most: usize) {
        match self {
            Self::Leaf(leaf) => {
                if let Ok(place) = leaf.binary_search_by(|(found, _)| found.cmp(key)) {
                    let mut kept = leaf.to_vec();
                    kept.remove(place);
                    *leaf = kept.into();
                }
            }
            Self::Inner(children) => {
                let place = child_of(children, key);
                let Some(child) = Arc::make_mut(children).get_mut(place) else {
                    return;
                };
                child.node.remove(key, most);
                let limit = match child.node {
                    Self::Leaf(_) => most,
                    Self::Inner(_) => INNER,
                };
                if child.node.len() < limit / 4 {
                    *children = merged(children, place, limit);
                }
            }
        }
    }

    /// Both in one, if they are of one kind.
    fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Leaf(one), Self::Leaf(two)) => Some(Self::Leaf(joined(one, two))),
            (Self::Inner(one), Self::Inner(two)) => Some(Self::Inner(joined(one, two))),
            _ => None,
        }
    }
}

fn joined<T: Clone>(one: &[T], two: &[T]) -> Arc<[T]> {
    [one, two].concat().into()
}

/// The items with one more, in two parts if they are too many for one.
fn with<T: Clone>(items: &[T], place: usize, item: T, most: usize) -> (Arc<[T]>, Option<Arc<[T]>>) {
    let mut all = Vec::with_capacity(items.len() + 1);
    let (before, after) = items.split_at_checked(place).unwrap_or((items, &[]));
    all.extend_from_slice(before);
    all.push(item);
    all.extend_from_slice(after);
    if all.len() <= most {
        return (all.into(), None);
    }
    // What is added at the end goes on there, as in names that count up: then a full node stays full.
    let at_end = after.is_empty();
    let keep = if at_end {
        all.len() * 7 / 8
    } else {
        all.len() / 2
    };
    let right = all.split_off(keep);
    (all.into(), Some(right.into()))
}

/// The children with a small one joined to one beside it, if there is room, and without it if it is empty.
fn merged<K: Copy + Ord, V: Clone>(
    children: &[Child<K, V>],
    place: usize,
    limit: usize,
) -> Arc<[Child<K, V>]> {
    let mut all: Vec<Child<K, V>> = children.to_vec();
    if all.get(place).is_some_and(|child| child.node.len() == 0) {
        all.remove(place);
        return all.into();
    }
    for left in [place, place.wrapping_sub(1)] {
        let pair = all.get(left).zip(all.get(left.wrapping_add(1)));
        let room = pair.filter(|(one, two)| one.node.len() + two.node.len() <= limit * 3 / 4);
        let Some(node) = room.and_then(|(one, two)| one.node.join(&two.node)) else {
            continue;
        };
        if let Some(one) = all.get_mut(left) {
            one.node = node;
        }
        all.remove(left.wrapping_add(1));
        break;
    }
    all.into()
}

/// Entries in order.
#[derive(Clone, Debug)]
pub(crate) struct Iter<'a, K, V> {
    above: Vec<slice::Iter<'a, Child<K, V>>>,
    leaf: slice::Iter<'a, (K, V)>,
}

impl<'a, K: Copy + Ord, V: Clone> Iter<'a, K, V> {
    /// To the first entry below a node that is not before a key.
    fn descend(&mut self, mut node: &'a Node<K, V>, from: Option<&K>) {
        loop {
            match node {
                Node::Leaf(leaf) => {
                    let start = from.map_or(0, |key| leaf.partition_point(|(k, _)| k < key));
                    self.leaf = leaf.get(start..).unwrap_or_default().iter();
                    return;
                }
                Node::Inner(children) => {
                    let start = from.map_or(0, |key| child_of(children, key));
                    let mut rest = children.get(start..).unwrap_or_default().iter();
                    let Some(child) = rest.next() else {
                        return;
                    };
                    self.above.push(rest);
                    node = &child.node;
                }
            }
        }
    }
}

impl<'a, K: Copy + Ord, V: Clone> Iterator for Iter<'a, K, V> {
    type Item = &'a (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.leaf.next() {
                return Some(entry);
            }
            let child = loop {
                match self.above.last_mut()?.next() {
                    Some(child) => break child,
                    None => self.above.pop(),
                };
            };
            self.descend(&child.node, None);
        }
    }
}
