//! What becomes of a job whose connection is lost or whose server takes no writes: it is run again when nothing of it is
//! kept for certain, and never otherwise.

use super::{Connection, standby};
use crate::job::Work;
use crate::replica::ReplicaWatch;
use crate::server::Server;
use crate::testing::TestEngine::{self, Postgres};
use crate::{Db, Error, StoreConfig, Tx, Vault};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A handle with one connection that writes, so that each job meets what the one before it has left.
fn narrow(config: &StoreConfig) -> Db {
    let config = StoreConfig {
        n_writers: 1,
        ..config.clone()
    };
    std::thread::spawn(move || Db::open(&config).unwrap())
        .join()
        .unwrap()
}

async fn backend(db: &Db) -> i64 {
    let ask = |tx: &mut Tx<'_>| tx.query("select pg_backend_pid()::bigint", &[])?[0].int(0);
    db.write(ask).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_any_more_is_left_and_the_job_done_elsewhere(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let db = narrow(&test.config);
    let before = backend(&db).await;
    let refuse = "set session characteristics as transaction read only";
    db.write(move |tx| tx.execute(refuse, &[])).await.unwrap();
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let write = move |tx: &mut Tx<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.execute("create table moved (id bigint primary key)", &[])
    };
    db.write(write).await.unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    assert_ne!(backend(&db).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_while_idle_costs_nobody_anything(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let db = narrow(&test.config);
    let lost = backend(&db).await;
    let end = "select pg_terminate_backend($1::bigint::int)";
    let end = move |tx: &mut Tx<'_>| tx.query(end, &[lost.into()]).map(|_| ());
    test.db.write(end).await.unwrap();
    assert_ne!(backend(&db).await, lost);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_connection_is_lost_when_it_has_begun_is_not_run_again(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let db = narrow(&test.config);
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let lose = move |tx: &mut Tx<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        let end = "select pg_terminate_backend(pg_backend_pid())";
        tx.query(end, &[]).map(|_| ())
    };
    let lost = db.write(lose).await;
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    backend(&db).await;
}

/// `PostgreSQL` answers a commit then as if all were well, and keeps nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passed_over_a_failed_statement_is_not_said_to_be_kept(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let pass_over = |tx: &mut Tx<'_>| {
        tx.execute("create table kept (id bigint primary key)", &[])?;
        let _ = tx.execute("insert into nowhere values (1)", &[]);
        Ok::<_, Error>(())
    };
    let failed = test.db.write(pass_over).await;
    assert!(matches!(failed, Err(Error::Fault(_))), "{failed:?}");
}

/// Nor is its answer waited for by who has found another one: the limit of an attempt is longer than this test may take.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_accepts_connections_and_says_nothing_hides_no_other(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let first = format!("@{},", silent.local_addr().unwrap());
    let config = StoreConfig {
        url: test.config.url.replacen('@', &first, 1) + "?connect_timeout=60",
        ..test.config.clone()
    };
    assert_eq!(config.fault(), None);
    backend(&narrow(&config)).await;
}

/// A page and its total are read at one moment, and a read that writes is refused as on SQLite.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_sees_one_moment_and_changes_nothing(#[values(Postgres)] engine: TestEngine) {
    let test = engine.database();
    let make = "create table seen (id bigint primary key)";
    test.db
        .write(move |tx| tx.execute(make, &[]))
        .await
        .unwrap();
    let (looked, has_looked) = std::sync::mpsc::channel();
    let (written, is_written) = std::sync::mpsc::channel::<()>();
    let db = test.db.clone();
    let reader = tokio::spawn(async move {
        let read = db.read(move |tx| -> crate::Result<_> {
            let before = tx.query("select id from seen", &[])?.len();
            let _ = looked.send(());
            let _ = is_written.recv();
            Ok((before, tx.query("select id from seen", &[])?.len()))
        });
        read.await.unwrap()
    });
    let looking = tokio::task::spawn_blocking(move || has_looked.recv()).await;
    looking.unwrap().unwrap();
    let insert = "insert into seen (id) values (1)";
    test.db
        .write(move |tx| tx.execute(insert, &[]))
        .await
        .unwrap();
    written.send(()).unwrap();
    assert_eq!(reader.await.unwrap(), (0, 0));
    let second = "insert into seen (id) values (2)";
    let refused = test.db.read(move |tx| tx.execute(second, &[])).await;
    assert!(refused.is_err(), "{refused:?}");
    let n = test
        .db
        .read(|tx| tx.query("select id from seen", &[]))
        .await;
    assert_eq!(n.unwrap().len(), 1);
}

/// What becomes of a read on a standby: how often it was run there, and whether the primary has it then.
fn read_on_standby(config: &StoreConfig, serves: bool, failure: Option<Error>) -> (u32, bool) {
    let config = config.clone();
    let run = move || {
        let mut connection = Connection {
            server: Server::from_config(&config).unwrap(),
            outage: Arc::default(),
            open: None,
            is_used: false,
            only_reads: true,
            tries: 1,
            vault: Vault::unused(),
        };
        let watch = ReplicaWatch::new(Duration::from_secs(600));
        watch.note(serves.then_some(1));
        let tries = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tries);
        let (job, _answer) = Work::boxed(move |_: &mut Tx<'_>| {
            counted.fetch_add(1, Ordering::SeqCst);
            failure.clone().map_or(Ok(()), Err)
        });
        let (primary, queue) = crossbeam_channel::bounded(1);
        standby::read(&mut connection, &watch, job, &primary);
        (tries.load(Ordering::SeqCst), queue.try_recv().is_ok())
    };
    std::thread::spawn(run).join().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_standby_cannot_read_at_once_the_primary_reads(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    assert_eq!(read_on_standby(&test.config, true, None), (1, false));
    for failure in [
        Error::Conflict("it replays what is read".to_owned()),
        Error::Unavailable("it ends".to_owned()),
        Error::Fault("it has no such table yet".to_owned()),
    ] {
        let read = read_on_standby(&test.config, true, Some(failure));
        assert_eq!(read, (1, true));
    }
    // It served when the read was handed in, and does not any more.
    assert_eq!(read_on_standby(&test.config, false, None), (0, true));
}
