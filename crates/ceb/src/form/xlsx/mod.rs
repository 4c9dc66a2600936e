//! Workbook (工作簿): the sheets of an `.xlsx` file, from its unpacked parts.
//!
//! Our own reader, because a company's file is not to be trusted: the usual ones set memory aside by
//! numbers that the file only claims (a count of texts, a range of cells). Here every table grows
//! with what is really there, and rows, columns and texts have limits. The XML reader below is the
//! one for messages: no DOCTYPE, no entities, a limited depth.
//!
//! Numbers are exact decimals, rounded to the fifteen digits that a spreadsheet shows; cells with a
//! date format become moments. Formulas are not calculated. Unzipping is the caller's work (I10).

mod number;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::grid::Sheet;
use crate::kind::Kind;
use crate::xml::{Fault, Token, Tokens, prepare};

/// Most rows of a sheet, blank ones among them included.
pub const ROWS_MAX: u32 = 20_000;

/// Most columns of a sheet; the widest kind needs about seventy.
pub const COLUMNS_MAX: u32 = 256;

/// Most sheets that are looked at.
pub const SHEETS_MAX: usize = 64;

/// Most cells of all sheets together, the empty ones before the last of a row included. With what is made
/// of them they stay well below 200 MB of memory.
pub const CELLS_MAX: usize = 800_000;

/// Most bytes of the texts of all cells together.
const TEXT_BYTES_MAX: usize = 48 << 20;

/// Most shared texts.
const TEXTS_MAX: usize = 800_000;

/// Most merged ranges of one sheet; a form has none, and reading them costs time.
const MERGED_MAX: usize = 50_000;

/// Most relations of a part.
const RELATIONS_MAX: usize = 4096;

/// Most characters of a cell, as in the usual spreadsheet.
const CELL_CHARS_MAX: usize = 32_767;

/// The parts of the file by name, as [`part_name`] writes it: `xl/workbook.xml`.
pub type Parts = BTreeMap<String, Vec<u8>>;

/// The name of a part as all makers of workbooks would write it: some write backslashes, a leading slash or
/// capital letters, and names of parts are the same whatever their case.
#[must_use]
pub fn part_name(name: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in name.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    steps.join("/").to_ascii_lowercase()
}

/// What is wanted of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing: it is not read.
    Nothing,
    /// Whether there is anything in it: at most one cell is read.
    Something,
    /// The columns that a kind knows, and of the others their first cell.
    Columns(Kind),
    /// Every cell.
    Everything,
}

/// What may still be taken from a workbook.
struct WorkbookBudget {
    cells: usize,
    text_bytes: usize,
}

impl WorkbookBudget {
    fn take(&mut self, n_cells: usize, n_bytes: usize) -> Result<(), BookFault> {
        let cells = self.cells.checked_sub(n_cells);
        let text_bytes = self.text_bytes.checked_sub(n_bytes);
        let (Some(cells), Some(text_bytes)) = (cells, text_bytes) else {
            return Err(BookFault::TooManyCells);
        };
        (self.cells, self.text_bytes) = (cells, text_bytes);
        Ok(())
    }
}

/// Why the parts are no workbook that we read (工作簿有误).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookFault {
    /// A part is missing or not the XML that it should be.
    Malformed,
    /// A sheet has more than [`ROWS_MAX`] rows.
    TooManyRows,
    /// A sheet has more than [`COLUMNS_MAX`] columns.
    TooManyColumns,
    /// There are more than [`SHEETS_MAX`] sheets.
    TooManySheets,
    /// All sheets together have more than [`CELLS_MAX`] cells, or their texts are too long.
    TooManyCells,
}

impl From<Fault> for BookFault {
    fn from(_: Fault) -> Self {
        Self::Malformed
    }
}

/// Reads all sheets with their names, in their order.
///
/// # Errors
/// Why this is no workbook that we read.
pub fn read(parts: &Parts) -> Result<Vec<(String, Sheet)>, BookFault> {
    let named = parts
        .iter()
        .map(|(name, bytes)| (part_name(name), bytes.clone()));
    read_wanted(&mut named.collect(), |_| Wanted::Everything)
}

