//! How soon a revocation holds: the time until the first request is refused, while requests follow
//! each other as fast as they are answered on a connection that stays open.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri};
use tidegate_client::wire::Changed;
use tokio::sync::oneshot;

use crate::connection::{Ask, Connection, bearer};
use crate::error::{Context, Error, Result};
use crate::statistics::{max, median};
use crate::table::{Goal, Row, note};
use crate::tidegate::{self, Tidegate};

/// Revocations of each sort.
const SAMPLES: usize = 50;
/// Requests that must pass before the revocation is sent.
const BEFORE: u32 = 10;
/// When to give up.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is promised (issue: "under 100 ms").
const GOAL: Goal = Goal::Under(100.0);
/// The stream that is asked for.
const STREAM: &str = "small";

/// One revocation.
struct Refusal {
    /// From the revocation's answer to the first refusal; 0 when the refusal came first.
    from_answer_ms: f64,
    /// From just before the revocation was sent to the first refusal.
    from_call_ms: f64,
    /// Whether a request that was sent after the revocation's answer was still let through.
    late: bool,
}

/// Revokes secrets, then grants.
///
/// # Errors
/// When something else happens than a refusal with 401 or 403.
pub(crate) async fn run(tidegate: &Tidegate) -> Result<Vec<Row>> {
    note("revocations …");
    let gateway = tidegate.gateway;
    let mut secrets = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let issued = tidegate.issue().await?;
        let secret = bearer(&tidegate::text(&issued)?)?;
        let revoke = tidegate.revoke(&issued.jti);
        secrets.push(first_refusal(gateway, secret, StatusCode::UNAUTHORIZED, revoke).await?);
    }
    let mut grants = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let secret = tidegate.authorization.clone();
        let revoke = tidegate.revoke_read(STREAM);
        grants.push(first_refusal(gateway, secret.clone(), StatusCode::FORBIDDEN, revoke).await?);
        tidegate.grant_read(STREAM).await?;
        accepted(gateway, secret).await?;
    }
    let mut rows = rows("revoked secret", &secrets);
    rows.extend(self::rows("revoked grant", &grants));
    Ok(rows)
}

fn rows(name: &str, refusals: &[Refusal]) -> Vec<Row> {
    let from_answer: Vec<_> = refusals
        .iter()
        .map(|refusal| refusal.from_answer_ms)
        .collect();
    let from_call: Vec<_> = refusals
        .iter()
        .map(|refusal| refusal.from_call_ms)
        .collect();
    let late = refusals.iter().filter(|refusal| refusal.late).count();
    let row = |what: &str, value, goal| Row::alone(format!("{name}: {what}"), "ms", value, goal);
    vec![
        row(
            "answer to first refusal, median",
            median(&from_answer),
            Some(GOAL),
        ),
        row(
            "answer to first refusal, longest",
            max(&from_answer),
            Some(GOAL),
        ),
        row("call to first refusal, median", median(&from_call), None),
        row("call to first refusal, longest", max(&from_call), None),
        Row::alone(
            format!("{name}: of {SAMPLES}, let a request through that was sent after the answer"),
            "times",
            late as f64,
            None,
        ),
    ]
}

fn read(authorization: HeaderValue) -> Result<Ask> {
    Ok(Ask {
        method: Method::GET,
        target: tidegate::path(STREAM)
            .parse::<Uri>()
            .context("not a path")?,
        authorization: Some(authorization),
        content: Bytes::new(),
    })
}

/// Waits until the secret is accepted.
async fn accepted(gateway: SocketAddr, authorization: HeaderValue) -> Result<()> {
    let ask = read(authorization)?;
    let deadline = Instant::now() + PATIENCE;
    let mut connection = Connection::open(gateway).await?;
    while connection.measure(&ask).await?.0 != StatusCode::OK {
        if Instant::now() > deadline {
            return Err(Error::new("a grant was not followed in time"));
        }
    }
    Ok(())
}

/// Sends requests until one is refused, revoking by `revoke` once enough of them have passed.
async fn first_refusal(
    gateway: SocketAddr,
    authorization: HeaderValue,
    refused: StatusCode,
    revoke: impl Future<Output = Result<Changed>>,
) -> Result<Refusal> {
    let ask = read(authorization)?;
    let (begun, reached) = oneshot::channel();
    let asking = tokio::spawn(ask_until(gateway, ask, refused, begun));
    // When it fails, its own error is the one to tell.
    if reached.await.is_err() {
        return Err(joined(asking.await)
            .err()
            .unwrap_or_else(|| Error::new("no request passed")));
    }
    let called = Instant::now();
    revoke.await?;
    let answered = Instant::now();
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    let (last_passed, refused) = joined(asked.context("a revocation was not followed")?)?;
    let ms = |from: Instant| refused.saturating_duration_since(from).as_secs_f64() * 1e3;
    Ok(Refusal {
        from_answer_ms: ms(answered),
        from_call_ms: ms(called),
        late: last_passed > answered,
    })
}

fn joined<T>(ended: std::result::Result<Result<T>, tokio::task::JoinError>) -> Result<T> {
    ended.context("the asking task broke")?
}

/// Asks until the answer is `refused`; tells `begun` when enough were let through. Returns when the
/// last request that passed was sent, and when the refusal was there.
async fn ask_until(
    gateway: SocketAddr,
    ask: Ask,
    refused: StatusCode,
    begun: oneshot::Sender<()>,
) -> Result<(Instant, Instant)> {
    let mut begun = Some(begun);
    let mut connection = Connection::open(gateway).await?;
    let mut last_passed = Instant::now();
    let mut passed = 0_u32;
    loop {
        let sent = Instant::now();
        match connection.measure(&ask).await?.0 {
            StatusCode::OK => {
                last_passed = sent;
                passed = passed.saturating_add(1);
            }
            status if status == refused && begun.is_none() => {
                return Ok((last_passed, Instant::now()));
            }
            status => {
                return Err(Error::new(format!(
                    "answered {status} while waiting for {refused}"
                )));
            }
        }
        if passed >= BEFORE
            && let Some(begun) = begun.take()
        {
            // Who waits for it has given up when it is gone.
            let _ = begun.send(());
        }
    }
}
