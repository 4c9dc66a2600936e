//! Clauses of a receipt's text (回执原文的分句), and which document each of them says is not there.
//!
//! `清单新增申报成功[订单编号：X]，运单信息不存在` names three documents, and only the waybill is missing:
//! the subject of a clause decides, not the words of the whole text. A missing document is written
//! down in one form, `运单不存在`, whatever words the port uses.

use super::text::fold;

/// Most clauses of one text that are looked at.
const CLAUSES_MAX: usize = 60;

/// What documents are called, longest first where one begins another; an empty name stands for
/// something that only begins like a document.
const SUBJECTS: [(&str, &str); 24] = [
    ("清单总分单", "总分单"),
    ("撤销申请单", "申请单"),
    ("撤销申请", "申请单"),
    ("退货申请单", "申请单"),
    ("退货申请", "申请单"),
    ("入库明细单", "入库单"),
    ("入库单", "入库单"),
    ("运抵单", "运抵单"),
    ("离境单", "离境单"),
    ("运单状态", ""),
    ("电子订单", "订单"),
    ("订购单", "订单"),
    ("订单", "订单"),
    ("支付凭证", "支付单"),
    ("支付单", "支付单"),
    ("付款单", "支付单"),
    ("支付", "支付单"),
    ("收款单", "收款单"),
    ("运单", "运单"),
    ("物流单", "运单"),
    ("快递单", "运单"),
    ("物流", "运单"),
    ("清单", "清单"),
    ("报关单", ""),
];

/// Words that say that something is not there.
const ABSENT: [&str; 20] = [
    "不存在",
    "没有找到",
    "未能找到",
    "未找到",
    "找不到",
    "未查询到",
    "未查到",
    "没有查到",
    "查询不到",
    "查不到",
    "查无",
    "尚未收到",
    "没有收到",
    "未收到",
    "尚未入库",
    "未入库",
    "尚未申报",
    "没有申报",
    "未申报",
    "缺少",
];

/// Words that may stand between a document and the word that says it is not there.
const FILLERS: [&str; 33] = [
    "信息",
    "数据",
    "单证",
    "记录",
    "资料",
    "报文",
    "编号",
    "单号",
    "号码",
    "申报",
    "对应",
    "相关",
    "系统",
    "海关",
    "电子口岸",
    "目前",
    "暂时",
    "尚",
    "均",
    "都",
    "也",
    "还",
    "仍",
    "已",
    "暂",
    "在",
    "中",
    "号",
    "单",
    "为",
    "该",
    "此",
    "的",
];

/// Words that join documents.
const JOINERS: [&str; 8] = ["以及", "及", "和", "与", "或", "、", "/", "跟"];

/// The clauses of a text, folded and without what stands in brackets (numbers and names); a missing
/// document is a clause of its own.
pub(super) fn clauses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for clause in bare(text).split([',', ';', '。', '!', '\n', '\r', '\t', '|']) {
        let clause = clause.trim();
        if clause.is_empty() || found.len() >= CLAUSES_MAX {
            continue;
        }
        let missing = missing(clause);
        match missing.is_empty() {
            true => found.push(clause.to_owned()),
            false => found.extend(missing.iter().map(|name| format!("{name}不存在"))),
        }
    }
    found
}

/// The text, folded, without the contents of brackets; with them, when there is nothing else.
fn bare(text: &str) -> String {
    let folded: String = text.chars().map(fold).collect();
    let mut out = String::with_capacity(folded.len());
    let mut depth = 0_usize;
    for c in folded.chars() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let has_words = out.chars().any(char::is_alphanumeric);
    match has_words {
        true => out,
        false => folded.replace(['[', ']', '(', ')'], " "),
    }
}

/// The documents that a clause says are not there, in order.
fn missing(clause: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = absent(clause, from) {
        let before = &clause[from..start];
        let mut names = subjects_at_end(before);
        if names.is_empty() {
            let after = &clause[end..];
            let next = absent(clause, end).map_or(after.len(), |(next, _)| next - end);
            let after = &after[..next];
            // `未找到订单X对应的支付单`: what belongs to something is what is missing.
            let owned = after
                .rsplit_once('的')
                .map(|(_, owned)| subjects_at_start(owned));
            names = owned
                .filter(|names| !names.is_empty())
                .unwrap_or_else(|| subjects_at_start(after));
        }
        for name in names {
            if !name.is_empty() && !found.contains(&name) {
                found.push(name);
            }
        }
        from = end;
    }
    found
}

/// The next word that says that something is not there.
fn absent(clause: &str, from: usize) -> Option<(usize, usize)> {
    let rest = clause.get(from..)?;
    let found = ABSENT
        .iter()
        .filter_map(|word| Some((rest.find(word)?, word.len())));
    let (at, len) = found.min_by_key(|(at, len)| (*at, std::cmp::Reverse(*len)))?;
    Some((from + at, from + at + len))
}

