//! Jobs (定时任务) that stand on the foundations: the module that knows what declares one, and the runner of the crate
//! [`jobs`] does it when it is due.

use crate::context::AppContext;
use jobs::job::LIMITS;
use jobs::turn::JobTurn;
use jobs::{Job, JobFuture, JobWords, Schedule};
use std::sync::Arc;

/// Who acts in the audit when a job does.
pub const ACTOR: &str = "定时任务";

/// A job whose function needs nothing but the foundations, with the usual limits.
pub fn of(
    context: &AppContext,
    words: JobWords,
    schedule: Schedule,
    run: fn(AppContext, JobTurn) -> JobFuture,
) -> Job {
    let context = context.clone();
    Job {
        words,
        schedule,
        limits: LIMITS,
        run: Arc::new(move |turn| run(context.clone(), turn)),
    }
}
