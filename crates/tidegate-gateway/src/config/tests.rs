//! Tables of what passes and what is refused.

use super::*;

const GOOD: &str = r#"[control]
listen = "127.0.0.1:8081"
anything = true

[gateway]
listen = ["127.0.0.1:8080", "[::1]:8080"]
admin_listen = "127.0.0.1:9090"
allowed_origins = ["https://console.example"]

[gateway.timeouts]
connect_ms = 250

[gateway.upstream.orders]
url = "http://127.0.0.1:8001"
credential = { header = "authorization", env = "ORDERS_TOKEN" }

[gateway.upstream.other]
url = "https://other.example/"
ca_file = "/etc/ca.pem"

[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "orders"
upstream_path = "/records/{stream}"
actions = { GET = "can_read", POST = "can_write" }
query = ["limit", "cursor"]
free_limit_bytes = 2_000

[[gateway.route]]
path = "/all"
resource = "organization:all"
upstream = "other"
actions = { GET = "can_read" }
query = "any"
"#;

#[test]
fn reads_what_is_written() {
    let config = Config::parse(GOOD).unwrap();
    let listen: Vec<_> = config
        .listen
        .iter()
        .map(|at| at.value.to_string())
        .collect();
    assert_eq!(listen, ["127.0.0.1:8080", "[::1]:8080"]);
    assert_eq!(config.admin_listen.value.to_string(), "127.0.0.1:9090");
    assert_eq!(config.allowed_origins, ["https://console.example"]);
    assert_eq!(config.timeouts.connect, Duration::from_millis(250));
    assert_eq!(config.timeouts.idle, Duration::from_secs(60));
    assert_eq!(config.max_staleness_s, 300);
    assert_eq!(
        config.limits,
        Limits {
            connections: 10_000,
            streams: 100
        }
    );
    assert_eq!(config.log, LogRequests::Refused);
    let limit = AddressLimit {
        requests: 20,
        period: Duration::from_secs(15),
    };
    assert_eq!(config.anonymous, limit);
    let upstreams: Vec<_> = config
        .upstreams
        .iter()
        .map(|upstream| {
            (
                upstream.name.as_str(),
                upstream.scheme.as_str(),
                upstream.authority.as_str(),
            )
        })
        .collect();
    assert_eq!(
        upstreams,
        [
            ("orders", "http", "127.0.0.1:8001"),
            ("other", "https", "other.example")
        ]
    );
    let credential = config.upstreams[0].credential.as_ref().unwrap();
    assert_eq!(
        credential.source,
        CredentialSource::Env("ORDERS_TOKEN".to_owned())
    );
    assert_eq!(credential.at.line, 15);
    let routes: Vec<_> = config
        .routes
        .iter()
        .map(|config| {
            (
                config.route.name.as_str(),
                config.route.upstream,
                config.route.free_limit_bytes,
            )
        })
        .collect();
    assert_eq!(
        routes,
        [
            ("/{organization}/{project}/{stream}", 0, 2_000),
            ("/all", 1, 1_048_576)
        ]
    );
}

/// Changes one line of [`GOOD`] and expects one error, on a line and with a key.
#[track_caller]
fn check(from: &str, to: &str, line: usize, key: &str, message: &str) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let errors = Config::parse(&text).unwrap_err().0;
    let [error] = &errors[..] else {
        panic!("{to}: {errors:#?}")
    };
    assert_eq!(
        (error.line, error.key.as_str()),
        (line, key),
        "{to}: {error}"
    );
    assert!(error.message.contains(message), "{to}: {error}");
}

