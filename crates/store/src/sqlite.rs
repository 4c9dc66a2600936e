//! SQLite: one writer thread with group commit, reader threads, a checkpointer.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk when the caller hears of it. The writer
//! drains whatever waits (up to [`GROUP_MAX`]) into one transaction, and commits once in [`GROUP_TIME`]. Checkpoints run on a thread of
//! their own, because they cost tens of milliseconds that no caller should see; only when the log
//! has grown past `sqlite_log_mib` does the writer lend a hand, so that the log can start anew, and then
//! its file is cut to that size.
//!
//! While somebody reads, what was written since stays in the log. Reads of our own are broken off after `read_ms_max`; a
//! shell or a backup that holds a transaction open cannot be, so a log of [`LOG_TIMES`] the size is reported, here, by
//! [`crate::check::Headroom`] and by the metrics, until it has been given back.

use crate::job::{JobEnd, StoreJob, run_one, spawn, submit};
use crate::migrate;
use crate::tx::SqliteTx;
use crate::{Error, Result, SchemaCare, StoreConfig, Tx, Vault, compact};
use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// Closures in one commit.
const GROUP_MAX: usize = 256;

/// At most one commit in this time: what comes meanwhile goes into the next, so that a page that many change is written
/// once. Who comes to a writer that is at rest waits for nothing.
const GROUP_TIME: Duration = Duration::from_millis(2);

/// Groups that run apart after one in which somebody failed: who fails again and again does not make all the others run twice.
const GROUPS_APART: u32 = 16;

/// Prepared statements that a connection keeps.
const STATEMENTS_MAX: usize = 256;

/// The checkpointer copies the log back when this part of `sqlite_log_mib` is not copied yet: the longer it waits, the more often
/// a page was changed that it writes once.
const WAL_PART_SOFT: i64 = 2;

/// How many times `sqlite_log_mib` the log may have before somebody is asked to look who reads.
pub(crate) const LOG_TIMES: u64 = 4;

/// Steps of the engine between two looks at the time that a read may take.
const STEPS: i32 = 10_000;

/// Bytes of a page.
const PAGE_BYTES: i64 = 4096;

/// How long readers and the writer may delay the last copy of the log.
const COPY_MAX: Duration = Duration::from_secs(5);

/// Looks of the checkpointer without a new page in the log until it copies back what there is.
const QUIET_LOOKS: u32 = 10;

/// Pause of the checkpointer between looks at the log.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

/// Page cache of a reader or the checkpointer, in KiB.
const READER_CACHE_KIB: u64 = 4096;

/// Where a database is, and how large it may become.
#[derive(Debug)]
pub(crate) struct SqlitePlace {
    pub(crate) path: PathBuf,
    /// Largest size in MiB; 0 for no limit.
    pub(crate) mib_max: u64,
    /// Size of its log in bytes from which that is reported.
    pub(crate) log_bytes_max: u64,
}

impl SqlitePlace {
    /// Size of the log, in bytes.
    pub(crate) fn log_bytes(&self) -> u64 {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        std::fs::metadata(log).map_or(0, |about| about.len())
    }
}

#[derive(Clone)]
pub(crate) struct SqlitePool {
    writes: Sender<Box<dyn StoreJob>>,
    reads: Sender<Box<dyn StoreJob>>,
    place: Arc<SqlitePlace>,
    /// Gone with the last user of the pool; the checkpointer looks whether it is still there.
    _alive: Arc<()>,
}

