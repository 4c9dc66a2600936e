//! Any list of the console as a workbook: its own route is asked as the caller, page by page, and
//! each item of the answer becomes a row of the columns that the caller sees.

pub mod http;

use http::{ExportColumn, ExportForm};
use serde_json::Value as Tree;
use std::collections::BTreeMap;
use web::sheet::SheetValue;

/// Rows that are asked for at once.
const PAGE: u32 = 500;

fn address(path: &str, query: &BTreeMap<String, String>, after: Option<&str>) -> String {
    let mut address = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        if !["limit", "after", "count"].contains(&name.as_str()) {
            address.append_pair(name, value);
        }
    }
    address.append_pair("limit", &PAGE.to_string());
    if let Some(after) = after {
        address.append_pair("after", after);
    }
    format!("{path}?{}", address.finish())
}

fn cell(item: &Tree, column: &ExportColumn) -> SheetValue {
    let mut found = Vec::new();
    walk(item, &column.from, &mut found);
    if let (ExportForm::Number, [Tree::Number(number)]) = (column.form, found.as_slice())
        && let Some(number) = number.as_i64()
    {
        return SheetValue::Number(number);
    }
    if let (ExportForm::Time, [value]) = (column.form, found.as_slice()) {
        return match (value.as_i64(), value.as_str()) {
            (Some(at_ms), _) => SheetValue::Time(at_ms),
            (None, Some(text)) => SheetValue::time(text),
            (None, None) => SheetValue::from(""),
        };
    }
    let texts: Vec<String> = found.into_iter().map(|value| text(value, column)).collect();
    SheetValue::Text(texts.join("、"))
}

/// The values at a place of an item; a list at the end is its elements.
fn walk<'a>(tree: &'a Tree, from: &str, found: &mut Vec<&'a Tree>) {
    let (name, rest) = from.split_once('.').unwrap_or((from, ""));
    match tree {
        Tree::Null => {}
        Tree::Array(items) => {
            let rest = if name == "*" { rest } else { from };
            items.iter().for_each(|item| walk(item, rest, found));
        }
        Tree::Object(fields) => {
            if let Some(value) = fields.get(name) {
                walk(value, rest, found);
            }
        }
        Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {
            if from.is_empty() {
                found.push(tree);
            }
        }
    }
}

fn text(value: &Tree, column: &ExportColumn) -> String {
    let plain = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    column.words.get(&plain).cloned().unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::http::{ExportColumn, ExportForm};
    use super::{address, cell};
    use serde_json::json;
    use std::collections::BTreeMap;
    use web::sheet::SheetValue;

    fn column(from: &str, form: ExportForm) -> ExportColumn {
        let words = [("active", "启用"), ("true", "是")];
        ExportColumn {
            title: "列".to_owned(),
            from: from.to_owned(),
            form,
            words: words
                .map(|(code, word)| (code.to_owned(), word.to_owned()))
                .into(),
        }
    }

    #[test]
    fn a_value_is_found_by_its_place() {
        let item = json!({
            "name": "=1+1", "state": "active", "isLocked": true, "n": 7, "at": 0, "since": "1970-01-01T08:00:01.000+08:00",
            "roles": [{"name": "甲"}, {"name": "乙"}], "urls": ["a", "b"], "none": null,
            "deep": {"er": {"x": "y"}}
        });
        let at = |from: &str, form| cell(&item, &column(from, form));
        let text = |text: &str| SheetValue::from(text);
        assert_eq!(at("name", ExportForm::Text), text("=1+1"));
        assert_eq!(at("state", ExportForm::Text), text("启用"));
        assert_eq!(at("isLocked", ExportForm::Text), text("是"));
        assert_eq!(at("n", ExportForm::Number), SheetValue::Number(7));
        assert_eq!(at("at", ExportForm::Time), SheetValue::Time(0));
        assert_eq!(at("since", ExportForm::Time), SheetValue::Time(1000));
        assert_eq!(at("name", ExportForm::Time), text("=1+1"));
        assert_eq!(at("roles.*.name", ExportForm::Text), text("甲、乙"));
        assert_eq!(at("roles.name", ExportForm::Text), text("甲、乙"));
        assert_eq!(at("urls", ExportForm::Text), text("a、b"));
        assert_eq!(at("deep.er.x", ExportForm::Text), text("y"));
        for nothing in [
            "none",
            "absent",
            "deep",
            "name.x",
            "",
            "*",
            "...",
            "roles.*.*",
        ] {
            assert_eq!(at(nothing, ExportForm::Text), text(""), "{nothing}");
        }
    }

    #[test]
    fn filters_cannot_change_the_page_or_the_path() {
        let query = [("q", "a&limit=1#x"), ("limit", "9"), ("after", "8")];
        let query: BTreeMap<_, _> = query.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(
            address("/api/v1/users", &query, Some("5 6")),
            "/api/v1/users?q=a%26limit%3D1%23x&limit=500&after=5+6"
        );
    }
}
