//! The files and servers behind a process: databases and the queue, opened, looked at, written anew.

use crate::config::{Config, QueueKind};
use crate::files;
use anyhow::bail;
use queue::{Builtin, Queue, RabbitMq, UnmadeQueue};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::check::{Checked, quick_check};
use store::clock::SharedClock;
use store::compact::{self, Compacted};
use store::{Db, SchemaCare};

/// Opens a database on a thread that may block.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_db(config: store::StoreConfig) -> anyhow::Result<Db> {
    Ok(tokio::task::spawn_blocking(move || Db::open(&config)).await??)
}

/// How long the files are looked at before the start, all at once. Callers wait for it: a platform of ten million messages is to be
/// there again within two seconds of a crash, and what is damaged further on in its file is found by `doctor`.
const CHECK_MAX: Duration = Duration::from_secs(1);

/// Page cache of a database beside the main one, in MiB: what is in it is young and soon gone.
const BESIDE_CACHE_MIB: u64 = 8;

/// Settings of a database beside the main one (queue, simulator).
pub fn beside(store: &store::StoreConfig, url: String) -> store::StoreConfig {
    store::StoreConfig {
        url,
        sqlite_cache_mib: BESIDE_CACHE_MIB,
        n_readers: 1,
        ..store.clone()
    }
}

/// Takes the rights of others on the platform's files away, and looks for a bounded time whether the
/// files of the databases are sound.
pub(crate) async fn sound(config: &Config) -> anyhow::Result<()> {
    for one in files::mend(config) {
        let (path, why) = (one.path.display(), one.why);
        tracing::warn!(%path, mode = format!("{:o}", one.mode), why, "others can read this");
    }
    let mut all = vec![config.store.clone()];
    if config.queue.kind == QueueKind::Builtin {
        all.push(beside(&config.store, config.queue.url.clone()));
    }
    let looks: Vec<_> = all
        .into_iter()
        .map(|one| {
            let url = one.url.clone();
            let look = tokio::task::spawn_blocking(move || quick_check(&one, CHECK_MAX));
            (url, look)
        })
        .collect();
    for (url, look) in looks {
        match look.await?? {
            Checked::Sound | Checked::Nothing => {}
            Checked::Unfinished => tracing::info!(
                url,
                "the database is large and was checked in part; `doctor` checks all of it"
            ),
            Checked::Damaged(faults) => bail!(
                "数据库文件已损坏，未启动：{url}：{}。请保留该文件，从备份恢复后再启动；\
                 恢复步骤见 docs/operating",
                faults.join("；")
            ),
        }
    }
    Ok(())
}

/// Writes the files of the databases anew when they are opened with a key for the first time: what was
/// deleted before would stay readable in them. A file may be too large for that.
pub(crate) async fn forget_deleted(config: &Config) -> anyhow::Result<()> {
    let mut all = vec![config.store.clone()];
    if config.queue.kind == QueueKind::Builtin {
        all.push(beside(&config.store, config.queue.url.clone()));
    }
    for one in all {
        let url = one.url.clone();
        let writing =
            tokio::task::spawn_blocking(move || compact::compact_once(&one, compact::SMALL));
        match writing.await?? {
            Compacted::Nothing => {}
            Compacted::Done => tracing::info!(url, "what was deleted before is gone from the file"),
            Compacted::Busy => tracing::warn!(
                url,
                "another process works with the file: what was deleted before may be readable in it \
                 until the next start"
            ),
            Compacted::Failed(why) => tracing::warn!(
                url,
                why,
                "the file could not be written anew and is as it was: what was deleted before may be \
                 readable in it until a start at which there is room on the disk"
            ),
            Compacted::Large(bytes) => tracing::warn!(
                url,
                mib = bytes >> 20,
                "too large to be written anew at a start: what was deleted before there was a key may be \
                 readable in the file; docs/operating says what to do"
            ),
        }
    }
    Ok(())
}

/// Opens the queue as the settings say. `is_claimed` says that the number of this process is its own.
pub(crate) async fn open_queue(
    config: &Config,
    number: u8,
    is_claimed: bool,
    clock: &SharedClock,
) -> anyhow::Result<Arc<dyn Queue>> {
    let settings = &config.queue;
    Ok(match settings.kind {
        QueueKind::Builtin => {
            let mut store = beside(&config.store, settings.url.clone());
            if is_claimed && store.schema == SchemaCare::Look {
                // Who writes while the platform runs may be the first one to need the queue.
                store.schema = SchemaCare::Create;
            }
            let is_missing = store
                .sqlite_path()
                .is_some_and(|file| !Path::new(file).exists());
            if store.schema == SchemaCare::Look && is_missing {
                return Ok(Arc::new(UnmadeQueue::at(&settings.url)));
            }
            let db = open_db(store).await?;
            let clock = Arc::clone(clock);
            let builtin = Builtin::new(db, clock, number, settings.builtin.clone());
            builtin.begin_after_what_waits().await?;
            if is_claimed {
                let n_freed = builtin.follow().await?;
                if n_freed > 0 {
                    tracing::info!(
                        n_freed,
                        "messages in the hands of a process that died wait again"
                    );
                }
            }
            Arc::new(builtin)
        }
        QueueKind::RabbitMq => {
            Arc::new(RabbitMq::new(settings.rabbitmq.clone(), Arc::clone(clock))?)
        }
    })
}
