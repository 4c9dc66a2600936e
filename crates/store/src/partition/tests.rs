//! What holds of partitions, and of a database that was filled without them.

mod start;

use self::start::divide;
use super::divide::end_of_before;
use super::{PartitionLength, PartitionState, Steps, TABLES, sql};
use crate::clock::parse_time;
use crate::postgres::with_steps;
use crate::testing::TestEngine::{self, Postgres, Sqlite};
use crate::testing::bare_postgres;
use crate::{Db, Error, Result, StoreConfig, Tx, id, migrate};
use rstest::rstest;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

fn at(text: &str) -> i64 {
    parse_time(text).unwrap()
}

/// An id of that moment; `n` tells ids of one moment apart.
fn id_at(text: &str, n: i64) -> i64 {
    id::first_at_ms(at(text)) + n * 128
}

/// A document with what belongs to it, in every table that is divided.
fn insert(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    for (statement, args) in [
        (
            "insert into message (id, company_id, key_id, direction, kind, guid, shape, profile, state, n_bytes, \
             n_documents, n_final, hash, received_at, changed_at) values \
             ($1, 1, 1, 'import', 'CEB621', 'g', 'x', 'x', 'received', 1, 1, 0, '', 0, 0)",
            1,
        ),
        (
            "insert into message_body (message_id, body) values ($1, '')",
            1,
        ),
        (
            "insert into message_finding (message_id, number, code, severity, path, line, value, text, advice) \
             values ($1, 1, 'TG-E1', 'hint', '', 1, '', '', '')",
            1,
        ),
        (
            "insert into document (id, company_id, kind, business_key, is_final) \
             values ($1, 1, 'CEB621', 'key', false)",
            1,
        ),
        (
            "insert into match_fact (document_id, company_id, kind, own_key, is_withdrawn, amount, given_back, counted, \
             facts) values ($1, 1, 'CEB621', 'k', false, 1, 0, 0, '')",
            1,
        ),
        (
            "insert into receipt (company_id, feed_no, message_id, document_id, kind, guid, document_key, return_status, \
             return_time, return_info, fingerprint, received_at, xml) values \
             (1, $1, $1, $1, 'CEB622', '', '', 2, '', '', 1, 0, '')",
            1,
        ),
        (
            "insert into event (place, id, at_ms, kind, subject_id, detail) values ($1, $1, 0, 'message.received', $1, '')",
            1,
        ),
    ] {
        tx.execute(statement, &vec![id.into(); args])?;
    }
    Ok(())
}

/// Every row of a table, as text, in the order of its texts.
fn rows(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>> {
    let sql = format!("select cast(t as text) from {table} t order by 1");
    tx.query(&sql, &[])?.iter().map(|row| row.text(0)).collect()
}

fn all_rows(tx: &mut Tx<'_>) -> Result<Vec<Vec<String>>> {
    TABLES.iter().map(|of| rows(tx, of.table)).collect()
}

/// The indexes of a table, by name, as they are on the table that has them.
fn indexes(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let sql = "select regexp_replace(indexdef, ' ON (ONLY )?', ' ON ') from pg_indexes \
               where tablename = any(string_to_array($1, ' ')) order by 1";
    let tables: Vec<_> = TABLES.iter().map(|of| of.table).collect();
    let found = tx.query(sql, &[(&tables.join(" ")).into()])?;
    found.iter().map(|row| row.text(0)).collect()
}

/// What there is of tables, indexes and promises.
fn progress(tx: &mut Tx<'_>) -> Result<String> {
    let sql = "select string_agg(of, ' ' order by of) from (select concat(relname, relkind) as of from pg_class \
               where relnamespace = 'public'::regnamespace union all \
               select concat(conname, convalidated) from pg_constraint union all \
               select indexrelid::text from pg_index where not indisvalid) as all_of";
    tx.query(sql, &[])?[0].text(0)
}

/// Steps that are cut off after some of them.
struct CutOff<'a, S>(&'a mut S, u32);

impl<S: Steps> CutOff<'_, S> {
    fn count(&mut self) -> Result<()> {
        self.1 = (self.1)
            .checked_sub(1)
            .ok_or_else(|| Error::Unavailable("cut off".to_owned()))?;
        Ok(())
    }
}

impl<S: Steps> Steps for CutOff<'_, S> {
    fn step<T>(&mut self, f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.count()?;
        self.0.step(f)
    }

    fn alone(&mut self, statement: &str) -> Result<()> {
        self.count()?;
        self.0.alone(statement)
    }
}

