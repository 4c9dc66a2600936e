//! What the archive knows of the tables of messages (归档), and which rows must stay.
//!
//! A message that is not finished keeps everything; what was declared and what became of it stays while the bytes are here.

pub(crate) mod sql;

use super::MessageId;
use archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy, NumberedRows, Stay, Stays};
use archive::{ArchiveClass, ArchiveMonth};
use std::collections::{BTreeMap, BTreeSet};
use store::id::made_at_ms;
use store::purge::RowKey;
use store::{Result, Tx};

/// Rows that are read at once where each is small, and where each has the bytes of a message.
pub(crate) const SMALL: i64 = 500;
pub(crate) const LARGE: i64 = 16;

/// The tables of messages whose bytes are purged with the payload.
pub(crate) const PAYLOAD: &[ArchiveTable] = &[
    ArchiveTable {
        class: ArchiveClass::Payload,
        table: "message_body",
        key: &["message_id"],
        columns: &[("message_id", Kind::Int), ("body", Kind::SealedBytes)],
        month: MonthBy::Id,
        is_fixed: true,
        batch: LARGE,
        stays: while_open,
    },
    ArchiveTable {
        class: ArchiveClass::Payload,
        table: "message_signed",
        key: &["message_id"],
        columns: &[
            ("message_id", Kind::Int),
            ("key_id", Kind::Int),
            ("method", Kind::Text),
            ("body", Kind::SealedBytes),
            ("signed_at", Kind::Int),
        ],
        month: MonthBy::Id,
        is_fixed: false,
        batch: LARGE,
        stays: while_open,
    },
];

/// What was found wrong with messages, and who signed them: trade records that go before the message.
pub(crate) const TRADE: &[ArchiveTable] = &[
    ArchiveTable {
        class: ArchiveClass::Trade,
        table: "message_finding",
        key: &["message_id", "number"],
        columns: &[
            ("message_id", Kind::Int),
            ("number", Kind::Int),
            ("code", Kind::Text),
            ("severity", Kind::Text),
            ("path", Kind::Text),
            ("line", Kind::Int),
            ("value", Kind::SealedText),
            ("text", Kind::SealedText),
            ("advice", Kind::Text),
        ],
        month: MonthBy::Id,
        is_fixed: false,
        batch: SMALL,
        stays: of_messages,
    },
    ArchiveTable {
        class: ArchiveClass::Trade,
        table: "message_signature",
        key: &["message_id"],
        columns: &[
            ("message_id", Kind::Int),
            ("outcome", Kind::Text),
            ("profile", Kind::Text),
            ("method", Kind::Text),
            ("serial", Kind::Text),
            ("valid_to", Kind::Int),
            ("checked_at", Kind::Int),
            ("certificate_fault", Kind::Text),
        ],
        month: MonthBy::Id,
        is_fixed: false,
        batch: SMALL,
        stays: of_messages,
    },
];

/// The messages themselves, which go last.
pub(crate) const MESSAGES: ArchiveTable = ArchiveTable {
    class: ArchiveClass::Trade,
    table: "message",
    key: &["id"],
    columns: &[
        ("id", Kind::Int),
        ("company_id", Kind::Int),
        ("key_id", Kind::Int),
        ("direction", Kind::Text),
        ("kind", Kind::Text),
        ("guid", Kind::Text),
        ("shape", Kind::Text),
        ("profile", Kind::Text),
        ("state", Kind::Text),
        ("n_bytes", Kind::Int),
        ("n_documents", Kind::Int),
        ("n_final", Kind::Int),
        ("hash", Kind::Bytes),
        ("received_at", Kind::Int),
        ("changed_at", Kind::Int),
        ("outcome", Kind::Text),
        ("needs_action", Kind::Bool),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: SMALL,
    stays: of_messages,
};

/// Facts about messages: logs.
pub(crate) const EVENTS: ArchiveTable = ArchiveTable {
    class: ArchiveClass::Log,
    table: "event",
    key: &["place", "id"],
    columns: &[
        ("place", Kind::Int),
        ("id", Kind::Int),
        ("at_ms", Kind::Int),
        ("kind", Kind::Text),
        ("company_id", Kind::Int),
        ("subject_id", Kind::Int),
        ("detail", Kind::Text),
    ],
    month: MonthBy::Number(NumberedRows {
        source: "event",
        group: None,
        number: "place",
        time: "at_ms",
    }),
    is_fixed: true,
    batch: SMALL,
    stays: of_events,
};

/// Rows that belong to messages: by the first number of their key, the id of a message or of a document of one.
fn messages_of(keys: &[RowKey]) -> BTreeSet<MessageId> {
    keys.iter()
        .map(|(id, _)| MessageId::of_document(*id))
        .collect()
}

/// Why messages must stay with everything of theirs.
pub(crate) fn stays(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
    class: ArchiveClass,
) -> Result<BTreeMap<MessageId, Stay>> {
    let mut why = BTreeMap::new();
    if class == ArchiveClass::Trade {
        let here = sql::with_bodies(tx, messages)?;
        why.extend(here.into_iter().map(|id| (id, Stay::Payload)));
    }
    let open = sql::open_among(tx, messages)?;
    why.extend(open.into_iter().map(|id| (id, Stay::OpenMessage)));
    Ok(why)
}

fn by_key(tx: &mut Tx<'_>, keys: &[RowKey], class: ArchiveClass) -> Result<Stays> {
    let why = stays(tx, &messages_of(keys), class)?;
    let pairs = keys.iter().filter_map(|key| {
        let found = why.get(&MessageId::of_document(key.0))?;
        Some((*key, *found))
    });
    Ok(pairs.collect())
}

fn while_open(tx: &mut Tx<'_>, keys: &[RowKey], _: i64) -> Result<Stays> {
    by_key(tx, keys, ArchiveClass::Payload)
}

/// For rows whose key begins with the id of a message or document.
///
/// # Errors
/// The engine's.
pub(crate) fn of_messages(tx: &mut Tx<'_>, keys: &[RowKey], _: i64) -> Result<Stays> {
    by_key(tx, keys, ArchiveClass::Trade)
}

/// Events about messages that are not finished: their steps are counted by them.
fn of_events(tx: &mut Tx<'_>, keys: &[RowKey], _: i64) -> Result<Stays> {
    let subjects = store::event::subjects(tx, keys)?;
    let messages = subjects
        .iter()
        .map(|(_, subject)| MessageId(*subject))
        .collect();
    let open = sql::open_among(tx, &messages)?;
    let pairs = subjects
        .into_iter()
        .filter(|(_, subject)| open.contains(&MessageId(*subject)))
        .map(|(key, _)| (key, Stay::OpenMessage));
    Ok(pairs.collect())
}

/// The month in whose archive the bytes of a message stand that are not here any more; none where they were never
/// archived and removed.
///
/// # Errors
/// The engine's.
pub(crate) fn archived(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<ArchiveMonth>> {
    let month = ArchiveMonth::of(made_at_ms(id.0));
    let is_purged = archive::part::sql::is_purged(tx, ArchiveClass::Payload, month)?;
    Ok(is_purged.then_some(month))
}
