//! Intake (接收): steps 1 and 2 of a declaration's life.
//!
//! 1. The bytes arrive; the key says from which company. A body is read only when the room for it
//!    is free ([`IntakeConfig::waiting_bytes_max`]), so memory is bounded whatever callers do.
//! 2. [`sniff`](ceb::sniff()) finds kind, guid and sender without a full parse. What is not a message at
//!    all, or not this company's, is refused here: it was never accepted, so nothing is stored.
//! 3. [`Intake::accept`] puts the arrival among those that wait; one commit takes them all, at most
//!    [`BATCH_MAX`]. the table `message_guid` decides duplicates inside that commit: the same bytes
//!    get the first answer again, other bytes are a conflict.
//! 4. **Only then** the caller hears of it (I1).
//!
//! What is wrong inside a message is not intake's business: the check finds that, all at once.

mod batch;
pub mod codes;
pub mod http;
mod same;
pub mod window;
#[cfg(test)]
mod tests;

use crate::message::{Arrival, MessageId, direction_name};
use bytes::Bytes;
use ceb::{Direction, Kind, Shape, Sniffed};
use registry::access::{Actor, NOT_APPOINTED, Who};
use registry::company::Company;
use registry::module::Module;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::pack::{ENVELOPE, PackDictionary, Packed};
use web::Problem;
use web::budget::Budget;
use web::shares::Shares;

pub use batch::{ArrivalOutcome, Intake};
#[cfg(test)]
pub(crate) use batch::{store as commit_limited_for_test, store_unlimited as commit_for_test};

/// Arrivals in one commit.
pub const BATCH_MAX: usize = 256;

/// The shortest window of duplicates, in days: who hands in again what was not answered does so within weeks.
const DUPLICATE_DAYS_MIN: u32 = 90;

/// Settings of intake.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeConfig {
    /// Largest message in bytes (1 KiB to 64 MiB).
    pub message_bytes_max: usize,
    /// Largest body of the batch call in bytes.
    pub batch_bytes_max: usize,
    /// Most messages in one batch call.
    pub batch_lines_max: usize,
    /// Bytes of all bodies that have arrived and wait for their commit.
    pub waiting_bytes_max: usize,
    /// Of these one company's, in percent (1 to 100); a whole batch at least.
    pub waiting_percent_per_caller_max: usize,
    /// Forms, sets and signatures that are examined at once.
    pub forms_max: usize,
    /// Of these one company's.
    pub forms_per_caller_max: usize,
    /// For how many days a guid is known as handed in, 90 at least; 0 for ever. A repetition after that is a new message.
    pub duplicate_days: u32,
    /// How long a caller may take to send its body, in milliseconds.
    pub body_ms_max: u64,
    /// Whether messages made of workbooks and JSON get a frame that stands in for the signature that
    /// their kind needs; only where customs is a simulator.
    pub signature_frame: bool,
}

impl Default for IntakeConfig {
    fn default() -> Self {
        Self {
            message_bytes_max: 10 << 20,
            batch_bytes_max: 32 << 20,
            batch_lines_max: 1000,
            waiting_bytes_max: 64 << 20,
            waiting_percent_per_caller_max: 50,
            forms_max: 2,
            forms_per_caller_max: 1,
            duplicate_days: 1100,
            body_ms_max: 30_000,
            signature_frame: false,
        }
    }
}

impl IntakeConfig {
    /// Room for bodies, by the bytes that have arrived.
    pub fn budget(&self) -> Budget {
        let share = self.waiting_bytes_max / 100 * self.waiting_percent_per_caller_max;
        let share = share.max(self.batch_bytes_max);
        Budget::new("bodies", self.waiting_bytes_max, share)
    }

    /// Turns for work that takes memory and time.
    pub fn turns(&self) -> Shares {
        Shares::new("forms", self.forms_max, self.forms_per_caller_max)
    }

    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<&'static str> {
        if (1..DUPLICATE_DAYS_MIN).contains(&self.duplicate_days) {
            return Some("duplicate_days 应为 0（永久）或不小于 90");
        }
        if !(1..=100).contains(&self.waiting_percent_per_caller_max) {
            return Some("waiting_percent_per_caller_max 应为 1 至 100");
        }
        if self.forms_per_caller_max == 0 || self.forms_per_caller_max > self.forms_max {
            return Some("forms_per_caller_max 应大于 0 且不大于 forms_max");
        }
        None
    }
}

