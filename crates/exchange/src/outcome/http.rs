//! `POST /api/v1/messages/{id}/dismiss` and `…/resume`.

use super::{dismiss, resume};
use crate::api::ApiState;
use crate::finder;
use crate::message::MessageId;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::approval;
use registry::role::Role;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use web::{JsonBody, Path, Problem, codes as web_codes};

registry::operations! {
    DismissMessage = changes(
        "dismiss_message",
        "不再处理退单或异常",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program]
    );
    ResumeMessage = changes(
        "resume_message",
        "恢复处理退单或异常",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(dismiss_message, resume_message)
}

/// Longest remark, in characters.
const WHY_CHARS_MAX: usize = 200;

/// Codes of this module.
pub mod codes {
    web::codes! {
        NOTHING_OPEN = "TG-R4461", 409, "报文没有待企业处理的事项", "The message needs no action",
            "报文没有被退单、异常或拒收，或已经重新申报、已标记为不再处理。",
            "无需操作；请刷新后查看报文的办理结果。",
            "The message was not rejected, faulty or refused, or it was declared again or dismissed.",
            "Nothing to do; reload it to see its outcome.";
        NOTHING_DISMISSED = "TG-R4462", 409, "报文没有可恢复处理的事项", "Nothing in the message can be reopened",
            "报文的单证没有登记过不再处理，或登记之后已经重新申报。",
            "无需操作；请刷新后查看报文的办理结果。",
            "Nothing in the message was dismissed, or it has been declared again since.",
            "Nothing to do; reload it to see its outcome.";
    }
}

/// Why nothing more is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissBody {
    /// A remark, at most 200 characters; it is audited.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub reason: String,
}

/// Nothing more is to be done about a rejected, faulty or refused message (已知晓，不再处理): it leaves
/// the to-dos, its outcome stays.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/dismiss", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    request_body = DismissBody,
    responses(
        (status = 204, description = "已标记为不再处理"),
        (status = 400, body = Problem, description = "说明过长"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有待企业处理的事项")
    )
)]
pub(crate) async fn dismiss_message(
    By { actor, .. }: By<DismissMessage>,
    State(api): State<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<DismissBody>,
) -> Result<StatusCode, Problem> {
    let bad = |why: String| Problem::new(web_codes::BAD_REQUEST).detail(why);
    let why = approval::one_line(&body.reason).map_err(|why| bad(why.to_owned()))?;
    if why.chars().count() > WHY_CHARS_MAX {
        return Err(bad(format!("说明最多 {WHY_CHARS_MAX} 个字符")));
    }
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(web_codes::NOT_FOUND))?;
    let context = &api.gate.context;
    let (now_ms, ids) = (context.now_ms(), Arc::clone(&context.ids));
    context
        .act(move |tx| {
            if finder::find(tx, &actor.sight, id)?.is_none() {
                return Err(Problem::new(web_codes::NOT_FOUND));
            }
            match dismiss(tx, &ids, &actor, id, &why, now_ms)? {
                true => Ok(()),
                false => Err(Problem::new(codes::NOTHING_OPEN)),
            }
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was dismissed of a message is to be dealt with after all (恢复处理): it stands among the to-dos again.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/resume", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 204, description = "已恢复处理，重新列入待办"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有登记过不再处理，或已重新申报")
    )
)]
pub(crate) async fn resume_message(
    By { actor, .. }: By<ResumeMessage>,
    State(api): State<ApiState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(web_codes::NOT_FOUND))?;
    let context = &api.gate.context;
    let (now_ms, ids) = (context.now_ms(), Arc::clone(&context.ids));
    context
        .act(move |tx| {
            if finder::find(tx, &actor.sight, id)?.is_none() {
                return Err(Problem::new(web_codes::NOT_FOUND));
            }
            match resume(tx, &ids, &actor, id, now_ms)? {
                true => Ok(()),
                false => Err(Problem::new(codes::NOTHING_DISMISSED)),
            }
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
