//! A store under another model, which has other numbers for types, relations and conditions, and maybe
//! not for all of them.

use std::sync::Arc;

use super::row::{ObjectId, SubjectId};
use super::{Bound, Snapshot, Store, Tuples, Types, change};
use crate::model::Model;
use crate::tuple::{Object, Subject, Tuple};

/// Tuples that the model has no name for, the relation, the subject's or the condition's: kept by their
/// names. Cheap to clone; a change of it copies which of them are gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetAside {
    /// In order, one for each [key].
    tuples: Arc<Vec<Tuple>>,
    /// A bit of each that is gone.
    gone: Arc<Vec<u64>>,
}

/// Of a word.
const BITS: usize = u64::BITS as usize;

/// What says which tuple it is, whatever its condition.
fn key(tuple: &Tuple) -> (&Object, &str, &Subject) {
    (&tuple.object, &tuple.relation, &tuple.subject)
}

impl SetAside {
    pub(super) fn remove(&mut self, tuple: &Tuple) {
        let order = |held: &Tuple| key(held).cmp(&key(tuple));
        if let Ok(place) = self.tuples.binary_search_by(order) {
            self.take(place);
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
        for place in 0..self.tuples.len() {
            if self.tuples.get(place).is_some_and(names) {
                self.take(place);
            }
        }
    }

    fn take(&mut self, place: usize) {
        if let Some(bits) = Arc::make_mut(&mut self.gone).get_mut(place / BITS) {
            *bits |= 1 << (place % BITS);
        }
    }

    fn has(&self, place: usize) -> bool {
        let bits = self.gone.get(place / BITS);
        bits.is_some_and(|bits| bits >> (place % BITS) & 1 == 0)
    }

    /// In order.
    pub(super) fn tuples(&self) -> impl Iterator<Item = Tuple> {
        let tuples = self.tuples.iter().zip(0..);
        tuples
            .filter(|&(_, place)| self.has(place))
            .map(|(tuple, _)| tuple.clone())
    }

    /// Of tuples in order, none of them twice under whatever conditions.
    pub(super) fn from_sorted(tuples: Vec<Tuple>) -> Self {
        Self {
            gone: Arc::new(vec![0; tuples.len().div_ceil(BITS)]),
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
    if names(from) == names(to) {
        // So what was set aside has no names now either.
        return (snapshot.store.clone(), snapshot.set_aside.clone());
    }
    let old = &snapshot.store;
    let mut types = Types::default();
    for id in 0..old.end() {
        let object = old.object(id);
        types.push(object.and_then(|object| to.type_id(object.type_name())));
    }
    let relation = |id| to.relation_id(from.relation_name(id)?);
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
        let relation = relation(of);
        for entry in row.entries() {
            let bound = match old.bound(object, of, entry) {
                Some(found) => bound(found).map(Some),
                None => (!entry.is_conditional()).then_some(None),
            };
            match (relation, subject(entry.subject()), bound) {
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

#[cfg(test)]
#[cfg(feature = "language")]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::snapshot::Change;

    fn model(types: &str) -> Model {
        Model::parse(&format!("model\n  schema 1.1\n{types}")).expect("a model")
    }

    /// What is set aside is shared, not looked at again, where names are the same.
    #[test]
    fn the_same_names_leave_all_in_its_place() {
        let folder = "type user\ntype folder\n  relations\n    define owner: [user]\n";
        let with_blocked = format!("{folder}    define blocked: [user]\n");
        let tuples = ["folder:a#owner@user:ann", "folder:a#blocked@user:bob"];
        let writes = tuples.map(|text| Change::Write(text.parse().expect("a tuple")));
        let snapshot = Snapshot::new(model(&with_blocked), Profile::default());
        let snapshot = snapshot.apply(1, &writes).expect("applies");
        let less = snapshot.with_model(model(folder), Profile::default());
        assert_eq!(less.set_aside.tuples().count(), 1);
        for renewed in [
            less.renewed(None, Some(Profile::default())),
            less.with_model(model(folder), Profile::default()),
        ] {
            let (one, other) = (&less.set_aside.tuples, &renewed.set_aside.tuples);
            assert!(Arc::ptr_eq(one, other));
            assert!(renewed.tuples().eq(less.tuples()));
        }
    }
}
