//! Every statement on `company_usage`; what waits is counted by the indexes of `message`.

use registry::company::CompanyId;
use store::{Result, Tx};

/// Locks a company's row of a day, made if need be; answers messages and bytes.
pub(super) fn lock(tx: &mut Tx<'_>, day: &str, company: CompanyId) -> Result<(i64, i64)> {
    add(tx, day, company, 0, 0)
}

/// Adds to a company's day; answers messages and bytes.
pub(super) fn add(
    tx: &mut Tx<'_>,
    day: &str,
    company: CompanyId,
    n_messages: i64,
    n_bytes: i64,
) -> Result<(i64, i64)> {
    let row = tx.query_opt(
        "insert into company_usage (day, company_id, n_messages, n_bytes) values ($1, $2, $3, $4) \
         on conflict (day, company_id) do update set \
         n_messages = company_usage.n_messages + excluded.n_messages, \
         n_bytes = company_usage.n_bytes + excluded.n_bytes returning n_messages, n_bytes",
        &[
            day.into(),
            company.0.into(),
            n_messages.into(),
            n_bytes.into(),
        ],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Messages and bytes that a company has handed in on a day.
pub(crate) fn used(tx: &mut Tx<'_>, day: &str, company: CompanyId) -> Result<(i64, i64)> {
    let row = tx.query_opt(
        "select n_messages, n_bytes from company_usage where day = $1 and company_id = $2",
        &[day.into(), company.0.into()],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Messages of a company that wait for check or sending, counted up to `limit`.
pub(super) fn n_waiting(tx: &mut Tx<'_>, company: CompanyId, limit: i64) -> Result<i64> {
    let mut n_found = 0;
    for state in ["received", "checked"] {
        for direction in ["import", "export"] {
            // The state stands in the text, so that both engines see which partial index serves.
            let sql = format!(
                "select count(*) from (select 1 as one from message where state = '{state}' \
                 and direction = $1 and company_id = $2 limit $3) as found"
            );
            let row = tx.query_opt(&sql, &[direction.into(), company.0.into(), limit.into()])?;
            n_found += row.map_or(Ok(0), |row| row.int(0))?;
        }
    }
    Ok(n_found.min(limit))
}

/// The oldest message of a company that waits for check or sending.
pub(super) fn oldest_waiting(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<i64>> {
    let mut oldest: Option<i64> = None;
    for state in ["received", "checked"] {
        for direction in ["import", "export"] {
            let sql = format!(
                "select id from message where state = '{state}' and direction = $1 \
                 and company_id = $2 order by id limit 1"
            );
            if let Some(row) = tx.query_opt(&sql, &[direction.into(), company.0.into()])? {
                let id = row.int(0)?;
                oldest = Some(oldest.map_or(id, |known| known.min(id)));
            }
        }
    }
    Ok(oldest)
}

/// A company that is near its quota of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Near {
    pub(crate) company_id: CompanyId,
    pub(crate) n_messages: i64,
    pub(crate) n_bytes: i64,
}

/// Companies that have handed in at least so much on a day, the largest first.
pub(crate) fn near(
    tx: &mut Tx<'_>,
    day: &str,
    (n_messages, n_bytes): (i64, i64),
    limit: i64,
) -> Result<Vec<Near>> {
    tx.query(
        "select company_id, n_messages, n_bytes from company_usage where day = $1 \
         and (n_messages >= $2 or n_bytes >= $3) order by n_messages desc limit $4",
        &[day.into(), n_messages.into(), n_bytes.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        Ok(Near {
            company_id: CompanyId(row.int(0)?),
            n_messages: row.int(1)?,
            n_bytes: row.int(2)?,
        })
    })
    .collect()
}
