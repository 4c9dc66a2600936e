//! Outcomes (办理结果): what became of each document and message, and whether its company must act.
//!
//! The rule is in [`ceb::Outcome`]. This module keeps it: `refresh` derives a message's outcome from
//! its documents in the transaction that changed them, moves the message from one count of its day to
//! the other, and writes an event when something went wrong. A rejected, faulty or refused document
//! needs an action until
//!
//! - a later document of the company with the same kind and business key was declared
//!   (`supersede`), or
//! - somebody of the company has said that nothing more is to be done (`dismiss`, audited).
//!
//! Messages are counted under the day on which they were accepted, each once, whatever happens to
//! them how often.

pub mod http;
pub(crate) mod sql;
#[cfg(test)]
mod tests;
mod view;

use crate::message::{self, Counts, DayCounts, MessageId, State};
use crate::receipt::{self, Declared};
use crate::tally::Tally;
use ceb::Outcome;
use registry::access::{Actor, Sight};
use registry::audit;
use registry::company::CompanyId;
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use std::collections::{BTreeMap, BTreeSet};
use store::clock::beijing_day;
use store::event::Event;
use store::id::IdMaker;
use store::unreadable::damage;
use store::{Result, Tx};

pub use sql::{OPEN_MAX, by_day, milestones, open};
pub use view::{OutcomeCounts, holder, state_chinese};

/// Event that a message was turned down: its detail is the outcome's name.
pub const EVENT: &str = "message.outcome";

/// Event that the company has said that nothing more is to be done: its detail is who, and why.
pub const DISMISSED_EVENT: &str = "message.dismissed";

/// Event that the company has taken that back: its detail is who.
pub const RESUMED_EVENT: &str = "message.resumed";

registry::acts! {
    /// A company has said that nothing more is to be done.
    pub DISMISSED = "message.dismiss", "不再处理退单或异常";
    /// A company takes its word back that nothing more is to be done.
    pub RESUMED = "message.resume", "恢复处理退单或异常";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("办理结果")
    .acts(ACTS)
    .codes(http::codes::ALL)
    .todos(&[waits]);

/// Who of a company corrects what was turned down.
const DECLARERS: &[Role] = &[Role::CompanyAdmin, Role::CompanyClerk];

/// Messages of a company that were turned down and on which it must act.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let company = asking.actor.company_id();
    let Some(company) = company.filter(|_| asking.has(DECLARERS)) else {
        return Ok(Vec::new());
    };
    let counts = n_open(tx, &Sight::Company(company))?;
    Ok(vec![
        Todo::plain(
            "rejected",
            [
                "海关退单，请更正重报",
                "Rejected by customs: correct and declare again",
            ],
            counts.rejected,
        ),
        Todo::plain(
            "faulty",
            [
                "处理异常，请按回执处理",
                "Processing error: act on the receipt",
            ],
            counts.faulty,
        ),
        Todo::plain(
            "refused",
            [
                "平台拒收，请更正重报",
                "Refused by the platform: correct and declare again",
            ],
            counts.refused,
        ),
    ])
}

/// Milliseconds from UTC to Beijing.
const BEIJING_MS: i64 = 28_800_000;

const DAY_MS: i64 = 86_400_000;

/// The outcome in an event of this kind; none in others.
#[must_use]
pub fn of_event(event: &Event) -> Option<Outcome> {
    (event.kind == EVENT).then(|| Outcome::from_name(&event.detail))?
}

/// The day in Beijing of a moment, in days since 1970-01-01.
#[must_use]
pub fn day_no(at_ms: i64) -> i64 {
    at_ms.saturating_add(BEIJING_MS).div_euclid(DAY_MS)
}

/// The day with this number: `2026-11-23`.
#[must_use]
pub fn day_text(day_no: i64) -> String {
    beijing_day(day_no.saturating_mul(DAY_MS))
}

/// What has happened first and last in a company's exchange (企业里程碑).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Milestones {
    /// When the first message was accepted, milliseconds since 1970-01-01 UTC.
    pub first_received: Option<i64>,
    /// When the last one was.
    pub last_received: Option<i64>,
    /// The first Beijing day on which a message came that customs has accepted or released; one that
    /// was rejected is no success.
    pub first_settled_day: Option<String>,
}

/// A message as its outcome is derived.
#[derive(Debug, Clone)]
pub(crate) struct MessageStanding {
    pub(crate) company_id: CompanyId,
    pub(crate) kind: String,
    pub(crate) state: State,
    pub(crate) received_at: i64,
    /// What is stored.
    pub(crate) stored: (Outcome, bool),
    /// Outcomes of its documents, each with whether it needs an action.
    pub(crate) documents: Vec<(Outcome, bool)>,
}

