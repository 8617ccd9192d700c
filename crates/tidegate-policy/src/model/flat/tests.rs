//! Which relations are flat, and what they read.

use super::super::Model;
use super::super::plan::{MAX_LEAVES_OF_ALL, plan};
use super::{Flat, MAX_READ, MAX_USERSETS, read};
use crate::check::MAX_CHAIN;

/// The flat relations of a model, and of each the rows that it reads: `NAME` of subjects, `NAME>RELATION` of
/// objects that are asked in turn.
#[track_caller]
fn check(types: &str, expected: &[&str]) {
    let text = format!("model\n  schema 1.1\ntype user\n{types}");
    let model = Model::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let name = |id| model.relation_name(id).expect("a name");
    let mut found = Vec::new();
    for type_name in model.type_names() {
        for relation in model.relations(type_name) {
            let (type_id, id) = (model.type_id(type_name), model.relation_id(relation));
            let place = model.place(type_id.expect("a type"), id.expect("a relation"));
            let Some(flat) = model.flat(place.expect("a place")) else {
                continue;
            };
            let mut rows: Vec<String> = flat
                .written
                .iter()
                .map(|written| name(written.relation).to_owned())
                .collect();
            let leads = flat.leads.iter();
            rows.extend(
                leads.map(|leads| format!("{}>{}", name(leads.tupleset), name(leads.relation))),
            );
            found.push(format!("{type_name}#{relation}: {}", rows.join(" ")));
        }
    }
    assert_eq!(found, expected, "{text}");
}

