//! `GET /api/v1/messages/{id}/correction`, `POST /api/v1/messages/{id}/correction`, its `/check` and
//! `/xml`, `POST /api/v1/corrections` and `POST /api/v1/corrections/workbook`.

use super::view::{CorrectionForm, Signer};
use super::{CORRECT, Edit, MESSAGES_MAX, Original, WORKBOOK, codes, load, sql, workbook};
use crate::intake::http::{AcceptedAnswer, DECLARANTS, Door, accept};
use crate::intake::look;
use crate::message::MessageId;
use crate::query::FindingView;
use crate::workbook::http::{in_turn, signing_policy, standing};
use crate::workbook::{XLSX, origin, profile};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use ceb::Severity;
use ceb::form::Made;
use ceb::spec::SignatureDuty;
use registry::access::Actor;
use registry::audit;
use registry::code_table::Standing;
use registry::company::Company;
use registry::role::{Operation, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::clock::{beijing_compact, beijing_rfc3339};
use utoipa::ToSchema;
use web::{Problem, attachment, file_name};

/// Shows a rejected message as a form.
pub const CORRECTION: Operation = Operation {
    id: "correction",
    chinese: "查看更正表单",
    roles: DECLARANTS,
    changes: false,
};
/// Checks a correction.
pub const CHECK_CORRECTION: Operation = Operation {
    id: "check_correction",
    chinese: "校验更正内容",
    roles: DECLARANTS,
    changes: true,
};
/// Takes a corrected message away, to be signed.
pub const CORRECTION_XML: Operation = Operation {
    id: "correction_xml",
    chinese: "下载更正后的报文",
    roles: DECLARANTS,
    changes: true,
};
/// Declares a corrected message.
pub const SUBMIT_CORRECTION: Operation = Operation {
    id: "submit_correction",
    chinese: "更正重报",
    roles: DECLARANTS,
    changes: true,
};
/// Declares several messages again.
pub const SUBMIT_CORRECTIONS: Operation = Operation {
    id: "submit_corrections",
    chinese: "批量更正重报",
    roles: DECLARANTS,
    changes: true,
};
/// Takes rejected rows away as a workbook.
pub const CORRECTION_WORKBOOK: Operation = Operation {
    id: "correction_workbook",
    chinese: "导出退单更正表",
    roles: &[Role::CompanyAdmin, Role::CompanyClerk],
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[
    CORRECTION,
    CHECK_CORRECTION,
    CORRECTION_XML,
    SUBMIT_CORRECTION,
    SUBMIT_CORRECTIONS,
    CORRECTION_WORKBOOK,
];

/// Characters of a reason, at most.
const REASON_CHARS_MAX: usize = 500;

/// What is changed before the message is declared again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// The changes; without any the same values are declared again under a new guid.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// Several rejected messages, and what is changed in all of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionsBody {
    /// Ids or acceptance numbers of the rejected messages, at most 100.
    pub messages: Vec<String>,
    /// The changes, the same in every message; without any each is declared again under a new guid.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// Which rejected rows are taken away, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionWorkbookBody {
    /// Ids or acceptance numbers of the rejected messages, at most 100.
    pub messages: Vec<String>,
    /// Why: the workbook has personal data in full, and the audit keeps the reason.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// A finding with its place in the form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionFinding {
    /// Number of the document in the rejected message, from 1; absent when it is about the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
    /// Number of the line of goods, from 1; absent for the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_number: Option<usize>,
    /// Name of the element; empty when it is about all of them.
    pub element: String,
    /// What is wrong.
    #[serde(flatten)]
    pub finding: FindingView,
}

/// What the check of a correction found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CorrectionVerdict {
    /// Whether nothing stands in the way.
    pub ok: bool,
    /// Everything that is wrong; warnings too.
    pub findings: Vec<CorrectionFinding>,
}

/// A correction that was declared.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionAccepted {
    /// Id of the message that it corrects.
    pub corrects: String,
    /// How the new message was accepted.
    #[serde(flatten)]
    pub accepted: AcceptedAnswer,
}

/// A refusal with everything that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionProblem {
    /// The refusal.
    #[serde(flatten)]
    pub problem: Problem,
    /// Each mistake with its place in the form.
    pub findings: Vec<CorrectionFinding>,
}

/// What became of one of several corrections.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionOutcome {
    /// The rejected message, as it was named.
    pub message: String,
    /// The new message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<AcceptedAnswer>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// What is wrong with it, when that is why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<CorrectionFinding>,
}

