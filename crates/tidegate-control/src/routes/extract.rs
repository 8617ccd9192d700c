//! What handlers take from a request: the caller, a JSON body, query parameters. Each refusal is a
//! problem document.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_tower::{Identity, Problem};
use tokio::time::timeout;

use super::answer::Refusal;
use crate::domain::{self, caller::Actor};

/// Longest body. Bytes.
pub(crate) const BODY_MAX_BYTES: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The holder of a secret that was verified. Whoever sent none is answered with 401.
pub(crate) struct Caller(pub(crate) Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        match parts.extensions.get::<Identity>() {
            Some(Identity::Principal(principal)) => Ok(Self(Actor::new(principal))),
            Some(Identity::Anonymous) | None => Err(Refusal(Problem::unauthenticated())),
        }
    }
}

/// The holder of a secret, or whoever sent none.
pub(crate) struct MaybeCaller(pub(crate) Option<Actor>);

impl<S: Sync> FromRequestParts<S> for MaybeCaller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        match parts.extensions.get::<Identity>() {
            Some(Identity::Principal(principal)) => Ok(Self(Some(Actor::new(principal)))),
            Some(Identity::Anonymous) => Ok(Self(None)),
            None => Err(Refusal(Problem::unauthenticated())),
        }
    }
}

/// `Idempotency-Key`, and `If-Match` with the entity tag of the object that is changed.
pub(crate) struct Terms(pub(crate) domain::Terms);

impl<S: Sync> FromRequestParts<S> for Terms {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let unchanged_since = match once(&parts.headers, "If-Match")? {
            None => None,
            Some(tag) => Some(entity_tag(tag).ok_or_else(|| {
                let detail = "expected the entity tag of the object: its revision in double quotes";
                Wrong::of("If-Match", detail)
            })?),
        };
        let Key(idempotency_key) = Key::of(&parts.headers)?;
        Ok(Self(domain::Terms {
            idempotency_key,
            unchanged_since,
        }))
    }
}

/// `Idempotency-Key`, of a change that is of no one object.
pub(crate) struct Key(pub(crate) Option<String>);

impl Key {
    /// From a request's headers.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Wrong> {
        Ok(Self(once(headers, "Idempotency-Key")?.map(str::to_owned)))
    }
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self::of(&parts.headers)?)
    }
}

/// A header that may be there once.
fn once<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Wrong> {
    let mut values = headers.get_all(name).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok(),
        (Some(_), Some(_)) => None,
    };
    let wrong = || Wrong::of(name, "expected once, as visible ASCII");
    value.map(Some).ok_or_else(wrong)
}

fn entity_tag(tag: &str) -> Option<u64> {
    let digits = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// What is wrong with a request, and where.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) field: Option<String>,
    pub(super) detail: String,
}

/// Longest field name and explanation: a caller's own words come back in them. A secret in a field's place is
/// longer. Characters.
const FIELD_MAX: usize = 64;
const DETAIL_MAX: usize = 1000;

impl Wrong {
    pub(super) fn of(field: &str, detail: &str) -> Self {
        Self {
            field: Some(cut(field, FIELD_MAX)),
            detail: cut(detail, DETAIL_MAX),
        }
    }

    /// What serde says. It names an unknown or missing key in backticks, and not in the path.
    fn said(path: Option<String>, message: &str) -> Self {
        let about_key = ["unknown field `", "missing field `", "duplicate field `"];
        let key = about_key
            .iter()
            .find_map(|start| message.split_once(start)?.1.split('`').next());
        let field = match (path, key) {
            (Some(path), Some(key)) if path.rsplit('.').next() != Some(key) => {
                Some(format!("{path}.{key}"))
            }
            (Some(path), _) => Some(path),
            (None, Some(key)) => Some(key.to_owned()),
            (None, None) => message
                .split_once(": ")
                .map(|(key, _)| key)
                .filter(|key| !key.contains(' '))
                .map(str::to_owned),
        };
        Self {
            field: field.map(|field| cut(&field, FIELD_MAX)),
            detail: match key {
                Some(key) => cut(&message.replace(key, &cut(key, FIELD_MAX)), DETAIL_MAX),
                None => cut(message, DETAIL_MAX),
            },
        }
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        let Wrong { field, detail } = wrong;
        let problem = Problem::new(StatusCode::BAD_REQUEST, "bad-request", "Bad request");
        let problem = problem.detail(detail);
        Self(match field {
            Some(field) => problem.field(field),
            None => problem,
        })
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Query parameters; unknown ones are refused.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&text);
                Err(Wrong::said(None, text).into())
            }
        }
    }
}

/// Of a route that takes no query parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A JSON body; unknown keys are refused.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Serialize, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            let problem = Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Unsupported media type",
            );
            return Err(Refusal(
                problem.detail("send JSON, with Content-Type: application/json"),
            ));
        }
        let bytes = read_body(request).await?;
        Ok(Self(read_json(&bytes)?))
    }
}

/// Reads JSON; unknown keys are refused by the types, a list for an object here.
pub(super) fn read_json<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Wrong> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = at_path(serde_path_to_error::deserialize(&mut json))?;
    json.end()
        .map_err(|error| Wrong::said(None, &error.to_string()))?;
    if bytes.contains(&b'[')
        && let Some(path) = listed(bytes, &value)
    {
        let field = (!path.is_empty()).then(|| cut(&path, FIELD_MAX));
        let detail = "expected an object with keys, found a list".to_owned();
        return Err(Wrong { field, detail });
    }
    Ok(value)
}

/// Where in a value something is wrong.
pub(super) fn at_path<T>(
    read: Result<T, serde_path_to_error::Error<serde_json::Error>>,
) -> Result<T, Wrong> {
    read.map_err(|error| {
        let path = error.path().to_string();
        let path = (path != "." && path != "?").then_some(path);
        Wrong::said(path, &error.into_inner().to_string())
    })
}

/// A whole body, of a bounded length and in a bounded time.
pub(super) async fn read_body(request: Request) -> Result<bytes::Bytes, Refusal> {
    let body = Limited::new(request.into_body(), BODY_MAX_BYTES);
    match timeout(BODY_TIME, body.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let problem = Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "content-too-large",
                "Content too large",
            );
            Err(Refusal(problem.detail(format!(
                "a body has at most {BODY_MAX_BYTES} bytes"
            ))))
        }
        Ok(Err(_)) => Err(Wrong::said(None, "the body was cut off").into()),
        Err(_) => {
            let problem = Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "request-timeout",
                "Request timeout",
            );
            Err(Refusal(problem.detail("the body took too long")))
        }
    }
}

/// Where a list stands for an object: serde takes one for the fields in their order, which is nobody's wire
/// format and would change with the next field.
fn listed(bytes: &[u8], value: &impl Serialize) -> Option<String> {
    fn within(given: &Value, read: &Value, path: &str) -> Option<String> {
        match (given, read) {
            (Value::Array(_), Value::Object(_)) => Some(path.to_owned()),
            (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(key, given)| {
                let dot = if path.is_empty() { "" } else { "." };
                within(given, read.get(key)?, &format!("{path}{dot}{key}"))
            }),
            (Value::Array(given), Value::Array(read)) => {
                let pairs = given.iter().zip(read).enumerate();
                let mut pairs = pairs.map(|(at, pair)| (format!("{path}[{at}]"), pair));
                pairs.find_map(|(path, (given, read))| within(given, read, &path))
            }
            _ => None,
        }
    }
    let given = serde_json::from_slice(bytes).ok()?;
    within(&given, &serde_json::to_value(value).ok()?, "")
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}
