//! Generated conditions, and values for their parameters.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// Parameters that conditions are made of, each of one type wherever it stands.
const PARAMETERS: [(&str, &str); 8] = [
    ("x", "int"),
    ("y", "int"),
    ("ok", "bool"),
    ("name", "string"),
    ("names", "list<string>"),
    ("at", "timestamp"),
    ("until", "timestamp"),
    ("ip", "ipaddress"),
];

/// Parts of expressions, with the parameters that they need. Most values that are drawn meet most of them.
const ATOMS: [(&str, &[&str]); 16] = [
    ("x < 8", &["x"]),
    ("x >= 2", &["x"]),
    ("x != 5", &["x"]),
    ("y == 3", &["y"]),
    ("x <= y", &["x", "y"]),
    ("x + y > 6", &["x", "y"]),
    ("12 / x > 1", &["x"]),
    ("y * 1000000000000 < 5000000000000000000", &["y"]),
    ("ok", &["ok"]),
    ("ok == true", &["ok"]),
    ("name == 'a'", &["name"]),
    ("name in names", &["name", "names"]),
    ("'b' in names", &["names"]),
    ("at < until", &["at", "until"]),
    ("at >= until", &["at", "until"]),
    ("ip.in_cidr('10.0.0.0/8')", &["ip"]),
];

/// `condition NAME(…) { … }`, the expression on a line of its own.
pub(super) fn condition(random: &mut Random, name: &str) -> String {
    let mut needed = Vec::new();
    let nesting = random.below(3);
    let expression = expression(random, nesting, &mut needed);
    // Now and then one that the expression does not use: it must have a value all the same.
    if random.percent(10) {
        needed.push(random.of(&PARAMETERS).0);
    }
    let parameters = PARAMETERS.iter().filter(|(name, _)| needed.contains(name));
    let parameters: Vec<String> = parameters
        .map(|(name, kind)| format!("{name}: {kind}"))
        .collect();
    format!(
        "condition {name}({}) {{\n  {expression}\n}}\n",
        parameters.join(", ")
    )
}

fn expression(random: &mut Random, nesting: usize, needed: &mut Vec<&'static str>) -> String {
    if nesting == 0 {
        let (text, parameters) = *random.of(&ATOMS);
        needed.extend(parameters);
        return text.to_owned();
    }
    let mut operand = |random: &mut Random| {
        let inner = random.below(nesting);
        let text = expression(random, inner, needed);
        match random.below(5) {
            0 => format!("!( {text} )"),
            _ if inner > 0 => format!("( {text} )"),
            _ => text,
        }
    };
    let one = operand(random);
    let word = random.of(&["&&", "||", "||"]);
    format!("{one} {word} {}", operand(random))
}

/// Values of some of these parameters (of all that there are, when none are named): each present this
/// often, in percent, and of another type this often.
pub(super) fn values(
    random: &mut Random,
    parameters: Option<&[(String, String)]>,
    present: usize,
    wrong: usize,
) -> String {
    let mut values = Map::new();
    for (name, kind) in PARAMETERS {
        let wanted = parameters.is_none_or(|all| all.iter().any(|(found, _)| found == name));
        if wanted && random.percent(present) {
            let value = if random.percent(wrong) {
                random
                    .of(&[json!("none"), json!([1]), json!({}), Value::Null])
                    .clone()
            } else {
                value(random, kind)
            };
            // A text can be a string; nothing else here can be what it should not.
            let value = match (kind, &value) {
                ("string", Value::String(text)) if text == "none" => json!(7),
                _ => value,
            };
            values.insert(name.to_owned(), value);
        }
    }
    if parameters.is_none() && random.percent(10) {
        values.insert("other".to_owned(), json!({"of": ["no", "parameter"]}));
    }
    Value::Object(values).to_string()
}

fn value(random: &mut Random, kind: &str) -> Value {
    let texts = ["a", "a", "b", "c"];
    match kind {
        "int" => match random.below(12) {
            0 => json!(0),
            1 => json!(-1),
            2 => json!("4"),
            3 => json!(9_000_000_000_000_000_000_i64),
            _ => json!(random.within(1, 6)),
        },
        "bool" => json!(random.percent(75)),
        "string" => json!(random.of(&texts)),
        "list<string>" => {
            let count = random.below(4);
            let all: Vec<&str> = (0..count).map(|_| *random.of(&texts)).collect();
            json!(all)
        }
        "timestamp" => json!(format!("2026-01-{:02}T00:00:00Z", random.within(1, 28))),
        _ => json!(format!(
            "{}.0.0.{}",
            random.of(&["10", "10", "192"]),
            random.below(256)
        )),
    }
}
