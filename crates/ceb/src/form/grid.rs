//! The grid form: rows of a sheet, as a clerk fills in a template.
//!
//! One of the first rows holds element names (`orderNo`, `OrderList/qty`); what stands above it is
//! for people. Each row below is a document, or for kinds with lines a line of one: rows with the
//! same document key belong together, and a row without key belongs to the document above. Head
//! values stand in the first row of a document; where later rows repeat them they must be the same.
//!
//! Spreadsheets change what people type: they drop leading zeros, cut long numbers, make dates of
//! order numbers. Each of these is told at its cell; nothing is guessed.

use std::collections::{BTreeMap, HashSet};

use super::column::named;
use super::{Draft, DraftDocument, DraftRecord, Entry, Part, Place, PlacedFinding, finding};
use crate::code::{self, Code};
use crate::kind::Kind;
use crate::parse::value::label;
use crate::spec::{FieldSpec, FieldType, Rule};

/// Rows among which the row of element names is looked for.
const HEADER_ROWS: usize = 8;

/// Element names that make a row the row of names.
const NAMES_MIN: usize = 3;

/// Digits that a spreadsheet keeps of a number.
const NUMBER_DIGITS: usize = 15;

/// A cell (单元格) as the reader of the workbook found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number, as the spreadsheet shows it without formatting.
    Number(String),
    /// A date or time, 14 digits.
    Moment(String),
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A formula, with the result that the file holds; it may be out of date.
    Formula(String),
    /// An error such as `#N/A`.
    Fault(String),
    /// The first of merged cells, with its content.
    Merged(String),
}

impl Cell {
    /// The content as text.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text)
            | Self::Number(text)
            | Self::Moment(text)
            | Self::Formula(text)
            | Self::Fault(text)
            | Self::Merged(text) => text.clone(),
            Self::Bool(true) => String::from("TRUE"),
            Self::Bool(false) => String::from("FALSE"),
        }
    }
}

/// A sheet (工作表) of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Number of the first row, from 1.
    pub first_row: u32,
    /// Number of the first column, from 1.
    pub first_column: u32,
    /// Rows; they may have different lengths.
    pub rows: Vec<Vec<Cell>>,
}

/// A row of the sample.
type SampleRow = Vec<(Part, &'static str, String)>;

/// A cell of a data row with its column.
struct Filled<'s> {
    part: Part,
    field: &'static FieldSpec,
    place: Place,
    cell: &'s Cell,
}

/// Reads the rows of a kind. There is no draft without a row of element names or without a document.
#[must_use]
pub fn read(kind: Kind, sheet: &Sheet) -> (Option<Draft>, Vec<PlacedFinding>) {
    let mut reader = Reader {
        kind,
        findings: Vec::new(),
        columns: BTreeMap::new(),
        documents: Vec::new(),
    };
    let Some(header) = reader.header(sheet) else {
        return (None, reader.findings);
    };
    let mut samples = super::sample_rows(kind);
    if reader.goes_on_with(&samples, &sheet.rows[header + 1..], sheet.first_column) {
        samples.clear();
    }
    for (at, row) in sheet.rows.iter().enumerate().skip(header + 1) {
        let number = sheet.first_row + u32::try_from(at).unwrap_or(u32::MAX);
        reader.row(sheet, number, row, &samples);
    }
    let columns = reader
        .columns
        .iter()
        .map(|(column, (part, field))| (*part, &*field.element, *column))
        .collect();
    let draft = Draft {
        kind,
        guid: None,
        documents: reader.documents,
        columns,
    };
    let draft = (!draft.documents.is_empty()).then_some(draft);
    (draft, reader.findings)
}

/// Whether a sheet has anything in it.
#[must_use]
pub fn is_blank(sheet: &Sheet) -> bool {
    sheet.rows.iter().flatten().all(is_empty)
}

fn is_empty(cell: &Cell) -> bool {
    match cell {
        Cell::Empty | Cell::Merged(_) => true,
        Cell::Text(text) => text.trim().is_empty(),
        Cell::Number(_) | Cell::Moment(_) | Cell::Bool(_) | Cell::Formula(_) | Cell::Fault(_) => {
            false
        }
    }
}

