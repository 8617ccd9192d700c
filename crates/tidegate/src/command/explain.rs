//! `tidegate explain`

pub(crate) mod list; // lists whose rows are explained

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{Explain, Explained, RemedyInfo, TupleInfo, UnmetInfo};

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::{Output, Text, Tone};

/// Remedies that are printed for people; `--json` has all of them.
const REMEDIES_PRINTED: usize = 10;

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    override_usage = "tidegate explain [OPTIONS] [SUBJECT] <ACTION> <RESOURCE>",
    after_help = "Example:\n  tidegate explain service:acme/sales/bot can_read stream:acme/sales/orders\n  tidegate explain can_read stream:acme/sales/orders"
)]
pub(crate) struct Arguments {
    /// Who (you, where it is left out), does what, on what: as in service:acme/sales/bot can_read stream:acme/sales/orders.
    #[arg(required = true, num_args = 2..=3, value_name = "QUESTION")]
    question: Vec<String>,
    /// Values of conditions' parameters: a JSON object.
    #[arg(long, value_name = "JSON", value_parser = context)]
    context: Option<serde_json::Map<String, serde_json::Value>>,
}

fn context(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("a context is a JSON object: {error}"))
}

/// Prints the answer and why, and ends with it.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { question, context } = arguments;
    let (subject, action, resource) = match question.as_slice() {
        [action, resource] => (None, action, resource),
        [subject, action, resource] => (Some(subject), action, resource),
        _ => return Err(Failure::Usage("[SUBJECT] ACTION RESOURCE".to_owned())),
    };
    let object = |text: &String| names::object(text).map_err(Failure::Usage);
    let request = Explain {
        subject: subject.map(object).transpose()?,
        action: action.clone(),
        resource: object(resource)?,
        context,
    };
    let answer = client.explain(&request).await?;
    output.answer(&answer, print)?;
    Ok(if answer.decision {
        Exit::Ok
    } else {
        Exit::Denied
    })
}

fn print(text: &mut Text, answer: &Explained) {
    if answer.decision {
        text.toned_line(Tone::Yes, "allowed");
        why(answer).iter().for_each(|line| text.line(line));
        return;
    }
    text.toned_line(Tone::No, "denied");
    if let Some(reason) = &answer.reason {
        text.line(reason);
    }
    for unmet in &answer.conditions {
        text.line(&condition(unmet));
    }
    let mut remedies = answer.remedies.iter();
    for (number, remedy) in remedies.by_ref().take(REMEDIES_PRINTED).enumerate() {
        let heading = if number == 0 {
            "It would be allowed after:"
        } else {
            "or after:"
        };
        text.toned_line(Tone::Heading, heading);
        let RemedyInfo { add, remove } = remedy;
        add.iter().for_each(|tuple| text.line(&added(tuple)));
        remove.iter().for_each(|tuple| text.line(&removed(tuple)));
    }
    let more = remedies.count();
    if more > 0 {
        text.line(&format!("and {more} other ways: --json has them"));
    }
    if answer.remedies.is_empty() && answer.complete {
        text.line("no three tuples on what there is would change that");
    }
    if !answer.complete && answer.reason.is_none() {
        // The same where the resource is not there and where it may not be seen.
        let told = !answer.remedies.is_empty() || !answer.conditions.is_empty();
        text.line(match told {
            true => "there may be other ways",
            false => "there may be ways that are not told: the resource may not exist, or you may not see it",
        });
    }
}

/// The lines that say why a yes is one.
fn why(answer: &Explained) -> Vec<String> {
    match &answer.proof {
        Some(proof) => proof.to_string().lines().map(str::to_owned).collect(),
        None => vec!["why takes more than can be said here".to_owned()],
    }
}

fn condition(unmet: &UnmetInfo) -> String {
    let UnmetInfo {
        tuple,
        condition,
        parameters,
        missing,
        error,
    } = unmet;
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return format!("condition {condition} of {tuple} needs {missing}: --context has values");
    }
    match error {
        Some(error) => format!("condition {condition} of {tuple} has no answer: {error}"),
        None => {
            let parameters = parameters.join(", ");
            format!("condition {condition} of {tuple} is not met ({parameters})")
        }
    }
}

fn added(tuple: &TupleInfo) -> String {
    match &tuple.grant {
        Some(grant) => {
            let (object, relation, subject) = (&grant.object, &grant.relation, &grant.subject);
            format!(
                "  tidegate grant {object} {relation} --to {}",
                quoted(subject)
            )
        }
        None => format!("  adding {}", tuple.tuple),
    }
}

fn removed(tuple: &TupleInfo) -> String {
    match &tuple.grant {
        Some(grant) => {
            let (object, relation, subject) = (&grant.object, &grant.relation, &grant.subject);
            format!(
                "  tidegate revoke {object} {relation} --from {}",
                quoted(subject)
            )
        }
        None => format!("  removing {}", tuple.tuple),
    }
}

/// A shell would take a star for files' names, and a number sign for a remark.
fn quoted(subject: &str) -> String {
    if subject.contains(['*', '#']) {
        format!("\"{subject}\"")
    } else {
        subject.to_owned()
    }
}