impl MessageStanding {
    fn derived(&self) -> (Outcome, bool) {
        let (outcome, needs_action) = Outcome::of_documents(self.documents.iter().copied());
        match self.state {
            // What could not be read has no documents: the message itself is to be declared again.
            State::Refused if self.documents.is_empty() => (Outcome::Refused, true),
            State::Refused => (Outcome::Refused, needs_action),
            State::Received
            | State::Waiting
            | State::Checked
            | State::Sent
            | State::Answered
            | State::Settled
            | State::Held => (outcome, needs_action),
        }
    }
}

/// Derives the outcomes of messages from their documents, after these have changed.
pub(crate) fn refresh(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &BTreeSet<MessageId>,
    now_ms: i64,
) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut changed = BTreeMap::new();
    for (id, standing) in sql::standings(tx, messages)? {
        let derived = standing.derived();
        if derived != standing.stored {
            changed.insert(id, (standing, derived));
        }
    }
    let news = news(ids, &changed, now_ms);
    set(tx, ids, changed, now_ms)?;
    store::event::append(tx, &news)
}

/// What is new for the company: that a message was turned down, or asks for an action again. That the platform
/// refused it is told by its state already; and what is left once everything is dealt with is no news.
fn news(ids: &IdMaker, changed: &Changed, now_ms: i64) -> Vec<Event> {
    let is_news = |(standing, (outcome, needs_action)): &(MessageStanding, (Outcome, bool))| {
        let (before, asked_before) = standing.stored;
        let is_new = before != *outcome || !asked_before;
        is_new && outcome.is_bad() && *needs_action && standing.state != State::Refused
    };
    let bad = changed.iter().filter(|(_, one)| is_news(one));
    let event =
        |(id, (standing, (outcome, _))): (&MessageId, &(MessageStanding, (Outcome, bool)))| Event {
            id: ids.next(),
            at_ms: now_ms,
            kind: EVENT.to_owned(),
            company_id: Some(standing.company_id.0),
            subject_id: id.0,
            detail: outcome.name().to_owned(),
        };
    bad.map(event).collect()
}

/// Messages with what was stored of them and what their outcome is now, and whether they need an action.
type Changed = BTreeMap<MessageId, (MessageStanding, (Outcome, bool))>;

/// Writes outcomes that have changed, with their counts.
fn set(tx: &mut Tx<'_>, ids: &IdMaker, changed: Changed, now_ms: i64) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<(MessageId, Outcome, bool)> = changed
        .iter()
        .map(|(id, (_, (outcome, needs_action)))| (*id, *outcome, *needs_action))
        .collect();
    message::sql::set_outcomes(tx, &rows, now_ms)?;
    let mut tally = Tally::default();
    for (standing, (outcome, _)) in changed.into_values() {
        let before = standing.stored.0;
        if before == outcome {
            continue;
        }
        let day = day_no(standing.received_at);
        for (of, n) in [(before, -1), (outcome, 1)] {
            if of != Outcome::Waiting {
                let name = of.name().to_owned();
                let key = (day, standing.company_id, standing.kind.clone(), name);
                *tally.outcomes.entry(key).or_default() += n;
            }
        }
        if outcome != Outcome::Waiting {
            metrics::counter!("tongguan_outcomes_total", "outcome" => outcome.name()).increment(1);
        }
    }
    tally.note(tx, ids, now_ms)
}

/// Documents that were declared: earlier ones of the same company with the same key that were turned
/// down need no action any more.
pub(crate) fn supersede(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    declared: &[Declared<'_>],
    now_ms: i64,
) -> Result<()> {
    let mut newest: BTreeMap<(CompanyId, &str), i64> = BTreeMap::new();
    for one in declared {
        let known = newest.entry((one.company_id, one.key)).or_default();
        *known = one.document_id.max(*known);
    }
    let keys: BTreeSet<&str> = newest.keys().map(|(_, key)| *key).collect();
    let done: BTreeSet<i64> = receipt::needing_action(tx, &keys)?
        .into_iter()
        .filter(|open| {
            let by = newest.get(&(open.company_id, open.key.as_str()));
            by.is_some_and(|by| *by > open.document_id)
        })
        .map(|open| open.document_id)
        .collect();
    resolve(tx, ids, &done, now_ms)
}

/// These documents need no action any more.
pub(crate) fn resolve(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    documents: &BTreeSet<i64>,
    now_ms: i64,
) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    receipt::resolve(tx, documents)?;
    let messages = documents.iter().copied().map(MessageId::of_document);
    refresh(tx, ids, &messages.collect(), now_ms)
}

