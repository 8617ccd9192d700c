//! Following: one stream, line by line.

use bytes::Bytes;
use http::{Method, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tidegate_policy::Change;
use tokio::time::timeout;

use super::lines::{LINE_LIMIT_BYTES, Lines};
use super::{Held, MODEL_HEADER, Replica, ReplicaError, SILENCE};
use crate::wire::{RevisionChanges, SnapshotChange, WatchLine};

impl Replica {
    /// Makes current what is held, and follows until the stream ends. `heard`: set once it was current.
    pub(super) async fn follow(
        &self,
        held: &mut Held,
        heard: &mut bool,
    ) -> Result<(), ReplicaError> {
        self.load_keys(held).await?;
        if held.doubtful || held.snapshot.is_none() {
            self.load_bundle(held).await?;
        }
        let mut response = self.watch(held).await?;
        if model_of(&response) != held.model {
            self.load_bundle(held).await?;
            response = self.watch(held).await?;
        }
        let mut lines = Lines::new(LINE_LIMIT_BYTES);
        let mut body = response.into_body();
        loop {
            let frame = timeout(SILENCE, body.frame())
                .await
                .map_err(|_| ReplicaError::Stream("is silent"))?;
            let Some(frame) = frame else {
                return Ok(());
            };
            let frame = frame.map_err(|_| ReplicaError::Stream("broke off"))?;
            let Some(piece) = frame.data_ref() else {
                continue;
            };
            lines.push(piece)?;
            while let Some(line) = lines.next() {
                self.hear(held, &line, heard).await?;
            }
        }
    }

    async fn watch(&self, held: &Held) -> Result<Response<Incoming>, ReplicaError> {
        let from = held.revision().unwrap_or_default().to_string();
        let query = [("from", from.as_str())];
        let opened = self
            .sender
            .open(Method::GET, "/v1/watch", &query, None, SILENCE);
        Ok(opened.await?)
    }

    async fn hear(
        &self,
        held: &mut Held,
        line: &Bytes,
        heard: &mut bool,
    ) -> Result<(), ReplicaError> {
        let line: WatchLine =
            serde_json::from_slice(line).map_err(|error| ReplicaError::Line(error.to_string()))?;
        match line {
            WatchLine::Revision(changes) => self.apply(held, changes)?,
            WatchLine::Heartbeat { revision, at_s } => {
                let revision_held = held.revision().unwrap_or_default();
                if revision != revision_held {
                    return Err(ReplicaError::Gap {
                        held: revision_held,
                        offered: revision,
                    });
                }
                self.live.touch(self.fresh(at_s));
                *heard = true;
            }
            WatchLine::Reset { .. } => {
                return Err(ReplicaError::Reset {
                    held: held.revision().unwrap_or_default(),
                });
            }
            WatchLine::Keys => self.load_keys(held).await?,
            WatchLine::CallBack { account } => {
                let account = account
                    .parse()
                    .map_err(|_| ReplicaError::Line("an account that is none".to_owned()))?;
                self.site.call_back(account);
            }
        }
        Ok(())
    }

    fn apply(&self, held: &mut Held, changes: RevisionChanges) -> Result<(), ReplicaError> {
        let RevisionChanges {
            revision,
            at_s,
            changes,
        } = changes;
        let snapshot = held
            .snapshot
            .as_ref()
            .ok_or(ReplicaError::Stream("came before the bundle"))?;
        if revision != snapshot.revision() + 1 {
            return Err(ReplicaError::Gap {
                held: snapshot.revision(),
                offered: revision,
            });
        }
        let changes: Result<Vec<Change>, ReplicaError> =
            changes.into_iter().map(from_wire).collect();
        let next = snapshot.apply(revision, &changes?)?;
        // An old change read from the log confirms nothing of today.
        self.publish(held, next, at_s);
        Ok(())
    }
}

/// What the control plane says of its model.
pub(super) fn model_of(response: &Response<Incoming>) -> Option<String> {
    let value = response.headers().get(MODEL_HEADER)?;
    value.to_str().ok().map(str::to_owned)
}

fn from_wire(change: SnapshotChange) -> Result<Change, ReplicaError> {
    let wrong = |what: &str| ReplicaError::Line(what.to_owned());
    Ok(match change {
        SnapshotChange::Put {
            object,
            uid,
            valid_from_s,
        } => Change::Put {
            object: object.parse().map_err(|_| wrong("an object"))?,
            uid: uid.parse().map_err(|_| wrong("a uid"))?,
            valid_from_s,
        },
        SnapshotChange::Forget(object) => {
            Change::Forget(object.parse().map_err(|_| wrong("an object"))?)
        }
        SnapshotChange::Write(tuple) => Change::Write(tuple.parse().map_err(|_| wrong("a tuple"))?),
        SnapshotChange::Delete(tuple) => {
            Change::Delete(tuple.parse().map_err(|_| wrong("a tuple"))?)
        }
        SnapshotChange::Revoke(jti) => Change::Revoke {
            jti: jti.parse().map_err(|_| wrong("a secret's id"))?,
        },
    })
}
