//! Submitting: `POST /api/v1/messages` and `POST /api/v1/messages:batch`.

use crate::intake::http::{
    AcceptedAnswer, DECLARANTS, SubmitState, accept, content_type, receive, too_large,
};
use crate::intake::{codes, look};
use crate::message::{Arrival, MessageId};
use crate::workbook::Body;
use crate::workbook::http::{FindingsProblem, JsonForm, SubmitAnswer, submit_form};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use registry::access::{Actor, By, Routes};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use web::{Problem, in_chinese};

registry::operations! {
    Submit = changes("submit", "提交申报", DECLARANTS);
    SubmitBatch = changes("submit_batch", "批量提交申报", DECLARANTS);
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(submit, submit_batch)
}

/// Submits one message (提交报文). The body is the XML as the standard has it: bare CEB, `DxpMsg`
/// or `DxpMsgSv`; or the JSON form; or a workbook, which may become several messages: then all of
/// them are accepted or none. The answer comes after everything is on disk.
#[utoipa::path(
    post, path = "/api/v1/messages", tag = "messages", security(("key" = [])),
    request_body(
        content(
            (String = "application/xml"),
            (JsonForm = "application/json"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )
    ),
    responses(
        (status = 202, description = "受理；或此前已受理过相同内容（duplicate 为 true）。工作簿的应答为 items 列表",
         body = SubmitAnswer),
        (status = 400, body = Problem, description = "不是可受理的报文"),
        (status = 403, body = Problem, description = "传输企业不一致、通道暂停或没有权限"),
        (status = 409, body = Problem, description = "同一 guid 已用于不同内容"),
        (status = 413, body = Problem, description = "报文过大"),
        (status = 429, body = Problem, description = "本企业同时提交的内容过多，请稍后重试"),
        (status = 422, body = FindingsProblem, description = "JSON 或工作簿有误，没有受理")
    )
)]
pub(crate) async fn submit(
    By { actor, .. }: By<Submit>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(actor);
    let (body, _budget) = receive(
        &api,
        &actor,
        &parts.headers,
        body,
        api.config.message_bytes_max,
    )
    .await?;
    let form = Body::of(content_type(&parts.headers), &body);
    if form != Body::Xml {
        return submit_form(&api, &actor, form, body).await;
    }
    let arrival = look(&actor, body, MessageId(api.ids.next()), api.clock.now_ms())?;
    let answer = accept(&api, arrival).await?;
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// One line of a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchLine {
    /// The message's XML.
    pub xml: String,
}

/// Submits many messages (批量提交), one JSON object a line; answers one line for each, in order:
/// the answer of a single submission with its `status`, or a problem.
#[utoipa::path(
    post, path = "/api/v1/messages:batch", tag = "messages", security(("key" = [])),
    request_body(content = BatchLine, content_type = "application/x-ndjson"),
    responses(
        (status = 200, body = AcceptedAnswer, content_type = "application/x-ndjson",
         description = "每行一个结果，顺序与提交一致"),
        (status = 413, body = Problem, description = "内容过大或行数过多"),
        (status = 429, body = Problem, description = "本企业同时提交的内容过多，请稍后重试")
    )
)]
async fn submit_batch(
    By { actor, .. }: By<SubmitBatch>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(actor);
    let (body, _budget) = receive(
        &api,
        &actor,
        &parts.headers,
        body,
        api.config.batch_bytes_max,
    )
    .await?;
    let lines: Vec<&[u8]> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    if lines.len() > api.config.batch_lines_max {
        return Err(Problem::new(codes::BATCH_LINES).detail(format!(
            "上限 {} 行，收到 {} 行",
            api.config.batch_lines_max,
            lines.len()
        )));
    }
    let mut pending = Vec::with_capacity(lines.len());
    for line in lines {
        let arrival = batch_arrival(&api, &actor, line);
        let api = Arc::clone(&api);
        // Each line is its own task, so that all of them meet in the same few commits.
        pending.push(tokio::spawn(async move { accept(&api, arrival?).await }));
    }
    let mut answer = Vec::with_capacity(pending.len() * 200);
    for task in pending {
        let outcome = task
            .await
            .unwrap_or_else(|_| Err(Problem::new(web::codes::FAULT)));
        write_line(&mut answer, &outcome);
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], answer).into_response())
}

fn batch_arrival(api: &SubmitState, actor: &Arc<Actor>, line: &[u8]) -> Result<Arrival, Problem> {
    let line: BatchLine = serde_json::from_slice(line)
        .map_err(|error| Problem::new(codes::BATCH_LINE).detail(in_chinese(&error.to_string())))?;
    if line.xml.len() > api.config.message_bytes_max {
        return Err(too_large(api.config.message_bytes_max));
    }
    look(
        actor,
        Bytes::from(line.xml),
        MessageId(api.ids.next()),
        api.clock.now_ms(),
    )
}

fn write_line(answer: &mut Vec<u8>, outcome: &Result<AcceptedAnswer, Problem>) {
    #[derive(Serialize)]
    struct Line<'a> {
        status: u16,
        #[serde(flatten)]
        answer: &'a AcceptedAnswer,
    }
    let line = match outcome {
        Ok(answer) => serde_json::to_vec(&Line {
            status: 202,
            answer,
        }),
        Err(problem) => {
            problem.log();
            serde_json::to_vec(problem)
        }
    };
    answer.extend(line.unwrap_or_default());
    answer.push(b'\n');
}
