//! One sheet: its cells by row and column, and which of them are merged.

use super::number::shown;
use crate::serial::{decimal, moment};
use std::collections::BTreeSet;

use super::{
    BookFault, COLUMNS_MAX, MERGED_MAX, ROWS_MAX, Wanted, WorkbookBudget, XmlStep, XmlWalk,
};
use crate::form::grid::{self, Cell, Sheet};

/// What the cells of a sheet refer to.
pub(super) struct Context<'c> {
    pub(super) texts: &'c [String],
    pub(super) is_date: &'c [bool],
    pub(super) is_1904: bool,
}

/// Reads the cells of a sheet; a part that is no worksheet is a blank sheet.
pub(super) fn read(
    bytes: &[u8],
    context: &Context<'_>,
    wanted: Wanted,
    budget: &mut WorkbookBudget,
) -> Result<Sheet, BookFault> {
    let mut reader = SheetReader {
        walk: XmlWalk::new(bytes)?,
        context,
        wanted,
        budget,
        known: None,
        others: BTreeSet::new(),
        rows: Vec::new(),
        n_merged: 0,
        row: 0,
        column: 0,
    };
    while let Some(step) = reader.walk.next()? {
        match step {
            XmlStep::Start("row") => {
                let given = reader.walk.attribute("r").and_then(|row| row.parse().ok());
                reader.names();
                reader.row = given.unwrap_or(reader.row.saturating_add(1));
                reader.column = 0;
            }
            XmlStep::Start("c") => {
                reader.cell()?;
                if wanted == Wanted::Something && !reader.rows.is_empty() {
                    break;
                }
            }
            XmlStep::Start("mergeCell") => reader.merged()?,
            XmlStep::Start(_) | XmlStep::End(_) | XmlStep::Text(_) => {}
        }
    }
    Ok(Sheet {
        first_row: 1,
        first_column: 1,
        is_1904: context.is_1904,
        rows: reader.rows,
    })
}

struct SheetReader<'a, 'c> {
    walk: XmlWalk<'a>,
    context: &'c Context<'c>,
    wanted: Wanted,
    budget: &'c mut WorkbookBudget,
    /// Columns whose element is known, once the row of names was read.
    known: Option<BTreeSet<u32>>,
    /// Other columns of which a cell was kept.
    others: BTreeSet<u32>,
    rows: Vec<Vec<Cell>>,
    /// Merged ranges read so far.
    n_merged: usize,
    /// Row and column of the last cell, from 1.
    row: u32,
    column: u32,
}

impl SheetReader<'_, '_> {
    /// Looks for the row of names in the row that was just read.
    fn names(&mut self) {
        if let (Wanted::Columns(kind), None) = (self.wanted, &self.known)
            && self.rows.len() <= grid::HEADER_ROWS
            && let Some(row) = self.rows.last()
        {
            self.known = grid::columns_named(kind, row);
        }
    }

    /// Whether a cell of a data row is read: the first of a column that no element has tells of the column,
    /// the others would only cost.
    fn is_wanted(&mut self, column: u32) -> bool {
        match &self.known {
            Some(known) if !known.contains(&column) => self.others.insert(column),
            Some(_) | None => true,
        }
    }

    fn cell(&mut self) -> Result<(), BookFault> {
        let place = self.walk.attribute("r").and_then(|name| place(&name));
        (self.row, self.column) = place.unwrap_or((self.row.max(1), self.column.saturating_add(1)));
        if self.column <= COLUMNS_MAX && !self.is_wanted(self.column) {
            return self.pass_over();
        }
        let kind = self.walk.attribute("t").unwrap_or_default();
        let style = self
            .walk
            .attribute("s")
            .and_then(|style| style.parse().ok());
        let (mut value, mut inline, mut is_formula) = (String::new(), None, false);
        let depth = self.walk.open.len();
        while let Some(step) = self.walk.next()? {
            match step {
                XmlStep::Start("v") => value = self.walk.text("v")?,
                XmlStep::Start("is") => inline = Some(self.walk.rich_text("is")?),
                XmlStep::Start("f") => is_formula = true,
                XmlStep::End("c") if self.walk.open.len() < depth => break,
                XmlStep::Start(_) | XmlStep::End(_) | XmlStep::Text(_) => {}
            }
        }
        let cell = if is_formula {
            Cell::Formula(crate::finding::clip(&value))
        } else if let Some(text) = inline {
            Cell::Text(text)
        } else {
            self.value(&kind, style, &value)?
        };
        self.put(cell)
    }

