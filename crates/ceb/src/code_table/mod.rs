//! Code tables (代码表): what the codes in messages mean.
//!
//! Small tables that hardly change, in `crates/ceb/tables/`: one code and its Chinese name per line.
//! They are for people (pages, screens, texts), not for refusing: customs changes its tables without
//! changing the standard, so a code that is not here may well be right. The district table names
//! the districts and those of Beijing only; there is no port table.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::spec::CodeTable;

type Table = HashMap<&'static str, &'static str>;

fn read(text: &'static str) -> Table {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect()
}

static UNIT: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../tables/unit.txt")));
static COUNTRY: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../tables/country.txt")));
static TRAFFIC: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../tables/traffic.txt")));
static WRAP: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../tables/wrap.txt")));
static DISTRICT: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../tables/district.txt")));
static CURRENCY: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../tables/currency.txt")));

/// Codes and names of a table, in the order of the codes; none for a table that we do not have.
#[must_use]
pub fn entries(table: CodeTable) -> Vec<(&'static str, &'static str)> {
    let mut entries: Vec<_> = by_code(table).into_iter().flatten().collect();
    entries.sort_unstable();
    entries
        .into_iter()
        .map(|(code, name)| (*code, *name))
        .collect()
}

fn by_code(table: CodeTable) -> Option<&'static Table> {
    Some(match table {
        CodeTable::Unit => &UNIT,
        CodeTable::Country => &COUNTRY,
        CodeTable::Traffic => &TRAFFIC,
        CodeTable::Wrap => &WRAP,
        CodeTable::District => &DISTRICT,
        CodeTable::Currency => &CURRENCY,
        CodeTable::Port => return None,
    })
}

/// The Chinese name of a code; `None` when the table does not list it.
#[must_use]
pub fn chinese(table: CodeTable, code: &str) -> Option<&'static str> {
    by_code(table)?.get(code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(chinese(CodeTable::Unit, "035"), Some("千克"));
        assert_eq!(chinese(CodeTable::Country, "116"), Some("日本"));
        assert_eq!(chinese(CodeTable::Currency, "142"), Some("人民币"));
        assert_eq!(chinese(CodeTable::Traffic, "5"), Some("航空"));
        assert_eq!(chinese(CodeTable::Wrap, "2"), Some("纸箱"));
        assert_eq!(
            chinese(CodeTable::District, "0129"),
            Some("北京海关天竺综合保税区")
        );
        assert_eq!(chinese(CodeTable::Unit, "999"), None);
        assert!(UNIT.len() > 100 && COUNTRY.len() > 200);
    }
}
