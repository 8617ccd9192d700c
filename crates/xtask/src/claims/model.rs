//! Mutants of a `model.fga`: each with one operand of one definition less, or with one type restriction
//! less.

/// The operators, as they stand between operands.
const OPERATORS: [&str; 3] = [" or ", " and ", " but not "];

/// A definition that lacks something: what it lacks, and the text.
type Less = (String, String);

/// Every mutant: what it lacks, as in ``stream#can_write without `create from project` ``, and its text.
pub(super) fn mutants(text: &str) -> Vec<Less> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut type_name = "";
    for (index, line) in lines.iter().enumerate() {
        if let Some(name) = line.strip_prefix("type ") {
            type_name = name.trim();
        }
        let Some((head, definition)) = line.split_once(": ").filter(|(head, _)| is_define(head))
        else {
            continue;
        };
        let relation = head.trim().trim_start_matches("define ");
        for (what, less) in without_one(definition.trim()) {
            let mut mutant = lines.clone();
            let line = format!("{head}: {less}");
            if let Some(slot) = mutant.get_mut(index) {
                *slot = &line;
            }
            let name = format!("{type_name}#{relation} without `{what}`");
            found.push((name, mutant.join("\n") + "\n"));
        }
    }
    found
}

fn is_define(head: &str) -> bool {
    head.trim_start().starts_with("define ")
}

/// An expression with one operand or one type restriction less, in each way that leaves one.
fn without_one(expression: &str) -> Vec<Less> {
    let (operands, operator) = split(expression);
    if let [only] = operands.as_slice() {
        return inside(only);
    }
    let mut found = Vec::new();
    for (index, operand) in operands.iter().enumerate() {
        // What is left of `a but not b` without `a` would be no weaker form of it.
        if operator != " but not " || index > 0 {
            let mut rest = operands.clone();
            rest.remove(index);
            found.push(((*operand).to_owned(), rest.join(operator)));
        }
        for (what, less) in inside(operand) {
            let mut changed = operands.clone();
            if let Some(slot) = changed.get_mut(index) {
                *slot = &less;
            }
            found.push((what, changed.join(operator)));
        }
    }
    found
}

/// What one operand can lack: a type restriction of `[…]`, whatever is in `(…)`.
fn inside(operand: &str) -> Vec<Less> {
    if let Some(types) = enclosed(operand, '[', ']') {
        let types: Vec<&str> = types.split(',').map(str::trim).collect();
        let drop = |index| {
            let mut rest = types.clone();
            let what = rest.remove(index);
            (format!("[{what}]"), format!("[{}]", rest.join(", ")))
        };
        return (0..types.len())
            .filter(|_| types.len() > 1)
            .map(drop)
            .collect();
    }
    let Some(inner) = enclosed(operand, '(', ')') else {
        return Vec::new();
    };
    let wrap = |(what, less): Less| {
        // One operand alone needs none.
        let alone = split(&less).0.len() == 1;
        (what, if alone { less } else { format!("({less})") })
    };
    without_one(inner).into_iter().map(wrap).collect()
}

fn enclosed(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// The operands outside of brackets and what stands between them; the language allows one operator
/// without brackets.
fn split(expression: &str) -> (Vec<&str>, &'static str) {
    let mut operands = Vec::new();
    let mut operator = "";
    let (mut depth, mut start) = (0_i32, 0);
    for (at, character) in expression.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        let rest = expression.get(at..).unwrap_or_default();
        let here = OPERATORS.iter().find(|word| rest.starts_with(**word));
        if let (0, Some(here)) = (depth, here) {
            operands.extend(expression.get(start..at));
            operator = here;
            start = at + here.len();
        }
    }
    operands.extend(expression.get(start..));
    (operands, operator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operand_in_turn() {
        let cases: [(&str, &[(&str, &str)]); 7] = [
            ("a", &[]),
            ("[user]", &[]),
            (
                "[user, team#member]",
                &[("[user]", "[team#member]"), ("[team#member]", "[user]")],
            ),
            ("a or b from c", &[("a", "b from c"), ("b from c", "a")]),
            ("a but not b", &[("b", "a")]),
            (
                "[user] or a or b",
                &[
                    ("[user]", "a or b"),
                    ("a", "[user] or b"),
                    ("b", "[user] or a"),
                ],
            ),
            (
                "a or (b and c from d)",
                &[
                    ("a", "(b and c from d)"),
                    ("(b and c from d)", "a"),
                    ("b", "a or c from d"),
                    ("c from d", "a or b"),
                ],
            ),
        ];
        for (expression, expected) in cases {
            let found = without_one(expression);
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(what, less)| (what.as_str(), less.as_str()))
                .collect();
            assert_eq!(found, expected, "{expression}");
        }
    }

    #[test]
    fn a_mutant_is_the_model_but_for_one_definition() {
        let text = "model\n  schema 1.1\n# a: b or c\ntype user\ntype doc\n  relations\n    define a: [user]\n    define b: a or [user]\n";
        let found = mutants(text);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["doc#b without `a`", "doc#b without `[user]`"]);
        assert_eq!(found[0].1, text.replace("a or [user]", "[user]"));
    }
}
