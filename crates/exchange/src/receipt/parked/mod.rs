//! Parked receipts (未匹配回执): answers that fit no declaration, or could not be read. They are kept with an
//! alarm, each with the address of its envelope, until two operators have it matched once more, or dismissed.

mod sql;

use super::document::{is_same_moment, order_of};
use super::fingerprint;
use ceb::ReturnStatus;
use std::collections::{BTreeMap, BTreeSet};
use store::event::Event;
use store::id::IdMaker;
use store::{Result, Tx};

pub(crate) use sql::{body, close, found, hold, list, total, waits};

/// Why an answer has no home, as far as it decides what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum ParkedCause {
    /// Nothing that it fits was declared, as after the loss of some days: it may answer what is declared later.
    Undeclared,
    /// Nothing had been sent under its key: it answers nothing that is sent later.
    Unsent,
    /// Anything else; it answers what had been sent by then.
    Other,
    /// It has found its home, when two operators had it matched once more.
    Found,
}

impl ParkedCause {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// An answer that is to be parked.
#[derive(Debug)]
pub(crate) struct NewParked<'a> {
    pub(crate) cause: ParkedCause,
    /// When it arrived, in Unix milliseconds.
    pub(crate) at_ms: i64,
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
    pub(crate) fn status_and_text(&self) -> (Option<ReturnStatus>, String) {
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
    /// Whether it may answer what is declared later.
    pub(crate) is_of_later: bool,
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

/// An answer as it is compared with those that are parked.
#[derive(Debug)]
pub(crate) struct ParkedAnswer<'a> {
    pub(crate) print: i64,
    pub(crate) key: String,
    pub(crate) kind: ceb::Kind,
    pub(crate) status: ReturnStatus,
    /// As customs wrote it.
    pub(crate) time: &'a str,
    pub(crate) receivers: &'a [String],
}

/// How the first delivery of an answer fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct First {
    /// Whether nothing had been sent under its key.
    pub(crate) is_early: bool,
    /// When it came, in Unix milliseconds.
    pub(crate) at_ms: i64,
}

/// Parked answers that are opened at once, to be compared.
const OPENED_AT_ONCE: usize = 64;

/// Of these answers those that came before and found no home among what was declared, whether that waits or was
/// dismissed: the same bytes, or the same status of the same moment for the same address, as customs sends an answer
/// again under another number or with a coarser time.
pub(crate) fn came_before(
    tx: &mut Tx<'_>,
    answers: &[ParkedAnswer<'_>],
) -> Result<BTreeMap<i64, First>> {
    let keys: BTreeSet<&str> = answers.iter().map(|one| one.key.as_str()).collect();
    let parked = sql::under(tx, &keys)?;
    let mut found = BTreeMap::new();
    let mut note = |one: &ParkedAnswer<'_>, first: First| {
        let known = found.entry(one.print).or_insert(first);
        if first.at_ms < known.at_ms {
            *known = first;
        }
    };
    let mut to_open: BTreeMap<i64, (First, Vec<&ParkedAnswer<'_>>)> = BTreeMap::new();
    for row in &parked {
        for one in answers {
            if row.print == one.print {
                note(one, row.first);
            } else if row.may_be(one) {
                let others = to_open.entry(row.id).or_insert((row.first, Vec::new()));
                others.1.push(one);
            }
        }
    }
    let ids: Vec<i64> = to_open.keys().copied().collect();
    for some in ids.chunks(OPENED_AT_ONCE) {
        for (id, body) in sql::bodies(tx, some)? {
            let (first, others) = &to_open[&id];
            for one in others.iter().filter(|one| says_the_same(&body, one)) {
                note(one, *first);
            }
        }
    }
    Ok(found)
}

/// A parked answer that may be another delivery of one that has come.
struct Under {
    id: i64,
    print: i64,
    key: String,
    receivers: String,
    kind: String,
    first: First,
}

impl Under {
    /// Whether it is of the same document, kind and address.
    fn may_be(&self, one: &ParkedAnswer<'_>) -> bool {
        self.key == one.key
            && self.kind == one.kind.code()
            && self.receivers == one.receivers.join(" ")
    }
}

/// Whether a parked answer has the status and the moment of another.
fn says_the_same(body: &[u8], one: &ParkedAnswer<'_>) -> bool {
    let Ok(receipts) = ceb::receipt::split(body) else {
        return false;
    };
    receipts.entries.iter().any(|entry| {
        let moments = [entry.return_time.trim(), one.time].map(order_of);
        entry.kind == one.kind
            && entry.return_status == one.status
            && (moments[0] == moments[1] || is_same_moment(entry.return_time.trim(), one.time))
    })
}

/// Keeps an answer that has no home, with an event for the alarm; the same one once.
pub(crate) fn park(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    parked: &NewParked<'_>,
    now_ms: i64,
) -> Result<()> {
    let receivers = parked.receivers.join(" ");
    let keys = (ids.next(), print_of(parked.body, parked.receivers));
    let Some(id) = sql::insert(tx, keys, (parked, &receivers))? else {
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