/// What became of several corrections, in the order in which they were named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionOutcomes {
    /// One for each message.
    pub items: Vec<CorrectionOutcome>,
}

/// Why a correction is not declared: a refusal, perhaps with findings.
type Refused = (Problem, Vec<CorrectionFinding>);

/// What is known of the caller's company for one correction.
struct Ground {
    company: Arc<Company>,
    standing: Standing,
    /// Whether a frame stands in for the signature while the message is checked.
    frame: bool,
    /// Whether the platform signs for the company.
    signs: bool,
}

async fn ground(door: &Door, actor: &Actor) -> Result<Ground, Problem> {
    let company = Arc::clone(actor.require_company()?);
    let signs = signing_policy(door, &company).await?.platform_signs;
    Ok(Ground {
        company,
        standing: standing(door),
        frame: door.config.signature_frame || signs,
        signs,
    })
}

impl Ground {
    fn signer(&self, original: &Original) -> Signer {
        let duty = original.kind.spec().signature;
        let must_sign = matches!(
            duty,
            SignatureDuty::Required | SignatureDuty::RequiredByText
        );
        if must_sign && !self.frame {
            Signer::Company
        } else {
            Signer::Platform
        }
    }

    /// The corrected message and everything that is wrong with it.
    fn check(&self, original: &Original) -> Result<(Made, Vec<CorrectionFinding>), Problem> {
        let now_ms = self.standing.now_ms;
        // The frame is for the check only: a missing signature is no mistake of the correction.
        let checked = original.make(&origin(&self.company, now_ms, true));
        let checked = checked.ok_or_else(|| Problem::new(codes::UNREADABLE))?;
        let terms = self.standing.terms(profile(&self.company.profile));
        let placed = original.draft.check(&checked, &terms);
        let findings = placed.iter().map(|placed| {
            let at = original.draft.element_at(&placed.finding.path);
            CorrectionFinding {
                document: at.as_ref().map(|at| original.number_of(at.document)),
                line_number: at.as_ref().and_then(|at| at.line).map(|line| line + 1),
                element: at.map(|at| at.element).unwrap_or_default(),
                finding: FindingView::from(&placed.finding),
            }
        });
        let findings = findings.collect();
        // With the platform as signer the message is stored unsigned, and signed on its way.
        let frame = self.frame && !self.signs;
        let made = original.make(&origin(&self.company, now_ms, frame));
        let made = made.ok_or_else(|| Problem::new(codes::UNREADABLE))?;
        Ok((made, findings))
    }
}

/// Reads a message that came back and makes a draft of it.
async fn original(door: &Arc<Door>, actor: &Actor, id: &str) -> Result<Original, Problem> {
    let not_found = || Problem::new(web::codes::NOT_FOUND);
    let company = actor.require_company()?.id;
    let id = MessageId::parse(id).ok_or_else(not_found)?;
    let ground = &door.gate.ground;
    let (asking, now_ms) = (actor.clone(), door.clock.now_ms());
    let raw = ground.read(move |tx| load(tx, &asking, id, now_ms)).await?;
    let raw = raw.ok_or_else(not_found)?;
    let mut original = in_turn(door, move || Original::of(raw)).await?;
    let keys = original.keys();
    let known = ground
        .read(move |tx| sql::accepted(tx, company, (id, &keys)))
        .await?;
    original.known_to_customs(&known);
    Ok(original)
}

fn given(body: Result<Json<CorrectionBody>, JsonRejection>) -> Result<Vec<Edit>, Problem> {
    let Json(body) =
        body.map_err(|error| Problem::new(web::codes::BAD_REQUEST).detail(error.body_text()))?;
    Ok(body.edits)
}

/// A rejected message as a form (更正表单): the values as declared, the elements that customs or the
/// platform named with the reasons, `appType` and `appStatus` as they must be now.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/correction", tag = "corrections", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, body = CorrectionForm),
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取")
    )
)]
pub async fn correction(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<CorrectionForm>, Problem> {
    let actor = door.gate.actor(&headers, &CORRECTION).await?;
    let ground = ground(&door, &actor).await?;
    let original = original(&door, &actor, &id).await?;
    let id = original.message.id;
    let read = door
        .gate
        .ground
        .read(move |tx| sql::links(tx, &BTreeSet::from([id])));
    let links = read.await?;
    let corrected_by = links.corrected_by.get(&id).map(ToString::to_string);
    let signer = ground.signer(&original);
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
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取")
    )
)]
pub async fn check_correction(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Result<Json<CorrectionBody>, JsonRejection>,
) -> Result<Json<CorrectionVerdict>, Problem> {
    let actor = door.gate.actor(&headers, &CHECK_CORRECTION).await?;
    let edits = given(body)?;
    let ground = ground(&door, &actor).await?;
    let mut original = original(&door, &actor, &id).await?;
    original.apply(&edits)?;
    let is_masked = original.is_masked;
    let (_, mut findings) = in_turn(&door, move || ground.check(&original)).await?;
    if is_masked {
        for one in &mut findings {
            one.finding.value = ceb::personal::masked(&one.element, &one.finding.value);
        }
    }
    Ok(Json(CorrectionVerdict {
        ok: !is_refused(&findings),
        findings,
    }))
}

