//! The shapes in which a preflight is shown.

use super::{CheckedDocument, FINDINGS_MAX, FIRST_ID, ReadFile, document};
use crate::matching::Look;
use crate::message::FindingView;
use crate::message::MessageId;
use crate::tax::http::TaxView;
use ceb::Severity;
use ceb::matching::{Facts, Partner};
use ceb::status::ReturnStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

/// A partner of a document (配套单证).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreflightPartner {
    /// `order`, `payment`, `logistics` or `inventory`.
    pub part: String,
    /// Its Chinese name.
    pub part_name: String,
    /// `set`: among these files; `platform`: known to the platform; `missing`: nowhere.
    pub found: String,
    /// The file that holds it, when it is in this set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its latest return status (最新回执状态), when customs has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_status: Option<i64>,
    /// The status's Chinese name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_status_name: Option<String>,
    /// Whether nothing between the two differs; absent when it is missing.
    pub agrees: Option<bool>,
}

/// A document as the preflight saw it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreflightDocument {
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Number of the document, from 1, in its sheet or message.
    pub number: usize,
    /// Business key (业务主键), values joined with `|`, when it is complete.
    pub key: Option<String>,
    /// Name of its sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Its file, when there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether its file would be accepted: a file is accepted whole or not at all.
    #[serde(default)]
    pub ok: bool,
    /// Order number, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_no: Option<String>,
    /// Its partners.
    #[serde(default)]
    pub partners: Vec<PreflightPartner>,
    /// Tax of an import list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxView>,
}

/// A finding with the file and document it is about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreflightFinding {
    /// The file, when there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Number of the document in its message, from 1; absent when the message as a whole is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// What is wrong.
    #[serde(flatten)]
    pub finding: FindingView,
}

/// A file as the preflight saw it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreflightFile {
    /// Its name.
    pub name: Option<String>,
    /// Kind (报文类型), when it is one.
    pub kind: Option<String>,
    /// Whether nothing stands in its way.
    pub ok: bool,
    /// Documents in it.
    pub n_documents: usize,
    /// Code of the reason why nothing could be read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_code: Option<String>,
    /// That reason in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How many of each (计数).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreflightCounts {
    /// Files.
    pub n_files: usize,
    /// Documents.
    pub n_documents: usize,
    /// Findings that stand in the way.
    pub n_refuse: usize,
    /// Warnings.
    pub n_warn: usize,
    /// Notes.
    pub n_note: usize,
}

/// What a submission would meet (预检结果).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreflightAnswer {
    /// Whether nothing stands in the way; warnings and notes do not.
    pub ok: bool,
    /// How many of each.
    pub counts: PreflightCounts,
    /// The files, in the order in which they came.
    pub files: Vec<PreflightFile>,
    /// The documents that were understood.
    pub documents: Vec<PreflightDocument>,
    /// Everything that is wrong; warnings and notes too, at most 2000.
    pub findings: Vec<PreflightFinding>,
}

impl PreflightAnswer {
    pub(super) fn of(files: &[ReadFile], checked: &[CheckedDocument], look: &Look) -> Self {
        let mut findings = Vec::new();
        for (at, file) in files.iter().enumerate() {
            let own = file.findings.iter().cloned();
            findings.extend(own.map(|finding| PreflightFinding {
                file: file.name.clone(),
                number: number(&finding.path),
                finding,
            }));
            for one in checked.iter().filter(|one| one.file == at) {
                findings.extend(together(files, checked, file, one, look));
            }
        }
        let count = |severity: Severity| {
            let of = |finding: &&PreflightFinding| finding.finding.severity == severity.name();
            findings.iter().filter(of).count()
        };
        let counts = PreflightCounts {
            n_files: files.len(),
            n_documents: checked.len(),
            n_refuse: count(Severity::Refuse),
            n_warn: count(Severity::Warn),
            n_note: count(Severity::Note),
        };
        findings.truncate(FINDINGS_MAX);
        let documents = checked.iter().filter_map(|one| view(files, checked, one));
        Self {
            ok: !checked.is_empty() && !files.iter().any(ReadFile::is_refused),
            counts,
            files: files
                .iter()
                .enumerate()
                .map(|(at, file)| PreflightFile {
                    name: file.name.clone(),
                    kind: file.kind.clone(),
                    ok: !file.is_refused(),
                    n_documents: checked.iter().filter(|one| one.file == at).count(),
                    problem_code: file.problem.as_ref().map(|problem| problem.code.clone()),
                    problem: file.problem.as_ref().map(one_line),
                })
                .collect(),
            documents: documents.collect(),
            findings,
        }
    }
}

