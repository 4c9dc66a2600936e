//! Statements on `parked_receipt`.

use super::{First, Listed, NewParked, Parked, ParkedBody, ParkedCause, Under};
use std::collections::BTreeSet;
use store::pack::PackDictionary;
use store::unreadable::DAMAGED;
use store::{Many, Result, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// Inserts an answer under an id and a fingerprint; answers the id under which it waits from now on, or none
/// when it is there and waits; its body is written anew, for the stored one may be damaged. One that was dismissed
/// waits again when it comes once more, under its own id, dated by its first arrival: it answers nothing that was sent
/// since. The reason is the one for which it came back, unless nothing was declared then: two operators may match that
/// with what was declared later, after the loss of some days.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    (id, fingerprint): (i64, i64),
    (parked, receivers): (&NewParked<'_>, &str),
) -> Result<Option<i64>> {
    // A list must see how large an answer is before it opens it, so a large one is not packed.
    let vault = tx.vault();
    let body = match parked.body.len() <= LISTED_BYTES {
        true => vault.close(parked.body, PackDictionary::of(parked.kind))?,
        false => vault.close_whole(parked.body)?,
    };
    let waiting = tx.query_opt(
        "insert into parked_receipt (id, kind, document_key, reason, fingerprint, at_ms, \
         released_at, receivers, body, cause) values ($1, $2, $3, $4, $5, $6, null, $7, $8, $9) \
         on conflict (fingerprint) do update set released_at = null, body = excluded.body, \
         cause = case when parked_receipt.cause = 'undeclared' then 'undeclared' \
         else excluded.cause end, \
         reason = case when parked_receipt.cause = 'undeclared' then parked_receipt.reason \
         else excluded.reason end \
         where parked_receipt.released_at is not null returning id",
        &[
            id.into(),
            parked.kind.into(),
            (&parked.key).into(),
            (&parked.reason).into(),
            fingerprint.into(),
            parked.at_ms.into(),
            receivers.into(),
            Value::Bytes(&body),
            parked.cause.name().into(),
        ],
    )?;
    if waiting.is_none() {
        // What waits may be damaged by now; the same bytes have come once more.
        tx.execute(
            "update parked_receipt set body = $1 where fingerprint = $2",
            &[Value::Bytes(&body), fingerprint.into()],
        )?;
    }
    waiting.map(|row| row.int(0)).transpose()
}

/// Bytes of an answer that are opened to list what it says, as they are stored: 32 KiB. One answer has one or
/// two; what is larger could not be split, and says nothing in the list.
const LISTED_BYTES: usize = 32 << 10;
const LISTED_BYTES_MAX: i64 = LISTED_BYTES as i64;

/// The parked receipts that are still open.
fn open<'a>() -> ListRows<'a> {
    ListRows::those("from parked_receipt", "released_at is null")
}

/// How many parked receipts are open, as far as lists are counted.
pub(crate) fn total(tx: &mut Tx<'_>) -> Result<Total> {
    open().count(tx)
}

/// A page of the answers that wait for a person.
pub(crate) fn list(tx: &mut Tx<'_>, begin: &Begin<Age>, limit: i64) -> Result<Vec<Parked>> {
    let columns = format!(
        "id, kind, document_key, reason, at_ms, receivers, \
         case when length(body) <= {LISTED_BYTES_MAX} then body else null end"
    );
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let rows = open().page(tx, &columns, by, begin.after.as_ref(), limit)?;
    rows.iter()
        .map(|row| {
            let id = row.int(0)?;
            let at = ("parked_receipt", (id, 0));
            let body = match row.bytes_opt(6) {
                Ok(None) => Listed::Large,
                Ok(Some(sealed)) => tx
                    .try_bytes(Ok(sealed), at)?
                    .map_or(Listed::Damaged, Listed::Whole),
                damaged => tx
                    .try_raw(damaged, at)?
                    .flatten()
                    .map_or(Listed::Damaged, Listed::Whole),
            };
            let text = |column| {
                tx.try_raw(row.text(column), at)
                    .map(|text| text.unwrap_or_else(|| DAMAGED.to_owned()))
            };
            Ok(Parked {
                id,
                kind: text(1)?,
                document_key: text(2)?,
                reason: text(3)?,
                receivers: receivers(&text(5)?),
                at_ms: tx.try_raw(row.int(4), at)?.unwrap_or_default(),
                body,
            })
        })
        .collect()
}

/// What was parked under these keys and waits, or was dismissed.
pub(super) fn under(tx: &mut Tx<'_>, keys: &BTreeSet<&str>) -> Result<Vec<Under>> {
    const FIND: Many = Many {
        before: "select id, fingerprint, document_key, receivers, kind, at_ms, cause from parked_receipt \
                 where cause <> 'found' and document_key in (",
        row: "?",
        after: ") order by id",
    };
    let named = keys.iter().filter(|key| !key.is_empty());
    let rows: Vec<Vec<Value<'_>>> = named.map(|key| vec![(*key).into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| {
            Ok(Under {
                id: row.int(0)?,
                print: row.int(1)?,
                key: row.text(2)?,
                receivers: row.text(3)?,
                kind: row.text(4)?,
                first: First {
                    is_early: row.text(6)? == ParkedCause::Unsent.name(),
                    at_ms: row.int(5)?,
                },
            })
        })
        .collect()
}

