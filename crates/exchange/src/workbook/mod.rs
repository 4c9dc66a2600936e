//! Workbook (工作簿): declarations as clerks make them, in Excel, and as simple programs make them, in
//! JSON.
//!
//! 1. [`Body::of`] tells by content type and first bytes what was handed in.
//! 2. A workbook is unpacked within limits (`unpack`): what a file claims about its size is not
//!    believed. A table as text (`csv`) is one sheet. Its sheets are read by `ceb::form`, which knows the kinds from the tables.
//! 3. [`ReadForm::prepare`] makes messages of the drafts, at most as many documents in each as the kind
//!    allows, and checks them with the rules that the pipeline has; every finding has its cell or
//!    line.
//! 4. All or nothing: with a grave finding nothing is stored. Without, each message goes through the
//!    same way as any other, so a repetition is recognised by its guid (which is a hash of the
//!    content).
//!
//! `template` writes the empty form of a kind, `report` the same workbook back with its mistakes
//! marked. Nothing here is stored, and no payload is logged (I8).

pub mod codes;
mod csv;
pub mod http;
mod naming;
mod report;
pub(crate) mod template;
#[cfg(test)]
mod tests;
mod unpack;

use ceb::form::xlsx::{self, BookFault, Wanted};
use ceb::form::{Draft, FormOrigin, MadeMessage, PlacedFinding, grid, join, kind_of_name, members};
use ceb::sniff::file_kind;
use ceb::{Kind, Profile, Severity, Terms};
use registry::company::Company;
use registry::module::Module;
use store::clock::beijing_compact;
use web::Problem;

pub(crate) use naming::naming;
pub use report::annotated;
pub use template::template;

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("工作簿").codes(codes::ALL);

/// Messages that one upload may become.
pub const MESSAGES_MAX: usize = 100;

/// Findings told about one upload; the others are found when these are mended.
pub const FINDINGS_MAX: usize = 1000;

/// The media type of `.xlsx`.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Sheets that the platform itself puts into templates and reports.
const OWN_SHEETS: [&str; 3] = [HELP_SHEET, CODES_SHEET, SUMMARY_SHEET];
const HELP_SHEET: &str = "填写说明";
const CODES_SHEET: &str = "代码表";
pub(crate) const SUMMARY_SHEET: &str = "问题汇总";

/// What form a body has (提交形式).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A message of the standard.
    Xml,
    /// The JSON form.
    Json,
    /// A workbook, or another office file that was meant as one.
    Workbook,
}

impl Body {
    /// Tells by the content type; without a telling one by the first bytes.
    #[must_use]
    pub fn of(content_type: Option<&str>, bytes: &[u8]) -> Self {
        let kind = content_type.unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/json" => Self::Json,
            XLSX | "application/vnd.ms-excel" | "text/csv" | "application/csv" => Self::Workbook,
            "" | "application/octet-stream" | "text/plain" => Self::guess(bytes),
            "application/xml" | "text/xml" => Self::Xml,
            // Whatever somebody took for a workbook: it is told what it is.
            _ if file_kind(bytes).is_some() => Self::Workbook,
            _ => Self::Xml,
        }
    }

    fn guess(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if unpack::is_zip(bytes) || unpack::is_old_office(bytes) {
            Self::Workbook
        } else if text.trim_ascii_start().starts_with(b"{") {
            Self::Json
        } else if file_kind(bytes).is_some() {
            Self::Workbook
        } else {
            Self::Xml
        }
    }
}

/// A finding with its sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFinding {
    /// Name of the sheet; none for JSON.
    pub sheet: Option<String>,
    /// The finding and its place.
    pub placed: PlacedFinding,
}

impl FormFinding {
    /// The cell as people find it: `进口订单!C7`.
    #[must_use]
    pub fn cell(&self) -> Option<String> {
        let cell = self.placed.place.cell()?;
        Some(format!("{}!{cell}", self.sheet.as_deref()?))
    }
}

/// The drafts of one kind.
#[derive(Debug, Clone)]
pub struct KindDrafts {
    /// Name of the sheet; none for JSON.
    pub sheet: Option<String>,
    /// The documents.
    pub draft: Draft,
}

