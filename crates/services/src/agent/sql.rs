//! Every statement on the tables `agent` and `agent_member`.

use super::Appointment;
use registry::access::DeclarationScope;
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use registry::role::AccountId;
use std::collections::BTreeSet;
use store::{Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

const COLUMNS: &str = "a.id, a.principal_id, a.agent_id, a.directions, a.kinds, a.since_ms, \
                       a.until_ms, a.case_id, a.ended_at";

pub(super) fn insert(tx: &mut Tx<'_>, appointment: &Appointment) -> Result<()> {
    tx.execute(
        "insert into agent (id, principal_id, agent_id, directions, kinds, since_ms, until_ms, \
         case_id) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            appointment.id.into(),
            appointment.principal.0.into(),
            appointment.agent.0.into(),
            (&appointment.scope.directions).into(),
            (&appointment.scope.kinds).into(),
            appointment.since_ms.into(),
            appointment.until_ms.into(),
            appointment.case.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn end(tx: &mut Tx<'_>, id: i64, now_ms: i64, by: Option<i64>) -> Result<bool> {
    let n_changed = tx.execute(
        "update agent set ended_at = $2, ended_by = $3 where id = $1 and ended_at is null",
        &[id.into(), now_ms.into(), by.into()],
    )?;
    Ok(n_changed > 0)
}

/// The appointment between two companies that was not ended, whether or not it has run out.
pub(super) fn between(
    tx: &mut Tx<'_>,
    principal: CompanyId,
    agent: CompanyId,
) -> Result<Option<Appointment>> {
    let sql = format!(
        "select {COLUMNS} from agent a \
         where a.principal_id = $1 and a.agent_id = $2 and a.ended_at is null"
    );
    tx.query_opt(&sql, &[principal.0.into(), agent.0.into()])?
        .as_ref()
        .map(appointment)
        .transpose()
}

/// The appointments of an agent whose people may still hold rights.
pub(super) fn of_agent(tx: &mut Tx<'_>, agent: CompanyId) -> Result<Vec<Appointment>> {
    let sql = format!(
        "select {COLUMNS} from agent a where a.agent_id = $1 and (a.ended_at is null or exists \
         (select 1 from agent_member m where m.agent_id = a.id and m.ended_at is null)) \
         order by a.id"
    );
    tx.query(&sql, &[agent.0.into()])?
        .iter()
        .map(appointment)
        .collect()
}

/// The appointment with this id, if one of its sides is in sight.
pub fn find(tx: &mut Tx<'_>, sight: &Sight, id: i64) -> Result<Option<Appointment>> {
    let mut args: Vec<Value<'_>> = vec![id.into()];
    let principal = visible(sight, "a.principal_id", &mut args);
    let agent = visible(sight, "a.agent_id", &mut args);
    let sql = format!("select {COLUMNS} from agent a where a.id = $1 and ({principal} or {agent})");
    tx.query_opt(&sql, &args)?
        .as_ref()
        .map(appointment)
        .transpose()
}

/// The appointments of a company on either side.
fn rows<'a>(company: CompanyId) -> ListRows<'a> {
    ListRows::seen("from agent a", |args| {
        args.push(company.0.into());
        "(a.principal_id = $1 or a.agent_id = $1)".to_owned()
    })
}

/// A page of the appointments of a company on either side.
pub fn of_company(
    tx: &mut Tx<'_>,
    company: CompanyId,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<Appointment>> {
    let by = OrderBy::id("a.id", begin.order == Age::Newest);
    let found = rows(company).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(appointment).collect()
}

/// How many appointments a company has on either side.
pub(super) fn total(tx: &mut Tx<'_>, company: CompanyId) -> Result<Total> {
    rows(company).count(tx)
}

/// How many appointments of a company, on either side, are in force at `from` and not any more at
/// `until`.
pub fn count_ending(tx: &mut Tx<'_>, company: CompanyId, from: i64, until: i64) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from agent where (principal_id = $1 or agent_id = $1) \
         and ended_at is null and until_ms > $2 and until_ms <= $3",
        &[company.0.into(), from.into(), until.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The people who hold rights by an appointment, with their grants.
pub(super) fn people(tx: &mut Tx<'_>, id: i64) -> Result<Vec<(AccountId, i64)>> {
    tx.query(
        "select account_id, grant_id from agent_member where agent_id = $1 and ended_at is null \
         order by account_id",
        &[id.into()],
    )?
    .iter()
    .map(|row| Ok((AccountId(row.int(0)?), row.int(1)?)))
    .collect()
}

pub(super) fn add_person(
    tx: &mut Tx<'_>,
    id: i64,
    account: AccountId,
    grant: i64,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into agent_member (agent_id, account_id, grant_id, since_ms) \
         values ($1, $2, $3, $4)",
        &[id.into(), account.0.into(), grant.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn end_person(tx: &mut Tx<'_>, id: i64, account: AccountId, now_ms: i64) -> Result<()> {
    tx.execute(
        "update agent_member set ended_at = $3 \
         where agent_id = $1 and account_id = $2 and ended_at is null",
        &[id.into(), account.0.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// The grants for a principal that its agents' people hold: they are not its own people.
pub fn grants_of_appointments(tx: &mut Tx<'_>, principal: CompanyId) -> Result<BTreeSet<i64>> {
    tx.query(
        "select m.grant_id from agent a join agent_member m on m.agent_id = a.id \
         where a.principal_id = $1 and m.ended_at is null",
        &[principal.0.into()],
    )?
    .iter()
    .map(|row| row.int(0))
    .collect()
}

fn appointment(row: &Row) -> Result<Appointment> {
    Ok(Appointment {
        id: row.int(0)?,
        principal: CompanyId(row.int(1)?),
        agent: CompanyId(row.int(2)?),
        scope: DeclarationScope {
            directions: row.text(3)?,
            kinds: row.text(4)?,
        },
        since_ms: row.int(5)?,
        until_ms: row.int(6)?,
        case: row.int_opt(7)?,
        ended_at: row.int_opt(8)?,
    })
}
