//! Grants and secrets that change while requests go on: the gateway follows without a restart.

use http::StatusCode;

use crate::http::get;
use crate::world::{BOT, ORGANIZATION, STREAM, Shown, World, create, grant, grant_request, issue};

/// The revision that the gateway holds.
async fn gateway_revision(world: &World) -> u64 {
    let (status, body) = get(&format!("http://{}/readyz", world.server.admin), None).await;
    assert_eq!(status, StatusCode::OK);
    body["revision"].as_u64().expect("a revision")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_once_the_gateway_reports_its_revision() {
    let world = World::start().await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?size=0");
    let secret = Some(example.bot.secret.as_str());
    let both = grant_request(STREAM, &["read"], BOT);
    for _ in 0..20 {
        let revoked = example.api.revoke(&both).await.expect("revoked").revision;
        assert!(
            gateway_revision(&world).await >= revoked,
            "the gateway lags behind the answer"
        );
        assert_eq!(get(&url, secret).await.0, StatusCode::FORBIDDEN);
        let granted = example.api.grant(&both).await.expect("granted").revision;
        assert!(granted > revoked);
        assert!(gateway_revision(&world).await >= granted);
        assert_eq!(get(&url, secret).await.0, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_there_after_a_kill() {
    let world = World::start().await;
    let example = world.example().await;
    let other = issue(&example.api, BOT).await;
    let revision = example
        .api
        .revoke_secret(&other.jti)
        .await
        .expect("revoked")
        .revision;
    let world = world.restart(true).await;
    assert_eq!(gateway_revision(&world).await, revision);
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
    assert_eq!(
        get(&url, Some(&other.secret)).await.0,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_grant_loses_what_hangs_on_it() {
    let world = World::start().await;
    let example = world.example().await;
    let operator = world.api(&world.operator);
    let created = create(&operator, "user:bob", None).await;
    let bob = Shown::from(created.secret.expect("a first secret"));
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(get(&url, Some(&bob.secret)).await.0, StatusCode::FORBIDDEN);
    grant(&example.api, "project:acme/sales", &["view"], "user:bob").await;
    assert_eq!(get(&url, Some(&bob.secret)).await.0, StatusCode::OK);
    let view = grant_request("project:acme/sales", &["view"], "user:bob");
    example.api.revoke(&view).await.expect("revoked");
    assert_eq!(get(&url, Some(&bob.secret)).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_project_ends_all_that_is_in_it() {
    let world = World::start().await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
    example
        .api
        .delete_object("project:acme/sales")
        .await
        .expect("deleted");
    assert_eq!(
        get(&url, Some(&example.bot.secret)).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert!(example.api.object(STREAM).await.is_err());
    // The organization's ledger stays.
    example.balances(ORGANIZATION).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_reads_no_data() {
    let world = World::start().await;
    let example = world.example().await;
    let operator = world.api(&world.operator);
    assert!(
        operator
            .issue_secret(&tidegate_client::wire::IssueSecret {
                subject: "user:alice".to_owned(),
                kind: None,
                description: None,
                expires_in_s: None,
            })
            .await
            .is_err()
    );
    assert!(
        operator
            .grant(&grant_request(STREAM, &["read"], BOT))
            .await
            .is_err()
    );
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(
        get(&url, Some(&world.operator)).await.0,
        StatusCode::UNAUTHORIZED
    );
    drop(example);
}
