//! What a search for a proof pays, and what it keeps.

use super::super::world::World;
use super::{Search, holds, search};
use crate::hash::HashMap;
use crate::snapshot::Overlay;
use crate::{Change, CheckRequest, Context, Model, Profile, Snapshot, Tuple};

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
    let writes: Vec<Change> = row
        .chain(["doc:a#viewer@user:anne".to_owned()])
        .map(|text| Change::Write(text.parse().expect("a tuple")))
        .collect();
    let model = Model::parse(MODEL).expect("a model");
    let empty = Snapshot::new(model, Profile::default());
    let snapshot = empty.apply(1, &writes).expect("allowed");
    let asked: Tuple = asked.parse().expect("a question");
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    let mut overlay = Overlay::above(snapshot.store());
    look(&World::open(&snapshot, &request, &mut overlay).expect("a world"));
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
