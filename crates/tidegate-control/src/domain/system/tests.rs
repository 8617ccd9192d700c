//! The built-in systems are valid and decide as their tests say; a wrong one tells everything at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tidegate_policy::{Change, CheckRequest, Object, Snapshot, Subject, Tuple};
use uuid::Uuid;

use super::load::build;
use super::{LoadError, Operation, System};

const MODEL: &str = "model\n  schema 1.1\ntype user\n  relations\n    define myself: [user]\n    define can_see: myself\n\
                     type box\n  relations\n    define owner: [user]\n    define can_open: owner\n";

#[derive(Deserialize)]
struct StoreFile {
    tuples: Vec<TupleKey>,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct TupleKey {
    user: String,
    relation: String,
    object: String,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    check: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    user: String,
    object: String,
    assertions: BTreeMap<String, bool>,
}

#[test]
fn beneath_decides_as_its_tests_say() {
    let system = System::load("beneath").unwrap();
    let file: StoreFile =
        serde_yaml_ng::from_str(include_str!("../../../systems/beneath/tests.fga.yaml")).unwrap();
    let tuples: Vec<Tuple> = file
        .tuples
        .iter()
        .map(|key| {
            format!("{}#{}@{}", key.object, key.relation, key.user)
                .parse()
                .unwrap()
        })
        .collect();
    let mut objects: BTreeSet<Object> = tuples.iter().map(|tuple| tuple.object.clone()).collect();
    objects.extend(
        file.tests
            .iter()
            .flat_map(|test| &test.check)
            .map(|check| check.object.parse().unwrap()),
    );
    let put = |(n, object): (usize, Object)| Change::Put {
        object,
        uid: Uuid::from_u128(n as u128 + 1),
        valid_from_s: 0,
    };
    let mut changes: Vec<Change> = objects.into_iter().enumerate().map(put).collect();
    changes.extend(tuples.into_iter().map(Change::Write));
    let snapshot = Snapshot::new(system.model().clone(), system.profile().clone())
        .apply(1, &changes)
        .unwrap();

    let mut seen = [0, 0];
    for test in &file.tests {
        for Check {
            user,
            object,
            assertions,
        } in &test.check
        {
            for (relation, expected) in assertions {
                let request = CheckRequest {
                    subject: &user.parse::<Subject>().unwrap(),
                    relation,
                    object: &object.parse().unwrap(),
                    context: &[],
                };
                let answer = snapshot.check(&request);
                assert_eq!(
                    answer,
                    Ok(*expected),
                    "{}: {user} {relation} {object}",
                    test.name
                );
                seen[usize::from(*expected)] += 1;
            }
        }
    }
    assert!(
        seen[0] >= 40 && seen[1] >= 40,
        "denied and allowed: {seen:?}"
    );
}

#[test]
fn built_in_systems_say_what_the_platform_needs() {
    for name in super::load::built_in() {
        let system = System::load(name).unwrap();
        assert_eq!(system.name(), name);
        let operator = system.rules("operator").unwrap();
        assert_eq!(operator.first_secret(), Some("operator"));
        assert_eq!(operator.parent(), Some("site"));
        assert!(
            system
                .rules("site")
                .unwrap()
                .guard(Operation::Delete)
                .is_none()
        );
        let kind = &system.profile().kinds["operator"];
        assert!(
            !kind.audiences.contains("gateway"),
            "operators have no access to data"
        );
    }
}

#[test]
fn beneath_as_data() {
    let system = System::load("beneath").unwrap();
    let service = system.rules("service").unwrap();
    assert_eq!(
        (service.parent(), service.link()),
        (Some("project"), Some("project"))
    );
    assert_eq!(
        system.profile().payer["service"],
        ["project", "organization"]
    );
    assert!(
        !system.profile().kinds["service"]
            .audiences
            .contains("control")
    );
    assert_eq!(
        system
            .rules("stream")
            .unwrap()
            .grants()
            .map(|(word, _)| word)
            .collect::<Vec<_>>(),
        ["read", "root_of", "write"]
    );
    // A guard that is left out: the one that stands in, or nobody.
    assert!(service.guard(Operation::RevokeSecret).is_some());
    assert!(
        system
            .rules("stream")
            .unwrap()
            .guard(Operation::SetQuota)
            .is_none()
    );
}

#[test]
fn what_is_no_system_is_named() {
    let error = System::load("atlantis").unwrap_err();
    assert!(
        matches!(&error, LoadError::Unknown(name, known) if name == "atlantis" && known.contains("beneath"))
    );
    let folder = std::env::temp_dir().join(format!("tidegate-system-{}", Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let error = System::load(folder.to_str().unwrap())
        .unwrap_err()
        .to_string();
    assert!(error.contains("model.fga"), "{error}");
    // A folder of one's own is a system.
    std::fs::write(folder.join("model.fga"), MODEL).unwrap();
    std::fs::write(
        folder.join("system.toml"),
        "[type.box]\nparent = \"site\"\ncreate = \"can_see on caller\"\n",
    )
    .unwrap();
    let system = System::load(folder.to_str().unwrap()).unwrap();
    assert_eq!(system.rules("box").unwrap().parent(), Some("site"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Every error of a file, as `line key`.
#[track_caller]
fn errors(rules: &str) -> Vec<String> {
    match build("test", MODEL, rules) {
        Ok(_) => Vec::new(),
        Err(LoadError::Invalid { errors, .. }) => errors
            .iter()
            .map(|error| format!("{} {}", error.place.line, error.place.key))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_error_at_once_with_key_and_line() {
    let rules = r#"[type.box]
parent = "site"
colour = "red"
create = "can_see on"
delete = "can_fly on object"
view = ["can_open on object", "can_see on parent"]
link = "owner"
writes = ["{object}#owner@{parent}", "{object}#lid@{creator}", "{me}#owner@{object}"]
also = ["box:{id}"]
first_secret = "full"
anonymous_account = "yes"

[type.box.grant]
owner = { revoke = "can_open on object" }
lid = { guard = "can_open on object" }

[type.cup]
parent = "site"

[type.user]
parent = "shelf"

[type.site]
view = "can_view on object"

[secret.full]
principals = ["user", "ghost"]
actions = ["can_fly"]

[metered]
can_open = "both"
can_fly = "read"

[payer]
user = []
ghost = ["owner"]
box = ["lid", "fly"]

[extra]
"#;
    assert_eq!(
        errors(rules),
        [
            "8 type.box.writes",
            "11 type.box.anonymous_account",
            "4 type.box.create",
            "14 type.box.grant.owner",
            "3 type.box.colour",
            "23 type.site",
            "26 secret.full",
            "31 metered.can_open",
            "39 extra",
            "5 type.box.delete",
            "6 type.box.view",
            "15 type.box.grant.lid.guard",
            "10 type.box.first_secret",
            "7 type.box.link",
            "8 type.box.writes",
            "8 type.box.writes",
            "9 type.box.also",
            "17 type.cup",
            "21 type.user.parent",
            "32 metered.can_fly",
            "37 payer.box",
            "37 payer.box",
            "36 payer.ghost",
            "35 payer.user",
        ]
    );
}

#[test]
fn errors_one_by_one() {
    let cases = [
        ("", ""),
        ("[type.box]\nparent = \"site\"\n", ""),
        ("[type.box", "1 "),
        ("[type.box]\nparent = \"site\"\nparent = \"site\"\n", "3 "),
        ("[type]\nbox = 1\n", "2 type.box"),
        ("type = 1\n", "1 type"),
        (
            "[type.box]\nparent = \"site\"\nlink = 1\n",
            "3 type.box.link",
        ),
        ("[type.box]\n", "1 type.box"),
        ("[type.box]\nparent = \"box\"\n", "2 type.box.parent"),
        (
            "[type.box]\nparent = \"site\"\ncreate = []\n",
            "3 type.box.create",
        ),
        (
            "[type.box]\nparent = \"site\"\ncreate = [1]\n",
            "3 type.box.create",
        ),
        (
            "[type.box]\nparent = \"site\"\ncreate = \"can_open on parent\"\n",
            "3 type.box.create",
        ),
        ("[secret.a]\nprincipals = [\"user\"]\n", "1 secret.a"),
        (
            "[secret.a]\nprincipals = [\"user\"]\naudiences = [\"gateway\"]\ndefault_life_s = 0\n",
            "4 secret.a.default_life_s",
        ),
        (
            "[secret.a]\nprincipals = [\"user\"]\naudiences = [\"gateway\"]\ndefault_life_s = -1\n",
            "4 secret.a.default_life_s",
        ),
    ];
    for (rules, error) in cases {
        let expected: Vec<&str> = if error.is_empty() {
            vec![]
        } else {
            vec![error]
        };
        assert_eq!(errors(rules), expected, "{rules}");
    }
}

#[test]
fn a_wrong_model_is_told_with_line_and_column() {
    let Err(LoadError::Invalid { errors, .. }) = build(
        "test",
        "model\n  schema 1.1\ntype a\n  relations\n    define b: c\n",
        "",
    ) else {
        panic!("valid");
    };
    assert!(
        errors
            .iter()
            .any(|error| &*error.place.file == "model.fga" && error.place.line == 5),
        "{errors:?}"
    );
}
