//! Statements on `document` and `receipt`.

use super::matching::Candidate;
use super::row::{shown, status};
use super::xml::{self, NewXml};
use super::{DocumentStatus, NewDocument, NewReceipt};
use crate::message::MessageId;
use ceb::Outcome;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::{Many, Result, Row, Tx, Value};

pub(crate) fn insert_documents(tx: &mut Tx<'_>, documents: &[&NewDocument]) -> Result<()> {
    const DOCUMENTS: Many = Many {
        before: "insert into document (id, company_id, kind, business_key, order_no, logistics_no, \
                 invt_no, cop_no, guid, app_type, refused_key, outcome, needs_action, is_draft, \
                 is_final) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false)",
        after: " on conflict (id) do nothing",
    };
    let rows: Vec<Vec<Value<'_>>> = documents
        .iter()
        .map(|document| {
            let key = document.business_key.as_deref();
            let of = match document.is_refused {
                true => Outcome::Refused,
                false => Outcome::Waiting,
            };
            vec![
                document.id.into(),
                document.company_id.0.into(),
                (&document.kind).into(),
                key.filter(|_| !document.is_refused).into(),
                document.order_no.as_deref().into(),
                document.logistics_no.as_deref().into(),
                document.invt_no.as_deref().into(),
                document.cop_no.as_deref().into(),
                document.guid.as_deref().into(),
                document.app_type.as_deref().into(),
                key.filter(|_| document.is_refused).into(),
                of.name().into(),
                document.is_refused.into(),
                document.is_draft.into(),
            ]
        })
        .collect();
    tx.many(DOCUMENTS, &[], &rows).map(|_| ())
}

pub(super) fn texts(list: &BTreeSet<String>) -> Vec<Vec<Value<'_>>> {
    list.iter().map(|text| vec![text.into()]).collect()
}

pub(super) fn candidates(rows: &[Row]) -> Result<BTreeMap<String, Vec<Candidate>>> {
    let mut found: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for row in rows {
        let candidate = Candidate {
            company_id: CompanyId(row.int(1)?),
            document_id: row.int(2)?,
            n_same: row.int(3)?,
            may_be_sent: row.bool(4)?,
            first_id: row.int(5)?,
        };
        found.entry(row.text(0)?).or_default().push(candidate);
    }
    Ok(found)
}

/// The messages of these documents that have no receipt at all.
pub(crate) fn without_receipts(
    tx: &mut Tx<'_>,
    documents: &BTreeSet<i64>,
) -> Result<Vec<MessageId>> {
    let messages = documents.iter().copied().map(MessageId::of_document);
    let mut left = Vec::new();
    for id in messages.collect::<BTreeSet<_>>() {
        let found = tx.query_opt(
            "select 1 from receipt where document_id between $1 and $2 limit 1",
            &[id.0.into(), id.0.saturating_add(PART_MAX).into()],
        )?;
        if found.is_none() {
            left.push(id);
        }
    }
    Ok(left)
}

/// The newest list of each company under each number that customs gave, one that was turned down only
/// when there is no other.
pub(super) fn by_invt_no(
    tx: &mut Tx<'_>,
    invt_nos: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Candidate>>> {
    const FIND: Many = Many {
        before: "select invt_no, company_id, coalesce(max(case when outcome in \
                 ('rejected', 'faulty', 'refused') then null else id end), max(id)), 1, true, min(id) \
                 from document where kind in ('CEB621', 'CEB603', 'CEB701') and invt_no in (",
        row: "?",
        after: ") group by invt_no, company_id",
    };
    candidates(&tx.many(FIND, &[], &texts(invt_nos))?)
}

/// A receipt with what the feed and the duplicate check add to it.
pub(super) struct ReceiptRow<'a> {
    pub(super) feed_no: i64,
    pub(super) received_at: i64,
    pub(super) receipt: &'a NewReceipt,
}

/// The time under which a receipt with this fingerprint is recorded, of the document and with the status of this one.
pub(super) fn time_of(
    tx: &mut Tx<'_>,
    receipt: &NewReceipt,
    fingerprint: i64,
) -> Result<Option<String>> {
    let found = tx.query_opt(
        "select return_time from receipt where document_id = $1 and return_status = $2 \
         and fingerprint = $3 limit 1",
        &[
            receipt.document_id.into(),
            receipt.return_status.into(),
            fingerprint.into(),
        ],
    )?;
    found.map(|row| row.text(0)).transpose()
}

