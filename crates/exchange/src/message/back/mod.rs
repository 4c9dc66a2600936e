//! The ways back: a refused message is checked again, and one that was held before its check is checked; a settled
//! one is not settled after all.

mod sql;

use super::count;
use super::{Counts, DayCounts, MessageId, State};
use registry::company::CompanyId;
use store::clock::beijing_day;
use store::event::Event;
use store::id::IdMaker;
use store::{Result, Tx};

/// Takes a refused message back to the check, after a rule or table was mended (重新校验): the one
/// way back from a final state, and only by two people (module `operator`). It is the same message with
/// the same bytes and the same id, so nothing is declared twice. Answers whether it was refused.
pub(crate) fn reopen(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    id: MessageId,
    at_ms: i64,
    why: &str,
) -> Result<bool> {
    let Some((company_id, kind, refused_at)) = sql::reopen(tx, id, at_ms)? else {
        return Ok(false);
    };
    // It will be counted again by the check; a message counts once however often it is checked.
    let undo = Counts {
        n_refused: -1,
        ..Counts::default()
    };
    let day = beijing_day(refused_at);
    count(
        tx,
        ids,
        DayCounts::from([((day, company_id, kind), undo)]),
        at_ms,
    )?;
    sql::forget_findings(tx, id)?;
    sql::forget_signed(tx, id)?;
    let event = Event {
        id: ids.next(),
        at_ms,
        kind: format!("message.{}", State::Received.name()),
        company_id: Some(company_id.0),
        subject_id: id.0,
        detail: why.to_owned(),
    };
    store::event::append(tx, &[event])?;
    Ok(true)
}

/// Takes a held message that was never checked back to the check: what was the matter with it is over. Answers
/// whether it was such a one.
pub(crate) fn unhold(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    id: MessageId,
    (at_ms, why): (i64, &str),
) -> Result<bool> {
    let Some(company_id) = sql::unhold(tx, id, at_ms)? else {
        return Ok(false);
    };
    let event = Event {
        id: ids.next(),
        at_ms,
        kind: format!("message.{}", State::Received.name()),
        company_id: Some(company_id.0),
        subject_id: id.0,
        detail: why.to_owned(),
    };
    store::event::append(tx, &[event])?;
    Ok(true)
}

/// Why a message has moved back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// An answer turned out to be about another document.
    Moved,
    /// Customs looks at what it has taken in once more.
    Reviewed,
    /// Customs gave a status that nobody knows.
    Unclear,
}

impl Back {
    /// What the timeline says.
    pub(crate) const fn chinese(self) -> &'static str {
        match self {
            Self::Moved => "先前归入的回执属于另一份单证",
            Self::Reviewed => "海关再次审核",
            Self::Unclear => "海关给出未收录的回执状态，待平台解释",
        }
    }
}

/// Takes messages back from `Settled`: not every document is final any more.
pub(crate) fn unsettle(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &[(MessageId, Back)],
    at_ms: i64,
) -> Result<()> {
    let mut events = Vec::new();
    let mut counts = DayCounts::new();
    for (id, why) in messages {
        if let Some((company_id, kind, settled_at)) = sql::unsettle(tx, *id, at_ms)? {
            let to = (State::Answered, *why);
            events.push(moved_back(ids, (*id, company_id), to, at_ms));
            let key = (beijing_day(settled_at), company_id, kind);
            counts.entry(key).or_default().n_settled -= 1;
        }
    }
    count(tx, ids, counts, at_ms)?;
    store::event::append(tx, &events)
}

/// Takes messages back from `Answered` all of whose answers turned out to be about others: customs has
/// them, and has not answered.
pub(crate) fn unanswer(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    messages: &[MessageId],
    at_ms: i64,
) -> Result<()> {
    let mut events = Vec::new();
    for id in messages {
        if let Some(company_id) = sql::unanswer(tx, *id, at_ms)? {
            let to = (State::Sent, Back::Moved);
            events.push(moved_back(ids, (*id, company_id), to, at_ms));
        }
    }
    store::event::append(tx, &events)
}

fn moved_back(
    ids: &IdMaker,
    (id, company_id): (MessageId, CompanyId),
    (to, why): (State, Back),
    at_ms: i64,
) -> Event {
    Event {
        id: ids.next(),
        at_ms,
        kind: format!("message.{}", to.name()),
        company_id: Some(company_id.0),
        subject_id: id.0,
        detail: why.chinese().to_owned(),
    }
}
