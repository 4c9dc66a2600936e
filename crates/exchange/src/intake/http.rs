//! `POST /api/v1/messages` and `POST /api/v1/messages:batch`.

use super::{Arrival, Config, Intake, Outcome, codes, look};
use crate::message::MessageId;
use crate::quota::{Reached, codes as quota_codes};
use crate::signature::Checker;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use registry::access::{Actor, By, Gate, Routes};
use registry::company::Directory;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, beijing_rfc3339};
use store::id::IdMaker;
use utoipa::ToSchema;
use web::Problem;
use web::room::{self, Fault, Room, Taken};
use web::shares::{Holder, Place, Shares};

/// How long a caller waits for a turn to have a form read.
const FORM_WAIT: Duration = Duration::from_secs(20);

/// How long a company waits whose messages wait.
const WAITING_WAIT: Duration = Duration::from_secs(30);

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// How far Beijing is ahead of universal time, in milliseconds.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// Who may declare.
pub(crate) const DECLARANTS: &[Role] = &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program];

registry::operations! {
    Submit = changes("submit", "提交申报", DECLARANTS);
    SubmitBatch = changes("submit_batch", "批量提交申报", DECLARANTS);
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<Door>> {
    registry::routes!(submit, submit_batch)
}

/// What the routes of intake need.
#[derive(Clone)]
pub struct Door {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Stores the arrivals.
    pub intake: Intake,
    /// Makes the ids.
    pub ids: Arc<IdMaker>,
    /// Tells the time.
    pub clock: SharedClock,
    /// Checks signatures.
    pub signatures: Arc<Checker>,
    /// The ledger, by whose credit codes signers are known.
    pub directory: Arc<Directory>,
    /// The limits.
    pub config: Arc<Config>,
    /// Room for bodies.
    pub room: Room,
    /// Turns for reading forms, which take memory and time.
    pub forms: Shares,
}

impl registry::access::HasGate for Door {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl Door {
    /// Waits for a turn to read a form.
    pub(crate) async fn turn(&self, holder: &Holder) -> Result<Place, Problem> {
        Ok(self.forms.take(holder, 1, FORM_WAIT).await?)
    }
}

/// Answer to an accepted message (受理应答).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedAnswer {
    /// Id of the message.
    #[schema(example = "389541234567890048")]
    pub id: String,
    /// Acceptance number (受理号), for people.
    #[schema(example = "TG0ASFKDW8T9000")]
    pub acceptance_no: String,
    /// Kind (报文类型).
    #[schema(example = "CEB311")]
    pub kind: String,
    /// The guid of the message's root.
    pub guid: String,
    /// When it was accepted (the first time), RFC 3339.
    pub received_at: String,
    /// Whether the same bytes had been accepted before.
    pub duplicate: bool,
}

/// Submits one message (提交报文). The body is the XML as the standard has it: bare CEB, `DxpMsg`
/// or `DxpMsgSv`; or the JSON form; or a workbook, which may become several messages: then all of
/// them are accepted or none. The answer comes after everything is on disk.
#[utoipa::path(
    post, path = "/api/v1/messages", tag = "messages", security(("key" = [])),
    request_body(
        content(
            (String = "application/xml"),
            (crate::workbook::http::JsonForm = "application/json"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )
    ),
    responses(
        (status = 202, description = "受理；或此前已受理过相同内容（duplicate 为 true）。工作簿的应答为 items 列表",
         body = crate::workbook::http::SubmitAnswer),
        (status = 400, body = Problem, description = "不是可受理的报文"),
        (status = 403, body = Problem, description = "传输企业不一致、通道暂停或没有权限"),
        (status = 409, body = Problem, description = "同一 guid 已用于不同内容"),
        (status = 413, body = Problem, description = "报文过大"),
        (status = 429, body = Problem, description = "本企业同时提交的内容过多，请稍后重试"),
        (status = 422, body = crate::workbook::http::FindingsProblem, description = "JSON 或工作簿有误，没有受理")
    )
)]
pub(crate) async fn submit(
    By { actor, .. }: By<Submit>,
    State(door): State<Arc<Door>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(actor);
    let (body, _room) = receive(
        &door,
        &actor,
        &parts.headers,
        body,
        door.config.message_bytes_max,
    )
    .await?;
    let form = crate::workbook::Body::of(content_type(&parts.headers), &body);
    if form != crate::workbook::Body::Xml {
        return crate::workbook::http::submit_form(&door, &actor, form, body).await;
    }
    let arrival = look(
        &actor,
        body,
        MessageId(door.ids.next()),
        door.clock.now_ms(),
    )?;
    let answer = accept(&door, arrival).await?;
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// The content type of a request.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
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
    State(door): State<Arc<Door>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(actor);
    let (body, _room) = receive(
        &door,
        &actor,
        &parts.headers,
        body,
        door.config.batch_bytes_max,
    )
    .await?;
    let lines: Vec<&[u8]> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    if lines.len() > door.config.batch_lines_max {
        return Err(Problem::new(codes::BATCH_LINES).detail(format!(
            "上限 {} 行，收到 {} 行",
            door.config.batch_lines_max,
            lines.len()
        )));
    }
    let mut pending = Vec::with_capacity(lines.len());
    for line in lines {
        let arrival = batch_arrival(&door, &actor, line);
        let door = Arc::clone(&door);
        // Each line is its own task, so that all of them meet in the same few commits.
        pending.push(tokio::spawn(async move { accept(&door, arrival?).await }));
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

fn batch_arrival(door: &Door, actor: &Arc<Actor>, line: &[u8]) -> Result<Arrival, Problem> {
    let line: BatchLine = serde_json::from_slice(line)
        .map_err(|error| Problem::new(codes::BATCH_LINE).detail(error.to_string()))?;
    if line.xml.len() > door.config.message_bytes_max {
        return Err(too_large(door.config.message_bytes_max));
    }
    look(
        actor,
        Bytes::from(line.xml),
        MessageId(door.ids.next()),
        door.clock.now_ms(),
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

pub(crate) async fn accept(door: &Door, arrival: Arrival) -> Result<AcceptedAnswer, Problem> {
    let told = Told::of(&arrival);
    let outcome = door.intake.accept(arrival).await?;
    told.answer(outcome)
}

/// Accepts the messages of one form: all of them in one commit, or none.
pub(crate) async fn accept_together(
    door: &Door,
    arrivals: Vec<Arrival>,
) -> Result<Vec<AcceptedAnswer>, Problem> {
    let told: Vec<Told> = arrivals.iter().map(Told::of).collect();
    let outcomes = door.intake.accept_together(arrivals).await?;
    let conflict = outcomes
        .iter()
        .find(|outcome| matches!(outcome, Outcome::Conflict(_)));
    if let Some(Outcome::Conflict(id)) = conflict {
        return Err(conflicting(*id));
    }
    told.into_iter()
        .zip(outcomes)
        .map(|(told, outcome)| told.answer(outcome))
        .collect()
}

fn conflicting(id: MessageId) -> Problem {
    let mut problem = Problem::new(codes::GUID_CONFLICT);
    problem.message_id = Some(id.to_string());
    problem
}

/// What an answer repeats of an arrival.
struct Told {
    kind: &'static str,
    guid: String,
    received_at: i64,
}

impl Told {
    fn of(arrival: &Arrival) -> Self {
        Self {
            kind: arrival.kind,
            guid: arrival.guid.clone(),
            received_at: arrival.received_at,
        }
    }

    fn answer(self, outcome: Outcome) -> Result<AcceptedAnswer, Problem> {
        let (id, received_at, duplicate) = match outcome {
            Outcome::Accepted(id) => (id, self.received_at, false),
            Outcome::Duplicate(id, first) => (id, first, true),
            Outcome::Conflict(id) => return Err(conflicting(id)),
            Outcome::Withheld => return Err(Problem::new(web::codes::FAULT)),
            Outcome::Full(reached) => return Err(full(reached, self.received_at)),
        };
        Ok(AcceptedAnswer {
            id: id.to_string(),
            acceptance_no: id.acceptance_no(),
            kind: self.kind.to_owned(),
            guid: self.guid,
            received_at: beijing_rfc3339(received_at),
            duplicate,
        })
    }
}

/// The refusal of a company that has reached a limit, with the time after which it may come again.
fn full(reached: Reached, now_ms: i64) -> Problem {
    match reached {
        Reached::Day => {
            let left_ms = DAY_MS - (now_ms + BEIJING_MS).rem_euclid(DAY_MS);
            let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
            Problem::new(quota_codes::DAY).retry_after(left)
        }
        Reached::Waiting => Problem::new(quota_codes::WAITING).retry_after(WAITING_WAIT),
    }
}

/// Takes a body in within the limits; what is held gives its room back when it is dropped.
pub(crate) async fn receive(
    door: &Door,
    actor: &Actor,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<(Bytes, Taken), Problem> {
    if room::announced(headers).is_some_and(|n_bytes| n_bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let limit = Duration::from_millis(door.config.body_ms_max);
    let holder = actor.holder();
    let received = door.room.receive(&holder, body, bytes_max);
    let received = tokio::time::timeout(limit, received).await;
    received
        .unwrap_or(Err(Fault::Broken))
        .map_err(|fault| match fault {
            Fault::TooLarge => too_large(bytes_max),
            Fault::Broken => Problem::new(codes::BODY_SLOW),
            Fault::Full(full) => full.into(),
        })
}

pub(crate) fn too_large(bytes_max: usize) -> Problem {
    Problem::new(web::codes::TOO_LARGE).detail(format!("上限 {bytes_max} 字节"))
}
