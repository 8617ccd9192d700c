//! A store made at once: everything is put in its place when all of it is known.

use std::sync::Arc;

use uuid::Uuid;

use super::Store;
use super::blocks::{Blocks, Builder};
use super::names::{Names, Texts};
use super::table::{Table, tag_of};
use crate::model::{RelationId, TypeId};
use crate::snapshot::Standing;
use crate::snapshot::place::{self, Bound, TupleKey, set_bound};
use crate::snapshot::row::block_word;
use crate::snapshot::row::{Entry, ObjectId, SubjectId};

/// Objects, tuples and revocations on their way into a store.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    texts: Texts,
    types: Types,
    standings: Vec<Option<Standing>>,
    tuples: Tuples,
    revoked: Vec<Uuid>,
}

impl Loader {
    /// Adds an object that is not there yet.
    pub(crate) fn add(&mut self, text: &str, type_id: Option<TypeId>) -> ObjectId {
        let id = ObjectId::try_from(self.standings.len()).unwrap_or(ObjectId::MAX);
        self.texts.push(text);
        self.types.push(type_id);
        self.standings.push(None);
        id
    }

    pub(crate) fn set_standing(&mut self, id: ObjectId, standing: Option<Standing>) {
        if let Some(there) = self.standings.get_mut(id as usize) {
            *there = standing;
        }
    }

    /// Adds a tuple, in the place of the same one under another condition.
    pub(crate) fn write(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Option<Bound>,
    ) {
        self.tuples.write(object, relation, subject, bound);
    }

    pub(crate) fn revoke(&mut self, jti: Uuid) {
        self.revoked.push(jti);
    }

    pub(crate) fn finish(mut self) -> Store {
        crate::sort::once(&mut self.revoked);
        let end = ObjectId::try_from(self.standings.len()).unwrap_or(ObjectId::MAX);
        let mut standings = Builder::default();
        for &standing in &self.standings {
            match standing {
                Some(standing) => standings.push(0, &words_of(standing)),
                None => standings.push(0, &[]),
            }
        }
        let (rows, bounds) = self.tuples.finish(&self.types);
        Store {
            names: Names::of_texts(self.texts.finish(), end),
            standings: standings.finish(),
            rows,
            back: Arc::default(),
            bounds,
            revoked: Arc::new(self.revoked),
        }
    }
}

/// A standing as a block.
pub(super) fn words_of(standing: Standing) -> [u64; 3] {
    let (high, low) = standing.uid.as_u64_pair();
    [standing.valid_from_s, high, low]
}

/// The type of each object.
#[derive(Debug, Default)]
pub(crate) struct Types(Vec<u8>);

impl Types {
    pub(crate) fn push(&mut self, type_id: Option<TypeId>) {
        self.0.push(tag_of(type_id));
    }
}

/// Tuples on their way into a store.
#[derive(Debug, Default)]
pub(crate) struct Tuples {
    objects: Vec<ObjectId>,
    words: Vec<u64>,
    bounds: Vec<(TupleKey, Bound)>,
}

impl Tuples {
    /// Adds a tuple, in the place of the same one under another condition.
    pub(crate) fn write(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Option<Bound>,
    ) {
        let Some(entry) = place::entry(subject, bound.as_ref()) else {
            return;
        };
        self.objects.push(object);
        self.words.push(block_word(relation, entry.word()));
        if let Some(bound) = bound {
            self.bounds
                .push(((object, relation, Entry::new(subject).word()), bound));
        }
    }

    /// Rows, and the conditions of their tuples.
    fn finish(mut self, types: &Types) -> (Table, Arc<Vec<(TupleKey, Bound)>>) {
        let rows = Table(Blocks::of_words(&self.objects, &self.words, &types.0));
        if cfg!(feature = "conditions") {
            tidy(&mut self.bounds, &rows);
        }
        (rows, Arc::new(self.bounds))
    }
}

/// Of who renumbers: the store that is used does, and that is this one only there.
#[cfg(target_family = "wasm")]
impl Store {
    /// The same objects and revocations, with other types and tuples.
    pub(crate) fn with_tuples(self, types: &Types, tuples: Tuples) -> Self {
        let (rows, bounds) = tuples.finish(types);
        Self {
            rows,
            bounds,
            back: Arc::default(),
            ..self
        }
    }
}

/// Leaves the last condition of each tuple that is under one. Quick where they come in order, as nearly all do.
fn tidy(bounds: &mut Vec<(TupleKey, Bound)>, rows: &Table) {
    for (key, bound) in std::mem::take(bounds) {
        let (object, relation, subject) = key;
        let found = rows.row(object, relation).find_key(subject);
        if found.is_some_and(|word| word != subject) {
            set_bound(bounds, key, Some(bound));
        }
    }
}
