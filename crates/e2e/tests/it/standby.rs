//! Reads that may be some seconds old are served by a standby that keeps up, and by the primary when it does not.

use crate::replicas::Replicas;
use crate::wait;
use std::time::Duration;
use store::{Db, ReplicaHealth, StoreConfig, Tx};
use tokio::runtime::Runtime;

/// How old what the standby shows may be.
const LAG_MAX_S: u64 = 2;

fn opened(url: &str, replica: &str) -> Db {
    let config = StoreConfig {
        url: url.to_owned(),
        replica_url: Some(replica.to_owned()),
        replica_lag_max_s: LAG_MAX_S,
        ..StoreConfig::default()
    };
    Db::open(&config).unwrap()
}

/// Whether a read that may be old was served by the standby.
fn is_from_standby(runtime: &Runtime, db: &Db) -> bool {
    let ask = |tx: &mut Tx<'_>| {
        let row = tx.query_opt("select pg_is_in_recovery()", &[])?;
        row.unwrap().bool(0)
    };
    runtime.block_on(db.read_recent(ask)).unwrap()
}

fn until(db: &Db, what: &str, is: impl Fn(ReplicaHealth) -> bool) -> ReplicaHealth {
    wait::until(what, || db.replica().filter(|health| is(*health)))
}

#[test]
fn a_standby_serves_reads_while_it_keeps_up_and_the_primary_otherwise() {
    let Some(mut pair) = Replicas::start() else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    let [first, second] = pair.urls();
    let db = opened(&first, &second);
    let health = until(&db, "the standby to serve", |health| health.serves);
    assert!(health.is_there && health.lag_ms <= 1000 * LAG_MAX_S as i64);
    assert!(is_from_standby(&runtime, &db));

    // It replays nothing any more, and answers as before.
    let mut standby = pair.second();
    standby
        .batch_execute("select pg_wal_replay_pause()")
        .unwrap();
    let behind = until(&db, "the standby to be behind", |health| !health.serves);
    assert!(behind.is_there && behind.lag_ms > 1000 * LAG_MAX_S as i64);
    assert!(!is_from_standby(&runtime, &db));
    standby
        .batch_execute("select pg_wal_replay_resume()")
        .unwrap();
    until(&db, "the standby to serve again", |health| health.serves);
    assert!(is_from_standby(&runtime, &db));
    drop(standby);

    // It is gone from one moment to the other: nobody who reads hears of it.
    pair.first_waits_for_nobody();
    pair.kill_second();
    for _ in 0..20 {
        assert!(!is_from_standby(&runtime, &db));
        wait::pause(Duration::from_millis(100));
    }
    let health = db.replica().unwrap();
    assert!(!health.is_there && !health.serves);

    // A server that takes writes is no standby, whatever the settings say.
    let db = opened(&first, &first);
    wait::pause(Duration::from_secs(3));
    let health = db.replica().unwrap();
    assert!(!health.is_there && !health.serves);
    assert!(!is_from_standby(&runtime, &db));
}
