//! How strictly a message is read.

/// How strictly a message is read (校验方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Strict (严格): the schema of 202205 and the text of the standard.
    Strict,
    /// Lenient (宽松): known deviations of older programs are only warned about.
    Lenient,
    /// Down (下行): receipts, read by name; whatever customs sends is taken.
    Down,
}