/// Reads what is wanted of the sheets, with their names, in their order. Parts that were read are dropped.
///
/// # Errors
/// Why this is no workbook that we read.
pub fn read_wanted(
    parts: &mut Parts,
    wanted: impl Fn(&str) -> Wanted,
) -> Result<Vec<(String, Sheet)>, BookFault> {
    let roots = relations(parts, "_rels/.rels", "")?;
    let book = roots
        .iter()
        .find(|relation| relation.kind.ends_with("/officeDocument"))
        .ok_or(BookFault::Malformed)?;
    let (folder, name) = book.target.rsplit_once('/').unwrap_or(("", &book.target));
    let relations = relations(parts, &format!("{folder}/_rels/{name}.rels"), folder)?;
    let mut part = |kind: &str| {
        let mut found = relations
            .iter()
            .filter(|relation| relation.kind.ends_with(kind));
        found.find_map(|relation| parts.remove(&relation.target))
    };
    let texts = part("/sharedStrings").map_or_else(|| Ok(Vec::new()), |bytes| texts(&bytes))?;
    let styles = part("/styles").map_or_else(|| Ok(Vec::new()), |bytes| number::styles(&bytes))?;
    let bytes = parts.get(&book.target).ok_or(BookFault::Malformed)?;
    let (names, is_1904) = names(bytes)?;
    let mut budget = WorkbookBudget {
        cells: CELLS_MAX,
        text_bytes: TEXT_BYTES_MAX,
    };
    let context = sheet::Context {
        texts: &texts,
        is_date: &styles,
        is_1904,
    };
    let mut sheets = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, id) in names {
        let target = relations.iter().find(|relation| relation.id == id);
        let target = target.filter(|relation| relation.kind.ends_with("/worksheet"));
        let Some(target) = target else { continue };
        // Two sheets that are one part would be read twice for one.
        if !seen.insert(&target.target) {
            return Err(BookFault::Malformed);
        }
        if let Some(bytes) = parts.remove(&target.target) {
            let wanted = wanted(&name);
            let sheet = if wanted == Wanted::Nothing {
                Sheet::default()
            } else {
                sheet::read(&bytes, &context, wanted, &mut budget)?
            };
            sheets.push((name, sheet));
        }
    }
    if sheets.is_empty() {
        return Err(BookFault::Malformed);
    }
    Ok(sheets)
}

/// The name of a cell by row and column, from 1: `C7`.
#[must_use]
pub fn cell_name(row: u32, column: u32) -> String {
    sheet::name(row, column)
}

/// A relation between parts.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

fn relations(parts: &Parts, name: &str, folder: &str) -> Result<Vec<Relation>, BookFault> {
    let bytes = parts.get(&part_name(name)).ok_or(BookFault::Malformed)?;
    let mut relations = Vec::new();
    let mut walk = XmlWalk::new(bytes)?;
    while let Some(step) = walk.next()? {
        if matches!(step, XmlStep::Start("Relationship")) {
            let target = walk.attribute("Target").unwrap_or_default();
            let target = if target.starts_with(['/', '\\']) {
                part_name(&target)
            } else {
                part_name(&format!("{folder}/{target}"))
            };
            if relations.len() == RELATIONS_MAX {
                return Err(BookFault::Malformed);
            }
            relations.push(Relation {
                id: walk.attribute("Id").unwrap_or_default(),
                kind: walk.attribute("Type").unwrap_or_default(),
                target,
            });
        }
    }
    Ok(relations)
}

/// Names of the sheets with the ids of their relations, and whether dates count from 1904.
fn names(bytes: &[u8]) -> Result<(Vec<(String, String)>, bool), BookFault> {
    let mut names = Vec::new();
    let mut is_1904 = false;
    let mut walk = XmlWalk::new(bytes)?;
    while let Some(step) = walk.next()? {
        match step {
            XmlStep::Start("sheet") => {
                if names.len() == SHEETS_MAX {
                    return Err(BookFault::TooManySheets);
                }
                let name = walk.attribute("name").unwrap_or_default();
                names.push((name, walk.attribute("id").unwrap_or_default()));
            }
            XmlStep::Start("workbookPr") => {
                let flag = walk.attribute("date1904");
                is_1904 = flag.is_some_and(|flag| flag == "1" || flag == "true");
            }
            XmlStep::Start(_) | XmlStep::End(_) | XmlStep::Text(_) => {}
        }
    }
    Ok((names, is_1904))
}

