//! `tidegate members`

use std::collections::HashMap;

use clap::Args;
use serde::Serialize;
use tidegate_client::wire::GrantInfo;
use tidegate_client::{Client, PageQuery};

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// Most members that are put together into one list.
const MOST_MEMBERS: usize = 100_000;

/// Of what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate members organization:acme")]
pub(crate) struct Arguments {
    /// As in organization:acme.
    #[arg(value_parser = names::object)]
    object: String,
}

/// Lists who has something on the object, each once, with everything they have.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object } = arguments;
    let mut members = Members::default();
    let mut page = PageQuery {
        limit: Some(1_000),
        cursor: None,
    };
    loop {
        let answer = client.grants(&object, &page).await?;
        for grant in answer.items {
            members.add(grant)?;
        }
        page.cursor = answer.next;
        if page.cursor.is_none() {
            break;
        }
    }
    output.answer(&members, |text, members| {
        let rows = members.items.iter();
        let rows: Vec<_> = rows
            .map(|member| [member.subject.clone(), member.relations.join(", ")])
            .collect();
        if rows.is_empty() {
            text.line("none");
        } else {
            text.table(["MEMBER", "AS"], &rows);
        }
    })?;
    Ok(Exit::Ok)
}

/// Members, in the order in which the API names them first.
#[derive(Debug, Default, Serialize)]
struct Members {
    items: Vec<Member>,
    /// Where each is in `items`.
    #[serde(skip)]
    places: HashMap<String, usize>,
}

/// A member, with every page of what they have.
#[derive(Debug, Serialize)]
struct Member {
    subject: String,
    relations: Vec<String>,
}

impl Members {
    fn add(&mut self, grant: GrantInfo) -> Result<(), Failure> {
        let GrantInfo {
            object,
            relation,
            subject,
        } = grant;
        let place = self.places.get(&subject);
        if let Some(member) = place.and_then(|&place| self.items.get_mut(place)) {
            member.relations.push(relation);
            return Ok(());
        }
        if self.items.len() == MOST_MEMBERS {
            return Err(Failure::Missing(format!(
                "{object} has more than {MOST_MEMBERS} members: \
                 `tidegate get {object} --grants` lists them in pages"
            )));
        }
        self.places.insert(subject.clone(), self.items.len());
        self.items.push(Member {
            subject,
            relations: vec![relation],
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_listed_once_also_across_pages() {
        let mut members = Members::default();
        for (relation, subject) in [("view", "user:b"), ("view", "user:a"), ("admin", "user:b")] {
            let grant = GrantInfo {
                object: "organization:o".to_owned(),
                relation: relation.to_owned(),
                subject: subject.to_owned(),
            };
            members.add(grant).unwrap();
        }
        assert_eq!(
            serde_json::to_value(&members).unwrap(),
            serde_json::json!({"items": [
                {"subject": "user:b", "relations": ["view", "admin"]},
                {"subject": "user:a", "relations": ["view"]},
            ]})
        );
    }
}
