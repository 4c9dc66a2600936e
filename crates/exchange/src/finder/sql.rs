//! Statements that only read: the lists and the life of a message. The tables belong to the modules
//! message and receipt, which give their columns.

use super::Found;
use crate::message::guid::{SoughtGuid, guid_key};
use crate::message::row::{message, outcome};
use crate::message::sql::COLUMNS;
use crate::message::{FindingView, MessageId, State, StoredMessage, finding};
use ceb::Outcome;
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::id::PART_MAX;
use store::unreadable::DAMAGED;
use store::unreadable::{read_or, readable};
use store::{Error, Many, Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// What a list is narrowed to; every part may be absent.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Kind: `CEB311`.
    pub kind: Option<String>,
    /// State.
    pub state: Option<State>,
    /// Outcome.
    pub outcome: Option<Outcome>,
    /// Whether the company must act.
    pub needs_action: Option<bool>,
    /// `import` or `export`.
    pub direction: Option<&'static str>,
    /// Guid of the message's root.
    pub guid: Option<SoughtGuid>,
    /// Company, for those who see several.
    pub company: Option<CompanyId>,
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
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The messages that are seen under a filter.
fn rows<'a>(sight: &'a Sight, filter: &'a Filter) -> ListRows<'a> {
    let mut rows = ListRows::seen("from message m", |args| {
        visible(sight, "m.company_id", args)
    });
    rows.and_last("m.id >= ?", filter.from_ms.map(store::id::first_at_ms));
    rows.and_last("m.id < ?", filter.to_ms.map(store::id::first_at_ms));
    if let Some(guid) = &filter.guid {
        rows.and_indexed_with(|args| {
            args.push(Value::Bytes(&guid.key));
            format!(
                "m.id in (select g.message_id from message_guid g where g.guid = ${})",
                args.len()
            )
        });
    }
    let of_documents = [
        (BY_ORDER_NO, filter.order_no.as_deref()),
        (BY_LOGISTICS_NO, filter.logistics_no.as_deref()),
        (BY_INVT_NO, filter.invt_no.as_deref()),
        (BY_COP_NO, filter.cop_no.as_deref()),
    ];
    for (condition, value) in of_documents {
        if let Some(value) = value {
            rows.and_indexed_with(|args| {
                args.push(value.into());
                let number = format!("${}", args.len());
                let seen = visible(sight, "d.company_id", args);
                condition.replace('?', &number).replace("SEEN", &seen)
            });
        }
    }
    rows.and_indexed("m.company_id = ?", filter.company.map(|id| id.0));
    if filter.needs_action == Some(true) {
        rows.and_indexed_plain("m.needs_action");
    }
    if let Some(state) = filter.state {
        of_state(&mut rows, sight, state);
    }
    if let Some(outcome) = filter.outcome {
        rows.and_indexed_plain(&format!("m.outcome = '{}'", outcome.name()));
    }
    rows.and_indexed("m.kind = ?", filter.kind.as_deref());
    rows.and("m.direction = ?", filter.direction);
    if filter.needs_action == Some(false) {
        rows.and_plain("not m.needs_action");
    }
    rows
}

/// Those in a state. It is written out, because the partial indexes of the few unfinished ones need to see it; the engine would sooner
/// read all messages of a company, so these come first.
fn of_state<'a>(rows: &mut ListRows<'a>, sight: &'a Sight, state: State) {
    let is_in = format!("state = '{}'", state.name());
    match state {
        State::Received | State::Checked => rows.and_indexed_with(|args| {
            let seen = visible(sight, "w.company_id", args);
            format!(
                "m.id in (select w.id from message w where w.{is_in} \
                 and w.direction in ('import', 'export') and {seen})"
            )
        }),
        State::Sent => rows.and_indexed_plain(&format!(
            "m.id in (select w.id from message w where w.{is_in})"
        )),
        State::Refused | State::Held => rows.and_indexed_with(|args| {
            let seen = visible(sight, "w.company_id", args);
            format!(
                "m.id in (select w.id from message w where w.state in ('refused', 'held') \
                 and w.{is_in} and {seen})"
            )
        }),
        State::Waiting | State::Answered | State::Settled => {
            rows.and_indexed_plain(&format!("m.{is_in}"));
        }
    }
}