/// What a receipt is said of: its document and status.
pub(super) type ReceiptWords = (i64, i64);

pub(super) fn words_of(receipt: &NewReceipt) -> ReceiptWords {
    (receipt.document_id, receipt.return_status)
}

/// What is recorded of the documents of these receipts with the same status: fingerprint and time of each.
pub(super) fn times(
    tx: &mut Tx<'_>,
    receipts: &[&NewReceipt],
) -> Result<BTreeMap<ReceiptWords, Vec<(i64, String)>>> {
    const FIND: Many = Many {
        before: "select r.document_id, r.return_status, r.fingerprint, r.return_time from (values ",
        row: "(cast(? as bigint), cast(? as bigint))",
        after: ") as v cross join receipt r where r.document_id = v.column1 \
                and r.return_status = v.column2",
    };
    let words: BTreeSet<ReceiptWords> = receipts.iter().map(|one| words_of(one)).collect();
    let rows: Vec<Vec<Value<'_>>> = words
        .into_iter()
        .map(|(document, status)| vec![document.into(), status.into()])
        .collect();
    let mut found: BTreeMap<ReceiptWords, Vec<(i64, String)>> = BTreeMap::new();
    for row in tx.many(FIND, &[], &rows)? {
        let recorded = (row.int(2)?, row.text(3)?);
        let words = (row.int(0)?, row.int(1)?);
        found.entry(words).or_default().push(recorded);
    }
    Ok(found)
}

