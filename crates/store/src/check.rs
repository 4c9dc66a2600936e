//! The state of a database (数据库体检): whether its file is sound, how far it may still grow, how
//! the server is set up.

use crate::db::EngineDb;
use crate::{Db, Error, Result, StoreConfig, Tx};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// Faults of a file that are told at most.
const FAULTS_MAX: i64 = 10;

/// Steps of the engine between two looks at the time limit.
const STEPS: i32 = 10_000;

/// Size of a page of the SQLite file, in bytes.
const PAGE_BYTES: u64 = 4096;

/// The share of `store.sqlite_mib_max` that counts as nothing: a fiftieth.
const LIMIT_SHARE: u64 = 50;

/// The least that counts as nothing, in bytes: a message with its indexes.
const LIMIT_LEAST: u64 = 64 << 10;

/// What a look at a database file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Nothing is wrong.
    Sound,
    /// What is wrong, at most as many lines as are told one by one.
    Damaged(Vec<String>),
    /// The time limit was reached; nothing was wrong until then.
    Unfinished,
    /// There is no file of ours to look at: the database is new, or on a server.
    Nothing,
}

/// Looks whether the file of an embedded database is sound (SQLite's `quick_check`), for at most
/// `limit`. A database on a server checks itself.
///
/// # Errors
/// [`Error::Unavailable`] when the file is there and cannot be opened or read.
pub fn quick_check(config: &StoreConfig, limit: Duration) -> Result<Checked> {
    let Some(path) = config.sqlite_path() else {
        return Ok(Checked::Nothing);
    };
    if !std::fs::metadata(path).is_ok_and(|about| about.len() > 0) {
        return Ok(Checked::Nothing);
    }
    let mut connection = match open_to_read(path, config) {
        Ok(connection) => connection,
        Err(error) => return damage(error),
    };
    let end = Instant::now() + limit;
    connection.progress_handler(STEPS, Some(move || Instant::now() >= end))?;
    let asked = connection
        .prepare(&format!("pragma quick_check({FAULTS_MAX})"))
        .and_then(|mut statement| {
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.collect::<rusqlite::Result<Vec<String>>>()
        });
    match asked {
        Ok(lines) if lines == ["ok"] => Ok(Checked::Sound),
        Ok(lines) => Ok(Checked::Damaged(lines)),
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) =>
        {
            Ok(Checked::Unfinished)
        }
        Err(error) => damage(error),
    }
}

/// A file that is no database, or so damaged that it cannot be asked, is damaged; all else is a
/// failure of the look.
fn damage(error: rusqlite::Error) -> Result<Checked> {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => Ok(Checked::Damaged(vec![error.to_string()])),
        _ => Err(error.into()),
    }
}

fn open_to_read(path: &str, config: &StoreConfig) -> rusqlite::Result<Connection> {
    // Not read-only: after a crash the log must be read, and for that its index is made.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_millis(config.sqlite_busy_ms))?;
    Ok(connection)
}

/// How far a database may still grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headroom {
    /// Free bytes of its disk.
    pub disk_bytes: u64,
    /// Whether `store.sqlite_mib_max` is (nearly) reached.
    pub is_at_limit: bool,
    /// Size of the log beside the file, in bytes.
    pub log_bytes: u64,
    /// Whether the log has grown to four times `store.sqlite_log_mib`: somebody has held a transaction open for long.
    pub is_log_held: bool,
}

/// A fact about the database server, and whether it is as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Name of the setting.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What is wrong with it, in Chinese; empty when nothing is.
    pub fault: &'static str,
}

/// Settings of PostgreSQL that decide whether a commit outlives a power cut, with the value that
/// breaks the promise and what to say.
const PROMISES: [(&str, &str, &str); 3] = [
    (
        "fsync",
        "off",
        "断电会丢失已受理的报文，甚至损坏数据库，须改为 on",
    ),
    ("full_page_writes", "off", "断电可能损坏数据库，须改为 on"),
    (
        "synchronous_commit",
        "off",
        "断电会丢失已受理的报文，须改为 on",
    ),
];

impl Db {
    /// How far the database may still grow; nothing for one on a server.
    ///
    /// # Errors
    /// The engine's, and of the disk that cannot be asked.
    pub async fn headroom(&self) -> Result<Option<Headroom>> {
        let EngineDb::Sqlite(pool) = &self.engine else {
            return Ok(None);
        };
        let place = pool.place();
        let used = self.read(used_pages).await?;
        let limit = place.mib_max.saturating_mul(1 << 20);
        let left = limit.saturating_sub(used.saturating_mul(PAGE_BYTES));
        let is_at_limit = limit > 0 && left < (limit / LIMIT_SHARE).max(LIMIT_LEAST);
        let disk_bytes = free_bytes(&place.path)?;
        let log_bytes = place.log_bytes();
        Ok(Some(Headroom {
            disk_bytes,
            is_at_limit,
            log_bytes,
            is_log_held: log_bytes > place.log_bytes_max,
        }))
    }

    /// The version of a database server and the settings on which a commit depends; empty for an
    /// embedded database, which sets itself up.
    pub async fn server_facts(&self) -> Result<Vec<Fact>> {
        match &self.engine {
            EngineDb::Sqlite(_) | EngineDb::Simulated(_) => Ok(Vec::new()),
            EngineDb::Postgres(_) => self.read(postgres_facts).await,
        }
    }
}

