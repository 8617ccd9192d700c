//! The cases of `bench gateway`, each measured through both proxies in turn, round by round, so that
//! a change of the machine's mood strikes both.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Uri};

use crate::connection::{Ask, Connection, bearer};
use crate::error::{Context, Error, Result};
use crate::load::{Expected, Load, Sample};
use crate::process::Process;
use crate::statistics::{median, percentile_us};
use crate::table::{Goal, Row, note};
use crate::tidegate::{self, Tidegate};
use crate::upstream::{KILOBYTE, MEGABYTE};

/// Who Tidegate is compared with.
const PEER: &str = "bare hyper";
/// How long a closed round lasts.
const CLOSED: Duration = Duration::from_secs(2);
/// How long a paced round lasts.
const PACED: Duration = Duration::from_secs(1);
/// How long every round is run before it counts: connections are made, caches are filled.
const WARM_UP: Duration = Duration::from_millis(200);
/// The case in which every request has a secret that was not seen before.
const COLD: &str = "GET 1 KB, cold";
/// Secrets of each cold round.
const COLD_SECRETS: usize = 300;
/// A process's clocks are exact while it is idle, which it is so long after its last answer.
const SETTLE: Duration = Duration::from_millis(10);

/// A proxy to be measured.
struct Proxy<'a> {
    address: SocketAddr,
    process: &'a Process,
}

/// What one round showed.
struct Round {
    requests_per_s: f64,
    mb_per_s: f64,
    cpu_us: f64,
    p50_us: f64,
    p99_us: f64,
}

/// A request, and what is asked of the proxies when they pass it on.
struct Case {
    name: &'static str,
    expected: Expected,
    connections: usize,
    /// Whether throughput is told in bytes rather than in requests.
    in_bytes: bool,
    throughput_goal: Option<Goal>,
    cpu_goal: Option<Goal>,
}

/// Measures every case, or those whose names hold `only`, in `rounds` rounds.
///
/// # Errors
/// When the proxies' answers differ, or one of them fails.
pub(crate) async fn run(
    rounds: u32,
    only: Option<&str>,
    upstream: SocketAddr,
    peer: (SocketAddr, &Process),
    tidegate: &Tidegate,
) -> Result<Vec<Row>> {
    let cases = cases(&tidegate.authorization)?;
    for case in &cases {
        compare(&case.expected, upstream, [peer.0, tidegate.gateway]).await?;
    }
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    let mut rows = Vec::new();
    for case in cases.iter().filter(|case| wanted(case.name)) {
        let proxies = proxies(peer, tidegate);
        rows.extend(measure(rounds, case, &proxies).await?);
    }
    if let Some(case) = cases.first()
        && wanted(COLD)
    {
        rows.extend(cold(rounds, case, peer, tidegate).await?);
    }
    Ok(rows)
}

fn proxies<'a>(
    (address, process): (SocketAddr, &'a Process),
    tidegate: &'a Tidegate,
) -> [Proxy<'a>; 2] {
    [
        Proxy {
            address: tidegate.gateway,
            process: &tidegate.process,
        },
        Proxy { address, process },
    ]
}

fn cases(authorization: &HeaderValue) -> Result<[Case; 4]> {
    let request = |method: Method, stream: &str, content: &'static [u8], answer_bytes: usize| {
        let target = tidegate::path(stream)
            .parse::<Uri>()
            .context("not a path")?;
        let authorization = Some(authorization.clone());
        let ask = Ask {
            method,
            target,
            authorization,
            content: Bytes::from_static(content),
        };
        Ok::<_, Error>(Expected {
            ask,
            answer_bytes: answer_bytes as u64,
        })
    };
    let body = &[b'x'; KILOBYTE];
    let answer_to_post = KILOBYTE.to_string().len();
    Ok([
        Case {
            name: "GET 1 KB, warm",
            expected: request(Method::GET, "small", &[], KILOBYTE)?,
            connections: 32,
            in_bytes: false,
            throughput_goal: None,
            cpu_goal: Some(Goal::AtMost(1.5)),
        },
        Case {
            name: "GET 1 MB, warm",
            expected: request(Method::GET, "large", &[], MEGABYTE)?,
            connections: 8,
            in_bytes: true,
            throughput_goal: Some(Goal::AtLeast(0.9)),
            cpu_goal: None,
        },
        Case {
            name: "GET 1 MB chunked, warm",
            expected: request(Method::GET, "chunked", &[], MEGABYTE)?,
            connections: 8,
            in_bytes: true,
            throughput_goal: Some(Goal::AtLeast(0.9)),
            cpu_goal: None,
        },
        Case {
            name: "POST 1 KB, warm",
            expected: request(Method::POST, "small", body, answer_to_post)?,
            connections: 32,
            in_bytes: false,
            throughput_goal: None,
            cpu_goal: None,
        },
    ])
}

