//! Statements on `message_outcome`, and what is read of messages and documents to derive an outcome.

use super::{MessageStanding, Milestones};
use crate::message::row::outcome;
use crate::message::{MessageId, State};
use crate::tally::OutcomeDeltas;
use ceb::Outcome;
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::unreadable::readable;
use store::{Error, Many, Result, Tx, Value};

/// Counting what needs an action stops here.
pub const OPEN_MAX: i64 = 10_000;

fn state(name: &str) -> Result<State> {
    State::from_name(name).ok_or_else(|| Error::Damaged(format!("unknown state {name}")))
}

/// Messages with the outcomes of their documents.
pub(super) fn standings(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<BTreeMap<MessageId, MessageStanding>> {
    const FIND: Many = Many {
        before: "select m.id, m.company_id, m.kind, m.state, m.received_at, m.outcome, \
                 m.needs_action, d.outcome, d.needs_action from message m \
                 left join document d on d.id > m.id and d.id <= m.id + $1 where m.id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let mut found: BTreeMap<MessageId, MessageStanding> = BTreeMap::new();
    for row in tx.many(FIND, &[PART_MAX.into()], &rows)? {
        let id = MessageId(row.int(0)?);
        let standing = match found.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(MessageStanding {
                company_id: CompanyId(row.int(1)?),
                kind: row.text(2)?,
                state: state(&row.text(3)?)?,
                received_at: row.int(4)?,
                stored: (outcome(&row.text(5)?)?, row.bool(6)?),
                documents: Vec::new(),
            }),
        };
        if let Some(of) = row.text_opt(7)? {
            standing.documents.push((outcome(&of)?, row.bool(8)?));
        }
    }
    Ok(found)
}

/// Moves messages from one count to the other.
pub(crate) fn add_outcomes(tx: &mut Tx<'_>, counts: &OutcomeDeltas) -> Result<()> {
    const ADD: Many = Many {
        before: "insert into message_outcome (day_no, company_id, kind, outcome, n_messages) values ",
        row: "(?, ?, ?, ?, ?)",
        after: " on conflict (day_no, company_id, kind, outcome) do update set \
                n_messages = message_outcome.n_messages + excluded.n_messages",
    };
    let rows: Vec<Vec<Value<'_>>> = counts
        .iter()
        .filter(|(_, n)| **n != 0)
        .map(|((day, company, kind, outcome), n)| {
            vec![
                (*day).into(),
                company.0.into(),
                kind.into(),
                outcome.into(),
                (*n).into(),
            ]
        })
        .collect();
    tx.many(ADD, &[], &rows).map(|_| ())
}

/// How many messages of each kind that were accepted on the days `from` to `to` have which outcome,
/// over the companies that are seen: day number, kind, outcome, messages.
pub fn by_day(
    tx: &mut Tx<'_>,
    sight: &Sight,
    (from, to): (i64, i64),
) -> Result<Vec<(i64, String, Outcome, i64)>> {
    let mut args: Vec<Value<'_>> = vec![from.into(), to.into()];
    let seen = visible(sight, "c.company_id", &mut args);
    let sql = format!(
        "select c.day_no, c.kind, c.outcome, cast(sum(c.n_messages) as bigint) \
         from message_outcome c where c.day_no >= $1 and c.day_no <= $2 and {seen} \
         group by c.day_no, c.kind, c.outcome order by c.day_no, c.kind, c.outcome"
    );
    let rows = tx.query(&sql, &args)?;
    readable(&rows, "message_outcome", |row| {
        let outcome = outcome(&row.text(2)?)?;
        Ok((row.int(0)?, row.text(1)?, outcome, row.int(3)?))
    })
}

/// The first day on which a message of a company came that customs has accepted or released.
pub(crate) fn first_success(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<i64>> {
    tx.query_opt(
        "select day_no from message_outcome where company_id = $1 and n_messages > 0 \
         and outcome in ('accepted', 'released') order by day_no limit 1",
        &[company.0.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}

/// How many messages that are seen need an action because of this outcome, counted up to
/// [`OPEN_MAX`].
pub fn open(tx: &mut Tx<'_>, sight: &Sight, outcome: Outcome) -> Result<i64> {
    let mut args: Vec<Value<'_>> = vec![OPEN_MAX.into(), outcome.name().into()];
    let seen = visible(sight, "m.company_id", &mut args);
    let sql = format!(
        "select count(*) from (select 1 as one from message m where m.needs_action \
         and m.outcome = $2 and {seen} limit $1) as found"
    );
    tx.query_opt(&sql, &args)?.map_or(Ok(0), |row| row.int(0))
}

/// Messages as they are now: state, outcome, whether they need an action.
pub(crate) fn of_messages(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, (State, Outcome, bool)>> {
    const FIND: Many = Many {
        before: "select id, state, outcome, needs_action from message where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| {
            let now = (state(&row.text(1)?)?, outcome(&row.text(2)?)?, row.bool(3)?);
            Ok((row.int(0)?, now))
        })
        .collect()
}

/// When the first message of a company came, when the last, and the first day (Beijing) on which a
/// message came that customs has accepted.
pub fn milestones(tx: &mut Tx<'_>, company: CompanyId) -> Result<Milestones> {
    let first = tx.query_opt(
        "select received_at from message where company_id = $1 order by id limit 1",
        &[company.0.into()],
    )?;
    let last = tx.query_opt(
        "select received_at from message where company_id = $1 order by id desc limit 1",
        &[company.0.into()],
    )?;
    Ok(Milestones {
        first_received: first.map(|row| row.int(0)).transpose()?,
        last_received: last.map(|row| row.int(0)).transpose()?,
        first_settled_day: first_success(tx, company)?.map(super::day_text),
    })
}
