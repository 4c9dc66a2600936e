//! `/api/v1/users`: list, make, change, unmask.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::state::http::{LinkView, link};
use super::{Details, change, create, object};
use crate::administration::AdministrationApi;
use crate::{department, post};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::factor;
use identity::login::lock;
use registry::access::{By, Routes};
use registry::account::personal::{self, Field};
use registry::account::{self, Account, AccountFilter, AccountId, AccountOrder};
use registry::approval::{http::Reason, reason};
use registry::context::{AppContext, RandomSecret};
use registry::request::{id_opt, not_found};
use registry::role::{self, Named, OFFICERS, SYSTEM, SYSTEM_SECURITY, named};
use registry::{audit, company, hash_text};
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::unreadable::{DAMAGED, damage, report};
use store::{Error as StoreError, Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Page, PageQuery, PathId, Problem, QueryOf, one_of};

registry::operations! {
    ReadUsers = reads("users", "查看用户列表", OFFICERS);
    ReadUser = reads("user", "查看用户详情", OFFICERS);
    CreateUser = changes("create_user", "创建用户", SYSTEM);
    ChangeUser = changes("change_user", "修改用户资料", SYSTEM);
    UnmaskUser = changes("unmask_user", "查看用户完整联系方式", SYSTEM_SECURITY);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(users, user, create_user, change_user, unmask_user)
}

/// What a list of users is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// `staff` or `company`.
    pub kind: Option<String>,
    /// `invited`, `active` or `disabled`.
    pub state: Option<String>,
    /// Beginning of the login name, or the whole name.
    pub q: Option<String>,
    /// Id of a department; those below it count as well.
    pub department: Option<String>,
    /// Id of a post.
    pub post: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<AccountOrder>)]
    pub sort: Option<String>,
}

/// An account as the officers see it (用户).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// Its id.
    pub id: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// `staff` or `company`.
    pub kind: String,
    /// The company (企业) of one of a company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// `invited`, `active` or `disabled`.
    pub state: String,
    /// Whether too many failures have locked it at present.
    pub is_locked: bool,
    /// The roles in force.
    pub roles: Vec<Named>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// Name of the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<String>,
    /// Name of the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// Telephone number, masked.
    pub phone: String,
    /// E-mail address, masked.
    pub email: String,
    /// Second factors in force: `totp`, `passkey`.
    pub factors: Vec<String>,
    /// When the person last logged in, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

pub(super) fn view(tx: &mut Tx<'_>, context: &AppContext, found: Account) -> StoreResult<UserView> {
    let now_ms = context.now_ms();
    let profile = account::profile(tx, found.id)?;
    let hidden = |field: Field, sealed: Option<&[u8]>| {
        let opened = personal::open(context, found.id, field, sealed);
        Ok::<_, StoreError>(match damage(opened)? {
            Ok(text) if text.is_empty() => text,
            Ok(text) => field.masked(&text),
            // The list goes on: the account must be found to be given another number.
            Err(why) => {
                report(("account", (found.id.0, 0)), &why);
                DAMAGED.to_owned()
            }
        })
    };
    let custom = role::custom_roles(tx)?;
    let grants = role::of_account(tx, found.id, now_ms)?;
    let factors = factor::list(tx, found.id)?;
    let department = match profile.department {
        Some(id) => department::by_id(tx, id)?.map(|found| found.name),
        None => None,
    };
    let is_locked = lock::is_locked(tx, context, &found.login)?;
    let post = match profile.post {
        Some(id) => post::by_id(tx, id)?.map(|found| found.name),
        None => None,
    };
    let company = match grants.iter().find_map(|grant| grant.company) {
        Some(id) => company::by_id(tx, id)?.map(|found| found.name),
        None => None,
    };
    Ok(UserView {
        company,
        id: found.id.0.to_string(),
        login: found.login,
        name: found.name,
        kind: found.kind,
        is_locked,
        state: found.state,
        roles: grants
            .iter()
            .map(|grant| named(&grant.role, &custom))
            .collect(),
        department_id: profile.department.map(|id| id.to_string()),
        department,
        post_id: profile.post.map(|id| id.to_string()),
        post,
        phone: hidden(Field::Phone, profile.phone_sealed.as_deref())?,
        email: hidden(Field::Email, profile.email_sealed.as_deref())?,
        factors: factors
            .into_iter()
            .filter(factor::Factor::is_in_force)
            .map(|factor| factor.kind)
            .collect(),
        last_login_at: found.last_login_at.map(beijing_rfc3339),
        created_at: beijing_rfc3339(found.created_at),
    })
}

