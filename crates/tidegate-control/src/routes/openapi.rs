//! `/openapi.json`: the OpenAPI 3.1 document, made of what stands on the handlers and on the wire types.
//!
//! The router is made of the same list (`router.rs`), so that a route without its entry cannot be.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use tidegate_client::wire::{ProblemDocument, form};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, Required};
use utoipa::{IntoParams, Modify, OpenApi};

use super::extract::{Key, Terms};
use super::refusals;
use crate::domain::KEY_MAX;

/// What stands above the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tidegate control plane",
        description = "Objects, grants, invitations, secrets, quotas, usage, audit; decisions as in OpenID AuthZEN 1.0.\n\n\
            Objects are written `type:id`. Times are seconds since the epoch, UTC (`_s`); sizes are bytes (`_bytes`). \
            Each list is read page by page: `next` of one page is the `cursor` of the next. \
            What the caller may not see does not exist for them: 404.\n\n\
            Each operation that changes something takes an `Idempotency-Key`, unless it says why it needs none. \
            Those that only read do not heed it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(
        ProblemDocument, form::ObjectName, form::PersonName, form::SubjectName, form::TypeName, form::EntityId,
        form::RelationName, form::KindName, form::Address, form::DisplayName, form::Description, form::Code, form::Id,
    )),
    modifiers(&Common),
    security(("secret" = [])),
    tags(
        (name = "objects", description = "Organizations, projects, users: whatever the system has."),
        (name = "grants", description = "Who has which relation on what."),
        (name = "invitations", description = "Asking people in. A pending invitation gives nothing."),
        (name = "members", description = "Belonging to something."),
        (name = "links", description = "What points at what: billing, attachments."),
        (name = "secrets", description = "Signed tokens that authenticate as a subject."),
        (name = "quotas", description = "Limits, and what was used."),
        (name = "audit", description = "What was done."),
        (name = "batch", description = "Several changes at once."),
        (name = "access", description = "OpenID AuthZEN Authorization API 1.0."),
        (name = "nodes", description = "What gateways ask for."),
        (name = "operation", description = "Health, keys, this document."),
    ),
)]
pub(crate) struct Document;

/// What the macros do not say.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        let secret = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A secret of a subject, with the audience `control`."));
        components.add_security_scheme("secret", SecurityScheme::Http(secret.build()));
        for (name, response) in refusals::components() {
            components
                .responses
                .insert(name.to_owned(), response.into());
        }
    }
}

impl IntoParams for Key {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = text()
            .min_length(Some(1))
            .max_length(Some(KEY_MAX))
            .pattern(Some("^[\\u0020-\\u007e]+$"))
            .examples(["b5c2f6e0-nightly"]);
        let said = "A repeat of the request under the same key is answered as the first was, and not done again; a \
                    secret's text is shown in the first answer alone. Remembered for a day.";
        vec![header("Idempotency-Key", said, key)]
    }
}

impl IntoParams for Terms {
    fn into_params(style: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let tag = text()
            .pattern(Some("^\"[0-9]{1,20}\"$"))
            .examples(["\"42\""]);
        let said = "Refused with 412 when the object changed after this revision: its entity tag.";
        let mut headers = Key::into_params(style);
        headers.push(header("If-Match", said, tag));
        headers
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// The document as it is served.
#[derive(Clone)]
pub(crate) struct Text(Bytes);

impl Text {
    /// Written once, when the router is made.
    pub(crate) fn of(document: &utoipa::openapi::OpenApi) -> Self {
        // INVARIANT: a document is plain JSON; a test compares what is served with a file.
        Self(document.to_json().map(Bytes::from).unwrap_or_default())
    }
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenapi", tag = "operation",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)),
)]
pub(crate) async fn document(Extension(Text(text)): Extension<Text>) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
