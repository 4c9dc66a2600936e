//! Every statement on the table `foreign_identity`.

use registry::account::AccountId;
use store::{Result, Row, Tx};

const COLUMNS: &str = "id, source, external, account_id, created_at, used_at";

/// A binding (外部身份绑定): a person of another system and an account of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Its id.
    pub id: i64,
    /// Name of the source.
    pub source: String,
    /// As what the person is known there.
    pub external: String,
    /// The account.
    pub account: AccountId,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it was last used.
    pub used_at: Option<i64>,
}

/// Stores a binding; answers false when the person or the account has one with this source.
pub fn insert(tx: &mut Tx<'_>, binding: &Binding) -> Result<bool> {
    let n_changed = tx.execute(
        "insert into foreign_identity (id, source, external, account_id, created_at, used_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        &[
            binding.id.into(),
            (&binding.source).into(),
            (&binding.external).into(),
            binding.account.0.into(),
            binding.created_at.into(),
            binding.used_at.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// The binding of a person of another system; notes that it was used.
pub fn use_of(
    tx: &mut Tx<'_>,
    source: &str,
    external: &str,
    now_ms: i64,
) -> Result<Option<AccountId>> {
    let row = tx.query_opt(
        "update foreign_identity set used_at = $3 where source = $1 and external = $2 \
         returning account_id",
        &[source.into(), external.into(), now_ms.into()],
    )?;
    row.map(|row| Ok(AccountId(row.int(0)?))).transpose()
}

/// The bindings of an account.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Binding>> {
    let sql =
        format!("select {COLUMNS} from foreign_identity where account_id = $1 order by source");
    tx.query(&sql, &[account.0.into()])?
        .iter()
        .map(binding)
        .collect()
}

/// Removes the binding of an account with a source; answers whether there was one.
pub fn remove(tx: &mut Tx<'_>, account: AccountId, source: &str) -> Result<bool> {
    let n_removed = tx.execute(
        "delete from foreign_identity where account_id = $1 and source = $2",
        &[account.0.into(), source.into()],
    )?;
    Ok(n_removed > 0)
}

fn binding(row: &Row) -> Result<Binding> {
    Ok(Binding {
        id: row.int(0)?,
        source: row.text(1)?,
        external: row.text(2)?,
        account: AccountId(row.int(3)?),
        created_at: row.int(4)?,
        used_at: row.int_opt(5)?,
    })
}
