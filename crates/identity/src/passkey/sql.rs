//! Every statement on the table `passkey_handle`.

use registry::account::AccountId;
use store::{Result, Tx};

/// The name by which authenticators know a person, if one was given already.
pub(super) fn handle(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<String>> {
    let sql = "select handle from passkey_handle where account_id = $1";
    tx.query_opt(sql, &[account.0.into()])?
        .map(|row| row.text(0))
        .transpose()
}

/// Gives a person this name; whoever was faster is right.
pub(super) fn insert_handle(tx: &mut Tx<'_>, account: AccountId, handle: &str) -> Result<()> {
    tx.execute(
        "insert into passkey_handle (account_id, handle) values ($1, $2) \
         on conflict (account_id) do nothing",
        &[account.0.into(), handle.into()],
    )
    .map(|_| ())
}
