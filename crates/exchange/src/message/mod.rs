//! Messages (报文): what a company sent and how far it has come.
//!
//! A message is stored byte for byte when it is accepted and never changed after that (I4). What
//! changes is its [`State`], and only [`advance`] changes it: the change, the event that tells of
//! it and whatever the step produced commit together (I2). A step that runs twice moves nothing
//! the second time, because it names the states it starts from (I3).
//!
//! ```text
//! Received 已接收 ─ Checked 已校验 ─ Sent 已发送 ─ Answered 已有回执 ─ Settled 回执已收齐
//!        ├─ Waiting 待对碰 ─ Checked        any but the final ones ─ Held 待人工处理
//!        └─ Refused 平台拒收
//! ```
//!
//! An answer can overtake our own commit of `Sent`, so `Checked` may become `Answered` directly. The
//! one way back from `Refused` is `reopen`, which two people decide.

mod arrival;
mod back;
pub(crate) mod finding;
pub mod guid;
pub(crate) mod signed;
pub(crate) mod sql;
pub(crate) mod row;
pub(crate) mod retention;
mod state;
#[cfg(test)]
mod tests;

use ceb::{Direction, Outcome};
use registry::company::CompanyId;
use sha2::{Digest, Sha256};
use store::clock::beijing_day;
use store::event::Event;
use store::id::{IdMaker, PART_MAX};
use store::reseal::SealedColumn;
use store::{Error, Result, Tx};

pub use arrival::Arrival;
pub(crate) use back::{Back, reopen, unanswer, unhold, unsettle};
pub use finding::FindingView;
pub use state::State;

use crate::tally::Tally;
pub use crate::tally::{Counts, DayCounts};

/// What is sealed of this module.
pub(crate) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "message_body",
        column: "body",
        key: ("message_id", None),
        is_text: false,
    },
    SealedColumn {
        table: "message_signed",
        column: "body",
        key: ("message_id", None),
        is_text: false,
    },
    SealedColumn {
        table: "message_finding",
        column: "value",
        key: ("message_id", Some("number")),
        is_text: true,
    },
    SealedColumn {
        table: "message_finding",
        column: "text",
        key: ("message_id", Some("number")),
        is_text: true,
    },
];

/// The id of a message (报文编号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub i64);

/// Digits of an acceptance number: Crockford's, without letters that look like digits.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl MessageId {
    /// The message that a document belongs to.
    pub fn of_document(document_id: i64) -> Self {
        Self(document_id & !PART_MAX)
    }

    /// The id of the message's document `number`, 1 to 100.
    pub fn document(self, number: usize) -> i64 {
        self.0
            .saturating_add(i64::try_from(number).unwrap_or(PART_MAX).min(PART_MAX))
    }

    /// Acceptance number (受理号): the id as people read it aloud, `TG` and 13 characters.
    pub fn acceptance_no(self) -> String {
        let mut digits = [b'0'; 13];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[usize::try_from(rest & 31).unwrap_or(0)];
            rest >>= 5;
        }
        format!("TG{}", String::from_utf8_lossy(&digits))
    }

    /// Reads an acceptance number, or the id as a decimal number.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(digits) = text.strip_prefix("TG") else {
            return text.parse().ok().filter(|id| *id > 0).map(Self);
        };
        if digits.len() != 13 {
            return None;
        }
        let mut id: i64 = 0;
        for digit in digits.bytes() {
            let value = DIGITS.iter().position(|known| *known == digit)?;
            id = id
                .checked_mul(32)?
                .checked_add(i64::try_from(value).ok()?)?;
        }
        (id > 0).then_some(Self(id))
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// The name of a direction in the database and the API.
pub fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Import => "import",
        Direction::Export => "export",
    }
}

/// The id of a message that is damaged, and why, for the log.
pub(crate) type Unreadable = (MessageId, String);

/// Whether these are the bytes that were received, by their hash.
///
/// # Errors
/// [`Error::Damaged`] when they are not.
pub(crate) fn as_received(body: &[u8], hash: &[u8]) -> Result<()> {
    match Sha256::digest(body).as_slice() == hash {
        true => Ok(()),
        false => Err(Error::Damaged(
            "the bytes of a message are not those that were received".to_owned(),
        )),
    }
}

