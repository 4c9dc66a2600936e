//! The difference between two versions of the standard (版本差异), in words for companies: what used to
//! be taken and may be refused comes first.

use crate::doc;
use crate::kind::Kind;
use crate::spec::{
    FieldSpec, FieldType, MessageSpec, RecordSpec, Rule, SignatureDuty, Standard, UNBOUNDED,
};
use std::fmt::Write;

/// One difference (差异).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecChange {
    /// The kind.
    pub kind: Kind,
    /// Record and element: `OrderHead/orderNo`; empty when it is about the whole kind.
    pub place: String,
    /// What changes, in Chinese.
    pub text: String,
    /// Whether what was taken before may be refused.
    pub is_breaking: bool,
}

/// What changes from one version to another, by kind, breaking changes first.
#[must_use]
pub fn changes(from: &Standard, to: &Standard) -> Vec<SpecChange> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let mut found = of_kind(*kind, from.message(*kind), to.message(*kind));
        found.sort_by_key(|change| !change.is_breaking);
        all.extend(found);
    }
    all
}

/// The difference as a page.
#[must_use]
pub fn markdown(from: &Standard, to: &Standard) -> String {
    let changes = changes(from, to);
    let n_breaking = changes.iter().filter(|change| change.is_breaking).count();
    let mut out = format!(
        "# 报文规范差异：{} → {}\n\n- {}：{}\n- {}：{}\n",
        from.id, to.id, from.id, from.name, to.id, to.name
    );
    if !to.effective.is_empty() {
        let _ = writeln!(out, "- 生效日期：{}", to.effective);
    }
    let _ = write!(
        out,
        "\n共 {} 处差异，其中 {n_breaking} 处会使原来合格的报文不再合格，列在前面并标“须改”。\n",
        changes.len()
    );
    for kind in Kind::ALL {
        let of_kind: Vec<&SpecChange> = changes.iter().filter(|c| c.kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = write!(out, "\n## {kind} {}\n\n", kind.chinese());
        for change in of_kind {
            let mark = if change.is_breaking {
                "**须改** "
            } else {
                ""
            };
            let place = if change.place.is_empty() {
                String::new()
            } else {
                format!("`{}` ", change.place)
            };
            let _ = writeln!(out, "- {mark}{place}{}", change.text);
        }
    }
    out
}

fn of_kind(kind: Kind, from: Option<&MessageSpec>, to: Option<&MessageSpec>) -> Vec<SpecChange> {
    let whole = |text: &str, is_breaking| {
        vec![SpecChange {
            kind,
            place: String::new(),
            text: text.to_owned(),
            is_breaking,
        }]
    };
    let (from, to) = match (from, to) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return whole("新增的报文", false),
        (Some(_), None) => return whole("取消了此报文", true),
        (Some(from), Some(to)) => (from, to),
    };
    let mut found = Vec::new();
    let mut push = |text: String, is_breaking| {
        found.push(SpecChange {
            kind,
            place: String::new(),
            text,
            is_breaking,
        });
    };
    if from.documents != to.documents {
        let text = format!(
            "每份报文的单证数由 {} 改为 {}",
            doc::range(from.documents, "份"),
            doc::range(to.documents, "份")
        );
        push(text, narrows(from.documents, to.documents));
    }
    if let (Some((_, one)), Some((_, other))) = (&from.lines, &to.lines)
        && one != other
    {
        let text = format!(
            "每份单证的表体行数由 {} 改为 {}",
            doc::range(*one, "项"),
            doc::range(*other, "项")
        );
        push(text, narrows(*one, *other));
    }
    if from.signature != to.signature {
        let text = format!(
            "签名要求由“{}”改为“{}”",
            doc::signature(from.signature),
            doc::signature(to.signature)
        );
        let is_breaking = matches!(
            to.signature,
            SignatureDuty::Required | SignatureDuty::RequiredByText
        );
        push(text, is_breaking);
    }
    records(kind, &from.head, &to.head, &mut found);
    if let (Some((one, _)), Some((other, _))) = (&from.lines, &to.lines) {
        records(kind, one, other, &mut found);
    }
    found
}

fn narrows(from: super::Occurs, to: super::Occurs) -> bool {
    to.min > from.min || to.max < from.max
}

