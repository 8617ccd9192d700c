//! The ledger's statements.

mod over;

use sqlx::{Any, Transaction};
use tidegate_quota::{
    AccountId, Answer, Kind, Lease, LeaseId, LeaseRequest, Refusal, Settlement, Window,
};
use uuid::Uuid;

use super::hold::fence;
use super::ledger::{Asked, Desk, Leased};
use super::{StoreError, kind_word, signed, unsigned};
pub(super) use over::{abandon, forfeit, forfeit_all, forfeit_lost, holders, prune};

/// Most requests that one lease can be charged with, so that no sum of them overflows.
const LEASE_REQUESTS_MAX: i64 = 1 << 40;

/// Debits every account of the chain, or none. Once for each id: a question that is asked again gets the
/// lease that it got.
pub(super) async fn lease(desk: &Desk, asked: &Asked<'_>) -> Result<Leased, StoreError> {
    let Asked { node, id, request } = *asked;
    let _turn = desk.gate.lock().await;
    // The window is named once it is our turn: a queue may stand across the end of a month.
    let now_s = desk.clock.now_s();
    let mut transaction = begin(desk).await?;
    if let Some(id) = id
        && let Some(granted) = granted_before(&mut transaction, id).await?
    {
        let leased = repeat(&mut transaction, node, request, &granted).await?;
        transaction.rollback().await?;
        return Ok(leased.map_or(Leased::Taken, |(window, bytes, held)| {
            Leased::Answer(Answer::Granted(grant(id, window, bytes, &held, 0)))
        }));
    }
    let window = window(desk, request.window, now_s)?;
    let held = lock_balances(&mut transaction, request, window).await?;
    let at_least = request.at_least_bytes.max(1);
    let left = held
        .iter()
        .map(|(_, balance)| balance.left())
        .min()
        .unwrap_or(0);
    let bytes = request.at_most_bytes.max(at_least).min(left);
    if bytes < at_least {
        // Nothing to keep: the rows that were made hold zeros.
        transaction.rollback().await?;
        return Ok(Leased::Answer(refuse(request, &held, at_least, window)?));
    }
    for (account, _) in &held {
        debit(
            &mut transaction,
            *account,
            request.kind,
            window,
            signed(bytes)?,
        )
        .await?;
    }
    let id = id.unwrap_or_else(|| LeaseId(Uuid::new_v7(crate::time::uuid_timestamp(&desk.clock))));
    let row = NewLease {
        id,
        node,
        chain: request.chain.accounts(),
        kind: request.kind,
        window,
        bytes,
        state: "open",
    };
    insert(&mut transaction, desk, &row, now_s).await?;
    transaction.commit().await?;
    let lease = grant(id, window, bytes, &held, bytes);
    Ok(Leased::Answer(Answer::Granted(lease)))
}

/// Accounts in the order in which everyone locks them, and what each has.
type HeldBalances = Vec<(AccountId, Balance)>;

async fn lock_balances(
    transaction: &mut Transaction<'_, Any>,
    request: &LeaseRequest,
    window: Window,
) -> Result<HeldBalances, StoreError> {
    let mut accounts = request.chain.accounts().to_vec();
    // One order for everyone: no two transactions wait for each other's rows.
    accounts.sort_unstable();
    let mut held = Vec::with_capacity(accounts.len());
    for account in accounts {
        let balance = lock_balance(transaction, account, request.kind, window).await?;
        held.push((account, balance));
    }
    Ok(held)
}

/// A lease, with the standing of the tightest of its accounts after `taken` bytes more.
fn grant(
    id: LeaseId,
    window: Window,
    bytes: u64,
    held: &[(AccountId, Balance)],
    taken: u64,
) -> Lease {
    let limited = || held.iter().filter(|(_, balance)| balance.limit.is_some());
    Lease {
        id,
        window,
        bytes,
        limit_bytes: limited().filter_map(|(_, balance)| balance.limit).min(),
        left_bytes: limited()
            .map(|(_, balance)| balance.left().saturating_sub(taken))
            .min(),
    }
}