/// Free bytes of the disk on which a path is.
///
/// # Errors
/// [`Error::Unavailable`] when the disk cannot be asked.
pub fn free_bytes(path: &Path) -> Result<u64> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let about = rustix::fs::statvfs(folder.unwrap_or(Path::new(".")))
        .map_err(|error| Error::Unavailable(format!("the disk cannot be asked: {error}")))?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}

fn used_pages(tx: &mut Tx<'_>) -> Result<u64> {
    let row = tx.query_opt(
        "select (select page_count from pragma_page_count) \
         - (select freelist_count from pragma_freelist_count)",
        &[],
    )?;
    let used = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(used).unwrap_or(0))
}

fn postgres_facts(tx: &mut Tx<'_>) -> Result<Vec<Fact>> {
    let rows = tx.query(
        "select name, setting from pg_settings where name in ('server_version', 'fsync', \
         'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_encoding') \
         order by name",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            let (name, value) = (row.text(0)?, row.text(1)?);
            let broken = PROMISES
                .iter()
                .find(|(setting, bad, _)| name == *setting && value == *bad);
            let fault = if name == "server_encoding" && value != "UTF8" {
                "数据库编码须为 UTF8"
            } else {
                broken.map_or("", |(_, _, fault)| *fault)
            };
            Ok(Fact { name, value, fault })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Checked, quick_check};
    use crate::StoreConfig;
    use crate::testing::sqlite;
    use std::io::{Seek, SeekFrom, Write};
    use std::time::Duration;

    const LIMIT: Duration = Duration::from_secs(60);

    /// Fills a database and closes it.
    async fn filled() -> (crate::testing::TestDb, StoreConfig) {
        let test = sqlite();
        let config = test.config.clone();
        let make = |tx: &mut crate::Tx<'_>| {
            tx.execute(
                "create table filling (id bigint primary key, body bytea)",
                &[],
            )
        };
        test.db.write(make).await.unwrap();
        for _ in 0..20 {
            let body = vec![7; 20_000];
            let write = move |tx: &mut crate::Tx<'_>| {
                let id = tx.query("select count(*) from filling", &[])?[0].int(0)?;
                tx.execute(
                    "insert into filling (id, body) values ($1, $2)",
                    &[id.into(), crate::Value::Bytes(&body)],
                )
            };
            test.db.write(write).await.unwrap();
        }
        (test, config)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_damaged_file_is_found_out_and_a_sound_one_is_not() {
        let (test, config) = filled().await;
        assert_eq!(quick_check(&config, LIMIT).unwrap(), Checked::Sound);
        let path = config.sqlite_path().unwrap().to_owned();
        let copy = format!("{path}.copy");
        drop(test.db);
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute("vacuum into ?1", [&copy])
            .unwrap();
        let mut file = std::fs::OpenOptions::new().write(true).open(&copy).unwrap();
        for page in 2..40 {
            file.seek(SeekFrom::Start(page * 4096)).unwrap();
            file.write_all(&[0xA5; 512]).unwrap();
        }
        let damaged = StoreConfig {
            url: format!("sqlite:{copy}"),
            ..config.clone()
        };
        let found = quick_check(&damaged, LIMIT).unwrap();
        assert!(matches!(found, Checked::Damaged(_)), "{found:?}");
        std::fs::write(&copy, "this is no database, whatever its name says").unwrap();
        let found = quick_check(&damaged, LIMIT).unwrap();
        assert!(matches!(found, Checked::Damaged(_)), "{found:?}");
        let missing = StoreConfig {
            url: format!("sqlite:{copy}.no"),
            ..config
        };
        assert_eq!(quick_check(&missing, LIMIT).unwrap(), Checked::Nothing);
    }

    /// A file that SQLite reads to its end, and of which its check tells a fault: a value is missing where the
    /// table says that there is one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_the_check_of_a_readable_file_reports_is_damage() {
        let (test, config) = filled().await;
        let path = config.sqlite_path().unwrap().to_owned();
        drop(test.db);
        let connection = rusqlite::Connection::open(&path).unwrap();
        let sql = "update filling set body = null where id = 7;
            pragma writable_schema = on;
            update sqlite_schema set sql = replace(sql, 'body bytea', 'body bytea not null')
                where name = 'filling';";
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let Checked::Damaged(faults) = quick_check(&config, LIMIT).unwrap() else {
            panic!("the fault is not found out");
        };
        assert_eq!(faults, ["NULL value in filling.body"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_embedded_database_knows_its_room() {
        let test = sqlite();
        let headroom = test.db.headroom().await.unwrap().unwrap();
        assert!(headroom.disk_bytes > 0 && !headroom.is_at_limit);
        let tight = StoreConfig {
            sqlite_mib_max: 1,
            ..test.config.clone()
        };
        // The empty tables and indexes alone take most of a MiB.
        let db = tokio::task::spawn_blocking(move || crate::Db::open(&tight));
        let db = db.await.unwrap().unwrap();
        assert!(db.headroom().await.unwrap().unwrap().is_at_limit);
    }
}
