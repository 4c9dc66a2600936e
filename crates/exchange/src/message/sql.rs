//! Every statement on `message`, `message_body` and `message_day`.

use super::retention::archived;
use super::row::is_of_its_bytes;
use super::{Arrival, MessageId, Moved, State, Step, Unreadable, as_received};
use crate::tally::DayCounts;
use ceb::Outcome;
use registry::company::CompanyId;
use store::unreadable::{damage, report};
use store::{Error, Many, Result, Row, Tx, Value};

pub(crate) const COLUMNS: &str = "m.id, m.company_id, m.direction, m.kind, m.guid, m.shape, \
     m.profile, m.state, m.n_bytes, m.n_documents, m.n_final, m.received_at, m.changed_at, \
     m.outcome, m.needs_action";

/// Inserts arrivals whose guids are new.
pub(crate) fn insert(tx: &mut Tx<'_>, arrivals: &[&Arrival]) -> Result<()> {
    const MESSAGES: Many = Many {
        before: "insert into message (id, company_id, key_id, direction, kind, guid, shape, \
                 profile, state, n_bytes, n_documents, n_final, hash, received_at, changed_at) \
                 values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, 0, 0, ?, ?, ?)",
        after: "",
    };
    let rows: Vec<Vec<Value<'_>>> = arrivals
        .iter()
        .map(|arrival| {
            vec![
                arrival.id.0.into(),
                arrival.company_id.0.into(),
                arrival.key_id.into(),
                arrival.direction.into(),
                arrival.kind.into(),
                (&arrival.guid).into(),
                arrival.shape.into(),
                (&arrival.profile).into(),
                i64::try_from(arrival.body.len()).unwrap_or(i64::MAX).into(),
                arrival.hash.as_slice().into(),
                arrival.received_at.into(),
                arrival.received_at.into(),
            ]
        })
        .collect();
    tx.many(MESSAGES, &[], &rows).map(|_| ())
}

pub(crate) fn insert_bodies(tx: &mut Tx<'_>, arrivals: &[&Arrival]) -> Result<()> {
    const BODIES: Many = Many {
        before: "insert into message_body (message_id, body) values ",
        row: "(?, ?)",
        after: "",
    };
    let vault = tx.vault();
    let sealed = arrivals
        .iter()
        .map(|arrival| Ok((arrival.id, vault.close_packed(&arrival.packed)?)))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = sealed
        .iter()
        .map(|(id, body)| vec![id.0.into(), Value::Bytes(body)])
        .collect();
    tx.many(BODIES, &[], &rows).map(|_| ())
}

/// What is wrong with a message without bytes.
const BODY_GONE: &str = "the bytes of a message are gone";

