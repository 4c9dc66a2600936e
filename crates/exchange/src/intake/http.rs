//! `POST /api/v1/messages` and `POST /api/v1/messages:batch`.

use super::{Arrival, Config, Intake, Outcome, codes, look};
use crate::message::MessageId;
use crate::signature::Checker;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use registry::access::{Actor, Gate};
use registry::role::{Operation, Role};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, beijing_rfc3339};
use store::id::IdMaker;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;
use web::Problem;

/// The unit in which room for bodies is handed out.
const ROOM_UNIT: usize = 1024;

/// How long a caller waits for room before it is told to come back.
const ROOM_WAIT: Duration = Duration::from_secs(2);

/// Forms that are read at once.
const FORMS_AT_ONCE: usize = 2;

/// How long a caller waits for a turn to have a form read.
const FORM_WAIT: Duration = Duration::from_secs(20);

/// Who may declare.
const DECLARANTS: &[Role] = &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program];

/// Submits a declaration.
pub const SUBMIT: Operation = Operation {
    id: "submit",
    chinese: "提交申报",
    roles: DECLARANTS,
    changes: true,
};
/// Submits many.
pub const SUBMIT_BATCH: Operation = Operation {
    id: "submit_batch",
    chinese: "批量提交申报",
    roles: DECLARANTS,
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[SUBMIT, SUBMIT_BATCH];

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
    /// The limits.
    pub config: Arc<Config>,
    /// Room for bodies, in units of 1 KiB; see [`Door::room`].
    pub room: Arc<Semaphore>,
    /// Turns for reading forms, which take memory and time; see [`Door::forms`].
    pub forms: Arc<Semaphore>,
}

impl Door {
    /// Room for all bodies together, from the settings.
    pub fn room(config: &Config) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(config.waiting_bytes_max / ROOM_UNIT))
    }

    /// Turns for reading forms.
    pub fn forms() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(FORMS_AT_ONCE))
    }

    /// Waits for a turn to read a form.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = || Problem::new(web::codes::UNAVAILABLE).retry_after(ROOM_WAIT);
        tokio::time::timeout(FORM_WAIT, Arc::clone(&self.forms).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())
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
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 403, body = Problem, description = "传输企业不一致、通道暂停或没有权限"),
        (status = 409, body = Problem, description = "同一 guid 已用于不同内容"),
        (status = 413, body = Problem, description = "报文过大"),
        (status = 422, body = crate::workbook::http::FindingsProblem, description = "JSON 或工作簿有误，没有受理"),
        (status = 503, body = Problem, description = "暂时无法受理，请稍后重试")
    )
)]
pub async fn submit(State(door): State<Arc<Door>>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(door.gate.actor(&parts.headers, &SUBMIT).await?);
    let (body, _room) = receive(&door, &parts.headers, body, door.config.message_bytes_max).await?;
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
        (status = 401, body = Problem, description = "未登录，或密钥缺失、无效、吊销、过期"),
        (status = 413, body = Problem, description = "内容过大或行数过多")
    )
)]
pub async fn submit_batch(
    State(door): State<Arc<Door>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let actor = Arc::new(door.gate.actor(&parts.headers, &SUBMIT_BATCH).await?);
    let (body, _room) = receive(&door, &parts.headers, body, door.config.batch_bytes_max).await?;
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
        Err(problem) => serde_json::to_vec(problem),
    };
    answer.extend(line.unwrap_or_default());
    answer.push(b'\n');
}

pub(crate) async fn accept(door: &Door, arrival: Arrival) -> Result<AcceptedAnswer, Problem> {
    let told = Told::of(&arrival);
    let outcome = door
        .intake
        .accept(arrival)
        .await
        .map_err(|error| web::service_error(&error))?;
    told.answer(outcome)
}

/// Accepts the messages of one form: all of them in one commit, or none.
pub(crate) async fn accept_together(
    door: &Door,
    arrivals: Vec<Arrival>,
) -> Result<Vec<AcceptedAnswer>, Problem> {
    let told: Vec<Told> = arrivals.iter().map(Told::of).collect();
    let outcomes = door
        .intake
        .accept_together(arrivals)
        .await
        .map_err(|error| web::service_error(&error))?;
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

/// Reads a body within the limits; the permit gives its room back when it is dropped.
pub(crate) async fn receive(
    door: &Door,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<(Bytes, OwnedSemaphorePermit), Problem> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|n_bytes| n_bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let units = announced.unwrap_or(bytes_max).div_ceil(ROOM_UNIT).max(1);
    let room = Arc::clone(&door.room).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX));
    let busy = || Problem::new(web::codes::UNAVAILABLE).retry_after(ROOM_WAIT);
    let room = tokio::time::timeout(ROOM_WAIT, room)
        .await
        .map_err(|_| busy())?
        .map_err(|_| busy())?;
    let limit = Duration::from_millis(door.config.body_ms_max);
    let bytes = tokio::time::timeout(limit, to_bytes(body, bytes_max))
        .await
        .map_err(|_| Problem::new(codes::BODY_SLOW))?
        .map_err(|error| {
            // axum's error says "length limit exceeded" when the body is longer than allowed.
            if error.to_string().contains("limit") {
                too_large(bytes_max)
            } else {
                Problem::new(codes::BODY_SLOW)
            }
        })?;
    Ok((bytes, room))
}

fn too_large(bytes_max: usize) -> Problem {
    Problem::new(web::codes::TOO_LARGE).detail(format!("上限 {bytes_max} 字节"))
}
