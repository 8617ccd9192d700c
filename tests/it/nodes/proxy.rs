//! What stands between a node and its control plane, and lies when it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tidegate_token::{Algorithm, KeySet, Purpose, SigningKey};
use tokio::net::TcpListener;

/// What it does with what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// Nothing.
    None,
    /// Flips one bit in the middle of a bundle.
    Flip,
    /// Answers with a key set of its own.
    Keys,
    /// Answers with the bundle of another node.
    Swap,
    /// Keeps one line back that tells of a revision.
    Skip,
    /// Says something else instead of one line that tells of a revision.
    Garble,
    /// Lets questions for leases pass, and breaks their answers off.
    Lose,
}

const LIES: [Lie; 7] = [
    Lie::None,
    Lie::Flip,
    Lie::Keys,
    Lie::Swap,
    Lie::Skip,
    Lie::Garble,
    Lie::Lose,
];

/// Running; stops when dropped.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    control: SocketAddr,
    http: Client<HttpConnector, Full<bytes::Bytes>>,
    lie: AtomicU8,
    /// The secret of another node.
    other: String,
    lies_told: AtomicU32,
}

impl Proxy {
    /// `other`: the secret of another node.
    pub(super) async fn start(control: SocketAddr, other: &str, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared {
            control,
            http: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            lie: AtomicU8::new(0),
            other: other.to_owned(),
            lies_told: AtomicU32::new(0),
        });
        let handler = Arc::clone(&shared);
        let router = Router::new().fallback(move |request: Request| {
            let shared = Arc::clone(&handler);
            async move { shared.pass(request).await }
        });
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serves");
        });
        let proxy = Self {
            address,
            shared,
            task,
        };
        proxy.set(lie);
        proxy
    }

    pub(super) fn set(&self, lie: Lie) {
        let number = LIES.iter().position(|known| *known == lie).expect("known");
        let number = u8::try_from(number).expect("few");
        self.shared.lie.store(number, Ordering::SeqCst);
    }

    /// How often it has lied.
    pub(super) fn lies_told(&self) -> u32 {
        self.shared.lies_told.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// One piece of a watch.
    fn say(&self, frame: Frame<bytes::Bytes>) -> Frame<bytes::Bytes> {
        let news: &[u8] = b"{\"revision\":{";
        let instead: &'static [u8] = match LIES[usize::from(self.lie.load(Ordering::SeqCst))] {
            Lie::Skip => b"",
            Lie::Garble => b"{\"revision\":7}\n",
            _ => return frame,
        };
        if !frame
            .data_ref()
            .is_some_and(|piece| piece.starts_with(news))
        {
            return frame;
        }
        self.lies_told.fetch_add(1, Ordering::SeqCst);
        self.lie.store(0, Ordering::SeqCst);
        Frame::data(bytes::Bytes::from_static(instead))
    }

    async fn pass(self: Arc<Self>, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let content = body.collect().await.expect("a whole request").to_bytes();
        let asks = content.windows(6).any(|window| window == b"\"ask\":");
        let lie = LIES[usize::from(self.lie.load(Ordering::SeqCst))];
        if lie == Lie::Swap && path == "/v1/bundle" {
            self.lies_told.fetch_add(1, Ordering::SeqCst);
            let other = format!("Bearer {}", self.other);
            let other = other.parse().expect("a header");
            parts.headers.insert("authorization", other);
        }
        let target = parts.uri.path_and_query().expect("a path");
        parts.uri = format!("http://{}{target}", self.control)
            .parse()
            .expect("a URL");
        let forwarded = http::Request::from_parts(parts, Full::from(content));
        let Ok(answer) = self.http.request(forwarded).await else {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = http::StatusCode::BAD_GATEWAY;
            return answer;
        };
        let (head, body) = answer.into_parts();
        match lie {
            Lie::Flip if path == "/v1/bundle" => {
                self.lies_told.fetch_add(1, Ordering::SeqCst);
                let whole = body.collect().await.expect("a whole bundle").to_bytes();
                let mut bytes = whole.to_vec();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                Response::from_parts(head, Body::from(bytes))
            }
            Lie::Keys if path == "/.well-known/jwks.json" => {
                self.lies_told.fetch_add(1, Ordering::SeqCst);
                let text = serde_json::to_vec(&foreign().to_jwks()).expect("JSON");
                Response::new(Body::from(text))
            }
            Lie::Lose if asks => {
                self.lies_told.fetch_add(1, Ordering::SeqCst);
                let broken = std::io::Error::other("broken off");
                let pieces = futures_util::stream::iter([Err::<bytes::Bytes, _>(broken)]);
                Response::from_parts(head, Body::from_stream(pieces))
            }
            _ if path == "/v1/watch" => {
                let shared = Arc::clone(&self);
                Response::from_parts(
                    head,
                    Body::new(body.map_frame(move |frame| shared.say(frame))),
                )
            }
            _ => Response::from_parts(head, Body::new(body)),
        }
    }
}

/// Keys of somebody else.
fn foreign() -> KeySet {
    let mut keys = KeySet::default();
    for (kid, purpose) in [("secrets", Purpose::Secrets), ("bundles", Purpose::Bundles)] {
        let key = SigningKey::generate(kid, Algorithm::EdDsa).expect("a key");
        keys.insert(key.for_purpose(purpose).verifying_key());
    }
    keys
}
