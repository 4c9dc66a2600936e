//! Numbers of processes, and the ids under them, on both engines.

use super::{Beat, Claimant, LEASE_MS, NumberClaimed, TakeOver, beat, claim, note_ids, release};
use crate::Db;
use crate::clock::{SharedClock, TestClock};
use crate::event::AHEAD_MS;
use crate::id::{IdMaker, IdSpan, RESERVED_MS, made_at_ms};
use crate::testing::TestEngine::{self, Postgres, Sqlite};
use rstest::rstest;
use std::time::Duration;

const NOW: i64 = 1_800_000_000_000;

const HOUR_MS: i64 = 3_600_000;

fn who(owner: &str, place: &str) -> Claimant {
    Claimant {
        number: 3,
        owner: owner.to_owned(),
        place: place.to_owned(),
        process: format!("process {owner}"),
    }
}

async fn claimed(db: &Db, who: &Claimant, now_ms: i64, take_over: TakeOver) -> NumberClaimed {
    let who = who.clone();
    db.write(move |tx| claim(tx, &who, now_ms, take_over))
        .await
        .unwrap()
}

/// Whether a claim succeeds, or who has the number.
async fn ask(db: &Db, who: &Claimant, now_ms: i64, take_over: TakeOver) -> String {
    match claimed(db, who, now_ms, take_over).await {
        NumberClaimed::Ours(_) => "ours".to_owned(),
        NumberClaimed::Held(holder) => holder.process,
    }
}

