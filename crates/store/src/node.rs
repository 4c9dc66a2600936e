//! Nodes (节点编号): which processes share a database, each under a number of its own.
//!
//! Ids carry the number of the process that made them ([`crate::id`]), so two processes with one
//! number would make the same ids. A process claims its number for [`LEASE_MS`] and renews the claim
//! each [`BEAT`]; the renewal is also the proof that a write works. A number is free when its claim has
//! run out, was made by a clock that has been set back since, or was made at the same *place*: a
//! folder whose lock only one living process can hold, so that a process that was killed can be
//! started again at once.
//!
//! A claim says with which key its process seals what it stores ([`crate::Vault`]), so that nobody forgets
//! that key while the process lives.

use crate::clock::SKEW_MS;
use crate::{Result, Tx, reseal};
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

/// Claims a number; answers who has it when it is not free.
pub fn claim(tx: &mut Tx<'_>, who: &Claimant, now_ms: i64) -> Result<Option<NumberHolder>> {
    reseal::note(tx)?;
    let number = i64::from(who.number);
    let until_ms = now_ms + LEASE_MS;
    let key = sealing_key(tx);
    // The conditions stand in the statement that changes the row: of two that come together one
    // waits for the other and then sees what it has written.
    let taken = tx.query_opt(
        "insert into node (number, owner, place, told, beat_at, until_ms, key_id) \
         values ($1, $2, $3, $4, $5, $6, $8) on conflict (number) do update set \
         owner = excluded.owner, place = excluded.place, told = excluded.told, \
         beat_at = excluded.beat_at, until_ms = excluded.until_ms, key_id = excluded.key_id \
         where node.owner = excluded.owner or node.until_ms <= $5 or node.until_ms > $7 \
         or (node.place = excluded.place and node.place <> '') returning number",
        &[
            number.into(),
            (&who.owner).into(),
            (&who.place).into(),
            (&who.process).into(),
            now_ms.into(),
            until_ms.into(),
            (until_ms + SKEW_MS).into(),
            (&key).into(),
        ],
    )?;
    if taken.is_some() {
        return Ok(None);
    }
    let found = tx.query_opt(
        "select told, beat_at from node where number = $1",
        &[number.into()],
    )?;
    found
        .map(|row| {
            Ok(NumberHolder {
                process: row.text(0)?,
                beat_at: row.int(1)?,
            })
        })
        .transpose()
}

/// Renews a claim, and says again with which key this process seals; answers whether it was still this process's.
pub fn beat(tx: &mut Tx<'_>, who: &Claimant, now_ms: i64) -> Result<bool> {
    reseal::note(tx)?;
    let key = sealing_key(tx);
    let n_changed = tx.execute(
        "update node set beat_at = $3, until_ms = $4, key_id = $5 where number = $1 and owner = $2",
        &[
            i64::from(who.number).into(),
            (&who.owner).into(),
            now_ms.into(),
            (now_ms + LEASE_MS).into(),
            (&key).into(),
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
/// that would take it for retired; the row of the number names none any more, for nobody seals under it.
pub fn release(tx: &mut Tx<'_>, who: &Claimant) -> Result<()> {
    reseal::note(tx)?;
    tx.execute(
        "update node set until_ms = 0, key_id = null where number = $1 and owner = $2",
        &[i64::from(who.number).into(), (&who.owner).into()],
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::{Claimant, LEASE_MS, beat, claim, release};
    use crate::Db;
    use crate::testing::TestEngine::{self, Postgres, Sqlite};
    use rstest::rstest;

    const NOW: i64 = 1_800_000_000_000;

    fn who(owner: &str, place: &str) -> Claimant {
        Claimant {
            number: 3,
            owner: owner.to_owned(),
            place: place.to_owned(),
            process: format!("process {owner}"),
        }
    }

    /// Whether a claim succeeds, or who has the number.
    async fn ask(db: &Db, who: &Claimant, now_ms: i64) -> String {
        let who = who.clone();
        let held = db.write(move |tx| claim(tx, &who, now_ms)).await.unwrap();
        held.map_or("ours".to_owned(), |holder| holder.process)
    }

    #[rstest]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_number_is_one_living_process(#[values(Sqlite, Postgres)] engine: TestEngine) {
        let test = &engine.database();
        let (first, second) = (who("a", "here"), who("b", "there"));
        assert_eq!(ask(&test.db, &first, NOW).await, "ours");
        assert_eq!(ask(&test.db, &second, NOW + 1).await, "process a");
        // It lives, and says so.
        let renewed = first.clone();
        let kept = test.db.write(move |tx| beat(tx, &renewed, NOW + 10_000));
        assert!(kept.await.unwrap());
        assert_eq!(ask(&test.db, &second, NOW + LEASE_MS).await, "process a");
        // It is gone.
        let later = NOW + 10_000 + LEASE_MS;
        assert_eq!(ask(&test.db, &second, later).await, "ours");
        let late = test.db.write(move |tx| beat(tx, &first, later));
        assert!(!late.await.unwrap(), "who was replaced hears of it");
        test.db.write(move |tx| release(tx, &second)).await.unwrap();
        // Who is gone seals with nothing.
        let key = test.db.read(|tx| {
            let row = tx.query_opt("select key_id from node where number = 3", &[])?;
            row.unwrap().text_opt(0)
        });
        assert_eq!(key.await.unwrap(), None);
        assert_eq!(ask(&test.db, &who("c", ""), later + 1).await, "ours");
    }

    #[rstest]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_was_killed_is_followed_at_once_at_the_same_place(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = &engine.database();
        assert_eq!(ask(&test.db, &who("a", "here"), NOW).await, "ours");
        assert_eq!(ask(&test.db, &who("b", "here"), NOW + 1).await, "ours");
        // Who has no place is followed by nobody before the claim has run out.
        assert_eq!(ask(&test.db, &who("c", ""), NOW + 2).await, "process b");
    }

    #[rstest]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_claim_from_the_future_is_not_believed(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = &engine.database();
        assert_eq!(ask(&test.db, &who("a", "here"), NOW).await, "ours");
        let earlier = NOW - 3_600_000;
        assert_eq!(ask(&test.db, &who("b", "there"), earlier).await, "ours");
    }
}
