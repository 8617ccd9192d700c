//! The table `[control.notify]`.

use std::time::Duration;

use tidegate_control::outbox::{
    BaseUrl, SecretSource, SmtpServer, SmtpSettings, SmtpTls, TransportSettings, WebhookSettings,
    WebhookUrl,
};

use super::*;

/// Its lines begin at the sixth.
fn text(issuer: &str, notify: &str) -> String {
    format!("[control]\nstore = \"s\"\nissuer = \"{issuer}\"\n\n[control.notify]\n{notify}\n")
}

#[track_caller]
fn check(notify: &str, expected: &TransportSettings) {
    let text = format!("{}{GATEWAY}", text("https://tidegate.example", notify));
    let read = Config::parse(&text).unwrap().control.notify;
    assert_eq!(&read.transport, expected, "{notify}");
}

fn base(text: &str) -> BaseUrl {
    BaseUrl::new(text, true).unwrap()
}

#[test]
fn each_transport() {
    check("", &TransportSettings::Log);
    check("transport = \"log\"", &TransportSettings::Log);
    check(
        "transport = \"webhook\"\nurl = \"https://hooks.example/a\"\nsecret_env = \"SECRET\"",
        &TransportSettings::Webhook(WebhookSettings {
            url: WebhookUrl::new("https://hooks.example/a", false).unwrap(),
            base_url: base("https://tidegate.example"),
            secret: SecretSource::Env("SECRET".to_owned()),
        }),
    );
    check(
        "transport = \"webhook\"\nurl = \"http://hooks.example/a\"\nsecret_file = \"/run/secret\"\n\
         base_url = \"http://console.example\"\nallow_insecure_http = true",
        &TransportSettings::Webhook(WebhookSettings {
            url: WebhookUrl::new("http://hooks.example/a", true).unwrap(),
            base_url: base("http://console.example"),
            secret: SecretSource::File("/run/secret".into()),
        }),
    );
    check(
        "transport = \"smtp\"\nhost = \"mail.example\"\nfrom = \"T <t@mail.example>\"\nport = 2525\n\
         tls = \"implicit\"\nusername = \"t\"\npassword_env = \"P\"\nca_file = \"/ca.pem\"",
        &TransportSettings::Smtp(SmtpSettings {
            server: SmtpServer::new("mail.example", Some(2525), SmtpTls::Implicit).unwrap(),
            base_url: base("https://tidegate.example"),
            from: "T <t@mail.example>".parse().unwrap(),
            login: Some(("t".to_owned(), SecretSource::Env("P".to_owned()))),
            ca_file: Some("/ca.pem".into()),
        }),
    );
    check(
        "transport = \"smtp\"\nhost = \"localhost\"\nfrom = \"t@mail.example\"\ntls = \"none\"",
        &TransportSettings::Smtp(SmtpSettings {
            server: SmtpServer::new("localhost", None, SmtpTls::None).unwrap(),
            base_url: base("https://tidegate.example"),
            from: "t@mail.example".parse().unwrap(),
            login: None,
            ca_file: None,
        }),
    );
}

#[test]
fn time() {
    let text = format!("{}{GATEWAY}", text("i", "timeout_s = 300"));
    let read = Config::parse(&text).unwrap().control.notify;
    assert_eq!(read.timeout, Duration::from_secs(300));
}

#[track_caller]
fn check_wrong(notify: &str, expected: &[&str]) {
    check_errors(&text("i", notify), expected);
}

#[test]
fn each_mistake_is_told() {
    check_wrong(
        "transport = \"pigeon\"",
        &["line 6: control.notify.transport:"],
    );
    check_wrong("transport = 1", &["line 6: control.notify.transport:"]);
    check_wrong(
        "transport = \"log\"\nurl = \"https://a.example\"\ntimeout_s = 0",
        &[
            "line 7: control.notify.url: unknown",
            "line 8: control.notify.timeout_s:",
        ],
    );
    check_wrong(
        "transport = \"webhook\"",
        &[
            "line 5: control.notify.base_url: must be written, as the issuer",
            "line 5: control.notify.url: must be written",
            "line 5: control.notify.secret_env: must be written, or secret_file",
        ],
    );
    check_wrong(
        "transport = \"webhook\"\nurl = \"http://a.example\"\nbase_url = \"http://b.example\"\n\
         secret_env = \"A\"\nsecret_file = \"b\"\nsecret = \"whsec_\"\nallow_insecure_http = 1",
        &[
            "line 7: control.notify.url: must start with https://",
            "line 8: control.notify.base_url: must start with https://",
            "line 10: control.notify.secret_file: may not stand beside",
            "line 11: control.notify.secret: unknown",
            "line 12: control.notify.allow_insecure_http:",
        ],
    );
    check_wrong(
        "transport = \"smtp\"\nbase_url = \"https://a.example\"\nhost = \"mail.example\"\ntls = \"none\"\n\
         from = \"nobody\"\npassword_env = \"P\"\nport = 65536\ntimeout_s = \"1\"",
        &[
            "line 5: control.notify.username: must be written",
            "line 8: control.notify.host: must be this machine",
            "line 10: control.notify.from:",
            "line 12: control.notify.port:",
            "line 13: control.notify.timeout_s:",
        ],
    );
    check_errors(
        "[control]\nstore = \"s\"\nissuer = \"i\"\nnotify = 1",
        &["line 4: control.notify: must be a table"],
    );
}
