//! Every statement on `match_fact`, `match_policy`, `match_hold` and `personal_total`.

use super::MatchingPolicy;
use crate::message::MessageId;
use ceb::Kind;
use ceb::matching::{Facts, Known, Values};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::pack::{FACTS, PackDictionary, Packed, unpack};
use store::repack::{PackStep, note_place, span};
use store::unreadable::damage;
use store::{Error, Many, Result, Row, Tx, Value};

/// Documents that one look reads: more under one number is no trade, but somebody's mistake.
const FOUND_MAX: usize = 20_000;

/// A known document with what counts of it for its buyer.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) known: Known,
    pub(super) person_key: Option<String>,
    pub(super) amount: i64,
    pub(super) given_back: i64,
    pub(super) counted: i64,
}

/// A document to be kept.
pub(super) struct NewRow<'a> {
    pub(super) known: &'a Known,
    pub(super) own_key: Option<String>,
    pub(super) amount: i64,
}

/// Inserts what is compared of documents; one that is there stays as it is. Answers the ids of those that were new.
pub(super) fn insert(tx: &mut Tx<'_>, rows: &[NewRow<'_>]) -> Result<BTreeSet<i64>> {
    const INSERT: Many = Many {
        before: "insert into match_fact (document_id, company_id, kind, own_key, order_key, \
                 waybill_key, bill_key, list_no, is_withdrawn, person_key, amount, given_back, \
                 counted, facts, packed) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, false, ?, ?, 0, 0, '', ?)",
        after: " on conflict (document_id) do nothing returning document_id",
    };
    struct Texts {
        keys: [Option<String>; 5],
        packed: Packed,
    }
    let texts: Vec<Texts> = rows
        .iter()
        .map(|row| {
            let facts = &row.known.facts;
            Ok(Texts {
                keys: [
                    facts.order_key(),
                    facts.waybill_key(),
                    facts.bill_key(),
                    facts.list_no(),
                    facts.person_key(),
                ],
                packed: Packed::of(
                    &serde_json::to_vec(&(&facts.head, &facts.lines))
                        .map_err(|error| Error::Fault(error.to_string()))?,
                    PackDictionary::of(FACTS),
                )?,
            })
        })
        .collect::<Result<_>>()?;
    let values: Vec<Vec<Value<'_>>> = rows
        .iter()
        .zip(&texts)
        .map(|(row, texts)| {
            let [order, waybill, bill, list, person] = &texts.keys;
            vec![
                row.known.id.into(),
                row.known.owner.into(),
                row.known.facts.kind.code().into(),
                row.own_key.as_deref().into(),
                order.as_deref().into(),
                waybill.as_deref().into(),
                bill.as_deref().into(),
                list.as_deref().into(),
                person.as_deref().into(),
                row.amount.into(),
                texts.packed.value(),
            ]
        })
        .collect();
    let new = tx.many(INSERT, &[], &values)?;
    new.iter().map(|row| row.int(0)).collect()
}

fn kept(row: &Row) -> Result<Kept> {
    let kind = row.text(2)?;
    let kind = Kind::from_code(&kind).ok_or_else(|| Error::Fault(format!("no kind {kind}")))?;
    // Those that were kept before are no bytes, but a text.
    let facts = match row.bytes_opt(13)? {
        Some(packed) => unpack(packed)?,
        None => row.text(12)?.into_bytes(),
    };
    let (head, lines): (Values, Vec<Values>) =
        serde_json::from_slice(&facts).map_err(|error| Error::Fault(error.to_string()))?;
    Ok(Kept {
        known: Known {
            id: row.int(0)?,
            owner: row.int(1)?,
            own_key: row
                .text_opt(3)?
                .and_then(|key| key.split_once('|').map(|(_, values)| values.to_owned())),
            invt_no: row.text_opt(4)?,
            status: row.int_opt(5)?,
            status_time: row.text_opt(6)?,
            is_withdrawn: row.bool(7)?,
            facts: Facts::restored(kind, head, lines),
        },
        person_key: row.text_opt(8)?,
        amount: row.int(9)?,
        given_back: row.int(10)?,
        counted: row.int(11)?,
    })
}

macro_rules! by {
    ($column:literal) => {
        Many {
            before: concat!(
                "select document_id, company_id, kind, own_key, list_no, status, status_time, ",
                "is_withdrawn, person_key, amount, given_back, counted, facts, packed ",
                "from match_fact where ",
                $column,
                " in ("
            ),
            row: "?",
            after: ") order by document_id desc limit 20000",
        }
    };
}

/// By which number documents are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum LookupKey {
    Own,
    Order,
    Waybill,
    Bill,
    List,
}

