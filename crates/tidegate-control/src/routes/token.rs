//! `/v1/token`: exchanges a secret for a narrower one (RFC 8693).
//!
//! The secret is in the body; of the headers only an idempotency key is read. A form, as the RFC says, or JSON with the same names. Unknown
//! parameters are refused, and not ignored as RFC 6749 §3.2 has it: one that was misspelt might have been a
//! limit. Refusals are problem documents, as everywhere, with the `error` and `error_description` of RFC 6749
//! §5.2 beside.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tidegate_client::wire::{
    ACCESS_TOKEN, JWT, ProblemDocument, TOKEN_EXCHANGE, TokenAnswer, TokenRequest,
};

use super::Rules;
use super::answer::{Answer, Refusal};
use super::extract::{Key, Wrong, at_path, is_json, read_body, read_json};
use crate::domain::{ExchangeError, Fault, Wish};

const FORM: &str = "application/x-www-form-urlencoded";

/// Why there is no token: `error` and `error_description`, and which parameter is wrong.
struct TokenRefusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    field: Option<String>,
}

impl TokenRefusal {
    fn new(error: &'static str, field: &str, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            description: description.into(),
            field: Some(field.to_owned()),
        }
    }
}

impl From<Wrong> for TokenRefusal {
    fn from(wrong: Wrong) -> Self {
        let Wrong { field, detail } = wrong;
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_request",
            description: detail,
            field,
        }
    }
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        let Self {
            status,
            error,
            description,
            field,
        } = self;
        // Without the description, in which the caller's words stand: one of them may be a secret.
        tracing::info!(kind = error, field, "refused");
        // The words of the RFC have underscores, ours have hyphens.
        let mut document = json!({
            "type": format!("{}{}", tidegate_tower::problem::TYPE_PREFIX, error.replace('_', "-")),
            "title": "No token",
            "status": status.as_u16(),
            "detail": description,
            "error": error,
            "error_description": description,
        });
        if let (Some(field), Value::Object(members)) = (field, &mut document) {
            members.insert("field".to_owned(), field.into());
        }
        let mut response = (status, axum::Json(document)).into_response();
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, problem);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Exchanges a secret for a narrower one (RFC 8693). The secret is in the body, and not in a header.
#[utoipa::path(
    post, path = "/v1/token", operation_id = "exchangeToken", tag = "secrets",
    params(Key),
    request_body(content(
        (TokenRequest = "application/x-www-form-urlencoded"),
        (TokenRequest = "application/json"),
    )),
    responses(
        (status = 200, description = "Done.", body = TokenAnswer),
        (status = 400, description = "Refused, with the `error` of RFC 6749.", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 408, description = "The body took too long.", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 415, description = "Neither a form nor JSON.", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 422, description = "The idempotency key was used for another request.", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer.", body = ProblemDocument,
         content_type = "application/problem+json"),
    ),
    security(()),
)]
pub(crate) async fn exchange(State(rules): Rules, request: Request) -> Response {
    let key = Key::of(request.headers());
    let (Key(key), asked) = match (key, read(request).await) {
        (Ok(key), Ok(asked)) => (key, asked),
        (Err(wrong), _) => return TokenRefusal::from(wrong).into_response(),
        (_, Err(refusal)) => return refusal,
    };
    let TokenRequest {
        grant_type,
        subject_token,
        subject_token_type,
        requested_token_type,
        audience,
        scope,
        budget_bytes,
        expires_in,
    } = asked;
    if grant_type != TOKEN_EXCHANGE {
        let detail = format!("expected {TOKEN_EXCHANGE}");
        let refusal = TokenRefusal::new("unsupported_grant_type", "grant_type", detail);
        return refusal.into_response();
    }
    let types = [ACCESS_TOKEN, JWT];
    let token_type = requested_token_type.unwrap_or_else(|| ACCESS_TOKEN.to_owned());
    for (name, value) in [
        ("subject_token_type", &subject_token_type),
        ("requested_token_type", &token_type),
    ] {
        if !types.contains(&value.as_str()) {
            let detail = format!("{name}: expected {ACCESS_TOKEN} or {JWT}");
            return TokenRefusal::new("invalid_request", name, detail).into_response();
        }
    }
    let (objects, actions): (Vec<String>, Vec<String>) = scope
        .iter()
        .flat_map(|scope| scope.split_ascii_whitespace())
        .map(str::to_owned)
        .partition(|word| word.contains(':'));
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let wish = Wish {
        token_type,
        audiences: some(audience),
        actions: some(actions),
        objects: some(objects),
        budget_bytes,
        life_s: expires_in,
    };
    match rules.exchange(&subject_token, &wish, key.as_deref()).await {
        Ok(answer) => Answer(StatusCode::OK, answer).into_response(),
        Err(error) => refuse(error),
    }
}

