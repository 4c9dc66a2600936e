//! Nodes (节点编号): which processes share a database, each under a number of its own.
//!
//! Ids carry the number of the process that made them ([`crate::id`]), so two processes with one
//! number would make the same ids. A process claims its number for [`LEASE_MS`] and renews the claim
//! each [`BEAT`]; the renewal is also the proof that a write works. A number is free when it was given back, or was claimed at the
//! same *place*: a folder whose lock only one living process can hold, so that a process that was killed can be started again at
//! once. Otherwise no clock says whether its process lives, for that of either may be wrong: who wants the number looks for as long
//! as a claim holds whether it is renewed ([`TakeOver`]).
//!
//! The row says also up to which moment the number may have made ids ([`crate::id::IdSpan`]).
//!
//! A claim says with which key its process seals what it stores ([`crate::Vault`]), so that nobody forgets
//! that key while the process lives.

use crate::clock::{SKEW_MS, SharedClock};
use crate::id::{self, IdMaker, IdSpan};
use crate::{Error, Result, Tx, event, reseal};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a claim holds without renewal, in milliseconds.
pub const LEASE_MS: i64 = 15_000;

/// How often a claim is renewed.
pub const BEAT: Duration = Duration::from_secs(5);

/// Who claims a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    /// The number, 0 to 63.
    pub number: u8,
    /// This start of this process and no other.
    pub owner: String,
    /// The place whose lock the process holds; empty for none.
    pub place: String,
    /// Host and process, for people.
    pub process: String,
}

/// A living process that has the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberHolder {
    /// Host and process, for people.
    pub process: String,
    /// When it last said that it lives, milliseconds since 1970-01-01 UTC.
    pub beat_at: i64,
}

/// From whom a number may be taken beside those who have given it back or claimed it at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// From nobody.
    Nobody,
    /// From one whose claim has run out by our clock.
    RunOut,
    /// From one that has not renewed its claim since this beat, in milliseconds since 1970-01-01 UTC: it was watched for long enough.
    Silent(i64),
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberClaimed {
    /// The number is ours; these are the ids that may be made under it.
    Ours(IdSpan),
    /// Another process has it, or may have it.
    Held(NumberHolder),
}

/// What a process says when it renews its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// When, by its own clock, in milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// Up to which moment it may make ids ([`IdMaker::next_record`]).
    pub ids_until_ms: i64,
    /// By how much its clock is ahead of the database server's, as far as it knows, in milliseconds.
    pub clock_ahead_ms: Option<i64>,
}

/// Claims a number; answers who has it when it is not free.
pub fn claim(
    tx: &mut Tx<'_>,
    who: &Claimant,
    now_ms: i64,
    take_over: TakeOver,
) -> Result<NumberClaimed> {
    reseal::note(tx)?;
    let number = i64::from(who.number);
    let until_ms = now_ms + LEASE_MS;
    let key = sealing_key(tx);
    let (run_out_ms, silent_since) = match take_over {
        TakeOver::Nobody => (0, -1),
        TakeOver::RunOut => (now_ms, -1),
        TakeOver::Silent(beat_at) => (0, beat_at),
    };
    // The conditions stand in the statement that changes the row: of two that come together one
    // waits for the other and then sees what it has written.
    let taken = tx.query_opt(
        "insert into node (number, owner, place, told, beat_at, until_ms, key_id) \
         values ($1, $2, $3, $4, $5, $6, $9) on conflict (number) do update set \
         owner = excluded.owner, place = excluded.place, told = excluded.told, \
         beat_at = excluded.beat_at, until_ms = excluded.until_ms, key_id = excluded.key_id \
         where node.owner = excluded.owner or node.until_ms <= $7 or node.beat_at = $8 \
         or (node.place = excluded.place and node.place <> '') returning number",
        &[
            number.into(),
            (&who.owner).into(),
            (&who.place).into(),
            (&who.process).into(),
            now_ms.into(),
            until_ms.into(),
            run_out_ms.into(),
            silent_since.into(),
            (&key).into(),
        ],
    )?;
    if taken.is_some() {
        return begin_ids(tx, number, now_ms).map(NumberClaimed::Ours);
    }
    let found = tx.query_opt(
        "select told, beat_at from node where number = $1",
        &[number.into()],
    )?;
    let row = found.ok_or_else(|| Error::Fault("a number that was not free is gone".to_owned()))?;
    Ok(NumberClaimed::Held(NumberHolder {
        process: row.text(0)?,
        beat_at: row.int(1)?,
    }))
}

/// What may be made under a number that is ours now; puts it on record. Whatever is later than ids may be ahead of the clock is
/// damaged, or of a clock that was years ahead: ids that follow it would be nobody's.
fn begin_ids(tx: &mut Tx<'_>, number: i64, now_ms: i64) -> Result<IdSpan> {
    // The row is ours until this transaction ends, so that nobody carries the record on meanwhile.
    let row = tx.query_opt(
        "select ids_ms from node where number = $1",
        &[number.into()],
    )?;
    let on_record_ms = row.map_or(Ok(None), |row| row.int_opt(0))?.unwrap_or(0);
    let limit_ms = now_ms.saturating_add(event::AHEAD_MS);
    let newest_ms = id::made_at_ms(event::newest(tx, limit_ms)?);
    let after_ms = match on_record_ms <= limit_ms {
        true => on_record_ms.max(newest_ms),
        false => newest_ms,
    };
    let span = IdSpan::after(after_ms, now_ms);
    tx.execute(
        "update node set ids_ms = $2, clock_ahead_ms = null where number = $1",
        &[number.into(), span.until_ms.into()],
    )?;
    Ok(span)
}

