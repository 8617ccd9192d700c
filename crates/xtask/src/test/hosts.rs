//! Where the JavaScript package is asked: Node, Chromium, workerd. `tests/wasm/ask.mjs` does the asking.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::chromium::need_chromium;
use super::machine;
use super::workerd::need_workerd;
use crate::{Failure, cargo, npm, wasm};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Node,
    Chromium,
    Workerd,
}

impl Host {
    pub(super) const ALL: [Self; 3] = [Self::Node, Self::Chromium, Self::Workerd];

    /// As `ask.mjs` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Chromium => "chromium",
            Self::Workerd => "workerd",
        }
    }
}

/// The package, the bindings that it is assembled of, and programs to ask them in.
pub(super) struct Hosts {
    whole: PathBuf,
    core: PathBuf,
    policy: PathBuf,
    chromium: PathBuf,
    playwright: PathBuf,
    workerd: PathBuf,
}

impl Hosts {
    /// Builds the package, and finds or installs the programs.
    pub(super) fn new() -> Result<Self, Failure> {
        machine::need_node()?;
        let (chromium, playwright) = need_chromium()?;
        Ok(Self {
            policy: npm::assemble()?,
            whole: wasm::package(&wasm::WHOLE)?,
            core: wasm::package(&wasm::CORE)?,
            chromium,
            playwright,
            workerd: need_workerd()?,
        })
    }

    /// `ask.mjs` in a host; `what` says what it asks, and `data` where the cases are.
    pub(super) fn ask(&self, host: Host, what: &str, data: Option<&Path>) -> Command {
        let mut node = Command::new("node");
        node.arg(cargo::root().join("tests/wasm/ask.mjs"))
            .args([host.name(), what])
            .args([&self.whole, &self.core, &self.policy])
            .args(data)
            .env("TIDEGATE_CHROMIUM", &self.chromium)
            .env("TIDEGATE_PLAYWRIGHT", &self.playwright)
            .env("TIDEGATE_WORKERD", &self.workerd)
            .stdin(Stdio::null());
        node
    }
}
