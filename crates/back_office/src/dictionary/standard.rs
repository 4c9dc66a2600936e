//! The code tables of the message standard (代码表), beside the dictionaries: to look up, not to change
//! here. They are the same tables by which messages are judged ([`registry::code_table`]).

use super::{Dictionary, DictionaryEntry};
use ceb::code_table::CodeTable;
use ceb::{Kind, ReturnStatus};
use registry::code_table::Standing;

/// Beginning of the codes of these tables.
const BEGIN: &str = "ceb.";

/// Statuses of receipts that the standard names.
const STATUSES: [i32; 19] = [
    1, 2, 3, 4, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899,
];

/// Code and names of each table, and where its entries are.
const TABLES: [(&str, &str, &str, Option<CodeTable>); 11] = [
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
    ("port", "港口", "Ports", Some(CodeTable::Port)),
    (
        "region",
        "行政区划",
        "Administrative divisions",
        Some(CodeTable::Region),
    ),
    (
        "tariff",
        "商品编码",
        "Commodity codes",
        Some(CodeTable::Tariff),
    ),
    ("kind", "报文类型", "Kinds of messages", None),
    ("status", "回执状态", "Statuses of receipts", None),
];

/// Entries of one table that are shown at most; of a whole tariff the beginning, the rest is found
/// by the search.
const SHOWN_MAX: usize = 5000;

fn pairs(code: &str, standing: &Standing) -> Vec<(String, String)> {
    let table = TABLES.iter().find(|(known, ..)| *known == code);
    match table {
        Some((_, _, _, Some(table))) => standing
            .tables
            .entries(*table, Some(standing.day()))
            .into_iter()
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .collect(),
        Some(("kind", ..)) => Kind::ALL
            .iter()
            .map(|kind| (kind.code().to_owned(), kind.chinese().to_owned()))
            .collect(),
        Some(_) => STATUSES
            .iter()
            .filter_map(|status| {
                let chinese = ReturnStatus(*status).chinese()?;
                Some((status.to_string(), chinese.to_owned()))
            })
            .collect(),
        None => Vec::new(),
    }
}

/// Where a table comes from and from when it holds.
fn remark(table: Option<CodeTable>, standing: &Standing) -> String {
    let Some(which) = table else {
        return "报文标准，随平台版本更新".to_owned();
    };
    match standing.tables.on(which, Some(standing.day())) {
        None => "尚未载入".to_owned(),
        Some(table) => {
            let complete = if table.is_complete {
                "完整"
            } else {
                "不完整"
            };
            format!(
                "版本 {}，{} 起有效，{complete}；{}",
                table.version, table.effective, table.source
            )
        }
    }
}

/// The tables.
pub fn tables(standing: &Standing) -> Vec<Dictionary> {
    let table =
        |(code, chinese, english, table): &(&str, &str, &str, Option<CodeTable>)| Dictionary {
            code: format!("{BEGIN}{code}"),
            chinese: (*chinese).to_owned(),
            english: (*english).to_owned(),
            remark: remark(*table, standing),
            is_active: true,
            is_own: true,
        };
    TABLES.iter().map(table).collect()
}

/// The entries of a table, in the order of the codes; none when there is no such table.
pub fn entries(code: &str, standing: &Standing) -> Option<Vec<DictionaryEntry>> {
    let all = every(code, standing)?;
    Some(all.take(SHOWN_MAX).collect())
}

/// Every entry of a table, however many.
pub(super) fn every(
    code: &str,
    standing: &Standing,
) -> Option<impl Iterator<Item = DictionaryEntry>> {
    let name = code.strip_prefix(BEGIN)?;
    TABLES.iter().find(|(known, ..)| *known == name)?;
    let dictionary = code.to_owned();
    let entry = move |(place, (id, chinese)): (i64, (String, String))| DictionaryEntry {
        id: 0,
        dictionary: dictionary.clone(),
        code: id,
        chinese,
        place,
        is_active: true,
        ..DictionaryEntry::default()
    };
    Some((1..).zip(pairs(name, standing)).map(entry))
}
