//! Listens, serves connections, and ends well.
//!
//! Bounded here: connections (a semaphore: more wait in the listener's queue), the length and number of
//! headers, the time for a head, silence on a connection, streams and buffers of HTTP/2. At shutdown
//! nothing more is accepted, requests in flight end within their time, then leases go back to the
//! ledger.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tidegate_quota::Meter;
use tidegate_tower::Clock;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;

use crate::Parts;
use crate::address::Addresses;
use crate::admin::Admin;
use crate::config::{Config, ConfigErrors, Limits, Located, Timeouts};
use crate::forward::Forward;
use crate::idle::Idle;
use crate::metrics::Metrics;
use crate::observe::{Observer, Peer};
use crate::route::Router;
use crate::stack::{Stack, stack};
use crate::upstream::Upstream;
use crate::{config::Place, tls};

/// Longest head of a request, and what is read of a connection ahead of need. Bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// Most header bytes of an HTTP/2 request, after decompression.
const HEADER_LIST_BYTES: u32 = 32 * 1024;

/// What one HTTP/2 stream may have waiting to be sent. Bytes.
const SEND_BYTES: usize = 64 * 1024;

/// Most connections to the admin address.
const ADMIN_CONNECTIONS: usize = 64;

/// How long the ledger may take to take leases back at shutdown.
const CLOSE: Duration = Duration::from_secs(10);

/// How long to wait before accepting again when the machine has no more sockets to give.
const PAUSE: Duration = Duration::from_millis(50);

/// A gateway that does not listen yet.
pub struct Gateway {
    server: Arc<Server>,
    admin: Admin,
    listen: Vec<Located<SocketAddr>>,
    admin_listen: Located<SocketAddr>,
    shutdown: Duration,
}

/// A gateway that listens and does not answer yet.
pub struct Bound {
    gateway: Gateway,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    admin: TcpListener,
    admin_address: SocketAddr,
}

/// An address that the gateway cannot listen on.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {key}: cannot listen on {address}: {source}")]
pub struct BindError {
    /// The key that names the address, for example `gateway.listen[0]`.
    pub key: String,
    /// Its line in the configuration, counted from 1.
    pub line: usize,
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// What every connection needs.
struct Server {
    stack: Stack,
    http: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    timeouts: Timeouts,
    connections: Arc<Semaphore>,
    observer: Arc<Observer>,
    addresses: Arc<Addresses>,
    meter: Arc<Meter>,
    clock: Clock,
}

impl Gateway {
    /// Reads credentials and certificates and puts the stack together; opens no connection.
    ///
    /// # Errors
    /// What the configuration names and cannot be read, everything at once.
    pub fn new(config: Config, parts: Parts) -> Result<Self, ConfigErrors> {
        let mut errors = Vec::new();
        let mut upstreams = Vec::new();
        for upstream in &config.upstreams {
            match Upstream::new(upstream, &config.timeouts) {
                Ok(upstream) => upstreams.push(upstream),
                Err(error) => errors.push(error),
            }
        }
        let tls = config
            .tls
            .as_ref()
            .map(tls::acceptor)
            .transpose()
            .unwrap_or_else(|error| {
                errors.push(error);
                None
            });
        if !errors.is_empty() {
            return Err(ConfigErrors(errors));
        }
        let routes = config
            .routes
            .iter()
            .map(|config| config.route.clone())
            .collect();
        let router = Router::new(routes);
        let metrics = Metrics::new(router.routes().iter().map(|route| route.name.as_str()));
        let observer = Arc::new(Observer::new(metrics, config.log));
        let addresses = Arc::new(Addresses::new(config.anonymous, parts.clock.clone()));
        let forward = Forward::new(upstreams, &config.timeouts);
        let stack = stack(
            &config,
            &parts,
            router,
            Arc::clone(&observer),
            Arc::clone(&addresses),
            forward,
        );
        let Parts {
            live,
            meter,
            clock,
            keys: _,
            issuer: _,
        } = parts;
        let admin = Admin {
            live,
            max_staleness_s: config.max_staleness_s,
            clock: clock.clone(),
            observer: Arc::clone(&observer),
            is_stopping: Arc::new(AtomicBool::new(false)),
        };
        let server = Server {
            stack,
            http: http(&config.timeouts, config.limits),
            tls,
            timeouts: config.timeouts,
            connections: Arc::new(Semaphore::new(config.limits.connections)),
            observer,
            addresses,
            meter,
            clock,
        };
        Ok(Self {
            server: Arc::new(server),
            admin,
            listen: config.listen,
            admin_listen: config.admin_listen,
            shutdown: config.timeouts.shutdown,
        })
    }

