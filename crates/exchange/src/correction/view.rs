//! The form of a correction as the API tells it.

use super::{Original, Rejected, RejectionReason};
use crate::intake::http::AcceptedAnswer;
use crate::message::FindingView;
use ceb::explain::Resubmit;
use ceb::form::{
    Column, ColumnPart, DraftElement, DraftRecord, columns, fixed_columns, only_value,
};
use ceb::spec::{FieldType, UNBOUNDED};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

/// Who signs the corrected message (签名方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Signer {
    /// The platform, for a company that asked for it; or nobody, where the kind needs no signature.
    Platform,
    /// The company, before it hands the message in.
    Company,
}

/// A rejected message as a form to be corrected (更正表单).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionForm {
    /// Id of the rejected message.
    pub message_id: String,
    /// Its acceptance number (受理号).
    pub acceptance_no: String,
    /// Kind (报文类型).
    #[schema(example = "CEB311")]
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Who signs the new message.
    pub signer: Signer,
    /// Whether personal data are masked; values that are not changed stay what they were.
    pub masked: bool,
    /// The rejected documents.
    pub documents: Vec<CorrectionDocument>,
    /// Id of the message that corrects this one already, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<String>,
}

/// A rejected document of the form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionDocument {
    /// Its number in the rejected message, from 1.
    pub number: usize,
    /// Business key (业务主键), values joined with `|`.
    pub key: String,
    /// Why it came back.
    pub reasons: Vec<ReasonView>,
    /// Elements of the head.
    pub fields: Vec<CorrectionField>,
    /// The lines of goods, each with its elements.
    pub lines: Vec<Vec<CorrectionField>>,
}

/// Why a document came back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// What is wrong: customs' own text, or the platform's finding.
    pub text: String,
    /// What to do.
    pub advice: String,
    /// The return status of customs; absent for a finding of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// When customs said it, as customs wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// Whether and how to declare again; see the explanation of receipts.
    #[schema(example = "new")]
    pub resubmit: String,
    /// The same in Chinese.
    pub resubmit_name: String,
}

/// An element of the form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionField {
    /// Element name.
    #[schema(example = "buyerIdNumber")]
    pub element: String,
    /// Chinese name.
    pub chinese: String,
    /// The value that will be declared unless it is changed; empty when there is none.
    pub value: String,
    /// What the value means in Chinese, where it is a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "千克")]
    pub meaning: Option<String>,
    /// The value before, where the platform proposes another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Whether every document needs a value.
    pub required: bool,
    /// Whether the value is personal and shown masked.
    pub masked: bool,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chars_max: Option<u32>,
    /// The values from which it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Why it must be looked at; empty when nothing was said of it.
    pub reasons: Vec<String>,
}

/// A finding with its place in the form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionFinding {
    /// Number of the document in the rejected message, from 1; absent when it is about the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
    /// Number of the line of goods, from 1; absent for the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_number: Option<usize>,
    /// Name of the element; empty when it is about all of them.
    pub element: String,
    /// What is wrong.
    #[serde(flatten)]
    pub finding: FindingView,
}

/// What the check of a correction found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CorrectionVerdict {
    /// Whether nothing stands in the way.
    pub ok: bool,
    /// Everything that is wrong; warnings too.
    pub findings: Vec<CorrectionFinding>,
}

/// A correction that was declared.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionAccepted {
    /// Id of the message that it corrects.
    pub corrects: String,
    /// How the new message was accepted.
    #[serde(flatten)]
    pub accepted: AcceptedAnswer,
}

/// A refusal with everything that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionProblem {
    /// The refusal.
    #[serde(flatten)]
    pub problem: Problem,
    /// Each mistake with its place in the form.
    pub findings: Vec<CorrectionFinding>,
}

/// What became of one of several corrections.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionOutcome {
    /// The rejected message, as it was named.
    pub message: String,
    /// The new message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<AcceptedAnswer>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// What is wrong with it, when that is why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<CorrectionFinding>,
}

/// What became of several corrections, in the order in which they were named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionOutcomes {
    /// One for each message.
    pub items: Vec<CorrectionOutcome>,
}

