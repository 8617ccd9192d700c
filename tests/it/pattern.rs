//! Bodies whose every byte is known, so that neither side has to hold them.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

const FRAME: u64 = 16 * 1024;

/// A body of `length` bytes; `known` says whether it announces its length.
pub struct Pattern {
    seed: u8,
    sent: u64,
    length: u64,
    known: bool,
}

impl Pattern {
    pub fn new(seed: u8, length: u64, known: bool) -> Self {
        Self { seed, sent: 0, length, known }
    }
}

/// The byte at `position`: no period is a power of two, so a frame that is lost, doubled or moved shows.
fn byte_at(seed: u8, position: u64) -> u8 {
    (position % 251) as u8 ^ (position / 251 % 241) as u8 ^ seed
}

fn bytes_at(seed: u8, start: u64, length: u64) -> Bytes {
    (start..start + length).map(|position| byte_at(seed, position)).collect()
}

impl Body for Pattern {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let length = FRAME.min(self.length - self.sent);
        if length == 0 {
            return Poll::Ready(None);
        }
        let data = bytes_at(self.seed, self.sent, length);
        self.sent += length;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.known && self.sent == self.length
    }

    fn size_hint(&self) -> SizeHint {
        if self.known { SizeHint::with_exact(self.length - self.sent) } else { SizeHint::default() }
    }
}

/// What came of a body that should be the pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    /// Bytes that came, all of them right.
    pub bytes: u64,
    /// Whether the body came to its end; otherwise it broke off.
    pub whole: bool,
}

/// Reads a body to its end, or to where it breaks off.
///
/// # Panics
/// When a byte is not the pattern's.
pub async fn receive<B>(mut body: B, seed: u8) -> Received
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Received { bytes, whole: false };
        };
        if let Ok(data) = frame.into_data() {
            assert!(data == bytes_at(seed, bytes, data.len() as u64), "wrong bytes after {bytes}");
            bytes += data.len() as u64;
        }
    }
    Received { bytes, whole: true }
}
