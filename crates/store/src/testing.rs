//! Databases for tests: a fresh SQLite file always, a fresh PostgreSQL schema when
//! `TONGGUAN_TEST_PG` holds the URL of a server (CI sets it).

use crate::{Config, Db};
use std::sync::atomic::{AtomicU32, Ordering};

/// A database of its own for one test; gone when dropped (the schema goes with its server).
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Its settings, to open it a second time.
    pub config: Config,
    _folder: Option<tempfile::TempDir>,
}

/// The URL of the PostgreSQL server for tests, if one runs.
pub fn postgres_url() -> Option<String> {
    std::env::var("TONGGUAN_TEST_PG")
        .ok()
        .filter(|url| !url.is_empty())
}

/// A fresh SQLite database in a temporary folder.
///
/// # Panics
/// When the folder or the database cannot be made; this is test code.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
pub fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("test.db");
    let config = Config {
        url: format!("sqlite:{}", path.display()),
        ..Config::default()
    };
    TestDb {
        db: Db::open(&config).expect("a fresh SQLite database"),
        config,
        _folder: Some(folder),
    }
}

/// A fresh schema on the PostgreSQL server of `TONGGUAN_TEST_PG`, if there is one.
///
/// # Panics
/// When the server is named but cannot be used; this is test code.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
pub fn postgres() -> Option<TestDb> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = postgres_url()?;
    let schema = format!(
        "t{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    // A number of a process comes again, on a server that outlives many runs.
    let create = format!("drop schema if exists {schema} cascade; create schema {schema}");
    std::thread::spawn({
        let url = url.clone();
        move || {
            let mut client =
                ::postgres::Client::connect(&url, ::postgres::NoTls).expect("the test PostgreSQL");
            client.batch_execute(&create).expect("a fresh schema");
        }
    })
    .join()
    .expect("the schema was made");
    let sign = if url.contains('?') { '&' } else { '?' };
    let config = Config {
        url: format!("{url}{sign}options=-csearch_path%3D{schema}"),
        ..Config::default()
    };
    let opening = config.clone();
    let db = std::thread::spawn(move || Db::open(&opening).expect("a migrated schema"))
        .join()
        .expect("the database was opened");
    Some(TestDb {
        db,
        config,
        _folder: None,
    })
}

/// One database for each engine that this machine has: every SQL-touching test runs on all.
pub fn each_engine() -> Vec<TestDb> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}
