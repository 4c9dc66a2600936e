//! A receipt as the API tells it.

use crate::downlink::Item;
use crate::explanation::{ExplanationView, PLATFORM, outcome_of as explanation_outcome};
use crate::receipt;
use ceb::Outcome;
use ceb::explain::{Explanation, ExplanationPart};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a notice of customs tells (税单、汇总结果单).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomsNoticeView {
    /// Number of the tax bill (电子税单编号) or of the summary (汇总申请编号).
    pub number: String,
    /// Its state as customs writes it; of a tax bill `1`, `2` or `3`.
    #[schema(example = "1")]
    pub state: String,
    /// The state's Chinese name.
    #[schema(example = "已生成")]
    pub state_name: String,
    /// All of it in one sentence, amounts in yuan.
    pub summary: String,
    /// The elements of its head that are filled.
    pub fields: Vec<CustomsNoticeField>,
}

/// An element of a notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustomsNoticeField {
    /// Element name.
    #[schema(example = "valueAddedTax")]
    pub element: String,
    /// Chinese name.
    #[schema(example = "应征增值税")]
    pub chinese: String,
    /// Value as customs wrote it.
    #[schema(example = "45.50000")]
    pub value: String,
}

impl From<ceb::notice::CustomsNotice> for CustomsNoticeView {
    fn from(notice: ceb::notice::CustomsNotice) -> Self {
        let field = |field: ceb::notice::NoticeField| CustomsNoticeField {
            element: field.element,
            chinese: field.chinese,
            value: field.value,
        };
        Self {
            number: notice.number,
            state: notice.state,
            state_name: notice.state_name,
            summary: notice.summary,
            fields: notice.fields.into_iter().map(field).collect(),
        }
    }
}

/// A receipt (回执) in the feed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptItem {
    /// Place in the feed; read on with `after` set to it.
    pub cursor: String,
    /// The message that it answers.
    pub message_id: String,
    /// Kind of the receipt (回执类型); `CEB900` also for the platform's own refusals.
    #[schema(example = "CEB312")]
    pub kind: String,
    /// Number of the document in its message that it answers, from 1; absent when it answers the message as
    /// a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<i64>,
    /// Business key (业务主键) of the document that it answers, values joined with `|`.
    pub document_key: String,
    /// Return status (回执状态), an open set: below zero is a fault, 100 a rejection; absent when the
    /// receipt has none, as a tax bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120)]
    pub return_status: Option<i64>,
    /// Its name (状态名称): the standard's, that of the kind for a receipt without status (税单).
    #[schema(example = "海关入库")]
    pub return_status_name: String,
    /// What the receipt says became of the document (办理结果): `waiting`, `accepted`, `released`,
    /// `rejected`, `faulty`, `refused`; absent when it does not say, as in a tax bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What a tax bill, its state or a summary result tells (816、818、792).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<CustomsNoticeView>,
    /// Whether what it says asks the company to act; whether that was done stands in the message.
    pub needs_action: bool,
    /// Return time (回执时间) as customs wrote it, Beijing time.
    #[schema(example = "20261123204512123")]
    pub return_time: String,
    /// Return text (回执信息).
    pub return_info: String,
    /// The receipt as XML, with this one answer in it.
    pub xml: String,
    /// `true` when what the platform has stored of this receipt is damaged: `returnInfo` or `xml` is not what
    /// customs said then. Absent otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub unreadable: bool,
    /// The month in whose archive its XML stands, when its online period has passed: `xml` is empty then, and
    /// `GET /api/v1/messages/{id}/receipts/{cursor}/xml` fetches it. Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-08")]
    pub archived: Option<String>,
    /// What it means and what to do (回执解释).
    #[serde(default)]
    #[schema(required = true)]
    pub explanation: ExplanationView,
}

impl ReceiptItem {
    /// A receipt with its explanation.
    pub(crate) fn explained((item, explanation): (Item, Explanation)) -> Self {
        let outcome = explanation_outcome(&item, &explanation);
        let mut return_status_name = receipt::status_name(&item);
        let status = item.return_status.to_string();
        let is_explained = |part: &ExplanationPart| part.code == status && part.source == PLATFORM;
        if return_status_name.is_empty() && explanation.parts.iter().any(is_explained) {
            receipt::EXPLAINED.clone_into(&mut return_status_name);
        }
        Self {
            return_status_name,
            notice: receipt::notice(&item.kind, &item.xml).map(Into::into),
            outcome: outcome.map(|outcome| outcome.name().to_owned()),
            needs_action: outcome.is_some_and(Outcome::is_bad),
            explanation: explanation.into(),
            cursor: item.feed_no.to_string(),
            message_id: item.message_id.to_string(),
            kind: item.kind,
            document_number: item
                .document_id
                .checked_sub(item.message_id)
                .filter(|number| *number > 0),
            document_key: item.document_key,
            return_status: receipt::shown_status(item.return_status),
            return_time: item.return_time,
            return_info: item.return_info,
            xml: item.xml,
            unreadable: item.is_unreadable,
            archived: item.archived.map(|month| month.to_string()),
        }
    }

    /// With the personal data of its XML masked; a receipt that cannot be masked shows none.
    pub(crate) fn masked(mut self) -> Self {
        let masked = ceb::personal::masked_message(self.xml.as_bytes());
        let masked = masked.and_then(|xml| String::from_utf8(xml).ok());
        self.xml = masked.unwrap_or_default();
        self
    }
}
