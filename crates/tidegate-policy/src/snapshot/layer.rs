//! What a snapshot consists of: names to numbers, and sorted rows of subjects by (object, relation).

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};
use uuid::Uuid;

use super::Standing;
use super::row::{Entry, ObjectId, Row, SubjectId};
use crate::condition::Context;
use crate::model::{ConditionId, RelationId, TypeId};
use crate::tuple::Object;

/// Under which condition a tuple holds.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) condition: ConditionId,
    pub(crate) context: Context,
}

/// A tuple over dense numbers.
type TupleId = (ObjectId, RelationId, SubjectId);

/// How many changes lie on a base of any size before they are folded in.
const LEAST_ON_TOP: usize = 1024;

/// Names, rows and revocations; each entry stands for the same entry of the layers below.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    /// The number of the first object that is new in this layer.
    first: ObjectId,
    objects: Vec<(Object, TypeId)>,
    ids: HashTable<ObjectId>,
    standings: HashMap<ObjectId, Option<Standing>>,
    rows: HashMap<(ObjectId, RelationId), Arc<[Entry]>>,
    /// Of entries that are conditional; some may be so no more.
    bounds: HashMap<TupleId, Bound>,
    /// Rows that an object stands in as a subject; some may not hold it any more.
    stands_in: HashMap<ObjectId, Vec<(ObjectId, RelationId)>>,
    /// The same of each type's wildcard.
    wildcard_in: HashMap<TypeId, Vec<(ObjectId, RelationId)>>,
    revoked: HashSet<Uuid>,
}

impl Layer {
    /// An empty layer on top of another.
    pub(crate) fn after(base: &Self) -> Self {
        Self {
            first: base.end(),
            ..Self::default()
        }
    }

    /// One layer that says what two say.
    pub(crate) fn fold(base: &Self, top: &Self, hasher: &DefaultHashBuilder) -> Self {
        let mut folded = base.clone();
        for (object, type_id) in &top.objects {
            folded.add(object.clone(), *type_id, hasher);
        }
        for (&id, &standing) in &top.standings {
            folded.set_standing(id, standing);
        }
        folded.standings.retain(|_, standing| standing.is_some());
        for (&(object, relation), row) in &top.rows {
            folded.rows.insert((object, relation), row.clone());
        }
        folded.rows.retain(|_, row| !row.is_empty());
        for (&tuple, bound) in &top.bounds {
            folded.bounds.insert(tuple, bound.clone());
        }
        for (&id, rows) in &top.stands_in {
            extend(folded.stands_in.entry(id).or_default(), rows);
        }
        for (&type_id, rows) in &top.wildcard_in {
            extend(folded.wildcard_in.entry(type_id).or_default(), rows);
        }
        folded.revoked.extend(&top.revoked);
        folded
    }

    /// How much there is to copy.
    pub(crate) fn weight(&self) -> usize {
        self.objects.len() + self.standings.len() + self.rows.len() + self.revoked.len()
    }

    /// The weight that a layer on top of this one may have: copying it for a change, and folding it
    /// now and then, cost about the same.
    pub(crate) fn most_on_top(&self) -> usize {
        LEAST_ON_TOP.saturating_add(self.weight().isqrt().saturating_mul(8))
    }

    /// Adds an object that no layer has.
    pub(crate) fn add(
        &mut self,
        object: Object,
        type_id: TypeId,
        hasher: &DefaultHashBuilder,
    ) -> ObjectId {
        let id = self.end();
        let hash = hasher.hash_one(object.as_str());
        self.objects.push((object, type_id));
        let (objects, first) = (&self.objects, self.first);
        let rehash = |&id: &ObjectId| {
            let text = objects
                .get((id - first) as usize)
                .map_or("", |(object, _)| object.as_str());
            hasher.hash_one(text)
        };
        self.ids.insert_unique(hash, id, rehash);
        id
    }

    pub(crate) fn set_standing(&mut self, id: ObjectId, standing: Option<Standing>) {
        self.standings.insert(id, standing);
    }

    pub(crate) fn set_row(&mut self, object: ObjectId, relation: RelationId, row: Arc<[Entry]>) {
        self.rows.insert((object, relation), row);
    }

    /// Says under which condition a conditional entry of a row holds.
    pub(crate) fn bind(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Bound,
    ) {
        self.bounds.insert((object, relation, subject), bound);
    }

    /// Notes that a row holds a subject.
    pub(crate) fn note(&mut self, subject: SubjectId, row: (ObjectId, RelationId)) {
        let rows = match subject {
            SubjectId::Object(id) | SubjectId::Userset(id, _) => self.stands_in.entry(id),
            SubjectId::Wildcard(type_id) => self.wildcard_in.entry(type_id),
        };
        rows.or_default().push(row);
    }

    pub(crate) fn revoke(&mut self, jti: Uuid) {
        self.revoked.insert(jti);
    }

    pub(crate) fn revocations(&self) -> impl Iterator<Item = Uuid> {
        self.revoked.iter().copied()
    }

    pub(crate) fn is_revoked(&self, jti: Uuid) -> bool {
        self.revoked.contains(&jti)
    }

