//! A gateway of its own in front of a small upstream, both on real sockets.

mod failing; // what goes wrong behind and in front of it
mod passing; // what arrives, and how
mod refusing; // what does not arrive

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tidegate_policy::{Change, Live, Metered, Model, Profile, SecretKind, Snapshot};
use tidegate_quota::{Calendar, MemoryLedger, Meter, Settings};
use tidegate_token::{Algorithm, Claims, KeySet, SigningKey};
use tidegate_tower::{Clock, LiveKeys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{Config, Gateway, Parts};

const ISSUER: &str = "https://id.example";
const NOW_S: u64 = 1_800_000_000;
const BOT: Uuid = Uuid::from_u128(1);
const ACME: Uuid = Uuid::from_u128(2);

/// Longer than anything here takes; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

const MODEL: &str = "model
  schema 1.1
type anonymous
type organization
type service
type stream
  relations
    define organization: [organization]
    define can_read: [service, anonymous:*]
    define can_write: [service]
";

/// A running gateway.
struct World {
    address: SocketAddr,
    admin: SocketAddr,
    upstream: Upstream,
    secret: String,
    live: Arc<Live>,
    ledger: Arc<MemoryLedger>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

fn snapshot() -> Snapshot {
    let kind = SecretKind {
        principals: ["service".to_owned()].into(),
        actions: None,
        anonymous: false,
        audiences: ["gateway".to_owned()].into(),
        default_life_s: None,
    };
    let mut profile = Profile::default();
    profile.kinds.insert("service".to_owned(), kind);
    profile.metered.insert("can_read".to_owned(), Metered::Read);
    profile
        .metered
        .insert("can_write".to_owned(), Metered::Write);
    profile
        .payer
        .insert("stream".to_owned(), vec!["organization".to_owned()]);
    let put = |text: &str, uid| Change::Put {
        object: text.parse().unwrap(),
        uid,
        valid_from_s: 0,
    };
    let write = |text: &str| Change::Write(text.parse().unwrap());
    let changes = [
        put("organization:acme", ACME),
        put("service:bot", BOT),
        put("stream:acme/orders", Uuid::from_u128(3)),
        put("stream:acme/shut", Uuid::from_u128(4)),
        put("stream:acme/open", Uuid::from_u128(5)),
        write("stream:acme/orders#can_read@service:bot"),
        write("stream:acme/orders#can_write@service:bot"),
        write("stream:acme/open#organization@organization:acme"),
        write("stream:acme/open#can_read@anonymous:*"),
    ];
    Snapshot::new(Model::parse(MODEL).unwrap(), profile)
        .apply(42, &changes)
        .unwrap()
}

impl World {
    /// `settings` goes into `[gateway]`, before its other tables.
    async fn start(settings: &str) -> Self {
        Self::start_at(NOW_S, settings).await
    }

    /// With a snapshot that was the newest at that moment.
    async fn start_at(fresh_at_s: u64, settings: &str) -> Self {
        let upstream = Upstream::start().await;
        Self::start_before(upstream, fresh_at_s, settings).await
    }

    async fn start_before(upstream: Upstream, fresh_at_s: u64, settings: &str) -> Self {
        let text = format!(
            r#"[gateway]
listen = ["127.0.0.1:0"]
admin_listen = "127.0.0.1:0"
{settings}

[gateway.upstream.data]
url = "http://{}"
credential = {{ header = "authorization", file = "{}" }}

[[gateway.route]]
path = "/{{organization}}/{{stream}}"
resource = "stream:{{organization}}/{{stream}}"
upstream = "data"
upstream_path = "/records/{{stream}}"
actions = {{ GET = "can_read", POST = "can_write" }}
query = ["behave"]
free_limit_bytes = 1000
"#,
            upstream.address,
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/credential"),
        );
        let (parts, ledger, secret) = Self::parts(fresh_at_s);
        let live = Arc::clone(&parts.live);
        let gateway = Gateway::new(Config::parse(&text).unwrap(), parts).unwrap();
        let bound = gateway.bind().await.unwrap();
        let (address, admin) = (bound.addresses()[0], bound.admin_address());
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(bound.run(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            admin,
            upstream,
            secret,
            live,
            ledger,
            stop: Some(stop),
            running,
        }
    }

    /// What a gateway works with, its ledger, and a secret of the bot.
    fn parts(fresh_at_s: u64) -> (Parts, Arc<MemoryLedger>, String) {
        let live = Arc::new(Live::new());
        live.publish(Arc::new(snapshot()), fresh_at_s);
        let key = SigningKey::generate("k1", Algorithm::EdDsa).unwrap();
        let mut keys = KeySet::default();
        keys.insert(key.verifying_key());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: vec!["gateway".to_owned()],
            sub: "service:bot".to_owned(),
            uid: BOT,
            jti: Uuid::from_u128(9),
            iat: NOW_S - 10,
            nbf: None,
            exp: None,
            kind: "service".to_owned(),
            narrow: None,
        };
        let secret = key.mint(&claims).unwrap().expose().to_owned();
        let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| NOW_S)));
        let parts = Parts {
            live,
            keys: Arc::new(LiveKeys::new(keys)),
            issuer: ISSUER.to_owned(),
            meter: Arc::new(Meter::new(ledger.clone(), Settings::default())),
            clock: Clock::new(|| NOW_S * 1000),
        };
        (parts, ledger, secret)
    }

    /// A request's head, with a secret, that closes the connection.
    fn head(&self, line: &str, more: &str) -> String {
        format!(
            "{line} HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{more}\r\n",
            self.secret
        )
    }

    /// Sends bytes and reads until the connection ends.
    async fn raw(&self, bytes: &str) -> String {
        exchange(self.address, bytes).await
    }

    /// Asks it to end, and waits until it has.
    async fn end(mut self) -> Arc<MemoryLedger> {
        drop(self.stop.take());
        tokio::time::timeout(PATIENCE, &mut self.running)
            .await
            .unwrap()
            .unwrap();
        self.ledger
    }
}

