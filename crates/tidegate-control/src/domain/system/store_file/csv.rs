//! Tuples as comma-separated values (RFC 4180), a line each.
//!
//! The first line names the columns: `user_type`, `user_id`, `user_relation`, `relation`, `object_type`,
//! `object_id`, `condition_name`, `condition_context` (a JSON object), in any order; `user_relation` and
//! those of conditions may be left out.

use std::collections::BTreeMap;
use std::mem::take;

use tidegate_policy::{Context, Object, Subject, Tuple, TupleCondition};

use super::StoreFileError;
use super::format::error;

const COLUMNS: [&str; 8] = [
    "user_type",
    "user_id",
    "user_relation",
    "relation",
    "object_type",
    "object_id",
    "condition_name",
    "condition_context",
];
const REQUIRED: [&str; 5] = [
    "user_type",
    "user_id",
    "relation",
    "object_type",
    "object_id",
];

/// Reads tuples, each with its line, from 1.
pub(super) fn tuples(text: &str) -> Result<Vec<(usize, Tuple)>, StoreFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = records(text)?.into_iter();
    let Some((line, header)) = records.next() else {
        return Err(error("line 1", "the names of the columns are missing"));
    };
    let mut columns = BTreeMap::new();
    for (at, name) in header.iter().map(|name| name.trim()).enumerate() {
        let at_line = format!("line {line}");
        if !COLUMNS.contains(&name) {
            let message = format!("unknown column `{name}`, expected {}", COLUMNS.join(", "));
            return Err(error(&at_line, &message));
        }
        if columns.insert(name, at).is_some() {
            return Err(error(&at_line, &format!("column `{name}` stands twice")));
        }
    }
    if let Some(missing) = REQUIRED.iter().find(|name| !columns.contains_key(**name)) {
        let message = format!("column `{missing}` is missing");
        return Err(error(&format!("line {line}"), &message));
    }
    let tuples = records.map(|(line, record)| {
        let found = if record.len() == header.len() {
            tuple(&columns, &record)
        } else {
            let (found, named) = (record.len(), header.len());
            Err(format!("{found} values, for {named} columns"))
        };
        let found = found.map_err(|message| error(&format!("line {line}"), &message))?;
        Ok((line, found))
    });
    tuples.collect()
}

fn tuple(columns: &BTreeMap<&str, usize>, record: &[String]) -> Result<Tuple, String> {
    let value = |name: &str| {
        let at = columns.get(name)?;
        let value = record.get(*at).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    };
    let required = |name: &str| value(name).ok_or_else(|| format!("`{name}` is empty"));
    let mut user = format!("{}:{}", required("user_type")?, required("user_id")?);
    if let Some(relation) = value("user_relation") {
        user = format!("{user}#{relation}");
    }
    let object = format!("{}:{}", required("object_type")?, required("object_id")?);
    let user: Subject = user.parse().map_err(|reason| format!("{user}: {reason}"))?;
    let object: Object = object
        .parse()
        .map_err(|reason| format!("{object}: {reason}"))?;
    let context = value("condition_context").map(|text| {
        let context: Result<Context, _> = text.parse();
        context.map_err(|reason| format!("`condition_context`: {reason}"))
    });
    let context = context.transpose()?;
    let condition = match (value("condition_name"), context) {
        (Some(name), context) => Some(Box::new(TupleCondition {
            name: name.into(),
            context: context.unwrap_or_default(),
        })),
        (None, Some(_)) => return Err("`condition_context` without `condition_name`".to_owned()),
        (None, None) => None,
    };
    Ok(Tuple {
        condition,
        ..Tuple::new(object, required("relation")?, user)
    })
}

/// Records with the lines that they start on; empty lines are none.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, StoreFileError> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut value = String::new();
    let (mut line, mut start) = (1, 1);
    // In quotes; after quotes that were closed.
    let (mut quoted, mut closed) = (false, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                value.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            _ if quoted => {
                line += usize::from(sign == '\n');
                value.push(sign);
            }
            '"' if value.is_empty() && !closed => quoted = true,
            '"' => {
                let message = "quotes stand around a whole value, and twice within it";
                return Err(error(&format!("line {line}"), message));
            }
            ',' => {
                record.push(take(&mut value));
                closed = false;
            }
            '\r' if signs.peek() == Some(&'\n') => {}
            '\n' => {
                if !(record.is_empty() && value.is_empty() && !closed) {
                    record.push(take(&mut value));
                    records.push((start, take(&mut record)));
                }
                closed = false;
                line += 1;
                start = line;
            }
            _ if closed => {
                let message = "a comma is missing after a value in quotes";
                return Err(error(&format!("line {line}"), message));
            }
            _ => value.push(sign),
        }
    }
    if quoted {
        let message = "quotes are not closed";
        return Err(error(&format!("line {start}"), message));
    }
    if !(record.is_empty() && value.is_empty() && !closed) {
        record.push(value);
        records.push((start, record));
    }
    Ok(records)
}
