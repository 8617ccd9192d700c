//! What a search for sets gathers.

use super::super::change::{Changes, Known, Want, What};
use super::super::family::{MAX_ADDED, Set, least};
use super::super::tests::look;
use super::gather::{MAX_FAMILY, MAX_GATHERED};
use super::{ALL, KEPT_FOR_A_STEP, Support};
use crate::check::steps_of_many;
use crate::snapshot::SubjectId;
use crate::{Budget, Object};

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

#[test]
fn no_more_of_a_row_is_gone_through_than_there_are_steps_for() {
    const ROW: usize = 1_000;
    let groups = (0..ROW).flat_map(|group| {
        [
            format!("doc:a#viewer@group:{group}#member"),
            format!("doc:a#group@group:{group}"),
        ]
    });
    let named = ["doc:a#viewer@user:anne", "doc:a#viewer@user:*"];
    let writes: Vec<String> = groups.chain(named.map(str::to_owned)).collect();
    look(MODEL, &writes, "doc:a#reader@user:anne", |world| {
        let known = Known::default();
        let mut support = Support::new(world, &known, Changes::Tuples);
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
                let looked_at = support.ways(on, to).count();
                assert_eq!(looked_at, named + ROW.min(steps + 1), "{on:?} {steps}");
            }
        }
    });
}

/// For each goal where something may be added, and for each addition.
#[test]
fn many_restrictions_are_paid_for() {
    const FOLDERS: u32 = 20;
    let spent = |kinds: usize| {
        let mut model = "model\n schema 1.1\ntype user\ntype t\n relations\n".to_owned();
        let mut taken = String::new();
        for kind in 0..kinds {
            model += &format!("  define r{kind}: [user]\n");
            taken += &format!("t#r{kind}, ");
        }
        model += "type folder\n relations\n  define owner: [user]\n";
        model += &format!("  define viewer: [{taken}user, folder#viewer]\n");
        let folders: Vec<String> = (0..FOLDERS)
            .map(|folder| format!("folder:{folder}#owner@user:bob"))
            .collect();
        look(&model, &folders, "folder:0#viewer@user:anne", |world| {
            let names: Vec<Object> = (0..FOLDERS)
                .map(|folder| format!("folder:{folder}").parse().expect("an object"))
                .collect();
            let known = Known::new(world, &names, None);
            let mut steps = Budget::DEFAULT.steps;
            Support::new(world, &known, Changes::Tuples).candidates(1, ALL, &mut steps);
            Budget::DEFAULT.steps - steps
        })
    };
    // The goal's kinds, and additions of the subject and of each other folder.
    let gone_through = FOLDERS * (1 + 1 + (FOLDERS - 1));
    let (few, many) = (spent(1), spent(320));
    assert!(
        many >= few + gone_through * steps_of_many(320),
        "{few} {many}"
    );
}

/// A restriction may stand many times, each with a condition that is worth thousands of steps.
#[test]
#[cfg(feature = "conditions")]
fn each_condition_of_an_addition_is_paid_before_the_next() {
    const MANY: usize = 100;
    let taken = ["user with small"; MANY].join(", ");
    let model = format!(
        "model
  schema 1.1
type user
type doc
  relations
    define viewer: [{taken}]
condition small(size: int) {{
  size < 3
}}
"
    );
    look(&model, &[], "doc:a#viewer@user:anne", |world| {
        let known = Known::default();
        let mut support = Support::new(world, &known, Changes::Tuples);
        let taken = world.kind(world.subject).expect("a kind");
        for (evaluated, is_spent) in [(MANY / 2, true), (MANY, false)] {
            support.is_spent = false;
            support.steps = steps_of_many(MANY) + u32::try_from(evaluated).expect("fits");
            assert_eq!(support.addition(world.goal, world.subject, taken), []);
            assert_eq!(world.take_steps(), 0, "all are paid");
            assert_eq!((support.steps, support.is_spent), (0, is_spent));
        }
    });
}

/// Sets of so many changes, each of its own.
fn family(sets: u32, changes: u32, first: u32) -> Vec<Set> {
    let set = |set: u32| {
        (0..changes).fold(Set::EMPTY, |all, change| {
            let more = Set::of(first + set * changes + change);
            all.with(&more, MAX_ADDED).expect("within bounds")
        })
    };
    (0..sets).map(set).collect()
}

