//! Rows of `message` as they are read, and what is made of one that is damaged.

use super::{MessageId, State, StoredMessage, direction_name};
use ceb::Outcome;
use registry::company::CompanyId;
use store::unreadable::{DAMAGED, read_or};
use store::{Error, Result, Row};

/// A message of its row. One that is damaged is reported, and shown with what can be read of it, as one that waits for
/// a person: a list goes on.
pub(crate) fn message(row: &Row) -> Result<StoredMessage> {
    read_or(row, "message", message_of, readable_of)
}

fn readable_of(row: &Row, id: i64) -> StoredMessage {
    let text = |column| row.text(column).unwrap_or_else(|_| DAMAGED.to_owned());
    let int = |column| row.int(column).unwrap_or_default();
    let state = row.text(7).ok().and_then(|state| State::from_name(&state));
    let outcome = row.text(13).ok().and_then(|name| Outcome::from_name(&name));
    StoredMessage {
        id: MessageId(id),
        company_id: CompanyId(int(1)),
        direction: text(2),
        kind: text(3),
        guid: text(4),
        shape: text(5),
        profile: text(6),
        state: state.unwrap_or(State::Held),
        n_bytes: int(8),
        n_documents: int(9),
        n_final: int(10),
        received_at: int(11),
        changed_at: int(12),
        outcome: outcome.unwrap_or(Outcome::Waiting),
        needs_action: row.bool(14).unwrap_or(true),
    }
}

fn message_of(row: &Row) -> Result<StoredMessage> {
    let state = row.text(7)?;
    Ok(StoredMessage {
        id: MessageId(row.int(0)?),
        company_id: CompanyId(row.int(1)?),
        direction: row.text(2)?,
        kind: row.text(3)?,
        guid: row.text(4)?,
        shape: row.text(5)?,
        profile: row.text(6)?,
        state: State::from_name(&state)
            .ok_or_else(|| Error::Damaged(format!("unknown state {state}")))?,
        n_bytes: row.int(8)?,
        n_documents: row.int(9)?,
        n_final: row.int(10)?,
        received_at: row.int(11)?,
        changed_at: row.int(12)?,
        outcome: outcome(&row.text(13)?)?,
        needs_action: row.bool(14)?,
    })
}

/// The outcome with a stored name.
pub(crate) fn outcome(name: &str) -> Result<Outcome> {
    Outcome::from_name(name).ok_or_else(|| Error::Damaged(format!("unknown outcome {name}")))
}

/// Whether kind and direction are those that the bytes say, by which a message is checked and sent; what cannot be
/// recognised is for the check to refuse.
///
/// # Errors
/// [`Error::Damaged`] when they are not.
pub(super) fn is_of_its_bytes(body: &[u8], kind: &str, direction: &str) -> Result<()> {
    let Ok(sniffed) = ceb::sniff(body) else {
        return Ok(());
    };
    let own = sniffed.kind.direction().map(direction_name);
    match sniffed.kind.code() == kind && own == Some(direction) {
        true => Ok(()),
        false => Err(Error::Damaged(format!(
            "{kind} ({direction}) is not what the bytes of the message say"
        ))),
    }
}
