//! A PostgreSQL of a test's own: on a socket in a folder of its own, stopped and removed with it.
//!
//! A supervisor (a shell, in a session of its own) holds the reading end of a pipe from the test. When the pipe
//! closes, because the test is done, has panicked or was killed, it stops the server and removes the folder.
//! `initdb` runs once and is copied from then on. PostgreSQL refuses to run as root, so that root runs
//! it as the user `postgres` or `nobody`.
//!
//! Included also by the tests of `tidegate-control`; it uses the standard library alone.

use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The oldest that is tested with.
const OLDEST: u32 = 15;

/// The database that every server has. Its own order of texts is a language's, not the bytes'.
const DATABASE: &str = "tidegate";

/// Starts the server, tells so, and waits for the end of the pipe: folder, programs, options.
const SUPERVISOR: &str = r#"
trap '' HUP INT TERM
cd "$1" || exit 1
if "$2/pg_ctl" -D data -l log -w -t 120 -o "$3" start </dev/null >out 2>&1; then
    echo ready
else
    cat out log
fi
exec >/dev/null 2>&1
cat
"$2/pg_ctl" -D data -m immediate -w stop
cd / && rm -rf "$1"
"#;

/// What survives what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The server is never killed: nothing waits for a disk.
    None,
    /// For tests that kill it.
    Full,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    supervisor: Child,
    /// Closing it ends the server.
    pipe: Option<ChildStdin>,
}

impl Postgres {
    /// Starts one, with an empty database.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not start: the message says why.
    #[track_caller]
    pub(crate) fn start(durability: Durability) -> Self {
        let programs = programs();
        let template = template(&programs);
        let folder = new_folder();
        // An owner who is told keeps others out, too: the folder is theirs alone.
        run(Command::new("cp")
            .arg("-a")
            .arg(&template)
            .arg(folder.join("data")));
        give(&folder);
        let mut options = String::from(
            "-c listen_addresses= -c unix_socket_directories=. -c shared_buffers=16MB \
             -c max_connections=40 -c autovacuum=off -c dynamic_shared_memory_type=mmap",
        );
        if durability == Durability::None {
            options.push_str(" -c fsync=off -c synchronous_commit=off -c full_page_writes=off");
        }
        let options = options.replace(
            "unix_socket_directories=.",
            &format!("unix_socket_directories={}", folder.display()),
        );
        let mut supervisor = as_owner("setsid")
            .args(["sh", "-c", SUPERVISOR, "supervisor"])
            .arg(&folder)
            .arg(&programs)
            .arg(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("setsid and sh are there");
        let pipe = supervisor.stdin.take();
        let mut output = BufReader::new(supervisor.stdout.take().expect("it is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the supervisor writes");
        let mut server = Self {
            folder,
            programs,
            supervisor,
            pipe,
        };
        if line.trim() != "ready" {
            server.pipe = None;
            let mut rest = String::new();
            output.read_to_string(&mut rest).expect("it is text");
            panic!("PostgreSQL does not start: {line}{rest}");
        }
        server
    }

    /// The store's address.
    pub(crate) fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    /// The address of another database of the server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let folder = self.folder.to_str().expect("it was made of UTF-8");
        format!(
            "postgres://tidegate@{}/{database}?sslmode=disable",
            folder.replace('/', "%2F")
        )
    }

    /// Runs a statement as its superuser, on a connection of its own, and returns what it prints.
    pub(crate) fn sql(&self, statement: &str) -> String {
        let output = as_owner(self.programs.join("psql"))
            .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "tidegate"])
            .arg("-h")
            .arg(&self.folder)
            .args(["-d", DATABASE, "-c", statement])
            .stdin(Stdio::null())
            .output()
            .expect("psql is there");
        assert!(
            output.status.success(),
            "{statement}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops the server at once, as a crash would, and starts it again.
    pub(crate) fn crash(&self) {
        for arguments in [
            &["-m", "immediate", "-w", "stop"][..],
            &["-l", "log", "-w", "-t", "120", "restart"],
        ] {
            run(as_owner(self.programs.join("pg_ctl"))
                .current_dir(&self.folder)
                .args(["-D", "data"])
                .args(arguments));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.pipe = None;
        // It removes the folder before it ends.
        let _ = self.supervisor.wait();
    }
}

/// The newest PostgreSQL of this machine.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian.flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    for folder in debian.chain(std::env::split_paths(&path)) {
        let Ok(output) = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout);
        // postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)
        let major = text
            .split_whitespace()
            .nth(2)
            .and_then(|version| version.split('.').next());
        if let Some(major) = major.and_then(|major| major.parse().ok())
            && ["initdb", "pg_ctl", "psql"]
                .iter()
                .all(|program| folder.join(program).exists())
        {
            found.push((major, folder));
        }
    }
    match found.into_iter().max() {
        Some((major, folder)) if major >= OLDEST => folder,
        found => panic!(
            "PostgreSQL {OLDEST} or newer is missing (found {found:?}): `cargo xtask test` installs it, or, on \
             Debian: apt-get install postgresql"
        ),
    }
}

