//! The engines, each with a world loaded, in the fastest mode that its documentation describes.
//! [`Kind::how`] says which that is.

mod casbin;
mod cedar;
mod facts;
mod regorus;
mod tidegate;

pub(super) use self::tidegate::ask;

use super::workload::{Published, Question, World};
use crate::error::Result;

/// An engine that has a world loaded.
pub(super) trait Engine {
    /// Answers a question.
    ///
    /// # Errors
    /// When it has no answer.
    fn ask(&mut self, question: &Question) -> Result<bool>;

    /// How many of the questions it allows. In one call for many of them: choosing the engine is not
    /// part of what is measured.
    ///
    /// # Errors
    /// When one of them has no answer.
    fn allowed(&mut self, questions: &[Question]) -> Result<usize> {
        let mut allowed = 0;
        for question in questions {
            allowed += usize::from(self.ask(question)?);
        }
        Ok(allowed)
    }
}

/// An engine that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// This engine, asked by names.
    Tidegate,
    /// This engine, with names that are parsed.
    TidegatePrebuilt,
    /// cedar-policy, asked by ids.
    Cedar,
    /// cedar-policy, with requests that are built.
    CedarPrebuilt,
    /// regorus's bytecode machine.
    RegorusVm,
    /// regorus's tree interpreter.
    RegorusTree,
    /// casbin.
    Casbin,
}

impl Kind {
    /// All of them, this engine first.
    pub(super) const ALL: [Self; 7] = [
        Self::Tidegate,
        Self::TidegatePrebuilt,
        Self::Cedar,
        Self::CedarPrebuilt,
        Self::RegorusVm,
        Self::RegorusTree,
        Self::Casbin,
    ];

    /// What it is called in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tidegate => "tidegate",
            Self::TidegatePrebuilt => "tidegate, prebuilt",
            Self::Cedar => "cedar",
            Self::CedarPrebuilt => "cedar, prebuilt",
            Self::RegorusVm => "regorus bytecode VM",
            Self::RegorusTree => "regorus tree",
            Self::Casbin => "casbin",
        }
    }

    /// The package that it is from.
    fn package(self) -> &'static str {
        match self {
            Self::Tidegate | Self::TidegatePrebuilt => "tidegate-policy",
            Self::Cedar | Self::CedarPrebuilt => "cedar-policy",
            Self::RegorusVm | Self::RegorusTree => "regorus",
            Self::Casbin => "casbin",
        }
    }

    /// Its package and version, as they were locked when this was built.
    pub(super) fn version(self) -> String {
        let package = self.package();
        let locked = include_str!("../../../../../Cargo.lock");
        let found = locked.split("[[package]]").find_map(|entry| {
            let value = |key| {
                let mut lines = entry.lines();
                lines.find_map(|line| line.strip_prefix(key)?.strip_suffix('"'))
            };
            value("version = \"").filter(|_| value("name = \"") == Some(package))
        });
        format!("{package} {}", found.unwrap_or("of an unknown version"))
    }

    /// How it is asked: the table's legend.
    pub(super) fn how(self) -> &'static str {
        match self {
            Self::Tidegate => {
                "names in as text each time; the edges of the hierarchy as they were drawn"
            }
            Self::TidegatePrebuilt => "names parsed beforehand",
            Self::Cedar => {
                "policies parsed, entities loaded with the closure of their hierarchy, the request built of three \
                 names each time and not validated"
            }
            Self::CedarPrebuilt => "requests built beforehand",
            Self::RegorusVm => {
                "bytecode loaded once with its data, which holds the closure, run to completion without limits; \
                 the input built of three names each time"
            }
            Self::RegorusTree => {
                "the tree interpreter, prepared with policy and data; the same input"
            }
            Self::Casbin => {
                "enforcer prebuilt, names in; role links by domain, one domain an action; not its cache of \
                 earlier answers, for nobody else has one"
            }
        }
    }

    /// The largest worlds that it is given. Cedar and the Rego data hold the closure of the hierarchy, which
    /// at a thousand entities of each type and this density is most of all pairs.
    pub(super) fn largest(self) -> u32 {
        match self {
            Self::Tidegate | Self::TidegatePrebuilt => u32::MAX,
            Self::Cedar
            | Self::CedarPrebuilt
            | Self::RegorusVm
            | Self::RegorusTree
            | Self::Casbin => 200,
        }
    }

    /// Loads a world.
    ///
    /// # Errors
    /// When the engine does not take it.
    pub(super) fn load(self, world: &World, published: &Published) -> Result<Box<dyn Engine>> {
        Ok(match self {
            Self::Tidegate => Box::new(tidegate::ByName::load(world, &published.model)?),
            Self::TidegatePrebuilt => Box::new(tidegate::Prebuilt::load(world, &published.model)?),
            Self::Cedar => Box::new(cedar::ById::load(world, published)?),
            Self::CedarPrebuilt => Box::new(cedar::Prebuilt::load(world, published)?),
            Self::RegorusVm => Box::new(regorus::Vm::load(world)?),
            Self::RegorusTree => Box::new(regorus::Tree::load(world)?),
            Self::Casbin => Box::new(casbin::Casbin::load(world)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_has_a_version() {
        for kind in Kind::ALL {
            let version = kind.version();
            let (_, number) = version.split_once(' ').unwrap();
            assert!(
                number.starts_with(|c: char| c.is_ascii_digit()),
                "{version}"
            );
        }
    }
}