/// node, chain, kind, window start, window end, bytes, state
type Granted = (String, String, String, i64, i64, i64, String);

async fn granted_before(
    transaction: &mut Transaction<'_, Any>,
    id: LeaseId,
) -> Result<Option<Granted>, StoreError> {
    let query = "SELECT node, chain, kind, window_start_s, window_end_s, bytes, state FROM leases WHERE id = $1";
    Ok(sqlx::query_as(query)
        .bind(id.0.to_string())
        .fetch_optional(&mut **transaction)
        .await?)
}

/// None when the lease is another node's, was asked for otherwise, or is over.
async fn repeat(
    transaction: &mut Transaction<'_, Any>,
    node: &str,
    request: &LeaseRequest,
    granted: &Granted,
) -> Result<Option<(Window, u64, HeldBalances)>, StoreError> {
    let (holder, chain, kind, start_s, end_s, bytes, state) = granted;
    let same = holder == node
        && *chain == chain_text(request.chain.accounts())?
        && kind == kind_word(request.kind);
    // A forfeited one may be spent: that moves to spent what was written off.
    if !same || state == "closed" {
        return Ok(None);
    }
    let window = Window {
        start_s: unsigned(*start_s)?,
        end_s: unsigned(*end_s)?,
    };
    let held = lock_balances(transaction, request, window).await?;
    Ok(Some((window, unsigned(*bytes)?, held)))
}

/// INVARIANT: none of the ledger's changes begins elsewhere.
async fn begin(desk: &Desk) -> Result<Transaction<'static, Any>, StoreError> {
    let mut transaction = desk.pool.begin().await?;
    fence(&mut transaction, desk.incarnation).await?;
    Ok(transaction)
}

fn window(desk: &Desk, asked: Option<Window>, now_s: u64) -> Result<Window, StoreError> {
    let Some(asked) = asked else {
        return Ok(desk.calendar.window_at(now_s));
    };
    if asked.start_s <= now_s && desk.calendar.window_at(asked.start_s) == asked {
        Ok(asked)
    } else {
        Err(StoreError::corrupt(format_args!(
            "no window {} to {} so far",
            asked.start_s, asked.end_s
        )))
    }
}

/// What an account has in a window, and its limit. Bytes.
#[derive(Clone, Copy, Debug)]
struct Balance {
    granted: u64,
    spent: u64,
    returned: u64,
    forfeited: u64,
    limit: Option<u64>,
}

impl Balance {
    /// What may still be granted. Without a limit: as much as the column can count.
    fn left(&self) -> u64 {
        let limit = self.limit.unwrap_or(u64::MAX);
        let net = self.granted.saturating_sub(self.returned);
        let countable = i64::MAX.unsigned_abs().saturating_sub(self.granted);
        limit.saturating_sub(net).min(countable)
    }

    /// What is neither spent nor lost: outstanding leases could bring it back.
    fn unspent(&self) -> u64 {
        let used = self.spent.saturating_add(self.forfeited);
        self.limit.unwrap_or(u64::MAX).saturating_sub(used)
    }
}

/// Makes the row where it is missing, and keeps others from it until the transaction ends.
async fn lock_balance(
    transaction: &mut Transaction<'_, Any>,
    account: AccountId,
    kind: Kind,
    window: Window,
) -> Result<Balance, StoreError> {
    let of = account;
    let (account, kind) = (account.to_string(), kind_word(kind));
    sqlx::query(
        "INSERT INTO balances (account, kind, window_start_s, window_end_s, granted_bytes, spent_bytes, \
         returned_bytes, forfeited_bytes, requests) VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING",
    )
    .bind(&account)
    .bind(kind)
    .bind(signed(window.start_s)?)
    .bind(signed(window.end_s)?)
    .execute(&mut **transaction)
    .await?;
    let (granted, spent, returned, forfeited): (i64, i64, i64, i64) = sqlx::query_as(
        "UPDATE balances SET requests = requests WHERE account = $1 AND kind = $2 AND window_start_s = $3 \
         RETURNING granted_bytes, spent_bytes, returned_bytes, forfeited_bytes",
    )
    .bind(&account)
    .bind(kind)
    .bind(signed(window.start_s)?)
    .fetch_one(&mut **transaction)
    .await?;
    // An update too, so that the limit stays in force until the transaction ends.
    let limit: Option<(i64,)> = sqlx::query_as(
        "UPDATE limits SET limit_bytes = limit_bytes WHERE account = $1 AND kind = $2 \
         RETURNING limit_bytes",
    )
    .bind(&account)
    .bind(kind)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(Balance {
        granted: unsigned(granted)?,
        spent: unsigned(spent)?,
        returned: unsigned(returned)?,
        forfeited: unsigned(forfeited)?,
        limit: of.limit_bytes(limit.map(|(limit,)| unsigned(limit)).transpose()?),
    })
}