/// A problem in one line.
fn one_line(problem: &Problem) -> String {
    let detail = problem.detail.as_deref().unwrap_or_default();
    format!("{}。{detail} {}", problem.title, problem.advice)
}

/// The number of the document in a path: `/CEB311Message/Order[2]/…`.
fn number(path: &str) -> Option<usize> {
    let document = path.split('/').nth(2)?;
    document.split_once('[')?.1.strip_suffix(']')?.parse().ok()
}

/// Where the document stands that has the business key already: in the set, or on the platform; nothing
/// when it is in the same message.
fn earlier(
    files: &[ReadFile],
    all: &[CheckedDocument],
    checked: &CheckedDocument,
    id: i64,
) -> Option<String> {
    // Places on the board are numbered in the order of the set.
    let place = usize::try_from(id.saturating_sub(FIRST_ID + 1)).ok();
    let Some(other) = place.and_then(|at| all.get(at)) else {
        let message = MessageId::of_document(id);
        let (no, number) = (message.acceptance_no(), id - message.0);
        return Some(format!("（受理号 {no} 第 {number} 份）"));
    };
    if (other.file, other.message) == (checked.file, checked.message) {
        return None;
    }
    let name = files.get(other.file).and_then(|file| file.name.as_deref());
    Some(format!(
        "（{} 第 {} 份）",
        name.unwrap_or("本次提交的另一份报文"),
        other.at + 1
    ))
}

/// What is wrong with a document together with others.
fn together(
    files: &[ReadFile],
    all: &[CheckedDocument],
    file: &ReadFile,
    checked: &CheckedDocument,
    look: &Look,
) -> Vec<PreflightFinding> {
    let facts: Option<&Facts> = checked.id.and_then(|id| look.board.facts(id));
    let Some(facts) = facts else {
        return Vec::new();
    };
    let number = checked.at + 1;
    let mut differences = checked.judgement.differences.clone();
    let used = ceb::code::matching::KEY_USED.id;
    match checked
        .judgement
        .used_by
        .map(|id| earlier(files, all, checked, id))
    {
        // Within one message the check has said so.
        Some(None) => differences.retain(|one| one.code.id != used),
        Some(Some(place)) => {
            let found = differences.iter_mut().filter(|one| one.code.id == used);
            found.for_each(|one| one.text.push_str(&place));
        }
        None => {}
    }
    differences
        .iter()
        .chain(&checked.limits)
        .map(|difference| PreflightFinding {
            file: file.name.clone(),
            number: Some(number),
            finding: file.placed(checked.message, &difference.finding(facts, number)),
        })
        .collect()
}

fn view(
    files: &[ReadFile],
    all: &[CheckedDocument],
    checked: &CheckedDocument,
) -> Option<PreflightDocument> {
    let (message, document) = document(files, checked)?;
    let file = files.get(checked.file)?;
    let (_, sheet, first) = file.messages.get(checked.message)?;
    let partner = |partner: &Partner| {
        let in_set = all.iter().find(|one| one.id == Some(partner.id));
        let status = partner.status.and_then(|status| i32::try_from(status).ok());
        PreflightPartner {
            part: partner.part.name().to_owned(),
            part_name: partner.part.chinese().to_owned(),
            found: if in_set.is_some() { "set" } else { "platform" }.to_owned(),
            file: in_set.and_then(|one| files.get(one.file)?.name.clone()),
            return_status: partner.status,
            return_status_name: status
                .and_then(|status| ReturnStatus(status).chinese())
                .map(str::to_owned),
            agrees: Some(partner.agrees),
        }
    };
    let missing = checked
        .judgement
        .missing
        .iter()
        .map(|part| PreflightPartner {
            part: part.name().to_owned(),
            part_name: part.chinese().to_owned(),
            found: "missing".to_owned(),
            file: None,
            return_status: None,
            return_status_name: None,
            agrees: None,
        });
    let partners = checked.judgement.partners.iter().map(partner);
    Some(PreflightDocument {
        kind: message.kind.code().to_owned(),
        kind_name: message.kind.chinese().to_owned(),
        number: first + checked.at + 1,
        key: ceb::key::of_document(message.kind, document).map(|key| key.text),
        sheet: sheet.clone(),
        file: file.name.clone(),
        ok: !file.is_refused(),
        order_no: document.head.filled("orderNo").map(str::to_owned),
        partners: partners.chain(missing).collect(),
        tax: checked.tax.as_ref().map(TaxView::from),
    })
}
