//! What receipts change of a document: its numbers, status and outcome.

use super::NewReceipt;
use super::attribution::{CLOCKS_MS, says_duplicate};
use ceb::{Kind, Outcome, ReturnStatus};
use registry::company::CompanyId;
use std::collections::BTreeMap;

/// What operators have said (平台解释) of statuses that the standard does not have, by the kind of the document and the
/// status: whether its company is to act.
pub(crate) type Explained = BTreeMap<(String, i64), bool>;

/// What a status that the standard does not have means for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unlisted {
    /// It is one that the standard has.
    Not,
    /// Nobody knows.
    Unclear,
    /// Operators have explained that nothing has changed.
    Quiet,
    /// Operators have explained that its company is to act.
    ToAct,
}

impl Unlisted {
    fn of(kind: &str, status: ReturnStatus, explained: &Explained) -> Self {
        if status.0 <= 0 || status.is_listed() {
            return Self::Not;
        }
        match explained.get(&(kind.to_owned(), i64::from(status.0))) {
            None => Self::Unclear,
            Some(false) => Self::Quiet,
            Some(true) => Self::ToAct,
        }
    }
}

/// Whether a status is one of which operators have said that the company is to act.
pub(in crate::receipt) fn asks_to_act(kind: &str, status: i64, explained: &Explained) -> bool {
    let status = ReturnStatus(i32::try_from(status).unwrap_or(0));
    Unlisted::of(kind, status, explained) == Unlisted::ToAct
}

/// A document as far as receipts change it.
#[derive(Debug, Clone)]
pub(crate) struct DocumentStatus {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) business_key: Option<String>,
    pub(crate) order_no: Option<String>,
    pub(crate) logistics_no: Option<String>,
    pub(crate) invt_no: Option<String>,
    pub(crate) cop_no: Option<String>,
    pub(crate) pre_no: Option<String>,
    pub(crate) status: Option<i64>,
    pub(crate) status_time: Option<String>,
    pub(crate) is_final: bool,
    pub(crate) outcome: Outcome,
    pub(crate) needs_action: bool,
    pub(crate) company_id: CompanyId,
    pub(crate) guid: Option<String>,
    /// Whether it was turned down because the same was declared already.
    pub(crate) is_duplicate: bool,
    /// Whether the company has said that nothing more is to be done about it.
    pub(crate) is_dismissed: bool,
    pub(crate) is_changed: bool,
    /// Whether its row is damaged, so that what stands here is what could be read.
    pub(crate) is_damaged: bool,
    /// The place in the feed of the answer that decided it, where that was read again.
    pub(crate) decided_at: Option<i64>,
}

/// What was known of a document before it heard anything new.
#[derive(Debug)]
pub(in crate::receipt) struct Before {
    pub(in crate::receipt) status: Option<i64>,
    pub(in crate::receipt) status_time: Option<String>,
    pub(in crate::receipt) is_final: bool,
    pub(in crate::receipt) outcome: Outcome,
    pub(in crate::receipt) needs_action: bool,
    pub(in crate::receipt) is_duplicate: bool,
}

impl Before {
    pub(in crate::receipt) fn of(document: &DocumentStatus) -> Before {
        Before {
            status: document.status,
            status_time: document.status_time.clone(),
            is_final: document.is_final,
            outcome: document.outcome,
            needs_action: document.needs_action,
            is_duplicate: document.is_duplicate,
        }
    }
}

impl DocumentStatus {
    /// Takes over the numbers that customs gave the document.
    pub(in crate::receipt) fn learn(&mut self, receipt: &NewReceipt) {
        let numbers = [
            (&mut self.invt_no, &receipt.invt_no),
            (&mut self.pre_no, &receipt.pre_no),
        ];
        for (known, number) in numbers {
            if number.is_some() && known != number {
                known.clone_from(number);
                self.is_changed = true;
            }
        }
    }

