//! The job that seals what was stored before (补加密存量报文): see [`store::reseal`].
//!
//! It walks through the columns that the rooms of this floor seal, and through those of the queue. When all
//! are done it forgets the keys with which nothing is sealed any more, and says so in its record: then the
//! platform starts without them.

#[cfg(test)]
mod tests;

use crate::{message, receipt};
use queue::Queue;
use registry::ground::Ground;
use registry::job::Job;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::reseal::{Column, Walk, needed, older, retire, step};
use store::{Db, Result};

/// How often the job looks, in milliseconds: ten minutes.
const EVERY_MS: i64 = 600_000;

/// How long one run goes on, in milliseconds; the next goes on from there.
const RUN_MS: i64 = 30_000;

/// What is sealed of the room of answers that wait for their turn ([`crate::inbox`]).
const INBOX: &[Column] = &[Column {
    table: "receipt_inbox",
    column: "body",
    key: ("id", None),
    is_text: false,
}];

/// The job; it has nothing to do while there is no key.
pub fn job(ground: &Ground, queue: &Arc<dyn Queue>) -> Job {
    let (ground, queue) = (ground.clone(), Arc::clone(queue));
    Job {
        name: "message.reseal",
        chinese: "补加密存量报文",
        every_ms: EVERY_MS,
        run: Arc::new(move || {
            let (ground, queue) = (ground.clone(), Arc::clone(&queue));
            Box::pin(async move {
                let run = run(&ground, &*queue).await;
                run.map_err(|error| error.to_string())
            })
        }),
    }
}

/// What one run did.
#[derive(Debug, Default)]
struct Told {
    n_sealed: u64,
    /// Values that no key opens.
    n_damaged: u64,
    is_done: bool,
    /// Older keys that nothing needs any more, and those of values that cannot be opened.
    retired: BTreeSet<String>,
    needed: BTreeMap<String, i64>,
}

/// Seals for a while; answers what was done, for the record of the job.
///
/// # Errors
/// The store's; what was sealed before stays sealed.
pub(crate) async fn run(ground: &Ground, queue: &dyn Queue) -> Result<String> {
    let until_ms = ground.clock.monotonic_ms().saturating_add(RUN_MS);
    let is_late = || ground.clock.monotonic_ms() >= until_ms;
    let own = message::SEALED.iter().chain(receipt::SEALED).chain(INBOX);
    let mut places: Vec<(&Db, &'static Column)> = own.map(|column| (&ground.db, column)).collect();
    let mut databases = vec![&ground.db];
    if let Some((db, columns)) = queue.sealed() {
        places.extend(columns.iter().map(|column| (db, column)));
        databases.push(db);
    }
    let mut told = Told::default();
    told.is_done = walk(&places, Walk::First, &mut told, is_late).await?;
    let mut old = BTreeSet::new();
    for db in &databases {
        old.extend(db.read(older).await?);
    }
    if !told.is_done || old.is_empty() {
        return Ok(told.text());
    }
    told.n_damaged = 0;
    told.is_done = walk(&places, Walk::Again, &mut told, is_late).await?;
    if told.is_done {
        for db in &databases {
            told.needed.extend(db.read(needed).await?);
        }
        for db in databases {
            let needed = told.needed.clone();
            told.retired
                .extend(db.write(move |tx| retire(tx, &needed)).await?);
        }
    }
    Ok(told.text())
}

/// Walks on through these columns; answers whether the end of all was reached in time.
async fn walk(
    places: &[(&Db, &'static Column)],
    walk: Walk,
    told: &mut Told,
    is_late: impl Fn() -> bool,
) -> Result<bool> {
    for (db, column) in places {
        loop {
            let done = step(db, column, walk).await?;
            told.n_sealed += done.n_sealed;
            told.n_damaged += done.n_damaged;
            if !done.goes_on {
                break;
            }
            if is_late() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

impl Told {
    /// What was done, for the record of the job; nothing when nothing was.
    fn text(&self) -> String {
        let mut text = match (self.n_sealed, self.is_done) {
            (0, true) if self.n_damaged == 0 && self.retired.is_empty() => return String::new(),
            (n, true) => format!("已补加密 {n} 项，存量已全部处理"),
            (n, false) => format!("已补加密 {n} 项，尚未完成，下次继续"),
        };
        if self.n_damaged > 0 {
            let n = self.n_damaged;
            text.push_str(&format!(
                "；{n} 项用现有密钥无法解密，保持原样，位置见运行日志"
            ));
        }
        for id in &self.retired {
            text.push_str(&format!("；旧密钥 {id} 已停用，可从密钥文件中删去"));
        }
        for (id, n) in &self.needed {
            text.push_str(&format!("；旧密钥 {id} 仍有 {n} 项，不能删去"));
        }
        text
    }
}
