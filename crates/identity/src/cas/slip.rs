//! Slips: short-lived sealed texts that a page carries and brings back once.
//!
//! Nothing is stored when a page is shown, so that pages cost no memory; a slip that comes back is
//! noted until it would have expired, and does not work again.

use super::sql;
use registry::context::AppContext;
use store::{Result, Tx};
use web::{Problem, codes};

/// How long a page may lie open, in milliseconds.
const LIFE_MS: i64 = 15 * 60_000;

/// Makes a slip for a purpose; its letters are hexadecimal digits (C18).
///
/// # Errors
/// A fault when the machine has no random bytes.
pub(crate) fn make(context: &AppContext, purpose: &str) -> std::result::Result<String, Problem> {
    let text = context.now_ms().to_be_bytes();
    let sealed = context.seal.close(&text, purpose, &context.secret()?);
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "a slip could not be sealed");
        Problem::new(codes::FAULT)
    })?;
    Ok(data_encoding::HEXLOWER.encode(&sealed))
}

/// When a slip was made, if it was made for this purpose and is young enough.
pub(crate) fn made_at(context: &AppContext, purpose: &str, slip: &str) -> Option<i64> {
    if slip.len() > 200 || !slip.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = slip
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let opened = context.seal.open(&bytes?, purpose).ok()?;
    let made_at = i64::from_be_bytes(opened.try_into().ok()?);
    let age_ms = context.now_ms() - made_at;
    (-60_000..LIFE_MS).contains(&age_ms).then_some(made_at)
}

/// Uses a slip up; answers false when it was used before.
pub(crate) fn use_up(tx: &mut Tx<'_>, slip: &str, now_ms: i64) -> Result<bool> {
    sql::use_slip(tx, &registry::hash_text(slip), now_ms + LIFE_MS)
}
