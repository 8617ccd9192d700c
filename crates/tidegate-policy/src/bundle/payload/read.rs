//! From a payload to its snapshot. Nothing in the bytes is believed.

use hashbrown::DefaultHashBuilder;
use uuid::Uuid;

use super::{OBJECT, USERSET, VERSION, WILDCARD};
use crate::bundle::PayloadError;
use crate::model::{Model, RelationId, TypeId};
use crate::profile::Profile;
use crate::snapshot::{Entry, Layer, ObjectId, Snapshot, Standing, SubjectId};
use crate::tuple::Object;

/// Fewest bytes of an object: two numbers and a byte of its name.
const LEAST_OBJECT: usize = 3;
/// Fewest bytes of a row: three numbers and a subject.
const LEAST_ROW: usize = 4;
/// Fewest bytes of a subject.
const LEAST_SUBJECT: usize = 1;
/// Bytes of a uid and of a `jti`.
const UUID: usize = 16;

/// Reads all of it, or says what is wrong.
pub(in crate::bundle) fn read(bytes: &[u8], revision: u64) -> Result<Snapshot, PayloadError> {
    let mut reader = Reader {
        left: bytes.strip_prefix(VERSION).ok_or(PayloadError::Version)?,
    };
    let text = str::from_utf8(reader.text()?).map_err(|_| PayloadError::Text)?;
    let model = model_of(text)?;
    let profile: Profile =
        serde_json::from_slice(reader.text()?).map_err(|_| PayloadError::Profile)?;

    let hasher = DefaultHashBuilder::default();
    let mut layer = Layer::default();
    let limits = Limits {
        objects: objects(&mut reader, &model, &hasher, &mut layer)?,
        relations: model.relation_count(),
        types: model.type_names().count() as u64,
    };
    rows(&mut reader, &limits, &mut layer)?;
    revocations(&mut reader, &mut layer)?;
    if !reader.left.is_empty() {
        return Err(PayloadError::Trailing);
    }
    Ok(Snapshot::of_layer(model, profile, revision, hasher, layer))
}

#[cfg(feature = "language")]
fn model_of(text: &str) -> Result<Model, PayloadError> {
    Model::parse(text).map_err(PayloadError::Model)
}

#[cfg(not(feature = "language"))]
fn model_of(_text: &str) -> Result<Model, PayloadError> {
    Err(PayloadError::NoLanguage)
}

/// Returns how many there are.
fn objects(
    reader: &mut Reader<'_>,
    model: &Model,
    hasher: &DefaultHashBuilder,
    layer: &mut Layer,
) -> Result<u64, PayloadError> {
    let count = reader.count(LEAST_OBJECT)?;
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..count {
        let shared = usize::try_from(reader.number()?).map_err(|_| PayloadError::Number)?;
        let rest = reader.number()?;
        let has_standing = rest & 1 == 1;
        let rest = reader.take(usize::try_from(rest >> 1).map_err(|_| PayloadError::Cut)?)?;
        // Past the last name, and sharing with it all that it can: by order of bytes, which is that
        // of the texts.
        let follows = match (name.get(shared), rest.first()) {
            (Some(was), Some(is)) => is > was,
            (None, Some(_)) => shared == name.len(),
            (_, None) => false,
        };
        if !follows {
            return Err(PayloadError::Order);
        }
        name.truncate(shared);
        name.extend(rest);
        let text = str::from_utf8(&name).map_err(|_| PayloadError::Text)?;
        let object: Object = text.parse()?;
        let type_id = model.type_id(object.type_name()).unwrap_or(TypeId::MAX);
        let id = layer.add(object, type_id, hasher);
        if has_standing {
            let uid = reader.uuid()?;
            let valid_from_s = reader.number()?;
            layer.set_standing(id, Some(Standing { uid, valid_from_s }));
        }
    }
    Ok(count as u64)
}