fn records(kind: Kind, from: &RecordSpec, to: &RecordSpec, found: &mut Vec<SpecChange>) {
    let mut push = |element: &str, text: String, is_breaking| {
        found.push(SpecChange {
            kind,
            place: format!("{}/{element}", to.name),
            text,
            is_breaking,
        });
    };
    for field in &to.fields {
        let Some(old) = from.field(&field.element) else {
            let is_needed = field.required || field.required_by_text;
            let need = if is_needed { "必填" } else { "可不填" };
            let text = format!(
                "新增“{}”，{need}，{}",
                field.chinese,
                doc::field_type(field.kind)
            );
            push(&field.element, text, is_needed);
            continue;
        };
        for (text, is_breaking) in fields(old, field) {
            push(&field.element, text, is_breaking);
        }
    }
    for old in &from.fields {
        if to.field(&old.element).is_none() {
            let text = format!("取消了“{}”，不能再出现", old.chinese);
            push(&old.element, text, true);
        }
    }
    let order = |one: &RecordSpec, other: &RecordSpec| -> Vec<String> {
        let kept = one
            .fields
            .iter()
            .filter(|f| other.field(&f.element).is_some());
        kept.map(|field| field.element.clone()).collect()
    };
    if order(from, to) != order(to, from) {
        let text = "元素的次序改变了，请按新的次序生成".to_owned();
        push("*", text, true);
    }
}

fn fields(old: &FieldSpec, new: &FieldSpec) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    if old.chinese != new.chinese {
        let text = format!("名称由“{}”改为“{}”", old.chinese, new.chinese);
        found.push((text, false));
    }
    let need = |field: &FieldSpec| field.required || field.required_by_text;
    if (old.required, old.required_by_text) != (new.required, new.required_by_text) {
        let text = format!("必填由“{}”改为“{}”", doc::presence(old), doc::presence(new));
        let is_breaking = (need(new) && !need(old))
            || (new.required && !old.required)
            || (new.required_by_text && !old.required_by_text);
        found.push((text, is_breaking));
    }
    if old.kind != new.kind {
        let text = format!(
            "类型由“{}”改为“{}”",
            doc::field_type(old.kind),
            doc::field_type(new.kind)
        );
        found.push((text, is_narrower(old.kind, new.kind)));
    }
    let (before, after) = (rules(old), rules(new));
    if before != after {
        let words = |rules: &[&Rule]| {
            let words: Vec<String> = rules.iter().map(|rule| doc::rule_words(rule)).collect();
            if words.is_empty() {
                "不限".to_owned()
            } else {
                words.join("；").replace('`', "")
            }
        };
        let text = format!("取值由“{}”改为“{}”", words(&before), words(&after));
        // A rule that is new, or a list that has lost a value, may refuse what was taken.
        let is_breaking = after.iter().any(|rule| {
            if let Rule::In(list) = rule {
                let is_wider = |known: &[String]| known.iter().all(|value| list.contains(value));
                return !old.list().is_some_and(is_wider);
            }
            !matches!(rule, Rule::Default(_)) && !before.contains(rule)
        });
        found.push((text, is_breaking));
    }
    found
}

/// The rules that decide; what the lenient profile forgives is no difference of the standard.
fn rules(field: &FieldSpec) -> Vec<&Rule> {
    let rules = field.rules.iter();
    rules
        .filter(|rule| !matches!(rule, Rule::Wild(_)))
        .collect()
}

fn is_narrower(old: FieldType, new: FieldType) -> bool {
    match (old, new) {
        (
            FieldType::Text { min, max, .. },
            FieldType::Text {
                min: new_min,
                max: new_max,
                ..
            },
        ) => new_min > min || new_max < max,
        (
            FieldType::Decimal { total, fraction },
            FieldType::Decimal {
                total: new_total,
                fraction: new_fraction,
            },
        ) => new_fraction < fraction || new_total - new_fraction < total - fraction,
        (FieldType::Int { digits }, FieldType::Int { digits: new_digits }) => new_digits < digits,
        (FieldType::Int { digits }, FieldType::Decimal { total, fraction }) => {
            digits == UNBOUNDED || total - fraction < digits
        }
        (_, FieldType::Text { min, max, .. }) => min > 0 || max != UNBOUNDED,
        (FieldType::Text { .. } | FieldType::Decimal { .. } | FieldType::Xml, _) => true,
        (FieldType::Int { .. }, FieldType::Xml) => false,
    }
}
