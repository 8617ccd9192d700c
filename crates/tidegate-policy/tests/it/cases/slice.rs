//! A slice of a generated world, with every question that its subject can ask:
//!
//! ```json
//! {"ask": "slice",
//!  "request": {"subject": "user:0", "uid": "…", "revision": 3, "payload": "746773…", "kind": "full",
//!    "resources": ["doc:0", …], "actions": ["r0", …], "contexts": [{}, {"x": 3}]},
//!  "expect": {"subject": "user:0", "revision": 3, "decisions": "101000…"}}
//! ```
//!
//! The payload is in hexadecimal. There is a sign for each context of each action on each resource, in their
//! order: `1` for an allow, `0` for a deny. They are what the whole snapshot decides.

use serde_json::{Value, json};
use tidegate_policy::{
    Answer, Caller, Change, Context, Object, Profile, Request, SecretKind, SliceError, decide,
};
use uuid::Uuid;

use crate::agree::Drawn;
use crate::random::Random;
use crate::scale::Seen;

const KIND: &str = "full";
/// Most objects of a type: every question about long chains takes long.
const MOST_IDS: usize = 10;

/// None where the world is large, or the slice would be too much.
pub(super) fn case(random: &mut Random, drawn: &Drawn, seen: &mut Seen) -> Option<Value> {
    let mut names: Vec<Object> = Vec::new();
    let model = drawn.snapshot.model();
    let world = drawn.world();
    if world.ids > MOST_IDS {
        seen.count("worlds that are too large for a slice");
        return None;
    }
    for type_name in model.type_names() {
        let of_type = (0..world.ids).map(|id| object(&format!("{type_name}:{id}")));
        names.extend(of_type);
    }
    let put = names.iter().zip(1..).map(|(object, uid)| Change::Put {
        object: object.clone(),
        uid: Uuid::from_u128(uid),
        valid_from_s: 0,
    });
    let put: Vec<Change> = put.collect();
    let revision = drawn.snapshot.revision() + 1;
    let whole = drawn.snapshot.with_model(model.clone(), profile());
    let whole = whole.apply(revision, &put).expect("applies");

    let subject = object(&world.object(random, "user"));
    let slice = match whole.slice(&subject) {
        Ok(slice) => slice,
        Err(SliceError::TooMuch | SliceError::TooLong) => {
            seen.count("slices that are too much");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let values = match model.conditions().len() {
        0 => 0,
        _ => 2,
    };
    let values: Vec<String> = (0..values).map(|_| world.values(random)).collect();
    let contexts: Vec<Context> = [Context::EMPTY.clone()]
        .into_iter()
        .chain(values.iter().map(|text| text.parse().expect("values")))
        .collect();
    let mut actions: Vec<&str> = vec!["ghost"];
    for type_name in model.type_names() {
        actions.extend(model.relations(type_name));
    }
    actions.sort_unstable();
    actions.dedup();
    names.push(object("doc:none"));

    let mut decisions = String::new();
    for resource in &names {
        for &action in &actions {
            for context in &contexts {
                let caller = Caller::Principal {
                    object: &subject,
                    kind: KIND,
                };
                let request = Request {
                    caller,
                    action,
                    resource,
                    contextual_tuples: &[],
                    context,
                };
                let (sign, expected) = if decide(&request, &whole).is_allowed() {
                    ('1', Answer::Allow)
                } else {
                    ('0', Answer::Deny)
                };
                assert_eq!(
                    slice.decide(&request),
                    expected,
                    "{subject} {action} {resource}"
                );
                decisions.push(sign);
            }
        }
    }
    seen.count("slices");
    let allowed = decisions.matches('1').count();
    seen.count_by("answers of slices, allowed", allowed);
    seen.count_by("answers of slices, denied", decisions.len() - allowed);

    let payload = slice.to_bundle_payload().expect("a payload");
    let payload: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
    let contexts: Vec<Value> = ["{}"]
        .into_iter()
        .chain(values.iter().map(String::as_str))
        .map(|text| serde_json::from_str(text).expect("values"))
        .collect();
    Some(json!({
        "ask": "slice",
        "request": {
            "subject": subject.as_str(),
            "uid": slice.uid().to_string(),
            "revision": revision,
            "payload": payload,
            "kind": KIND,
            "resources": names.iter().map(Object::as_str).collect::<Vec<_>>(),
            "actions": actions,
            "contexts": contexts,
        },
        "expect": { "subject": subject.as_str(), "revision": revision, "decisions": decisions },
    }))
}

fn object(text: &str) -> Object {
    text.parse().expect("an object")
}

/// One kind of secret, with which users may ask for every action.
fn profile() -> Profile {
    let mut profile = Profile::default();
    let kind = SecretKind {
        principals: ["user".to_owned()].into(),
        actions: None,
        anonymous: false,
        audiences: [].into(),
        default_life_s: None,
    };
    profile.kinds.insert(KIND.to_owned(), kind);
    profile
}