/// Works families out with a budget.
fn work<T>(steps: u32, work: impl FnOnce(&mut Support<'_>) -> T) -> T {
    let known = Known::default();
    look(MODEL, &[], "doc:a#reader@user:anne", |world| {
        let mut support = Support::new(world, &known, Changes::Tuples);
        (support.adds, support.steps) = (MAX_ADDED, steps);
        work(&mut support)
    })
}

#[test]
fn large_families_are_joined_in_bounded_room() {
    const SETS: u32 = 300;
    let ones = family(SETS, 1, 0);
    let mut mixed = family(SETS / 4, 2, 2 * SETS);
    mixed.extend(family(SETS, 1, SETS / 2));
    let mixed = least(mixed);
    for (one, other) in [
        (&ones, family(SETS, 1, SETS)),
        (&family(SETS, 1, SETS), ones.clone()),
        (&ones, mixed.clone()),
        (&mixed, mixed.clone()),
    ] {
        let both = one.iter().flat_map(|left| {
            let with = |right| left.with(right, MAX_ADDED);
            other.iter().filter_map(with)
        });
        let mut all = least(both.collect());
        let is_cut = all.len() > MAX_FAMILY;
        all.truncate(MAX_FAMILY);
        work(Budget::DEFAULT.steps, |support| {
            let found = support.together(one, &other);
            let room = found.capacity();
            assert!(room <= 2 * MAX_GATHERED, "{room}");
            assert!(found == all, "{} {}", found.len(), all.len());
            assert_eq!(support.complete, !is_cut);
        });
    }
}

#[test]
fn what_is_gathered_is_bounded() {
    let family = |first| family(1_000, 1, first);
    work(Budget::DEFAULT.steps, |support| {
        let mut sets = Vec::new();
        for _ in 0..100 {
            support.gather(&family(0), &mut sets);
        }
        assert!(support.complete, "the same again is nothing more");
        for more in 1..100 {
            support.gather(&family(more * 1_000), &mut sets);
        }
        let room = sets.capacity();
        assert!(room <= 2 * MAX_GATHERED, "{room}");
        assert!(!support.complete);
        let first: Vec<Set> = (0..10).flat_map(|first| family(first * 1_000)).collect();
        assert_eq!(first.len(), MAX_FAMILY);
        assert!(support.least(sets) == first, "the least of them");
    });
}

/// A set of six has 63 parts that are looked up.
#[test]
fn parts_of_sets_are_paid_for() {
    let mut sets = Vec::new();
    for first in 0..100 {
        let added = family(1, 3, 3 * first);
        let removed = (0..3).fold(Set::EMPTY, |all, number| {
            let more = Set::of(super::REMOVED | (3 * first + number));
            all.with(&more, MAX_ADDED).expect("within bounds")
        });
        sets.extend(added.iter().filter_map(|set| set.with(&removed, MAX_ADDED)));
    }
    assert_eq!(sets.len(), 100);
    work(700, |support| {
        assert_eq!(support.least(sets.clone()).len(), 100);
        assert_eq!(support.steps, 700 - 100 * (64 / 16));
        assert_eq!(support.least(sets), []);
        assert!(support.is_spent);
    });
}

/// What is kept of each: its node, and its change. With few of them that is little.
#[test]
fn much_that_is_kept_is_paid_for() {
    const GROUPS: u32 = 15_000;
    const STEPS: u32 = 100_000;
    let groups: Vec<String> = (0..GROUPS)
        .map(|group| format!("doc:a#viewer@group:{group}#member"))
        .collect();
    look(MODEL, &groups, "doc:a#viewer@user:anne", |world| {
        let known = Known::default();
        let mut support = Support::new(world, &known, Changes::Tuples);
        assert_eq!(support.candidates(MAX_ADDED, ALL, &mut { STEPS }), []);
        let nodes = support.nodes.len();
        assert!(support.is_spent && nodes < GROUPS as usize, "{nodes}");

        let mut support = Support::new(world, &known, Changes::Conditions);
        let mut assume = |subject, paid| {
            support.steps = STEPS;
            let subject = SubjectId::Object(subject);
            support.changing(world.goal, subject, What::Assume(true));
            assert_eq!(STEPS - support.steps, paid, "{subject:?}");
        };
        let many = u32::try_from(KEPT_FOR_A_STEP).expect("fits");
        (1..3 * many).for_each(|kept| assume(kept, kept / many));
        // It is kept already.
        assume(many, 0);
    });
}

/// Each part of an `and` goes through all of them: with the square of as many as a text has left, this would not end.
#[test]
fn nothing_is_gone_through_once_the_budget_is_spent() {
    let parts = vec!["a"; 40_000].join(" and ");
    let model = format!(
        "model\n schema 1.1\ntype user\ntype doc\n relations\n  define a: [user]\n  define all: {parts}\n"
    );
    look(&model, &[], "doc:a#all@user:anne", |world| {
        let known = Known::default();
        let mut support = Support::new(world, &known, Changes::Tuples);
        support.steps = 1_000;
        let all = world.relation(world.goal).expect("a relation");
        assert_eq!(support.part(&all.rewrite, Want::NO.or_open()), []);
        assert!(support.is_spent);
    });
}
