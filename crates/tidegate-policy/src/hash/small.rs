//! Entries in a list, and one table of numbers that says where each is: what depends on the types is a few lines.
//!
//! Names and methods are those of `hashbrown`; as there, the order of the entries means nothing.
#![cfg_attr(
    not(test),
    allow(dead_code, reason = "each set of features needs others")
)]

use std::borrow::Borrow;
use std::hash::Hash;

use super::numbers::Numbers;

/// See [`hashbrown::HashMap`].
#[derive(Clone, Debug)]
pub(crate) struct HashMap<K, V> {
    keys: Numbers<K>,
    /// As many.
    values: Vec<V>,
}

impl<K, V> Default for HashMap<K, V> {
    fn default() -> Self {
        Self {
            keys: Numbers::default(),
            values: Vec::new(),
        }
    }
}

impl<K, V> HashMap<K, V> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.keys().zip(self.values())
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.keys.all().iter()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }
}

impl<K: Hash + Eq, V> HashMap<K, V> {
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(self.keys.place(key)?.at())
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.values.get_mut(self.keys.place(key)?.at())
    }

    pub(crate) fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.keys.place(key).is_some()
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.keys.add(key) as usize;
        if let Some(held) = self.values.get_mut(place) {
            return Some(std::mem::replace(held, value));
        }
        self.values.push(value);
        None
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.keys.swap_remove(key)?;
        Some(self.values.swap_remove(place))
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for (key, mut value) in std::mem::take(self) {
            if keep(&key, &mut value) {
                self.insert(key, value);
            }
        }
    }

    pub(crate) fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { map: self, key }
    }
}

/// A key's place in a map.
pub(crate) struct Entry<'a, K, V> {
    map: &'a mut HashMap<K, V>,
    key: K,
}

impl<'a, K: Hash + Eq, V> Entry<'a, K, V> {
    pub(crate) fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let Self { map, key } = self;
        let place = map.keys.add(key) as usize;
        if place == map.values.len() {
            map.values.push(make());
        }
        #[expect(clippy::indexing_slicing, reason = "a value is there now if none was")]
        &mut map.values[place]
    }

    pub(crate) fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> IntoIterator for HashMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<K>, std::vec::IntoIter<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_all().into_iter().zip(self.values)
    }
}

impl<K: Hash + Eq, V> Extend<(K, V)> for HashMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Hash + Eq, V> FromIterator<(K, V)> for HashMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

/// See [`hashbrown::HashSet`].
#[derive(Clone, Debug)]
pub(crate) struct HashSet<T> {
    items: Numbers<T>,
}

impl<T> Default for HashSet<T> {
    fn default() -> Self {
        Self {
            items: Numbers::default(),
        }
    }
}

impl<T> HashSet<T> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(_items: usize) -> Self {
        Self::default()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.all().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.all().is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.all().iter()
    }
}

impl<T: Hash + Eq> HashSet<T> {
    pub(crate) fn contains<Q: Hash + Eq + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.place(item).is_some()
    }

    /// Whether it was not there.
    pub(crate) fn insert(&mut self, item: T) -> bool {
        let before = self.len();
        self.items.add(item) as usize == before
    }

    /// Whether it was there.
    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.swap_remove(item).is_some()
    }
}

impl<T: Hash + Eq> Extend<T> for HashSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Hash + Eq> FromIterator<T> for HashSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Hash + Eq, const COUNT: usize> From<[T; COUNT]> for HashSet<T> {
    fn from(items: [T; COUNT]) -> Self {
        items.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every step of a long walk is one on `hashbrown`'s too.
    #[test]
    fn a_small_map_is_one_of_hashbrown() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for keys in [3, 20, 700] {
            let mut small = HashMap::new();
            let mut theirs = hashbrown::HashMap::new();
            for step in 0..20_000_u64 {
                let key = draw(keys).to_string();
                match draw(5) {
                    0 | 1 => assert_eq!(small.insert(key.clone(), step), theirs.insert(key, step)),
                    2 => {
                        let made = *small.entry(key.clone()).or_insert_with(|| step);
                        assert_eq!(made, *theirs.entry(key).or_insert(step));
                    }
                    3 => assert_eq!(small.remove(key.as_str()), theirs.remove(key.as_str())),
                    _ => assert_eq!(small.get(key.as_str()), theirs.get(key.as_str())),
                }
                if step % 5_000 == 4_999 {
                    small.retain(|_, value| *value % 3 != 0);
                    theirs.retain(|_, value| *value % 3 != 0);
                }
                assert_eq!(small.len(), theirs.len());
                assert_eq!(small.is_empty(), theirs.is_empty());
            }
            if let Some(value) = small.get_mut("1") {
                *value += 1;
                *theirs.get_mut("1").expect("the same keys") += 1;
            }
            *small.entry("more".to_owned()).or_default() += 1;
            *theirs.entry("more".to_owned()).or_default() += 1;
            assert!(small.iter().all(|(key, value)| theirs[key] == *value));
            assert!(small.keys().zip(small.values()).eq(small.iter()));
            let count = small.len();
            let mut cleared = small.clone();
            cleared.clear();
            assert_eq!((cleared.get("1"), cleared.len()), (None, 0));
            cleared.extend(small.clone());
            assert_eq!(cleared.len(), count);
            let again: HashMap<String, u64> = small.clone().into_iter().collect();
            assert!(theirs.keys().all(|key| again.contains_key(key)));
        }
    }

    #[test]
    fn a_small_set_has_each_item_once() {
        let mut set: HashSet<&str> = ["a", "b", "a"].into();
        assert_eq!((set.len(), set.is_empty()), (2, false));
        assert!(set.contains("a") && !set.contains("c"));
        assert!(set.insert("c") && !set.insert("c"));
        assert!(set.remove("a") && !set.remove("a"));
        let items: Vec<&&str> = set.iter().collect();
        assert_eq!(items.len(), 2);
        assert!(HashSet::<u8>::with_capacity(3).is_empty());
    }
}
