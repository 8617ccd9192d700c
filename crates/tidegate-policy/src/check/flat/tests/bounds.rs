//! Ways, rows and chains about each bound.

use std::fmt::Write as _;

use super::super::{MAX_CHAIN, MAX_STEPS};
use super::{MODEL, answered, model, stored};
use crate::check::{MAX_HOPS, MAX_PATH};
use crate::profile::Profile;

/// As many hops as a check takes are taken here; one more is the search's, to say so.
#[test]
fn chains_about_the_bound_of_hops() {
    for hops in [1, MAX_HOPS - 2, MAX_HOPS - 1, MAX_HOPS, MAX_HOPS + 5] {
        let mut tuples: Vec<String> = Vec::new();
        for number in 0..hops {
            let next = number + 1;
            tuples.push(format!("folder:{number}#parent@folder:{next}"));
            tuples.push(format!("team:{number}#member@team:{next}#member"));
        }
        tuples.push(format!("folder:{hops}#owner@user:ann"));
        tuples.push(format!("team:{hops}#member@user:ann"));
        tuples.push("team:0#lead@user:bob".to_owned());
        tuples.push("folder:0#owner@user:bob".to_owned());
        let snapshot = stored(MODEL, &tuples);
        let (far, none) = if hops < MAX_HOPS {
            ("flat yes", "flat no")
        } else {
            ("left too-deep", "left too-deep")
        };
        for goal in ["folder:0#viewer", "team:0#member"] {
            let of = |subject: &str| answered(&snapshot, &format!("{goal}@{subject}"));
            assert_eq!(of("user:ann"), far, "{goal}, {hops}");
            assert_eq!(of("user:bob"), "flat yes", "{goal}, {hops}");
            assert_eq!(of(&format!("folder:{hops}")), none, "{goal}, {hops}");
        }
    }
}

/// Rows of every length about the bound of steps, of what leads on, what is passed over and what is not taken.
#[test]
fn rows_about_the_bound_of_steps() {
    let less = MODEL.replace("user:*, bot, team#member, org#admin]", "user:*, org#admin]");
    assert_ne!(less, MODEL);
    type Row = fn(u32) -> String;
    let rows: [(&str, &str, &str, Row); 4] = [
        ("lead on", MODEL, "folder:a#viewer", |number| {
            format!("folder:a#parent@folder:{number:03}")
        }),
        ("are passed over", MODEL, "folder:a#viewer", |number| {
            format!("folder:a#parent@team:{number:03}")
        }),
        ("usersets", MODEL, "team:a#member", |number| {
            format!("team:a#member@team:{number:03}#member")
        }),
        ("stale", &less, "team:a#member", |number| {
            format!("team:a#member@team:{number:03}#member")
        }),
    ];
    for (what, newer, goal, row) in rows {
        let mut longest = None;
        for count in (0..500).step_by(7) {
            let tuples = (0..count).map(row);
            let known = [
                "team:z#member@user:bob".to_owned(),
                "org:z#admin@user:ann".to_owned(),
            ];
            let known = known.into_iter().chain([
                "folder:a#out@user:ann".to_owned(),
                "team:a#lead@user:ann".to_owned(),
            ]);
            let snapshot = stored(MODEL, tuples.chain(known));
            let snapshot = snapshot.with_model(model(newer), Profile::default());
            match answered(&snapshot, &format!("{goal}@user:bob")).as_str() {
                "flat no" => {
                    assert!(
                        longest.is_none_or(|longest| longest + 7 == count),
                        "{what} {count}"
                    );
                    longest = Some(count);
                }
                "left no" => {}
                other => panic!("{what} {count}: {other}"),
            }
        }
        // Each of them is one step at least, and no more than five.
        let longest = longest.expect("short ones are answered");
        assert!(
            (MAX_STEPS / 6..=MAX_STEPS).contains(&longest),
            "{what}: {longest}"
        );
    }
}

/// So many computed relations, each from the next; the last is `[user, doc#r0]` or `r0 from up`.
fn stairs(relations: usize) -> String {
    let mut text = "model
  schema 1.1
type user
type doc
  relations
    define up: [doc]
"
    .to_owned();
    for number in 1..relations {
        _ = writeln!(text, "    define r{}: r{number}", number - 1);
    }
    let last = relations - 1;
    _ = writeln!(text, "    define r{last}: [user, doc#r0] or r0 from up");
    text
}

