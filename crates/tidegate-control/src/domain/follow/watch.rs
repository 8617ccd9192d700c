//! What one node is told, line by line.
//!
//! A [`Watch`] says every revision after the one it began at, once and in order: from the table while it is
//! behind, else as they are made. One that is offered too late (the node reads slowly), or not at all (the
//! snapshot was built again), is read from the table. It holds nothing back for who does not read: the next
//! line is worked out when it can be sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tidegate_client::wire::{RevisionChanges, SnapshotChange, WatchLine};
use tidegate_quota::AccountId;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{broadcast, oneshot, watch as flag};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use uuid::Uuid;

use super::recalls::Signal;
use super::{Actor, Administration, Fault};
use crate::store::{LoggedChanges, StoreError};

/// How often a node is told that it is current.
pub(super) const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// A snapshot that was confirmed so long ago is not called the newest. Seconds.
pub(super) const CONFIRMED_S: u64 = 3;
/// Revisions read at a time.
const PAGE: u32 = 64;
/// How long one stream lasts: shorter than the connection that carries it.
pub(super) const LIFE: Duration = Duration::from_mins(5);
/// Most streams at a time.
const WATCHES_MAX: usize = 512;
/// Most streams of one node. One more ends the oldest, whose peer may be long gone.
const WATCHES_OF_NODE: usize = 4;

/// One node following.
#[derive(Debug)]
pub struct Watch {
    administration: Arc<Administration>,
    actor: Actor,
    /// The next revision to say.
    next: u64,
    /// It, or one before it, may be in the table and was not offered.
    behind: bool,
    over: bool,
    /// Accounts that were called back while the node may not have followed.
    owed: Vec<AccountId>,
    revisions: broadcast::Receiver<Arc<RevisionChanges>>,
    signals: broadcast::Receiver<Signal>,
    stopped: flag::Receiver<bool>,
    ticks: Interval,
    until: Instant,
    place: Place,
}

/// What happened while a watch waited.
enum Event {
    Offered(Result<Arc<RevisionChanges>, broadcast::error::RecvError>),
    Signal(Result<Signal, broadcast::error::RecvError>),
    Tick,
    End,
}

impl Administration {
    /// Begins to tell a node what changes after a revision.
    ///
    /// # Errors
    /// See [`Fault`]; [`Fault::Unavailable`] also with too many that follow, and at shutdown.
    pub async fn watch(self: &Arc<Self>, actor: Actor, from: u64) -> Result<Watch, Fault> {
        self.for_node(&actor)?;
        let stopped = self.following.stopped.subscribe();
        if *stopped.borrow() {
            return Err(Fault::Unavailable);
        }
        let place = Watches::take(&self.following.watches, actor.uid, WATCHES_MAX)
            .ok_or(Fault::Unavailable)?;
        // Before what is owed is read, so that none falls in between.
        let signals = self.following.signals.subscribe();
        let owed = self.store.over_limit(actor.uid, self.clock.now_s()).await?;
        let mut ticks = interval(HEARTBEAT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Watch {
            // Before the table is read, so that none falls in between.
            revisions: self.followers.subscribe(),
            signals,
            administration: Arc::clone(self),
            actor,
            next: from.saturating_add(1),
            behind: true,
            over: false,
            owed,
            stopped,
            ticks,
            until: Instant::now() + LIFE,
            place,
        })
    }
}