/// How many there are of what rows mention.
struct Limits {
    objects: u64,
    relations: u64,
    types: u64,
}

fn rows(reader: &mut Reader<'_>, limits: &Limits, layer: &mut Layer) -> Result<(), PayloadError> {
    let count = reader.count(LEAST_ROW)?;
    let mut before: Option<(ObjectId, RelationId)> = None;
    for _ in 0..count {
        let past = reader.number()?;
        let from = before.map_or(0, |(object, _)| u64::from(object));
        let object = below(from.saturating_add(past), limits.objects)?;
        let relation = below(reader.number()?, limits.relations)?;
        let key = (object, relation);
        if before.is_some_and(|before| before >= key) {
            return Err(PayloadError::Order);
        }
        before = Some(key);

        let size = reader.count(LEAST_SUBJECT)?;
        if size == 0 {
            return Err(PayloadError::Number);
        }
        let mut row: Vec<Entry> = Vec::with_capacity(size);
        for _ in 0..size {
            let subject = subject(reader, limits)?;
            // INVARIANT: a row is sorted, or the engine would not find its subjects.
            if row.last().is_some_and(|last| last.subject() >= subject) {
                return Err(PayloadError::Order);
            }
            layer.note(subject, key);
            row.push(Entry::new(subject));
        }
        layer.set_row(object, relation, row.into());
    }
    Ok(())
}

fn subject(reader: &mut Reader<'_>, limits: &Limits) -> Result<SubjectId, PayloadError> {
    let number = reader.number()?;
    let (place, kind) = (number >> 2, number & 3);
    Ok(match kind {
        OBJECT => SubjectId::Object(below(place, limits.objects)?),
        USERSET => {
            let object = below(place, limits.objects)?;
            SubjectId::Userset(object, below(reader.number()?, limits.relations)?)
        }
        WILDCARD => SubjectId::Wildcard(below(place, limits.types)?),
        _ => return Err(PayloadError::Number),
    })
}

fn revocations(reader: &mut Reader<'_>, layer: &mut Layer) -> Result<(), PayloadError> {
    let mut before = None;
    for _ in 0..reader.count(UUID)? {
        let jti = reader.uuid()?;
        if before.is_some_and(|before| before >= jti) {
            return Err(PayloadError::Order);
        }
        before = Some(jti);
        layer.revoke(jti);
    }
    Ok(())
}

fn below(number: u64, limit: u64) -> Result<u32, PayloadError> {
    if number >= limit {
        return Err(PayloadError::Unknown);
    }
    u32::try_from(number).map_err(|_| PayloadError::Unknown)
}

/// What is left of the bytes.
struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PayloadError> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(PayloadError::Cut)?;
        self.left = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, PayloadError> {
        let (&byte, left) = self.left.split_first().ok_or(PayloadError::Cut)?;
        self.left = left;
        Ok(byte)
    }

    /// Unsigned LEB128 of at most 64 bits, in as few bytes as it needs.
    fn number(&mut self) -> Result<u64, PayloadError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let fits = (bits << shift) >> shift == bits;
                let needed = byte != 0 || shift == 0;
                return if fits && needed {
                    Ok(number)
                } else {
                    Err(PayloadError::Number)
                };
            }
        }
        Err(PayloadError::Number)
    }

    /// How many entries follow, each of at least so many bytes: never more than can.
    fn count(&mut self, least: usize) -> Result<usize, PayloadError> {
        let count = usize::try_from(self.number()?).map_err(|_| PayloadError::Cut)?;
        if count > self.left.len() / least {
            return Err(PayloadError::Cut);
        }
        Ok(count)
    }

    fn text(&mut self) -> Result<&'a [u8], PayloadError> {
        let length = self.count(1)?;
        self.take(length)
    }

    fn uuid(&mut self) -> Result<Uuid, PayloadError> {
        Uuid::from_slice(self.take(UUID)?).map_err(|_| PayloadError::Cut)
    }
}
