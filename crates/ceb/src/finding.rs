//! Finding (校验问题): one thing wrong with a message, told so that a clerk can put it right.

use crate::code::Code;

/// Longest value quoted in a finding, in characters.
pub const VALUE_CHARS_MAX: usize = 100;

/// Most findings reported for one message; one more says that there are more.
pub const FINDINGS_MAX: usize = 200;

/// How grave a finding is (严重程度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Refuse (拒收): customs would not take the message.
    Refuse,
    /// Warn (警告): the message goes on, the company is told.
    Warn,
    /// Note (提示): nothing is wrong; something worth knowing before it is sent.
    Note,
}

impl Severity {
    /// The word that programs read: `refuse`, `warn`, `note`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Warn => "warn",
            Self::Note => "note",
        }
    }

    /// One step less grave; a note stays one.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Refuse => Self::Warn,
            Self::Warn | Self::Note => Self::Note,
        }
    }

    /// The word that people read (拒收、警告、提示).
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Refuse => "拒收",
            Self::Warn => "警告",
            Self::Note => "提示",
        }
    }
}

/// Which layer found it (校验层次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Well-formedness (XML 语法).
    Wellformed,
    /// The official schema (版式).
    Schema,
    /// Rules of the standard's text that go further than the schema (规则).
    Rule,
    /// JSON or a workbook before it is made into a message (表单).
    Form,
}

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