struct Reader {
    kind: Kind,
    findings: Vec<PlacedFinding>,
    columns: BTreeMap<u32, (Part, &'static FieldSpec)>,
    documents: Vec<DraftDocument>,
}

impl Reader {
    fn find(&mut self, code: &'static Code, path: String, place: Place, value: &str, text: String) {
        self.findings.push(finding(code, path, place, value, text));
    }

    /// Finds the row of element names and notes the columns; answers its place among the rows.
    fn header(&mut self, sheet: &Sheet) -> Option<usize> {
        let names = |row: &Vec<Cell>| {
            let known = row.iter().filter(
                |cell| matches!(cell, Cell::Text(text) if named(self.kind, text.trim()).is_some()),
            );
            known.count()
        };
        let first = sheet.rows.iter().take(HEADER_ROWS);
        let Some(at) = first.map(names).position(|n_names| n_names >= NAMES_MIN) else {
            let place = Place {
                row: sheet.first_row.max(1),
                column: sheet.first_column.max(1),
            };
            let text = format!(
                "没有找到{}的元素名一行（如 appType、orderNo）",
                self.kind.chinese()
            );
            self.find(&code::FORM_SHAPE, String::new(), place, "", text);
            return None;
        };
        let row = sheet.first_row + u32::try_from(at).unwrap_or(0);
        let mut seen = HashSet::new();
        for (column, cell) in (sheet.first_column..).zip(&sheet.rows[at]) {
            let place = Place { row, column };
            let Cell::Text(text) = cell else {
                continue;
            };
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            match named(self.kind, text) {
                Some((part, field)) if seen.insert((part, &*field.element)) => {
                    self.columns.insert(column, (part, field));
                }
                Some(_) => {
                    let why = format!("{text} 一列出现了两次");
                    self.find(&code::FORM_UNKNOWN, String::new(), place, text, why);
                }
                None => {
                    let why = format!("{}中没有 {text} 这个元素", self.kind.chinese());
                    self.find(&code::FORM_UNKNOWN, String::new(), place, text, why);
                }
            }
        }
        Some(at)
    }

    /// Whether somebody made a document of his own out of the sample: then a row of it that was left
    /// as it is belongs to that document.
    fn goes_on_with(&self, samples: &[SampleRow], rows: &[Vec<Cell>], first_column: u32) -> bool {
        let Some(first) = samples.first() else {
            return false;
        };
        let key = &self.kind.spec().key;
        rows.iter().any(|row| {
            let cells = (first_column..)
                .zip(row)
                .filter(|(_, cell)| !is_empty(cell));
            // A cell that cannot be read may be anything but the sample's.
            let values: Vec<(Part, &str, Option<String>)> = cells
                .filter_map(|(column, cell)| {
                    let (part, field) = self.columns.get(&column)?;
                    Some((*part, &*field.element, text_of(field, cell).ok()))
                })
                .collect();
            let has = |(part, element, text): &(Part, &'static str, String), unread: bool| {
                values.iter().any(|(of, name, value)| {
                    let is_same = value.as_ref().map_or(unread, |value| value == text);
                    of == part && name == element && is_same
                })
            };
            let is_sample = samples.iter().any(|sample| {
                sample.len() == values.len() && sample.iter().all(|cell| has(cell, false))
            });
            let mut keys = first.iter().filter(|(part, element, _)| {
                *part == Part::Head && key.iter().any(|name| name == element)
            });
            !values.is_empty() && !is_sample && keys.all(|cell| has(cell, true))
        })
    }

    fn row(&mut self, sheet: &Sheet, number: u32, row: &[Cell], samples: &[SampleRow]) {
        if row.iter().all(is_empty) {
            return;
        }
        let mut filled = Vec::new();
        for (column, cell) in (sheet.first_column..).zip(row) {
            let place = Place {
                row: number,
                column,
            };
            if matches!(cell, Cell::Merged(_)) {
                let text = String::from("单元格已合并，无法确定内容属于哪一行");
                self.find(&code::FORM_MERGED, String::new(), place, "", text);
            } else if is_empty(cell) {
                continue;
            } else if let Some((part, field)) = self.columns.get(&column) {
                filled.push(Filled {
                    part: *part,
                    field,
                    place,
                    cell,
                });
            } else {
                let text = String::from("这一列没有元素名，内容不知属于哪个数据项");
                self.find(&code::FORM_UNKNOWN, String::new(), place, "", text);
            }
        }
        let values: Vec<(Part, Entry)> = filled
            .iter()
            .filter_map(|filled| Some((filled.part, self.entry(filled)?)))
            .collect();
        if !filled.is_empty() && !is_sample(&values, samples) {
            self.add(number, &filled, values);
        }
    }

