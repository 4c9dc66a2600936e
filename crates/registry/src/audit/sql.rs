//! Every statement on the tables `audit`, `audit_head`, `audit_waiting` and `audit_cursor`.

use super::AuditRow;
use store::{Error, Result, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

const COLUMNS: &str = "number, at_ms, actor_kind, actor_id, actor_name, company_id, act, object, \
                       result, address, request_id, detail, previous, hash";

/// Takes the next number under a lock on the head, which makes the chain one line on every engine.
pub(super) fn take_number(tx: &mut Tx<'_>) -> Result<(i64, String)> {
    let row = tx
        .query_opt(
            "update audit_head set number = number + 1 where id = 1 returning number, hash",
            &[],
        )?
        .ok_or_else(|| Error::Fault("the head of the audit is missing".to_owned()))?;
    Ok((row.int(0)?, row.text(1)?))
}

/// The values of a row: its key, what was done, and more texts.
fn values<'a>(key: i64, row: &'a AuditRow, more: &[&'a String]) -> Vec<Value<'a>> {
    let mut values: Vec<Value<'a>> = vec![
        key.into(),
        row.at_ms.into(),
        (&row.actor_kind).into(),
        row.actor_id.into(),
        (&row.actor_name).into(),
        row.company.into(),
        (&row.act).into(),
        (&row.object).into(),
        (&row.result).into(),
        (&row.address).into(),
        (&row.request_id).into(),
        (&row.detail).into(),
    ];
    values.extend(more.iter().map(|text| (*text).into()));
    values
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &AuditRow) -> Result<()> {
    tx.execute(
        "insert into audit (number, at_ms, actor_kind, actor_id, actor_name, company_id, act, \
         object, result, address, request_id, detail, previous, hash) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &values(row.number, row, &[&row.previous, &row.hash]),
    )?;
    tx.execute(
        "update audit_head set hash = $1 where id = 1",
        &[(&row.hash).into()],
    )
    .map(|_| ())
}

/// Locks the head until the end of the transaction.
pub(super) fn lock_head(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("update audit_head set number = number where id = 1", &[])
        .map(|_| ())
}

pub(super) fn insert_waiting(tx: &mut Tx<'_>, id: i64, row: &AuditRow) -> Result<()> {
    tx.execute(
        "insert into audit_waiting (id, at_ms, actor_kind, actor_id, actor_name, company_id, act, \
         object, result, address, request_id, detail) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &values(id, row, &[]),
    )
    .map(|_| ())
}

/// The oldest rows that wait for their number, with their ids.
pub(super) fn waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(i64, AuditRow)>> {
    let found = tx.query(
        "select 0, at_ms, actor_kind, actor_id, actor_name, company_id, act, object, result, \
         address, request_id, detail, '', '', id from audit_waiting order by id limit $1",
        &[limit.into()],
    )?;
    found
        .iter()
        .map(|one| Ok((one.int(14)?, row(one)?)))
        .collect()
}

pub(super) fn remove_waiting(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute("delete from audit_waiting where id = $1", &[id.into()])
        .map(|_| ())
}

/// When the oldest act was done whose row waits for its number, in milliseconds since 1970.
pub fn oldest_waiting(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    tx.query_opt("select at_ms from audit_waiting order by id limit 1", &[])?
        .map(|row| row.int(0))
        .transpose()
}

/// Number and hash of the last row.
pub fn head(tx: &mut Tx<'_>) -> Result<(i64, String)> {
    let row = tx
        .query_opt("select number, hash from audit_head where id = 1", &[])?
        .ok_or_else(|| Error::Fault("the head of the audit is missing".to_owned()))?;
    Ok((row.int(0)?, row.text(1)?))
}

/// Rows after a number, oldest first.
pub fn after(tx: &mut Tx<'_>, number: i64, limit: i64) -> Result<Vec<AuditRow>> {
    let sql = format!("select {COLUMNS} from audit where number > $1 order by number limit $2");
    tx.query(&sql, &[number.into(), limit.into()])?
        .iter()
        .map(row)
        .collect()
}

/// What a list of rows is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Names of acts; none for all.
    pub acts: Vec<String>,
    /// Account, key or client.
    pub actor: Option<i64>,
    /// One of these accounts; none for all.
    pub accounts: Vec<i64>,
    /// Whether only acts of people are shown.
    pub of_people: bool,
    /// Whether only acts that were done (`true`) or refused are shown.
    pub is_done: Option<bool>,
    /// From which address.
    pub address: Option<String>,
    /// The company acted for.
    pub company: Option<i64>,
    /// `kind:id`.
    pub object: Option<String>,
    /// At or after, milliseconds since 1970-01-01 UTC.
    pub from_ms: Option<i64>,
    /// Before, milliseconds since 1970-01-01 UTC.
    pub to_ms: Option<i64>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The rows under a filter.
fn rows(filter: &AuditFilter) -> ListRows<'_> {
    let mut rows = ListRows::those("from audit", "number > 0");
    rows.and_indexed("object = ?", filter.object.as_deref());
    rows.and_indexed("actor_id = ?", filter.actor);
    rows.and_one_of("actor_id", filter.accounts.iter().copied());
    rows.and_indexed("address = ?", filter.address.as_deref());
    rows.and_indexed("company_id = ?", filter.company);
    if filter.of_people || !filter.accounts.is_empty() {
        rows.and_plain("actor_kind = 'account'");
    }
    // Written out, so that the index on what was refused serves it.
    match filter.is_done {
        Some(true) => rows.and_plain("result = 'done'"),
        Some(false) => rows.and_indexed_plain("result = 'refused'"),
        None => {}
    }
    rows.and_one_of("act", &filter.acts);
    rows.and("at_ms >= ?", filter.from_ms);
    rows.and("at_ms < ?", filter.to_ms);
    rows
}

/// A page of the rows.
pub fn list(tx: &mut Tx<'_>, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditRow>> {
    let begin = &filter.begin;
    let by = OrderBy::id("number", begin.order == Age::Newest);
    let found = rows(filter).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(row).collect()
}

/// How many rows there are under a filter.
pub fn total(tx: &mut Tx<'_>, filter: &AuditFilter) -> Result<Total> {
    rows(filter).count(tx)
}

/// Up to which number a reader of the audit has come; 0 before the first row.
pub fn cursor(tx: &mut Tx<'_>, reader: &str) -> Result<i64> {
    let row = tx.query_opt(
        "select number from audit_cursor where reader = $1",
        &[reader.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Notes how far a reader of the audit has come; never back.
pub fn set_cursor(tx: &mut Tx<'_>, reader: &str, number: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into audit_cursor (reader, number, at_ms) values ($1, $2, $3) \
         on conflict (reader) do update set number = excluded.number, at_ms = excluded.at_ms \
         where audit_cursor.number < excluded.number",
        &[reader.into(), number.into(), now_ms.into()],
    )
    .map(|_| ())
}

fn row(row: &store::Row) -> Result<AuditRow> {
    Ok(AuditRow {
        number: row.int(0)?,
        at_ms: row.int(1)?,
        actor_kind: row.text(2)?,
        actor_id: row.int_opt(3)?,
        actor_name: row.text(4)?,
        company: row.int_opt(5)?,
        act: row.text(6)?,
        object: row.text(7)?,
        result: row.text(8)?,
        address: row.text(9)?,
        request_id: row.text(10)?,
        detail: row.text(11)?,
        previous: row.text(12)?,
        hash: row.text(13)?,
    })
}