#[test]
fn unions_usersets_and_from() {
    check(
        "type team
  relations
    define lead: [user]
    define member: [user, team#member] or lead
type doc
  relations
    define up: [doc]
    define team: [team]
    define owner: [user, user:*]
    define viewer: [team#member] or owner or (member from team or owner) or viewer from up
    define twice: viewer or owner or viewer from up
",
        &[
            "team#lead: lead",
            "team#member: lead member",
            "doc#up: up",
            "doc#team: team",
            "doc#owner: owner",
            "doc#viewer: owner viewer team>member up>viewer",
            "doc#twice: owner viewer team>member up>viewer",
        ],
    );
}

/// Relations that lead to `last` in every way, and some that do not.
fn around(last: &str) -> String {
    format!(
        "type doc
  relations
    define up: [doc]
    define base: [user]
    define other: [user]
    define last: {last}
    define computed: last or base
    define userset: [user, doc#last]
    define by: last from up
    define far: [doc#farther] or base
    define farther: [doc#by]
    define round: [doc#round, doc#userset] or base
    define apart: base or other or apart from up
"
    )
}

/// Those of them that are flat whatever `last` is.
const APART: [&str; 4] = [
    "doc#up: up",
    "doc#base: base",
    "doc#other: other",
    "doc#apart: base other up>apart",
];

/// What has an `and` or a `but not` on any way down is not flat, however far it is.
#[test]
fn what_leads_to_what_is_not_flat() {
    let [up, base, other, apart] = APART;
    let all = [
        up,
        base,
        other,
        "doc#last: last",
        "doc#computed: last base",
        "doc#userset: userset",
        "doc#by: up>last",
        "doc#far: base far",
        "doc#farther: farther",
        "doc#round: base round",
        apart,
    ];
    check(&around("[user]"), &all);
    for last in [
        "base and other",
        "base but not other",
        "other or (base and other)",
    ] {
        check(&around(last), &APART);
    }
}

/// The same of what has a condition.
#[test]
#[cfg(feature = "conditions")]
fn what_leads_to_conditions_is_not_flat() {
    let condition = "condition c(x: int) {\n  x > 0\n}\n";
    for last in [
        "[user, user with c]",
        "[user with c]",
        "[user:* with c, user]",
    ] {
        check(&(around(last) + condition), &APART);
    }
}

/// A tupleset under a condition takes what reads it with it, and itself; not what does not.
#[test]
#[cfg(feature = "conditions")]
fn conditions_of_tuplesets() {
    check(
        "type doc
  relations
    define up: [doc, doc with c]
    define viewer: [user] or viewer from up
    define owner: [user]
condition c(x: int) {
  x > 0
}
",
        &["doc#owner: owner"],
    );
}

/// A chain that is too long for every hop of a way is not flat, nor what leads to it.
#[test]
fn long_chains() {
    let mut types = "type doc\n  relations\n    define r0: [user]\n".to_owned();
    for number in 1..MAX_CHAIN + 3 {
        types += &format!("    define r{number}: r{}\n", number - 1);
    }
    let last = MAX_CHAIN + 2;
    types += &format!("    define up: [doc, doc#r{last}]\n    define near: [doc#r1]\n");
    let flat = (0..MAX_CHAIN).map(|number| format!("doc#r{number}: r0"));
    let near = "doc#near: near".to_owned();
    let expected: Vec<String> = flat.chain([near]).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&types, &expected);
}

/// By the type of the object: where it is asked, and where it is passed over.
#[test]
fn places_of_several_types() {
    let text = "model
  schema 1.1
type user
type org
  relations
    define admin: [user]
type team
  relations
    define viewer: [user]
type doc
  relations
    define up: [doc, org]
    define viewer: [user, user:*, team#viewer] or viewer from up
";
    let model = Model::parse(text).expect("a model");
    let id = |name: &str| model.type_id(name).expect("a type");
    let viewer = model.relation_id("viewer").expect("a relation");
    let place = |of: &str| model.place(id(of), viewer);
    let flat = place("doc").and_then(|place| model.flat(place));
    let flat = flat.expect("flat");
    let [leads] = flat.leads.as_slice() else {
        panic!("{flat:?}");
    };
    // A team has it, and the tupleset does not take teams.
    for (of, expected) in [
        ("doc", place("doc")),
        ("org", None),
        ("team", None),
        ("user", None),
    ] {
        assert_eq!(leads.place(id(of)), expected, "{of}");
    }
    assert_eq!(leads.place(u32::MAX), None);
    let [written] = flat.written.as_slice() else {
        panic!("{flat:?}");
    };
    for (of, taken) in [("user", true), ("team", false), ("doc", false)] {
        assert_eq!(written.objects.has(id(of)), taken, "{of}");
        assert_eq!(written.wildcards.has(id(of)), taken, "{of}");
    }
    assert!(!written.objects.has(u32::MAX) && !written.objects.has(128));
    let [userset] = written.usersets.as_slice() else {
        panic!("{flat:?}");
    };
    assert_eq!((userset.type_id, userset.relation), (id("team"), viewer));
    assert_eq!(Some(userset.place), place("team"));
}

/// A model with these definitions of `doc`, beside so many types that have a `viewer`.
fn beside(kinds: usize, definitions: &[String]) -> Model {
    let mut text = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n".to_owned();
    for definition in definitions {
        text += &format!("    define {definition}\n");
    }
    for number in 0..kinds {
        text += &format!("type t{number}\n  relations\n    define viewer: [user]\n");
    }
    Model::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// How many leads are held while its relations are read; and which of those of `doc` something is held of, where a
/// chain may be two long.
fn held(kinds: usize, definitions: &[String]) -> (usize, Vec<String>) {
    let model = beside(kinds, definitions);
    let compiled = &*model.inner;
    let (flats, net) = read(&compiled.parts, &compiled.slots, &compiled.plans, 2);
    let docs = model.relations("doc").zip(flats);
    let kept = docs.filter_map(|(name, flat)| flat.map(|_| name.to_owned()));
    (net.size(), kept.collect())
}

/// By however many operands one relation leads to another, that is held once: a text of operands and types would
/// otherwise be held as their product.
#[test]
fn what_leads_to_one_is_held_once() {
    const KINDS: usize = 20;
    const ROWS: usize = 30;
    let list = |member: &str| {
        let kinds: Vec<String> = (0..KINDS).map(|kind| format!("t{kind}{member}")).collect();
        kinds.join(", ")
    };
    let (objects, usersets) = (list(""), list("#viewer"));
    let define = |row: &dyn Fn(usize) -> String, all: &dyn Fn(usize) -> String| {
        let operands: Vec<String> = (0..ROWS).map(all).collect();
        let mut definitions: Vec<String> = (0..ROWS).map(row).collect();
        definitions.push(format!("all: {}", operands.join(" or ")));
        definitions
    };
    let from = define(&|row| format!("up{row}: [{objects}]"), &|row| {
        format!("viewer from up{row}")
    });
    assert_eq!(held(KINDS, &from).0, KINDS);
    let written = define(&|row| format!("row{row}: [{usersets}]"), &|row| {
        format!("row{row}")
    });
    assert_eq!(held(KINDS, &written).0, ROWS * KINDS + KINDS);
}

/// Something of it was read before it was found not to be, and would be held until all others are read.
#[test]
fn nothing_is_held_of_what_is_not_flat() {
    let definitions = [
        "up: [t0]",
        "far: [t0]",
        "further: viewer from far",
        "over: further",
        "late: viewer from up or over",
        "user: [doc#late]",
    ];
    let (leads, kept) = held(1, &definitions.map(str::to_owned));
    assert_eq!(kept, ["up", "far", "further", "over", "user"]);
    // To `further`, `over`, `late` and `user`.
    assert_eq!(leads, 4);
}

/// How a relation of `doc` is flat, if it is.
fn flat_of<'a>(model: &'a Model, relation: &str) -> Option<&'a Flat> {
    let (type_id, relation) = (model.type_id("doc"), model.relation_id(relation));
    let place = model.place(type_id.expect("a type"), relation.expect("a relation"));
    model.flat(place.expect("a place"))
}

fn usersets_of(flat: &Flat) -> usize {
    flat.written.iter().map(|row| row.usersets.len()).sum()
}

/// `t0#viewer, t1#viewer, …`
fn kinds(count: usize) -> String {
    let all: Vec<String> = (0..count).map(|kind| format!("t{kind}#viewer")).collect();
    all.join(", ")
}

/// A check looks through the usersets that a row takes for each that it meets, so they stand once, and are so many.
#[test]
fn usersets_of_a_row_are_distinct_and_few() {
    let (most, more) = (kinds(MAX_USERSETS), kinds(MAX_USERSETS + 1));
    for (list, expected) in [
        ("t0#viewer, user, t0#viewer, t1#viewer, t0#viewer", Some(2)),
        (&most, Some(MAX_USERSETS)),
        (&format!("{most}, {most}"), Some(MAX_USERSETS)),
        (&more, None),
    ] {
        let definitions = [format!("row: [{list}]"), "all: row".to_owned()];
        let model = beside(MAX_USERSETS + 1, &definitions);
        for relation in ["row", "all"] {
            let found = flat_of(&model, relation).map(usersets_of);
            assert_eq!(found, expected, "{relation}, {list}");
        }
    }
}

/// `all`, of as many rows as a plan has room for, and relations that are computed from it.
fn computed(row: &str, count: usize) -> Vec<String> {
    let mut definitions: Vec<String> = (0..64).map(|at| format!("row{at}: [{row}]")).collect();
    let rows: Vec<String> = (0..64).map(|at| format!("row{at}")).collect();
    definitions.push(format!("all: {}", rows.join(" or ")));
    definitions.extend((0..count).map(|number| format!("c{number}: all")));
    definitions
}

/// Relations that are computed from one have a copy each of what it reads: 184 KB of text would be held as 1.1 GB.
#[test]
fn what_is_held_of_a_model_is_bounded() {
    const KINDS: usize = 64;
    let count = MAX_READ / (64 * KINDS) + 10;
    let model = beside(KINDS, &computed(&kinds(KINDS), count));
    let flats = (0..count).filter_map(|number| flat_of(&model, &format!("c{number}")));
    let held: usize = flats.map(usersets_of).sum();
    assert!(held <= MAX_READ, "{held}");
    assert!(flat_of(&model, "c0").is_some());
    assert!(flat_of(&model, &format!("c{}", count - 1)).is_none());
}

/// A `from` of one type holds a place for each type of the model.
#[test]
fn places_of_where_a_model_leads_are_bounded() {
    const TYPES: usize = 90;
    let count = MAX_READ / (64 * TYPES) + 10;
    let mut definitions = vec!["v: [user]".to_owned()];
    definitions.extend((0..64).map(|at| format!("q{at}: [doc]")));
    let from: Vec<String> = (0..64).map(|at| format!("v from q{at}")).collect();
    definitions.push(format!("all: {}", from.join(" or ")));
    definitions.extend((0..count).map(|number| format!("c{number}: all")));
    let model = beside(TYPES, &definitions);
    let flats = (0..count).filter_map(|number| flat_of(&model, &format!("c{number}")));
    let leads = flats.flat_map(|flat| &flat.leads);
    let held: usize = leads.map(|leads| leads.places.len()).sum();
    assert!(held <= MAX_READ, "{held}");
    assert!(flat_of(&model, "c0").is_some());
    assert!(flat_of(&model, &format!("c{}", count - 1)).is_none());
}

/// The same of plans, which say by which way each row is come to.
#[test]
fn plans_of_a_model_are_bounded() {
    let count = MAX_LEAVES_OF_ALL / 64 + 10;
    let model = beside(0, &computed("user", count));
    let plans = &model.inner.plans;
    let held: usize = plans.iter().map(Vec::len).sum();
    assert!(held <= MAX_LEAVES_OF_ALL, "{held}");
    assert!(flat_of(&model, "c0").is_some());
    assert!(flat_of(&model, &format!("c{}", count - 1)).is_none());
}

/// Past that, none is laid: a text has room for thousands of relations that are all computed from a wide one.
#[test]
fn no_plan_is_laid_once_there_was_no_room() {
    let model = beside(0, &computed("user", 1));
    let compiled = &*model.inner;
    let doc = model.type_id("doc").expect("a type");
    let mut left = 64 + 1 + 63;
    // `c0`, of which only the first has room, and two rows.
    for (place, leaves, expected) in [(65, 64, 64), (0, 1, 63), (65, 0, 0), (0, 0, 0)] {
        let laid = plan(&compiled.parts, &compiled.slots, doc, place, &mut left);
        assert_eq!((laid.len(), left), (leaves, expected), "{place}");
    }
}

/// Else the lines of a text, the operands of one relation and the restrictions of another are multiplied.
#[test]
fn many_restrictions_are_many_visits() {
    const MANY: usize = 4_000;
    let users = vec!["user"; MANY].join(", ");
    let row = |last| format!("row: [{users}, {last}]");
    for (row, operands, leaves) in [
        // Where it leads on, it is gone through each time.
        (row("doc#row"), 1, 1),
        (row("doc#row"), 2, 2),
        (row("doc#row"), 3, 0),
        (row("user"), 100, 1),
        ("row: [user, doc#row]".to_owned(), 60, 60),
    ] {
        let all = format!("all: {}", vec!["row"; operands].join(" or "));
        let model = beside(0, &[row, all]);
        let laid = model.inner.plans.get(1).map_or(0, Vec::len);
        assert_eq!(laid, leaves, "{operands}");
    }
}
