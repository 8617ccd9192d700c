//! AuthZEN: evaluations, searches, metadata.

use super::*;

fn entity(text: &str) -> Value {
    let (type_name, id) = text.split_once(':').unwrap();
    json!({ "type": type_name, "id": id })
}

fn item(resource: &str) -> Value {
    json!({ "resource": entity(resource) })
}

/// A secret of a kind, of alice's.
async fn secret_of(world: &World, holder: &str, subject: &str, kind: &str) -> String {
    let body = json!({ "subject": subject, "kind": kind });
    let reply = world.post(holder, "/v1/secrets", body).await;
    reply.ok()["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn oneself_is_answered_as_the_gateway_would_decide() {
    let world = World::new().await;
    let alice = world.acme().await;
    let private = secret_of(&world, &alice, "user:alice", "private_read").await;
    let public = secret_of(&world, &alice, "user:alice", "public_read").await;
    let stream = "stream:acme/sales/orders";
    for (secret, action, expected) in [
        (&alice, "can_read", true),
        (&alice, "can_write", true),
        (&private, "can_read", true),
        (&private, "can_write", false),
        // Checked as anonymous, and the project is not public.
        (&public, "can_read", false),
        (&public, "can_write", false),
    ] {
        let reply = world.ask(secret, "user:alice", action, stream).await;
        assert_eq!(reply.ok()["decision"], expected, "{action}");
        let body = json!({ "subject": entity("user:alice"), "resource": entity(stream) });
        let found = world.post(secret, "/access/v1/search/action", body).await;
        let found = found.ok()["results"].as_array().unwrap();
        let listed = found.contains(&json!({ "name": action }));
        assert_eq!(listed, expected, "{action}");
        let body = json!({ "subject": entity("user:alice"), "action": { "name": action }, "resource": { "type": "stream" } });
        let found = world.post(secret, "/access/v1/search/resource", body).await;
        let found = found.ok()["results"].as_array().unwrap();
        assert_eq!(found.contains(&entity(stream)), expected, "{action}");
    }
}

#[tokio::test]
async fn evaluations_end_as_their_semantic_says() {
    let world = World::new().await;
    let alice = world.acme().await;
    let (yes, no) = ("stream:acme/sales/orders", "stream:acme/sales/nothing");
    for (semantic, resources, expected) in [
        (None, vec![yes, no, yes], vec![true, false, true]),
        (
            Some("execute_all"),
            vec![no, yes, no],
            vec![false, true, false],
        ),
        (
            Some("deny_on_first_deny"),
            vec![yes, no, yes],
            vec![true, false],
        ),
        (Some("deny_on_first_deny"), vec![yes, yes], vec![true, true]),
        (
            Some("permit_on_first_permit"),
            vec![no, yes, no],
            vec![false, true],
        ),
        (
            Some("permit_on_first_permit"),
            vec![no, no],
            vec![false, false],
        ),
    ] {
        let items: Vec<Value> = resources.into_iter().map(item).collect();
        let mut body = json!({ "subject": entity("user:alice"), "action": { "name": "can_read" }, "evaluations": items });
        if let Some(semantic) = semantic {
            body["options"] = json!({ "evaluations_semantic": semantic, "other": 7 });
        }
        let reply = world.post(&alice, "/access/v1/evaluations", body).await;
        let answers = reply.ok()["evaluations"].as_array().unwrap();
        let decisions: Vec<Value> = answers
            .iter()
            .map(|answer| answer["decision"].clone())
            .collect();
        assert_eq!(json!(decisions), json!(expected), "{semantic:?}");
    }
}

#[tokio::test]
async fn each_evaluation_may_say_its_own() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.user("eve").await;
    let body = json!({
        "subject": entity("user:alice"),
        "action": { "name": "can_read" },
        "resource": entity("stream:acme/sales/orders"),
        "evaluations": [
            {},
            { "subject": entity("user:eve") },
            { "action": { "name": "can_fly" } },
            { "subject": entity("user:eve"), "resource": entity("stream:acme/sales/nothing") },
        ],
    });
    let reply = world
        .post(&alice, "/access/v1/evaluations", body.clone())
        .await;
    let answers = &reply.ok()["evaluations"];
    assert_eq!(answers[0], json!({ "decision": true }));
    assert_eq!(answers[1], json!({ "decision": false }));
    // What cannot be evaluated is a no.
    for (at, status) in [(2, 400), (3, 404)] {
        assert_eq!(answers[at]["decision"], false, "{answers}");
        assert_eq!(
            answers[at]["context"]["error"]["status"], status,
            "{answers}"
        );
    }
    // Without evaluations it is one question.
    for evaluations in [Value::Null, json!([])] {
        let mut one = body.clone();
        one["evaluations"] = evaluations;
        let reply = world.post(&alice, "/access/v1/evaluations", one).await;
        assert_eq!(*reply.ok(), json!({ "decision": true }));
    }
    // What is nowhere said is wrong.
    let mut body = body;
    body.as_object_mut().unwrap().remove("resource");
    let reply = world.post(&alice, "/access/v1/evaluations", body).await;
    reply.refused(400, Some("evaluations[0].resource"));
}

