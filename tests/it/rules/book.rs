//! `system.toml`, as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use tidegate_policy::{Metered, Model, Profile, SecretKind};

/// A system's two files, with the platform's.
pub(super) struct Book {
    pub(super) types: BTreeMap<String, Type>,
    pub(super) model: Model,
    pub(super) profile: Profile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "type")]
    types: BTreeMap<String, Type>,
    #[serde(default)]
    secret: BTreeMap<String, SecretKind>,
    #[serde(default)]
    metered: BTreeMap<String, Metered>,
    #[serde(default)]
    payer: BTreeMap<String, Vec<String>>,
}

/// A type's table. Guards are among `guards`, by their keys.
#[derive(Deserialize)]
pub(super) struct Type {
    pub(super) parent: Option<String>,
    pub(super) link: Option<String>,
    #[serde(default)]
    pub(super) writes: Texts,
    #[serde(default)]
    pub(super) also: Vec<Also>,
    #[serde(default)]
    pub(super) keep: Texts,
    #[serde(default)]
    pub(super) levels: Texts,
    pub(super) attach: Option<String>,
    #[serde(default)]
    pub(super) grant: BTreeMap<String, Grant>,
    pub(super) invite: Option<Invite>,
    pub(super) membership: Option<Membership>,
    pub(super) join: Option<Join>,
    #[serde(default)]
    pub(super) one: BTreeMap<String, One>,
    #[serde(flatten)]
    pub(super) guards: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Also {
    Object(String),
    Named { object: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) guard: Texts,
    pub(super) revoke: Option<Texts>,
    pub(super) relation: Option<String>,
    pub(super) needs: Option<Texts>,
    #[serde(default)]
    pub(super) alias: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "time stands still here")]
pub(super) struct Invite {
    pub(super) guard: Texts,
    pub(super) accept: Texts,
    pub(super) principals: Texts,
    pub(super) relations: Texts,
    #[serde(default)]
    pub(super) writes: Texts,
    default_life_s: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Membership {
    pub(super) remove: Option<Texts>,
    pub(super) leave: Option<Texts>,
    #[serde(default)]
    pub(super) below: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    pub(super) guard: Texts,
    pub(super) relation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    pub(super) default: Option<String>,
    pub(super) home: Option<String>,
    pub(super) within: Option<String>,
    #[serde(rename = "move")]
    pub(super) moves: Option<Texts>,
    pub(super) on_delete: Option<String>,
}

/// One text or several.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "OneOrMany")]
pub(super) struct Texts(pub(super) Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Texts {
    fn from(texts: OneOrMany) -> Self {
        match texts {
            OneOrMany::One(text) => Self(vec![text]),
            OneOrMany::Many(texts) => Self(texts),
        }
    }
}

impl Texts {
    pub(super) fn has(&self, text: &str) -> bool {
        self.0.iter().any(|known| known == text)
    }
}

impl Also {
    pub(super) fn object(&self) -> &str {
        match self {
            Self::Object(object) | Self::Named { object } => object,
        }
    }
}

impl Book {
    pub(super) fn read(system: &str) -> Self {
        let systems =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/tidegate-control/systems");
        let read =
            |path: &str| std::fs::read_to_string(systems.join(path)).expect("a system's file");
        let parse = |path: &str| -> File {
            toml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
        };
        let own = parse(&format!("{system}/system.toml"));
        let platform = parse("platform/platform.toml");
        let model = read(&format!("{system}/model.fga")) + "\n" + &read("platform/platform.fga");
        Self {
            types: own.types.into_iter().chain(platform.types).collect(),
            model: Model::parse(&model).expect("a model"),
            profile: Profile {
                kinds: own.secret.into_iter().chain(platform.secret).collect(),
                metered: own.metered,
                payer: own.payer,
                parents: BTreeMap::new(),
            },
        }
    }

    /// Kinds of secret that a type can hold and that the HTTP API takes.
    pub(super) fn kinds_of(&self, type_name: &str) -> BTreeSet<String> {
        let kinds = self.profile.kinds.iter();
        kinds
            .filter(|(name, kind)| kind.principals.contains(type_name) && self.for_control(name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    pub(super) fn for_control(&self, kind: &str) -> bool {
        self.profile.kinds[kind].audiences.contains("control")
    }
}

impl Type {
    /// The clauses of a guard, those of its stand-in where it has none; none: nobody may.
    pub(super) fn guard(&self, key: &str) -> Option<Vec<String>> {
        let stand_in = match key {
            "view_grants" | "view_audit" => Some("view_access"),
            "revoke_secret" => Some("issue_secret"),
            _ => None,
        };
        let value = self
            .guards
            .get(key)
            .or_else(|| self.guards.get(stand_in?))?;
        Some(match value {
            toml::Value::String(clause) => vec![clause.clone()],
            toml::Value::Array(clauses) => clauses
                .iter()
                .map(|clause| clause.as_str().expect("a clause").to_owned())
                .collect(),
            other => panic!("no guard: {other}"),
        })
    }

    /// A grant by its word or another word for it.
    pub(super) fn granting(&self, word: &str) -> Option<(&String, &Grant)> {
        let mut grants = self.grant.iter();
        grants.find(|(name, grant)| *name == word || grant.alias.has(word))
    }

    /// What a grant stores.
    pub(super) fn stored<'a>(word: &'a str, grant: &'a Grant) -> &'a str {
        grant.relation.as_deref().unwrap_or(word)
    }

    /// The word of the grant that a stored relation is.
    pub(super) fn word(&self, relation: &str) -> Option<(&String, &Grant)> {
        self.grant
            .iter()
            .find(|(word, grant)| Self::stored(word, grant) == relation)
    }
}
