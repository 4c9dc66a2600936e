//! The grid form: rows of a sheet, as a clerk fills in a template.
//!
//! One of the first rows holds element names (`orderNo`, `OrderList/qty`); what stands above it is
//! for people. Each row below is a document, or for kinds with lines a line of one: rows with the
//! same document key belong together, and a row without key belongs to the document above. Head
//! values stand in the first row of a document; where later rows repeat them they must be the same.
//!
//! Spreadsheets change what people type: they drop leading zeros, cut long numbers, make dates of
//! order numbers. Each of these is told at its cell; nothing is guessed. A date is converted when it has
//! one reading only, and characters that nobody sees are taken away as white space is.

mod value;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::column::named;
use super::{
    ColumnPart, Draft, DraftDocument, DraftRecord, FormEntry, FormPlace, PlacedFinding, finding,
};
use crate::advice::invisible;
use crate::code::{self, Code};
use crate::kind::Kind;
use crate::spec::{FieldSpec, label};
use value::text_of;

/// Rows among which the row of element names is looked for.
pub(crate) const HEADER_ROWS: usize = 8;

/// Most findings of a sheet; the others are found when these are mended.
pub const FINDINGS_MAX: usize = 1000;

/// Element names that make a row the row of names.
const NAMES_MIN: usize = 3;

/// Documents among which a row with a part of a key looks for its own.
const NEAR_DOCUMENTS: usize = 100;

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
    /// Bytes of its text.
    pub(crate) fn n_bytes(&self) -> usize {
        match self {
            Self::Empty | Self::Bool(_) => 0,
            Self::Text(text)
            | Self::Number(text)
            | Self::Moment(text)
            | Self::Formula(text)
            | Self::Fault(text)
            | Self::Merged(text) => text.len(),
        }
    }

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
    /// Whether numbers of days count from 1904.
    pub is_1904: bool,
    /// Rows; they may have different lengths.
    pub rows: Vec<Vec<Cell>>,
}

/// A row of the sample.
type SampleRow = Vec<(ColumnPart, &'static str, String)>;

/// A cell of a data row with its column.
struct Filled<'s> {
    part: ColumnPart,
    field: &'static FieldSpec,
    place: FormPlace,
    cell: &'s Cell,
}

/// Reads the rows of a kind. There is no draft without a row of element names or without a document.
#[must_use]
pub fn read(kind: Kind, sheet: &Sheet) -> (Option<Draft>, Vec<PlacedFinding>) {
    let mut reader = GridReader {
        kind,
        findings: Vec::new(),
        columns: BTreeMap::new(),
        documents: Vec::new(),
        by_key: HashMap::new(),
        is_1904: sheet.is_1904,
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
        Cell::Text(text) => invisible::cleaned(text, true).trim().is_empty(),
        Cell::Number(_) | Cell::Moment(_) | Cell::Bool(_) | Cell::Formula(_) | Cell::Fault(_) => {
            false
        }
    }
}

struct GridReader {
    kind: Kind,
    findings: Vec<PlacedFinding>,
    columns: BTreeMap<u32, (ColumnPart, &'static FieldSpec)>,
    documents: Vec<DraftDocument>,
    /// The last document with each key that is complete.
    by_key: HashMap<Vec<String>, usize>,
    is_1904: bool,
}

/// The columns of a row whose cells are element names of a kind; `None` when it is not the row of names.
pub(crate) fn columns_named(kind: Kind, row: &[Cell]) -> Option<BTreeSet<u32>> {
    let named = (1..).zip(row).filter(|(_, cell)| is_named(kind, cell));
    let columns: BTreeSet<u32> = named.map(|(column, _)| column).collect();
    (columns.len() >= NAMES_MIN).then_some(columns)
}

/// The kind whose element names stand in one of the first rows, when only one kind has all of them.
#[must_use]
pub fn kind_of_rows(sheet: &Sheet) -> Option<Kind> {
    let declared = || {
        Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_declaration())
    };
    let n_named = |row: &[Cell], kind: Kind| row.iter().filter(|cell| is_named(kind, cell)).count();
    sheet.rows.iter().take(HEADER_ROWS).find_map(|row| {
        let most = declared()
            .map(|kind| n_named(row, kind))
            .max()
            .filter(|most| *most >= NAMES_MIN)?;
        // Of kinds that share these names, the one that misses the fewest of its own.
        let n_missing = |kind: &Kind| super::columns(*kind).len().saturating_sub(most);
        let best = declared().filter(|kind| n_named(row, *kind) == most);
        let fewest = best.clone().map(|kind| n_missing(&kind)).min()?;
        let mut best = best.filter(|kind| n_missing(kind) == fewest);
        best.next().filter(|_| best.next().is_none())
    })
}

fn is_named(kind: Kind, cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if named(kind, &name_of(text)).is_some())
}

/// The text of a cell of the row of names.
fn name_of(text: &str) -> String {
    invisible::cleaned(text, true).trim().to_owned()
}

impl GridReader {
    fn find(
        &mut self,
        code: &'static Code,
        path: String,
        place: FormPlace,
        value: &str,
        text: String,
    ) {
        if self.findings.len() >= FINDINGS_MAX {
            return;
        }
        self.findings.push(finding(code, path, place, value, text));
    }

