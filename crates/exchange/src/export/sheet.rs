//! A workbook that is written row by row.

use super::ROWS_MAX;
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::fs::File;
use std::io::{Seek, SeekFrom};

/// A column: name and width in characters.
pub(crate) type Column = (Cow<'static, str>, u16);

/// A cell of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
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
pub(crate) struct Book {
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
    pub(crate) fn new(name: &str, columns: Vec<Column>) -> Result<Self, XlsxError> {
        Self::with_rows(name, columns, ROWS_MAX)
    }

    /// With another number of rows in a sheet: for tests.
    pub(crate) fn with_rows(
        name: &str,
        columns: Vec<Column>,
        rows_max: u32,
    ) -> Result<Self, XlsxError> {
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
    pub(crate) fn row(&mut self, values: &[Value]) -> Result<(), XlsxError> {
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
    pub(crate) fn finish(mut self) -> Result<(File, u64), XlsxError> {
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
