//! One value against the rules column of its table.

use super::{company, identity, time};
use crate::code::{self, Code};
use crate::finding::Finding;
use crate::message::Record;
use crate::parse::value::label;
use crate::parse::{Profile, Report};
use crate::spec::{FieldSpec, Rule, Wild};

/// Words that people write where a name should stand.
const FILLERS: [&str; 6] = ["空", "无", "/", "-", "null", "NULL"];

/// Checks every field of a record.
pub(super) fn check(
    record: &Record,
    profile: Profile,
    path: impl Fn(&FieldSpec) -> String,
    report: &mut Report,
) {
    for (at, field) in record.spec().fields.iter().enumerate() {
        if record.faulty >> at & 1 == 1 {
            continue;
        }
        let value = record.at(at).unwrap_or("");
        let problem = if value.is_empty() {
            let text = || format!("{}必须填写", label(field));
            (field.required_by_text).then(|| (&code::REQUIRED_BY_TEXT, text()))
        } else {
            field
                .rules
                .iter()
                .find_map(|rule| one(rule, field, value, record))
        };
        if let Some((code, text)) = problem {
            let line = record
                .line_at(at)
                .max(if record.has(at) { 0 } else { record.line });
            let finding = Finding::new(code, path(field), line, value, text);
            let wild = value.is_empty() && field.is_wild(Wild::Missing);
            let finding = if wild && profile == Profile::Lenient {
                finding.warn()
            } else {
                finding
            };
            report.push(finding);
        }
    }
}

type Problem = Option<(&'static Code, String)>;

fn one(rule: &Rule, field: &FieldSpec, value: &str, record: &Record) -> Problem {
    let when = |bad: bool, code: &'static Code, why: &str| {
        bad.then(|| (code, format!("{}{why}", label(field))))
    };
    match rule {
        Rule::In(list) => {
            let text = || format!("{}只能是 {}", label(field), list.join("、"));
            let bad = !list.iter().any(|allowed| allowed == value.trim());
            bad.then(|| (&code::VALUE_NOT_ALLOWED, text()))
        }
        Rule::Time14 => when(!time::is_time14(value), &code::TIME, "不是真实的时间"),
        Rule::Time17 => when(!time::is_time17(value), &code::TIME, "不是真实的时间"),
        Rule::Date8 => when(!time::is_date(value), &code::TIME, "不是真实的日期"),
        Rule::Company(words) => {
            if words.iter().any(|word| word == value) {
                return None;
            }
            let why = company::problem(value)?;
            Some((&code::COMPANY_CODE, format!("{}：{why}", label(field))))
        }
        Rule::Name => {
            let text = value.trim();
            let bad = text.is_empty() || FILLERS.contains(&text);
            when(bad, &code::BLANK_NAME, "没有实际内容")
        }
        Rule::Identity => {
            let kind = record
                .get("buyerIdType")
                .or_else(|| record.get("payerIdType"));
            if kind.is_some_and(|kind| kind != "1") {
                return None;
            }
            let why = identity::problem(value)?;
            Some((&code::IDENTITY, format!("{}：{why}", label(field))))
        }
        Rule::NotNegative => when(is_negative(value), &code::NEGATIVE, "不能小于零"),
        Rule::Positive => {
            let bad = is_negative(value) || is_zero(value);
            when(bad, &code::NOT_POSITIVE, "必须大于零")
        }
        Rule::Digits(count) => {
            let good = value.len() == *count as usize && value.bytes().all(|b| b.is_ascii_digit());
            when(!good, &code::CODE_FORMAT, &format!("应为 {count} 位数字"))
        }
        Rule::HalfWidth => when(
            value.chars().any(is_full_width),
            &code::FULL_WIDTH,
            "含有全角字符",
        ),
        Rule::Assigned => {
            let new = record.get("appType") == Some("1");
            when(new, &code::ASSIGNED, "由电子口岸生成，新增时不能填写")
        }
        Rule::Fixed(_) | Rule::Default(_) | Rule::Table(_) | Rule::Wild(_) => None,
    }
}

fn is_zero(value: &str) -> bool {
    !value.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

fn is_negative(value: &str) -> bool {
    value.trim_start().starts_with('-') && !is_zero(value)
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{3000}' | '\u{FF01}'..='\u{FF5E}')
}
