//! A store, and above it what holds for one question alone.

use crate::hash::HashMap;

use super::row::{Entry, ObjectId, OwnedRow, Row, SubjectId};
use super::{Bound, Found, Place, Store, TupleKey};
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
    ids: HashMap<Box<str>, ObjectId>,
    /// Rows that have more than in the store: all of what they have.
    rows: HashMap<(ObjectId, RelationId), OwnedRow>,
    /// Never none: of the type that a [`Loader`](super::Loader) has, too.
    bounds: HashMap<TupleKey, Option<Bound>>,
    /// Of a few tuples: a list is gone through as quickly as a map is asked.
    stands_in: Vec<(ObjectId, Place)>,
    wildcard_in: Vec<(TypeId, (ObjectId, RelationId))>,
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
            && let Some(row) = overlay.rows.get(&(node.id, relation))
        {
            return row.row();
        }
        self.store.rows.row_of(node.found, node.id, relation)
    }

    #[inline]
    pub(crate) fn row(self, object: ObjectId, relation: RelationId) -> Row<'a> {
        if let Some(overlay) = self.overlay
            && let Some(row) = overlay.rows.get(&(object, relation))
        {
            return row.row();
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
        let above = self.overlay.and_then(|overlay| overlay.bounds.get(&key));
        above
            .and_then(Option::as_ref)
            .or_else(|| self.store.bound(object, relation, entry))
    }

    /// Where the object stands as a subject, by itself and by its usersets; a place may come twice.
    pub(crate) fn stands_in(self, id: ObjectId) -> impl Iterator<Item = Place> + use<'a> {
        let above = self.overlay.map_or(&[][..], |overlay| &overlay.stands_in);
        let above = above.iter().filter(move |&&(of, _)| of == id);
        let above = above.map(|&(_, place)| place);
        self.store.stands_in(id).chain(above)
    }

    /// The rows that hold a type's wildcard; a row may come twice.
    pub(crate) fn wildcard_in(
        self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> + use<'a> {
        let above = self.overlay.map_or(&[][..], |overlay| &overlay.wildcard_in);
        let above = above.iter().filter(move |&&(of, _)| of == type_id);
        let above = above.map(|&(_, row)| row);
        self.store.wildcard_in(type_id).chain(above)
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
        self.ids.get(text).copied()
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
        let more = ObjectId::try_from(self.objects.len()).unwrap_or(ObjectId::MAX);
        let id = self.first.saturating_add(more);
        self.objects.push((object.clone(), type_id));
        self.ids.insert(text.into(), id);
        id
    }

    /// The subject over numbers; none when its type or relation is not in the model.
    pub(crate) fn subject(
        &mut self,
        store: &Store,
        model: &Model,
        subject: &Subject,
    ) -> Option<SubjectId> {
        Some(match subject {
            Subject::Object(object) => SubjectId::Object(self.intern(store, model, object)),
            Subject::Userset { object, relation } => {
                let relation = model.relation_id(relation)?;
                SubjectId::Userset(self.intern(store, model, object), relation)
            }
            Subject::Wildcard { type_name } => SubjectId::Wildcard(model.type_id(type_name)?),
        })
    }

    /// Adds a tuple that the model allows.
    pub(crate) fn write(&mut self, store: &Store, model: &Model, tuple: &Tuple) {
        let Some(relation) = model.relation_id(&tuple.relation) else {
            return;
        };
        let bound = match &tuple.condition {
            Some(condition) => {
                let Some(id) = model.condition_id(&condition.name) else {
                    return;
                };
                Some(Bound {
                    condition: id,
                    context: condition.context.clone(),
                })
            }
            None => None,
        };
        let object = self.intern(store, model, &tuple.object);
        let Some(subject) = self.subject(store, model, &tuple.subject) else {
            return;
        };
        let entry = match bound {
            Some(_) => Entry::conditional(subject),
            None => Entry::new(subject),
        };
        let row = self.rows.entry((object, relation));
        let row = row.or_insert_with(|| store.row(object, relation).to_owned());
        let is_new = row.put(entry);
        if let Some(bound) = bound {
            let key = (object, relation, Entry::new(subject).word());
            self.bounds.insert(key, Some(bound));
        }
        if !is_new {
            return;
        }
        let mut note = |id: ObjectId, member| {
            let place = Place {
                object,
                relation,
                member,
            };
            self.stands_in.push((id, place));
        };
        match subject {
            SubjectId::Object(id) => note(id, None),
            SubjectId::Userset(id, member) => note(id, Some(member)),
            SubjectId::Wildcard(type_id) => self.wildcard_in.push((type_id, (object, relation))),
        }
    }
}
