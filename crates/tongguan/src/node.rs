//! This process among those that share a database: its number, and the lock of its data folder.
//!
//! The number is claimed before the first id is made. A lock on a file in the data folder says at once
//! whether another process works there under the same number; the row in the database says it of
//! processes elsewhere, which are given the time of one claim to show that they live. A copy of the folder is elsewhere, too: the
//! name of the place says which file it is, and since which start of the machine.

use crate::config::Config;
use anyhow::{Context, bail};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::clock::{SharedClock, beijing_rfc3339};
use store::id::{IdMaker, IdSpan};
use store::node::{self, Claimant, LEASE_MS, NumberClaimed, NumberHolder, TakeOver};

/// Pause between two looks whether the process that has the number lives.
const LOOK: Duration = Duration::from_millis(500);

/// The highest number of a process.
const NUMBER_MAX: u8 = 63;

/// Bytes of randomness that name a place or a start.
const NAME_BYTES: usize = 12;

/// The claim of this process to its number; given back by [`NodeClaim::release`].
pub struct NodeClaim {
    /// What was claimed.
    pub claimant: Claimant,
    /// The ids that may be made under the number.
    span: IdSpan,
    /// Holds the lock as long as it lives.
    _lock: Option<File>,
}

impl NodeClaim {
    /// Claims `node.number`.
    ///
    /// # Errors
    /// When a living process has it, with what to do.
    pub async fn claim(config: &Config, db: &Db, clock: &SharedClock) -> anyhow::Result<Self> {
        let mut node = Self::of(config, config.node.number)?;
        let Some(first) = node.ask(db, clock, TakeOver::Nobody).await? else {
            return Ok(node);
        };
        let (process, number) = (&first.process, node.claimant.number);
        tracing::warn!(
            number,
            process,
            "waits whether the process that had this number still lives"
        );
        let until_ms = clock.monotonic_ms().saturating_add(LEASE_MS);
        loop {
            clock.sleep(LOOK).await;
            // By our own watch, for the clock of either may be wrong.
            let take_over = match clock.monotonic_ms() < until_ms {
                true => TakeOver::Nobody,
                false => TakeOver::Silent(first.beat_at),
            };
            match node.ask(db, clock, take_over).await? {
                None => return Ok(node),
                Some(holder) if holder == first => {}
                Some(holder) => bail!(taken(number, &holder.process, holder.beat_at)),
            }
        }
    }

    /// Claims the highest free number: for a process beside the platform, whose own it leaves alone.
    ///
    /// # Errors
    /// When none is free.
    pub async fn claim_any(config: &Config, db: &Db, clock: &SharedClock) -> anyhow::Result<Self> {
        // Those that were given back first: whether a claim has run out says our clock, which may be wrong.
        for take_over in [TakeOver::Nobody, TakeOver::RunOut] {
            for number in (0..=NUMBER_MAX).rev() {
                let Ok(mut node) = Self::of(config, number) else {
                    continue;
                };
                if node.ask(db, clock, take_over).await?.is_none() {
                    return Ok(node);
                }
            }
        }
        bail!("进程编号 0 至 {NUMBER_MAX} 均已被占用")
    }

    /// A maker of the ids of this number, none of which was made before.
    pub fn ids(&self, clock: &SharedClock) -> IdMaker {
        let ids = IdMaker::new(Arc::clone(clock), self.claimant.number);
        ids.begin(self.span);
        ids
    }

    /// Gives the number back, so that another process need not wait; `ids` have made what was made under it.
    pub async fn release(self, db: &Db, ids: &IdMaker) {
        let (claimant, until_ms) = (self.claimant.clone(), ids.last_record());
        let released = db.write(move |tx| node::release(tx, &claimant, Some(until_ms)));
        if let Err(error) = released.await {
            tracing::warn!(%error, "the number could not be given back; the claim runs out by itself");
        }
    }

    fn of(config: &Config, number: u8) -> anyhow::Result<Self> {
        let process = this_process();
        let (lock, place) = match &config.node.data {
            Some(folder) => lock(folder, number, &process)?,
            None => (None, String::new()),
        };
        let claimant = Claimant {
            number,
            owner: random_name()?,
            place,
            process,
        };
        Ok(Self {
            claimant,
            span: IdSpan::after(0, 0),
            _lock: lock,
        })
    }

    /// Asks for the number; answers who has it when it cannot be had.
    async fn ask(
        &mut self,
        db: &Db,
        clock: &SharedClock,
        take_over: TakeOver,
    ) -> store::Result<Option<NumberHolder>> {
        let (claimant, now_ms) = (self.claimant.clone(), clock.now_ms());
        let claim = db.write(move |tx| node::claim(tx, &claimant, now_ms, take_over));
        match claim.await? {
            NumberClaimed::Ours(span) => {
                self.span = span;
                Ok(None)
            }
            NumberClaimed::Held(holder) => Ok(Some(holder)),
        }
    }
}

fn taken(number: u8, process: &str, beat_at: i64) -> String {
    format!(
        "node.number {number} 正由另一进程使用（{process}，最近一次心跳 {}）。共用一个数据库的进程编号须各不相同，\
         请为本进程设置不同的 node.number（0 至 {NUMBER_MAX}，环境变量 TONGGUAN_NODE__NUMBER）",
        beijing_rfc3339(beat_at)
    )
}

/// Locks the data folder for a number; answers the name of the place, whose first part stands in the file.
fn lock(folder: &Path, number: u8, process: &str) -> anyhow::Result<(Option<File>, String)> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("无法建立数据目录 {}", folder.display()))?;
    let path = folder.join(format!("node-{number}.lock"));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("无法打开 {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            let who = text.lines().nth(1).unwrap_or("未知").to_owned();
            bail!(
                "数据目录 {} 正由另一进程以 node.number {number} 使用（{who}）。请先停止它，\
                 或为本进程设置不同的 node.number（环境变量 TONGGUAN_NODE__NUMBER）",
                folder.display()
            );
        }
        Err(TryLockError::Error(error)) => {
            // Some network file systems have no locks; the row in the database must do there.
            tracing::warn!(%error, "the data folder cannot be locked");
            return Ok((None, String::new()));
        }
    }
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap_or_default();
    let place = match text.lines().next() {
        Some(name) if name.len() == NAME_BYTES * 2 => name.to_owned(),
        Some(_) | None => random_name()?,
    };
    let mut write = || {
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(format!("{place}\n{process}\n").as_bytes())
    };
    write().with_context(|| format!("无法写入 {}", path.display()))?;
    let place = place_of(&file, &place).with_context(|| format!("无法读取 {}", path.display()))?;
    Ok((Some(file), place))
}

/// The place of a lock: the name in the file, which file it is, and since when the machine runs. A copied folder, a restored
/// backup and a cloned machine have the same name, and another of the other two.
fn place_of(file: &File, name: &str) -> std::io::Result<String> {
    let about = file.metadata()?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let (device, inode) = (about.dev(), about.ino());
    Ok(format!("{name} {device}:{inode} {}", boot.trim()))
}

/// This process by its machine and number, as operators read it.
pub(crate) fn this_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("主机 {}，进程 {}", host.trim(), std::process::id())
}

fn random_name() -> anyhow::Result<String> {
    let mut bytes = [0; NAME_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("无法取得随机数：{error}"))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
