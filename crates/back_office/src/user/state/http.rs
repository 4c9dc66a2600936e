//! `/api/v1/users/{id}/…`: enable, disable, unlock, reset, factors/reset.

use super::{Change, FACTOR_RESET, FactorReset, invite_again, reset, set_state};
use crate::administration::{AdministrationApi, Asked};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes};
use registry::account::{self, AccountId};
use registry::approval::{self, Request, http::Reason, reason};
use registry::context::AppContext;
use registry::hash_text;
use registry::request::{codes, id, not_found};
use registry::role::{SECURITY, SYSTEM_SECURITY};
use serde::Serialize;
use store::Tx;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{JsonBody, Path, PathId, Problem};

registry::operations! {
    // Either of the two: nobody unlocks himself, and one of them may be the one who is locked out.
    UnlockUser = changes("unlock_user", "解锁用户", SYSTEM_SECURITY);
    EnableUser = changes("enable_user", "启用用户", SECURITY);
    DisableUser = changes("disable_user", "停用用户", SYSTEM_SECURITY);
    ResetUser = changes("reset_user", "重置用户密码", SECURITY);
    LinkUser = changes("link_user", "重新生成激活链接", SYSTEM_SECURITY);
    AskFactorReset = changes("ask_factor_reset", "申请解除两步验证", SYSTEM_SECURITY);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        enable_user,
        disable_user,
        unlock_user,
        reset_user,
        link_user,
        ask_factor_reset
    )
}

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
pub(crate) fn link(context: &AppContext, id: AccountId, token: &str) -> LinkView {
    let base = context.config.public_url.trim_end_matches('/');
    LinkView {
        id: id.0.to_string(),
        link: format!("{base}/activate?token={token}"),
        expires_at: beijing_rfc3339(context.now_ms() + account::LINK_MS),
    }
}

async fn set(
    api: &AdministrationApi,
    actor: Actor,
    asked: &str,
    change: Change,
    given: Reason,
) -> Result<StatusCode, Problem> {
    let (asked, why) = (AccountId(id(asked)?), reason(&given.reason)?);
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| set_state(tx, &context, &actor, (asked, change), &why);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens an account again (启用用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/enable", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已启用"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
async fn enable_user(
    By { actor, .. }: By<EnableUser>,
    State(api): State<AdministrationApi>,
    Path(asked): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    set(&api, actor, &asked, Change::Enable, given).await
}

/// Closes an account and ends its sessions (停用用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/disable", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已停用"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
async fn disable_user(
    By { actor, .. }: By<DisableUser>,
    State(api): State<AdministrationApi>,
    Path(asked): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    set(&api, actor, &asked, Change::Disable, given).await
}

/// Forgets the failures of an account (解锁用户).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/unlock", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已解锁"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "当前状态不允许")
    )
)]
async fn unlock_user(
    By { actor, .. }: By<UnlockUser>,
    State(api): State<AdministrationApi>,
    Path(asked): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    set(&api, actor, &asked, Change::Unlock, given).await
}

/// Makes a new one-time link; the old password opens nothing any more, the second factors stay
/// (重置密码).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/reset", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = LinkView, description = "链接只显示这一次"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "账号已停用")
    )
)]
async fn reset_user(
    By { actor, .. }: By<ResetUser>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<Json<LinkView>, Problem> {
    let (asked, why) = (AccountId(asked), reason(&given.reason)?);
    let context = api.context().clone();
    let (shared, token) = (context.clone(), context.token()?);
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| reset(tx, &shared, &actor, asked, &hash, &why);
    context.act(write).await?;
    Ok(Json(link(&context, asked, &token)))
}

/// Makes a new one-time link for somebody who has not set a password yet; the old one opens nothing any
/// more (重新生成激活链接).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/link", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = LinkView, description = "链接只显示这一次；旧链接已失效"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 409, body = Problem, description = "账号已激活过或已停用")
    )
)]
async fn link_user(
    By { actor, .. }: By<LinkUser>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<Json<LinkView>, Problem> {
    let (asked, why) = (AccountId(asked), reason(&given.reason)?);
    let context = api.context().clone();
    let (shared, token) = (context.clone(), context.token()?);
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| invite_again(tx, &shared, &actor, asked, &hash, &why);
    context.act(write).await?;
    Ok(Json(link(&context, asked, &token)))
}

/// Asks to take the second factors away, for a lost telephone (申请解除两步验证).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/factors/reset", tag = "administration",
    request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 202, body = Asked, description = "等待另一位管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这个用户")
    )
)]
async fn ask_factor_reset(
    By { actor, .. }: By<AskFactorReset>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let (asked, why) = (AccountId(asked), reason(&given.reason)?);
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| -> Result<i64, Problem> {
        let Some(found) = account::by_id(tx, asked)? else {
            return Err(not_found());
        };
        if actor.who.id() == Some(found.id.0) {
            return Err(Problem::new(codes::ONESELF));
        }
        let payload = FactorReset { account: asked.0 };
        let request = Request {
            kind: FACTOR_RESET.name,
            title: format!("解除 {} 的两步验证", found.login),
            payload: serde_json::to_string(&payload).unwrap_or_default(),
            company: None,
            why: why.clone(),
        };
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let approval_id = api.context().act(write).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Asked { approval_id })))
}