/// The longest chains that are taken, over as many hops: no way is longer than the search's longest. One relation
/// more on each hop, and the way is too long before the hops are too many.
#[test]
fn chains_about_the_longest_way() {
    for relations in [1, MAX_CHAIN - 1, MAX_CHAIN, MAX_CHAIN + 1, MAX_CHAIN + 9] {
        let text = stairs(relations);
        for hops in [1, MAX_HOPS - 1] {
            for link in ["up@doc:NEXT", "rLAST@doc:NEXT#r0"] {
                let link = link.replace("LAST", &(relations - 1).to_string());
                let link = |number: u32| {
                    let next = (number + 1).to_string();
                    format!("doc:{number}#{}", link.replace("NEXT", &next))
                };
                let last = format!("doc:{hops}#r{}@user:ann", relations - 1);
                let tuples = (0..hops).map(link).chain([last]);
                let snapshot = stored(&text, tuples);
                let length = relations * (hops as usize + 1);
                let expected = match relations {
                    short if short <= MAX_CHAIN => "flat yes",
                    _ if length <= MAX_PATH => "search yes",
                    _ => "search too-deep",
                };
                let found = answered(&snapshot, "doc:0#r0@user:ann");
                assert_eq!(found, expected, "{relations} over {hops}");
            }
        }
    }
}

/// As many rows as a plan has room for: each can be the one that leads on.
#[test]
fn as_many_rows_as_bits() {
    for (count, who) in [(2, "flat"), (63, "flat"), (64, "flat"), (65, "search")] {
        let mut text = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n".to_owned();
        let names: Vec<String> = (0..count).map(|number| format!("r{number}")).collect();
        for name in &names {
            _ = writeln!(text, "    define {name}: [user, doc#{name}]");
        }
        _ = writeln!(text, "    define all: {}", names.join(" or "));
        for at in [0, count / 2, count - 1] {
            let snapshot = stored(
                &text,
                [
                    format!("doc:a#r{at}@doc:b#r{at}"),
                    format!("doc:b#r{at}@user:ann"),
                    "doc:c#r0@user:bob".to_owned(),
                ],
            );
            for (subject, word) in [("ann", "yes"), ("bob", "no")] {
                let found = answered(&snapshot, &format!("doc:a#all@user:{subject}"));
                assert_eq!(found, format!("{who} {word}"), "{at} of {count}");
            }
        }
    }
}

/// What takes too many kinds of usersets is the search's, and so is what is computed from more than a model may hold.
#[test]
fn models_about_their_bounds() {
    let mut text = "model
  schema 1.1
type user
type team
  relations
"
    .to_owned();
    let mut kinds = Vec::new();
    for kind in 0..65 {
        _ = writeln!(text, "    define r{kind}: [user]");
        kinds.push(format!("team#r{kind}"));
    }
    text += "type doc\n  relations\n";
    let (few, many) = (kinds[..64].join(", "), kinds.join(", "));
    for (name, list) in [("few", &few), ("many", &many)] {
        _ = writeln!(
            text,
            "    define {name}: [{list}]\n    define or_{name}: {name}"
        );
    }
    let rows: Vec<String> = (0..64).map(|row| format!("row{row}")).collect();
    for row in &rows {
        _ = writeln!(text, "    define {row}: [user, team#r0]");
    }
    _ = writeln!(text, "    define all: {}", rows.join(" or "));
    for number in 0..2_000 {
        _ = writeln!(text, "    define c{number}: all");
    }
    let rows = ["few@team:a#r63", "many@team:a#r64", "row63@team:a#r0"];
    let tuples = rows.map(|row| format!("doc:a#{row}"));
    let ann = ["r0", "r63", "r64"].map(|member| format!("team:a#{member}@user:ann"));
    let bob = ["team:b#r0@user:bob".to_owned()];
    let snapshot = stored(&text, tuples.into_iter().chain(ann).chain(bob));
    for (relation, who) in [
        ("few", "flat"),
        ("or_few", "flat"),
        ("many", "search"),
        ("or_many", "search"),
        ("row63", "flat"),
        ("all", "flat"),
        ("c0", "flat"),
        ("c1999", "search"),
    ] {
        for (subject, answer) in [("ann", "yes"), ("bob", "no")] {
            let question = format!("doc:a#{relation}@user:{subject}");
            let found = answered(&snapshot, &question);
            assert_eq!(found, format!("{who} {answer}"), "{question}");
        }
    }
}
