//! A wrong system tells everything that is wrong, at once, each with file, line and key.

use super::super::LoadError;
use super::super::load::build;
use super::MODEL;

/// Every error of a file, as `line key`.
#[track_caller]
pub(super) fn errors(rules: &str) -> Vec<String> {
    errors_of(MODEL, rules)
}

/// The same, under another model.
#[track_caller]
pub(super) fn errors_of(model: &str, rules: &str) -> Vec<String> {
    match build("test", model, rules) {
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
            "11 type.box.anonymous_account",
            "8 type.box.writes",
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
        ("[window]\ndays = 31\n", ""),
        ("[window]\ndays = 31\nepoch_s = 86400\n", ""),
        ("[window]\n", "1 window"),
        ("[window]\ndays = 0\n", "2 window.days"),
        ("[window]\ndays = 367\n", "2 window.days"),
        ("[window]\ndays = 31\nmonths = 1\n", "3 window.months"),
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
    let wrong = "model\n  schema 1.1\ntype a\n  relations\n    define b: c\n";
    // Blank lines, and conditions after the platform's types, keep their lines.
    let late =
        format!("{wrong}\n\ncondition d(e: int) {{ true }}\ncondition d(e: int) {{ true }}\n");
    for (model, lines) in [(wrong, &[5][..]), (&late, &[5, 9][..])] {
        let Err(LoadError::Invalid { errors, .. }) = build("test", model, "") else {
            panic!("valid");
        };
        for line in lines {
            let mut places = errors
                .iter()
                .map(|error| (&*error.place.file, error.place.line));
            assert!(
                places.any(|place| place == ("model.fga", *line)),
                "{errors:?}"
            );
        }
    }
}
