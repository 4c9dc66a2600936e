//! The file of a code table: a head of `key | value` lines, then `[codes]` and one code a line.
//!
//! ```text
//! # Lines that begin with a number sign are for the reader.
//! table     | country
//! version   | 20180401        the day of its publication; a newer one has a larger number
//! effective | 20180801        the first day on which it holds
//! complete  | yes             or no: a code that is not listed may exist
//! source    | 海关总署公告…
//!
//! [codes]
//! 142 | CHN | 中国
//! ```
//!
//! Columns: country `code | letters | name`, tariff `code | name | unit | second unit | value-added
//! tax | consumption tax | on the list`, all others `code | name`. `-` says none, `?` not known.

use super::{CodeRow, CodeTable, Goods, Table};
use crate::time;
use std::collections::HashMap;

/// The files that came with the program.
pub(super) const BUILT_IN: &[&str] = &[
    include_str!("../../tables/unit.txt"),
    include_str!("../../tables/country.txt"),
    include_str!("../../tables/traffic.txt"),
    include_str!("../../tables/wrap.txt"),
    include_str!("../../tables/district.txt"),
    include_str!("../../tables/currency.txt"),
    include_str!("../../tables/region.txt"),
    include_str!("../../tables/tariff.txt"),
];

/// Longest file, in bytes; the whole tariff has about a tenth.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// Most codes of one table.
pub const CODES_MAX: usize = 50_000;

/// Most faults told about one file.
pub const FAULTS_MAX: usize = 50;

/// Longest code, in characters.
const CODE_CHARS_MAX: usize = 20;

/// What is wrong with a file, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, in Chinese.
    pub text: String,
}

/// Reads a file.
///
/// # Errors
/// Everything that is wrong with it, at most [`FAULTS_MAX`].
pub fn read(text: &str) -> Result<Table, Vec<TableFault>> {
    let mut faults = Vec::new();
    if text.len() > FILE_BYTES_MAX {
        let text = format!("文件超过 {} MiB", FILE_BYTES_MAX >> 20);
        return Err(vec![TableFault { line: 0, text }]);
    }
    // Also in remarks: the file is stored as it is.
    let is_odd = |c: char| c.is_control() && c != '\t' && c != '\r';
    if let Some(at) = text.split('\n').position(|line| line.contains(is_odd)) {
        let text = String::from("含有控制字符，文件可能不是文本");
        return Err(vec![TableFault { line: at + 1, text }]);
    }
    let lines = text
        .trim_start_matches('\u{FEFF}')
        .lines()
        .zip(1..)
        .map(|(line, number)| (line.trim(), number));
    let mut lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let head: HashMap<&str, (&str, usize)> = lines
        .by_ref()
        .take_while(|(line, _)| *line != "[codes]")
        .filter_map(|(line, number)| match line.split_once('|') {
            Some((key, value)) => Some((key.trim(), (value.trim(), number))),
            None => {
                let text = format!("应为“名称 | 内容”，实际为“{line}”");
                faults.push(TableFault { line: number, text });
                None
            }
        })
        .collect();
    let table = self::head(&head, &mut faults);
    let Some(mut table) = table else {
        faults.truncate(FAULTS_MAX);
        return Err(faults);
    };
    for (line, number) in lines {
        if faults.len() >= FAULTS_MAX {
            break;
        }
        match row(table.which, line) {
            Ok(row) => {
                if table.by_code.insert(row.code.clone(), number).is_some() {
                    let text = format!("代码 {} 重复", row.code);
                    faults.push(TableFault { line: number, text });
                }
                table.rows.push(row);
            }
            Err(text) => faults.push(TableFault { line: number, text }),
        }
    }
    if table.rows.is_empty() || table.rows.len() > CODES_MAX {
        let text = format!("代码表应有 1 至 {CODES_MAX} 个代码");
        faults.push(TableFault { line: 0, text });
    }
    if faults.is_empty() {
        index(&mut table);
        Ok(table)
    } else {
        faults.truncate(FAULTS_MAX);
        Err(faults)
    }
}

fn head(head: &HashMap<&str, (&str, usize)>, faults: &mut Vec<TableFault>) -> Option<Table> {
    let n_before = faults.len();
    let mut get = |key: &str, want: &str, good: &dyn Fn(&str) -> bool| -> String {
        let (value, line) = head.get(key).copied().unwrap_or(("", 0));
        if !good(value) {
            let text = format!("{key} 应为{want}，实际为“{value}”");
            faults.push(TableFault { line, text });
        }
        value.to_owned()
    };
    let names = CodeTable::ALL.map(CodeTable::name).join("、");
    let which = get("table", &format!("代码表名（{names}）"), &|name| {
        CodeTable::from_name(name).is_some()
    });
    let version = get("version", "发布日期，8 位数字", &time::is_date);
    let effective = get("effective", "生效日期，8 位数字", &time::is_date);
    let complete = get("complete", " yes 或 no", &|word| {
        matches!(word, "yes" | "no")
    });
    let source = get("source", "来源", &|text| !text.is_empty());
    if faults.len() > n_before {
        return None;
    }
    Some(Table {
        which: CodeTable::from_name(&which)?,
        version: version.parse().ok()?,
        effective,
        is_complete: complete == "yes",
        source,
        rows: Vec::new(),
        by_code: HashMap::new(),
    })
}

