//! Each key of a system's file is held against the model: what is wrong when one piece of a good file is another.

use super::errors::{errors, errors_of};

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
within = "org"
[type.box.grant]
reader = { guard = "can_do on object", needs = "member on parent" }
look = { guard = "can_do on object", relation = "writer" }
[type.item]
parent = "org"
[type.item.one.slot]
default = "box:{parent_id}/usual"
within = "org"
on_delete = "with"
move = "can_do on object"
[secret.full]
principals = ["user"]
audiences = ["control"]
[payer]
item = ["slot", "shelf", "org"]
"#;

/// The keys that are wrong when one piece of the rules is another.
#[track_caller]
fn instead(piece: &str, other: &str, expected: &[&str]) {
    let at = HOUSE_RULES.find(piece);
    let at = at.unwrap_or_else(|| panic!("{piece} is not there"));
    let end = HOUSE_RULES.get(at + piece.len()..).unwrap();
    let rules = format!("{}{other}{end}", HOUSE_RULES.get(..at).unwrap());
    let errors = errors_of(HOUSE, &rules);
    let keys: Vec<&str> = errors
        .iter()
        .filter_map(|error| error.split(' ').nth(1))
        .collect();
    assert_eq!(keys, expected, "{piece} -> {other}");
}

#[test]
fn a_house_in_order() {
    assert_eq!(errors_of(HOUSE, HOUSE_RULES), Vec::<String>::new());
}

#[test]
fn names_of_grants_and_relations() {
    let cases = [
        ("keep = [\"admin\"]", "keep = [\"boss\"]", "type.org.keep"),
        ("keep = [\"admin\"]", "keep = [\"can_do\"]", "type.org.keep"),
        (
            "[\"member\", \"admin\"]",
            "[\"member\", \"boss\"]",
            "type.org.levels",
        ),
        (
            "[\"member\", \"admin\"]",
            "[\"admin\", \"admin\"]",
            "type.org.levels",
        ),
        (
            "[\"in\", \"part\"]",
            "[\"in\", \"admin\"]",
            "type.org.grant.member.guard",
        ),
        (
            "[\"in\", \"part\"]",
            "[\"in\", \"in\"]",
            "type.org.grant.member.guard",
        ),
        (
            "relation = \"writer\"",
            "relation = \"boss\"",
            "type.box.grant.look.guard",
        ),
        (
            "relation = \"writer\"",
            "relation = \"read\"",
            "type.box.grant.look.guard",
        ),
        (
            "relation = \"writer\"",
            "relation = \"reader\"",
            "type.box.grant.reader.guard",
        ),
        (
            "relations = [\"member\", \"admin\"]",
            "relations = [\"in\"]",
            "type.org.invite.guard",
        ),
        (
            "relations = [\"member\", \"admin\"]",
            "relations = []",
            "type.org.invite.guard",
        ),
        (
            "principals = [\"user\"]\nr",
            "principals = []\nr",
            "type.org.invite.guard",
        ),
        (
            "principals = [\"user\"]\nr",
            "principals = [\"cat\"]\nr",
            "type.org.invite.guard",
        ),
        (
            "relation = \"member\"",
            "relation = \"boss\"",
            "type.org.join.guard",
        ),
    ];
    for (piece, other, error) in cases {
        instead(piece, other, &[error]);
    }
    let two = ["type.box.one.shelf", "type.box.attach"];
    instead("attach = \"shelf\"", "attach = \"reader\"", &two);
    // A shelf can hold no role.
    let shelves = "principals = [\"shelf\"]\nrelations = [\"member\"]";
    let people = "principals = [\"user\"]\nrelations = [\"member\", \"admin\"]";
    instead(
        people,
        shelves,
        &["type.org.invite.guard", "type.org.invite.writes"],
    );
}

#[test]
fn memberships() {
    let both = "remove = \"can_do on object\"\nleave = \"member on object\"\n";
    instead(both, "", &["type.org.membership"]);
    let link = "link = \"org\"\n";
    let membership = "link = \"org\"\nmembership = { leave = \"can_do on object\" }\n";
    instead(link, membership, &["type.shelf.membership"]);
}

