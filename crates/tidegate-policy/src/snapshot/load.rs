//! A store made at once: names are placed once, rows are sorted once, and each page is written once.

use crate::hash::{DefaultHashBuilder, HashMap};
use uuid::Uuid;

use super::Standing;
use super::names::{self, Hash, Names};
use super::row::{Entry, ObjectId, SubjectId};
use super::standings::{self, Standings};
use super::store::{Bound, Store, TupleKey, row_word, way};
use super::table::{Table, TableBuilder};
use super::tree::Tree;
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
    standings: Vec<u64>,
    tuples: Tuples,
    revoked: Vec<Uuid>,
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
        self.text.extend(names::words(text));
        self.types.push(type_id);
        standings::push(&mut self.standings, hash.place());
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
        standings::set(&mut self.standings, id, standing);
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
        crate::sort::sort(&mut self.revoked);
        self.revoked.dedup();
        let revoked: Vec<(Uuid, ())> = self.revoked.iter().map(|&jti| (jti, ())).collect();
        let names = Names::from_texts(self.hasher, &self.hashes, |id| {
            text(&self.text, &self.starts, id)
        });
        drop((self.hashes, self.text, self.starts));
        let stands = |id| standings::stands(&self.standings, id);
        let of_type = of_type(&self.types, stands);
        let standings = Standings::from_words(&self.standings);
        drop(self.standings);
        let Tables {
            rows,
            back,
            wildcards,
            bounds,
        } = self.tuples.tables(&self.types);
        Store {
            names,
            standings,
            rows,
            back,
            wildcards,
            of_type,
            bounds,
            revoked: Tree::from_sorted(&revoked),
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

/// The objects that stand, by type.
pub(super) fn of_type(
    types: &Types,
    stands: impl Fn(ObjectId) -> bool,
) -> Tree<(TypeId, ObjectId), ()> {
    let typed = (0..).zip(types.iter()).filter(|&(id, _)| stands(id));
    let mut all: Vec<((TypeId, ObjectId), ())> = typed
        .map(|(id, type_id)| ((type_id.unwrap_or(TypeId::MAX), id), ()))
        .collect();
    crate::sort::sort(&mut all);
    Tree::from_sorted(&all)
}

/// Tuples on their way into tables.
#[derive(Debug, Default)]
pub(super) struct Tuples {
    objects: Vec<ObjectId>,
    /// In the order of rows, and of entries in them: from the highest bit, 1 of nothing, 14 of relation, and the
    /// entry without its unused bits.
    words: Vec<u64>,
    /// The last word on each tuple that was under a condition once.
    bounds: HashMap<TupleKey, Option<Bound>>,
}

const KIND: u32 = 62;
const REST: u32 = 47;
const RELATION: u32 = 49;
/// The order of what leads back: 14 of way, 32 of object, 14 of relation.
const WAY: u32 = 46;
const OBJECT: u32 = 14;
const RELATIONS: u64 = (1 << 14) - 1;

pub(super) struct Tables {
    pub(super) rows: Table,
    pub(super) back: Table,
    pub(super) wildcards: Tree<(TypeId, u64), ()>,
    pub(super) bounds: Tree<TupleKey, Bound>,
}

fn packed(relation: RelationId, entry: Entry) -> u64 {
    let word = entry.word();
    u64::from(relation) << RELATION | word >> KIND << REST | word & ((1 << REST) - 1)
}

fn unpacked(word: u64) -> (RelationId, Entry) {
    let entry = (word >> REST & 3) << KIND | word & ((1 << REST) - 1);
    ((word >> RELATION) as RelationId, Entry::of_word(entry))
}

impl Tuples {
    pub(super) fn write(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Option<Bound>,
    ) {
        let plain = Entry::new(subject);
        let entry = match bound {
            Some(_) => Entry::conditional(subject),
            None => plain,
        };
        self.objects.push(object);
        self.words.push(packed(relation, entry));
        let key = (object, relation, plain.word());
        if bound.is_some() {
            self.bounds.insert(key, bound);
        } else if !self.bounds.is_empty()
            && let Some(before) = self.bounds.get_mut(&key)
        {
            *before = None;
        }
    }

    /// For objects of these types, in the order of their numbers.
    pub(super) fn tables(self, types: &Types) -> Tables {
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
        let mut wildcards: Vec<((TypeId, u64), ())> = Vec::new();
        let mut rows = TableBuilder::default();
        let (mut parts, mut entries) = (Vec::new(), Vec::new());
        let mut start = 0;
        for ((object, type_id), &end) in (0..).zip(types.iter()).zip(&ends) {
            let of = words.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            parts.clear();
            entries.clear();
            for &word in of {
                let (relation, entry) = unpacked(word);
                match parts.last_mut() {
                    Some((last, length)) if *last == relation => *length += 1,
                    _ => parts.push((relation, 1)),
                }
                entries.push(entry.word());
                match subject_of(word) {
                    (_, Some((id, member))) => {
                        let way = u64::from(way(member));
                        let back = way << WAY | u64::from(object) << OBJECT | u64::from(relation);
                        if let Some(end) = back_ends.get_mut(id as usize) {
                            if let Some(there) = back_words.get_mut(*end as usize) {
                                *there = back;
                            }
                            *end += 1;
                        }
                    }
                    (wildcard, None) => {
                        wildcards.push(((wildcard, row_word(object, relation)), ()));
                    }
                }
            }
            rows.push(type_id, &parts, &entries);
        }
        drop((words, ends));
        crate::sort::sort(&mut wildcards);
        let mut bounds: Vec<(TupleKey, Bound)> = bounds
            .into_iter()
            .filter_map(|(key, bound)| Some((key, bound?)))
            .collect();
        crate::sort::by_key(&mut bounds, |&(key, _)| key);
        Tables {
            rows: rows.finish(),
            back: back(&mut back_words, &back_ends, types.len()),
            wildcards: Tree::from_sorted(&wildcards),
            bounds: Tree::from_sorted(&bounds),
        }
    }
}

/// The type of a wildcard, or the object and how it is a subject.
fn subject_of(word: u64) -> (TypeId, Option<(ObjectId, Option<RelationId>)>) {
    match unpacked(word).1.subject() {
        SubjectId::Object(id) => (0, Some((id, None))),
        SubjectId::Userset(id, member) => (0, Some((id, Some(member)))),
        SubjectId::Wildcard(type_id) => (type_id, None),
    }
}

/// Sums of counts: returns the last.
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
    let plain = |word: u64| packed(0, Entry::new(unpacked(word).1.subject())) | relation_bits(word);
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
                .filter(|before| plain(**before) == plain(word));
            match same {
                Some(before) => {
                    let (relation, entry) = unpacked(word);
                    let key = (object, relation, Entry::new(entry.subject()).word());
                    let bound = bounds.get(&key).is_some_and(Option::is_some);
                    *before = if bound { word } else { plain(word) };
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

fn relation_bits(word: u64) -> u64 {
    word >> RELATION << RELATION
}

fn back(words: &mut [u64], ends: &[u32], count: usize) -> Table {
    let mut table = TableBuilder::default();
    let (mut parts, mut entries) = (Vec::new(), Vec::new());
    let mut start = 0;
    for &end in ends.iter().take(count) {
        let of = words.get_mut(start..end as usize).unwrap_or_default();
        start = end as usize;
        // Objects came in order: what stands in rows in one way alone is in order.
        if !of.is_sorted() {
            crate::sort::sort(of);
        }
        parts.clear();
        entries.clear();
        for &mut word in of {
            let way = (word >> WAY) as RelationId;
            match parts.last_mut() {
                Some((last, length)) if *last == way => *length += 1,
                _ => parts.push((way, 1)),
            }
            let relation = (word & RELATIONS) as RelationId;
            entries.push(row_word((word >> OBJECT) as ObjectId, relation));
        }
        table.push(None, &parts, &entries);
    }
    table.finish()
}