/// What was read from a workbook or from JSON (已读取的表单).
#[derive(Debug, Clone, Default)]
pub struct ReadForm {
    /// The drafts, in the order of the sheets.
    pub parts: Vec<KindDrafts>,
    /// What is wrong with the form itself.
    pub findings: Vec<FormFinding>,
    /// The sheets as they were read, for the report.
    sheets: Vec<(String, grid::Sheet)>,
}

/// A message made of a form, not yet handed in.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which part of the form it is made of.
    pub part: usize,
    /// The message.
    pub made: MadeMessage,
}

/// Reads a form.
///
/// # Errors
/// Why the bytes are no form at all.
pub fn read(body: Body, bytes: &[u8]) -> Result<ReadForm, Problem> {
    read_form(body, bytes, false)
}

/// Reads a workbook that will be written back with its mistakes: every cell is kept.
///
/// # Errors
/// Why the bytes are no workbook at all.
pub fn read_to_mark(bytes: &[u8]) -> Result<ReadForm, Problem> {
    read_form(Body::Workbook, bytes, true)
}

fn read_form(body: Body, bytes: &[u8], keeps_sheets: bool) -> Result<ReadForm, Problem> {
    let form = match body {
        Body::Workbook if is_text(bytes) => read_csv(bytes, keeps_sheets)?,
        Body::Workbook => read_workbook(bytes, keeps_sheets)?,
        Body::Json | Body::Xml => {
            let (draft, findings) = members::read(bytes);
            let findings = findings.into_iter();
            ReadForm {
                parts: draft
                    .map(|draft| KindDrafts { sheet: None, draft })
                    .into_iter()
                    .collect(),
                findings: findings
                    .map(|placed| FormFinding {
                        sheet: None,
                        placed,
                    })
                    .collect(),
                sheets: Vec::new(),
            }
        }
    };
    if form.parts.is_empty() && form.findings.is_empty() {
        return Err(Problem::new(codes::NOTHING_DECLARED));
    }
    Ok(form)
}

/// Whether a file is a table as text and nothing that has a name of its own.
fn is_text(bytes: &[u8]) -> bool {
    file_kind(bytes).is_some_and(|file| file.is_text)
}

fn read_csv(bytes: &[u8], keeps_sheets: bool) -> Result<ReadForm, Problem> {
    let (kind, sheet) = csv::read(bytes)?;
    let mut form = ReadForm::default();
    form.add(kind.chinese(), kind, &sheet);
    if keeps_sheets {
        form.sheets.push((kind.chinese().to_owned(), sheet));
    }
    Ok(form)
}

fn read_workbook(bytes: &[u8], keeps_sheets: bool) -> Result<ReadForm, Problem> {
    let mut parts = unpack::parts(bytes)?;
    let wanted = |name: &str| match kind_of_name(name) {
        _ if OWN_SHEETS.contains(&name) => Wanted::Nothing,
        _ if keeps_sheets => Wanted::Everything,
        Some(kind) => Wanted::Columns(kind),
        None => Wanted::Something,
    };
    let sheets = xlsx::read_wanted(&mut parts, wanted).map_err(fault)?;
    drop(parts);
    let mut form = ReadForm::default();
    for (name, sheet) in sheets {
        if OWN_SHEETS.contains(&&*name) {
            continue;
        }
        match kind_of_name(&name) {
            _ if grid::is_blank(&sheet) => {}
            Some(kind) => form.add(&name, kind, &sheet),
            None => form.findings.push(unknown_sheet(&name)),
        }
        if keeps_sheets {
            form.sheets.push((name, sheet));
        }
    }
    Ok(form)
}

