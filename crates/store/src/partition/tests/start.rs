//! What a start does with tables that are in use, or that an earlier start has left half done.

use super::{NOW, all_of, all_rows, at, bare_postgres, filled_before, id_at, insert, open, states};
use super::{Postgres, TABLES, TestEngine, end_of_before, sql, with_steps};
use crate::partition::{self, Steps};
use crate::{Result, Tx, event, migrate};
use rstest::rstest;
use std::sync::mpsc;
use std::time::Duration;

const N_CHECKS: &str = "select count(*) from pg_constraint where conname like '%\\_until'";

/// As a start does.
pub(super) fn divide(steps: &mut impl Steps, now_ms: i64) -> Result<()> {
    partition::divide(steps, now_ms, event::AHEAD_MS)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_opened_while_somebody_reads_a_table_and_divided_when_he_has_ended(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    let (before, _) = filled_before(&config);
    let (began, has_begun) = mpsc::channel();
    let (end, ends) = mpsc::channel::<()>();
    let reading = config.clone();
    let reader = std::thread::spawn(move || {
        with_steps(&reading, move |steps| {
            // What holds a snapshot besides, as a dump does, has the index wait as well that is made for receipts.
            let read = |tx: &mut Tx<'_>| {
                tx.script("lock table match_fact in access share mode")?;
                let _ = began.send(());
                let _ = ends.recv_timeout(Duration::from_secs(120));
                Ok(())
            };
            steps.step(read)
        })
    });
    has_begun.recv().unwrap();
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before);
    for state in states(&db, NOW).await {
        assert_eq!(state.is_divided, state.table != "match_fact", "{state:?}");
    }
    end.send(()).unwrap();
    reader.join().unwrap().unwrap();
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before);
    for state in states(&db, NOW).await {
        assert!(state.is_divided, "{state:?}");
    }
    let n_checks = db.read(move |tx| tx.query(N_CHECKS, &[])?[0].int(0)).await;
    assert_eq!(n_checks.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_for_a_table_that_is_empty_by_now_refuses_nothing(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    with_steps(&config, |steps| {
        steps.step(migrate::apply).unwrap();
        for of in TABLES.iter().copied() {
            let old = end_of_before(of.length, at(NOW));
            steps.step(|tx| sql::promise_until(tx, of, old)).unwrap();
        }
        divide(steps, at(NOW))
    })
    .unwrap();
    let db = open(&config).await;
    let far = id_at("2040-01-01", 0);
    db.write(move |tx| insert(tx, far)).await.unwrap();
    for state in states(&db, NOW).await {
        assert_eq!((state.is_divided, state.n_stray), (true, 1), "{state:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_clock_that_is_months_ahead_are_of_the_first_partition(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    filled_before(&config);
    let ahead = id_at("2027-08-15", 0);
    let before = with_steps(&config, |steps| {
        steps.step(|tx| insert(tx, ahead)).unwrap();
        // As the server may be set up for the user of the database.
        let set = "set statement_timeout = 1000";
        steps.step(|tx| tx.script(set)).unwrap();
        let before = steps.step(all_rows).unwrap();
        divide(steps, at(NOW)).unwrap();
        before
    });
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before);
    for state in states(&db, NOW).await {
        assert_eq!((state.n_parts, state.n_stray), (1, 0), "{state:?}");
    }
}
