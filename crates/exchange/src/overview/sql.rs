//! Statements that only read: counts by day, the lag of the newest messages, what waits.

use super::{LAG_MESSAGES, UNSETTLED_MAX};
use registry::access::{Sight, visible};
use store::unreadable::readable;
use store::{Result, Row, Tx, Value};

/// Counts of one kind (按类型计数).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindDay {
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

/// Counts of a day and a kind (按日按类型计数).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// Day in Beijing: `2026-11-23`.
    pub day: String,
    /// The counts.
    pub counts: KindDay,
}

const SUMS: &str = "cast(sum(n_checked) as bigint), cast(sum(n_refused) as bigint), \
                    cast(sum(n_sent) as bigint), cast(sum(n_settled) as bigint), \
                    cast(sum(n_receipts) as bigint)";

fn counts(row: &Row, from: usize) -> Result<KindDay> {
    Ok(KindDay {
        kind: row.text(from)?,
        n_checked: row.int(from + 1)?,
        n_refused: row.int(from + 2)?,
        n_sent: row.int(from + 3)?,
        n_settled: row.int(from + 4)?,
        n_receipts: row.int(from + 5)?,
    })
}

/// The counts of a day by kind, over the companies that are seen.
pub fn day(tx: &mut Tx<'_>, sight: &Sight, day: &str) -> Result<Vec<KindDay>> {
    let mut args: Vec<Value<'_>> = vec![day.into()];
    let seen = visible(sight, "c.company_id", &mut args);
    let sql = format!(
        "select c.kind, {SUMS} from message_day c where c.day = $1 and {seen} \
         group by c.kind order by c.kind"
    );
    let rows = tx.query(&sql, &args)?;
    readable(&rows, "message_day", |row| counts(row, 0))
}

/// The counts of the days from `from` to `to` by kind, over the companies that are seen.
pub fn by_day(tx: &mut Tx<'_>, sight: &Sight, from: &str, to: &str) -> Result<Vec<DayRow>> {
    let mut args: Vec<Value<'_>> = vec![from.into(), to.into()];
    let seen = visible(sight, "c.company_id", &mut args);
    let sql = format!(
        "select c.day, c.kind, {SUMS} from message_day c where c.day >= $1 and c.day <= $2 \
         and {seen} group by c.day, c.kind order by c.day, c.kind"
    );
    let rows = tx.query(&sql, &args)?;
    readable(&rows, "message_day", |row| {
        Ok(DayRow {
            day: row.text(0)?,
            counts: counts(row, 1)?,
        })
    })
}

/// Milliseconds from acceptance to sending of the newest messages that are seen.
pub fn lag(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<i64>> {
    let mut args: Vec<Value<'_>> = vec![LAG_MESSAGES.into()];
    let seen = visible(sight, "m.company_id", &mut args);
    let sql = format!(
        "select m.id, m.received_at from message m where {seen} order by m.id desc limit $1"
    );
    let mut lags = Vec::new();
    let rows = tx.query(&sql, &args)?;
    let received = readable(&rows, "message", |row| Ok((row.int(0)?, row.int(1)?)))?;
    let ids: Vec<i64> = received.iter().map(|(id, _)| *id).collect();
    let sent = store::event::moments(tx, "message.sent", &ids)?;
    for (id, received_at) in received {
        lags.extend(sent.get(&id).map(|sent_at| (sent_at - received_at).max(0)));
    }
    Ok(lags)
}

/// How many messages that are seen have no outcome yet, counted up to [`UNSETTLED_MAX`].
pub fn unsettled(tx: &mut Tx<'_>, sight: &Sight) -> Result<i64> {
    let mut args: Vec<Value<'_>> = vec![UNSETTLED_MAX.into()];
    let seen = visible(sight, "m.company_id", &mut args);
    // The outcome stands in the text, so that both engines see which partial index serves.
    let sql = format!(
        "select count(*) from (select 1 as one from message m where m.outcome = 'waiting' \
         and {seen} limit $1) as found"
    );
    tx.query_opt(&sql, &args)?.map_or(Ok(0), |row| row.int(0))
}
