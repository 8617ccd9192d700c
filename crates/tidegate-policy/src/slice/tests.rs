//! Formulas against what the operators are said to be, and sections by hand.

use super::section::{Row, Section};
use super::terms::{CIRCLE, FAULT, FIRST, MAX_DEPTH, NO, Node, NodeId, Terms, YES};
use super::{Evaluation, MAX_SLICE_OBJECTS, SliceError, Value};
use crate::condition::{Condition, Context, Parameter, ParameterType};

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

fn but_not(base: Value, subtract: Value) -> Value {
    match (base, subtract) {
        (Value::No | Value::Circle, _) => base,
        (_, Value::Yes) => Value::No,
        (_, Value::No) => base,
        (_, other) => other,
    }
}

/// Conditions whose parameter comes with the request: `x == 1` is yes, any other number no, a text a fault.
fn condition(terms: &mut Terms, name: &str) -> NodeId {
    let parameter = Parameter {
        name: name.into(),
        kind: ParameterType::Int,
    };
    let text = format!("{name} == 1");
    let condition = Condition::parse(name, vec![parameter], &text).expect("a condition");
    let condition = terms.add_condition(&condition.into());
    let context = terms.add_context(Context::EMPTY);
    terms
        .add(Node::Condition { condition, context })
        .expect("fits")
}

/// Every operator over two conditions and every constant, and once more over what that comes to: simplified
/// as it is built, it has the value of what was built.
#[test]
fn what_is_built_has_the_value_of_what_was_meant() {
    let mut terms = Terms::default();
    let (a, b) = (condition(&mut terms, "a"), condition(&mut terms, "b"));
    // Each formula with what it means where the conditions are met or not or without an answer.
    let json = ["1", "0", "\"no\""];
    let of_json = [Value::Yes, Value::No, Value::Fault];
    type Meaning = [Value; 9];
    let meaning = |which: fn(usize, usize) -> usize| -> Meaning {
        std::array::from_fn(|at| of_json[which(at / 3, at % 3)])
    };
    let mut formulas: Vec<(NodeId, Meaning)> = vec![
        (NO, [Value::No; 9]),
        (YES, [Value::Yes; 9]),
        (CIRCLE, [Value::Circle; 9]),
        (FAULT, [Value::Fault; 9]),
        (a, meaning(|of_a, _| of_a)),
        (b, meaning(|_, of_b| of_b)),
    ];
    for _ in 0..2 {
        let built = formulas.clone();
        for &(one, means_one) in built.iter().take(60) {
            for &(other, means_other) in built.iter().take(60) {
                let with = |join: fn(Value, Value) -> Value| -> Meaning {
                    std::array::from_fn(|at| join(means_one[at], means_other[at]))
                };
                formulas.push((
                    terms.any(vec![one, other]).expect("fits"),
                    with(|one, other| any(&[one, other])),
                ));
                formulas.push((
                    terms.all(vec![one, other]).expect("fits"),
                    with(|one, other| all(&[one, other])),
                ));
                formulas.push((terms.but_not(one, other).expect("fits"), with(but_not)));
                // Only a condition stands before what it guards.
                if one == a || one == b || one < FIRST {
                    formulas.push((
                        terms.when(one, other).expect("fits"),
                        with(|met, then| if met == Value::Yes { then } else { met }),
                    ));
                }
            }
        }
    }
    assert!(formulas.len() > 10_000, "{}", formulas.len());
    for at in 0..9 {
        let text = format!("{{\"a\":{},\"b\":{}}}", json[at / 3], json[at % 3]);
        let context: Context = text.parse().expect("a context");
        let mut evaluation = Evaluation::new(&terms, &context);
        for (formula, means) in &formulas {
            let found = evaluation.value(*formula);
            assert_eq!(
                found,
                means[at],
                "{formula}: {:?} with {text}",
                terms.node(*formula)
            );
            assert!(found != Value::Yes || terms.can_be_yes(*formula));
        }
    }
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
fn formulas_nest_so_deep_and_no_deeper() {
    let mut terms = Terms::default();
    let (a, b) = (condition(&mut terms, "a"), condition(&mut terms, "b"));
    let mut formula = a;
    for depth in 1..MAX_DEPTH {
        formula = terms
            .but_not(formula, b)
            .unwrap_or_else(|_| panic!("{depth}"));
    }
    assert_eq!(terms.but_not(formula, b), Err(SliceError::TooLong));
    let context: Context = "{\"a\":1,\"b\":0}".parse().expect("a context");
    assert_eq!(Evaluation::new(&terms, &context).value(formula), Value::Yes);
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
