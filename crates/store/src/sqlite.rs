//! SQLite: one writer thread with group commit, reader threads, a checkpointer.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk when the caller hears of it. The writer
//! drains whatever waits (up to [`GROUP_MAX`]) into one transaction. Checkpoints run on a thread of
//! their own, because they cost tens of milliseconds that no caller should see; only when the log
//! has grown past [`WAL_PAGES_HARD`] does the writer lend a hand, so that the log can start anew.

use crate::job::{StoreJob, spawn, submit};
use crate::migrate;
use crate::tx::EngineTx;
use crate::{Error, Result, StoreConfig, Tx, Vault, compact};
use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// Closures in one commit.
const GROUP_MAX: usize = 256;

/// Prepared statements that a connection keeps.
const STATEMENTS_MAX: usize = 256;

/// Log size, in pages of 4 KiB, from which the checkpointer copies it back: 8 MiB.
const WAL_PAGES_SOFT: i64 = 2048;

/// Log size, in pages of 4 KiB, at which the writer itself checkpoints: 64 MiB.
const WAL_PAGES_HARD: u32 = 16_384;

/// Pause of the checkpointer between looks at the log.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

/// Page cache of a reader or the checkpointer, in KiB.
const READER_CACHE_KIB: u64 = 4096;

#[derive(Clone)]
pub(crate) struct SqlitePool {
    writes: Sender<Box<dyn StoreJob>>,
    reads: Sender<Box<dyn StoreJob>>,
    place: Arc<(PathBuf, u64)>,
    /// Gone with the last user of the pool; the checkpointer looks whether it is still there.
    _alive: Arc<()>,
}

impl SqlitePool {
    pub(crate) fn open(path: &str, config: &StoreConfig, vault: &Vault) -> Result<Self> {
        if let Some(folder) = Path::new(path)
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|e| Error::Unavailable(e.to_string()))?;
        }
        let mut writer = connect(path, config, config.sqlite_cache_mib.saturating_mul(1024))?;
        if config.sqlite_mib_max > 0 {
            let pages =
                i64::try_from(config.sqlite_mib_max.saturating_mul(256)).unwrap_or(i64::MAX);
            writer.pragma_update(None, "max_page_count", pages)?;
        }
        writer.pragma_update(None, "wal_autocheckpoint", WAL_PAGES_HARD)?;
        migrate_now(&mut writer, config, vault)?;

        let (writes, write_queue) = bounded(config.waiting_max.max(1));
        let (reads, read_queue) = bounded(config.waiting_max.max(1));
        let keys = vault.clone();
        spawn("store-writer", move || {
            write_loop((&writer, &keys), &write_queue);
        })?;
        for _ in 0..config.n_readers.max(1) {
            let reader = connect(path, config, READER_CACHE_KIB)?;
            reader.pragma_update(None, "query_only", true)?;
            let queue: Receiver<Box<dyn StoreJob>> = read_queue.clone();
            let keys = vault.clone();
            spawn("store-reader", move || read_loop((&reader, &keys), &queue))?;
        }
        let checkpointer = connect(path, config, READER_CACHE_KIB)?;
        let alive = Arc::new(());
        let watched = Arc::downgrade(&alive);
        spawn("store-checkpoint", move || {
            checkpoint_loop(&checkpointer, &watched);
        })?;
        Ok(Self {
            writes,
            reads,
            place: Arc::new((PathBuf::from(path), config.sqlite_mib_max)),
            _alive: alive,
        })
    }

    pub(crate) fn submit_write(&self, job: Box<dyn StoreJob>) -> Result<()> {
        submit(&self.writes, job)
    }

    pub(crate) fn submit_read(&self, job: Box<dyn StoreJob>) -> Result<()> {
        submit(&self.reads, job)
    }

    pub(crate) fn n_waiting(&self) -> usize {
        self.writes.len()
    }

    /// The file, and its largest size in MiB (0 for no limit).
    pub(crate) fn place(&self) -> (PathBuf, u64) {
        (*self.place).clone()
    }
}