/// A server's folder as `initdb` makes it, made once under the target folder.
fn template(programs: &Path) -> PathBuf {
    let key = programs.to_string_lossy().replace('/', "-");
    let cache = cache();
    std::fs::create_dir_all(&cache).expect("the target folder can be written");
    let template = cache.join(format!("template{key}"));
    let lock = File::create(cache.join("lock")).expect("the target folder can be written");
    lock.lock().expect("files can be locked");
    if template.exists() {
        return template;
    }
    let folder = new_folder();
    give(&folder);
    run(as_owner(programs.join("initdb"))
        .current_dir(&folder)
        .args(["-D", "data", "-U", "tidegate", "--auth=trust", "-E", "UTF8"])
        .args([
            "--locale-provider=icu",
            "--icu-locale=en",
            "--locale=C.UTF-8",
        ])
        .args(["--wal-segsize=1", "--no-sync"]));
    let mut single = as_owner(programs.join("postgres"));
    single
        .current_dir(&folder)
        .args(["--single", "-D", "data", "-c", "fsync=off", "postgres"]);
    run_with_input(&mut single, &format!("CREATE DATABASE {DATABASE};\n"));
    // Whole or not at all, whenever this is interrupted.
    let copy = cache.join("copy");
    let _ = std::fs::remove_dir_all(&copy);
    run(Command::new("cp")
        .arg("-a")
        .arg(folder.join("data"))
        .arg(&copy));
    std::fs::rename(&copy, &template).expect("it is a new name in the same folder");
    std::fs::remove_dir_all(&folder).expect("it is ours");
    template
}

/// A folder of the build's that stays.
fn cache() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
        .map_or_else(std::env::temp_dir, Path::to_path_buf)
        .join("postgres")
}

/// Short, as a socket's path must be.
fn new_folder() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let folder = Path::new("/tmp").join(format!(
        "tidegate-pg-{}-{}-{}",
        std::process::id(),
        now.subsec_nanos(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    std::fs::create_dir(&folder).expect("/tmp can be written");
    std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("it is ours");
    folder
}

/// Makes a folder the server's user's own.
fn give(folder: &Path) {
    if let Some(user) = owner() {
        run(Command::new("chown").arg(format!("{user}:")).arg(folder));
    }
}

/// A program as the server's user.
fn as_owner(program: impl AsRef<Path>) -> Command {
    let Some(user) = owner() else {
        return Command::new(program.as_ref());
    };
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={}", group(&user)))
        .arg("--clear-groups")
        .arg(program.as_ref());
    command
}

/// Whom root runs the server as; none: the tests do not run as root.
fn owner() -> Option<String> {
    if text_of(Command::new("id").arg("-u")) != "0" {
        return None;
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| {
            let known = Command::new("id")
                .arg(user)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            known.is_ok_and(|status| status.success())
        })
        .map(str::to_owned)
}

fn group(user: &str) -> String {
    text_of(Command::new("id").args(["-g", user]))
}

fn text_of(command: &mut Command) -> String {
    let output = command.output().expect("id is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[track_caller]
fn run(command: &mut Command) {
    run_with_input(command, "");
}

#[track_caller]
fn run_with_input(command: &mut Command, input: &str) {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    if let Some(mut stdin) = child.stdin.take() {
        // A program that reads nothing may be gone.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().expect("it was started");
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