/// A database as the release before has left it, with rows of two months and some of clocks that were wrong.
fn filled_before(config: &StoreConfig) -> (Vec<Vec<String>>, Vec<String>) {
    with_steps(config, |steps| {
        let fill = |tx: &mut Tx<'_>| {
            migrate::apply(tx)?;
            tx.script("grant select on receipt to public")?;
            for n in 0..20 {
                insert(tx, id_at("2026-10-05", n))?;
                insert(tx, id_at("2026-11-30", n))?;
            }
            Ok(())
        };
        steps.step(fill).unwrap();
        steps.step(|tx| Ok((all_rows(tx)?, indexes(tx)?))).unwrap()
    })
}

/// Whether a table has a partition for each month, and not for each half-year.
fn is_monthly(table: &str) -> bool {
    let of = TABLES.iter().find(|of| of.table == table).unwrap();
    of.length == PartitionLength::Month
}

const NOW: &str = "2026-11-30T20:00:00+08:00";

fn states(db: &Db, now: &str) -> impl Future<Output = Vec<PartitionState>> {
    let (db, now_ms) = (db.clone(), at(now));
    async move { db.read(move |tx| super::states(tx, now_ms)).await.unwrap() }
}

async fn open(config: &StoreConfig) -> Db {
    let config = config.clone();
    let opened = tokio::task::spawn_blocking(move || Db::open(&config));
    opened.await.unwrap().unwrap()
}

/// Makes what is missing; answers how many partitions were, and how many rows moved.
async fn prepare(db: &Db, now: &str) -> (usize, u64) {
    let now_ms = at(now);
    let missing = db.read(move |tx| super::missing(tx, now_ms)).await.unwrap();
    let (n, mut n_moved) = (missing.len(), 0);
    for one in missing {
        n_moved += db.write(move |tx| super::make(tx, &one)).await.unwrap();
    }
    (n, n_moved)
}

