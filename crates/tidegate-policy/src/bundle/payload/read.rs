//! From a payload to its snapshot. Nothing in the bytes is believed.

use super::conditions::read_context;
use super::{BOUND, OBJECT, USERSET, VERSION, WILDCARD, model};
use crate::bundle::PayloadError;
use crate::bundle::bytes::{Names, Reader, UUID, below};
use crate::model::{Model, RelationId};
use crate::profile::Profile;
use crate::snapshot::{Bound, Loader, ObjectId, Snapshot, Standing, SubjectId};
use crate::tuple::{Object, Tuple};

/// Fewest bytes of an object: two numbers and a byte of its name.
const LEAST_OBJECT: usize = 3;
/// Fewest bytes of a bound: a number, and a context of two braces with its length.
const LEAST_BOUND: usize = 4;
/// Fewest bytes of a row: three numbers and a subject.
const LEAST_ROW: usize = 4;
/// Fewest bytes of a subject.
const LEAST_SUBJECT: usize = 1;
/// Fewest bytes of a tuple's text, `a:b#c@d:e`, with its length.
const LEAST_TUPLE: usize = 10;

/// Reads all of it, or says what is wrong.
pub(in crate::bundle) fn read(bytes: &[u8], revision: u64) -> Result<Snapshot, PayloadError> {
    let mut reader = Reader::after(bytes, VERSION)?;
    let model = model::read(&mut reader)?;
    let profile = Profile::from_json(reader.text()?).map_err(|_| PayloadError::Profile)?;

    let mut loader = Loader::default();
    let limits = Limits {
        objects: objects(&mut reader, &model, &mut loader)?,
        relations: model.relation_count(),
        types: model.type_names().count() as u64,
    };
    let bounds = bounds(&mut reader, &model)?;
    rows(&mut reader, &limits, &bounds, &mut loader)?;
    revocations(&mut reader, &mut loader)?;
    let store = loader.finish();
    let snapshot = Snapshot::of_store(model, profile, revision, store);
    let set_aside = set_aside(&mut reader, &snapshot)?;
    reader.end()?;
    Ok(snapshot.with_set_aside(set_aside))
}

/// Returns how many there are.
fn objects(
    reader: &mut Reader<'_>,
    model: &Model,
    loader: &mut Loader,
) -> Result<u64, PayloadError> {
    let count = reader.count(LEAST_OBJECT)?;
    let mut names = Names::default();
    for _ in 0..count {
        let shared = reader.number()?;
        let rest = reader.number()?;
        let has_standing = rest & 1 == 1;
        let rest = reader.take(usize::try_from(rest >> 1).map_err(|_| PayloadError::Cut)?)?;
        let text = names.next(shared, rest)?;
        let object: Object = text.parse()?;
        let id = loader.add(text, model.type_id(object.type_name()));
        if has_standing {
            let uid = reader.uuid()?;
            let valid_from_s = reader.number()?;
            loader.set_standing(id, Some(Standing { uid, valid_from_s }));
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

fn bounds(reader: &mut Reader<'_>, model: &Model) -> Result<Vec<Bound>, PayloadError> {
    let conditions = model.conditions().len() as u64;
    let mut bounds: Vec<Bound> = Vec::new();
    let mut before = None;
    for _ in 0..reader.count(LEAST_BOUND)? {
        // Without conditions nothing is bound to one.
        if cfg!(not(feature = "conditions")) {
            return Err(PayloadError::Unsupported);
        }
        let condition = reader.below(conditions)?;
        let context = read_context(reader)?;
        let this = Some((condition, context.to_string()));
        if before >= this {
            return Err(PayloadError::Order);
        }
        before = this;
        bounds.push(Bound { condition, context });
    }
    Ok(bounds)
}

fn rows(
    reader: &mut Reader<'_>,
    limits: &Limits,
    bounds: &[Bound],
    loader: &mut Loader,
) -> Result<(), PayloadError> {
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
        let mut last: Option<SubjectId> = None;
        for _ in 0..size {
            let (subject, bound) = subject(reader, limits, bounds)?;
            if last.is_some_and(|last| last >= subject) {
                return Err(PayloadError::Order);
            }
            last = Some(subject);
            loader.write(object, relation, subject, bound.cloned());
        }
    }
    Ok(())
}

fn subject<'a>(
    reader: &mut Reader<'_>,
    limits: &Limits,
    bounds: &'a [Bound],
) -> Result<(SubjectId, Option<&'a Bound>), PayloadError> {
    let mut number = reader.number()?;
    let mut bound = None;
    if number & 3 == BOUND {
        let place = below(number >> 2, bounds.len() as u64)?;
        bound = bounds.get(place as usize);
        number = reader.number()?;
    }
    let (place, kind) = (number >> 2, number & 3);
    let subject = match kind {
        OBJECT => SubjectId::Object(below(place, limits.objects)?),
        USERSET => {
            let object = below(place, limits.objects)?;
            SubjectId::Userset(object, reader.below(limits.relations)?)
        }
        WILDCARD => SubjectId::Wildcard(below(place, limits.types)?),
        _ => return Err(PayloadError::Number),
    };
    Ok((subject, bound))
}

fn revocations(reader: &mut Reader<'_>, loader: &mut Loader) -> Result<(), PayloadError> {
    let mut before = None;
    for _ in 0..reader.count(UUID)? {
        let jti = reader.uuid()?;
        if before.is_some_and(|before| before >= jti) {
            return Err(PayloadError::Order);
        }
        before = Some(jti);
        loader.revoke(jti);
    }
    Ok(())
}

/// Only what is in no row: a tuple that the model has names for would be there twice, or come from nowhere.
fn set_aside(reader: &mut Reader<'_>, snapshot: &Snapshot) -> Result<Vec<Tuple>, PayloadError> {
    let count = reader.count(LEAST_TUPLE)?;
    let mut tuples: Vec<Tuple> = Vec::with_capacity(count);
    for _ in 0..count {
        let text = reader.text()?;
        let tuple: Tuple = text.parse().map_err(|_| PayloadError::SetAside)?;
        // One tuple has one form.
        if !snapshot.sets_aside(&tuple) || tuple.to_string() != text {
            return Err(PayloadError::SetAside);
        }
        let follows = tuples.last().is_none_or(|last| {
            // The same under two conditions is there twice.
            let is = (&tuple.object, &tuple.relation, &tuple.subject);
            is > (&last.object, &last.relation, &last.subject)
        });
        if !follows {
            return Err(PayloadError::Order);
        }
        tuples.push(tuple);
    }
    Ok(tuples)
}
