//! A workbook (工作簿) that is written row by row, and the answer that carries it.
//!
//! Written with constant memory into a temporary file. A sheet holds [`ROWS_MAX`] rows, then the
//! next begins. Text that a spreadsheet might take for a formula is written as text with a quote
//! before it.

use crate::{Problem, codes};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Rows of one sheet.
pub const ROWS_MAX: u32 = 1_000_000;

/// The type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A column: name and width in characters.
pub type Column = (Cow<'static, str>, u16);

/// Columns with fixed names.
pub fn named(columns: &[(&'static str, u16)]) -> Vec<Column> {
    columns
        .iter()
        .map(|(name, width)| ((*name).into(), *width))
        .collect()
}

/// A cell of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text; never a formula.
    Text(String),
    /// A number.
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A workbook that grows by rows; full sheets are followed by new ones.
pub struct Book {
    workbook: Workbook,
    name: String,
    columns: Vec<Column>,
    n_sheets: u32,
    /// Rows of the present sheet, its header among them.
    row: u32,
    rows_max: u32,
    quoted: Format,
}

impl Book {
    /// A workbook whose sheets have this name and these columns.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub fn new(name: &str, columns: Vec<Column>) -> Result<Self, XlsxError> {
        Self::with_rows(name, columns, ROWS_MAX)
    }

    /// With another number of rows in a sheet: for tests.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub fn with_rows(name: &str, columns: Vec<Column>, rows_max: u32) -> Result<Self, XlsxError> {
        let mut book = Self {
            workbook: Workbook::new(),
            name: sheet_name(name),
            columns,
            n_sheets: 0,
            row: 0,
            rows_max,
            quoted: Format::new().set_quote_prefix(),
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
    pub fn row(&mut self, values: &[Value]) -> Result<(), XlsxError> {
        if self.row > self.rows_max {
            self.begin()?;
        }
        let (row, at) = (self.row, self.n_sheets as usize - 1);
        let sheet = self.workbook.worksheet_from_index(at)?;
        for (column, value) in (0_u16..).zip(values) {
            put(sheet, row, column, value, &self.quoted)?;
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
    (name, columns): (&'static str, &[(&'static str, u16)]),
    rows: Vec<Vec<Value>>,
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
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file_name}\""),
        ),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// Characters with which a spreadsheet begins a formula, or may be made to.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value,
    quoted: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) if text.starts_with(FORMULA) => {
            sheet.write_string_with_format(row, column, text, quoted)?;
        }
        Value::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Value::Number(number) => match i32::try_from(*number) {
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
