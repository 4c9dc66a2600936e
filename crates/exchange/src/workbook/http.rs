//! `GET /api/v1/templates/{kind}`, `POST /api/v1/workbook-report`, and what
//! `POST /api/v1/messages` does with a form.

use super::{
    Body, FormFinding, Prepared, ReadForm, XLSX, annotated, codes, origin, profile, read,
    read_to_mark,
};
use crate::intake::http::{
    AcceptedAnswer, SubmitState, accept, accept_together, in_turn, receive, signing_policy,
    standing,
};
use crate::intake::look;
use crate::message::{FindingView, MessageId};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use ceb::{Kind, Severity};
use registry::access::{Actor, By, Routes};
use registry::code_table::Standing;
use registry::company::Company;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use web::{Path, Problem};

/// Who prepares declarations.
pub(crate) const CLERKS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Program,
];

registry::operations! {
    ReadTemplate = reads(
        "template",
        "下载模板",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
    ReportWorkbook = changes("workbook_report", "标注工作簿中的问题", CLERKS);
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(template, workbook_report)
}

/// A declaration as JSON (JSON 申报): documents by element name; `lines` holds the goods.
#[derive(Debug, Deserialize, ToSchema)]
pub struct JsonForm {
    /// Kind (报文类型).
    #[schema(example = "CEB311")]
    pub kind: String,
    /// Guid of the message; a hash of the content when absent.
    pub guid: Option<String>,
    /// Documents: elements of the head by name, and `lines` for those of the goods.
    pub documents: Vec<BTreeMap<String, serde_json::Value>>,
}

/// One message of a workbook that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormMessage {
    /// Name of its sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Documents in it.
    pub n_documents: usize,
    /// How it was accepted.
    #[serde(flatten)]
    pub accepted: AcceptedAnswer,
}

/// What a workbook became.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FormAnswer {
    /// Its messages, in the order of the sheets.
    pub items: Vec<FormMessage>,
}

/// Answer to a submission: of one message, or of a workbook.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SubmitAnswer {
    /// XML or JSON.
    One(AcceptedAnswer),
    /// A workbook.
    Many(FormAnswer),
}

/// A refusal with everything that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingsProblem {
    /// The refusal.
    #[serde(flatten)]
    pub problem: Problem,
    /// Each mistake with its cell or line.
    pub findings: Vec<FindingView>,
}

/// The empty workbook of a kind (模板), with rules, lists to choose from and a sample.
#[utoipa::path(
    get, path = "/api/v1/templates/{kind}", tag = "forms", security(("key" = [])),
    params(("kind" = String, Path, description = "报文类型，例如 CEB311")),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 404, body = Problem, description = "没有这种报文的模板")
    )
)]
pub(crate) async fn template(
    By { actor, .. }: By<ReadTemplate>,
    State(api): State<Arc<SubmitState>>,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let kind = Kind::from_code(kind.trim_end_matches(".xlsx"))
        .filter(|kind| kind.is_declaration())
        .ok_or_else(|| Problem::new(codes::NO_TEMPLATE))?;
    let bytes = in_turn(&api, &actor, move || {
        super::template(kind).map_err(|error| writing(&error))
    })
    .await?;
    Ok(file(&format!("{kind}.xlsx"), bytes))
}

/// The same workbook with its mistakes marked (问题标注): red cells with notes, and a list.
#[utoipa::path(
    post, path = "/api/v1/workbook-report", tag = "forms", security(("key" = [])),
    request_body(content = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 400, body = Problem, description = "不是工作簿"),
        (status = 413, body = Problem, description = "过大")
    )
)]
pub(crate) async fn workbook_report(
    By { actor, .. }: By<ReportWorkbook>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let company = Arc::clone(actor.require_company()?);
    let (body, _budget) = receive(
        &api,
        &actor,
        &parts.headers,
        body,
        api.config.message_bytes_max,
    )
    .await?;
    let signs = signing_policy(&api, &company).await?.platform_signs;
    let (standing, frame) = (standing(&api), api.config.signature_frame || signs);
    let bytes = in_turn(&api, &actor, move || {
        let mut form = read_to_mark(&body)?;
        let origin = origin(&company, standing.now_ms, frame);
        // Only what is wrong with the messages is needed, not the messages.
        drop(form.prepare(&origin, &standing.terms(profile(&company.profile)))?);
        form.parts.clear();
        annotated(&form).map_err(|error| writing(&error))
    });
    Ok(file("report.xlsx", bytes.await?))
}