/// The documents under these numbers, without those that are in hand already: to open what is stored of them would be
/// most of the work of a turn.
pub(super) fn find(
    tx: &mut Tx<'_>,
    by: LookupKey,
    keys: &BTreeSet<String>,
    in_hand: &BTreeSet<i64>,
) -> Result<Vec<Kept>> {
    let statement = match by {
        LookupKey::Own => by!("own_key"),
        LookupKey::Order => by!("order_key"),
        LookupKey::Waybill => by!("waybill_key"),
        LookupKey::Bill => by!("bill_key"),
        LookupKey::List => by!("list_no"),
    };
    let rows: Vec<Vec<Value<'_>>> = keys.iter().map(|key| vec![key.into()]).collect();
    let found = tx.many(statement, &[], &rows)?;
    let is_other = |row: &&Row| !row.int(0).is_ok_and(|id| in_hand.contains(&id));
    let others = found.iter().take(FOUND_MAX).filter(is_other);
    others.map(kept).collect()
}

/// These documents.
pub(super) fn documents(tx: &mut Tx<'_>, ids: &BTreeSet<i64>) -> Result<Vec<Kept>> {
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(by!("document_id"), &[], &rows)?;
    found.iter().map(kept).collect()
}

/// The documents of a message.
pub(super) fn of_message(tx: &mut Tx<'_>, id: MessageId) -> Result<Vec<Kept>> {
    tx.query(
        "select document_id, company_id, kind, own_key, list_no, status, status_time, \
         is_withdrawn, person_key, amount, given_back, counted, facts, packed from match_fact \
         where document_id between $1 and $2 order by document_id",
        &[(id.0 + 1).into(), (id.0 + PART_MAX).into()],
    )?
    .iter()
    .map(kept)
    .collect()
}

/// Removes what was kept of a message that is not sent after all; answers the keys of its documents.
pub(super) fn forget(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from match_fact where document_id between $1 and $2",
        &[(id.0 + 1).into(), (id.0 + PART_MAX).into()],
    )?;
    tx.execute(
        "delete from match_hold where message_id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}

/// What customs said of a document.
pub(super) struct StoredAnswer<'a> {
    pub(super) id: i64,
    pub(super) status: Option<i64>,
    pub(super) time: Option<&'a str>,
    pub(super) invt_no: Option<&'a str>,
}

/// Notes what customs said; answers the documents that are known.
pub(super) fn note(tx: &mut Tx<'_>, answers: &[StoredAnswer<'_>]) -> Result<BTreeSet<i64>> {
    const NOTE: Many = Many {
        before: "update match_fact set status = v.column2, status_time = v.column3, \
                 list_no = coalesce(match_fact.list_no, v.column4) from (values ",
        row: "(cast(? as bigint), cast(? as bigint), cast(? as text), cast(? as text))",
        after: ") as v where match_fact.document_id = v.column1 returning document_id",
    };
    let rows: Vec<Vec<Value<'_>>> = answers
        .iter()
        .map(|answer| {
            vec![
                answer.id.into(),
                answer.status.into(),
                answer.time.into(),
                answer.invt_no.into(),
            ]
        })
        .collect();
    tx.many(NOTE, &[], &rows)?
        .iter()
        .map(|row| row.int(0))
        .collect()
}

