//! What a configuration may say.

use crate::outbox::{BaseUrl, MailFrom, SecretSource, SmtpServer, SmtpTls, WebhookUrl};

#[test]
fn urls() {
    // Text; as it is; with leave for insecure http.
    for (text, expected, insecure) in [
        ("https://console.example", true, true),
        ("https://console.example:8443/a", true, true),
        ("http://127.0.0.1:80", true, true),
        ("http://[::1]:80/", true, true),
        ("http://localhost", true, true),
        ("http://console.example", false, true),
        ("http://127.0.0.1.example", false, true),
        ("http://localhost.example", false, true),
        ("https://a:b@console.example", false, false),
        ("https://console.example/#a", false, false),
        ("ftp://console.example", false, false),
        ("console.example", false, false),
        ("https://", false, false),
        ("/a", false, false),
        ("", false, false),
        ("https://console.example/\r\nx: y", false, false),
    ] {
        assert_eq!(BaseUrl::new(text, false).is_ok(), expected, "{text}");
        assert_eq!(WebhookUrl::new(text, false).is_ok(), expected, "{text}");
        assert_eq!(BaseUrl::new(text, true).is_ok(), insecure, "{text}");
        assert_eq!(WebhookUrl::new(text, true).is_ok(), insecure, "{text}");
    }
    assert!(BaseUrl::new("https://console.example/?a", false).is_err());
    assert!(WebhookUrl::new("https://console.example/?a", false).is_ok());
    let base = BaseUrl::new("https://console.example/app/", false).unwrap();
    assert_eq!(base.redeem("c"), "https://console.example/app/#redeem=c");
}

#[test]
fn mail_servers() {
    for (host, tls, expected) in [
        ("mail.example.com", SmtpTls::StartTls, true),
        ("mail.example.com", SmtpTls::Implicit, true),
        ("mail.example.com", SmtpTls::None, false),
        ("10.0.0.1", SmtpTls::None, false),
        ("127.0.0.1", SmtpTls::None, true),
        ("::1", SmtpTls::None, true),
        ("localhost", SmtpTls::None, true),
        ("", SmtpTls::StartTls, false),
        ("mail example", SmtpTls::StartTls, false),
        ("mail.example:25", SmtpTls::StartTls, false),
        ("mail\r\n", SmtpTls::StartTls, false),
    ] {
        assert_eq!(
            SmtpServer::new(host, None, tls).is_ok(),
            expected,
            "{host:?} {tls:?}"
        );
    }
    assert_eq!(
        SmtpServer::new("a", None, SmtpTls::StartTls).unwrap().port,
        587
    );
    assert_eq!(
        SmtpServer::new("a", None, SmtpTls::Implicit).unwrap().port,
        465
    );
    assert_eq!(
        SmtpServer::new("a", Some(2525), SmtpTls::Implicit)
            .unwrap()
            .port,
        2525
    );
}

#[test]
fn senders() {
    for (text, expected) in [
        ("Tidegate <tidegate@example.com>", true),
        ("tidegate@example.com", true),
        ("tidegate", false),
        ("", false),
        ("T\r\nBcc: eve@example.com <tidegate@example.com>", false),
    ] {
        assert_eq!(text.parse::<MailFrom>().is_ok(), expected, "{text:?}");
    }
}

#[test]
fn secrets_that_are_not_there() {
    let variable = SecretSource::Env("TIDEGATE_TEST_NOT_SET".to_owned());
    let error = variable.read().unwrap_err().to_string();
    assert!(error.contains("TIDEGATE_TEST_NOT_SET"), "{error}");
    let folder = crate::store::tests::Folder::new();
    let path = super::beside(&folder, "secret");
    let file = SecretSource::File(path.clone());
    assert!(file.read().is_err(), "there is no file");
    std::fs::write(&path, " \n").unwrap();
    assert!(file.read().is_err(), "it is empty");
    std::fs::write(&path, "s3cret\n").unwrap();
    assert_eq!(file.read().unwrap(), "s3cret");
}
