//! Mails of invitations over TLS: `tidegate serve` with a mail server of the test's own.

mod server; // the mail server

use std::path::Path;

use serde_json::Value;

use self::server::{Authority, Event, Mail, MailServer, Way};
use crate::cli::Person;
use crate::upstream::Upstream;
use crate::world::{Folder, PATIENCE, ROUTES, Server, World, config};

const ADDRESS: &str = "dora@example.com";
const USER: &str = "tidegate";
const PASSWORD: &str = "a-password-that-nobody-else-has";

/// Starts it so that it mails to a server, and trusts who signed with an authority.
async fn start(server: &MailServer, trusted: &Authority) -> World {
    let upstream = Upstream::start().await;
    let folder = Folder::new();
    let path = config(&folder, &upstream.url(), "", ROUTES);
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    };
    let (ca, password) = (file("ca.pem", &trusted.pem()), file("password", PASSWORD));
    let tls = match server.way {
        Way::StartTls => "starttls",
        Way::Implicit => "implicit",
    };
    let notify = format!(
        "\n[control.notify]\ntransport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"{tls}\"\n\
         from = \"Tidegate <tidegate@example.org>\"\nusername = \"{USER}\"\npassword_file = \"{password}\"\n\
         ca_file = \"{ca}\"\nbase_url = \"https://console.example\"\n",
        server.port
    );
    let text = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(&path, text + &notify).expect("written");
    let server = Server::start(&path).await;
    let operator = server.printed.clone().expect("the operator's secret");
    World {
        server,
        upstream,
        folder,
        operator,
    }
}

async fn next(server: &mut MailServer) -> Event {
    let event = tokio::time::timeout(PATIENCE, server.events.recv()).await;
    event.expect("in time").expect("the server runs")
}

/// The code of the link in a mail.
fn code(mail: &Mail) -> String {
    // Quoted-printable (RFC 2045, section 6.7), or as it is.
    let text = mail.text.replace("=\r\n", "").replace("=3D", "=");
    let (_, code) = text.split_once("/#redeem=").expect("a link");
    let code = code.split_whitespace().next().expect("a code");
    code.to_owned()
}

/// A certificate that is refused: nothing is said to who has it, and the mail comes once it is the right one.
async fn refused_then_delivered(way: Way, signer: &str, name: &str) {
    let (trusted, other) = (Authority::new("trusted"), Authority::new("other"));
    let signer = if signer == "trusted" {
        &trusted
    } else {
        &other
    };
    let mut server = MailServer::start(way, signer.server(name)).await;
    let mut world = start(&server, &trusted).await;
    let example = world.example().await;
    let alice = Person::new(&world, "alice", Some(example.alice.clone()));
    let words = ["invite", "organization:acme", ADDRESS, "--as", "view"];
    alice.done(&words).await;
    assert_eq!(next(&mut server).await, Event::Refused);
    let mut logged = until_logged(&mut world.server, "not notified yet").await;
    let why = "certificate is not trusted";
    assert!(logged.concat().contains(why), "{logged:#?}");

    // From the next attempt on it is who it says.
    server.present(trusted.server("127.0.0.1"));
    let mail = match next(&mut server).await {
        // An attempt was under way.
        Event::Refused => next(&mut server).await,
        event => event,
    };
    let Event::Mail(mail) = mail else {
        panic!("{mail:?}");
    };
    assert_eq!(mail.login, format!("\0{USER}\0{PASSWORD}"));
    assert_eq!(mail.to, [format!("<{ADDRESS}>")]);
    assert!(mail.text.contains("invites you to organization:acme"));
    logged.extend(until_logged(&mut world.server, "\"notified\"").await);

    // Its link is good, once.
    let code = code(&mail);
    let nobody = Person::new(&world, "nobody", None);
    let redeem = ["redeem", "--as", "user:dora"];
    let redeemed = nobody.run_with(&redeem, &code).await;
    assert_eq!(redeemed.code, Some(0), "{redeemed:?}");
    let dora = redeemed.stdout.trim().to_owned();
    let who = world.api(&dora).whoami().await.expect("holds");
    assert_eq!(who.subject, "user:dora");

    // Not a second mail, and no word of it, of the password, or of a secret, in the log.
    let World {
        server: mut serving,
        folder,
        ..
    } = world;
    serving.signal("-TERM").await;
    logged.extend(rest(&mut serving).await);
    assert!(server.events.try_recv().is_err(), "one mail alone");
    let log = logged.join("\n");
    for secret in [
        &code,
        PASSWORD,
        &server::base64(&mail.login),
        &dora,
        &example.alice,
    ] {
        assert!(!log.contains(secret), "{log}");
    }
    for word in ["#redeem", "invites you"] {
        assert!(!log.contains(word), "{log}");
    }
    drop((serving, folder));
}

/// The lines of the log up to one that contains some words.
async fn until_logged(server: &mut Server, words: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let waited = async {
        while !lines
            .last()
            .is_some_and(|line: &String| line.contains(words))
        {
            let line = server.next_line().await;
            lines.push(line.unwrap_or_else(|| panic!("it ended: {words}")));
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "it never says `{words}`: {lines:#?}");
    lines
}

/// What is left of the log, until it ends.
async fn rest(server: &mut Server) -> Vec<String> {
    let mut lines = Vec::new();
    let waited = async {
        while let Some(line) = server.next_line().await {
            lines.push(line);
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("ends");
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_authority_that_is_not_trusted_is_refused_after_starttls() {
    refused_then_delivered(Way::StartTls, "other", "127.0.0.1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_name_is_refused_with_implicit_tls() {
    refused_then_delivered(Way::Implicit, "trusted", "mail.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_authorities_is_told_at_the_start() {
    let folder = Folder::new();
    let path = config(&folder, "http://127.0.0.1:9", "", ROUTES);
    let text = std::fs::read_to_string(&path).expect("the configuration");
    for (name, holds, words) in [
        ("missing.pem", None, "missing.pem"),
        ("empty.pem", Some(""), "no certificate"),
        (
            "broken.pem",
            Some("-----BEGIN CERTIFICATE-----\n!\n"),
            "no certificate",
        ),
    ] {
        let ca = folder.path().join(name);
        if let Some(holds) = holds {
            std::fs::write(&ca, holds).expect("written");
        }
        let notify = format!(
            "\n[control.notify]\ntransport = \"smtp\"\nhost = \"mail.example\"\n\
             from = \"t@example.org\"\nca_file = \"{}\"\n",
            ca.display()
        );
        std::fs::write(&path, format!("{text}{notify}")).expect("written");
        let said = fails(&path).await;
        assert!(
            said.contains(name) && said.contains(words),
            "{name}: {said}"
        );
    }
}

/// What it says when it does not start.
async fn fails(config: &Path) -> String {
    let words = ["serve", "--config", config.to_str().expect("text")];
    let ended = tokio::time::timeout(PATIENCE, crate::admin::run(&words)).await;
    let ended = ended.expect("ends");
    assert_ne!(ended.code, Some(0), "{ended:?}");
    let line = ended.stderr.lines().last().expect("says why");
    let line: Value = serde_json::from_str(line).unwrap_or_else(|_| Value::from(line));
    line.to_string()
}
