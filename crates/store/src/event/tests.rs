//! Who follows facts misses none and sees none twice.

use super::{Event, EventPlace, append, behind, cursor, newest_place};
use crate::testing::TestEngine::{self, Postgres, Sqlite};
use crate::{Db, Error, Result};
use rstest::rstest;
use std::sync::mpsc;

fn fact(id: i64) -> Event {
    Event {
        id,
        at_ms: id,
        kind: "test.done".to_owned(),
        company_id: None,
        subject_id: 7,
        detail: String::new(),
    }
}

async fn write(db: &Db, ids: &[i64]) {
    let facts: Vec<Event> = ids.iter().copied().map(fact).collect();
    let written = db.write(move |tx| append(tx, &facts));
    written.await.unwrap();
}

/// The ids of `n` facts behind a place, when they may be read: transactions of other tests on the server, begun before, may
/// still be open.
async fn next_ids(db: &Db, after: EventPlace, n: usize) -> (Vec<i64>, EventPlace) {
    let (mut ids, mut place) = (Vec::new(), after);
    while ids.len() < n {
        let (more, to) = ids_behind(db, place).await;
        ids.extend(more);
        place = to;
        tokio::task::yield_now().await;
    }
    (ids, place)
}

async fn ids_behind(db: &Db, after: EventPlace) -> (Vec<i64>, EventPlace) {
    let found = db.read(move |tx| behind(tx, after, 100)).await.unwrap();
    let last = found.last().map_or(after, |(place, _)| *place);
    (found.into_iter().map(|(_, event)| event.id).collect(), last)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_smaller_id_that_is_committed_later_stands_behind(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let db = test.db.clone();
    write(&db, &[20, 30]).await;
    let (first, place) = next_ids(&db, EventPlace::default(), 2).await;
    write(&db, &[10]).await;
    let (later, end) = next_ids(&db, place, 1).await;
    assert_eq!((first, later), (vec![20, 30], vec![10]));
    assert_eq!(ids_behind(&db, end).await.0, [0; 0]);
    assert_eq!(db.read(newest_place).await.unwrap(), end);
}

/// Without the horizon the second reader would have passed the transaction that is still open, and never seen its fact.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_passes_a_transaction_that_is_still_open(#[values(Postgres)] engine: TestEngine) {
    let test = engine.database();
    let db = test.db.clone();
    let (begun, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let slow = db.clone();
    let slow = tokio::spawn(async move {
        let write = slow.write(move |tx| -> Result<()> {
            append(tx, &[fact(1)])?;
            let _ = begun.send(());
            let _ = may_end.recv();
            Ok(())
        });
        write.await.unwrap();
    });
    tokio::task::spawn_blocking(move || has_begun.recv())
        .await
        .unwrap()
        .unwrap();
    write(&db, &[2]).await;
    let (ids, place) = ids_behind(&db, EventPlace::default()).await;
    assert_eq!(ids, [0; 0]);
    end.send(()).unwrap();
    slow.await.unwrap();
    let (ids, _) = next_ids(&db, place, 2).await;
    assert_eq!(ids, [1, 2]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_counts_once_and_what_is_derived_from_it_twice_is_undone(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    const READER: &str = "exchange.counts";
    let test = engine.database();
    let db = test.db.clone();
    write(&db, &[1, 2, 3]).await;
    let mut batch = db.read(|tx| cursor::next(tx, READER, 2)).await.unwrap();
    while batch.events.len() < 2 {
        batch = db.read(|tx| cursor::next(tx, READER, 2)).await.unwrap();
    }
    assert!(batch.goes_on && batch.events.len() == 2, "{batch:?}");
    let read_all = |tx: &mut crate::Tx<'_>| cursor::has_read_all(tx, READER);
    let passes = move |tx: &mut crate::Tx<'_>| {
        append(tx, &[fact(99)])?;
        batch.passed(tx, 5)
    };
    db.write(passes.clone()).await.unwrap();
    assert!(!db.read(read_all).await.unwrap());
    let again = db.write(passes).await;
    assert!(matches!(again, Err(Error::Fault(_))), "{again:?}");
    let mut seen = Vec::new();
    while !db.read(read_all).await.unwrap() {
        let batch = db.read(|tx| cursor::next(tx, READER, 9)).await.unwrap();
        seen.extend(batch.events.iter().map(|event| event.id));
        db.write(move |tx| batch.passed(tx, 6)).await.unwrap();
    }
    assert_eq!(seen, [3, 99]);
    assert_eq!(
        db.read(cursor::lags).await.unwrap()[0].unread_since_ms,
        None
    );
}

/// What a dump of the database is restored into counts its transactions from the beginning.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_after_a_restore_stand_behind_those_before(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let db = test.db.clone();
    let ahead = "insert into event (place, id, at_ms, kind, company_id, subject_id, detail) \
                 values (999999999999, 5, 5, 'test.done', null, 7, '')";
    db.write(|tx| tx.execute(ahead, &[])).await.unwrap();
    let config = test.config.clone();
    let again = tokio::task::spawn_blocking(move || Db::open(&config));
    let db = again.await.unwrap().unwrap();
    write(&db, &[6]).await;
    let before = EventPlace {
        number: 999_999_999_999,
        id: 5,
    };
    let (found, _) = next_ids(&db, before, 1).await;
    assert_eq!(found, [6]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_since_a_moment_are_counted_by_kind(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let db = test.db.clone();
    for id in 1..=50 {
        write(&db, &[id]).await;
    }
    for (since, n) in [(1, 50), (41, 10), (50, 1)] {
        let counts = db.read(move |tx| super::counts_since(tx, since)).await;
        assert_eq!(counts.unwrap(), [("test.done".to_owned(), n)]);
    }
    let none = db.read(|tx| super::counts_since(tx, 51)).await.unwrap();
    assert_eq!(none, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_of_a_clock_that_is_a_year_behind_is_found_by_its_subject(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let day_ms = 24 * 3_600_000;
    let made_ms = crate::id::made_at_ms(1 << 58);
    let subject = crate::id::first_at_ms(made_ms);
    let about = |id: i64| Event {
        subject_id: subject,
        ..fact(id)
    };
    let early = crate::id::first_at_ms(made_ms - 366 * day_ms);
    let facts = [about(early), about(subject + 128)];
    let written = test.db.write(move |tx| append(tx, &facts));
    written.await.unwrap();
    let read = test.db.read(move |tx| -> Result<_> {
        let found = super::of_subject(tx, subject, 9)?;
        let first = super::moments(tx, "test.done", &[subject, 7])?;
        Ok((
            found.len(),
            first,
            super::last_moments(tx, "test.done", &[subject])?,
        ))
    });
    let (n, first, last) = read.await.unwrap();
    assert_eq!(
        (n, first[&subject], last[&subject]),
        (2, early, subject + 128)
    );
}
