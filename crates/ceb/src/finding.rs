//! Finding (校验问题): one thing wrong with a message, told so that a clerk can put it right.

use crate::code::Code;

pub use crate::code::{Layer, Severity};

/// Longest value quoted in a finding, in characters.
pub const VALUE_CHARS_MAX: usize = 100;

/// Most findings reported for one message; one more says that there are more.
pub const FINDINGS_MAX: usize = 200;

/// One finding (校验问题).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code, `TG-E1203`.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// Which layer.
    pub layer: Layer,
    /// XPath of the place: `/CEB311Message/Order[1]/OrderHead/orderNo`.
    pub path: String,
    /// Line of the input, from 1.
    pub line: u32,
    /// The value concerned, at most [`VALUE_CHARS_MAX`] characters.
    pub value: String,
    /// What is wrong, in Chinese.
    pub text: String,
    /// What to do, in Chinese.
    pub advice: String,
}

impl Finding {
    /// A finding with the code's own advice.
    #[must_use]
    pub fn new(code: &'static Code, path: String, line: u32, value: &str, text: String) -> Self {
        Self {
            code: code.id,
            severity: code.severity,
            layer: code.layer,
            path,
            line,
            value: clip(value),
            text,
            advice: code.todo.to_owned(),
        }
    }

    /// Another advice, more to the point than the code's own.
    #[must_use]
    pub fn advise(mut self, advice: String) -> Self {
        self.advice = advice;
        self
    }

    /// As grave as this.
    #[must_use]
    pub fn graded(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Only a warning.
    #[must_use]
    pub fn warn(mut self) -> Self {
        self.severity = Severity::Warn;
        self
    }
}

/// The first [`VALUE_CHARS_MAX`] characters.
#[must_use]
pub fn clip(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => value[..end].to_owned(),
        None => value.to_owned(),
    }
}
