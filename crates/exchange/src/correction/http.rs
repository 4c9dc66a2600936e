//! `GET /api/v1/messages/{id}/correction`, `POST /api/v1/messages/{id}/correction`, its `/check` and
//! `/xml`, `POST /api/v1/corrections` and `POST /api/v1/corrections/workbook`.

use super::act::{
    RefusedCorrection, correct, corrected, declarant, is_refused, note, original, with_findings,
};
use super::sql::Note;
use super::view::{
    CorrectionAccepted, CorrectionForm, CorrectionOutcome, CorrectionOutcomes, CorrectionProblem,
    CorrectionVerdict,
};
use super::{Edit, MESSAGES_MAX, Original, TAKEN, WORKBOOK, codes, sql, workbook};
use crate::finder;
use crate::intake::http::in_turn;
use crate::intake::http::{DECLARANTS, SubmitState};
use crate::message::MessageId;
use crate::unmask::{FILE_HOURLY_MAX, take_away};
use crate::workbook::XLSX;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{By, Routes};
use registry::approval;
use registry::audit;
use registry::role::Role;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::clock::beijing_compact;
use utoipa::ToSchema;
use web::{JsonBody, Path, Problem, attachment, file_name};

/// Messages of one request, together, in bytes: 32 MiB.
pub(super) const TOGETHER_BYTES_MAX: i64 = 32 << 20;

registry::operations! {
    ReadCorrection = reads("correction", "查看更正表单", DECLARANTS);
    CheckCorrection = changes("check_correction", "校验更正内容", DECLARANTS);
    TakeCorrectionXml = changes("correction_xml", "下载更正后的报文", DECLARANTS);
    SubmitCorrection = changes("submit_correction", "更正重报", DECLARANTS);
    SubmitCorrections = changes("submit_corrections", "批量更正重报", DECLARANTS);
    TakeCorrectionWorkbook = changes(
        "correction_workbook",
        "导出退单更正表",
        &[Role::CompanyAdmin, Role::CompanyClerk]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(
        correction,
        check_correction,
        correction_xml,
        submit_correction,
        submit_corrections,
        correction_workbook
    )
}

/// Characters of a reason, at most.
const REASON_CHARS_MAX: usize = 500;

/// What is changed before the message is declared again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// The changes; without any the same values are declared again under a new guid.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// Numbers of the documents that are declared again, as the form has them; without any all that came
    /// back. The others still need an action.
    #[serde(default)]
    pub documents: Vec<usize>,
}

/// Several rejected messages, and what is changed in all of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionsBody {
    /// Ids or acceptance numbers of the rejected messages, at most 100, together at most 32 MiB; one that is
    /// named twice counts once.
    pub messages: Vec<String>,
    /// The changes, the same in every message; without any each is declared again under a new guid.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// Which rejected rows are taken away, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionWorkbookBody {
    /// Ids or acceptance numbers of the rejected messages, at most 100, together at most 32 MiB; one that is
    /// named twice counts once.
    pub messages: Vec<String>,
    /// Why: the workbook has personal data in full, and the audit keeps the reason.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// A rejected message as a form (更正表单): the values as declared, the elements that customs or the
/// platform named with the reasons, `appType` and `appStatus` as they must be now.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/correction", tag = "corrections", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, body = CorrectionForm),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取")
    )
)]
pub(crate) async fn correction(
    By { actor, .. }: By<ReadCorrection>,
    State(api): State<Arc<SubmitState>>,
    Path(id): Path<String>,
) -> Result<Json<CorrectionForm>, Problem> {
    let declarant = declarant(&api, &actor).await?;
    let original = original(&api, &actor, &id).await?;
    let id = original.message.id;
    let read = api
        .gate
        .context
        .read(move |tx| sql::links(tx, &BTreeSet::from([id])));
    let links = read.await?;
    let corrected_by = links.corrected_by.get(&id).map(ToString::to_string);
    let signer = declarant.signer(&original);
    Ok(Json(original.view(signer, corrected_by)))
}

/// Checks a correction without storing anything (校验更正内容).
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/correction/check", tag = "corrections",
    security(("key" = [])), request_body = CorrectionBody,
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, body = CorrectionVerdict),
        (status = 400, body = Problem, description = "没有这个单证、商品行或数据项"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取")
    )
)]
pub(crate) async fn check_correction(
    By { actor, .. }: By<CheckCorrection>,
    State(api): State<Arc<SubmitState>>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CorrectionBody>,
) -> Result<Json<CorrectionVerdict>, Problem> {
    let wanted = body;
    let declarant = declarant(&api, &actor).await?;
    let mut original = original(&api, &actor, &id).await?;
    original.keep(&wanted.documents)?;
    let (_, findings) = corrected(&api, &actor, declarant, original, wanted.edits).await?;
    Ok(Json(CorrectionVerdict {
        ok: !is_refused(&findings),
        findings,
    }))
}