async fn exchange(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may answer and close before it has read everything.
    let _ = stream.write_all(bytes.as_bytes()).await;
    read_all(&mut stream).await
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match tokio::time::timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .unwrap()
        {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&answer).into_owned(),
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Reads until the text has come.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    while !answer.contains(text) {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "ended before `{text}`: {answer}");
        answer.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    answer
}

#[track_caller]
fn status(answer: &str) -> u16 {
    answer
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// Reads one request at a time as text, and does what `?behave=` says. Understands as little HTTP as
/// it can, so that it sees what was really sent.
struct Upstream {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&noted)));
            }
        });
        Self { address, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn converse(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut buffer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let Some(length) = whole(&buffer) else {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(read) => buffer.extend_from_slice(&chunk[..read]),
            }
            continue;
        };
        let request: Vec<u8> = buffer.drain(..length).collect();
        let request = String::from_utf8_lossy(&request).into_owned();
        seen.lock().unwrap().push(request.clone());
        let behave = request.split_once("?behave=").map_or("", |(_, rest)| {
            rest.split(['&', ' ']).next().unwrap_or_default()
        });
        let answer = match behave {
            "silent" => std::future::pending().await,
            "stall" => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.",
            "cut" => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.",
            "cut-chunked" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive.\r\n",
            "garbage" => "hello\r\n\r\n",
            "hang-up" => return,
            "switch" => {
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
            }
            "trailers" => {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-end\r\n\r\n5\r\nfive.\r\n0\r\nx-end: 1\r\n\r\n"
            }
            "both-lengths" => {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nfive.\r\n0\r\n\r\n"
            }
            "headers" => {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x-hop\r\nX-Hop: 1\r\nX-Kept: 1\r\nAccess-Control-Allow-Origin: *\r\nX-Tidegate-Request-Id: forged\r\n\r\nok"
            }
            "not-modified" => "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n",
            "long" => &format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{}",
                "x".repeat(5000)
            ),
            _ if request.starts_with("HEAD") => "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        match behave {
            "stall" => std::future::pending().await,
            "cut" | "cut-chunked" | "garbage" | "switch" => return,
            _ => {}
        }
    }
}

/// How long the first request of the buffer is, once it is whole.
fn whole(buffer: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(buffer);
    let head = text.find("\r\n\r\n")? + 4;
    let lower = text[..head].to_ascii_lowercase();
    if lower.contains("transfer-encoding: chunked") {
        return text[head..].find("0\r\n\r\n").map(|end| head + end + 5);
    }
    let length = lower
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.split('\r').next()?.parse::<usize>().ok())
        .unwrap_or(0);
    (buffer.len() >= head + length).then_some(head + length)
}