    /// Forgets what receipts have said, to be told all of it once more.
    pub(in crate::receipt) fn forget_answers(&mut self) {
        self.status = None;
        self.status_time = None;
        self.is_final = false;
        self.outcome = Outcome::Waiting;
        self.is_duplicate = false;
        self.decided_at = None;
        self.is_changed = true;
    }

    /// Whether its latest status is one that nobody knows: then an earlier answer may come that says what
    /// became of it, and all are to be heard once more.
    pub(in crate::receipt) fn is_unknown(&self) -> bool {
        let code = self.status.and_then(|status| i32::try_from(status).ok());
        code.is_some_and(|code| Outcome::of(ReturnStatus(code)).is_none())
    }

    /// Takes over what a receipt says; receipts are heard in the order of their times. The latest decides
    /// the status, any final one that customs has finished with the document. What only tells of progress
    /// takes nothing back: clocks differ, so the word that a document was handed on may be dated after the
    /// word that it was turned down. Nor is a rejection taken back by an acceptance, unless that came after
    /// it and is dated after it by customs: a to-do too many is seen, one that is missing is not. A status that
    /// nobody knows leaves open what became of it, unless it was turned down before.
    pub(in crate::receipt) fn hear(&mut self, receipt: &NewReceipt, explained: &Explained) {
        let code = i32::try_from(receipt.return_status).unwrap_or(0);
        let status = ReturnStatus(code);
        self.learn(receipt);
        let kind = Kind::from_code(&receipt.kind);
        let unlisted = self.unlisted(status, explained);
        let says = match unlisted {
            // A rejection stays one.
            Unlisted::ToAct if self.outcome.is_bad() => Some(self.outcome),
            Unlisted::ToAct => Some(Outcome::Faulty),
            Unlisted::Not | Unlisted::Unclear | Unlisted::Quiet => {
                kind.and_then(|kind| Outcome::of_receipt(kind, status))
            }
        };
        let is_answer = kind.is_some_and(|kind| kind.declares().is_some() || kind == Kind::Ceb900);
        // A tax bill or summary result tells of the document but is not a status of it.
        if !is_answer || status == ceb::receipt::STATUS_UNREADABLE && says.is_none() {
            return;
        }
        // It is no progress either: what came before it stands, and what comes after it follows on that.
        if unlisted == Unlisted::Quiet && kind != Some(Kind::Ceb900) {
            return;
        }
        let is_over = match says {
            Some(Outcome::Waiting) => self.is_beyond(status),
            // What is released was taken in before.
            Some(Outcome::Accepted) if self.outcome == Outcome::Released => true,
            Some(Outcome::Accepted | Outcome::Released) => {
                self.outcome.is_bad() && !self.is_taken_back_by(receipt)
            }
            _ => false,
        };
        if is_over {
            return;
        }
        // A rejection that is taken back leaves nothing decided.
        let is_taken_back = self.outcome.is_bad() && says.is_some_and(|says| !says.is_bad());
        self.is_final &= !is_taken_back;
        let was_final = self.is_final;
        // A status that nobody knows says nothing of that either.
        if says.is_some() {
            self.is_duplicate = says_duplicate(receipt.return_status, &receipt.return_info);
        }
        self.status = Some(receipt.return_status);
        self.status_time = Some(receipt.return_time.clone());
        // What says nothing of the document leaves what is known of it.
        self.outcome = says.unwrap_or(self.outcome);
        if unlisted == Unlisted::Unclear && !self.outcome.is_bad() {
            self.outcome = Outcome::Waiting;
            self.is_final = false;
        }
        self.is_final &= says != Some(Outcome::Waiting);
        self.is_final |= says.is_some_and(Outcome::is_bad)
            || Kind::from_code(&self.kind).is_some_and(|kind| status.is_final(kind));
        if says.is_some_and(Outcome::is_bad) || self.is_final && !was_final {
            self.decided_at = receipt.feed_no;
        }
        self.is_changed = true;
    }

    fn unlisted(&self, status: ReturnStatus, explained: &Explained) -> Unlisted {
        Unlisted::of(&self.kind, status, explained)
    }