    /// Puts the values of a row where they belong.
    fn add(&mut self, row: u32, filled: &[Filled<'_>], values: Vec<(Part, Entry)>) {
        let has_lines = self.kind.spec().lines.is_some();
        let at = if has_lines { self.owner(&values) } else { None };
        let (head, line): (Vec<_>, Vec<_>) = values
            .into_iter()
            .partition(|(part, _)| *part == Part::Head);
        let head: Vec<Entry> = head.into_iter().map(|(_, entry)| entry).collect();
        match at {
            None => self.documents.push(DraftDocument {
                head: DraftRecord { entries: head, row },
                lines: Vec::new(),
            }),
            Some(at) => self.repeat(at, head),
        }
        // A line whose only cells were bad is a line all the same.
        let has_line = filled.iter().any(|filled| filled.part == Part::Line);
        let owner = at.unwrap_or(self.documents.len().saturating_sub(1));
        if let Some(document) = self.documents.get_mut(owner).filter(|_| has_line) {
            document.lines.push(DraftRecord {
                entries: line.into_iter().map(|(_, entry)| entry).collect(),
                row,
            });
        }
    }

    /// The document that a row goes on with; `None` when it begins one.
    fn owner(&self, values: &[(Part, Entry)]) -> Option<usize> {
        let head = |element: &str| {
            let mut found = values.iter().filter(|(part, _)| *part == Part::Head);
            found.find(|(_, entry)| entry.element == element)
        };
        let key = &self.kind.spec().key;
        let given: Vec<(&str, &str)> = key
            .iter()
            .filter_map(|element| Some((&**element, &*head(element)?.1.text)))
            .collect();
        if given.is_empty() {
            let last = self.documents.last()?;
            // A row with a whole head of its own, but without key, is a document that lacks its key.
            let heads = values.iter().filter(|(part, _)| *part == Part::Head);
            let n_heads = heads.clone().count();
            let is_other = heads
                .filter_map(|(_, entry)| Some((last.head.entry(entry.element)?, entry)))
                .any(|(known, entry)| known.text != entry.text);
            let is_new = is_other && n_heads * 2 > last.head.entries.len();
            return (!is_new).then(|| self.documents.len() - 1);
        }
        let has_key = |document: &DraftDocument| {
            let mut given = given.iter();
            given.all(|(element, text)| document.head.text(element) == Some(text))
        };
        if let Some(at) = self.documents.iter().rposition(has_key) {
            return Some(at);
        }
        // A row that holds nothing of the head but its key goes on with a document whose own key could
        // not be read.
        let mut heads = values.iter().filter(|(part, _)| *part == Part::Head);
        let is_key_only = heads.all(|(_, entry)| key.iter().any(|name| name == entry.element));
        let last = self.documents.last()?;
        let lacks = given
            .iter()
            .any(|(element, _)| last.head.entry(element).is_none());
        (is_key_only && lacks).then(|| self.documents.len() - 1)
    }

    /// Head values in a later row of a document: the same as before, or new ones.
    fn repeat(&mut self, at: usize, head: Vec<Entry>) {
        let mut different = Vec::new();
        if let Some(document) = self.documents.get_mut(at) {
            for entry in head {
                match document.head.entry(entry.element) {
                    Some(known) if known.text == entry.text => {}
                    Some(known) => different.push((entry, known.clone())),
                    None => document.head.entries.push(entry),
                }
            }
        }
        for (entry, known) in different {
            let text = format!(
                "同一份单证的表头前后不一致：第 {} 行为“{}”",
                known.place.row,
                crate::finding::clip(&known.text)
            );
            let path = entry.element.to_owned();
            self.find(
                &code::FORM_HEAD_DIFFERS,
                path,
                entry.place,
                &entry.text,
                text,
            );
        }
    }

    /// The value of a cell, or a finding.
    fn entry(&mut self, filled: &Filled<'_>) -> Option<Entry> {
        let (field, place) = (filled.field, filled.place);
        let problem = match text_of(field, filled.cell) {
            Ok(text) => {
                return Some(Entry {
                    element: &field.element,
                    text,
                    place,
                });
            }
            Err(problem) => problem,
        };
        let (code, value, text, advice) = problem;
        let path = field.element.clone();
        let mut placed = finding(code, path, place, &value, format!("{}{text}", label(field)));
        if let Some(advice) = advice {
            placed.finding = placed.finding.advise(advice);
        }
        self.findings.push(placed);
        None
    }
}

fn is_sample(values: &[(Part, Entry)], samples: &[SampleRow]) -> bool {
    samples.iter().any(|sample| {
        sample.len() == values.len()
            && values.iter().all(|(part, entry)| {
                sample.iter().any(|(of, element, text)| {
                    of == part && *element == entry.element && *text == entry.text
                })
            })
    })
}

type Problem = (&'static Code, String, String, Option<String>);

/// The value that a cell gives a field, or what the spreadsheet has done to it.
fn text_of(field: &FieldSpec, cell: &Cell) -> Result<String, Problem> {
    let bad = |code, value: &str, text: &str| Err((code, value.to_owned(), text.to_owned(), None));
    match cell {
        Cell::Text(text) => Ok(text.trim().to_owned()),
        Cell::Number(number) => number_of(field, number),
        Cell::Moment(moment) => moment_of(field, moment),
        Cell::Bool(value) => bad(
            &code::FORM_VALUE,
            if *value { "TRUE" } else { "FALSE" },
            "应为文字或数字",
        ),
        Cell::Formula(value) => bad(&code::FORM_FORMULA, value, "是公式，平台不计算公式"),
        Cell::Fault(text) => bad(&code::FORM_VALUE, text, "是错误值"),
        Cell::Empty | Cell::Merged(_) => Ok(String::new()),
    }
}

fn number_of(field: &FieldSpec, number: &str) -> Result<String, Problem> {
    if !matches!(field.kind, FieldType::Text { .. }) {
        return Ok(number.to_owned());
    }
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole && number.len() > NUMBER_DIGITS {
        let text = format!("作为数字保存，超过 {NUMBER_DIGITS} 位的部分已被表格软件改为 0");
        return Err((&code::FORM_DIGITS_LOST, number.to_owned(), text, None));
    }
    if let Some(width) = width(field).filter(|width| is_whole && number.len() < *width) {
        let right = format!("{number:0>width$}");
        let text = format!("应为 {width} 位，作为数字保存时前面的 0 已丢失");
        let advice = format!("把该单元格的格式设为“文本”，再填写 {right}（若这就是原来的代码）。");
        return Err((
            &code::FORM_ZEROS_LOST,
            number.to_owned(),
            text,
            Some(advice),
        ));
    }
    Ok(number.to_owned())
}

/// Digits that a code must have.
fn width(field: &FieldSpec) -> Option<usize> {
    match field.kind {
        FieldType::Text { min, max, .. } if min == max && field.table().is_some() => {
            Some(max as usize)
        }
        FieldType::Text { .. }
        | FieldType::Decimal { .. }
        | FieldType::Int { .. }
        | FieldType::Xml => field.digits(),
    }
}

fn moment_of(field: &FieldSpec, moment: &str) -> Result<String, Problem> {
    if field.rules.contains(&Rule::Time14) {
        return Ok(moment.to_owned());
    }
    if field.rules.contains(&Rule::Date8) {
        return Ok(moment.get(..8).unwrap_or(moment).to_owned());
    }
    let text = String::from("被表格软件当成了日期");
    let advice = String::from("把该单元格的格式设为“文本”，再重新填写原来的内容。");
    Err((&code::FORM_VALUE, moment.to_owned(), text, Some(advice)))
}
