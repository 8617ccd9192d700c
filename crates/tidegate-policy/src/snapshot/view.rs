//! A store, and above it what holds for one question alone.

use std::hash::BuildHasher;

use super::place::{self, bound_of, set_bound};
use super::row::{Entry, ObjectId, OwnedRow, Row, SubjectId};
use super::{Bound, Found, Place, Store, TupleKey, change};
use crate::hash::{DefaultHashBuilder, Places, short};
use crate::model::{Model, RelationId, TypeId};
use crate::tuple::{Object, Subject, Tuple};

/// What a question reads: a store with its contextual tuples, if there are any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) store: &'a Store,
    pub(crate) overlay: Option<&'a Overlay>,
}

/// A question's contextual tuples, and names that the store does not have. Numbers of these follow on
/// those of the store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay {
    first: ObjectId,
    objects: Vec<(Object, TypeId)>,
    hasher: DefaultHashBuilder,
    places: Places,
    /// Rows that have more than in the store: all of what they have. In order.
    rows: Vec<((ObjectId, RelationId), OwnedRow)>,
    /// In order.
    bounds: Vec<(TupleKey, Bound)>,
    /// Subjects, and the rows that they stand in. Of a few tuples: a list is gone through as quickly as a map is asked.
    stands_in: Vec<(SubjectId, (ObjectId, RelationId))>,
}

/// An object, and where its rows are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) id: ObjectId,
    /// None when the model does not have it.
    pub(crate) type_id: Option<TypeId>,
    found: Found<'a>,
}

impl<'a> View<'a> {
    /// The object's number, if it has one.
    #[inline]
    pub(crate) fn id(self, text: &str) -> Option<ObjectId> {
        let found = self.store.id(text);
        if found.is_none()
            && let Some(overlay) = self.overlay
        {
            return overlay.id(text);
        }
        found
    }

    pub(crate) fn object(self, id: ObjectId) -> Option<Object> {
        self.object_if(id, |_| true)
    }

    /// The object, if its name is wanted: only then it is made.
    pub(crate) fn object_if(
        self,
        id: ObjectId,
        wanted: impl FnOnce(&str) -> bool,
    ) -> Option<Object> {
        let above = self.overlay.and_then(|overlay| overlay.entry(id));
        match above {
            Some((object, _)) => wanted(object.as_str()).then(|| object.clone()),
            None => self.store.object_if(id, wanted),
        }
    }

    /// The object's type in the model; none when the model does not have it.
    #[inline]
    pub(crate) fn type_of(self, id: ObjectId) -> Option<TypeId> {
        let found = self.store.type_of(id);
        if found.is_none()
            && let Some(overlay) = self.overlay
        {
            return overlay.entry(id).map(|&(_, type_id)| type_id);
        }
        found
    }

    /// The object's type and rows, to look at several of them.
    #[inline]
    pub(crate) fn node(self, id: ObjectId) -> Node<'a> {
        let found = self.store.rows.find(id);
        let mut type_id = found.type_id;
        if type_id.is_none()
            && let Some(overlay) = self.overlay
        {
            type_id = overlay.entry(id).map(|&(_, type_id)| type_id);
        }
        Node { id, type_id, found }
    }

    /// A row of an object that was looked up.
    #[inline]
    pub(crate) fn row_of(self, node: &Node<'a>, relation: RelationId) -> Row<'a> {
        if let Some(overlay) = self.overlay
            && let Some(row) = overlay.row(node.id, relation)
        {
            return row;
        }
        self.store.rows.row_of(node.found, node.id, relation)
    }

    #[inline]
    pub(crate) fn row(self, object: ObjectId, relation: RelationId) -> Row<'a> {
        if let Some(overlay) = self.overlay
            && let Some(row) = overlay.row(object, relation)
        {
            return row;
        }
        self.store.row(object, relation)
    }

    /// Under which condition an entry holds; none unless it [is conditional](Entry::is_conditional).
    #[inline]
    pub(crate) fn bound(
        self,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Option<&'a Bound> {
        if !entry.is_conditional() {
            return None;
        }
        let key = (object, relation, Entry::new(entry.subject()).word());
        let above = self
            .overlay
            .and_then(|overlay| bound_of(&overlay.bounds, &key));
        above.or_else(|| self.store.bound(object, relation, entry))
    }

    /// Where the object stands as a subject, by itself and by its usersets; a place may come twice.
    pub(crate) fn stands_in(self, id: ObjectId) -> impl Iterator<Item = Place> + use<'a> {
        let above = self.stands_in_above().iter();
        let above = above.filter_map(move |&(subject, (object, relation))| {
            let (of, member) = match subject {
                SubjectId::Object(of) => (of, None),
                SubjectId::Userset(of, member) => (of, Some(member)),
                SubjectId::Wildcard(_) => return None,
            };
            let place = Place {
                object,
                relation,
                member,
            };
            (of == id).then_some(place)
        });
        self.store.stands_in(id).chain(above)
    }

    /// The rows that hold a type's wildcard; a row may come twice.
    pub(crate) fn wildcard_in(
        self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> + use<'a> {
        let wildcard = SubjectId::Wildcard(type_id);
        let above = self.stands_in_above().iter();
        let above = above.filter(move |&&(subject, _)| subject == wildcard);
        let above = above.map(|&(_, row)| row);
        self.store.wildcard_in(type_id).chain(above)
    }

    fn stands_in_above(self) -> &'a [(SubjectId, (ObjectId, RelationId))] {
        self.overlay.map_or(&[], |overlay| &overlay.stands_in)
    }
}