#[test]
fn relations_with_exactly_one_subject() {
    let payer = "[type.user.one.payer]";
    let slot = "[type.item.one.slot]";
    let usual = "\"box:{parent_id}/usual\"";
    let cases: [(&str, &str, &[&str]); 12] = [
        ("\"org:{id}\"", "\"user:{id}\"", &["type.user.one.payer"]),
        ("\"org:{id}\"", "\"org:{id}/a\"", &["type.user.one.payer"]),
        ("\"org:{id}\"", "\"{creator}\"", &["type.user.one.payer"]),
        ("\"org:{id}\"", "\"{subject}\"", &["type.user.one.payer"]),
        ("home = \"org:{id}\"\n", "", &["type.user.one.payer"]),
        (
            payer,
            "[type.user.one.owner]",
            &[
                "type.user.one.owner",
                "type.user.one.owner",
                "type.user.one.owner.move",
                "type.user.one.owner.move",
            ],
        ),
        (
            usual,
            "\"shelf:{parent_id}/usual\"",
            &["type.item.one.slot"],
        ),
        (usual, "\"box:usual\"", &["type.item.one.slot"]),
        (slot, "[type.item.one.can_do]", &["type.item.one.can_do"; 3]),
        (
            "with\"\nmove = \"can_do on object\"",
            "with\"\nmove = \"fly on object\"",
            &["type.item.one.slot.move"],
        ),
        (
            "[type.box.one.shelf]",
            "[type.box.one.reader]",
            &[
                "type.box.one.reader",
                "type.box.one.reader",
                "type.box.one.reader",
                "type.box.attach",
            ],
        ),
        (
            "writes = [\"{object}#myself@{object}\"]",
            "writes = [\"{object}#payer@org:{id}\"]",
            &["type.user.writes"],
        ),
    ];
    for (piece, other, expected) in cases {
        instead(piece, other, expected);
    }
}

#[test]
fn who_has_a_role_in_a_guard() {
    let cases: [(&str, &str, &[&str]); 14] = [
        // Who is granted something is there for grants, invitations and memberships alone.
        (
            "create = \"can_do on parent\"",
            "create = \"myself on subject\"",
            &["type.shelf.create"],
        ),
        (
            "create = \"can_do on parent\"",
            "create = \"can_do on other\"",
            &["type.shelf.create"],
        ),
        (
            "create = \"can_do on parent\"",
            "create = \"can_do on current\"",
            &["type.shelf.create"],
        ),
        (
            "create = \"can_do on parent\"",
            "create = \"myself on parent\"",
            &["type.shelf.create"],
        ),
        (
            "create = \"can_do on parent\"",
            "create = \"fly on caller\"",
            &["type.shelf.create"],
        ),
        (
            "create = \"can_do on parent\"",
            "delete = \"can_do on other\"",
            &["type.shelf.delete"],
        ),
        ("[\"can_do on other\",", "[\"main_of on other\",", &[]),
        (
            "[\"can_do on other\",",
            "[\"myself on other\",",
            &["type.box.create"],
        ),
        (
            "myself on subject",
            "main_of on subject",
            &["type.org.grant.member.guard"],
        ),
        (
            "needs = \"member on object\"",
            "needs = \"myself on subject\"",
            &["type.org.grant.admin.needs"],
        ),
        (
            "needs = \"member on object\"",
            "needs = \"myself on caller\"",
            &["type.org.grant.admin.needs"],
        ),
        (
            "needs = \"member on parent\"",
            "needs = \"member on object\"",
            &["type.box.grant.reader.needs"],
        ),
        (
            "revoke = \"admin on object\"",
            "revoke = \"fly on object\"",
            &["type.org.grant.admin.revoke"],
        ),
        (
            "leave = \"member on object\"",
            "leave = \"can_do on other\"",
            &["type.org.membership.leave"],
        ),
    ];
    for (piece, other, expected) in cases {
        instead(piece, other, expected);
    }
}

