//! Every route that takes something, with a good request and its fields.

use serde_json::{Value, json};

use super::forms::Form::{
    self, Action, Asked, AskedAction, Code, Cursor, Entity, EntityType, Flag, Id, Kind, Life,
    Limit, Limits, Links, Object, Operations, Options, Page, Person, Relation, Relations, Subject,
    Text, Type, Words,
};
use super::forms::Must::{self, Be, Not};

/// Name, form, whether it must be there.
pub(super) type Fields = &'static [(&'static str, Form, Must)];

/// Method, path, a good request, its fields.
pub(super) fn routes() -> Vec<(&'static str, &'static str, Value, Fields)> {
    let bot = "service:acme/sales/bot";
    let orders = "stream:acme/sales/orders";
    let of = |object: &str| json!({ "object": object });
    let asked = |type_name: &str, id: &str| json!({ "type": type_name, "id": id });
    let question = json!({ "subject": asked("user", "alice"), "action": { "name": "can_view" }, "resource": asked("organization", "acme") });
    const LIST: Fields = &[("limit", Limit, Not), ("cursor", Cursor, Not)];
    const ACCOUNT: Fields = &[("account", Object, Be), ("anonymous", Flag, Not)];
    const GRANT: Fields = &[
        ("object", Object, Be),
        ("relations", Relations, Be),
        ("subject", Subject, Be),
    ];
    const ID: Fields = &[("id", Id, Not), ("object", Object, Not)];
    const MEMBER: Fields = &[("object", Object, Be)];
    const ATTACH: Fields = &[("object", Object, Be), ("to", Object, Be)];
    vec![
        (
            "POST",
            "/v1/objects",
            of("stream:acme/sales/new"),
            &[
                ("object", Object, Be),
                ("display_name", Text, Not),
                ("owner", Person, Not),
                ("quota", Limits, Not),
                ("links", Links, Not),
            ],
        ),
        (
            "PATCH",
            "/v1/objects",
            json!({ "object": orders, "display_name": "New" }),
            &[("object", Object, Be), ("display_name", Text, Not)],
        ),
        ("DELETE", "/v1/objects", of(orders), MEMBER),
        ("GET", "/v1/objects", of(orders), &[("object", Object, Not)]),
        (
            "GET",
            "/v1/objects",
            json!({ "type": "stream" }),
            &[
                ("type", Type, Not),
                ("parent", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "POST",
            "/v1/grants",
            json!({ "object": orders, "relations": ["read"], "subject": bot }),
            GRANT,
        ),
        (
            "PATCH",
            "/v1/grants",
            json!({ "object": "organization:acme", "relations": ["view"], "subject": "user:alice" }),
            GRANT,
        ),
        (
            "DELETE",
            "/v1/grants",
            json!({ "object": orders, "relations": "read", "subject": bot }),
            &[
                ("object", Object, Be),
                ("relations", Words, Be),
                ("subject", Subject, Be),
            ],
        ),
        ("GET", "/v1/grants", of(orders), MEMBER),
        ("GET", "/v1/grants", of(orders), LIST),
        (
            "POST",
            "/v1/invitations",
            json!({ "object": "organization:acme", "invitee": "user:eve", "relations": ["view"] }),
            &[
                ("object", Object, Be),
                ("invitee", Person, Be),
                ("relations", Relations, Be),
                ("expires_in_s", Life, Not),
            ],
        ),
        (
            "GET",
            "/v1/invitations",
            of("organization:acme"),
            &[
                ("object", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        ("DELETE", "/v1/invitations", json!({}), &[("id", Id, Not)]),
        ("POST", "/v1/invitations/accept", json!({}), ID),
        ("POST", "/v1/invitations/decline", json!({}), ID),
        (
            "POST",
            "/v1/invitations/redeem",
            json!({ "code": "x" }),
            &[("code", Code, Be)],
        ),
        ("POST", "/v1/members/join", of("organization:acme"), MEMBER),
        ("POST", "/v1/members/leave", of("organization:acme"), MEMBER),
        (
            "DELETE",
            "/v1/members",
            json!({ "object": "organization:acme", "subject": "user:eve" }),
            &[("object", Object, Be), ("subject", Object, Be)],
        ),
        (
            "PUT",
            "/v1/links",
            json!({ "object": "user:alice", "relation": "billing_organization", "to": "organization:acme" }),
            &[
                ("object", Object, Be),
                ("relation", Relation, Be),
                ("to", Object, Be),
            ],
        ),
        (
            "POST",
            "/v1/attachments",
            json!({ "object": orders, "to": "project:acme/sales" }),
            ATTACH,
        ),
        (
            "DELETE",
            "/v1/attachments",
            json!({ "object": orders, "to": "project:acme/sales" }),
            ATTACH,
        ),
        (
            "POST",
            "/v1/secrets",
            json!({ "subject": bot }),
            &[
                ("subject", Object, Be),
                ("kind", Kind, Not),
                ("description", Text, Not),
                ("expires_in_s", Life, Not),
            ],
        ),
        (
            "GET",
            "/v1/secrets",
            json!({ "subject": bot }),
            &[
                ("subject", Object, Be),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "DELETE",
            "/v1/secrets",
            json!({ "jti": "x" }),
            &[("jti", Id, Be)],
        ),
        (
            "PATCH",
            "/v1/quotas",
            json!({ "account": bot, "limits": { "read": 1 } }),
            &[
                ("account", Object, Be),
                ("anonymous", Flag, Not),
                ("limits", Limits, Be),
            ],
        ),
        ("GET", "/v1/quotas", json!({ "account": bot }), ACCOUNT),
        ("GET", "/v1/usage", json!({ "account": bot }), ACCOUNT),
        ("GET", "/v1/usage", json!({ "account": bot }), LIST),
        (
            "GET",
            "/v1/audit",
            of(orders),
            &[
                ("object", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "GET",
            "/v1/audit",
            json!({ "actor": "user:alice" }),
            &[("actor", Object, Not)],
        ),
        (
            "POST",
            "/v1/batch",
            json!({ "operations": [{ "op": "create", "object": "stream:acme/sales/new" }] }),
            &[("operations", Operations, Be)],
        ),
        (
            "POST",
            "/v1/explain",
            json!({ "subject": "user:alice", "action": "can_view", "resource": "organization:acme" }),
            &[
                ("subject", Asked, Not),
                ("action", AskedAction, Be),
                ("resource", Asked, Be),
                ("context", Links, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/evaluation",
            question.clone(),
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("context", Links, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/evaluations",
            question,
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("evaluations", Operations, Not),
                ("options", Options, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/subject",
            json!({ "subject": { "type": "user" }, "action": { "name": "can_view" }, "resource": asked("organization", "acme") }),
            &[
                ("subject", EntityType, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("page", Page, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/resource",
            json!({ "subject": asked("user", "alice"), "action": { "name": "can_view" }, "resource": { "type": "organization" } }),
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", EntityType, Be),
                ("page", Page, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/action",
            json!({ "subject": asked("user", "alice"), "resource": asked("organization", "acme") }),
            &[
                ("subject", Entity, Be),
                ("resource", Entity, Be),
                ("page", Page, Not),
            ],
        ),
    ]
}
