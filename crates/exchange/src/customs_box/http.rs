//! `POST /api/v1/customs-box/receipts` and `POST /api/v1/customs-box/outage`: what people use to
//! steer the simulator. Mounted only where the simulator runs inside the process. A company answers
//! its own documents only.

use super::{CustomsBox, Injection, Outage, Target};
use crate::message::MessageId;
use crate::{finder, query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ceb::{Direction, Kind, ReturnStatus};
use registry::access::{By, Gate, Routes};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{JsonBody, Problem, codes};

/// Longest delay of an injected answer and longest outage, in milliseconds: one hour.
const DELAY_MS_MAX: u64 = 3_600_000;

/// Who steers the simulator: companies for their own documents, operators for all.
const DIRECTORS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::Program,
    Role::Operator,
];

registry::operations! {
    Inject = changes("inject", "海关模拟器：注入回执", DIRECTORS);
    SwitchOutage = changes("outage", "海关模拟器：线路故障演练", &[Role::Program, Role::Operator]);
    ReadOutageState = reads("outage_state", "海关模拟器：查看线路故障演练", DIRECTORS);
}

/// The routes of this module.
pub fn routes() -> Routes<SimulatorApi> {
    registry::routes!(inject, outage, outage_state)
}

/// What the routes of the simulator need.
#[derive(Clone)]
pub struct SimulatorApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Holds the messages.
    pub db: Db,
    /// Plays customs.
    pub customs_box: Arc<CustomsBox>,
}

impl registry::access::HasGate for SimulatorApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// An answer of customs made by hand (注入回执).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InjectBody {
    /// The message whose document is answered: id or acceptance number.
    pub message_id: String,
    /// Number of the document in the message, from 1; 1 when absent.
    pub document: Option<i64>,
    /// Return status (回执状态), any number.
    #[schema(example = 100)]
    pub return_status: i32,
    /// Return text (回执信息); the usual one when absent.
    pub return_info: Option<String>,
    /// How much later it is sent, in milliseconds, 0 to 3600000.
    pub delay_ms: Option<u64>,
}

/// A fault of the line to customs (线路故障).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutageBody {
    /// `silent`, `garbage` or `slow`.
    #[schema(value_type = String, example = "silent")]
    pub outage: Outage,
    /// How long, in milliseconds, 0 to 3600000; 0 ends the one that is on.
    pub for_ms: u64,
    /// The line: `import` or `export`; both when absent.
    #[schema(example = "import")]
    pub direction: Option<String>,
}

/// The drill that is on; everything is absent when there is none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutageView {
    /// `silent`, `garbage` or `slow`.
    #[schema(value_type = Option<String>, example = "silent")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// When it ends by itself, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The line that is broken, `import` or `export`; absent when both are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<&'static str>,
}

/// What the simulator will do.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoxDone {
    /// Always true; a refusal is a problem.
    pub done: bool,
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}

/// Lets the simulator answer a document as asked (注入回执). Only in a demo.
#[utoipa::path(
    post, path = "/api/v1/customs-box/receipts", tag = "customs-box", security(("key" = [])),
    request_body = InjectBody,
    responses(
        (status = 202, body = BoxDone, description = "模拟器将发出这份回执"),
        (status = 400, body = Problem, description = "参数有误"),
        (status = 404, body = Problem, description = "没有这份单证，或不属于当前企业，或尚未到达海关")
    )
)]
async fn inject(
    By { actor, .. }: By<Inject>,
    State(api): State<SimulatorApi>,
    JsonBody(body): JsonBody<InjectBody>,
) -> Result<(StatusCode, Json<BoxDone>), Problem> {
    let sight = actor.sight;
    let delay = delay(body.delay_ms.unwrap_or_default())?;
    let not_found = || Problem::new(codes::NOT_FOUND);
    let id = MessageId::parse(&body.message_id).ok_or_else(not_found)?;
    let number = body.document.unwrap_or(1);
    let found = api
        .db
        .read(move |tx| match finder::find(tx, &sight, id)? {
            Some(message) => query::detail(tx, &message).map(Some),
            None => Ok(None),
        })
        .await?
        .ok_or_else(not_found)?;
    let kind = Kind::from_code(&found.summary.kind).ok_or_else(not_found)?;
    let key = found
        .documents
        .into_iter()
        .find(|document| document.number == number)
        .and_then(|document| document.document_key)
        .ok_or_else(not_found)?;
    let injection = Injection {
        target: Target::Key(kind, key),
        status: ReturnStatus(body.return_status),
        info: body.return_info.unwrap_or_default(),
        delay,
    };
    match api.customs_box.inject(injection).await {
        Ok(true) => Ok((StatusCode::ACCEPTED, Json(BoxDone { done: true }))),
        Ok(false) => Err(not_found()),
        Err(error) => {
            tracing::error!(%error, "an injected answer failed");
            Err(Problem::new(codes::FAULT))
        }
    }
}

/// Breaks the line to customs for a while (线路故障演练). Only in a demo.
#[utoipa::path(
    post, path = "/api/v1/customs-box/outage", tag = "customs-box", security(("key" = [])),
    request_body = OutageBody,
    responses(
        (status = 202, body = BoxDone, description = "故障开始，到时自动恢复"),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn outage(
    _: By<SwitchOutage>,
    State(api): State<SimulatorApi>,
    JsonBody(body): JsonBody<OutageBody>,
) -> Result<(StatusCode, Json<BoxDone>), Problem> {
    let line = match body.direction.as_deref() {
        None => None,
        Some("import") => Some(Direction::Import),
        Some("export") => Some(Direction::Export),
        Some(_) => return Err(bad("direction 应为 import 或 export")),
    };
    api.customs_box
        .fail_for(body.outage, line, delay(body.for_ms)?);
    Ok((StatusCode::ACCEPTED, Json(BoxDone { done: true })))
}

/// Whether the line to customs is broken by a drill (查看线路故障演练). Only in a demo.
#[utoipa::path(
    get, path = "/api/v1/customs-box/outage", tag = "customs-box", security(("key" = [])),
    responses(
        (status = 200, body = OutageView)
    )
)]
async fn outage_state(
    _: By<ReadOutageState>,
    State(api): State<SimulatorApi>,
) -> Result<Json<OutageView>, Problem> {
    let drill = api.customs_box.drill();
    let direction = drill.and_then(|drill| drill.direction);
    Ok(Json(OutageView {
        outage: drill.map(|drill| drill.outage),
        until: drill.map(|drill| beijing_rfc3339(drill.until)),
        direction: direction.map(|direction| match direction {
            Direction::Import => "import",
            Direction::Export => "export",
        }),
    }))
}

fn delay(ms: u64) -> Result<Duration, Problem> {
    if ms > DELAY_MS_MAX {
        return Err(bad(format!("时长上限 {DELAY_MS_MAX} 毫秒")));
    }
    Ok(Duration::from_millis(ms))
}