impl Original {
    /// The form.
    pub(super) fn view(&self, signer: Signer, corrected_by: Option<String>) -> CorrectionForm {
        let mut columns = columns(self.kind);
        columns.extend(fixed_columns(self.kind));
        let documents = self.rejected.iter().enumerate();
        CorrectionForm {
            message_id: self.message.id.to_string(),
            acceptance_no: self.message.id.acceptance_no(),
            kind: self.kind.code().to_owned(),
            kind_name: self.kind.chinese().to_owned(),
            signer,
            masked: self.is_masked,
            documents: documents
                .map(|(at, rejected)| self.document(at, rejected, &columns))
                .collect(),
            corrected_by,
        }
    }

    fn document(&self, at: usize, rejected: &Rejected, columns: &[Column]) -> CorrectionDocument {
        let drafted = self.draft.documents.get(at);
        let fields = |record: &DraftRecord, line: Option<usize>| {
            let part = if line.is_some() {
                ColumnPart::Line
            } else {
                ColumnPart::Head
            };
            let is_shown = |column: &&Column| {
                let element = &column.field.element;
                let is_changed = rejected
                    .changed
                    .iter()
                    .any(|one| one.place.line == line && one.place.element == *element);
                column.part == part
                    && element != "appTime"
                    && (only_value(column.field).is_none() || is_changed)
            };
            columns
                .iter()
                .filter(is_shown)
                .map(|column| self.field(rejected, column, record, line))
                .collect::<Vec<_>>()
        };
        let mut reasons: Vec<ReasonView> = Vec::new();
        for reason in &rejected.reasons {
            let view = reason_view(reason);
            // A receipt that names three elements is one reason.
            if !reasons
                .iter()
                .any(|known| known.text == view.text && known.time == view.time)
            {
                reasons.push(view);
            }
        }
        CorrectionDocument {
            number: rejected.number,
            key: rejected.key.clone(),
            reasons,
            fields: drafted
                .map(|document| fields(&document.head, None))
                .unwrap_or_default(),
            lines: drafted.map_or_else(Vec::new, |document| {
                let lines = document.lines.iter().enumerate();
                lines.map(|(at, line)| fields(line, Some(at))).collect()
            }),
        }
    }

    fn field(
        &self,
        rejected: &Rejected,
        column: &Column,
        record: &DraftRecord,
        line: Option<usize>,
    ) -> CorrectionField {
        let element = &column.field.element;
        let value = record.entry(element).map_or("", |entry| &entry.text);
        let is_masked =
            self.is_masked && !value.is_empty() && ceb::personal::of_element(element).is_some();
        let here = DraftElement {
            document: rejected.number - 1,
            line,
            element: element.clone(),
        };
        let mut reasons: Vec<String> = Vec::new();
        for reason in &rejected.reasons {
            if reason.at.as_ref() == Some(&here) && !reasons.contains(&reason.text) {
                reasons.push(reason.text.clone());
            }
        }
        let changed = rejected.changed.iter().find(|one| one.place == here);
        reasons.extend(changed.map(|one| one.why.clone()));
        CorrectionField {
            element: element.clone(),
            chinese: column.field.chinese.clone(),
            value: if is_masked {
                ceb::personal::masked(element, value)
            } else {
                value.to_owned()
            },
            meaning: column.field.meaning(value).map(str::to_owned),
            was: changed.map(|one| one.was.clone()),
            required: column.needed,
            masked: is_masked,
            chars_max: match column.field.kind {
                FieldType::Text { max, .. } if max != UNBOUNDED => Some(max),
                FieldType::Text { .. }
                | FieldType::Decimal { .. }
                | FieldType::Int { .. }
                | FieldType::Xml => None,
            },
            choices: column.field.list().unwrap_or_default().to_vec(),
            reasons,
        }
    }
}

fn reason_view(reason: &RejectionReason) -> ReasonView {
    let resubmit: Resubmit = reason.resubmit;
    ReasonView {
        text: reason.text.clone(),
        advice: reason.advice.clone(),
        status: reason.status,
        time: reason.time.clone(),
        resubmit: resubmit.name().to_owned(),
        resubmit_name: resubmit.chinese().to_owned(),
    }
}
