//! A mail server that takes mails over TLS alone, after a login, and says whom it met.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// Signs certificates.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("signs"))
    }

    /// Its own certificate.
    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server of a name presents.
    pub(super) fn server(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.0).expect("signs");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .expect("they fit");
        TlsAcceptor::from(Arc::new(config))
    }
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    StartTls,
    Implicit,
}

/// A mail that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    /// As the method PLAIN has it.
    pub(super) login: String,
    pub(super) to: Vec<String>,
    pub(super) text: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Somebody broke the handshake off.
    Refused,
    /// Somebody wanted to do in the clear what is for TLS.
    Clear(String),
    Mail(Mail),
}

/// Running; stops when dropped.
pub(super) struct MailServer {
    pub(super) way: Way,
    pub(super) port: u16,
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    acceptor: Arc<Mutex<TlsAcceptor>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    pub(super) async fn start(way: Way, acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let acceptor = Arc::new(Mutex::new(acceptor));
        let (sender, events) = mpsc::unbounded_channel();
        let presented = Arc::clone(&acceptor);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = presented.lock().expect("no panic").clone();
                // Whoever breaks off is heard of by the test.
                let _ = serve(stream, way, acceptor, &sender).await;
            }
        });
        Self {
            way,
            port,
            events,
            acceptor,
            task,
        }
    }

    /// Presents another certificate from the next connection on.
    pub(super) fn present(&self, acceptor: TlsAcceptor) {
        *self.acceptor.lock().expect("no panic") = acceptor;
    }
}

pub(super) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

type Events = mpsc::UnboundedSender<Event>;

async fn serve(
    stream: TcpStream,
    way: Way,
    acceptor: TlsAcceptor,
    events: &Events,
) -> std::io::Result<()> {
    let stream = match way {
        Way::Implicit => stream,
        Way::StartTls => match clear(BufReader::new(stream), events).await? {
            Some(stream) => stream,
            None => return Ok(()),
        },
    };
    let Ok(stream) = acceptor.accept(stream).await else {
        let _ = events.send(Event::Refused);
        return Ok(());
    };
    let mut stream = BufReader::new(stream);
    if way == Way::Implicit {
        stream.write_all(b"220 here\r\n").await?;
    }
    secured(stream, events).await
}

/// Until TLS begins.
async fn clear(
    mut stream: BufReader<TcpStream>,
    events: &Events,
) -> std::io::Result<Option<TcpStream>> {
    stream.write_all(b"220 here\r\n").await?;
    while let Some(line) = line(&mut stream).await? {
        let reply: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => b"250-here\r\n250 STARTTLS\r\n",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "QUIT" => b"221 bye\r\n",
            _ => {
                let _ = events.send(Event::Clear(line));
                b"530 not in the clear\r\n"
            }
        };
        stream.write_all(reply).await?;
    }
    Ok(None)
}

async fn secured<S>(mut stream: BufReader<S>, events: &Events) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut login, mut to) = (None, Vec::new());
    while let Some(line) = line(&mut stream).await? {
        let reply: &[u8] = if line.starts_with("EHLO") {
            b"250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n"
        } else if let Some(given) = line.strip_prefix("AUTH PLAIN ") {
            let given = STANDARD.decode(given).unwrap_or_default();
            login = String::from_utf8(given).ok();
            b"235 welcome\r\n"
        } else if login.is_none() {
            b"530 who are you?\r\n"
        } else if line.starts_with("MAIL FROM:") {
            b"250 ok\r\n"
        } else if let Some(address) = line.strip_prefix("RCPT TO:") {
            to.push(address.to_owned());
            b"250 ok\r\n"
        } else if line == "DATA" {
            stream.write_all(b"354 go on\r\n").await?;
            stream.flush().await?;
            let mut text = String::new();
            while !text.ends_with("\r\n.\r\n") {
                if stream.read_line(&mut text).await? == 0 {
                    return Ok(());
                }
            }
            let _ = events.send(Event::Mail(Mail {
                login: login.clone().unwrap_or_default(),
                to: std::mem::take(&mut to),
                text,
            }));
            b"250 taken\r\n"
        } else if line == "QUIT" {
            b"221 bye\r\n"
        } else {
            b"500 what?\r\n"
        };
        stream.write_all(reply).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// The next line, without its end.
async fn line<S>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut line = String::new();
    match stream.read_line(&mut line).await? {
        0 => Ok(None),
        _ => Ok(Some(line.trim_end_matches("\r\n").to_owned())),
    }
}
