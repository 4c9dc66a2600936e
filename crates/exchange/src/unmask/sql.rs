//! Every statement on the tables `unmasking` and `unmask_file`.

use crate::message::MessageId;
use registry::role::AccountId;
use store::{Result, Tx};

pub(super) fn is_open(
    tx: &mut Tx<'_>,
    session: i64,
    message: MessageId,
    now_ms: i64,
) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from unmasking where session_id = $1 and message_id = $2 and until_ms > $3 \
         and at_ms <= $3",
        &[session.into(), message.0.into(), now_ms.into()],
    )?;
    Ok(found.is_some())
}

/// Messages that an account has opened since a moment.
pub(super) fn n_since(tx: &mut Tx<'_>, account: AccountId, since_ms: i64) -> Result<i64> {
    let found = tx.query_opt(
        "select count(*) from unmasking where account_id = $1 and at_ms > $2",
        &[account.0.into(), since_ms.into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    session: i64,
    message: MessageId,
    account: AccountId,
    at_ms: i64,
    until_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into unmasking (session_id, message_id, account_id, at_ms, until_ms) \
         values ($1, $2, $3, $4, $5) on conflict (session_id, message_id) do update set \
         at_ms = excluded.at_ms, until_ms = excluded.until_ms",
        &[
            session.into(),
            message.0.into(),
            account.0.into(),
            at_ms.into(),
            until_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Messages that an account has taken away in files since a moment.
pub(super) fn n_taken_since(tx: &mut Tx<'_>, account: AccountId, since_ms: i64) -> Result<i64> {
    let found = tx.query_opt(
        "select cast(coalesce(sum(n_messages), 0) as bigint) from unmask_file \
         where account_id = $1 and at_ms > $2",
        &[account.0.into(), since_ms.into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// Notes a file; forgets those of the account that no limit counts any more.
pub(super) fn put_file(
    tx: &mut Tx<'_>,
    id: i64,
    account: AccountId,
    n_messages: i64,
    at_ms: i64,
) -> Result<()> {
    tx.execute(
        "delete from unmask_file where account_id = $1 and at_ms < $2",
        &[account.0.into(), (at_ms - super::HOUR_MS).into()],
    )?;
    tx.execute(
        "insert into unmask_file (id, account_id, at_ms, n_messages) values ($1, $2, $3, $4)",
        &[id.into(), account.0.into(), at_ms.into(), n_messages.into()],
    )
    .map(|_| ())
}
