//! Operators' work (值守台): what flows, what is stuck, and how it is freed.
//!
//! Nobody frees anything alone: a request names the message or receipt and the reason, and what is
//! asked is done in the transaction in which another person approves ([`KINDS`]).
//!
//! | What | From | To |
//! |---|---|---|
//! | release 放行 | held | sent again, the same bytes under the same id |
//! | refuse 人工拒收 | held | refused, with a receipt that says why |
//! | resubmit 重新校验 | refused | checked anew, after a rule or table was mended |
//! | match a receipt again 重新匹配回执 | parked | matched again, to its company's feed |
//! | dismiss a receipt 不再处理未匹配回执 | parked | kept, and listed no more |
//!
//! Customs knows a message by the id in its envelope, so one that is sent twice is one declaration.

use crate::query::board;
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use store::{Result, Tx};
pub mod explain;
pub mod http;
pub mod request;
mod sql;
#[cfg(test)]
mod tests;

pub use request::{DISMISS_RECEIPT, KINDS, REFUSE, RELEASE, RELEASE_RECEIPT, RESUBMIT, n_asked};
pub(crate) use sql::{Lane, lanes, rates};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("值守").approvals(KINDS).todos(&[waits]);

/// Messages and receipts that are stuck and wait for operators; those that somebody has asked for wait among the requests
/// for another person, and count once.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    if !asking.has(&[Role::Operator]) {
        return Ok(Vec::new());
    }
    let (asked_held, asked_parked) = n_asked(tx)?;
    let n_held = board::n_held(tx)?.saturating_sub(asked_held);
    let n_parked = board::waiting(tx)?.n_parked.saturating_sub(asked_parked);
    Ok(vec![
        Todo::plain(
            "held",
            [
                "滞留报文（待人工处理）",
                "Messages held for manual handling",
            ],
            n_held,
        ),
        Todo::plain("parked", ["未匹配回执", "Unmatched receipts"], n_parked),
    ])
}
