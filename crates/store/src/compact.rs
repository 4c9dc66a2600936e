//! Compaction (压缩): what was deleted before there was a key does not stay readable in the file.
//!
//! SQLite overwrites what it frees while there is a key (`secure_delete`); what was freed before lies in free
//! pages, and between the rows of others, until it is overwritten by chance. A file is written anew once,
//! before it is opened for the first time with a key, and carries a mark from then on. A file that is made
//! under a key carries it from the beginning.

use crate::{Error, Result, StoreConfig};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::time::Duration;

/// The mark, SQLite's `user_version`: what was deleted in this file is not in it any more.
const CLEAN: i64 = 1;

/// What may be used of a file that is written anew at a start, in bytes: 256 MiB. That is done in memory.
pub const SMALL: u64 = 256 << 20;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compacted {
    /// It was written anew.
    Done,
    /// There is nothing to do: no key, no file, or it was done before.
    Nothing,
    /// Another process works with it; the next start tries again.
    Busy,
    /// The machine did not let it: a full disk, too little memory. It is as it was, and the next start tries
    /// again; this is what the engine said.
    Failed(String),
    /// So many bytes are used of it: too many to write them anew at a start.
    Large(u64),
}

/// Writes the file of an embedded database anew if that is due and no more than `bytes_max` are used of it.
///
/// # Errors
/// The engine's: a file that is damaged or cannot be opened. It is as it was then.
pub fn compact_once(config: &StoreConfig, bytes_max: u64) -> Result<Compacted> {
    let path = config.sqlite_path().filter(|_| config.is_sealing());
    let Some(path) = path.filter(|path| std::fs::metadata(path).is_ok_and(|one| one.len() > 0))
    else {
        return Ok(Compacted::Nothing);
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_millis(config.sqlite_busy_ms))?;
    let number = |pragma: &str| {
        connection.query_row(&format!("pragma {pragma}"), [], |row| row.get::<_, i64>(0))
    };
    if number("user_version")? == CLEAN {
        return Ok(Compacted::Nothing);
    }
    let n_pages = number("page_count")? - number("freelist_count")?;
    let used = u64::try_from(n_pages.saturating_mul(number("page_size")?)).unwrap_or(0);
    if used > bytes_max {
        return Ok(Compacted::Large(used));
    }
    connection.pragma_update(None, "secure_delete", true)?;
    // What is readable is not to be written to yet another place.
    connection.pragma_update(None, "temp_store", "memory")?;
    let mib = used >> 20;
    tracing::info!(path, mib, "writes the file anew, once: there is a key now");
    let done = outcome(write_anew(&connection))?;
    if done == Compacted::Done {
        mark(&connection)?;
    }
    Ok(done)
}

/// Copies the embedded database of these settings into a new file, whole, without a log beside it.
///
/// # Errors
/// The engine's; [`Error::Fault`] when the settings name no file.
pub fn copy_to(config: &StoreConfig, file: &str) -> Result<()> {
    let Some(path) = config.sqlite_path() else {
        return Err(Error::Fault(
            "only an embedded database is a file".to_owned(),
        ));
    };
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute("vacuum into ?1", [file])?;
    Ok(())
}

/// Marks a file that nothing has been written to yet, when what is freed in it is overwritten from now on.
pub(crate) fn begin(connection: &Connection, config: &StoreConfig) -> rusqlite::Result<()> {
    let n_pages = connection.query_row("pragma page_count", [], |row| row.get::<_, i64>(0))?;
    // The first page is there as soon as the file is open.
    if config.is_sealing() && n_pages <= 1 {
        mark(connection)?;
    }
    Ok(())
}

fn mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", CLEAN)
}

/// What came of writing a file anew.
fn outcome(written: rusqlite::Result<bool>) -> Result<Compacted> {
    let error = match written {
        Ok(true) => return Ok(Compacted::Done),
        Ok(false) => return Ok(Compacted::Busy),
        Err(error) => error,
    };
    let code = error.sqlite_error_code();
    let error = Error::from(error);
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(Compacted::Busy),
        _ if error.is_unavailable() => Ok(Compacted::Failed(error.to_string())),
        _ => Err(error),
    }
}

/// Answers whether the old pages are gone, from the log too.
fn write_anew(connection: &Connection) -> rusqlite::Result<bool> {
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    connection.execute_batch("vacuum")?;
    let busy = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(busy == 0)
}