    /// Reads up to the end of a cell.
    fn pass_over(&mut self) -> Result<(), BookFault> {
        let depth = self.walk.open.len();
        while self.walk.pass()? {
            if self.walk.open.len() < depth {
                break;
            }
        }
        Ok(())
    }

    fn value(&self, kind: &str, style: Option<usize>, value: &str) -> Result<Cell, BookFault> {
        if value.is_empty() {
            return Ok(Cell::Empty);
        }
        Ok(match kind {
            "s" => {
                let text = value.trim().parse().ok();
                let text = text.and_then(|at: usize| self.context.texts.get(at));
                Cell::Text(text.ok_or(BookFault::Malformed)?.clone())
            }
            "str" | "inlineStr" => Cell::Text(super::unescape(value)),
            "b" => Cell::Bool(value.trim() == "1"),
            "e" => Cell::Fault(crate::finding::clip(value)),
            "d" => Cell::Moment(iso(value)),
            _ => {
                let Some(number) = decimal(value) else {
                    return Ok(Cell::Fault(crate::finding::clip(value)));
                };
                let is_date = style.and_then(|style| self.context.is_date.get(style));
                let moment = moment(number, self.context.is_1904)
                    .filter(|_| is_date.is_some_and(|is_date| *is_date));
                moment.map_or_else(|| Cell::Number(shown(number)), Cell::Moment)
            }
        })
    }

    /// Puts a cell at the current place. Empty ones take no room, wherever they are.
    fn put(&mut self, cell: Cell) -> Result<(), BookFault> {
        if cell == Cell::Empty {
            return Ok(());
        }
        if self.row > ROWS_MAX {
            return Err(BookFault::TooManyRows);
        }
        if self.column > COLUMNS_MAX {
            return Err(BookFault::TooManyColumns);
        }
        let (row, column) = (
            self.row.max(1) as usize - 1,
            self.column.max(1) as usize - 1,
        );
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut self.rows[row];
        let n_new = (column + 1).saturating_sub(cells.len());
        self.budget.take(n_new.max(1), cell.n_bytes())?;
        if n_new > 0 {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
        Ok(())
    }

    /// Marks the first cell of merged ones; the others are empty.
    fn merged(&mut self) -> Result<(), BookFault> {
        self.n_merged += 1;
        if self.n_merged > MERGED_MAX {
            return Err(BookFault::TooManyCells);
        }
        let range = self.walk.attribute("ref").unwrap_or_default();
        let first = range.split(':').next().and_then(place);
        if let Some((row, column)) = first.filter(|(row, _)| *row as usize <= self.rows.len()) {
            (self.row, self.column) = (row, column.min(COLUMNS_MAX));
            let content = self
                .rows
                .get(row as usize - 1)
                .and_then(|cells| cells.get(self.column as usize - 1));
            let content = content.map_or_else(String::new, Cell::shown);
            self.put(Cell::Merged(content))?;
        }
        Ok(())
    }
}

/// Row and column of `C7`, from 1.
fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.trim();
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let mut column: u32 = 0;
    for letter in name[..digits].bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A' + 1,
            b'a'..=b'z' => letter - b'a' + 1,
            _ => return None,
        };
        column = column.checked_mul(26)?.checked_add(u32::from(value))?;
    }
    let row = name[digits..].parse().ok()?;
    (row > 0 && column > 0).then_some((row, column))
}

/// `2026-01-05T10:11:12` as 14 digits.
fn iso(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("{digits:0<14}")
}

/// The name of a cell, from 1: `C7`.
pub(super) fn name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    letters.reverse();
    format!("{}{row}", String::from_utf8_lossy(&letters))
}