impl SqlitePool {
    pub(crate) fn open(path: &str, config: &StoreConfig, vault: &Vault) -> Result<Self> {
        if config.schema == SchemaCare::Look && !Path::new(path).exists() {
            return Err(migrate::nothing_there(&config.place()));
        }
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
        let log_bytes = config.sqlite_log_mib.max(1).saturating_mul(1 << 20);
        let log = i64::try_from(log_bytes).unwrap_or(i64::MAX);
        writer.pragma_update(None, "wal_autocheckpoint", log / PAGE_BYTES)?;
        writer.pragma_update(None, "journal_size_limit", log)?;
        migrate_now(&mut writer, config, vault)?;

        let (writes, write_queue) = bounded(config.waiting_max.max(1));
        let (reads, read_queue) = bounded(config.waiting_max.max(1));
        let keys = vault.clone();
        spawn("store-writer", move || {
            write_loop((&writer, &keys), &write_queue);
        })?;
        for _ in 0..config.n_readers.max(1) {
            let mut reader = connect(path, config, READER_CACHE_KIB)?;
            reader.pragma_update(None, "query_only", true)?;
            let queue: Receiver<Box<dyn StoreJob>> = read_queue.clone();
            let keys = vault.clone();
            let limit = Duration::from_millis(config.read_ms_max);
            let end = watch_time(&mut reader)?;
            spawn("store-reader", move || {
                read_loop((&reader, &keys), &queue, (&end, limit));
            })?;
        }
        let checkpointer = connect(path, config, READER_CACHE_KIB)?;
        let alive = Arc::new(());
        let watched = Arc::downgrade(&alive);
        let place = Arc::new(SqlitePlace {
            path: PathBuf::from(path),
            mib_max: config.sqlite_mib_max,
            log_bytes_max: log_bytes.saturating_mul(LOG_TIMES),
        });
        let of = Arc::clone(&place);
        spawn("store-checkpoint", move || {
            checkpoint_loop(&checkpointer, &of, &watched);
        })?;
        Ok(Self {
            writes,
            reads,
            place,
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

    /// Copies the whole log back into the file.
    pub(crate) fn copy_log_back(place: &SqlitePlace) -> Result<()> {
        let connection = Connection::open(&place.path)?;
        connection.busy_timeout(COPY_MAX)?;
        Ok(log_state(&connection, "truncate").map(|_| ())?)
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &SqlitePlace {
        &self.place
    }
}

fn connect(path: &str, config: &StoreConfig, cache_kib: u64) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_millis(config.sqlite_busy_ms))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Before anything is written to a new file: pages that a purge frees can be given back to the disk later.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
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
    migrate::add_functions(writer)?;
    // A migration may sort all messages: on the disk, not in memory.
    writer.pragma_update(None, "temp_store", "file")?;
    let migrated = migrate_on(writer, config, vault);
    writer.pragma_update(None, "temp_store", "memory")?;
    migrated
}

fn migrate_on(writer: &mut Connection, config: &StoreConfig, vault: &Vault) -> Result<()> {
    let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    compact::begin(&tx, config)?;
    let engine = SqliteTx::on(&tx);
    migrate::open(&mut Tx { engine, vault }, config.schema, &config.place())?;
    Ok(tx.commit()?)
}

/// A connection, and what seals the values that go over it.
type Keyed<'a> = (&'a Connection, &'a Vault);

fn write_loop((connection, vault): Keyed<'_>, queue: &Receiver<Box<dyn StoreJob>>) {
    forget_transaction(connection);
    let mut due = Instant::now();
    let mut n_apart: u32 = 0;
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX
            && let Ok(next) = queue.recv_deadline(due)
        {
            group.push(next);
        }
        group.extend(queue.try_iter().take(GROUP_MAX - group.len()));
        due = Instant::now() + GROUP_TIME;
        let plainly = match n_apart {
            0 => commit_plainly((connection, vault), &mut group),
            _ => None,
        };
        n_apart = match (&plainly, n_apart) {
            (Some(_), _) => 0,
            (None, 0) => GROUPS_APART,
            (None, n) => n - 1,
        };
        let ends = plainly.unwrap_or_else(|| commit_apart((connection, vault), &mut group));
        for (job, end) in group.into_iter().zip(ends) {
            job.finish(end.err());
        }
    }
}

/// Runs the jobs as one transaction and commits it; answers how each ended, as its caller must hear it where its own answer does not
/// say so. Nothing when the group must run apart, because one of several failed after it had written.
///
/// A savepoint for each would cost a copy of every page that is changed in it.
fn commit_plainly(
    (connection, vault): Keyed<'_>,
    group: &mut [Box<dyn StoreJob>],
) -> Option<Vec<Result<()>>> {
    if let Err(error) = run(connection, "begin immediate") {
        return Some(all_failed(connection, group, &error));
    }
    let is_alone = group.len() == 1;
    for job in group.iter_mut() {
        let n_changed = connection.total_changes();
        let engine = SqliteTx::plainly_on(connection);
        let end = run_one((engine, vault), job.as_mut());
        // A statement that failed may have changed what is not counted.
        let is_clean = connection.total_changes() == n_changed && !connection.is_autocommit();
        let may_go_on = match end {
            JobEnd::Done => true,
            JobEnd::Failed { is_spoilt } => is_clean && !is_spoilt,
            JobEnd::Spoilt(_) => false,
        };
        if !may_go_on {
            forget_transaction(connection);
            return is_alone.then(|| vec![end.failure()]);
        }
    }
    Some(match run(connection, "commit") {
        Ok(()) => group.iter().map(|_| Ok(())).collect(),
        Err(error) => all_failed(connection, group, &error),
    })
}

/// Runs every job in a savepoint of its own, so that a failure of one does not undo the others, and commits together what
/// succeeded.
fn commit_apart(keyed: Keyed<'_>, group: &mut [Box<dyn StoreJob>]) -> Vec<Result<()>> {
    let (connection, _) = keyed;
    let ends = run(connection, "begin immediate").and_then(|()| {
        let run_all = |job: &mut Box<dyn StoreJob>| run_apart(keyed, job.as_mut());
        let ends: Result<Vec<Result<()>>> = group.iter_mut().map(run_all).collect();
        ends.and_then(|ends| run(connection, "commit").map(|()| ends))
    });
    // The savepoint itself or the commit failed: nothing of the group can be trusted.
    ends.unwrap_or_else(|error| all_failed(connection, group, &error))
}

fn run_apart((connection, vault): Keyed<'_>, job: &mut dyn StoreJob) -> Result<Result<()>> {
    run(connection, "savepoint job")?;
    let end = run_one((SqliteTx::on(connection), vault), job);
    if !matches!(end, JobEnd::Done) {
        if connection.is_autocommit() {
            // A full disk makes SQLite roll back the whole transaction by itself.
            return Err(Error::Unavailable(
                "the transaction was rolled back (disk full?)".into(),
            ));
        }
        run(connection, "rollback to job")?;
    }
    run(connection, "release job")?;
    Ok(end.failure())
}

fn all_failed(
    connection: &Connection,
    group: &mut [Box<dyn StoreJob>],
    error: &Error,
) -> Vec<Result<()>> {
    forget_transaction(connection);
    let fail = |job: &mut Box<dyn StoreJob>| {
        job.forget();
        Err(error.clone())
    };
    group.iter_mut().map(fail).collect()
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Ends the transaction that a thread left open when it panicked; whoever waited for it was informed.
fn forget_transaction(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("rollback");
    }
}

/// When a read that is under way ends at the latest; none between reads.
type ReadEnd = Arc<Mutex<Option<Instant>>>;

/// Has a reader look at the time now and then.
fn watch_time(reader: &mut Connection) -> Result<ReadEnd> {
    let end = ReadEnd::default();
    let watched = Arc::clone(&end);
    let is_over = move || {
        let end = *watched.lock().unwrap_or_else(PoisonError::into_inner);
        end.is_some_and(|end| Instant::now() >= end)
    };
    reader.progress_handler(STEPS, Some(is_over))?;
    Ok(end)
}

fn read_loop(
    (connection, vault): Keyed<'_>,
    queue: &Receiver<Box<dyn StoreJob>>,
    (end, limit): (&ReadEnd, Duration),
) {
    let set = |at| *end.lock().unwrap_or_else(PoisonError::into_inner) = at;
    // What a thread that panicked was in the middle of is not to be broken off.
    set(None);
    forget_transaction(connection);
    while let Ok(mut job) = queue.recv() {
        set(Instant::now().checked_add(limit));
        let failure = read_one((connection, vault), job.as_mut()).err();
        // What ends a read that was broken off is not to be broken off itself.
        set(None);
        forget_transaction(connection);
        job.finish(failure);
    }
}

fn read_one((connection, vault): Keyed<'_>, job: &mut dyn StoreJob) -> Result<()> {
    run(connection, "begin")?;
    let _ = job.run(&mut Tx {
        engine: SqliteTx::on(connection),
        vault,
    });
    run(connection, "rollback")
}

fn checkpoint_loop(connection: &Connection, place: &SqlitePlace, alive: &Weak<()>) {
    let log_bytes = place.log_bytes_max / LOG_TIMES;
    let soft = i64::try_from(log_bytes).unwrap_or(i64::MAX) / PAGE_BYTES / WAL_PART_SOFT;
    let (mut seen, mut n_quiet, mut is_told) = (0, 0, false);
    loop {
        thread::park_timeout(CHECKPOINT_PAUSE);
        // Never by looking into a queue of jobs: who takes one to see whether there are any loses it.
        if alive.strong_count() == 0 {
            return;
        }
        tell(place, place.log_bytes(), &mut is_told);
        let look = log_state(connection, "noop").and_then(|(logged, copied)| {
            n_quiet = if logged == seen { n_quiet + 1 } else { 0 };
            seen = logged;
            let is_due = logged - copied >= soft || n_quiet >= QUIET_LOOKS;
            match logged > copied && is_due {
                true => log_state(connection, "passive").map(|_| ()),
                false => Ok(()),
            }
        });
        if let Err(error) = look {
            tracing::warn!(%error, "the checkpoint of the SQLite log failed");
        }
    }
}

/// Pages in the log, and how many of them are copied back, after a checkpoint of this kind (`noop` copies none).
fn log_state(connection: &Connection, kind: &str) -> rusqlite::Result<(i64, i64)> {
    let sql = format!("pragma wal_checkpoint({kind})");
    connection.query_row(&sql, [], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// Reports once that the log is held, and once that it was given back.
fn tell(place: &SqlitePlace, log_bytes: u64, is_told: &mut bool) {
    let is_held = log_bytes > place.log_bytes_max;
    if is_held == *is_told {
        return;
    }
    *is_told = is_held;
    let (path, mib) = (place.path.display(), log_bytes >> 20);
    if is_held {
        tracing::error!(%path, mib, "somebody reads the SQLite file for long, and its log cannot be copied back: end the shell or backup that has it open");
    } else {
        tracing::info!(%path, mib, "the log of the SQLite file was given back");
    }
}
