//! Packing of what was stored before it was packed (存量压缩): a job that goes through it once.
//!
//! Bodies of messages, the XML of receipts (which moves out of the rows of the feed) and what is compared of documents. A
//! few rows in each transaction; where it stands is kept with them, so that it may be stopped anywhere and goes on from
//! there. Readers see what was stored before and what is packed alike.

#[cfg(test)]
mod tests;

use crate::intake::dictionary;
use crate::{matching, receipt};
use jobs::{Job, JobWords, Schedule};
use registry::context::AppContext;
use registry::job;
use store::pack::PackDictionary;
use store::repack::{OlderColumn, PackStep, pack_older};
use store::{Result, Tx};

/// How often the job looks, in milliseconds: ten minutes.
const EVERY_MS: i64 = 600_000;

/// How long one run goes on, in milliseconds; the next goes on from there.
const RUN_MS: i64 = 480_000;

const PACK: JobWords = JobWords {
    name: "message.pack",
    chinese: "压缩存量报文",
    english: "Compress messages stored uncompressed",
    about: (
        "压缩升级之前存储的报文、回执和比对要素，少占磁盘；全部完成后不再有事可做。",
        "Compresses messages, receipts and compared elements stored before the upgrade, so that they take less disk space. \
         Once everything is compressed, it has nothing more to do.",
    ),
};

const BODIES: OlderColumn = OlderColumn {
    table: "message_body",
    column: "body",
    key: "message_id",
    dictionary: of_bytes,
};
const SIGNED: OlderColumn = OlderColumn {
    table: "message_signed",
    ..BODIES
};

/// One transaction of each kind.
const STEPS: [fn(&mut Tx<'_>) -> Result<PackStep>; 4] = [
    |tx| pack_older(tx, &BODIES),
    |tx| pack_older(tx, &SIGNED),
    receipt::xml::sql::move_older,
    matching::pack_older,
];

fn of_bytes(body: &[u8]) -> PackDictionary {
    ceb::sniff(body).map_or(PackDictionary::NONE, |sniffed| dictionary(&sniffed))
}

/// The job; it has nothing to do when all is packed.
pub fn job(context: &AppContext) -> Job {
    // Each step compares what it changes with what it read: it does nothing twice, whoever does it.
    job::of(context, PACK, Schedule::Every(EVERY_MS), |context, _| {
        Box::pin(async move { Ok(run(&context).await?) })
    })
}

/// Packs for a while; answers what was done, for the record of the job.
///
/// # Errors
/// The store's; what was packed before stays packed.
pub(crate) async fn run(context: &AppContext) -> Result<String> {
    let until_ms = context.clock.monotonic_ms().saturating_add(RUN_MS);
    let (mut n_packed, mut failure) = (0, Ok(()));
    for step in STEPS {
        loop {
            // What cannot be packed in one table keeps none of the others.
            let done = match context.db.write(step).await {
                Ok(done) => done,
                Err(error) => {
                    failure = failure.and(Err(error));
                    break;
                }
            };
            n_packed += done.n_packed;
            if !done.goes_on {
                break;
            }
            if context.clock.monotonic_ms() >= until_ms {
                return Ok(format!("已压缩 {n_packed} 项，尚未完成，下次继续"));
            }
        }
    }
    failure?;
    Ok(match n_packed {
        0 => String::new(),
        n => format!("已压缩 {n} 项，存量已全部处理"),
    })
}
