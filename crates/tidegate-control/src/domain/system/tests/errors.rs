//! A wrong system tells everything that is wrong, at once, each with file, line and key.

use super::super::LoadError;
use super::super::load::build;
use super::MODEL;

/// Every error of a file, as `line key`.
#[track_caller]
fn errors(rules: &str) -> Vec<String> {
    errors_of(MODEL, rules)
}

#[track_caller]
fn errors_of(model: &str, rules: &str) -> Vec<String> {
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

/// An organization with people, shelves, boxes on shelves, and what is in them.
const HOUSE: &str = r#"model
  schema 1.1
type user
  relations
    define myself: [user]
    define payer: [org]
type org
  relations
    define admin: [user]
    define member: [user] or admin
    define everyone: [user:*]
    define can_do: admin
type shelf
  relations
    define org: [org]
    define main_of: [org]
    define can_do: can_do from org
type box
  relations
    define shelf: [shelf]
    define reader: [user, org#member]
    define writer: [user]
    define read: reader or writer
    define can_do: can_do from shelf
type item
  relations
    define slot: [box]
    define can_do: can_do from slot
"#;

/// Every key once, all of it right.
const HOUSE_RULES: &str = r#"[type.user]
parent = "site"
person = true
first_secret = "full"
writes = ["{object}#myself@{object}"]
[type.user.one.payer]
home = "org:{id}"
move = "can_do on current or can_do on other or myself on object"
[type.org]
parent = "site"
also = ["shelf:{id}/main"]
writes = ["{object}#admin@{creator}", "shelf:{id}/main#main_of@{object}"]
keep = ["admin"]
levels = ["member", "admin"]
[type.org.grant]
member = { guard = "can_do on object or myself on subject", alias = ["in", "part"] }
admin = { guard = "can_do on object", revoke = "admin on object", needs = "member on object" }
[type.org.invite]
guard = "can_do on object"
accept = "myself on caller"
principals = ["user"]
relations = ["member", "admin"]
writes = ["{subject}#payer@{object}"]
[type.org.membership]
remove = "can_do on object"
leave = "member on object"
[type.org.join]
guard = "can_do on object"
relation = "member"
[type.shelf]
parent = "org"
link = "org"
create = "can_do on parent"
[type.box]
parent = "org"
attach = "shelf"
create = ["can_do on other", "can_do on object"]
[type.box.one.shelf]
within = "parent"
[type.box.grant]
reader = { guard = "can_do on object", needs = "member on parent" }
look = { guard = "can_do on object", relation = "writer" }
[type.item]
parent = "org"
[type.item.one.slot]
default = "box:{parent_id}/usual"
within = "parent"
on_delete = "with"
move = "can_do on object"
[secret.full]
principals = ["user"]
audiences = ["control"]
[payer]
item = ["slot", "shelf", "org"]
"#;

/// What is wrong when one piece of the rules is another.
#[track_caller]
fn instead(piece: &str, other: &str, expected: &[&str]) {
    let at = HOUSE_RULES.find(piece);
    let at = at.unwrap_or_else(|| panic!("{piece} is not there"));
    let end = HOUSE_RULES.get(at + piece.len()..).unwrap();
    let rules = format!("{}{other}{end}", HOUSE_RULES.get(..at).unwrap());
    assert_eq!(errors_of(HOUSE, &rules), expected, "{piece} -> {other}");
}

#[test]
fn a_house_in_order() {
    assert_eq!(errors_of(HOUSE, HOUSE_RULES), Vec::<String>::new());
}

#[test]
fn names_of_grants_and_relations() {
    let cases = [
        ("keep = [\"admin\"]", "keep = [\"boss\"]", "13 type.org.keep"),
        ("keep = [\"admin\"]", "keep = [\"can_do\"]", "13 type.org.keep"),
        ("[\"member\", \"admin\"]", "[\"member\", \"boss\"]", "14 type.org.levels"),
        ("[\"member\", \"admin\"]", "[\"admin\", \"admin\"]", "14 type.org.levels"),
        ("[\"in\", \"part\"]", "[\"in\", \"admin\"]", "16 type.org.grant.member.guard"),
        ("[\"in\", \"part\"]", "[\"in\", \"in\"]", "16 type.org.grant.member.guard"),
        ("relation = \"writer\"", "relation = \"boss\"", "40 type.box.grant.look.guard"),
        ("relation = \"writer\"", "relation = \"read\"", "40 type.box.grant.look.guard"),
        ("relation = \"writer\"", "relation = \"reader\"", "40 type.box.grant.look.guard"),
        ("relations = [\"member\", \"admin\"]", "relations = [\"in\"]", "19 type.org.invite.guard"),
        ("relations = [\"member\", \"admin\"]", "relations = []", "19 type.org.invite.guard"),
        ("principals = [\"user\"]\nr", "principals = []\nr", "19 type.org.invite.guard"),
        ("principals = [\"user\"]\nr", "principals = [\"cat\"]\nr", "19 type.org.invite.guard"),
        ("relation = \"member\"", "relation = \"boss\"", "28 type.org.join.guard"),
        ("attach = \"shelf\"", "attach = \"reader\"", "36 type.box.attach"),
    ];
    for (piece, other, error) in cases {
        instead(piece, other, &[error]);
    }
    // A shelf can hold no role.
    let shelves = "principals = [\"shelf\"]\nrelations = [\"member\"]";
    let people = "principals = [\"user\"]\nrelations = [\"member\", \"admin\"]";
    instead(people, shelves, &["19 type.org.invite.guard", "23 type.org.invite.writes"]);
}

#[test]
fn memberships() {
    let both = "remove = \"can_do on object\"\nleave = \"member on object\"\n";
    instead(both, "", &["24 type.org.membership"]);
    let link = "link = \"org\"\n";
    let membership = "link = \"org\"\nmembership = { leave = \"can_do on object\" }\n";
    instead(link, membership, &["33 type.shelf.membership"]);
}

#[test]
fn relations_with_exactly_one_subject() {
    let payer = "[type.user.one.payer]";
    let slot = "[type.item.one.slot]";
    let usual = "\"box:{parent_id}/usual\"";
    let cases: [(&str, &str, &[&str]); 12] = [
        ("\"org:{id}\"", "\"user:{id}\"", &["6 type.user.one.payer"]),
        ("\"org:{id}\"", "\"org:{id}/a\"", &["6 type.user.one.payer"]),
        ("\"org:{id}\"", "\"{creator}\"", &["6 type.user.one.payer"]),
        ("\"org:{id}\"", "\"{subject}\"", &["6 type.user.one.payer"]),
        ("home = \"org:{id}\"\n", "", &["6 type.user.one.payer"]),
        (payer, "[type.user.one.owner]", &["6 type.user.one.owner", "6 type.user.one.owner", "7 type.user.one.owner.move", "23 x"]),
        (usual, "\"shelf:{parent_id}/usual\"", &["43 type.item.one.slot"]),
        (usual, "\"box:usual\"", &["43 type.item.one.slot"]),
        (slot, "[type.item.one.can_do]", &["43 type.item.one.can_do"]),
        ("move = \"can_do on object\"", "move = \"fly on object\"", &["47 type.item.one.slot.move"]),
        ("[type.box.one.shelf]", "[type.box.one.reader]", &["36 type.box.attach"]),
        ("writes = [\"{object}#myself@{object}\"]", "writes = [\"{object}#payer@org:{id}\"]", &["5 type.user.writes"]),
    ];
    for (piece, other, expected) in cases {
        instead(piece, other, expected);
    }
}
