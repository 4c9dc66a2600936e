//! `GET /api/v1/archive`, `GET /api/v1/archive/parts`, `GET /api/v1/archive/plan`, `POST /api/v1/archive/parts/{id}/verify`.

use super::{ArchivePartView, ArchivePlanView, ArchiveStatus, MENDERS, verify_again};
use ::archive::job::VERIFY;
use ::archive::part::PartState;
use ::archive::{Archive, ArchiveClass, ArchiveError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jobs::Job;
use registry::access::{By, Gate, Routes};
use registry::approval::{http::Reason, reason};
use registry::request::not_found;
use registry::role::Role;
use serde::Deserialize;
use std::sync::Arc;
use store::Tx;
use web::{JsonBody, Page, Path, Problem, QueryOf, codes, one_of};

/// Who watches the archive: the officers, and those who are on duty.
const WATCHERS: &[Role] = &[
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
];

registry::operations! {
    ReadArchive = reads("archive", "查看归档概况", WATCHERS);
    ReadArchiveParts = reads("archive_parts", "查看归档分卷", WATCHERS);
    ReadArchivePlan = reads("archive_plan", "查看保存计划", WATCHERS);
    VerifyArchivePart = changes("verify_archive_part", "重新校验归档分卷", MENDERS);
}

/// The routes of this module.
pub fn routes() -> Routes<ArchiveApi> {
    registry::routes!(archive, archive_parts, archive_plan, verify_archive_part)
}

/// What the routes of the archive need.
#[derive(Clone)]
pub struct ArchiveApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// The archive.
    pub archive: Arc<Archive>,
    /// Every job of the platform.
    pub jobs: Arc<[Job]>,
}

impl registry::access::HasGate for ArchiveApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// The problem of a question about the archive: one of the database, for a store that is away is an answer.
fn problem(error: ArchiveError) -> Problem {
    if let ArchiveError::Store(error) = error {
        return error.into();
    }
    tracing::error!(%error, "the archive could not be looked at");
    Problem::new(codes::FAULT)
}

/// What lists of the archive are narrowed to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArchiveQuery {
    /// `payload`, `trade`, `log` or `evidence`.
    pub class: Option<String>,
    /// `writing`, `written`, `verified`, `broken`, `superseded`, `purging` or `purged`; in the plan `none`, too.
    pub state: Option<String>,
}

impl ArchiveQuery {
    fn checked(self) -> Result<Self, Problem> {
        let classes = ArchiveClass::ALL.map(ArchiveClass::name);
        let mut states = PartState::ALL.map(PartState::name).to_vec();
        states.push("none");
        Ok(Self {
            class: one_of("class", self.class, &classes)?,
            state: one_of("state", self.state, &states)?,
        })
    }

    fn has(&self, class: &str, state: &str) -> bool {
        self.class.as_ref().is_none_or(|own| own == class)
            && self.state.as_ref().is_none_or(|own| own == state)
    }
}

/// The archive at a glance (归档概况): where it is, what is the matter, and the periods.
#[utoipa::path(
    get, path = "/api/v1/archive", tag = "administration",
    responses((status = 200, body = ArchiveStatus))
)]
async fn archive(
    _: By<ReadArchive>,
    State(api): State<ArchiveApi>,
) -> Result<Json<ArchiveStatus>, Problem> {
    let health = api.archive.health().await.map_err(problem)?;
    Ok(Json(ArchiveStatus::of(&api.archive, &health)))
}

/// Every part of the archive (归档分卷), the newest month first: a few for each month and class.
#[utoipa::path(
    get, path = "/api/v1/archive/parts", tag = "administration", params(ArchiveQuery),
    responses(
        (status = 200, body = Page<ArchivePartView>),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn archive_parts(
    _: By<ReadArchiveParts>,
    State(api): State<ArchiveApi>,
    QueryOf(query): QueryOf<ArchiveQuery>,
) -> Result<Json<Page<ArchivePartView>>, Problem> {
    let query = query.checked()?;
    let parts = api.archive.parts().await.map_err(problem)?;
    let views = parts.into_iter().map(ArchivePartView::from);
    let found = views.filter(|part| query.has(&part.class, &part.state));
    Ok(Json(Page::whole(found.collect())))
}

/// What will be done when (保存计划), for every month that is over.
#[utoipa::path(
    get, path = "/api/v1/archive/plan", tag = "administration", params(ArchiveQuery),
    responses(
        (status = 200, body = Page<ArchivePlanView>),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn archive_plan(
    _: By<ReadArchivePlan>,
    State(api): State<ArchiveApi>,
    QueryOf(query): QueryOf<ArchiveQuery>,
) -> Result<Json<Page<ArchivePlanView>>, Problem> {
    let query = query.checked()?;
    let lines = api.archive.plan().await.map_err(problem)?;
    let views = lines.into_iter().map(ArchivePlanView::from);
    let found = views.filter(|line| query.has(&line.class, &line.state));
    Ok(Json(Page::whole(found.collect())))
}

/// Asks that a part is proven again by a restore (重新校验); the next process that looks does it, as the job
/// `archive.verify`, whose runs say how far it is and what was found.
#[utoipa::path(
    post, path = "/api/v1/archive/parts/{id}/verify", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "分卷编号")),
    responses(
        (status = 202, description = "将在数秒内开始"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这一分卷，或它还没有写完"),
        (status = 409, body = Problem, description = "正在校验归档分卷")
    )
)]
async fn verify_archive_part(
    By { actor, .. }: By<VerifyArchivePart>,
    State(api): State<ArchiveApi>,
    Path(id): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    let id: i64 = id.parse().map_err(|_| not_found())?;
    let job = api.jobs.iter().find(|job| job.words == VERIFY).cloned();
    let job = job.ok_or_else(not_found)?;
    let (why, now_ms) = (reason(&given.reason)?, api.gate.context.now_ms());
    let write = move |tx: &mut Tx<'_>| verify_again(tx, (&job, id), (&actor, &why), now_ms);
    api.gate.context.act(write).await?;
    Ok(StatusCode::ACCEPTED)
}
