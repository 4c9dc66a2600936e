//! Every statement on the tables `correction` and `correction_document`.

use super::Original;
use crate::message::MessageId;
use crate::message::guid::guid_key;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::{Many, Result, Row, Tx, Value};

/// A correction as it is noted (更正记录).
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) company: CompanyId,
    /// Of the new message.
    pub(super) guid: String,
    /// The message that came back, and the documents in it that are corrected.
    pub(super) corrects: MessageId,
    pub(super) documents: Vec<i64>,
    /// Whether these need an action.
    pub(super) is_open: bool,
}

impl Note {
    /// About a message that came back; the guid of the new one is not known yet.
    pub(super) fn of(original: &Original, company: CompanyId) -> Self {
        Self {
            company,
            guid: String::new(),
            corrects: original.message.id,
            documents: original.document_ids(),
            is_open: original.is_open,
        }
    }

    /// With the guid of the new message.
    pub(super) fn made(self, guid: &str) -> Self {
        Self {
            guid: guid.to_owned(),
            ..self
        }
    }
}

/// Notes a correction, or that it is made once more; answers whether it is new.
pub(super) fn put(tx: &mut Tx<'_>, note: &Note, now_ms: i64) -> Result<bool> {
    const DOCUMENTS: Many = Many {
        before: "insert into correction_document (company_id, guid, document_id, made_at, guid_key) \
                 values ",
        row: "(?, ?, ?, ?, ?)",
        after: " on conflict (company_id, guid, document_id) do update set \
                made_at = excluded.made_at",
    };
    let (company, guid) = (note.company.0, note.guid.as_str());
    let key = guid_key(guid);
    let n_new = tx.execute(
        "insert into correction (company_id, guid, corrects, made_at, guid_key) \
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        &[
            company.into(),
            guid.into(),
            note.corrects.0.into(),
            now_ms.into(),
            Value::Bytes(&key),
        ],
    )?;
    let documents = note.documents.iter();
    let rows: Vec<Vec<Value<'_>>> = documents
        .map(|id| {
            let key = Value::Bytes(&key);
            vec![
                company.into(),
                guid.into(),
                (*id).into(),
                now_ms.into(),
                key,
            ]
        })
        .collect();
    tx.many(DOCUMENTS, &[], &rows)?;
    Ok(n_new > 0)
}

/// Whether another correction of one of the documents stands in the way of this one. While they need an
/// action: one that was noted since `since_ms` and is still to be handed in, or has become a message that
/// was not turned down, and is more than stored at the E-Port (暂存). Else any that has become a message: that one is to be corrected then.
pub(super) fn is_corrected(tx: &mut Tx<'_>, note: &Note, since_ms: i64) -> Result<bool> {
    const OPEN: Many = Many {
        before: "select 1 from correction_document c left join message_guid g \
                 on g.guid = c.guid_key and g.company_id = c.company_id \
                 left join message m on m.id = g.message_id \
                 where c.company_id = $1 and c.guid <> $2 and (m.id is null and c.made_at > $3 \
                 or m.outcome in ('waiting', 'accepted', 'released') \
                 and not exists (select 1 from document d where d.id > m.id and d.id <= m.id + $4 \
                 and d.is_draft and coalesce(d.status, 1) = 1)) and c.document_id in (",
        row: "?",
        after: ")",
    };
    const DONE: Many = Many {
        before: "select 1 from correction_document c join message_guid g \
                 on g.guid = c.guid_key and g.company_id = c.company_id \
                 join message m on m.id = g.message_id \
                 where c.company_id = $1 and c.guid <> $2 and c.made_at > $3 \
                 and not exists (select 1 from document d where d.id > m.id and d.id <= m.id + $4 \
                 and d.is_draft and coalesce(d.status, 1) = 1) and c.document_id in (",
        row: "?",
        after: ")",
    };
    let (statement, since_ms) = match note.is_open {
        true => (OPEN, since_ms),
        false => (DONE, i64::MIN),
    };
    let fixed = [
        note.company.0.into(),
        note.guid.as_str().into(),
        since_ms.into(),
        PART_MAX.into(),
    ];
    let documents = note.documents.iter();
    let rows: Vec<Vec<Value<'_>>> = documents.map(|id| vec![(*id).into()]).collect();
    Ok(!tx.many(statement, &fixed, &rows)?.is_empty())
}

/// Those of the documents of which a correction was noted.
pub(super) fn noted(tx: &mut Tx<'_>, documents: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
    const FIND: Many = Many {
        before: "select document_id from correction_document where document_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = documents.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(FIND, &[], &rows)?;
    found.iter().map(|row| row.int(0)).collect()
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
pub fn links(tx: &mut Tx<'_>, messages: &BTreeSet<MessageId>) -> Result<Links> {
    const CORRECTS: Many = Many {
        before: "select m.id, c.corrects from message m join correction c \
                 on c.company_id = m.company_id and c.guid = m.guid where m.id in (",
        row: "?",
        after: ")",
    };
    const CORRECTED_BY: Many = Many {
        before: "select c.corrects, max(g.message_id) from correction c join message_guid g \
                 on g.guid = c.guid_key and g.company_id = c.company_id where c.corrects in (",
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
    message: MessageId,
    keys: &[String],
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
                (message.0 + PART_MAX).into(),
            ],
        )?;
        if row.is_some() {
            found.insert(key.clone());
        }
    }
    Ok(found)
}

/// The documents that these messages correct; none of those that are only stored at the E-Port (暂存).
pub(super) fn corrected(tx: &mut Tx<'_>, messages: &BTreeSet<MessageId>) -> Result<BTreeSet<i64>> {
    const FIND: Many = Many {
        before: "select c.document_id from message m join correction_document c \
                 on c.company_id = m.company_id and c.guid = m.guid \
                 where not exists (select 1 from document d where d.id > m.id \
                 and d.id <= m.id + $1 and d.is_draft and coalesce(d.status, 1) = 1) and m.id in (",
        row: "?",
        after: ")",
    };
    if messages.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let found = tx.many(FIND, &[PART_MAX.into()], &rows)?;
    found.iter().map(|row| row.int(0)).collect()
}
