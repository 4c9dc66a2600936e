//! Every statement on the tables `ledger` and `contract`, and the list of companies over them.

use super::Contract;
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use store::{Result, Row, Tx, Value};

/// What a list of companies is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Beginning of the name, or one of the codes.
    pub text: Option<String>,
    /// Whether suspended.
    pub is_suspended: Option<bool>,
    /// A business role that it has a contract for.
    pub role: Option<String>,
    /// Only companies before this one: the next page.
    pub before: Option<i64>,
}

/// Counts a change of a company's affairs. The row stays locked until the transaction ends, so that
/// what is about one company happens one after the other on both engines.
pub fn lock(tx: &mut Tx<'_>, company: CompanyId, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into ledger (company_id, n_changes, changed_at) values ($1, 1, $2) \
         on conflict (company_id) do update set n_changes = ledger.n_changes + 1, \
         changed_at = excluded.changed_at",
        &[company.0.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn set_case(tx: &mut Tx<'_>, company: CompanyId, case: Option<i64>) -> Result<()> {
    tx.execute(
        "update ledger set case_id = $2 where company_id = $1",
        &[company.0.into(), case.into()],
    )
    .map(|_| ())
}

pub(super) fn set_contact(tx: &mut Tx<'_>, company: CompanyId, sealed: &[u8]) -> Result<()> {
    tx.execute(
        "update ledger set contact_sealed = $2 where company_id = $1",
        &[company.0.into(), sealed.into()],
    )
    .map(|_| ())
}

pub(super) fn contact(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<Vec<u8>>> {
    let found = tx.query_opt(
        "select contact_sealed from ledger where company_id = $1",
        &[company.0.into()],
    )?;
    found.map_or(Ok(None), |row| row.bytes_opt(0))
}

pub(super) fn insert_contract(tx: &mut Tx<'_>, contract: &Contract) -> Result<()> {
    tx.execute(
        "insert into contract (id, company_id, role, state, since_ms, until_ms, case_id, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $5)",
        &[
            contract.id.into(),
            contract.company.0.into(),
            (&contract.role).into(),
            (&contract.state).into(),
            contract.since_ms.into(),
            contract.until_ms.into(),
            contract.case.into(),
        ],
    )
    .map(|_| ())
}

/// The contracts of a company that have not ended, oldest first.
pub fn contracts(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<Contract>> {
    tx.query(
        "select id, company_id, role, state, since_ms, until_ms, case_id from contract \
         where company_id = $1 and state <> 'ended' order by id",
        &[company.0.into()],
    )?
    .iter()
    .map(contract)
    .collect()
}

fn contract(row: &Row) -> Result<Contract> {
    Ok(Contract {
        id: row.int(0)?,
        company: CompanyId(row.int(1)?),
        role: row.text(2)?,
        state: row.text(3)?,
        since_ms: row.int(4)?,
        until_ms: row.int_opt(5)?,
        case: row.int_opt(6)?,
    })
}

/// The companies in sight, newest first.
pub fn list(tx: &mut Tx<'_>, sight: &Sight, filter: &Filter, limit: i64) -> Result<Vec<CompanyId>> {
    let mut args: Vec<Value<'_>> = vec![limit.into()];
    let mut and = visible(sight, "c.id", &mut args);
    if let Some(before) = filter.before {
        args.push(before.into());
        and.push_str(&format!(" and c.id < ${}", args.len()));
    }
    if let Some(is_suspended) = filter.is_suspended {
        args.push(is_suspended.into());
        and.push_str(&format!(" and c.suspended = ${}", args.len()));
    }
    if let Some(role) = &filter.role {
        args.push(role.into());
        and.push_str(&format!(
            " and exists (select 1 from contract k where k.role = ${} and k.company_id = c.id \
             and k.state = 'active')",
            args.len()
        ));
    }
    let code = filter.text.as_deref().map(str::to_ascii_uppercase);
    if let (Some(text), Some(code)) = (&filter.text, &code) {
        let n_chars = i64::try_from(text.chars().count()).unwrap_or(0);
        args.extend([text.into(), n_chars.into(), code.into()]);
        let n = args.len();
        and.push_str(&format!(
            " and (substr(c.name, 1, cast(${} as integer)) = ${} or c.credit_code = ${n} \
             or c.customs_code = ${n} or c.dxp_id = ${n})",
            n - 1,
            n - 2
        ));
    }
    let sql = format!("select c.id from company c where {and} order by c.id desc limit $1");
    tx.query(&sql, &args)?
        .iter()
        .map(|row| row.int(0).map(CompanyId))
        .collect()
}
