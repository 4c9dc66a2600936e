//! The workbook report (问题标注): the clerk's own sheets back, with the mistakes at their cells and a
//! sheet that lists them.
//!
//! Content is written back as what it is: texts as texts, numbers as numbers. A formula comes back as
//! its last result, which is what the clerk is asked to put there.

use super::{CODES_SHEET, FormFinding, HELP_SHEET, ReadForm, SUMMARY_SHEET};
use ceb::Severity;
use ceb::form::FormPlace;
use ceb::form::grid::{Cell, Sheet};
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, Note, Url, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeMap;

/// Notes in one sheet; beyond these the cell is only coloured, and the summary tells the text.
const NOTES_MAX: usize = 500;

/// Writes the sheets of a form with its findings.
pub fn annotated(form: &ReadForm) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut sheets = Vec::new();
    for (name, cells) in &form.sheets {
        // The platform's own sheets say nothing about this company's declarations.
        if [HELP_SHEET, CODES_SHEET, SUMMARY_SHEET].contains(&&**name) {
            continue;
        }
        let of_sheet = |finding: &&FormFinding| finding.sheet.as_ref() == Some(name);
        let findings: Vec<&FormFinding> = form.findings.iter().filter(of_sheet).collect();
        let mut sheet = workbook.new_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        write(&mut sheet, cells, &findings)?;
        sheets.push(sheet);
    }
    let mut summary = Worksheet::new();
    summarise(&mut summary, &form.findings)?;
    workbook.push_worksheet(summary);
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    workbook.save_to_buffer()
}

/// Findings by cell; a cell may have several.
fn by_place<'f>(findings: &[&'f FormFinding]) -> BTreeMap<FormPlace, Vec<&'f FormFinding>> {
    let mut by_place: BTreeMap<FormPlace, Vec<&FormFinding>> = BTreeMap::new();
    for finding in findings {
        by_place
            .entry(finding.placed.place)
            .or_default()
            .push(finding);
    }
    by_place
}

/// Writes the rows in their order, once: they go to a file as they come, so that a large workbook costs no
/// memory twice.
fn write(sheet: &mut Worksheet, cells: &Sheet, findings: &[&FormFinding]) -> Result<(), XlsxError> {
    let (text, moment) = (
        Format::new().set_num_format("@"),
        Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    );
    let places = by_place(findings);
    let mut marks: BTreeMap<u32, BTreeMap<u16, u32>> = BTreeMap::new();
    for (place, findings) in &places {
        let Some((row, column)) = zero_based(*place) else {
            continue;
        };
        let is_grave = findings
            .iter()
            .any(|finding| finding.placed.finding.severity == Severity::Refuse);
        let color = if is_grave { 0x00FF_7C80 } else { 0x00FF_E699 };
        marks.entry(row).or_default().insert(column, color);
    }
    let n_rows = u32::try_from(cells.rows.len()).unwrap_or(u32::MAX);
    let last_mark = marks.keys().next_back().map_or(0, |row| row + 1);
    for row in 0..n_rows.max(last_mark) {
        let line = cells.rows.get(row as usize).map_or(&[][..], Vec::as_slice);
        let marks = marks.get(&row);
        let n_cells = u16::try_from(line.len()).unwrap_or(u16::MAX);
        let last_mark = marks.and_then(|marks| marks.keys().next_back());
        for column in 0..n_cells.max(last_mark.map_or(0, |column| column + 1)) {
            let cell = line.get(usize::from(column)).unwrap_or(&Cell::Empty);
            let Some(color) = marks.and_then(|marks| marks.get(&column)) else {
                put(sheet, row, column, cell, &text, &moment)?;
                continue;
            };
            let marked = Format::new().set_background_color(Color::RGB(*color));
            let (text, moment) = (text.merge(&marked), moment.merge(&marked));
            put(sheet, row, column, cell, &text, &moment)?;
            if *cell == Cell::Empty {
                sheet.write_blank(row, column, &text)?;
            }
        }
    }
    for (place, findings) in places.iter().take(NOTES_MAX) {
        let Some((row, column)) = zero_based(*place) else {
            continue;
        };
        let lines = findings.iter().map(|finding| words(finding));
        let note = Note::new(lines.collect::<Vec<_>>().join("\n"));
        let note = note.add_author_prefix(false).set_width(280).set_height(110);
        sheet.insert_note(row, column, &note)?;
    }
    Ok(())
}

/// Row and column from 0, as the writer counts; `None` for what has no cell.
fn zero_based(place: FormPlace) -> Option<(u32, u16)> {
    let column = place.column.checked_sub(1)?;
    Some((place.row.checked_sub(1)?, u16::try_from(column).ok()?))
}

fn words(finding: &FormFinding) -> String {
    let finding = &finding.placed.finding;
    format!("[{}] {}。{}", finding.code, finding.text, finding.advice)
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    text: &Format,
    moment: &Format,
) -> Result<(), XlsxError> {
    let number = |text: &str| text.parse::<f64>().ok();
    let as_moment = |digits: &str| {
        let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
        let iso = format!(
            "{}-{}-{}T{}:{}:{}",
            part(0..4),
            part(4..6),
            part(6..8),
            part(8..10),
            part(10..12),
            part(12..14)
        );
        ExcelDateTime::parse_from_str(&iso).ok()
    };
    match cell {
        Cell::Empty => {}
        Cell::Number(digits) => match number(digits) {
            Some(number) => {
                let general = text.clone().set_num_format("General");
                sheet.write_number_with_format(row, column, number, &general)?;
            }
            None => {
                sheet.write_string_with_format(row, column, digits, text)?;
            }
        },
        Cell::Moment(digits) => match as_moment(digits) {
            Some(time) => {
                sheet.write_datetime_with_format(row, column, &time, moment)?;
            }
            None => {
                sheet.write_string_with_format(row, column, digits, text)?;
            }
        },
        Cell::Text(_) | Cell::Bool(_) | Cell::Formula(_) | Cell::Fault(_) | Cell::Merged(_) => {
            sheet.write_string_with_format(row, column, cell.shown(), text)?;
        }
    }
    Ok(())
}

fn summarise(sheet: &mut Worksheet, findings: &[FormFinding]) -> Result<(), XlsxError> {
    sheet.set_name(SUMMARY_SHEET)?;
    let title = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00DD_EBF7));
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let columns = [
        ("单元格", 20),
        ("代码", 12),
        ("程度", 8),
        ("内容", 24),
        ("问题", 60),
        ("处理办法", 60),
    ];
    for (at, (name, width)) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, at, name, &title)?;
        sheet.set_column_width(at, width)?;
    }
    for (row, finding) in (1..).zip(findings) {
        let inner = &finding.placed.finding;
        match (finding.cell(), finding.placed.place.cell(), &finding.sheet) {
            (Some(name), Some(cell), Some(of)) => {
                let link = format!("internal:'{}'!{cell}", of.replace('\'', "''"));
                sheet.write_url(row, 0, Url::new(link).set_text(name))?;
            }
            (_, _, of) => {
                sheet.write_string(row, 0, of.as_deref().unwrap_or_default())?;
            }
        }
        let severity = inner.severity.chinese();
        let texts = [
            inner.code,
            severity,
            &inner.value,
            &inner.text,
            &inner.advice,
        ];
        for (at, text) in (1_u16..).zip(texts) {
            sheet.write_string_with_format(row, at, text, &wrap)?;
        }
    }
    if findings.is_empty() {
        sheet.write_string(1, 0, "没有发现问题")?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
