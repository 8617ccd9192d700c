//! Who may grant what to whom, and who may ask about it.

use super::*;

#[tokio::test]
async fn read_and_write_are_granted_independently() {
    let world = World::new().await;
    let alice = world.acme().await;
    let (stream, bot) = ("stream:acme/sales/orders", "service:acme/sales/bot");
    let can = async |action| {
        world.ask(&alice, bot, action, stream).await.ok()["decision"]
            .as_bool()
            .unwrap()
    };
    assert_eq!(
        (can("can_read").await, can("can_write").await),
        (false, false),
        "BN-14"
    );
    world.grant(&alice, stream, &["write"], bot).await.ok();
    assert_eq!(
        (can("can_read").await, can("can_write").await),
        (false, true),
        "BN-19"
    );
    let both = world
        .grant(&alice, stream, &["read", "write"], bot)
        .await
        .revision();
    assert_eq!(
        (can("can_read").await, can("can_write").await),
        (true, true),
        "BN-18"
    );
    assert_eq!(
        world.grant(&alice, stream, &["read"], bot).await.revision(),
        both,
        "nothing changed"
    );

    let granted = world
        .get(&alice, &format!("/v1/grants?object={stream}"))
        .await;
    let relations: Vec<&str> = granted.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["relation"].as_str().unwrap())
        .collect();
    assert_eq!(relations, ["read", "root_of", "write"]);
    let first = world
        .get(&alice, &format!("/v1/grants?object={stream}&limit=2"))
        .await;
    let next = first.ok()["next"].as_str().unwrap().replace('#', "%23");
    let rest = world
        .get(
            &alice,
            &format!("/v1/grants?object={stream}&limit=2&cursor={next}"),
        )
        .await;
    assert_eq!(
        (
            rest.ok()["items"].as_array().unwrap().len(),
            &rest.json["next"]
        ),
        (1, &Value::Null)
    );

    let uri = format!("/v1/grants?object={stream}&relations=read,write&subject={bot}");
    let revoked = world.delete(&alice, &uri).await.revision();
    assert_eq!(revoked, both + 1);
    assert_eq!(
        (can("can_read").await, can("can_write").await),
        (false, false)
    );
    assert_eq!(
        world.delete(&alice, &uri).await.revision(),
        revoked,
        "idempotent"
    );
}

#[tokio::test]
async fn what_cannot_be_granted() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.user("bob").await;
    let cases: &[(&str, &str, &str, u16, Option<&str>)] = &[
        // BN-02, BN-23, BN-43, BN-77: by the model's type restrictions
        (
            "project:acme/sales",
            "read",
            "user:bob",
            400,
            Some("relations"),
        ),
        (
            "stream:acme/sales/orders",
            "admin",
            "user:bob",
            400,
            Some("relations"),
        ),
        (
            "stream:acme/sales/orders",
            "read",
            "user:bob",
            400,
            Some("subject"),
        ),
        (
            "stream:acme/sales/orders",
            "read",
            "service:*",
            400,
            Some("subject"),
        ),
        (
            "stream:acme/sales/orders",
            "read",
            "anonymous:*",
            400,
            Some("subject"),
        ),
        (
            "project:acme/sales",
            "view",
            "service:acme/sales/bot",
            400,
            Some("subject"),
        ),
        ("project:acme/sales", "view", "user:*", 400, Some("subject")),
        (
            "organization:acme",
            "admin",
            "organization:alice#admin",
            400,
            Some("subject"),
        ),
        (
            "project:acme/sales",
            "public",
            "user:bob",
            400,
            Some("subject"),
        ),
        // What the system writes itself is no grant.
        (
            "service:acme/sales/bot",
            "project",
            "project:acme/sales",
            400,
            Some("relations"),
        ),
        (
            "user:alice",
            "billing_organization",
            "organization:acme",
            400,
            Some("relations"),
        ),
        ("user:alice", "myself", "user:bob", 400, Some("relations")),
        // Nobody
        (
            "project:acme/sales",
            "view",
            "user:nobody",
            404,
            Some("subject"),
        ),
        (
            "project:acme/nothing",
            "view",
            "user:bob",
            404,
            Some("object"),
        ),
        ("project:acme/sales", "view", "bob", 400, Some("subject")),
        ("sales", "view", "user:bob", 400, Some("object")),
    ];
    for (object, relation, subject, status, field) in cases {
        println!("{object} {relation} {subject}");
        world
            .grant(&alice, object, &[relation], subject)
            .await
            .refused(*status, *field);
    }
    world
        .grant(&alice, "project:acme/sales", &[], "user:bob")
        .await
        .refused(400, Some("relations"));
    let many: Vec<String> = (0..17).map(|n| format!("r{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    world
        .grant(&alice, "project:acme/sales", &many, "user:bob")
        .await
        .refused(400, Some("relations"));
}

#[tokio::test]
async fn all_relations_of_a_request_or_none() {
    let world = World::new().await;
    let alice = world.acme().await;
    let carl = world.user("carl").await;
    // eve's project is public: carl may offer it to a service of his for reading, not for writing.
    let eve = world.user("eve").await;
    for object in [
        "organization:evil",
        "project:evil/den",
        "stream:evil/den/open",
    ] {
        world.create(&eve, object).await;
    }
    world
        .grant(&eve, "project:evil/den", &["public"], "user:*")
        .await
        .ok();
    world.create(&carl, "project:carl/p").await;
    world.create(&carl, "service:carl/p/bot").await;
    let both = world
        .grant(
            &carl,
            "stream:evil/den/open",
            &["read", "write"],
            "service:carl/p/bot",
        )
        .await;
    both.refused(403, None);
    let granted = world
        .ask(
            &eve,
            "service:carl/p/bot",
            "can_read",
            "stream:evil/den/open",
        )
        .await;
    assert_eq!(granted.ok()["decision"], false);
    // Decision 4: read alone passes; to another's service it does not.
    world
        .grant(
            &carl,
            "stream:evil/den/open",
            &["read"],
            "service:acme/sales/bot",
        )
        .await
        .refused(403, None);
    world
        .grant(
            &carl,
            "stream:evil/den/open",
            &["read"],
            "service:carl/p/bot",
        )
        .await
        .ok();
    let other = world
        .grant(
            &alice,
            "stream:evil/den/open",
            &["read"],
            "service:carl/p/bot",
        )
        .await;
    assert_eq!(
        other.json["rule"],
        "type.stream.grant.read.guard: can_manage on subject"
    );
    // Who owns the stream takes it back, without rights on the service; a stranger cannot.
    let uri = "/v1/grants?object=stream:evil/den/open&relations=read&subject=service:carl/p/bot";
    world.delete(&alice, uri).await.refused(403, None);
    world.delete(&eve, uri).await.ok();
}

#[tokio::test]
async fn a_public_project_is_read_by_anyone() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let stream = "stream:acme/sales/orders";
    let bob_reads =
        async || world.ask(&bob, "user:bob", "can_read", stream).await.ok()["decision"].clone();
    assert_eq!(bob_reads().await, false);
    let public = async |secret: &str, everyone| {
        world
            .grant(secret, "project:acme/sales", &["public"], everyone)
            .await
    };
    public(&bob, "user:*").await.refused(404, Some("object"));
    public(&alice, "user:*").await.ok();
    public(&bob, "anonymous:*").await.refused(403, None);
    public(&alice, "anonymous:*").await.ok();
    assert_eq!(bob_reads().await, true);
    assert_eq!(
        world
            .ask(&alice, "anonymous:x", "can_read", stream)
            .await
            .ok()["decision"],
        true
    );
    assert_eq!(
        world
            .ask(&alice, "service:acme/sales/bot", "can_read", stream)
            .await
            .ok()["decision"],
        false,
        "BN-15"
    );
    let uri = "/v1/grants?object=project:acme/sales&relations=public&subject=user:*";
    world.delete(&alice, uri).await.ok();
    assert_eq!(
        bob_reads().await,
        false,
        "after the mark is removed, denied again"
    );
}

