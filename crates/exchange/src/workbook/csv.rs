//! A table as text (CSV) in the place of a workbook: the columns of the template, saved by Excel, WPS or a
//! program in any of the usual encodings.
//!
//! It has no sheet whose name tells the kind, so the element names do. Values are texts: a table that a
//! spreadsheet wrote has lost the zeros of its numbers already, and the check tells which.

use super::codes;
use ceb::Kind;
use ceb::form::grid::{Cell, Sheet, kind_of_rows};
use ceb::form::xlsx::{CELLS_MAX, COLUMNS_MAX, ROWS_MAX};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use web::Problem;

/// Separators that are used, the usual one first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];

/// Lines by which the separator is recognised.
const LINES_LOOKED_AT: usize = 8;

/// What spreadsheets write to say which separator they use.
const HINT: &str = "sep=";

/// Reads a table whose element names tell its kind.
pub(super) fn read(bytes: &[u8]) -> Result<(Kind, Sheet), Problem> {
    let text = decoded(bytes).ok_or_else(|| no("这像是文本表格，但无法识别它的文字编码"))?;
    let text = text.trim_start_matches('\u{FEFF}');
    let (hint, text) = match text.strip_prefix(HINT) {
        Some(rest) => (
            rest.bytes().next(),
            rest.split_once('\n').map_or("", |(_, rest)| rest),
        ),
        None => (None, text),
    };
    let separator = hint
        .filter(|byte| SEPARATORS.contains(byte))
        .unwrap_or_else(|| separator(text));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut n_cells = 0;
    let mut record = StringRecord::new();
    let mut n_lines = reader.position().line();
    while reader
        .read_record(&mut record)
        .map_err(|_| no("这像是文本表格，但无法读取其中的引号"))?
    {
        // The reader passes over blank lines, which are rows to whoever looks at the table; a line break
        // inside of a cell is none.
        let n_read =
            reader.position().line() - std::mem::replace(&mut n_lines, reader.position().line());
        let n_inside: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let n_read = usize::try_from(n_read).unwrap_or(usize::MAX);
        let at = rows.len() + n_read.saturating_sub(n_inside + 1);
        let too_many = |what: &str| Err(Problem::new(codes::LARGE_WORKBOOK).detail(what));
        if at >= ROWS_MAX as usize {
            return too_many(&format!("上限 {ROWS_MAX} 行"));
        }
        if record.len() > COLUMNS_MAX as usize {
            return too_many(&format!("上限 {COLUMNS_MAX} 列"));
        }
        n_cells += record.len();
        if n_cells > CELLS_MAX {
            return too_many(&format!("上限 {CELLS_MAX} 个单元格"));
        }
        rows.resize(at, Vec::new());
        rows.push(record.iter().map(cell).collect());
    }
    let sheet = Sheet {
        first_row: 1,
        first_column: 1,
        is_1904: false,
        rows,
    };
    let kind = kind_of_rows(&sheet)
        .ok_or_else(|| no("没有元素名一行，或其中的名称不是平台模板里的，无法判断是哪种报文"))?;
    Ok((kind, sheet))
}

fn no(detail: &str) -> Problem {
    Problem::new(codes::NOT_A_TABLE).detail(detail)
}

/// The text of the bytes: by their mark, as UTF-8 when they are that, otherwise as Chinese programs write it.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let encoding = match (Encoding::for_bom(bytes), bytes) {
        (Some((encoding, _)), _) => encoding,
        (None, [_, 0, ..]) => UTF_16LE,
        (None, [0, _, ..]) => UTF_16BE,
        (None, _) if std::str::from_utf8(bytes).is_ok() => UTF_8,
        (None, _) => GB18030,
    };
    let (text, has_errors) = encoding.decode_with_bom_removal(bytes);
    (!has_errors && !text.contains('\0')).then_some(text)
}

/// The separator that parts the first lines into most cells.
fn separator(text: &str) -> u8 {
    let n_found = |separator: u8| {
        let lines = text.lines().take(LINES_LOOKED_AT);
        lines
            .map(|line| line.bytes().filter(|byte| *byte == separator).count())
            .sum::<usize>()
    };
    let mut best = SEPARATORS[0];
    for separator in SEPARATORS {
        if n_found(separator) > n_found(best) {
            best = separator;
        }
    }
    best
}

/// A value as it was meant: `="007"` and `'007` keep a spreadsheet from making a number of it.
fn cell(value: &str) -> Cell {
    let value = value.trim();
    let quoted = value
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    let marked = value
        .strip_prefix('\'')
        .filter(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match quoted.or(marked).unwrap_or(value) {
        "" => Cell::Empty,
        text if text.starts_with('=') => Cell::Formula(ceb::finding::clip(text)),
        text if is_fault(text) => Cell::Fault(text.to_owned()),
        text => Cell::Text(text.to_owned()),
    }
}

/// Errors of formulas as a spreadsheet writes them into text.
fn is_fault(text: &str) -> bool {
    matches!(
        text,
        "#N/A" | "#VALUE!" | "#REF!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!"
    )
}