fn fault(fault: BookFault) -> Problem {
    let large = |detail: String| Problem::new(codes::LARGE_WORKBOOK).detail(detail);
    match fault {
        BookFault::Malformed => Problem::new(codes::BROKEN_WORKBOOK),
        BookFault::TooManyRows => large(format!("每个工作表上限 {} 行", xlsx::ROWS_MAX)),
        BookFault::TooManyColumns => large(format!("每个工作表上限 {} 列", xlsx::COLUMNS_MAX)),
        BookFault::TooManySheets => large(format!("上限 {} 个工作表", xlsx::SHEETS_MAX)),
        BookFault::TooManyCells => large(format!("上限 {} 万个单元格", xlsx::CELLS_MAX / 10_000)),
    }
}

fn unknown_sheet(name: &str) -> FormFinding {
    let place = ceb::form::FormPlace { row: 1, column: 1 };
    let text = format!(
        "工作表“{}”的名称不是报文名称或代码",
        ceb::finding::clip(name)
    );
    let code = &ceb::code::FORM_SHEET;
    FormFinding {
        sheet: Some(name.to_owned()),
        placed: PlacedFinding {
            finding: ceb::Finding::new(code, String::new(), 1, name, text),
            place,
        },
    }
}

impl ReadForm {
    /// Reads a sheet of a kind.
    fn add(&mut self, name: &str, kind: Kind, sheet: &grid::Sheet) {
        let (draft, findings) = grid::read(kind, sheet);
        let findings = findings.into_iter().map(|placed| FormFinding {
            sheet: Some(name.to_owned()),
            placed,
        });
        self.findings.extend(findings);
        self.parts.extend(draft.map(|draft| KindDrafts {
            sheet: Some(name.to_owned()),
            draft,
        }));
    }

    /// Makes the messages and checks them; all findings, those of the form first.
    ///
    /// # Errors
    /// More messages than [`MESSAGES_MAX`].
    pub fn prepare(
        &mut self,
        origin: &FormOrigin,
        terms: &Terms<'_>,
    ) -> Result<Vec<Prepared>, Problem> {
        let mut prepared = Vec::new();
        let mut findings = Vec::new();
        let mut own = std::mem::take(&mut self.findings);
        for (at, part) in self.parts.iter().enumerate() {
            let made = part.draft.make(origin, naming(""));
            if prepared.len() + made.len() > MESSAGES_MAX {
                let detail = format!("一次上传最多 {MESSAGES_MAX} 份报文，每份报文最多 100 份单证");
                return Err(Problem::new(codes::MANY_MESSAGES).detail(detail));
            }
            let mut checked = Vec::new();
            for made in &made {
                checked.extend(part.draft.check(made, terms));
                if checked.len() > FINDINGS_MAX {
                    break;
                }
            }
            let of_part: Vec<PlacedFinding> = own
                .extract_if(.., |finding| finding.sheet == part.sheet)
                .map(|finding| finding.placed)
                .collect();
            let joined = join(of_part, checked).into_iter();
            findings.extend(joined.map(|placed| FormFinding {
                sheet: part.sheet.clone(),
                placed,
            }));
            prepared.extend(made.into_iter().map(|made| Prepared { part: at, made }));
        }
        own.append(&mut findings);
        own.truncate(FINDINGS_MAX);
        self.findings = own;
        Ok(prepared)
    }

    /// The same messages made for another origin, unchecked: without the frame that stood in for the
    /// signature which the platform is going to make.
    #[must_use]
    pub fn remade(&self, origin: &FormOrigin) -> Vec<Prepared> {
        let mut made = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            let messages = part.draft.make(origin, naming("")).into_iter();
            made.extend(messages.map(|made| Prepared { part: at, made }));
        }
        made
    }

    /// Whether a finding stands in the way.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.placed.finding.severity == Severity::Refuse)
    }
}

/// The sender's part of the messages that a company's form becomes.
#[must_use]
pub fn origin(company: &Company, now_ms: i64, signature_frame: bool) -> FormOrigin {
    FormOrigin {
        code: company.customs_code.clone(),
        name: company.name.clone(),
        dxp_id: company.dxp_id.clone(),
        time14: beijing_compact(now_ms),
        signature_frame,
    }
}

/// How a company's messages are read.
#[must_use]
pub fn profile(name: &str) -> Profile {
    if name == "lenient" {
        Profile::Lenient
    } else {
        Profile::Strict
    }
}
