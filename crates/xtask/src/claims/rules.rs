//! Mutants of a `system.toml`: each without one alternative of one clause, one clause of one guard, one
//! entry of one list, or one key.

use toml::{Table, Value};

use crate::Failure;

/// Every mutant: what it lacks, as in `type.stream.grant.read.guard[1]`, and its text.
pub(super) fn mutants(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let cannot = |error: String| Failure::failed(format!("system.toml: {error}"));
    let table: Table = text.parse().map_err(|error| cannot(format!("{error}")))?;
    let mut found = Vec::new();
    for (path, less) in of_table(&table) {
        let text = toml::to_string(&less).map_err(|error| cannot(error.to_string()))?;
        found.push((path, text));
    }
    Ok(found)
}

/// A table without one thing of what is in it, in each way.
fn of_table(table: &Table) -> Vec<(String, Table)> {
    let mut found = Vec::new();
    for (key, value) in table {
        // Tables are told apart by what is in them; all of it at once says less.
        if !value.is_table() {
            let mut less = table.clone();
            less.remove(key);
            found.push((key.clone(), less));
        }
        for (path, value) in of_value(value) {
            let mut less = table.clone();
            less.insert(key.clone(), value);
            found.push((format!("{key}{path}"), less));
        }
    }
    found
}

fn of_value(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Table(table) => of_table(table)
            .into_iter()
            .map(|(path, less)| (format!(".{path}"), Value::Table(less)))
            .collect(),
        Value::Array(entries) => of_array(entries),
        Value::String(text) => of_clause(text),
        _ => Vec::new(),
    }
}

fn of_array(entries: &[Value]) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        // With one entry, the key as a whole is dropped.
        if entries.len() > 1 {
            let mut less = entries.to_vec();
            less.remove(index);
            found.push((format!("[{}]", name(entry, index)), Value::Array(less)));
        }
        for (path, value) in of_value(entry) {
            let mut less = entries.to_vec();
            if let Some(slot) = less.get_mut(index) {
                *slot = value;
            }
            found.push((format!("[{index}]{path}"), Value::Array(less)));
        }
    }
    found
}

/// A clause of a guard, `relation on role or relation on role`, with one alternative less.
fn of_clause(text: &str) -> Vec<(String, Value)> {
    let alternatives: Vec<&str> = text.split(" or ").collect();
    let is_guard = alternatives.iter().all(|one| one.contains(" on "));
    if !is_guard || alternatives.len() < 2 {
        return Vec::new();
    }
    let drop = |index| {
        let mut rest = alternatives.clone();
        let what: &str = rest.remove(index);
        (format!(" without `{what}`"), Value::from(rest.join(" or ")))
    };
    (0..alternatives.len()).map(drop).collect()
}

/// What an entry is called: its words, or its place.
fn name(entry: &Value, index: usize) -> String {
    entry
        .as_str()
        .map_or_else(|| index.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_in_turn() {
        let text = r#"
[type.a]
create = "x on parent or y on caller"
keep = ["admin"]
also = [{ object = "b:{id}" }]

[type.a.grant]
read = { guard = ["x on object", "y on subject or z on subject"], needs = "x on parent" }
"#;
        let found = mutants(text).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "type.a.also",
                "type.a.also[0].object",
                "type.a.create",
                "type.a.create without `x on parent`",
                "type.a.create without `y on caller`",
                "type.a.grant.read.guard",
                "type.a.grant.read.guard[x on object]",
                "type.a.grant.read.guard[y on subject or z on subject]",
                "type.a.grant.read.guard[1] without `y on subject`",
                "type.a.grant.read.guard[1] without `z on subject`",
                "type.a.grant.read.needs",
                "type.a.keep",
            ]
        );
        let whole: Table = text.parse().unwrap();
        for (name, less) in found {
            assert_ne!(less.parse::<Table>().unwrap(), whole, "{name}");
        }
    }
}
