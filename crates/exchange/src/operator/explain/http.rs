//! `PUT` and `DELETE /api/v1/operator/unknown-codes/{id}/answer`.

use super::{ExplainedCode, explain, withdraw};
use crate::answer;
use crate::api::ApiState;
use crate::unknown_code::Answer;
use crate::unknown_code::http::UnknownCodeItem;
use axum::Json;
use axum::extract::State as Held;
use registry::access::{By, Routes};
use registry::role::Role;
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;
use web::{JsonBody, Path, Problem, codes};

const OPERATORS: &[Role] = &[Role::Operator];

registry::operations! {
    AnswerUnknownCode = changes("answer_unknown_code", "解释未知回执代码", OPERATORS);
    WithdrawUnknownCode = changes("withdraw_unknown_code", "撤回回执代码的解释", OPERATORS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(answer_unknown_code, withdraw_unknown_code)
}

/// Reads the other documents with the status, some in each transaction: what a crash leaves out is read when they get
/// another answer, or when the explanation is saved once more.
async fn finish(api: &ApiState, done: ExplainedCode) -> Result<Json<UnknownCodeItem>, Problem> {
    let ExplainedCode { code, status, last } = done;
    let mut last = last;
    while let (Some(status), Some(after)) = (status, last) {
        let (context, kind, now_ms) = (
            api.shared.context.clone(),
            code.kind.clone(),
            api.shared.clock.now_ms(),
        );
        let write =
            move |tx: &mut Tx<'_>| answer::review(tx, &context, &kind, status, after, now_ms);
        last = api.shared.db.write(write).await?;
    }
    Ok(Json(code.into()))
}

/// What a code means.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// What it means, 2 to 500 characters.
    pub meaning: String,
    /// What to do, 2 to 500 characters.
    pub advice: String,
    /// Whether to declare again: `none`, `wait`, `new`, `same`, `change`, `number` or `call`.
    pub resubmit: String,
}

/// Says what a code means (解释未知回执代码); seen at once in every explanation of it. An answer of
/// before is replaced. Of a status it also decides what became of the documents that have it: as before with
/// `none` or `wait`, else their companies are to act.
#[utoipa::path(
    put, path = "/api/v1/operator/unknown-codes/{id}/answer", tag = "operator",
    params(("id" = String, Path, description = "未知回执代码的 id")),
    request_body = AnswerBody,
    responses(
        (status = 200, body = UnknownCodeItem),
        (status = 400, body = Problem, description = "解释不完整或有误"),
        (status = 404, body = Problem, description = "不存在")
    )
)]
pub(crate) async fn answer_unknown_code(
    By { actor, .. }: By<AnswerUnknownCode>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<AnswerBody>,
) -> Result<Json<UnknownCodeItem>, Problem> {
    let id = id.parse().map_err(|_| Problem::new(codes::NOT_FOUND))?;
    let answer = Answer {
        meaning: body.meaning,
        advice: body.advice,
        resubmit: body.resubmit,
    };
    let now_ms = api.shared.clock.now_ms();
    let context = api.shared.context.clone();
    let write = move |tx: &mut Tx<'_>| explain(tx, &context, &actor, id, &answer, now_ms);
    finish(&api, api.shared.db.write(write).await?).await
}

/// Withdraws what was said about a code (撤回解释); it is unknown again.
#[utoipa::path(
    delete, path = "/api/v1/operator/unknown-codes/{id}/answer", tag = "operator",
    params(("id" = String, Path, description = "未知回执代码的 id")),
    responses(
        (status = 200, body = UnknownCodeItem),
        (status = 404, body = Problem, description = "不存在"),
        (status = 409, body = Problem, description = "还没有解释")
    )
)]
pub(crate) async fn withdraw_unknown_code(
    By { actor, .. }: By<WithdrawUnknownCode>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<UnknownCodeItem>, Problem> {
    let id = id.parse().map_err(|_| Problem::new(codes::NOT_FOUND))?;
    let now_ms = api.shared.clock.now_ms();
    let context = api.shared.context.clone();
    let write = move |tx: &mut Tx<'_>| withdraw(tx, &context, &actor, id, now_ms);
    finish(&api, api.shared.db.write(write).await?).await
}