/// Fails unless both proxies answer what the upstream itself does: status, type, length and every byte.
async fn compare(
    expected: &Expected,
    upstream: SocketAddr,
    proxies: [SocketAddr; 2],
) -> Result<()> {
    let ask = &expected.ask;
    let direct = Connection::open(upstream).await?.exchange(ask).await?;
    if direct.content.len() as u64 != expected.answer_bytes {
        return Err(Error::new(format!(
            "{} {}: the upstream is wrong",
            ask.method, ask.target
        )));
    }
    for proxy in proxies {
        let through = Connection::open(proxy).await?.exchange(ask).await?;
        let same = |name: &str| direct.headers.get(name) == through.headers.get(name);
        let headers = same("content-type") && same("content-length");
        if direct.status != through.status || direct.content != through.content || !headers {
            return Err(Error::new(format!(
                "{} {} through {proxy} is answered {} ({} bytes) instead of {} ({} bytes) or with other headers: {:?}",
                ask.method,
                ask.target,
                through.status,
                through.content.len(),
                direct.status,
                direct.content.len(),
                through.headers,
            )));
        }
    }
    Ok(())
}

/// Closed rounds, then paced ones at a third of what the slower proxy can do: moderate, for the
/// generator and the upstream share the cores.
async fn measure(rounds: u32, case: &Case, proxies: &[Proxy<'_>; 2]) -> Result<Vec<Row>> {
    note(&format!("{} …", case.name));
    let mut closed = [Vec::new(), Vec::new()];
    for number in 0..rounds {
        for (proxy, shown) in in_turn(number, proxies.iter().zip(&mut closed)) {
            shown.push(round(case, proxy, None).await?);
        }
    }
    let rate = closed
        .each_ref()
        .map(|rounds| of(rounds, |round| round.requests_per_s));
    let rate = (rate.into_iter().fold(f64::INFINITY, f64::min) / 3.0).max(1.0);
    let mut paced = [Vec::new(), Vec::new()];
    for number in 0..rounds {
        for (proxy, shown) in in_turn(number, proxies.iter().zip(&mut paced)) {
            shown.push(round(case, proxy, Some(rate)).await?);
        }
    }
    let mut rows = closed_rows(case.name, case, &closed);
    let name = format!("{}, at {rate:.0}/s", case.name);
    rows.extend(latency_rows(&name, &paced));
    rows.push(cpu_row(&name, None, &paced));
    Ok(rows)
}

/// Both proxies, the other one first in every other round.
fn in_turn<T>(number: u32, both: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
    if number.is_multiple_of(2) {
        both.rev().collect()
    } else {
        both.collect()
    }
}

async fn round(case: &Case, proxy: &Proxy<'_>, rate: Option<f64>) -> Result<Round> {
    let mut load = Load::open(proxy.address, case.connections, case.expected.clone()).await?;
    load.closed(WARM_UP).await?;
    tokio::time::sleep(SETTLE).await;
    let before = proxy.process.processor_time()?;
    let sample = match rate {
        None => load.closed(CLOSED).await?,
        Some(rate) => load.paced(rate, PACED).await?,
    };
    tokio::time::sleep(SETTLE).await;
    let used = proxy.process.processor_time()?.since(&before);
    Ok(Round::new(case, &sample, used))
}

/// The first use of each secret: every request has another one.
async fn cold(
    rounds: u32,
    case: &Case,
    peer: (SocketAddr, &Process),
    tidegate: &Tidegate,
) -> Result<Vec<Row>> {
    note(&format!("{COLD} …"));
    let mut shown = [Vec::new(), Vec::new()];
    for number in 0..rounds {
        let mut secrets = Vec::with_capacity(COLD_SECRETS);
        let mut ids = Vec::with_capacity(COLD_SECRETS);
        for _ in 0..COLD_SECRETS {
            let issued = tidegate.issue().await?;
            secrets.push(bearer(&tidegate::text(&issued)?)?);
            ids.push(issued.jti);
        }
        for (proxy, shown) in in_turn(number, proxies(peer, tidegate).iter().zip(&mut shown)) {
            let mut load =
                Load::open(proxy.address, case.connections, case.expected.clone()).await?;
            load.closed(WARM_UP).await?;
            tokio::time::sleep(SETTLE).await;
            let before = proxy.process.processor_time()?;
            let sample = load.one_each(secrets.clone()).await?;
            tokio::time::sleep(SETTLE).await;
            let used = proxy.process.processor_time()?.since(&before);
            shown.push(Round::new(case, &sample, used));
        }
        // A service may have so many secrets at a time, and no more.
        for jti in &ids {
            tidegate.revoke(jti).await?;
        }
    }
    let case = Case {
        cpu_goal: None,
        expected: case.expected.clone(),
        ..*case
    };
    Ok(closed_rows(COLD, &case, &shown))
}

impl Round {
    fn new(case: &Case, sample: &Sample, used: Duration) -> Self {
        let requests = sample.latencies.len() as f64;
        let bytes = requests * case.expected.answer_bytes as f64;
        let elapsed_s = sample.elapsed.as_secs_f64();
        Self {
            requests_per_s: requests / elapsed_s,
            mb_per_s: bytes / 1e6 / elapsed_s,
            cpu_us: used.as_secs_f64() * 1e6 / requests,
            p50_us: percentile_us(&sample.latencies, 0.5),
            p99_us: percentile_us(&sample.latencies, 0.99),
        }
    }
}

/// The median of one figure over the rounds.
fn of(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    median(&rounds.iter().map(figure).collect::<Vec<_>>())
}

fn row(
    name: String,
    unit: &'static str,
    goal: Option<Goal>,
    shown: &[Vec<Round>; 2],
    figure: impl Fn(&Round) -> f64,
) -> Row {
    Row::compared(
        name,
        unit,
        shown.each_ref().map(|rounds| of(rounds, &figure)),
        PEER,
        goal,
    )
}

fn closed_rows(name: &str, case: &Case, shown: &[Vec<Round>; 2]) -> Vec<Row> {
    let throughput = format!("{name}: throughput");
    let mut rows = vec![
        if case.in_bytes {
            row(throughput, "MB/s", case.throughput_goal, shown, |round| {
                round.mb_per_s
            })
        } else {
            row(
                throughput,
                "requests/s",
                case.throughput_goal,
                shown,
                |round| round.requests_per_s,
            )
        },
        cpu_row(name, case.cpu_goal, shown),
    ];
    rows.extend(latency_rows(name, shown));
    rows
}

fn cpu_row(name: &str, goal: Option<Goal>, shown: &[Vec<Round>; 2]) -> Row {
    let name = format!("{name}: processor time a request");
    row(name, "us", goal, shown, |round| round.cpu_us)
}

fn latency_rows(name: &str, shown: &[Vec<Round>; 2]) -> [Row; 2] {
    [
        row(format!("{name}: p50"), "us", None, shown, |round| {
            round.p50_us
        }),
        row(format!("{name}: p99"), "us", None, shown, |round| {
            round.p99_us
        }),
    ]
}
