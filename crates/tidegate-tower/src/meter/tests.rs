//! What is charged, cut and refused.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use tidegate_quota::{AccountId, Calendar, Kind, MemoryLedger, Meter, Settings};
use tower::{Layer, Service, service_fn};

use super::MeterLayer;
use crate::fixture::{NOW_S, ORGANIZATION, World, target, write};
use crate::{Identity, Permit};

type Body = axum::body::Body;

fn known(length: usize) -> Body {
    Body::from(vec![b'x'; length])
}

/// Frames of 10 bytes and the rest, with no length announced.
fn unknown(length: usize) -> Body {
    let frames = vec![b'x'; length]
        .chunks(10)
        .map(|chunk| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(chunk))))
        .collect::<Vec<_>>();
    Body::new(StreamBody::new(stream::iter(frames)))
}

fn permit(world: &World, kind: Kind) -> Permit {
    world
        .authorizer()
        .authorize(&Identity::Anonymous, target("page:one", kind))
        .expect("allowed")
}

/// How many bytes came, and whether they came whole.
type Content = Option<(usize, bool)>;

/// What one exchange came to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    status: StatusCode,
    /// Content that the service beneath received, and whether it came whole; none: not called.
    received: Content,
    /// Content of the response, and whether it came whole; none for an answer of the layer's own.
    sent: Content,
}

async fn drain<B>(mut body: B) -> (usize, bool)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.into_data().map_or(0, |data| data.len()),
            Err(_) => return (bytes, false),
        }
    }
    (bytes, true)
}

/// Sends one request under a limit of so many bytes, and what the organization has spent after it.
async fn exchange(kind: Kind, limit: u64, request: Body, response: Body) -> (Outcome, u64) {
    let world = World::new();
    world.change(&[
        write("page:one#public@anonymous:*"),
        write("page:one#reader@service:bot"),
    ]);
    let permit = match kind {
        Kind::Read => permit(&world, kind),
        // Anonymous callers cannot write: the bot does.
        Kind::Write => world.permit_of_bot(kind),
    };
    let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| NOW_S)));
    let account = AccountId::own(ORGANIZATION);
    ledger.set_limit(account, kind, Some(limit));
    let meter = Arc::new(Meter::new(ledger.clone(), Settings::default()));
    let received = Arc::new(Mutex::new(None));
    let response = Arc::new(Mutex::new(Some(response)));
    let beneath = {
        let received = Arc::clone(&received);
        service_fn(move |request: Request<super::MeteredBody<Body>>| {
            let (received, response) = (Arc::clone(&received), Arc::clone(&response));
            async move {
                let came = drain(request.into_body()).await;
                *received.lock().unwrap() = Some(came);
                Ok::<_, Infallible>(Response::new(response.lock().unwrap().take().unwrap()))
            }
        })
    };
    let mut service = MeterLayer::new(Arc::clone(&meter), world.clock()).layer(beneath);
    let mut request = Request::new(request);
    request.extensions_mut().insert(permit);
    let answer = service.call(request).await.unwrap();
    let status = answer.status();
    let sent = drain(answer.into_body()).await;
    meter.close().await.unwrap();
    let received = *received.lock().unwrap();
    let sent = (status == StatusCode::OK).then_some(sent);
    (
        Outcome {
            status,
            received,
            sent,
        },
        ledger.balance(account, kind, ledger.window()).spent_bytes,
    )
}

async fn check(
    kind: Kind,
    limit: u64,
    (request, response): (Body, Body),
    expected: (u16, Content, Content),
    spent: u64,
) {
    let (outcome, found) = exchange(kind, limit, request, response).await;
    let (status, received, sent) = expected;
    let status = StatusCode::from_u16(status).unwrap();
    assert_eq!(
        outcome,
        Outcome {
            status,
            received,
            sent
        }
    );
    assert_eq!(found, spent, "spent");
}

