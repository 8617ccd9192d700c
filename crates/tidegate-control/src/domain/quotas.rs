//! Quotas: limits of accounts, and what they have used.

use serde_json::{Value, json};
use tidegate_client::wire;
use tidegate_policy::{Object, Snapshot};
use tidegate_quota::{AccountId, Kind, Window};

use super::caller::Actor;
use super::system::Operation;
use super::work::{Done, Said, Work};
use super::{Administration, Fault, named};
use crate::store::{BalanceRow, Write};

/// New limits; a kind that is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// Reads: bytes in a window; `Some(None)` is unlimited.
    read: Option<Option<u64>>,
    /// Writes: likewise.
    write: Option<Option<u64>>,
}

/// Limits as a request says them.
pub(super) fn limits(limits: wire::QuotaLimits) -> Limits {
    let wire::QuotaLimits { read, write } = limits;
    let limit = |limit| match limit {
        wire::Limit::Bytes(bytes) => Some(bytes),
        wire::Limit::Unlimited(_) => None,
    };
    Limits {
        read: read.map(limit),
        write: write.map(limit),
    }
}

impl Limits {
    /// Whether nothing is to be set.
    fn is_empty(&self) -> bool {
        let Self { read, write } = self;
        read.is_none() && write.is_none()
    }

    fn each(&self) -> impl Iterator<Item = (Kind, Option<u64>)> {
        [(Kind::Read, self.read), (Kind::Write, self.write)]
            .into_iter()
            .filter_map(|(kind, limit)| limit.map(|limit| (kind, limit)))
    }

    pub(super) fn writes(&self, account: AccountId) -> Result<Vec<Write>, Fault> {
        let write = |(kind, limit_bytes): (Kind, Option<u64>)| match limit_bytes {
            Some(bytes) if i64::try_from(bytes).is_err() => {
                let detail = format!("a limit is at most {} bytes", i64::MAX);
                Err(Fault::bad("limits", detail))
            }
            _ => Ok(Write::Limit {
                account,
                kind,
                limit_bytes,
            }),
        };
        self.each().map(write).collect()
    }

    pub(super) fn to_json(self) -> Value {
        let word =
            |limit: Option<u64>| limit.map_or_else(|| json!("unlimited"), |bytes| json!(bytes));
        let mut map = serde_json::Map::new();
        for (kind, limit) in self.each() {
            map.insert(crate::store::kind_word(kind).to_owned(), word(limit));
        }
        Value::Object(map)
    }
}

/// One window of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUsage {
    /// Whose.
    pub object: Object,
    /// The account of its anonymous readers instead of its own.
    pub anonymous: bool,
    /// The window.
    pub window: Window,
    /// Limit in force and figures of reads.
    pub read: (Option<u64>, Option<BalanceRow>),
    /// Limit in force and figures of writes.
    pub write: (Option<u64>, Option<BalanceRow>),
}

impl Work<'_> {
    /// Sets limits. What was used stays used.
    pub(super) async fn set_quota(&mut self, request: wire::SetQuota) -> Result<Done, Fault> {
        let wire::SetQuota {
            account,
            anonymous,
            limits: asked,
        } = request;
        let asked = limits(asked);
        let (object, account) = self.administration.account(
            &self.actor,
            &self.snapshot(),
            &account,
            anonymous,
            Operation::SetQuota,
        )?;
        if asked.is_empty() {
            return Err(Fault::bad("limits", "neither read nor write"));
        }
        let writes = asked.writes(account)?;
        let (read, write) = self.store.limits(account).await?;
        let before = Limits {
            read: Some(read),
            write: Some(write),
        };
        for write in &writes {
            self.write(write).await?;
        }
        self.call_back(account);
        self.say(Said {
            operation: "set-quota",
            object,
            before: Some(json!({ "account": account.to_string(), "limits": before.to_json() })),
            after: Some(json!({ "account": account.to_string(), "limits": asked.to_json() })),
        });
        Ok(Done::Changed)
    }
}

impl Administration {
    /// The window in force.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn quota(
        &self,
        actor: &Actor,
        text: &str,
        anonymous: bool,
    ) -> Result<AccountUsage, Fault> {
        let window = self.calendar.window_at(self.clock.now_s());
        let mut windows = self
            .windows(actor, text, anonymous, window.end_s, 1)
            .await?;
        // The newest window that has an entry may be an older one.
        windows.1.retain(|balance| balance.window == window);
        let (object, balances, limits) = windows;
        Ok(usage(&object, anonymous, window, limits, &balances))
    }

    /// Windows that have an entry, the newest first, those that start before a moment.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn usage(
        &self,
        actor: &Actor,
        text: &str,
        anonymous: bool,
        before_s: u64,
        limit: u32,
    ) -> Result<Vec<AccountUsage>, Fault> {
        let (object, balances, limits) = self
            .windows(actor, text, anonymous, before_s, limit)
            .await?;
        let mut windows: Vec<Window> = balances.iter().map(|balance| balance.window).collect();
        windows.dedup();
        let of = |window| usage(&object, anonymous, window, limits, &balances);
        Ok(windows.into_iter().map(of).collect())
    }

    async fn windows(
        &self,
        actor: &Actor,
        text: &str,
        anonymous: bool,
        before_s: u64,
        limit: u32,
    ) -> Result<(Object, Vec<BalanceRow>, (Option<u64>, Option<u64>)), Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let (object, account) =
            self.account(actor, &snapshot, text, anonymous, Operation::ViewUsage)?;
        // What this process has spent since it last settled: who asks now should see it.
        if let Some(meter) = self.meter.get()
            && let Err(error) = meter.report(account).await
        {
            tracing::warn!(%account, %error, "usage is shown as of the last settlement");
        }
        let balances = self.store.balances(account, before_s, limit).await?;
        let limits = self.store.limits(account).await?;
        Ok((object, balances, limits))
    }

    /// The account that a request names, once the caller passes the guard.
    fn account(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        text: &str,
        anonymous: bool,
        operation: Operation,
    ) -> Result<(Object, AccountId), Fault> {
        let object = named(text, "account")?;
        self.visible(actor, snapshot, &object, "account")?;
        let rules = self.system.rules(object.type_name());
        let bad = |field: &'static str, detail: String| Fault::bad(field, detail);
        if rules.is_none_or(|rules| rules.guard(Operation::ViewUsage).is_none()) {
            return Err(bad(
                "account",
                format!("a {} has no account", object.type_name()),
            ));
        }
        if anonymous && !rules.is_some_and(super::system::TypeRules::anonymous_account) {
            return Err(bad(
                "anonymous",
                format!(
                    "a {} has no account for anonymous readers",
                    object.type_name()
                ),
            ));
        }
        self.guard(actor, snapshot, &object, operation)?;
        let Some(standing) = snapshot.standing(&object) else {
            return Err(Fault::missing("account", &object));
        };
        let account = if anonymous {
            AccountId::anonymous(standing.uid)
        } else {
            AccountId::own(standing.uid)
        };
        Ok((object, account))
    }
}

fn usage(
    object: &Object,
    anonymous: bool,
    window: Window,
    limits: (Option<u64>, Option<u64>),
    balances: &[BalanceRow],
) -> AccountUsage {
    let of = |kind| {
        balances
            .iter()
            .find(|balance| balance.window == window && balance.kind == kind)
            .copied()
    };
    AccountUsage {
        object: object.clone(),
        anonymous,
        window,
        read: (limits.0, of(Kind::Read)),
        write: (limits.1, of(Kind::Write)),
    }
}
