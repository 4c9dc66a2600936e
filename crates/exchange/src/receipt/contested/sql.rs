//! Statements by which contested answers find their documents, on `document` and `receipt`.

use crate::downlink;
use crate::message::MessageId;
use crate::receipt::NewReceipt;
use crate::receipt::attribution::Sent;
use crate::receipt::matching::{Candidate, Numbered};
use crate::receipt::sql::{candidates, texts};
use ceb::Kind;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::{Many, Result, Tx, Value};

/// Documents with a number, looked at for one receipt.
const NUMBERED_MAX: i64 = 64;

/// Guids that an answer names, looked for among them; so that there are not more texts of the statement.
const NAMES_MAX: usize = 8;

/// The newest document of each company under each business key, how many there are, and whether any of them may
/// be at customs.
pub(in crate::receipt) fn by_business_key(
    tx: &mut Tx<'_>,
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Candidate>>> {
    const FIND: Many = Many {
        before: "select d.business_key, d.company_id, max(d.id), count(*), \
                 sum(case when m.state in ('received', 'waiting') then 0 else 1 end) > 0, min(d.id) \
                 from document d left join message m on m.id = d.id - d.id % 128 \
                 where d.business_key in (",
        row: "?",
        after: ") group by d.business_key, d.company_id",
    };
    candidates(&tx.many(FIND, &[], &texts(keys))?)
}

/// The newest documents of a kind with one of their numbers, of all companies; when guids are given, those
/// that have one of them.
pub(in crate::receipt) fn by_number(
    tx: &mut Tx<'_>,
    column: &'static str,
    number: &str,
    kind: &str,
    names: &[String],
) -> Result<Vec<Numbered>> {
    let names = names.get(..NAMES_MAX).unwrap_or(names);
    let places: Vec<String> = (4..).take(names.len()).map(|n| format!("${n}")).collect();
    let named = match names {
        [] => String::new(),
        _ => format!("and d.guid in ({})", places.join(", ")),
    };
    let sql = format!(
        "select d.company_id, d.id, d.business_key, \
         coalesce(m.state, '') not in ('received', 'waiting') from document d \
         left join message m on m.id = d.id - d.id % 128 where d.{column} = $1 \
         and d.kind = $2 and d.outcome <> 'refused' {named} order by d.id desc limit $3"
    );
    let mut args: Vec<Value<'_>> = vec![number.into(), kind.into(), NUMBERED_MAX.into()];
    args.extend(names.iter().map(|name| Value::from(name.as_str())));
    let rows = tx.query(&sql, &args)?;
    rows.iter()
        .map(|row| {
            Ok(Numbered {
                company_id: CompanyId(row.int(0)?),
                document_id: row.int(1)?,
                business_key: row.text_opt(2)?,
                may_be_sent: row.bool(3)?,
            })
        })
        .collect()
}

/// The companies of the documents with this key and one of these guids, those that the platform refused and that
/// wait for their company among them.
pub(in crate::receipt) fn owners(
    tx: &mut Tx<'_>,
    key: &str,
    names: &[String],
) -> Result<Vec<CompanyId>> {
    let names = names.get(..NAMES_MAX).unwrap_or(names);
    let places: Vec<String> = (2..).take(names.len()).map(|n| format!("${n}")).collect();
    let places = places.join(", ");
    let sql = format!(
        "select company_id from document where business_key = $1 and guid in ({places}) union \
         select company_id from document where needs_action and refused_key = $1 \
         and guid in ({places})"
    );
    let mut args: Vec<Value<'_>> = vec![key.into()];
    args.extend(names.iter().map(|name| Value::from(name.as_str())));
    let rows = tx.query(&sql, &args)?;
    rows.iter().map(|row| row.int(0).map(CompanyId)).collect()
}

/// Documents with one key among which answers are attributed; of more the newest.
const SAME_KEY_MAX: i64 = 64;

/// The documents of a company with a key that may be at customs, oldest first: what the platform refused,
/// has not checked or holds back until its partners are there was not sent to anybody. One that is checked
/// may have been: an answer can be quicker than our note that it was sent. So may one that is held, which is
/// so before it was sent or after.
pub(in crate::receipt) fn with_key(
    tx: &mut Tx<'_>,
    company: CompanyId,
    key: &str,
) -> Result<Vec<(i64, Sent)>> {
    let rows = tx.query(
        "select d.id, d.guid, m.received_at, coalesce(m.state, 'settled'), \
         exists (select 1 from receipt r where r.document_id = d.id - d.id % $4 \
         and r.kind = 'CEB900') from document d \
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
        .map(|row| {
            let mut sent = Sent::new(row.text_opt(1)?, row.int_opt(2)?);
            sent.is_sent = ["sent", "answered", "settled"].contains(&row.text(3)?.as_str());
            sent.is_closed = row.bool(4)?;
            Ok((row.int(0)?, sent))
        })
        .collect()
}

/// Answers that are read to attribute them.
pub(in crate::receipt) const ANSWERS_MAX: usize = 2000;

/// The newest answers of customs of one kind that documents have, at most one more than [`ANSWERS_MAX`], in
/// the order of the feed, without their XML; none of a whole message, and no tax bills. With them whether the texts of all
/// could be read.
pub(in crate::receipt) fn answers_of(
    tx: &mut Tx<'_>,
    documents: &[i64],
    kind: &str,
) -> Result<(Vec<NewReceipt>, bool)> {
    read_answers(tx, documents, kind, false)
}

/// As [`answers_of`], with their XML or without.
fn read_answers(
    tx: &mut Tx<'_>,
    documents: &[i64],
    kind: &str,
    with_xml: bool,
) -> Result<(Vec<NewReceipt>, bool)> {
    if documents.is_empty() {
        return Ok((Vec::new(), true));
    }
    // There are at most SAME_KEY_MAX of them, so there are not more texts of this statement.
    let numbers: Vec<String> = (3..)
        .take(documents.len())
        .map(|n| format!("${n}"))
        .collect();
    let xml = match with_xml {
        true => {
            "xml, (select x.xml from receipt_xml x where x.company_id = receipt.company_id \
             and x.feed_no = receipt.feed_no)"
        }
        false => "'', null",
    };
    let sql = format!(
        "select feed_no, company_id, message_id, document_id, kind, guid, document_key, \
         return_status, return_time, return_info, fingerprint, received_at, {xml} from receipt \
         where kind = $1 and document_id in ({}) order by feed_no desc limit $2",
        numbers.join(", ")
    );
    let limit = i64::try_from(ANSWERS_MAX).unwrap_or(i64::MAX) + 1;
    let mut args: Vec<Value<'_>> = vec![kind.into(), limit.into()];
    args.extend(documents.iter().map(|id| Value::from(*id)));
    let rows = tx.query(&sql, &args)?;
    let mut is_readable = true;
    let answers = rows
        .iter()
        .rev()
        .map(|row| {
            let at = ("receipt", (row.int(2)?, row.int(0)?));
            let return_info = tx.try_text(row.text(9), at)?;
            is_readable &= return_info.is_some();
            let xml = match with_xml {
                true => downlink::xml(tx, (row.bytes_opt(13), row.text(12)), at)?,
                false => None,
            };
            Ok(NewReceipt {
                company_id: CompanyId(row.int(1)?),
                message_id: MessageId(row.int(2)?),
                document_id: row.int(3)?,
                kind: row.text(4)?,
                guid: row.text(5)?,
                document_key: row.text(6)?,
                return_status: row.int(7)?,
                return_time: row.text(8)?,
                return_info: return_info.unwrap_or_default(),
                invt_no: None,
                pre_no: None,
                // Nothing is read of a damaged one.
                xml: xml.unwrap_or_default(),
                fingerprint: row.int(10)?,
                is_dated: true,
                feed_no: Some(row.int(0)?),
                received_ms: row.int_opt(11)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((answers, is_readable))
}

/// All that customs said of a document or of the whole message it is in, with the numbers that it gave.
pub(in crate::receipt) fn all_answers(
    tx: &mut Tx<'_>,
    document: i64,
    kind: &str,
) -> Result<Vec<NewReceipt>> {
    let message = MessageId::of_document(document).0;
    let (mut answers, _) = read_answers(tx, &[document], kind, true)?;
    let (of_message, _) = read_answers(tx, &[message], Kind::Ceb900.code(), true)?;
    answers.extend(of_message);
    for answer in &mut answers {
        if answer.xml.is_empty() {
            // Whether customs wrote this time or we did nobody knows any more: it decides nothing.
            answer.is_dated = false;
            continue;
        }
        let split = ceb::receipt::split(answer.xml.as_bytes()).ok();
        let entry = split.and_then(|all| all.entries.into_iter().next());
        answer.is_dated = entry
            .as_ref()
            .is_none_or(|entry| entry.return_time.trim() == answer.return_time);
        let search = entry.map(|entry| entry.search).unwrap_or_default();
        (answer.invt_no, answer.pre_no) = (search.invt_no, search.pre_no);
    }
    Ok(answers)
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

/// Those of these documents whose company has declared the same business since: not only stored it at the
/// E-Port (暂存, until another status comes), not refused by the platform, which keeps the key of such a document apart, and not turned
/// down as a duplicate of this one.
pub(in crate::receipt) fn replaced(
    tx: &mut Tx<'_>,
    documents: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>> {
    const FIND: Many = Many {
        before: "select d.id from document d where exists (select 1 from document later \
                 where later.business_key = d.business_key and later.company_id = d.company_id \
                 and later.id > d.id and not later.is_duplicate \
                 and not (later.is_draft and coalesce(later.status, 1) = 1)) \
                 and d.id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = documents.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(FIND, &[], &rows)?;
    found.iter().map(|row| row.int(0)).collect()
}

/// The documents that were turned down by customs and ask for nothing, though nothing but duplicates of them,
/// one of these among them, was declared since: of each the one before it. What the company has dismissed
/// stays so.
pub(in crate::receipt) fn left_open(
    tx: &mut Tx<'_>,
    duplicates: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>> {
    const FIND: Many = Many {
        before: "select e.id from document d join document e on e.id = (select max(b.id) \
                 from document b where b.business_key = d.business_key \
                 and b.company_id = d.company_id and b.id < d.id and not b.is_duplicate \
                 and not (b.is_draft and coalesce(b.status, 1) = 1)) \
                 where e.outcome in ('rejected', 'faulty') and not e.needs_action \
                 and not e.is_dismissed and d.id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = duplicates.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(FIND, &[], &rows)?;
    let earlier: BTreeSet<i64> = found.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
    let replaced = replaced(tx, &earlier)?;
    Ok(earlier.difference(&replaced).copied().collect())
}