/// The bytes of a message as its company sent them; damage is reported. None where they were archived and removed, too.
pub(crate) fn body_as_received(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Vec<u8>>> {
    let found = tx.query_opt(
        "select b.body, m.hash from message m left join message_body b on b.message_id = m.id \
         where m.id = $1",
        &[id.0.into()],
    )?;
    let Some(row) = found else { return Ok(None) };
    if row.bytes_opt(0).is_ok_and(|body| body.is_none()) && archived(tx, id)?.is_some() {
        return Ok(None);
    }
    let read = row.bytes_opt(0)?.map_or_else(
        || Err(Error::Damaged(BODY_GONE.to_owned())),
        |sealed| tx.open(sealed),
    );
    let read = read.and_then(|body| as_received(&body, &row.bytes(1)?).map(|()| body));
    if let Err(Error::Damaged(why)) = &read {
        report(("message", (id.0, 0)), why);
    }
    read.map(Some)
}

/// As [`body_as_received`]; none, too, where it is damaged.
pub(crate) fn body_if_readable(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Vec<u8>>> {
    let read = body_as_received(tx, id);
    Ok(damage(read)?.unwrap_or_default())
}

/// Moves messages; with a number of documents, that is noted in the same row.
pub(super) fn change_state(
    tx: &mut Tx<'_>,
    messages: &[MessageId],
    step: &Step<'_>,
    n_documents: Option<i64>,
) -> Result<Vec<Moved>> {
    const CHANGE: Many = Many {
        before: "update message set state = $1, changed_at = $2, \
                 n_documents = coalesce(cast($7 as bigint), n_documents) \
                 where state in ($3, $4, $5, $6) and id in (",
        row: "?",
        after: ") returning id, company_id, kind",
    };
    let sources = step.to.sources();
    let source = |n: usize| {
        sources
            .get(n)
            .or(sources.last())
            .map_or("", |state| state.name())
    };
    let fixed = [
        step.to.name().into(),
        step.at_ms.into(),
        source(0).into(),
        source(1).into(),
        source(2).into(),
        source(3).into(),
        n_documents.into(),
    ];
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(CHANGE, &fixed, &rows)?
        .iter()
        .map(|row| {
            let id = row.int(0)?;
            // A damaged one is held all the same.
            let kind = tx.try_raw(row.text(2), ("message", (id, 0)))?;
            Ok(Moved {
                id: MessageId(id),
                company_id: CompanyId(row.int(1)?),
                kind: kind.unwrap_or_default(),
            })
        })
        .collect()
}

/// Those of the messages that are in this state.
pub(super) fn in_state(
    tx: &mut Tx<'_>,
    messages: &[MessageId],
    state: State,
) -> Result<Vec<MessageId>> {
    const FIND: Many = Many {
        before: "select id from message where state = $1 and id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[state.name().into()], &rows)?
        .iter()
        .map(|row| row.int(0).map(MessageId))
        .collect()
}

/// Adds documents that are final; answers the messages of which all documents are.
pub(crate) fn add_final(tx: &mut Tx<'_>, counts: &[(MessageId, i64)]) -> Result<Vec<MessageId>> {
    const ADD: Many = Many {
        before: "update message set n_final = n_final + v.column2 from (values ",
        row: "(cast(? as bigint), cast(? as bigint))",
        after: ") as v where message.id = v.column1 returning id, n_final, n_documents",
    };
    let rows: Vec<Vec<Value<'_>>> = counts
        .iter()
        .map(|(id, n)| vec![id.0.into(), (*n).into()])
        .collect();
    let mut complete = Vec::new();
    for row in tx.many(ADD, &[], &rows)? {
        if row.int(1)? >= row.int(2)? {
            complete.push(MessageId(row.int(0)?));
        }
    }
    Ok(complete)
}

/// Adds to the counts of days.
pub(crate) fn add_days(tx: &mut Tx<'_>, counts: &DayCounts) -> Result<()> {
    const ADD: Many = Many {
        before: "insert into message_day (day, company_id, kind, n_checked, n_refused, n_sent, \
                 n_settled, n_receipts) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (day, company_id, kind) do update set \
                n_checked = message_day.n_checked + excluded.n_checked, \
                n_refused = message_day.n_refused + excluded.n_refused, \
                n_sent = message_day.n_sent + excluded.n_sent, \
                n_settled = message_day.n_settled + excluded.n_settled, \
                n_receipts = message_day.n_receipts + excluded.n_receipts",
    };
    let rows: Vec<Vec<Value<'_>>> = counts
        .iter()
        .map(|((day, company, kind), n)| {
            vec![
                day.into(),
                company.0.into(),
                kind.into(),
                n.n_checked.into(),
                n.n_refused.into(),
                n.n_sent.into(),
                n.n_settled.into(),
                n.n_receipts.into(),
            ]
        })
        .collect();
    tx.many(ADD, &[], &rows).map(|_| ())
}

/// A message with its bytes, as check and dispatch take it from a lane.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) id: MessageId,
    pub(crate) company_id: CompanyId,
    pub(crate) kind: String,
    pub(crate) profile: String,
    /// As received; as the platform signed it, if it did.
    pub(crate) body: Vec<u8>,
    /// Whether the platform has signed it.
    pub(crate) is_signed_here: bool,
    /// Whether it was held before, perhaps for a key.
    pub(crate) has_waited: bool,
    /// When it was received, milliseconds since 1970.
    pub(crate) received_ms: i64,
}

impl Loaded {
    /// What stands for a message of which a part is damaged: no accepted one is empty.
    fn damaged(id: MessageId) -> Self {
        Self {
            id,
            company_id: CompanyId(0),
            kind: String::new(),
            profile: String::new(),
            body: Vec::new(),
            is_signed_here: false,
            has_waited: false,
            received_ms: 0,
        }
    }
}

/// The oldest messages of a lane that wait for the check (`received`) or for sending (`checked`).
pub(crate) fn waiting(
    tx: &mut Tx<'_>,
    state: State,
    direction: &str,
    company: CompanyId,
    limit: i64,
) -> Result<Vec<(MessageId, i64)>> {
    // The state stands in the text, so that both engines see that the partial index serves.
    let sql = match state {
        State::Received => {
            "select id, n_bytes from message where state = 'received' and direction = $1 \
             and company_id = $2 order by id limit $3"
        }
        State::Checked => {
            "select id, n_bytes from message where state = 'checked' and direction = $1 \
             and company_id = $2 order by id limit $3"
        }
        State::Waiting
        | State::Refused
        | State::Sent
        | State::Answered
        | State::Settled
        | State::Held => {
            return Err(Error::Fault(format!(
                "nothing waits in the state {}",
                state.name()
            )));
        }
    };
    tx.query(sql, &[direction.into(), company.0.into(), limit.into()])?
        .iter()
        .map(|row| {
            let id = row.int(0)?;
            // Of unknown size it costs nothing; what is wrong with it is found when it is read.
            let n_bytes = tx.try_raw(row.int(1), ("message", (id, 0)))?;
            Ok((MessageId(id), n_bytes.unwrap_or_default()))
        })
        .collect()
}

/// The first company after `after` that has messages waiting in this state.
pub(crate) fn next_lane(
    tx: &mut Tx<'_>,
    state: State,
    direction: &str,
    after: CompanyId,
) -> Result<Option<CompanyId>> {
    let sql = if state == State::Received {
        "select company_id from message where state = 'received' and direction = $1 \
         and company_id > $2 order by company_id limit 1"
    } else {
        "select company_id from message where state = 'checked' and direction = $1 \
         and company_id > $2 order by company_id limit 1"
    };
    let Some(row) = tx.query_opt(sql, &[direction.into(), after.0.into()])? else {
        return Ok(None);
    };
    // A company that is no number stands behind all others: it has no lane, and theirs begin anew.
    let company = tx.try_raw(row.int(0), ("message.company_id", (after.0, 0)))?;
    Ok(company.map(CompanyId))
}

/// Loads messages with their bytes, in the order of their ids; and the ids of those whose bytes are damaged,
/// with the reasons.
pub(crate) fn load(
    tx: &mut Tx<'_>,
    messages: &[MessageId],
) -> Result<(Vec<Loaded>, Vec<Unreadable>)> {
    const LOAD: Many = Many {
        before: "select m.id, m.company_id, m.kind, m.profile, coalesce(s.body, b.body), \
                 s.message_id is not null, m.state = 'held', m.received_at, m.hash, m.direction \
                 from message m \
                 left join message_body b on b.message_id = m.id \
                 left join message_signed s on s.message_id = m.id where m.id in (",
        row: "?",
        after: ") order by m.id",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let (mut loaded, mut unreadable) = (Vec::new(), Vec::new());
    for row in tx.many(LOAD, &[], &rows)? {
        let id = MessageId(row.int(0)?);
        match damage(loaded_of(tx, id, &row))? {
            Ok(one) => loaded.push(one),
            Err(why) => unreadable.push((id, why)),
        }
    }
    Ok((loaded, unreadable))
}

fn loaded_of(tx: &mut Tx<'_>, id: MessageId, row: &Row) -> Result<Loaded> {
    let Some(sealed) = row.bytes_opt(4)? else {
        return Err(Error::Damaged(BODY_GONE.to_owned()));
    };
    let body = tx.open(sealed)?;
    let is_signed_here = row.bool(5)?;
    if !is_signed_here {
        as_received(&body, &row.bytes(8)?)?;
    }
    let kind = row.text(2)?;
    is_of_its_bytes(&body, &kind, &row.text(9)?)?;
    Ok(Loaded {
        id,
        company_id: CompanyId(row.int(1)?),
        kind,
        profile: row.text(3)?,
        body,
        is_signed_here,
        has_waited: row.bool(6)?,
        received_ms: row.int(7)?,
    })
}

/// Owners and states of messages that wait for a key.
pub(crate) fn owners(
    tx: &mut Tx<'_>,
    messages: &[MessageId],
) -> Result<Vec<(MessageId, CompanyId, State)>> {
    const FIND: Many = Many {
        before: "select id, company_id, state from message where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| {
            let state = row.text(2)?;
            let state = State::from_name(&state)
                .ok_or_else(|| Error::Damaged(format!("unknown state {state}")))?;
            Ok((MessageId(row.int(0)?), CompanyId(row.int(1)?), state))
        })
        .collect()
}

/// Messages with ids above one and below another, in order, with their states: for those who read
/// once more what was accepted. Of what is damaged the body is empty, as that of nothing that was accepted is.
pub(crate) fn between(
    tx: &mut Tx<'_>,
    above: i64,
    below: i64,
    limit: i64,
) -> Result<Vec<(Loaded, State)>> {
    let rows = tx.query(
        "select m.id, m.company_id, m.kind, m.profile, coalesce(s.body, b.body), \
         s.message_id is not null, m.state, m.received_at from message m \
         join message_body b on b.message_id = m.id \
         left join message_signed s on s.message_id = m.id where m.id > $1 and m.id < $2 \
         order by m.id limit $3",
        &[above.into(), below.into(), limit.into()],
    )?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = row.int(0)?;
        match damage(accepted_of(tx, id, row))? {
            Ok(one) => found.push(one),
            Err(why) => {
                report(("message", (id, 0)), &why);
                found.push((Loaded::damaged(MessageId(id)), State::Held));
            }
        }
    }
    Ok(found)
}

fn accepted_of(tx: &mut Tx<'_>, id: i64, row: &Row) -> Result<(Loaded, State)> {
    let state = State::from_name(&row.text(6)?);
    let state = state.ok_or_else(|| Error::Damaged("a state that nobody knows".to_owned()))?;
    let loaded = Loaded {
        id: MessageId(id),
        company_id: CompanyId(row.int(1)?),
        kind: row.text(2)?,
        profile: row.text(3)?,
        body: tx.open(row.bytes(4)?)?,
        is_signed_here: row.bool(5)?,
        has_waited: false,
        received_ms: row.int(7)?,
    };
    Ok((loaded, state))
}

/// Holds a message's row until the transaction ends, so that others who do the same wait.
pub(crate) fn lock(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "update message set guid = guid where id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}

/// Owner and kind of a message, whoever asks: only for receipts on their way home.
pub(crate) fn owner(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<(CompanyId, String)>> {
    tx.query_opt(
        "select company_id, kind from message where id = $1",
        &[id.0.into()],
    )?
    .map(|row| Ok((CompanyId(row.int(0)?), row.text(1)?)))
    .transpose()
}

/// Sets what became of messages, and whether their companies must act. Once customs has answered, what became of a
/// message is its state for people, too: it is in it from now on.
pub(crate) fn set_outcomes(
    tx: &mut Tx<'_>,
    outcomes: &[(MessageId, Outcome, bool)],
    now_ms: i64,
) -> Result<()> {
    const SET: Many = Many {
        before: "update message set outcome = v.column2, needs_action = (v.column3 = 1), \
                 changed_at = case when outcome <> v.column2 and state in ('answered', 'settled') \
                 then cast($1 as bigint) else changed_at end from (values ",
        row: "(cast(? as bigint), cast(? as text), cast(? as bigint))",
        after: ") as v where message.id = v.column1",
    };
    let rows: Vec<Vec<Value<'_>>> = outcomes
        .iter()
        .map(|(id, outcome, needs_action)| {
            vec![
                id.0.into(),
                outcome.name().into(),
                i64::from(*needs_action).into(),
            ]
        })
        .collect();
    tx.many(SET, &[now_ms.into()], &rows).map(|_| ())
}
