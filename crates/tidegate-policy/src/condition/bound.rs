//! What an evaluation costs at most, whatever values it is given: for who answers before there are any.

use super::overloads::Function as F;
use super::term::{Kind, Term};
use super::value::Value;
use super::{MAX_CONTEXT, MAX_COST, Parameter, ParameterType, convert, double};

/// Longest text that a number, a time or an address has as a text. Bytes.
const MAX_PRINTED: usize = 400;

/// Most that reading the parameters and evaluating the term cost, in the units of an evaluation.
pub(super) fn most(term: &Term, parameters: &[Parameter]) -> u32 {
    let read = parameters
        .iter()
        .map(|parameter| convert::most(&parameter.kind));
    let read = read.fold(0, usize::saturating_add);
    let evaluated = of(term, parameters).cost.min(MAX_COST as usize);
    let all = read.saturating_add(evaluated);
    u32::try_from(all).unwrap_or(u32::MAX)
}

/// What a part of an expression costs at most, and how long it is where it is a text. Bytes.
#[derive(Clone, Copy)]
struct Most {
    cost: usize,
    text: usize,
}

/// Where the elements of lists and maps, or patterns, have a say in it: all there is.
const ANY: Most = Most {
    cost: MAX_COST as usize,
    text: 0,
};

fn of(term: &Term, parameters: &[Parameter]) -> Most {
    let plain = |cost| Most { cost, text: 0 };
    let part = |term: &Term| of(term, parameters);
    match (&term.kind, term.parts.as_slice()) {
        (Kind::Constant(value), _) => Most {
            cost: 1,
            text: match value {
                Value::List(_) | Value::Map(_) => return ANY,
                Value::String(text) => text.len(),
                Value::Bytes(bytes) => bytes.len(),
                _ => 0,
            },
        },
        (Kind::Parameter(at), _) => match parameters.get(*at).map(|parameter| &parameter.kind) {
            None | Some(ParameterType::Any | ParameterType::List(_) | ParameterType::Map(_)) => ANY,
            Some(ParameterType::String) => Most {
                cost: 1,
                text: MAX_CONTEXT,
            },
            _ => plain(1),
        },
        (Kind::And | Kind::Or, terms) => {
            let mut cost = 1;
            for term in terms {
                cost += part(term).cost;
            }
            plain(cost)
        }
        (Kind::If, [test, yes, no]) => {
            // Each once: they may be nested.
            let (test, yes, no) = (part(test), part(yes), part(no));
            Most {
                cost: 1 + test.cost + yes.cost + no.cost,
                text: yes.text.max(no.text),
            }
        }
        (Kind::Apply(function), [operand]) => one(*function, part(operand)),
        (Kind::Apply(F::In), [wanted, elements]) if matches!(elements.kind, Kind::List) => {
            let wanted = part(wanted);
            let mut cost = 2 + wanted.cost;
            for element in &elements.parts {
                let element = part(element);
                cost += element.cost + 1 + element.text.min(wanted.text) / 8;
            }
            plain(cost)
        }
        (Kind::Apply(function), [first, second]) => two(*function, part(first), part(second)),
        _ => ANY,
    }
}

fn one(function: F, operand: Most) -> Most {
    let read = operand.cost + 1 + operand.text / 8;
    let (cost, text) = match function {
        F::ToDouble => (read + operand.text / 8 + double::MOST, 0),
        F::ToString => {
            let text = operand.text.max(MAX_PRINTED);
            (read + text / 8, text)
        }
        F::ToBytes | F::ToDyn => (read, operand.text),
        _ => (read, 0),
    };
    Most { cost, text }
}

fn two(function: F, first: Most, second: Most) -> Most {
    let (both, shorter) = (first.text + second.text, first.text.min(second.text));
    let (touched, text) = match function {
        F::Matches | F::Index | F::In => return ANY,
        F::Equal | F::NotEqual | F::Less | F::LessEqual | F::Greater | F::GreaterEqual => {
            (shorter, 0)
        }
        F::Add => (both, both),
        _ => (both, 0),
    };
    Most {
        cost: first.cost + second.cost + 2 + touched / 8,
        text,
    }
}
