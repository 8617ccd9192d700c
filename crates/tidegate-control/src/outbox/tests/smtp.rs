//! A mail server that keeps what it gets, and names that try to be more than names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;

/// A mail that came.
#[derive(Debug)]
struct Mail {
    from: String,
    to: Vec<String>,
    /// With its lines ended by `\r\n`.
    text: String,
}

struct Server {
    port: u16,
    mails: mpsc::UnboundedReceiver<Mail>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Refuses mail to `nobody@…`; answers the end of the first `busy` mails with 451, though it keeps them.
    async fn start(busy: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let mut left = busy;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Whoever breaks off is heard of by the test that did it.
                let _ = converse(stream, &mut left, &sender).await;
            }
        });
        Self { port, mails, task }
    }

    fn settings(&self, tls: SmtpTls) -> TransportSettings {
        TransportSettings::Smtp(SmtpSettings {
            server: SmtpServer::new("127.0.0.1", Some(self.port), tls).unwrap(),
            base_url: BaseUrl::new("https://console.example", false).unwrap(),
            from: "Tidegate <tidegate@example.org>".parse().unwrap(),
            login: None,
            ca_file: None,
        })
    }

    async fn next(&mut self) -> Mail {
        self.mails.recv().await.unwrap()
    }

    fn none(&mut self) -> bool {
        self.mails.try_recv().is_err()
    }
}

async fn converse(
    stream: TcpStream,
    busy: &mut usize,
    mails: &mpsc::UnboundedSender<Mail>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end_matches("\r\n");
        let upper = line.to_ascii_uppercase();
        let reply = if upper.starts_with("EHLO") {
            "250-here\r\n250 8BITMIME\r\n"
        } else if upper.starts_with("MAIL FROM:") {
            from = line["MAIL FROM:".len()..].to_owned();
            "250 ok\r\n"
        } else if upper.starts_with("RCPT TO:<NOBODY@") {
            "550 5.1.1 nobody of that name\r\n"
        } else if upper.starts_with("RCPT TO:") {
            to.push(line["RCPT TO:".len()..].to_owned());
            "250 ok\r\n"
        } else if upper == "DATA" {
            stream.write_all(b"354 go on\r\n").await?;
            let mut text = String::new();
            while !text.ends_with("\r\n.\r\n") {
                if stream.read_line(&mut text).await? == 0 {
                    return Ok(());
                }
            }
            let text = text.trim_end_matches(".\r\n").to_owned();
            let _ = mails.send(Mail {
                from: from.clone(),
                to: std::mem::take(&mut to),
                text,
            });
            if *busy > 0 {
                *busy -= 1;
                "451 later\r\n"
            } else {
                "250 taken\r\n"
            }
        } else if upper == "QUIT" {
            stream.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "500 what?\r\n"
        };
        stream.write_all(reply.as_bytes()).await?;
    }
}

/// Names and values of the headers, unfolded, and the text below.
fn parts(mail: &str) -> (Vec<(String, String)>, String) {
    let (head, text) = mail.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers = unfolded.split("\r\n").map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    });
    let headers: Vec<(String, String)> = headers.collect();
    let text = decoded(value(&headers, "Content-Transfer-Encoding"), text);
    (headers, text)
}

/// As a reader shows it (RFC 2045, section 6).
fn decoded(encoding: &str, text: &str) -> String {
    let bytes = match encoding {
        "7bit" => text.as_bytes().to_vec(),
        "base64" => STANDARD.decode(text.replace("\r\n", "")).unwrap(),
        "quoted-printable" => {
            let (first, rest) = {
                let joined = text.replace("=\r\n", "");
                let mut pieces = joined.split('=').map(ToOwned::to_owned);
                (pieces.next().unwrap(), pieces.collect::<Vec<String>>())
            };
            let mut bytes = first.into_bytes();
            for piece in rest {
                bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
                bytes.extend_from_slice(&piece.as_bytes()[2..]);
            }
            bytes
        }
        other => panic!("{other}"),
    };
    String::from_utf8(bytes).unwrap()
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> &'h str {
    let mut found = headers.iter().filter(|(other, _)| other == name);
    let (_, value) = found.next().unwrap();
    assert!(found.next().is_none(), "{name} twice");
    value
}

/// An invitation by somebody whose names are these.
fn named(id: u128, display_name: &str, invited_by: &str, recipient: Recipient) -> String {
    let Notification::Invited {
        invitation,
        object,
        relations,
        expires_at_s,
        link,
        ..
    } = invited(id);
    let notification = Notification::Invited {
        invitation,
        object,
        display_name: Some(display_name.to_owned()),
        relations,
        invited_by: invited_by.to_owned(),
        recipient,
        expires_at_s,
        link,
    };
    serde_json::to_string(&notification).unwrap()
}

fn address(text: &str) -> Recipient {
    Recipient::Address(text.to_owned())
}

fn bob(addresses: &[&str]) -> Recipient {
    Recipient::Subject {
        object: "user:bob".to_owned(),
        addresses: addresses.iter().map(|&text| text.to_owned()).collect(),
    }
}

