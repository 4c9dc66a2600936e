//! Statements by which a purge asks which messages must stay.

use crate::message::{MessageId, State};
use std::collections::BTreeSet;
use store::purge::{self, KeyedTable, RowKey};
use store::{Result, Tx};

const MESSAGE: KeyedTable = KeyedTable {
    table: "message",
    key: &["id"],
};
const BODY: KeyedTable = KeyedTable {
    table: "message_body",
    key: &["message_id"],
};

fn keys(messages: &BTreeSet<MessageId>) -> Vec<RowKey> {
    messages.iter().map(|id| (id.0, 0)).collect()
}

/// Those of the messages that are not finished; none of them changes until the transaction ends. One whose state is damaged
/// is not finished.
pub(crate) fn open_among(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<BTreeSet<MessageId>> {
    let rows = purge::hold(tx, MESSAGE, "id, state", &keys(messages))?;
    let mut open = BTreeSet::new();
    for row in &rows {
        let state = row.text(1).ok().and_then(|state| State::from_name(&state));
        if !state.is_some_and(State::is_final) {
            open.insert(MessageId(row.int(0)?));
        }
    }
    Ok(open)
}

/// Those of the messages whose bytes are here.
pub(crate) fn with_bodies(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<BTreeSet<MessageId>> {
    let rows = purge::find(tx, BODY, "message_id", &keys(messages))?;
    rows.iter().map(|row| row.int(0).map(MessageId)).collect()
}

/// Whether the bytes of a message are here.
pub(crate) fn is_body_here(tx: &mut Tx<'_>, id: MessageId) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from message_body where message_id = $1",
        &[id.0.into()],
    )?;
    Ok(found.is_some())
}

/// The hash of a message's bytes, as they were received.
pub(crate) fn hash(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Vec<u8>>> {
    let found = tx.query_opt("select hash from message where id = $1", &[id.0.into()])?;
    found.map(|row| row.bytes(0)).transpose()
}