impl Watch {
    /// The next lines, as JSON, each with its end; none when the stream is over: the secret holds no
    /// longer, the stream is old, or the store does not answer.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.over || !self.stands() {
                return None;
            }
            if self.behind {
                match self.page().await {
                    Ok(lines) if lines.is_empty() => self.behind = false,
                    Ok(lines) => return text(&self.after_signals(lines)?),
                    Err(error) => {
                        tracing::error!(%error, "a node cannot follow");
                        return None;
                    }
                }
            }
            if !self.owed.is_empty() {
                let line = |account: AccountId| WatchLine::CallBack {
                    account: account.to_string(),
                };
                let lines: Vec<WatchLine> = self.owed.drain(..).map(line).collect();
                return text(&lines);
            }
            match self.wait().await {
                Event::End => return None,
                Event::Offered(Ok(changes)) if changes.revision < self.next => {}
                Event::Offered(Ok(changes)) if changes.revision == self.next => {
                    if !self.stands() {
                        return None;
                    }
                    self.next += 1;
                    let line = WatchLine::Revision((*changes).clone());
                    return text(&self.after_signals(vec![line])?);
                }
                Event::Offered(_) => self.behind = true,
                Event::Signal(Ok(signal)) => return text(&[signal_line(signal)]),
                // What was said is not known any more. A new stream begins with keys and with what is owed.
                Event::Signal(Err(_)) => return None,
                Event::Tick => {
                    if let Some(line) = self.heartbeat() {
                        return text(&[line]);
                    }
                }
            }
        }
    }

    /// Puts what was signalled so far before lines of revisions, so that whoever holds a revision has fetched
    /// the keys that sign since before it. None when signals were missed.
    fn after_signals(&mut self, lines: Vec<WatchLine>) -> Option<Vec<WatchLine>> {
        let mut all = Vec::with_capacity(lines.len());
        loop {
            match self.signals.try_recv() {
                Ok(signal) => all.push(signal_line(signal)),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return None,
            }
        }
        all.extend(lines);
        Some(all)
    }

    /// Whether the secret holds.
    fn stands(&self) -> bool {
        self.administration.snapshot_for(&self.actor).is_ok()
            && self
                .actor
                .expires_at_s
                .is_none_or(|expires_at_s| self.administration.clock.now_s() < expires_at_s)
    }

    async fn wait(&mut self) -> Event {
        tokio::select! {
            // What was changed goes before that nothing was.
            biased;
            () = self.place.ended() => Event::End,
            _ = self.stopped.wait_for(|stopped| *stopped) => Event::End,
            () = tokio::time::sleep_until(self.until) => Event::End,
            offered = self.revisions.recv() => Event::Offered(offered),
            signal = self.signals.recv() => Event::Signal(signal),
            _ = self.ticks.tick() => Event::Tick,
        }
    }

    /// That the node has the newest revision. None where that is not known for sure.
    fn heartbeat(&mut self) -> Option<WatchLine> {
        let now_s = self.administration.clock.now_s();
        let snapshot = self.administration.live.current(now_s, CONFIRMED_S)?;
        if snapshot.revision() >= self.next {
            self.behind = true;
            return None;
        }
        // Where the table was ahead of what is published, the next one tells.
        (snapshot.revision() + 1 == self.next).then(|| WatchLine::Heartbeat {
            revision: snapshot.revision(),
            at_s: now_s,
        })
    }

    /// What the table has next; nothing when the node is current.
    async fn page(&mut self) -> Result<Vec<WatchLine>, StoreError> {
        let store = &self.administration.store;
        // First: what is made meanwhile is then in the table for sure.
        let newest = store.revision().await?;
        let logged = store
            .changes_after(self.next.saturating_sub(1), PAGE)
            .await?;
        let reset = WatchLine::Reset { revision: newest };
        let mut lines = Vec::with_capacity(logged.len());
        for LoggedChanges {
            revision,
            at_s,
            changes,
        } in logged
        {
            if revision != self.next {
                self.over = true;
                return Ok(vec![reset]);
            }
            self.next += 1;
            let changes: Vec<SnapshotChange> = serde_json::from_str(&changes)
                .map_err(|error| StoreError::Corrupt(error.to_string()))?;
            lines.push(WatchLine::Revision(RevisionChanges {
                revision,
                at_s,
                changes,
            }));
        }
        // Where there are lines, they may be newer than `newest`.
        let is_gone = newest >= self.next;
        let is_ahead = newest < self.next.saturating_sub(1);
        if lines.is_empty() && (is_gone || is_ahead) {
            self.over = true;
            return Ok(vec![reset]);
        }
        Ok(lines)
    }
}

fn signal_line(signal: Signal) -> WatchLine {
    match signal {
        Signal::Keys => WatchLine::Keys,
        Signal::CallBack(account) => WatchLine::CallBack {
            account: account.to_string(),
        },
    }
}

fn text(lines: &[WatchLine]) -> Option<Bytes> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line).ok()?;
        text.push(b'\n');
    }
    Some(text.into())
}

/// The streams that are open, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Watches(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    taken: u64,
    places: VecDeque<(u64, Uuid, oneshot::Sender<()>)>,
}

/// One stream's place among them, left when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    number: u64,
    watches: Arc<Watches>,
    end: oneshot::Receiver<()>,
}

impl Watches {
    /// None when there are `most`.
    pub(super) fn take(watches: &Arc<Self>, node: Uuid, most: usize) -> Option<Place> {
        let mut open = watches.open();
        let of_node = |(_, holder, _): &(u64, Uuid, oneshot::Sender<()>)| *holder == node;
        if open.places.iter().filter(|place| of_node(place)).count() >= WATCHES_OF_NODE {
            let oldest = open.places.iter().position(of_node);
            // Dropping its other end ends it.
            oldest.and_then(|oldest| open.places.remove(oldest));
        }
        if open.places.len() >= most {
            return None;
        }
        let (sender, end) = oneshot::channel();
        open.taken += 1;
        let number = open.taken;
        open.places.push_back((number, node, sender));
        Some(Place {
            number,
            watches: Arc::clone(watches),
            end,
        })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(super) async fn ended(&mut self) {
        // Nothing is ever sent.
        let _ = (&mut self.end).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.watches.open();
        open.places.retain(|(number, ..)| *number != self.number);
    }
}