#[tokio::test]
async fn a_write_is_charged_for_its_request() {
    let w = Kind::Write;
    check(
        w,
        50,
        (known(50), known(7)),
        (200, Some((50, true)), Some((7, true))),
        50,
    )
    .await;
    check(
        w,
        50,
        (unknown(50), known(7)),
        (200, Some((50, true)), Some((7, true))),
        50,
    )
    .await;
    check(w, 50, (known(51), known(7)), (429, None, None), 0).await;
    // Cut at the last byte paid for, in the middle of a frame.
    check(
        w,
        45,
        (unknown(100), known(7)),
        (429, Some((45, false)), None),
        45,
    )
    .await;
    check(w, 0, (known(0), known(7)), (429, None, None), 0).await;
}

#[tokio::test]
async fn a_read_is_charged_for_its_response() {
    let r = Kind::Read;
    check(
        r,
        50,
        (known(9), known(50)),
        (200, Some((9, true)), Some((50, true))),
        50,
    )
    .await;
    check(
        r,
        50,
        (known(9), unknown(50)),
        (200, Some((9, true)), Some((50, true))),
        50,
    )
    .await;
    check(
        r,
        50,
        (known(9), known(51)),
        (429, Some((9, true)), None),
        0,
    )
    .await;
    check(
        r,
        45,
        (known(9), unknown(100)),
        (200, Some((9, true)), Some((45, false))),
        45,
    )
    .await;
    check(r, 0, (known(0), known(0)), (429, None, None), 0).await;
    check(
        r,
        1,
        (known(0), known(0)),
        (200, Some((0, true)), Some((0, true))),
        0,
    )
    .await;
}

#[tokio::test]
async fn the_free_direction_is_capped() {
    let (r, w) = (Kind::Read, Kind::Write);
    check(r, 500, (known(101), known(1)), (413, None, None), 0).await;
    check(
        r,
        500,
        (unknown(101), known(1)),
        (413, Some((100, false)), None),
        0,
    )
    .await;
    check(
        w,
        500,
        (known(1), known(101)),
        (502, Some((1, true)), None),
        1,
    )
    .await;
    check(
        w,
        500,
        (known(1), unknown(101)),
        (200, Some((1, true)), Some((100, false))),
        1,
    )
    .await;
}

#[tokio::test]
async fn answers_that_layers_make_are_free() {
    let world = World::new();
    world.change(&[write("page:one#public@anonymous:*")]);
    let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| NOW_S)));
    let meter = Arc::new(Meter::new(ledger.clone(), Settings::default()));
    let mut service = MeterLayer::new(Arc::clone(&meter), world.clock()).layer(service_fn(
        async |_: Request<super::MeteredBody<Body>>| {
            let mut answer = Response::new(known(50));
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            let (step, kind) = ("forward", "upstream-down");
            let reason = String::new();
            answer
                .extensions_mut()
                .insert(crate::Refused { step, kind, reason });
            Ok::<_, Infallible>(answer)
        },
    ));
    let mut request = Request::new(known(0));
    request.extensions_mut().insert(permit(&world, Kind::Read));
    let answer = service.call(request).await.unwrap();
    assert_eq!(drain(answer.into_body()).await, (50, true));
    meter.close().await.unwrap();
    let balance = ledger.balance(AccountId::own(ORGANIZATION), Kind::Read, ledger.window());
    assert_eq!(balance.spent_bytes, 0);
}

#[tokio::test]
async fn without_a_permit_nothing_is_called() {
    let calls = Arc::new(AtomicU32::new(0));
    let world = World::new();
    let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| NOW_S)));
    let meter = Arc::new(Meter::new(ledger, Settings::default()));
    let counted = Arc::clone(&calls);
    let mut service = MeterLayer::new(meter, world.clock()).layer(service_fn(
        move |_: Request<super::MeteredBody<Body>>| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
        },
    ));
    let answer = service.call(Request::new(known(0))).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_length_that_a_body_announces_is_kept() {
    let body = super::MeteredBody::<UnsyncBoxBody<Bytes, Infallible>>::free(
        Full::from("12345").boxed_unsync(),
    );
    assert_eq!(body.size_hint().exact(), Some(5));
}
