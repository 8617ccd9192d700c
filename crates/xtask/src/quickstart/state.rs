//! `quickstart.json`: addresses and secrets of the running example, readable by its owner alone.
//!
//! It is called `starting.json` until everything is ready, so that whoever waits for
//! `quickstart.json` never sees that of a run before.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Folders, Ports, example};
use crate::Failure;

const READY: &str = "quickstart.json";
const STARTING: &str = "starting.json";

/// See the module's documentation.
#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct State {
    pub(super) gateway_url: String,
    pub(super) control_url: String,
    pub(super) metrics_url: String,
    /// Of alice, who runs the organization acme.
    pub(super) admin_secret: Option<String>,
    /// Of the first operator.
    pub(super) operator_secret: Option<String>,
    /// Of the service acme/sales/bot.
    pub(super) service_secret: Option<String>,
    pub(super) read_url: String,
    pub(super) write_url: String,
    /// SIGTERM or SIGINT to it ends everything.
    pub(super) pid: u32,
}

impl State {
    /// What the run before has left. Without its store its secrets are worth nothing.
    pub(super) fn begin(folder: &Path, store_exists: bool) -> io::Result<Self> {
        let (ready, starting) = (folder.join(READY), folder.join(STARTING));
        if ready.exists() {
            fs::rename(&ready, &starting)?;
        }
        if !store_exists || !starting.exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_slice(&fs::read(&starting)?)?)
    }

    /// Writes down what is known so far.
    pub(super) fn keep(&self, folders: &Folders) -> Result<(), Failure> {
        self.write(&folders.all.join(STARTING))
    }

    /// Everything is ready.
    pub(super) fn finish(&mut self, folders: &Folders, ports: Ports) -> Result<(), Failure> {
        self.gateway_url = format!("http://{}", ports.gateway);
        self.control_url = format!("http://{}", ports.control);
        self.metrics_url = format!("http://{}/metrics", ports.metrics);
        self.read_url = format!("http://{}{}", ports.gateway, example::PATH);
        self.write_url.clone_from(&self.read_url);
        self.pid = std::process::id();
        self.write(&folders.all.join(READY))?;
        let _ = fs::remove_file(folders.all.join(STARTING));
        Ok(())
    }

    /// As a whole or not at all.
    fn write(&self, path: &Path) -> Result<(), Failure> {
        let written = (|| {
            let new = path.with_extension("new");
            let _ = fs::remove_file(&new);
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, path)
        })();
        written.map_err(|error: io::Error| Failure::failed(format!("{}: {error}", path.display())))
    }
}

/// Nobody else looks into it.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}