/// INVARIANT: holds only below the limit in force, whatever was read before.
async fn debit(
    transaction: &mut Transaction<'_, Any>,
    account: AccountId,
    kind: Kind,
    window: Window,
    bytes: i64,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE balances SET granted_bytes = granted_bytes + $1 \
         WHERE account = $2 AND kind = $3 AND window_start_s = $4 AND NOT EXISTS ( \
             SELECT 1 FROM limits l WHERE l.account = balances.account AND l.kind = balances.kind \
             AND l.limit_bytes - $5 < balances.granted_bytes - balances.returned_bytes)",
    )
    .bind(bytes)
    .bind(account.to_string())
    .bind(kind_word(kind))
    .bind(signed(window.start_s)?)
    .bind(bytes)
    .execute(&mut **transaction)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::corrupt(format_args!(
            "the limit of {account} was lowered meanwhile"
        )))
    }
}

/// A lease that is about to be on record.
struct NewLease<'a> {
    id: LeaseId,
    node: &'a str,
    chain: &'a [AccountId],
    kind: Kind,
    window: Window,
    bytes: u64,
    state: &'static str,
}

fn chain_text(chain: &[AccountId]) -> Result<String, StoreError> {
    let chain: Vec<String> = chain.iter().map(ToString::to_string).collect();
    serde_json::to_string(&chain).map_err(StoreError::corrupt)
}

