//! A store with rows in every table.

use tidegate_policy::{Object, Subject, Tuple};

use super::*;
use crate::store::{
    Entry, Invitee, NewInvitation, NewNotification, NewObject, NewRepeat, NewSecret, StoredKey,
    Write,
};

/// Who is in it.
pub(super) struct Filled {
    pub(super) ada: Uuid,
    pub(super) acme: Uuid,
    pub(super) project: Uuid,
}

pub(super) fn object(type_name: &str, id: &str) -> Object {
    Object::new(type_name, id).unwrap()
}

/// Done by ada, to an object or to nothing.
pub(super) fn entry(to: Option<(Object, Uuid)>) -> Entry {
    let after = to
        .as_ref()
        .map(|(object, _)| serde_json::json!({"to": object.id()}));
    let (to, uid) = to.unzip();
    Entry {
        at_s: NOW_S,
        actor: object("user", "ada"),
        actor_uid: Uuid::from_u128(1),
        jti: Some(Uuid::from_u128(101)),
        operation: "test",
        object: to.unwrap_or_else(|| object("user", "ada")),
        object_uid: uid,
        before: None,
        after,
    }
}

/// Every table has rows, with every column empty in some and filled in others.
pub(super) async fn fill(world: &World) -> Filled {
    // A child's uid may come before its parent's.
    let (ada, acme, project, all) = (
        Uuid::from_u128(1),
        Uuid::from_u128(9),
        Uuid::from_u128(3),
        Uuid::from_u128(4),
    );
    let new = |uid, name: Object, parent, companion_of, display_name: Option<&str>| {
        Write::Object(NewObject {
            uid,
            object: name,
            parent,
            companion_of,
            display_name: display_name.map(str::to_owned),
            created_at_s: NOW_S,
        })
    };
    let tuple = |on: &Object, relation: &str, subject| {
        Write::Tuple(Tuple::new(on.clone(), relation, subject))
    };
    let (user, organization) = (object("user", "ada"), object("organization", "acme"));
    let secret = |jti, expires_at_s: Option<u64>| {
        Write::Secret(NewSecret {
            jti: Uuid::from_u128(jti),
            subject_uid: ada,
            kind: "full".to_owned(),
            audiences: vec!["control".to_owned(), "gateway".to_owned()],
            description: expires_at_s.map(|_| "laptop".to_owned()),
            issued_at_s: NOW_S,
            expires_at_s,
            issued_by: user.clone(),
            issued_by_uid: ada,
        })
    };
    let invitation = |id, invitee| {
        Write::Invitation(NewInvitation {
            id: Uuid::from_u128(id),
            object_uid: acme,
            invitee,
            relations: vec!["view".to_owned(), "create".to_owned()],
            invited_by: user.clone(),
            invited_by_uid: ada,
            created_at_s: NOW_S,
            expires_at_s: NOW_S + 1000,
        })
    };
    let key = |kid: &str, purpose: &str| {
        Write::Key(StoredKey {
            kid: kid.to_owned(),
            algorithm: "EdDSA".to_owned(),
            purpose: purpose.to_owned(),
            material: "bWF0ZXJpYWw=".to_owned(),
            created_at_s: NOW_S,
            retired_at_s: (purpose == "bundle").then_some(NOW_S + 5),
        })
    };
    let writes = [
        new(ada, user.clone(), None, None, Some("Ada “the first” \t 中")),
        new(acme, organization.clone(), None, Some(ada), None),
        new(project, object("project", "acme/p"), Some(acme), None, None),
        new(all, object("space", "acme-all"), None, Some(acme), None),
        tuple(&organization, "view", Subject::Object(user.clone())),
        tuple(
            &organization,
            "public",
            Subject::Wildcard {
                type_name: "user".into(),
            },
        ),
        tuple(
            &object("project", "acme/p"),
            "view",
            Subject::Userset {
                object: organization.clone(),
                relation: "view".into(),
            },
        ),
        secret(101, Some(NOW_S + 100)),
        secret(102, None),
        Write::RevokeSecret {
            jti: Uuid::from_u128(102),
            at_s: NOW_S + 1,
        },
        Write::Limit {
            account: AccountId::own(acme),
            kind: Kind::Read,
            limit_bytes: Some(1_000_000),
        },
        invitation(
            201,
            Invitee::Object {
                object: user.clone(),
                uid: ada,
            },
        ),
        invitation(202, Invitee::Address("bob@example.org".to_owned())),
        Write::RedeemInvitation {
            id: Uuid::from_u128(202),
            at_s: NOW_S + 2,
        },
        Write::Address {
            address: "ada@example.org".to_owned(),
            owner: ada,
            at_s: NOW_S,
        },
        Write::Notification(NewNotification {
            id: Uuid::from_u128(301),
            created_at_s: NOW_S,
            notification: r#"{"invitation":"x"}"#.to_owned(),
        }),
        key("k1", "secret"),
        key("k2", "bundle"),
        key("k3", "link"),
    ];
    let mut change = world.store.begin().await.unwrap();
    for write in &writes {
        change.make(write).await.unwrap();
    }
    let repeat = NewRepeat {
        actor: ada,
        key: "key-1".to_owned(),
        fingerprint: "00ff".to_owned(),
        answer: r#"{"revision":1}"#.to_owned(),
        created_at_s: NOW_S,
    };
    let entries = [entry(Some((organization, acme))), entry(None)];
    change.commit(&entries, "[]", Some(&repeat)).await.unwrap();
    let node = sqlx::query("INSERT INTO nodes (uid, seen_at_s) VALUES ($1, $2)");
    node.bind(ada.to_string())
        .bind(7_i64)
        .execute(&world.store.write)
        .await
        .unwrap();
    let lease = world
        .granted(&[account(5), AccountId::own(acme)], 1, 500)
        .await;
    world.settle(&lease, 100, 50, 3).await.unwrap();
    world.granted(&[account(5)], 1, 20).await;
    Filled { ada, acme, project }
}

/// The lines of its backup.
pub(super) async fn lines(store: &Store) -> Vec<String> {
    let mut bytes = Vec::new();
    store.backup(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(str::to_owned).collect()
}