/// A message that was checked before is refused after all: with it every document in it.
pub(crate) fn refuse(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    id: MessageId,
    needs_action: bool,
    now_ms: i64,
) -> Result<()> {
    receipt::refuse_documents(tx, id, needs_action)?;
    if let Some((company, kind)) = message::sql::owner(tx, id)? {
        let one = Counts {
            n_refused: 1,
            ..Counts::default()
        };
        let key = (beijing_day(now_ms), company, kind);
        message::count(tx, ids, DayCounts::from([(key, one)]), now_ms)?;
    }
    refresh(tx, ids, &BTreeSet::from([id]), now_ms)
}

/// The company says that nothing more is to be done about a message (不再处理); answers whether
/// anything was. The caller has checked that the message is the actor's.
pub(crate) fn dismiss(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    actor: &Actor,
    id: MessageId,
    why: &str,
    now_ms: i64,
) -> Result<bool> {
    let found = sql::standings(tx, &BTreeSet::from([id]))?.remove(&id);
    let Some(standing) = found.filter(|standing| standing.stored.1) else {
        return Ok(false);
    };
    receipt::dismiss_message(tx, id)?;
    let outcome = standing.stored.0;
    let event = Event {
        id: ids.next(),
        at_ms: now_ms,
        kind: DISMISSED_EVENT.to_owned(),
        company_id: Some(standing.company_id.0),
        subject_id: id.0,
        detail: match why.is_empty() {
            true => actor.name.clone(),
            false => format!("{}：{why}", actor.name),
        },
    };
    store::event::append(tx, &[event])?;
    let documents = standing.documents.iter().map(|(of, _)| (*of, false));
    // A message that could not be read stays refused; of all others the documents decide anew.
    let rest = if standing.state == State::Refused {
        (Outcome::Refused, false)
    } else {
        Outcome::of_documents(documents)
    };
    set(tx, ids, BTreeMap::from([(id, (standing, rest))]), now_ms)?;
    let detail = if why.is_empty() {
        outcome.chinese().to_owned()
    } else {
        format!("{}；{why}", outcome.chinese())
    };
    audit::done(
        tx,
        now_ms,
        actor,
        DISMISSED,
        &format!("message:{id}"),
        &detail,
    )?;
    Ok(true)
}

/// Whether something of a message was dismissed that still is to be done.
pub(crate) fn can_resume(tx: &mut Tx<'_>, id: MessageId) -> Result<bool> {
    // Nothing is taken back of what is damaged.
    let found = damage(sql::standings(tx, &BTreeSet::from([id])))?.unwrap_or_default();
    let Some(standing) = found.get(&id) else {
        return Ok(false);
    };
    if !standing.documents.is_empty() {
        return receipt::has_resumable(tx, id);
    }
    // A message that could not be read has no documents of which one was dismissed.
    let is_open = standing.derived().1 && !standing.stored.1;
    Ok(is_open && store::event::moments(tx, DISMISSED_EVENT, &[id.0])?.contains_key(&id.0))
}

/// The company takes back that nothing more is to be done about a message (恢复处理): what it has dismissed and not
/// declared anew needs an action again. Answers whether anything does. The caller has checked that the message is
/// the actor's.
pub(crate) fn resume(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    actor: &Actor,
    id: MessageId,
    now_ms: i64,
) -> Result<bool> {
    if !can_resume(tx, id)? {
        return Ok(false);
    }
    receipt::resume_message(tx, id)?;
    let Some(standing) = sql::standings(tx, &BTreeSet::from([id]))?.remove(&id) else {
        return Ok(false);
    };
    let event = Event {
        id: ids.next(),
        at_ms: now_ms,
        kind: RESUMED_EVENT.to_owned(),
        company_id: Some(standing.company_id.0),
        subject_id: id.0,
        detail: actor.name.clone(),
    };
    store::event::append(tx, &[event])?;
    let derived = standing.derived();
    set(tx, ids, BTreeMap::from([(id, (standing, derived))]), now_ms)?;
    let object = format!("message:{id}");
    audit::done(tx, now_ms, actor, RESUMED, &object, derived.0.chinese())?;
    Ok(true)
}

/// How many messages that are seen need an action, by outcome, each counted up to [`OPEN_MAX`].
pub fn n_open(tx: &mut Tx<'_>, sight: &Sight) -> Result<OutcomeCounts> {
    let mut counts = OutcomeCounts::default();
    for outcome in Outcome::BAD {
        counts.add(outcome, open(tx, sight, outcome)?);
    }
    Ok(counts)
}
