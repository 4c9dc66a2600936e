//! What a company changes in a correction, and what is no change.

use serde::Deserialize;
use utoipa::ToSchema;

/// Longest value of a change in characters.
pub const VALUE_CHARS_MAX: usize = 4000;

/// What the platform makes for a new declaration.
const MADE_ANEW: [&str; 2] = ["guid", "appTime"];

/// Elements that number one document or what belongs to it alone: no two documents have the same. The console leaves
/// them out where several are corrected alike, and a test of it compares the two lists.
const IDENTIFYING: [&str; 18] = [
    "orderNo",
    "payTransactionId",
    "payNo",
    "logisticsNo",
    "copNo",
    "coElNo",
    "msgSeqNo",
    "preNo",
    "invtNo",
    "sumNo",
    "declSeqNo",
    "rkdNo",
    "taxNo",
    "entDutyNo",
    "entryId",
    "decTmpNo",
    "decPreNo",
    "guid",
];

/// A change (更正项): a value of one element.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Edit {
    /// Number of the document in the rejected message, from 1; every document that has the element
    /// when absent.
    pub document: Option<usize>,
    /// Number of the line of goods, from 1; absent for the head. Without `document` and `line` a name
    /// of a line's element means every line.
    pub line: Option<usize>,
    /// Name of the element.
    #[schema(example = "buyerIdNumber")]
    pub element: String,
    /// Its new value; empty to leave the element out.
    #[schema(max_length = 4000)]
    pub value: String,
}

impl Edit {
    /// Whether this gives a document a number of its own, which no two documents can have.
    pub(super) fn numbers(&self) -> bool {
        IDENTIFYING.contains(&self.element.as_str()) && !self.value.is_empty()
    }

    /// Why this cannot be put in, in Chinese; nothing when it can.
    pub(super) fn fault(&self) -> Option<String> {
        let name = ceb::finding::clip(&self.element);
        // Who sees the form masked sends the mask back without meaning to.
        let is_personal = ceb::personal::of_element(&self.element).is_some();
        if self.value.chars().count() > VALUE_CHARS_MAX {
            Some(format!("{name} 的值超过 {VALUE_CHARS_MAX} 个字符"))
        } else if is_personal && self.value.contains("**") {
            Some(format!(
                "{name} 是脱敏后的值，不能申报；请填写完整的值，或不改动"
            ))
        } else if self.value.chars().any(char::is_control) {
            Some(format!("{name} 的值含控制字符，请删除后重试"))
        } else if MADE_ANEW.contains(&self.element.as_str()) {
            Some(format!("{name} 由平台生成，不必填写"))
        } else {
            None
        }
    }
}
