//! Every statement on the table `factor`.

use crate::actor::AccountId;
use store::{Result, Row, Tx};

const COLUMNS: &str = "id, account_id, kind, label, secret_sealed, hash, last_step, confirmed, \
                       created_at, used_at";

/// A second factor (两步验证) as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// `totp`, `passkey` or `recovery`.
    pub kind: String,
    /// What the person calls it.
    pub label: String,
    /// What must be read again, sealed.
    pub secret_sealed: Option<Vec<u8>>,
    /// What is only compared: a recovery code, the credential id of a passkey.
    pub hash: Option<String>,
    /// The last step whose code was used; the counter of a passkey.
    pub last_step: i64,
    /// Whether it counts.
    pub confirmed: bool,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it was last used.
    pub used_at: Option<i64>,
}

impl Factor {
    /// Whether it is a code generator that counts.
    pub fn is_totp(&self) -> bool {
        self.kind == "totp" && self.confirmed
    }

    /// Whether it counts as the second factor; recovery codes only stand in for one.
    pub fn is_in_force(&self) -> bool {
        self.confirmed && self.kind != "recovery"
    }

    /// Whether it is a passkey.
    pub fn is_passkey(&self) -> bool {
        self.kind == "passkey" && self.confirmed
    }
}

/// Stores a factor.
pub fn insert(tx: &mut Tx<'_>, factor: &Factor) -> Result<()> {
    tx.execute(
        "insert into factor (id, account_id, kind, label, secret_sealed, hash, last_step, \
         confirmed, created_at, used_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            factor.id.into(),
            factor.account.0.into(),
            (&factor.kind).into(),
            (&factor.label).into(),
            factor.secret_sealed.as_deref().into(),
            factor.hash.as_ref().into(),
            factor.last_step.into(),
            factor.confirmed.into(),
            factor.created_at.into(),
            factor.used_at.into(),
        ],
    )
    .map(|_| ())
}

/// The factors of an account, oldest first.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Factor>> {
    let sql = format!("select {COLUMNS} from factor where account_id = $1 order by id");
    tx.query(&sql, &[account.0.into()])?
        .iter()
        .map(factor)
        .collect()
}

/// Whether an account has a code generator or passkey that counts.
pub fn has_confirmed(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    Ok(list(tx, account)?.iter().any(Factor::is_in_force))
}

/// Removes the code generators that nobody has confirmed.
pub fn drop_unconfirmed(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.execute(
        "delete from factor where account_id = $1 and kind = 'totp' and confirmed = false",
        &[account.0.into()],
    )
    .map(|_| ())
}

/// Removes the code generator in force.
pub fn drop_confirmed_totp(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.execute(
        "delete from factor where account_id = $1 and kind = 'totp' and confirmed = true",
        &[account.0.into()],
    )
    .map(|_| ())
}

/// Confirms the code generator that is being set up, at the step of its first code.
pub fn confirm_totp(tx: &mut Tx<'_>, account: AccountId, step: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "update factor set confirmed = true, last_step = $2, used_at = $3 \
         where account_id = $1 and kind = 'totp' and confirmed = false",
        &[account.0.into(), step.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Notes the step of a code; answers false when it, or a later one, was used before.
pub fn use_step(tx: &mut Tx<'_>, id: i64, step: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update factor set last_step = $2, used_at = $3 where id = $1 and last_step < $2",
        &[id.into(), step.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// Removes the recovery codes.
pub fn drop_recovery(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.execute(
        "delete from factor where account_id = $1 and kind = 'recovery'",
        &[account.0.into()],
    )
    .map(|_| ())
}

/// Uses up a recovery code; answers whether it was one that was not used yet.
pub fn use_recovery(tx: &mut Tx<'_>, account: AccountId, hash: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update factor set used_at = $3 where account_id = $1 and kind = 'recovery' \
         and hash = $2 and used_at is null",
        &[account.0.into(), hash.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// The passkey with this hash of its credential id, whosever it is.
pub fn passkey(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Factor>> {
    let sql = format!("select {COLUMNS} from factor where kind = 'passkey' and hash = $1");
    tx.query_opt(&sql, &[hash.into()])?
        .as_ref()
        .map(factor)
        .transpose()
}

/// Notes that a passkey was used, with its new counter and state; of two requests that bring the
/// same counter, this answers true to one, unless the authenticator does not count.
pub fn use_passkey(
    tx: &mut Tx<'_>,
    (id, sealed): (i64, &[u8]),
    (old, new): (i64, i64),
    now_ms: i64,
) -> Result<bool> {
    let n_changed = tx.execute(
        "update factor set secret_sealed = $2, last_step = $4, used_at = $5 \
         where id = $1 and last_step = $3",
        &[
            id.into(),
            sealed.into(),
            old.into(),
            new.into(),
            now_ms.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Gives a passkey of an account another label; answers whether there was one.
pub fn rename_passkey(tx: &mut Tx<'_>, account: AccountId, id: i64, label: &str) -> Result<bool> {
    let n_changed = tx.execute(
        "update factor set label = $3 where account_id = $1 and id = $2 and kind = 'passkey'",
        &[account.0.into(), id.into(), label.into()],
    )?;
    Ok(n_changed > 0)
}

/// Removes a factor of an account; answers whether there was one.
pub fn remove(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<bool> {
    let n_removed = tx.execute(
        "delete from factor where account_id = $1 and id = $2",
        &[account.0.into(), id.into()],
    )?;
    Ok(n_removed > 0)
}

/// Removes every factor of an account (a lost telephone, by approval).
pub fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.execute(
        "delete from factor where account_id = $1",
        &[account.0.into()],
    )
    .map(|_| ())
}

fn factor(row: &Row) -> Result<Factor> {
    Ok(Factor {
        id: row.int(0)?,
        account: AccountId(row.int(1)?),
        kind: row.text(2)?,
        label: row.text(3)?,
        secret_sealed: row.bytes_opt(4)?,
        hash: row.text_opt(5)?,
        last_step: row.int(6)?,
        confirmed: row.bool(7)?,
        created_at: row.int(8)?,
        used_at: row.int_opt(9)?,
    })
}
