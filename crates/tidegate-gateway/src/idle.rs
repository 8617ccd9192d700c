//! A client's connection that fails when no byte moves in either direction for too long.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Wraps a connection. The timer is looked at only when it fires, not at every byte.
#[derive(Debug)]
pub(crate) struct Idle<T> {
    inner: T,
    allowed: Duration,
    moved: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<T> Idle<T> {
    pub(crate) fn new(inner: T, allowed: Duration) -> Self {
        Self {
            inner,
            allowed,
            moved: Instant::now(),
            timer: Box::pin(tokio::time::sleep(allowed)),
        }
    }

    /// What a poll comes to: it moved bytes, or it waits, as long as it may.
    fn settle<R>(
        &mut self,
        poll: Poll<io::Result<R>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<R>> {
        if poll.is_ready() {
            self.moved = Instant::now();
            return poll;
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            let end = self.moved + self.allowed;
            if end <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Idle<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_read(cx, buffer);
        self.settle(poll, cx)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Idle<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.settle(poll, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.settle(poll, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const ALLOWED: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn silence_ends_a_connection() {
        let (near, _far) = tokio::io::duplex(16);
        let start = Instant::now();
        let mut near = Idle::new(near, ALLOWED);
        let error = near.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), ALLOWED);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_ends_it_too() {
        let (near, _far) = tokio::io::duplex(16);
        let mut near = Idle::new(near, ALLOWED);
        let error = near.write_all(&[0; 17]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn every_byte_starts_it_anew() {
        let (near, mut far) = tokio::io::duplex(16);
        let start = Instant::now();
        let writer = tokio::spawn(async move {
            for byte in 0..3 {
                tokio::time::sleep(ALLOWED / 2).await;
                far.write_u8(byte).await.unwrap();
            }
            far
        });
        let mut near = Idle::new(near, ALLOWED);
        for byte in 0..3 {
            assert_eq!(near.read_u8().await.unwrap(), byte);
        }
        let _far = writer.await.unwrap();
        assert!(near.read_u8().await.is_err());
        assert_eq!(start.elapsed(), ALLOWED / 2 * 3 + ALLOWED);
    }
}
