//! Every statement on `unknown_code`.

use super::{Answer, Answers, CodeSeen, UnknownCode, UnknownCodeKey};
use std::collections::{BTreeMap, BTreeSet};
use store::{Many, Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// Adds up what a batch has seen, in the order of the keys.
pub(super) fn count(
    tx: &mut Tx<'_>,
    next_id: impl Fn() -> i64,
    seen: &BTreeMap<UnknownCodeKey, CodeSeen>,
    now_ms: i64,
) -> Result<()> {
    const COUNT: Many = Many {
        before: "insert into unknown_code (id, code, kind, n_seen, first_at, last_at, sample) values ",
        row: "(?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (code, kind) do update set \
                n_seen = unknown_code.n_seen + excluded.n_seen, last_at = excluded.last_at, \
                sample = excluded.sample",
    };
    let rows: Vec<Vec<Value<'_>>> = seen
        .iter()
        .map(|((code, kind), seen)| {
            vec![
                next_id().into(),
                code.into(),
                kind.into(),
                seen.n_seen.into(),
                now_ms.into(),
                now_ms.into(),
                (&seen.sample).into(),
            ]
        })
        .collect();
    tx.many(COUNT, &[], &rows).map(|_| ())
}

/// The answers to these codes, whatever the kind: the caller looks them up by both.
pub(super) fn answers(tx: &mut Tx<'_>, keys: &BTreeSet<UnknownCodeKey>) -> Result<Answers> {
    const FIND: Many = Many {
        before: "select code, kind, meaning, advice, resubmit from unknown_code \
                 where answered_at is not null and code in (",
        row: "?",
        after: ")",
    };
    let codes: BTreeSet<&String> = keys.iter().map(|(code, _)| code).collect();
    let rows: Vec<Vec<Value<'_>>> = codes.into_iter().map(|code| vec![code.into()]).collect();
    let mut found = Answers::new();
    for row in tx.many(FIND, &[], &rows)? {
        if let Some(answer) = answer(&row, 2)? {
            found.insert((row.text(0)?, row.text(1)?), answer);
        }
    }
    Ok(found)
}

/// All answers: operators write them one by one.
pub(super) fn all_answers(tx: &mut Tx<'_>) -> Result<Answers> {
    let sql = "select code, kind, meaning, advice, resubmit from unknown_code where answered_at is not null";
    let mut found = Answers::new();
    for row in tx.query(sql, &[])? {
        if let Some(answer) = answer(&row, 2)? {
            found.insert((row.text(0)?, row.text(1)?), answer);
        }
    }
    Ok(found)
}

fn answer(row: &Row, from: usize) -> Result<Option<Answer>> {
    let texts = (
        row.text_opt(from)?,
        row.text_opt(from + 1)?,
        row.text_opt(from + 2)?,
    );
    let (Some(meaning), Some(advice), Some(resubmit)) = texts else {
        return Ok(None);
    };
    Ok(Some(Answer {
        meaning,
        advice,
        resubmit,
    }))
}

fn unknown_code(row: &Row) -> Result<UnknownCode> {
    Ok(UnknownCode {
        id: row.int(0)?,
        code: row.text(1)?,
        kind: row.text(2)?,
        n_seen: row.int(3)?,
        first_at: row.int(4)?,
        last_at: row.int(5)?,
        sample: row.text(6)?,
        answer: answer(row, 7)?,
        answered_by: row.text_opt(10)?,
        answered_at: row.int_opt(11)?,
    })
}

const COLUMNS: &str = "id, code, kind, n_seen, first_at, last_at, sample, meaning, advice, resubmit, \
                       answered_by, answered_at";

pub(super) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<UnknownCode>> {
    let sql = format!("select {COLUMNS} from unknown_code where id = $1");
    let found = tx.query_opt(&sql, &[id.into()])?;
    found.map(|row| unknown_code(&row)).transpose()
}

/// The codes: all, or only those with or without an answer.
fn rows<'a>(is_answered: Option<bool>) -> ListRows<'a> {
    let condition = match is_answered {
        None => "1 = 1",
        Some(true) => "answered_at is not null",
        Some(false) => "answered_at is null",
    };
    ListRows::those("from unknown_code", condition)
}

/// A page of the codes.
pub(super) fn list(
    tx: &mut Tx<'_>,
    is_answered: Option<bool>,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<UnknownCode>> {
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let found = rows(is_answered).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(unknown_code).collect()
}

/// How many codes there are.
pub(super) fn total(tx: &mut Tx<'_>, is_answered: Option<bool>) -> Result<Total> {
    rows(is_answered).count(tx)
}

/// Writes an answer with its author, or takes it away.
pub(super) fn set_answer(
    tx: &mut Tx<'_>,
    id: i64,
    answer: Option<(&Answer, &str)>,
    now_ms: i64,
) -> Result<()> {
    let text = |of: fn(&Answer) -> &String| answer.map(|(answer, _)| of(answer).as_str());
    tx.execute(
        "update unknown_code set meaning = $1, advice = $2, resubmit = $3, answered_by = $4, \
         answered_at = $5 where id = $6",
        &[
            text(|answer| &answer.meaning).into(),
            text(|answer| &answer.advice).into(),
            text(|answer| &answer.resubmit).into(),
            answer.map(|(_, name)| name).into(),
            answer.map(|_| now_ms).into(),
            id.into(),
        ],
    )
    .map(|_| ())
}

/// How many codes have no answer; the count of a small partial index.
pub fn n_open(tx: &mut Tx<'_>) -> Result<i64> {
    let found = tx.query_opt(
        "select count(*) from unknown_code where answered_at is null",
        &[],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}
