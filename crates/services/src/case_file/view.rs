//! Cases as the API shows them.

use super::{
    Attachment, CaseFile, CaseKind, CaseState, CaseStep, SOON_DAYS, STEPS, Side, Verb, calendar,
    mask,
};
use serde::Serialize;
use std::collections::BTreeMap;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;

/// A company by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct CompanyName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A case in a list (办件摘要).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseSummary {
    /// Its id.
    pub id: String,
    /// Its kind.
    #[schema(example = "company.register")]
    pub kind: String,
    /// Name of the kind for people.
    pub kind_name: String,
    /// What it is about.
    pub title: String,
    /// `applied`, `accepted`, `supplementing`, `approving`, `done`, `returned`, `withdrawn`.
    pub state: String,
    /// Name of the state for people.
    pub state_name: String,
    /// The company concerned, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyName>,
    /// Who applied; masked where the form has personal fields, as they are.
    pub applied_by: String,
    /// When, Beijing time.
    pub applied_at: String,
    /// When something last happened, Beijing time.
    pub changed_at: String,
    /// Until when whoever has it must act, Beijing time; absent when it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// `overdue`, `soon` or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<&'static str>,
}

/// A field of a form (表单项).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FormField {
    /// Its name in the API.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Its value; masked when personal.
    pub value: String,
    /// Whether it is personal.
    pub is_personal: bool,
}

/// A document that the kind asks for (材料清单项).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CasePaperView)]
pub(super) struct RequiredDocumentView {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Whether a case cannot be granted without it.
    pub required: bool,
    /// Whether it is attached.
    pub attached: bool,
}

/// An attachment (附件信息).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttachmentView {
    /// Its id, for `GET /api/v1/attachments/{id}`.
    pub id: String,
    /// Which document it is.
    pub document: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its size in bytes.
    pub bytes: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When it was attached, Beijing time.
    pub added_at: String,
}

/// A step of the timeline (办理过程).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StepView {
    /// Its number.
    pub number: i64,
    /// When, Beijing time.
    pub at: String,
    /// What: a verb, or `apply`.
    pub act: String,
    /// What, for people.
    pub act_name: String,
    /// The state after.
    pub state: &'static str,
    /// The state after, for people.
    pub state_name: &'static str,
    /// `applicant`, `reviewer` or `approver`.
    pub side: String,
    /// Who.
    pub name: String,
    /// What he said.
    pub remark: String,
}

/// What the reader may do now (可办理动作).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseAct {
    /// The verb, for `POST /api/v1/cases/{id}/{act}`.
    pub act: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Whether a reason must be given.
    pub needs_reason: bool,
}

/// A case with everything (办件详情).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseDetail {
    /// The case.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// What was applied for.
    pub fields: Vec<FormField>,
    /// What is asked for.
    pub documents: Vec<RequiredDocumentView>,
    /// What is attached.
    pub attachments: Vec<AttachmentView>,
    /// Its life so far.
    pub timeline: Vec<StepView>,
    /// What the reader may do now.
    pub acts: Vec<CaseAct>,
    /// Where the working days of the due date come from.
    pub calendar: &'static str,
}

/// Whether the name of who applied is masked: where the form has personal fields, it is most often the name that
/// stands in them. Who applied knows it.
pub(super) fn hides_names(case: &CaseFile, sides: &[Side]) -> bool {
    case.private.is_some() && !sides.contains(&Side::Applicant)
}

/// A case for a list.
pub(super) fn summary(
    case: &CaseFile,
    kind: Option<&CaseKind>,
    company: Option<CompanyName>,
    (now_ms, hides_names): (i64, bool),
) -> CaseSummary {
    let due = case.due_at.and_then(|due_at| {
        if due_at < now_ms {
            Some("overdue")
        } else if due_at <= calendar::after(now_ms, SOON_DAYS) {
            Some("soon")
        } else {
            None
        }
    });
    CaseSummary {
        id: case.id.0.to_string(),
        kind: case.kind.clone(),
        kind_name: kind
            .map_or(case.kind.as_str(), |kind| kind.chinese)
            .to_owned(),
        title: case.title.clone(),
        state: case.state.name().to_owned(),
        state_name: case.state.chinese().to_owned(),
        company,
        applied_by: match hides_names {
            true => mask(&case.applied_name),
            false => case.applied_name.clone(),
        },
        applied_at: beijing_rfc3339(case.applied_at),
        changed_at: beijing_rfc3339(case.changed_at),
        due_at: case.due_at.map(beijing_rfc3339),
        due,
    }
}

/// The form, personal values masked unless `is_open`.
pub(super) fn fields(
    kind: &CaseKind,
    case: &CaseFile,
    private: &BTreeMap<String, String>,
    is_open: bool,
) -> Vec<FormField> {
    kind.fields
        .iter()
        .filter_map(|(name, label)| {
            let plain = case.form.get(*name).map(|value| (value.clone(), false));
            let personal = private.get(*name).map(|value| {
                let shown = if is_open { value.clone() } else { mask(value) };
                (shown, true)
            });
            let (value, is_personal) = plain.or(personal)?;
            Some(FormField {
                name: (*name).to_owned(),
                label: (*label).to_owned(),
                value,
                is_personal,
            })
        })
        .collect()
}

/// The documents of a kind.
pub(super) fn documents(kind: &CaseKind, attached: &[Attachment]) -> Vec<RequiredDocumentView> {
    kind.documents
        .iter()
        .map(|document| RequiredDocumentView {
            name: document.name,
            label: document.chinese,
            required: document.is_required,
            attached: attached.iter().any(|a| a.document == document.name),
        })
        .collect()
}

impl From<&Attachment> for AttachmentView {
    fn from(attached: &Attachment) -> Self {
        Self {
            id: attached.id.to_string(),
            document: attached.document.clone(),
            name: attached.name.clone(),
            media: attached.media.clone(),
            bytes: attached.n_bytes,
            sha256: attached.hash.clone(),
            added_at: beijing_rfc3339(attached.added_at),
        }
    }
}

/// A step; the name of who applied is masked when `hides_names`.
pub(super) fn step(step: &CaseStep, hides_names: bool) -> StepView {
    let verb = Verb::from_name(&step.act);
    let is_hidden = hides_names && step.side == Side::Applicant.name();
    StepView {
        number: step.number,
        at: beijing_rfc3339(step.at_ms),
        act: step.act.clone(),
        act_name: verb.map_or("提交申请", Verb::chinese).to_owned(),
        state: step.to.name(),
        state_name: step.to.chinese(),
        side: step.side.clone(),
        name: match is_hidden {
            true => mask(&step.name),
            false => step.name.clone(),
        },
        remark: step.remark.clone(),
    }
}

/// What somebody on these sides may do in a state.
pub(super) fn acts(state: CaseState, sides: &[Side]) -> Vec<CaseAct> {
    STEPS
        .iter()
        .filter(|(from, _, side, _)| *from == state && sides.contains(side))
        .map(|(_, verb, ..)| CaseAct {
            act: verb.name(),
            name: verb.chinese(),
            needs_reason: verb.needs_remark(),
        })
        .collect()
}