/// Lists that an accepted cancel took back.
pub(super) fn withdraw(tx: &mut Tx<'_>, ids: &BTreeSet<i64>) -> Result<()> {
    const WITHDRAW: Many = Many {
        before: "update match_fact set is_withdrawn = true where document_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(WITHDRAW, &[], &rows).map(|_| ())
}

/// What accepted refunds give back of a list.
pub(super) fn give_back(tx: &mut Tx<'_>, id: i64, amount: i64) -> Result<()> {
    tx.execute(
        "update match_fact set given_back = $1 where document_id = $2",
        &[amount.into(), id.into()],
    )
    .map(|_| ())
}

/// Changes what of lists is counted, from what was read to what it must be; answers those that really
/// changed. Who read the same and was quicker has changed the total already.
pub(super) fn count(tx: &mut Tx<'_>, changes: &[(i64, i64, i64)]) -> Result<BTreeSet<i64>> {
    const COUNT: Many = Many {
        before: "update match_fact set counted = v.column3 from (values ",
        row: "(cast(? as bigint), cast(? as bigint), cast(? as bigint))",
        after: ") as v where match_fact.document_id = v.column1 \
                and match_fact.counted = v.column2 returning document_id",
    };
    let rows: Vec<Vec<Value<'_>>> = changes
        .iter()
        .map(|(id, was, is)| vec![(*id).into(), (*was).into(), (*is).into()])
        .collect();
    tx.many(COUNT, &[], &rows)?
        .iter()
        .map(|row| row.int(0))
        .collect()
}

/// Adds to the totals of persons: amount and lists.
pub(super) fn add(tx: &mut Tx<'_>, changes: &BTreeMap<String, (i64, i64)>) -> Result<()> {
    const ADD: Many = Many {
        before: "insert into personal_total (person_key, amount, n_lists) values ",
        row: "(?, ?, ?)",
        after: " on conflict (person_key) do update set \
                amount = personal_total.amount + excluded.amount, \
                n_lists = personal_total.n_lists + excluded.n_lists",
    };
    let rows: Vec<Vec<Value<'_>>> = changes
        .iter()
        .map(|(person, (amount, n_lists))| vec![person.into(), (*amount).into(), (*n_lists).into()])
        .collect();
    tx.many(ADD, &[], &rows).map(|_| ())
}

/// The totals of persons.
pub(super) fn totals(tx: &mut Tx<'_>, persons: &BTreeSet<String>) -> Result<BTreeMap<String, i64>> {
    const FIND: Many = Many {
        before: "select person_key, amount from personal_total where person_key in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = persons.iter().map(|person| vec![person.into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// The policies that companies chose.
pub(super) fn policies(
    tx: &mut Tx<'_>,
    companies: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, (MatchingPolicy, i64)>> {
    const FIND: Many = Many {
        before: "select company_id, policy, changed_at from match_policy where company_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = companies.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| {
            let policy = MatchingPolicy::from_name(&row.text(1)?).unwrap_or_default();
            Ok((row.int(0)?, (policy, row.int(2)?)))
        })
        .collect()
}

pub(super) fn set_policy(
    tx: &mut Tx<'_>,
    company: CompanyId,
    policy: MatchingPolicy,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into match_policy (company_id, policy, changed_at) values ($1, $2, $3) \
         on conflict (company_id) do update set policy = excluded.policy, \
         changed_at = excluded.changed_at",
        &[company.0.into(), policy.name().into(), now_ms.into()],
    )
    .map(|_| ())
}

/// A message that waits.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    pub(super) id: MessageId,
    pub(super) company_id: CompanyId,
    pub(super) why: String,
}

fn hold(row: &Row) -> Result<Hold> {
    Ok(Hold {
        id: MessageId(row.int(0)?),
        company_id: CompanyId(row.int(1)?),
        why: row.text(2)?,
    })
}

pub(super) fn put_hold(tx: &mut Tx<'_>, hold: &Hold, direction: &str, until_ms: i64) -> Result<()> {
    tx.execute(
        "insert into match_hold (message_id, company_id, direction, until_ms, why) \
         values ($1, $2, $3, $4, $5) on conflict (message_id) do nothing",
        &[
            hold.id.0.into(),
            hold.company_id.0.into(),
            direction.into(),
            until_ms.into(),
            (&hold.why).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn set_why(tx: &mut Tx<'_>, id: MessageId, why: &str) -> Result<()> {
    tx.execute(
        "update match_hold set why = $1 where message_id = $2",
        &[why.into(), id.0.into()],
    )
    .map(|_| ())
}

/// Which of these messages wait.
pub(super) fn holds(tx: &mut Tx<'_>, ids: &BTreeSet<MessageId>) -> Result<Vec<Hold>> {
    const FIND: Many = Many {
        before: "select message_id, company_id, why from match_hold where message_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[], &rows)?.iter().map(hold).collect()
}

/// Messages of a direction whose time is over, or ends after `never_ms`, which no list's does.
pub(super) fn due(
    tx: &mut Tx<'_>,
    direction: &str,
    (now_ms, never_ms): (i64, i64),
    limit: i64,
) -> Result<Vec<Hold>> {
    // Two questions, because one with `or` would look at every list that waits.
    let over = tx.query(
        "select message_id, company_id, why from match_hold \
         where direction = $1 and until_ms <= $2 order by until_ms limit $3",
        &[direction.into(), now_ms.into(), limit.into()],
    )?;
    let never = tx.query(
        "select message_id, company_id, why from match_hold \
         where direction = $1 and until_ms > $2 order by until_ms desc limit $3",
        &[direction.into(), never_ms.into(), limit.into()],
    )?;
    over.iter().chain(&never).map(hold).collect()
}

pub(super) fn remove_hold(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from match_hold where message_id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}

/// Packs what was kept as text of the next documents.
///
/// # Errors
/// The engine's.
pub(crate) fn pack_older(tx: &mut Tx<'_>) -> Result<PackStep> {
    const NEWEST: &str = "select coalesce(max(document_id), 0) from match_fact";
    const ROWS: i64 = 64;
    let Some((after, until)) = span(tx, "match_fact", NEWEST)? else {
        return Ok(PackStep::default());
    };
    let rows = tx.query(
        "select document_id, facts, packed is null from match_fact where document_id > $1 \
         and document_id <= $2 order by document_id limit $3",
        &[after.into(), until.into(), ROWS.into()],
    )?;
    let (mut n_packed, mut last) = (0, until);
    for row in &rows {
        last = row.int(0)?;
        let (true, Ok(facts)) = (row.bool(2)?, damage(row.text(1))?) else {
            continue;
        };
        let packed = Packed::of(facts.as_bytes(), PackDictionary::of(FACTS))?;
        n_packed += tx.execute(
            "update match_fact set packed = $1, facts = '' where document_id = $2",
            &[packed.value(), last.into()],
        )?;
    }
    let is_end = i64::try_from(rows.len()).unwrap_or(ROWS) < ROWS;
    note_place(tx, "match_fact", if is_end { until } else { last })?;
    Ok(PackStep {
        n_packed,
        goes_on: !is_end,
    })
}