fn connect(path: &str, config: &StoreConfig, cache_kib: u64) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_millis(config.sqlite_busy_ms))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // What is sealed later must not stay readable in pages that are free.
    let overwrites = !config.encryption_key_file.is_empty();
    connection.pragma_update(None, "secure_delete", overwrites)?;
    let cache = i64::try_from(cache_kib).unwrap_or(i64::MAX);
    connection.pragma_update(None, "cache_size", -cache)?;
    Ok(connection)
}

fn migrate_now(writer: &mut Connection, config: &StoreConfig, vault: &Vault) -> Result<()> {
    let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    compact::begin(&tx, config)?;
    migrate::apply(&mut Tx {
        engine: EngineTx::Sqlite(&tx),
        vault,
    })?;
    Ok(tx.commit()?)
}

/// A connection, and what seals the values that go over it.
type Keyed<'a> = (&'a Connection, &'a Vault);

fn write_loop((connection, vault): Keyed<'_>, queue: &Receiver<Box<dyn StoreJob>>) {
    forget_transaction(connection);
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        group.extend(queue.try_iter().take(GROUP_MAX - 1));
        let failure = commit_group((connection, vault), &mut group).err();
        for job in group {
            job.finish(failure.clone());
        }
    }
}

/// Runs every job in a savepoint of its own, so that one failure does not undo the others, and
/// commits them together.
fn commit_group((connection, vault): Keyed<'_>, group: &mut [Box<dyn StoreJob>]) -> Result<()> {
    connection.prepare_cached("begin immediate")?.execute([])?;
    for job in group.iter_mut() {
        if let Err(error) = run_one((connection, vault), job.as_mut()) {
            // The savepoint itself failed: nothing of the group can be trusted.
            let _ = connection.execute_batch("rollback");
            return Err(error);
        }
    }
    if let Err(error) = connection
        .prepare_cached("commit")
        .and_then(|mut s| s.execute([]))
    {
        let _ = connection.execute_batch("rollback");
        return Err(error.into());
    }
    Ok(())
}

fn run_one((connection, vault): Keyed<'_>, job: &mut dyn StoreJob) -> Result<()> {
    connection.prepare_cached("savepoint job")?.execute([])?;
    if job
        .run(&mut Tx {
            engine: EngineTx::Sqlite(connection),
            vault,
        })
        .is_err()
    {
        if connection.is_autocommit() {
            // A full disk makes SQLite roll back the whole transaction by itself.
            return Err(Error::Unavailable(
                "the transaction was rolled back (disk full?)".into(),
            ));
        }
        connection.prepare_cached("rollback to job")?.execute([])?;
    }
    connection.prepare_cached("release job")?.execute([])?;
    Ok(())
}

/// Ends the transaction that a thread left open when it panicked; whoever waited for it was informed.
fn forget_transaction(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("rollback");
    }
}

fn read_loop((connection, vault): Keyed<'_>, queue: &Receiver<Box<dyn StoreJob>>) {
    forget_transaction(connection);
    while let Ok(mut job) = queue.recv() {
        let failure = read_one((connection, vault), job.as_mut()).err();
        job.finish(failure);
    }
}

fn read_one((connection, vault): Keyed<'_>, job: &mut dyn StoreJob) -> Result<()> {
    connection.prepare_cached("begin")?.execute([])?;
    let _ = job.run(&mut Tx {
        engine: EngineTx::Sqlite(connection),
        vault,
    });
    connection.prepare_cached("rollback")?.execute([])?;
    Ok(())
}

fn checkpoint_loop(connection: &Connection, alive: &Weak<()>) {
    let wal = connection.path().map(|path| format!("{path}-wal"));
    let mut copied = 0;
    loop {
        thread::park_timeout(CHECKPOINT_PAUSE);
        // Never by looking into a queue of jobs: who takes one to see whether there are any loses it.
        if alive.strong_count() == 0 {
            return;
        }
        let pages = wal
            .as_ref()
            .and_then(|path| std::fs::metadata(path).ok())
            .map_or(0, |about| i64::try_from(about.len() / 4096).unwrap_or(0));
        if pages < WAL_PAGES_SOFT && copied == pages {
            continue;
        }
        let checkpoint = connection.query_row("pragma wal_checkpoint(passive)", [], |row| {
            Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        match checkpoint {
            Ok((_, done)) => copied = done,
            Err(error) => tracing::warn!(%error, "the checkpoint of the SQLite log failed"),
        }
    }
}
