//! A job (定时任务): something that the platform does by itself, declared by the module that knows what.

use crate::fence::Fenced;
use crate::schedule::Schedule;
use crate::turn::JobTurn;
use std::pin::Pin;
use std::sync::Arc;
use store::Error;

/// A run on its way: what to note of it (nothing when nothing was done), or why it did not end.
pub type JobFuture = Pin<Box<dyn Future<Output = Result<String, JobFailure>> + Send>>;

/// What a job does.
pub type JobWork = Arc<dyn Fn(JobTurn) -> JobFuture + Send + Sync>;

/// Why a run did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobFailure {
    /// It failed; the reason, for people.
    Failed(String),
    /// It was told to stop and did; what was done until then.
    Stopped(String),
}

impl From<String> for JobFailure {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl From<Error> for JobFailure {
    fn from(error: Error) -> Self {
        Self::Failed(error.chinese())
    }
}

impl<E: Into<Self>> From<Fenced<E>> for JobFailure {
    fn from(failure: Fenced<E>) -> Self {
        match failure {
            Fenced::Lost => Self::Failed(Fenced::<Error>::Lost.to_string()),
            Fenced::Work(failure) => failure.into(),
        }
    }
}

/// What people read of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobWords {
    /// Its name: `module.verb`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// The same in English.
    pub english: &'static str,
    /// What it is for: one sentence in Chinese, the same in English.
    pub about: (&'static str, &'static str),
}

/// What a job may take, and what happens when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLimits {
    /// How long a run may go on, in milliseconds; then it is cut off and has failed.
    pub longest_ms: i64,
    /// How often a failed run is tried again before the job waits for its next time.
    pub retries: i64,
    /// Pause before the first retry, in milliseconds; each next one is twice as long.
    pub pause_ms: i64,
    /// Longest pause before a retry, in milliseconds.
    pub pause_ms_max: i64,
    /// Whether it may be cut off anywhere: what it does is small transactions, and what is missing is done by the
    /// next run. Another one is told to stop, and is cut off only when it does not.
    pub is_cuttable: bool,
}

/// The limits of a job that has none of its own: ten minutes, three retries within a few minutes.
pub const LIMITS: JobLimits = JobLimits {
    longest_ms: 600_000,
    retries: 3,
    pause_ms: 60_000,
    pause_ms_max: 1_800_000,
    is_cuttable: true,
};

impl JobLimits {
    /// The pause after a number of failed attempts; nothing when there were enough.
    pub fn pause(&self, n_failed: i64) -> Option<i64> {
        if n_failed > self.retries {
            return None;
        }
        let n_doubled = u32::try_from(n_failed - 1).unwrap_or(0);
        let factor = 2_i64.checked_pow(n_doubled).unwrap_or(i64::MAX);
        Some(self.pause_ms.saturating_mul(factor).min(self.pause_ms_max))
    }
}

/// A job (定时任务).
#[derive(Clone)]
pub struct Job {
    /// What people read of it.
    pub words: JobWords,
    /// When it is due.
    pub schedule: Schedule,
    /// What it may take.
    pub limits: JobLimits,
    /// Does it.
    pub run: JobWork,
}

impl Job {
    /// Its name: `module.verb`.
    pub fn name(&self) -> &'static str {
        self.words.name
    }

    /// When it is due after a failed attempt, and which attempt the next one follows: a retry after its pause, but never
    /// later than by the schedule.
    pub fn after_failure(&self, attempt: i64, now_ms: i64) -> (i64, i64) {
        let next = self.schedule.next(now_ms);
        let pause_ms = self.limits.pause(attempt);
        let retry = pause_ms.map(|pause_ms| now_ms.saturating_add(pause_ms));
        match retry.filter(|retry| *retry < next) {
            Some(retry) => (retry, attempt),
            None => (next, 0),
        }
    }
}
