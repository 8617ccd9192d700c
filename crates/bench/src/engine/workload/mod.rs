//! The three applications of Cutler et al., "Cedar" (OOPSLA 2024, doi 10.1145/3649835, section 5), as their
//! published generators make them: models and policies are read from the suite, worlds are generated here.
//!
//! What differs from the published run, in favour of nobody:
//!
//! * Every entity has one name in all engines. As published, gdrive grants views to `View::"User 3"` while
//!   the users are `user_3`: its grants reach nobody. Here they reach the user.
//! * Ids are written without quotation marks (`repo:repo_0`).
//! * Questions name existing entities alone.
//! * OpenFGA was given the transitive closure of the hierarchy. Tidegate gets each edge as it was drawn and
//!   follows it when it is asked.
//! * Worlds have a seed, which is printed.

mod gdrive;
mod github;
mod tinytodo;

pub(super) use self::github::{ROLES, WIDE_ROLES, rank};
pub(super) use self::tinytodo::APPLICATION;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::random::Random;
use crate::error::{Context, Error, Result};

/// The probability of each edge.
const EDGE: f64 = 0.05;

/// An application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum App {
    /// Documents in folders, shared with users and groups.
    Gdrive,
    /// Repositories of organizations, with five roles for users and teams.
    Github,
    /// To-do lists, each with an owner, a team that reads and a team that edits.
    Tinytodo,
}

/// An action of the Cedar schema, and the OpenFGA relation that means the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// The action's id in the Cedar schema.
    pub(super) cedar: &'static str,
    /// The relation of the OpenFGA model.
    pub(super) relation: &'static str,
    /// The OpenFGA type that has it.
    pub(super) on: &'static str,
}

/// An entity: one of `0..size` of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Thing {
    /// The OpenFGA type.
    pub(super) kind: &'static str,
    /// Which of them.
    pub(super) number: u32,
}

/// The subject of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    /// `type:id`
    One(Thing),
    /// `type:id#member`
    Members(Thing),
    /// `user:*`
    Everyone,
}

/// An edge of the world: an OpenFGA tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fact {
    /// On what.
    pub(super) object: Thing,
    /// The relation.
    pub(super) relation: &'static str,
    /// Who has it.
    pub(super) subject: Who,
}

/// A question, with the names that it is asked by.
#[derive(Debug)]
pub(super) struct Question {
    /// Its place among the questions of the world.
    pub(super) number: usize,
    /// Who: `user:user_3`.
    pub(super) user_name: String,
    /// May do what.
    pub(super) action: &'static Action,
    /// On what: `doc:doc_5`.
    pub(super) object_name: String,
}

/// Entities, what holds between them, and what is asked about them.
#[derive(Debug)]
pub(super) struct World {
    /// Of this application.
    pub(super) app: App,
    /// Entities of each type (but tinytodo's one application).
    pub(super) size: u32,
    /// What holds, sorted.
    pub(super) facts: Vec<Fact>,
    /// Tinytodo: tasks of each list, which Cedar's entities carry and no answer depends on.
    pub(super) tasks: Vec<u32>,
    /// What is asked.
    pub(super) questions: Vec<Question>,
}

/// What the suite says of an application.
#[derive(Debug)]
pub(super) struct Published {
    /// The OpenFGA model.
    pub(super) model: String,
    /// The Cedar policies.
    pub(super) policies: String,
    /// The Cedar schema, JSON.
    pub(super) schema: String,
}

impl App {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Gdrive, Self::Github, Self::Tinytodo];

    /// Its name, and its folder's.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gdrive => "gdrive",
            Self::Github => "github",
            Self::Tinytodo => "tinytodo",
        }
    }

    /// What each action of the Cedar schema is called in the OpenFGA model.
    pub(super) fn actions(self) -> &'static [Action] {
        match self {
            Self::Gdrive => &gdrive::ACTIONS,
            Self::Github => &github::ACTIONS,
            Self::Tinytodo => &tinytodo::ACTIONS,
        }
    }

    /// Its types, `size` entities of each.
    pub(super) fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Gdrive => &["user", "group", "folder", "doc"],
            Self::Github => &["user", "team", "organization", "repo"],
            Self::Tinytodo => &["user", "team", "list"],
        }
    }

    /// Reads what the suite says of it.
    ///
    /// # Errors
    /// When a file is not there.
    pub(super) fn published(self, suite: &Path) -> Result<Published> {
        let name = self.name();
        let policies = match self {
            Self::Gdrive | Self::Github => "policies.cedar",
            Self::Tinytodo => "tinytodo.cedar",
        };
        let read = |file: &str| {
            let path = suite.join(name).join(file);
            fs::read_to_string(&path).context(format!("cannot read {}", path.display()))
        };
        Ok(Published {
            model: read("authorization-model.dsl")?,
            policies: read(policies)?,
            schema: read(&format!("{name}.cedarschema.json"))?,
        })
    }
}

