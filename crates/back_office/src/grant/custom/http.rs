//! `PUT /api/v1/roles/{name}`, `POST /api/v1/roles/{name}/remove`, `GET /api/v1/operations`.

use crate::administration::{AdministrationApi, Asked};
use crate::grant::http::{ask, request};
use crate::grant::{PUT_ROLE, REMOVE_ROLE, RoleWish};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::approval::{Request, http::Reason, reason};
use registry::request::{codes, field, not_found, words};
use registry::role::{self, OFFICERS, Operation, Role, SYSTEM};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

registry::operations! {
    AskRole = changes("ask_role", "申请新建或修改自定义角色", SYSTEM);
    AskRoleRemoval = changes("ask_role_removal", "申请删除自定义角色", SYSTEM);
    ReadOperations = reads("operations", "查看操作权限清单", OFFICERS);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(operations, ask_role, ask_role_removal)
}

/// An operation (操作权限) as a role may have it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    /// Its id: the `operationId` of the description.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it changes anything.
    pub changes: bool,
    /// Whether a custom role may have it.
    pub is_grantable: bool,
    /// The built-in roles that have it.
    pub roles: Vec<String>,
}

/// What an officer does, and what a program does, is never part of another role.
fn is_grantable(operation: &Operation) -> bool {
    operation
        .roles
        .iter()
        .any(|role| Role::STAFF.contains(role))
}

/// Every operation of the API and who has it (操作权限清单).
#[utoipa::path(
    get, path = "/api/v1/operations", tag = "administration",
    responses(
        (status = 200, body = Page<OperationView>)
    )
)]
async fn operations(
    _: By<ReadOperations>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<OperationView>>, Problem> {
    let view = |operation: &'static Operation| OperationView {
        id: operation.id.to_owned(),
        name: operation.chinese.to_owned(),
        changes: operation.changes,
        is_grantable: is_grantable(operation),
        roles: operation
            .roles
            .iter()
            .map(|role| role.name().to_owned())
            .collect(),
    };
    Ok(Json(Page::whole(api.gate.operations().map(view).collect())))
}

/// A custom role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleBody {
    /// Its name for people, 1 to 40 characters.
    pub name: String,
    /// Ids of the operations that it may call.
    pub operations: Vec<String>,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

fn is_role_name(name: &str) -> bool {
    (3..=40).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Asks to make or change a custom role; the security administrator decides (申请自定义角色).
#[utoipa::path(
    put, path = "/api/v1/roles/{name}", tag = "administration", request_body = RoleBody,
    params(("name" = String, Path, description = "角色编码：小写字母、数字与下划线")),
    responses(
        (status = 202, body = Asked, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 409, body = Problem, description = "与内置角色重名"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn ask_role(
    By { actor, .. }: By<AskRole>,
    State(api): State<AdministrationApi>,
    Path(name): Path<String>,
    JsonBody(given): JsonBody<RoleBody>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    if Role::from_name(&name).is_some() {
        return Err(Problem::new(codes::TAKEN).detail("与内置角色重名"));
    }
    if !is_role_name(&name) {
        return Err(field(
            "角色编码应为 3 至 40 个小写字母、数字或下划线，以字母开头",
        ));
    }
    let mut operations = given.operations;
    operations.sort();
    operations.dedup();
    let unknown = operations.iter().find(|id| {
        !api.gate
            .operations()
            .any(|operation| operation.id == **id && is_grantable(operation))
    });
    if let Some(unknown) = unknown {
        return Err(field(format!("没有可授予的操作：{unknown}")));
    }
    if operations.is_empty() {
        return Err(field("至少选择一项操作"));
    }
    let wish = RoleWish {
        name,
        chinese: words("角色名称", &given.name, 40)?,
        operations,
    };
    let check = move |_: &mut Tx<'_>| -> Result<Request, Problem> {
        let title = format!(
            "自定义角色“{}”，{} 项操作",
            wish.chinese,
            wish.operations.len()
        );
        let payload = serde_json::to_string(&wish).unwrap_or_default();
        Ok(request(&PUT_ROLE, title, payload, why.clone()))
    };
    ask(&api, actor, check).await
}

/// Asks to remove a custom role that nobody holds (申请删除自定义角色).
#[utoipa::path(
    post, path = "/api/v1/roles/{name}/remove", tag = "administration", request_body = Reason,
    params(("name" = String, Path, description = "角色编码")),
    responses(
        (status = 202, body = Asked, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个自定义角色"),
        (status = 409, body = Problem, description = "仍有人担任")
    )
)]
async fn ask_role_removal(
    By { actor, .. }: By<AskRoleRemoval>,
    State(api): State<AdministrationApi>,
    Path(name): Path<String>,
    JsonBody(given): JsonBody<Reason>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    let now_ms = api.context().now_ms();
    let check = move |tx: &mut Tx<'_>| -> Result<Request, Problem> {
        let roles = role::custom_roles(tx)?;
        let Some(found) = roles.into_iter().find(|role| role.name == name) else {
            return Err(not_found());
        };
        if !role::of_role(tx, &found.name, now_ms)?.is_empty() {
            return Err(Problem::new(codes::IN_USE).detail("仍有人担任此角色"));
        }
        let title = format!("删除自定义角色“{}”", found.chinese);
        let wish = RoleWish {
            name: found.name,
            chinese: found.chinese,
            operations: Vec::new(),
        };
        let payload = serde_json::to_string(&wish).unwrap_or_default();
        Ok(request(&REMOVE_ROLE, title, payload, why.clone()))
    };
    ask(&api, actor, check).await
}