/// A page of the messages that are seen.
pub fn list(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<StoredMessage>> {
    let begin = &filter.begin;
    let by = OrderBy::id("m.id", begin.order == Age::Newest);
    let found = rows(sight, filter).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(message).collect()
}

/// How many messages are seen under a filter.
pub(crate) fn total(tx: &mut Tx<'_>, sight: &Sight, filter: &Filter) -> Result<Total> {
    rows(sight, filter).count(tx)
}

// A document's id is its message's id plus its number below 128.
const BY_ORDER_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                           where d.order_no = ? and SEEN)";
const BY_LOGISTICS_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                               where d.logistics_no = ? and SEEN)";
const BY_INVT_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                          where d.invt_no = ? and SEEN)";
const BY_COP_NO: &str = "m.id in (select d.id - d.id % 128 from document d \
                         where d.cop_no = ? and SEEN)";

/// A message, if it is seen.
pub fn find(tx: &mut Tx<'_>, sight: &Sight, id: MessageId) -> Result<Option<StoredMessage>> {
    let mut args: Vec<Value<'_>> = vec![id.0.into()];
    let seen = visible(sight, "m.company_id", &mut args);
    let sql = format!("select {COLUMNS} from message m where m.id = $1 and {seen}");
    tx.query_opt(&sql, &args)?.as_ref().map(message).transpose()
}

/// The newest messages of all companies: only for those who run the platform.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<StoredMessage>> {
    let sql = format!("select {COLUMNS} from message m order by m.id desc limit $1");
    tx.query(&sql, &[limit.into()])?
        .iter()
        .map(message)
        .collect()
}

/// The bytes of a message, as received, if it is seen.
pub(crate) fn body(tx: &mut Tx<'_>, sight: &Sight, id: MessageId) -> Result<Option<Vec<u8>>> {
    let mut args: Vec<Value<'_>> = vec![id.0.into()];
    let seen = visible(sight, "m.company_id", &mut args);
    let sql = format!("select 1 from message m where m.id = $1 and {seen}");
    match tx.query_opt(&sql, &args)? {
        Some(_) => crate::message::sql::body_as_received(tx, id),
        None => Ok(None),
    }
}