async fn all_of(db: &Db) -> Vec<Vec<String>> {
    db.read(all_rows).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_database_is_divided_and_its_partitions_are_made_ahead_once(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    for state in states(&test.db, NOW).await {
        let expected = PartitionState {
            table: state.table,
            is_divided: true,
            n_parts: 0,
            n_missing: if is_monthly(state.table) { 5 } else { 2 },
            n_stray: 0,
        };
        assert_eq!(state, expected);
    }
    assert_eq!(prepare(&test.db, NOW).await, (20, 0));
    assert_eq!(prepare(&test.db, NOW).await, (0, 0));
    // Later one more, of those that have one for each month.
    assert_eq!(prepare(&test.db, "2027-01-01").await, (2, 0));
    let again = open(&test.config).await;
    for state in states(&again, "2027-01-01").await {
        let n = if is_monthly(state.table) { 6 } else { 2 };
        assert_eq!((state.n_parts, state.n_missing), (n, 0), "{state:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_divided_on_sqlite(#[values(Sqlite)] engine: TestEngine) {
    let test = engine.database();
    assert_eq!(prepare(&test.db, NOW).await, (0, 0));
    assert!(states(&test.db, NOW).await.is_empty());
    let empty = test.db.read(|tx| super::empty(tx, at(NOW))).await.unwrap();
    assert!(empty.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_database_is_divided_wherever_it_is_cut_off_and_reads_the_same(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    let before = filled_before(&config);
    let (mut was_spoilt, mut n_cuts, mut budget) = (false, 0, 0);
    let mut stood_at = String::new();
    while let Err(error) = with_steps(&config, |steps| divide(&mut CutOff(steps, budget), at(NOW)))
    {
        assert_eq!(error, Error::Unavailable("cut off".to_owned()));
        let (stands_at, now) = with_steps(&config, |steps| {
            // As an index is left whose making was interrupted.
            let spoil = "update pg_index set indisvalid = false \
                         where indexrelid = to_regclass('receipt_coming_key')";
            if !was_spoilt {
                was_spoilt = steps.step(|tx| tx.execute(spoil, &[])).unwrap() == 1;
            }
            steps.step(|tx| Ok((progress(tx)?, all_rows(tx)?))).unwrap()
        });
        // Whoever works meanwhile reads what there was.
        assert_eq!(now, before.0, "after {n_cuts} cuts");
        // One step further, so that it is cut off after every one.
        n_cuts += u32::from(stands_at != stood_at);
        budget = if stands_at == stood_at { budget + 1 } else { 3 };
        stood_at = stands_at;
        assert!(budget < 100, "it does not go on");
    }
    // For each table a promise, its proof and the change, and for one an index, twice.
    assert!(n_cuts >= 7 * 3 + 2 && was_spoilt, "{n_cuts} cuts");
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before.0);
    let mut after = db.read(indexes).await.unwrap();
    let key =
        |of: &str| format!("CREATE UNIQUE INDEX receipt_pkey ON public.receipt USING btree ({of})");
    let own = after
        .iter_mut()
        .find(|text| text.contains(" receipt_pkey "))
        .unwrap();
    assert_eq!(*own, key("company_id, feed_no, document_id"));
    *own = key("company_id, feed_no");
    assert_eq!(after, before.1);
    let read = "select count(*) from pg_class c, aclexplode(relacl) where oid = 'receipt'::regclass and grantee = 0";
    let read = db.read(move |tx| tx.query(read, &[])?[0].int(0)).await;
    assert_eq!(read.unwrap(), 1, "whoever could read receipts can do so");
    // The month after the present one is still of the partition of before.
    assert_eq!(prepare(&db, NOW).await, (11, 0));
    for state in states(&db, NOW).await {
        let n = if is_monthly(state.table) { 4 } else { 2 };
        assert_eq!((state.n_parts, state.n_stray), (n, 0), "{state:?}");
    }
    let n_checks = "select count(*) from pg_constraint where conname like '%\\_until'";
    let n_checks = db.read(move |tx| tx.query(n_checks, &[])?[0].int(0)).await;
    assert_eq!(
        n_checks.unwrap(),
        0,
        "a promise was left, which will refuse rows"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_wrong_clock_are_divided_too_and_refused_never(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    filled_before(&config);
    let far = [id_at("2031-05-01", 0), id_at("2093-01-01", 0)];
    with_steps(&config, |steps| {
        steps.step(|tx| far.iter().try_for_each(|id| insert(tx, *id)))
    })
    .unwrap();
    let before = with_steps(&config, |steps| steps.step(all_rows)).unwrap();
    with_steps(&config, |steps| divide(steps, at(NOW))).unwrap();
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before);
    for state in states(&db, NOW).await {
        assert_eq!(state.n_stray, 2, "{state:?}");
    }
    // Before 1970, for example.
    db.write(|tx| insert(tx, 0)).await.unwrap();
    // Their month comes.
    let (_, n_moved) = prepare(&db, "2031-05-20").await;
    assert_eq!(n_moved, 7);
    for state in states(&db, "2031-05-20").await {
        assert_eq!((state.n_stray, state.n_missing), (1, 0), "{state:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_write_while_a_table_is_divided(#[values(Postgres)] _engine: TestEngine) {
    let (config, _copy) = bare_postgres();
    filled_before(&config);
    let (is_done, n_written) = (AtomicBool::new(false), AtomicI64::new(0));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            with_steps(&config, |steps| {
                while !is_done.load(Ordering::SeqCst) {
                    let n = n_written.load(Ordering::SeqCst);
                    steps.step(|tx| insert(tx, id_at("2026-12-02", n))).unwrap();
                    n_written.store(n + 1, Ordering::SeqCst);
                }
            });
        });
        // Two processes begin at the same time.
        let other = scope.spawn(|| with_steps(&config, |steps| divide(steps, at(NOW))));
        with_steps(&config, |steps| divide(steps, at(NOW))).unwrap();
        other.join().unwrap().unwrap();
        is_done.store(true, Ordering::SeqCst);
        writer.join().unwrap();
    });
    let db = open(&config).await;
    let n_written = usize::try_from(n_written.load(Ordering::SeqCst)).unwrap();
    for (of, rows) in TABLES.iter().zip(all_of(&db).await) {
        assert_eq!(rows.len(), 40 + n_written, "{}", of.table);
    }
    for state in states(&db, NOW).await {
        assert!(state.is_divided, "{state:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_without_a_partition_wait_in_the_default_one_and_move_when_theirs_is_made(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let ids = [
        1,
        id_at("2026-11-01T00:00:00+08:00", 0),
        id_at("2026-11-30", 0),
        id_at("2040-01-01", 0),
    ];
    let fill = move |tx: &mut Tx<'_>| ids.iter().try_for_each(|id| insert(tx, *id));
    test.db.write(fill).await.unwrap();
    let before = all_of(&test.db).await;
    for state in states(&test.db, NOW).await {
        assert_eq!(state.n_stray, 4, "{state:?}");
    }
    assert_eq!(prepare(&test.db, NOW).await, (20, 14));
    assert_eq!(all_of(&test.db).await, before);
    for state in states(&test.db, NOW).await {
        assert_eq!(state.n_stray, 2, "{state:?}");
    }
    // Only the partition of its month is read for a row.
    let one = id_at("2026-11-30", 0);
    let plan = test.db.read(move |tx| {
        tx.query(
            &format!("explain select 1 from message where id = {one}"),
            &[],
        )?
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<String>>()
    });
    let plan = plan.await.unwrap();
    assert!(
        plan.contains("message_p2026_07") && !plan.contains("default"),
        "{plan}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_whose_time_is_over_is_dropped_when_it_is_empty_and_not_before(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    prepare(&test.db, "2026-09-15").await;
    let kept = id_at("2026-10-05", 0);
    test.db.write(move |tx| insert(tx, kept)).await.unwrap();
    let empty_at = |now| {
        let now_ms = at(now);
        test.db.read(move |tx| super::empty(tx, now_ms))
    };
    let empty = empty_at("2026-11-30").await.unwrap();
    let names: Vec<&str> = empty.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names.len(),
        2,
        "only September is over and empty: {names:?}"
    );
    let stale = empty.clone();
    for one in empty {
        let dropped = test.db.write(move |tx| super::drop_empty(tx, &one));
        assert!(dropped.await.unwrap());
    }
    // Another process has been faster.
    let again = stale[0].clone();
    let dropped = test.db.write(move |tx| super::drop_empty(tx, &again));
    assert!(!dropped.await.unwrap());
    // Somebody has written a row since it was looked for.
    let empty = empty_at("2026-12-05").await.unwrap();
    let late = id_at("2026-11-05", 0);
    test.db.write(move |tx| insert(tx, late)).await.unwrap();
    for one in empty {
        let dropped = test.db.write(move |tx| super::drop_empty(tx, &one));
        assert!(!dropped.await.unwrap());
    }
    for rows in all_of(&test.db).await {
        assert_eq!(rows.len(), 2);
    }
    // September comes again, for a clock that is set back: nothing is refused.
    let early = id_at("2026-09-05", 0);
    test.db.write(move |tx| insert(tx, early)).await.unwrap();
    assert_eq!(prepare(&test.db, "2026-09-20").await, (2, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_in_use_is_dropped_from_later_and_nobody_waits_for_long(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    prepare(&test.db, "2026-09-15").await;
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let (end, ends) = std::sync::mpsc::channel::<()>();
    let mut began = Some(began);
    let ends = std::sync::Mutex::new(ends);
    let reading = test.db.clone();
    let reader = tokio::spawn(async move {
        let read = reading.read(move |tx| -> Result<()> {
            rows(tx, "message")?;
            let _ = began.take().map(|began| began.send(()));
            let _ = ends.lock().unwrap().recv_timeout(Duration::from_secs(60));
            Ok(())
        });
        read.await
    });
    has_begun.await.unwrap();
    let find = |tx: &mut Tx<'_>| super::empty(tx, at("2027-01-01T08:00:00+08:00"));
    let empty = test.db.read(find).await.unwrap();
    let of_message = empty.iter().find(|one| one.of.table == "message").unwrap();
    let one = of_message.clone();
    let dropped = test.db.write(move |tx| super::drop_empty(tx, &one)).await;
    assert!(dropped.unwrap_err().is_unavailable());
    end.send(()).unwrap();
    reader.await.unwrap().unwrap();
    let one = of_message.clone();
    let dropped = test.db.write(move |tx| super::drop_empty(tx, &one)).await;
    assert!(dropped.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_of_an_earlier_start_does_not_outlive_its_time(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    filled_before(&config);
    let old = end_of_before(TABLES[0].length, at("2026-11-30"));
    with_steps(&config, |steps| {
        steps
            .step(|tx| sql::promise_until(tx, TABLES[0], old))
            .unwrap();
        divide(steps, at("2027-03-01T08:00:00+08:00"))
    })
    .unwrap();
    let db = open(&config).await;
    db.write(|tx| insert(tx, id_at("2027-03-05", 0)))
        .await
        .unwrap();
    for state in states(&db, "2027-03-05").await {
        assert_eq!(state.n_stray, 0, "{state:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_stands_otherwise_stays_as_it_is_and_the_others_are_divided(
    #[values(Postgres)] _engine: TestEngine,
) {
    let (config, _copy) = bare_postgres();
    let (before, _) = filled_before(&config);
    // Somebody refers to receipts by the key that must become another one.
    let refer = "create table note (company_id bigint, feed_no bigint, \
                 foreign key (company_id, feed_no) references receipt (company_id, feed_no))";
    with_steps(&config, |steps| steps.step(|tx| tx.script(refer))).unwrap();
    with_steps(&config, |steps| divide(steps, at(NOW))).unwrap();
    let db = open(&config).await;
    assert_eq!(all_of(&db).await, before);
    for state in states(&db, NOW).await {
        assert_eq!(state.is_divided, state.table != "receipt", "{state:?}");
    }
    // No promise was left that will refuse rows.
    let far = id_at("2040-01-01", 0);
    db.write(move |tx| insert(tx, far)).await.unwrap();
}
