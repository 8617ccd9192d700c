//! Runs the README's table from the original systems' commands to ours: every row, in order, and what
//! it must have done; and looks that none of the claims' commands is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::effects::{EFFECTS, Effect, Outcome};
use super::{Person, register, words};
use crate::world::World;

/// A row of the table.
#[derive(Debug)]
struct Row {
    command: String,
    by: String,
    /// The first claim names the row.
    claims: Vec<String>,
}

/// The rows below a heading of the third level.
fn rows(system: &str) -> Vec<Row> {
    let readme = include_str!("../../../README.md");
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("Commands of the original systems\n"))
        .expect("the section");
    let table = section
        .split("\n### ")
        .find(|part| part.lines().next() == Some(system))
        .expect("a table of the system");
    let rows = table.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [_, command, by, claims] = cells.as_slice() else {
        panic!("not four cells: {line}");
    };
    let command = command.trim_matches('`');
    assert!(command.starts_with("tidegate "), "{line}");
    Row {
        command: command.to_owned(),
        by: (*by).to_owned(),
        claims: claims.split(", ").map(ToOwned::to_owned).collect(),
    }
}

/// The claims of a system that are about a command or a page.
fn surfaces(claims: &str) -> Vec<&str> {
    let lines = claims.lines().filter(|line| line.contains("[U]"));
    lines
        .map(|line| line.split("**").nth(1).expect("a claim has an id"))
        .collect()
}

#[test]
fn no_command_or_page_of_the_claims_is_left_out() {
    let mut count = 0;
    for (heading, claims) in [
        ("Beneath", include_str!("../../claims/beneath.md")),
        ("Beamlit", include_str!("../../claims/beamlit.md")),
        ("Earthly", include_str!("../../claims/earthly.md")),
        ("LaminHub", include_str!("../../claims/lamindb.md")),
    ] {
        let rows = rows(heading);
        for id in surfaces(claims) {
            count += 1;
            let named = rows
                .iter()
                .any(|row| row.claims.iter().any(|one| one == id));
            assert!(named, "no row of {heading} names {id}");
        }
    }
    assert!(count > 10, "the claims are not read: {count}");
}

async fn run_table(heading: &str, system: &str, prefix: &str) {
    let world = World::start_as(system).await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let mut people = BTreeMap::new();
    for name in ["alice", "bob", "carol"] {
        people.insert(name, register(&world, &operator, name).await);
    }
    people.insert("nobody", Person::new(&world, "nobody", None));
    let secret = people["alice"].secret.clone().expect("a first secret");
    let path = world.folder.path().join("alice.secret");
    std::fs::write(path, secret).expect("written");
    let rows = rows(heading);
    let mut named = BTreeSet::new();
    for row in &rows {
        let person = &people[row.by.as_str()];
        let ended = person.run(&words(&row.command)[1..]).await;
        assert_eq!(ended.code, Some(0), "{row:?}: {ended:?}");
        let claim = row.claims[0].as_str();
        assert!(named.insert(claim), "{claim} names two rows");
        let effects = EFFECTS.iter().filter(|effect| effect.claim == claim);
        let mut count = 0;
        for effect in effects {
            check(effect, &people[effect.by], row).await;
            count += 1;
        }
        assert!(count > 0, "nothing is known of what {claim} must have done");
    }
    // A row that is taken out must not leave its test behind.
    for effect in EFFECTS.iter().filter(|one| one.claim.starts_with(prefix)) {
        assert!(named.contains(effect.claim), "no row for {}", effect.claim);
    }
}

async fn check(effect: &Effect, person: &Person, row: &Row) {
    let ended = person.run(&words(effect.command)).await;
    let said = format!("after {row:?}, {effect:?}: {ended:?}");
    match effect.outcome {
        Outcome::Allowed => assert_eq!(ended.code, Some(0), "{said}"),
        Outcome::Denied => assert_eq!(ended.code, Some(3), "{said}"),
        Outcome::Failed => assert_eq!(ended.code, Some(1), "{said}"),
        Outcome::Shows(text) => {
            assert_eq!(ended.code, Some(0), "{said}");
            assert!(ended.stdout.contains(text), "{said}");
        }
        Outcome::Lacks(text) => {
            assert_eq!(ended.code, Some(0), "{said}");
            assert!(!ended.stdout.contains(text), "{said}");
        }
    }
}

#[tokio::test]
async fn every_command_of_beneath_has_one_here() {
    run_table("Beneath", "beneath", "BN-").await;
}

#[tokio::test]
async fn every_command_of_beamlit_has_one_here() {
    run_table("Beamlit", "beamlit", "BL-").await;
}

#[tokio::test]
async fn every_command_of_earthly_has_one_here() {
    run_table("Earthly", "earthly", "EA-").await;
}

#[tokio::test]
async fn every_command_of_laminhub_has_one_here() {
    run_table("LaminHub", "lamindb", "LM-").await;
}
