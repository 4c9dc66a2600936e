//! What both engines must do alike.

use crate::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};
use crate::{Db, Error, Many, Result, StoreConfig, Tx, Value, event, testing};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const PUT: Many = Many {
    before: "insert into queue_item (id, queue, lease_until, n_taken) values ",
    row: "(?, ?, 0, 0)",
    after: " on conflict (id) do nothing returning id",
};

fn put(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<i64>> {
    let rows: Vec<Vec<Value<'_>>> = ids
        .iter()
        .map(|id| vec![(*id).into(), "q".into()])
        .collect();
    tx.many(PUT, &[], &rows)?
        .iter()
        .map(|row| row.int(0))
        .collect()
}

async fn count(db: &Db) -> i64 {
    db.read(|tx| tx.query("select count(*) from queue_item", &[])?[0].int(0))
        .await
        .unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_written_once_and_conflicts_are_left_out(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, .. } = &engine.database();
    let ids: Vec<i64> = (1..=100).collect();
    let first = db.write(move |tx| put(tx, &ids)).await.unwrap();
    assert_eq!(first.len(), 100, "{}", db.engine_name());
    let again = db.write(|tx| put(tx, &[99, 100, 101])).await.unwrap();
    assert_eq!(again, vec![101], "{}", db.engine_name());
    assert_eq!(count(db).await, 101);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_closure_keeps_nothing_and_harms_no_neighbour(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, .. } = &engine.database();
    let good = db.write(|tx| put(tx, &[1]));
    let bad = db.write(|tx| {
        put(tx, &[2])?;
        Err::<(), _>(Error::Fault("no".to_owned()))
    });
    let panics = db.write(|tx| -> Result<()> {
        put(tx, &[3])?;
        panic!("a bug")
    });
    let wrong = db.write(|tx| tx.execute("select nonsense from nowhere", &[]));
    let (good, bad, panics, wrong) = tokio::join!(good, bad, panics, wrong);
    assert_eq!(good.unwrap(), vec![1]);
    assert_eq!(bad.unwrap_err(), Error::Fault("no".to_owned()));
    assert!(matches!(panics.unwrap_err(), Error::Fault(_)));
    assert!(matches!(wrong.unwrap_err(), Error::Fault(_)));
    assert_eq!(count(db).await, 1, "{}", db.engine_name());
}

/// As [`put`], and a row that is there already is an error.
fn put_new(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    let rows: Vec<Vec<Value<'_>>> = ids
        .iter()
        .map(|id| vec![(*id).into(), "q".into()])
        .collect();
    tx.many(Many { after: "", ..PUT }, &[], &rows).map(|_| ())
}

/// Transactions that wait for the same commit: where one fails halfway through a list, and when it passes over that, too,
/// the others are kept whole.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_share_a_commit_only_the_failed_one_is_undone(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(false, true)] passes_over: bool,
) {
    let TestDb { db, .. } = &engine.database();
    db.write(|tx| put(tx, &[1])).await.unwrap();
    let (go, wait) = crossbeam_channel::bounded::<()>(0);
    // The writer is held up until all the others wait for it.
    let holds_up = db.write(move |_| {
        let _ = wait.recv();
        Ok::<_, Error>(())
    });
    let first = db.write(|tx| put(tx, &[10, 11]));
    let failed = db.write(move |tx| match put_new(tx, &[20, 21, 1, 22]) {
        Err(_) if passes_over => Ok(()),
        outcome => outcome,
    });
    let last = db.write(|tx| put(tx, &[40]));
    let all = async { tokio::join!(first, failed, last) };
    let release = async {
        tokio::task::yield_now().await;
        drop(go);
    };
    let (held_up, (first, failed, last), ()) = tokio::join!(holds_up, all, release);
    held_up.unwrap();
    assert_eq!(first.unwrap(), vec![10, 11]);
    assert_eq!(last.unwrap(), vec![40]);
    assert!(matches!(failed, Err(Error::Constraint(_))), "{failed:?}");
    let kept = db.read(|tx| tx.query("select id from queue_item order by id", &[]));
    let kept = kept.await.unwrap();
    let kept: Vec<i64> = kept.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(kept, [1, 10, 11, 40], "{}", db.engine_name());
}

