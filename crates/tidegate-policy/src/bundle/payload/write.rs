//! From a snapshot to its payload.

use uuid::Uuid;

use super::{OBJECT, USERSET, VERSION, WILDCARD};
use crate::bundle::{MAX_PAYLOAD_BYTES, PayloadError};
use crate::model::RelationId;
use crate::snapshot::{ObjectId, Row, Snapshot, Store, SubjectId};
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
        text(&mut out, self.model().text().as_bytes());
        text(&mut out, &profile);
        objects(&mut out, store, &names);
        rows(&mut out, store, &names)?;
        revocations(&mut out, store);
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
        sorted.sort_unstable();
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
        let pairs = name.iter().zip(before);
        let shared = pairs.take_while(|(one, other)| one == other).count();
        let rest = name.get(shared..).unwrap_or_default();
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

fn rows(out: &mut Vec<u8>, store: &Store, names: &Names) -> Result<(), PayloadError> {
    let mut sorted: Vec<(ObjectId, RelationId, Row<'_>)> = Vec::new();
    for ((object, relation), row) in store.rows() {
        sorted.push((names.place(object)?, relation, row));
    }
    sorted.sort_unstable_by_key(|&(object, relation, _)| (object, relation));
    size(out, sorted.len());
    let mut before = 0;
    for (object, relation, row) in sorted {
        number(out, u64::from(object.saturating_sub(before)));
        before = object;
        number(out, u64::from(relation));
        size(out, row.len());
        let subjects: Result<Vec<_>, _> =
            row.subjects().map(|found| names.subject(found)).collect();
        let mut subjects = subjects?;
        subjects.sort_unstable();
        for subject in subjects {
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

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    size(out, bytes.len());
    out.extend(bytes);
}

fn size(out: &mut Vec<u8>, size: usize) {
    // No target has sizes above 64 bits.
    number(out, size as u64);
}

/// Unsigned LEB128.
fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
