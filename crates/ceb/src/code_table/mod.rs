//! Code tables (代码表): what the codes in messages mean, and whether a code exists.
//!
//! A table is a data file with a version, the day from which it holds, and whether it is complete
//! ([`mod@file`] tells the format). Those of `crates/ceb/tables/` are built in; a platform may load newer
//! ones, which stand beside the older ones: a document is judged by the table of its own day. Only a
//! complete table may refuse a code that it does not list; customs changes its tables without
//! changing the standard, so a code that is missing in an incomplete one may well be right (I7).

pub mod file;
#[cfg(test)]
mod tests;
mod which;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

pub use file::{TableFault, read};
pub use which::CodeTable;

/// A code and what the table says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The code: `142`.
    pub code: String,
    /// Its name, in Chinese.
    pub chinese: String,
    /// The same thing in other letters (country: three letters); empty when there is none.
    pub alias: String,
    /// What the tariff says; `None` in other tables.
    pub goods: Option<Goods>,
}

/// What the tariff (税则) says about a commodity code. `None` everywhere: the table does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goods {
    /// First statutory unit (法定第一单位).
    pub unit1: Option<String>,
    /// Second statutory unit (法定第二单位); empty when the code has none.
    pub unit2: Option<String>,
    /// Rate of value-added tax (增值税率), in percent.
    pub vat: Option<String>,
    /// Rate of consumption tax (消费税率), in percent.
    pub consumption: Option<String>,
    /// Whether it is on the list of goods for retail import (跨境电子商务零售进口商品清单).
    pub is_listed: Option<bool>,
}

/// One version of a code table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which table.
    pub which: CodeTable,
    /// Version: the day of its publication as a number, `20180401`.
    pub version: u32,
    /// First day on which it holds, `YYYYMMDD`, Beijing.
    pub effective: String,
    /// Whether a code that it does not list does not exist.
    pub is_complete: bool,
    /// Where it comes from.
    pub source: String,
    rows: Vec<CodeRow>,
    by_code: HashMap<String, usize>,
}

impl Table {
    /// Its rows, in the order of the codes.
    #[must_use]
    pub fn rows(&self) -> &[CodeRow] {
        &self.rows
    }

    /// The row of a code. A division (行政区划) is looked up by its province, the first two digits.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&CodeRow> {
        let code = if self.which == CodeTable::Region {
            code.get(..PROVINCE_CHARS)?
        } else {
            code
        };
        self.rows.get(*self.by_code.get(code)?)
    }

    /// Whether the missing of a code proves that there is no such code: the table is complete and
    /// has codes of this form. Letters for countries came later than the digits.
    #[must_use]
    pub fn denies(&self, code: &str) -> bool {
        let is_digits = |code: &str| code.bytes().all(|b| b.is_ascii_digit());
        let has_letters = self.rows.iter().any(|row| !is_digits(&row.code));
        self.is_complete && (has_letters || is_digits(code)) && self.find(code).is_none()
    }

    /// Whether some code begins like this one: the heading of four digits of a simplified export.
    #[must_use]
    pub fn has_heading(&self, code: &str) -> bool {
        let Some(heading) = code.get(..HEADING_CHARS) else {
            return false;
        };
        let at = self.rows.partition_point(|row| &*row.code < heading);
        self.rows
            .get(at)
            .is_some_and(|row| row.code.starts_with(heading))
    }
}

/// Digits that name a province in the code of a division.
const PROVINCE_CHARS: usize = 2;

/// Digits of a heading of the tariff.
const HEADING_CHARS: usize = 4;

/// Every version of every table that somebody has: the built-in ones and those loaded.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// By table, oldest version first.
    versions: [Vec<Arc<Table>>; CodeTable::ALL.len()],
}

static BUILT_IN: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::default();
    for text in file::BUILT_IN {
        // The built-in files have no fault: checked by a test.
        if let Ok(table) = read(text) {
            tables.add(table);
        }
    }
    tables
});

impl Tables {
    /// The tables that came with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Adds a version. False when this version is there already.
    pub fn add(&mut self, table: Table) -> bool {
        let versions = &mut self.versions[table.which as usize];
        match versions.binary_search_by_key(&table.version, |known| known.version) {
            Ok(_) => false,
            Err(at) => {
                versions.insert(at, Arc::new(table));
                true
            }
        }
    }

    /// Every version of a table, oldest first.
    #[must_use]
    pub fn versions(&self, which: CodeTable) -> &[Arc<Table>] {
        &self.versions[which as usize]
    }

    /// The newest version of a table, whether it holds already or not.
    #[must_use]
    pub fn newest(&self, which: CodeTable) -> Option<&Table> {
        self.versions(which).last().map(|table| &**table)
    }

    /// The table that holds on a day, `YYYYMMDD`: the newest of those that hold already, else the
    /// oldest there is. Without a day, the newest.
    #[must_use]
    pub fn on(&self, which: CodeTable, day: Option<&str>) -> Option<&Table> {
        let versions = self.versions(which);
        let holds = |table: &&Arc<Table>| day.is_none_or(|day| &*table.effective <= day);
        let found = versions.iter().rev().find(holds).or(versions.first());
        found.map(|table| &**table)
    }

    /// Codes and names of a table that holds on a day, in the order of the codes.
    #[must_use]
    pub fn entries(&self, which: CodeTable, day: Option<&str>) -> Vec<(&str, &str)> {
        let rows = self.on(which, day).map(Table::rows).unwrap_or_default();
        rows.iter().map(|row| (&*row.code, &*row.chinese)).collect()
    }
}

/// Codes and names of a built-in table, in the order of the codes.
#[must_use]
pub fn entries(table: CodeTable) -> Vec<(&'static str, &'static str)> {
    Tables::built_in().entries(table, None)
}

/// The Chinese name of a code in a built-in table; `None` when the table does not list it.
#[must_use]
pub fn chinese(table: CodeTable, code: &str) -> Option<&'static str> {
    let row = Tables::built_in().newest(table)?.find(code)?;
    Some(&row.chinese)
}

/// What a newer version changes (代码表差异).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeTableDifference {
    /// Codes that are new, with their names.
    pub added: Vec<(String, String)>,
    /// Codes that are gone, with their names.
    pub removed: Vec<(String, String)>,
    /// Codes that stay but mean something else: code, what it said, what it says.
    pub changed: Vec<(String, String, String)>,
}

impl CodeTableDifference {
    /// From an older version, if there is one, to a newer.
    #[must_use]
    pub fn between(old: Option<&Table>, new: &Table) -> Self {
        let mut difference = Self::default();
        let old_rows = old.map(Table::rows).unwrap_or_default();
        let old_by: HashMap<&str, &CodeRow> =
            old_rows.iter().map(|row| (&*row.code, row)).collect();
        for row in new.rows() {
            match old_by.get(&*row.code) {
                None => difference
                    .added
                    .push((row.code.clone(), row.chinese.clone())),
                Some(was) if *was != row => {
                    let (was, is) = (file::line(new.which, was), file::line(new.which, row));
                    difference.changed.push((row.code.clone(), was, is));
                }
                Some(_) => {}
            }
        }
        let kept = |code: &str| {
            new.rows
                .binary_search_by(|row| (*row.code).cmp(code))
                .is_ok()
        };
        let gone = old_rows.iter().filter(|row| !kept(&row.code));
        difference.removed = gone
            .map(|row| (row.code.clone(), row.chinese.clone()))
            .collect();
        difference
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}