/// The folder of the suite: below the one that `TIDEGATE_SUITES` names, else below `../shared/suites` beside
/// the repository.
///
/// # Errors
/// When it is not there.
pub(super) fn suite() -> Result<PathBuf> {
    let suites = std::env::var_os("TIDEGATE_SUITES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites"),
        PathBuf::from,
    );
    let suite = suites.join("cedar-oopsla");
    if suite.is_dir() {
        Ok(suite)
    } else {
        Err(Error::new(format!(
            "the published workloads are not at {}; name the folder of the suites in TIDEGATE_SUITES",
            suite.display()
        )))
    }
}

impl World {
    /// Generates a world. The same arguments make the same world.
    pub(super) fn generate(app: App, size: u32, questions: usize, mut random: Random) -> Self {
        let random = &mut random;
        let (mut facts, tasks) = match app {
            App::Gdrive => (gdrive::facts(size, random), Vec::new()),
            App::Github => (github::facts(size, random), Vec::new()),
            App::Tinytodo => tinytodo::facts(size, random),
        };
        facts.sort_unstable();
        facts.dedup();
        let questions = (0..questions)
            .filter_map(|number| question(app, size, number, random))
            .collect();
        Self {
            app,
            size,
            facts,
            tasks,
            questions,
        }
    }

    /// All entities of a type.
    pub(super) fn things(&self, kind: &'static str) -> impl Iterator<Item = Thing> + use<> {
        (0..self.size).map(move |number| Thing { kind, number })
    }
}

/// Anybody, any action, anything that has it: all of them as likely.
fn question(app: App, size: u32, number: usize, random: &mut Random) -> Option<Question> {
    let action = random.of(app.actions())?;
    let user = one("user", random.below(size));
    let object = match action.on {
        APPLICATION => one(action.on, 0),
        kind => one(kind, random.below(size)),
    };
    Some(Question {
        number,
        user_name: user.to_string(),
        action,
        object_name: object.to_string(),
    })
}

impl Thing {
    /// The id, the same in all engines.
    pub(super) fn id(self) -> String {
        match self.kind {
            APPLICATION => "TinyTodo".to_owned(),
            kind => format!("{kind}_{}", self.number),
        }
    }
}

/// `type:id`
impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(thing) => thing.fmt(f),
            Self::Members(thing) => write!(f, "{thing}#member"),
            Self::Everyone => f.write_str("user:*"),
        }
    }
}

/// `object#relation@subject`
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}@{}", self.object, self.relation, self.subject)
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user_name,
            action,
            object_name,
            ..
        } = self;
        write!(f, "{user_name} {} {object_name}", action.relation)
    }
}

fn one(kind: &'static str, number: u32) -> Thing {
    Thing { kind, number }
}

fn fact(object: Thing, relation: &'static str, subject: Who) -> Fact {
    Fact {
        object,
        relation,
        subject,
    }
}

/// Each pair of `0..size` with the probability of an edge.
fn pairs(size: u32, random: &mut Random) -> Vec<(u32, u32)> {
    let all = (0..size).flat_map(|a| (0..size).map(move |b| (a, b)));
    all.filter(|_| random.chance(EDGE)).collect()
}

/// Each pair whose second is the lower one, with that probability: no cycles.
fn falling_pairs(size: u32, random: &mut Random) -> Vec<(u32, u32)> {
    let all = (0..size).flat_map(|a| (0..a).map(move |b| (a, b)));
    all.filter(|_| random.chance(EDGE)).collect()
}

#[cfg(test)]
mod tests;
