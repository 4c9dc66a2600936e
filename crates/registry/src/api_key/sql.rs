//! Every statement on the table `api_key`.

use super::ApiKey;
use crate::company::CompanyId;
use store::{Result, Row, Tx};

pub(super) fn insert(tx: &mut Tx<'_>, key: &ApiKey, hash: &str) -> Result<()> {
    tx.execute(
        "insert into api_key (id, company_id, hash, label, created_at, expires_at, revoked_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            key.id.into(),
            key.company_id.0.into(),
            hash.into(),
            (&key.label).into(),
            key.created_at.into(),
            key.expires_at.into(),
            key.revoked_at.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn revoke(tx: &mut Tx<'_>, company: CompanyId, key: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update api_key set revoked_at = $1 \
         where id = $2 and company_id = $3 and revoked_at is null",
        &[now_ms.into(), key.into(), company.0.into()],
    )?;
    Ok(n_changed > 0)
}

pub(super) fn by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<ApiKey>> {
    tx.query_opt(
        "select id, company_id, label, created_at, expires_at, revoked_at from api_key \
         where hash = $1",
        &[hash.into()],
    )?
    .as_ref()
    .map(key)
    .transpose()
}

/// The keys of a company, oldest first.
pub fn of_company(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<ApiKey>> {
    tx.query(
        "select id, company_id, label, created_at, expires_at, revoked_at from api_key \
         where company_id = $1 order by id",
        &[company.0.into()],
    )?
    .iter()
    .map(key)
    .collect()
}

/// How many keys of a company are in force at `from` and not any more at `until`.
pub fn count_ending(tx: &mut Tx<'_>, company: CompanyId, from: i64, until: i64) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from api_key where company_id = $1 and revoked_at is null \
         and expires_at > $2 and expires_at <= $3",
        &[company.0.into(), from.into(), until.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

fn key(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.int(0)?,
        company_id: CompanyId(row.int(1)?),
        label: row.text(2)?,
        created_at: row.int(3)?,
        expires_at: row.int(4)?,
        revoked_at: row.int_opt(5)?,
    })
}
