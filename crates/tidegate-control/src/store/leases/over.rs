//! What becomes of leases that nobody settles: given up, written off, forgotten.

use sqlx::{Any, Transaction};
use tidegate_quota::{Kind, LeaseId, Settlement};

use super::{Change, NewLease, begin, granted_before, insert, settle_one};
use crate::store::ledger::{Desk, EMBEDDED, SETTLED_KEPT_S};
use crate::store::{StoreError, signed, unsigned};

/// id, chain, kind, window start, what is outstanding
type Outstanding = (String, String, String, i64, i64);

/// Forfeits what nodes hold, but for the one of this process: for all of these nodes.
pub(in crate::store) async fn forfeit(desk: &Desk, nodes: &[String]) -> Result<u64, StoreError> {
    let _turn = desk.gate.lock().await;
    let now_s = signed(desk.clock.now_s())?;
    let mut transaction = begin(desk).await?;
    let mut lost = Vec::new();
    for node in nodes {
        let rows: Vec<Outstanding> = sqlx::query_as(
            "UPDATE leases SET state = 'forfeited', changed_at_s = $1 \
             WHERE state = 'open' AND node = $2 \
             RETURNING id, chain, kind, window_start_s, bytes - spent_bytes - returned_bytes",
        )
        .bind(now_s)
        .bind(node)
        .fetch_all(&mut *transaction)
        .await?;
        lost.extend(rows);
    }
    write_off(transaction, lost).await
}

/// Forfeits what earlier openings of the store left to the node of their process.
pub(in crate::store) async fn forfeit_lost(desk: &Desk) -> Result<u64, StoreError> {
    let _turn = desk.gate.lock().await;
    let now_s = signed(desk.clock.now_s())?;
    let mut transaction = begin(desk).await?;
    let lost: Vec<Outstanding> = sqlx::query_as(
        "UPDATE leases SET state = 'forfeited', changed_at_s = $1 \
         WHERE state = 'open' AND node = $2 AND incarnation <> $3 \
         RETURNING id, chain, kind, window_start_s, bytes - spent_bytes - returned_bytes",
    )
    .bind(now_s)
    .bind(EMBEDDED)
    .bind(desk.incarnation)
    .fetch_all(&mut *transaction)
    .await?;
    write_off(transaction, lost).await
}

/// Forfeits what every open lease holds, whoever has it: in a restored store nobody has any.
pub(in crate::store) async fn forfeit_all(
    transaction: &mut Transaction<'_, Any>,
    now_s: i64,
) -> Result<(), StoreError> {
    let lost: Vec<Outstanding> = sqlx::query_as(
        "UPDATE leases SET state = 'forfeited', changed_at_s = $1 WHERE state = 'open' \
         RETURNING id, chain, kind, window_start_s, bytes - spent_bytes - returned_bytes",
    )
    .bind(now_s)
    .fetch_all(&mut **transaction)
    .await?;
    move_to_forfeited(transaction, &lost).await
}

async fn write_off(
    mut transaction: Transaction<'_, Any>,
    lost: Vec<Outstanding>,
) -> Result<u64, StoreError> {
    move_to_forfeited(&mut transaction, &lost).await?;
    transaction.commit().await?;
    Ok(u64::try_from(lost.len()).unwrap_or(u64::MAX))
}

async fn move_to_forfeited(
    transaction: &mut Transaction<'_, Any>,
    lost: &[Outstanding],
) -> Result<(), StoreError> {
    for (_, chain, kind, window_start_s, outstanding) in lost {
        let change = Change {
            forfeited: *outstanding,
            ..Change::default()
        };
        change
            .apply(transaction, chain, kind, *window_start_s)
            .await?;
    }
    Ok(())
}

/// The nodes, but for the one of this process, that hold leases.
pub(in crate::store) async fn holders(desk: &Desk) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT node FROM leases WHERE state = 'open' AND node <> $1")
            .bind(EMBEDDED)
            .fetch_all(&desk.pool)
            .await?;
    Ok(rows.into_iter().map(|(node,)| node).collect())
}

/// Takes back whole what a node asked for and does not know whether it has; what it was not granted yet
/// never is.
pub(in crate::store) async fn abandon(
    desk: &Desk,
    node: &str,
    ids: &[LeaseId],
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let _turn = desk.gate.lock().await;
    let now_s = desk.clock.now_s();
    let mut transaction = begin(desk).await?;
    for id in ids {
        match granted_before(&mut transaction, *id).await? {
            Some((holder, .., bytes, state)) if holder == node && state == "open" => {
                let back = Settlement {
                    lease: *id,
                    spent_bytes: 0,
                    returned_bytes: unsigned(bytes)?,
                    requests: 0,
                };
                // False for one that is spent already: then the node does know it.
                settle_one(&mut transaction, node, &back, now_s).await?;
            }
            Some(_) => {}
            None => {
                let row = NewLease {
                    id: *id,
                    node,
                    chain: &[],
                    kind: Kind::Read,
                    window: desk.calendar.window_at(now_s),
                    bytes: 0,
                    state: "closed",
                };
                insert(&mut transaction, desk, &row, now_s).await?;
            }
        }
    }
    transaction.commit().await?;
    Ok(())
}

pub(in crate::store) async fn prune(desk: &Desk) -> Result<(), StoreError> {
    let _turn = desk.gate.lock().await;
    let before_s = desk.clock.now_s().saturating_sub(SETTLED_KEPT_S);
    let mut transaction = begin(desk).await?;
    sqlx::query("DELETE FROM leases WHERE state = 'closed' AND changed_at_s < $1")
        .bind(signed(before_s)?)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
