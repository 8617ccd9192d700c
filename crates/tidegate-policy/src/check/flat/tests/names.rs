//! Names that no tuple holds, and texts that are no names.

use super::{MODEL, stored};
use crate::check::{CheckRequest, Named, NamedError};
use crate::condition::Context;
use crate::tuple::{Object, Subject};

/// By names as otherwise, down to the error.
#[test]
fn names_that_nothing_holds() {
    let snapshot = stored(
        MODEL,
        [
            "folder:a#viewer@user:*",
            "folder:a#out@user:ann",
            "folder:b#parent@folder:a",
            "team:a#member@team:b#member",
        ],
    );
    let answers: [(&str, &str, &str, &str); 27] = [
        ("folder:a", "viewer", "user:none", "yes"),
        ("folder:b", "viewer", "user:none", "yes"),
        ("folder:a", "owner", "user:none", "no"),
        ("folder:a", "kept", "user:none", "yes"),
        ("folder:b", "watcher", "user:none", "yes"),
        ("folder:b", "viewer", "bot:none", "no"),
        ("team:a", "member", "user:none", "no"),
        ("folder:none", "viewer", "user:ann", "no"),
        ("folder:none", "viewer", "user:none", "no"),
        ("folder:none", "kept", "user:ann", "no"),
        ("folder:none", "viewer", "folder:none", "no"),
        ("team:none", "member", "team:none#member", "yes"),
        ("team:none", "member", "team:other#member", "no"),
        ("folder:none", "viewer", "user:*", "no"),
        ("folder:a", "viewer", "bot:*", "no"),
        ("ghost:a", "viewer", "user:ann", "unknown-type"),
        ("ghost:a", "ghost", "ghost:ann", "unknown-type"),
        ("folder:a", "viewer", "ghost:ann", "unknown-type"),
        ("folder:none", "viewer", "ghost:*", "unknown-type"),
        ("folder:a", "ghost", "user:ann", "unknown-relation"),
        ("folder:none", "ghost", "user:none", "unknown-relation"),
        ("folder:a", "ghost", "ghost:a", "unknown-relation"),
        // Of another type.
        ("folder:a", "member", "user:ann", "unknown-relation"),
        ("team:none", "viewer", "user:none", "unknown-relation"),
        ("folder:a", "viewer", "team:a#viewer", "unknown-relation"),
        ("folder:a", "viewer", "team:none#ghost", "unknown-relation"),
        ("folder:a", "", "user:ann", "unknown-relation"),
    ];
    for (object, relation, subject, expected) in answers {
        let word = |answer: Result<bool, &'static str>| match answer {
            Ok(true) => "yes",
            Ok(false) => "no",
            Err(kind) => kind,
        };
        let what = format!("{object}#{relation}@{subject}");
        let checked = snapshot.check(&CheckRequest {
            subject: &subject.parse().expect("a subject"),
            relation,
            object: &object.parse().expect("an object"),
            contextual_tuples: &[],
            context: Context::EMPTY,
        });
        assert_eq!(
            word(checked.clone().map_err(|error| error.kind())),
            expected,
            "{what}"
        );
        let named = Named {
            subject,
            relation,
            object,
        };
        let named = snapshot.check_named(&named);
        assert_eq!(named, checked.map_err(NamedError::Check), "{what}");
    }

    let long = format!("user:{}", "x".repeat(10_000));
    let bad = [
        "",
        "user",
        ":",
        ":ann",
        "user:",
        "user: ",
        "user:a b",
        "user:ann#",
        "user:#x",
        "#x",
        "user:ann#a#b",
        "user:a:b#",
        "us er:ann",
        "user*:ann",
        "user:ann#x y",
        &long,
    ];
    for text in bad {
        let subject = text.parse::<Subject>().map(|_| ());
        let object = text.parse::<Object>().map(|_| ());
        for (of, subject, object, error) in [
            ("subject", text, "folder:a", subject.clone().err()),
            ("object", "user:ann", text, object.clone().err()),
            // The subject is read first, and a relation or type that is not there does not come before it.
            ("subject", text, "ghost", subject.clone().err()),
            ("object", "ghost:x", text, object.clone().err()),
        ] {
            let error = error.unwrap_or_else(|| panic!("{text} is a {of}"));
            for relation in ["viewer", "kept", "ghost"] {
                let found = snapshot.check_named(&Named {
                    subject,
                    relation,
                    object,
                });
                let expected = NamedError::Name {
                    text: text.to_owned(),
                    error: error.clone(),
                };
                assert_eq!(found, Err(expected), "{of}");
            }
        }
    }
    // Good as a subject, and no object.
    for object in ["user:*", "folder:a#viewer"] {
        let found = snapshot.check_named(&Named {
            subject: "user:ann",
            relation: "viewer",
            object,
        });
        assert!(matches!(found, Err(NamedError::Name { .. })), "{object}");
    }
}

/// Each text is one name: nothing at its end is overlooked. Of many, as a look-up that compares only a part of a
/// hash and of a text is wrong about few.
#[test]
fn a_longer_text_is_another_name() {
    let names: Vec<String> = (0..20_000).map(|number| format!("user:{number}")).collect();
    let tuples: Vec<String> = names
        .iter()
        .map(|name| format!("folder:a#viewer@{name}"))
        .collect();
    let snapshot = stored(MODEL, tuples.iter().map(String::as_str));
    let ask = |object: &str, relation: &str, subject: &str| {
        snapshot.check_named(&Named {
            object,
            relation,
            subject,
        })
    };
    for name in &names {
        assert_eq!(ask("folder:a", "viewer", name), Ok(true), "{name}");
        for end in ["\0", "\0\0", "\u{7f}", "\u{ff}"] {
            let found = ask("folder:a", "viewer", &format!("{name}{end}"));
            assert_ne!(found, Ok(true), "{name}{end:?}");
        }
    }
    for (object, relation) in [("folder:a\0", "viewer"), ("folder:a", "viewer\0")] {
        assert_ne!(ask(object, relation, "user:1"), Ok(true));
    }
}