/// What some parked answers say, by id; not of those that are damaged, or larger than one answer.
pub(super) fn bodies(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
    const READ: Many = Many {
        before: "select id, body from parked_receipt where length(body) <= $1 and id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let mut found = Vec::new();
    for row in tx.many(READ, &[LISTED_BYTES_MAX.into()], &rows)? {
        let id = row.int(0)?;
        if let Some(body) = tx.try_bytes(row.bytes(1), ("parked_receipt", (id, 0)))? {
            found.push((id, body));
        }
    }
    Ok(found)
}

/// Whether an answer still waits.
pub(crate) fn waits(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from parked_receipt where id = $1 and released_at is null",
        &[id.into()],
    )?;
    Ok(found.is_some())
}

/// An answer that still waits, with its address; none where it is damaged.
pub(crate) fn body(tx: &mut Tx<'_>, id: i64) -> Result<Option<ParkedBody>> {
    let found = tx.query_opt(
        "select body, receivers, at_ms, cause from parked_receipt where id = $1 and released_at is null",
        &[id.into()],
    )?;
    let Some(row) = found else { return Ok(None) };
    let body = tx.try_bytes(row.bytes(0), ("parked_receipt", (id, 0)))?;
    let at = ("parked_receipt", (id, 0));
    let Some(text) = tx.try_raw(row.text(1), at)? else {
        return Ok(None);
    };
    let receivers = receivers(&text);
    // Without its time or its cause it is taken for one that answers only what had been sent when it came.
    let at_ms = tx.try_raw(row.int(2), at)?.unwrap_or_default();
    let cause = tx.try_raw(row.text(3), at)?.unwrap_or_default();
    Ok(body.map(|body| ParkedBody {
        at_ms,
        is_of_later: cause == ParkedCause::Undeclared.name(),
        receivers,
        body,
    }))
}

fn receivers(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Notes that an answer has found its home: when it comes again it is one of those that have.
pub(crate) fn found(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "update parked_receipt set cause = $1 where id = $2",
        &[ParkedCause::Found.name().into(), id.into()],
    )?;
    close(tx, id, now_ms).map(|_| ())
}

/// Notes that an answer waits no more, as when it was dismissed. Answers whether it waited.
pub(crate) fn close(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_closed = tx.execute(
        "update parked_receipt set released_at = $1 where id = $2 and released_at is null",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_closed > 0)
}

/// Holds a parked answer until the transaction ends: of two that come together one waits for the other.
pub(crate) fn hold(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update parked_receipt set kind = kind where id = $1",
        &[id.into()],
    )
    .map(|_| ())
}
