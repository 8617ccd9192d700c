//! What the systems with users of their own say of them alike: oneself and whoever runs the deployment,
//! and nobody else.

use super::town::Town;

/// Holds it all, in a town of any such system.
pub(crate) async fn manage_themselves(town: &Town) {
    let (ann, ben, operator) = (
        town.user("ann").await,
        town.user("ben").await,
        town.operator(),
    );
    let ann_is = "user:ann";
    ann.create("user:zoe").await.forbidden();
    for (person, seen) in [(&ann, true), (&operator, true), (&ben, false)] {
        for reply in [person.show(ann_is).await, person.quota(ann_is).await] {
            if seen {
                reply.ok();
            } else {
                reply.missing();
            }
        }
    }
    ann.rename(ann_is, "Ann").await.ok();
    operator.rename(ann_is, "Zoe").await.denied();
    ben.rename(ann_is, "Zoe").await.missing();
    assert_eq!(operator.show(ann_is).await.text("/display_name"), "Ann");
    assert!(!ann.says("user:ben", "can_see", ann_is).await);
    assert!(ann.says(ann_is, "can_see", ann_is).await);
    ben.ask("user:ann", "can_see", ann_is).await.forbidden();
    operator
        .ask("user:ann", "can_see", ann_is)
        .await
        .forbidden();

    operator.limit(ann_is, Some(1_000_000), None).await.ok();
    ann.limit(ann_is, Some(2_000_000), None).await.denied();
    ben.limit(ann_is, Some(2_000_000), None).await.missing();
    let quota = ann.quota(ann_is).await;
    assert_eq!(quota.number("/read/limit_bytes"), 1_000_000);

    let [second, third] = [ann.with("read").await, ann.with("read").await];
    operator.issue(ann_is, Some("full")).await.denied();
    ben.issue(ann_is, Some("full")).await.missing();
    let [second_is, third_is] = [second.jti().await, third.jti().await];
    ben.revoke_secret(&second_is).await.missing();
    second.me().await.ok();
    operator.revoke_secret(&second_is).await.ok();
    ann.revoke_secret(&third_is).await.ok();
    second.me().await.unauthenticated();
    third.me().await.unauthenticated();

    ann.delete(ann_is).await.denied();
    ben.delete(ann_is).await.missing();
    operator.delete(ann_is).await.ok();
    ann.me().await.unauthenticated();
    operator.show(ann_is).await.missing();
}
