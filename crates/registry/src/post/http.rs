//! `/api/v1/posts`.

use super::{POSTS_MAX, Post, all};
use crate::administration::{Desk, OFFICERS, SYSTEM, body, id};
use crate::department::http::Made;
use crate::role::Operation;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{Page, Problem};

/// Lists the posts.
pub const POSTS: Operation = Operation {
    id: "posts",
    chinese: "查看岗位",
    roles: OFFICERS,
    changes: false,
};
/// Makes a post.
pub const CREATE_POST: Operation = Operation {
    id: "create_post",
    chinese: "新建岗位",
    roles: SYSTEM,
    changes: true,
};
/// Changes a post.
pub const CHANGE_POST: Operation = Operation {
    id: "change_post",
    chinese: "修改岗位",
    roles: SYSTEM,
    changes: true,
};
/// Removes a post.
pub const REMOVE_POST: Operation = Operation {
    id: "remove_post",
    chinese: "删除岗位",
    roles: SYSTEM,
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[POSTS, CREATE_POST, CHANGE_POST, REMOVE_POST];

/// A post (岗位) in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostView {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its place in the list.
    pub place: i64,
    /// Whether it is offered to people.
    pub is_active: bool,
    /// A remark.
    pub remark: String,
}

/// Every post (岗位列表).
#[utoipa::path(
    get, path = "/api/v1/posts", tag = "administration",
    responses(
        (status = 200, body = Page<PostView>),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限")
    )
)]
pub async fn posts(
    State(desk): State<Desk>,
    headers: HeaderMap,
) -> Result<Json<Page<PostView>>, Problem> {
    desk.gate.actor(&headers, &POSTS).await?;
    let found = desk.ground().read(|tx| all(tx, POSTS_MAX)).await?;
    let view = |post: Post| PostView {
        id: post.id.to_string(),
        code: post.code,
        name: post.name,
        place: post.place,
        is_active: post.is_active,
        remark: post.remark,
    };
    Ok(Json(Page {
        items: found.into_iter().map(view).collect(),
        next: None,
    }))
}

/// A post as it should be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostData {
    /// Code, 1 to 20 letters, digits, `-`, `_` and `.`.
    pub code: String,
    /// Name, 1 to 40 characters.
    pub name: String,
    /// Place in the list, 0 to 100000.
    #[serde(default)]
    pub place: i64,
    /// Whether it is offered to people.
    pub is_active: bool,
    /// A remark of up to 200 characters.
    #[serde(default)]
    pub remark: String,
}

fn post(data: PostData) -> Post {
    Post {
        id: 0,
        code: data.code,
        name: data.name,
        place: data.place,
        is_active: data.is_active,
        remark: data.remark,
    }
}

/// Makes a post (新建岗位).
#[utoipa::path(
    post, path = "/api/v1/posts", tag = "administration", request_body = PostData,
    responses(
        (status = 201, body = Made),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
pub async fn create_post(
    State(desk): State<Desk>,
    headers: HeaderMap,
    given: Result<Json<PostData>, JsonRejection>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let actor = desk.gate.actor(&headers, &CREATE_POST).await?;
    let (given, ground) = (post(body(given)?), desk.ground().clone());
    let write = move |tx: &mut Tx<'_>| super::put(tx, &ground, &actor, (None, &given));
    let id = desk.ground().act(write).await?.to_string();
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a post (修改岗位).
#[utoipa::path(
    put, path = "/api/v1/posts/{id}", tag = "administration", request_body = PostData,
    params(("id" = String, Path, description = "岗位编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "没有这个岗位"),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
pub async fn change_post(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
    given: Result<Json<PostData>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &CHANGE_POST).await?;
    let (asked, given) = (id(&asked)?, post(body(given)?));
    let ground = desk.ground().clone();
    let write = move |tx: &mut Tx<'_>| super::put(tx, &ground, &actor, (Some(asked), &given));
    desk.ground().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a post that nobody has (删除岗位).
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}", tag = "administration",
    params(("id" = String, Path, description = "岗位编号")),
    responses(
        (status = 204, description = "已删除"),
        (status = 401, body = Problem, description = "尚未登录或登录已失效"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "没有这个岗位"),
        (status = 409, body = Problem, description = "仍有人员在此岗位")
    )
)]
pub async fn remove_post(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(asked): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = desk.gate.actor(&headers, &REMOVE_POST).await?;
    let (asked, ground) = (id(&asked)?, desk.ground().clone());
    let write = move |tx: &mut Tx<'_>| super::remove(tx, &ground, &actor, asked);
    desk.ground().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