fn refuse(error: ExchangeError) -> Response {
    let said = error.to_string();
    let (word, field) = match error {
        // RFC 8693 §2.2.2: also what is wrong with the subject_token.
        ExchangeError::Secret => ("invalid_request", "subject_token"),
        ExchangeError::Request(field, _) => ("invalid_request", field),
        ExchangeError::Scope(field, _) => ("invalid_scope", field),
        ExchangeError::Target(_) => ("invalid_target", "audience"),
        ExchangeError::Other(Fault::BadRequest { field, detail }) => {
            return TokenRefusal::new("invalid_request", &field, detail).into_response();
        }
        ExchangeError::Other(fault) => return Refusal::from(fault).into_response(),
    };
    TokenRefusal::new(word, field, said).into_response()
}

/// The request, from a form or from JSON.
async fn read(request: Request) -> Result<TokenRequest, Response> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let essence = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    let is_form = essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM));
    let wrong = |wrong: Wrong| TokenRefusal::from(wrong).into_response();
    if is_json(request.headers()) {
        let bytes = read_body(request)
            .await
            .map_err(IntoResponse::into_response)?;
        return read_json(&bytes).map_err(wrong);
    }
    if !is_form {
        let detail = format!("send a form, with Content-Type: {FORM}, or JSON");
        let refusal = TokenRefusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..TokenRefusal::new("invalid_request", "Content-Type", detail)
        };
        return Err(refusal.into_response());
    }
    let bytes = read_body(request)
        .await
        .map_err(IntoResponse::into_response)?;
    let fields = fields(&bytes).map_err(IntoResponse::into_response)?;
    at_path(serde_path_to_error::deserialize(Value::Object(fields))).map_err(wrong)
}

/// A form's parameters, each once but for `audience`; empty ones are left out (RFC 6749 §3.2).
fn fields(bytes: &Bytes) -> Result<Map<String, Value>, TokenRefusal> {
    let wrong = || TokenRefusal {
        field: None,
        ..TokenRefusal::new(
            "invalid_request",
            "",
            "no form: expected percent-encoded UTF-8",
        )
    };
    let wrong_field =
        |name: &str, why: &str| TokenRefusal::from(Wrong::of(name, &format!("{name}: {why}")));
    let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8();
        decoded
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| wrong())
    };
    let mut fields = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if value.is_empty() {
            continue;
        }
        if name == "audience" {
            let list = fields.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(Value::String(value));
            }
            continue;
        }
        let value = match name.as_str() {
            "budget_bytes" | "expires_in" => {
                let number: Result<u64, _> = value.parse();
                json!(number.map_err(|_| wrong_field(&name, "expected a number"))?)
            }
            _ => Value::String(value),
        };
        if fields.contains_key(&name) {
            return Err(wrong_field(&name, "given twice"));
        }
        fields.insert(name, value);
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, expected: Option<&Value>) {
        let found = fields(&Bytes::copy_from_slice(form.as_bytes()));
        assert_eq!(found.ok().map(Value::Object).as_ref(), expected, "{form:?}");
    }

    #[test]
    fn forms() {
        check("", Some(&json!({})));
        check("a=b&c=d%20e+f", Some(&json!({"a": "b", "c": "d e f"})));
        check("scope=&a=b&&", Some(&json!({"a": "b"})));
        let audiences = json!({"audience": ["x", "y"]});
        check("audience=x&audience=y", Some(&audiences));
        check("expires_in=60", Some(&json!({"expires_in": 60})));
        check("a=1&a=2", None);
        check("expires_in=soon", None);
        check("expires_in=-1", None);
        check("a=%ff", None);
    }
}
