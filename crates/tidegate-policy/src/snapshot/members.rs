//! Objects by type, a bit for each: objects of a type that came one after the other have numbers side by side.

use super::row::ObjectId;
use super::tree::Tree;
use crate::model::TypeId;

/// Objects of a word.
const OBJECTS: ObjectId = u64::BITS;

/// Sets of objects, one for each type. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// By type and the number of the word; no word is 0.
    words: Tree<(TypeId, ObjectId), u64>,
}

impl Members {
    /// From objects with their types, in order of their numbers.
    pub(super) fn from_objects(objects: impl Iterator<Item = (TypeId, ObjectId)>) -> Self {
        let mut words: Vec<((TypeId, ObjectId), u64)> = Vec::new();
        for (type_id, id) in objects {
            let key = (type_id, id / OBJECTS);
            match words.last_mut() {
                Some((last, word)) if *last == key => *word |= bit(id),
                _ => words.push((key, bit(id))),
            }
        }
        // Where types took turns, a word is there in parts.
        crate::sort::sort(&mut words);
        let mut whole: Vec<((TypeId, ObjectId), u64)> = Vec::with_capacity(words.len());
        for &(key, part) in &words {
            match whole.last_mut() {
                Some((last, word)) if *last == key => *word |= part,
                _ => whole.push((key, part)),
            }
        }
        Self {
            words: Tree::from_sorted(&whole),
        }
    }

    /// The objects of a type, in order of their numbers.
    pub(super) fn of(&self, type_id: TypeId) -> impl Iterator<Item = ObjectId> {
        let words = self.words.iter_from(&(type_id, 0));
        let words = words.take_while(move |((found, _), _)| *found == type_id);
        words.flat_map(|&((_, number), word)| {
            let bits = (0..OBJECTS).filter(move |bit| word >> bit & 1 != 0);
            bits.map(move |bit| number * OBJECTS + bit)
        })
    }

    /// Puts an object in, or takes it out.
    pub(super) fn set(&mut self, type_id: TypeId, id: ObjectId, is_in: bool) {
        let key = (type_id, id / OBJECTS);
        let before = self.words.get(&key).copied().unwrap_or_default();
        let after = if is_in {
            before | bit(id)
        } else {
            before & !bit(id)
        };
        match after {
            0 => drop(self.words.remove(&key)),
            _ => drop(self.words.insert(key, after)),
        }
    }
}

fn bit(id: ObjectId) -> u64 {
    1 << (id % OBJECTS)
}
