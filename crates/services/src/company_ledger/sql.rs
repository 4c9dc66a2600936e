//! Every statement on the tables `ledger` and `contract`, and the list of companies over them.

use super::Contract;
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use store::{Result, Row, Tx};
use web::{Begin, ListRows, OrderBy, PagePlace, SortKey, Total};

/// What a list of companies is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct CompanyFilter {
    /// Beginning of the name, or one of the codes.
    pub text: Option<String>,
    /// Whether suspended.
    pub is_suspended: Option<bool>,
    /// A business role that it has a contract for.
    pub role: Option<String>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<CompanyOrder>,
}

web::orders! {
    /// Orders of the companies (企业排序). By name there is none: engines compare names by their bytes, which is no order
    /// that people look up names in.
    pub enum CompanyOrder {
        /// The newest first.
        Newest = "newest" by Id,
        /// The oldest first.
        Oldest = "oldest" by Id,
        /// By credit code.
        CreditCode = "creditCode" by Text,
        /// By credit code, backwards.
        CreditCodeDown = "-creditCode" by Text,
        /// By customs code, which begins with the district.
        CustomsCode = "customsCode" by Text,
        /// By customs code, backwards.
        CustomsCodeDown = "-customsCode" by Text,
    }
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

/// The companies in sight under a filter, whose text is here as a code as well.
fn rows<'a>(sight: &'a Sight, filter: &'a CompanyFilter, code: &'a str) -> ListRows<'a> {
    let mut rows = ListRows::seen("from company c", |args| visible(sight, "c.id", args));
    rows.and("c.suspended = ?", filter.is_suspended);
    rows.and(
        "exists (select 1 from contract k where k.role = ? and k.company_id = c.id \
         and k.state = 'active')",
        filter.role.as_deref(),
    );
    if let Some(text) = &filter.text {
        let n_chars = i64::try_from(text.chars().count()).unwrap_or(0);
        rows.and_with(|args| {
            args.extend([text.into(), n_chars.into(), code.into()]);
            let n = args.len();
            format!(
                "(substr(c.name, 1, cast(${} as integer)) = ${} or c.credit_code = ${n} \
                 or c.customs_code = ${n} or c.dxp_id = ${n})",
                n - 1,
                n - 2
            )
        });
    }
    rows
}

/// A page of the companies in sight, each with its place in the order.
pub fn list(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &CompanyFilter,
    limit: i64,
) -> Result<Vec<(CompanyId, PagePlace)>> {
    let begin = &filter.begin;
    let (by, key) = match begin.order {
        CompanyOrder::Newest => (OrderBy::id("c.id", true), None),
        CompanyOrder::Oldest => (OrderBy::id("c.id", false), None),
        CompanyOrder::CreditCode => (OrderBy::key("c.credit_code", "c.id", false), Some(1)),
        CompanyOrder::CreditCodeDown => (OrderBy::key("c.credit_code", "c.id", true), Some(1)),
        CompanyOrder::CustomsCode => (OrderBy::key("c.customs_code", "c.id", false), Some(2)),
        CompanyOrder::CustomsCodeDown => (OrderBy::key("c.customs_code", "c.id", true), Some(2)),
    };
    let code = filter.text.as_deref().unwrap_or_default();
    let code = code.to_ascii_uppercase();
    let columns = "c.id, c.credit_code, c.customs_code";
    let found = rows(sight, filter, &code).page(tx, columns, by, begin.after.as_ref(), limit)?;
    let listed = |row: &Row| {
        let id = row.int(0)?;
        // A damaged code is read only where the order needs it.
        let key = key.map(|column| row.text(column)).transpose()?;
        let key = key.map(SortKey::Text);
        Ok((CompanyId(id), PagePlace { key, id }))
    };
    found.iter().map(listed).collect()
}

/// How many companies are in sight under a filter.
pub fn total(tx: &mut Tx<'_>, sight: &Sight, filter: &CompanyFilter) -> Result<Total> {
    let code = filter.text.as_deref().unwrap_or_default();
    rows(sight, filter, &code.to_ascii_uppercase()).count(tx)
}