/// Puts on record at once that ids of other nodes have led this one's ahead of its record: in the transaction that writes the ids.
/// The row is the node's heartbeat, too, and all its writers come by: it is left alone where it covers the ids already, and else
/// gets room for some seconds, until the next beat.
pub fn note_ids(tx: &mut Tx<'_>, ids: &IdMaker) -> Result<()> {
    let Some(overdue) = ids.overdue() else {
        return Ok(());
    };
    tx.execute(
        "update node set ids_ms = $2 where number = $1 and (ids_ms is null or ids_ms < $3)",
        &[
            overdue.node.into(),
            overdue.until_ms.into(),
            overdue.least_ms.into(),
        ],
    )
    .map(|_| ())
}

/// By how much this process's clock is ahead of the database server's, in milliseconds; less than 0 when it is behind. What the way
/// there and back takes does not count. An embedded database has no clock of its own: there the newest fact says whether the clock
/// was set back since.
pub fn clock_ahead(tx: &mut Tx<'_>, clock: &SharedClock) -> Result<i64> {
    if tx.is_sqlite() {
        let newest_ms = event::newest_at(tx)?.unwrap_or(0);
        return Ok(clock.now_ms().saturating_sub(newest_ms).min(0));
    }
    let before_ms = clock.now_ms();
    let server = tx.query_opt(
        "select (extract(epoch from clock_timestamp()) * 1000)::bigint",
        &[],
    )?;
    let after_ms = clock.now_ms();
    let server_ms = server.map_or(Ok(before_ms), |row| row.int(0))?;
    let nearest_ms = server_ms.clamp(before_ms.min(after_ms), after_ms);
    Ok(nearest_ms.saturating_sub(server_ms))
}

/// A living process (节点), as its claim says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivingNode {
    /// The number, 0 to 63.
    pub number: i64,
    /// Host and process, for people.
    pub process: String,
    /// By how much its clock is ahead of the database server's, as it has measured, in milliseconds.
    pub clock_ahead_ms: Option<i64>,
}

/// The processes whose claims have neither been given back nor run out, by number; what their clocks are wrong by is taken
/// into account. `now_ms` is the database server's time, in milliseconds since 1970-01-01 UTC.
pub fn living(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<LivingNode>> {
    let rows = tx.query(
        "select number, told, clock_ahead_ms from node \
         where until_ms > 0 and until_ms - coalesce(clock_ahead_ms, 0) > $1 order by number",
        &[now_ms.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(LivingNode {
                number: row.int(0)?,
                process: row.text(1)?,
                clock_ahead_ms: row.int_opt(2)?,
            })
        })
        .collect()
}

/// Renews a claim, and says again with which key this process seals; answers whether it was still this process's.
pub fn beat(tx: &mut Tx<'_>, who: &Claimant, beat: Beat) -> Result<bool> {
    reseal::note(tx)?;
    let key = sealing_key(tx);
    let n_changed = tx.execute(
        "update node set beat_at = $3, until_ms = $4, key_id = $5, clock_ahead_ms = $7, \
         ids_ms = case when ids_ms > $6 then ids_ms else $6 end where number = $1 and owner = $2",
        &[
            i64::from(who.number).into(),
            (&who.owner).into(),
            beat.now_ms.into(),
            (beat.now_ms + LEASE_MS).into(),
            (&key).into(),
            beat.ids_until_ms.into(),
            beat.clock_ahead_ms.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// The key with which this process seals; empty for none.
fn sealing_key(tx: &Tx<'_>) -> String {
    tx.vault().first_key().unwrap_or_default().to_owned()
}

/// The keys with which living processes seal. One that does not say, of the release before, may seal with
/// any: it is answered as `None`.
pub fn keys_in_use(tx: &mut Tx<'_>, now_ms: i64) -> Result<BTreeSet<Option<String>>> {
    let rows = tx.query(
        "select key_id from node where until_ms > $1",
        &[(now_ms - SKEW_MS).into()],
    )?;
    rows.iter().map(|row| row.text_opt(0)).collect()
}

/// Gives a number back. The key with which this process has sealed goes on record once more, and disturbs a walk
/// that would take it for retired; the row of the number names none any more, for nobody seals under it. `ids_until_ms` says up to
/// which moment ids were made ([`IdMaker::last_record`]); what was only reserved stands free again. A process that has made none
/// leaves the record as it is.
pub fn release(tx: &mut Tx<'_>, who: &Claimant, ids_until_ms: Option<i64>) -> Result<()> {
    reseal::note(tx)?;
    tx.execute(
        "update node set until_ms = 0, key_id = null, ids_ms = coalesce($3, ids_ms) \
         where number = $1 and owner = $2",
        &[
            i64::from(who.number).into(),
            (&who.owner).into(),
            ids_until_ms.into(),
        ],
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests;
