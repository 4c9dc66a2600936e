//! What the API and the command line show of jobs and their runs.

use jobs::lease::{JobRun, JobState, is_held, runs, states};
use jobs::schedule::NEVER_MS;
use jobs::{Job, Schedule};
use serde::Serialize;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;

/// A run of a job (任务执行记录).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// Who asked for it; empty when it was due.
    pub asked_by: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// How long it took, or has taken until now, in milliseconds.
    pub duration_ms: i64,
    /// `running`, `done`, `failed`, `lost` or `cancelled`.
    pub result: String,
    /// What it did, or why it failed.
    pub detail: String,
    /// How many it has done, when it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<i64>,
    /// Of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// 1, or more when it was a retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i64>,
    /// The number of the process that did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<i64>,
}

/// A job (定时任务) as the list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// What it is for.
    pub about: String,
    /// The same in English.
    pub about_en: String,
    /// `every 60 s`, `cron 0 2 * * *` (Beijing time), `working day 1 09:30` or `on request`.
    pub schedule: String,
    /// Seconds from the end of one run to the next, if it is due by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<i64>,
    /// When it is due, RFC 3339; nothing when somebody must ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Whether that is a guess: the holidays of the year are not published, or not in this release.
    pub is_due_guess: bool,
    /// `running`, `retrying` (failed, and tried again soon), `failed` (until its next time), or `waiting`.
    pub state: String,
    /// Whether somebody works on it.
    pub is_running: bool,
    /// Whether the present run was asked to stop.
    pub is_cancelling: bool,
    /// Runs that failed since one did not.
    pub n_failed: i64,
    /// The present run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<RunView>,
    /// The last run that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<RunView>,
}

/// Every job, in the order of the modules.
pub fn jobs(tx: &mut Tx<'_>, jobs: &[Job], now_ms: i64) -> StoreResult<Vec<JobView>> {
    let states = states(tx)?;
    let mut views = Vec::new();
    for job in jobs {
        let state = states.iter().find(|state| state.name == job.name());
        // The present run is the newest, and the last that ended the one before it.
        views.push(view(job, state, runs(tx, job.name(), 2)?, now_ms));
    }
    Ok(views)
}

/// The last runs of a job, newest first.
pub fn last_runs(tx: &mut Tx<'_>, job: &Job, now_ms: i64, limit: i64) -> StoreResult<Vec<RunView>> {
    let found = runs(tx, job.name(), limit)?;
    Ok(found.into_iter().map(|run| run_view(run, now_ms)).collect())
}

fn view(job: &Job, state: Option<&JobState>, found: Vec<JobRun>, now_ms: i64) -> JobView {
    let is_running = state.is_some_and(|state| is_held(state, now_ms));
    let (open, ended): (Vec<JobRun>, Vec<JobRun>) =
        found.into_iter().partition(|run| run.result.is_none());
    let n_failed = state.map_or(0, |state| state.n_failed);
    let is_retrying = n_failed > 0 && state.is_some_and(|state| state.attempt > 0);
    let due_at = state.map_or_else(|| job.schedule.first(now_ms), |state| state.due_at);
    let shown = match (is_running, is_retrying, n_failed) {
        (true, _, _) => "running",
        (false, true, _) => "retrying",
        (false, false, 1..) => "failed",
        (false, false, _) => "waiting",
    };
    JobView {
        id: job.name().to_owned(),
        name: job.words.chinese.to_owned(),
        name_en: job.words.english.to_owned(),
        about: job.words.about.0.to_owned(),
        about_en: job.words.about.1.to_owned(),
        schedule: job.schedule.text(),
        every_seconds: match job.schedule {
            Schedule::Every(every_ms) => Some(every_ms / 1000),
            Schedule::Cron(_) | Schedule::WorkingDay { .. } | Schedule::OnRequest => None,
        },
        due_at: (due_at < NEVER_MS).then(|| beijing_rfc3339(due_at)),
        is_due_guess: due_at < NEVER_MS && job.schedule.is_guess(due_at),
        state: shown.to_owned(),
        is_running,
        is_cancelling: is_running && state.is_some_and(|state| !state.cancel_asked.is_empty()),
        n_failed,
        running: open
            .into_iter()
            .next()
            .filter(|_| is_running)
            .map(|run| run_view(run, now_ms)),
        last: ended.into_iter().next().map(|run| run_view(run, now_ms)),
    }
}

fn run_view(run: JobRun, now_ms: i64) -> RunView {
    RunView {
        id: run.id.to_string(),
        asked_by: run.asked_by,
        started_at: beijing_rfc3339(run.started_at),
        ended_at: run.ended_at.map(beijing_rfc3339),
        // A clock that was set back meanwhile shows no time before the beginning.
        duration_ms: (run.ended_at.unwrap_or(now_ms) - run.started_at).max(0),
        result: run.result.unwrap_or_else(|| "running".to_owned()),
        detail: run.detail,
        done: run.progress.map(|far| far.0),
        total: run.progress.map(|far| far.1),
        attempt: run.attempt,
        node: run.node,
    }
}
