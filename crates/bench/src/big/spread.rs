//! What copied messages are about beside their own rows: partitions of their months, guids, persons, feeds, and the counts
//! of their days.

use super::blocks::{Blocks, run, scratch};
use anyhow::Result;
use std::collections::BTreeMap;
use store::clock::beijing_day;
use store::partition::{make, missing};
use store::{Db, Tx};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Beijing is so many milliseconds ahead of universal time.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// Makes the partitions of the months in which blocks lie; nothing on SQLite.
pub(super) async fn partitions(db: &Db, blocks: &Blocks) -> Result<()> {
    let newest_ms = store::id::made_at_ms(blocks.low);
    let mut at_ms = newest_ms - blocks.earlier_ms(0);
    while at_ms <= newest_ms {
        for coming in db.read(move |tx| missing(tx, at_ms)).await? {
            db.write(move |tx| make(tx, &coming)).await?;
        }
        at_ms += 28 * DAY_MS;
    }
    Ok(())
}

/// Writes what has no order in time, sorted: the guids of all messages, and the persons that have bought. The feeds end
/// with the last block.
pub(super) async fn unordered(db: &Db, blocks: &Blocks, person: &str) -> Result<()> {
    let mut all = Vec::new();
    if db.engine_name() != "SQLite" {
        all.push("set local work_mem = '512MB'".to_owned());
    }
    all.push("delete from message_guid".to_owned());
    all.push(
        "insert into message_guid (guid, company_id, message_id) \
         select substr(sha256(convert_to(guid, 'UTF8')), 1, 16), company_id, id from message order by 1, 2"
            .to_owned(),
    );
    all.push(format!(
        "{} big_personal_total as select * from personal_total",
        scratch(db)
    ));
    all.push("delete from personal_total".to_owned());
    all.push(format!(
        "insert into personal_total (person_key, amount, n_lists) select {person}, s.amount, s.n_lists \
         from big_block b cross join big_personal_total s order by 1"
    ));
    all.push(format!("update feed set last = last * {}", blocks.n_blocks));
    run(db, all).await
}

/// What one block adds to the counts of its day.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// By company and kind: the five counts of `message_day`.
    steps: Vec<(i64, String, [i64; 5])>,
    /// By company, kind and outcome: messages.
    outcomes: Vec<(i64, String, String, i64)>,
    /// By company: messages and bytes.
    usage: Vec<(i64, i64, i64)>,
}

impl Counted {
    /// Reads what the platform has counted of the messages that are there.
    pub(super) async fn read(db: &Db) -> Result<Self> {
        let read = db.read(|tx: &mut Tx<'_>| {
            let mut counted = Self::default();
            for row in tx.query(
                "select company_id, kind, n_checked, n_refused, n_sent, n_settled, n_receipts from message_day",
                &[],
            )? {
                let n = [row.int(2)?, row.int(3)?, row.int(4)?, row.int(5)?, row.int(6)?];
                counted.steps.push((row.int(0)?, row.text(1)?, n));
            }
            for row in tx.query("select company_id, kind, outcome, n_messages from message_outcome", &[])? {
                counted.outcomes.push((row.int(0)?, row.text(1)?, row.text(2)?, row.int(3)?));
            }
            for row in tx.query("select company_id, n_messages, n_bytes from company_usage", &[])? {
                counted.usage.push((row.int(0)?, row.int(1)?, row.int(2)?));
            }
            Ok::<_, store::Error>(counted)
        });
        Ok(read.await?)
    }

    /// Adds `n` times what was counted to a day, by its first moment.
    fn add(&self, tx: &mut Tx<'_>, day_ms: i64, n: i64) -> store::Result<()> {
        let (day, day_no) = (beijing_day(day_ms), (day_ms + BEIJING_MS) / DAY_MS);
        for (company, kind, steps) in &self.steps {
            let [checked, refused, sent, settled, receipts] = steps.map(|count| (count * n).into());
            tx.execute(
                "insert into message_day (day, company_id, kind, n_checked, n_refused, n_sent, n_settled, \
                 n_receipts) values ($1, $2, $3, $4, $5, $6, $7, $8) \
                 on conflict (day, company_id, kind) do update set \
                 n_checked = message_day.n_checked + excluded.n_checked, \
                 n_refused = message_day.n_refused + excluded.n_refused, \
                 n_sent = message_day.n_sent + excluded.n_sent, \
                 n_settled = message_day.n_settled + excluded.n_settled, \
                 n_receipts = message_day.n_receipts + excluded.n_receipts",
                &[(&day).into(), (*company).into(), kind.into(), checked, refused, sent, settled, receipts],
            )?;
        }
        for (company, kind, outcome, messages) in &self.outcomes {
            tx.execute(
                "insert into message_outcome (day_no, company_id, kind, outcome, n_messages) \
                 values ($1, $2, $3, $4, $5) on conflict (day_no, company_id, kind, outcome) do update \
                 set n_messages = message_outcome.n_messages + excluded.n_messages",
                &[day_no.into(), (*company).into(), kind.into(), outcome.into(), (messages * n).into()],
            )?;
        }
        for (company, messages, bytes) in &self.usage {
            tx.execute(
                "insert into company_usage (day, company_id, n_messages, n_bytes) values ($1, $2, $3, $4) \
                 on conflict (day, company_id) do update set \
                 n_messages = company_usage.n_messages + excluded.n_messages, \
                 n_bytes = company_usage.n_bytes + excluded.n_bytes",
                &[(&day).into(), (*company).into(), (messages * n).into(), (bytes * n).into()],
            )?;
        }
        Ok(())
    }
}

/// Adds what all blocks but the newest have, which the platform itself has counted, to the counts of their days.
pub(super) async fn counts(db: &Db, blocks: &Blocks, counted: &Counted) -> Result<()> {
    let newest_ms = store::id::made_at_ms(blocks.low);
    let mut days: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for nth in 0..blocks.n_blocks - 1 {
        let at_ms = newest_ms - blocks.earlier_ms(nth);
        days.entry((at_ms + BEIJING_MS) / DAY_MS)
            .or_insert((at_ms, 0))
            .1 += 1;
    }
    let counted = counted.clone();
    let write = db.write(move |tx| {
        for (at_ms, n_blocks) in days.values() {
            counted.add(tx, *at_ms, *n_blocks)?;
        }
        Ok::<_, store::Error>(())
    });
    Ok(write.await?)
}
