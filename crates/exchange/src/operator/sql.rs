//! Statements that only read: what waits in the lanes, and among the parked receipts.

use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::{Many, Result, Tx, Value};

/// Lanes that are shown.
const LANES_MAX: i64 = 50;

/// What waits in a lane (通道积压).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) company_id: CompanyId,
    pub(crate) direction: String,
    /// `received` waits for the check, `checked` for sending.
    pub(crate) state: &'static str,
    pub(crate) n_waiting: i64,
    pub(crate) oldest_at: i64,
}

/// The longest lanes of check and dispatch; the partial indexes of waiting messages answer.
pub(crate) fn lanes(tx: &mut Tx<'_>) -> Result<Vec<Lane>> {
    let mut lanes = Vec::new();
    for (state, sql) in [
        (
            "received",
            "select company_id, direction, count(*) as n_waiting, min(received_at) from message \
             where state = 'received' group by company_id, direction \
             order by n_waiting desc limit $1",
        ),
        (
            "checked",
            "select company_id, direction, count(*) as n_waiting, min(received_at) from message \
             where state = 'checked' group by company_id, direction \
             order by n_waiting desc limit $1",
        ),
    ] {
        for row in tx.query(sql, &[LANES_MAX.into()])? {
            lanes.push(Lane {
                company_id: CompanyId(row.int(0)?),
                direction: row.text(1)?,
                state,
                n_waiting: row.int(2)?,
                oldest_at: row.int(3)?,
            });
        }
    }
    Ok(lanes)
}

/// How many messages came into each state since a moment: kind of event and count.
pub(crate) fn rates(tx: &mut Tx<'_>, since_ms: i64) -> Result<Vec<(String, i64)>> {
    let mut rates = store::event::counts_since(tx, since_ms)?;
    rates.retain(|(kind, _)| kind != crate::tally::KIND);
    Ok(rates)
}

/// Which of these parked receipts still wait.
pub(super) fn waiting_receipts(tx: &mut Tx<'_>, ids: &BTreeSet<i64>) -> Result<Vec<i64>> {
    const WAITING: Many = Many {
        before: "select id from parked_receipt where released_at is null and id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(WAITING, &[], &rows)?;
    found.iter().map(|row| row.int(0)).collect()
}
