//! What a slice is for, and what it is not taken for.

use tidegate_policy::bundle::Scope;
use tidegate_policy::{
    Answer, BundleError, Caller, Change, Context, Model, Request, SliceChange, SliceChangeError,
    SliceError, Snapshot,
};
use uuid::Uuid;

use super::{object, payload, profile, put};
use crate::clerk::{self, Said};

/// What a slice was not made for is unknown, and never an answer.
#[test]
fn outside_of_its_scope() {
    let model = Model::parse(
        "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define r0: [user, user:*]\n",
    )
    .expect("a model");
    let (ann, bob, doc) = (object("user:ann"), object("user:bob"), object("doc:1"));
    let snapshot = Snapshot::new(model, profile())
        .apply(
            1,
            &[
                put((&ann, 1)),
                put((&bob, 2)),
                put((&doc, 3)),
                Change::Write("doc:1#r0@user:*".parse().expect("a tuple")),
            ],
        )
        .expect("applies");
    let slice = snapshot.slice(&ann).expect("a slice");
    let request = Request {
        caller: Caller::Principal {
            object: &ann,
            kind: "full",
        },
        action: "r0",
        resource: &doc,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    assert_eq!(slice.decide(&request), Answer::Allow);
    let others = Caller::Principal {
        object: &bob,
        kind: "full",
    };
    let contextual = ["doc:2#r0@user:ann".parse().expect("a tuple")];
    let outside = [
        Request {
            caller: others,
            ..request
        },
        Request {
            caller: Caller::Anonymous,
            ..request
        },
        Request {
            contextual_tuples: &contextual,
            ..request
        },
    ];
    for request in outside {
        assert_eq!(slice.decide(&request), Answer::Unknown, "{request:?}");
    }
    let none = snapshot.slice(&object("user:cid")).map(|_| ());
    assert_eq!(none, Err(SliceError::UnknownSubject));
}

/// A snapshot is not taken for a slice, nor a slice for a snapshot, nor one subject's for another's.
#[test]
fn scopes_are_not_mixed_up() {
    let model = Model::parse("model\n  schema 1.1\ntype user\n").expect("a model");
    let ann = object("user:ann");
    let snapshot = Snapshot::new(model, profile())
        .apply(1, &[put((&ann, 1))])
        .expect("applies");
    let slice = payload(&snapshot.slice(&ann).expect("a slice"));
    let whole = snapshot.to_bundle_payload().expect("a payload");
    let (uid, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    for (scope, payload, expected, snapshot, found) in [
        (Scope::Slice { uid }, &slice, uid, "scope", "good"),
        (Scope::Whole, &whole, uid, "good", "scope"),
        (
            Scope::Slice { uid },
            &whole,
            uid,
            "scope",
            "payload-version",
        ),
        (Scope::Whole, &slice, uid, "payload-version", "scope"),
        (Scope::Slice { uid }, &slice, other, "uid", "uid"),
    ] {
        let said = Said {
            subject: &ann,
            scope,
            revision: 1,
            expected_uid: Some(expected),
        };
        let word = |result: Result<(), BundleError>| match result {
            Ok(()) => "good",
            Err(error) => error.kind(),
        };
        let as_snapshot = clerk::read(payload, &said, |bundle| bundle.snapshot().map(|_| ()));
        let as_slice = clerk::read(payload, &said, |bundle| bundle.slice().map(|_| ()));
        assert_eq!(
            (word(as_snapshot), word(as_slice)),
            (snapshot, found),
            "{scope:?}"
        );
    }
}

/// The subject may hold both kinds, and both slices have the same sections, at the same revisions.
#[test]
fn a_change_is_for_slices_of_its_kinds_alone() {
    let model = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    \
                 define r0: [user]\n    define r1: [user]\n";
    let model = Model::parse(model).expect("a model");
    let (ann, doc) = (object("user:ann"), object("doc:1"));
    let before = Snapshot::new(model, profile())
        .apply(1, &[put((&ann, 1)), put((&doc, 2))])
        .expect("applies");
    let written = ["doc:1#r0@user:ann", "doc:1#r1@user:ann"];
    let written = written.map(|text| Change::Write(text.parse().expect("a tuple")));
    let after = before.apply(2, &written).expect("applies");
    let slice = |snapshot: &Snapshot, kind| snapshot.slice_for_kind(&ann, kind).expect("a slice");
    for (kind, other) in [("full", "reads"), ("reads", "full")] {
        let mut held = slice(&before, kind);
        let newer = slice(&after, kind);
        let foreign = slice(&before, other);
        let foreign = foreign.difference(&slice(&after, other)).expect("a change");
        let foreign = SliceChange::of_bytes(&foreign.to_bytes().expect("bytes")).expect("a change");
        let refused = held.apply(&foreign);
        assert_eq!(refused, Err(SliceChangeError::Kinds), "{kind}");
        assert_eq!(payload(&held), payload(&slice(&before, kind)), "{kind}");
        let own = held.difference(&newer).expect("a change");
        held.apply(&own).expect("its own");
        assert_eq!(payload(&held), payload(&newer), "{kind}");
    }
}
