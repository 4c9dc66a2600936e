//! Statements of the ways back, on `message`, `message_signed` and `message_finding`.

use crate::message::MessageId;
use registry::company::CompanyId;
use store::{Result, Tx};

/// Takes a refused message back to the check; answers whose it is, its kind and when it was refused.
pub(super) fn reopen(
    tx: &mut Tx<'_>,
    id: MessageId,
    at_ms: i64,
) -> Result<Option<(CompanyId, String, i64)>> {
    let found = tx.query_opt(
        // Without its bytes, which are in the archive by then, it could only be held.
        "select company_id, kind, changed_at from message where id = $1 and state = 'refused' \
         and exists (select 1 from message_body b where b.message_id = message.id)",
        &[id.0.into()],
    )?;
    let Some(row) = found else {
        return Ok(None);
    };
    let n_changed = tx.execute(
        "update message set state = 'received', changed_at = $1, n_documents = 0, n_final = 0 \
         where id = $2 and state = 'refused' \
         and exists (select 1 from message_body b where b.message_id = message.id)",
        &[at_ms.into(), id.0.into()],
    )?;
    let whose = (CompanyId(row.int(0)?), row.text(1)?, row.int(2)?);
    Ok((n_changed > 0).then_some(whose))
}

/// Takes a held message without documents, which was never checked, to the check; answers whose it is.
pub(super) fn unhold(tx: &mut Tx<'_>, id: MessageId, at_ms: i64) -> Result<Option<CompanyId>> {
    tx.query_opt(
        "update message set state = 'received', changed_at = $1 \
         where id = $2 and state = 'held' and n_documents = 0 returning company_id",
        &[at_ms.into(), id.0.into()],
    )?
    .map(|row| row.int(0).map(CompanyId))
    .transpose()
}

/// Takes a message back from `settled` when not every document in it is final; answers whose it is, its
/// kind and when it was settled.
pub(super) fn unsettle(
    tx: &mut Tx<'_>,
    id: MessageId,
    at_ms: i64,
) -> Result<Option<(CompanyId, String, i64)>> {
    let found = tx.query_opt(
        "select company_id, kind, changed_at from message where id = $1 and state = 'settled' \
         and n_final < n_documents",
        &[id.0.into()],
    )?;
    let Some(row) = found else {
        return Ok(None);
    };
    let n_changed = tx.execute(
        "update message set state = 'answered', changed_at = $1 \
         where id = $2 and state = 'settled' and n_final < n_documents",
        &[at_ms.into(), id.0.into()],
    )?;
    let whose = (CompanyId(row.int(0)?), row.text(1)?, row.int(2)?);
    Ok((n_changed > 0).then_some(whose))
}

/// Takes a message back from `answered`; answers whose it is.
pub(super) fn unanswer(tx: &mut Tx<'_>, id: MessageId, at_ms: i64) -> Result<Option<CompanyId>> {
    tx.query_opt(
        "update message set state = 'sent', changed_at = $1 \
         where id = $2 and state = 'answered' returning company_id",
        &[at_ms.into(), id.0.into()],
    )?
    .map(|row| row.int(0).map(CompanyId))
    .transpose()
}

/// Removes what the platform signed of a message that is to be checked, and signed, anew.
pub(super) fn forget_signed(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from message_signed where message_id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}

/// Removes the findings of a message that is to be checked anew.
pub(super) fn forget_findings(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    tx.execute(
        "delete from message_finding where message_id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}
