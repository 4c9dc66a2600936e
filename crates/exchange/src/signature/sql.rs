//! Every statement on `message_signature`.

use super::SignatureResult;
use crate::message::MessageId;
use store::{Many, Result, Tx, Value};

/// Keeps what was found about the messages of a turn; a second time changes nothing.
pub(crate) fn insert<'a>(
    tx: &mut Tx<'_>,
    found: impl Iterator<Item = (MessageId, &'a SignatureResult)>,
    now_ms: i64,
) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into message_signature (message_id, outcome, profile, method, serial, \
                 valid_to, checked_at, certificate_fault) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (message_id) do nothing",
    };
    let rows: Vec<Vec<Value<'_>>> = found
        .map(|(message, found)| {
            vec![
                message.0.into(),
                found.outcome.into(),
                (&found.profile).into(),
                (&found.method).into(),
                (&found.serial).into(),
                found.valid_to.into(),
                now_ms.into(),
                (&found.certificate_fault).into(),
            ]
        })
        .collect();
    tx.many(INSERT, &[], &rows).map(|_| ())
}

/// What was found about a message that the caller may see.
pub(crate) fn of_message(tx: &mut Tx<'_>, message: MessageId) -> Result<Option<KeptResult>> {
    let row = tx.query_opt(
        "select outcome, profile, method, serial, valid_to, checked_at, \
         coalesce(certificate_fault, '') \
         from message_signature where message_id = $1",
        &[message.0.into()],
    )?;
    row.map(|row| {
        Ok(KeptResult {
            outcome: row.text(0)?,
            profile: row.text(1)?,
            method: row.text(2)?,
            serial: row.text(3)?,
            valid_to: row.int_opt(4)?,
            checked_at: row.int(5)?,
            certificate_fault: row.text(6)?,
        })
    })
    .transpose()
}

/// A row as it was kept; see [`SignatureResult`].
pub(crate) struct KeptResult {
    pub(crate) outcome: String,
    pub(crate) profile: String,
    pub(crate) method: String,
    pub(crate) serial: String,
    pub(crate) valid_to: Option<i64>,
    pub(crate) checked_at: i64,
    pub(crate) certificate_fault: String,
}
