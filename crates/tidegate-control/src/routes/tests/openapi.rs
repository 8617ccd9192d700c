//! What is served as `/openapi.json` is `tests/openapi/openapi.json`, which clients are generated from.
//!
//! `TIDEGATE_WRITE_OPENAPI=1 cargo test -p tidegate-control openapi` writes the file.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// What is served.
pub(super) async fn served() -> Value {
    let world = World::new().await;
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let reply = world.send(request).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.json
}

/// Each operation with its method and path.
pub(super) fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of = |(path, item): (&String, &'_ Value)| {
        let item: Vec<String> = item.as_object().unwrap().keys().cloned().collect();
        (path.clone(), item)
    };
    let listed: Vec<(String, Vec<String>)> = paths.map(of).collect();
    let mut all = Vec::new();
    for (path, methods) in listed {
        for method in methods {
            let operation = &document["paths"][&path][&method];
            all.push((method, path.clone(), operation));
        }
    }
    all
}

#[tokio::test]
async fn the_document_is_the_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/openapi/openapi.json");
    let served = format!("{:#}\n", served().await);
    if std::env::var_os("TIDEGATE_WRITE_OPENAPI").is_some_and(|value| value == "1") {
        std::fs::write(&path, &served).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap();
    for (number, (file, served)) in file.lines().zip(served.lines()).enumerate() {
        assert_eq!(file, served, "openapi.json, line {}", number + 1);
    }
    assert_eq!(file.len(), served.len(), "openapi.json");
}

#[tokio::test]
async fn every_operation_says_what_a_client_needs() {
    let document = served().await;
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    let mut ids = BTreeSet::new();
    for (method, path, operation) in &operations {
        let at = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{at}: {id} twice");
        let camel = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(camel, "{at}: {id}");
        assert!(operation["summary"].is_string(), "{at}: summary");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{at}: tag");
        let open = operation["security"] == json!([{}]);
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{at}"
        );
        assert_eq!(!open, responses.contains_key("401"), "{at}: 401");
        let empty = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&empty);
        let named = |name: &str| {
            parameters
                .iter()
                .find(|parameter| parameter["name"] == name)
        };
        let keyed = named("Idempotency-Key").is_some();
        assert_eq!(keyed, responses.contains_key("422"), "{at}: key");
        let conditional = named("If-Match").is_some();
        assert_eq!(conditional, responses.contains_key("412"), "{at}: If-Match");
        // What changes something takes a key, or says why not.
        let asks =
            method == "get" || path.starts_with("/access/") || path.as_str() == "/v1/explain";
        let said = operation["description"].as_str().unwrap_or_default();
        let unheeded = said.contains("`Idempotency-Key` is not heeded: ");
        assert_eq!(keyed, !asks && !unheeded, "{at}: key");
        if let Some(limit) = named("limit") {
            assert_eq!(limit["schema"]["minimum"], 1, "{at}");
            assert_eq!(limit["schema"]["maximum"], 1000, "{at}");
            assert!(named("cursor").is_some(), "{at}: cursor");
        }
    }
    assert!(operations.len() >= 46, "{} operations", operations.len());
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    found.insert(reference.clone());
                }
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = served().await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 40);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// Each operation is there: with its method and without a secret it is not 404 and not 405.
#[tokio::test]
async fn every_operation_is_a_route() {
    let world = World::new().await;
    let document = served().await;
    for (method, path, operation) in operations(&document) {
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&path)
            .header(CONTENT_TYPE, "application/json");
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        let expected = match operation["operationId"].as_str().unwrap() {
            // For callers without a secret of this audience, too: an empty body is wrong.
            "redeemInvitation" | "exchangeToken" => 400,
            _ if operation["security"] == json!([{}]) => 200,
            _ => 401,
        };
        assert_eq!(reply.status.as_u16(), expected, "{method} {path}");
    }
}
