//! The job that seals what was stored before (补加密存量报文): see [`store::reseal`].
//!
//! It walks through the columns that the modules of this layer seal, and through those of the queue. When all
//! are done it forgets the keys with which nothing is sealed any more, and says so in its record: then the
//! platform starts without them. No key is forgotten while a living process seals with it.

#[cfg(test)]
mod tests;

use crate::{message, receipt};
use jobs::job::LIMITS;
use jobs::{Job, JobWords, Schedule};
use queue::Queue;
use registry::context::AppContext;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::node::keys_in_use;
use store::reseal::{SealedColumn, Walk, begin_again, end_again, needed, older, retire};
use store::walk::step;
use store::{Db, Result};

/// How often the job looks, in milliseconds: ten minutes.
const EVERY_MS: i64 = 600_000;

/// How long one run goes on, in milliseconds; the next goes on from there.
const RUN_MS: i64 = 30_000;

/// What is sealed of the module of answers that wait for their turn ([`crate::inbox`]).
const INBOX: &[SealedColumn] = &[SealedColumn {
    table: "receipt_inbox",
    column: "body",
    key: ("id", None),
    is_text: false,
}];

const RESEAL: JobWords = JobWords {
    name: "message.reseal",
    chinese: "补加密存量报文",
    english: "Encrypt messages stored unencrypted",
    about: (
        "用现行密钥加密此前存储的报文和回执，全部完成后停用旧密钥。",
        "Encrypts older stored data with the current key, and retires old keys once nothing needs them.",
    ),
};

/// The job; it has nothing to do while there is no key.
pub fn job(context: &AppContext, queue: &Arc<dyn Queue>) -> Job {
    let (context, queue) = (context.clone(), Arc::clone(queue));
    Job {
        words: RESEAL,
        schedule: Schedule::Every(EVERY_MS),
        // Each step compares what it changes with what it read: it does nothing twice, whoever does it.
        limits: LIMITS,
        run: Arc::new(move |_| {
            let (context, queue) = (context.clone(), Arc::clone(&queue));
            Box::pin(async move { Ok(run(&context, &*queue).await?) })
        }),
    }
}

/// A database, and what is sealed in it.
type SealedDatabase<'a> = (&'a Db, Vec<&'static SealedColumn>);

/// What one run did.
#[derive(Debug, Default)]
struct RunResult {
    n_sealed: u64,
    /// Values that no key opens.
    n_damaged: u64,
    is_done: bool,
    /// Older keys that nothing needs any more, those of values that cannot be opened, and those with which
    /// living processes seal.
    retired: BTreeSet<String>,
    needed: BTreeMap<String, i64>,
    in_use: BTreeSet<String>,
}

/// Seals for a while; answers what was done, for the record of the job.
///
/// # Errors
/// The store's; what was sealed before stays sealed.
pub(crate) async fn run(context: &AppContext, queue: &dyn Queue) -> Result<String> {
    let until_ms = context.clock.monotonic_ms().saturating_add(RUN_MS);
    let is_late = || context.clock.monotonic_ms() >= until_ms;
    let own = message::SEALED.iter().chain(receipt::SEALED).chain(INBOX);
    let mut databases: Vec<SealedDatabase<'_>> = vec![(&context.db, own.collect())];
    if let Some((db, columns)) = queue.sealed() {
        databases.push((db, columns.iter().collect()));
    }
    let mut result = RunResult::default();
    result.is_done = walk(&databases, Walk::First, &mut result, is_late).await?;
    if !result.is_done {
        return Ok(result.text());
    }
    let old = all_older(&databases).await?;
    if old.is_empty() {
        return Ok(result.text());
    }
    // Begun before anybody asks who lives: a process that comes later takes the mark away.
    for (db, _) in &databases {
        db.write(begin_again).await?;
    }
    if is_held(context, &databases, &old, &mut result).await? {
        return Ok(result.text());
    }
    result.n_damaged = 0;
    result.is_done = walk(&databases, Walk::Again, &mut result, is_late).await?;
    if result.is_done && !is_held(context, &databases, &old, &mut result).await? {
        for (db, columns) in &databases {
            let columns = columns.clone();
            for (id, n) in db.read(move |tx| needed(tx, &columns)).await? {
                *result.needed.entry(id).or_default() += n;
            }
        }
        // Parts of the archive stay sealed with the key of their time.
        for (id, n) in context.db.read(archive::part::sql::keys).await? {
            if old.contains(&id) {
                *result.needed.entry(id).or_default() += n;
            }
        }
        for (db, _) in &databases {
            let needed = result.needed.clone();
            db.write(move |tx| retire(tx, &needed)).await?;
        }
        let left = all_older(&databases).await?;
        result.retired = old.difference(&left).cloned().collect();
    }
    Ok(result.text())
}

/// The older keys of all databases.
async fn all_older(databases: &[SealedDatabase<'_>]) -> Result<BTreeSet<String>> {
    let mut old = BTreeSet::new();
    for (db, _) in databases {
        old.extend(db.read(older).await?);
    }
    Ok(old)
}

/// Whether living processes seal with one of the older keys; then the second walk is for nothing.
async fn is_held(
    context: &AppContext,
    databases: &[SealedDatabase<'_>],
    old: &BTreeSet<String>,
    result: &mut RunResult,
) -> Result<bool> {
    let now_ms = context.now_ms();
    let in_use = context.db.read(move |tx| keys_in_use(tx, now_ms)).await?;
    // Who does not say with which key may seal with any.
    let is_any = in_use.contains(&None);
    let held = old
        .iter()
        .filter(|id| is_any || in_use.contains(&Some((*id).clone())));
    result.in_use = held.cloned().collect();
    if result.in_use.is_empty() {
        return Ok(false);
    }
    for (db, _) in databases {
        db.write(end_again).await?;
    }
    Ok(true)
}

/// Walks on through these columns; answers whether the end of all was reached in time.
async fn walk(
    databases: &[SealedDatabase<'_>],
    walk: Walk,
    result: &mut RunResult,
    is_late: impl Fn() -> bool,
) -> Result<bool> {
    for (db, columns) in databases {
        for column in columns {
            loop {
                let done = step(db, column, walk).await?;
                result.n_sealed += done.n_sealed;
                result.n_damaged += done.n_damaged;
                if !done.goes_on {
                    break;
                }
                if is_late() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

impl RunResult {
    /// What was done, for the record of the job; nothing when nothing was.
    fn text(&self) -> String {
        let mut text = match (self.n_sealed, self.is_done) {
            (0, true) if self.says_nothing() => return String::new(),
            (n, true) => format!("已补加密 {n} 项，存量已全部处理"),
            (n, false) => format!("已补加密 {n} 项，尚未完成，下次继续"),
        };
        if self.n_damaged > 0 {
            let n = self.n_damaged;
            text.push_str(&format!(
                "；{n} 项已损坏、无法解密，保持原样，位置见运行日志"
            ));
        }
        for id in &self.retired {
            text.push_str(&format!("；旧密钥 {id} 已停用，可从密钥文件中删去"));
        }
        for (id, n) in &self.needed {
            text.push_str(&format!("；旧密钥 {id} 仍有 {n} 项，不能删去"));
        }
        for id in &self.in_use {
            text.push_str(&format!(
                "；旧密钥 {id} 仍由运行中的进程用于加密，暂不停用，请以新的密钥文件重新启动各进程"
            ));
        }
        text
    }

    fn says_nothing(&self) -> bool {
        let is_silent = self.needed.is_empty() && self.in_use.is_empty();
        is_silent && self.n_damaged == 0 && self.retired.is_empty()
    }
}
