//! `GET /api/v1/stories/{documentId}`.

use super::{Story, trade, view};
use crate::api::{ApiState, READERS};
use axum::Json;
use axum::extract::State;
use registry::access::{By, Routes};
use std::sync::Arc;
use web::{Path, Problem, codes};

registry::operations! {
    ReadStory = reads("story", "查看单证全景", READERS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(story)
}

/// The order, payment, waybill and list of one trade side by side (单证全景).
#[utoipa::path(
    get, path = "/api/v1/stories/{documentId}", tag = "messages", security(("key" = [])),
    params(("documentId" = String, Path, description = "单证 id（报文详情、查找结果中的 documentId）")),
    responses(
        (status = 200, body = Story),
        (status = 404, body = Problem, description = "不存在，或不可见")
    )
)]
pub(crate) async fn story(
    By { actor, .. }: By<ReadStory>,
    State(api): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<Story>, Problem> {
    let not_found = || Problem::new(codes::NOT_FOUND);
    let id: i64 = id.parse().map_err(|_| not_found())?;
    let now_ms = api.shared.clock.now_ms();
    let found = api
        .shared
        .db
        .read(move |tx| trade(tx, &actor, id, now_ms))
        .await?;
    let trade = found.ok_or_else(not_found)?;
    api.refresh().await?;
    let shared = Arc::clone(&api.shared);
    let story = tokio::task::spawn_blocking(move || view::story(&trade, &shared.directory));
    story
        .await
        .map(Json)
        .map_err(|_| Problem::new(codes::FAULT))
}
