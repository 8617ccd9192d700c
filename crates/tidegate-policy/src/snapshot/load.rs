//! A store made at once: names are placed once, rows are sorted once, and each page is written once.

use crate::hash::{DefaultHashBuilder, HashMap};
use uuid::Uuid;

use super::Standing;
use super::lead::Lead;
use super::members::Members;
use super::names::{self, Hash, Names};
use super::place::{self, Bound, TupleKey, row_word, way};
use super::row::{Entry, ObjectId, SubjectId, block_word, key, relation_of};
use super::standings::StandingsBuilder;
use super::store::Store;
use super::table::{Table, TableBuilder};
use super::tree::{Pairs, Tree};
use crate::model::{RelationId, TypeId};

/// Objects, tuples and revocations on their way into a store.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    hasher: DefaultHashBuilder,
    hashes: Vec<Hash>,
    /// The names in whole words, and where each starts.
    text: Vec<u64>,
    starts: Vec<usize>,
    types: Types,
    standings: StandingsBuilder,
    tuples: Tuples,
    revoked: Vec<((u64, u64), ())>,
}

impl Loader {
    pub(super) fn hash(&self, text: &str) -> Hash {
        names::hash(&self.hasher, text)
    }

    /// Adds an object that is not there yet.
    pub(crate) fn add(&mut self, text: &str, type_id: Option<TypeId>) -> ObjectId {
        self.add_hashed(text, self.hash(text), type_id)
    }

    pub(super) fn add_hashed(
        &mut self,
        text: &str,
        hash: Hash,
        type_id: Option<TypeId>,
    ) -> ObjectId {
        let id = ObjectId::try_from(self.hashes.len()).unwrap_or(ObjectId::MAX);
        self.hashes.push(hash);
        self.starts.push(self.text.len());
        names::push_words(&mut self.text, text);
        self.types.push(type_id);
        self.standings.push(hash.place());
        id
    }

    /// The name of an object in whole words.
    pub(super) fn text(&self, id: ObjectId) -> &[u64] {
        text(&self.text, &self.starts, id as usize)
    }

    pub(super) fn type_of(&self, id: ObjectId) -> Option<TypeId> {
        self.types.get(id)
    }

    pub(crate) fn set_standing(&mut self, id: ObjectId, standing: Option<Standing>) {
        self.standings.set(id, standing);
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
        self.revoked.push((jti.as_u64_pair(), ()));
    }

    pub(crate) fn finish(mut self) -> Store {
        crate::sort::sort(&mut self.revoked);
        self.revoked.dedup();
        let mut names = Names::from_texts(self.hasher, &self.hashes, |id| {
            text(&self.text, &self.starts, id)
        });
        drop((self.hashes, self.text, self.starts));
        let of_type = of_type(&self.types, |id| self.standings.stands(id));
        let standings = self.standings.finish();
        let Tables {
            rows,
            back,
            wildcards,
            bounds,
            leads,
        } = self.tuples.tables(&self.types);
        names.set_leads(&leads);
        Store {
            names,
            standings,
            rows,
            back,
            wildcards,
            of_type,
            bounds,
            revoked: Pairs::from_sorted(&self.revoked),
        }
    }
}

fn text<'a>(words: &'a [u64], starts: &[usize], id: usize) -> &'a [u64] {
    let start = starts.get(id).copied().unwrap_or(words.len());
    let end = starts.get(id + 1).copied().unwrap_or(words.len());
    words.get(start..end).unwrap_or_default()
}

/// The type of each object, in few bytes: each tuple looks at two of them.
#[derive(Debug, Default)]
pub(super) struct Types(Vec<u16>);

impl Types {
    pub(super) fn push(&mut self, type_id: Option<TypeId>) {
        let type_id = type_id.and_then(|type_id| u16::try_from(type_id).ok());
        self.0.push(type_id.unwrap_or(u16::MAX));
    }