/// The shared texts.
fn texts(bytes: &[u8]) -> Result<Vec<String>, BookFault> {
    let mut texts = Vec::new();
    let mut walk = XmlWalk::new(bytes)?;
    while let Some(step) = walk.next()? {
        if matches!(step, XmlStep::Start("si")) {
            if texts.len() == TEXTS_MAX {
                return Err(BookFault::TooManyCells);
            }
            texts.push(walk.rich_text("si")?);
        }
    }
    Ok(texts)
}

/// A step through a part.
enum XmlStep<'a> {
    Start(&'a str),
    End(&'a str),
    Text(String),
}

/// Walks through a part by local names.
struct XmlWalk<'a> {
    tokens: Tokens<'a>,
    open: Vec<&'a str>,
}

impl<'a> XmlWalk<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, BookFault> {
        Ok(Self {
            tokens: Tokens::new(prepare(bytes)?),
            open: Vec::new(),
        })
    }

    fn next(&mut self) -> Result<Option<XmlStep<'a>>, BookFault> {
        Ok(Some(match self.tokens.next()? {
            Token::Start(name) => {
                self.open.push(name.local);
                XmlStep::Start(name.local)
            }
            Token::End => XmlStep::End(self.open.pop().unwrap_or_default()),
            Token::Text(text) | Token::CData(text) => XmlStep::Text(text.to_owned()),
            Token::Char(c) => XmlStep::Text(c.to_string()),
            Token::Eof => return Ok(None),
        }))
    }

    /// One step, of which only the depth counts; false at the end.
    fn pass(&mut self) -> Result<bool, BookFault> {
        match self.tokens.next()? {
            Token::Start(name) => self.open.push(name.local),
            Token::End => {
                self.open.pop();
            }
            Token::Text(_) | Token::CData(_) | Token::Char(_) => {}
            Token::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.tokens.attributes();
        let found = attributes.find(|attribute| attribute.local == name)?;
        Some(found.value.clone().into_owned())
    }

    /// The text of an element that was just opened.
    fn text(&mut self, element: &str) -> Result<String, BookFault> {
        let mut text = String::new();
        let depth = self.open.len();
        while let Some(step) = self.next()? {
            match step {
                XmlStep::Text(more) => append(&mut text, &more)?,
                XmlStep::End(name) if name == element && self.open.len() < depth => {
                    return Ok(text);
                }
                XmlStep::Start(_) | XmlStep::End(_) => {}
            }
        }
        Err(BookFault::Malformed)
    }

    /// The runs of a text, without what tells how it is pronounced.
    fn rich_text(&mut self, element: &str) -> Result<String, BookFault> {
        let mut text = String::new();
        let depth = self.open.len();
        while let Some(step) = self.next()? {
            match step {
                XmlStep::Start("t") if !self.open.contains(&"rPh") => {
                    let more = self.text("t")?;
                    append(&mut text, &more)?;
                }
                XmlStep::End(name) if name == element && self.open.len() < depth => {
                    return Ok(unescape(&text));
                }
                XmlStep::Start(_) | XmlStep::End(_) | XmlStep::Text(_) => {}
            }
        }
        Err(BookFault::Malformed)
    }
}

fn append(text: &mut String, more: &str) -> Result<(), BookFault> {
    // Bytes are at most four for a character, so this never refuses what a spreadsheet allows.
    if text.len() + more.len() > CELL_CHARS_MAX * 4 {
        return Err(BookFault::Malformed);
    }
    text.push_str(more);
    Ok(())
}

/// Spreadsheets write characters that XML has not as `_x000D_`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest
            .get(at + 2..at + 6)
            .filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let c = code
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        let n_taken = match c {
            Some(c) => {
                out.push(c);
                7
            }
            None => {
                out.push_str("_x");
                2
            }
        };
        rest = &rest[at + n_taken..];
    }
    out.push_str(rest);
    out
}