/// What a module may answer.
#[derive(Debug, PartialEq, thiserror::Error)]
enum Answer {
    #[error("refused")]
    Refused,
    #[error(transparent)]
    Store(#[from] Error),
}

impl crate::TxFailure for Answer {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Refused => None,
            Self::Store(error) => Some(error),
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_undoes_all_and_is_not_tried_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, .. } = &engine.database();
    let n_runs = Arc::new(AtomicU32::new(0));
    let runs = Arc::clone(&n_runs);
    let refused = db
        .write(move |tx| -> Result<(), Answer> {
            runs.fetch_add(1, Ordering::Relaxed);
            put(tx, &[1, 2])?;
            Err(Answer::Refused)
        })
        .await;
    assert_eq!(refused, Err(Answer::Refused), "{}", db.engine_name());
    assert_eq!(n_runs.load(Ordering::Relaxed), 1, "{}", db.engine_name());
    assert_eq!(count(db).await, 0, "{}", db.engine_name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_transaction_is_tried_again_whatever_it_is_wrapped_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, .. } = &engine.database();
    let mut n_runs = 0;
    let outcome = db
        .write(move |tx| -> Result<i64, Answer> {
            n_runs += 1;
            put(tx, &[n_runs])?;
            match n_runs {
                1 => Err(Error::Conflict("lost".to_owned()).into()),
                _ => Ok(n_runs),
            }
        })
        .await;
    // SQLite has one writer, where nothing is lost against another.
    match db.engine_name() {
        "PostgreSQL" => assert_eq!(outcome, Ok(2)),
        _ => assert!(matches!(outcome, Err(Answer::Store(Error::Conflict(_))))),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_lose_nothing(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let db = Arc::new(test.db.clone());
    let writers: Vec<_> = (0..200_i64)
        .map(|n| {
            let db = Arc::clone(&db);
            tokio::spawn(async move { db.write(move |tx| put(tx, &[n, n + 1000])).await })
        })
        .collect();
    for writer in writers {
        assert_eq!(writer.await.unwrap().unwrap().len(), 2);
    }
    assert_eq!(count(&db).await, 400, "{}", db.engine_name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_come_back_as_they_went_in(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let TestDb { db, .. } = &engine.database();
    db.write(|tx| {
        tx.execute(
            "insert into company (id, credit_code, customs_code, name, dxp_id, roles, profile, \
             weight, suspended, created_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
            &[
                i64::MAX.into(),
                "c".into(),
                "u".into(),
                "通关😀'\"".into(),
                "d".into(),
                "".into(),
                "strict".into(),
                (-1).into(),
                true.into(),
                0.into(),
            ],
        )?;
        event::append(
            tx,
            &[event::Event {
                id: 1,
                at_ms: 2,
                kind: "company.added".to_owned(),
                company_id: None,
                subject_id: 7,
                detail: String::new(),
            }],
        )
    })
    .await
    .unwrap();
    let row = db
        .read(|tx| {
            tx.query_opt(
                "select id, name, weight, suspended from company where suspended",
                &[],
            )
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.int(0).unwrap(), i64::MAX);
    assert_eq!(row.text(1).unwrap(), "通关😀'\"");
    assert_eq!(row.int(2).unwrap(), -1);
    assert!(row.bool(3).unwrap());
    assert!(row.int(1).is_err());
    assert!(row.text(9).is_err());
    let events = db.read(|tx| event::of_subject(tx, 7, 10)).await.unwrap();
    assert_eq!(events[0].company_id, None);
    let twice = db
        .write(|tx| tx.execute("insert into event select * from event", &[]))
        .await;
    assert!(
        matches!(twice, Err(Error::Constraint(_))),
        "{}",
        db.engine_name()
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn placeholders_count_by_their_number_not_by_their_place(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, .. } = &engine.database();
    let sql = "select cast($2 as text), cast($1 as text), cast($2 as text)";
    let row = db
        .read(move |tx| tx.query_opt(sql, &["one".into(), "two".into()]))
        .await;
    let row = row.unwrap().unwrap();
    let texts = [
        row.text(0).unwrap(),
        row.text(1).unwrap(),
        row.text(2).unwrap(),
    ];
    assert_eq!(texts, ["two", "one", "two"], "{}", db.engine_name());
}

/// The order of a list does not depend on the language of a server.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lists_are_sorted_by_is_compared_by_its_bytes(#[values(Postgres)] engine: TestEngine) {
    let test = engine.database();
    let read = |tx: &mut Tx<'_>| {
        let sql = "select table_name || '.' || column_name from information_schema.columns \
                   where collation_name = 'C' order by 1";
        let rows = tx.query(sql, &[])?;
        rows.iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()
    };
    let columns = test.db.read(read).await.unwrap();
    let expected = [
        "account.login_folded",
        "company.credit_code",
        "company.customs_code",
    ];
    for column in expected {
        assert!(columns.iter().any(|one| one == column), "{columns:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_sqlite_disk_is_said_and_nothing_is_kept() {
    let TestDb { config, .. } = testing::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let small = StoreConfig {
        url: format!("sqlite:{}/small.db", folder.path().display()),
        // The empty tables alone take more than one.
        sqlite_mib_max: 2,
        ..config
    };
    let db = Db::open(&small).unwrap();
    let mut n_kept = 0;
    let refusal = loop {
        let outcome = db
            .write(move |tx| {
                let body = vec![7_u8; 50_000];
                tx.execute(
                    "insert into queue_body (id, body) values ($1, $2)",
                    &[i64::from(n_kept).into(), body.as_slice().into()],
                )
            })
            .await;
        match outcome {
            Ok(_) => n_kept += 1,
            Err(error) => break error,
        }
    };
    assert!(refusal.is_unavailable(), "{refusal}");
    let found = db
        .read(|tx| tx.query("select count(*) from queue_body", &[])?[0].int(0))
        .await;
    assert_eq!(found.unwrap(), i64::from(n_kept));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_of_another_process_is_said() {
    let test = testing::sqlite();
    let config = StoreConfig {
        sqlite_busy_ms: 50,
        ..test.config.clone()
    };
    let db = Db::open(&config).unwrap();
    let path = config.url.strip_prefix("sqlite:").unwrap().to_owned();
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let refusal = db.write(|tx| put(tx, &[1])).await.unwrap_err();
    assert!(refusal.is_unavailable(), "{refusal}");
    other.execute_batch("rollback").unwrap();
    assert_eq!(db.write(|tx| put(tx, &[1])).await.unwrap(), vec![1]);
}

/// Writes about so many MiB, in transactions of a quarter of one.
async fn write_mib(db: &Db, n_mib: i64) {
    for _ in 0..n_mib * 4 {
        let body = vec![7; 256 << 10];
        let write = db.write(move |tx| {
            let id = tx.query("select count(*) from queue_body", &[])?[0].int(0)?;
            tx.execute(
                "insert into queue_body (id, body) values ($1, $2)",
                &[id.into(), Value::Bytes(&body)],
            )
        });
        write.await.unwrap();
    }
}

/// Case: a shell that somebody left open in the middle of a transaction. Its log cannot be copied back: that is told,
/// and when the shell has gone the file is cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_a_long_reader_holds_is_told_and_given_back() {
    let test = testing::sqlite();
    let config = StoreConfig {
        sqlite_log_mib: 1,
        ..test.config.clone()
    };
    let db = Db::open(&config).unwrap();
    let headroom = async || db.headroom().await.unwrap().unwrap();
    write_mib(&db, 6).await;
    let before = headroom().await;
    assert!(!before.is_log_held, "{before:?}");
    let path = config.url.strip_prefix("sqlite:").unwrap().to_owned();
    let shell = rusqlite::Connection::open(path).unwrap();
    shell.execute_batch("begin").unwrap();
    let count = "select count(*) from queue_body";
    let n: i64 = shell.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(n, 24);
    write_mib(&db, 6).await;
    let held = headroom().await;
    assert!(held.is_log_held && held.log_bytes > 5 << 20, "{held:?}");
    shell.execute_batch("commit").unwrap();
    // The first write may only copy it back, a later one begins it anew.
    write_mib(&db, 2).await;
    let after = headroom().await;
    assert!(!after.is_log_held && after.log_bytes < 4 << 20, "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_of_our_own_is_broken_off_in_time_and_harms_no_later_one() {
    let test = testing::sqlite();
    let config = StoreConfig {
        read_ms_max: 20,
        n_readers: 1,
        ..test.config.clone()
    };
    let db = Db::open(&config).unwrap();
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n) \
                   select count(*) from n";
    let read = db.read(|tx| tx.query(endless, &[])?[0].int(0)).await;
    assert!(read.unwrap_err().is_unavailable());
    let one = db.read(|tx| tx.query("select 1", &[])?[0].int(0)).await;
    assert_eq!(one.unwrap(), 1);
}

#[test]
fn ids_grow_and_never_repeat() {
    let clock = crate::clock::TestClock::at(1_800_000_000_000);
    let ids = crate::id::IdMaker::new(clock.clone(), 3);
    let mut last = 0;
    for n in 0..2000 {
        let id = ids.next();
        assert!(id > last);
        assert_eq!(id & crate::id::PART_MAX, 0);
        if n == 1000 {
            clock.advance(std::time::Duration::from_millis(50));
        }
        last = id;
    }
    assert_eq!(crate::id::made_at_ms(last), 1_800_000_000_051);
    assert!(crate::id::first_at_ms(1_800_000_000_051) <= last);
    assert_eq!(crate::id::first_at_ms(i64::MIN), 0);
    assert_eq!(crate::id::first_at_ms(i64::MAX), i64::MAX);
}

/// Whichever of two nodes has the smaller number, and in the same millisecond.
#[test]
fn a_node_makes_ids_after_one_of_another_node() {
    let clock = crate::clock::TestClock::at(1_800_000_000_000);
    let [low, high] = [2, 9].map(|node| crate::id::IdMaker::new(clock.clone(), node));
    for (of, after) in [(&low, &high), (&high, &low)] {
        let newest = after.next();
        of.begin_after(newest);
        assert!(of.next() > newest);
    }
    assert_eq!(crate::id::node_of(high.next()), 9);
}

/// A copy of the file alone, made after an orderly stop, holds all that was written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_rest_all_is_in_the_file_and_nothing_in_the_log() {
    let test = testing::sqlite();
    let path = test.config.url.trim_start_matches("sqlite:").to_owned();
    let make = "create table kept (id bigint primary key)";
    test.db
        .write(move |tx| tx.execute(make, &[]))
        .await
        .unwrap();
    let insert = "insert into kept (id) values (7)";
    test.db
        .write(move |tx| tx.execute(insert, &[]))
        .await
        .unwrap();
    let log = std::path::PathBuf::from(format!("{path}-wal"));
    assert!(log.metadata().unwrap().len() > 0);
    test.db.rest().await.unwrap();
    assert_eq!(log.metadata().unwrap().len(), 0);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let config = StoreConfig {
        url: format!("sqlite:{}", copy.display()),
        ..test.config.clone()
    };
    let db = Db::open(&config).unwrap();
    let rows = db.read(|tx| tx.query("select id from kept", &[])).await;
    assert_eq!(rows.unwrap()[0].int(0).unwrap(), 7);
}
