//! `GET /api/v1/messages/{id}/receipts/{cursor}/xml`.

use crate::api::{ApiState, READERS};
use crate::downlink;
use crate::finder;
use crate::message::MessageId;
use crate::unmask;
use axum::extract::State as Held;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use registry::access::{By, Routes};
use store::Tx;
use web::{Path, Problem, codes};

registry::operations! {
    ReadReceiptXml = reads("receipt_xml", "查看回执原文", READERS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(receipt_xml)
}

/// The XML of a receipt of a message (回执原文), out of the archive where it is not here any more; for people with
/// personal data masked unless they were unmasked.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/receipts/{cursor}/xml", tag = "messages", security(("key" = [])),
    params(
        ("id" = String, Path, description = "报文 id 或受理号"),
        ("cursor" = String, Path, description = "回执的游标，见报文详情的 receipts")
    ),
    responses(
        (status = 200, content_type = "application/xml", body = String),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "回执无法脱敏显示"),
        (status = 503, body = Problem, description = "原文在归档存储中，而归档存储暂时无法使用")
    )
)]
pub(crate) async fn receipt_xml(
    By { actor, .. }: By<ReadReceiptXml>,
    Held(api): Held<ApiState>,
    Path((id, cursor)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(codes::NOT_FOUND);
    let id = MessageId::parse(&id).ok_or_else(not_found)?;
    let feed_no: i64 = cursor.parse().map_err(|_| not_found())?;
    let now_ms = api.shared.clock.now_ms();
    let read = move |tx: &mut Tx<'_>| -> Result<_, Problem> {
        let message = finder::find(tx, &actor.sight, id)?.ok_or_else(not_found)?;
        let item = downlink::one(tx, message.company_id, feed_no)?;
        // A receipt of another message of the company is not found under this one.
        let item = item.filter(|item| item.message_id == id.0);
        let item = item.ok_or_else(not_found)?;
        let is_masked = unmask::is_masked(tx, &actor, id, now_ms)?;
        Ok((message.company_id, item, is_masked))
    };
    let (company, item, is_masked) = api.shared.db.read(read).await?;
    let mut xml = match item.archived {
        Some(month) => super::receipt(&api.shared, (company, &item), month).await?,
        None if item.xml.is_empty() => {
            return Err(store::Error::Damaged("the XML of a receipt".to_owned()).into());
        }
        None => item.xml.into_bytes(),
    };
    if is_masked {
        let masked = ceb::personal::masked_message(&xml);
        xml = masked.ok_or_else(|| Problem::new(unmask::codes::CANNOT_MASK))?;
    }
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, xml).into_response())
}
