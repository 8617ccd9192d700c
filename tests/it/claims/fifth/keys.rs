//! Deploy keys: principals of one repository, with secrets of their own.

use super::{APP, ORGANIZATION, REPOSITORY, acme, git, joined};

const KEY: &str = "deploy_key:acme/app/ci";

#[tokio::test]
async fn githost_deploy_keys_act_in_their_repository() {
    let (town, olga) = acme().await;
    let mia = joined(&town, &olga, "mia").await;
    olga.grant(REPOSITORY, &["maintain"], "user:mia").await.ok();
    mia.create(KEY).await.denied();
    olga.create(KEY).await.ok();
    mia.issue(KEY, None).await.missing();
    let ci = olga.service(KEY).await;
    assert_eq!(git(&ci).await, (403, 403));
    olga.grant(REPOSITORY, &["pull"], KEY).await.ok();
    assert_eq!(git(&ci).await, (200, 403));
    olga.change(REPOSITORY, &["push"], KEY).await.ok();
    assert_eq!(git(&ci).await, (200, 200));
    olga.grant(REPOSITORY, &["admin"], KEY).await.refused(400);

    // Not in another repository, and not at the control plane.
    olga.create("repository:acme/site").await.ok();
    olga.grant("repository:acme/site", &["pull"], KEY)
        .await
        .conflict();
    assert_eq!(ci.reads("/acme/site").await, 403);
    ci.show(REPOSITORY).await.unauthenticated();
    ci.rename(REPOSITORY, "Mine").await.unauthenticated();
    mia.grant(REPOSITORY, &["pull"], KEY).await.denied();
}

#[tokio::test]
async fn githost_secrets_of_deploy_keys_end() {
    let (town, olga) = acme().await;
    olga.create(KEY).await.ok();
    olga.grant(REPOSITORY, &["pull"], KEY).await.ok();
    let [first, second] = [olga.service(KEY).await, olga.service(KEY).await];
    let secrets = olga.secrets(KEY).await;
    let year_s = 31_536_000;
    for item in secrets.items() {
        assert_eq!(item["expires_at_s"], town.now_s() + year_s, "{item}");
    }
    let jti = secrets.each("jti")[0].clone();
    olga.revoke_secret(&jti).await.ok();
    let after = [first.reads(APP).await, second.reads(APP).await];
    assert!(after == [401, 200] || after == [200, 401], "{after:?}");

    let third = olga.service(KEY).await;
    town.advance(364).await;
    assert_eq!(third.reads(APP).await, 200);
    town.advance(1).await;
    assert_eq!(third.reads(APP).await, 401);

    let fourth = olga.service(KEY).await;
    assert_eq!(fourth.reads(APP).await, 200);
    olga.delete(KEY).await.ok();
    assert_eq!(fourth.reads(APP).await, 401);
    // The name is free, and inherits nothing.
    olga.create(KEY).await.ok();
    assert!(olga.granted(REPOSITORY, KEY).await.is_empty());
    let fifth = olga.service(KEY).await;
    assert_eq!(git(&fifth).await, (403, 403));
}

#[tokio::test]
async fn githost_quotas_stop_deploy_keys() {
    let (_town, olga) = acme().await;
    olga.create(KEY).await.ok();
    olga.grant(REPOSITORY, &["push"], KEY).await.ok();
    olga.limit(KEY, Some(1000), None).await.ok();
    let ci = olga.service(KEY).await;
    let fetch = format!("{APP}?size=600");
    assert_eq!(ci.reads(&fetch).await, 200);
    ci.read(&fetch).await.exhausted();
    assert_eq!(ci.write(APP, 2000).await.status, 200);
    olga.has_spent(KEY, (600, 2000)).await;
    olga.has_spent(ORGANIZATION, (600, 2000)).await;
    assert_eq!(olga.reads(&fetch).await, 200);
}
