//! `POST /api/v1/messages/{id}/unmask`.

use super::{HOURLY_MAX, open};
use crate::api::ApiState;
use crate::finder;
use crate::message::MessageId;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::approval::reason;
use registry::role::Role;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{JsonBody, Path, Problem, codes};

registry::operations! {
    Unmask = changes(
        "unmask",
        "查看个人信息原文",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Operator, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(unmask)
}

/// Why personal data are needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskBody {
    /// The reason, 2 to 500 characters; it is audited.
    pub reason: String,
}

/// Shows the personal data of a message to this session for ten minutes (查看原文).
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/unmask", tag = "messages",
    params(("id" = String, Path, description = "报文 id 或受理号")),
    request_body = UnmaskBody,
    responses(
        (status = 204, description = "十分钟内，本会话可见该报文的个人信息"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 429, body = Problem, description = "过于频繁")
    )
)]
async fn unmask(
    By { actor, .. }: By<Unmask>,
    State(api): State<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<UnmaskBody>,
) -> Result<StatusCode, Problem> {
    let why = reason(&body.reason)?;
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let now_ms = api.shared.clock.now_ms();
    let hourly_max = api.gate.context.number(&HOURLY_MAX);
    let opened = api.shared.db.write(move |tx| -> Result<(), Problem> {
        let Some(message) = finder::find(tx, &actor.sight, id)? else {
            return Err(Problem::new(codes::NOT_FOUND));
        };
        open(tx, &actor, &message, &why, now_ms, hourly_max)
    });
    opened.await?;
    Ok(StatusCode::NO_CONTENT)
}
