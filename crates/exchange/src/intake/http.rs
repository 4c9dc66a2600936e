//! What the handlers share that take something in: their state, bodies within limits, turns for reading
//! forms, and the answer to what was accepted.

use super::{Arrival, ArrivalOutcome, Intake, IntakeConfig, codes};
use crate::message::MessageId;
use crate::quota::{Reached, codes as quota_codes};
use crate::signature::{Checker, Policy};
use crate::signing;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use registry::access::{Actor, Gate};
use registry::code_table::Standing;
use registry::company::{Company, Directory};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, beijing_rfc3339};
use store::id::IdMaker;
use utoipa::ToSchema;
use web::Problem;
use web::budget::{self, BodyFault, Budget, HeldBudget};
use web::shares::{HeldShare, Holder, Shares};

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

/// What the handlers need that take something in.
#[derive(Clone)]
pub struct SubmitState {
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
    pub config: Arc<IntakeConfig>,
    /// Room for bodies.
    pub budget: Budget,
    /// Turns for reading forms, which take memory and time.
    pub forms: Shares,
}

impl registry::access::HasGate for SubmitState {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl SubmitState {
    /// Waits for a turn to read a form.
    pub(crate) async fn turn(&self, holder: &Holder) -> Result<HeldShare, Problem> {
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

/// The content type of a request.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

pub(crate) async fn accept(api: &SubmitState, arrival: Arrival) -> Result<AcceptedAnswer, Problem> {
    let repeated = Repeated::of(&arrival);
    let outcome = api.intake.accept(arrival).await?;
    repeated.answer(outcome)
}

/// Accepts the messages of one form: all of them in one commit, or none.
pub(crate) async fn accept_together(
    api: &SubmitState,
    arrivals: Vec<Arrival>,
) -> Result<Vec<AcceptedAnswer>, Problem> {
    let repeated: Vec<Repeated> = arrivals.iter().map(Repeated::of).collect();
    let outcomes = api.intake.accept_together(arrivals).await?;
    let conflict = outcomes
        .iter()
        .find(|outcome| matches!(outcome, ArrivalOutcome::Conflict(_)));
    if let Some(ArrivalOutcome::Conflict(id)) = conflict {
        return Err(conflicting(*id));
    }
    repeated
        .into_iter()
        .zip(outcomes)
        .map(|(repeated, outcome)| repeated.answer(outcome))
        .collect()
}

fn conflicting(id: MessageId) -> Problem {
    let mut problem = Problem::new(codes::GUID_CONFLICT);
    problem.message_id = Some(id.to_string());
    problem
}

/// What an answer repeats of an arrival.
struct Repeated {
    kind: &'static str,
    guid: String,
    received_at: i64,
}

impl Repeated {
    fn of(arrival: &Arrival) -> Self {
        Self {
            kind: arrival.kind,
            guid: arrival.guid.clone(),
            received_at: arrival.received_at,
        }
    }

    fn answer(self, outcome: ArrivalOutcome) -> Result<AcceptedAnswer, Problem> {
        let (id, received_at, duplicate) = match outcome {
            ArrivalOutcome::Accepted(id) => (id, self.received_at, false),
            ArrivalOutcome::Duplicate(id, first) => (id, first, true),
            ArrivalOutcome::Conflict(id) => return Err(conflicting(id)),
            ArrivalOutcome::Withheld => return Err(Problem::new(web::codes::FAULT)),
            ArrivalOutcome::Full(reached) => return Err(full(reached, self.received_at)),
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
    api: &SubmitState,
    actor: &Actor,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<(Bytes, HeldBudget), Problem> {
    if budget::announced(headers).is_some_and(|n_bytes| n_bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let limit = Duration::from_millis(api.config.body_ms_max);
    let holder = actor.holder();
    let received = api.budget.receive(&holder, body, bytes_max);
    let received = tokio::time::timeout(limit, received).await;
    received
        .unwrap_or(Err(BodyFault::Broken))
        .map_err(|fault| match fault {
            BodyFault::TooLarge => too_large(bytes_max),
            BodyFault::Broken => Problem::new(codes::BODY_SLOW),
            BodyFault::Full(full) => full.into(),
        })
}

pub(crate) fn too_large(bytes_max: usize) -> Problem {
    Problem::new(web::codes::TOO_LARGE).detail(format!("上限 {bytes_max} 字节"))
}

/// Runs work on the thread pool when its turn has come.
pub(crate) async fn in_turn<T: Send + 'static>(
    api: &SubmitState,
    actor: &Actor,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let turn = api.turn(&actor.holder()).await?;
    let task = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    task.await
        .unwrap_or_else(|_| Err(Problem::new(web::codes::FAULT)))
}

/// What forms are judged by at this moment.
pub(crate) fn standing(api: &SubmitState) -> Standing {
    let tables = &api.gate.context.code_tables;
    tables.standing(api.clock.now_ms())
}

/// What this company wants of signatures.
pub(crate) async fn signing_policy(
    api: &SubmitState,
    company: &Company,
) -> Result<Policy, Problem> {
    let id = company.id;
    let context = &api.gate.context;
    context.read(move |tx| signing::policy(tx, id)).await
}
