//! `/api/v1/users/{id}/…`: enable, disable, unlock, reset, factors/reset.

use super::{Change, FACTOR_RESET, FactorReset, invite_again, reset, set_state};
use crate::access::Actor;
use crate::account::{self, AccountId};
use crate::administration::{Asked, Desk, SECURITY, SYSTEM_SECURITY, body, codes, id, not_found};
use crate::approval::{self, Request, http::Reason, reason};
use crate::ground::Ground;
use crate::hash_text;
use crate::role::Operation;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::Problem;

/// Enables an account.
pub const ENABLE_USER: Operation = Operation {
    id: "enable_user",
    chinese: "启用用户",
    roles: SECURITY,
    changes: true,
};
/// Disables an account.
pub const DISABLE_USER: Operation = Operation {
    id: "disable_user",
    chinese: "停用用户",
    roles: SYSTEM_SECURITY,
    changes: true,
};
/// Unlocks an account.
pub const UNLOCK_USER: Operation = Operation {
    id: "unlock_user",
    chinese: "解锁用户",
    // Either of the two: nobody unlocks himself, and one of them may be the one who is locked out.
    roles: SYSTEM_SECURITY,
    changes: true,
};
/// Makes a new one-time link.
pub const RESET_USER: Operation = Operation {
    id: "reset_user",
    chinese: "重置用户密码",
    roles: SECURITY,
    changes: true,
};
/// Makes a new first link for somebody who never used the one before.
pub const LINK_USER: Operation = Operation {
    id: "link_user",
    chinese: "重新生成激活链接",
    roles: SYSTEM_SECURITY,
    changes: true,
};
/// Asks to take the second factors of a lost telephone away.
pub const ASK_FACTOR_RESET: Operation = Operation {
    id: "ask_factor_reset",
    chinese: "申请解除两步验证",
    roles: SYSTEM_SECURITY,
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[
    ENABLE_USER,
    DISABLE_USER,
    UNLOCK_USER,
    RESET_USER,
    LINK_USER,
    ASK_FACTOR_RESET,
];

/// A one-time link (一次性链接): shown once, to be handed to the person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Id of the account.
    pub id: String,
    /// The link by which the person sets the password.
    pub link: String,
    /// Until when it opens, RFC 3339.
    pub expires_at: String,
}

/// The answer with a fresh link.
pub(crate) fn link(ground: &Ground, id: AccountId, token: &str) -> LinkView {
    let base = ground.config.public_url.trim_end_matches('/');
    LinkView {
        id: id.0.to_string(),
        link: format!("{base}/activate?token={token}"),
        expires_at: beijing_rfc3339(ground.now_ms() + account::LINK_MS),
    }
}

async fn set(
    desk: &Desk,
    actor: Actor,
    (asked, change): (&str, Change),
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let (asked, why) = (AccountId(id(asked)?), reason(&body(given)?.reason)?);
    let ground = desk.ground().clone();
    let write = move |tx: &mut Tx<'_>| set_state(tx, &ground, &actor, (asked, change), &why);
    desk.ground().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens an account again (启用用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/enable", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已启用"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
pub async fn enable_user(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &ENABLE_USER).await?;
    set(&desk, actor, (&asked, Change::Enable), given).await
}

/// Closes an account and ends its sessions (停用用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/disable", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已停用"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
pub async fn disable_user(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &DISABLE_USER).await?;
    set(&desk, actor, (&asked, Change::Disable), given).await
}

/// Forgets the failures of an account (解锁用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/unlock", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已解锁"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
pub async fn unlock_user(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &UNLOCK_USER).await?;
    set(&desk, actor, (&asked, Change::Unlock), given).await
}

/// Makes a new one-time link; the old password opens nothing any more, the second factors stay
/// (重置密码).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/reset", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = LinkView, description = "链接只显示这一次"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "账号已停用")
    )
)]
pub async fn reset_user(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<Json<LinkView>, Problem> {
    let actor = desk.gate.actor(&headers, &RESET_USER).await?;
    let (asked, why) = (AccountId(id(&asked)?), reason(&body(given)?.reason)?);
    let ground = desk.ground().clone();
    let (shared, token) = (ground.clone(), ground.token()?);
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| reset(tx, &shared, &actor, (asked, &hash), &why);
    ground.act(write).await?;
    Ok(Json(link(&ground, asked, &token)))
}

/// Makes a new one-time link for somebody who has not set a password yet; the old one opens nothing any
/// more (重新生成激活链接).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/link", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = LinkView, description = "链接只显示这一次；旧链接已失效"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "账号已激活过或已停用")
    )
)]
pub async fn link_user(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<Json<LinkView>, Problem> {
    let actor = desk.gate.actor(&headers, &LINK_USER).await?;
    let (asked, why) = (AccountId(id(&asked)?), reason(&body(given)?.reason)?);
    let ground = desk.ground().clone();
    let (shared, token) = (ground.clone(), ground.token()?);
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| invite_again(tx, &shared, &actor, (asked, &hash), &why);
    ground.act(write).await?;
    Ok(Json(link(&ground, asked, &token)))
}

/// Asks to take the second factors away, for a lost telephone (申请解除两步验证).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/factors/reset", tag = "administration",
    request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 202, body = Asked, description = "等待另一位管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户")
    )
)]
pub async fn ask_factor_reset(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<Reason>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let actor = desk.gate.actor(&headers, &ASK_FACTOR_RESET).await?;
    let (asked, why) = (AccountId(id(&asked)?), reason(&body(given)?.reason)?);
    let ground = desk.ground().clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Result<i64, Problem>> {
        let Some(found) = account::by_id(tx, asked)? else {
            return Ok(Err(not_found()));
        };
        if actor.who.id() == Some(found.id.0) {
            return Ok(Err(Problem::new(codes::ONESELF)));
        }
        let payload = FactorReset { account: asked.0 };
        let request = Request {
            kind: FACTOR_RESET.name,
            title: format!("解除 {} 的两步验证", found.login),
            payload: serde_json::to_string(&payload).unwrap_or_default(),
            company: None,
            why: why.clone(),
        };
        approval::ask(tx, &ground, &actor, &request).map(Ok)
    };
    let approval_id = desk.ground().act(write).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Asked { approval_id })))
}