    /// Whether the document has come further than progress of this status: it was turned down, or customs has
    /// finished with it and does not look at it once more (300 after the 120 of an order), or customs has it
    /// while the status is one of the E-Port.
    fn is_beyond(&self, progress: ReturnStatus) -> bool {
        let at_port = ReturnStatus::SENT_TO_CUSTOMS.rank();
        let known = self.status.map_or(0, rank);
        let is_done = self.is_final && (self.outcome.is_bad() || progress.rank() <= known);
        is_done || progress.rank() <= at_port && known > at_port
    }

    /// Whether a good word that is dated after the rejection also came after it, and has its time from customs:
    /// a later one, as far as both were written.
    fn is_taken_back_by(&self, receipt: &NewReceipt) -> bool {
        let rejected = self.status_time.as_deref();
        let is_later = rejected.is_none_or(|time| !is_as_coarse(time, &receipt.return_time));
        receipt.is_dated && is_later && self.was_decided_before(receipt)
    }

    /// Whether the word that decided it had come before this one; one that is not recorded yet has come just
    /// now.
    fn was_decided_before(&self, receipt: &NewReceipt) -> bool {
        match (self.decided_at, receipt.feed_no) {
            (Some(decided), Some(own)) => own > decided,
            _ => true,
        }
    }

    /// Takes over what an answer to its whole message says: that settles what was still open when it came.
    pub(in crate::receipt) fn hear_of_message(
        &mut self,
        receipt: &NewReceipt,
        explained: &Explained,
    ) {
        if !self.is_final || !self.was_decided_before(receipt) {
            self.hear(receipt, explained);
        }
    }

    /// The moment of the latest word that it has heard, as words are put in order.
    pub(in crate::receipt) fn heard_at(&self) -> Option<(String, u8)> {
        let time = self.status_time.as_deref()?;
        Some((order_of(time), rank(self.status.unwrap_or(0))))
    }
}

/// The moment of a receipt, as words are put in order: by time, at one time by how far they say things are.
pub(in crate::receipt) fn moment(receipt: &NewReceipt) -> (String, u8) {
    (order_of(&receipt.return_time), rank(receipt.return_status))
}

fn rank(status: i64) -> u8 {
    ReturnStatus(i32::try_from(status).unwrap_or(0)).rank()
}

/// Whether a time of customs is a moment, and not one that is still to come: clocks may differ by as much as
/// [`CLOCKS_MS`].
pub(crate) fn is_believable(time: &str, now_ms: i64) -> bool {
    let time = order_of(time);
    !time.starts_with('0') && time <= super::return_time(now_ms.saturating_add(CLOCKS_MS))
}

/// A time of customs as it is compared: 14 digits (older receipts) filled up to 17. One that is no
/// moment of this century comes before all others, so that it never outlasts what is true.
pub(crate) fn order_of(time: &str) -> String {
    let part = |range: std::ops::Range<usize>| time.get(range).and_then(|text| text.parse().ok());
    let is_in = |range, allowed: std::ops::RangeInclusive<u32>| {
        part(range).is_some_and(|value: u32| allowed.contains(&value))
    };
    let is_moment = matches!(time.len(), 14 | 17)
        && time.bytes().all(|b| b.is_ascii_digit())
        && is_in(0..4, 2000..=2099)
        && is_in(4..6, 1..=12)
        && is_in(6..8, 1..=days_of(part(0..4), part(4..6)))
        && is_in(8..10, 0..=23)
        && is_in(10..12, 0..=59)
        && is_in(12..14, 0..=60);
    if is_moment {
        format!("{time:0<17}")
    } else {
        "0".repeat(17)
    }
}

/// Whether two times of customs that were believed may be one moment, spelt with milliseconds or seconds and
/// without: one that has none may be a coarse one.
pub(in crate::receipt) fn is_same_moment(one: &str, other: &str) -> bool {
    one == other || is_as_coarse(one, other)
}