/// Inserts receipts; answers (company, feed number) of those that were new.
pub(super) fn insert_receipts(
    tx: &mut Tx<'_>,
    receipts: &[ReceiptRow<'_>],
) -> Result<BTreeSet<(i64, i64)>> {
    const RECEIPTS: Many = Many {
        before: "insert into receipt (company_id, feed_no, message_id, document_id, kind, guid, \
                 document_key, return_status, return_time, return_info, fingerprint, received_at, \
                 xml) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
        after: " on conflict (document_id, return_status, return_time, fingerprint) do nothing \
                returning company_id, feed_no",
    };
    let vault = tx.vault();
    let sealed = receipts
        .iter()
        .map(|row| vault.close_text(&row.receipt.return_info))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = receipts
        .iter()
        .zip(&sealed)
        .map(|(row, info)| {
            let receipt = row.receipt;
            vec![
                receipt.company_id.0.into(),
                row.feed_no.into(),
                receipt.message_id.0.into(),
                receipt.document_id.into(),
                (&receipt.kind).into(),
                (&receipt.guid).into(),
                (&receipt.document_key).into(),
                receipt.return_status.into(),
                (&receipt.return_time).into(),
                Value::Text(info),
                receipt.fingerprint.into(),
                row.received_at.into(),
            ]
        })
        .collect();
    let inserted = tx.many(RECEIPTS, &[], &rows)?;
    let inserted = inserted
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect::<Result<BTreeSet<(i64, i64)>>>()?;
    let new = receipts.iter().map(|row| NewXml {
        at: (row.receipt.company_id.0, row.feed_no),
        kind: &row.receipt.kind,
        xml: &row.receipt.xml,
    });
    let new: Vec<NewXml<'_>> = new.filter(|one| inserted.contains(&one.at)).collect();
    xml::sql::insert(tx, &new)?;
    Ok(inserted)
}

const STATUS: &str = "select id, kind, business_key, order_no, logistics_no, invt_no, cop_no, \
                      pre_no, status, status_time, is_final, outcome, needs_action, company_id, guid, \
                      is_duplicate, is_dismissed from document where id ";

/// The documents with these ids.
pub(super) fn documents(
    tx: &mut Tx<'_>,
    ids: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, DocumentStatus>> {
    const FIND: Many = Many {
        before: "select id, kind, business_key, order_no, logistics_no, invt_no, cop_no, \
                 pre_no, status, status_time, is_final, outcome, needs_action, company_id, guid, \
                 is_duplicate, is_dismissed from document where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let mut found = BTreeMap::new();
    for row in tx.many(FIND, &[], &rows)? {
        let document = status(&row)?;
        found.insert(document.id, document);
    }
    Ok(found)
}

/// Statuses that the standard has, as the partial index of the others names them (0036).
const LISTED: &str =
    "1, 2, 3, 4, 99, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899";

/// Documents of a kind that ever had an answer with this status, which the standard does not have, with ids above `after`.
pub(crate) fn with_unlisted_status(
    tx: &mut Tx<'_>,
    kind: &str,
    status: i64,
    after: i64,
    limit: i64,
) -> Result<BTreeSet<i64>> {
    let sql = format!(
        "select distinct r.document_id from receipt r join document d on d.id = r.document_id \
         where r.return_status = $1 and r.document_id > $2 and d.kind = $3 and r.return_status > 0 \
         and r.return_status not in ({LISTED}) order by r.document_id limit $4"
    );
    let args = [status.into(), after.into(), kind.into(), limit.into()];
    tx.query(&sql, &args)?
        .iter()
        .map(|row| row.int(0))
        .collect()
}

/// The documents of a message as they are shown, in their order in it: of one that is damaged what can be read.
pub(crate) fn shown_of_message(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<DocumentStatus>> {
    let rows = rows_of_message(tx, id)?;
    rows.iter().map(shown).collect()
}

/// The documents of a message, in their order in it.
pub(crate) fn status_of_message(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<DocumentStatus>> {
    rows_of_message(tx, id)?.iter().map(status).collect()
}

fn rows_of_message(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<Row>> {
    let sql = format!("{STATUS} between $1 and $2 order by id");
    tx.query(
        &sql,
        &[
            id.0.saturating_add(1).into(),
            id.0.saturating_add(PART_MAX).into(),
        ],
    )
}

pub(super) fn update_documents(tx: &mut Tx<'_>, documents: &[&DocumentStatus]) -> Result<()> {
    const UPDATE: Many = Many {
        before: "update document set status = v.column2, status_time = v.column3, \
                 invt_no = v.column4, pre_no = v.column5, is_final = (v.column6 = 1), \
                 outcome = v.column7, needs_action = (v.column8 = 1), \
                 is_duplicate = (v.column9 = 1), is_dismissed = (v.column10 = 1) from (values ",
        row: "(cast(? as bigint), cast(? as bigint), cast(? as text), cast(? as text), \
              cast(? as text), cast(? as bigint), cast(? as text), cast(? as bigint), \
              cast(? as bigint), cast(? as bigint))",
        after: ") as v where document.id = v.column1",
    };
    let rows: Vec<Vec<Value<'_>>> = documents
        .iter()
        .map(|document| {
            vec![
                document.id.into(),
                document.status.into(),
                document.status_time.as_deref().into(),
                document.invt_no.as_deref().into(),
                document.pre_no.as_deref().into(),
                i64::from(document.is_final).into(),
                document.outcome.name().into(),
                i64::from(document.needs_action).into(),
                i64::from(document.is_duplicate).into(),
                i64::from(document.is_dismissed).into(),
            ]
        })
        .collect();
    tx.many(UPDATE, &[], &rows).map(|_| ())
}

/// The receipts of a message, in the order of the feed.
pub(crate) fn of_message(
    tx: &mut Tx<'_>,
    company: CompanyId,
    id: MessageId,
    limit: i64,
) -> Result<Vec<crate::downlink::Item>> {
    items_of(tx, company, id, "", "order by feed_no", limit)
}

/// The newest receipts of a message with the status that a document which needs an action has, and those on the
/// whole message.
pub(crate) fn of_open(
    tx: &mut Tx<'_>,
    company: CompanyId,
    id: MessageId,
    limit: i64,
) -> Result<Vec<crate::downlink::Item>> {
    let is_last = "and (document_id = $2 or exists (select 1 from document d \
                   where d.id = receipt.document_id and d.needs_action \
                   and d.status = receipt.return_status))";
    items_of(tx, company, id, is_last, "order by feed_no desc", limit)
}

fn items_of(
    tx: &mut Tx<'_>,
    company: CompanyId,
    id: MessageId,
    filter: &'static str,
    order: &'static str,
    limit: i64,
) -> Result<Vec<crate::downlink::Item>> {
    let sql = format!(
        "select {} from receipt where company_id = $1 and document_id between $2 and $3 {filter} \
         {order} limit $4",
        crate::downlink::COLUMNS
    );
    let args = [
        company.0.into(),
        id.0.into(),
        id.0.saturating_add(PART_MAX).into(),
        limit.into(),
    ];
    let rows = tx.query(&sql, &args)?;
    rows.iter()
        .map(|row| crate::downlink::item(tx, row))
        .collect()
}

/// Removes the documents of a message that is to be checked anew. Only for one that was refused: no
/// receipt of customs can name them.
pub(crate) fn forget_documents(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from document where id between $1 and $2",
        &[
            id.0.saturating_add(1).into(),
            id.0.saturating_add(PART_MAX).into(),
        ],
    )
    .map(|_| ())
}

/// A document that was turned down, with the key under which it may be declared again.
pub(crate) struct OpenDocument {
    pub(crate) key: String,
    pub(crate) company_id: CompanyId,
    pub(crate) document_id: i64,
}

/// The documents under these keys that need an action, of all companies.
pub(crate) fn needing_action(tx: &mut Tx<'_>, keys: &BTreeSet<&str>) -> Result<Vec<OpenDocument>> {
    const REJECTED: Many = Many {
        before: "select business_key, company_id, id from document \
                 where needs_action and business_key in (",
        row: "?",
        after: ")",
    };
    const REFUSED: Many = Many {
        before: "select refused_key, company_id, id from document \
                 where needs_action and refused_key in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = keys.iter().map(|key| vec![(*key).into()]).collect();
    let mut open = Vec::new();
    for statement in [REJECTED, REFUSED] {
        for row in tx.many(statement, &[], &rows)? {
            open.push(OpenDocument {
                key: row.text(0)?,
                company_id: CompanyId(row.int(1)?),
                document_id: row.int(2)?,
            });
        }
    }
    Ok(open)
}

/// Documents need no action any more.
pub(crate) fn resolve(tx: &mut Tx<'_>, documents: &BTreeSet<i64>) -> Result<()> {
    const SET: Many = Many {
        before: "update document set needs_action = false where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = documents.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(SET, &[], &rows).map(|_| ())
}

/// The company dismisses the documents of a message that need an action.
pub(crate) fn dismiss_message(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "update document set needs_action = false, is_dismissed = true where id between $1 and $2 and needs_action",
        &[id.0.saturating_add(1).into(), id.0.saturating_add(PART_MAX).into()],
    )
    .map(|_| ())
}

/// A document that was dismissed and may be resumed: it is still turned down, and was not declared anew meanwhile.
const RESUMABLE: &str = "is_dismissed and outcome in ('rejected', 'faulty', 'refused') and not exists (\
     select 1 from document later \
     where later.business_key = coalesce(document.business_key, document.refused_key) \
     and later.company_id = document.company_id and later.id > document.id \
     and not later.is_duplicate and not (later.is_draft and coalesce(later.status, 1) = 1))";

/// Takes the dismissal of the documents of a message back where there is still something to do: they need an action
/// again. Answers how many do.
pub(crate) fn resume_message(tx: &mut Tx<'_>, id: MessageId) -> Result<u64> {
    tx.execute(
        &format!(
            "update document set is_dismissed = false, needs_action = true \
             where id between $1 and $2 and {RESUMABLE}"
        ),
        &[
            id.0.saturating_add(1).into(),
            id.0.saturating_add(PART_MAX).into(),
        ],
    )
}

/// Whether [`resume_message`] would find something.
pub(crate) fn has_resumable(tx: &mut Tx<'_>, id: MessageId) -> Result<bool> {
    let found = tx.query_opt(
        &format!("select 1 from document where id between $1 and $2 and {RESUMABLE} limit 1"),
        &[
            id.0.saturating_add(1).into(),
            id.0.saturating_add(PART_MAX).into(),
        ],
    )?;
    Ok(found.is_some())
}

/// Every document of a message was refused by the platform after the check: its key is kept apart, where no
/// receipt finds it and it replaces nothing.
pub(crate) fn refuse_documents(tx: &mut Tx<'_>, id: MessageId, needs_action: bool) -> Result<()> {
    tx.execute(
        "update document set outcome = $1, needs_action = $2, \
         refused_key = coalesce(business_key, refused_key), business_key = null \
         where id between $3 and $4",
        &[
            Outcome::Refused.name().into(),
            needs_action.into(),
            id.0.saturating_add(1).into(),
            id.0.saturating_add(PART_MAX).into(),
        ],
    )
    .map(|_| ())
}

/// When the first receipt of a company came.
pub fn first_receipt(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<i64>> {
    tx.query_opt(
        "select received_at from receipt where company_id = $1 order by feed_no limit 1",
        &[company.0.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}