fn is_refused(findings: &[CorrectionFinding]) -> bool {
    let grave = Severity::Refuse.name();
    findings.iter().any(|one| one.finding.severity == grave)
}

/// The corrected message, unsigned (下载更正后的报文): for companies that sign themselves.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/correction/xml", tag = "corrections",
    security(("key" = [])), request_body = CorrectionBody,
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, content_type = "application/xml", body = String),
        (status = 400, body = Problem, description = "没有这个单证、商品行或数据项"),
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或报文无法读取"),
        (status = 422, body = CorrectionProblem, description = "更正后仍有问题，逐项列出")
    )
)]
pub async fn correction_xml(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Result<Json<CorrectionBody>, JsonRejection>,
) -> Result<Response, Problem> {
    let actor = door.gate.actor(&headers, &CORRECTION_XML).await?;
    let edits = given(body)?;
    let ground = ground(&door, &actor).await?;
    let mut original = original(&door, &actor, &id).await?;
    if original.is_masked {
        return Err(Problem::new(codes::MASKED));
    }
    original.apply(&edits)?;
    let (message, company) = (original.message.id, ground.company.id);
    let (made, findings) = in_turn(&door, move || ground.check(&original)).await?;
    if is_refused(&findings) {
        return Ok(refusal((with_findings(&findings), findings)));
    }
    note(&door, &actor, (company, made.guid.clone(), message)).await?;
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

fn with_findings(findings: &[CorrectionFinding]) -> Problem {
    let grave = Severity::Refuse.name();
    let n_grave = findings
        .iter()
        .filter(|one| one.finding.severity == grave)
        .count();
    let detail = format!("更正后仍有 {n_grave} 处问题，尚未提交");
    Problem::new(crate::workbook::codes::FINDINGS).detail(detail)
}

fn refusal((problem, findings): Refused) -> Response {
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

/// Notes what the new message corrects, and who did it, before it is handed in: a crash after it
/// leaves a note about no message, which says nothing.
async fn note(
    door: &Door,
    actor: &Actor,
    (company, guid, message): (registry::company::CompanyId, String, MessageId),
) -> Result<(), Problem> {
    let (actor, now_ms) = (actor.clone(), door.clock.now_ms());
    let write = door.gate.ground.act(move |tx| {
        sql::put(tx, company, &guid, message, now_ms)?;
        let object = format!("message:{message}");
        let detail = format!("新报文 guid {guid}");
        audit::done(tx, now_ms, &actor, CORRECT, &object, &detail)?;
        Ok(Ok(()))
    });
    write.await
}

/// Hands a corrected message in. Its guid is a hash of the correction, so another message under it says
/// the same but for the time at which it was made: the first one stands.
async fn accept_once(
    door: &Door,
    arrival: crate::intake::Arrival,
) -> Result<AcceptedAnswer, Problem> {
    let (kind, guid) = (arrival.kind, arrival.guid.clone());
    let problem = match accept(door, arrival).await {
        Ok(answer) => return Ok(answer),
        Err(problem) => problem,
    };
    let first = problem.message_id.as_deref().and_then(MessageId::parse);
    match first {
        Some(id) => Ok(AcceptedAnswer {
            id: id.to_string(),
            acceptance_no: id.acceptance_no(),
            kind: kind.to_owned(),
            guid,
            received_at: beijing_rfc3339(store::id::made_at_ms(id.0)),
            duplicate: true,
        }),
        None => Err(problem),
    }
}

/// Corrects one message and declares it.
async fn correct(
    door: &Arc<Door>,
    actor: &Arc<Actor>,
    (id, edits): (&str, &[Edit]),
) -> Result<CorrectionAccepted, Refused> {
    let plain = |problem| (problem, Vec::new());
    let ground = ground(door, actor).await.map_err(plain)?;
    if ground.company.suspended {
        return Err(plain(Problem::new(registry::api_key::codes::SUSPENDED)));
    }
    let mut original = original(door, actor, id).await.map_err(plain)?;
    if ground.signer(&original) == Signer::Company {
        return Err(plain(Problem::new(codes::OWN_SIGNATURE)));
    }
    original.apply(edits).map_err(plain)?;
    let (message, company) = (original.message.id, ground.company.id);
    let checked = in_turn(door, move || ground.check(&original)).await;
    let (made, findings) = checked.map_err(plain)?;
    if is_refused(&findings) {
        return Err((with_findings(&findings), findings));
    }
    let noted = (company, made.guid.clone(), message);
    note(door, actor, noted).await.map_err(plain)?;
    let new = MessageId(door.ids.next());
    let arrival = look(actor, Bytes::from(made.xml), new, door.clock.now_ms()).map_err(plain)?;
    let accepted = accept_once(door, arrival).await.map_err(plain)?;
    Ok(CorrectionAccepted {
        corrects: message.to_string(),
        accepted,
    })
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
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限，或企业已停用"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有需要更正的单证，或须由本企业签名"),
        (status = 422, body = CorrectionProblem, description = "更正后仍有问题，逐项列出")
    )
)]
pub async fn submit_correction(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Result<Json<CorrectionBody>, JsonRejection>,
) -> Result<Response, Problem> {
    let actor = Arc::new(door.gate.actor(&headers, &SUBMIT_CORRECTION).await?);
    let edits = given(body)?;
    Ok(match correct(&door, &actor, (&id, &edits)).await {
        Ok(accepted) => (StatusCode::ACCEPTED, Json(accepted)).into_response(),
        Err(refused) => refusal(refused),
    })
}

