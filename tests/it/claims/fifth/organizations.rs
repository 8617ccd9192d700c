//! Organizations, teams and invitations.

use super::{ORGANIZATION, REPOSITORY, TEAM, TEAM_MEMBERS, acme, git, joined};

#[tokio::test]
async fn githost_people_come_by_invitation() {
    let (town, olga) = acme().await;
    let eve = town.user("eve").await;
    olga.grant(ORGANIZATION, &["member"], "user:eve")
        .await
        .conflict();
    let address = "mia@example.com";
    olga.invite(ORGANIZATION, address, &["member"]).await.ok();
    let mia = town.sign_up(address, "mia").await;
    mia.show(ORGANIZATION).await.missing();
    mia.accept(ORGANIZATION).await.ok();
    mia.create("repository:acme/own").await.ok();
    assert_eq!(
        olga.granted("repository:acme/own", "user:mia").await,
        ["admin"]
    );

    mia.invite(ORGANIZATION, "user:eve", &["member"])
        .await
        .denied();
    mia.change(ORGANIZATION, &["owner"], "user:mia")
        .await
        .denied();
    mia.create("team:acme/own").await.denied();
    eve.create("repository:acme/mine").await.missing();
    // Here an invitation holds for a week.
    olga.invite(ORGANIZATION, "user:eve", &["owner"]).await.ok();
    town.advance(6).await;
    assert_eq!(eve.invitations().await.each("object"), [ORGANIZATION]);
    town.advance(1).await;
    eve.accept(ORGANIZATION).await.missing();
}

#[tokio::test]
async fn githost_the_last_owner_stays() {
    let (town, olga) = acme().await;
    joined(&town, &olga, "mia").await;
    olga.leave(ORGANIZATION).await.conflict();
    olga.change(ORGANIZATION, &["member"], "user:olga")
        .await
        .conflict();
    olga.change(ORGANIZATION, &["owner"], "user:mia").await.ok();
    olga.leave(ORGANIZATION).await.ok();
    assert_eq!(git(&olga).await, (403, 403));
}

#[tokio::test]
async fn githost_teams_are_joined_and_let_into_repositories() {
    let (town, olga) = acme().await;
    let [ted, mia] = [
        joined(&town, &olga, "ted").await,
        joined(&town, &olga, "mia").await,
    ];
    let eve = town.user("eve").await;
    olga.grant(REPOSITORY, &["push"], TEAM_MEMBERS).await.ok();
    assert_eq!(git(&ted).await, (403, 403));
    ted.join(TEAM).await.ok();
    assert_eq!(git(&ted).await, (200, 200));
    assert_eq!(git(&mia).await, (403, 403));
    eve.join(TEAM).await.missing();
    olga.grant(TEAM, &["member"], "user:eve").await.conflict();

    ted.grant(TEAM, &["member"], "user:mia").await.denied();
    olga.change(TEAM, &["maintainer"], "user:ted").await.ok();
    ted.grant(TEAM, &["member"], "user:mia").await.ok();
    assert_eq!(git(&mia).await, (200, 200));
    ted.remove(TEAM, "user:mia").await.ok();
    assert_eq!(git(&mia).await, (403, 403));
    // Leaving the organization ends what lies below it.
    olga.remove(ORGANIZATION, "user:ted").await.ok();
    assert_eq!(git(&ted).await, (403, 403));
    olga.grants(TEAM).await.ok();
    assert!(olga.granted(TEAM, "user:ted").await.is_empty());
}