/// A message without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// `import` or `export`.
    pub direction: String,
    /// Kind (报文类型): `CEB311`.
    pub kind: String,
    /// The guid of its root, as sent.
    pub guid: String,
    /// How it came: `bare`, `dxp`, `dxp_sv`.
    pub shape: String,
    /// How it is read: `strict` or `lenient`.
    pub profile: String,
    /// Where it stands.
    pub state: State,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether its company must act.
    pub needs_action: bool,
    /// Bytes as received.
    pub n_bytes: i64,
    /// Documents in it; 0 until it is checked.
    pub n_documents: i64,
    /// Documents that customs has finished with.
    pub n_final: i64,
    /// When it was accepted, milliseconds since 1970-01-01 UTC.
    pub received_at: i64,
    /// When it came into its state, milliseconds since 1970-01-01 UTC.
    pub changed_at: i64,
}

/// One change of state for a list of messages.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The state they come into.
    pub to: State,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// What the event says beside; the same for all.
    pub detail: &'a str,
}

/// A message that a step really moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The message.
    pub id: MessageId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Kind: `CEB311`.
    pub kind: String,
}

/// Moves messages into a state, with the events that say so; answers those that really moved.
/// Messages that are not in a state from which the step may start stay as they are.
pub fn advance(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &[MessageId],
    step: Step<'_>,
) -> Result<Vec<Moved>> {
    advance_with(tx, ids, messages, (step, None))
}

/// As [`advance`], for messages of which the check knows how many documents each of them has.
pub(crate) fn advance_with(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &[MessageId],
    (step, n_documents): (Step<'_>, Option<i64>),
) -> Result<Vec<Moved>> {
    let moved = sql::change_state(tx, messages, &step, n_documents)?;
    let events: Vec<Event> = moved
        .iter()
        .map(|moved| Event {
            id: ids.next(),
            at_ms: step.at_ms,
            kind: format!("message.{}", step.to.name()),
            company_id: Some(moved.company_id.0),
            subject_id: moved.id.0,
            detail: step.detail.to_owned(),
        })
        .collect();
    store::event::append(tx, &events)?;
    Ok(moved)
}

/// Notes as sent what customs has answered before our own commit of `Sent`: after a crash between the
/// two, that commit never comes. Messages in other states stay as they are.
pub(crate) fn overtake(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &[MessageId],
    at_ms: i64,
) -> Result<()> {
    let checked = sql::in_state(tx, messages, State::Checked)?;
    let step = Step {
        to: State::Sent,
        at_ms,
        detail: "",
    };
    let moved = advance(tx, ids, &checked, step)?;
    count_sent(tx, ids, &moved, at_ms)
}

/// Counts messages that came into `Sent` under the day and their kinds.
pub(crate) fn count_sent(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    moved: &[Moved],
    at_ms: i64,
) -> Result<()> {
    let day = beijing_day(at_ms);
    let mut counts = DayCounts::new();
    for moved in moved {
        let key = (day.clone(), moved.company_id, moved.kind.clone());
        counts.entry(key).or_default().n_sent += 1;
    }
    count(tx, ids, counts, at_ms)
}

/// When a message first passed its check and was last sent, in Unix milliseconds, as far as it was: the days under
/// which it is counted.
pub(crate) fn counted(tx: &mut Tx<'_>, id: MessageId) -> Result<[Option<i64>; 2]> {
    let checked = store::event::moments(tx, "message.checked", &[id.0])?;
    let sent = store::event::last_moments(tx, "message.sent", &[id.0])?;
    Ok([checked, sent].map(|mut at| at.remove(&id.0)))
}

/// Corrects the counts for messages that a person sends (again): each counts once as checked and, with what it is
/// about to be sent, once as sent. `before` as [`counted`] has told before they moved.
pub(crate) fn count_again(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    moved: &[Moved],
    [checked_ms, sent_ms]: [Option<i64>; 2],
    now_ms: i64,
) -> Result<()> {
    let mut counts = DayCounts::new();
    for one in moved {
        let key = |at_ms| (beijing_day(at_ms), one.company_id, one.kind.clone());
        if checked_ms.is_none() {
            counts.entry(key(now_ms)).or_default().n_checked += 1;
        }
        if let Some(at_ms) = sent_ms {
            counts.entry(key(at_ms)).or_default().n_sent -= 1;
        }
    }
    count(tx, ids, counts, now_ms)
}

/// Notes what a step adds to the counts of a day.
pub fn count(tx: &mut Tx<'_>, ids: &IdMaker, counts: DayCounts, at_ms: i64) -> Result<()> {
    let tally = Tally {
        days: counts,
        ..Tally::default()
    };
    tally.note(tx, ids, at_ms)
}