fn within(messages: &[String]) -> Result<(), Problem> {
    if messages.is_empty() || messages.len() > MESSAGES_MAX {
        let detail = format!("应有 1 至 {MESSAGES_MAX} 份报文");
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
        (status = 400, body = Problem, description = "报文过多，或参数有误"),
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "没有权限")
    )
)]
pub async fn submit_corrections(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    body: Result<Json<CorrectionsBody>, JsonRejection>,
) -> Result<Json<CorrectionOutcomes>, Problem> {
    let actor = Arc::new(door.gate.actor(&headers, &SUBMIT_CORRECTIONS).await?);
    let Json(body) =
        body.map_err(|error| Problem::new(web::codes::BAD_REQUEST).detail(error.body_text()))?;
    within(&body.messages)?;
    let mut items = Vec::with_capacity(body.messages.len());
    for message in body.messages {
        let corrected = correct(&door, &actor, (&message, &body.edits)).await;
        let mut item = CorrectionOutcome {
            message,
            accepted: None,
            problem: None,
            findings: Vec::new(),
        };
        match corrected {
            Ok(corrected) => item.accepted = Some(corrected.accepted),
            Err((problem, findings)) => {
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
        (status = 400, body = Problem, description = "报文过多，或缺少理由"),
        (status = 401, body = Problem, description = "未登录"),
        (status = 403, body = Problem, description = "没有权限"),
        (status = 404, body = Problem, description = "其中有不存在或不可见的报文"),
        (status = 409, body = Problem, description = "其中有不需要更正或无法读取的报文")
    )
)]
pub async fn correction_workbook(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    body: Result<Json<CorrectionWorkbookBody>, JsonRejection>,
) -> Result<Response, Problem> {
    let actor = door.gate.actor(&headers, &CORRECTION_WORKBOOK).await?;
    let bad = |detail: String| Problem::new(web::codes::BAD_REQUEST).detail(detail);
    let Json(body) = body.map_err(|error| bad(error.body_text()))?;
    within(&body.messages)?;
    let reason = body.reason.trim().to_owned();
    if !(2..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(bad(format!("请写明理由，2 至 {REASON_CHARS_MAX} 个字")));
    }
    let mut originals = Vec::with_capacity(body.messages.len());
    for message in &body.messages {
        originals.push(original(&door, &actor, message).await?);
    }
    let now_ms = door.clock.now_ms();
    let (who, n_messages) = (actor.clone(), originals.len());
    let write = door.gate.ground.act(move |tx| {
        let detail = format!("{n_messages} 份报文，含个人信息；理由：{reason}");
        audit::done(tx, now_ms, &who, WORKBOOK, "messages", &detail)?;
        Ok(Ok(()))
    });
    write.await?;
    let bytes = in_turn(&door, move || workbook::write(&originals)).await?;
    let name = file_name("退单更正表", "", &beijing_compact(now_ms), "xlsx");
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
