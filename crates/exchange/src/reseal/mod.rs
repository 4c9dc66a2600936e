//! The job that seals what was stored before (补加密存量报文): see [`store::reseal`].
//!
//! It walks through the columns that the rooms of this floor seal. What passes through in minutes
//! (queues, the inbox) is left to run out.

#[cfg(test)]
mod tests;

use crate::{message, receipt};
use registry::ground::Ground;
use registry::job::Job;
use std::sync::Arc;
use store::Result;
use store::reseal::step;

/// How often the job looks, in milliseconds: ten minutes.
const EVERY_MS: i64 = 600_000;

/// How long one run goes on, in milliseconds; the next goes on from there.
const RUN_MS: i64 = 30_000;

/// The job; it has nothing to do while there is no key.
pub fn job(ground: &Ground) -> Job {
    let ground = ground.clone();
    Job {
        name: "message.reseal",
        chinese: "补加密存量报文",
        every_ms: EVERY_MS,
        run: Arc::new(move || {
            let ground = ground.clone();
            Box::pin(async move { run(&ground).await.map_err(|error| error.to_string()) })
        }),
    }
}

/// Seals for a while; answers what was done, for the record of the job.
///
/// # Errors
/// The store's; what was sealed before stays sealed.
pub(crate) async fn run(ground: &Ground) -> Result<String> {
    let until_ms = ground.clock.monotonic_ms().saturating_add(RUN_MS);
    let (mut n_sealed, mut n_damaged) = (0, 0);
    let mut is_done = true;
    'columns: for column in message::SEALED.iter().chain(receipt::SEALED) {
        loop {
            let done = step(&ground.db, column).await?;
            n_sealed += done.n_sealed;
            n_damaged += done.n_damaged;
            if !done.goes_on {
                break;
            }
            if ground.clock.monotonic_ms() >= until_ms {
                is_done = false;
                break 'columns;
            }
        }
    }
    Ok(told(n_sealed, n_damaged, is_done))
}

/// What was done, for the record of the job.
fn told(n_sealed: u64, n_damaged: u64, is_done: bool) -> String {
    let damaged = match n_damaged {
        0 => String::new(),
        n => format!("；{n} 项用现有密钥无法解密，保持原样，位置见运行日志"),
    };
    match (n_sealed, is_done) {
        (0, true) if n_damaged == 0 => String::new(),
        (n, true) => format!("已补加密 {n} 项，存量已全部处理{damaged}"),
        (n, false) => format!("已补加密 {n} 项，尚未完成，下次继续{damaged}"),
    }
}
