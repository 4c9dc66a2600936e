//! Attribution (回执归属): which of several documents with one business key an answer is about.
//!
//! A company may declare one key several times: by mistake, again after a rejection, to change or
//! delete. Of customs' answers only some name the document (its guid, in the text or in the element
//! guid); the others are about the document under way. So all answers under the key are read in the
//! order of their times, as customs gave them:
//!
//! 1. An answer that names a guid goes to that document.
//! 2. One that says 重复申报 goes to a document that has not been answered, never to the one that
//!    was accepted.
//! 3. Any other goes on from the latest document under way that has not come so far.
//! 4. Only when nothing else tells, the order of declaration does: the oldest that has not been
//!    answered; then the latest under way; then the latest that was not turned down.
//!
//! Where an answer names nobody, only documents compete that were sent when it was given, the difference
//! of two clocks aside: one that waits here to be sent would else be taken for sent, and never be. One that
//! an earlier answer was about was sent, whatever the clocks say; one that was declared after the platform
//! had the answer is not meant, by one clock. One that customs turned down with its whole message is closed
//! before any other answer is read.
//!
//! The result depends on the answers, not on the order in which they arrive: each time one more comes,
//! the whole is read again, and an answer that was put elsewhere before moves.

use ceb::{Kind, Outcome, ReturnStatus};
use store::clock::SKEW_MS;

/// Length of a guid, in characters.
const GUID_CHARS: usize = 36;

/// Codes of the E-Port that say 重复申报.
pub(crate) const DUPLICATE_CODES: [i32; 15] = [
    -301_010, -301_011, -401_007, -401_008, -504_012, -504_015, -504_016, -505_012, -505_015,
    -505_016, -621_004, -623_009, -625_022, -625_033, -800_003,
];

/// An answer of customs under one business key.
#[derive(Debug, Clone)]
pub(crate) struct KeyAnswer {
    /// Guids in its text and in its element guid, in capital letters.
    pub(crate) names: Vec<String>,
    pub(crate) status: ReturnStatus,
    /// As customs wrote it, 14 or 17 digits.
    pub(crate) time: String,
    pub(crate) says_duplicate: bool,
    /// When the platform recorded it; none of one that has just come.
    pub(crate) received_ms: Option<i64>,
}

impl KeyAnswer {
    pub(crate) fn new(guid: &str, status: i64, time: &str, info: &str) -> Self {
        Self {
            received_ms: None,
            names: names(guid, info),
            status: ReturnStatus(i32::try_from(status).unwrap_or(0)),
            time: super::document::order_of(time),
            says_duplicate: says_duplicate(status, info),
        }
    }
}

/// Whether an answer turns its document down because the same is declared already.
pub(crate) fn says_duplicate(status: i64, info: &str) -> bool {
    let status = ReturnStatus(i32::try_from(status).unwrap_or(0));
    (status == ReturnStatus::CUSTOMS_REJECTED || status.is_fault())
        && (info.contains("重复申报")
            || info.contains("重复入库")
            || DUPLICATE_CODES.contains(&status.0))
}

/// The guids that an answer names: words of 36 characters in its text, and its element guid, which
/// some nodes fill with the declared document's. That of the E-Port names nothing of ours.
pub(crate) fn names(guid: &str, info: &str) -> Vec<String> {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = info.split(|c| !is_of_word(c));
    let words = words
        .chain([guid.trim()])
        .filter(|word| word.len() == GUID_CHARS);
    words.map(super::guid_text).collect()
}

/// How much later than customs' clock ours may be, in milliseconds: ten minutes.
pub(crate) const CLOCKS_MS: i64 = 10 * 60 * 1000;

/// Whether a document was declared after the platform had an answer, by clocks that may be two processes'; one
/// of which it is not known when it came was there before.
pub(crate) fn is_after(declared_ms: i64, answered_ms: Option<i64>) -> bool {
    answered_ms.is_none_or(|at| at.saturating_add(SKEW_MS) < declared_ms)
}

/// A document that customs may have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    pub(crate) guid: Option<String>,
    /// Before this moment nobody can have answered it; as answers are compared.
    since: String,
    /// When the platform received it.
    pub(crate) received_ms: Option<i64>,
    /// Whether customs' queue has confirmed its message.
    pub(crate) is_sent: bool,
    /// Whether customs turned its whole message down.
    pub(crate) is_closed: bool,
}

impl Sent {
    /// One that was sent and is open. `guid` in capital letters; `received_ms` is when the platform received
    /// it, none where that is not known any more.
    pub(crate) fn new(guid: Option<String>, received_ms: Option<i64>) -> Self {
        let since = received_ms.map(|at| super::return_time(at.saturating_sub(CLOCKS_MS)));
        Self {
            guid,
            since: since.unwrap_or_default(),
            received_ms,
            is_sent: true,
            is_closed: false,
        }
    }
}

/// How far a document has come in what was read.
#[derive(Debug, Clone, Copy, Default)]
struct Course {
    /// When it was last answered, counted in answers from 2; 1 when its whole message was; 0 before.
    touched: usize,
    is_closed: bool,
    is_turned_down: bool,
    rank: u8,
}

