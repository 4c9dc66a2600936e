//! Explaining codes (解释未知回执代码): an operator says what a code means that the dictionary does not have, and, where it
//! is a status, what became of the documents that have it: they are read again in the same transaction.

pub mod http;

use crate::answer;
use crate::unknown_code::{self, Answer, UnknownCode};
use registry::access::Actor;
use registry::context::AppContext;
use store::{Result, Tx};
use web::Problem;

/// A code as it was explained, or taken back.
#[derive(Debug)]
pub(crate) struct ExplainedCode {
    pub(crate) code: UnknownCode,
    /// The status that it is; none for a code of a text, of which nothing follows for documents.
    pub(crate) status: Option<i64>,
    /// The last document that was read again, while there may be more.
    pub(crate) last: Option<i64>,
}

/// Writes an answer down.
pub(crate) fn explain(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
    answer: &Answer,
    now_ms: i64,
) -> Result<ExplainedCode, Problem> {
    let code = unknown_code::put_answer(tx, actor, id, answer, now_ms)?;
    Ok(reviewed(tx, context, code, now_ms)?)
}

/// Withdraws an answer.
pub(crate) fn withdraw(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
    now_ms: i64,
) -> Result<ExplainedCode, Problem> {
    let code = unknown_code::withdraw_answer(tx, actor, id, now_ms)?;
    Ok(reviewed(tx, context, code, now_ms)?)
}

fn reviewed(
    tx: &mut Tx<'_>,
    context: &AppContext,
    code: UnknownCode,
    now_ms: i64,
) -> Result<ExplainedCode> {
    let status = unknown_code::status_of(&code.code);
    let last = match status {
        Some(status) => answer::review(tx, context, &code.kind, status, 0, now_ms)?,
        None => None,
    };
    Ok(ExplainedCode { code, status, last })
}
