//! Statements that only read: the lists and the life of a message. The tables belong to the rooms
//! message and receipt, which give their columns.

use crate::message::sql::{COLUMNS, message};
use crate::message::{Message, MessageId, State};
use registry::company::CompanyId;
use store::{Result, Tx, Value};

/// What a list is narrowed to; every part may be absent.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Kind: `CEB311`.
    pub kind: Option<String>,
    /// State.
    pub state: Option<State>,
    /// Order number of a document.
    pub order_no: Option<String>,
    /// Waybill number of a document.
    pub logistics_no: Option<String>,
    /// List number that customs gave a document.
    pub invt_no: Option<String>,
    /// The company's own number of a document.
    pub cop_no: Option<String>,
    /// Accepted at or after, milliseconds since 1970-01-01 UTC.
    pub from_ms: Option<i64>,
    /// Accepted before, milliseconds since 1970-01-01 UTC.
    pub to_ms: Option<i64>,
    /// Only messages before this one: the next page.
    pub before: Option<MessageId>,
}

/// The messages of a company, newest first.
///
/// # Errors
/// The engine's.
pub fn list(
    tx: &mut Tx<'_>,
    company: CompanyId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Message>> {
    let mut sql = format!("select {COLUMNS} from message m where m.company_id = $1");
    let mut args: Vec<Value<'_>> = vec![company.0.into()];
    let numbers = [
        ("m.id < ?", filter.before.map(|id| id.0)),
        ("m.id >= ?", filter.from_ms.map(store::id::first_at_ms)),
        ("m.id < ?", filter.to_ms.map(store::id::first_at_ms)),
    ];
    let texts = [
        ("m.kind = ?", filter.kind.as_deref()),
        ("m.state = ?", filter.state.map(State::name)),
        (BY_ORDER_NO, filter.order_no.as_deref()),
        (BY_LOGISTICS_NO, filter.logistics_no.as_deref()),
        (BY_INVT_NO, filter.invt_no.as_deref()),
        (BY_COP_NO, filter.cop_no.as_deref()),
    ];
    let numbers = numbers.map(|(condition, value)| (condition, value.map(Value::from)));
    let texts = texts.map(|(condition, value)| (condition, value.map(Value::from)));
    for (condition, value) in numbers.into_iter().chain(texts) {
        if let Some(value) = value {
            args.push(value);
            sql.push_str(" and ");
            sql.push_str(&condition.replace('?', &format!("${}", args.len())));
        }
    }
    args.push(limit.into());
    sql.push_str(&format!(" order by m.id desc limit ${}", args.len()));
    tx.query(&sql, &args)?.iter().map(message).collect()
}

// A document's id is its message's id plus its number below 128.
const BY_ORDER_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                           where d.company_id = $1 and d.order_no = ?)";
const BY_LOGISTICS_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                               where d.company_id = $1 and d.logistics_no = ?)";
const BY_INVT_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                          where d.company_id = $1 and d.invt_no = ?)";
const BY_COP_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                         where d.company_id = $1 and d.cop_no = ?)";

/// A message of a company.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, company: CompanyId, id: MessageId) -> Result<Option<Message>> {
    let sql = format!("select {COLUMNS} from message m where m.id = $1 and m.company_id = $2");
    tx.query_opt(&sql, &[id.0.into(), company.0.into()])?
        .as_ref()
        .map(message)
        .transpose()
}

/// The newest messages of all companies: only for those who run the platform.
///
/// # Errors
/// The engine's.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Message>> {
    let sql = format!("select {COLUMNS} from message m order by m.id desc limit $1");
    tx.query(&sql, &[limit.into()])?
        .iter()
        .map(message)
        .collect()
}

/// The bytes of a message of a company, as received.
///
/// # Errors
/// The engine's.
pub(super) fn body(tx: &mut Tx<'_>, company: CompanyId, id: MessageId) -> Result<Option<Vec<u8>>> {
    tx.query_opt(
        "select b.body from message m join message_body b on b.message_id = m.id \
         where m.id = $1 and m.company_id = $2",
        &[id.0.into(), company.0.into()],
    )?
    .map(|row| row.bytes(0))
    .transpose()
}

/// The findings of a message, in the order in which they were found.
pub(super) fn findings(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<super::FindingView>> {
    tx.query(
        "select code, severity, path, line, value, text, advice from message_finding \
         where message_id = $1 order by number",
        &[id.0.into()],
    )?
    .iter()
    .map(|row| {
        Ok(super::FindingView {
            code: row.text(0)?,
            severity: row.text(1)?,
            path: row.text(2)?,
            line: row.int(3)?,
            value: row.text(4)?,
            text: row.text(5)?,
            advice: row.text(6)?,
        })
    })
    .collect()
}

/// A message of any company: only for those who run the platform.
///
/// # Errors
/// The engine's.
pub fn find_any(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Message>> {
    let sql = format!("select {COLUMNS} from message m where m.id = $1");
    tx.query_opt(&sql, &[id.0.into()])?
        .as_ref()
        .map(message)
        .transpose()
}
