//! Slips (一次性凭证): sealed texts that a page or a browser carries and brings back once.
//!
//! Nothing is stored when a slip is made, so that strangers who only look cost no memory; one that
//! comes back is noted until it would have expired, and does not work again. A slip opens for the
//! purpose for which it was made and for no other, and for so long as its kind lives.

mod sql;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::context::AppContext;
use store::{Result as StoreResult, Tx};
use web::{Problem, codes};

pub use sql::clean;

/// The longest slip that is looked at, in characters.
const CHARS_MAX: usize = 16 << 10;

/// How far a clock that made a slip may be ahead of the one that reads it, in milliseconds.
const AHEAD_MS: i64 = 60_000;

/// Makes a slip with a text in it.
///
/// # Errors
/// A fault when the machine has no random bytes.
pub fn make(context: &AppContext, purpose: &str, text: &[u8]) -> Result<String, Problem> {
    let mut inside = context.now_ms().to_be_bytes().to_vec();
    inside.extend_from_slice(text);
    let sealed = context.seal.close(&inside, purpose, &context.secret()?);
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "a slip could not be sealed");
        Problem::new(codes::FAULT)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// The text in a slip, if it was made for this purpose and is younger than `life_ms`.
pub fn open(context: &AppContext, purpose: &str, life_ms: i64, slip: &str) -> Option<Vec<u8>> {
    if slip.len() > CHARS_MAX {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(slip).ok()?;
    let mut inside = context.seal.open(&sealed, purpose).ok()?;
    let made_at = i64::from_be_bytes(*inside.first_chunk::<8>()?);
    let age_ms = context.now_ms() - made_at;
    (-AHEAD_MS..life_ms)
        .contains(&age_ms)
        .then(|| inside.split_off(8))
}

/// Uses a slip up that lives `life_ms`; answers false when it was used before.
pub fn use_up(tx: &mut Tx<'_>, slip: &str, now_ms: i64, life_ms: i64) -> StoreResult<bool> {
    sql::insert(tx, &registry::hash_text(slip), now_ms + life_ms + AHEAD_MS)
}
