//! `GET /api/v1/jobs`, `GET /api/v1/jobs/{name}/runs`, `POST /api/v1/jobs/{name}/run`.

use super::own::RUN;
use super::{Job, JobRun, runs, sql, states};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Gate, Routes};
use registry::approval::{http::Reason, reason};
use registry::audit;
use registry::request::{codes, not_found};
use registry::role::{Role, SYSTEM};
use serde::Serialize;
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

/// Runs shown.
const RUNS: i64 = 100;

/// Who watches the jobs: the officers, and those who are on duty.
const WATCHERS: &[Role] = &[
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
];

registry::operations! {
    ReadJobs = reads("jobs", "查看定时任务", WATCHERS);
    ReadJobRuns = reads("job_runs", "查看定时任务执行记录", WATCHERS);
    RunJob = changes("run_job", "立即执行定时任务", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<JobApi> {
    registry::routes!(jobs, job_runs, run_job)
}

/// What the routes of the jobs need.
#[derive(Clone)]
pub struct JobApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Every job of the platform.
    pub jobs: Arc<[Job]>,
}

impl registry::access::HasGate for JobApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl JobApi {
    fn job(&self, name: &str) -> Result<&Job, Problem> {
        let found = self.jobs.iter().find(|job| job.name == name);
        found.ok_or_else(not_found)
    }
}

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
    /// `running`, `done`, `failed` or `lost`.
    pub result: String,
    /// What it did, or why it failed.
    pub detail: String,
}

fn run_view(run: JobRun) -> RunView {
    RunView {
        id: run.id.to_string(),
        asked_by: run.asked_by,
        started_at: beijing_rfc3339(run.started_at),
        ended_at: run.ended_at.map(beijing_rfc3339),
        result: run.result.unwrap_or_else(|| "running".to_owned()),
        detail: run.detail,
    }
}

/// A job (定时任务) as the list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Seconds from the end of one run to the next.
    pub every_seconds: i64,
    /// When it is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Whether somebody works on it.
    pub is_running: bool,
    /// The last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<RunView>,
}

/// Every job with its last run (定时任务).
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "administration",
    responses(
        (status = 200, body = Page<JobView>)
    )
)]
async fn jobs(_: By<ReadJobs>, State(api): State<JobApi>) -> Result<Json<Page<JobView>>, Problem> {
    let context = &api.gate.context;
    let (jobs, now_ms) = (Arc::clone(&api.jobs), context.now_ms());
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Vec<JobView>> {
        let states = states(tx)?;
        let mut views = Vec::new();
        for job in jobs.iter() {
            let state = states.iter().find(|state| state.name == job.name);
            views.push(JobView {
                id: job.name.to_owned(),
                name: job.chinese.to_owned(),
                every_seconds: job.every_ms / 1000,
                due_at: state.map(|state| beijing_rfc3339(state.due_at)),
                is_running: state.is_some_and(|state| state.lease_until > now_ms),
                last: runs(tx, job.name, 1)?.pop().map(run_view),
            });
        }
        Ok(views)
    };
    let items = context.read(read).await?;
    Ok(Json(Page::whole(items)))
}

/// The last runs of a job, newest first (任务执行记录).
#[utoipa::path(
    get, path = "/api/v1/jobs/{name}/runs", tag = "administration",
    params(("name" = String, Path, description = "任务编码")),
    responses(
        (status = 200, body = Page<RunView>),
        (status = 404, body = Problem, description = "没有这个任务")
    )
)]
async fn job_runs(
    _: By<ReadJobRuns>,
    State(api): State<JobApi>,
    Path(name): Path<String>,
) -> Result<Json<Page<RunView>>, Problem> {
    let name = api.job(&name)?.name;
    let read = move |tx: &mut Tx<'_>| runs(tx, name, RUNS);
    let found = api.gate.context.read(read).await?;
    Ok(Json(Page::whole(found.into_iter().map(run_view).collect())))
}

/// Makes a job due now; the next process that looks does it (立即执行).
#[utoipa::path(
    post, path = "/api/v1/jobs/{name}/run", tag = "administration", request_body = Reason,
    params(("name" = String, Path, description = "任务编码")),
    responses(
        (status = 202, description = "将在数秒内执行"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个任务"),
        (status = 409, body = Problem, description = "任务正在执行")
    )
)]
async fn run_job(
    By { actor, .. }: By<RunJob>,
    State(api): State<JobApi>,
    Path(name): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    let name = api.job(&name)?.name;
    let why = reason(&given.reason)?;
    let now_ms = api.gate.context.now_ms();
    let write = move |tx: &mut Tx<'_>| -> Result<(), Problem> {
        sql::ensure(tx, name, now_ms)?;
        if !sql::ask(tx, name, &actor.name, now_ms)? {
            return Err(Problem::new(codes::BUSY));
        }
        let detail = format!("理由：{why}");
        audit::done(tx, now_ms, &actor, RUN, &format!("job:{name}"), &detail)?;
        Ok(())
    };
    api.gate.context.act(write).await?;
    Ok(StatusCode::ACCEPTED)
}