#[test]
fn what_comes_along() {
    let also = "also = [\"shelf:{id}/main\"]";
    let cases: [(&str, &[&str]); 8] = [
        // The parent is the new object, and nothing that is not there.
        ("also = [\"shelf:main\"]", &["type.org.also"]),
        ("also = [\"shelf:other/main\"]", &["type.org.also"]),
        ("also = [\"org:{id}-too\"]", &["type.org.also"]),
        ("also = [\"cat:{id}/main\"]", &["type.org.also"]),
        ("also = [\"shelf:{creator}/main\"]", &["type.org.also"]),
        ("also = [\"{subject}\"]", &["type.org.also"]),
        // What a relation with exactly one subject points at, must be said.
        (
            "also = [\"shelf:{id}/main\", \"box:{id}/all\"]",
            &["type.org.also"],
        ),
        // A person's first secret would be lost.
        (
            "also = [\"shelf:{id}/main\", \"user:{id}\"]",
            &["type.org.also", "type.org.also"],
        ),
    ];
    for (other, expected) in cases {
        instead(also, other, expected);
    }
    let writes = "\"shelf:{id}/main#main_of@{object}\"]";
    let said = "\"shelf:{id}/main#main_of@{object}\", \"box:{id}/all#shelf@shelf:{id}/main\"]\nalso = [\"shelf:{id}/main\", \"box:{id}/all\"]";
    let rules = HOUSE_RULES
        .replace(&format!("{also}\n"), "")
        .replace(writes, said);
    assert_eq!(errors_of(HOUSE, &rules), Vec::<String>::new());
    // Its creator is the organization, which the model must allow.
    let creator = "link = \"org\"\nwrites = [\"{object}#main_of@{creator}\"]";
    instead("link = \"org\"", creator, &[]);
    let creator = "link = \"org\"\nwrites = [\"{object}#can_do@{creator}\"]";
    instead("link = \"org\"", creator, &["type.org.also"]);
}

#[test]
fn blanks_have_a_meaning_only_in_their_place() {
    let cases = [
        (
            "\"{object}#admin@{creator}\"",
            "\"{object}#admin@{subject}\"",
            "type.org.writes",
        ),
        (
            "\"{object}#admin@{creator}\"",
            "\"{object}#boss@{creator}\"",
            "type.org.writes",
        ),
        (
            "\"{subject}#payer@{object}\"",
            "\"{subject}#payer@{creator}\"",
            "type.org.invite.writes",
        ),
        (
            "\"{subject}#payer@{object}\"",
            "\"{subject}#owner@{object}\"",
            "type.org.invite.writes",
        ),
        (
            "\"{subject}#payer@{object}\"",
            "\"{subject}#payer\"",
            "type.org.invite.writes",
        ),
        ("link = \"org\"", "link = \"main\"", "type.shelf.link"),
        (
            "[\"slot\", \"shelf\", \"org\"]",
            "[\"slot\", \"org\"]",
            "payer.item",
        ),
    ];
    for (piece, other, error) in cases {
        instead(piece, other, &[error]);
    }
}

#[test]
fn one_type_of_person_that_gets_in() {
    instead("first_secret = \"full\"\n", "", &["type.user"]);
    instead(
        "[type.org]\n",
        "[type.org]\nperson = true\n",
        &["type.user", "type.org"],
    );
    let shelf = "[type.shelf]\nperson = true\nfirst_secret = \"full\"\n";
    instead(
        "[type.shelf]\n",
        shelf,
        &[
            "type.org.also",
            "type.shelf.first_secret",
            "type.user",
            "type.shelf",
        ],
    );
    let rules = "[type.box]\nparent = \"site\"\n[type.user]\nparent = \"box\"\nperson = true\n";
    assert_eq!(errors(rules), ["3 type.user", "3 type.user"]);
}

#[test]
fn ids_that_cannot_be() {
    let name = "t".repeat(60);
    let model = |types: &[String]| {
        let define = |name: &String| format!("type {name}\n  relations\n    define a: [{name}]\n");
        let types: String = types.iter().map(define).collect();
        format!("model\n  schema 1.1\n{types}")
    };
    let nested = |types: &[String]| {
        let above = std::iter::once("site").chain(types.iter().map(String::as_str));
        let table =
            |(name, above): (&String, &str)| format!("[type.{name}]\nparent = \"{above}\"\n");
        types.iter().zip(above).map(table).collect::<String>()
    };
    let types: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).into();
    assert_eq!(
        errors_of(&model(&types[..5]), &nested(&types[..5])),
        Vec::<String>::new()
    );
    assert_eq!(
        errors_of(&model(&types), &nested(&types)),
        ["12 type.f.parent"]
    );
    let mut long = types[..4].to_vec();
    long.push(name);
    assert_eq!(
        errors_of(&model(&long), &nested(&long)),
        [format!("9 type.{}", long[4])]
    );
}
