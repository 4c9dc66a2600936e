//! Every statement on `message_signed` that changes it.

use crate::message::MessageId;
use store::{Result, Tx, Value};

/// Keeps the bytes that the platform signed, beside those that were received.
pub(crate) fn insert_signed(
    tx: &mut Tx<'_>,
    id: MessageId,
    (key_id, method): (i64, &str),
    (body, now_ms): (&[u8], i64),
) -> Result<()> {
    let vault = tx.vault();
    let body = vault.close(body)?;
    tx.execute(
        "insert into message_signed (message_id, key_id, method, body, signed_at) \
         values ($1, $2, $3, $4, $5)",
        &[
            id.0.into(),
            key_id.into(),
            method.into(),
            Value::Bytes(&body),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes what the platform signed of a message that is to be checked, and signed, anew.
pub(crate) fn forget_signed(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from message_signed where message_id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}
