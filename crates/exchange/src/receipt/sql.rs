//! Every statement on `document`, `receipt` and `parked_receipt`.

use super::matching::Candidate;
use super::{NewDocument, NewReceipt};
use crate::message::MessageId;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::{Many, Result, Row, Tx, Value};

pub(crate) fn insert_documents(tx: &mut Tx<'_>, documents: &[&NewDocument]) -> Result<()> {
    const DOCUMENTS: Many = Many {
        before: "insert into document (id, company_id, kind, business_key, order_no, logistics_no, \
                 invt_no, cop_no, is_final) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, false)",
        after: " on conflict (id) do nothing",
    };
    let rows: Vec<Vec<Value<'_>>> = documents
        .iter()
        .map(|document| {
            vec![
                document.id.into(),
                document.company_id.0.into(),
                (&document.kind).into(),
                document.business_key.as_deref().into(),
                document.order_no.as_deref().into(),
                document.logistics_no.as_deref().into(),
                document.invt_no.as_deref().into(),
                document.cop_no.as_deref().into(),
            ]
        })
        .collect();
    tx.many(DOCUMENTS, &[], &rows).map(|_| ())
}

fn texts(list: &BTreeSet<String>) -> Vec<Vec<Value<'_>>> {
    list.iter().map(|text| vec![text.into()]).collect()
}

fn candidates(rows: &[Row]) -> Result<BTreeMap<String, Vec<Candidate>>> {
    let mut found: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for row in rows {
        let candidate = Candidate {
            company_id: CompanyId(row.int(1)?),
            document_id: row.int(2)?,
        };
        found.entry(row.text(0)?).or_default().push(candidate);
    }
    Ok(found)
}

