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
    expected: Arc<Expected>,
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
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(to).await?);
        }
        Ok(Self {
            connections: open,
            expected: Arc::new(expected),
        })
    }

    /// Sends one request after the other on every connection, for `time`.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub(crate) async fn closed(&mut self, time: Duration) -> Result<Sample> {
        let deadline = Instant::now() + time;
        self.all(move |mut connection, expected| async move {
            let mut latencies = Vec::new();
            let mut sent = Instant::now();
            while sent < deadline {
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
        self.all(move |mut connection, expected| {
            let secrets = Arc::clone(&secrets);
            async move {
                let mut latencies = Vec::new();
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
        let (queues, mut due): (Vec<_>, Vec<_>) = self
            .connections
            .iter()
            .map(|_| mpsc::unbounded_channel::<Instant>())
            .unzip();
        // tokio's timers tick in milliseconds; a thread that sleeps is exact to some 50 µs.
        let pacer = std::thread::spawn(move || pace(&queues, rate, time));
        let sample = self
            .all(move |mut connection, expected| {
                let due = due.pop();
                async move {
                    let mut latencies = Vec::new();
                    let mut due = due.ok_or_else(|| Error::new("a connection has no queue"))?;
                    while let Some(sent) = due.recv().await {
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
    async fn all<F>(
        &mut self,
        mut work: impl FnMut(Connection, Arc<Expected>) -> F,
    ) -> Result<Sample>
    where
        F: Future<Output = Result<(Connection, Vec<Duration>)>> + Send + 'static,
    {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for connection in self.connections.drain(..) {
            tasks.spawn(work(connection, Arc::clone(&self.expected)));
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

async fn once(connection: &mut Connection, ask: &Ask, answer_bytes: u64) -> Result<()> {
    match connection.measure(ask).await? {
        (StatusCode::OK, arrived) if arrived == answer_bytes => Ok(()),
        (status, arrived) => Err(Error::new(format!(
            "{} {} was answered {status} with {arrived} bytes instead of 200 with {answer_bytes}",
            ask.method, ask.target
        ))),
    }
}

/// Hands out requests to the queues in turn, each when it is due.
fn pace(queues: &[mpsc::UnboundedSender<Instant>], rate: f64, time: Duration) {
    let start = Instant::now();
    for (count, queue) in queues.iter().cycle().enumerate() {
        let due = Duration::from_secs_f64(count as f64 / rate);
        if due >= time {
            return;
        }
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        // The time at which it is handed over: this thread's own lateness is not the server's.
        if queue.send(Instant::now()).is_err() {
            return;
        }
    }
}
