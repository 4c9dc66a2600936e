//! `/api/v1/members…`: the company's own people.

use super::{Member, change, codes, invite, invite_again, of_company, remove};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::account::{Account, AccountId, LINK_MS};
use registry::hash_text;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

registry::operations! {
    ReadMembers = reads("members", "查看企业人员", &[Role::CompanyAdmin]);
    AddMember = changes("add_member", "邀请企业人员", &[Role::CompanyAdmin]);
    ChangeMember = changes("change_member", "调整企业人员角色", &[Role::CompanyAdmin]);
    LinkMember = changes("link_member", "重新生成激活链接", &[Role::CompanyAdmin]);
    RemoveMember = changes("remove_member", "移除企业人员", &[Role::CompanyAdmin]);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(
        members,
        add_member,
        change_member,
        link_member,
        remove_member
    )
}

/// A member (企业人员).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// Id of the account.
    pub id: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// `company_admin`, `company_clerk` or `company_reader`.
    pub role: String,
    /// Name of the role for people.
    pub role_name: String,
    /// `invited`, `active` or `disabled`.
    pub state: String,
    /// Second factors in force: `totp`, `passkey`; empty for none.
    pub factors: Vec<String>,
    /// Since when, Beijing time.
    pub since: String,
    /// When the person last logged in, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<String>,
}

/// Whom to invite (邀请人员).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MemberBody {
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// `company_admin`, `company_clerk` or `company_reader`.
    pub role: String,
}

/// A member's new role (调整角色).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MemberRole {
    /// `company_admin`, `company_clerk` or `company_reader`.
    pub role: String,
}

/// A one-time link, shown this once (激活链接).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberLink {
    /// Id of the account.
    pub id: String,
    /// Login name.
    pub login: String,
    /// The link by which the person sets the password.
    pub link: String,
    /// Until when it opens, Beijing time.
    pub expires_at: String,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        let role = Role::from_name(&member.grant.role);
        Self {
            id: member.account.id.0.to_string(),
            login: member.account.login.clone(),
            name: member.account.name.clone(),
            role: member.grant.role.clone(),
            role_name: role.map_or("自定义角色", Role::chinese).to_owned(),
            state: member.account.state.clone(),
            factors: member.factors.clone(),
            since: beijing_rfc3339(member.grant.granted_at),
            last_login_at: member.account.last_login_at.map(beijing_rfc3339),
        }
    }
}

fn role_of(name: &str) -> Result<Role, Problem> {
    Role::from_name(name)
        .filter(|role| Role::COMPANY.contains(role))
        .ok_or_else(|| Problem::new(codes::FIELDS).detail("没有这个角色"))
}

fn link(api: &ServicesApi, account: &Account, token: &str) -> MemberLink {
    let context = api.context();
    let base = context.config.public_url.trim_end_matches('/');
    MemberLink {
        id: account.id.0.to_string(),
        login: account.login.clone(),
        link: format!("{base}/activate?token={token}"),
        expires_at: beijing_rfc3339(context.now_ms() + LINK_MS),
    }
}

/// The members of the company acted for.
#[utoipa::path(get, path = "/api/v1/members", tag = "ledger",
    responses((status = 200, body = Page<MemberView>)))]
async fn members(
    By { actor, .. }: By<ReadMembers>,
    Held(api): Held<ServicesApi>,
) -> Result<Json<Page<MemberView>>, Problem> {
    let company = actor.require_company()?.id;
    let members = api
        .context()
        .read(move |tx| of_company(tx, company))
        .await?;
    Ok(Json(Page::whole(
        members.iter().map(MemberView::from).collect(),
    )))
}

/// Invites somebody; the link is shown this once.
#[utoipa::path(post, path = "/api/v1/members", tag = "ledger", request_body = MemberBody,
    responses((status = 201, body = MemberLink)))]
async fn add_member(
    By { actor, .. }: By<AddMember>,
    Held(api): Held<ServicesApi>,
    JsonBody(body): JsonBody<MemberBody>,
) -> Result<(StatusCode, Json<MemberLink>), Problem> {
    let company = actor.require_company()?.id;
    let role = role_of(&body.role)?;
    let (token, context) = (api.context().token()?, api.context().clone());
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| {
        let person = (body.login.as_str(), body.name.as_str(), hash.as_str());
        invite(tx, &context, &actor, (company, role), person)
    };
    let account = api.write(write).await?;
    Ok((StatusCode::CREATED, Json(link(&api, &account, &token))))
}

/// Gives a member another role.
#[utoipa::path(put, path = "/api/v1/members/{id}", tag = "ledger",
    params(("id" = String, Path, description = "账号编号")), request_body = MemberRole,
    responses((status = 204)))]
async fn change_member(
    By { actor, .. }: By<ChangeMember>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<MemberRole>,
) -> Result<StatusCode, Problem> {
    let company = actor.require_company()?.id;
    let account = AccountId(id_of(&id)?);
    let role = role_of(&body.role)?;
    let context = api.context().clone();
    api.write(move |tx| change(tx, &context, &actor, company, account, role))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new link for a member; shown this once.
#[utoipa::path(post, path = "/api/v1/members/{id}/link", tag = "ledger",
    params(("id" = String, Path, description = "账号编号")),
    responses((status = 201, body = MemberLink)))]
async fn link_member(
    By { actor, .. }: By<LinkMember>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<MemberLink>), Problem> {
    let company = actor.require_company()?.id;
    let account = AccountId(id_of(&id)?);
    let (token, context) = (api.context().token()?, api.context().clone());
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| {
        let whom = (company, account, hash.as_str());
        invite_again(tx, &context, &actor, whom)
    };
    let account = api.write(write).await?;
    Ok((StatusCode::CREATED, Json(link(&api, &account, &token))))
}

/// Removes a member: role and sessions end at once.
#[utoipa::path(delete, path = "/api/v1/members/{id}", tag = "ledger",
    params(("id" = String, Path, description = "账号编号")),
    responses((status = 204)))]
async fn remove_member(
    By { actor, .. }: By<RemoveMember>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let company = actor.require_company()?.id;
    let account = AccountId(id_of(&id)?);
    let context = api.context().clone();
    api.write(move |tx| remove(tx, &context, &actor, company, account))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
