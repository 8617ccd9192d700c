//! The programs that run, and `tidegate` as a command.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::iterator::Signals;

use super::{Folders, PAUSE, shown};
use crate::Failure;

/// For a program to end by itself.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// Lines of a log that are shown when its program has failed.
const LAST_LINES: usize = 5;

#[derive(Debug)]
pub(super) struct Programs {
    tidegate: PathBuf,
    sample_api: PathBuf,
    logs: PathBuf,
    /// In the order in which they were started.
    running: Vec<Running>,
    first_line: Option<mpsc::Receiver<String>>,
}

#[derive(Debug)]
struct Running {
    name: &'static str,
    child: Child,
    /// The program ends when this is dropped, also when this process is killed.
    stdin: Option<ChildStdin>,
    log: PathBuf,
}

impl Programs {
    pub(super) fn new(tidegate: PathBuf, sample_api: PathBuf, folders: &Folders) -> Self {
        let logs = folders.all.clone();
        Self {
            tidegate,
            sample_api,
            logs,
            running: Vec::new(),
            first_line: None,
        }
    }

    pub(super) fn tidegate(&self) -> &Path {
        &self.tidegate
    }

    pub(super) fn start_sample_api(
        &mut self,
        listen: SocketAddr,
        data: &Path,
    ) -> Result<(), Failure> {
        let mut command = Command::new(&self.sample_api);
        command
            .arg("--listen")
            .arg(listen.to_string())
            .arg("--data")
            .arg(data);
        command.arg("--until-stdin-ends").stdout(Stdio::null());
        self.start("the sample data API", "sample-api.log", command)
    }

    /// Starts `tidegate serve`, which may print one line: see [`Programs::first_line`].
    pub(super) fn start_tidegate(&mut self, config: &Path) -> Result<(), Failure> {
        let mut command = Command::new(&self.tidegate);
        command.arg("serve").arg("--config").arg(config);
        command
            .args(["--until-stdin-ends", "--log-format", "text"])
            .stdout(Stdio::piped());
        self.start("tidegate serve", "tidegate.log", command)?;
        let stdout = self
            .running
            .last_mut()
            .and_then(|running| running.child.stdout.take());
        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout?).lines().map_while(Result::ok) {
                // Only the first one is awaited.
                let _ = sender.send(line);
            }
            Some(())
        });
        self.first_line = Some(first_line);
        Ok(())
    }

    /// What `tidegate serve` prints at the first start: the operator's secret.
    pub(super) fn first_line(&self, patience: Duration) -> Result<String, Failure> {
        self.first_line
            .as_ref()
            .and_then(|line| line.recv_timeout(patience).ok())
            .ok_or_else(|| Failure::failed("tidegate serve printed no secret for its new store"))
    }

    fn start(
        &mut self,
        name: &'static str,
        log: &str,
        mut command: Command,
    ) -> Result<(), Failure> {
        let log = self.logs.join(log);
        let stderr = open_log(&log)
            .map_err(|error| Failure::failed(format!("{}: {error}", log.display())))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stderr(stderr)
            // Ctrl-C is for this process, which passes it on in order.
            .process_group(0)
            .spawn()
            .map_err(|error| Failure::failed(format!("{name} cannot be started: {error}")))?;
        let stdin = child.stdin.take();
        self.running.push(Running {
            name,
            child,
            stdin,
            log,
        });
        Ok(())
    }

    /// Says which program has ended, if one has.
    pub(super) fn check(&mut self) -> Result<(), Failure> {
        for Running {
            name, child, log, ..
        } in &mut self.running
        {
            if let Ok(Some(status)) = child.try_wait() {
                let lines = last_lines(log);
                let log = shown(log);
                return Err(Failure::failed(format!(
                    "{name} ended ({status}); {log} says:\n{lines}"
                )));
            }
        }
        Ok(())
    }

    /// Ends them all, the last one first. One that does not end by itself, or that a second signal
    /// does not wait for, is killed.
    pub(super) fn stop(&mut self, signals: &mut Signals) {
        for running in self.running.iter_mut().rev() {
            drop(running.stdin.take());
            let start = Instant::now();
            while matches!(running.child.try_wait(), Ok(None)) {
                if start.elapsed() > STOP_PATIENCE || signals.pending().next().is_some() {
                    eprintln!("{} did not end by itself", running.name);
                    let _ = running.child.kill();
                    let _ = running.child.wait();
                    break;
                }
                thread::sleep(PAUSE);
            }
        }
    }
}

fn open_log(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(LAST_LINES);
    lines
        .iter()
        .skip(first)
        .map(|line| format!("  {line}\n"))
        .collect()
}
