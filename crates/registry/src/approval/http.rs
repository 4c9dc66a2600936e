//! `GET /api/v1/approvals`, `POST /api/v1/approvals/{id}/approve`, `…/reject`, `…/withdraw`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{Approval, Decision, Doing, Filter, Kind, NOT_DONE, decide, find, list, rejection};
use crate::access::{Actor, FORBIDDEN, Gate};
use crate::role::{Operation, Role};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Page, PageQuery, Problem, codes, service_error};

/// Who may take part in approvals at all; each kind names who decides it.
const STAFF: &[Role] = &[
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];

/// Lists requests.
pub const APPROVALS: Operation = Operation {
    id: "approvals",
    chinese: "查看复核申请",
    roles: STAFF,
    changes: false,
};
/// Approves one.
pub const APPROVE: Operation = Operation {
    id: "approve",
    chinese: "复核通过",
    roles: STAFF,
    changes: true,
};
/// Rejects one.
pub const REJECT: Operation = Operation {
    id: "reject",
    chinese: "复核驳回",
    roles: STAFF,
    changes: true,
};
/// Takes one's own back.
pub const WITHDRAW: Operation = Operation {
    id: "withdraw",
    chinese: "撤回复核申请",
    roles: STAFF,
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[APPROVALS, APPROVE, REJECT, WITHDRAW];

/// What the routes of the approvals need.
#[derive(Clone)]
pub struct ApprovalDesk {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Every kind, from all rooms.
    pub kinds: Arc<[Kind]>,
}

impl ApprovalDesk {
    fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    fn may_decide(&self, actor: &Actor, name: &str) -> bool {
        self.kind(name).is_some_and(|kind| {
            kind.deciders
                .iter()
                .any(|role| actor.roles.contains(role.name()))
        })
    }
}

/// What a list of requests is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    /// `pending`, `done`, `failed` (approved, and could not be done), `rejected` or `withdrawn`.
    pub state: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Requests on the page, 1 to 1000; 50 when absent.
    pub limit: Option<u32>,
}

/// A request for a second pair of eyes (复核申请).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The kind's name.
    pub kind_name: String,
    /// What it is about.
    pub title: String,
    /// Why it was asked for.
    pub detail: String,
    /// `pending`, `done`, `failed` (approved, and could not be done), `rejected` or `withdrawn`.
    pub state: String,
    /// Who asked.
    pub asked_by: String,
    /// When, RFC 3339.
    pub asked_at: String,
    /// Whether the reader asked himself.
    pub is_own: bool,
    /// Whether the reader may decide it.
    pub may_decide: bool,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

fn view(desk: &ApprovalDesk, actor: &Actor, approval: Approval) -> ApprovalView {
    let is_own = actor.who.id() == Some(approval.asked_by.0);
    let is_open = approval.state == "pending";
    let said = approval.reason.filter(|reason| !reason.is_empty());
    let why_not = said.as_deref().and_then(|said| said.strip_prefix(NOT_DONE));
    ApprovalView {
        id: approval.id.to_string(),
        kind_name: desk
            .kind(&approval.kind)
            .map_or("", |kind| kind.chinese)
            .to_owned(),
        may_decide: is_open && !is_own && desk.may_decide(actor, &approval.kind),
        kind: approval.kind,
        title: approval.title,
        detail: approval.why,
        state: match why_not {
            Some(_) => "failed".to_owned(),
            None => approval.state,
        },
        asked_by: approval.asked_name,
        asked_at: beijing_rfc3339(approval.asked_at),
        is_own,
        decided_by: approval.decided_name,
        decided_at: approval.decided_at.map(beijing_rfc3339),
        reason: why_not.map(str::to_owned).or(said),
    }
}

