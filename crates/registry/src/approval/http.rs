//! `GET /api/v1/approvals`, `POST /api/v1/approvals/{id}/approve`, `…/reject`, `…/withdraw`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{
    Approval, ApprovalFilter, ApprovalKind, Decision, Doing, NOT_DONE, Undecided, Undone, decide,
    find, list, rejection, total,
};
use crate::access::{Actor, By, FORBIDDEN, Gate, Routes};
use crate::role::Role;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes, one_of};

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

crate::operations! {
    ReadApprovals = reads("approvals", "查看复核申请", STAFF);
    Approve = changes("approve", "复核通过", STAFF);
    Reject = changes("reject", "复核驳回", STAFF);
    Withdraw = changes("withdraw", "撤回复核申请", STAFF);
}

/// The routes of this module.
pub fn routes() -> Routes<ApprovalApi> {
    crate::routes!(approvals, approve, reject, withdraw)
}

/// What the routes of the approvals need.
#[derive(Clone)]
pub struct ApprovalApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Every kind, from all modules.
    pub kinds: Arc<[ApprovalKind]>,
}

impl crate::access::HasGate for ApprovalApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl ApprovalApi {
    fn kind(&self, name: &str) -> Option<&ApprovalKind> {
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

/// What a request can be.
const STATES: [&str; 5] = ["pending", "done", "failed", "rejected", "withdrawn"];

/// What a list of requests is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    /// `pending`, `done`, `failed` (approved, and could not be done), `rejected` or `withdrawn`.
    pub state: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
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

fn view(api: &ApprovalApi, actor: &Actor, approval: Approval) -> ApprovalView {
    let is_own = actor.who.id() == Some(approval.asked_by.0);
    let is_open = approval.state == "pending";
    let reason = approval.reason.filter(|reason| !reason.is_empty());
    let why_not = reason
        .as_deref()
        .and_then(|reason| reason.strip_prefix(NOT_DONE));
    ApprovalView {
        id: approval.id.to_string(),
        kind_name: api
            .kind(&approval.kind)
            .map_or("", |kind| kind.chinese)
            .to_owned(),
        may_decide: is_open && !is_own && api.may_decide(actor, &approval.kind),
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
        reason: why_not.map(str::to_owned).or(reason),
    }
}

/// Requests that the reader may decide, and his own (复核申请).
#[utoipa::path(
    get, path = "/api/v1/approvals", tag = "approvals", params(ApprovalQuery, PageQuery),
    responses(
        (status = 200, body = Page<ApprovalView>)
    )
)]
async fn approvals(
    By { actor, .. }: By<ReadApprovals>,
    State(api): State<ApprovalApi>,
    QueryOf(query): QueryOf<ApprovalQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<ApprovalView>>, Problem> {
    let size = asked.size();
    let state = one_of("state", query.state, &STATES)?;
    let kinds = api.kinds.iter().map(|kind| kind.name);
    let filter = ApprovalFilter {
        state,
        kinds: kinds
            .filter(|name| api.may_decide(&actor, name))
            .map(str::to_owned)
            .collect(),
        asked_by: actor.who.id().unwrap_or(0),
        begin: asked.begin(query.sort.as_deref())?,
    };
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<Approval>> {
        let found = list(tx, &filter, size.rows())?;
        let total = asked.total(|| total(tx, &filter))?;
        let place = |one: &Approval| filter.begin.next(one.id);
        Ok(Page::cut(found, size, place).counted(total))
    };
    let page = api.gate.context.db.read(read).await?;
    Ok(Json(page.map(|approval| view(&api, &actor, approval))))
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
        (status = 403, body = Problem, description = "没有权限，是自己的申请，或须由其他人员复核"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理，或已无法执行")
    )
)]
async fn approve(
    By { actor, .. }: By<Approve>,
    State(api): State<ApprovalApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    settle(&api, actor, &id, Decision::Approve).await
}

/// Rejects a request (复核驳回).
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/reject", tag = "approvals", request_body = Reason,
    params(("id" = String, Path, description = "复核申请编号")),
    responses(
        (status = 204, description = "已驳回"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的申请"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理")
    )
)]
async fn reject(
    By { actor, .. }: By<Reject>,
    State(api): State<ApprovalApi>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    let why = rejection(&body.reason)?;
    settle(&api, actor, &id, Decision::Reject(why)).await
}

/// Takes one's own request back (撤回).
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/withdraw", tag = "approvals",
    params(("id" = String, Path, description = "复核申请编号")),
    responses(
        (status = 204, description = "已撤回"),
        (status = 403, body = Problem, description = "不是自己的申请"),
        (status = 404, body = Problem, description = "没有这项申请"),
        (status = 409, body = Problem, description = "已处理")
    )
)]
async fn withdraw(
    By { actor, .. }: By<Withdraw>,
    State(api): State<ApprovalApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    settle(&api, actor, &id, Decision::Withdraw).await
}

/// Decides a request; one that was approved and cannot be done ends.
pub(super) async fn settle(
    api: &ApprovalApi,
    actor: Actor,
    id: &str,
    decision: Decision,
) -> Result<StatusCode, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::new(codes::NOT_FOUND))?;
    let (inside, shared) = (api.clone(), api.gate.context.clone());
    let again = actor.clone();
    let write = move |tx: &mut Tx<'_>| -> Result<(), Undecided> {
        let Some(approval) = find(tx, id)? else {
            return Err(Undecided::Refused(codes::NOT_FOUND));
        };
        let Some(kind) = inside.kind(&approval.kind) else {
            return Err(Undecided::Refused(codes::NOT_FOUND));
        };
        let is_own = actor.who.id() == Some(approval.asked_by.0);
        if !is_own && !inside.may_decide(&actor, kind.name) {
            return Err(Undecided::Refused(FORBIDDEN));
        }
        let doing = Doing {
            approval: &approval,
            actor: &actor,
            context: &shared,
        };
        decide(tx, &doing, kind, &decision).map(|_| ())
    };
    match api.gate.context.db.write(write).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(undecided) => {
            if let Undecided::Undone(Undone::Failed(why)) = &undecided {
                end(api, &again, id, why.clone()).await?;
            }
            Err(undecided.into())
        }
    }
}

/// Ends a request that could not be done.
async fn end(api: &ApprovalApi, actor: &Actor, id: i64, why: String) -> Result<(), Problem> {
    let (actor, shared) = (actor.clone(), api.gate.context.clone());
    let write = move |tx: &mut Tx<'_>| -> Result<(), Problem> {
        if let Some(approval) = find(tx, id)? {
            let doing = Doing {
                approval: &approval,
                actor: &actor,
                context: &shared,
            };
            super::fail(tx, &doing, &why)?;
        }
        Ok(())
    };
    api.gate.context.db.write(write).await
}
