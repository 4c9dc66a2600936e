//! Compaction (压缩): what was deleted before there was a key does not stay readable in the file.
//!
//! SQLite overwrites what it frees while there is a key (`secure_delete`); what was freed before lies in free
//! pages, and between the rows of others, until it is overwritten by chance. A file is written anew once,
//! before it is opened for the first time with a key, and carries a mark from then on.

use crate::{Config, Error, Result, sqlite};
use rusqlite::{Connection, OpenFlags};
use std::time::Duration;

/// The mark, SQLite's `user_version`: what was deleted in this file is not in it any more.
const CLEAN: i64 = 1;

/// What is used of a file up to which it is written anew in memory, in bytes: 256 MiB.
pub const SMALL: u64 = 256 << 20;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compacted {
    /// It was written anew.
    Done,
    /// There is nothing to do: no key, no file, or it was done before.
    Nothing,
    /// Another process works with it; the next start tries again.
    Busy,
    /// So many bytes are used of it: too many to write them anew at a start.
    Large(u64),
}

/// Writes the file of an embedded database anew if that is due and no more than `bytes_max` are used of it.
///
/// # Errors
/// The engine's: a full disk, a damaged file. The file is as it was then.
pub fn compact_once(config: &Config, bytes_max: u64) -> Result<Compacted> {
    let is_sealing = !config.is_plain && !config.encryption_key_file.is_empty();
    let path = sqlite::path(config).filter(|_| is_sealing);
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
    // What is readable is not to be written to yet another place, if it fits into memory.
    let store = if used > SMALL { "file" } else { "memory" };
    connection.pragma_update(None, "temp_store", store)?;
    let written = write_anew(&connection);
    match written.map_err(Error::from) {
        Ok(true) => {
            connection.pragma_update(None, "user_version", CLEAN)?;
            Ok(Compacted::Done)
        }
        Ok(false) => Ok(Compacted::Busy),
        Err(error) if error.is_unavailable() => {
            tracing::warn!(%error, path, "the file could not be written anew");
            Ok(Compacted::Busy)
        }
        Err(error) => Err(error),
    }
}

/// Answers whether the old pages are gone, from the log too.
fn write_anew(connection: &Connection) -> rusqlite::Result<bool> {
    connection.execute_batch("vacuum")?;
    let busy = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(busy == 0)
}

#[cfg(test)]
mod tests {
    use super::{Compacted, compact_once};
    use crate::testing::sqlite;
    use crate::{Config, Db};

    const SECRET: &str = "收件人张三身份证号码";

    fn holds(config: &Config) -> bool {
        let path = crate::sqlite::path(config).unwrap();
        let log = std::fs::read(format!("{path}-wal")).unwrap_or_default();
        let all = [std::fs::read(path).unwrap(), log].concat();
        all.windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
    }

    /// A database without a key, in which much was written and deleted again.
    async fn used() -> (crate::testing::TestDb, Config) {
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_deleted_before_there_was_a_key_is_not_in_the_file() {
        let (test, plain) = used().await;
        let keys = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==").unwrap();
        let config = Config {
            encryption_key_file: keys.path().display().to_string(),
            ..plain.clone()
        };
        assert!(holds(&config), "without a key nothing is overwritten");
        assert_eq!(compact_once(&plain, u64::MAX).unwrap(), Compacted::Nothing);
        assert!(matches!(
            compact_once(&config, 4096).unwrap(),
            Compacted::Large(_)
        ));
        assert_eq!(compact_once(&config, u64::MAX).unwrap(), Compacted::Done);
        assert!(!holds(&config));
        assert_eq!(compact_once(&config, u64::MAX).unwrap(), Compacted::Nothing);
        drop(test.db);
        // It is the database that it was, and what is deleted from now on is overwritten.
        assert!(Db::open(&config).is_ok());
        assert!(!holds(&config));
    }
}
