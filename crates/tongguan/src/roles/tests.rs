//! What a start leaves behind that fails.

use super::Process;
use crate::config::Config;
use crate::databases::open_db;
use store::{Db, Result, SchemaCare, Tx};

/// Up to when the number 1 is claimed, and up to which moment it may have made ids.
async fn claim(db: &Db) -> (i64, Option<i64>) {
    let read = |tx: &mut Tx<'_>| -> Result<_> {
        let row = tx.query("select until_ms, ids_ms from node where number = 1", &[])?;
        Ok((row[0].int(0)?, row[0].int_opt(1)?))
    };
    db.read(read).await.unwrap()
}

/// A setting that is found out only behind the claim of the number, by a supervisor that starts the process again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_gives_its_number_back_and_reserves_no_ids() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default().under(folder.path());
    config.node.number = 1;
    let process = Process::open_to_stay(config.clone()).await.unwrap();
    process.close().await;
    let db = open_db(config.store.clone()).await.unwrap();
    let before = claim(&db).await;
    let mut wrong = config.clone();
    wrong.retention.payload_days = 1;
    for _ in 0..20 {
        let refused = Process::open_to_stay(wrong.clone()).await;
        assert!(refused.is_err());
        assert_eq!(claim(&db).await, before);
    }
    let process = Process::open_to_stay(config).await.unwrap();
    process.close().await;
}

/// Looks at the database until something is so; many more than it takes.
const LOOKS_MAX: usize = 10_000;

/// A command such as `archive run` may take hours; only who beats keeps its number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_writes_says_that_it_lives_and_gives_its_number_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default().under(folder.path());
    let process = Process::open_to_write(config).await.unwrap();
    // A claim alone does not say how the clock is; a beat does.
    let read = |tx: &mut Tx<'_>| -> Result<_> {
        let sql = "select until_ms, clock_ahead_ms from node where number = 63";
        let row = tx.query(sql, &[])?;
        Ok((row[0].int(0)?, row[0].int_opt(1)?))
    };
    let db = process.shared.db.clone();
    let mut n_looks = 0;
    while db.read(read).await.unwrap().1.is_none() {
        n_looks += 1;
        assert!(n_looks < LOOKS_MAX, "it never beat");
        tokio::task::yield_now().await;
    }
    process.close().await;
    assert_eq!(db.read(read).await.unwrap().0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_makes_no_file_for_the_queue_and_who_writes_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default().under(folder.path());
    drop(open_db(config.store.clone()).await.unwrap());
    config.registry.seal_file = folder.path().join("seal.key").display().to_string();
    config.store.schema = SchemaCare::Look;
    let queue = folder.path().join("queue.db");
    let process = Process::open(config.clone()).await.unwrap();
    assert_eq!(process.shared.queue.depth("any").await.unwrap(), 0);
    process.close().await;
    assert!(!queue.exists());
    let process = Process::open_to_write(config).await.unwrap();
    process.close().await;
    assert!(queue.exists());
}
