//! The header by which a browser saves an answer as a file.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// `Content-Disposition` of a file with this name (RFC 6266): the whole name for browsers, and one in
/// ASCII for programs that read no other. A browser never shows such an answer as a page of ours.
pub fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|sign| {
            if sign.is_ascii_alphanumeric() || "-._".contains(sign) {
                sign
            } else {
                '_'
            }
        })
        .collect();
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
    let encoded = utf8_percent_encode(name, KEPT);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The name of an exported file: what it is, what it was narrowed to, and the moment (Beijing, without
/// separators). Signs that a file system does not take become underscores; at most 80 characters
/// before the moment.
pub fn file_name(title: &str, conditions: &str, moment: &str, ending: &str) -> String {
    let narrowed = if conditions.is_empty() {
        title.to_owned()
    } else {
        format!("{title}-{conditions}")
    };
    let safe: String = narrowed
        .chars()
        .map(|sign| {
            if sign.is_control() || "/\\:*?\"<>|".contains(sign) {
                '_'
            } else {
                sign
            }
        })
        .take(80)
        .collect();
    format!("{}-{moment}.{ending}", safe.trim())
}

/// Longest value of a condition in characters; the rest is left out.
const CONDITION_CHARS_MAX: usize = 60;

/// What a list was narrowed to, in words: `状态 平台拒收，开始日期 2026-11-28`; empty for everything.
pub fn conditions(parts: &[(&str, Option<&str>)]) -> String {
    let texts = parts.iter().filter_map(|(label, value)| {
        let value: String = (*value)?.trim().chars().take(CONDITION_CHARS_MAX).collect();
        (!value.is_empty()).then(|| format!("{label} {value}"))
    });
    texts.collect::<Vec<_>>().join("，")
}

/// The same as the audit tells it: `筛选条件：无` for everything.
pub fn conditions_text(conditions: &str) -> String {
    let text = if conditions.is_empty() {
        "无"
    } else {
        conditions
    };
    format!("筛选条件：{text}")
}

#[cfg(test)]
mod tests {
    use super::{attachment, conditions, conditions_text, file_name};

    #[test]
    fn conditions_are_words() {
        let none: [(&str, Option<&str>); 2] = [("状态", None), ("企业", Some(" "))];
        assert_eq!(conditions_text(&conditions(&none)), "筛选条件：无");
        let some = [
            ("状态", Some("平台拒收")),
            ("日期", None),
            ("企业", Some(" 甲 ")),
        ];
        assert_eq!(
            conditions_text(&conditions(&some)),
            "筛选条件：状态 平台拒收，企业 甲"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            attachment("报文\"; x=1\r\n.xlsx"),
            "attachment; filename=\"_____x_1__.xlsx\"; \
             filename*=UTF-8''%E6%8A%A5%E6%96%87%22%3B%20x%3D1%0D%0A.xlsx"
        );
    }

    #[test]
    fn a_file_is_named_by_what_is_in_it() {
        assert_eq!(
            file_name("报文", "状态 平台拒收", "20261128183000", "xlsx"),
            "报文-状态 平台拒收-20261128183000.xlsx"
        );
        assert_eq!(file_name("a/b", "", "1", "csv"), "a_b-1.csv");
        assert_eq!(
            file_name(&"长".repeat(300), "", "1", "csv").chars().count(),
            86
        );
    }
}
