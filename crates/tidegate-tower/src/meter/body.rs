//! A body that is paid for, or capped, before its frames are released.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tidegate_quota::{MeterError, Tally};

use super::patience::Patience;
use crate::clock::Clock;

pin_project! {
    /// A body that is debited, or capped, before its frames are released.
    pub struct MeteredBody<B> {
        #[pin]
        inner: B,
        rule: Rule,
    }
}

/// Why a metered body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum MeteredBodyError<E> {
    /// The body itself failed.
    #[error("the body failed")]
    Inner(#[source] E),
    /// It was cut at the last byte paid for.
    #[error("cut: {0}")]
    Unpaid(MeterError),
    /// It is longer than its cap.
    #[error("longer than its cap")]
    TooLong,
}

/// What stopped a body, left where the service that made it can see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<OnceLock<Cause>>);

/// See [`Stop`].
#[derive(Clone, Debug)]
pub(super) enum Cause {
    Unpaid(MeterError),
    TooLong,
}

impl Stop {
    pub(super) fn cause(&self) -> Option<&Cause> {
        self.0.get()
    }
}

enum Rule {
    /// An answer of the layer's own.
    Free,
    /// Not charged, but capped.
    Capped { left_bytes: u64, stop: Option<Stop> },
    /// Charged.
    Paid { state: Pay, by: Payment },
}

/// What a body that is charged is paid with.
pub(super) struct Payment {
    pub(super) clock: Clock,
    /// For each frame anew.
    pub(super) patience: Patience,
    /// Where the reason is left when it is cut; none: nobody looks.
    pub(super) stop: Option<Stop>,
}

/// INVARIANT: a frame leaves only after the tally was debited for all of it.
enum Pay {
    Ready(Tally),
    Asking {
        frame: Bytes,
        answer: Asking,
    },
    /// Paid as far as it could be; the next poll tells why it ends here.
    Cut(MeterError),
    Over,
}

/// The tally, how many bytes of the frame it paid, and why not all.
type Asking = Pin<Box<dyn Future<Output = (Tally, u64, Option<MeterError>)> + Send>>;

impl<B> MeteredBody<B> {
    pub(super) fn free(inner: B) -> Self {
        Self {
            inner,
            rule: Rule::Free,
        }
    }

    pub(super) fn capped(inner: B, limit_bytes: u64, stop: Option<Stop>) -> Self {
        Self {
            inner,
            rule: Rule::Capped {
                left_bytes: limit_bytes,
                stop,
            },
        }
    }

    pub(super) fn paid(inner: B, tally: Tally, by: Payment) -> Self {
        Self {
            inner,
            rule: Rule::Paid {
                state: Pay::Ready(tally),
                by,
            },
        }
    }
}

impl<B: From<Bytes>> From<Bytes> for MeteredBody<B> {
    /// An answer of a layer's own, which nobody pays for.
    fn from(bytes: Bytes) -> Self {
        Self::free(B::from(bytes))
    }
}

impl<B: Body<Data = Bytes>> Body for MeteredBody<B> {
    type Data = Bytes;
    type Error = MeteredBodyError<B::Error>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut this = self.project();
        if let Rule::Paid { state, by } = this.rule
            && let Some(outcome) = ready!(poll_payment(state, by.stop.as_ref(), cx))
        {
            return Poll::Ready(outcome.map(|frame| frame.map_err(MeteredBodyError::Unpaid)));
        }
        let frame = match ready!(this.inner.as_mut().poll_frame(cx)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(MeteredBodyError::Inner(error)))),
            Some(Ok(frame)) => frame,
        };
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
        };
        let length = data.len() as u64;
        match this.rule {
            Rule::Free => Poll::Ready(Some(Ok(Frame::data(data)))),
            Rule::Capped { left_bytes, stop } => {
                let Some(left) = left_bytes.checked_sub(length) else {
                    *left_bytes = 0;
                    leave(stop.as_ref(), Cause::TooLong);
                    return Poll::Ready(Some(Err(MeteredBodyError::TooLong)));
                };
                *left_bytes = left;
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Rule::Paid { state, by } => {
                if let Pay::Ready(tally) = state
                    && tally.try_debit(length)
                {
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                ask(state, data, by);
                match ready!(poll_payment(state, by.stop.as_ref(), cx)) {
                    Some(outcome) => {
                        Poll::Ready(outcome.map(|frame| frame.map_err(MeteredBodyError::Unpaid)))
                    }
                    // Not reached: a payment that was asked for has an outcome.
                    None => Poll::Ready(None),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.rule {
            Rule::Paid {
                state: Pay::Asking { .. } | Pay::Cut(_),
                ..
            } => false,
            _ => self.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.rule {
            // A frame that waits for its payment has left the inner body already.
            Rule::Paid {
                state: Pay::Asking { .. } | Pay::Cut(_),
                ..
            } => SizeHint::default(),
            _ => self.inner.size_hint(),
        }
    }
}

/// Starts a payment for a frame that the tally could not pay at once.
fn ask(state: &mut Pay, frame: Bytes, by: &Payment) {
    if let Pay::Ready(tally) = std::mem::replace(state, Pay::Over) {
        let answer = Box::pin(pay(
            tally,
            frame.len() as u64,
            by.clock.clone(),
            by.patience,
        ));
        *state = Pay::Asking { frame, answer };
    }
}

async fn pay(
    mut tally: Tally,
    length: u64,
    clock: Clock,
    mut patience: Patience,
) -> (Tally, u64, Option<MeterError>) {
    let mut paid = 0;
    loop {
        match tally.debit(length - paid, clock.now_ms()).await {
            Ok(bytes) => paid += bytes,
            Err(error) => return (tally, paid, Some(error)),
        }
        if paid == length {
            return (tally, paid, None);
        }
        // A limit was met: whoever is refused the rest is told which.
        let rest = tally.admit(length - paid, clock.now_ms()).await;
        if patience.again(&rest).await {
            continue;
        }
        if let Err(error) = rest {
            return (tally, paid, Some(error));
        }
    }
}

fn leave(stop: Option<&Stop>, cause: Cause) {
    if let Some(stop) = stop {
        let _ = stop.0.set(cause);
    }
}

/// What the payment comes to: nothing when none is under way, else what the body yields next.
#[expect(clippy::type_complexity, reason = "what a body yields, or nothing")]
fn poll_payment(
    state: &mut Pay,
    stop: Option<&Stop>,
    cx: &mut Context<'_>,
) -> Poll<Option<Option<Result<Frame<Bytes>, MeterError>>>> {
    match state {
        Pay::Ready(_) => Poll::Ready(None),
        Pay::Over => Poll::Ready(Some(None)),
        Pay::Cut(error) => {
            let error = error.clone();
            leave(stop, Cause::Unpaid(error.clone()));
            *state = Pay::Over;
            Poll::Ready(Some(Some(Err(error))))
        }
        Pay::Asking { frame, answer } => {
            let (tally, paid, error) = ready!(answer.as_mut().poll(cx));
            let mut frame = std::mem::take(frame);
            frame.truncate(usize::try_from(paid).unwrap_or(0));
            *state = error.map_or(Pay::Ready(tally), Pay::Cut);
            if frame.is_empty() {
                return poll_payment(state, stop, cx);
            }
            Poll::Ready(Some(Some(Ok(Frame::data(frame)))))
        }
    }
}
