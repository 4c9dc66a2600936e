//! What is looked at before the platform opens its files.

use super::beside;
use crate::config::{Config, QueueKind};
use crate::files;
use std::time::Duration;
use store::check::{Checked, quick_check};
use store::compact::{self, Compacted};

/// How long the files are looked at before the start.
const CHECK_MAX: Duration = Duration::from_secs(10);

/// Takes the rights of others on the platform's files away, and looks for a bounded time whether the
/// files of the databases are sound.
pub(super) async fn sound(config: &Config) -> anyhow::Result<()> {
    for one in files::mend(config) {
        let (path, why) = (one.path.display(), one.why);
        tracing::warn!(%path, mode = format!("{:o}", one.mode), why, "others can read this");
    }
    let mut all = vec![config.store.clone()];
    if config.queue.kind == QueueKind::Builtin {
        all.push(beside(&config.store, config.queue.url.clone()));
    }
    for one in all {
        let url = one.url.clone();
        let looking = tokio::task::spawn_blocking(move || quick_check(&one, CHECK_MAX));
        match looking.await?? {
            Checked::Sound | Checked::Nothing => {}
            Checked::Unfinished => tracing::info!(
                seconds = CHECK_MAX.as_secs(),
                "the database is large and was checked in part; `doctor` checks all of it"
            ),
            Checked::Damaged(faults) => anyhow::bail!(
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
pub(super) async fn forget_deleted(config: &Config) -> anyhow::Result<()> {
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