#[tokio::test]
async fn what_is_mailed() {
    let town = Town::new().await;
    let mut server = Server::start(0).await;
    let outbox = town.outbox(server.settings(SmtpTls::None), PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    let mail = server.next().await;
    assert_eq!(mail.from.split(' ').next(), Some("<tidegate@example.org>"));
    assert_eq!(mail.to, [format!("<{ADDRESS}>")]);
    let (headers, text) = parts(&mail.text);
    for (name, expected) in [
        ("To", ADDRESS),
        ("Subject", "user:alice invites you to organization:acme"),
        (
            "Message-ID",
            "<00000000-0000-0000-0000-000000000001@example.org>",
        ),
        ("Date", "Sat, 21 Nov 2026 01:33:11 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(value(&headers, name), expected);
    }
    assert!(value(&headers, "From").contains("<tidegate@example.org>"));
    let code = key().code(Uuid::from_u128(1001), ADDRESS);
    let link = format!("https://console.example/#redeem={code}");
    assert!(text.lines().any(|line| line == link), "{text}");
    let first =
        "user:alice invites you to organization:acme (\"Acme Corporation\"), as view, create.";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("It ends on 2026-11-28 01:33 UTC."), "{text}");
}

#[tokio::test]
async fn a_mail_that_is_refused_comes_again_as_the_same() {
    let town = Town::new().await;
    let mut server = Server::start(2).await;
    let settings = server.settings(SmtpTls::None);
    let outbox = town.outbox(settings.clone(), PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (0, 1));
    let first = server.next().await;
    town.wait(BACKOFF_FIRST_S);
    let town = town.restart().await;
    let outbox = town.outbox(settings, PATIENT);
    assert_eq!(town.round(&outbox).await, (0, 1));
    assert_eq!(server.next().await.text, first.text);
    town.wait(2 * BACKOFF_FIRST_S);
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert_eq!(server.next().await.text, first.text);
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn names_stay_names() {
    let town = Town::new().await;
    let mut server = Server::start(0).await;
    let outbox = town.outbox(server.settings(SmtpTls::None), PATIENT);
    let names = [
        "Acme\r\nBcc: eve@example.com",
        "Acme\r\n\r\nOpen https://evil.example now.",
        "Acme\nBcc: eve@example.com\n.\nMAIL FROM:<eve@example.com>",
        "Acme\r\n.\r\nRCPT TO:<eve@example.com>",
        "Acme\u{2028}Bcc: eve@example.com",
        "=?utf-8?q?Acme=0D=0ABcc:_eve@example.com?=",
        &"é".repeat(5_000),
        &"a".repeat(5_000),
    ];
    for (id, name) in (1..).zip(names) {
        town.write(
            id,
            &named(id, name, &format!("user:{name}"), address(ADDRESS)),
        )
        .await;
        assert_eq!(town.round(&outbox).await, (1, 0), "{name:?}");
        let mail = server.next().await;
        assert_eq!(mail.to, [format!("<{ADDRESS}>")], "{name:?}");
        let (headers, text) = parts(&mail.text);
        let mut header_names: Vec<&str> = headers.iter().map(|(name, _)| &**name).collect();
        header_names.sort_unstable();
        let expected = [
            "Auto-Submitted",
            "Content-Transfer-Encoding",
            "Content-Type",
            "Date",
            "From",
            "Message-ID",
            "Subject",
            "To",
        ];
        assert_eq!(header_names, expected, "{name:?}");
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with("Open ") || line.starts_with("Bcc")),
            "{text}"
        );
        assert!(
            mail.text.lines().all(|line| line.len() < 998),
            "RFC 5322, section 2.1.1"
        );
        assert!(server.none(), "one mail alone");
    }
}

#[tokio::test]
async fn bad_addresses_are_mailed_to_nobody_and_stop_no_other() {
    let town = Town::new().await;
    let mut server = Server::start(0).await;
    let outbox = town.outbox(server.settings(SmtpTls::None), PATIENT);
    let bad = [
        "",
        "dora",
        "dora@",
        "dora@example.com\r\nRCPT TO:<eve@example.com>",
        "dora@example.com>\r\nDATA",
        "dora@example.com, eve@example.com",
        "nobody@example.com",
    ];
    for (id, text) in (1..).zip(bad) {
        town.write(id, &named(id, "Acme", "user:alice", address(text)))
            .await;
    }
    town.invite(100).await;
    assert_eq!(town.round(&outbox).await, (1, 7));
    assert_eq!(server.next().await.to, [format!("<{ADDRESS}>")]);
    assert!(server.none());
}

#[tokio::test]
async fn who_has_addresses_is_mailed_to_the_first_that_takes_it() {
    let town = Town::new().await;
    let mut server = Server::start(0).await;
    let outbox = town.outbox(server.settings(SmtpTls::None), PATIENT);
    let addresses = ["nobody@example.com", "bob@example.com", "b@example.com"];
    town.write(1, &named(1, "Acme", "user:alice", bob(&addresses)))
        .await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert_eq!(server.next().await.to, ["<bob@example.com>"]);
    town.write(2, &named(2, "Acme", "user:alice", bob(&[])))
        .await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert!(server.none(), "who has no address is not mailed");
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn nothing_is_mailed_in_the_clear_where_tls_is_wanted() {
    let town = Town::new().await;
    let mut server = Server::start(0).await;
    town.invite(1).await;
    // This server offers no STARTTLS.
    let outbox = town.outbox(server.settings(SmtpTls::StartTls), PATIENT);
    assert_eq!(town.round(&outbox).await, (0, 1));
    assert!(server.none());
    // Nor does it speak TLS: each waits for the other.
    town.wait(BACKOFF_FIRST_S);
    let outbox = town.outbox(
        server.settings(SmtpTls::Implicit),
        Duration::from_millis(200),
    );
    assert_eq!(town.round(&outbox).await, (0, 1));
    assert!(server.none());
}
