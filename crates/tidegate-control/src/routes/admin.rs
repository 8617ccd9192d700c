//! `/v1/admin/…`: signing keys and backups, for operators.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use tidegate_client::wire::{Keys, RetiredKey, RotateKey, RotatedKey};
use tidegate_tower::Problem;
use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::answer::Answer;
use super::extract::{Key, Nothing};
use super::refusals::{AskRefusals, KeyedRefusals};
use super::{Body, Caller, Params, Refusal, Rules};
use crate::domain::Administration;

/// Bytes of a backup that wait for its reader.
const AHEAD_BYTES: usize = 64 * 1024;

/// How long a backup may take: a reader that goes to sleep must not hold the store's moment for ever.
const BACKUP_TIME: Duration = Duration::from_secs(3600);

/// One backup at a time: each holds one of the store's connections.
static BACKUPS: Semaphore = Semaphore::const_new(1);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Retire {
    /// Which key.
    #[param(min_length = 1, max_length = 128)]
    kid: String,
    /// Also when secrets that it signed still hold: they are revoked with it.
    #[serde(default)]
    force: bool,
}

/// The signing keys, without their private halves. For operators.
#[utoipa::path(
    get, path = "/v1/admin/keys", operation_id = "listKeys", tag = "admin",
    responses((status = 200, description = "Found.", body = Keys), AskRefusals),
)]
pub(crate) async fn keys(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Refusal> {
    let items = rules.signing_keys(&actor).await?;
    Ok(Answer(StatusCode::OK, Keys { items }).into_response())
}

/// Makes a key, which is published at once and signs later. For operators.
#[utoipa::path(
    post, path = "/v1/admin/keys", operation_id = "rotateKey", tag = "admin",
    params(Key),
    request_body = RotateKey,
    responses((status = 201, description = "Done.", body = RotatedKey), KeyedRefusals),
)]
pub(crate) async fn rotate(
    State(rules): Rules,
    Caller(actor): Caller,
    Key(key): Key,
    Body(request): Body<RotateKey>,
) -> Result<Response, Refusal> {
    let rotated = rules.rotate_key(actor, key, request).await?;
    Ok(Answer(StatusCode::CREATED, rotated).into_response())
}

/// Takes a key out of use. For operators.
#[utoipa::path(
    delete, path = "/v1/admin/keys", operation_id = "retireKey", tag = "admin",
    params(Retire, Key),
    responses((status = 200, description = "Done.", body = RetiredKey), KeyedRefusals),
)]
pub(crate) async fn retire(
    State(rules): Rules,
    Caller(actor): Caller,
    Key(key): Key,
    Params(query): Params<Retire>,
) -> Result<Response, Refusal> {
    let Retire { kid, force } = query;
    let retired = rules.retire_key(actor, key, kid, force).await?;
    Ok(Answer(StatusCode::OK, retired).into_response())
}

/// The whole store as text, as it is at one moment. Cut off where it cannot be ended well. For operators.
///
/// An `Idempotency-Key` is not heeded: each backup is another one, and is in the audit log.
#[utoipa::path(
    get, path = "/v1/admin/backup", operation_id = "backup", tag = "admin",
    responses(
        (status = 200, description = "Lines of JSON.", body = String, content_type = "application/jsonl"),
        AskRefusals,
    ),
)]
pub(crate) async fn backup(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Refusal> {
    let Ok(turn) = BACKUPS.try_acquire() else {
        let problem = Problem::new(StatusCode::CONFLICT, "conflict", "Conflict");
        return Err(Refusal(problem.detail("a backup is being taken already")));
    };
    rules.begin_backup(actor).await?;
    let (sink, source) = duplex(AHEAD_BYTES);
    let writer = tokio::spawn(write(rules, sink, turn));
    let body = stream::try_unfold(Some((source, writer)), next);
    let mut response = Response::new(axum::body::Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn write(
    rules: Arc<Administration>,
    sink: DuplexStream,
    _turn: SemaphorePermit<'static>,
) -> io::Result<()> {
    match timeout(BACKUP_TIME, rules.backup(sink)).await {
        Ok(Ok(contents)) => {
            tracing::info!(
                revision = contents.revision,
                lines = contents.lines,
                "backup taken"
            );
            Ok(())
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "backup cut off");
            Err(io::Error::other("backup cut off"))
        }
        Err(_) => {
            tracing::error!("backup cut off: it took too long");
            Err(io::Error::other("backup cut off"))
        }
    }
}

type Reading = Option<(DuplexStream, JoinHandle<io::Result<()>>)>;

/// What comes next. The end is one only if the writer says so: else the response is cut off.
async fn next(reading: Reading) -> io::Result<Option<(Bytes, Reading)>> {
    let Some((mut source, writer)) = reading else {
        return Ok(None);
    };
    let mut piece = vec![0; AHEAD_BYTES];
    match source.read(&mut piece).await? {
        0 => {
            writer.await.map_err(io::Error::other)??;
            Ok(None)
        }
        length => {
            piece.truncate(length);
            Ok(Some((Bytes::from(piece), Some((source, writer)))))
        }
    }
}