#[tokio::test]
async fn asking_about_others_needs_view_access() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let stream = "stream:acme/sales/orders";
    // About oneself: always, and what one may not see is a no.
    assert_eq!(
        world.ask(&bob, "user:bob", "can_read", stream).await.ok()["decision"],
        false
    );
    assert_eq!(
        world
            .ask(&bob, "user:bob", "can_read", "stream:acme/sales/nothing")
            .await
            .ok()["decision"],
        false
    );
    assert_eq!(
        world
            .ask(&alice, "user:ALICE", "can_read", "stream:Acme/sales/orders")
            .await
            .ok()["decision"],
        true
    );
    // About another.
    world
        .ask(&bob, "user:alice", "can_read", stream)
        .await
        .refused(404, Some("resource"));
    world
        .grant(&alice, "project:acme/sales", &["view"], "user:bob")
        .await
        .ok();
    let reply = world.ask(&bob, "user:alice", "can_read", stream).await;
    assert_eq!(
        reply.json["rule"],
        "type.stream.view_access: can_view_access on object"
    );
    assert_eq!(
        world.ask(&alice, "user:bob", "can_read", stream).await.ok()["decision"],
        true
    );
    assert_eq!(
        world
            .ask(&alice, "user:nobody", "can_read", stream)
            .await
            .ok()["decision"],
        false
    );
    world
        .get(&bob, "/v1/grants?object=project:acme/sales")
        .await
        .refused(403, None);
    // The operator administers, and sees no data.
    assert_eq!(
        world
            .ask(&world.root, "operator:root", "can_read", stream)
            .await
            .ok()["decision"],
        false
    );
    world
        .ask(&world.root, "user:alice", "can_read", stream)
        .await
        .refused(404, Some("resource"));
    // Mistakes
    world
        .ask(&alice, "user:alice", "can_fly", stream)
        .await
        .refused(400, Some("action.name"));
    world
        .ask(&alice, "user:alice", "can_read", "cup:a")
        .await
        .refused(400, Some("resource.type"));
}

#[tokio::test]
async fn a_project_admin_adds_and_removes_people() {
    let world = World::new().await;
    let alice = world.acme().await;
    let (bob, dora) = (world.user("bob").await, world.user("dora").await);
    world
        .grant(&bob, "project:acme/sales", &["admin"], "user:bob")
        .await
        .refused(404, Some("object"));
    world
        .grant(&alice, "project:acme/sales", &["view"], "user:bob")
        .await
        .ok();
    world
        .grant(&bob, "project:acme/sales", &["admin"], "user:bob")
        .await
        .refused(403, None);
    world
        .grant(&alice, "project:acme/sales", &["admin"], "user:dora")
        .await
        .ok();
    world
        .grant(&dora, "project:acme/sales", &["create"], "user:bob")
        .await
        .ok();
    world.create(&bob, "stream:acme/sales/new").await;
    // BN-70: admin of the project has no rights on the organization.
    world
        .grant(&dora, "organization:acme", &["view"], "user:dora")
        .await
        .refused(404, Some("object"));
    world
        .delete(
            &dora,
            "/v1/grants?object=project:acme/sales&relations=view,create&subject=user:bob",
        )
        .await
        .ok();
    world
        .post(
            &bob,
            "/v1/objects",
            json!({ "object": "stream:acme/sales/more" }),
        )
        .await
        .refused(404, Some("object"));
}
