//! Every statement on the table `correction`.

use crate::message::MessageId;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
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

/// Whether another correction of a message than `guid` was noted since `since_ms`, and is still to be
/// handed in, or has become a message that was not turned down.
pub(super) fn is_corrected(
    tx: &mut Tx<'_>,
    company: CompanyId,
    (guid, corrects): (&str, MessageId),
    since_ms: i64,
) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from correction c left join message m \
         on m.company_id = c.company_id and m.guid = c.guid \
         where c.corrects = $1 and c.company_id = $2 and c.guid <> $3 \
         and (m.id is null and c.made_at > $4 \
         or m.outcome in ('waiting', 'accepted', 'released')) limit 1",
        &[
            corrects.0.into(),
            company.0.into(),
            guid.into(),
            since_ms.into(),
        ],
    )?;
    Ok(found.is_some())
}

/// Whether a message was turned down, in whole or in part.
pub(super) fn is_turned_down(tx: &mut Tx<'_>, message: MessageId) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from message where id = $1 and outcome in ('rejected', 'faulty', 'refused')",
        &[message.0.into()],
    )?;
    Ok(found.is_some())
}

/// What corrects what among some messages (更正关系).
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The message that each of them corrects.
    pub corrects: BTreeMap<MessageId, MessageId>,
    /// The newest message that corrects each of them.
    pub corrected_by: BTreeMap<MessageId, MessageId>,
}

/// What these messages correct, and what corrects them.
///
/// # Errors
/// The engine's.
pub fn links(tx: &mut Tx<'_>, messages: &BTreeSet<MessageId>) -> Result<Links> {
    const CORRECTS: Many = Many {
        before: "select m.id, c.corrects from message m join correction c \
                 on c.company_id = m.company_id and c.guid = m.guid where m.id in (",
        row: "?",
        after: ")",
    };
    const CORRECTED_BY: Many = Many {
        before: "select c.corrects, max(m.id) from correction c join message m \
                 on m.company_id = c.company_id and m.guid = c.guid where c.corrects in (",
        row: "?",
        after: ") group by c.corrects",
    };
    if messages.is_empty() {
        return Ok(Links::default());
    }
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let pair = |row: &Row| Ok((MessageId(row.int(0)?), MessageId(row.int(1)?)));
    let corrects = tx.many(CORRECTS, &[], &rows)?;
    let corrected_by = tx.many(CORRECTED_BY, &[], &rows)?;
    Ok(Links {
        corrects: corrects.iter().map(pair).collect::<Result<_>>()?,
        corrected_by: corrected_by.iter().map(pair).collect::<Result<_>>()?,
    })
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
    let found = tx.many(FIND, &[], &rows)?;
    found.iter().map(|row| Ok(MessageId(row.int(0)?))).collect()
}
