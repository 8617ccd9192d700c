//! A store under another model, which has other numbers for types, relations and conditions, and maybe
//! not for all of them.

use std::sync::Arc;

use super::row::{ObjectId, SubjectId};
use super::{Bound, Snapshot, Store, Tuples, Types, change};
use crate::model::Model;
use crate::tuple::{Object, Subject, Tuple};

/// Tuples that the model has no name for, the relation, the subject's or the condition's: kept by their
/// names. Cheap to clone; a change of it copies which of them are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetAside {
    /// In order, one for each [key].
    tuples: Arc<Vec<Tuple>>,
    /// Whether each is still there.
    there: Arc<Vec<bool>>,
}

/// What says which tuple it is, whatever its condition.
fn key(tuple: &Tuple) -> (&Object, &str, &Subject) {
    (&tuple.object, &tuple.relation, &tuple.subject)
}

impl SetAside {
    pub(super) fn remove(&mut self, tuple: &Tuple) {
        let order = |held: &Tuple| key(held).cmp(&key(tuple));
        if let Ok(place) = self.tuples.binary_search_by(order)
            && let Some(is_there) = Arc::make_mut(&mut self.there).get_mut(place)
        {
            *is_there = false;
        }
    }

    pub(super) fn forget(&mut self, object: &Object) {
        let names = |tuple: &Tuple| {
            let of = match &tuple.subject {
                Subject::Object(of) | Subject::Userset { object: of, .. } => Some(of),
                Subject::Wildcard { .. } => None,
            };
            tuple.object == *object || of == Some(object)
        };
        if self.tuples.iter().any(names) {
            let there = Arc::make_mut(&mut self.there);
            for (tuple, is_there) in self.tuples.iter().zip(there) {
                *is_there &= !names(tuple);
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.there.iter().any(|&is_there| is_there)
    }

    /// In order.
    pub(super) fn tuples(&self) -> impl Iterator<Item = Tuple> {
        let there = self.tuples.iter().zip(&*self.there);
        there
            .filter(|(_, is_there)| **is_there)
            .map(|(tuple, _)| tuple.clone())
    }

    /// Of tuples in order, none of them twice under whatever conditions.
    pub(super) fn from_sorted(tuples: Vec<Tuple>) -> Self {
        Self {
            there: Arc::new(vec![true; tuples.len()]),
            tuples: Arc::new(tuples),
        }
    }
}

/// Whether the model has a name for all of a tuple: such a one is not set aside.
pub(crate) fn has_names_for(model: &Model, tuple: &Tuple) -> bool {
    let mut condition = tuple.condition.iter();
    model.relation_id(&tuple.relation).is_some()
        && condition.all(|found| model.condition_id(&found.name).is_some())
        && change::subject(model, &tuple.subject, &mut |_| Some(0)).is_some()
}

/// The snapshot's store under another model, and what that has no name for.
pub(super) fn renumber(snapshot: &Snapshot, to: &Model) -> (Store, SetAside) {
    let from = &snapshot.model;
    if snapshot.set_aside.is_empty() && names(from) == names(to) {
        return (snapshot.store.clone(), SetAside::default());
    }
    let old = &snapshot.store;
    let mut types = Types::default();
    for id in 0..old.end() {
        let object = old.object(id);
        types.push(object.and_then(|object| to.type_id(object.type_name())));
    }
    let mut relations = Vec::new();
    for name in &from.parts().relation_names {
        relations.push(to.relation_id(name));
    }
    let relation = |id: u32| relations.get(id as usize).copied().flatten();
    let subject = |subject: SubjectId| {
        Some(match subject {
            SubjectId::Object(_) => subject,
            SubjectId::Userset(id, member) => SubjectId::Userset(id, relation(member)?),
            SubjectId::Wildcard(type_id) => {
                SubjectId::Wildcard(to.type_id(from.type_name(type_id)?)?)
            }
        })
    };
    let bound = |bound: &Bound| {
        let name = from.condition(bound.condition)?.name();
        Bound::new(to.condition_id(name)?, bound.context.clone())
    };

    let mut tuples = Tuples::default();
    let mut nameless: Vec<Tuple> = snapshot.set_aside.tuples().collect();
    let mut released: Vec<ObjectId> = Vec::new();
    for ((object, of), row) in old.rows() {
        for entry in row.entries() {
            let bound = match old.bound(object, of, entry) {
                Some(found) => bound(found).map(Some),
                None => (!entry.is_conditional()).then_some(None),
            };
            match (relation(of), subject(entry.subject()), bound) {
                (Some(relation), Some(subject), Some(bound)) => {
                    tuples.write(object, relation, subject, bound);
                }
                _ => {
                    nameless.extend(snapshot.tuple(snapshot.view(), object, of, entry));
                    released.push(object);
                    if let SubjectId::Object(id) | SubjectId::Userset(id, _) = entry.subject() {
                        released.push(id);
                    }
                }
            }
        }
    }
    let mut store = old.clone().with_tuples(&types, tuples);
    for id in released {
        store.release(id);
    }
    crate::sort::sort(&mut nameless);
    let mut left: Vec<Tuple> = Vec::new();
    for tuple in nameless {
        if !change::write(to, &mut store, &tuple) && left.last().map(key) < Some(key(&tuple)) {
            left.push(tuple);
        }
    }
    (store, SetAside::from_sorted(left))
}

/// The names of types, relations and conditions, each in order of the numbers, with an empty one between.
fn names(model: &Model) -> Vec<&str> {
    let mut names = Vec::new();
    for name in model.type_names() {
        names.push(name);
    }
    names.push("");
    for name in &model.parts().relation_names {
        names.push(name);
    }
    names.push("");
    for condition in model.conditions() {
        names.push(condition.name());
    }
    names
}
