//! `/api/v1/departments`: the tree, its changes, and the customs district of a department.

use super::{
    DEPARTMENTS_MAX, DISTRICT, Department, DepartmentDetails, DistrictWish, all, by_id, in_order,
};
use crate::administration::{AdministrationApi, Asked};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::account;
use registry::approval::{self, Request, reason};
use registry::request::{field, id_opt, not_found};
use registry::role::{OFFICERS, SYSTEM};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::{JsonBody, Page, PathId, Problem};

registry::operations! {
    ReadDepartments = reads("departments", "查看部门", OFFICERS);
    CreateDepartment = changes("create_department", "新建部门", SYSTEM);
    ChangeDepartment = changes("change_department", "修改或移动部门", SYSTEM);
    RemoveDepartment = changes("remove_department", "删除部门", SYSTEM);
    AskDepartmentDistrict = changes("ask_department_district", "申请变更部门关区", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        departments,
        create_department,
        change_department,
        remove_department,
        ask_department_district
    )
}

/// A department (部门) in the tree.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentView {
    /// Its id.
    pub id: String,
    /// The one above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its name.
    pub name: String,
    /// The names from the top down to it.
    pub path: String,
    /// Its code.
    pub code: String,
    /// Its place among its neighbours.
    pub place: i64,
    /// Its level, from 1.
    pub level: usize,
    /// Id of the account of its leader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_id: Option<String>,
    /// Name of its leader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
    /// Telephone of the office.
    pub phone: String,
    /// Customs district, which those see whose role has the sight of the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// How many people belong to it, without those below.
    pub people: i64,
}

fn view(
    tx: &mut Tx<'_>,
    (found, level): (Department, usize),
    (people, names): (&BTreeMap<i64, i64>, &mut Vec<String>),
) -> StoreResult<DepartmentView> {
    names.truncate(level - 1);
    names.push(found.name.clone());
    let leader = match found.leader {
        Some(leader) => account::by_id(tx, leader)?.map(|leader| leader.name),
        None => None,
    };
    Ok(DepartmentView {
        people: people.get(&found.id).copied().unwrap_or(0),
        id: found.id.to_string(),
        parent_id: found.parent.map(|id| id.to_string()),
        name: found.name,
        path: names.join(" / "),
        code: found.code,
        place: found.place,
        level,
        leader_id: found.leader.map(|leader| leader.0.to_string()),
        leader,
        phone: found.phone,
        district: found.district,
    })
}

/// Every department, each after the one above it (部门列表).
#[utoipa::path(
    get, path = "/api/v1/departments", tag = "administration",
    responses(
        (status = 200, body = Page<DepartmentView>)
    )
)]
async fn departments(
    _: By<ReadDepartments>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<DepartmentView>>, Problem> {
    let read = |tx: &mut Tx<'_>| -> StoreResult<Vec<DepartmentView>> {
        let people = account::placed_by_department(tx)?.into_iter().collect();
        let mut names = Vec::new();
        let mut views = Vec::new();
        for one in in_order(all(tx, DEPARTMENTS_MAX)?) {
            views.push(view(tx, one, (&people, &mut names))?);
        }
        Ok(views)
    };
    let items = api.context().read(read).await?;
    Ok(Json(Page::whole(items)))
}

/// A department as it should be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DepartmentData {
    /// Id of the one above; none for the top.
    pub parent_id: Option<String>,
    /// Name, 1 to 40 characters.
    pub name: String,
    /// Code, 1 to 20 letters, digits, `-`, `_` and `.`.
    pub code: String,
    /// Place among its neighbours, 0 to 100000.
    #[serde(default)]
    pub place: i64,
    /// Id of the account of its leader, one of the staff.
    pub leader_id: Option<String>,
    /// Telephone of the office.
    #[serde(default)]
    pub phone: String,
}

fn details(data: DepartmentData) -> Result<DepartmentDetails, Problem> {
    Ok(DepartmentDetails {
        parent: id_opt("parentId", data.parent_id.as_deref())?,
        name: data.name,
        code: data.code,
        place: data.place,
        leader: id_opt("leaderId", data.leader_id.as_deref())?,
        phone: data.phone,
    })
}

/// Something that was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    pub id: String,
}

/// Makes a department (新建部门).
#[utoipa::path(
    post, path = "/api/v1/departments", tag = "administration", request_body = DepartmentData,
    responses(
        (status = 201, body = Made),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误，或层级过深")
    )
)]
async fn create_department(
    By { actor, .. }: By<CreateDepartment>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<DepartmentData>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let (given, context) = (details(given)?, api.context().clone());
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, None, &given);
    let id = api.context().act(write).await?.to_string();
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a department or moves it with all that is below it (修改或移动部门).
#[utoipa::path(
    put, path = "/api/v1/departments/{id}", tag = "administration", request_body = DepartmentData,
    params(("id" = String, Path, description = "部门编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这个部门"),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误、层级过深或成环")
    )
)]
async fn change_department(
    By { actor, .. }: By<ChangeDepartment>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<DepartmentData>,
) -> Result<StatusCode, Problem> {
    let given = details(given)?;
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, Some(asked), &given);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a department that has neither people nor parts (删除部门).
#[utoipa::path(
    delete, path = "/api/v1/departments/{id}", tag = "administration",
    params(("id" = String, Path, description = "部门编号")),
    responses(
        (status = 204, description = "已删除"),
        (status = 404, body = Problem, description = "没有这个部门"),
        (status = 409, body = Problem, description = "仍有人员或下级部门")
    )
)]
async fn remove_department(
    By { actor, .. }: By<RemoveDepartment>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::remove(tx, &context, &actor, asked);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another customs district of a department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDistrict {
    /// Two to four digits; none removes it.
    pub district: Option<String>,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// Asks for another customs district of a department; the security administrator decides, for it
/// changes what people see (申请变更部门关区).
#[utoipa::path(
    post, path = "/api/v1/departments/{id}/district", tag = "administration",
    request_body = NewDistrict, params(("id" = String, Path, description = "部门编号")),
    responses(
        (status = 202, body = Asked, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个部门"),
        (status = 422, body = Problem, description = "关区代码应为 2 至 4 位数字")
    )
)]
async fn ask_department_district(
    By { actor, .. }: By<AskDepartmentDistrict>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<NewDistrict>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    let district = given.district.filter(|text| !text.is_empty());
    let is_district =
        |text: &str| (2..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if district.as_deref().is_some_and(|text| !is_district(text)) {
        return Err(field("关区代码应为 2 至 4 位数字"));
    }
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| -> Result<i64, Problem> {
        let Some(found) = by_id(tx, asked)? else {
            return Err(not_found());
        };
        let wish = DistrictWish {
            department: asked,
            district: district.clone(),
        };
        let shown = district.as_deref().unwrap_or("无");
        let request = Request {
            kind: DISTRICT.name,
            title: format!("部门“{}”的关区改为 {shown}", found.name),
            payload: serde_json::to_string(&wish).unwrap_or_default(),
            company: None,
            why: why.clone(),
        };
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let approval_id = api.context().act(write).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Asked { approval_id })))
}
