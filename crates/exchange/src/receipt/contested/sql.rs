//! Statements by which contested answers find their documents, on `document` and `receipt`.

use crate::message::MessageId;
use crate::receipt::NewReceipt;
use crate::receipt::attribution::Sent;
use crate::receipt::matching::Numbered;
use registry::company::CompanyId;
use store::id::PART_MAX;
use store::{Many, Result, Tx, Value};

/// Documents with a number, looked at for one receipt.
const NUMBERED_MAX: i64 = 64;

/// The newest documents of a kind with one of their numbers, of all companies.
pub(in crate::receipt) fn by_number(
    tx: &mut Tx<'_>,
    (column, number): (&'static str, &str),
    kind: &str,
) -> Result<Vec<Numbered>> {
    let sql = format!(
        "select company_id, id, business_key, guid from document where {column} = $1 \
         and kind = $2 and outcome <> 'refused' order by id desc limit $3"
    );
    let rows = tx.query(&sql, &[number.into(), kind.into(), NUMBERED_MAX.into()])?;
    rows.iter()
        .map(|row| {
            Ok(Numbered {
                company_id: CompanyId(row.int(0)?),
                document_id: row.int(1)?,
                business_key: row.text_opt(2)?,
                guid: row.text_opt(3)?,
            })
        })
        .collect()
}

/// Documents with one key among which answers are attributed; of more the newest.
const SAME_KEY_MAX: i64 = 64;

/// The documents of a company with a key that may be at customs, oldest first: what the platform refused,
/// has not checked or holds back until its partners are there was not sent to anybody. One that is checked
/// may have been: an answer can be quicker than our note that it was sent.
pub(in crate::receipt) fn with_key(
    tx: &mut Tx<'_>,
    company: CompanyId,
    key: &str,
) -> Result<Vec<(i64, Sent)>> {
    let rows = tx.query(
        "select d.id, d.guid, m.received_at from document d \
         left join message m on m.id = d.id - d.id % $4 \
         where d.business_key = $1 and d.company_id = $2 and d.outcome <> 'refused' \
         and coalesce(m.state, '') not in ('received', 'waiting') order by d.id desc limit $3",
        &[
            key.into(),
            company.0.into(),
            SAME_KEY_MAX.into(),
            (PART_MAX + 1).into(),
        ],
    )?;
    rows.iter()
        .rev()
        .map(|row| Ok((row.int(0)?, Sent::new(row.text_opt(1)?, row.int_opt(2)?))))
        .collect()
}

/// Answers that are read to attribute them; of more the newest.
const ANSWERS_MAX: usize = 2000;

/// The answers of customs that documents have, in the order of the feed; none of the whole message,
/// and no tax bills.
pub(in crate::receipt) fn answers_of(
    tx: &mut Tx<'_>,
    documents: &[i64],
    kind: &str,
) -> Result<Vec<NewReceipt>> {
    const FIND: Many = Many {
        before: "select feed_no, company_id, message_id, document_id, kind, guid, document_key, \
                 return_status, return_time, return_info, xml, fingerprint from receipt \
                 where kind = $1 and document_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = documents.iter().map(|id| vec![(*id).into()]).collect();
    let vault = tx.vault();
    let mut found = Vec::new();
    for row in tx.many(FIND, &[kind.into()], &rows)? {
        let xml = vault.open_text(row.text(10)?)?;
        // The numbers that customs gave go along with an answer that moves to another document.
        let told = ceb::receipt::split(xml.as_bytes()).ok();
        let told = told.and_then(|all| all.entries.into_iter().next());
        let search = told.map(|entry| entry.search).unwrap_or_default();
        let receipt = NewReceipt {
            company_id: CompanyId(row.int(1)?),
            message_id: MessageId(row.int(2)?),
            document_id: row.int(3)?,
            kind: row.text(4)?,
            guid: row.text(5)?,
            document_key: row.text(6)?,
            return_status: row.int(7)?,
            return_time: row.text(8)?,
            return_info: row.text(9)?,
            invt_no: search.invt_no,
            pre_no: search.pre_no,
            xml,
            fingerprint: row.int(11)?,
            is_dated: true,
            feed_no: Some(row.int(0)?),
        };
        found.push(receipt);
    }
    found.sort_by_key(|receipt| receipt.feed_no);
    let n_old = found.len().saturating_sub(ANSWERS_MAX);
    found.drain(..n_old);
    Ok(found)
}

/// Gives answers to other documents: (company, feed number, document).
pub(in crate::receipt) fn move_receipts(
    tx: &mut Tx<'_>,
    moved: &[(CompanyId, i64, i64)],
) -> Result<()> {
    for (company, feed_no, document) in moved {
        tx.execute(
            "update receipt set document_id = $1, message_id = $2 \
             where company_id = $3 and feed_no = $4",
            &[
                (*document).into(),
                MessageId::of_document(*document).0.into(),
                company.0.into(),
                (*feed_no).into(),
            ],
        )?;
    }
    Ok(())
}
