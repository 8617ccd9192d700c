//! A map by name and a set of names: lists in order, where size counts.
//!
//! Names and methods are those of the standard library's trees, which are made anew for each type of value, 4 KB
//! each. A profile is read once and has tens of names.
#![cfg_attr(
    test,
    expect(unreachable_pub, reason = "public where profiles have them")
)]
#![cfg_attr(
    not(test),
    allow(dead_code, reason = "each set of features needs others")
)]

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// See [`std::collections::BTreeMap`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BTreeMap<K, V> {
    /// INVARIANT: in order, each once.
    keys: Vec<K>,
    /// As many.
    values: Vec<V>,
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            values: Vec::new(),
        }
    }
}

/// Where a name is, or would be. Apart from the values: one search for all types of them.
fn search(names: &[String], name: &str) -> Result<usize, usize> {
    names.binary_search_by(|found| found.as_str().cmp(name))
}

impl<V> BTreeMap<String, V> {
    /// Adds a value, or puts it in the place of that of the same name. Cheap at the end.
    pub fn insert(&mut self, name: String, value: V) -> Option<V> {
        match search(&self.keys, &name) {
            Ok(at) => {
                let held = self.values.get_mut(at)?;
                Some(std::mem::replace(held, value))
            }
            Err(at) => {
                self.keys.insert(at, name);
                self.values.insert(at, value);
                None
            }
        }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.values.get(search(&self.keys, name).ok()?)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// In the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.keys.iter().zip(&self.values)
    }
}

impl<V> FromIterator<(String, V)> for BTreeMap<String, V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (name, value) in entries {
            map.insert(name, value);
        }
        map
    }
}

/// See [`std::collections::BTreeSet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BTreeSet<K> {
    /// INVARIANT: in order, each once.
    names: Vec<K>,
}

impl BTreeSet<String> {
    /// Whether a name is in it.
    pub fn contains(&self, name: &str) -> bool {
        search(&self.names, name).is_ok()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }
}

impl FromIterator<String> for BTreeSet<String> {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let mut names: Vec<String> = names.into_iter().collect();
        crate::sort::once(&mut names);
        Self { names }
    }
}

impl<V: Serialize> Serialize for BTreeMap<String, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for BTreeMap<String, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = std::collections::BTreeMap::deserialize(deserializer)?;
        Ok(read.into_iter().collect())
    }
}

impl Serialize for BTreeSet<String> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for BTreeSet<String> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every list of up to five of three names, against the standard library's.
    #[test]
    fn a_map_in_a_list_is_a_map() {
        for length in 0..=5_u32 {
            for number in 0..3_usize.pow(length) {
                let name = |at: u32| ["b", "a", "c"][number / 3_usize.pow(at) % 3].to_owned();
                let entries: Vec<(String, u32)> = (0..length).map(|at| (name(at), at)).collect();
                let ours: BTreeMap<String, u32> = entries.iter().cloned().collect();
                let theirs: std::collections::BTreeMap<_, _> = entries.into_iter().collect();
                assert!(ours.iter().eq(theirs.iter()));
                assert_eq!(ours.is_empty(), theirs.is_empty());
                let json = serde_json::to_string(&ours).expect("JSON");
                assert_eq!(json, serde_json::to_string(&theirs).expect("JSON"));
                assert_eq!(serde_json::from_str(&json).ok(), Some(ours.clone()));
                let set: BTreeSet<String> = theirs.keys().cloned().collect();
                assert!(set.iter().eq(theirs.keys()));
                let json = serde_json::to_string(&set).expect("JSON");
                assert_eq!(serde_json::from_str(&json).ok(), Some(set.clone()));
                for name in ["a", "b", "c", "d", ""] {
                    assert_eq!(ours.get(name), theirs.get(name));
                    assert_eq!(set.contains(name), theirs.contains_key(name));
                }
            }
        }
        assert_eq!(BTreeMap::<String, u8>::default().iter().count(), 0);
    }
}
