//! A workbook (工作簿) that is written row by row, and the answer that carries it.
//!
//! Written with constant memory into a temporary file. A sheet holds [`ROWS_MAX`] rows, then the
//! next begins. Text that a spreadsheet might take for a formula is written as text with a quote
//! before it.

use crate::{Problem, attachment, codes};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use store::clock::{beijing_rfc3339, parse_time};

/// Rows of one sheet.
pub const ROWS_MAX: u32 = 1_000_000;

/// The type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A column: name and width in characters.
pub type SheetColumn = (Cow<'static, str>, u16);

/// Columns with fixed names.
pub fn named(columns: &[(&'static str, u16)]) -> Vec<SheetColumn> {
    columns
        .iter()
        .map(|(name, width)| ((*name).into(), *width))
        .collect()
}

/// A cell of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetValue {
    /// A text; never a formula.
    Text(String),
    /// A number.
    Number(i64),
    /// A moment, milliseconds since 1970-01-01 UTC: a date of the spreadsheet, in Beijing.
    Time(i64),
}

impl SheetValue {
    /// A time of customs (20261124062335549 or without milliseconds) or of RFC 3339 as a date; any
    /// other text as it is.
    pub fn time(text: &str) -> Self {
        let is_customs = matches!(text.len(), 14 | 17) && text.bytes().all(|b| b.is_ascii_digit());
        let moment = if is_customs {
            let (day, time) = text.split_at(8);
            parse_time(&format!(
                "{}-{}-{}T{}:{}:{}+08:00",
                &day[..4],
                &day[4..6],
                &day[6..],
                &time[..2],
                &time[2..4],
                &time[4..6]
            ))
        } else if text.contains('T') {
            parse_time(text)
        } else {
            None
        };
        moment.map_or_else(|| Self::from(text), Self::Time)
    }
}

impl From<&str> for SheetValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SheetValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for SheetValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A workbook that grows by rows; full sheets are followed by new ones.
pub struct Book {
    workbook: Workbook,
    name: String,
    columns: Vec<SheetColumn>,
    n_sheets: u32,
    /// Rows of the present sheet, its header among them.
    row: u32,
    rows_max: u32,
    looks: Looks,
}

/// How cells look that are not plain.
struct Looks {
    /// A text that a spreadsheet might take for a formula.
    quoted: Format,
    /// A moment.
    time: Format,
}

impl Book {
    /// A workbook whose sheets have this name and these columns.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub fn new(name: &str, columns: Vec<SheetColumn>) -> Result<Self, XlsxError> {
        Self::with_rows(name, columns, ROWS_MAX)
    }

    /// With another number of rows in a sheet: for tests.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub fn with_rows(
        name: &str,
        columns: Vec<SheetColumn>,
        rows_max: u32,
    ) -> Result<Self, XlsxError> {
        let mut book = Self {
            workbook: Workbook::new(),
            name: sheet_name(name),
            columns,
            n_sheets: 0,
            row: 0,
            rows_max,
            looks: Looks {
                quoted: Format::new().set_quote_prefix(),
                time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            },
        };
        book.begin()?;
        Ok(book)
    }

    fn begin(&mut self) -> Result<(), XlsxError> {
        self.n_sheets += 1;
        let name = match self.n_sheets {
            1 => self.name.clone(),
            n => format!("{} ({n})", self.name),
        };
        let head = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0x00DD_EBF7));
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (at, (_, width)) in (0_u16..).zip(&self.columns) {
            sheet.set_column_width(at, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (at, (name, _)) in (0_u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, at, name.as_ref(), &head)?;
        }
        self.row = 1;
        Ok(())
    }

    /// Appends a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, values: &[SheetValue]) -> Result<(), XlsxError> {
        if self.row > self.rows_max {
            self.begin()?;
        }
        let (row, at) = (self.row, self.n_sheets as usize - 1);
        let sheet = self.workbook.worksheet_from_index(at)?;
        for (column, value) in (0_u16..).zip(values) {
            put(sheet, row, column, value, &self.looks)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Ends the workbook: a temporary file without a name, at its beginning, and its length.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(File, u64), XlsxError> {
        let mut file = tempfile::tempfile()?;
        self.workbook.save_to_writer(&mut file)?;
        let n_bytes = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok((file, n_bytes))
    }
}

/// A name that a spreadsheet takes for a sheet: 31 characters at most, with room for a number.
fn sheet_name(name: &str) -> String {
    let is_good = |c: &char| !"[]:*?/\\'".contains(*c) && !c.is_control();
    let name: String = name.chars().filter(is_good).take(24).collect();
    if name.trim().is_empty() {
        "Sheet".to_owned()
    } else {
        name
    }
}

fn failed(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a workbook could not be written");
    Problem::new(codes::FAULT)
}

/// A list that fits into memory as a workbook.
///
/// # Errors
/// A fault when it cannot be written.
pub async fn answer(
    file_name: &str,
    name: &'static str,
    columns: &[(&'static str, u16)],
    rows: Vec<Vec<SheetValue>>,
) -> Result<Response, Problem> {
    let columns = named(columns);
    let work = move || -> Result<Vec<u8>, Problem> {
        let mut book = Book::new(name, columns).map_err(|error| failed(&error))?;
        for row in &rows {
            book.row(row).map_err(|error| failed(&error))?;
        }
        let (mut file, _) = book.finish().map_err(|error| failed(&error))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        Ok(bytes)
    };
    let bytes = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| failed(&error))??;
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(file_name)),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// Characters with which a spreadsheet begins a formula, or may be made to.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];

/// A moment as a spreadsheet keeps it, in Beijing and to the second; nothing for one that its calendar
/// does not have.
fn moment(at_ms: i64) -> Option<ExcelDateTime> {
    let text = beijing_rfc3339(at_ms);
    ExcelDateTime::parse_from_str(text.get(..19)?).ok()
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &SheetValue,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match value {
        SheetValue::Text(text) if text.starts_with(FORMULA) => {
            sheet.write_string_with_format(row, column, text, &looks.quoted)?;
        }
        SheetValue::Time(at_ms) => match moment(*at_ms) {
            Some(moment) => {
                sheet.write_datetime_with_format(row, column, &moment, &looks.time)?;
            }
            None => {
                sheet.write_string(row, column, beijing_rfc3339(*at_ms))?;
            }
        },
        SheetValue::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        SheetValue::Number(number) => match i32::try_from(*number) {
            Ok(number) => {
                sheet.write_number(row, column, number)?;
            }
            // A spreadsheet keeps fifteen digits.
            Err(_) => {
                sheet.write_string(row, column, number.to_string())?;
            }
        },
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::SheetValue;

    #[test]
    fn times_of_customs_and_of_the_api_are_moments_and_all_else_stays_text() {
        let moment = SheetValue::Time(1_795_472_615_000);
        assert_eq!(SheetValue::time("20261124062335549"), moment);
        assert_eq!(SheetValue::time("20261124062335"), moment);
        assert_eq!(SheetValue::time("2026-11-24T06:23:35.000+08:00"), moment);
        for text in ["", "2026-11-24", "20261324062335", "unknown", "昨天"] {
            assert_eq!(SheetValue::time(text), SheetValue::from(text), "{text}");
        }
    }
}
