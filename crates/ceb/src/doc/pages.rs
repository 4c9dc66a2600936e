//! Reference pages of the finding codes and of the rules that they report.

use std::fmt::Write;

use crate::code::{self, Code};
use crate::finding::{Layer, Severity};
use crate::kind::Kind;
use crate::profile::Profile;
use crate::rule::{self, Judged, StandardRule};

/// Overview of all finding codes.
#[must_use]
pub fn code_index() -> String {
    let mut out = String::from(
        "# 问题代码一览\n\n报文校验发现的每个问题都有一个代码；各条规则对应的代码见[规则一览](rules.md)。本目录由程序生成，请勿手工修改。\n\n| 代码 | 问题 | 层次 | 结果 | 宽松档 |\n|---|---|---|---|---|\n",
    );
    for code in code::ALL {
        let _ = writeln!(
            out,
            "| [{0}]({0}.md) | {1} | {2} | {3} | {4} |",
            code.id,
            code.title,
            layer(code.layer),
            code.severity.chinese(),
            code.severity_in(Profile::Lenient).chinese()
        );
    }
    out
}

/// The page of one finding code.
#[must_use]
pub fn code_page(code: &Code) -> String {
    let mut out = format!(
        "# {} {}\n\n| 层次 | 结果 | 宽松档 | 有效期 | 依据 |\n|---|---|---|---|---|\n| {} | {} | {} | {} | {} |\n\n## 发生了什么\n\n{}\n\n## 怎么办\n\n{}\n",
        code.id,
        code.title,
        layer(code.layer),
        code.severity.chinese(),
        code.severity_in(Profile::Lenient).chinese(),
        period(code),
        code.source,
        code.happened,
        code.todo
    );
    let mut rules = rule::of_code(code.id).peekable();
    if rules.peek().is_some() {
        out.push_str("\n## 所属规则\n\n");
        for rule in rules {
            let _ = writeln!(
                out,
                "- [{}](rules.md) {}（{}）",
                rule.id,
                rule.chinese,
                kinds(rule)
            );
        }
    }
    if let Some(english) = code::english(code.id) {
        let _ = write!(
            out,
            "\n## In English\n\n**{}.** {}\n\n{}\n",
            english.title, english.happened, english.todo
        );
    }
    out
}

fn period(code: &Code) -> String {
    let day = |day: &str| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    match (code.since, code.until) {
        (None, None) => String::from("一直"),
        (Some(since), None) => format!("{} 起", day(since)),
        (None, Some(until)) => format!("{} 前", day(until)),
        (Some(since), Some(until)) => format!("{} 起，{} 前", day(since), day(until)),
    }
}

/// Every rule with its codes.
#[must_use]
pub fn rule_index() -> String {
    let mut out = String::from(
        "# 规则一览\n\n规范条文中的每条规则、适用的报文、由谁校验和对应的问题代码。只看一份报文、代码表和时钟就能判断的，由报文校验判断；需要其他单证、企业资料或证书的，由平台判断。单证按自己的报送日期适用规则和代码表。本页由程序生成，请勿手工修改。\n\n| 规则 | 要求 | 报文 | 校验 | 代码 |\n|---|---|---|---|---|\n",
    );
    for rule in rule::ALL {
        let judged = match rule.judged {
            Judged::Here => "报文校验",
            Judged::Platform => "平台",
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {judged} | {} |",
            rule.id,
            rule.chinese,
            kinds(rule),
            codes(rule, "")
        );
    }
    out
}

/// The rules of a kind, as a section of its page; nothing for a receipt.
pub(super) fn rules_of(out: &mut String, kind: Kind) {
    if !kind.is_declaration() {
        return;
    }
    out.push_str("## 业务规则\n\n| 规则 | 要求 | 代码 |\n|---|---|---|\n");
    for rule in rule::ALL.iter().filter(|rule| rule.concerns(kind)) {
        let codes = codes(rule, "../../codes/");
        let _ = writeln!(out, "| {} | {} | {codes} |", rule.id, rule.chinese);
    }
    out.push('\n');
}

fn kinds(rule: &StandardRule) -> String {
    if rule.kinds.is_empty() {
        return String::from("全部");
    }
    let names: Vec<&str> = rule.kinds.iter().map(|kind| &kind.code()[3..]).collect();
    names.join("、")
}

fn codes(rule: &StandardRule, folder: &str) -> String {
    if rule.codes.is_empty() {
        return String::from("－");
    }
    let linked = |id: &&str| {
        let mild = match code::find(id).map(|code| code.severity) {
            Some(Severity::Warn) => "（警告）",
            Some(Severity::Note) => "（提示）",
            Some(Severity::Refuse) | None => "",
        };
        format!("[{id}]({folder}{id}.md){mild}")
    };
    let linked: Vec<String> = rule.codes.iter().map(linked).collect();
    linked.join(" ")
}

fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Wellformed => "XML 语法",
        Layer::Schema => "版式",
        Layer::Rule => "业务规则",
        Layer::Form => "表单",
    }
}