#[tokio::test]
async fn searches_go_page_by_page() {
    let world = World::new().await;
    let alice = world.acme().await;
    for number in 0..5 {
        world
            .create(&alice, &format!("stream:acme/sales/s{number}"))
            .await;
    }
    let mut body = json!({ "subject": entity("user:alice"), "action": { "name": "can_read" }, "resource": { "type": "stream" }, "page": { "limit": 2 } });
    let mut found = Vec::new();
    loop {
        let reply = world
            .post(&alice, "/access/v1/search/resource", body.clone())
            .await;
        let page = reply.ok();
        assert_eq!(page["context"]["complete"], true);
        let results = page["results"].as_array().unwrap();
        assert_eq!(page["page"]["count"], results.len());
        assert!(results.len() <= 2);
        found.extend(
            results
                .iter()
                .map(|entity| entity["id"].as_str().unwrap().to_owned()),
        );
        let next = page["page"]["next_token"].as_str().unwrap().to_owned();
        if next.is_empty() {
            break;
        }
        // A token holds for its search alone.
        let mut other = body.clone();
        other["action"]["name"] = json!("can_write");
        other["page"]["token"] = json!(next);
        let reply = world
            .post(&alice, "/access/v1/search/resource", other)
            .await;
        reply.refused(400, Some("page.token"));
        body["page"]["token"] = json!(next);
    }
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(found.is_sorted());
}

#[tokio::test]
async fn about_others_only_who_may_view_access() {
    let world = World::new().await;
    let alice = world.acme().await;
    let eve = world.user("eve").await;
    let stream = entity("stream:acme/sales/orders");
    let subjects = json!({ "subject": { "type": "user" }, "action": { "name": "can_read" }, "resource": stream });
    let found = world
        .post(&alice, "/access/v1/search/subject", subjects.clone())
        .await;
    assert_eq!(found.ok()["results"], json!([entity("user:alice")]));
    assert_eq!(found.json["page"]["next_token"], "");
    let refused = world
        .post(&eve, "/access/v1/search/subject", subjects)
        .await;
    refused.refused(404, Some("resource"));
    let actions = json!({ "subject": entity("user:alice"), "resource": stream });
    let refused = world.post(&eve, "/access/v1/search/action", actions).await;
    refused.refused(404, Some("resource"));
    // Nothing of alice's is found by eve; by alice nothing of eve's.
    let resources = |who: &str| json!({ "subject": entity(who), "action": { "name": "can_see" }, "resource": { "type": "organization" } });
    let found = world
        .post(&eve, "/access/v1/search/resource", resources("user:alice"))
        .await;
    assert_eq!(found.ok()["results"], json!([]));
    let found = world
        .post(
            &alice,
            "/access/v1/search/resource",
            resources("user:alice"),
        )
        .await;
    assert!(
        found.ok()["results"]
            .as_array()
            .unwrap()
            .contains(&entity("organization:acme"))
    );
}

#[tokio::test]
async fn an_answer_has_the_identifier_of_its_request() {
    let world = World::new().await;
    let alice = world.acme().await;
    for (secret, body, status) in [
        (
            alice.as_str(),
            json!({ "subject": entity("user:alice"), "resource": entity("organization:acme") }),
            200,
        ),
        (alice.as_str(), json!({}), 400),
        ("nonsense", json!({}), 401),
    ] {
        let request = Request::post("/access/v1/search/action")
            .header(AUTHORIZATION, format!("Bearer {secret}"))
            .header(CONTENT_TYPE, "application/json")
            .header("X-Request-ID", "bfe9eb29-ab87")
            .body(Body::from(body.to_string()));
        let reply = world.send(request.unwrap()).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.headers["x-request-id"], "bfe9eb29-ab87");
    }
}

#[tokio::test]
async fn the_configuration_names_every_route() {
    let world = World::new().await;
    let request = Request::get("/.well-known/authzen-configuration").body(Body::empty());
    let reply = world.send(request.unwrap()).await;
    let configuration = reply.ok().as_object().unwrap();
    assert_eq!(configuration["policy_decision_point"], ISSUER);
    assert_eq!(configuration.len(), 6);
    for (key, url) in configuration
        .iter()
        .filter(|(key, _)| key.ends_with("_endpoint"))
    {
        let path = url.as_str().unwrap().strip_prefix(ISSUER).unwrap();
        let request = Request::post(path).body(Body::empty()).unwrap();
        assert_eq!(
            world.send(request).await.status,
            StatusCode::UNAUTHORIZED,
            "{key}"
        );
    }
}
