//! Statements that keep what the platform signed.

use crate::message::MessageId;
use store::pack::Packed;
use store::{Result, Tx, Value};

/// Keeps the bytes that the platform signed, beside those that were received.
pub(crate) fn insert_signed(
    tx: &mut Tx<'_>,
    id: MessageId,
    (key_id, method): (i64, &str),
    (body, now_ms): (&Packed, i64),
) -> Result<()> {
    let vault = tx.vault();
    let body = vault.close_packed(body)?;
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
