//! A data API to try Tidegate with: it stores records, and knows nothing of secrets or quotas.
//!
//! - `POST /{organization}/{project}/{stream}`: a JSON object (a record), or an array of them, is
//!   appended; `{"appended":2}` comes back once it is on disk. At most 1 GB.
//! - `GET /{organization}/{project}/{stream}?limit=&cursor=`: `{"records":[…],"next":"…"}`, oldest
//!   first; limit 1 to 1,000, default 100; `next` is the cursor of what follows, or null.
//!
//! Records are kept in `DIR/{organization}/{project}/{stream}.jsonl`, one a line. Bodies are never
//! held in memory, and neither are answers.
//!
//! ```text
//! cargo run -p tidegate --example sample-api -- --listen 127.0.0.1:8001 --data target/records
//! ```

mod records;
mod shape;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use serde::Deserialize;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use records::{RecordError, Records};

/// A data API that stores records, to try Tidegate with.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8001")]
    listen: SocketAddr,
    /// Where to keep the records.
    #[arg(long)]
    data: PathBuf,
    /// Stop when standard input ends.
    #[arg(long)]
    until_stdin_ends: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), String> {
    let Arguments {
        listen,
        data,
        until_stdin_ends,
    } = arguments;
    let records =
        Records::open(&data).map_err(|error| format!("--data {}: {error}", data.display()))?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| format!("--listen {listen}: {error}"))?;
    let router = Router::new()
        .route("/{organization}/{project}/{stream}", get(read).post(append))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(records));
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = stdin_end(), if until_stdin_ends => {}
        }
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(end)
        .await
        .map_err(|error| error.to_string())
}

/// Whoever holds the other end is gone. On a thread that the process does not wait for.
async fn stdin_end() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}

type Name = Path<(String, String, String)>;

async fn append(State(records): State<Arc<Records>>, Path(name): Name, body: Body) -> Response {
    let appended = async {
        let file = records.file(&[&name.0, &name.1, &name.2])?;
        records.append(file, body.into_data_stream()).await
    };
    match appended.await {
        Ok(appended) => Json(json!({ "appended": appended })).into_response(),
        Err(error) => refuse(&error),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    limit: Option<u32>,
    cursor: Option<u64>,
}

async fn read(
    State(records): State<Arc<Records>>,
    Path(name): Name,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Response {
    let page = async {
        let Query(PageQuery { limit, cursor }) =
            query.map_err(|error| RecordError::Query(error.body_text()))?;
        let file = records.file(&[&name.0, &name.1, &name.2])?;
        records
            .page(file, limit.unwrap_or(100), cursor.unwrap_or(0))
            .await
    };
    match page.await {
        Ok(page) => {
            let length = page.length_bytes();
            let mut response = Body::from_stream(page.stream()).into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            // Known before the first byte, so that a quota can refuse it whole.
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            response
        }
        Err(error) => refuse(&error),
    }
}

/// As a problem document (RFC 9457).
fn refuse(error: &RecordError) -> Response {
    let (status, word) = match error {
        RecordError::Name => (StatusCode::NOT_FOUND, "no-such-stream"),
        RecordError::Query(_) => (StatusCode::BAD_REQUEST, "bad-query"),
        RecordError::Json(_) => (StatusCode::BAD_REQUEST, "bad-json"),
        RecordError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        RecordError::Body(_) => (StatusCode::BAD_REQUEST, "broken-body"),
        RecordError::Disk(_) => (StatusCode::INTERNAL_SERVER_ERROR, "disk"),
    };
    let problem = json!({
        "type": format!("urn:sample-api:problem:{word}"),
        "title": error.to_string(),
        "status": status.as_u16(),
    });
    let mut response = (status, Json(problem)).into_response();
    let content_type = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
