//! The processes of a measurement: started, watched, timed and always ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Context, Error, Result};

/// How long a process may take until it accepts connections.
const START: Duration = Duration::from_secs(30);

/// A running process. It is killed when this value goes.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; what it writes goes to `<folder>/<name>.log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(name: &'static str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let what = || format!("cannot start {name} ({})", command.get_program().display());
        let out = File::create(&log).context(what())?;
        let err = out.try_clone().context(what())?;
        // Its input ends when this process does, however that happens: see `end_with_input`.
        let started = command
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(err)
            .spawn();
        let child = started.context(format_args!("cannot start {name}"))?;
        Ok(Self { name, child, log })
    }

    /// What it wrote so far.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub(crate) fn written(&self) -> Result<String> {
        fs::read_to_string(&self.log).context(format_args!("cannot read {}", self.log.display()))
    }

    /// Calls `ready` until it returns a value.
    ///
    /// # Errors
    /// When the process ends first, or has not come so far in 30 s.
    pub(crate) fn wait_for<T>(
        &mut self,
        what: &str,
        ready: impl Fn(&Self) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + START;
        loop {
            if let Some(value) = ready(self) {
                return Ok(value);
            }
            self.alive(what)?;
            if Instant::now() > deadline {
                return Err(self.failed(&format!("did not come to {what} in {START:?}")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When it has ended before `what`.
    pub(crate) fn alive(&mut self, what: &str) -> Result<()> {
        let ended = self.child.try_wait();
        match ended.context(format_args!("cannot watch {}", self.name))? {
            Some(status) => Err(self.failed(&format!("ended ({status}) before {what}"))),
            None => Ok(()),
        }
    }

    /// Ends its input, on which it stops, and waits until it has.
    ///
    /// # Errors
    /// When it does not end well.
    pub(crate) fn end(&mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait();
        let status = ended.context(format_args!("cannot wait for {}", self.name))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(&format!("ended badly ({status})")))
        }
    }

    /// Waits until it accepts connections on `address`.
    ///
    /// # Errors
    /// As [`Process::wait_for`].
    pub(crate) fn wait_for_port(&mut self, address: SocketAddr) -> Result<()> {
        self.wait_for(&format!("listening on {address}"), |_| {
            TcpStream::connect(address).ok()
        })
        .map(drop)
    }

    /// The processor time that each of its threads has used.
    ///
    /// # Errors
    /// When the kernel does not tell (it is Linux's `/proc/PID/task/*/schedstat`).
    pub(crate) fn processor_time(&self) -> Result<ProcessorTime> {
        let folder = format!("/proc/{}/task", self.child.id());
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(&folder).context(format_args!("cannot read {folder}"))? {
            let thread = thread.context(format_args!("cannot read {folder}"))?;
            // A thread may end between the listing and the reading.
            let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else {
                continue;
            };
            let used = text
                .split_whitespace()
                .next()
                .and_then(|ns| ns.parse().ok());
            let used = used.ok_or_else(|| Error::new(format!("{folder}: no schedstat")))?;
            threads.insert(thread.file_name().to_string_lossy().into_owned(), used);
        }
        if threads.is_empty() {
            return Err(Error::new(format!("{folder}: no schedstat")));
        }
        Ok(ProcessorTime(threads))
    }

    /// An error about this process, with the end of what it wrote.
    pub(crate) fn failed(&self, what: &str) -> Error {
        let log = self.written().unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let end = lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default()
            .join("\n");
        Error::new(format!("{} {what}\n{end}", self.name))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good; nobody is left to tell of anything else.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time by thread, in nanoseconds.
pub(crate) struct ProcessorTime(BTreeMap<String, u64>);

impl ProcessorTime {
    /// What was used since `earlier`. Of a thread that ended in between, the last piece is missing.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let used = |(thread, now): (&String, &u64)| {
            now.saturating_sub(earlier.0.get(thread).copied().unwrap_or(0))
        };
        Duration::from_nanos(self.0.iter().map(used).sum())
    }
}

/// This program, to be started once more with the given arguments.
///
/// # Errors
/// When the system does not tell where it is.
pub(crate) fn this_program() -> Result<Command> {
    Ok(Command::new(
        std::env::current_exe().context("cannot find this program")?,
    ))
}

/// A port of the loopback that nobody listens on.
///
/// # Errors
/// When there is none.
pub(crate) fn free_address() -> Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .context("no free port")
}

/// Ends this process when its standard input does, which is when the process that started it ends,
/// however that happens.
pub(crate) fn end_with_input() {
    std::thread::spawn(|| {
        let mut buffer = [0; 64];
        while matches!(io::stdin().read(&mut buffer), Ok(1..)) {}
        std::process::exit(0);
    });
}

/// A folder for the time of the run, for this user alone. It is removed when this value goes.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create() -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let path = std::env::temp_dir().join(format!("tidegate-bench-{}", std::process::id()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.context(format_args!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}
