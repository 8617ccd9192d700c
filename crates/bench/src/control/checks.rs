//! Checks over HTTP (AuthZEN evaluation), as a project's admin asks about others and about itself.
//!
//! What each must be answered is worked out from the grants by the rules of the Beneath system, as its
//! claims state them, and compared before anything is timed; an answer of another length ends the
//! measurement, and yes and no differ in length.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode, Uri};
use serde_json::json;

use super::server::{Secrets, Server};
use super::world::{self, FIRST_MEMBER, FIRST_PROJECTS, OWNER, Thing, USERS};
use crate::connection::{Ask, Connection, bearer};
use crate::error::{Error, Result};
use crate::load::{Expected, Load};
use crate::statistics::{median, percentile_us};
use crate::table::{Goal, Row, note};

/// The case's name.
pub(super) const NAME: &str = "check";
/// Different questions.
const QUESTIONS: u32 = 4096;
/// Connections, each with one request under way.
const CONNECTIONS: usize = 32;
/// What is promised (issue: "at least 20 thousand a second").
const RATE: f64 = 20_000.0;
/// What is promised at half that rate (issue: "p99 under 5 ms"), in milliseconds.
const P99_MS: f64 = 5.0;
const WARM_UP: Duration = Duration::from_secs(1);
const CLOSED: Duration = Duration::from_secs(5);
const PACED: Duration = Duration::from_secs(5);

/// A question, and what the rules say.
struct Question {
    subject: Thing,
    action: &'static str,
    resource: Thing,
    allowed: bool,
}

/// Measures.
///
/// # Errors
/// When an answer is not the expected one.
pub(super) async fn run(rounds: u32, server: &Server, secrets: &Secrets) -> Result<Vec<Row>> {
    note(&format!("{NAME} …"));
    let authorization = bearer(&secrets.owner)?;
    let mut connection = Connection::open(server.control).await?;
    let mut expected = Vec::new();
    for number in 0..QUESTIONS {
        let question = question(number);
        let entity = |thing: Thing| json!({ "type": thing.type_name(), "id": thing.id() });
        let request = json!({
            "subject": entity(question.subject),
            "action": { "name": question.action },
            "resource": entity(question.resource),
        });
        let ask = Ask {
            method: Method::POST,
            target: Uri::from_static("/access/v1/evaluation"),
            authorization: Some(authorization.clone()),
            content: request.to_string().into(),
        };
        let answer = connection.exchange(&ask).await?;
        let right = json!({ "decision": question.allowed }).to_string();
        if answer.status != StatusCode::OK || answer.content != right.as_bytes() {
            return Err(Error::new(format!(
                "{request} was answered {} {} instead of {right}",
                answer.status,
                String::from_utf8_lossy(&answer.content)
            )));
        }
        expected.push(Expected {
            ask,
            answer_bytes: right.len() as u64,
        });
    }
    let expected: Arc<[Expected]> = expected.into();
    let (mut rates, mut p50s, mut p99s) = (Vec::new(), Vec::new(), Vec::new());
    let mut cpu_us = Vec::new();
    for _ in 0..rounds {
        let to = server.control;
        let mut load = Load::open_for(to, CONNECTIONS, Arc::clone(&expected)).await?;
        load.closed(WARM_UP).await?;
        let before = server.process.processor_time()?;
        let sample = load.closed(CLOSED).await?;
        let used = server.process.processor_time()?.since(&before);
        let requests = sample.latencies.len() as f64;
        rates.push(requests / sample.elapsed.as_secs_f64());
        cpu_us.push(used.as_secs_f64() * 1e6 / requests);
        let sample = load.due(RATE / 2.0, PACED).await?;
        p50s.push(percentile_us(&sample.latencies, 0.5) / 1e3);
        p99s.push(percentile_us(&sample.latencies, 0.99) / 1e3);
    }
    let row = |what: &str, unit, of: &[f64], goal| {
        Row::alone(format!("{NAME}: {what}"), unit, median(of), goal)
    };
    let half = RATE / 2.0;
    Ok(vec![
        row(
            "throughput",
            "requests/s",
            &rates,
            Some(Goal::AtLeast(RATE)),
        ),
        row("processor time a request", "us", &cpu_us, None),
        row(&format!("at {half:.0}/s: p50"), "ms", &p50s, None),
        row(
            &format!("at {half:.0}/s: p99"),
            "ms",
            &p99s,
            Some(Goal::Under(P99_MS)),
        ),
    ])
}

/// One of the questions, all of them about projects of the first organization.
fn question(number: u32) -> Question {
    let project = number.wrapping_mul(7_919) % FIRST_PROJECTS;
    // Half of those asked about have a grant on the project.
    let user = if number.is_multiple_of(2) {
        granted_user(project, number)
    } else {
        FIRST_MEMBER + number.wrapping_mul(104_729) % (USERS - FIRST_MEMBER)
    };
    let [view, create, admin, member] = world::rights(user, project);
    let which = number / 2 % 2;
    let stream = Thing::Stream(project * 2 + which);
    let service = |project| Thing::Service(project);
    let (subject, action, resource, allowed) = match number % 10 {
        0..=2 => (Thing::User(user), "can_view", Thing::Project(project), view),
        3 | 4 => {
            let sees = view || create || admin || member;
            (Thing::User(user), "can_see", Thing::Project(project), sees)
        }
        5 | 6 => (Thing::User(user), "can_read", stream, view),
        7 => (Thing::User(user), "can_write", stream, create),
        8 => (service(project), "can_write", stream, which == 1),
        _ if which == 0 => {
            let other = service(project + 1);
            (other, "can_read", stream, false)
        }
        _ => (
            Thing::User(OWNER),
            "can_delete_stream",
            Thing::Project(project),
            true,
        ),
    };
    Question {
        subject,
        action,
        resource,
        allowed,
    }
}

/// Somebody who has a grant on the project.
fn granted_user(project: u32, number: u32) -> u32 {
    let users: Vec<u32> = world::granted(Thing::Project(project))
        .into_iter()
        .filter_map(|fact| match fact.2 {
            Thing::User(user) if user >= FIRST_MEMBER => Some(user),
            _ => None,
        })
        .collect();
    let at = number as usize / 2 % users.len().max(1);
    users.get(at).copied().unwrap_or(FIRST_MEMBER)
}