/// Latest statuses that the standard does not have, of the documents of these messages that were not turned down:
/// each with its message and the message's kind, once.
pub(crate) fn unknown_statuses(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<Vec<(MessageId, String, i64)>> {
    const FIND: Many = Many {
        before: "select distinct m.id, m.kind, d.status from message m \
                 join document d on d.id > m.id and d.id <= m.id + $1 \
                 where d.status > 0 and d.outcome in ('waiting', 'accepted', 'released') and m.id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let is_listed = |status: i64| {
        i32::try_from(status).is_ok_and(|status| ceb::ReturnStatus(status).is_listed())
    };
    let rows = tx.many(FIND, &[PART_MAX.into()], &rows)?;
    let mut found = readable(&rows, "document", |row| {
        Ok((MessageId(row.int(0)?), row.text(1)?, row.int(2)?))
    })?;
    found.retain(|(_, _, status)| !is_listed(*status));
    Ok(found)
}

/// What stands for the text of a finding that is damaged; its code says what was found.
const UNREADABLE: &str = "（平台存储的这条说明已损坏，无法读取；请按代码查阅知识库）";

/// The findings of a message, in the order in which they were found.
pub(crate) fn findings(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<FindingView>> {
    let rows = tx.query(
        "select code, severity, path, line, value, text, advice, number from message_finding \
         where message_id = $1 order by number",
        &[id.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            let at = ("message_finding", (id.0, row.int(7)?));
            let value = tx.try_text(row.text(4), at)?.unwrap_or_default();
            let text = tx.try_text(row.text(5), at)?;
            let code = row.text(0)?;
            let (text_en, advice_en) = finding::english(&code);
            Ok(FindingView {
                code,
                severity: row.text(1)?,
                path: row.text(2)?,
                line: row.int(3)?,
                cell: None,
                value,
                text: text.unwrap_or_else(|| UNREADABLE.to_owned()),
                advice: row.text(6)?,
                text_en,
                advice_en,
            })
        })
        .collect()
}

/// A message of any company: only for those who run the platform.
pub fn find_any(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<StoredMessage>> {
    let sql = format!("select {COLUMNS} from message m where m.id = $1");
    tx.query_opt(&sql, &[id.0.into()])?
        .as_ref()
        .map(message)
        .transpose()
}

/// Columns of a document with the state of its message, as `found` reads them.
const FOUND: &str = "select d.id, d.company_id, d.kind, m.state, d.order_no, d.logistics_no, \
                     d.invt_no, d.status, d.outcome, d.needs_action, d.guid \
                     from document d join message m \
                     on m.id = d.id - d.id % 128 where ";

/// A document of its row. One that is damaged is shown with what can be read of it.
fn found(row: &Row) -> Result<Found> {
    read_or(row, "document", found_of, readable_of)
}

fn readable_of(row: &Row, id: i64) -> Found {
    let text = |column| row.text_opt(column).unwrap_or_default();
    let state = text(3).and_then(|state| State::from_name(&state));
    let outcome = text(8).and_then(|name| Outcome::from_name(&name));
    Found {
        document_id: id,
        company_id: CompanyId(row.int(1).unwrap_or_default()),
        kind: text(2).unwrap_or_else(|| DAMAGED.to_owned()),
        state: state.unwrap_or(State::Held),
        order_no: text(4),
        logistics_no: text(5),
        invt_no: text(6),
        status: row.int_opt(7).unwrap_or_default(),
        outcome: outcome.unwrap_or(Outcome::Waiting),
        needs_action: row.bool(9).unwrap_or(true),
        guid: text(10),
        matched: ("", ""),
    }
}

fn found_of(row: &Row) -> Result<Found> {
    let state = row.text(3)?;
    Ok(Found {
        document_id: row.int(0)?,
        company_id: CompanyId(row.int(1)?),
        kind: row.text(2)?,
        state: State::from_name(&state)
            .ok_or_else(|| Error::Damaged(format!("unknown state {state}")))?,
        order_no: row.text_opt(4)?,
        logistics_no: row.text_opt(5)?,
        invt_no: row.text_opt(6)?,
        status: row.int_opt(7)?,
        outcome: outcome(&row.text(8)?)?,
        needs_action: row.bool(9)?,
        guid: row.text_opt(10)?,
        matched: ("", ""),
    })
}

/// The newest documents with a number: `column` is one of the document's numbers.
pub(crate) fn documents_by(
    tx: &mut Tx<'_>,
    sight: &Sight,
    column: &'static str,
    number: &str,
    limit: i64,
) -> Result<Vec<Found>> {
    let mut args: Vec<Value<'_>> = vec![number.into(), limit.into()];
    let seen = visible(sight, "d.company_id", &mut args);
    let sql = format!("{FOUND} d.{column} = $1 and {seen} order by d.id desc limit $2");
    tx.query(&sql, &args)?.iter().map(found).collect()
}

/// The documents of a message, if it is seen.
pub(crate) fn documents_of(
    tx: &mut Tx<'_>,
    sight: &Sight,
    id: MessageId,
    limit: i64,
) -> Result<Vec<Found>> {
    let mut args: Vec<Value<'_>> = vec![
        id.0.saturating_add(1).into(),
        id.document(usize::MAX).into(),
        limit.into(),
    ];
    let seen = visible(sight, "d.company_id", &mut args);
    let sql = format!("{FOUND} d.id between $1 and $2 and {seen} order by d.id limit $3");
    tx.query(&sql, &args)?.iter().map(found).collect()
}

/// A document, if it is seen.
pub(crate) fn document(tx: &mut Tx<'_>, sight: &Sight, id: i64) -> Result<Option<Found>> {
    let mut args: Vec<Value<'_>> = vec![id.into()];
    let seen = visible(sight, "d.company_id", &mut args);
    let sql = format!("{FOUND} d.id = $1 and {seen}");
    tx.query_opt(&sql, &args)?.as_ref().map(found).transpose()
}

/// Messages with this guid.
pub(crate) fn by_guid(
    tx: &mut Tx<'_>,
    sight: &Sight,
    guid: &str,
    limit: i64,
) -> Result<Vec<MessageId>> {
    let key = guid_key(guid);
    let mut args: Vec<Value<'_>> = vec![Value::Bytes(&key), limit.into()];
    let seen = visible(sight, "g.company_id", &mut args);
    let sql = format!(
        "select g.message_id from message_guid g where g.guid = $1 and {seen} \
         order by g.message_id desc limit $2"
    );
    let rows = tx.query(&sql, &args)?;
    rows.iter().map(|row| row.int(0).map(MessageId)).collect()
}

/// Why a message is where it is: its first grave finding, or what its last event says.
pub fn why(tx: &mut Tx<'_>, message: &StoredMessage) -> Result<String> {
    let found = tx.query_opt(
        "select code, text, number from message_finding where message_id = $1 and severity = 'refuse' \
         order by number limit 1",
        &[message.id.0.into()],
    )?;
    if let Some(row) = found.filter(|_| message.state == State::Refused) {
        let at = ("message_finding", (message.id.0, row.int(2)?));
        let text = tx.try_text(row.text(1), at)?;
        let text = text.unwrap_or_else(|| UNREADABLE.to_owned());
        return Ok(format!("[{}] {text}", row.text(0)?));
    }
    let events = store::event::of_subject(tx, message.id.0, EVENTS_MAX)?;
    Ok(events
        .last()
        .map_or_else(String::new, |event| event.detail.clone()))
}

/// Events that are looked through for a reason.
const EVENTS_MAX: i64 = 200;