/// The accounts of people (用户列表).
#[utoipa::path(
    get, path = "/api/v1/users", tag = "administration", params(UserQuery, PageQuery),
    responses(
        (status = 200, body = Page<UserView>)
    )
)]
async fn users(
    _: By<ReadUsers>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<UserQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<UserView>>, Problem> {
    let department = id_opt("department", query.department.as_deref())?;
    let mut filter = AccountFilter {
        kind: one_of("kind", query.kind, &["staff", "company"])?,
        state: one_of("state", query.state, &["invited", "active", "disabled"])?,
        text: query.q.filter(|text| !text.trim().is_empty()),
        departments: Vec::new(),
        post: id_opt("post", query.post.as_deref())?,
        begin: asked.begin(query.sort.as_deref())?,
    };
    let size = asked.size();
    let context = api.context().clone();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<UserView>> {
        if let Some(top) = department {
            filter.departments = department::subtree(tx, top)?;
        }
        let found = account::list(tx, &filter, size.rows())?;
        let total = asked.total(|| account::total(tx, &filter))?;
        let begin = &filter.begin;
        let place = |one: &Account| begin.next(account::place(one, begin.order));
        let page = Page::cut(found, size, place).counted(total);
        page.try_map(|found| view(tx, &context, found))
    };
    api.context().read(read).await.map(Json)
}

/// One account (用户详情).
#[utoipa::path(
    get, path = "/api/v1/users/{id}", tag = "administration",
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = UserView),
        (status = 404, body = Problem, description = "没有这个用户")
    )
)]
async fn user(
    _: By<ReadUser>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<Json<UserView>, Problem> {
    let (asked, context) = (AccountId(asked), api.context().clone());
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Option<UserView>> {
        match account::by_id(tx, asked)? {
            Some(found) => view(tx, &context, found).map(Some),
            None => Ok(None),
        }
    };
    api.context()
        .read(read)
        .await?
        .map(Json)
        .ok_or_else(not_found)
}

/// A new staff account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUser {
    /// Login name, 3 to 40 characters.
    pub login: String,
    /// Name, 1 to 40 characters.
    pub name: String,
    /// Id of the department.
    pub department_id: Option<String>,
    /// Id of the post.
    pub post_id: Option<String>,
    /// Telephone number; stored sealed, shown masked.
    pub phone: Option<String>,
    /// E-mail address; stored sealed, shown masked.
    pub email: Option<String>,
}

/// The data of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserData {
    /// Name, 1 to 40 characters.
    pub name: String,
    /// Id of the department.
    pub department_id: Option<String>,
    /// Id of the post.
    pub post_id: Option<String>,
    /// Telephone number: absent keeps the present one, an empty text removes it.
    pub phone: Option<String>,
    /// E-mail address: likewise.
    pub email: Option<String>,
}

fn nonces(context: &AppContext) -> Result<[RandomSecret; 2], Problem> {
    Ok([context.secret()?, context.secret()?])
}

/// Makes a staff account; the answer holds the one-time link, which is never shown again (创建用户).
#[utoipa::path(
    post, path = "/api/v1/users", tag = "administration", request_body = NewUser,
    responses(
        (status = 201, body = LinkView, description = "已创建；链接只显示这一次"),
        (status = 409, body = Problem, description = "登录名已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn create_user(
    By { actor, .. }: By<CreateUser>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<NewUser>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    let details = Details {
        name: given.name,
        department: id_opt("departmentId", given.department_id.as_deref())?,
        post: id_opt("postId", given.post_id.as_deref())?,
        phone: given.phone,
        email: given.email,
    };
    let context = api.context().clone();
    let (token, nonces) = (context.token()?, nonces(&context)?);
    let hash = hash_text(&token);
    let shared = context.clone();
    let write = move |tx: &mut Tx<'_>| {
        create(
            tx,
            &shared,
            &actor,
            (&given.login, &details),
            (&hash, &nonces),
        )
    };
    let made = context.act(write).await?;
    Ok((StatusCode::CREATED, Json(link(&context, made, &token))))
}

/// Changes the data of a person (修改用户资料).
#[utoipa::path(
    put, path = "/api/v1/users/{id}", tag = "administration", request_body = UserData,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这个用户"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn change_user(
    By { actor, .. }: By<ChangeUser>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<UserData>,
) -> Result<StatusCode, Problem> {
    let asked = AccountId(asked);
    let details = Details {
        name: given.name,
        department: id_opt("departmentId", given.department_id.as_deref())?,
        post: id_opt("postId", given.post_id.as_deref())?,
        phone: given.phone,
        email: given.email,
    };
    let context = api.context().clone();
    let (shared, nonces) = (context.clone(), nonces(&context)?);
    let write = move |tx: &mut Tx<'_>| change(tx, &shared, &actor, asked, &details, &nonces);
    context.act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Telephone number and e-mail address in full (完整联系方式).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonalView {
    /// Telephone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
}

/// Shows telephone number and e-mail address in full; the reason is audited (查看完整联系方式).
#[utoipa::path(
    post, path = "/api/v1/users/{id}/unmask", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "用户编号")),
    responses(
        (status = 200, body = PersonalView),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个用户")
    )
)]
async fn unmask_user(
    By { actor, .. }: By<UnmaskUser>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<Json<PersonalView>, Problem> {
    let (asked, why) = (AccountId(asked), reason(&given.reason)?);
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| -> Result<PersonalView, Problem> {
        if account::by_id(tx, asked)?.is_none() {
            return Err(not_found());
        }
        let (phone, email) = super::personal(tx, &context, asked)?;
        let detail = format!("理由：{why}");
        let now_ms = context.now_ms();
        audit::done(tx, now_ms, &actor, account::UNMASK, &object(asked), &detail)?;
        Ok(PersonalView { phone, email })
    };
    api.context().act(write).await.map(Json)
}