/// The corrected message, unsigned (下载更正后的报文): for companies that sign themselves.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/correction/xml", tag = "corrections",
    security(("key" = [])), request_body = CorrectionBody,
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, content_type = "application/xml", body = String),
        (status = 400, body = Problem, description = "没有这个单证、商品行或数据项"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取"),
        (status = 422, body = CorrectionProblem, description = "更正后仍有问题，逐项列出")
    )
)]
async fn correction_xml(
    By { actor, .. }: By<TakeCorrectionXml>,
    State(api): State<Arc<SubmitState>>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CorrectionBody>,
) -> Result<Response, Problem> {
    let wanted = body;
    let declarant = declarant(&api, &actor).await?;
    let mut original = original(&api, &actor, &id).await?;
    original.keep(&wanted.documents)?;
    if original.is_masked {
        return Err(Problem::new(codes::MASKED));
    }
    let of = Note::of(&original, declarant.company.id);
    let (made, findings) = corrected(&api, &actor, declarant, original, wanted.edits).await?;
    if is_refused(&findings) {
        return Ok(refusal((with_findings(&findings), findings)));
    }
    note(&api, &actor, of.made(&made.guid), TAKEN, 0).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/xml".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            attachment(&format!("{}.xml", made.guid)),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, made.xml).into_response())
}

fn refusal((problem, findings): RefusedCorrection) -> Response {
    if findings.is_empty() {
        return problem.into_response();
    }
    let kind = [(
        header::CONTENT_TYPE,
        "application/problem+json; charset=utf-8",
    )];
    let body = CorrectionProblem { problem, findings };
    (StatusCode::UNPROCESSABLE_ENTITY, kind, Json(body)).into_response()
}

/// Corrects a rejected message and declares it (更正重报). The same correction sent twice is one
/// message.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/correction", tag = "corrections", security(("key" = [])),
    request_body = CorrectionBody,
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 202, body = CorrectionAccepted, description = "已受理"),
        (status = 400, body = Problem, description = "没有这个单证、商品行或数据项"),
        (status = 403, body = Problem, description = "没有权限，或企业已停用"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或须由本企业签名"),
        (status = 422, body = CorrectionProblem, description = "更正后仍有问题，逐项列出")
    )
)]
pub(crate) async fn submit_correction(
    By { actor, .. }: By<SubmitCorrection>,
    State(api): State<Arc<SubmitState>>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CorrectionBody>,
) -> Result<Response, Problem> {
    let actor = Arc::new(actor);
    let wanted = body;
    Ok(
        match correct(&api, &actor, &id, &wanted.edits, &wanted.documents).await {
            Ok(accepted) => (StatusCode::ACCEPTED, Json(accepted)).into_response(),
            Err(refused) => refusal(refused),
        },
    )
}

/// The messages that are named, each once however often and by whichever of its numbers.
///
/// # Errors
/// None, or too many.
fn within(messages: Vec<String>) -> Result<Vec<String>, Problem> {
    if messages.is_empty() || messages.len() > MESSAGES_MAX {
        let detail = format!("应有 1 至 {MESSAGES_MAX} 份报文");
        return Err(Problem::new(web::codes::BAD_REQUEST).detail(detail));
    }
    let mut known = BTreeSet::new();
    let mut once = messages;
    once.retain(|named| {
        let id = MessageId::parse(named);
        known.insert(id.map_or_else(|| named.clone(), |id| id.to_string()))
    });
    Ok(once)
}

/// Looks whether messages are small enough together to be worked on in one request.
///
/// # Errors
/// They are not; `act` says what they were chosen for.
fn bounded(sizes: impl Iterator<Item = i64>, act: &str) -> Result<(), Problem> {
    let n_bytes = sizes.fold(0_i64, i64::saturating_add);
    if n_bytes > TOGETHER_BYTES_MAX {
        let most = TOGETHER_BYTES_MAX >> 20;
        let detail = format!("所选报文合计超过 {most} MiB，请分几次{act}");
        return Err(Problem::new(web::codes::BAD_REQUEST).detail(detail));
    }
    Ok(())
}

