//! `/api/v1/grants`, `GET /api/v1/roles`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{GRANT, GrantProposal, REVOKE, Taking, validate};
use crate::administration::{AdministrationApi, Asked};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes};
use registry::account::{self, AccountId};
use registry::approval::{self, ApprovalKind, Request, http::Reason, reason};
use registry::request::{codes, id_opt, not_found, time_opt};
use registry::role::{self, Grant, GrantOrder, Named, OFFICERS, Role, SYSTEM, named};
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Begin, JsonBody, Page, PageQuery, PathId, Problem, QueryOf, Total};

registry::operations! {
    ReadGrants = reads("grants", "查看授权", OFFICERS);
    AskGrant = changes("ask_grant", "申请授予角色", SYSTEM);
    AskRevoke = changes("ask_revoke", "申请收回角色", SYSTEM);
    ReadRoles = reads("roles", "查看角色", OFFICERS);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(grants, ask_grant, ask_revoke, roles)
}

/// What a list of grants is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantQuery {
    /// Id of a user; without it the roles of all staff.
    pub account: Option<String>,
    /// In which order; the oldest first when absent.
    #[param(inline, value_type = Option<GrantOrder>)]
    pub sort: Option<String>,
}

/// A role that somebody holds (授权).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// Its id.
    pub id: String,
    /// Who holds it.
    pub account_id: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// The role.
    pub role: Named,
    /// `all`, `district`, `department`, `nothing`, `company` or `subtree`.
    pub sight: String,
    /// Customs district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Since when, RFC 3339.
    pub granted_at: String,
    /// Until when, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

fn view(tx: &mut Tx<'_>, grant: &Grant) -> StoreResult<GrantView> {
    let found = account::by_id(tx, grant.account)?;
    let (login, name) = found.map_or_else(Default::default, |found| (found.login, found.name));
    Ok(GrantView {
        id: grant.id.to_string(),
        account_id: grant.account.0.to_string(),
        login,
        name,
        role: named(&grant.role, &role::custom_roles(tx)?),
        sight: match grant.is_of_department() {
            true => "department".to_owned(),
            false => grant.sight.clone(),
        },
        district: grant.district.clone(),
        granted_at: beijing_rfc3339(grant.granted_at),
        expires_at: grant.expires_at.map(beijing_rfc3339),
    })
}

/// The roles that people hold (授权列表).
#[utoipa::path(
    get, path = "/api/v1/grants", tag = "administration", params(GrantQuery, PageQuery),
    responses(
        (status = 200, body = Page<GrantView>)
    )
)]
async fn grants(
    _: By<ReadGrants>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<GrantQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<GrantView>>, Problem> {
    let account = id_opt("account", query.account.as_deref())?;
    let begin: Begin<GrantOrder> = asked.begin(query.sort.as_deref())?;
    let size = asked.size();
    let now_ms = api.context().now_ms();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<GrantView>> {
        let page = match account {
            // One account's roles are few and come whole.
            Some(account) => {
                let mut found = role::of_account(tx, AccountId(account), now_ms)?;
                found.sort_by_key(|grant| grant.id);
                if begin.order == GrantOrder::Newest {
                    found.reverse();
                }
                let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
                let total = asked.total(|| -> StoreResult<Total> { Ok(Total::of(total)) })?;
                Page::whole(found).counted(total)
            }
            None => {
                let found = role::grants_of(tx, &begin, size.rows())?;
                let total = asked.total(|| role::total_of_grants(tx))?;
                Page::cut(found, size, |grant| begin.next(grant.id)).counted(total)
            }
        };
        page.try_map(|grant| view(tx, &grant))
    };
    api.context().read(read).await.map(Json)
}

/// A role for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantWish {
    /// Id of the user.
    pub account_id: String,
    /// Built-in or custom role.
    pub role: String,
    /// `all`, `district`, `department` or `nothing`.
    pub sight: String,
    /// Customs district: two to four digits, for `district`.
    pub district: Option<String>,
    /// Until when: a day or RFC 3339.
    pub expires_at: Option<String>,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// Asks for a role for somebody; the security administrator decides (申请授予角色).
#[utoipa::path(
    post, path = "/api/v1/grants", tag = "administration", request_body = GrantWish,
    responses(
        (status = 202, body = Asked, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 409, body = Problem, description = "不能授予此角色")
    )
)]
async fn ask_grant(
    By { actor, .. }: By<AskGrant>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<GrantWish>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    let account = id_opt("accountId", Some(&given.account_id))?.ok_or_else(not_found)?;
    if actor.who.id() == Some(account) {
        return Err(Problem::new(codes::ONESELF));
    }
    let wish = GrantProposal {
        account,
        role: given.role,
        sight: given.sight,
        district: given.district.filter(|text| !text.is_empty()),
        expires_at: time_opt("expiresAt", given.expires_at.as_deref())?,
    };
    let now_ms = api.context().now_ms();
    let check = move |tx: &mut Tx<'_>| -> Result<Request, Problem> {
        validate(tx, &wish, now_ms).map_err(|wrong| Problem::because(codes::GRANT, &wrong))?;
        let login = account::by_id(tx, AccountId(wish.account))?.map(|found| found.login);
        let role = named(&wish.role, &role::custom_roles(tx)?).name;
        let title = format!("授予 {} 角色“{role}”", login.unwrap_or_default());
        let payload = serde_json::to_string(&wish).unwrap_or_default();
        Ok(request(&GRANT, title, payload, why.clone()))
    };
    ask(&api, actor, check).await
}