registry::acts! {
    /// A person declared (a program's declarations are on record as the messages themselves).
    pub DECLARE = "message.declare", "提交申报";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("申报").acts(ACTS).codes(codes::ALL);

/// Which key a message came with, when a person brought it.
const NO_KEY: i64 = 0;

/// Looks at the bytes of a caller and makes an arrival of them.
///
/// # Errors
/// The refusal: no company, not a message, not a declaration, or not this company's.
pub fn look(
    actor: &Arc<Actor>,
    body: Bytes,
    id: MessageId,
    received_at: i64,
) -> Result<Arrival, Problem> {
    let company = actor.require_company()?;
    let (key_id, by) = match actor.who {
        Who::Key(key_id) => (key_id, None),
        Who::Account(_) | Who::Client(_) | Who::Nobody => (NO_KEY, Some(Arc::clone(actor))),
    };
    let sniffed = examine(company, &body)?;
    let direction = declared_direction(sniffed.kind)
        .ok_or_else(|| Problem::new(codes::NOT_A_DECLARATION).detail(sniffed.kind.root()))?;
    if !actor.may_declare(direction_name(direction), sniffed.kind.code()) {
        return Err(Problem::new(NOT_APPOINTED).detail(sniffed.kind.code()));
    }
    Ok(Arrival {
        id,
        company_id: company.id,
        key_id,
        by,
        direction: direction_name(direction),
        kind: sniffed.kind.code(),
        guid: sniffed.guid.clone(),
        shape: shape_name(sniffed.shape),
        profile: company.profile.clone(),
        hash: Sha256::digest(&body).into(),
        packed: Packed::of(&body, dictionary(&sniffed)).map_err(Problem::from)?,
        body: body.clone(),
        received_at,
    })
}

/// What the bytes are, if this company may declare them.
///
/// # Errors
/// The refusal: not a message, not a declaration, or not this company's.
pub(crate) fn examine<'b>(company: &Company, body: &'b [u8]) -> Result<Sniffed<'b>, Problem> {
    let sniffed = ceb::sniff(body).map_err(|error| {
        let english = ceb::code::english(error.code());
        let title = english.map_or("The message cannot be accepted", |texts| texts.title);
        let advice = english.map_or(error.advice(), |texts| texts.todo);
        let mut problem = Problem::of(
            error.code(),
            400,
            [&error.text(), title],
            [error.advice(), advice],
        );
        problem.line = Some(error.line());
        problem
    })?;
    if declared_direction(sniffed.kind).is_none() {
        return Err(Problem::new(codes::NOT_A_DECLARATION).detail(sniffed.kind.root()));
    }
    if company.suspended {
        return Err(Problem::new(registry::api_key::codes::SUSPENDED));
    }
    if let Some(code) = sniffed
        .cop_code
        .as_deref()
        .filter(|code| !company.has_code(code))
    {
        return Err(Problem::new(codes::FOREIGN_SENDER).detail(format!(
            "BaseTransfer/copCode 应为 {} 或 {}，收到 {}",
            company.customs_code,
            company.credit_code,
            ceb::finding::clip(code)
        )));
    }
    let dxp_ids = [sniffed.dxp_id.as_deref(), sniffed.sender_id.as_deref()];
    if let Some(dxp_id) = dxp_ids
        .into_iter()
        .flatten()
        .find(|id| **id != *company.dxp_id)
    {
        return Err(Problem::new(codes::FOREIGN_SENDER).detail(format!(
            "报文传输编号（DXP 编号）应为 {}，收到 {}",
            company.dxp_id,
            ceb::finding::clip(dxp_id)
        )));
    }
    Ok(sniffed)
}

/// What a message is packed with.
pub(crate) fn dictionary(sniffed: &Sniffed<'_>) -> PackDictionary {
    match sniffed.shape {
        Shape::Bare => PackDictionary::of(sniffed.kind.code()),
        Shape::Dxp | Shape::DxpSv => PackDictionary::of(ENVELOPE),
    }
}

fn declared_direction(kind: Kind) -> Option<Direction> {
    kind.direction().filter(|_| kind.is_declaration())
}

fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Bare => "bare",
        Shape::Dxp => "dxp",
        Shape::DxpSv => "dxp_sv",
    }
}
