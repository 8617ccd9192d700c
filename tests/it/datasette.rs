//! The README's recipe before Datasette (<https://datasette.io>), an API that nobody here wrote,
//! on a real SQLite database; and the recipe attacked.
//!
//! `TIDEGATE_DATASETTE` names the program; `cargo xtask test e2e` installs it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::http::{get, raw, status_of};
use crate::upstream::Upstream;
use crate::world::{Folder, PATIENCE, STREAM, World, create, grant, issue};

/// As the README shows it.
pub const RECIPE: &str = r#"
[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "datasette"
upstream_path = "/{project}/{stream}.json"
actions = { GET = "can_read" }
query = ["_size", "_next"]
"#;

struct Datasette {
    _child: Child,
    _folder: Folder,
    url: String,
}

impl Datasette {
    /// A database `sales` with a table that is for readers, and one that is not.
    async fn start() -> Self {
        let program = std::env::var_os("TIDEGATE_DATASETTE").map(PathBuf::from).expect(
            "TIDEGATE_DATASETTE names no program: `pip install datasette`, or `cargo xtask test e2e`",
        );
        let folder = Folder::new();
        let database = folder.path().join("sales.db");
        let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute('create table orders (id integer primary key, item text)')
db.executemany('insert into orders (item) values (?)', [(f'item {n}',) for n in range(250)])
db.execute('create table payroll (id integer primary key, salary integer)')
db.execute('insert into payroll (salary) values (314159)')
db.commit()";
        let python = program.with_file_name("python");
        let made = Command::new(python).arg("-c").arg(script).arg(&database).status().await;
        assert!(made.expect("python runs").success());
        // It cannot take port 0: ask for a free one, and again if another was quicker.
        loop {
            let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let port = free.local_addr().expect("bound").port();
            drop(free);
            let mut child = Command::new(&program)
                .arg("serve")
                .arg(&database)
                .args(["--host", "127.0.0.1", "--port", &port.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .expect("starts");
            let url = format!("http://127.0.0.1:{port}");
            if answers(&mut child, &url).await {
                return Self { _child: child, _folder: folder, url };
            }
        }
    }
}

/// Waits until it answers; false when it ended instead.
async fn answers(child: &mut Child, url: &str) -> bool {
    let waited = async {
        loop {
            if child.try_wait().expect("waited for").is_some() {
                return false;
            }
            let url = format!("{url}/sales/orders.json");
            let asked = crate::http::send(http::Method::GET, &url, None, crate::http::empty()).await;
            if asked.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return true;
            }
            // The state to wait for shows only when asked again.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("datasette answers")
}

async fn protected() -> (World, Datasette, String) {
    let datasette = Datasette::start().await;
    let upstream = Upstream::start().await;
    let routes = format!("\n[gateway.upstream.datasette]\nurl = \"{}\"\n{RECIPE}", datasette.url);
    let world = World::start_before(upstream, "", &routes).await;
    let example = world.example().await;
    create(&example.api, "service:acme/sales/reader", None).await;
    grant(&example.api, STREAM, &["read"], "service:acme/sales/reader").await;
    let reader = issue(&example.api, "service:acme/sales/reader").await;
    (world, datasette, reader.secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_granted_table_is_read_page_by_page() {
    let (world, _datasette, secret) = protected().await;
    let mut rows = 0;
    let mut next = String::new();
    loop {
        let url = world.url(&format!("/acme/sales/orders?_size=100{next}"));
        let (status, page) = get(&url, Some(&secret)).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        rows += page["rows"].as_array().expect("rows").len();
        match &page["next"] {
            Value::String(token) => next = format!("&_next={token}"),
            _ => break,
        }
    }
    assert_eq!(rows, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_of_it_is_reached() {
    let (world, _datasette, secret) = protected().await;
    let refused = [
        // Other tables, known to Tidegate or not.
        "/acme/sales/payroll",
        "/acme/sales/sqlite_master",
        "/acme/other/orders",
        // Its other pages.
        "/",
        "/sales.json",
        "/sales.json?sql=select+*+from+payroll",
        "/-/databases.json",
        "/acme/-/databases",
        "/acme/sales/orders/1",
        "/acme/sales/orders.json",
        "/acme/sales/orders.csv",
        "/acme/sales/-",
        // SQL and everything else that its query parameters can do.
        "/acme/sales/orders?sql=select+*+from+payroll",
        "/acme/sales/orders?_size=1&sql=select+1",
        "/acme/sales/orders?_where=1=1",
        "/acme/sales/orders?_where=id+in+(select+salary+from+payroll)",
        "/acme/sales/orders?_extra=query",
        "/acme/sales/orders?_shape=arrays",
        "/acme/sales/orders?_labels=on",
        "/acme/sales/orders?_%77here=1=1",
        "/acme/sales/orders?_size=1;_where=1=1",
        "/acme/sales/orders?id__in=1",
        // Ways around the path.
        "/acme/sales/orders%2f..%2fpayroll",
        "/acme/sales/..%2fpayroll",
        "/acme/sales/../payroll",
        "/acme/sales/orders%3fsql=select",
        "/acme/sales/payroll%23",
        "/acme/sales/~2Fpayroll",
        "/acme/sales/orders.json%00",
    ];
    for target in refused {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n"
        );
        let answer = raw(world.server.gateway, request.as_bytes()).await;
        let status = status_of(&answer);
        assert!((400..500).contains(&status), "{target}: {answer}");
        assert!(!answer.contains("314159"), "{target}: {answer}");
    }
    // Nothing at all without a secret.
    for path in ["/acme/sales/orders", "/sales/orders.json"] {
        assert_ne!(get(&world.url(path), None).await.0, StatusCode::OK, "{path}");
    }
}
