//! What comes out of an exchange is never wider than what went in.

use super::*;

const NOW_S: u64 = 1_800_000_000;

const MODEL: &str = "model
  schema 1.1
type user
type organization
  relations
    define can_see: [user]
type project
  relations
    define can_see: [user]
    define can_write: [user]
type stream
  relations
    define can_read: [user]
    define can_write: [user]
type team
  relations
    define can_see: [user]
";

const ACTIONS: [&str; 3] = ["can_see", "can_read", "can_write"];

const OBJECTS: [&str; 8] = [
    "organization:a",
    "organization:b",
    "project:a/x",
    "project:a/y",
    "stream:a/x/s",
    "stream:a/y/s",
    "team:a/x",
    "team:b/x",
];

fn model() -> Model {
    Model::parse(MODEL).expect("a model")
}

fn profile() -> Profile {
    let mut profile = Profile::default();
    for (child, parent) in [
        ("project", "organization"),
        ("stream", "project"),
        ("team", "club"),
    ] {
        profile.parents.insert(child.to_owned(), parent.to_owned());
    }
    profile
}

fn issued(exp: Option<u64>) -> Claims {
    Claims {
        iss: "https://id.example".to_owned(),
        aud: vec!["control".to_owned(), "gateway".to_owned()],
        sub: "user:ada".to_owned(),
        uid: Uuid::from_u128(1),
        jti: Uuid::from_u128(2),
        iat: NOW_S - 10,
        nbf: Some(NOW_S - 10),
        exp,
        kind: "full".to_owned(),
        narrow: None,
    }
}

fn exchange(parent: &Claims, wish: &Wish, jti: u128) -> Result<Claims, ExchangeError> {
    let (model, profile) = (model(), profile());
    narrowed(
        parent,
        wish,
        (Uuid::from_u128(jti), NOW_S),
        &model,
        &profile,
    )
}

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// Everything that a secret says it may do: (audience, action, object).
fn reach(claims: &Claims) -> BTreeSet<(String, &'static str, &'static str)> {
    let narrow = claims.narrow.clone().unwrap_or_default();
    let scope = Scope::read(&narrow).expect("a scope");
    let profile = profile();
    let mut reach = BTreeSet::new();
    for audience in &claims.aud {
        for action in ACTIONS {
            for object in OBJECTS {
                let resource = object.parse().expect("an object");
                if scope.check(action, &resource, &profile).is_ok() {
                    reach.insert((audience.clone(), action, object));
                }
            }
        }
    }
    reach
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.next().is_multiple_of(chances)
    }

    /// Some of them, or nothing asked.
    fn some(&mut self, of: &[&str]) -> Option<Vec<String>> {
        if self.one_in(3) {
            return None;
        }
        let mut some = of.to_vec();
        some.retain(|_| self.one_in(2));
        texts(&some)
    }

    fn wish(&mut self) -> Wish {
        Wish {
            token_type: "any".to_owned(),
            audiences: self.some(&["control", "gateway", "elsewhere"]),
            actions: self.some(&ACTIONS),
            objects: self.some(&OBJECTS),
            budget_bytes: (!self.one_in(3)).then(|| self.next() % 10),
            life_s: (!self.one_in(2)).then(|| self.next() % 5000),
        }
    }
}

