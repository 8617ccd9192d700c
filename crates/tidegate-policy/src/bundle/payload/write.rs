//! From a snapshot to its payload.

use uuid::Uuid;

use super::{BOUND, OBJECT, USERSET, VERSION, WILDCARD, model};
use crate::bundle::bytes::{front_coded, number, size, text};
use crate::bundle::{MAX_PAYLOAD_BYTES, PayloadError};
use crate::model::{ConditionId, RelationId};
use crate::snapshot::{Entry, ObjectId, Row, Snapshot, Store, SubjectId};
use crate::tuple::Object;

impl Snapshot {
    /// The payload of a bundle of the whole snapshot.
    ///
    /// # Errors
    /// [`PayloadError::TooLong`] above [`MAX_PAYLOAD_BYTES`]. Others only for a snapshot that is broken
    /// in itself.
    pub fn to_bundle_payload(&self) -> Result<Vec<u8>, PayloadError> {
        let store = self.store();
        let names = Names::of(store)?;
        let profile = serde_json::to_vec(self.profile()).map_err(|_| PayloadError::Profile)?;

        let mut out = VERSION.to_vec();
        model::write(&mut out, self.model());
        text(&mut out, &profile);
        objects(&mut out, store, &names);
        let bounds = Bounds::of(store)?;
        bounds.write(&mut out);
        rows(&mut out, store, &names, &bounds)?;
        revocations(&mut out, store);
        set_aside(&mut out, self);
        if out.len() > MAX_PAYLOAD_BYTES {
            return Err(PayloadError::TooLong);
        }
        Ok(out)
    }
}

/// Every object that has a standing or is in a tuple, by name, and the places of all by number.
struct Names {
    sorted: Vec<(Object, ObjectId)>,
    places: Vec<Option<ObjectId>>,
}

impl Names {
    fn of(store: &Store) -> Result<Self, PayloadError> {
        let used = store
            .ids()
            .filter(|&id| store.is_named(id) || store.standing(id).is_some());
        let named: Option<Vec<_>> = used.map(|id| Some((store.object(id)?, id))).collect();
        let mut sorted = named.ok_or(PayloadError::Unknown)?;
        crate::sort::sort(&mut sorted);
        let mut places = vec![None; store.end() as usize];
        for (&(_, id), at) in sorted.iter().zip(0..) {
            if let Some(place) = places.get_mut(id as usize) {
                *place = Some(at);
            }
        }
        Ok(Self { sorted, places })
    }

    fn place(&self, id: ObjectId) -> Result<ObjectId, PayloadError> {
        let place = self.places.get(id as usize).copied().flatten();
        place.ok_or(PayloadError::Unknown)
    }

    /// The subject by places.
    fn subject(&self, subject: SubjectId) -> Result<SubjectId, PayloadError> {
        Ok(match subject {
            SubjectId::Object(id) => SubjectId::Object(self.place(id)?),
            SubjectId::Userset(id, relation) => SubjectId::Userset(self.place(id)?, relation),
            SubjectId::Wildcard(type_id) => SubjectId::Wildcard(type_id),
        })
    }
}

fn objects(out: &mut Vec<u8>, store: &Store, names: &Names) {
    size(out, names.sorted.len());
    let mut before: &[u8] = &[];
    for &(ref object, id) in &names.sorted {
        let name = object.as_str().as_bytes();
        let (shared, rest) = front_coded(name, before);
        let standing = store.standing(id);
        size(out, shared);
        size(out, 2 * rest.len() + usize::from(standing.is_some()));
        out.extend(rest);
        if let Some(standing) = standing {
            out.extend(standing.uid.as_bytes());
            number(out, standing.valid_from_s);
        }
        before = name;
    }
}

/// How tuples are conditional, each way once, in order.
struct Bounds {
    keys: Vec<(ConditionId, String)>,
}

impl Bounds {
    fn of(store: &Store) -> Result<Self, PayloadError> {
        let mut keys = Vec::new();
        for ((object, relation), row) in store.rows() {
            for entry in row.entries() {
                if entry.is_conditional() {
                    keys.push(key(store, object, relation, entry)?);
                }
            }
        }
        crate::sort::sort(&mut keys);
        keys.dedup();
        Ok(Self { keys })
    }

    fn place(&self, key: &(ConditionId, String)) -> Result<u64, PayloadError> {
        let place = self.keys.binary_search(key);
        place
            .map(|place| place as u64)
            .map_err(|_| PayloadError::Unknown)
    }

    fn write(&self, out: &mut Vec<u8>) {
        size(out, self.keys.len());
        for (condition, context) in &self.keys {
            number(out, u64::from(*condition));
            text(out, context.as_bytes());
        }
    }
}

fn key(
    store: &Store,
    object: ObjectId,
    relation: RelationId,
    entry: Entry,
) -> Result<(ConditionId, String), PayloadError> {
    let bound = store.bound(object, relation, entry);
    let bound = bound.ok_or(PayloadError::Unknown)?;
    Ok((bound.condition, bound.context.to_string()))
}

fn rows(
    out: &mut Vec<u8>,
    store: &Store,
    names: &Names,
    bounds: &Bounds,
) -> Result<(), PayloadError> {
    let mut sorted: Vec<(ObjectId, ObjectId, RelationId, Row<'_>)> = Vec::new();
    for ((object, relation), row) in store.rows() {
        sorted.push((names.place(object)?, object, relation, row));
    }
    crate::sort::by_key(&mut sorted, |&(place, _, relation, _)| (place, relation));
    size(out, sorted.len());
    let mut before = 0;
    for (place, object, relation, row) in sorted {
        number(out, u64::from(place.saturating_sub(before)));
        before = place;
        number(out, u64::from(relation));
        size(out, row.len());
        let mut subjects = Vec::with_capacity(row.len());
        for entry in row.entries() {
            let bound = match entry.is_conditional() {
                true => Some(bounds.place(&key(store, object, relation, entry)?)?),
                false => None,
            };
            subjects.push((names.subject(entry.subject())?, bound));
        }
        crate::sort::sort(&mut subjects);
        for (subject, bound) in subjects {
            if let Some(bound) = bound {
                number(out, bound << 2 | BOUND);
            }
            match subject {
                SubjectId::Object(place) => number(out, u64::from(place) << 2 | OBJECT),
                SubjectId::Userset(place, relation) => {
                    number(out, u64::from(place) << 2 | USERSET);
                    number(out, u64::from(relation));
                }
                SubjectId::Wildcard(type_id) => number(out, u64::from(type_id) << 2 | WILDCARD),
            }
        }
    }
    Ok(())
}

fn revocations(out: &mut Vec<u8>, store: &Store) {
    let sorted: Vec<Uuid> = store.revocations().collect();
    size(out, sorted.len());
    for jti in sorted {
        out.extend(jti.as_bytes());
    }
}

fn set_aside(out: &mut Vec<u8>, snapshot: &Snapshot) {
    let tuples: Vec<String> = snapshot
        .tuples_set_aside()
        .map(|tuple| tuple.to_string())
        .collect();
    size(out, tuples.len());
    for tuple in tuples {
        text(out, tuple.as_bytes());
    }
}
