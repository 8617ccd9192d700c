//! YAML of a bounded size, without doubt about what it says.
//!
//! A file is read twice: first to nothing, to see that no key stands twice (a type would take the last) and
//! that it stays small when its aliases are written out, then to what it is.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};

use super::StoreFileError;
use super::format::error;

/// Most that a file holds when its aliases are written out: bytes of its texts, and sixteen for each value.
const MAX_WRITTEN_OUT: usize = 32 << 20;
/// What is said around a key that stands twice.
const TWICE: (&str, &str) = ("key `", "` stands twice");
/// Most brackets that are open at once: the reader of YAML takes its time over more.
const MAX_OPEN: usize = 1000;

/// What is wrong with a file that is empty, or has comments alone.
pub(super) const NOTHING: &str = "the file holds nothing";

/// Reads YAML. What is wrong is told with its key.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreFileError> {
    let mut open = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_OPEN {
            let message = format!("more than {MAX_OPEN} brackets are open at once");
            return Err(error("", &message));
        }
    }
    keyed::<Sound>(text).map_err(|found| placed(text, found))?;
    keyed(text)
}

/// With the place of the second key, where one stands twice: the reader of YAML knows that of the first of them all.
/// Keys that are written in a row, in braces, keep that.
fn placed(text: &str, found: StoreFileError) -> StoreFileError {
    let key = found.message.strip_prefix(TWICE.0);
    let key = key.and_then(|rest| rest.strip_suffix(TWICE.1));
    let (Some(key), Some((line, column))) = (key, found.place) else {
        return found;
    };
    let is_key = |line: &&str| {
        let rest = ["", "\"", "'"].into_iter().find_map(|quote| {
            let rest = line.strip_prefix(quote)?.strip_prefix(key)?;
            rest.strip_prefix(quote)
        });
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let indent = column.saturating_sub(1);
    let lines = text.lines().zip(1..).skip(line.saturating_sub(1));
    let second = lines
        .map_while(|(text, at)| {
            let (before, rest) = text.split_at_checked(indent).unwrap_or(("", ""));
            // Below what holds the keys.
            let ended = at > line && !text.trim().is_empty() && !before.trim().is_empty();
            (!ended).then_some((rest, at))
        })
        .filter(|(rest, _)| is_key(rest))
        .nth(1);
    StoreFileError {
        place: Some(second.map_or((line, column), |(_, at)| (at, column))),
        ..found
    }
}

fn keyed<T: DeserializeOwned>(text: &str) -> Result<T, StoreFileError> {
    let deserializer = serde_yaml_ng::Deserializer::from_str(text);
    serde_path_to_error::deserialize(deserializer).map_err(|found| {
        let key = found.path().to_string();
        let found = found.into_inner();
        let place = found.location();
        let place = place.map(|place| (place.line(), place.column()));
        let message = found.to_string();
        // The reader of YAML says place and key as well, where it knows them.
        let plain = message.split_once(": ");
        let plain = plain.filter(|(start, _)| key.starts_with(start));
        let plain = plain.map_or(&*message, |(_, rest)| rest);
        let said = place.map(|(line, column)| format!(" at line {line} column {column}"));
        let plain = said
            .and_then(|said| plain.strip_suffix(&said))
            .unwrap_or(plain);
        StoreFileError {
            place,
            ..error(if key == "." { "" } else { &key }, plain)
        }
    })
}

/// Nothing, of YAML that is in order.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = Cell::new(MAX_WRITTEN_OUT);
        Look(&left).deserialize(deserializer)?;
        Ok(Self)
    }
}

/// Looks at a value, and counts it.
#[derive(Clone, Copy)]
struct Look<'a>(&'a Cell<usize>);

impl Look<'_> {
    fn count<E: Error>(self, length_bytes: usize) -> Result<(), E> {
        let left = self.0.get().checked_sub(length_bytes.saturating_add(16));
        self.0.set(left.ok_or_else(|| {
            E::custom(format_args!(
                "with its aliases written out the file is longer than {MAX_WRITTEN_OUT} bytes"
            ))
        })?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.count(0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.count(text.len())
    }

    /// Of a whole file; a value that is nothing is a unit.
    fn visit_none<E: Error>(self) -> Result<(), E> {
        Err(E::custom(NOTHING))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.count(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.count(0)?;
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.count(0)?;
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            self.count(key.len())?;
            if keys.contains(&key) {
                let (before, after) = TWICE;
                return Err(A::Error::custom(format_args!("{before}{key}{after}")));
            }
            keys.insert(key);
            map.next_value_seed(self)?;
        }
        Ok(())
    }
}
