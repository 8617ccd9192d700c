//! Formulas against what the operators are said to be, and sections by hand.

#[cfg(feature = "conditions")]
mod formulas;

use super::section::{Row, Section};
use super::terms::{CIRCLE, FAULT, NO, NodeId, Terms, YES};
use super::{Evaluation, MAX_SLICE_OBJECTS, SliceError, Value};
use crate::condition::Context;

const ALL_VALUES: [Value; 4] = [Value::No, Value::Yes, Value::Circle, Value::Fault];

/// Of the first that is among them, in this order; else the last.
fn heaviest(of: &[Value], order: [Value; 4]) -> Value {
    let found = order.into_iter().find(|value| of.contains(value));
    found.unwrap_or(order[3])
}

fn any(of: &[Value]) -> Value {
    heaviest(of, [Value::Yes, Value::Fault, Value::Circle, Value::No])
}

fn all(of: &[Value]) -> Value {
    heaviest(of, [Value::No, Value::Circle, Value::Fault, Value::Yes])
}

/// Whatever the order and the nesting of what is joined.
#[test]
fn joined_in_any_order() {
    let values = [NO, YES, CIRCLE, FAULT];
    let mut terms = Terms::default();
    for one in 0..4 {
        for two in 0..4 {
            for three in 0..4 {
                let of = [one, two, three];
                let ids: Vec<NodeId> = of.iter().map(|&at| values[at]).collect();
                let means: Vec<Value> = of.iter().map(|&at| ALL_VALUES[at]).collect();
                for (built, meant) in [
                    (terms.any(ids.clone()), any(&means)),
                    (terms.all(ids.clone()), all(&means)),
                ] {
                    let found = Evaluation::new(&terms, Context::EMPTY).value(built.expect("fits"));
                    assert_eq!(found, meant, "{means:?}");
                }
            }
        }
    }
}

#[test]
fn sections_have_so_many_objects_and_no_more() {
    let mut section = Section::with_capacity(MAX_SLICE_OBJECTS);
    let row = section.add_row(&Row::from([(0, YES)]));
    for number in 0..MAX_SLICE_OBJECTS {
        section.push(&format!("d:{number}"), row).expect("fits");
    }
    assert_eq!(section.push("d:more", row), Err(SliceError::TooLong));
    assert_eq!(section.set("d:more", row), Err(SliceError::TooLong));
    section.set("d:0", row).expect("it is there");
}

#[test]
fn sections_hold_what_was_put_and_not_removed() {
    let mut section = Section::default();
    let rows: Vec<Row> = (0..3)
        .map(|relation| Row::from([(relation, YES)]))
        .collect();
    let ids: Vec<u32> = rows.iter().map(|row| section.add_row(row)).collect();
    assert_eq!(section.add_row(&rows[1]), ids[1], "kept once");
    let name = |number: usize| format!("doc:{number}");
    for number in 0..1_000 {
        section.set(&name(number), ids[number % 3]).expect("fits");
    }
    for number in (0..1_000).step_by(2) {
        assert!(section.remove(&name(number)));
        assert!(!section.remove(&name(number)), "once");
    }
    for number in (1..1_000).step_by(4) {
        section.set(&name(number), ids[0]).expect("fits");
    }
    assert_eq!(section.len(), 500);
    for number in 0..1_000 {
        let expected = match number % 4 {
            1 => Some(&rows[0]),
            3 => Some(&rows[number % 3]),
            _ => None,
        };
        assert_eq!(section.get(&name(number)), expected, "{number}");
    }
    let names: Vec<&str> = section.sorted().iter().map(|&(name, _)| name).collect();
    assert!(names.is_sorted() && names.len() == 500);
    for number in (1..1_000).step_by(2) {
        assert!(section.remove(&name(number)));
    }
    assert_eq!((section.len(), section.iter().count()), (0, 0));
}