impl Overlay {
    /// Nothing yet, above a store.
    pub(crate) fn above(store: &Store) -> Self {
        Self {
            first: store.end(),
            ..Self::default()
        }
    }

    /// Whether the store alone says the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.rows.is_empty()
    }

    fn id(&self, text: &str) -> Option<ObjectId> {
        if self.objects.is_empty() {
            return None;
        }
        let is = |place: usize| {
            let entry = self.objects.get(place);
            entry.is_some_and(|(object, _)| object.as_str() == text)
        };
        let place = self.places.find(self.hash(text), is)?.at();
        Some(self.number(place))
    }

    fn hash(&self, text: &str) -> u32 {
        short(self.hasher.hash_one(text))
    }

    fn number(&self, place: usize) -> ObjectId {
        let place = ObjectId::try_from(place).unwrap_or(ObjectId::MAX);
        self.first.saturating_add(place)
    }

    #[inline]
    fn row(&self, object: ObjectId, relation: RelationId) -> Option<Row<'_>> {
        let key = (object, relation);
        let place = self.rows.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        self.rows.get(place).map(|(_, row)| row.row())
    }

    fn entry(&self, id: ObjectId) -> Option<&(Object, TypeId)> {
        self.objects.get(id.checked_sub(self.first)? as usize)
    }

    /// The object's number, given now if it has none.
    pub(crate) fn intern(&mut self, store: &Store, model: &Model, object: &Object) -> ObjectId {
        let text = object.as_str();
        if let Some(id) = store.id(text).or_else(|| self.id(text)) {
            return id;
        }
        let type_id = model.type_id(object.type_name()).unwrap_or(TypeId::MAX);
        let id = self.number(self.objects.len());
        self.places.push(self.hash(text));
        self.objects.push((object.clone(), type_id));
        id
    }

    /// The subject over numbers; none when its type or relation is not in the model.
    pub(crate) fn subject(
        &mut self,
        store: &Store,
        model: &Model,
        subject: &Subject,
    ) -> Option<SubjectId> {
        let mut id = |object: &Object| Some(self.intern(store, model, object));
        change::subject(model, subject, &mut id)
    }

    /// Adds a tuple that the model allows.
    pub(crate) fn write(&mut self, store: &Store, model: &Model, tuple: &Tuple) {
        let Some((relation, bound)) = change::names(model, tuple) else {
            return;
        };
        let object = self.intern(store, model, &tuple.object);
        let Some(subject) = self.subject(store, model, &tuple.subject) else {
            return;
        };
        let Some(entry) = place::entry(subject, bound.as_ref()) else {
            return;
        };
        let key = (object, relation);
        let found = self.rows.binary_search_by_key(&key, |&(key, _)| key);
        let place = found.unwrap_or_else(|place| {
            let row = store.row(object, relation).to_owned();
            self.rows.insert(place, (key, row));
            place
        });
        let row = self.rows.get_mut(place);
        let is_new = row.is_some_and(|(_, row)| row.put(entry));
        if let Some(bound) = bound {
            let key = (object, relation, Entry::new(subject).word());
            set_bound(&mut self.bounds, key, Some(bound));
        }
        if is_new {
            self.stands_in.push((subject, key));
        }
    }
}
