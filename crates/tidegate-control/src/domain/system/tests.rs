//! The built-in systems are valid and decide as their tests say; a wrong one tells everything at once.

mod errors; // what is wrong with a system
mod house; // and with each of its keys
mod store_files; // decisions

use uuid::Uuid;

use super::{LoadError, Operation, System, TypeRules};
use crate::domain::guard::Guard;

const MODEL: &str = "model\n  schema 1.1\ntype user\n  relations\n    define myself: [user]\n    define can_see: myself\n\
                     type box\n  relations\n    define owner: [user]\n    define can_open: owner\n";

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

/// Every guard that stands before a change.
fn of_changes(rules: &TypeRules) -> Vec<&Guard> {
    let view = [
        Operation::View,
        Operation::ViewAccess,
        Operation::ViewGrants,
        Operation::ViewAudit,
        Operation::ViewUsage,
    ];
    let operations = Operation::ALL.into_iter();
    let operations = operations.filter(|operation| !view.contains(operation));
    let mut guards: Vec<&Guard> = operations.filter_map(|one| rules.guard(one)).collect();
    guards.extend(
        rules
            .grants()
            .flat_map(|(_, grant)| [&grant.guard, &grant.revoke]),
    );
    guards.extend(
        rules
            .invite()
            .into_iter()
            .flat_map(|invite| [&invite.guard, &invite.accept]),
    );
    let membership = rules.membership().into_iter();
    guards.extend(membership.flat_map(|ends| ends.remove.iter().chain(&ends.leave)));
    guards.extend(rules.join().map(|join| &join.guard));
    guards.extend(rules.one().values().filter_map(|one| one.moves.as_ref()));
    guards
}

/// Decision 8. Writing a record is what a service's secret is for, so this asks of people's alone.
#[test]
fn a_read_only_secret_changes_nothing() {
    let mut read_only = Vec::new();
    for name in super::load::built_in() {
        let system = System::load(name).unwrap();
        let person = system.person().unwrap();
        for (kind, rules) in &system.profile().kinds {
            let Some(actions) = rules.actions.as_ref() else {
                continue;
            };
            assert!(
                rules.principals.iter().all(|principal| principal == person),
                "{name}"
            );
            for (type_name, rules) in system.types() {
                for guard in of_changes(rules) {
                    let open = guard
                        .alternatives()
                        .find(|it| actions.contains(&it.relation));
                    assert!(
                        open.is_none(),
                        "{name}: {kind} {type_name} {}: {open:?}",
                        guard.place()
                    );
                }
            }
            read_only.push(format!("{name} {kind}"));
        }
    }
    let expected = [
        "beamlit read",
        "beneath private_read",
        "beneath public_read",
        "earthly read",
        "lamindb read",
    ];
    assert_eq!(read_only, expected);
}

#[test]
fn what_can_be_attached_to_what() {
    let system = System::load("lamindb").unwrap();
    assert_eq!(
        system.attachment("space", "instance"),
        Some(("attachment", "space"))
    );
    assert_eq!(system.attachment("team", "instance"), None);
    assert_eq!(system.attachment("space", "organization"), None);
    assert_eq!(
        System::load("earthly")
            .unwrap()
            .attachment("space", "instance"),
        None
    );
}

#[test]
fn other_words_for_a_grant() {
    let system = System::load("earthly").unwrap();
    for type_name in ["organization", "project"] {
        let rules = system.rules(type_name).unwrap();
        assert_eq!(rules.grant("read+secrets").unwrap().0, "read_secrets");
        assert!(rules.grant("owner").is_none());
    }
    let project = system.rules("project").unwrap();
    assert_eq!(
        project.grant("read+secrets").unwrap().1.relation,
        "granted_read_secrets"
    );
    assert_eq!(project.word("granted_admin"), Some("admin"));
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