/// Whether two times are equal as far as the coarser one was written, which is to the second or the minute.
fn is_as_coarse(one: &str, other: &str) -> bool {
    let n_digits = digits(one).min(digits(other));
    n_digits < EXACT && one.get(..n_digits) == other.get(..n_digits)
}

/// How many digits of a time tell anything: one that was written to the minute has noughts for its seconds, and
/// some nodes write noughts for milliseconds that they do not know.
fn digits(time: &str) -> usize {
    match time.len() {
        SECOND if time.ends_with("00") => MINUTE,
        SECOND => SECOND,
        _ if time.ends_with("000") => SECOND,
        _ => EXACT,
    }
}

/// The first and the last moment that a time of customs may mean, in 17 digits: one that is written to the minute or
/// second lasts to its end. None of what is no moment.
pub(in crate::receipt) fn span_of(time: &str) -> Option<(String, String)> {
    let moment = order_of(time);
    let n_digits = digits(time).min(moment.len());
    let known = moment
        .get(..n_digits)
        .filter(|_| !moment.starts_with('0'))?;
    Some((format!("{known:0<17}"), format!("{known:9<17}")))
}

/// How long a time stays the same as it is written, in milliseconds.
pub(in crate::receipt) fn step_ms(time: &str) -> i64 {
    let is_day = time.bytes().skip(DAY).all(|digit| digit == b'0');
    match digits(time) {
        _ if is_day => 86_400_000,
        MINUTE => 60_000,
        SECOND => 1000,
        _ => 1,
    }
}

/// Digits of a time to the day.
const DAY: usize = 8;

/// Digits of a time to the minute.
const MINUTE: usize = 12;

/// Digits of a time to the second.
const SECOND: usize = 14;

/// Digits of a time to the millisecond.
const EXACT: usize = 17;

/// Days of a month of this century.
fn days_of(year: Option<u32>, month: Option<u32>) -> u32 {
    match month {
        Some(4 | 6 | 9 | 11) => 30,
        Some(2) if year.is_some_and(|year| year % 4 == 0) => 29,
        Some(2) => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_believable, is_same_moment, order_of};

    #[test]
    fn a_time_that_is_none_or_is_still_to_come_is_not_believed() {
        let now_ms = store::clock::parse_time("2026-03-02T09:00:00+08:00").unwrap();
        assert!(is_believable("20260302085959", now_ms));
        assert!(is_believable("20260302090900000", now_ms));
        for wrong in ["20260302091100000", "20990101000000", "2026-03-02", "", "0"] {
            assert!(!is_believable(wrong, now_ms), "{wrong}");
        }
    }

    #[test]
    fn two_spellings_are_one_moment_as_far_as_the_coarser_is_written() {
        let same = [
            ("20260302090500", "20260302090542123"),
            ("20260302090542", "20260302090542123"),
            ("20260302090542000", "20260302090542123"),
            ("20260302090500", "20260302090542"),
        ];
        let other = [
            ("20260302090500000", "20260302090501000"),
            ("20260302090542", "20260302090543"),
            ("20260302090542123", "20260302090542124"),
            ("20260302090500", "20260302090600"),
        ];
        for (one, two) in same {
            assert!(
                is_same_moment(one, two) && is_same_moment(two, one),
                "{one} {two}"
            );
        }
        for (one, two) in other {
            assert!(
                !is_same_moment(one, two) && !is_same_moment(two, one),
                "{one} {two}"
            );
        }
    }

    #[test]
    fn a_time_that_is_none_comes_before_all_others() {
        let good = order_of("20260302090000");
        assert_eq!(good, "20260302090000000");
        assert!(order_of("20260302090000001") > good);
        for wrong in [
            "",
            "99999999999999999",
            "20261302090000000",
            "20260231000000",
            "20261131000000",
            "2026-03-02",
            "x",
        ] {
            assert!(order_of(wrong) < good, "{wrong}");
        }
    }
}
