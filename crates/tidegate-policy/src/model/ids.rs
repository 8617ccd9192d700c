//! Numbers of names, of a model's types, relations and conditions.
//!
//! Each question by names asks for a few of them. Where there are few names, and those short, as in models that
//! are written by hand, a name of up to two words is found with one look, at a place that no other one has.

use crate::hash::HashMap;

/// The numbers of names.
#[derive(Debug, Default)]
pub(super) struct Ids {
    all: HashMap<Box<str>, u32>,
    short: Short,
}

impl Ids {
    /// Gives a name the next number. Says whether it had none.
    pub(super) fn add(&mut self, name: &str) -> bool {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.insert(name.into(), next).is_none()
    }

    /// Makes names that are there be found faster.
    pub(super) fn settle(&mut self) {
        if WANTED {
            self.short = Short::new(&self.all);
        }
    }

    #[inline]
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        if self.short.has_all()
            && let Some(key) = key(name)
        {
            return self.short.get(key);
        }
        self.all.get(name).copied()
    }

    /// Of what is before the colon of a well-formed name, if that is so short that no look at all of them is
    /// needed.
    #[inline]
    pub(super) fn get_before_colon(&self, name: &str) -> Option<u32> {
        let word = u64::from_le_bytes(*name.as_bytes().first_chunk()?);
        // The lowest byte of 0x80 is where the first colon is: others may follow on it by a borrow.
        let other = word ^ (ONES * COLON);
        let found = other.wrapping_sub(ONES) & !other & (ONES * 0x80);
        let before = found & found.wrapping_neg();
        let mask = (before >> 7).wrapping_sub(1);
        (before > 0x80 && self.short.has_all())
            .then(|| self.short.get((word | !mask, FILL)))
            .flatten()
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const COLON: u64 = b':' as u64;

/// A short text in two words, filled up with a byte that no text holds: no other text has the same.
type Key = (u64, u64);

const FILL: u64 = u64::MAX;

/// Bytes of the longest name that a key has room for.
const SHORT: usize = 16;

#[inline]
fn key(name: &str) -> Option<Key> {
    let bytes = name.as_bytes();
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(&first), Some(&last)) if bytes.len() <= SHORT => {
            // All but the last bytes of the second word belong to the first one.
            let rest = bytes.len() as u32 - 8;
            let shift = 64 - 8 * rest;
            let last = u64::from_le_bytes(last).checked_shr(shift).unwrap_or(0);
            let fill = FILL.checked_shr(shift).map_or(FILL, |text| !text);
            Some((u64::from_le_bytes(first), last | fill))
        }
        (None, _) => {
            let bytes = bytes.iter().rev();
            let word = bytes.fold(FILL, |word, &byte| word << 8 | u64::from(byte));
            Some((word, FILL))
        }
        _ => None,
    }
}

/// Names that are short, each at the place that its key says: a multiplier that lets no two have the same is
/// looked for, and none of more than [`MOST`] names.
#[derive(Debug, Default)]
struct Short {
    multiplier: u64,
    shift: u32,
    /// As many as a power of two; empty when there is no such multiplier.
    names: Box<[(Key, u32)]>,
}

const MOST: usize = 32;
/// Where size counts, all names are found in the same way.
const WANTED: bool = !cfg!(target_family = "wasm");
const TRIES: u64 = 200;
/// The key of a place that no name has: it would be the empty name's.
const NO_KEY: Key = (FILL, FILL);

impl Short {
    fn new(names: &HashMap<Box<str>, u32>) -> Self {
        let mut keys: Vec<(Key, u32)> = Vec::new();
        let named = names.iter();
        for (name, &id) in named {
            match key(name) {
                Some(NO_KEY) => return Self::default(),
                Some(key) => keys.push((key, id)),
                None => {}
            }
        }
        if keys.len() > MOST {
            return Self::default();
        }
        let size = (keys.len() * 8).next_power_of_two().max(2);
        for number in 0..TRIES {
            let mut short = Self {
                // Odd, and with bits all over.
                multiplier: 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * number + 1),
                shift: u64::BITS - size.ilog2(),
                names: vec![(NO_KEY, 0); size].into(),
            };
            if keys.iter().all(|&(key, id)| short.put(key, id)) {
                return short;
            }
        }
        Self::default()
    }

    fn put(&mut self, key: Key, id: u32) -> bool {
        let place = self.place(key);
        match self.names.get_mut(place) {
            Some(there @ &mut (NO_KEY, _)) => {
                *there = (key, id);
                true
            }
            _ => false,
        }
    }

    /// Whether every short name is here.
    #[inline]
    fn has_all(&self) -> bool {
        WANTED && !self.names.is_empty()
    }

    #[inline]
    fn place(&self, (one, other): Key) -> usize {
        let both = one ^ other.rotate_left(29);
        (both.wrapping_mul(self.multiplier) >> self.shift) as usize
    }

    #[inline]
    fn get(&self, key: Key) -> Option<u32> {
        let &(there, id) = self.names.get(self.place(key))?;
        (there == key && key != NO_KEY).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], others: &[&str]) {
        let mut ids = Ids::default();
        for name in names {
            assert!(ids.add(name), "{name}");
        }
        ids.settle();
        assert_eq!(ids.short.has_all(), names.len() <= MOST, "{names:?}");
        for (name, id) in names.iter().zip(0..) {
            assert_eq!(ids.get(name), Some(id), "{name}");
            let object = format!("{name}:a:b/c/d");
            let found = ids.get_before_colon(&object);
            let is_quick = ids.short.has_all() && name.len() < 8;
            assert_eq!(found, is_quick.then_some(id), "{object}");
        }
        for name in names {
            for longer in [format!("{name}\0"), format!("{name}\0\0\0")] {
                assert_eq!(ids.get(&longer), None, "{longer:?}");
                assert_eq!(ids.get_before_colon(&format!("{longer}:12345678")), None);
            }
        }
        for other in others {
            assert_eq!(ids.get(other), None, "{other}");
            assert_eq!(ids.get_before_colon(&format!("{other}:12345678")), None);
        }
    }

    #[test]
    fn each_name_has_its_number() {
        let names = [
            "a",
            "b",
            "ab",
            "ba",
            "abcdefg",
            "abcdefgh",
            "abcdefghi",
            "abcdefghijklmnop",
            "abcdefghijklmnopq",
            "aaaaaaaaa",
            "aaaaaaaaaa",
            "can_read",
            "can_write",
            "viewer",
        ];
        let others = [
            "",
            "c",
            "abc",
            "abcdef",
            "abcdefghij",
            "abcdefghijklmnopqr",
            "aaaaaaaa",
            "aaaaaaaaaaa",
            "can_rea",
            "bcdefghijklmnopq",
        ];
        check(&names, &others);
        check(&[], &others);
        check(&["user"], &others);
    }

    #[test]
    fn so_has_each_of_many() {
        for count in [MOST, MOST + 1, 1_000] {
            let names: Vec<String> = (0..count).map(|number| format!("n{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            check(&names, &["", "n", "n1000000"]);
        }
    }

    #[test]
    fn names_differ() {
        let mut ids = Ids::default();
        assert!(ids.add("a") && ids.add("b") && !ids.add("a"));
    }
}
