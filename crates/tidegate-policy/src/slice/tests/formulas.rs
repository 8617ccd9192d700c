//! Formulas over conditions.

use super::super::terms::{CIRCLE, FAULT, FIRST, MAX_DEPTH, NO, Node, NodeId, Terms, YES};
use super::super::{Evaluation, SliceError, Value};
use super::{all, any};
use crate::condition::{Condition, Context, Parameter, ParameterType};

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
