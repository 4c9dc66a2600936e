//! Every statement on the table `login_attempt`.

use store::{Result, Row, Tx};

/// Whose attempts a row counts: the keyed hash of a name, what is guessed, and the network it comes from
/// (empty for all).
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'static str,
    pub(super) address: &'a str,
}

/// A row as it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) n_tried: i64,
    /// Until when these attempts count, milliseconds since 1970-01-01 UTC.
    pub(super) until_at: i64,
    /// When somebody last logged in from there; 0 for never.
    pub(super) passed_at: i64,
}

/// Counts one more attempt, if fewer than `n_max` count at present; answers the row then. A row that
/// reaches further than `until_ms` was written before a clock was corrected, and begins anew.
pub(super) fn reserve(
    tx: &mut Tx<'_>,
    key: Key<'_>,
    (now_ms, until_ms): (i64, i64),
    n_max: i64,
) -> Result<Option<Counted>> {
    tx.query_opt(
        "insert into login_attempt (name, kind, address, n_tried, until_at, passed_at) \
         values ($1, $2, $3, 1, $4, 0) on conflict (name, kind, address) do update set \
         n_tried = case when login_attempt.until_at <= $5 or login_attempt.until_at > $4 \
         then 1 else login_attempt.n_tried + 1 end, until_at = $4 \
         where login_attempt.until_at <= $5 or login_attempt.until_at > $4 \
         or login_attempt.n_tried < $6 returning n_tried, until_at, passed_at",
        &[
            key.name.into(),
            key.kind.into(),
            key.address.into(),
            until_ms.into(),
            now_ms.into(),
            n_max.into(),
        ],
    )?
    .as_ref()
    .map(counted)
    .transpose()
}

/// Gives an attempt back that was no failure.
pub(super) fn give_back(tx: &mut Tx<'_>, key: Key<'_>) -> Result<()> {
    tx.execute(
        "update login_attempt set n_tried = n_tried - 1 \
         where name = $1 and kind = $2 and address = $3 and n_tried > 0",
        &[key.name.into(), key.kind.into(), key.address.into()],
    )
    .map(|_| ())
}

/// The row of a key; an empty one when there is none.
pub(super) fn counted_of(tx: &mut Tx<'_>, key: Key<'_>) -> Result<Counted> {
    let row = tx.query_opt(
        "select n_tried, until_at, passed_at from login_attempt \
         where name = $1 and kind = $2 and address = $3",
        &[key.name.into(), key.kind.into(), key.address.into()],
    )?;
    row.as_ref().map_or(Ok(Counted::default()), counted)
}

/// The rows of a name that count at present.
pub(super) fn of_name(tx: &mut Tx<'_>, name: &str, now_ms: i64) -> Result<Vec<(String, Counted)>> {
    tx.query(
        "select n_tried, until_at, passed_at, address from login_attempt \
         where name = $1 and until_at > $2",
        &[name.into(), now_ms.into()],
    )?
    .iter()
    .map(|row| Ok((row.text(3)?, counted(row)?)))
    .collect()
}

/// Forgets the attempts of a row.
pub(super) fn clear(tx: &mut Tx<'_>, key: Key<'_>) -> Result<()> {
    tx.execute(
        "update login_attempt set n_tried = 0 where name = $1 and kind = $2 and address = $3",
        &[key.name.into(), key.kind.into(), key.address.into()],
    )
    .map(|_| ())
}

/// Forgets all attempts of a name; its addresses stay known.
pub(super) fn clear_all(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    tx.execute(
        "update login_attempt set n_tried = 0 where name = $1",
        &[name.into()],
    )
    .map(|_| ())
}

/// Notes that the person logged in from an address.
pub(super) fn note_passed(tx: &mut Tx<'_>, key: Key<'_>, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into login_attempt (name, kind, address, n_tried, until_at, passed_at) \
         values ($1, $2, $3, 0, $4, $4) on conflict (name, kind, address) do update set \
         n_tried = 0, passed_at = $4",
        &[
            key.name.into(),
            key.kind.into(),
            key.address.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes rows that do not count any more and whose address is not known any more, at most so many.
pub(super) fn clean(
    tx: &mut Tx<'_>,
    (now_ms, known_since_ms): (i64, i64),
    limit: i64,
) -> Result<u64> {
    tx.execute(
        "delete from login_attempt where until_at < $1 and passed_at < $2 and name in \
         (select name from login_attempt where until_at < $1 and passed_at < $2 \
         order by until_at limit $3)",
        &[now_ms.into(), known_since_ms.into(), limit.into()],
    )
}

fn counted(row: &Row) -> Result<Counted> {
    Ok(Counted {
        n_tried: row.int(0)?,
        until_at: row.int(1)?,
        passed_at: row.int(2)?,
    })
}