/// Submits a form: all of its messages, or none.
pub(crate) async fn submit_form(
    api: &Arc<SubmitState>,
    actor: &Arc<Actor>,
    kind: Body,
    body: Bytes,
) -> Result<Response, Problem> {
    let company = Arc::clone(actor.require_company()?);
    if company.suspended {
        return Err(Problem::new(registry::api_key::codes::SUSPENDED));
    }
    let signs = signing_policy(api, &company).await?.platform_signs;
    let (standing, frame) = (standing(api), api.config.signature_frame || signs);
    let now_ms = standing.now_ms;
    let work = move || {
        let (form, prepared) = prepare(&company, kind, &body, &standing, frame)?;
        if form.is_refused() || !signs {
            return Ok((form, prepared));
        }
        // The frame was for the check only: the message is stored unsigned, and signed on its way.
        let remade = form.remade(&origin(&company, now_ms, false));
        Ok((form, remade))
    };
    let (form, prepared) = in_turn(api, actor, work).await?;
    if form.is_refused() {
        return Ok(refused(&form));
    }
    if let Some(large) = prepared
        .iter()
        .find(|prepared| prepared.made.xml.len() > api.config.message_bytes_max)
    {
        let n_bytes = large.made.xml.len();
        let detail = format!(
            "生成的报文 {n_bytes} 字节，上限 {}",
            api.config.message_bytes_max
        );
        return Err(Problem::new(web::codes::TOO_LARGE).detail(detail));
    }
    let mut arrivals = Vec::with_capacity(prepared.len());
    let mut sheets = Vec::with_capacity(prepared.len());
    let mut has_own_guid = false;
    for Prepared { part, made } in prepared {
        let named = form.parts.get(part);
        has_own_guid |= named.is_some_and(|part| part.draft.guid.is_some());
        sheets.push((named.and_then(|part| part.sheet.clone()), made.n_documents));
        let id = MessageId(api.ids.next());
        arrivals.push(look(actor, Bytes::from(made.xml), id, now_ms)?);
    }
    let accepted = match arrivals.pop() {
        // A guid of the caller's own is judged like that of any message: the same bytes or a conflict.
        Some(one) if has_own_guid && arrivals.is_empty() => vec![accept(api, one).await?],
        Some(last) => {
            arrivals.push(last);
            accept_together(api, arrivals).await?
        }
        None => return Err(Problem::new(codes::NOTHING_DECLARED)),
    };
    let items = sheets.into_iter().zip(accepted);
    let mut items: Vec<FormMessage> = items
        .map(|((sheet, n_documents), accepted)| FormMessage {
            sheet,
            n_documents,
            accepted,
        })
        .collect();
    let answer = match kind {
        Body::Workbook => SubmitAnswer::Many(FormAnswer { items }),
        Body::Json | Body::Xml => match items.pop() {
            Some(one) => SubmitAnswer::One(one.accepted),
            None => return Err(Problem::new(codes::NOTHING_DECLARED)),
        },
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

pub(crate) fn prepare(
    company: &Company,
    kind: Body,
    body: &[u8],
    standing: &Standing,
    frame: bool,
) -> Result<(ReadForm, Vec<Prepared>), Problem> {
    let mut form = read(kind, body)?;
    let origin = origin(company, standing.now_ms, frame);
    let prepared = form.prepare(&origin, &standing.terms(profile(&company.profile)))?;
    Ok((form, prepared))
}

pub(crate) fn views(form: &ReadForm) -> Vec<FindingView> {
    let findings = form.findings.iter();
    findings
        .map(|finding| FindingView {
            cell: finding.cell(),
            ..FindingView::from(&finding.placed.finding)
        })
        .collect()
}

fn refused(form: &ReadForm) -> Response {
    let detail = counted(&form.findings);
    let body = FindingsProblem {
        problem: Problem::new(codes::FINDINGS).detail(detail),
        findings: views(form),
    };
    let kind = [(
        header::CONTENT_TYPE,
        "application/problem+json; charset=utf-8",
    )];
    (StatusCode::UNPROCESSABLE_ENTITY, kind, Json(body)).into_response()
}

/// How many of each severity are listed: `3 处拒收，2 处警告`.
pub(crate) fn counted(findings: &[FormFinding]) -> String {
    let each = [Severity::Refuse, Severity::Warn, Severity::Note].map(|severity| {
        let of_it = findings
            .iter()
            .filter(|one| one.placed.finding.severity == severity);
        (of_it.count(), severity.chinese())
    });
    let found = each.iter().filter(|(n_found, _)| *n_found > 0);
    let texts: Vec<String> = found
        .map(|(n_found, name)| format!("{n_found} 处{name}"))
        .collect();
    texts.join("，")
}

pub(crate) fn writing(error: &rust_xlsxwriter::XlsxError) -> Problem {
    tracing::error!(%error, "a workbook could not be written");
    Problem::new(web::codes::FAULT)
}

/// A workbook as an answer.
pub(crate) fn file(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, web::attachment(name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}
