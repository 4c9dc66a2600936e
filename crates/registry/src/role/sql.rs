//! Every statement on the tables `role_grant` and `custom_role`.

use super::{AccountId, CustomRole, Grant};
use crate::actor::DeclarationScope;
use crate::company::CompanyId;
use store::{Error, Result, Row, Tx};
use web::{Begin, ListRows, OrderBy, Total};

const COLUMNS: &str = "id, account_id, party_id, role, company_id, district, sight, granted_by, \
                       approved_by, granted_at, expires_at, directions, kinds";

pub(super) fn insert(tx: &mut Tx<'_>, grant: &Grant) -> Result<()> {
    tx.execute(
        "insert into role_grant (id, account_id, party_id, role, company_id, district, sight, \
         granted_by, approved_by, granted_at, expires_at, directions, kinds) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            grant.id.into(),
            grant.account.0.into(),
            grant.party.into(),
            (&grant.role).into(),
            grant.company.map(|c| c.0).into(),
            grant.district.as_ref().into(),
            (&grant.sight).into(),
            grant.granted_by.map(|a| a.0).into(),
            grant.approved_by.map(|a| a.0).into(),
            grant.granted_at.into(),
            grant.expires_at.into(),
            grant.scope.as_ref().map(|scope| &scope.directions).into(),
            grant.scope.as_ref().map(|scope| &scope.kinds).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn revoke(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update role_grant set revoked_at = $1 where id = $2 and revoked_at is null",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_changed > 0)
}

pub(super) fn of_party(tx: &mut Tx<'_>, party: i64) -> Result<Vec<Grant>> {
    let sql = format!(
        "select {COLUMNS} from role_grant where party_id = $1 and revoked_at is null order by id"
    );
    tx.query(&sql, &[party.into()])?.iter().map(grant).collect()
}

/// The grants of an account that are in force at `now_ms`.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId, now_ms: i64) -> Result<Vec<Grant>> {
    let sql = format!(
        "select {COLUMNS} from role_grant where account_id = $1 and revoked_at is null \
         and (expires_at is null or expires_at > $2) order by id"
    );
    tx.query(&sql, &[account.0.into(), now_ms.into()])?
        .iter()
        .map(grant)
        .collect()
}

/// The companies for which an account has or had a role, that of its first one first.
pub fn companies_by_age(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<CompanyId>> {
    let sql = "select company_id from role_grant where account_id = $1 and company_id is not null \
               group by company_id order by min(id)";
    tx.query(sql, &[account.0.into()])?
        .iter()
        .map(|row| row.int(0).map(CompanyId))
        .collect()
}

/// The grants for a company that are not revoked.
pub fn of_company(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<Grant>> {
    let sql = format!(
        "select {COLUMNS} from role_grant where company_id = $1 and revoked_at is null order by id"
    );
    tx.query(&sql, &[company.0.into()])?
        .iter()
        .map(grant)
        .collect()
}

/// A grant that is not revoked.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Grant>> {
    let sql = format!("select {COLUMNS} from role_grant where id = $1 and revoked_at is null");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(grant)
        .transpose()
}

/// The grants of a role that are in force at `now_ms`.
pub fn of_role(tx: &mut Tx<'_>, role: &str, now_ms: i64) -> Result<Vec<Grant>> {
    let sql = format!(
        "select {COLUMNS} from role_grant where role = $1 and revoked_at is null \
         and (expires_at is null or expires_at > $2) order by id"
    );
    tx.query(&sql, &[role.into(), now_ms.into()])?
        .iter()
        .map(grant)
        .collect()
}

web::orders! {
    /// Orders of the grants (授权排序).
    pub enum GrantOrder {
        /// The oldest first.
        Oldest = "oldest" by Id,
        /// The newest first.
        Newest = "newest" by Id,
    }
}

/// All grants that are not revoked and do not belong to a company.
fn standing<'a>() -> ListRows<'a> {
    ListRows::those(
        "from role_grant",
        "revoked_at is null and company_id is null",
    )
}

/// A page of all grants that are not revoked and do not belong to a company.
pub fn grants_of(tx: &mut Tx<'_>, begin: &Begin<GrantOrder>, limit: i64) -> Result<Vec<Grant>> {
    let by = OrderBy::id("id", begin.order == GrantOrder::Newest);
    let found = standing().page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(grant).collect()
}

/// How many grants are not revoked and do not belong to a company.
pub fn total_of_grants(tx: &mut Tx<'_>) -> Result<Total> {
    standing().count(tx)
}

fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.int(0)?,
        account: AccountId(row.int(1)?),
        party: row.int(2)?,
        role: row.text(3)?,
        company: row.int_opt(4)?.map(CompanyId),
        district: row.text_opt(5)?,
        sight: row.text(6)?,
        granted_by: row.int_opt(7)?.map(AccountId),
        approved_by: row.int_opt(8)?.map(AccountId),
        granted_at: row.int(9)?,
        expires_at: row.int_opt(10)?,
        scope: match (row.text_opt(11)?, row.text_opt(12)?) {
            (Some(directions), Some(kinds)) => Some(DeclarationScope { directions, kinds }),
            (None, None) => None,
            _ => return Err(Error::Damaged("a scope with one half".to_owned())),
        },
    })
}

/// Every custom role.
pub fn custom_roles(tx: &mut Tx<'_>) -> Result<Vec<CustomRole>> {
    tx.query(
        "select name, chinese, operations from custom_role order by name",
        &[],
    )?
    .iter()
    .map(|row| {
        Ok(CustomRole {
            name: row.text(0)?,
            chinese: row.text(1)?,
            operations: row
                .text(2)?
                .split(',')
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    })
    .collect()
}

/// Makes or changes a custom role.
pub fn put_custom_role(tx: &mut Tx<'_>, role: &CustomRole, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into custom_role (name, chinese, operations, created_at, changed_at) \
         values ($1, $2, $3, $4, $4) on conflict (name) do update set \
         chinese = excluded.chinese, operations = excluded.operations, \
         changed_at = excluded.changed_at",
        &[
            (&role.name).into(),
            (&role.chinese).into(),
            (&role.operations.join(",")).into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes a custom role that nobody holds; answers whether it was removed.
pub fn remove_custom_role(tx: &mut Tx<'_>, name: &str) -> Result<bool> {
    let n_removed = tx.execute(
        "delete from custom_role where name = $1 and not exists \
         (select 1 from role_grant where role = $1 and revoked_at is null)",
        &[name.into()],
    )?;
    Ok(n_removed > 0)
}