    fn get(&self, id: ObjectId) -> Option<TypeId> {
        let type_id = *self.0.get(id as usize)?;
        (type_id != u16::MAX).then_some(type_id.into())
    }

    fn iter(&self) -> impl Iterator<Item = Option<TypeId>> {
        let types = self.0.iter();
        types.map(|&type_id| (type_id != u16::MAX).then_some(type_id.into()))
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl Store {
    /// The same objects and revocations, with other types and tuples.
    pub(super) fn with_tuples(mut self, types: &Types, tuples: Tuples) -> Self {
        let Tables {
            rows,
            back,
            wildcards,
            bounds,
            leads,
        } = tuples.tables(types);
        let of_type = of_type(types, |id| self.standing(id).is_some());
        self.names.set_leads(&leads);
        Self {
            rows,
            back,
            wildcards,
            of_type,
            bounds,
            ..self
        }
    }
}

/// The objects that stand, by type.
fn of_type(types: &Types, stands: impl Fn(ObjectId) -> bool) -> Members {
    let typed = (0..).zip(types.iter()).filter(|&(id, _)| stands(id));
    Members::from_objects(typed.map(|(id, type_id)| (type_id.unwrap_or(TypeId::MAX), id)))
}

/// Tuples on their way into tables.
#[derive(Debug, Default)]
pub(super) struct Tuples {
    objects: Vec<ObjectId>,
    /// As in [blocks](block_word).
    words: Vec<u64>,
    /// The last word on each tuple that was under a condition once.
    bounds: HashMap<TupleKey, Option<Bound>>,
}

struct Tables {
    rows: Table,
    back: Table,
    wildcards: Pairs,
    bounds: Tree<TupleKey, Bound>,
    /// Where each object leads.
    leads: Vec<Lead>,
}

impl Tuples {
    pub(super) fn write(
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
        let key = (object, relation, Entry::new(subject).word());
        if bound.is_some() {
            self.bounds.insert(key, bound);
        } else if !self.bounds.is_empty()
            && let Some(before) = self.bounds.get_mut(&key)
        {
            *before = None;
        }
    }

    /// For objects of these types, in the order of their numbers.
    fn tables(self, types: &Types) -> Tables {
        let Self {
            objects,
            words,
            bounds,
        } = self;
        let (mut words, mut ends) = grouped(objects, words, types.len());
        ends.truncate(types.len());
        tidy(&mut words, &mut ends, &bounds);

        // How many lead back to each object, and how many wildcards there are.
        let mut back_ends = vec![0_u32; types.len() + 1];
        for &word in &words {
            if let (_, Some((id, _))) = subject_of(word)
                && let Some(end) = back_ends.get_mut(id as usize + 1)
            {
                *end += 1;
            }
        }
        let count = sum(&mut back_ends);
        let mut back_words = vec![0_u64; count];
        let mut wildcards: Vec<((u64, u64), ())> = Vec::new();
        let mut rows = TableBuilder::default();
        let mut leads = Vec::with_capacity(types.len());
        let block_of = |id| block_of(&words, &ends, id);
        let mut start = 0;
        for ((object, type_id), &end) in (0..).zip(types.iter()).zip(&ends) {
            let of = words.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            for &word in of {
                let row = row_word(object, relation_of(word));
                match subject_of(word) {
                    (_, Some((id, member))) => {
                        let back = block_word(way(member), row);
                        if let Some(end) = back_ends.get_mut(id as usize) {
                            if let Some(there) = back_words.get_mut(*end as usize) {
                                *there = back;
                            }
                            *end += 1;
                        }
                    }
                    (wildcard, None) => {
                        wildcards.push(((wildcard.into(), row), ()));
                    }
                }
            }
            let (lead, far) = Lead::from_block(of, block_of);
            rows.push(type_id, of, far);
            leads.push(lead);
        }
        drop((words, ends));
        crate::sort::sort(&mut wildcards);
        let mut bound: Vec<(TupleKey, Bound)> = Vec::new();
        for (key, found) in bounds {
            if let Some(found) = found {
                bound.push((key, found));
            }
        }
        crate::sort::by_key(&mut bound, |&(key, _)| key);
        Tables {
            rows: rows.finish(),
            back: back(&mut back_words, &back_ends, types.len()),
            wildcards: Pairs::from_sorted(&wildcards),
            bounds: Tree::from_sorted(&bound),
            leads,
        }
    }
}

/// The type of a wildcard, or the object and how it is a subject.
fn subject_of(word: u64) -> (TypeId, Option<(ObjectId, Option<RelationId>)>) {
    match Entry::of_word(word).subject() {
        SubjectId::Object(id) => (0, Some((id, None))),
        SubjectId::Userset(id, member) => (0, Some((id, Some(member)))),
        SubjectId::Wildcard(type_id) => (type_id, None),
    }
}

fn block_of<'a>(words: &'a [u64], ends: &[u32], id: ObjectId) -> &'a [u64] {
    let before = (id as usize).checked_sub(1).and_then(|at| ends.get(at));
    let start = before.map_or(0, |&end| end as usize);
    let end = ends.get(id as usize).map_or(0, |&end| end as usize);
    words.get(start..end).unwrap_or_default()
}

