//! From a payload to its snapshot. Nothing in the bytes is believed.

use super::conditions::read_context;
use super::{BOUND, USERSET, VERSION, WILDCARD, model};
use crate::bundle::PayloadError;
use crate::bundle::bytes::{Names, Reader, UUID};
use crate::model::{Model, RelationId};
use crate::profile::Profile;
use crate::snapshot::{Bound, Loader, ObjectId, Snapshot, Standing, SubjectId, has_names_for};
use crate::text::cut;
use crate::tuple::{Tuple, check_object};

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
    let mut reader = Reader::new(bytes);
    reader.version(VERSION);
    let model = model::read(&mut reader)?;
    let profile = reader.text();
    reader.good()?;
    let profile = Profile::from_json(profile).map_err(|_| PayloadError::Profile)?;

    let mut loader = Loader::default();
    let limits = Limits {
        objects: objects(&mut reader, &model, &mut loader),
        relations: model.relation_count(),
        types: model.type_names().count() as u64,
    };
    let bounds = bounds(&mut reader, &model);
    rows(&mut reader, &limits, &bounds, &mut loader);
    revocations(&mut reader, &mut loader);
    let set_aside = set_aside(&mut reader, &model);
    reader.end()?;
    let store = loader.finish();
    Ok(Snapshot::of_store(
        model, profile, revision, store, set_aside,
    ))
}

/// Returns how many there are.
fn objects(reader: &mut Reader<'_>, model: &Model, loader: &mut Loader) -> u64 {
    let count = reader.count(LEAST_OBJECT);
    let mut names = Names::default();
    let mut left = count;
    while reader.more(&mut left) {
        let shared = reader.number();
        let rest = reader.number();
        let has_standing = rest & 1 == 1;
        let rest = reader.take(rest >> 1);
        let text = names.next(reader, shared, rest);
        reader.name_as(text, check_object);
        let (type_name, _) = cut(text, b':').unwrap_or_default();
        let id = loader.add(text, model.type_id(type_name));
        if has_standing {
            let uid = reader.uuid();
            let valid_from_s = reader.number();
            loader.set_standing(id, Some(Standing { uid, valid_from_s }));
        }
    }
    count as u64
}

/// How many there are of what rows mention.
struct Limits {
    objects: u64,
    relations: u64,
    types: u64,
}

fn bounds(reader: &mut Reader<'_>, model: &Model) -> Vec<Bound> {
    let conditions = model.conditions().len() as u64;
    let mut bounds: Vec<Bound> = Vec::new();
    let mut before = None;
    let mut count = reader.count(LEAST_BOUND);
    while reader.more(&mut count) {
        // Without conditions nothing is bound to one.
        if cfg!(not(feature = "conditions")) {
            reader.fail(PayloadError::Unsupported);
            break;
        }
        let condition = reader.below(conditions);
        let (context, text) = read_context(reader);
        let this = Some((condition, text));
        reader.must(before < this, PayloadError::Order);
        before = this;
        bounds.extend(Bound::new(condition, context));
    }
    bounds
}

fn rows(reader: &mut Reader<'_>, limits: &Limits, bounds: &[Bound], loader: &mut Loader) {
    let mut count = reader.count(LEAST_ROW);
    let mut before: Option<(ObjectId, RelationId)> = None;
    while reader.more(&mut count) {
        let past = reader.number();
        let from = before.map_or(0, |(object, _)| u64::from(object));
        let object = reader.one_of(from.saturating_add(past), limits.objects);
        let relation = reader.below(limits.relations);
        let key = Some((object, relation));
        reader.must(before < key, PayloadError::Order);
        before = key;

        let mut size = reader.count(LEAST_SUBJECT);
        reader.must(size > 0, PayloadError::Number);
        let mut last: Option<SubjectId> = None;
        while reader.more(&mut size) {
            let (subject, bound) = subject(reader, limits, bounds);
            reader.must(last < Some(subject), PayloadError::Order);
            last = Some(subject);
            loader.write(object, relation, subject, bound.cloned());
        }
    }
}

fn subject<'a>(
    reader: &mut Reader<'_>,
    limits: &Limits,
    bounds: &'a [Bound],
) -> (SubjectId, Option<&'a Bound>) {
    let mut number = reader.number();
    let mut bound = None;
    if number & 3 == BOUND {
        let place = reader.one_of(number >> 2, bounds.len() as u64);
        bound = bounds.get(place as usize);
        number = reader.number();
    }
    let (place, kind) = (number >> 2, number & 3);
    reader.must(kind != BOUND, PayloadError::Number);
    let of = if kind == WILDCARD {
        limits.types
    } else {
        limits.objects
    };
    let id = reader.one_of(place, of);
    let subject = match kind {
        WILDCARD => SubjectId::Wildcard(id),
        USERSET => SubjectId::Userset(id, reader.below(limits.relations)),
        _ => SubjectId::Object(id),
    };
    (subject, bound)
}

fn revocations(reader: &mut Reader<'_>, loader: &mut Loader) {
    let mut before = None;
    let mut count = reader.count(UUID);
    while reader.more(&mut count) {
        let jti = reader.uuid();
        reader.must(before < Some(jti), PayloadError::Order);
        before = Some(jti);
        loader.revoke(jti);
    }
}

/// Only what is in no row: a tuple that the model has names for would be there twice, or come from nowhere.
fn set_aside(reader: &mut Reader<'_>, model: &Model) -> Vec<Tuple> {
    let mut count = reader.count(LEAST_TUPLE);
    let mut tuples: Vec<Tuple> = Vec::with_capacity(count);
    while reader.more(&mut count) {
        let text = reader.text();
        let tuple = text.parse().ok().filter(|tuple: &Tuple| {
            // One tuple has one form.
            !has_names_for(model, tuple) && tuple.to_string() == text
        });
        let Some(tuple) = tuple else {
            reader.fail(PayloadError::SetAside);
            break;
        };
        let follows = tuples.last().is_none_or(|last| {
            // The same under two conditions is there twice.
            let is = (&tuple.object, &tuple.relation, &tuple.subject);
            is > (&last.object, &last.relation, &last.subject)
        });
        reader.must(follows, PayloadError::Order);
        tuples.push(tuple);
    }
    tuples
}
