//! `GET /api/v1/stories/{documentId}`.

use super::{Story, trade, view};
use crate::query::http::{Desk, READERS};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use registry::role::Operation;
use std::sync::Arc;
use web::{Problem, codes, service_error};

/// Reads the story of a document.
pub const STORY: Operation = Operation {
    id: "story",
    chinese: "查看单证全景",
    roles: READERS,
    changes: false,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[STORY];

/// The order, payment, waybill and list of one trade side by side (单证全景).
#[utoipa::path(
    get, path = "/api/v1/stories/{documentId}", tag = "messages", security(("key" = [])),
    params(("documentId" = String, Path, description = "单证 id（报文详情、查找结果中的 documentId）")),
    responses(
        (status = 200, body = Story),
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "不存在，或不可见")
    )
)]
pub async fn story(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Story>, Problem> {
    let actor = desk.gate.actor(&headers, &STORY).await?;
    let not_found = || Problem::new(codes::NOT_FOUND);
    let id: i64 = id.parse().map_err(|_| not_found())?;
    let now_ms = desk.shared.clock.now_ms();
    let found = desk
        .shared
        .db
        .read(move |tx| trade(tx, &actor, id, now_ms))
        .await
        .map_err(|error| service_error(&error))?;
    let trade = found.ok_or_else(not_found)?;
    desk.refresh().await?;
    let shared = Arc::clone(&desk.shared);
    let told = tokio::task::spawn_blocking(move || view::tell(&trade, &shared.directory));
    told.await.map(Json).map_err(|_| Problem::new(codes::FAULT))
}
