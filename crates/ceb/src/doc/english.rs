//! The pages of finding codes and rules in English, for the running platform. The files under `docs/`
//! are Chinese, each with a section in English.

use std::fmt::Write;

use crate::code::{self, Code};
use crate::finding::{Layer, Severity};
use crate::profile::Profile;
use crate::rule::{self, Judged, StandardRule};

/// Overview of all finding codes, in English.
#[must_use]
pub fn code_index_en() -> String {
    let mut out = String::from(
        "# Codes of checks\n\nEverything that a check finds in a message has a code. The codes of each rule are \
         on the page of [all rules](rules.md).\n\n\
         | Code | Finding | Layer | Result | Lenient profile |\n|---|---|---|---|---|\n",
    );
    for code in code::ALL {
        let _ = writeln!(
            out,
            "| [{0}]({0}.md) | {1} | {2} | {3} | {4} |",
            code.id,
            title(code),
            layer(code.layer),
            result(code.severity),
            result(code.severity_in(Profile::Lenient))
        );
    }
    out
}

/// The page of one finding code, in English; nothing for a code that has no English text.
#[must_use]
pub fn code_page_en(code: &Code) -> Option<String> {
    let texts = code::english(code.id)?;
    let mut out = format!(
        "# {} {}\n\n| Layer | Result | Lenient profile | In force |\n|---|---|---|---|\n| {} | {} | {} | {} |\n\n\
         ## What happened\n\n{}\n\n## What to do\n\n{}\n",
        code.id,
        texts.title,
        layer(code.layer),
        result(code.severity),
        result(code.severity_in(Profile::Lenient)),
        period(code),
        texts.happened,
        texts.todo
    );
    let mut rules = rule::of_code(code.id).peekable();
    if rules.peek().is_some() {
        out.push_str("\n## Rules\n\n");
        for rule in rules {
            let demand = code::english_rule(rule.id).unwrap_or(rule.chinese);
            let _ = writeln!(out, "- [{}](rules.md) {demand} ({})", rule.id, kinds(rule));
        }
    }
    Some(out)
}

/// Every rule with its codes, in English.
#[must_use]
pub fn rule_index_en() -> String {
    let mut out = String::from(
        "# Rules\n\nEvery rule of the standard: the messages that it concerns, who judges it, and the codes that \
         report it. What one message, the code tables and the clock decide is judged by the check of the message; \
         what needs other documents, the company or certificates, by the platform. Rules and code tables are \
         those of the document's own date.\n\n\
         | Rule | Demand | Messages | Judged by | Codes |\n|---|---|---|---|---|\n",
    );
    for rule in rule::ALL {
        let judged = match rule.judged {
            Judged::Here => "check",
            Judged::Platform => "platform",
        };
        let demand = code::english_rule(rule.id).unwrap_or(rule.chinese);
        let codes: Vec<String> = rule
            .codes
            .iter()
            .map(|id| format!("[{id}]({id}.md)"))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {demand} | {} | {judged} | {} |",
            rule.id,
            kinds(rule),
            if codes.is_empty() {
                String::from("–")
            } else {
                codes.join(" ")
            }
        );
    }
    out
}

fn title(code: &Code) -> &'static str {
    code::english(code.id).map_or(code.title, |english| english.title)
}

fn kinds(rule: &StandardRule) -> String {
    if rule.kinds.is_empty() {
        return String::from("all");
    }
    let names: Vec<&str> = rule.kinds.iter().map(|kind| &kind.code()[3..]).collect();
    names.join(", ")
}

fn period(code: &Code) -> String {
    let day = |day: &str| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    match (code.since, code.until) {
        (None, None) => String::from("always"),
        (Some(since), None) => format!("from {}", day(since)),
        (None, Some(until)) => format!("before {}", day(until)),
        (Some(since), Some(until)) => format!("from {}, before {}", day(since), day(until)),
    }
}

fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Wellformed => "XML syntax",
        Layer::Schema => "schema",
        Layer::Rule => "rule",
        Layer::Form => "form",
    }
}

fn result(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuse => "refused",
        Severity::Warn => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::{code_index_en, code_page_en, rule_index_en};
    use crate::code;

    /// Words that the standard has in Chinese only: what a field holds, and the name of a sheet.
    const KEPT: [char; 7] = ['空', '无', '进', '口', '订', '单', '、'];

    #[test]
    fn english_pages_are_english() {
        let pages = code::ALL.iter().filter_map(|code| code_page_en(code));
        let mut pages: Vec<String> = pages.collect();
        assert_eq!(pages.len(), code::ALL.len());
        pages.push(code_index_en());
        pages.push(rule_index_en());
        for page in pages {
            let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
            let left: String = page
                .chars()
                .filter(|c| is_chinese(*c) && !KEPT.contains(c))
                .collect();
            assert!(left.is_empty(), "{left}: {page}");
        }
    }
}