/// Requests that the reader may decide, and his own, newest first (复核申请).
#[utoipa::path(
    get, path = "/api/v1/approvals", tag = "approvals", params(ApprovalQuery),
    responses(
        (status = 200, body = Page<ApprovalView>),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限")
    )
)]
pub async fn approvals(
    State(desk): State<ApprovalDesk>,
    headers: HeaderMap,
    query: Result<Query<ApprovalQuery>, QueryRejection>,
) -> Result<Json<Page<ApprovalView>>, Problem> {
    let actor = desk.gate.actor(&headers, &APPROVALS).await?;
    let bad = |why: String| Problem::new(codes::BAD_REQUEST).detail(why);
    let Query(query) = query.map_err(|error| bad(error.body_text()))?;
    let limit = PageQuery {
        after: None,
        limit: query.limit,
    }
    .limit();
    let before = match query.after.as_deref() {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| bad("after 不是有效的游标".to_owned()))?,
        ),
    };
    let kinds = desk.kinds.iter().map(|kind| kind.name);
    let filter = Filter {
        state: query.state,
        kinds: kinds
            .filter(|name| desk.may_decide(&actor, name))
            .map(str::to_owned)
            .collect(),
        asked_by: actor.who.id().unwrap_or(0),
        before,
    };
    let found = desk
        .gate
        .ground
        .db
        .read(move |tx| list(tx, &filter, i64::from(limit)))
        .await
        .map_err(|error| service_error(&error))?;
    let is_full = found.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let next = found.last().filter(|_| is_full).map(|a| a.id.to_string());
    Ok(Json(Page {
        items: found
            .into_iter()
            .map(|approval| view(&desk, &actor, approval))
            .collect(),
        next,
    }))
}

/// A reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 2 to 500 characters; it goes into the audit.
    pub reason: String,
}

/// Approves a request: it is done in the same moment (复核通过).
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/approve", tag = "approvals",
    params(("id" = String, Path, description = "复核申请编号")),
    responses(
        (status = 204, description = "已通过并执行"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的申请"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理，或已无法执行")
    )
)]
pub async fn approve(
    State(desk): State<ApprovalDesk>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &APPROVE).await?;
    settle(&desk, actor, &id, Decision::Approve).await
}

/// Rejects a request (复核驳回).
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/reject", tag = "approvals", request_body = Reason,
    params(("id" = String, Path, description = "复核申请编号")),
    responses(
        (status = 204, description = "已驳回"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的申请"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理")
    )
)]
pub async fn reject(
    State(desk): State<ApprovalDesk>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Result<Json<Reason>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &REJECT).await?;
    let Json(body) =
        body.map_err(|error| Problem::new(codes::BAD_REQUEST).detail(error.body_text()))?;
    let why = rejection(&body.reason)?;
    settle(&desk, actor, &id, Decision::Reject(why)).await
}

/// Takes one's own request back (撤回).
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/withdraw", tag = "approvals",
    params(("id" = String, Path, description = "复核申请编号")),
    responses(
        (status = 204, description = "已撤回"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "不是自己的申请"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理")
    )
)]
pub async fn withdraw(
    State(desk): State<ApprovalDesk>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &WITHDRAW).await?;
    settle(&desk, actor, &id, Decision::Withdraw).await
}

async fn settle(
    desk: &ApprovalDesk,
    actor: Actor,
    id: &str,
    decision: Decision,
) -> Result<StatusCode, Problem> {
    let not_found = || Problem::new(codes::NOT_FOUND);
    let id: i64 = id.parse().map_err(|_| not_found())?;
    let (inside, shared) = (desk.clone(), desk.gate.ground.clone());
    let again = actor.clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Result<(), Problem>> {
        let Some(approval) = find(tx, id)? else {
            return Ok(Err(not_found()));
        };
        let Some(kind) = inside.kind(&approval.kind) else {
            return Ok(Err(not_found()));
        };
        let is_own = actor.who.id() == Some(approval.asked_by.0);
        if !is_own && !inside.may_decide(&actor, kind.name) {
            return Ok(Err(Problem::new(FORBIDDEN)));
        }
        let doing = Doing {
            approval: &approval,
            actor: &actor,
            ground: &shared,
        };
        let decided = decide(tx, &doing, kind, &decision)?;
        Ok(decided.map(|_| ()).map_err(|(code, why)| {
            let problem = Problem::new(code);
            if why.is_empty() {
                problem
            } else {
                problem.detail(why)
            }
        }))
    };
    // A refusal undoes the decision with whatever the act had written.
    let Err(problem) = desk.gate.ground.act(write).await else {
        return Ok(StatusCode::NO_CONTENT);
    };
    if problem.code == super::codes::FAILED.code {
        let why = problem.detail.clone().unwrap_or_default();
        end(desk, &again, id, why).await?;
    }
    Err(problem)
}

/// Ends a request that could not be done.
async fn end(desk: &ApprovalDesk, actor: &Actor, id: i64, why: String) -> Result<(), Problem> {
    let (actor, shared) = (actor.clone(), desk.gate.ground.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Result<(), Problem>> {
        if let Some(approval) = find(tx, id)? {
            let doing = Doing {
                approval: &approval,
                actor: &actor,
                ground: &shared,
            };
            super::fail(tx, &doing, &why)?;
        }
        Ok(Ok(()))
    };
    desk.gate.ground.act(write).await
}
