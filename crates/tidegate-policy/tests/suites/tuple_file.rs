//! Files of tuples, as OpenFGA's command line reads them: YAML, JSON, JSON lines, CSV.

use std::path::Path;

use crate::store::{ConditionText, TupleText};

pub(crate) fn read(path: &Path) -> Vec<TupleText> {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    parse(&text, &ending).unwrap_or_else(|message| panic!("{}: {message}", path.display()))
}

fn parse(text: &str, ending: &str) -> Result<Vec<TupleText>, String> {
    match ending {
        "csv" => from_csv(text),
        "jsonl" => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let tuples = lines.map(serde_json::from_str);
            tuples.collect::<Result<_, _>>().map_err(|e| e.to_string())
        }
        // JSON is YAML.
        "json" | "yaml" | "yml" => serde_yaml_ng::from_str(text).map_err(|e| e.to_string()),
        other => Err(format!("`{other}` is no kind of tuple file")),
    }
}

/// With a line of the columns' names first: those of the condition and of a userset may be missing.
fn from_csv(text: &str) -> Result<Vec<TupleText>, String> {
    let mut rows = rows(text).into_iter();
    let names = rows.next().ok_or("no line of names")?;
    let mut tuples = Vec::new();
    for row in rows {
        let column = |name: &str| {
            let at = names.iter().position(|found| found.trim() == name);
            let found = at.and_then(|at| row.get(at)).map(|found| found.trim());
            found.filter(|found| !found.is_empty())
        };
        let needed = |name: &str| column(name).ok_or(format!("no `{name}` in {row:?}"));
        let mut user = format!("{}:{}", needed("user_type")?, needed("user_id")?);
        if let Some(relation) = column("user_relation") {
            user += &format!("#{relation}");
        }
        let context = column("condition_context").map(serde_json::from_str);
        let context = context.transpose().map_err(|error| error.to_string())?;
        tuples.push(TupleText {
            object: format!("{}:{}", needed("object_type")?, needed("object_id")?),
            relation: needed("relation")?.to_owned(),
            user,
            condition: column("condition_name").map(|name| ConditionText {
                name: name.to_owned(),
                context,
            }),
        });
    }
    Ok(tuples)
}

/// RFC 4180: fields may be quoted, a quote in them stands twice. Empty lines are passed over.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), vec![], String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    row.push(field);
    rows.push(row);
    rows.retain(|row| row.iter().any(|field| !field.is_empty()));
    rows
}

#[test]
fn every_kind_of_tuple_file_is_read() {
    let csv = "user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context\n\
               user,ann,,viewer,doc,a,,\n\
               team,x,member,viewer,doc,a,in_range,\"{\"\"low\"\": [1, 2]}\"\r\n\
               \n\
               user,*,,viewer,doc,b,open,";
    let json = r#"[{"user": "user:ann", "relation": "viewer", "object": "doc:a"},
        {"user": "team:x#member", "relation": "viewer", "object": "doc:a",
         "condition": {"name": "in_range", "context": {"low": [1, 2]}}},
        {"user": "user:*", "relation": "viewer", "object": "doc:b", "condition": {"name": "open"}}]"#;
    let values: Vec<serde_json::Value> = serde_json::from_str(json).expect("JSON");
    let jsonl = values.iter().map(|value| format!("{value}\n"));
    let yaml = serde_yaml_ng::to_string(&values).expect("YAML");
    let expected = [
        "doc:a#viewer@user:ann",
        r#"doc:a#viewer@team:x#member with in_range {"low":[1,2]}"#,
        "doc:b#viewer@user:* with open",
    ];
    for (text, ending) in [
        (csv, "csv"),
        (json, "json"),
        (&yaml, "yaml"),
        (&jsonl.collect::<String>(), "jsonl"),
    ] {
        let found = parse(text, ending).expect(ending);
        let found: Vec<String> = found.iter().map(TupleText::text).collect();
        assert_eq!(found, expected, "{ending}");
    }
}