#[cfg(test)]
mod tests {
    use super::{Compacted, compact_once, outcome};
    use crate::testing::sqlite;
    use crate::{Db, StoreConfig};
    use rusqlite::ffi;

    /// How often a database that is busy is asked.
    const TRIES_MAX: usize = 10_000;

    const SECRET: &str = "收件人张三身份证号码";

    fn holds(config: &StoreConfig) -> bool {
        let path = config.sqlite_path().unwrap();
        let log = std::fs::read(format!("{path}-wal")).unwrap_or_default();
        let all = [std::fs::read(path).unwrap(), log].concat();
        all.windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
    }

    /// A database without a key, in which much was written and deleted again.
    async fn used() -> (crate::testing::TestDb, StoreConfig) {
        let test = sqlite();
        let fill = test.db.write(|tx| {
            tx.execute(
                "create table filling (id bigint primary key, body text)",
                &[],
            )?;
            for id in 0..500 {
                let body = SECRET.repeat(1 + usize::try_from(id % 40).unwrap());
                tx.execute(
                    "insert into filling (id, body) values ($1, $2)",
                    &[id.into(), body.as_str().into()],
                )?;
            }
            tx.execute("delete from filling", &[])
        });
        fill.await.unwrap();
        let config = test.config.clone();
        (test, config)
    }

    fn keys() -> tempfile::NamedTempFile {
        let keys = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==").unwrap();
        keys
    }

    #[test]
    fn a_file_that_was_made_under_a_key_is_never_written_anew() {
        let (keys, folder) = (keys(), tempfile::tempdir().unwrap());
        let config = StoreConfig {
            url: format!("sqlite:{}", folder.path().join("new.db").display()),
            encryption_key_file: keys.path().display().to_string(),
            ..StoreConfig::default()
        };
        drop(Db::open(&config).unwrap());
        // Neither at the second start, nor warned about when it has become large.
        for bytes_max in [u64::MAX, 0] {
            let found = compact_once(&config, bytes_max).unwrap();
            assert_eq!(found, Compacted::Nothing);
        }
        // One in which nothing is sealed is not what a key is for.
        let plain = StoreConfig {
            url: format!("sqlite:{}", folder.path().join("plain.db").display()),
            is_plain: true,
            ..config.clone()
        };
        drop(Db::open(&plain).unwrap());
        let sealing = StoreConfig {
            is_plain: false,
            ..plain
        };
        assert!(matches!(
            compact_once(&sealing, 0).unwrap(),
            Compacted::Large(_)
        ));
    }

    #[test]
    fn a_full_disk_is_distinguished_from_another_process_and_from_damage() {
        let failed = |code| {
            outcome(Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(code),
                None,
            )))
        };
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_LOCKED] {
            assert_eq!(failed(code).unwrap(), Compacted::Busy);
        }
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR, ffi::SQLITE_NOMEM] {
            let compacted = failed(code).unwrap();
            assert!(matches!(compacted, Compacted::Failed(_)), "{compacted:?}");
        }
        assert!(failed(ffi::SQLITE_CORRUPT).is_err());
        assert_eq!(outcome(Ok(false)).unwrap(), Compacted::Busy);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_deleted_before_there_was_a_key_is_not_in_the_file() {
        let (test, plain) = used().await;
        let keys = keys();
        let config = StoreConfig {
            encryption_key_file: keys.path().display().to_string(),
            ..plain.clone()
        };
        assert!(holds(&config), "without a key nothing is overwritten");
        assert_eq!(compact_once(&plain, u64::MAX).unwrap(), Compacted::Nothing);
        assert!(matches!(
            compact_once(&config, 4096).unwrap(),
            Compacted::Large(_)
        ));
        // The database that is open moves its log into the file by itself now and then.
        let tries = std::iter::repeat_with(|| compact_once(&config, u64::MAX).unwrap());
        let mut tries = tries.take(TRIES_MAX);
        let done = tries.find(|done| *done != Compacted::Busy);
        assert_eq!(done, Some(Compacted::Done));
        assert!(!holds(&config));
        assert_eq!(compact_once(&config, u64::MAX).unwrap(), Compacted::Nothing);
        drop(test.db);
        // It is the database that it was, and what is deleted from now on is overwritten.
        assert!(Db::open(&config).is_ok());
        assert!(!holds(&config));
    }
}