async fn insert(
    transaction: &mut Transaction<'_, Any>,
    desk: &Desk,
    new: &NewLease<'_>,
    now_s: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO leases (id, node, incarnation, chain, kind, window_start_s, window_end_s, bytes, \
         spent_bytes, returned_bytes, requests, state, changed_at_s) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, $10)",
    )
    .bind(new.id.0.to_string())
    .bind(new.node)
    .bind(desk.incarnation)
    .bind(chain_text(new.chain)?)
    .bind(kind_word(new.kind))
    .bind(signed(new.window.start_s)?)
    .bind(signed(new.window.end_s)?)
    .bind(signed(new.bytes)?)
    .bind(new.state)
    .bind(signed(now_s)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Names the account that stands in the way: one that cannot get enough back before one that can.
fn refuse(
    request: &LeaseRequest,
    held: &[(AccountId, Balance)],
    at_least: u64,
    window: Window,
) -> Result<Answer, StoreError> {
    let of = |account: &AccountId| held.iter().find(|(held, _)| held == account);
    let short = || {
        request
            .chain
            .accounts()
            .iter()
            .filter_map(of)
            .filter(|(_, b)| b.left() < at_least)
    };
    let spent = short().find(|(_, balance)| balance.unspent() < at_least);
    let Some((account, balance)) = spent.or_else(|| short().next()) else {
        return Err(StoreError::corrupt("a refusal without a reason"));
    };
    let Some(limit_bytes) = balance.limit else {
        return Err(StoreError::corrupt(format_args!(
            "the balance of {account} is full"
        )));
    };
    Ok(Answer::Refused(Refusal {
        account: *account,
        limit_bytes,
        left_bytes: balance.left(),
        contended: balance.unspent() >= at_least,
        window,
    }))
}

/// Records totals; false when one of the leases is unknown or its totals cannot be, and then none.
pub(super) async fn settle(
    desk: &Desk,
    node: &str,
    settlements: &[Settlement],
) -> Result<bool, StoreError> {
    if settlements.is_empty() {
        return Ok(true);
    }
    let _turn = desk.gate.lock().await;
    let now_s = desk.clock.now_s();
    let mut transaction = begin(desk).await?;
    for settlement in settlements {
        if !settle_one(&mut transaction, node, settlement, now_s).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
    }
    transaction.commit().await?;
    Ok(true)
}

/// chain, kind, window start, bytes, spent, returned, requests, state
type Columns = (String, String, i64, i64, i64, i64, i64, String);

async fn settle_one(
    transaction: &mut Transaction<'_, Any>,
    node: &str,
    settlement: &Settlement,
    now_s: u64,
) -> Result<bool, StoreError> {
    let id = settlement.lease.0.to_string();
    // An update, so that it also locks the row.
    let row: Option<Columns> = sqlx::query_as(
        "UPDATE leases SET changed_at_s = $1 WHERE id = $2 AND node = $3 \
         RETURNING chain, kind, window_start_s, bytes, spent_bytes, returned_bytes, requests, state",
    )
    .bind(signed(now_s)?)
    .bind(&id)
    .bind(node)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some((chain, kind, window_start_s, bytes, spent, returned, requests, state)) = row else {
        return Ok(false);
    };
    let (Ok(new_spent), Ok(new_returned), Ok(new_requests)) = (
        i64::try_from(settlement.spent_bytes),
        i64::try_from(settlement.returned_bytes),
        i64::try_from(settlement.requests),
    ) else {
        return Ok(false);
    };
    let forfeited = state == "forfeited";
    // Totals never fall: of two that arrive out of order the larger ones count. What was forfeited is
    // never granted again, so a late return of it changes nothing.
    let spent_now = new_spent.max(spent);
    let returned_now = if forfeited {
        returned
    } else {
        new_returned.max(returned)
    };
    let requests_now = new_requests.max(requests);
    let too_much = spent_now
        .checked_add(returned_now)
        .is_none_or(|total| total > bytes);
    if too_much || requests_now > LEASE_REQUESTS_MAX {
        return Ok(false);
    }
    let change = Change {
        spent: spent_now - spent,
        returned: returned_now - returned,
        forfeited: if forfeited { spent - spent_now } else { 0 },
        requests: requests_now - requests,
    };
    let state = match forfeited {
        true => "forfeited",
        false if spent_now + returned_now == bytes => "closed",
        false => "open",
    };
    sqlx::query("UPDATE leases SET spent_bytes = $1, returned_bytes = $2, requests = $3, state = $4 WHERE id = $5")
        .bind(spent_now)
        .bind(returned_now)
        .bind(requests_now)
        .bind(state)
        .bind(&id)
        .execute(&mut **transaction)
        .await?;
    change
        .apply(transaction, &chain, &kind, window_start_s)
        .await?;
    Ok(true)
}

/// What a lease's change adds to every balance of its chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Change {
    spent: i64,
    returned: i64,
    forfeited: i64,
    requests: i64,
}

impl Change {
    async fn apply(
        self,
        transaction: &mut Transaction<'_, Any>,
        chain: &str,
        kind: &str,
        window_start_s: i64,
    ) -> Result<(), StoreError> {
        if self == Self::default() {
            return Ok(());
        }
        let mut accounts: Vec<String> = serde_json::from_str(chain).map_err(StoreError::corrupt)?;
        accounts.sort_unstable();
        for account in accounts {
            sqlx::query(
                "UPDATE balances SET spent_bytes = spent_bytes + $1, returned_bytes = returned_bytes + $2, \
                 forfeited_bytes = forfeited_bytes + $3, requests = requests + $4 \
                 WHERE account = $5 AND kind = $6 AND window_start_s = $7",
            )
            .bind(self.spent)
            .bind(self.returned)
            .bind(self.forfeited)
            .bind(self.requests)
            .bind(account)
            .bind(kind)
            .bind(window_start_s)
            .execute(&mut **transaction)
            .await?;
        }
        Ok(())
    }
}
