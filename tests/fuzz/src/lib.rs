//! What the fuzz targets share: what must hold of every model, and a snapshot to start from.

#[path = "../../../crates/tidegate-policy/tests/it/clerk.rs"]
mod clerk;

use tidegate_policy::condition::{Parameter, ParameterType};
use tidegate_policy::{
    BundleError, Change, CheckRequest, Context, ListObjectsRequest, ListUsersRequest, Model,
    Object, Profile, Snapshot, Subject, SubjectKind,
};
use uuid::Uuid;

/// A model must come through its JSON form and its text as it is.
#[track_caller]
pub fn same_model(model: &Model) {
    let json = model.to_json();
    let again = Model::from_json(&json.to_string());
    let again = again.unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(again.to_json(), json);
    // What bundles and stores keep.
    let text = model.text();
    let again = Model::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again.to_json(), json, "{text}");
    // Where the language has a form for it: else the text is JSON.
    if !text.trim_start().starts_with('{') {
        let text = model.to_dsl().expect("a text");
        let again = Model::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(again.to_dsl().as_ref(), Ok(&text));
        assert_eq!(again.to_json(), json, "{text}");
    }
    let graph = model.graph();
    assert!(graph.starts_with("digraph"), "{graph}");
}

/// One parameter of each type.
pub fn parameters() -> Vec<Parameter> {
    let list = |kind| ParameterType::List(Box::new(kind));
    let all = [
        ("b", ParameterType::Bool),
        ("i", ParameterType::Int),
        ("u", ParameterType::Uint),
        ("d", ParameterType::Double),
        ("s", ParameterType::String),
        ("t", ParameterType::Timestamp),
        ("p", ParameterType::Duration),
        ("ip", ParameterType::IpAddress),
        ("l", list(ParameterType::String)),
        ("n", list(ParameterType::Int)),
        ("m", ParameterType::Map(Box::new(ParameterType::Int))),
        ("a", ParameterType::Any),
    ];
    all.map(|(name, kind)| Parameter {
        name: name.into(),
        kind,
    })
    .into()
}

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user:*, team#member]
type folder
  relations
    define parent: [folder, folder with open]
    define owner: [user, team#member with open]
    define viewer: [user with open] or owner or viewer from parent
    define blocked: [user]
    define guest: (viewer and owner) but not blocked
condition open(x: int, at: timestamp) {
  x < 10 && at < timestamp('2027-01-01T00:00:00Z')
}
";

/// A bit of everything that a bundle can hold.
pub fn good_snapshot() -> Snapshot {
    let model = Model::parse(MODEL).expect("a model");
    let tuples = [
        "team:a#member@user:ann",
        "team:a#member@team:b#member",
        "team:b#member@user:*",
        "folder:x#parent@folder:y",
        "folder:y#parent@folder:x with open {\"x\":3}",
        "folder:y#owner@team:a#member with open {\"at\":\"2026-01-01T00:00:00Z\",\"x\":3}",
        "folder:x#viewer@user:bob with open",
        "folder:x#blocked@user:ann",
    ];
    let mut changes: Vec<Change> = tuples
        .iter()
        .map(|text| Change::Write(text.parse().expect("a tuple")))
        .collect();
    for (number, name) in (1..).zip(["user:ann", "folder:x", "ghost:z"]) {
        changes.push(Change::Put {
            object: name.parse().expect("an object"),
            uid: Uuid::from_u128(number),
            valid_from_s: 1_700_000_000,
        });
    }
    changes.push(Change::Revoke {
        jti: Uuid::from_u128(9),
    });
    Snapshot::new(model, Profile::default())
        .apply(7, &changes)
        .expect("applies")
}

/// Reads a payload, whatever it is.
///
/// # Errors
/// What is wrong with it.
pub fn read_payload(payload: &[u8]) -> Result<Snapshot, BundleError> {
    clerk::snapshot(payload, 7)
}

/// Asks what a few of a snapshot's tuples suggest. Any answer is good; a list holds what checks allow.
pub fn ask(snapshot: &Snapshot) {
    let context: Context = r#"{"x":3,"at":"2026-01-01T00:00:00Z"}"#.parse().expect("values");
    let tuples: Vec<_> = snapshot.tuples().take(8).collect();
    for tuple in &tuples {
        for relation in snapshot.model().relations(tuple.object.type_name()) {
            let check = |subject: &Subject, object: &Object| {
                snapshot.check(&CheckRequest {
                    subject,
                    relation,
                    object,
                    contextual_tuples: &[],
                    context: &context,
                })
            };
            for other in &tuples {
                let _ = check(&other.subject, &tuple.object);
            }
            let objects = snapshot.list_objects(&ListObjectsRequest {
                subject: &tuple.subject,
                relation,
                object_type: tuple.object.type_name(),
                contextual_tuples: &[],
                context: &context,
                after: None,
                limit: 5,
            });
            for object in objects.into_iter().flat_map(|page| page.found) {
                assert_eq!(check(&tuple.subject, &object), Ok(true), "{object}");
            }
            let users = snapshot.list_users(&ListUsersRequest {
                object: &tuple.object,
                relation,
                kind: SubjectKind::Type(tuple.subject.type_name()),
                contextual_tuples: &[],
                context: &context,
                after: None,
                limit: 5,
            });
            for subject in users.into_iter().flat_map(|page| page.found) {
                assert_eq!(check(&subject, &tuple.object), Ok(true), "{subject}");
            }
        }
    }
}
