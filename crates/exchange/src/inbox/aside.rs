//! What is set aside (搁置): answers that are damaged on the disk.
//!
//! Such an answer stays in the table as it is, in a lane that no turn takes. The operator sees it among the
//! parked receipts, and when it can be opened again a release puts it back into its way home. When it never will be,
//! two operators may give it up, whose reason says that it cannot be read; its bytes stay, and `docs/operating` says
//! how to find them.

use super::{NOBODY, sql};
use crate::message::direction_name;
use crate::shared::Shared;
use ceb::Direction;
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::{Result, Tx};
use web::{Age, Begin, Total};

/// The lane of what is set aside, which comes before all that take turns.
const ASIDE: CompanyId = CompanyId(-1);

/// The lane of what two operators have given up: it stays in the table, and is listed no more.
const GIVEN_UP: CompanyId = CompanyId(-2);

/// Why an answer stands among the parked receipts.
pub(crate) const REASON: &str = "平台存储的内容已损坏，无法读取，原样保留；从备份恢复后可重新匹配";

/// The same of a row that holds several answers.
fn reason_of(n_answers: i64) -> String {
    match n_answers {
        ..=1 => REASON.to_owned(),
        several => format!(
            "平台存储的内容已损坏，无法读取，原样保留，含同时收到的 {several} 份回执；从备份恢复后可重新匹配"
        ),
    }
}

/// What a release answers as long as it cannot be opened.
pub(crate) const STILL: &str =
    "平台存储的内容已损坏，仍无法读取，原样保留；从备份恢复后可再申请重新匹配";

const DIRECTIONS: [Direction; 2] = [Direction::Import, Direction::Export];

/// Sets answers aside, each with the reason for the log, and raises the alarm.
pub(super) async fn set(shared: &Shared, unreadable: Vec<(i64, String)>) -> Result<()> {
    if unreadable.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = unreadable.iter().map(|(id, _)| *id).collect();
    let write = shared
        .db
        .write(move |tx| sql::move_to(tx, &ids, None, ASIDE));
    write.await?;
    for (id, why) in unreadable {
        store::unreadable::report(("inbox", (id, 0)), &why);
    }
    Ok(())
}

/// A page of what is set aside, of either direction: ids, each with why it stands among the parked receipts.
pub(crate) fn list(tx: &mut Tx<'_>, begin: &Begin<Age>, limit: i64) -> Result<Vec<(i64, String)>> {
    let mut found = Vec::new();
    for direction in DIRECTIONS {
        let listed = sql::listed(tx, direction_name(direction), ASIDE, begin, limit)?;
        let listed = listed.into_iter();
        found.extend(listed.map(|(id, n_answers)| (id, reason_of(n_answers))));
    }
    Ok(found)
}

/// How many answers are set aside, as far as lists are counted.
pub(crate) fn total(tx: &mut Tx<'_>) -> Result<Total> {
    let mut all = Total::of(0);
    for direction in DIRECTIONS {
        all = all.with(sql::total(tx, direction_name(direction), ASIDE)?);
    }
    Ok(all)
}

/// How many answers are set aside.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<i64> {
    let mut n_answers = 0;
    for direction in DIRECTIONS {
        n_answers += sql::count(tx, direction_name(direction), ASIDE)?;
    }
    Ok(n_answers)
}

/// Whether an answer is set aside.
pub(crate) fn is_in(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let found = list(tx, &Begin::after(id.saturating_add(1)), 1)?;
    Ok(found.iter().any(|(found, _)| *found == id))
}

/// Which of these answers are set aside.
pub(crate) fn among(tx: &mut Tx<'_>, ids: &BTreeSet<i64>) -> Result<Vec<i64>> {
    sql::among(tx, ASIDE, ids)
}

/// As [`is_in`]; holds the answer until the transaction ends.
pub(crate) fn hold(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(sql::move_to(tx, &[id], Some(ASIDE), ASIDE)? > 0)
}

/// Gives an answer up that nobody can read; answers whether it was set aside.
pub(crate) fn dismiss(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(sql::move_to(tx, &[id], Some(ASIDE), GIVEN_UP)? > 0)
}

/// Puts an answer back into its way home, if it can be opened; else says why not. Nothing when it is not
/// set aside.
pub(crate) fn release(
    tx: &mut Tx<'_>,
    id: i64,
) -> Result<Option<std::result::Result<(), &'static str>>> {
    if !hold(tx, id)? {
        return Ok(None);
    }
    let (opened, _) = sql::bodies(tx, &[id])?;
    if opened.is_empty() {
        return Ok(Some(Err(STILL)));
    }
    sql::move_to(tx, &[id], Some(ASIDE), NOBODY)?;
    Ok(Some(Ok(())))
}