/// Asks to take a role back; the security administrator decides (申请收回角色).
#[utoipa::path(
    post, path = "/api/v1/grants/{id}/revoke", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "授权编号")),
    responses(
        (status = 202, body = Asked, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 403, body = Problem, description = "没有权限，或是自己的账号"),
        (status = 404, body = Problem, description = "没有这项授权")
    )
)]
async fn ask_revoke(
    By { actor, .. }: By<AskRevoke>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    let own = actor.who.id();
    let check = move |tx: &mut Tx<'_>| -> Result<Request, Problem> {
        // The roles of a company's people are the company's own affair.
        let Some(held) = role::by_id(tx, asked)?.filter(|held| held.company.is_none()) else {
            return Err(not_found());
        };
        if own == Some(held.account.0) {
            return Err(Problem::new(codes::ONESELF));
        }
        let login = account::by_id(tx, held.account)?.map(|found| found.login);
        let role = named(&held.role, &role::custom_roles(tx)?).name;
        let title = format!("收回 {} 的角色“{role}”", login.unwrap_or_default());
        let taking = Taking {
            grant: held.id,
            account: held.account.0,
        };
        let payload = serde_json::to_string(&taking).unwrap_or_default();
        Ok(request(&REVOKE, title, payload, why.clone()))
    };
    ask(&api, actor, check).await
}

pub(super) fn request(kind: &ApprovalKind, title: String, payload: String, why: String) -> Request {
    Request {
        kind: kind.name,
        title,
        payload,
        company: None,
        why,
    }
}

pub(super) async fn ask<F>(
    api: &AdministrationApi,
    actor: Actor,
    mut check: F,
) -> Result<(StatusCode, Json<Asked>), Problem>
where
    F: FnMut(&mut Tx<'_>) -> Result<Request, Problem> + Send + 'static,
{
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| -> Result<i64, Problem> {
        let request = check(tx)?;
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let approval_id = api.context().act(write).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Asked { approval_id })))
}

/// A role (角色) with what it may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it is built in.
    pub is_built_in: bool,
    /// Ids of the operations that it may call.
    pub operations: Vec<String>,
}

/// Every role, built in and custom (角色列表).
#[utoipa::path(
    get, path = "/api/v1/roles", tag = "administration",
    responses(
        (status = 200, body = Page<RoleView>)
    )
)]
async fn roles(
    _: By<ReadRoles>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<RoleView>>, Problem> {
    let mut items: Vec<RoleView> = Role::ALL
        .iter()
        .map(|role| RoleView {
            id: role.name().to_owned(),
            name: role.chinese().to_owned(),
            is_built_in: true,
            operations: api
                .gate
                .operations()
                .filter(|operation| operation.roles.contains(role))
                .map(|operation| operation.id.to_owned())
                .collect(),
        })
        .collect();
    let custom = api.context().read(role::custom_roles).await?;
    items.extend(custom.into_iter().map(|role| RoleView {
        id: role.name,
        name: role.chinese,
        is_built_in: false,
        operations: role.operations,
    }));
    Ok(Json(Page::whole(items)))
}
