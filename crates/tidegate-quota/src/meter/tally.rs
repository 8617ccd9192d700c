//! One request's account of bytes.

use std::sync::Arc;

use crate::ledger::Refusal;
use crate::meter::pool::{Missing, Pool, State};
use crate::meter::{MAX_BYTES, Meter, MeterError, Standing};
use crate::window::Window;

/// One request's account of bytes. What was admitted and not debited goes back when it is dropped.
#[must_use = "bytes are released only after they were debited from the tally"]
pub struct Tally {
    meter: Arc<Meter>,
    pool: Arc<Pool>,
    window: Window,
    /// Admitted and not debited. Bytes.
    reserved_bytes: u64,
    debited_bytes: u64,
    /// Whether the request was counted: once, when the first of it is let through.
    counted: bool,
    /// Whether its body was refused.
    refused: bool,
}

impl Tally {
    pub(super) fn new(meter: Arc<Meter>, pool: Arc<Pool>, window: Window) -> Self {
        Self {
            meter,
            pool,
            window,
            reserved_bytes: 0,
            debited_bytes: 0,
            counted: false,
            refused: false,
        }
    }

    /// The window that the request is charged in, however long it takes.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Debited so far and not refunded. Bytes.
    pub fn debited_bytes(&self) -> u64 {
        self.debited_bytes
    }

    /// Reserves a body of known length, whole or not at all, on top of what is reserved already. May
    /// ask the ledger. A body of more than [`MAX_BYTES`] is refused under any limit.
    ///
    /// # Errors
    /// See [`MeterError`]; nothing more is reserved then.
    pub async fn admit(&mut self, bytes: u64, now_ms: u64) -> Result<(), MeterError> {
        if bytes == 0 {
            return Ok(());
        }
        let window = self.window;
        if bytes > MAX_BYTES {
            self.refused = true;
            return Err(MeterError::Exceeded(self.too_large()));
        }
        let counted = &mut self.counted;
        let reserve = |state: &mut State| {
            let free = match state.bucket(window) {
                Some(bucket) if bucket.free >= bytes => {
                    bucket.reserve(bytes);
                    bucket.count(counted);
                    return Ok(());
                }
                Some(bucket) => bucket.free,
                None => 0,
            };
            Err(Missing {
                least: bytes - free,
                wanted: bytes - free,
            })
        };
        let admitted = self
            .meter
            .obtain(&self.pool, Some(window), now_ms, reserve)
            .await;
        match admitted {
            Ok(()) => self.reserved_bytes += bytes,
            Err(_) => self.refused = true,
        }
        admitted
    }

    fn too_large(&self) -> Refusal {
        let account = self.pool.chain.most_specific();
        let (limit_bytes, left_bytes) = (MAX_BYTES, MAX_BYTES);
        Refusal {
            account,
            limit_bytes,
            left_bytes,
            contended: false,
            window: self.window,
        }
    }

    /// Debits what is at hand (reserved, or in the local lease) without waiting; false when that
    /// is not enough, and then nothing is debited.
    #[must_use = "bytes that were not debited may not be released"]
    pub fn try_debit(&mut self, bytes: u64) -> bool {
        let from_reserved = bytes.min(self.reserved_bytes);
        let from_free = bytes - from_reserved;
        let mut state = self.pool.state();
        if state.closed {
            return false;
        }
        let Some(bucket) = state
            .bucket(self.window)
            .filter(|bucket| bucket.free >= from_free)
        else {
            return false;
        };
        bucket.spend(from_free);
        bucket.spend_reserved(from_reserved);
        bucket.count(&mut self.counted);
        drop(state);
        self.reserved_bytes -= from_reserved;
        self.debited_bytes = self.debited_bytes.saturating_add(bytes);
        true
    }

    /// Debits up to `bytes`, asking the ledger where needed, in the window that the tally was
    /// opened in: returns how many were debited, less than `bytes` only at a limit.
    ///
    /// # Errors
    /// Only [`MeterError::Unavailable`]; nothing is debited then.
    pub async fn debit(&mut self, bytes: u64, now_ms: u64) -> Result<u64, MeterError> {
        let window = self.window;
        // Until all of it is there it is only reserved: a caller that goes away while the ledger is
        // asked has not paid for what it did not get.
        while !self.try_debit(bytes) {
            let short = bytes.saturating_sub(self.reserved_bytes).max(1);
            let reserve = |state: &mut State| match state.bucket(window) {
                Some(bucket) if bucket.free > 0 => Ok(bucket.reserve(short)),
                _ => Err(Missing {
                    least: 1,
                    wanted: short,
                }),
            };
            match self
                .meter
                .obtain(&self.pool, Some(window), now_ms, reserve)
                .await
            {
                Ok(reserved) => self.reserved_bytes += reserved,
                Err(MeterError::Exceeded(_) | MeterError::Contended(_)) => {
                    let most = bytes.min(self.reserved_bytes);
                    return Ok(if most > 0 && self.try_debit(most) {
                        most
                    } else {
                        0
                    });
                }
                Err(unavailable @ MeterError::Unavailable(_)) => return Err(unavailable),
            }
        }
        Ok(bytes)
    }

    /// Gives back bytes that were debited and never sent; returns how many went back. They are fewer
    /// only where the ledger was told already that they were spent: maintenance came in between.
    pub fn refund(&mut self, bytes: u64) -> u64 {
        let mut state = self.pool.state();
        if state.closed {
            return 0;
        }
        let most = bytes.min(self.debited_bytes);
        let refunded = state
            .bucket(self.window)
            .map_or(0, |bucket| bucket.refund(most));
        drop(state);
        self.debited_bytes -= refunded;
        refunded
    }

    /// For the `RateLimit` headers: what is reserved for this request counts as used.
    pub fn standing(&self) -> Standing {
        let mut state = self.pool.state();
        let known = state.bucket(self.window);
        let (limit_bytes, left_bytes, free) =
            known.map_or((None, None, 0), |b| (b.limit_bytes, b.left_bytes, b.free));
        Standing {
            limit_bytes,
            left_bytes: left_bytes.map(|left| left.saturating_add(free)),
            window: self.window,
        }
    }
}

impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tally")
            .field("window", &self.window)
            .field("reserved_bytes", &self.reserved_bytes)
            .field("debited_bytes", &self.debited_bytes)
            .finish_non_exhaustive()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        if !state.closed
            && let Some(bucket) = state.bucket(self.window)
        {
            if !self.refused {
                bucket.count(&mut self.counted);
            }
            bucket.close(self.reserved_bytes);
        }
    }
}
