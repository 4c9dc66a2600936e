//! Every statement on the table `correction`.

use crate::message::{Message, MessageId};
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::{Many, Result, Row, Tx, Value};

/// Notes that the message with this guid corrects another one; may be noted twice.
pub(super) fn put(
    tx: &mut Tx<'_>,
    company: CompanyId,
    guid: &str,
    corrects: MessageId,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into correction (company_id, guid, corrects, made_at) values ($1, $2, $3, $4) \
         on conflict do nothing",
        &[
            company.0.into(),
            guid.into(),
            corrects.0.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// The message that a message corrects, if it corrects one.
///
/// # Errors
/// The engine's.
pub fn corrects(tx: &mut Tx<'_>, message: &Message) -> Result<Option<MessageId>> {
    let row = tx.query_opt(
        "select corrects from correction where company_id = $1 and guid = $2 limit 1",
        &[message.company_id.0.into(), message.guid.as_str().into()],
    )?;
    row.as_ref().map(link).transpose()
}

/// The newest message that corrects a message, if there is one.
///
/// # Errors
/// The engine's.
pub fn corrected_by(tx: &mut Tx<'_>, message: &Message) -> Result<Option<MessageId>> {
    let row = tx.query_opt(
        "select m.id from correction c join message m \
         on m.company_id = c.company_id and m.guid = c.guid \
         where c.corrects = $1 order by m.id desc limit 1",
        &[message.id.0.into()],
    )?;
    row.as_ref().map(link).transpose()
}

/// The messages that these correct.
pub(super) fn corrected(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<BTreeSet<MessageId>> {
    const FIND: Many = Many {
        before: "select c.corrects from message m join correction c \
                 on c.company_id = m.company_id and c.guid = m.guid where m.id in (",
        row: "?",
        after: ")",
    };
    if messages.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[], &rows)?.iter().map(link).collect()
}

fn link(row: &Row) -> Result<MessageId> {
    Ok(MessageId(row.int(0)?))
}

/// Which of these business keys customs has a document for: another one than those of this message.
pub(super) fn accepted(
    tx: &mut Tx<'_>,
    company: CompanyId,
    (message, keys): (MessageId, &[String]),
) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for key in keys {
        let row = tx.query_opt(
            "select 1 from document where business_key = $1 and company_id = $2 \
             and (id < $3 or id > $4) and outcome in ('accepted', 'released') limit 1",
            &[
                key.as_str().into(),
                company.0.into(),
                message.0.into(),
                (message.0 + store::id::PART_MAX).into(),
            ],
        )?;
        if row.is_some() {
            found.insert(key.clone());
        }
    }
    Ok(found)
}
