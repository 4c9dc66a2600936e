//! `POST /api/v1/preflight`.

use super::files::{self, GivenFile};
use super::{DOCUMENTS_MAX, JudgingTerms, PreflightAnswer, codes, facts, judge, read};
use crate::intake::http::{SubmitState, receive};
use crate::intake::http::{in_turn, signing_policy, standing};
use crate::matching::Look;
use crate::tax;
use crate::workbook::Body;
use crate::workbook::http::{CLERKS, JsonForm};
use axum::Json;
use axum::extract::{Request, State};
use registry::access::{By, Routes};
use std::collections::BTreeSet;
use std::sync::Arc;
use web::Problem;

registry::operations! {
    Preflight = changes("preflight", "预检", CLERKS);
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(preflight)
}

/// Checks a submission without storing anything (预检): one message, JSON form or workbook, or a set of
/// them as zip, multipart, NDJSON or JSON list. Tells everything that is wrong with each, what their
/// documents say together and with those that the platform knows, the limits of the buyers, and the
/// tax of each import list.
#[utoipa::path(
    post, path = "/api/v1/preflight", tag = "forms", security(("key" = [])),
    request_body(
        content(
            (String = "application/xml"),
            (JsonForm = "application/json"),
            (String = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/zip"),
            (Vec<u8> = "multipart/form-data")
        )
    ),
    responses(
        (status = 200, body = PreflightAnswer, description = "全部问题、对碰结果与税款测算；不保存任何内容"),
        (status = 400, body = Problem, description = "不是报文、JSON、工作簿，或一组这样的文件"),
        (status = 403, body = Problem, description = "没有权限，或传输企业不一致"),
        (status = 413, body = Problem, description = "过大，或文件过多"),
        (status = 503, body = Problem, description = "暂时无法处理，请稍后重试")
    )
)]
pub(crate) async fn preflight(
    By { actor, .. }: By<Preflight>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Json<PreflightAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let company = Arc::clone(actor.require_company()?);
    let (body, _budget) = receive(
        &api,
        &actor,
        &parts.headers,
        body,
        api.config.batch_bytes_max,
    )
    .await?;
    let given = files::files(&parts.headers, body).await?;
    within_limits(&api, &given)?;
    let policy = signing_policy(&api, &company).await?;
    let signs = policy.platform_signs;
    let (standing, frame) = (standing(&api), api.config.signature_frame || signs);
    let signatures = Arc::clone(&api.signatures);
    api.directory.refresh().await?;
    let directory = Arc::clone(&api.directory);
    let context = api.gate.context.clone();
    let one = company.clone();
    let (files, checked, fresh) = in_turn(&api, &actor, move || {
        if let [only] = given.as_slice()
            && only.form == Body::Xml
        {
            // What is no message at all, or another company's, is refused as its submission would be.
            crate::intake::examine(&one, &only.body)?;
        }
        let mut files = read(
            &one,
            &given,
            JudgingTerms {
                standing: &standing,
                signatures: &signatures,
                policy: &policy,
                directory: &directory,
                frame,
            },
        );
        if let [only] = files.as_mut_slice()
            && let Some(problem) = only.problem.take()
        {
            return Err(problem);
        }
        let (checked, fresh) = facts(&context, &one, &files);
        if checked.len() > DOCUMENTS_MAX {
            let detail = format!("上限 {DOCUMENTS_MAX} 份单证，共 {} 份", checked.len());
            return Err(Problem::new(codes::LARGE_SET).detail(detail));
        }
        Ok((files, checked, fresh))
    })
    .await?;
    let context = &api.gate.context;
    let tables = context.code_tables.tables();
    let (look, rates) = context
        .read(move |tx| {
            let look = Look::around(tx, fresh.clone(), &BTreeSet::new())?;
            Ok((look, tax::rates(tx, Arc::clone(&tables))?))
        })
        .await?;
    let way = tax::way(context);
    let answer = in_turn(&api, &actor, move || {
        let (mut checked, mut look) = (checked, look);
        judge(&mut checked, &mut look, &rates, way);
        Ok(PreflightAnswer::of(&files, &checked, &look))
    });
    answer.await.map(Json)
}

/// A message of a set is no larger than one that comes alone.
fn within_limits(api: &SubmitState, given: &[GivenFile]) -> Result<(), Problem> {
    let most = api.config.message_bytes_max;
    let Some(large) = given.iter().find(|given| given.body.len() > most) else {
        return Ok(());
    };
    let name = large.name.as_deref().unwrap_or_default();
    let detail = format!("{name} {} 字节，上限 {most} 字节", large.body.len());
    Err(Problem::new(web::codes::TOO_LARGE).detail(detail))
}
