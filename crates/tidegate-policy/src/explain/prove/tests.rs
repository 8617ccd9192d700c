//! What a search for a proof pays, and what it keeps.

use super::super::tests;
use super::super::world::World;
use super::{Search, holds, search};
use crate::hash::HashMap;

const MODEL: &str = "
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type doc
  relations
    define up: [user, group]
    define viewer: [user]
    define blocked: [group#member]
    define inherited: member from up
    define reader: viewer but not blocked
";
/// Tuples of a row.
const ROW: u32 = 100;

/// Looks at a world in which anne is a viewer of a document that has a row of what leads to nobody.
fn look(row: &str, asked: &str, look: impl Fn(&World<'_>)) {
    let row = (0..ROW).map(|number| row.replace('N', &number.to_string()));
    let anne = "doc:a#viewer@user:anne".to_owned();
    let writes: Vec<String> = row.chain([anne]).collect();
    tests::look(MODEL, &writes, asked, look);
}

/// Else who searches once more for each of many sets goes through the same row for each, and never pays.
#[test]
fn a_charge_that_fails_uses_up_the_budget() {
    look("doc:a#up@user:N", "doc:a#inherited@user:anne", |world| {
        let mut steps = ROW / 2;
        assert_eq!(holds(world, &mut steps), None);
        assert_eq!(steps, 0);
    });
}

#[test]
fn a_row_is_gone_through_no_further_than_there_are_steps() {
    look("doc:a#up@user:N", "doc:a#inherited@user:anne", |world| {
        let on = (
            world.goal.0,
            world.model.relation_id("up").expect("a relation"),
        );
        let to = world.model.relation_id("member");
        for (steps, looked_at) in [(0, 1), (10, 11), (ROW - 1, ROW), (ROW, ROW)] {
            assert_eq!(world.leads(on, to, steps).count(), 0);
            assert_eq!(world.take_steps(), looked_at, "{steps}");
        }
        // What was not looked at to its end is no answer.
        let mut steps = ROW;
        assert_eq!(holds(world, &mut steps), None);
    });
}

#[test]
fn of_a_proof_that_is_too_large_nothing_is_kept() {
    let row = "doc:a#blocked@group:N#member";
    look(row, "doc:a#reader@user:anne", |world| {
        for (most, is_kept) in [(0, false), (ROW, false), (2 * ROW, true)] {
            let mut steps = 100 * ROW;
            let found = search(world, true, most, &mut steps).expect("found");
            assert_eq!(found.nodes, ROW + 5, "counted all the same");
            let kept = found.kept();
            assert_eq!(kept == found.nodes, is_kept, "{most}: {kept}");
            assert!(is_kept || kept < 10, "{most}: {kept}");
        }
    });
}

#[test]
fn no_more_is_remembered_than_there_is_room_for() {
    let row = "doc:a#blocked@group:N#member";
    look(row, "doc:a#reader@user:anne", |world| {
        for room in [0, 10, ROW / 2] {
            let mut search = Search {
                world,
                nodes: 2 * ROW,
                room,
                steps: 100 * ROW,
                path: Vec::new(),
                open: 0,
                memory: HashMap::new(),
            };
            let found = search.goal(world.goal, 0).expect("found");
            assert_eq!(found.kept(), ROW + 5);
            assert_eq!(search.memory.len(), room as usize);
        }
    });
}

/// Each makes a row's iterator and a node, whether there is a tuple or not.
#[test]
fn each_part_of_a_definition_is_paid() {
    const PARTS: u32 = 100;
    let parts = vec!["viewer from up"; PARTS as usize].join(" or ");
    let model = format!(
        "model
  schema 1.1
type user
type doc
  relations
    define up: [doc]
    define viewer: [user] or {parts}
"
    );
    tests::look(&model, &[], "doc:a#viewer@user:anne", |world| {
        for (steps, holds_in) in [(PARTS, None), (PARTS + 10, Some(false))] {
            let mut left = steps;
            assert_eq!(holds(world, &mut left), holds_in, "{steps}");
        }
    });
}
