//! Every statement on the table `approval`.

use super::{Approval, NOT_DONE};
use crate::role::AccountId;
use store::{Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

const COLUMNS: &str = "id, kind, title, payload, company_id, state, asked_by, asked_name, \
                       asked_at, why, decided_by, decided_name, decided_at, reason";

pub(super) fn insert(tx: &mut Tx<'_>, approval: &Approval) -> Result<()> {
    tx.execute(
        "insert into approval (id, kind, title, payload, company_id, state, asked_by, asked_name, \
         asked_at, why) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            approval.id.into(),
            (&approval.kind).into(),
            (&approval.title).into(),
            (&approval.payload).into(),
            approval.company.into(),
            (&approval.state).into(),
            approval.asked_by.0.into(),
            (&approval.asked_name).into(),
            approval.asked_at.into(),
            (&approval.why).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn decide(
    tx: &mut Tx<'_>,
    id: i64,
    state: &str,
    (account, name, at_ms): (AccountId, &str, i64),
    reason: &str,
) -> Result<bool> {
    let n_changed = tx.execute(
        "update approval set state = $1, decided_by = $2, decided_name = $3, decided_at = $4, \
         reason = $5 where id = $6 and state = 'pending'",
        &[
            state.into(),
            account.0.into(),
            name.into(),
            at_ms.into(),
            reason.into(),
            id.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// The request with this id.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Approval>> {
    let sql = format!("select {COLUMNS} from approval where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(approval)
        .transpose()
}

/// What a list of requests is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ApprovalFilter {
    /// State.
    pub state: Option<String>,
    /// Kinds that the reader may decide.
    pub kinds: Vec<String>,
    /// Whose own requests are shown beside.
    pub asked_by: i64,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The requests that the reader may decide, and his own, under a filter.
fn rows(filter: &ApprovalFilter) -> ListRows<'_> {
    let mut rows = ListRows::seen("from approval", |args| {
        args.push(filter.asked_by.into());
        let mut seen = format!("(asked_by = ${}", args.len());
        let mut places = Vec::new();
        for kind in &filter.kinds {
            args.push(kind.into());
            places.push(format!("${}", args.len()));
        }
        if !places.is_empty() {
            seen.push_str(&format!(" or kind in ({})", places.join(", ")));
        }
        seen.push(')');
        seen
    });
    // What was approved and could not be done is kept as rejected, with why.
    match filter.state.as_deref() {
        None => {}
        Some("failed") => rows.and_indexed_plain(&format!(
            "state = 'rejected' and coalesce(reason, '') like '{NOT_DONE}%'"
        )),
        Some("rejected") => rows.and_indexed_plain(&format!(
            "state = 'rejected' and coalesce(reason, '') not like '{NOT_DONE}%'"
        )),
        Some(state) => rows.and_indexed("state = ?", Some(state)),
    }
    rows
}

/// A page of the requests: those that the reader may decide and his own.
pub fn list(tx: &mut Tx<'_>, filter: &ApprovalFilter, limit: i64) -> Result<Vec<Approval>> {
    let begin = &filter.begin;
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let found = rows(filter).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(approval).collect()
}

/// How many requests there are under a filter.
pub fn total(tx: &mut Tx<'_>, filter: &ApprovalFilter) -> Result<Total> {
    rows(filter).count(tx)
}

/// How many requests of these kinds wait for somebody who did not ask himself.
pub fn count_pending(tx: &mut Tx<'_>, kinds: &[&str], but: i64) -> Result<i64> {
    if kinds.is_empty() {
        return Ok(0);
    }
    let mut args: Vec<Value<'_>> = vec![but.into()];
    let mut places = Vec::new();
    for kind in kinds {
        args.push((*kind).into());
        places.push(format!("${}", args.len()));
    }
    let sql = format!(
        "select count(*) from approval where state = 'pending' and asked_by <> $1 and kind in ({})",
        places.join(", ")
    );
    tx.query_opt(&sql, &args)?.map_or(Ok(0), |row| row.int(0))
}

/// Payloads of the oldest requests of these kinds that wait for a decision, at most `limit`.
pub fn asked_for(tx: &mut Tx<'_>, kinds: &[&str], limit: i64) -> Result<Vec<String>> {
    let mut args: Vec<Value<'_>> = vec![limit.into()];
    let mut places = Vec::new();
    for kind in kinds {
        args.push((*kind).into());
        places.push(format!("${}", args.len()));
    }
    let sql = format!(
        "select payload from approval where state = 'pending' and kind in ({}) order by id limit $1",
        places.join(", ")
    );
    tx.query(&sql, &args)?
        .iter()
        .map(|row| row.text(0))
        .collect()
}

/// Requests of these kinds that wait for a decision and have one of these payloads, oldest first.
pub fn pending(tx: &mut Tx<'_>, kinds: &[&str], payloads: &[String]) -> Result<Vec<Approval>> {
    if kinds.is_empty() || payloads.is_empty() {
        return Ok(Vec::new());
    }
    let kinds_and_payloads = kinds
        .iter()
        .map(|kind| (*kind).into())
        .chain(payloads.iter().map(Into::into));
    let args: Vec<Value<'_>> = kinds_and_payloads.collect();
    let places: Vec<String> = (1..=args.len()).map(|n| format!("${n}")).collect();
    let (of_kinds, of_payloads) = places.split_at(kinds.len());
    let sql = format!(
        "select {COLUMNS} from approval where state = 'pending' and kind in ({}) \
         and payload in ({}) order by id",
        of_kinds.join(", "),
        of_payloads.join(", ")
    );
    tx.query(&sql, &args)?.iter().map(approval).collect()
}

fn approval(row: &Row) -> Result<Approval> {
    Ok(Approval {
        id: row.int(0)?,
        kind: row.text(1)?,
        title: row.text(2)?,
        payload: row.text(3)?,
        company: row.int_opt(4)?,
        state: row.text(5)?,
        asked_by: AccountId(row.int(6)?),
        asked_name: row.text(7)?,
        asked_at: row.int(8)?,
        why: row.text(9)?,
        decided_by: row.int_opt(10)?.map(AccountId),
        decided_name: row.text_opt(11)?,
        decided_at: row.int_opt(12)?,
        reason: row.text_opt(13)?,
    })
}