/// Renews a claim.
async fn renew(db: &Db, who: &Claimant, now_ms: i64) -> bool {
    let who = who.clone();
    let said = Beat {
        now_ms,
        ids_until_ms: now_ms,
        clock_ahead_ms: None,
    };
    db.write(move |tx| beat(tx, &who, said)).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_is_one_living_process(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (first, second) = (who("a", "here"), who("b", "there"));
    let silent = TakeOver::Silent(NOW);
    assert_eq!(ask(&test.db, &first, NOW, TakeOver::Nobody).await, "ours");
    let early = ask(&test.db, &second, NOW + 1, TakeOver::RunOut).await;
    assert_eq!(early, "process a");
    // It lives, and says so.
    assert!(renew(&test.db, &first, NOW + 10_000).await);
    for take_over in [TakeOver::RunOut, silent] {
        let asked = ask(&test.db, &second, NOW + LEASE_MS, take_over).await;
        assert_eq!(asked, "process a", "{take_over:?}");
    }
    // It is gone.
    let later = NOW + 10_000 + LEASE_MS;
    let silent = TakeOver::Silent(NOW + 10_000);
    assert_eq!(ask(&test.db, &second, later, silent).await, "ours");
    assert!(
        !renew(&test.db, &first, later).await,
        "who was replaced hears of it"
    );
    let gone = test.db.write(move |tx| release(tx, &second, None));
    gone.await.unwrap();
    // Who is gone seals with nothing.
    let key = test.db.read(|tx| {
        let row = tx.query_opt("select key_id from node where number = 3", &[])?;
        row.unwrap().text_opt(0)
    });
    assert_eq!(key.await.unwrap(), None);
    let third = ask(&test.db, &who("c", ""), later + 1, TakeOver::Nobody).await;
    assert_eq!(third, "ours", "what was given back is free");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_killed_is_followed_at_once_at_the_same_place(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    let ask =
        async |owner, place, now_ms| ask(db, &who(owner, place), now_ms, TakeOver::Nobody).await;
    assert_eq!(ask("a", "here", NOW).await, "ours");
    assert_eq!(ask("b", "here", NOW + 1).await, "ours");
    // Who has no place is followed by nobody who has not looked whether it lives.
    assert_eq!(ask("c", "", NOW + 2).await, "process b");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_clock_says_that_a_process_is_dead(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let db = &engine.database().db;
    assert_eq!(
        ask(db, &who("a", "here"), NOW, TakeOver::Nobody).await,
        "ours"
    );
    for by_ms in [-HOUR_MS, HOUR_MS] {
        let asked = ask(db, &who("b", "there"), NOW + by_ms, TakeOver::Nobody).await;
        assert_eq!(asked, "process a");
    }
    // Who was watched and has said nothing is dead, whatever the clocks say.
    let second = who("b", "there");
    let asked = ask(db, &second, NOW - HOUR_MS, TakeOver::Silent(NOW)).await;
    assert_eq!(asked, "ours");
}

/// A process at a moment, with the number 3: claims it, and makes ids as the claim says.
async fn start(
    db: &Db,
    owner: &str,
    now_ms: i64,
) -> (Claimant, std::sync::Arc<TestClock>, IdMaker) {
    let claimant = who(owner, "here");
    let NumberClaimed::Ours(span) = claimed(db, &claimant, now_ms, TakeOver::Nobody).await else {
        panic!("the number is free");
    };
    let clock = TestClock::at(now_ms);
    let shared: SharedClock = clock.clone();
    let ids = IdMaker::new(shared, 3);
    ids.begin(span);
    (claimant, clock, ids)
}

/// Renews a claim with what the maker wants on record.
async fn carry_on(db: &Db, claimant: &Claimant, now_ms: i64, ids: &IdMaker) {
    let said = Beat {
        now_ms,
        ids_until_ms: ids.next_record(),
        clock_ahead_ms: None,
    };
    let claimant = claimant.clone();
    assert!(db.write(move |tx| beat(tx, &claimant, said)).await.unwrap());
    ids.keep_below(said.ids_until_ms);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_process_ran_an_hour_ahead_no_id_comes_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    let mut last = 0;
    // Killed each time, so that only the record can say what was made; no table has a trace of the ids.
    for (n, at_ms) in [NOW + HOUR_MS, NOW, NOW + 50, NOW + 60]
        .into_iter()
        .enumerate()
    {
        let (_, clock, ids) = start(db, &n.to_string(), at_ms).await;
        let first = ids.next();
        assert!(first > last, "start {n}");
        clock.advance(Duration::from_secs(3));
        last = ids.next();
    }
    let (claimant, _, ids) = start(db, "orderly", NOW + 70).await;
    last = ids.next().max(last);
    // Who ends in order leaves no hole in front of the next.
    let until_ms = ids.last_record();
    let gone = db.write(move |tx| release(tx, &claimant, Some(until_ms)));
    gone.await.unwrap();
    let (_, _, ids) = start(db, "next", NOW + 80).await;
    let next = ids.next();
    assert!(next > last && made_at_ms(next) - made_at_ms(last) < 100);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_leaps_while_a_process_runs_leads_no_id_beyond_the_record(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    let (claimant, clock, ids) = start(db, "a", NOW).await;
    clock.advance(Duration::from_secs(3600));
    let leapt = ids.next();
    assert!(made_at_ms(leapt) <= NOW + RESERVED_MS);
    // Killed before the next beat.
    let (_, _, following) = start(db, "b", NOW + 1).await;
    let follows = following.next();
    assert!(follows > leapt);
    // Who lives on is on record with the new time at its next beat, and makes ids of that time.
    let (again, clock_again, ids_again) = start(db, "c", NOW + 2).await;
    clock_again.advance(Duration::from_secs(3600));
    carry_on(db, &again, NOW + HOUR_MS, &ids_again).await;
    assert!(made_at_ms(ids_again.next()) >= NOW + HOUR_MS);
    drop(claimant);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_another_node_lead_no_id_beyond_the_record(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    let (_, _, ids) = start(db, "a", NOW).await;
    let ids = std::sync::Arc::new(ids);
    ids.begin_after(crate::id::first_at_ms(NOW + HOUR_MS));
    let noted = std::sync::Arc::clone(&ids);
    db.write(move |tx| note_ids(tx, &noted)).await.unwrap();
    let last = ids.next();
    let (_, _, following) = start(db, "b", NOW + 1).await;
    assert!(following.next() > last);
}

/// What is on record for the number 3.
async fn record(db: &Db) -> i64 {
    let read = db.read(|tx| {
        let row = tx.query_opt("select ids_ms from node where number = 3", &[])?;
        row.unwrap().int(0)
    });
    read.await.unwrap()
}

/// Another node's clock is ten seconds ahead, and its ids lead this one's in every batch.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_node_leads_the_row_of_the_number_is_written_once_and_then_by_beats_alone(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    const LEAD_MS: i64 = 10_000;
    let db = &engine.database().db;
    let (claimant, clock, ids) = start(db, "a", NOW).await;
    let ids = std::sync::Arc::new(ids);
    let mut records = std::collections::BTreeSet::new();
    for second in 0..20 {
        let now_ms = NOW + second * 1_000;
        if second % 5 == 0 && second > 0 {
            carry_on(db, &claimant, now_ms, &ids).await;
            records.clear();
        }
        for n in 0..10 {
            ids.begin_after(crate::id::first_at_ms(now_ms + LEAD_MS + n));
            let noted = std::sync::Arc::clone(&ids);
            db.write(move |tx| note_ids(tx, &noted)).await.unwrap();
            let until_ms = record(db).await;
            assert!(made_at_ms(ids.next()) < until_ms);
            records.insert(until_ms);
            assert_eq!(records.len(), 1, "written again in second {second}");
        }
        clock.advance(Duration::from_secs(1));
    }
}

/// Starts that fail behind the claim, a hundred in a second.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_without_having_made_an_id_leaves_the_record_as_it_was(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    let (claimant, _, ids) = start(db, "first", NOW).await;
    let last = ids.next();
    let until_ms = ids.last_record();
    let gone = db.write(move |tx| release(tx, &claimant, Some(until_ms)));
    gone.await.unwrap();
    for n in 0..100 {
        let (claimant, _, ids) = start(db, &n.to_string(), NOW + 10 * n).await;
        let until_ms = ids.last_record();
        let gone = db.write(move |tx| release(tx, &claimant, Some(until_ms)));
        gone.await.unwrap();
    }
    assert_eq!(record(db).await, until_ms);
    let (_, _, ids) = start(db, "next", NOW + 1_000).await;
    assert!(ids.next() > last);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_years_ahead_spoils_no_ids(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let db = &engine.database().db;
    start(db, "years", NOW + 2 * AHEAD_MS).await;
    for owner in ["a", "b"] {
        let (_, _, ids) = start(db, owner, NOW).await;
        assert!(made_at_ms(ids.next()) < NOW + HOUR_MS);
    }
}

#[test]
fn a_process_that_is_started_again_and_again_stays_near_the_clock() {
    let mut until_ms = 0;
    for n in 0..100 {
        until_ms = IdSpan::after(until_ms, NOW + n * 2_000).until_ms;
    }
    assert!(until_ms < NOW + 100 * 2_000 + 2 * RESERVED_MS);
}
