//! What is read, and how each mistake is told.

mod notify;

use super::*;

const GATEWAY: &str = r#"
[gateway]
listen = ["127.0.0.1:8080"]
admin_listen = "127.0.0.1:9090"

[gateway.upstream.orders]
url = "http://127.0.0.1:8001"

[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "orders"
actions = { GET = "can_read" }
query = []
"#;

#[test]
fn the_least_that_is_needed() {
    let text = format!("[control]\nstore = \"sqlite:a.db\"\nissuer = \"i\"\n{GATEWAY}");
    let expected = ControlConfig {
        listen: "127.0.0.1:8081".parse().unwrap(),
        store: "sqlite:a.db".to_owned(),
        system: "beneath".to_owned(),
        issuer: "i".to_owned(),
        allowed_origins: Vec::new(),
        notify: NotifySettings::default(),
        store_key_file: None,
        node_silence_s: 60,
    };
    assert_eq!(Config::parse(&text).unwrap().control, expected);
}

#[test]
fn all_of_it() {
    let text = format!(
        "[control]\nlisten = \"[::1]:1\"\nstore = \"sqlite:a.db\"\nsystem = \"./mine\"\nissuer = \"i\"\n\
         allowed_origins = [\"https://a.example\", \"http://127.0.0.1:5173\"]\nnode_silence_s = 5\n{GATEWAY}"
    );
    let control = Config::parse(&text).unwrap().control;
    assert_eq!(control.listen, "[::1]:1".parse().unwrap());
    assert_eq!(control.system, "./mine");
    assert_eq!(control.node_silence_s, 5);
    assert_eq!(
        control.allowed_origins,
        ["https://a.example", "http://127.0.0.1:5173"]
    );
}

#[track_caller]
fn check_errors(text: &str, expected: &[&str]) {
    let errors = Config::parse(&format!("{text}\n{GATEWAY}"))
        .unwrap_err()
        .to_string();
    for expected in expected {
        assert!(errors.contains(expected), "{expected}\nis not in\n{errors}");
    }
    assert_eq!(errors.lines().count(), expected.len(), "{errors}");
}

#[test]
fn every_mistake_is_told_with_key_and_line() {
    check_errors(
        "[control]\nlistn = \"127.0.0.1:1\"\nstore = 5\nissuer = \"\"",
        &[
            "line 2: control.listn: unknown",
            "line 3: control.store:",
            "line 4: control.issuer:",
        ],
    );
    check_errors("", &["line 1: control: the table is missing"]);
    check_errors("control = 1", &["line 1: control: must be a table"]);
    check_errors(
        "[control]",
        &["line 1: control.store:", "line 1: control.issuer:"],
    );
    check_errors(
        "[other]\na = 1\n[control]\nstore = \"s\"\nissuer = \"i\"\nlisten = \"localhost:1\"",
        &["line 1: other: unknown", "line 6: control.listen:"],
    );
}

#[test]
fn origins_are_exact() {
    for (text, expected) in [
        ("https://console.example:8443", true),
        ("https://console.example/", false),
        ("https://Console.example", false),
        ("https://a@console.example", false),
        ("console.example", false),
        ("ftp://console.example", false),
        ("null", false),
        ("*", false),
    ] {
        assert_eq!(origin(text).is_some(), expected, "{text}");
    }
}

#[test]
fn mistakes_of_both_tables_are_told_at_once() {
    let text = format!("{GATEWAY}[control]\nstore = \"s\"\nissuer = \"i\"\nx = 1")
        .replace("[\"127.0.0.1:8080\"]", "[\"nowhere\"]");
    let errors = Config::parse(&text).unwrap_err().to_string();
    assert!(errors.contains("line 3: gateway.listen"), "{errors}");
    assert!(errors.contains("line 18: control.x: unknown"), "{errors}");
}
