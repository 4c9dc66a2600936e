//! The code tables of the message standard (代码表), beside the dictionaries: to look up, not to change.

use super::{Dictionary, Entry};
use ceb::spec::CodeTable;
use ceb::{Kind, ReturnStatus};

/// Beginning of the codes of these tables.
const BEGIN: &str = "ceb.";

/// Statuses of receipts that the standard names.
const STATUSES: [i32; 19] = [
    1, 2, 3, 4, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899,
];

/// Code and names of each table, and where its entries are.
const TABLES: [(&str, &str, &str, Option<CodeTable>); 8] = [
    ("unit", "计量单位", "Units", Some(CodeTable::Unit)),
    ("currency", "币制", "Currencies", Some(CodeTable::Currency)),
    ("country", "国别地区", "Countries", Some(CodeTable::Country)),
    ("traffic", "运输方式", "Transport", Some(CodeTable::Traffic)),
    ("wrap", "包装种类", "Packing", Some(CodeTable::Wrap)),
    (
        "district",
        "关区",
        "Customs districts",
        Some(CodeTable::District),
    ),
    ("kind", "报文类型", "Kinds of messages", None),
    ("status", "回执状态", "Statuses of receipts", None),
];

fn pairs(code: &str) -> Vec<(String, &'static str)> {
    let table = TABLES.iter().find(|(known, ..)| *known == code);
    match table {
        Some((_, _, _, Some(table))) => ceb::code_table::entries(*table)
            .into_iter()
            .map(|(code, name)| (code.to_owned(), name))
            .collect(),
        Some(("kind", ..)) => Kind::ALL
            .iter()
            .map(|kind| (kind.code().to_owned(), kind.chinese()))
            .collect(),
        Some(_) => STATUSES
            .iter()
            .filter_map(|status| Some((status.to_string(), ReturnStatus(*status).chinese()?)))
            .collect(),
        None => Vec::new(),
    }
}

/// The tables.
pub fn tables() -> Vec<Dictionary> {
    let table = |(code, chinese, english, _): &(&str, &str, &str, _)| Dictionary {
        code: format!("{BEGIN}{code}"),
        chinese: (*chinese).to_owned(),
        english: (*english).to_owned(),
        remark: "报文标准，随平台版本更新".to_owned(),
        is_active: true,
        is_own: true,
    };
    TABLES.iter().map(table).collect()
}

/// The entries of a table, in the order of the codes; none when there is no such table.
pub fn entries(code: &str) -> Option<Vec<Entry>> {
    let name = code.strip_prefix(BEGIN)?;
    TABLES.iter().find(|(known, ..)| *known == name)?;
    let entry = |(place, (id, chinese)): (i64, (String, &'static str))| Entry {
        id: 0,
        dictionary: code.to_owned(),
        code: id,
        chinese: chinese.to_owned(),
        place,
        is_active: true,
        ..Entry::default()
    };
    Some((1..).zip(pairs(name)).map(entry).collect())
}
