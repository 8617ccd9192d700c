//! The load generator: connections that are kept alive, each with one request under way.
//!
//! *Closed*: the next request is sent when the answer is there. *Paced*: requests are due at a fixed
//! rate, whatever becomes of the earlier ones, and the time that one waits for its connection counts.
//!
//! An answer of another status or length than expected ends the measurement.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connection::{Ask, Connection};
use crate::error::{Context, Error, Result};

/// What is asked for again and again, and how long its answer is.
#[derive(Clone)]
pub(crate) struct Expected {
    /// The request.
    pub(crate) ask: Ask,
    /// Bytes of content in the answer.
    pub(crate) answer_bytes: u64,
}

/// What happened in one round.
pub(crate) struct Sample {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How long each request took, ascending.
    pub(crate) latencies: Vec<Duration>,
}

/// Open connections to one server.
pub(crate) struct Load {
    connections: Vec<Connection>,
    expected: Arc<[Expected]>,
}

impl Load {
    /// Opens `connections` of them to `to`.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub(crate) async fn open(
        to: SocketAddr,
        connections: usize,
        expected: Expected,
    ) -> Result<Self> {
        Self::open_for(to, connections, [expected].into()).await
    }

    /// Opens `connections` of them to `to`, to ask for each of `expected` in turn.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub(crate) async fn open_for(
        to: SocketAddr,
        connections: usize,
        expected: Arc<[Expected]>,
    ) -> Result<Self> {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(to).await?);
        }
        Ok(Self {
            connections: open,
            expected,
        })
    }

    /// Sends one request after the other on every connection, for `time`.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn closed(&mut self, time: Duration) -> Result<Sample> {
        let deadline = Instant::now() + time;
        self.all(move |mut connection, mut turns| async move {
            let mut latencies = Vec::new();
            let mut sent = Instant::now();
            while sent < deadline {
                let expected = turns.next()?;
                once(&mut connection, &expected.ask, expected.answer_bytes).await?;
                let answered = Instant::now();
                latencies.push(answered - sent);
                sent = answered;
            }
            Ok((connection, latencies))
        })
        .await
    }

    /// Sends one request with each of `secrets`, whichever connection is free.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn one_each(&mut self, secrets: Vec<HeaderValue>) -> Result<Sample> {
        let secrets = Arc::new(Mutex::new(secrets));
        self.all(move |mut connection, mut turns| {
            let secrets = Arc::clone(&secrets);
            async move {
                let mut latencies = Vec::new();
                let expected = turns.next()?;
                let mut ask = expected.ask.clone();
                loop {
                    let next = secrets.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(secret) = next else { break };
                    ask.authorization = Some(secret);
                    let sent = Instant::now();
                    once(&mut connection, &ask, expected.answer_bytes).await?;
                    latencies.push(sent.elapsed());
                }
                Ok((connection, latencies))
            }
        })
        .await
    }

    /// Sends `rate` requests a second, for `time`.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn paced(&mut self, rate: f64, time: Duration) -> Result<Sample> {
        self.paced_from(From::HandedOver, rate, time).await
    }

    /// Sends `rate` requests a second, for `time`; each takes from when it was due, even where this
    /// program was late.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn due(&mut self, rate: f64, time: Duration) -> Result<Sample> {
        self.paced_from(From::Due, rate, time).await
    }

    async fn paced_from(&mut self, from: From, rate: f64, time: Duration) -> Result<Sample> {
        let (queues, mut due): (Vec<_>, Vec<_>) = self
            .connections
            .iter()
            .map(|_| mpsc::unbounded_channel::<Instant>())
            .unzip();
        // tokio's timers tick in milliseconds; a thread that sleeps is exact to some 50 µs.
        let pacer = std::thread::spawn(move || pace(&queues, from, rate, time));
        let sample = self
            .all(move |mut connection, mut turns| {
                let due = due.pop();
                async move {
                    let mut latencies = Vec::new();
                    let mut due = due.ok_or_else(|| Error::new("a connection has no queue"))?;
                    while let Some(sent) = due.recv().await {
                        let expected = turns.next()?;
                        once(&mut connection, &expected.ask, expected.answer_bytes).await?;
                        latencies.push(sent.elapsed());
                    }
                    Ok((connection, latencies))
                }
            })
            .await;
        pacer
            .join()
            .map_err(|_| Error::new("the pacing thread broke"))?;
        sample
    }

    /// Runs `work` on every connection at once.
    async fn all<F>(&mut self, mut work: impl FnMut(Connection, Turns) -> F) -> Result<Sample>
    where
        F: Future<Output = Result<(Connection, Vec<Duration>)>> + Send + 'static,
    {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        let share = self.expected.len() / self.connections.len().max(1);
        for (number, connection) in self.connections.drain(..).enumerate() {
            let turns = Turns {
                expected: Arc::clone(&self.expected),
                next: number * share,
            };
            tasks.spawn(work(connection, turns));
        }
        let mut latencies = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            let (connection, mut some) = ended.context("a connection's task broke")??;
            self.connections.push(connection);
            latencies.append(&mut some);
        }
        let elapsed = start.elapsed();
        latencies.sort_unstable();
        Ok(Sample { elapsed, latencies })
    }
}

/// What one connection asks for in turn, starting at a place of its own.
struct Turns {
    expected: Arc<[Expected]>,
    next: usize,
}

impl Turns {
    fn next(&mut self) -> Result<&Expected> {
        let at = self.next.checked_rem(self.expected.len()).unwrap_or(0);
        self.next = at + 1;
        let expected = self.expected.get(at);
        expected.ok_or_else(|| Error::new("there is nothing to ask for"))
    }
}

async fn once(connection: &mut Connection, ask: &Ask, answer_bytes: u64) -> Result<()> {
    match connection.measure(ask).await? {
        (StatusCode::OK, arrived) if arrived == answer_bytes => Ok(()),
        (status, arrived) => Err(Error::new(format!(
            "{} {} was answered {status} with {arrived} bytes instead of 200 with {answer_bytes}",
            ask.method, ask.target
        ))),
    }
}

/// Since when a request takes.
#[derive(Clone, Copy)]
enum From {
    /// Its being handed over: the pacing thread's own lateness is not the server's.
    HandedOver,
    /// When it was due.
    Due,
}

/// Hands out requests to the queues in turn, each when it is due.
fn pace(queues: &[mpsc::UnboundedSender<Instant>], from: From, rate: f64, time: Duration) {
    let start = Instant::now();
    for (count, queue) in queues.iter().cycle().enumerate() {
        let due = Duration::from_secs_f64(count as f64 / rate);
        if due >= time {
            return;
        }
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        let taken_from = match from {
            From::HandedOver => Instant::now(),
            From::Due => start + due,
        };
        if queue.send(taken_from).is_err() {
            return;
        }
    }
}