/// Corrects several rejected messages in the same way (批量更正重报); each is accepted or refused by
/// itself.
#[utoipa::path(
    post, path = "/api/v1/corrections", tag = "corrections", security(("key" = [])),
    request_body = CorrectionsBody,
    responses(
        (status = 200, body = CorrectionOutcomes, description = "逐份说明结果"),
        (status = 400, body = Problem, description = "报文过多或合计过大，或参数有误")
    )
)]
pub(crate) async fn submit_corrections(
    By { actor, .. }: By<SubmitCorrections>,
    State(api): State<Arc<SubmitState>>,
    JsonBody(body): JsonBody<CorrectionsBody>,
) -> Result<Json<CorrectionOutcomes>, Problem> {
    let actor = Arc::new(actor);
    let messages = within(body.messages)?;
    if messages.len() > 1
        && let Some(edit) = body.edits.iter().find(|edit| edit.numbers())
    {
        let detail = format!(
            "{} 是一份单证自己的编号，不能给多份报文的单证填同一个值；请逐份更正",
            edit.element
        );
        return Err(Problem::new(web::codes::BAD_REQUEST).detail(detail));
    }
    let ids: Vec<MessageId> = messages
        .iter()
        .filter_map(|id| MessageId::parse(id))
        .collect();
    let sight = actor.sight.clone();
    let read = api.gate.context.read(move |tx| {
        let size = |id: &MessageId| Ok(finder::find(tx, &sight, *id)?.map_or(0, |one| one.n_bytes));
        ids.iter().map(size).collect::<store::Result<Vec<i64>>>()
    });
    bounded(read.await?.into_iter(), "更正重报")?;
    let mut items = Vec::with_capacity(messages.len());
    for message in messages {
        let corrected = correct(&api, &actor, &message, &body.edits, &[]).await;
        let mut item = CorrectionOutcome {
            message,
            accepted: None,
            problem: None,
            findings: Vec::new(),
        };
        match corrected {
            Ok(corrected) => item.accepted = Some(corrected.accepted),
            Err((problem, findings)) => {
                problem.log();
                item.problem = Some(problem);
                item.findings = findings;
            }
        }
        items.push(item);
    }
    Ok(Json(CorrectionOutcomes { items }))
}

/// Rejected rows in the template for uploads (导出退单更正表): the values as declared, the cells that
/// must be looked at in red with the reason beside. Personal data stand in full, for the rows are to be
/// uploaded again; the audit keeps the reason.
#[utoipa::path(
    post, path = "/api/v1/corrections/workbook", tag = "corrections",
    request_body = CorrectionWorkbookBody,
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 400, body = Problem, description = "报文过多或合计过大，或缺少理由"),
        (status = 404, body = Problem, description = "其中有不存在或不可见的报文"),
        (status = 409, body = Problem, description = "其中有不需要更正或无法读取的报文"),
        (status = 429, body = Problem, description = "一小时内导出的份数过多")
    )
)]
pub(super) async fn correction_workbook(
    By { actor, .. }: By<TakeCorrectionWorkbook>,
    State(api): State<Arc<SubmitState>>,
    JsonBody(body): JsonBody<CorrectionWorkbookBody>,
) -> Result<Response, Problem> {
    let bad = |detail: String| Problem::new(web::codes::BAD_REQUEST).detail(detail);
    let messages = within(body.messages)?;
    let reason = approval::one_line(&body.reason).map_err(|why| bad(why.to_owned()))?;
    if !(2..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(bad(format!("请写明理由，2 至 {REASON_CHARS_MAX} 个字")));
    }
    let mut originals: Vec<Original> = Vec::with_capacity(messages.len());
    for message in &messages {
        originals.push(original(&api, &actor, message).await?);
        bounded(originals.iter().map(|one| one.message.n_bytes), "导出")?;
    }
    let taken = originals.iter();
    let taken: Vec<MessageId> = taken.map(|one| one.message.id).collect();
    let bytes = in_turn(&api, &actor, move || workbook::write(&originals)).await?;
    // Counted and on record once there is something to take, and before it is given away.
    let (who, now_ms) = (actor.clone(), api.clock.now_ms());
    let (file, hourly_max) = (api.ids.next(), api.gate.context.number(&FILE_HOURLY_MAX));
    let write = api.gate.context.act(move |tx| {
        take_away(tx, &who, file, taken.len(), now_ms, hourly_max)?;
        let detail = format!("导出更正表，含个人信息；理由：{reason}");
        for message in &taken {
            let object = format!("message:{message}");
            audit::done(tx, now_ms, &who, WORKBOOK, &object, &detail)?;
        }
        Ok(())
    });
    write.await?;
    let name = file_name("退单更正表", "", &beijing_compact(now_ms), "xlsx");
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
