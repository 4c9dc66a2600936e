//! Numbers as messages write them.

use rust_decimal::Decimal;

/// Reads a decimal the way XML Schema does: white space around it, `+`, `.5` and `5.` are fine.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let text = text.strip_suffix('.').unwrap_or(text);
    Decimal::from_str_exact(text.strip_prefix('+').unwrap_or(text)).ok()
}
