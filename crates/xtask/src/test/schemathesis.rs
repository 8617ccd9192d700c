//! The OpenAPI document, and the API by it: `tidegate serve` on a fresh store, asked by Schemathesis as an operator
//! and as a user, and the document held against the OpenAPI 3.1 specification.
//!
//! Checks that are off, and why:
//!
//! * `positive_data_acceptance`, `ensure_resource_availability`: whether a well-formed name names something, and
//!   whether a system allows it, is not in the document, so that most well-formed requests are refused;
//! * `object_level_authorization`: it needs two identities in one run; `routes/tests/bad_input.rs` holds every route
//!   to it.
//!
//! `use_after_free` is on, but sees little: names are in the query, and it looks for them in the path.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::tally::Tally;
use super::{Scale, machine};
use crate::{Failure, cargo};

/// Pinned, so that a new release does not change what is tested.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
const VALIDATOR: &str = "openapi-spec-validator==0.9.0";

/// Run with it again to see a failure again.
const SEED: &str = "20260101";

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,negative_data_rejection,\
                      missing_required_header,unsupported_method,allow_header_conformance,use_after_free,ignored_auth";

/// Where the secret stands, for a file that holds none.
const SECRET: &str = "TIDEGATE_SCHEMATHESIS_SECRET";

/// For `tidegate serve` to be ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    let schemathesis = machine::need_python_program("schemathesis", SCHEMATHESIS)?;
    let validator = machine::need_python_program("openapi-spec-validator", VALIDATOR)?;
    let built = cargo::build(&["-p", "tidegate", "--bin", "tidegate"])?;
    let program = cargo::file(&built, "tidegate", "")?;

    let mut tally = Tally::default();
    let mut count = |what: &str, mut command: Command| {
        println!("-- {what}");
        let passed = command
            .stdin(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        tally += Tally {
            passed: u64::from(passed),
            failed: u64::from(!passed),
        };
    };

    let mut validate = Command::new(validator);
    validate
        .args(["--schema", "3.1"])
        .arg(cargo::root().join("tests/openapi/openapi.json"));
    count("the document", validate);

    let folder = cargo::root().join("target/schemathesis");
    for who in ["operator", "user"] {
        let server = Server::start(&program, &folder.join(who))?;
        let secret = server.example(who == "user")?;
        let config = folder.join(who).join("schemathesis.toml");
        write(
            &config,
            &format!("[auth.openapi.secret]\nbearer = \"${{{SECRET}}}\"\n"),
        )?;
        let mut ask = Command::new(&schemathesis);
        ask.arg("--config-file").arg(&config).arg("--no-color");
        ask.args(["run", &format!("http://{}/openapi.json", server.address)]);
        ask.args(["--checks", CHECKS, "--seed", SEED, "--workers", "1"]);
        ask.args(["--max-examples", if scale.full { "500" } else { "10" }]);
        ask.args(["--generation-database", "none", "--no-shrink"]);
        // A stream that does not end by itself.
        ask.args(["--exclude-operation-id", "watchSlice"]);
        ask.env(SECRET, secret).current_dir(folder.join(who));
        count(&format!("the API, asked by the {who}"), ask);
    }
    Ok(tally)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

/// `tidegate serve` on a store of its own; ends when this is dropped.
struct Server {
    program: PathBuf,
    address: SocketAddr,
    operator: String,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its store is thrown away: nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| Failure::failed(format!("tidegate serve: {error}"));
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(cannot)?;
        }
        fs::create_dir_all(folder).map_err(cannot)?;
        let [control, gateway, admin] = free_addresses().map_err(cannot)?;
        // As JSON a text is a TOML text too.
        let store = Value::String(format!("sqlite:{}", folder.join("store.db").display()));
        let config = folder.join("tidegate.toml");
        write(
            &config,
            &format!(
                "[control]\nlisten = \"{control}\"\nstore = {store}\nissuer = \"https://tidegate.test\"\n\n\
                 [gateway]\nlisten = [\"{gateway}\"]\nadmin_listen = \"{admin}\"\n\n\
                 [gateway.upstream.none]\nurl = \"http://127.0.0.1:9\"\n\n\
                 [[gateway.route]]\npath = \"/{{o}}/{{p}}/{{s}}\"\nresource = \"stream:{{o}}/{{p}}/{{s}}\"\n\
                 upstream = \"none\"\nactions = {{ GET = \"can_read\" }}\nquery = \"any\"\n"
            ),
        )?;
        let log = fs::File::create(folder.join("tidegate.log")).map_err(cannot)?;
        let mut child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(&config)
            // It ends with this process, however that ends.
            .arg("--until-stdin-ends")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(cannot)?;
        let mut operator = String::new();
        if let Some(stdout) = child.stdout.take() {
            // The one line that it prints; nothing when it ends before.
            BufReader::new(stdout)
                .read_line(&mut operator)
                .map_err(cannot)?;
        }
        let server = Self {
            program: program.to_owned(),
            address: control,
            operator: operator.trim().to_owned(),
            child,
        };
        let start = Instant::now();
        while TcpStream::connect(control).is_err() {
            if start.elapsed() > PATIENCE || server.operator.is_empty() {
                let log = folder.join("tidegate.log");
                return Err(Failure::failed(format!(
                    "tidegate serve is not ready: see {}",
                    log.display()
                )));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(server)
    }

    /// What the document's examples name: alice and her organization. Her secret, or the operator's.
    fn example(&self, hers: bool) -> Result<String, Failure> {
        let alice = self.tidegate(&self.operator, &["create", "user:alice"])?;
        let secret = alice.pointer("/secret/secret").and_then(Value::as_str);
        let secret = secret.ok_or_else(|| Failure::failed("a new user has no secret"))?;
        self.tidegate(&self.operator, &["create", "user:bob"])?;
        for object in [
            "organization:acme",
            "project:acme/sales",
            "stream:acme/sales/orders",
            "service:acme/sales/bot",
        ] {
            self.tidegate(secret, &["create", object])?;
        }
        Ok(if hers { secret } else { &self.operator }.to_owned())
    }

    fn tidegate(&self, secret: &str, arguments: &[&str]) -> Result<Value, Failure> {
        let output = Command::new(&self.program)
            .arg("--json")
            .args(arguments)
            .env("TIDEGATE_URL", format!("http://{}", self.address))
            .env("TIDEGATE_SECRET", secret)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::failed(error.to_string()))?;
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).unwrap_or_default());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let what = arguments.join(" ");
        Err(Failure::failed(format!("tidegate {what}: {said}")))
    }
}

/// Addresses of loopback that nobody listens at, until somebody does.
fn free_addresses() -> std::io::Result<[SocketAddr; 3]> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = [listen()?, listen()?, listen()?];
    let [first, second, third] = &listeners;
    Ok([
        first.local_addr()?,
        second.local_addr()?,
        third.local_addr()?,
    ])
}