    fn end(&self) -> ObjectId {
        // 4 billion objects do not fit into the memory that 32-bit numbers are for.
        self.first
            .saturating_add(u32::try_from(self.objects.len()).unwrap_or(u32::MAX))
    }

    /// The number of an object that is new in this layer.
    pub(crate) fn number(&self, text: &str, hasher: &DefaultHashBuilder) -> Option<ObjectId> {
        self.find(text, hasher.hash_one(text))
    }

    /// An object that is new in this layer.
    pub(crate) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.entry(id).map(|(object, _)| object)
    }

    /// The type of an object that is new in this layer.
    pub(crate) fn type_of(&self, id: ObjectId) -> Option<TypeId> {
        self.entry(id).map(|&(_, type_id)| type_id)
    }

    fn find(&self, text: &str, hash: u64) -> Option<ObjectId> {
        let same = |&id: &ObjectId| {
            self.entry(id)
                .is_some_and(|(object, _)| object.as_str() == text)
        };
        self.ids.find(hash, same).copied()
    }

    fn entry(&self, id: ObjectId) -> Option<&(Object, TypeId)> {
        self.objects.get(id.checked_sub(self.first)? as usize)
    }
}

/// Adds rows to those that are noted. A subject that comes and goes is noted each time: here once.
fn extend(noted: &mut Vec<(ObjectId, RelationId)>, rows: &[(ObjectId, RelationId)]) {
    noted.extend(rows);
    noted.sort_unstable();
    noted.dedup();
}

/// The layers of a snapshot as one; a question's contextual tuples are a layer of their own.
#[derive(Clone, Copy)]
pub(crate) struct Layers<'a> {
    pub(crate) hasher: &'a DefaultHashBuilder,
    pub(crate) base: &'a Layer,
    pub(crate) top: &'a Layer,
    pub(crate) context: Option<&'a Layer>,
}

impl<'a> Layers<'a> {
    fn newest_first(self) -> impl Iterator<Item = &'a Layer> {
        self.context.into_iter().chain([self.top, self.base])
    }

    /// The number of an object, if any layer has it.
    pub(crate) fn id(self, text: &str) -> Option<ObjectId> {
        let hash = self.hasher.hash_one(text);
        self.newest_first().find_map(|layer| layer.find(text, hash))
    }

    pub(crate) fn object(self, id: ObjectId) -> Option<&'a Object> {
        self.newest_first()
            .find_map(|layer| layer.entry(id))
            .map(|(object, _)| object)
    }

    /// The object's type in the model; none when the model does not have it.
    pub(crate) fn type_of(self, id: ObjectId) -> Option<TypeId> {
        self.newest_first()
            .find_map(|layer| layer.entry(id))
            .map(|&(_, type_id)| type_id)
    }

    pub(crate) fn row(self, object: ObjectId, relation: RelationId) -> Row<'a> {
        let key = (object, relation);
        self.newest_first()
            .find_map(|layer| layer.rows.get(&key))
            .map_or_else(Row::default, |row| Row::of(row))
    }

    /// Under which condition an entry holds; none unless it [is conditional](Entry::is_conditional).
    pub(crate) fn bound(
        self,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Option<&'a Bound> {
        if !entry.is_conditional() {
            return None;
        }
        let key = (object, relation, entry.subject());
        self.newest_first().find_map(|layer| layer.bounds.get(&key))
    }

    pub(crate) fn standing(self, id: ObjectId) -> Option<Standing> {
        self.newest_first()
            .find_map(|layer| layer.standings.get(&id))
            .copied()
            .flatten()
    }

    /// Every row that is not empty. Of a snapshot alone: contextual tuples are not looked at.
    pub(crate) fn rows(self) -> impl Iterator<Item = ((ObjectId, RelationId), Row<'a>)> {
        let below = self
            .base
            .rows
            .iter()
            .filter(move |(key, _)| !self.top.rows.contains_key(*key));
        let rows = self.top.rows.iter().chain(below);
        rows.map(|(&key, row)| (key, Row::of(row)))
    }

    /// Every object that has a standing. Of a snapshot alone.
    pub(crate) fn standings(self) -> impl Iterator<Item = (&'a Object, Standing)> {
        let below = self
            .base
            .standings
            .iter()
            .filter(move |(id, _)| !self.top.standings.contains_key(*id));
        let standings = self.top.standings.iter().chain(below);
        standings.filter_map(move |(&id, &standing)| self.object(id).zip(standing))
    }

    /// Rows that hold the object as a subject, or as the object of a userset; some may not any more.
    pub(crate) fn stands_in(self, id: ObjectId) -> Vec<(ObjectId, RelationId)> {
        let mut rows: Vec<_> = self
            .newest_first()
            .filter_map(|layer| layer.stands_in.get(&id))
            .flatten()
            .copied()
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Rows that hold the type's wildcard; some may not any more.
    pub(crate) fn wildcard_in(self, type_id: TypeId) -> Vec<(ObjectId, RelationId)> {
        let mut rows: Vec<_> = self
            .newest_first()
            .filter_map(|layer| layer.wildcard_in.get(&type_id))
            .flatten()
            .copied()
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}
