//! What a search for sets gathers.

use super::super::change::{Changes, Known};
use super::super::world::World;
use super::Support;
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
    define group: [group]
    define viewer: [user, user:*, group#member]
    define reader: member from group
";

/// A row is gathered before it is paid for: no more of it than one tuple beyond the steps that are left.
#[test]
fn no_more_of_a_row_is_gathered_than_there_are_steps_for() {
    const ROW: usize = 1_000;
    let groups = (0..ROW).flat_map(|group| {
        [
            format!("doc:a#viewer@group:{group}#member"),
            format!("doc:a#group@group:{group}"),
        ]
    });
    let named = ["doc:a#viewer@user:anne", "doc:a#viewer@user:*"];
    let writes: Vec<Change> = groups
        .chain(named.map(str::to_owned))
        .map(|text| Change::Write(text.parse().expect("a tuple")))
        .collect();
    let model = Model::parse(MODEL).expect("a model");
    let empty = Snapshot::new(model, Profile::default());
    let snapshot = empty.apply(1, &writes).expect("allowed");
    let asked: Tuple = "doc:a#reader@user:anne".parse().expect("a question");
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    let mut overlay = Overlay::above(snapshot.store());
    let world = World::open(&snapshot, &request, &mut overlay).expect("a world");
    let known = Known::default();
    let mut support = Support::new(&world, &known, Changes::Tuples);
    let relation = |name: &str| world.model.relation_id(name).expect("a relation");
    let usersets = ((world.goal.0, relation("viewer")), None, named.len());
    let objects = (
        (world.goal.0, relation("group")),
        Some(relation("member")),
        0,
    );
    for (on, to, named) in [usersets, objects] {
        for steps in [0, 1, 10, ROW - 1, ROW, 10 * ROW] {
            support.steps = u32::try_from(steps).expect("fits");
            let gathered = support.entries(on, to).len();
            assert_eq!(gathered, named + ROW.min(steps + 1), "{on:?} {steps}");
        }
    }
}
