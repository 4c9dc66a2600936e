//! What cannot be recognised (无法识别): why, what it is instead, and what to do.

mod foreign;

use crate::advice::reference;
use crate::code::{self, Code};
use crate::spec;
use crate::xml::{Fault, Name, Ns, line_of};
use encoding_rs::Encoding;
use std::fmt;

pub(crate) use foreign::root as foreign_root;
pub use foreign::{FileKind, file_kind};

/// Longest quotation in the text of an error, in characters.
const GLIMPSE_CHARS: usize = 30;

/// Why a message could not be recognised (无法识别).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SniffError {
    code: &'static Code,
    line: u32,
    value: String,
    /// What is wrong and what to do, more to the point than the code's own words.
    detail: Option<(String, String)>,
    /// Whether `detail` repeats a part of what came.
    quotes: bool,
}

impl SniffError {
    pub(crate) fn new(code: &'static Code, line: u32, value: &str) -> Self {
        Self {
            code,
            line,
            value: crate::finding::clip(value),
            detail: None,
            quotes: false,
        }
    }

    pub(crate) fn at(fault: &Fault, input: &[u8]) -> Self {
        let reference = reference::reference_fault(input, fault);
        let quotes = reference.is_some();
        let detail = match reference {
            Some(reference) => Some((reference.text, reference.advice)),
            None => file_of(fault, input).map(|file| {
                (
                    format!("内容不是 XML，而是{}", file.name),
                    file.advice.to_owned(),
                )
            }),
        };
        let error = Self::new(fault.code, line_of(input, fault.offset), &fault.value);
        Self {
            detail,
            quotes,
            ..error
        }
    }

    /// A root that is no message of ours; what it is, when somebody knows.
    pub(crate) fn root(code: &'static Code, line: u32, root: Name<'_>) -> Self {
        let detail = foreign::root(root.local, root.ns != Ns::None);
        let error = Self::new(code, line, root.local);
        Self {
            detail,
            quotes: true,
            ..error
        }
    }

    /// Stable code, `TG-E1006`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.id
    }

    /// What is wrong, in Chinese, quoting nothing of what came but a name that the standard knows (an element, an
    /// encoding): everything else may be personal.
    #[must_use]
    pub fn brief(&self) -> String {
        let value = self.value.trim();
        let is_known = spec::is_name(value) || Encoding::for_label(value.as_bytes()).is_some();
        match &self.detail {
            Some((text, _)) if is_known || !self.quotes => text.clone(),
            None if is_known => self.text(),
            _ => self.code.happened.to_owned(),
        }
    }

    /// What is wrong, in Chinese.
    #[must_use]
    pub fn text(&self) -> String {
        if let Some((text, _)) = &self.detail {
            return text.clone();
        }
        // A glimpse is enough; the whole value may be a page of XML.
        let value: String = self.value.trim().chars().take(GLIMPSE_CHARS).collect();
        let value = value.replace(['\n', '\r', '\t'], " ");
        if value.is_empty() {
            self.code.happened.to_owned()
        } else {
            format!("{}（{value}）", self.code.happened)
        }
    }

    /// What to do, in Chinese.
    #[must_use]
    pub fn advice(&self) -> &str {
        match &self.detail {
            Some((_, advice)) => advice,
            None => self.code.todo,
        }
    }

    /// Line of the input, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for SniffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.id, self.text())
    }
}

impl std::error::Error for SniffError {}

/// The file of another program that was taken for a message.
pub(crate) fn file_of(fault: &Fault, input: &[u8]) -> Option<FileKind> {
    let is_no_text = [
        &code::NOT_XML,
        &code::NOT_UTF8,
        &code::UTF16,
        &code::ILLEGAL_CHARACTER,
    ]
    .iter()
    .any(|code| *fault.code == **code);
    is_no_text.then(|| file_kind(input))?
}
