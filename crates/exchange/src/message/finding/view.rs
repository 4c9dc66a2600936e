//! A finding as the API shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A finding (校验问题).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Stable code, explained at `/docs/codes/{code}`.
    #[schema(example = "TG-E1203")]
    pub code: String,
    /// `refuse`, `warn` or `note`.
    pub severity: String,
    /// Where: an XPath into the message, or a JSON pointer into the JSON form.
    pub path: String,
    /// Line of the message, from 1; in a workbook the row.
    pub line: i64,
    /// The cell of a workbook: `进口订单!C7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The value that is wrong, at most 100 characters.
    pub value: String,
    /// What is wrong, in Chinese.
    pub text: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// What its code says is wrong, in English, without the details of this one.
    #[serde(rename = "textEn", default, skip_serializing_if = "Option::is_none")]
    pub text_en: Option<String>,
    /// What its code says to do, in English.
    #[serde(rename = "adviceEn", default, skip_serializing_if = "Option::is_none")]
    pub advice_en: Option<String>,
}

/// Title and advice of a code in English.
pub(crate) fn english(code: &str) -> (Option<String>, Option<String>) {
    let texts = ceb::code::english(code);
    (
        texts.map(|one| one.title.to_owned()),
        texts.map(|one| one.todo.to_owned()),
    )
}

impl From<&ceb::Finding> for FindingView {
    fn from(finding: &ceb::Finding) -> Self {
        let (text_en, advice_en) = english(finding.code);
        Self {
            code: finding.code.to_owned(),
            severity: finding.severity.name().to_owned(),
            path: finding.path.clone(),
            line: finding.line.into(),
            cell: None,
            value: finding.value.clone(),
            text: finding.text.clone(),
            advice: finding.advice.clone(),
            text_en,
            advice_en,
        }
    }
}