/// The place among `sent` (the documents with one key, oldest first) of each answer.
pub(crate) fn attribute(kind: Kind, sent: &[Sent], answers: &[KeyAnswer]) -> Vec<usize> {
    let named: Vec<Option<usize>> = answers
        .iter()
        .map(|answer| {
            let is_named = |one: &Sent| {
                let guid = one.guid.as_ref();
                guid.is_some_and(|guid| answer.names.contains(guid))
            };
            // Two documents with one guid in one key: the newest.
            sent.iter().rposition(is_named)
        })
        .collect();
    let mut places = vec![0; answers.len()];
    let begin = |one: &Sent| Course {
        touched: usize::from(one.is_closed),
        is_closed: one.is_closed,
        is_turned_down: one.is_closed,
        rank: 0,
    };
    let mut courses: Vec<Course> = sent.iter().map(begin).collect();
    for (step, at) in (2..).zip(in_order(sent, answers, &named)) {
        let (Some(answer), Some(named)) = (answers.get(at), named.get(at)) else {
            continue;
        };
        let place = named.unwrap_or_else(|| choose_among(sent, &courses, answer));
        places[at] = place;
        let Some(course) = courses.get_mut(place) else {
            continue;
        };
        course.touched = step;
        match Outcome::of(answer.status) {
            Some(outcome) if outcome.is_bad() => {
                course.is_closed = true;
                course.is_turned_down = true;
            }
            Some(_) => {
                course.rank = course.rank.max(answer.status.rank());
                course.is_closed |= answer.status.is_final(kind);
            }
            None => {}
        }
    }
    places
}

/// The answers in the order of their times. Within one moment, which is a minute where times are coarse, what was here
/// before a document was declared comes before what was not; then as they came, if the moment tells of several
/// documents or says something twice; else in the usual order of the statuses.
fn in_order(sent: &[Sent], answers: &[KeyAnswer], named: &[Option<usize>]) -> Vec<usize> {
    let n_declared = |at: &usize| {
        let received = answers.get(*at).and_then(|answer| answer.received_ms);
        let before =
            |one: &&Sent| received.is_none_or(|at| one.received_ms.is_none_or(|of| of <= at));
        sent.iter().filter(before).count()
    };
    let mut order: Vec<usize> = (0..answers.len()).collect();
    let time = |at: &usize| answers.get(*at).map_or("", |answer| &*answer.time);
    order.sort_by(|one, other| time(one).cmp(time(other)));
    for moment in order.chunk_by_mut(|one, other| time(one) == time(other)) {
        let mut of: Vec<usize> = moment
            .iter()
            .filter_map(|at| named.get(*at).copied().flatten())
            .collect();
        of.sort_unstable();
        of.dedup();
        let rank = |at: &usize| answers.get(*at).map_or(0, |answer| answer.status.rank());
        let mut ranks: Vec<u8> = moment.iter().map(rank).collect();
        ranks.sort_unstable();
        let says_twice = ranks.windows(2).any(|pair| pair.first() == pair.last());
        match of.len() < 2 && !says_twice {
            true => moment.sort_by_key(|at| (n_declared(at), rank(at))),
            false => moment.sort_by_key(n_declared),
        }
    }
    order
}

/// The document of an answer that names none, among those that were sent when it was given; among all that
/// were sent when none was, for then the clocks differ more than they should; among all when it was quicker
/// than our note of the first that was sent.
fn choose_among(sent: &[Sent], courses: &[Course], answer: &KeyAnswer) -> usize {
    let was_there = |one: &Sent| {
        let (declared, answered) = (one.received_ms, answer.received_ms);
        answered.is_none() || declared.is_none_or(|declared| !is_after(declared, answered))
    };
    let places = |is: &dyn Fn(usize, &Sent) -> bool| -> Vec<usize> {
        let found = sent.iter().enumerate();
        let found = found.filter(|(at, one)| was_there(one) && is(*at, one));
        found.map(|(at, _)| at).collect()
    };
    // The course of one that was answered with its whole message begins at 1.
    let is_answered = |at: usize| courses.get(at).is_some_and(|course| course.touched > 1);
    let is_in_time = |one: &Sent| one.is_sent && one.since <= answer.time;
    let mut among = places(&|_, one| is_in_time(one));
    if among.is_empty() {
        among = places(&|_, one| one.is_sent);
    } else {
        among = places(&|at, one| is_in_time(one) || one.is_sent && is_answered(at));
    }
    if among.is_empty() {
        among = places(&|_, _| true);
    }
    let theirs: Vec<Course> = among
        .iter()
        .filter_map(|at| courses.get(*at).copied())
        .collect();
    among.get(choose(&theirs, answer)).copied().unwrap_or(0)
}

/// The document of an answer that names none.
fn choose(courses: &[Course], answer: &KeyAnswer) -> usize {
    let accepted = ReturnStatus::CUSTOMS_ACCEPTED.rank();
    let latest = |is: &dyn Fn(&Course) -> bool| {
        let found = courses.iter().enumerate().filter(|(_, course)| is(course));
        found
            .max_by_key(|(_, course)| course.touched)
            .map(|(at, _)| at)
    };
    let is_open = |course: &Course| course.touched > 0 && !course.is_closed;
    let unanswered = || courses.iter().position(|course| course.touched == 0);
    if answer.says_duplicate {
        // The first one is what it is a duplicate of.
        let first_is_answered = courses.first().is_some_and(|course| course.touched > 0);
        let mut others = courses
            .iter()
            .enumerate()
            .skip(usize::from(!first_is_answered));
        let next = others.find(|(_, course)| course.touched == 0);
        let newest = courses.iter().rposition(is_open);
        return next
            .map(|(at, _)| at)
            .or(newest)
            .unwrap_or_else(|| courses.len().saturating_sub(1));
    }
    let goes_on = |course: &Course| {
        // The E-Port turns down what is not at customs yet.
        let limit = match answer.status.is_fault() {
            true => accepted,
            false => answer.status.rank(),
        };
        is_open(course) && course.rank < limit
    };
    latest(&goes_on)
        .or_else(unanswered)
        .or_else(|| latest(&is_open))
        .or_else(|| latest(&|course| !course.is_turned_down))
        .or_else(|| latest(&|_| true))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
