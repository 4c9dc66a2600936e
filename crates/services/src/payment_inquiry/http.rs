//! `/api/v1/payment-data…`, `/api/v1/payment-inquiries…`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::data::{self, PaymentFinding};
use super::sql::{total_inquiries, total_payments};
use super::view::{InquiryView, PaymentDetail, PaymentView};
use super::{
    InquiryFilter, InquiryState, PaymentFilter, SUBMITTED, UNMASKED, UploadResult, codes,
    inquiries, payments, private, put, resend,
};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use bytes::Bytes;
use registry::access::{Actor, By, Routes};
use registry::approval;
use registry::audit;
use registry::context::Ruling;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes as common};

/// Largest body of a call, in bytes: a hundred payments with long requests.
pub const BODY_BYTES_MAX: usize = 4 << 20;

const READERS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Program,
];

registry::operations! {
    SubmitPaymentData = changes(
        "submit_payment_data",
        "提交支付原始数据",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program]
    );
    ReadPaymentData = reads("payment_data", "查看支付原始数据列表", READERS);
    ReadPaymentDatum = reads("payment_datum", "查看一笔支付原始数据（脱敏）", READERS);
    UnmaskPayment = changes(
        "unmask_payment",
        "查看支付原始数据原文",
        &[Role::CompanyAdmin, Role::CompanyClerk]
    );
    ReadPaymentInquiries = reads(
        "payment_inquiries",
        "查看海关支付数据询问",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator, Role::CustomsOfficer]
    );
    ResendPayment = changes(
        "resend_payment",
        "重新上传支付数据",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Operator]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(
        submit_payment_data,
        payment_data,
        payment_datum,
        unmask_payment,
        payment_inquiries,
        resend_payment
    )
}

/// Payments in the announcement's names (179 号公告支付数据).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaymentBody {
    /// 1 to 100 objects with `payExchangeInfoHead` (without `guid`, which the platform makes) and
    /// `payExchangeInfoLists`.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<serde_json::Value>,
}

/// What became of one payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentStored {
    /// Its place in the call, from 0.
    pub index: usize,
    /// `stored`, `duplicate`, `changed` or `refused`.
    pub result: &'static str,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Everything that is wrong with it; of a stored one, what should be known about it.
    pub findings: Vec<PaymentFinding>,
}

/// What became of a call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAnswer {
    /// Each payment, in order.
    pub items: Vec<PaymentStored>,
    /// How many were refused.
    pub refused: usize,
}

/// Hands in payments (提交支付数据): each is stored or refused on its own; the same again changes
/// nothing.
#[utoipa::path(
    post, path = "/api/v1/payment-data", tag = "payment", security(("key" = [])),
    request_body = PaymentBody,
    responses(
        (status = 200, body = PaymentAnswer, description = "每笔的结果；有问题的没有保存"),
        (status = 400, body = Problem, description = "不是所要求的 JSON"),
        (status = 413, body = Problem, description = "过大")
    )
)]
async fn submit_payment_data(
    By { actor, .. }: By<SubmitPaymentData>,
    Held(api): Held<ServicesApi>,
    body: Bytes,
) -> Result<Json<PaymentAnswer>, Problem> {
    actor.require_company()?;
    let task = tokio::task::spawn_blocking(move || data::items(&body));
    let items = task.await.map_err(|_| Problem::new(common::FAULT))?;
    let items = items.map_err(|why| Problem::new(codes::BODY).detail(why))?;
    let mut answer = PaymentAnswer {
        items: Vec::with_capacity(items.len()),
        refused: 0,
    };
    for (index, item) in items.iter().enumerate() {
        let stored = store_one(&api, &actor, item).await?;
        let (result, id, findings) = match stored {
            Ruling::Granted((UploadResult::New(id), findings)) => ("stored", Some(id), findings),
            Ruling::Granted((UploadResult::Same(id), findings)) => {
                ("duplicate", Some(id), findings)
            }
            Ruling::Granted((UploadResult::Changed(id), findings)) => {
                ("changed", Some(id), findings)
            }
            Ruling::Granted((UploadResult::Refused(finding), _)) => {
                ("refused", None, vec![finding])
            }
            Ruling::Refused(findings) => ("refused", None, findings),
        };
        answer.refused += usize::from(id.is_none());
        answer.items.push(PaymentStored {
            index,
            result,
            id: id.map(|id| id.to_string()),
            findings,
        });
    }
    Ok(Json(answer))
}

type InquiryOutcome = Ruling<(UploadResult, Vec<PaymentFinding>), Vec<PaymentFinding>>;

async fn store_one(
    api: &ServicesApi,
    actor: &Actor,
    item: &RawValue,
) -> Result<InquiryOutcome, Problem> {
    let (payment, findings) = match data::read(item) {
        Ok(read) => read,
        Err(findings) => return Ok(Ruling::Refused(findings)),
    };
    let company = actor.require_company()?.as_ref().clone();
    let (context, actor) = (api.context().clone(), actor.clone());
    let random = context.secret()?;
    let write = move |tx: &mut Tx<'_>| {
        let stored = put(tx, &context, &company, &payment, &random)?;
        let is_person = actor.require_account().is_ok();
        if let UploadResult::New(id) | UploadResult::Changed(id) = stored
            && is_person
        {
            let object = format!("payment:{id}");
            let transaction_no = &payment.transaction_no;
            audit::done(
                tx,
                context.now_ms(),
                &actor,
                SUBMITTED,
                &object,
                transaction_no,
            )?;
        }
        Ok(stored)
    };
    let stored = api.write(write).await?;
    Ok(Ruling::Granted((stored, findings)))
}

/// What the list of payments is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct PaymentQuery {
    /// Number of an order.
    pub order_no: Option<String>,
    /// Number of the payment transaction.
    pub transaction_no: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// The payments of the company acted for (支付数据列表).
