//! Databases for tests: a fresh SQLite file, or a fresh PostgreSQL database on the server of
//! `TONGGUAN_TEST_PG` (CI sets it).
//!
//! All migrations take seconds on PostgreSQL and tenths of one on SQLite, a copy of a migrated database much less: the
//! first test on a server makes the template, under a lock of the server, the first test of a build that of SQLite, and
//! every test works on a copy, which it removes at its end.

use crate::{Db, StoreConfig, migrate};
use ::postgres::{Client, NoTls};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The lock of the server under which its template is made.
const TEMPLATE_LOCK: i64 = 7_346_190;

/// A database of its own for one test; gone when dropped.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Its settings, to open it a second time.
    pub config: StoreConfig,
    _folder: Option<tempfile::TempDir>,
    _copy: Option<Copy>,
}

/// A PostgreSQL database that is removed when dropped.
struct Copy {
    server: String,
    name: String,
}

impl Drop for Copy {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A client blocks, which the threads of a runtime must not. What is left goes with the server.
        let removed = std::thread::spawn(move || {
            let sql = format!("drop database if exists {name} with (force)");
            Client::connect(&server, NoTls)?.batch_execute(&sql)
        });
        let _ = removed.join();
    }
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
    std::fs::copy(file_template(), &path).expect("a copy of the template");
    let config = file_settings(&path);
    TestDb {
        db: Db::open(&config).expect("a fresh SQLite database"),
        config,
        _folder: Some(folder),
        _copy: None,
    }
}

fn file_settings(path: &Path) -> StoreConfig {
    settings(format!("sqlite:{}", path.display()))
}

/// The migrated database file beside this build's tests, which is made when there is none. Tests are processes of
/// their own: two may make it at the same time, and the one that is ready last puts the same in its place.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
fn file_template() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this test");
    let folder = program.parent().expect("the folder of this test");
    let file = folder.join(format!("template_{:016x}.db", migrate::fingerprint()));
    if !file.exists() {
        let draft = tempfile::tempdir_in(folder).expect("a temporary folder");
        let (migrated, whole) = (
            draft.path().join("migrated.db"),
            draft.path().join("whole.db"),
        );
        let db = Db::open(&file_settings(&migrated)).expect("all migrations");
        let connection = rusqlite::Connection::open(&migrated).expect("the migrated database");
        // One file that is complete without a write-ahead log beside it.
        let sql = format!("vacuum into '{}'", whole.display());
        connection.execute_batch(&sql).expect("a copy in one file");
        drop((connection, db));
        std::fs::rename(&whole, &file).expect("the template in its place");
    }
    file
}

/// The URL of another database of the same server.
fn beside(url: &str, name: &str) -> String {
    let (place, options) = url.split_once('?').map_or((url, ""), |parts| parts);
    let server = place.rsplit_once('/').map_or(place, |(server, _)| server);
    match options.is_empty() {
        true => format!("{server}/{name}"),
        false => format!("{server}/{name}?{options}"),
    }
}

fn settings(url: String) -> StoreConfig {
    StoreConfig {
        url,
        ..StoreConfig::default()
    }
}

/// The name of the server's migrated database, which is made when there is none.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
fn template(client: &mut Client, server: &str) -> String {
    let name = format!("template_{:016x}", migrate::fingerprint());
    let lock = format!("select pg_advisory_lock({TEMPLATE_LOCK})");
    client.batch_execute(&lock).expect("the lock of the server");
    let sql = "select 1 from pg_database where datname = $1 and datistemplate";
    let found = client.query_opt(sql, &[&name]).expect("its databases");
    if found.is_none() {
        // One that is no template yet was left by a process that ended too soon.
        let sql = format!("drop database if exists {name} with (force)");
        client.batch_execute(&sql).expect("the rest of a template");
        let sql = format!("create database {name}");
        client.batch_execute(&sql).expect("a database");
        drop(Db::open(&settings(beside(server, &name))).expect("all migrations"));
        // A template is copied only while nobody is connected to it.
        let sql = format!("alter database {name} with allow_connections false is_template true");
        client.batch_execute(&sql).expect("a template");
        let sql = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        client.query(sql, &[&name]).expect("nobody in it");
    }
    let unlock = format!("select pg_advisory_unlock({TEMPLATE_LOCK})");
    client.batch_execute(&unlock).expect("the lock is free");
    name
}

/// A fresh database on the PostgreSQL server of `TONGGUAN_TEST_PG`, if there is one.
///
/// # Panics
/// When the server is named but cannot be used; this is test code.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
pub fn postgres() -> Option<TestDb> {
    let server = postgres_url()?;
    let (config, copy) = named(&server);
    let (opening, name) = (config.clone(), copy.name.clone());
    let opened = std::thread::spawn(move || {
        let mut client = Client::connect(&server, NoTls).expect("the test PostgreSQL");
        let template = template(&mut client, &server);
        create(&mut client, &format!("{name} template {template}"));
        Db::open(&opening).expect("a migrated database")
    });
    Some(TestDb {
        db: opened.join().expect("the database was opened"),
        config,
        _folder: None,
        _copy: Some(copy),
    })
}

/// Settings of a database that is not there yet, with a name of its own.
fn named(server: &str) -> (StoreConfig, Copy) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("t{}_{number}", std::process::id());
    let server = server.to_owned();
    (settings(beside(&server, &name)), Copy { server, name })
}

/// Makes a database: its name, and what it is a copy of.
#[expect(
    clippy::expect_used,
    reason = "test code: a missing database is the end of the test"
)]
fn create(client: &mut Client, what: &str) {
    let name = what.split(' ').next().unwrap_or(what);
    // A number of a process comes again, on a server that outlives many runs.
    let sql = format!("drop database if exists {name} with (force)");
    client
        .batch_execute(&sql)
        .expect("what an earlier run left");
    let sql = format!("create database {what}");
    client.batch_execute(&sql).expect("a database");
}

/// An empty PostgreSQL database, without any migration; gone when the second value is dropped.
#[cfg(test)]
pub(crate) fn bare_postgres() -> (StoreConfig, impl Drop) {
    let server = postgres_url().expect("a server in TONGGUAN_TEST_PG");
    let (config, copy) = named(&server);
    let name = copy.name.clone();
    let made = std::thread::spawn(move || {
        let mut client = Client::connect(&server, NoTls).expect("the test PostgreSQL");
        create(&mut client, &name);
    });
    made.join().expect("the database was made");
    (config, copy)
}

/// The engine of one run of a test; a test with SQL has one of each, under a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestEngine {
    /// The embedded one.
    Sqlite,
    /// The one for many nodes.
    Postgres,
}

impl TestEngine {
    /// A fresh database on this engine.
    ///
    /// # Panics
    /// When there is none: a test that did not run must not look like one that passed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "test code")]
    pub fn database(self) -> TestDb {
        match self {
            Self::Sqlite => sqlite(),
            Self::Postgres => postgres().expect(
                "a server in TONGGUAN_TEST_PG: run `scripts/with-services.sh cargo test`, which starts one, \
                 or leave these tests out with `cargo test -- --skip Postgres`",
            ),
        }
    }
}
