//! `POST /api/v1/operator/messages/{id}/release`, `…/resubmit`, `/api/v1/operator/parked/{id}/release`.

use super::{DISMISS_RECEIPT, Payload, REFUSE, RELEASE, RELEASE_RECEIPT, RESUBMIT, parked_title};
use crate::api::{ApiState, ApprovalAsked};
use crate::finder::find;
use crate::inbox;
use crate::message::{MessageId, State, StoredMessage};
use crate::receipt::parked;
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes, Sight};
use registry::approval::{self, ApprovalKind, reason};
use registry::company::CompanyId;
use registry::role::Role;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{JsonBody, Path, Problem, codes};

const OPERATORS: &[Role] = &[Role::Operator];

registry::operations! {
    ReleaseMessage = changes("release_message", "申请放行报文", OPERATORS);
    ResubmitMessage = changes("resubmit_message", "申请重新校验报文", OPERATORS);
    ReleaseParked = changes("release_parked", "申请处理未匹配回执", OPERATORS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(release_message, resubmit_message, release_parked)
}

/// Why, and for a held message or a parked receipt what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    /// The reason, 2 to 500 characters; it is audited.
    pub reason: String,
    /// Refuse the message instead of sending it again; dismiss the receipt instead of matching it again.
    #[serde(default)]
    pub refuse: bool,
}

type RequestAnswer = Result<(StatusCode, Json<ApprovalAsked>), Problem>;

fn body_of(body: ReleaseBody) -> Result<ReleaseBody, Problem> {
    reason(&body.reason)?;
    Ok(body)
}

/// Asks for a held message to be sent again, or refused (申请放行): done when another person approves.
#[utoipa::path(
    post, path = "/api/v1/operator/messages/{id}/release", tag = "operator",
    params(("id" = String, Path, description = "报文 id 或受理号")),
    request_body = ReleaseBody,
    responses(
        (status = 202, body = ApprovalAsked, description = "已提交复核，由另一人批准后执行"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "不存在"),
        (status = 409, body = Problem, description = "报文不是待人工处理状态")
    )
)]
async fn release_message(
    By { actor, .. }: By<ReleaseMessage>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReleaseBody>,
) -> RequestAnswer {
    let body = body_of(body)?;
    let kind = if body.refuse { &REFUSE } else { &RELEASE };
    ask_for_message(&api, actor, &id, kind, State::Held, body.reason).await
}

/// Asks for a refused message to be checked anew (申请重新校验): done when another person approves.
#[utoipa::path(
    post, path = "/api/v1/operator/messages/{id}/resubmit", tag = "operator",
    params(("id" = String, Path, description = "报文 id 或受理号")),
    request_body = ReleaseBody,
    responses(
        (status = 202, body = ApprovalAsked, description = "已提交复核，由另一人批准后执行"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "不存在"),
        (status = 409, body = Problem, description = "报文不是平台拒收状态")
    )
)]
async fn resubmit_message(
    By { actor, .. }: By<ResubmitMessage>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReleaseBody>,
) -> RequestAnswer {
    let body = body_of(body)?;
    ask_for_message(&api, actor, &id, &RESUBMIT, State::Refused, body.reason).await
}

/// Asks for a parked receipt to be matched again, or with `refuse` to be dismissed (申请处理未匹配回执): done
/// when another person approves.
#[utoipa::path(
    post, path = "/api/v1/operator/parked/{id}/release", tag = "operator",
    params(("id" = String, Path, description = "未匹配回执 id")),
    request_body = ReleaseBody,
    responses(
        (status = 202, body = ApprovalAsked, description = "已提交复核，由另一人批准后执行"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "不存在，或已处理")
    )
)]
async fn release_parked(
    By { actor, .. }: By<ReleaseParked>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReleaseBody>,
) -> RequestAnswer {
    let body = body_of(body)?;
    let id: i64 = id.parse().map_err(|_| Problem::new(codes::NOT_FOUND))?;
    let read = api.shared.db.read(move |tx| -> Result<_, Problem> {
        let is_there = inbox::aside::is_in(tx, id)? || parked::waits(tx, id)?;
        let is_unread = is_there.then_some(super::is_unread(tx, id)?);
        Ok((is_unread, parked_title(tx, id)?))
    });
    let (is_unread, title) = read.await?;
    let is_unread = is_unread.ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    if body.refuse && is_unread && !super::says_unread(&body.reason) {
        return Err(Problem::new(approval::codes::FAILED).detail(super::UNREAD));
    }
    let kind = match body.refuse {
        true => &DISMISS_RECEIPT,
        false => &RELEASE_RECEIPT,
    };
    ask(&api, actor, (kind, id), (title, None), body.reason).await
}

async fn ask_for_message(
    api: &ApiState,
    actor: Actor,
    id: &str,
    kind: &'static ApprovalKind,
    state: State,
    why: String,
) -> RequestAnswer {
    let id = MessageId::parse(id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let sight: Sight = actor.sight.clone();
    let read = api.shared.db.read(move |tx| -> Result<_, Problem> {
        let found = find(tx, &sight, id)?;
        let is_held = |message: &&StoredMessage| message.state == State::Held;
        let why = match found.as_ref().filter(is_held) {
            Some(message) if kind.name == RELEASE.name => super::unfit(tx, message)?,
            _ => None,
        };
        Ok((found, why))
    });
    let (message, unfit) = read.await?;
    let message = message.ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    if message.state != state {
        let now = message.state.chinese();
        return Err(Problem::new(approval::codes::FAILED).detail(format!("报文现在的状态是{now}")));
    }
    if let Some(why) = unfit {
        return Err(Problem::new(approval::codes::FAILED).detail(why));
    }
    let company = api.shared.directory.by_id(message.company_id);
    let name = company.map_or_else(String::new, |company| format!(" {}", company.name));
    let title = format!("{} {}{name}", message.kind, id.acceptance_no());
    let about = (title, Some(message.company_id));
    ask(api, actor, (kind, id.0), about, why).await
}

async fn ask(
    api: &ApiState,
    actor: Actor,
    (kind, id): (&'static ApprovalKind, i64),
    (title, company): (String, Option<CompanyId>),
    why: String,
) -> RequestAnswer {
    actor.require_account()?;
    let request = approval::Request {
        kind: kind.name,
        title: format!("{}：{title}", kind.chinese),
        payload: Payload::text(id),
        company: company.map(|company| company.0),
        why: reason(&why)?,
    };
    let context = api.gate.context.clone();
    let is_receipt = super::OF_RECEIPTS.contains(&kind.name);
    let asked = api.gate.context.act(move |tx| {
        // Of two who ask at once the second sees the first.
        match is_receipt {
            true if inbox::aside::hold(tx, id)? => {}
            true => parked::hold(tx, id)?,
            false => crate::message::sql::lock(tx, MessageId(id))?,
        }
        if let Some(other) = super::pending(tx, &[id], is_receipt)?.remove(&id) {
            let who = format!("{} 已提交申请：{}", other.asked_name, other.title);
            return Err(Problem::new(approval::codes::ASKED).detail(who));
        }
        Ok(approval::ask(tx, &context, &actor, &request)?)
    });
    let approval_id = asked.await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(ApprovalAsked { approval_id })))
}