/// What stands at an end of a text may be left out: fillers, numbers, punctuation.
fn is_padding(c: char) -> bool {
    c.is_ascii() || c.is_whitespace()
}

/// The documents at the end of a text, joined or alone.
fn subjects_at_end(text: &str) -> Vec<&'static str> {
    let mut rest = text;
    let mut found: Vec<&'static str> = Vec::new();
    loop {
        let mut is_joined = found.is_empty();
        loop {
            let shorter = rest.trim_end_matches(is_padding);
            let filler = FILLERS.iter().find(|word| shorter.ends_with(**word));
            let joiner = JOINERS.iter().find(|word| shorter.ends_with(**word));
            // A document's name may end like a filler: `订单`.
            let subject = SUBJECTS.iter().any(|(word, _)| shorter.ends_with(word));
            rest = match (subject, joiner, filler) {
                (false, Some(word), _) => {
                    is_joined = true;
                    &shorter[..shorter.len() - word.len()]
                }
                (false, None, Some(word)) => &shorter[..shorter.len() - word.len()],
                (true, ..) | (false, None, None) => {
                    rest = shorter;
                    break;
                }
            };
        }
        let subject = SUBJECTS.iter().find(|(word, _)| rest.ends_with(word));
        match subject {
            Some((word, name)) if is_joined => {
                found.insert(0, name);
                rest = &rest[..rest.len() - word.len()];
            }
            Some(_) | None => return found,
        }
    }
}

/// The documents at the start of a text, joined or alone.
fn subjects_at_start(text: &str) -> Vec<&'static str> {
    let mut rest = text;
    let mut found: Vec<&'static str> = Vec::new();
    loop {
        let mut is_joined = found.is_empty();
        loop {
            rest = rest.trim_start_matches(is_padding);
            let subject = SUBJECTS.iter().any(|(word, _)| rest.starts_with(word));
            let joiner = JOINERS.iter().find(|word| rest.starts_with(**word));
            let filler = FILLERS.iter().find(|word| rest.starts_with(**word));
            rest = match (subject, joiner, filler) {
                (false, Some(word), _) => {
                    is_joined = true;
                    &rest[word.len()..]
                }
                (false, None, Some(word)) => &rest[word.len()..],
                (true, ..) | (false, None, None) => break,
            };
        }
        let subject = SUBJECTS.iter().find(|(word, _)| rest.starts_with(word));
        match subject {
            Some((word, name)) if is_joined => {
                found.push(name);
                rest = &rest[word.len()..];
            }
            Some(_) | None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::clauses;

    /// Each clause says by itself which document is missing.
    #[test]
    fn missing_documents_are_recognised_by_their_clause() {
        let cases: [(&str, &[&str]); 19] = [
            (
                "清单新增申报成功[电商企业编码：1105960001订单编号：X1]; 对应电商平台为[1105960001]订单号为[X1]支付信息不存在",
                &["清单新增申报成功", "支付单不存在"],
            ),
            (
                "清单新增申报成功[订单编号：X1]，运单信息不存在",
                &["清单新增申报成功", "运单不存在"],
            ),
            (
                "订单信息不存在,支付信息不存在,运单信息不存在",
                &["订单不存在", "支付单不存在", "运单不存在"],
            ),
            (
                "订单信息不存在支付单不存在 物流信息不存在",
                &["订单不存在", "支付单不存在", "运单不存在"],
            ),
            ("支付单、运单不存在", &["支付单不存在", "运单不存在"]),
            (
                "订单、支付单和运单信息均不存在",
                &["订单不存在", "支付单不存在", "运单不存在"],
            ),
            ("未找到对应的订单和支付单", &["订单不存在", "支付单不存在"]),
            ("订单编号X1对应的运单不存在", &["运单不存在"]),
            ("清单对应的运单信息不存在", &["运单不存在"]),
            ("海关未收到支付单", &["支付单不存在"]),
            (
                "未找到订单SYN1对应的支付单和运单",
                &["支付单不存在", "运单不存在"],
            ),
            ("查无此运单", &["运单不存在"]),
            ("【运单不存在】", &["运单不存在"]),
            ("运单[SYN001]不存在", &["运单不存在"]),
            ("清单不存在", &["清单不存在"]),
            ("订单的商品备案信息不存在", &["订单的商品备案信息不存在"]),
            ("支付企业不存在", &["支付企业不存在"]),
            ("支付人身份信息不存在", &["支付人身份信息不存在"]),
            ("订单已存在", &["订单已存在"]),
        ];
        for (text, expected) in cases {
            let found = clauses(text);
            assert_eq!(found, expected, "{text}");
        }
    }
}