#[test]
fn says_what_is_wrong_and_where() {
    for (from, to, line, key, message) in [
        (
            "[::1]:8080",
            "localhost",
            6,
            "gateway.listen[1]",
            "no address",
        ),
        (
            "listen = [\"127.0.0.1:8080\", \"[::1]:8080\"]",
            "listen = []",
            5,
            "gateway",
            "names no address",
        ),
        (
            "listen = [\"127.0.0.1:8080\", \"[::1]:8080\"]",
            "listen = 1",
            6,
            "gateway.listen",
            "list of strings",
        ),
        (
            "listen = [\"127.0.0.1:8080\", \"[::1]:8080\"]\n",
            "",
            5,
            "gateway",
            "`listen` is missing",
        ),
        (
            "admin_listen = \"127.0.0.1:9090\"\n",
            "",
            5,
            "gateway",
            "`admin_listen` is missing",
        ),
        (
            "admin_listen",
            "admin_listenn = 1\nadmin_listen",
            7,
            "gateway.admin_listenn",
            "unknown key; known are: listen, ",
        ),
        (
            "https://console.example",
            "https://console.example/",
            8,
            "gateway.allowed_origins[0]",
            "no origin",
        ),
        (
            "https://console.example",
            "*",
            8,
            "gateway.allowed_origins[0]",
            "no origin",
        ),
        (
            "connect_ms = 250",
            "connect_ms = 0",
            11,
            "gateway.timeouts.connect_ms",
            "from 1 to",
        ),
        (
            "connect_ms = 250",
            "connect_ms = \"1s\"",
            11,
            "gateway.timeouts.connect_ms",
            "whole number",
        ),
        (
            "connect_ms = 250",
            "idle_ms = 10",
            10,
            "gateway.timeouts",
            "below `response_head_ms`",
        ),
        (
            "connect_ms = 250",
            "connect = 250",
            11,
            "gateway.timeouts.connect",
            "unknown key",
        ),
        (
            "http://127.0.0.1:8001",
            "ftp://127.0.0.1",
            14,
            "gateway.upstream.orders.url",
            "http:// or https://",
        ),
        (
            "http://127.0.0.1:8001",
            "127.0.0.1:8001",
            14,
            "gateway.upstream.orders.url",
            "http:// or https://",
        ),
        (
            "http://127.0.0.1:8001",
            "http://a:b@c",
            14,
            "gateway.upstream.orders.url",
            "user",
        ),
        (
            "http://127.0.0.1:8001",
            "http://a/b",
            14,
            "gateway.upstream.orders.url",
            "path",
        ),
        (
            ", env = \"ORDERS_TOKEN\"",
            "",
            15,
            "gateway.upstream.orders.credential",
            "one of",
        ),
        (
            "env = \"ORDERS_TOKEN\"",
            "env = \"A\", file = \"b\"",
            15,
            "gateway.upstream.orders.credential",
            "one of",
        ),
        (
            "header = \"authorization\"",
            "header = \"host\"",
            15,
            "gateway.upstream.orders.credential.header",
            "no header",
        ),
        (
            "header = \"authorization\"",
            "header = \"x-tidegate-subject\"",
            15,
            "gateway.upstream.orders.credential.header",
            "no header",
        ),
        (
            "https://other.example/",
            "http://other.example/",
            19,
            "gateway.upstream.other.ca_file",
            "https://",
        ),
        (
            "{organization}/{project}/{stream}\"\nup",
            "{org}/{project}/{stream}\"\nup",
            23,
            "gateway.route[0].resource",
            "`{org}` is not captured",
        ),
        (
            "/records/{stream}",
            "/records/{record}",
            25,
            "gateway.route[0].upstream_path",
            "not captured",
        ),
        (
            "upstream = \"orders\"",
            "upstream = \"ordres\"",
            24,
            "gateway.route[0].upstream",
            "no [gateway.upstream.ordres]",
        ),
        (
            "upstream = \"orders\"\n",
            "",
            21,
            "gateway.route[0]",
            "`upstream` is missing",
        ),
        (
            "query = [\"limit\", \"cursor\"]\n",
            "",
            21,
            "gateway.route[0]",
            "`query` is missing",
        ),
        (
            "query = \"any\"",
            "query = \"all\"",
            35,
            "gateway.route[1].query",
            "must be \"any\" or a list",
        ),
        (
            "POST = \"can_write\"",
            "CONNECT = \"can_write\"",
            26,
            "gateway.route[0].actions.CONNECT",
            "no method",
        ),
        (
            "POST = \"can_write\"",
            "post = \"can_write\"",
            26,
            "gateway.route[0].actions.post",
            "no method",
        ),
        (
            "POST = \"can_write\"",
            "POST = 1",
            26,
            "gateway.route[0].actions.POST",
            "relation",
        ),
        (
            "free_limit_bytes = 2_000",
            "free_limit_bytes = -1",
            28,
            "gateway.route[0].free_limit_bytes",
            "whole number",
        ),
        (
            "path = \"/all\"",
            "path = \"/{a}/{b}/{c}\"",
            31,
            "gateway.route[1].path",
            "line 22",
        ),
        (
            "path = \"/all\"",
            "path = \"all\"",
            31,
            "gateway.route[1].path",
            "must start",
        ),
        (
            "resource = \"organization:all\"",
            "resource = \"all\"",
            32,
            "gateway.route[1].resource",
            "type and a colon",
        ),
        (
            "query = \"any\"",
            "query = \"any\"\nmethods = []",
            36,
            "gateway.route[1].methods",
            "unknown key",
        ),
    ] {
        check(from, to, line, key, message);
    }
}

#[test]
fn says_everything_at_once_in_order() {
    let text = GOOD
        .replace("127.0.0.1:9090", "nowhere")
        .replace("connect_ms = 250", "connect_ms = 0")
        .replace("upstream = \"other\"", "upstream = \"none\"")
        .replace("query = \"any\"", "query = 1");
    let errors = Config::parse(&text).unwrap_err();
    let lines: Vec<_> = errors.0.iter().map(|error| error.line).collect();
    assert_eq!(lines, [7, 11, 33, 35]);
    assert_eq!(errors.to_string().lines().count(), 4);
    assert!(
        errors
            .to_string()
            .starts_with("line 7: gateway.admin_listen: `nowhere`")
    );
}

#[test]
fn says_where_the_text_is_no_toml() {
    let errors = Config::parse("[gateway]\nlisten = [\n").unwrap_err();
    assert!(
        errors
            .0
            .iter()
            .any(|error| error.key == "toml" && error.line >= 2),
        "{errors}"
    );
    let errors = Config::parse("[control]\n").unwrap_err();
    assert_eq!(errors.to_string(), "line 1: gateway: the table is missing");
}

#[test]
fn checks_routes_against_the_system() {
    let model = Model::parse(
        "model\n  schema 1.1\ntype user\ntype stream\n  relations\n    define can_read: [user]\n    define can_write: [user]\n",
    )
    .unwrap();
    let mut profile = Profile::default();
    profile
        .metered
        .insert("can_read".to_owned(), tidegate_policy::Metered::Read);
    let config = Config::parse(GOOD).unwrap();
    let errors = config.check_against(&profile, &model).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "line 26: gateway.route[0].actions.POST: the system does not meter `can_write`; it meters: can_read\n\
         line 32: gateway.route[1].resource: the model has no type `organization`; it has: user, stream"
    );
    profile
        .metered
        .insert("can_write".to_owned(), tidegate_policy::Metered::Write);
    let good = Config::parse(&GOOD.replace("organization:all", "stream:all")).unwrap();
    assert_eq!(good.check_against(&profile, &model), Ok(()));
    let other = Config::parse(&GOOD.replace("organization:all", "user:all")).unwrap();
    let errors = other.check_against(&profile, &model).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "line 34: gateway.route[1].actions.GET: the type `user` has no relation `can_read`"
    );
}
