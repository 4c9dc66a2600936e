//! Rejected rows as a workbook (退单更正表): the template for uploads with the values as declared. Cells
//! that customs or the platform named are red and tell the reason; a sheet of reasons stands in front.
//! Uploaded again, the rows are new declarations.

use super::{Original, Rejected};
use crate::workbook::SUMMARY_SHEET;
use crate::workbook::http::writing;
use crate::workbook::template::{head, text_cell};
use ceb::Kind;
use ceb::form::{Column, ColumnPart, Draft, DraftRecord};
use rust_xlsxwriter::{Color, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;
use web::Problem;

/// Rows above the first row of data: Chinese names, element names.
const HEADER_ROWS: u32 = 2;

/// Notes in one sheet; beyond these the cell is only coloured, and the first sheet tells the reason.
const NOTES_MAX: usize = 500;

/// A row of the sheet of reasons.
type ReasonRow = [String; 7];

const COLUMNS: [(&str, u32); 7] = [
    ("原受理号", 18),
    ("工作表", 14),
    ("行", 6),
    ("业务主键", 40),
    ("数据项", 22),
    ("退单原因", 60),
    ("怎么办", 60),
];

/// What stands below the reasons.
const RENUMBERED: &str = "更正后重新上传即为新的申报。业务主键（订单编号等）不变的，原单证自动转为无需处理；\
                          改了业务主键的，平台认不出它们是同一笔业务，请在原报文中登记“不再处理”。";

/// Writes the workbook.
///
/// # Errors
/// A fault when it cannot be written.
pub(super) fn write(originals: &[Original]) -> Result<Vec<u8>, Problem> {
    book(originals).map_err(|error| writing(&error))
}

fn book(originals: &[Original]) -> Result<Vec<u8>, XlsxError> {
    let mut by_kind: BTreeMap<&str, (Kind, Vec<&Original>)> = BTreeMap::new();
    for original in originals {
        let entry = by_kind.entry(original.kind.code());
        entry
            .or_insert((original.kind, Vec::new()))
            .1
            .push(original);
    }
    let mut reasons = Vec::new();
    let mut sheets = Vec::new();
    for (kind, originals) in by_kind.into_values() {
        let mut sheet = Worksheet::new();
        let columns = head(&mut sheet, kind)?;
        let mut rows = Rows {
            sheet: &mut sheet,
            columns: &columns,
            row: HEADER_ROWS,
            n_notes: 0,
            reasons: &mut reasons,
        };
        for original in originals {
            for (rejected, drafted) in original.rejected.iter().zip(0..) {
                rows.document(original, rejected, &original.draft, drafted)?;
            }
        }
        sheets.push(sheet);
    }
    let mut workbook = Workbook::new();
    let mut summary = Worksheet::new();
    summarise(&mut summary, &reasons)?;
    // The rows come first: that is what the clerk changes and uploads.
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    workbook.push_worksheet(summary);
    workbook.save_to_buffer()
}

/// A sheet that is being filled.
struct Rows<'s> {
    sheet: &'s mut Worksheet,
    columns: &'s [Column],
    row: u32,
    n_notes: usize,
    reasons: &'s mut Vec<ReasonRow>,
}

impl Rows<'_> {
    fn document(
        &mut self,
        original: &Original,
        rejected: &Rejected,
        draft: &Draft,
        at: usize,
    ) -> Result<(), XlsxError> {
        let Some(document) = draft.documents.get(at) else {
            return Ok(());
        };
        let first = self.row;
        let columns = self.columns;
        for line in 0..document.lines.len().max(1) {
            for (place, column) in (0_u16..).zip(columns) {
                let key = &original.kind.spec().key;
                let is_key = key.contains(&column.field.element);
                let record: Option<&DraftRecord> = match column.part {
                    // Later rows repeat the key only: that is how rows belong together.
                    ColumnPart::Head if line == 0 || is_key => Some(&document.head),
                    ColumnPart::Head => None,
                    ColumnPart::Line => document.lines.get(line),
                };
                let entry = record.and_then(|record| record.entry(&column.field.element));
                let value = entry.map_or("", |entry| &entry.text);
                // The moment of the new declaration is that of its upload.
                let value = if column.field.element == "appTime" {
                    ""
                } else {
                    value
                };
                let is_line = column.part == ColumnPart::Line;
                let reasons: Vec<String> = rejected
                    .reasons
                    .iter()
                    .filter(|reason| {
                        reason.at.as_ref().is_some_and(|at| {
                            at.element == column.field.element
                                && at.line.is_some() == is_line
                                && at.line.unwrap_or_default() == line
                        })
                    })
                    .map(|reason| format!("{}。{}", reason.text, reason.advice))
                    .collect();
                self.cell(place, value, &reasons)?;
            }
            self.row += 1;
        }
        for reason in &rejected.reasons {
            let line = reason
                .at
                .as_ref()
                .and_then(|at| at.line)
                .unwrap_or_default();
            let row = first + u32::try_from(line).unwrap_or_default() + 1;
            let named = reason.at.as_ref().map_or_else(String::new, |at| {
                let of = |column: &&Column| column.field.element == at.element;
                let found = columns.iter().find(of);
                found.map_or_else(|| at.element.clone(), |column| column.chinese.clone())
            });
            self.reasons.push([
                original.message.id.acceptance_no(),
                original.kind.chinese().to_owned(),
                row.to_string(),
                rejected.key.clone(),
                named,
                reason.text.clone(),
                reason.advice.clone(),
            ]);
        }
        Ok(())
    }

    fn cell(&mut self, column: u16, value: &str, reasons: &[String]) -> Result<(), XlsxError> {
        let plain = text_cell();
        if reasons.is_empty() {
            if !value.is_empty() {
                self.sheet
                    .write_string_with_format(self.row, column, value, &plain)?;
            }
            return Ok(());
        }
        let red = plain.set_background_color(Color::RGB(0x00FF_7C80));
        if value.is_empty() {
            self.sheet.write_blank(self.row, column, &red)?;
        } else {
            self.sheet
                .write_string_with_format(self.row, column, value, &red)?;
        }
        if self.n_notes < NOTES_MAX {
            let note = Note::new(reasons.join("\n"));
            let note = note.add_author_prefix(false).set_width(280).set_height(110);
            self.sheet.insert_note(self.row, column, &note)?;
            self.n_notes += 1;
        }
        Ok(())
    }
}

fn summarise(sheet: &mut Worksheet, reasons: &[ReasonRow]) -> Result<(), XlsxError> {
    sheet.set_name(SUMMARY_SHEET)?;
    let head = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00DD_EBF7));
    let wrapped = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_num_format("@");
    for (at, (name, width)) in (0_u16..).zip(COLUMNS) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, name, &head)?;
    }
    for (row, reason) in (1_u32..).zip(reasons) {
        for (at, text) in (0_u16..).zip(reason) {
            sheet.write_string_with_format(row, at, text, &wrapped)?;
        }
    }
    let last = u32::try_from(reasons.len())
        .unwrap_or(u32::MAX)
        .saturating_add(2);
    sheet.write_string(last, 0, RENUMBERED)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