/// Sorts the rows and finds them by code and by alias.
fn index(table: &mut Table) {
    table.rows.sort_by(|a, b| a.code.cmp(&b.code));
    table.by_code.clear();
    for (at, row) in table.rows.iter().enumerate() {
        table.by_code.insert(row.code.clone(), at);
        if !row.alias.is_empty() {
            table.by_code.insert(row.alias.clone(), at);
        }
    }
}

fn row(which: CodeTable, line: &str) -> Result<CodeRow, String> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let n_cells = columns(which);
    if cells.len() != n_cells {
        return Err(format!(
            "应有 {n_cells} 列，用 | 分开，实际有 {} 列",
            cells.len()
        ));
    }
    let code = cells[0];
    let is_code = !code.is_empty()
        && code.len() <= CODE_CHARS_MAX
        && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_code || length(which).is_some_and(|length| code.len() != length) {
        return Err(match length(which) {
            Some(length) => format!("代码“{code}”应为 {length} 位半角数字或字母"),
            None => format!("代码“{code}”应为半角数字或字母"),
        });
    }
    let (alias, chinese) = if which == CodeTable::Country {
        (known(cells[1]).unwrap_or_default(), cells[2])
    } else {
        (String::new(), cells[1])
    };
    if chinese.is_empty() {
        return Err(format!("代码 {code} 没有名称"));
    }
    let goods = (which == CodeTable::Tariff).then(|| goods(&cells));
    Ok(CodeRow {
        code: code.to_owned(),
        chinese: chinese.to_owned(),
        alias,
        goods: goods.transpose()?,
    })
}

fn columns(which: CodeTable) -> usize {
    match which {
        CodeTable::Country => 3,
        CodeTable::Tariff => 7,
        CodeTable::Unit
        | CodeTable::Traffic
        | CodeTable::Wrap
        | CodeTable::District
        | CodeTable::Currency
        | CodeTable::Port
        | CodeTable::Region => 2,
    }
}

/// Length of every code of a table, in characters, where all have the same.
fn length(which: CodeTable) -> Option<usize> {
    match which {
        CodeTable::Unit | CodeTable::Country | CodeTable::Currency => Some(3),
        CodeTable::Traffic | CodeTable::Wrap => Some(1),
        CodeTable::District => Some(4),
        CodeTable::Region => Some(2),
        CodeTable::Tariff => Some(10),
        CodeTable::Port => None,
    }
}

/// `-` is known to be nothing, `?` is not known.
fn known(cell: &str) -> Option<String> {
    match cell {
        "?" => None,
        "-" => Some(String::new()),
        text => Some(text.to_owned()),
    }
}

fn goods(cells: &[&str]) -> Result<Goods, String> {
    let rate = |cell: &str| match known(cell) {
        Some(text) if crate::number::decimal(&text).is_none() => {
            Err(format!("税率“{text}”应为百分数的数字，不带 %"))
        }
        known => Ok(known),
    };
    Ok(Goods {
        unit1: known(cells[2]),
        unit2: known(cells[3]),
        vat: rate(cells[4])?,
        consumption: rate(cells[5])?,
        is_listed: match cells[6] {
            "yes" => Some(true),
            "no" => Some(false),
            "?" => None,
            word => return Err(format!("“{word}”应为 yes、no 或 ?")),
        },
    })
}

/// A table as a file, which can be edited and read again.
#[must_use]
pub fn text(table: &Table) -> String {
    let complete = if table.is_complete { "yes" } else { "no" };
    let mut out = format!(
        "# {}\n\ntable     | {}\nversion   | {}\neffective | {}\ncomplete  | {complete}\nsource    | {}\n\n[codes]\n",
        table.which.chinese(),
        table.which.name(),
        table.version,
        table.effective,
        table.source
    );
    for row in table.rows() {
        out.push_str(&line(table.which, row));
        out.push('\n');
    }
    out
}

/// A row as its line of a file.
#[must_use]
pub fn line(which: CodeTable, row: &CodeRow) -> String {
    let shown = |value: &Option<String>| match value.as_deref() {
        None => String::from("?"),
        Some("") => String::from("-"),
        Some(text) => text.to_owned(),
    };
    let mut cells = vec![row.code.clone()];
    if which == CodeTable::Country {
        cells.push(shown(&Some(row.alias.clone())));
    }
    cells.push(row.chinese.clone());
    if let Some(goods) = &row.goods {
        cells.extend([&goods.unit1, &goods.unit2, &goods.vat, &goods.consumption].map(shown));
        cells.push(String::from(match goods.is_listed {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        }));
    }
    cells.join(" | ")
}