    /// Finds the row of element names and notes the columns; answers its place among the rows.
    fn header(&mut self, sheet: &Sheet) -> Option<usize> {
        let is_header = |row: &Vec<Cell>| columns_named(self.kind, row).is_some();
        let mut first = sheet.rows.iter().take(HEADER_ROWS);
        let Some(at) = first.position(is_header) else {
            let place = FormPlace {
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
            let place = FormPlace { row, column };
            let Cell::Text(text) = cell else {
                continue;
            };
            let text = &*name_of(text);
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
            let values: Vec<(ColumnPart, &str, Option<String>)> = cells
                .filter_map(|(column, cell)| {
                    let (part, field) = self.columns.get(&column)?;
                    Some((
                        *part,
                        &*field.element,
                        text_of(field, cell, self.is_1904).ok(),
                    ))
                })
                .collect();
            let has = |(part, element, text): &(ColumnPart, &'static str, String), unread: bool| {
                values.iter().any(|(of, name, value)| {
                    let is_same = value.as_ref().map_or(unread, |value| value == text);
                    of == part && name == element && is_same
                })
            };
            let is_sample = samples.iter().any(|sample| {
                sample.len() == values.len() && sample.iter().all(|cell| has(cell, false))
            });
            let mut keys = first.iter().filter(|(part, element, _)| {
                *part == ColumnPart::Head && key.iter().any(|name| name == element)
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
            let place = FormPlace {
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
        let values: Vec<(ColumnPart, FormEntry)> = filled
            .iter()
            .filter_map(|filled| Some((filled.part, self.entry(filled)?)))
            .collect();
        if !filled.is_empty() && !is_sample(&values, samples) {
            self.add(number, &filled, values);
        }
    }

    /// Puts the values of a row where they belong.
    fn add(&mut self, row: u32, filled: &[Filled<'_>], values: Vec<(ColumnPart, FormEntry)>) {
        let has_lines = self.kind.spec().lines.is_some();
        let at = if has_lines { self.owner(&values) } else { None };
        let (head, line): (Vec<_>, Vec<_>) = values
            .into_iter()
            .partition(|(part, _)| *part == ColumnPart::Head);
        let head: Vec<FormEntry> = head.into_iter().map(|(_, entry)| entry).collect();
        match at {
            None => self.documents.push(DraftDocument {
                head: DraftRecord { entries: head, row },
                lines: Vec::new(),
            }),
            Some(at) => self.repeat(at, head),
        }
        // A line whose only cells were bad is a line all the same.
        let has_line = filled.iter().any(|filled| filled.part == ColumnPart::Line);
        let owner = at.unwrap_or(self.documents.len().saturating_sub(1));
        let Some(document) = self.documents.get_mut(owner).filter(|_| has_lines) else {
            return;
        };
        let key = self.kind.spec().key.iter();
        let whole: Option<Vec<String>> = key
            .map(|name| document.head.text(name).map(str::to_owned))
            .collect();
        if let Some(whole) = whole {
            self.by_key.insert(whole, owner);
        }
        if has_line {
            document.lines.push(DraftRecord {
                entries: line.into_iter().map(|(_, entry)| entry).collect(),
                row,
            });
        }
    }

    /// The document that a row goes on with; `None` when it begins one.
    fn owner(&self, values: &[(ColumnPart, FormEntry)]) -> Option<usize> {
        let head = |element: &str| {
            let mut found = values.iter().filter(|(part, _)| *part == ColumnPart::Head);
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
            let heads = values.iter().filter(|(part, _)| *part == ColumnPart::Head);
            let n_heads = heads.clone().count();
            let is_other = heads
                .filter_map(|(_, entry)| Some((last.head.entry(entry.element)?, entry)))
                .any(|(known, entry)| known.text != entry.text);
            let is_new = is_other && n_heads * 2 > last.head.entries.len();
            return (!is_new).then(|| self.documents.len() - 1);
        }
        if given.len() == key.len() {
            let texts: Vec<String> = given.iter().map(|(_, text)| (*text).to_owned()).collect();
            if let Some(at) = self.by_key.get(&texts) {
                return Some(*at);
            }
        } else {
            let has_key = |document: &DraftDocument| {
                let mut given = given.iter();
                given.all(|(element, text)| document.head.text(element) == Some(text))
            };
            // Only near documents: whoever leaves a part of the key out goes on with one of the last rows.
            let first = self.documents.len().saturating_sub(NEAR_DOCUMENTS);
            if let Some(at) = self.documents[first..].iter().rposition(has_key) {
                return Some(first + at);
            }
        }
        // A row that holds nothing of the head but its key goes on with a document whose own key could
        // not be read.
        let mut heads = values.iter().filter(|(part, _)| *part == ColumnPart::Head);
        let is_key_only = heads.all(|(_, entry)| key.iter().any(|name| name == entry.element));
        let last = self.documents.last()?;
        let lacks = given
            .iter()
            .any(|(element, _)| last.head.entry(element).is_none());
        (is_key_only && lacks).then(|| self.documents.len() - 1)
    }

    /// Head values in a later row of a document: the same as before, or new ones.
    fn repeat(&mut self, at: usize, head: Vec<FormEntry>) {
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
    fn entry(&mut self, filled: &Filled<'_>) -> Option<FormEntry> {
        let (field, place) = (filled.field, filled.place);
        let problem = match text_of(field, filled.cell, self.is_1904) {
            Ok(text) => {
                return Some(FormEntry {
                    element: &field.element,
                    text,
                    place,
                });
            }
            Err(problem) => problem,
        };
        if self.findings.len() >= FINDINGS_MAX {
            return None;
        }
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

fn is_sample(values: &[(ColumnPart, FormEntry)], samples: &[SampleRow]) -> bool {
    samples.iter().any(|sample| {
        sample.len() == values.len()
            && values.iter().all(|(part, entry)| {
                sample.iter().any(|(of, element, text)| {
                    of == part && *element == entry.element && *text == entry.text
                })
            })
    })
}
