//! How long a grant takes, and its revocation: from the request to the answer, which comes after the
//! commit; one after the other.

use std::time::{Duration, Instant};

use tidegate_client::wire::{GrantInfo, GrantRequest};
use tidegate_client::{Client, PageQuery};

use super::server::{Secrets, Server};
use super::world::{FIRST_MEMBER, FIRST_PROJECTS, ORGANIZATIONS, Thing};
use crate::error::{Context, Error, Result};
use crate::statistics::{median, percentile_us};
use crate::table::{Goal, Row, note};

/// The case's name.
pub(super) const NAME: &str = "grant";
/// Grants of each round.
const GRANTS: u32 = 300;

/// Measures.
///
/// # Errors
/// When a grant is refused, or is not there afterwards.
pub(super) async fn run(rounds: u32, server: &Server, secrets: &Secrets) -> Result<Vec<Row>> {
    note(&format!("{NAME} …"));
    let api = server.client(&secrets.owner)?;
    let mut granting = [Vec::new(), Vec::new()];
    let mut revoking = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        let mut took = [Vec::new(), Vec::new()];
        for number in 0..GRANTS {
            let request = new_grant(number);
            let sent = Instant::now();
            let granted = api.grant(&request).await.context("cannot grant")?;
            took[0].push(sent.elapsed());
            if round == 0 && number == 0 && !holds(&api, &request).await? {
                let revision = granted.revision;
                return Err(Error::new(format!("no grant at revision {revision}")));
            }
        }
        for number in 0..GRANTS {
            let request = new_grant(number);
            let sent = Instant::now();
            api.revoke(&request).await.context("cannot revoke")?;
            took[1].push(sent.elapsed());
        }
        for (took, shown) in took.into_iter().zip([&mut granting, &mut revoking]) {
            let mut took: Vec<Duration> = took;
            took.sort_unstable();
            for (share, figures) in [0.5, 0.99].into_iter().zip(shown) {
                figures.push(percentile_us(&took, share) / 1e3);
            }
        }
    }
    if holds(&api, &new_grant(0)).await? {
        return Err(Error::new("a revoked grant is still there"));
    }
    let row = |name: String, of: &[f64], goal| Row::alone(name, "ms", median(of), goal);
    let goal = Some(Goal::Under(10.0));
    Ok(vec![
        row(format!("{NAME}: committed, p50"), &granting[0], goal),
        row(format!("{NAME}: committed, p99"), &granting[1], None),
        row(format!("{NAME}: revoked, p50"), &revoking[0], goal),
        row(format!("{NAME}: revoked, p99"), &revoking[1], None),
    ])
}

/// A grant on a project of the first organization, to a user who has none.
pub(super) fn new_grant(number: u32) -> GrantRequest {
    // Those before lead the organizations.
    let first = ORGANIZATIONS + 1;
    let user = first + number % (FIRST_MEMBER - first);
    GrantRequest {
        object: Thing::Project(1 + number % (FIRST_PROJECTS - 1)).name(),
        relations: vec!["view".to_owned()],
        subject: Thing::User(user).name(),
    }
}

async fn holds(api: &Client, request: &GrantRequest) -> Result<bool> {
    let page = PageQuery {
        limit: Some(1_000),
        cursor: None,
    };
    let grants = api.grants(&request.object, &page).await;
    let same = |grant: &GrantInfo| {
        grant.subject == request.subject && request.relations.contains(&grant.relation)
    };
    let grants = grants.context("cannot list grants")?;
    Ok(grants.items.iter().any(same))
}
