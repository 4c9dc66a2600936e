//! The board (看板): what the whole platform does now, for those who run it.

use crate::inbox;
use store::{Result, Tx};

/// Counts of a day for one kind, over all companies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindToday {
    /// Kind: `CEB311`.
    pub kind: String,
    /// Messages that passed the check.
    pub n_checked: i64,
    /// Messages that were refused by it.
    pub n_refused: i64,
    /// Messages sent to customs.
    pub n_sent: i64,
    /// Messages that customs has finished with.
    pub n_settled: i64,
    /// Receipts that came home.
    pub n_receipts: i64,
}

/// What waits, now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages that wait for the check.
    pub n_received: i64,
    /// Messages that wait to be sent.
    pub n_checked: i64,
    /// Messages that customs has not answered.
    pub n_sent: i64,
    /// Receipts that fit no declaration.
    pub n_parked: i64,
}

/// The counts of a day (Beijing, `2026-11-23`) by kind, over all companies.
pub fn today(tx: &mut Tx<'_>, day: &str) -> Result<Vec<KindToday>> {
    let rows = tx.query(
        "select kind, cast(sum(n_checked) as bigint), cast(sum(n_refused) as bigint), \
         cast(sum(n_sent) as bigint), cast(sum(n_settled) as bigint), \
         cast(sum(n_receipts) as bigint) from message_day where day = $1 \
         group by kind order by kind",
        &[day.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(KindToday {
                kind: row.text(0)?,
                n_checked: row.int(1)?,
                n_refused: row.int(2)?,
                n_sent: row.int(3)?,
                n_settled: row.int(4)?,
                n_receipts: row.int(5)?,
            })
        })
        .collect()
}

/// What waits, over all companies; each count is that of a small partial index.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Waiting> {
    let mut count = |sql: &str| match tx.query_opt(sql, &[])? {
        Some(row) => row.int(0),
        None => Ok(0),
    };
    Ok(Waiting {
        n_received: count("select count(*) from message where state = 'received'")?,
        n_checked: count("select count(*) from message where state = 'checked'")?,
        n_sent: count("select count(*) from message where state = 'sent'")?,
        n_parked: count("select count(*) from parked_receipt where released_at is null")?
            + inbox::aside::count(tx)?,
    })
}

/// Messages among which the one is looked for that waits longest: the first that were accepted.
const OLDEST_MAX: i64 = 1000;

/// Since when the message waits for customs that waits longest, if any does; the index of those that wait answers.
pub fn sent_since(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    let row = tx.query_opt(
        "select min(changed_at) from (select changed_at from message where state = 'sent' \
         order by id limit $1) as first",
        &[OLDEST_MAX.into()],
    )?;
    row.map_or(Ok(None), |row| row.int_opt(0))
}

/// How many messages wait for a person.
pub fn n_held(tx: &mut Tx<'_>) -> Result<i64> {
    let row = tx.query_opt("select count(*) from message where state = 'held'", &[])?;
    row.map_or(Ok(0), |row| row.int(0))
}
