//! `tidegate apply`

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use tidegate_client::Client;
use tidegate_client::wire::{Answer, Batch, BatchAnswer, Operation};

use crate::exit::{Exit, Failure};
use crate::hidden;
use crate::output::{Output, Text};

/// Longest file that is read. Bytes.
const FILE_LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// Which changes.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate apply town.yaml\n  tidegate apply - < town.json")]
pub(crate) struct Arguments {
    /// A YAML or JSON file with a list of `operations`, as `POST /v1/batch` takes them, or `-`.
    file: PathBuf,
}

/// Makes all of them at one revision, or none.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { file } = arguments;
    let text = hidden::read_file_or_stdin(&file, FILE_LIMIT_BYTES)?;
    let batch = read(&text).map_err(|reason| Failure::Content {
        path: file.display().to_string(),
        reason,
    })?;
    let answer = client.batch(&batch).await?;
    output.answer(&answer, |text, answer| describe(text, &batch, answer))?;
    Ok(Exit::Ok)
}

/// Reads a list of operations, or a map with one under `operations`. JSON is YAML.
fn read(text: &str) -> Result<Batch, String> {
    let content: Value = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    let list = match content {
        Value::Array(list) => list,
        Value::Object(mut map) => match map.remove("operations") {
            Some(Value::Array(list)) if map.is_empty() => list,
            _ => return Err("it must hold `operations`, a list, and nothing else".to_owned()),
        },
        _ => return Err("it must hold a list of operations".to_owned()),
    };
    let operations = list.into_iter().enumerate().map(|(number, value)| {
        serde_json::from_value(value).map_err(|error| format!("operations[{number}]: {error}"))
    });
    let operations: Vec<Operation> = operations.collect::<Result<_, _>>()?;
    if operations.is_empty() {
        return Err("it holds no operations".to_owned());
    }
    Ok(Batch { operations })
}

/// A line for each operation; what is shown this once is shown.
fn describe(text: &mut Text, batch: &Batch, answer: &BatchAnswer) {
    let BatchAnswer { revision, answers } = answer;
    text.line(&format!(
        "{} operations done at revision {revision}",
        batch.operations.len()
    ));
    for (number, answer) in answers.iter().enumerate() {
        let (line, issued) = match answer {
            Answer::Created(created) => (
                format!("created {}", created.object),
                created.secret.as_ref(),
            ),
            Answer::Issued(issued) => (
                format!("issued {} for {}", issued.jti, issued.subject),
                Some(issued),
            ),
            Answer::Invited(invitation) => (
                format!("invited {} to {}", invitation.invitee, invitation.object),
                None,
            ),
            // What it was is in the file.
            Answer::Changed(_) => continue,
        };
        text.line(&format!("operations[{number}]: {line}"));
        if let Some(secret) = issued.and_then(|issued| issued.secret.as_deref()) {
            text.line(&format!(
                "operations[{number}]: secret, shown this once: {secret}"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = "operations:\n\
                    - {op: create, object: 'user:dora'}\n\
                    - op: grant\n  object: organization:acme\n  relations: [view]\n  subject: user:dora\n";
        let json = r#"[{"op":"create","object":"user:dora"},
            {"op":"grant","object":"organization:acme","relations":["view"],"subject":"user:dora"}]"#;
        let batch = read(yaml).unwrap();
        assert_eq!(batch, read(json).unwrap());
        assert_eq!(batch.operations.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            ("", "a list of operations"),
            ("operations: []", "no operations"),
            ("operations: 3", "a list, and nothing else"),
            (
                "{operations: [], dry_run: true}",
                "a list, and nothing else",
            ),
            ("- op: dance", "operations[0]: unknown variant `dance`"),
            (
                "- {op: delete, object: 'user:a'}\n- {op: delete, thing: 'user:a'}",
                "operations[1]: unknown field `thing`",
            ),
            ("- {op: grant", "did not find"),
        ] {
            let reason = read(text).unwrap_err();
            assert!(reason.contains(expected), "{text}: {reason}");
        }
    }
}
