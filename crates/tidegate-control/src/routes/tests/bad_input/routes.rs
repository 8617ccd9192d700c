//! Every route that takes something, with a good request and its fields.

use serde_json::{Value, json};

use super::forms::Form::{
    self, Abandon, Action, Ask, Asked, AskedAction, Audiences, Budget, Code, Cursor, Entity,
    EntityType, Flag, Id, Kid, Kind, Life, Limit, Limits, Links, Newcomer, Object, Operations,
    Options, Page, Person, Relation, Relations, Revision, Scope, Secret, Settle, Short, Subject,
    Text, Type, Wait, Word, Words,
};
use super::forms::Must::{self, Be, Not};

/// Name, form, whether it must be there.
pub(super) type Fields = &'static [(&'static str, Form, Must)];

/// Whose secret a request shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Who administers acme.
    Alice,
    Operator,
    Node,
    Nobody,
}

/// Method, path, who asks, a good request, its fields.
pub(super) type Row = (&'static str, &'static str, Who, Value, Fields);

/// Every route that holders of a secret use. `code`: of a pending invitation's link; `secret`: alice's.
pub(super) fn routes(code: &str, secret: &str) -> Vec<Row> {
    let people = people().into_iter();
    let people =
        people.map(|(method, path, good, fields)| (method, path, Who::Alice, good, fields));
    people.chain(others(code, secret)).collect()
}

/// Of operators, nodes, and those who show no secret, or show it in the body.
fn others(code: &str, secret: &str) -> [Row; 11] {
    let exchange = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": secret,
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    });
    [
        ("GET", "/v1/admin/keys", Who::Operator, json!({}), &[]),
        (
            "POST",
            "/v1/admin/keys",
            Who::Operator,
            json!({}),
            &[
                ("purpose", Word, Not),
                ("algorithm", Word, Not),
                ("activate_in_s", Wait, Not),
            ],
        ),
        (
            "DELETE",
            "/v1/admin/keys",
            Who::Operator,
            json!({ "kid": "nope" }),
            &[("kid", Kid, Be), ("force", Flag, Not)],
        ),
        ("GET", "/v1/admin/backup", Who::Operator, json!({}), &[]),
        ("GET", "/v1/bundle", Who::Node, json!({}), &[]),
        ("GET", "/v1/slice", Who::Alice, json!({}), &[]),
        (
            "GET",
            "/v1/slice/watch",
            Who::Alice,
            json!({}),
            &[("from", Revision, Not)],
        ),
        (
            "GET",
            "/v1/watch",
            Who::Node,
            json!({ "from": 0 }),
            &[("from", Revision, Be)],
        ),
        (
            "POST",
            "/v1/leases",
            Who::Node,
            json!({}),
            &[
                ("abandon", Abandon, Not),
                ("settle", Settle, Not),
                ("ask", Ask, Not),
            ],
        ),
        (
            "POST",
            "/v1/invitations/redeem",
            Who::Nobody,
            json!({ "code": code, "subject": "user:dora" }),
            &[("code", Code, Be), ("subject", Newcomer, Be)],
        ),
        (
            "POST",
            "/v1/token",
            Who::Nobody,
            exchange,
            &[
                ("grant_type", Word, Be),
                ("subject_token", Secret, Be),
                ("subject_token_type", Word, Be),
                ("requested_token_type", Word, Not),
                ("audience", Audiences, Not),
                ("scope", Scope, Not),
                ("budget_bytes", Budget, Not),
                ("expires_in", Short, Not),
            ],
        ),
    ]
}

/// Of people, who show their secret.
fn people() -> Vec<(&'static str, &'static str, Value, Fields)> {
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
        ("GET", "/v1/me", json!({}), &[]),
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
        (
            "DELETE",
            "/v1/invitations",
            json!({ "id": "x" }),
            &[("id", Id, Be)],
        ),
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
                ("context", Links, Not),
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
                ("context", Links, Not),
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
                ("context", Links, Not),
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
                ("context", Links, Not),
                ("page", Page, Not),
            ],
        ),
    ]
}