/// Sums of counts: returns the last.
// 4 billion tuples are 50 GB before they come here: for larger sums than 32 bits have nothing is checked.
fn sum(counts: &mut [u32]) -> usize {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
    sum as usize
}

/// The words by object, and where those of each end.
fn grouped(objects: Vec<ObjectId>, words: Vec<u64>, count: usize) -> (Vec<u64>, Vec<u32>) {
    let mut ends = vec![0_u32; count + 1];
    for &object in &objects {
        if let Some(end) = ends.get_mut(object as usize + 1) {
            *end += 1;
        }
    }
    if objects.is_sorted() {
        sum(&mut ends);
        ends.remove(0);
        return (words, ends);
    }
    let mut sorted = vec![0_u64; sum(&mut ends)];
    // From here on `ends` says where the next word of each goes.
    for (object, word) in objects.into_iter().zip(words) {
        if let Some(end) = ends.get_mut(object as usize) {
            if let Some(there) = sorted.get_mut(*end as usize) {
                *there = word;
            }
            *end += 1;
        }
    }
    (sorted, ends)
}

/// Sorts the words of each object, each tuple once.
fn tidy(words: &mut Vec<u64>, ends: &mut [u32], bounds: &HashMap<TupleKey, Option<Bound>>) {
    let (mut start, mut kept) = (0, 0);
    for (object, end) in (0..).zip(ends) {
        let stop = *end as usize;
        let first = kept;
        if let Some(of) = words.get_mut(start..stop) {
            crate::sort::sort(of);
        }
        for at in start..stop {
            let Some(&word) = words.get(at) else {
                break;
            };
            let before = (kept > first).then(|| kept - 1);
            let same = before
                .and_then(|before| words.get_mut(before))
                .filter(|before| key(**before) == key(word));
            match same {
                Some(before) => {
                    let plain = Entry::of_word(key(word)).word();
                    let bound = bounds
                        .get(&(object, relation_of(word), plain))
                        .is_some_and(Option::is_some);
                    *before = if bound { word } else { key(word) };
                }
                None => {
                    if let Some(there) = words.get_mut(kept) {
                        *there = word;
                    }
                    kept += 1;
                }
            }
        }
        start = stop;
        *end = u32::try_from(kept).unwrap_or(u32::MAX);
    }
    words.truncate(kept);
}

fn back(words: &mut [u64], ends: &[u32], count: usize) -> Table {
    let mut table = TableBuilder::default();
    let mut start = 0;
    for &end in ends.iter().take(count) {
        let of = words.get_mut(start..end as usize).unwrap_or_default();
        start = end as usize;
        // Objects came in order: what stands in rows in one way alone is in order.
        if !of.is_sorted() {
            crate::sort::sort(of);
        }
        table.push(None, of, 0);
    }
    table.finish()
}