#[utoipa::path(
    get, path = "/api/v1/payment-data", tag = "payment", security(("key" = [])),
    params(PaymentQuery, PageQuery),
    responses((status = 200, body = Page<PaymentView>))
)]
async fn payment_data(
    By { actor, .. }: By<ReadPaymentData>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<PaymentQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<PaymentView>>, Problem> {
    let size = asked.size();
    let filter = PaymentFilter {
        order_no: query.order_no,
        transaction_no: query.transaction_no,
        id: None,
        begin: asked.begin(query.sort.as_deref())?,
    };
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let found = payments(tx, &actor.sight, &filter, size.rows())?;
        let total = asked.total(|| total_payments(tx, &actor.sight, &filter))?;
        Ok(Page::cut(found, size, |one| filter.begin.next(one.id)).counted(total))
    };
    let page = api.context().read(read).await?;
    Ok(Json(page.map(|payment| PaymentView::from(&payment))))
}

async fn detail(api: &ServicesApi, actor: Actor, id: i64) -> Result<PaymentDetail, Problem> {
    let context = api.context().clone();
    let read = move |tx: &mut Tx<'_>| {
        let filter = PaymentFilter {
            id: Some(id),
            ..PaymentFilter::default()
        };
        let found = payments(tx, &actor.sight, &filter, 1)?.pop();
        let private = private(tx, &context, id)?;
        match (found, private) {
            (Some(payment), Some(private)) => {
                Ok(PaymentDetail::new(&payment, &private, actor.is_masked()))
            }
            _ => Err(Problem::new(common::NOT_FOUND)),
        }
    };
    api.read(read).await
}

/// A payment with its orders; personal data masked for people (支付数据明细).
#[utoipa::path(
    get, path = "/api/v1/payment-data/{id}", tag = "payment", security(("key" = [])),
    params(("id" = String, Path, description = "支付数据编号")),
    responses((status = 200, body = PaymentDetail))
)]
async fn payment_datum(
    By { actor, .. }: By<ReadPaymentDatum>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<Json<PaymentDetail>, Problem> {
    detail(&api, actor, id_of(&id)?).await.map(Json)
}

/// Why personal data are needed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentReason {
    /// The reason, 2 to 500 characters; it is audited.
    pub reason: String,
}

/// Shows a payment in full, this once; the reason is audited (查看原文).
#[utoipa::path(
    post, path = "/api/v1/payment-data/{id}/unmask", tag = "payment",
    params(("id" = String, Path, description = "支付数据编号")),
    request_body = PaymentReason,
    responses(
        (status = 200, body = PaymentDetail),
        (status = 400, body = Problem, description = "缺少理由")
    )
)]
async fn unmask_payment(
    By { actor, .. }: By<UnmaskPayment>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PaymentReason>,
) -> Result<Json<PaymentDetail>, Problem> {
    let why = approval::reason(&body.reason)?;
    let (id, context) = (id_of(&id)?, api.context().clone());
    let write = move |tx: &mut Tx<'_>| {
        let filter = PaymentFilter {
            id: Some(id),
            ..PaymentFilter::default()
        };
        let found = payments(tx, &actor.sight, &filter, 1)?.pop();
        let private = private(tx, &context, id)?;
        let (Some(payment), Some(private)) = (found, private) else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        let object = format!("payment:{id}");
        audit::done(tx, context.now_ms(), &actor, UNMASKED, &object, &why)?;
        Ok(PaymentDetail::new(&payment, &private, false))
    };
    api.write(write).await.map(Json)
}

/// What the list of inquiries is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct InquiryQuery {
    /// `waiting`, `uploaded` or `failed`.
    pub state: Option<String>,
    /// Number of the order asked for.
    pub order_no: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// What customs asked and what became of it (海关询问列表).
#[utoipa::path(
    get, path = "/api/v1/payment-inquiries", tag = "payment", security(("key" = [])),
    params(InquiryQuery, PageQuery),
    responses((status = 200, body = Page<InquiryView>))
)]
async fn payment_inquiries(
    By { actor, .. }: By<ReadPaymentInquiries>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<InquiryQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<InquiryView>>, Problem> {
    let state = match query.state.as_deref() {
        None => None,
        Some(name) => Some(InquiryState::from_name(name).ok_or_else(|| {
            Problem::new(common::BAD_REQUEST).detail("state 应为 waiting、uploaded 或 failed")
        })?),
    };
    let size = asked.size();
    let filter = InquiryFilter {
        state,
        order_no: query.order_no,
        begin: asked.begin(query.sort.as_deref())?,
    };
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let found = inquiries(tx, &actor.sight, &filter, size.rows())?;
        let total = asked.total(|| total_inquiries(tx, &actor.sight, &filter))?;
        Ok(Page::cut(found, size, |one| filter.begin.next(one.id)).counted(total))
    };
    let page = api.context().read(read).await?;
    let now_ms = api.context().now_ms();
    Ok(Json(page.map(|one| InquiryView::new(&one, now_ms))))
}

/// Has a failed inquiry built, signed and uploaded again (重新上传).
#[utoipa::path(
    post, path = "/api/v1/payment-inquiries/{id}/resend", tag = "payment",
    params(("id" = String, Path, description = "海关询问编号")),
    responses(
        (status = 202, description = "已排入上传"),
        (status = 409, body = Problem, description = "已上传或正在等待")
    )
)]
async fn resend_payment(
    By { actor, .. }: By<ResendPayment>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (id, context) = (id_of(&id)?, api.context().clone());
    api.write(move |tx| resend(tx, &context, &actor, id))
        .await?;
    Ok(StatusCode::ACCEPTED)
}
