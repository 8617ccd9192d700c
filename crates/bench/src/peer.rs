//! The peer: a reverse proxy of hyper's server and hyper-util's pooled client, and nothing else.
//! It changes the address of a request and streams both ways; it checks, counts and logs nothing.

use std::net::SocketAddr;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::error::{Context, Result};
use crate::process;

/// Serves until standard input ends.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) fn run(listen: SocketAddr, upstream: SocketAddr) -> Result<()> {
    process::end_with_input();
    // Its threads are counted as the gateway's are: by the cores, or by TOKIO_WORKER_THREADS.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the peer")?;
    runtime.block_on(serve(listen, upstream))
}

async fn serve(listen: SocketAddr, upstream: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .context(format_args!("cannot listen on {listen}"))?;
    let authority: Authority = upstream
        .to_string()
        .parse()
        .context("the upstream's address is not an authority")?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept")?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let (client, authority) = (client.clone(), authority.clone());
        let service =
            service_fn(move |request| forward(client.clone(), authority.clone(), request));
        // A connection that breaks is its client's to report.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn forward(
    client: Client<HttpConnector, Incoming>,
    authority: Authority,
    mut request: Request<Incoming>,
) -> std::result::Result<Response<Incoming>, Error> {
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(authority);
    uri.path_and_query
        .get_or_insert(PathAndQuery::from_static("/"));
    // All three parts are there; hyper refuses the empty URI that would stand in for an error.
    *request.uri_mut() = Uri::from_parts(uri).unwrap_or_default();
    client.request(request).await
}
