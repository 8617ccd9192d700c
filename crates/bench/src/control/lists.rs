//! How long a page of a list takes, for who sees much and for who sees little.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};

use super::server::{Secrets, Server};
use super::world::{self, FEW, FIRST_PROJECTS, Fact, PROJECTS, Thing};
use crate::connection::{Ask, Connection, bearer};
use crate::error::{Context, Error, Result};
use crate::load::{Expected, Load};
use crate::statistics::{median, percentile_us};
use crate::table::{Goal, Row, note};

/// The cases' name.
pub(super) const NAME: &str = "list";
/// How long each is asked for in a round.
const TIME: Duration = Duration::from_secs(2);
/// Items of a page that names no limit.
const PAGE: usize = 100;
/// What is promised (issue: "in under 20 ms").
const GOAL: Goal = Goal::Under(20.0);

/// A list.
struct Case {
    name: &'static str,
    ask: Ask,
    /// What all pages together hold, in this order.
    expected: Vec<String>,
    /// How an item is told in `expected`.
    item: fn(&Value) -> Option<String>,
    /// Where the items are.
    items: &'static str,
    /// Where the next page starts.
    next: &'static str,
}

/// Measures.
///
/// # Errors
/// When a list is not the expected one.
pub(super) async fn run(rounds: u32, server: &Server, secrets: &Secrets) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for case in cases(secrets)? {
        note(&format!("{NAME}: {} …", case.name));
        let mut connection = Connection::open(server.control).await?;
        let first = connection.exchange(&case.ask).await?;
        if first.status == StatusCode::NOT_FOUND {
            note(&format!(
                "{NAME}: {}: left out: it is not served",
                case.name
            ));
            continue;
        }
        compare(&case, &mut connection).await?;
        let expected = Expected {
            ask: case.ask.clone(),
            answer_bytes: first.content.len() as u64,
        };
        let mut load = Load::open(server.control, 1, expected).await?;
        let (mut p50, mut p99) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let sample = load.closed(TIME).await?;
            p50.push(percentile_us(&sample.latencies, 0.5) / 1e3);
            p99.push(percentile_us(&sample.latencies, 0.99) / 1e3);
        }
        let row = |what: &str, of: &[f64], goal| {
            Row::alone(
                format!("{NAME}: {}: {what}", case.name),
                "ms",
                median(of),
                goal,
            )
        };
        rows.push(row("p50", &p50, Some(GOAL)));
        rows.push(row("p99", &p99, None));
    }
    Ok(rows)
}

fn cases(secrets: &Secrets) -> Result<Vec<Case>> {
    let get = |target: &str, secret: &str| {
        let authorization = Some(bearer(secret)?);
        Ok::<_, Error>(Ask {
            method: Method::GET,
            target: target.parse::<Uri>().context("not a path")?,
            authorization,
            content: Bytes::new(),
        })
    };
    let named = |numbers: &mut dyn Iterator<Item = u32>| -> Vec<String> {
        numbers.map(|n| Thing::Project(n).name()).collect()
    };
    let of_owner = named(&mut (0..FIRST_PROJECTS));
    let of_few = named(&mut (0..PROJECTS).filter(|&n| world::few_sees(n)));
    let first = Thing::Project(0);
    let grants = world::granted(first).into_iter();
    let grants: BTreeSet<String> = grants
        .map(|Fact(_, relation, subject)| format!("{relation}@{}", subject.name()))
        .collect();
    let projects = "/v1/objects?type=project";
    let object = |item: &Value| Some(item.get("object")?.as_str()?.to_owned());
    let page = |name, ask, expected| Case {
        name,
        ask,
        expected,
        item: object,
        items: "/items",
        next: "/next",
    };
    let search = json!({
        "subject": { "type": "user", "id": Thing::User(FEW).id() },
        "action": { "name": "can_see" },
        "resource": { "type": "project" },
    });
    Ok(vec![
        page(
            "100 of 1000 projects, as their organization's admin",
            get(projects, &secrets.owner)?,
            of_owner,
        ),
        page(
            "100 of 10000 projects, as who sees no others",
            get(projects, &secrets.few)?,
            of_few.clone(),
        ),
        Case {
            item: |item| {
                let text = |key| item.get(key)?.as_str();
                Some(format!("{}@{}", text("relation")?, text("subject")?))
            },
            ..page(
                "100 grants of a project",
                get(
                    &format!("/v1/grants?object={}", first.name()),
                    &secrets.owner,
                )?,
                grants.into_iter().collect(),
            )
        },
        Case {
            name: "resource search, 100 of 10000 projects",
            ask: Ask {
                method: Method::POST,
                target: Uri::from_static("/access/v1/search/resource"),
                authorization: Some(bearer(&secrets.few)?),
                content: search.to_string().into(),
            },
            expected: of_few,
            item: |item| {
                let text = |key| item.get(key)?.as_str();
                Some(format!("{}:{}", text("type")?, text("id")?))
            },
            items: "/results",
            next: "/page/next_token",
        },
    ])
}

/// Fails unless the pages hold what they must; the first page is the one that is measured, and is full.
async fn compare(case: &Case, connection: &mut Connection) -> Result<()> {
    let mut found: Vec<String> = Vec::new();
    let mut ask = case.ask.clone();
    loop {
        let answer = connection.exchange(&ask).await?;
        let wrong = |what: &str| Error::new(format!("{NAME}: {}: {what}", case.name));
        if answer.status != StatusCode::OK {
            return Err(wrong(&format!("answered {}", answer.status)));
        }
        let answer: Value = serde_json::from_slice(&answer.content).context("no JSON")?;
        let items = answer.pointer(case.items).and_then(Value::as_array);
        let items = items.ok_or_else(|| wrong("an answer without items"))?;
        if found.is_empty() && items.len() != case.expected.len().min(PAGE) {
            return Err(wrong(&format!("a first page of {} items", items.len())));
        }
        for item in items {
            found.push((case.item)(item).ok_or_else(|| wrong("an item without a name"))?);
        }
        let next = answer.pointer(case.next).and_then(Value::as_str);
        match next {
            Some(next) if !next.is_empty() => ask = following(&case.ask, next)?,
            _ => break,
        }
    }
    if found == case.expected {
        return Ok(());
    }
    Err(Error::new(format!(
        "{NAME}: {}: {} items, not the {} expected",
        case.name,
        found.len(),
        case.expected.len()
    )))
}

/// Asks for a page that is not the first.
fn following(ask: &Ask, next: &str) -> Result<Ask> {
    let mut ask = ask.clone();
    if ask.content.is_empty() {
        let encoded: String = next.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let target = format!("{}&cursor={encoded}", ask.target);
        ask.target = target.parse().context("not a path")?;
    } else {
        let mut request: Value = serde_json::from_slice(&ask.content).context("no JSON")?;
        if let Some(request) = request.as_object_mut() {
            request.insert("page".to_owned(), json!({ "token": next }));
        }
        ask.content = request.to_string().into();
    }
    Ok(ask)
}