    /// Listens on every address of the configuration. Port 0 takes a free one.
    ///
    /// # Errors
    /// The first address that cannot be had.
    pub async fn bind(self) -> Result<Bound, BindError> {
        let mut listeners = Vec::with_capacity(self.listen.len());
        let mut addresses = Vec::with_capacity(self.listen.len());
        for listen in &self.listen {
            let (listener, address) = listen_on(listen).await?;
            listeners.push(listener);
            addresses.push(address);
        }
        let (admin, admin_address) = listen_on(&self.admin_listen).await?;
        Ok(Bound {
            gateway: self,
            listeners,
            addresses,
            admin,
            admin_address,
        })
    }
}

async fn listen_on(listen: &Located<SocketAddr>) -> Result<(TcpListener, SocketAddr), BindError> {
    let Located {
        value,
        at: Place { key, line },
    } = listen;
    let failed = |source| BindError {
        key: key.clone(),
        line: *line,
        address: *value,
        source,
    };
    let listener = TcpListener::bind(value).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn http(timeouts: &Timeouts, limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.request_head)
        .max_buf_size(HEAD_BYTES);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(HEADER_LIST_BYTES)
        .max_send_buf_size(SEND_BYTES);
    http
}

impl Bound {
    /// Where it listens for data, in the order of the configuration.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens for the operator's machines.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// Answers until `shutdown` is ready; then ends requests in flight, and gives leases back.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self {
            gateway,
            listeners,
            addresses,
            admin: admin_listener,
            admin_address,
        } = self;
        let Gateway {
            server,
            admin,
            shutdown: allowed,
            ..
        } = gateway;
        let is_stopping = Arc::clone(&admin.is_stopping);
        let (stop, stopping) = watch::channel(());
        let graceful = Arc::new(GracefulShutdown::new());
        // What is in here ends at the latest with this future.
        let mut accepting = JoinSet::new();
        for listener in listeners {
            let server = Arc::clone(&server);
            accepting.spawn(accept(
                listener,
                server,
                Arc::clone(&graceful),
                stopping.clone(),
            ));
        }
        drop(stopping);
        let mut background = JoinSet::new();
        background.spawn(serve_admin(admin_listener, admin));
        let mut maintaining = JoinSet::new();
        maintaining.spawn(maintain(Arc::clone(&server)));
        tracing::info!(?addresses, %admin_address, "the gateway listens");

        shutdown.await;

        is_stopping.store(true, Ordering::Relaxed);
        drop(stop);
        let mut connections = Vec::new();
        while let Some(accepted) = accepting.join_next().await {
            connections.extend(accepted);
        }
        tracing::info!("the gateway accepts nothing more");
        // Nobody else holds it once nothing more is accepted.
        if let Some(graceful) = Arc::into_inner(graceful)
            && timeout(allowed, graceful.shutdown()).await.is_err()
        {
            tracing::warn!("requests in flight did not end in time and are cut");
        }
        drop(connections);
        maintaining.shutdown().await;
        match timeout(CLOSE, server.meter.close()).await {
            Ok(Ok(())) => tracing::info!("the gateway has ended"),
            Ok(Err(error)) => tracing::error!(%error, "leases could not be given back"),
            Err(_) => tracing::error!("leases could not be given back in time"),
        }
        background.shutdown().await;
    }
}

/// Accepts until `stopping` is dropped on the other side; returns the connections that are open, which
/// end when they are dropped.
async fn accept(
    listener: TcpListener,
    server: Arc<Server>,
    graceful: Arc<GracefulShutdown>,
    mut stopping: watch::Receiver<()>,
) -> JoinSet<()> {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let next = async {
            let permit = Arc::clone(&server.connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let next = tokio::select! {
            next = next => next,
            _ = stopping.changed() => return connections,
        };
        match next {
            (Ok(permit), Ok((stream, peer))) => {
                let server = Arc::clone(&server);
                let watcher = graceful.watcher();
                connections.spawn(async move {
                    server.connection(stream, peer, watcher, permit).await;
                });
            }
            (_, Err(error)) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
            // The semaphore is never closed.
            (Err(_), _) => return connections,
        }
    }
}

impl Server {
    async fn connection(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
        _permit: OwnedSemaphorePermit,
    ) {
        let _open = self.observer.connection();
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let stream = Idle::new(stream, self.timeouts.idle);
        let peer = Arc::new(Peer::new(peer.ip(), self.tls.is_some()));
        match &self.tls {
            None => self.serve(stream, peer, watcher).await,
            Some(tls) => match timeout(self.timeouts.request_head, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.serve(stream, peer, watcher).await,
                Ok(Err(error)) => tracing::debug!(%error, "the TLS handshake failed"),
                Err(_) => tracing::debug!("the TLS handshake took too long"),
            },
        }
    }

    async fn serve<S>(&self, stream: S, peer: Arc<Peer>, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        // A copy for each connection: one for each request would have all threads count references to
        // the same things. Calls of a connection come one after the other, so nobody waits here.
        let stack = Mutex::new(self.stack.clone());
        let service = service_fn(|request: Request<Incoming>| {
            let mut stack = stack.lock().unwrap_or_else(PoisonError::into_inner);
            stack.observe(Arc::clone(&peer), request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(
                cause = crate::observe::causes(&*error),
                "a connection failed"
            );
        }
    }
}

/// What has to be done every second or so.
async fn maintain(server: Arc<Server>) {
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        second.tick().await;
        let outcome = server.meter.maintain(server.clock.now_ms()).await;
        match &outcome {
            Err(error) if !is_failing => tracing::warn!(%error, "the ledger does not answer"),
            Ok(()) if is_failing => tracing::info!("the ledger answers again"),
            _ => {}
        }
        is_failing = outcome.is_err();
        server.addresses.forget();
        server.observer.metrics.upkeep();
    }
}

async fn serve_admin(listener: TcpListener, admin: Admin) {
    let connections = Arc::new(Semaphore::new(ADMIN_CONNECTIONS));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10));
    let mut serving = JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
            return;
        };
        while serving.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let admin = admin.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let answer = admin.answer(request.method(), request.uri().path());
                    std::future::ready(Ok::<_, Infallible>(answer))
                });
                let stream = TokioIo::new(Idle::new(stream, Duration::from_secs(60)));
                let connection = http.serve_connection(stream, service);
                serving.spawn(async move {
                    let _permit = permit;
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "an admin connection failed");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept an admin connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
