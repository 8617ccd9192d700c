//! What the holder of a secret is told of its own slice, line by line.
//!
//! A stream begins with the whole slice, unless the follower has it already, and goes on with what changes of it. It
//! looks each second whether there is a newer revision, and then works the slice out once, however many there were:
//! what a follower costs does not grow with what others do. A follower whose slice is large has to fetch it now and
//! then instead. Each change is signed as a slice is, so that whoever carries the lines can change nothing in them.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tidegate_client::wire::SliceLine;
use tidegate_policy::Slice;
use tokio::sync::watch as flag;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::bundle::SignedBundle;
use super::watch::{CONFIRMED_S, HEARTBEAT_EVERY, LIFE, Place, Watches};
use super::{Actor, Administration, Fault};

/// Most streams at a time: each holds a slice.
const FOLLOWERS_MAX: usize = 128;
/// Most objects of a slice that is followed.
const FOLLOWED_OBJECTS_MAX: usize = 50_000;

/// One holder of a secret following.
#[derive(Debug)]
pub struct SliceWatch {
    administration: Arc<Administration>,
    actor: Actor,
    /// The follower has it.
    held: Option<Arc<Slice>>,
    /// The newest revision at which what is held was found to hold.
    looked_at: u64,
    stopped: flag::Receiver<bool>,
    ticks: Interval,
    until: Instant,
    place: Place,
}

impl Administration {
    /// Begins to tell the holder of a secret what changes of its own slice. `from`: the revision of the slice that it
    /// has, if it has one.
    ///
    /// # Errors
    /// See [`Fault`]; [`Fault::Unavailable`] also with too many that follow, and at shutdown.
    pub async fn watch_slice(
        self: &Arc<Self>,
        actor: Actor,
        from: Option<u64>,
    ) -> Result<SliceWatch, Fault> {
        self.for_slice(&actor)?;
        let stopped = self.following.stopped.subscribe();
        if *stopped.borrow() {
            return Err(Fault::Unavailable);
        }
        let followers = &self.following.slice_watches;
        let place = Watches::take(followers, actor.uid, FOLLOWERS_MAX).ok_or(Fault::Unavailable)?;
        let slice = self.followed(&actor).await?;
        let mut ticks = interval(HEARTBEAT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watch = SliceWatch {
            administration: Arc::clone(self),
            actor,
            held: None,
            looked_at: slice.revision(),
            stopped,
            ticks,
            until: Instant::now() + LIFE,
            place,
        };
        if from == Some(slice.revision()) {
            watch.held = Some(slice);
        }
        Ok(watch)
    }

    async fn followed(&self, actor: &Actor) -> Result<Arc<Slice>, Fault> {
        let slice = self.made(actor).await?;
        if slice.len() > FOLLOWED_OBJECTS_MAX {
            let rule =
                format!("a slice of more than {FOLLOWED_OBJECTS_MAX} objects is not followed");
            return Err(Fault::Forbidden { rule });
        }
        Ok(Arc::new(slice))
    }
}

impl SliceWatch {
    /// The next line, as JSON, with its end; none when the stream is over: the secret holds no longer, the stream is
    /// old, or there is no slice.
    pub async fn next(&mut self) -> Option<Bytes> {
        if self.held.is_none() {
            let slice = self.slice().await?;
            return self.whole(slice).await;
        }
        loop {
            if !self.waited().await || !self.stands() {
                return None;
            }
            let now_s = self.administration.clock.now_s();
            // Without one that was confirmed there is nothing to say.
            let Some(snapshot) = self.administration.live.current(now_s, CONFIRMED_S) else {
                continue;
            };
            let revision = snapshot.revision();
            drop(snapshot);
            if revision > self.looked_at
                && let Some(line) = self.changed().await?
            {
                return Some(line);
            }
            return text(&SliceLine::Heartbeat {
                revision: self.looked_at,
                at_s: now_s,
            });
        }
    }

    /// What is new: nothing of it within, where no revision since has changed anything of the slice.
    async fn changed(&mut self) -> Option<Option<Bytes>> {
        let slice = self.slice().await?;
        let held = self.held.clone()?;
        let newer = Arc::clone(&slice);
        let comparing = tokio::task::spawn_blocking(move || {
            let change = held.difference(&newer).ok()?;
            let bytes = change.to_bytes().ok()?;
            Some((change.is_empty(), change.from(), change.to(), bytes))
        });
        match comparing.await.ok()? {
            Some((true, ..)) => {
                self.looked_at = slice.revision();
                Some(None)
            }
            Some((false, from, to, bytes)) => {
                let signed =
                    self.administration
                        .signed_change(&self.actor, (from, to), bytes.into());
                self.looked_at = slice.revision();
                self.held = Some(slice);
                let bundle = on_the_wire(signed.ok()?);
                Some(text(&SliceLine::Change { bundle }))
            }
            // It is not the like of what is held: all of it anew.
            None => Some(self.whole(slice).await),
        }
    }

    async fn whole(&mut self, slice: Arc<Slice>) -> Option<Bytes> {
        let signed = self.administration.signed_slice(&self.actor, &slice).await;
        self.looked_at = slice.revision();
        self.held = Some(slice);
        let bundle = on_the_wire(signed.ok()?);
        text(&SliceLine::Slice { bundle })
    }

    async fn slice(&mut self) -> Option<Arc<Slice>> {
        match self.administration.followed(&self.actor).await {
            Ok(slice) => Some(slice),
            Err(fault) => {
                tracing::debug!(kind = fault.kind(), "a slice is followed no longer");
                None
            }
        }
    }

    /// Until the next second; false when the stream is over.
    async fn waited(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.place.ended() => false,
            _ = self.stopped.wait_for(|stopped| *stopped) => false,
            () = tokio::time::sleep_until(self.until) => false,
            _ = self.ticks.tick() => true,
        }
    }

    /// Whether the secret holds.
    fn stands(&self) -> bool {
        self.administration.for_slice(&self.actor).is_ok()
            && self
                .actor
                .expires_at_s
                .is_none_or(|expires_at_s| self.administration.clock.now_s() < expires_at_s)
    }
}

fn on_the_wire(bundle: SignedBundle) -> String {
    let SignedBundle {
        head,
        payload,
        tag: _,
    } = bundle;
    STANDARD.encode([head, payload].concat())
}

fn text(line: &SliceLine) -> Option<Bytes> {
    let mut text = serde_json::to_vec(line).ok()?;
    text.push(b'\n');
    Some(text.into())
}
