//! Parked receipts (未匹配回执): answers that fit no declaration, or could not be read. They are kept with an
//! alarm, each with the address of its envelope, until two operators have it matched once more, or dismissed.

mod sql;

use super::fingerprint;
use ceb::ReturnStatus;
use store::event::Event;
use store::id::IdMaker;
use store::{Result, Tx};

pub(crate) use sql::{body, close, hold, list, waiting, waits};

/// An answer that is to be parked.
#[derive(Debug)]
pub(crate) struct NewParked<'a> {
    /// Its kind; empty when it could not be read.
    pub(crate) kind: &'static str,
    /// The key that it names, as far as it names one.
    pub(crate) key: String,
    /// Why it has no home, in Chinese.
    pub(crate) reason: String,
    /// The DXP ids that its envelope is addressed to; none when it came without one.
    pub(crate) receivers: &'a [String],
    /// The one answer as XML; all bytes of the delivery when it could not be read.
    pub(crate) body: &'a [u8],
}

/// A parked answer, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parked {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) document_key: String,
    pub(crate) reason: String,
    pub(crate) at_ms: i64,
    /// The DXP ids that its envelope was addressed to.
    pub(crate) receivers: Vec<String>,
    pub(crate) body: Listed,
}

/// What a list reads of a parked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listed {
    /// All of it.
    Whole(Vec<u8>),
    /// Nothing: it is larger than a list opens.
    Large,
    /// Nothing: it is damaged.
    Damaged,
}

/// What stands for what a large one says.
const LARGE: &str = "（内容较大，列表中不显示）";

impl Parked {
    /// What the list says beside its reason.
    pub(crate) fn told(&self) -> (Option<ReturnStatus>, String) {
        match self.says() {
            Some((status, info)) => (Some(status), info),
            None if self.body == Listed::Large => (None, LARGE.to_owned()),
            None => (None, String::new()),
        }
    }

    /// What it says: its status, where it has one, and its text with personal data masked. Nothing of what
    /// cannot be read.
    pub(crate) fn says(&self) -> Option<(ReturnStatus, String)> {
        let Listed::Whole(body) = &self.body else {
            return None;
        };
        let receipts = ceb::receipt::split(body).ok()?;
        let entry = receipts.entries.into_iter().next()?;
        let info = ceb::personal::masked_text(&entry.return_info);
        Some((entry.return_status, info))
    }
}

/// What is needed to match a parked answer once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParkedBody {
    /// When it arrived, in Unix milliseconds.
    pub(crate) at_ms: i64,
    /// Why it was parked.
    pub(crate) reason: String,
    pub(crate) receivers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// What tells a parked answer from others: its bytes and its address.
pub(crate) fn print_of(body: &[u8], receivers: &[String]) -> i64 {
    let receivers = receivers.join(" ");
    match receivers.is_empty() {
        true => fingerprint(&[body]),
        false => fingerprint(&[body, receivers.as_bytes()]),
    }
}

/// Keeps an answer that has no home, with an event for the alarm; the same one once.
///
/// # Errors
/// The engine's.
pub(crate) fn park(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    parked: &NewParked<'_>,
    now_ms: i64,
) -> Result<()> {
    let receivers = parked.receivers.join(" ");
    let keys = (ids.next(), print_of(parked.body, parked.receivers));
    let Some(id) = sql::insert(tx, keys, (parked, &receivers), now_ms)? else {
        return Ok(());
    };
    metrics::counter!("tongguan_receipts_parked_total").increment(1);
    tracing::warn!(
        receipt = id,
        kind = parked.kind,
        // The reason may quote what came; the operator reads it in the list.
        "a receipt was parked: it fits no declaration"
    );
    let event = Event {
        id: ids.next(),
        at_ms: now_ms,
        kind: "receipt.parked".to_owned(),
        company_id: None,
        subject_id: id,
        detail: parked.reason.clone(),
    };
    store::event::append(tx, &[event])
}
