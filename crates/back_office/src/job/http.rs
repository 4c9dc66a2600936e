//! `GET /api/v1/jobs`, `GET /api/v1/jobs/{name}/runs`, `POST /api/v1/jobs/{name}/run`, `POST /api/v1/jobs/{name}/cancel`.

use super::view::{self, JobView, RunView};
use super::{JobAct, cancel, run_now};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jobs::Job;
use jobs::lease::KEPT;
use registry::access::{Actor, By, Gate, Routes};
use registry::approval::{http::Reason, reason};
use registry::request::not_found;
use registry::role::{Role, SYSTEM};
use serde::Deserialize;
use std::sync::Arc;
use store::Tx;
use web::{JsonBody, Page, Path, Problem, QueryOf, one_of};

/// Who watches the jobs: the officers, and those who are on duty.
const WATCHERS: &[Role] = &[
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
];

/// The states of a job.
const STATES: [&str; 4] = ["running", "retrying", "failed", "waiting"];

/// The results of a run.
const RESULTS: [&str; 5] = ["running", "done", "failed", "lost", "cancelled"];

registry::operations! {
    ReadJobs = reads("jobs", "查看定时任务", WATCHERS);
    ReadJobRuns = reads("job_runs", "查看定时任务执行记录", WATCHERS);
    RunJob = changes("run_job", "立即执行定时任务", SYSTEM);
    CancelJob = changes("cancel_job", "取消正在执行的定时任务", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<JobApi> {
    registry::routes!(jobs, job_runs, run_job, cancel_job)
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
        let found = self.jobs.iter().find(|job| job.name() == name);
        found.ok_or_else(not_found)
    }

    /// Does for a reason what somebody asks of a job.
    async fn act(
        &self,
        (actor, name, given): (Actor, String, Reason),
        act: JobAct,
    ) -> Result<StatusCode, Problem> {
        let job = self.job(&name)?.clone();
        let (why, now_ms) = (reason(&given.reason)?, self.gate.context.now_ms());
        let write = move |tx: &mut Tx<'_>| act(tx, &job, (&actor, &why), now_ms);
        self.gate.context.act(write).await?;
        Ok(StatusCode::ACCEPTED)
    }
}

/// What the list of jobs is narrowed to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// `running`, `retrying`, `failed` or `waiting`.
    pub state: Option<String>,
}

/// What the list of runs is narrowed to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobRunQuery {
    /// `running`, `done`, `failed`, `lost` or `cancelled`.
    pub result: Option<String>,
}

/// Every job with its present and its last run (定时任务).
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "administration", params(JobQuery),
    responses(
        (status = 200, body = Page<JobView>)
    )
)]
async fn jobs(
    _: By<ReadJobs>,
    State(api): State<JobApi>,
    QueryOf(query): QueryOf<JobQuery>,
) -> Result<Json<Page<JobView>>, Problem> {
    let state = one_of("state", query.state, &STATES)?;
    let context = &api.gate.context;
    let (jobs, now_ms) = (Arc::clone(&api.jobs), context.now_ms());
    let read = move |tx: &mut Tx<'_>| view::jobs(tx, &jobs, now_ms);
    let mut items = context.read(read).await?;
    items.retain(|job| state.as_ref().is_none_or(|state| job.state == *state));
    Ok(Json(Page::whole(items)))
}

/// The last runs of a job, newest first (任务执行记录).
#[utoipa::path(
    get, path = "/api/v1/jobs/{name}/runs", tag = "administration",
    params(("name" = String, Path, description = "任务编码"), JobRunQuery),
    responses(
        (status = 200, body = Page<RunView>),
        (status = 404, body = Problem, description = "没有这个任务")
    )
)]
async fn job_runs(
    _: By<ReadJobRuns>,
    State(api): State<JobApi>,
    Path(name): Path<String>,
    QueryOf(query): QueryOf<JobRunQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    let job = api.job(&name)?.clone();
    let result = one_of("result", query.result, &RESULTS)?;
    let now_ms = api.gate.context.now_ms();
    let read = move |tx: &mut Tx<'_>| view::last_runs(tx, &job, now_ms, KEPT);
    let mut items = api.gate.context.read(read).await?;
    items.retain(|run| result.as_ref().is_none_or(|result| run.result == *result));
    Ok(Json(Page::whole(items)))
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
    api.act((actor, name, given), run_now).await
}

/// Asks that the present run of a job stops; the process that has it sees it within seconds (取消执行).
#[utoipa::path(
    post, path = "/api/v1/jobs/{name}/cancel", tag = "administration", request_body = Reason,
    params(("name" = String, Path, description = "任务编码")),
    responses(
        (status = 202, description = "将在数秒内停止"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个任务"),
        (status = 409, body = Problem, description = "任务没有在执行")
    )
)]
async fn cancel_job(
    By { actor, .. }: By<CancelJob>,
    State(api): State<JobApi>,
    Path(name): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    api.act((actor, name, given), cancel).await
}
