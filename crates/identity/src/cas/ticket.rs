//! The texts of tickets: a prefix and letters and digits from the machine's randomness.

use registry::context::AppContext;
use web::Problem;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Bytes below this fall evenly on the letters.
const EVEN: u8 = 248;

/// Letters after `ST-` and `PT-`, so that the whole has the 32 characters that every service must
/// accept: 172 bits.
pub(super) const SHORT: usize = 29;

/// Letters after `PGT-` and `PGTIOU-`; the whole stays below 64 characters.
pub(super) const LONG: usize = 43;

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
pub(super) enum TicketKind {
    /// One entry to one service.
    #[strum(serialize = "ST")]
    Service,
    /// One entry to one service, through another.
    #[strum(serialize = "PT")]
    Proxy,
    /// Lets a service ask for proxy tickets.
    #[strum(serialize = "PGT")]
    Granting,
}

impl TicketKind {
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A fresh ticket: `prefix`, a line, and so many letters.
///
/// # Errors
/// A fault when the machine has no random bytes.
pub(super) fn fresh(
    context: &AppContext,
    prefix: &str,
    n_letters: usize,
) -> Result<String, Problem> {
    let mut text = format!("{prefix}-");
    let whole = text.len() + n_letters;
    while text.len() < whole {
        let letters = context.secret()?.into_iter().filter(|byte| *byte < EVEN);
        for byte in letters.take(whole - text.len()) {
            text.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    Ok(text)
}
