//! EA-27: every level against every right, on the organization and on a project.

use super::{
    BUILD, LEVELS, ORGANIZATION, OTHER, OTHER_SECRET, PIPELINE, PROJECT, SATELLITE, SECRET, acme,
    joined,
};

/// Each right, and the lowest level that has it: on the organization; and on the project, for somebody
/// whose level on the organization is `read`. None: no level there gives it.
const RIGHTS: &[(&str, &str, &str, Option<&str>)] = &[
    ("can_see", ORGANIZATION, "read", Some("read")),
    ("can_view", ORGANIZATION, "read", Some("read")),
    ("can_view_members", ORGANIZATION, "read", Some("read")),
    ("can_list_projects", ORGANIZATION, "read", Some("read")),
    ("can_create_project", ORGANIZATION, "write", None),
    ("can_create_satellite", ORGANIZATION, "write", None),
    ("can_manage", ORGANIZATION, "admin", None),
    ("can_invite", ORGANIZATION, "admin", None),
    ("can_update_member", ORGANIZATION, "admin", None),
    ("can_remove_member", ORGANIZATION, "admin", None),
    ("can_view_access", ORGANIZATION, "admin", None),
    ("can_delete", ORGANIZATION, "admin", None),
    ("can_view", SATELLITE, "read", Some("read")),
    ("can_inspect", SATELLITE, "read", Some("read")),
    ("can_wake", SATELLITE, "read", Some("read")),
    ("can_build", SATELLITE, "read", Some("read")),
    ("can_modify", SATELLITE, "write", None),
    ("can_manage", SATELLITE, "admin", None),
    ("can_view", PROJECT, "read", Some("read")),
    ("can_view_members", PROJECT, "read", Some("read")),
    ("can_view_build_history", PROJECT, "read", Some("read")),
    ("can_view_build_logs", PROJECT, "read", Some("read")),
    (
        "can_view_secrets",
        PROJECT,
        "read_secrets",
        Some("read_secrets"),
    ),
    (
        "can_use_secrets",
        PROJECT,
        "read_secrets",
        Some("read_secrets"),
    ),
    ("can_create_secret", PROJECT, "write", Some("write")),
    ("can_create_pipeline", PROJECT, "write", Some("write")),
    ("can_create_build", PROJECT, "write", Some("write")),
    ("can_modify", PROJECT, "write", None),
    ("can_manage_members", PROJECT, "admin", Some("admin")),
    ("can_view_access", PROJECT, "admin", Some("admin")),
    ("can_manage", PROJECT, "admin", None),
    ("can_see", SECRET, "read_secrets", Some("read_secrets")),
    ("can_view", SECRET, "read_secrets", Some("read_secrets")),
    ("can_use", SECRET, "read_secrets", Some("read_secrets")),
    ("can_modify", SECRET, "write", Some("write")),
    ("can_view", PIPELINE, "read", Some("read")),
    ("can_modify", PIPELINE, "write", Some("write")),
    ("can_view", BUILD, "read", Some("read")),
    ("can_view_logs", BUILD, "read", Some("read")),
    ("can_modify", BUILD, "write", Some("write")),
    ("can_view", OTHER, "read", Some("read")),
    ("can_use_secrets", OTHER, "read_secrets", None),
    ("can_create_secret", OTHER, "write", None),
    ("can_manage_members", OTHER, "admin", None),
    ("can_use", OTHER_SECRET, "read_secrets", None),
    ("can_modify", OTHER_SECRET, "write", None),
];

fn rank(level: &str) -> usize {
    let found = LEVELS.iter().position(|known| *known == level);
    found.unwrap_or_else(|| panic!("no level {level}"))
}

#[tokio::test]
async fn ea_27_each_level_has_all_rights_of_the_lower_ones() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    for level in LEVELS {
        alice.change(ORGANIZATION, &[level], "user:bob").await.ok();
        for (right, object, lowest, _) in RIGHTS {
            let expected = rank(level) >= rank(lowest);
            let found = bob.may(right, object).await;
            assert_eq!(found, expected, "{level}: {right} on {object}");
        }
    }
    // Nothing of all that without a level.
    alice.remove(ORGANIZATION, "user:bob").await.ok();
    for (right, object, ..) in RIGHTS {
        assert!(!bob.may(right, object).await, "{right} on {object}");
    }
}

#[tokio::test]
async fn ea_27_each_project_level_has_all_rights_of_the_lower_ones() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    for level in LEVELS {
        alice.grant(PROJECT, &[level], "user:bob").await.ok();
        for (right, object, _, lowest) in RIGHTS {
            let expected = lowest.is_some_and(|lowest| rank(level) >= rank(lowest));
            let found = bob.may(right, object).await;
            assert_eq!(found, expected, "{level}: {right} on {object}");
        }
    }
}
