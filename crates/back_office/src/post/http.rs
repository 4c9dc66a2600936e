//! `/api/v1/posts`.

use super::{POSTS_MAX, Post, all};
use crate::administration::AdministrationApi;
use crate::department::http::Made;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::role::{OFFICERS, SYSTEM};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{JsonBody, Page, PathId, Problem};

registry::operations! {
    ReadPosts = reads("posts", "查看岗位", OFFICERS);
    CreatePost = changes("create_post", "新建岗位", SYSTEM);
    ChangePost = changes("change_post", "修改岗位", SYSTEM);
    RemovePost = changes("remove_post", "删除岗位", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(posts, create_post, change_post, remove_post)
}

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
        (status = 200, body = Page<PostView>)
    )
)]
async fn posts(
    _: By<ReadPosts>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<PostView>>, Problem> {
    let found = api.context().read(|tx| all(tx, POSTS_MAX)).await?;
    let view = |post: Post| PostView {
        id: post.id.to_string(),
        code: post.code,
        name: post.name,
        place: post.place,
        is_active: post.is_active,
        remark: post.remark,
    };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
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
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn create_post(
    By { actor, .. }: By<CreatePost>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<PostData>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let (given, context) = (post(given), api.context().clone());
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, None, &given);
    let id = api.context().act(write).await?.to_string();
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a post (修改岗位).
#[utoipa::path(
    put, path = "/api/v1/posts/{id}", tag = "administration", request_body = PostData,
    params(("id" = String, Path, description = "岗位编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这个岗位"),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn change_post(
    By { actor, .. }: By<ChangePost>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<PostData>,
) -> Result<StatusCode, Problem> {
    let given = post(given);
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, Some(asked), &given);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a post that nobody has (删除岗位).
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}", tag = "administration",
    params(("id" = String, Path, description = "岗位编号")),
    responses(
        (status = 204, description = "已删除"),
        (status = 404, body = Problem, description = "没有这个岗位"),
        (status = 409, body = Problem, description = "仍有人员在此岗位")
    )
)]
async fn remove_post(
    By { actor, .. }: By<RemovePost>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::remove(tx, &context, &actor, asked);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
