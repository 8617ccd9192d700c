//! Levels on repositories, and public ones.

use super::{APP, ORGANIZATION, REPOSITORY, TEAM, acme, git, joined};

#[tokio::test]
async fn githost_five_levels() {
    let (town, olga) = acme().await;
    let mia = joined(&town, &olga, "mia").await;
    let rights = [
        ("read", "can_read"),
        ("triage", "can_triage"),
        ("write", "can_write"),
        ("maintain", "can_rename"),
        ("admin", "can_manage"),
    ];
    assert_eq!(git(&mia).await, (403, 403));
    mia.show(REPOSITORY).await.missing();
    for (rank, (level, _)) in rights.iter().enumerate() {
        olga.grant(REPOSITORY, &[level], "user:mia").await.ok();
        assert_eq!(olga.granted(REPOSITORY, "user:mia").await, [*level]);
        for (needed, (_, right)) in rights.iter().enumerate() {
            let found = mia.may(right, REPOSITORY).await;
            assert_eq!(found, rank >= needed, "{level}: {right}");
        }
        let writes = if rank >= 2 { 200 } else { 403 };
        assert_eq!(git(&mia).await, (200, writes), "{level}");
    }
    olga.change(REPOSITORY, &["pull"], "user:mia").await.ok();
    assert_eq!(olga.granted(REPOSITORY, "user:mia").await, ["read"]);
    mia.grant(REPOSITORY, &["write"], "user:mia").await.denied();
    mia.rename(REPOSITORY, "Mine").await.denied();
    for word in ["owner", "member", "can_read"] {
        olga.grant(REPOSITORY, &[word], "user:mia")
            .await
            .refused(400);
    }
    // Nobody from outside the organization.
    town.user("eve").await;
    olga.grant(REPOSITORY, &["read"], "user:eve")
        .await
        .conflict();
}

#[tokio::test]
async fn githost_owners_have_everything() {
    let (town, olga) = acme().await;
    let mia = joined(&town, &olga, "mia").await;
    mia.create("repository:acme/own").await.ok();
    assert_eq!(olga.reads("/acme/own").await, 200);
    assert_eq!(olga.writes("/acme/own").await, 200);
    olga.rename("repository:acme/own", "Ours").await.ok();
    let bob = town.user("bob").await;
    bob.create("organization:beta").await.ok();
    assert_eq!(git(&bob).await, (403, 403));
    for object in [ORGANIZATION, REPOSITORY, TEAM] {
        bob.delete(object).await.missing();
    }
    olga.delete(ORGANIZATION).await.ok();
    assert_eq!(git(&olga).await, (403, 403));
    mia.show("repository:acme/own").await.missing();
}

#[tokio::test]
async fn githost_public_repositories_are_fetched_by_anyone() {
    let (town, olga) = acme().await;
    let mia = joined(&town, &olga, "mia").await;
    let [eve, nobody] = [town.user("eve").await, town.nobody()];
    assert_eq!(nobody.reads(APP).await, 401);
    for anyone in ["user:*", "anonymous:*"] {
        mia.grant(REPOSITORY, &["public"], anyone).await.forbidden();
        olga.grant(REPOSITORY, &["public"], anyone).await.ok();
        olga.grant(REPOSITORY, &["write"], anyone)
            .await
            .refused(400);
    }
    olga.grant(REPOSITORY, &["public"], "user:eve")
        .await
        .refused(400);
    for person in [&mia, &eve] {
        assert_eq!(git(person).await, (200, 403), "{}", person.name());
    }
    let fetched = format!("{APP}?size=1000");
    assert_eq!(nobody.reads(&fetched).await, 200);
    assert_eq!(nobody.writes(APP).await, 401);
    // On the account of acme's readers without a secret.
    let mut spent = (0, 0);
    while spent != (1000, 0) {
        spent = olga.spent_by_anyone(ORGANIZATION).await;
    }
    for anyone in ["user:*", "anonymous:*"] {
        olga.revoke(REPOSITORY, &["public"], anyone).await.ok();
    }
    assert_eq!(eve.reads(APP).await, 403);
    assert_eq!(nobody.reads(APP).await, 401);
}