/// The newest document of each company under each business key.
pub(super) fn by_business_key(
    tx: &mut Tx<'_>,
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Candidate>>> {
    const FIND: Many = Many {
        before: "select business_key, company_id, max(id) from document where business_key in (",
        row: "?",
        after: ") group by business_key, company_id",
    };
    candidates(&tx.many(FIND, &[], &texts(keys))?)
}

/// The newest list of each company under each number that customs gave.
pub(super) fn by_invt_no(
    tx: &mut Tx<'_>,
    invt_nos: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Candidate>>> {
    const FIND: Many = Many {
        before: "select invt_no, company_id, max(id) from document \
                 where kind in ('CEB621', 'CEB603', 'CEB701') and invt_no in (",
        row: "?",
        after: ") group by invt_no, company_id",
    };
    candidates(&tx.many(FIND, &[], &texts(invt_nos))?)
}

/// The newest document of a company with this number of its own.
pub(super) fn by_cop_no(
    tx: &mut Tx<'_>,
    company: CompanyId,
    kind: &str,
    cop_no: &str,
) -> Result<Option<i64>> {
    tx.query_opt(
        "select id from document where company_id = $1 and cop_no = $2 and kind = $3 \
         order by id desc limit 1",
        &[company.0.into(), cop_no.into(), kind.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}

/// A receipt with what the feed and the duplicate check add to it.
pub(super) struct ReceiptRow<'a> {
    pub(super) feed_no: i64,
    pub(super) fingerprint: i64,
    pub(super) received_at: i64,
    pub(super) receipt: &'a NewReceipt,
}

/// Inserts receipts; answers (company, feed number) of those that were new.
pub(super) fn insert_receipts(
    tx: &mut Tx<'_>,
    receipts: &[ReceiptRow<'_>],
) -> Result<Vec<(i64, i64)>> {
    const RECEIPTS: Many = Many {
        before: "insert into receipt (company_id, feed_no, message_id, document_id, kind, guid, \
                 document_key, return_status, return_time, return_info, fingerprint, received_at, \
                 xml) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (document_id, return_status, return_time, fingerprint) do nothing \
                returning company_id, feed_no",
    };
    let vault = tx.vault();
    let sealed = receipts
        .iter()
        .map(|row| vault.close_text(&row.receipt.xml))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = receipts
        .iter()
        .zip(&sealed)
        .map(|(row, xml)| {
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
                (&receipt.return_info).into(),
                row.fingerprint.into(),
                row.received_at.into(),
                Value::Text(xml),
            ]
        })
        .collect();
    tx.many(RECEIPTS, &[], &rows)?
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// A document as far as receipts change it.
#[derive(Debug, Clone)]
pub(crate) struct DocumentStatus {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) business_key: Option<String>,
    pub(crate) order_no: Option<String>,
    pub(crate) logistics_no: Option<String>,
    pub(crate) invt_no: Option<String>,
    pub(crate) cop_no: Option<String>,
    pub(crate) pre_no: Option<String>,
    pub(crate) status: Option<i64>,
    pub(crate) status_time: Option<String>,
    pub(crate) is_final: bool,
    pub(crate) is_changed: bool,
}

impl DocumentStatus {
    /// Takes over the numbers that customs gave the document.
    pub(super) fn learn(&mut self, receipt: &NewReceipt) {
        let told = [
            (&mut self.invt_no, &receipt.invt_no),
            (&mut self.pre_no, &receipt.pre_no),
        ];
        for (known, told) in told {
            if told.is_some() && known != told {
                known.clone_from(told);
                self.is_changed = true;
            }
        }
    }
}

const STATUS: &str = "select id, kind, business_key, order_no, logistics_no, invt_no, cop_no, \
                      pre_no, status, status_time, is_final from document where id ";

fn status(row: &Row) -> Result<DocumentStatus> {
    Ok(DocumentStatus {
        id: row.int(0)?,
        kind: row.text(1)?,
        business_key: row.text_opt(2)?,
        order_no: row.text_opt(3)?,
        logistics_no: row.text_opt(4)?,
        invt_no: row.text_opt(5)?,
        cop_no: row.text_opt(6)?,
        pre_no: row.text_opt(7)?,
        status: row.int_opt(8)?,
        status_time: row.text_opt(9)?,
        is_final: row.bool(10)?,
        is_changed: false,
    })
}

/// The documents with these ids.
pub(super) fn documents(
    tx: &mut Tx<'_>,
    ids: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, DocumentStatus>> {
    const FIND: Many = Many {
        before: "select id, kind, business_key, order_no, logistics_no, invt_no, cop_no, \
                 pre_no, status, status_time, is_final from document where id in (",
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

/// The documents of a message, in their order in it.
pub(crate) fn status_of_message(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<DocumentStatus>> {
    let sql = format!("{STATUS} between $1 and $2 order by id");
    let rows = tx.query(&sql, &[(id.0 + 1).into(), (id.0 + PART_MAX).into()])?;
    rows.iter().map(status).collect()
}

pub(super) fn update_documents(tx: &mut Tx<'_>, documents: &[&DocumentStatus]) -> Result<()> {
    const UPDATE: Many = Many {
        before: "update document set status = v.column2, status_time = v.column3, \
                 invt_no = v.column4, pre_no = v.column5, is_final = (v.column6 = 1) from (values ",
        row: "(cast(? as bigint), cast(? as bigint), cast(? as text), cast(? as text), \
              cast(? as text), cast(? as bigint))",
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
    let sql = format!(
        "select {} from receipt where company_id = $1 and document_id between $2 and $3 \
         order by feed_no limit $4",
        crate::downlink::COLUMNS
    );
    let args = [
        company.0.into(),
        id.0.into(),
        (id.0 + PART_MAX).into(),
        limit.into(),
    ];
    let vault = tx.vault();
    tx.query(&sql, &args)?
        .iter()
        .map(|row| crate::downlink::item(row, &vault))
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "one column each")]
pub(super) fn insert_parked(
    tx: &mut Tx<'_>,
    id: i64,
    kind: &str,
    key: &str,
    reason: &str,
    fingerprint: i64,
    body: &[u8],
    now_ms: i64,
) -> Result<bool> {
    let vault = tx.vault();
    let body = vault.close(body)?;
    let n_inserted = tx.execute(
        "insert into parked_receipt (id, kind, document_key, reason, fingerprint, at_ms, \
         released_at, body) values ($1, $2, $3, $4, $5, $6, null, $7) \
         on conflict (fingerprint) do nothing",
        &[
            id.into(),
            kind.into(),
            key.into(),
            reason.into(),
            fingerprint.into(),
            now_ms.into(),
            Value::Bytes(&body),
        ],
    )?;
    Ok(n_inserted > 0)
}

/// A parked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parked {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) document_key: String,
    pub(crate) reason: String,
    pub(crate) at_ms: i64,
}

/// The answers that wait for a person, newest first.
pub(crate) fn parked(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<Vec<Parked>> {
    tx.query(
        "select id, kind, document_key, reason, at_ms from parked_receipt \
         where released_at is null and id < $1 order by id desc limit $2",
        &[before.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        Ok(Parked {
            id: row.int(0)?,
            kind: row.text(1)?,
            document_key: row.text(2)?,
            reason: row.text(3)?,
            at_ms: row.int(4)?,
        })
    })
    .collect()
}

/// The bytes of an answer that still waits.
pub(crate) fn parked_body(tx: &mut Tx<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    tx.query_opt(
        "select body from parked_receipt where id = $1 and released_at is null",
        &[id.into()],
    )?
    .map(|row| tx.vault().open(row.bytes(0)?))
    .transpose()
}

/// Notes that an answer has found its home.
pub(crate) fn release_parked(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "update parked_receipt set released_at = $1 where id = $2 and released_at is null",
        &[now_ms.into(), id.into()],
    )
    .map(|_| ())
}

/// Removes the documents of a message that is to be checked anew. Only for one that was refused: no
/// receipt of customs can name them.
pub(crate) fn forget_documents(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from document where id between $1 and $2",
        &[(id.0 + 1).into(), (id.0 + PART_MAX).into()],
    )
    .map(|_| ())
}

/// When the first receipt of a company came.
///
/// # Errors
/// The engine's.
pub fn first_receipt(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<i64>> {
    tx.query_opt(
        "select received_at from receipt where company_id = $1 order by feed_no limit 1",
        &[company.0.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}
