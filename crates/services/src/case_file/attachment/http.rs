//! The files of a case: `/api/v1/cases/{id}/attachments` and `/api/v1/attachments/{id}`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::super::http::{PARTIES, id_of, not_found, seen};
use super::super::view::AttachmentView;
use super::super::{CaseContext, CaseId, READ, Side, attach as keep, body, codes, sees, sides};
use super::off_the_runtime;
use crate::ServicesApi;
use axum::Json;
use axum::body::Body;
use axum::extract::State as Held;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{Actor, By, Routes};
use registry::audit;
use registry::role::Role;
use serde::Deserialize;
use std::time::Duration;
use store::Tx;
use utoipa::IntoParams;
use web::budget::{BodyFault, HeldBudget};
use web::shares::Full;
use web::{Path, Problem, QueryOf, codes as common};

registry::operations! {
    Attach = changes("attach", "上传办件附件", &[Role::Applicant, Role::CompanyAdmin]);
    ReadAttachment = reads("attachment", "下载办件附件", PARTIES);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(attach, attachment)
}

/// How long a file may be on its way in.
const UPLOAD_TIME: Duration = Duration::from_secs(120);

/// Which document a file is, and its name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttachQuery {
    /// The document, as in `documents` of the case.
    pub document: String,
    /// The name of the file.
    pub name: String,
}

/// The bytes of a file on its way in, within the limits of size, number and time.
pub(crate) async fn receive(
    api: &ServicesApi,
    actor: &Actor,
    body: Body,
) -> Result<(axum::body::Bytes, HeldBudget), Problem> {
    let clock = api.context().clock.clone();
    let holder = actor.holder();
    let received = tokio::select! {
        received = api.uploads.receive(&holder, body, super::BYTES_MAX) => received,
        () = clock.sleep(UPLOAD_TIME) => Err(BodyFault::Broken),
    };
    received.map_err(|fault| match fault {
        BodyFault::TooLarge => Problem::new(codes::FILE_SIZE),
        BodyFault::Broken => Problem::new(common::BODY_SLOW),
        BodyFault::Full(Full::All) => Problem::new(codes::BUSY).retry_after(Duration::from_secs(5)),
        BodyFault::Full(full @ Full::Share) => full.into(),
    })
}

/// Attaches a file; its bytes are the body.
#[utoipa::path(post, path = "/api/v1/cases/{id}/attachments", tag = "cases",
    params(("id" = String, Path, description = "办件编号"), AttachQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = AttachmentView), (status = 413, body = Problem),
        (status = 415, body = Problem)))]
async fn attach(
    By { actor, .. }: By<Attach>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
    QueryOf(query): QueryOf<AttachQuery>,
    body: Body,
) -> Result<(StatusCode, Json<AttachmentView>), Problem> {
    let id = CaseId(id_of(&id)?);
    let (bytes, _budget) = receive(&api, &actor, body).await?;
    let (name, looked_at) = (query.name, bytes.clone());
    let checked = off_the_runtime(move || super::check(&name, &looked_at)).await??;
    let (sees, kinds, context) = (sees(&actor), api.kinds.clone(), api.context().clone());
    let write = move |tx: &mut Tx<'_>| {
        let (case, kind) = seen(tx, &kinds, &sees, id)?;
        if !sides(&actor, &kind, &case).contains(&Side::Applicant) {
            return Err(Problem::new(codes::SIDE));
        }
        let doing = CaseContext {
            context: &context,
            actor: &actor,
        };
        keep(
            tx,
            &doing,
            &kind,
            &case,
            (&query.document, &checked, &bytes),
        )
    };
    let attached = api.write(write).await?;
    Ok((StatusCode::CREATED, Json(AttachmentView::from(&attached))))
}

/// The bytes of an attachment, to be saved and never shown by the browser.
#[utoipa::path(get, path = "/api/v1/attachments/{id}", tag = "cases",
    params(("id" = String, Path, description = "附件编号")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
async fn attachment(
    By { actor, .. }: By<ReadAttachment>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let (sees, context) = (sees(&actor), api.context().clone());
    let write = move |tx: &mut Tx<'_>| {
        let Some((attached, bytes)) = body(tx, &sees, id)? else {
            return Err(not_found());
        };
        let object = format!("case:{}", attached.case.0);
        audit::done(tx, context.now_ms(), &actor, READ, &object, &attached.name)?;
        Ok((attached, bytes))
    };
    let (attached, bytes) = api.write(write).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let disposition = HeaderValue::from_str(&web::attachment(&attached.name));
    for (name, value) in [
        (header::CONTENT_TYPE, HeaderValue::from_str(&attached.media)),
        (header::CONTENT_DISPOSITION, disposition),
    ] {
        let value = value.map_err(|_| Problem::new(common::FAULT))?;
        headers.insert(name, value);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