#[test]
fn never_wider() {
    let seed = std::env::var("TIDEGATE_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    eprintln!("TIDEGATE_SEED={seed}");
    let random = &mut Random(seed);
    let (mut exchanged, mut deepest, mut refused) = (0, 0, 0);
    for round in 0..3000 {
        let end = (!random.one_in(3)).then(|| NOW_S + 1 + random.next() % 8000);
        let mut parent = issued(end);
        for depth in 0..=MAX_PARENTS {
            let wish = random.wish();
            let jti = 1000 + u128::try_from(depth).expect("small");
            let Ok(child) = exchange(&parent, &wish, jti) else {
                refused += 1;
                continue;
            };
            let told =
                || format!("TIDEGATE_SEED={seed}, round {round}: {parent:?} {wish:?} {child:?}");
            assert!(reach(&child).is_subset(&reach(&parent)), "{}", told());
            assert!(!child.aud.is_empty(), "{}", told());
            assert!(child.exp.is_some_and(|exp| exp > NOW_S), "{}", told());
            assert!(
                child.exp <= Some(NOW_S + EXCHANGED_LIFE_MAX_S),
                "{}",
                told()
            );
            assert!(
                parent.exp.is_none() || child.exp <= parent.exp,
                "{}",
                told()
            );
            let who = |claims: &Claims| {
                let Claims {
                    iss,
                    sub,
                    uid,
                    kind,
                    ..
                } = claims.clone();
                (iss, sub, uid, kind)
            };
            assert_eq!(who(&child), who(&parent), "{}", told());
            let (before, after) = (
                parent.narrow.clone().unwrap_or_default(),
                child.narrow.clone().expect("narrowed"),
            );
            // Each of its parents ends it, and each of their budgets is charged.
            assert_eq!(after.parents.last(), Some(&parent.jti), "{}", told());
            assert!(after.parents.starts_with(&before.parents), "{}", told());
            assert!(after.budgets.ends_with(&before.budgets), "{}", told());
            assert!(
                after.budgets.is_sorted_by(|a, b| a.bytes <= b.bytes),
                "{}",
                told()
            );
            exchanged += 1;
            deepest = deepest.max(after.parents.len());
            parent = child;
        }
    }
    // The test would say nothing if everything were refused, or nothing.
    assert!(exchanged > 1000 && refused > 1000, "{exchanged} {refused}");
    assert_eq!(deepest, MAX_PARENTS);
}

#[test]
fn what_is_not_asked_for_stays() {
    let parent = issued(None);
    let child = exchange(&parent, &Wish::default(), 3).expect("exchanged");
    assert_eq!(reach(&child), reach(&parent));
    assert_eq!(child.exp, Some(NOW_S + EXCHANGED_LIFE_MAX_S));
    assert_eq!(child.nbf, None);
    let narrow = child.narrow.expect("narrowed");
    assert_eq!(narrow.parents, [parent.jti]);
}

#[test]
fn refusals() {
    let parent = {
        let wish = Wish {
            actions: texts(&["can_read", "can_see"]),
            objects: texts(&["project:a/x"]),
            budget_bytes: Some(10),
            ..Wish::default()
        };
        exchange(&issued(None), &wish, 3).expect("exchanged")
    };
    let wish = Wish::default;
    let cases = [
        (
            Wish {
                actions: texts(&["can_read"]),
                ..wish()
            },
            "ok",
        ),
        (
            Wish {
                actions: texts(&["can_write"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                actions: texts(&["can_fly"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["STREAM:a/x/s"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["stream:A/X/S"]),
                ..wish()
            },
            "ok",
        ),
        (
            Wish {
                objects: texts(&["stream:a/y/s"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["organization:a"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["team:a/x"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["nothing:a"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                objects: texts(&["stream"]),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                budget_bytes: Some(10),
                ..wish()
            },
            "ok",
        ),
        (
            Wish {
                budget_bytes: Some(11),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                budget_bytes: Some(0),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                budget_bytes: Some(u64::MAX),
                ..wish()
            },
            "scope",
        ),
        (
            Wish {
                audiences: texts(&["gateway"]),
                ..wish()
            },
            "ok",
        ),
        (
            Wish {
                audiences: texts(&["elsewhere"]),
                ..wish()
            },
            "target",
        ),
        (
            Wish {
                audiences: texts(&[]),
                ..wish()
            },
            "request",
        ),
        (
            Wish {
                life_s: Some(0),
                ..wish()
            },
            "request",
        ),
        (
            Wish {
                life_s: Some(u64::MAX),
                ..wish()
            },
            "ok",
        ),
        (
            Wish {
                actions: texts(&[]),
                ..wish()
            },
            "ok",
        ),
    ];
    for (wish, expected) in cases {
        let found = match exchange(&parent, &wish, 4) {
            Ok(_) => "ok",
            Err(ExchangeError::Request(..)) => "request",
            Err(ExchangeError::Scope(..)) => "scope",
            Err(ExchangeError::Target(_)) => "target",
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{wish:?}");
    }
}

#[test]
fn what_is_kept_is_counted() {
    let clock = tidegate_tower::Clock::new(|| NOW_S * 1000);
    let exchange = Exchange::new(Authenticator::for_any_audience(
        std::sync::Arc::new(tidegate_tower::LiveKeys::new(
            tidegate_token::KeySet::default(),
        )),
        std::sync::Arc::new(tidegate_policy::Live::new()),
        "https://id.example",
        1,
        clock,
    ));
    let (ada, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
    for _ in 0..KEPT_MAX {
        assert!(exchange.count(ada, NOW_S));
    }
    assert!(!exchange.count(ada, NOW_S + EXCHANGED_LIFE_MAX_S - 1));
    assert!(exchange.count(bob, NOW_S));
    assert!(exchange.count(ada, NOW_S + EXCHANGED_LIFE_MAX_S));
}
