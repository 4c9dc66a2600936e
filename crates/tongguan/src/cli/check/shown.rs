//! Findings for people: file by file, each with the line of the source and a mark under the place.

use super::{FileFinding, FileOutcome, worst};
use crate::cli::columns::is_wide;
use ceb::{Finding, Severity, code};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Characters of a long line that are shown before and after the place.
const AROUND: usize = 60;

/// Longest mark under a place, in characters.
const MARK_MAX: usize = 40;

/// What all files gave together.
#[derive(Default)]
pub(super) struct ShownTotal {
    good: usize,
    pub(super) warned: usize,
    pub(super) refused: usize,
    pub(super) unreadable: usize,
    codes: BTreeMap<&'static str, usize>,
}

impl ShownTotal {
    fn n_files(&self) -> usize {
        self.good + self.warned + self.refused + self.unreadable
    }

    /// Whether there was no file to look at.
    pub(super) fn is_empty(&self) -> bool {
        self.n_files() == 0
    }

    /// Counts a file.
    pub(super) fn add(&mut self, findings: &[FileFinding]) {
        for one in findings {
            *self.codes.entry(one.finding.code).or_default() += 1;
        }
        match worst(findings) {
            Some(Severity::Refuse) => self.refused += 1,
            Some(Severity::Warn) => self.warned += 1,
            Some(Severity::Note) | None => self.good += 1,
        }
    }
}

/// How things are shown.
pub(super) struct DisplayOptions {
    pub(super) is_coloured: bool,
}

impl DisplayOptions {
    fn paint(&self, text: &str, colour: &str) -> String {
        if self.is_coloured {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn severity(&self, severity: Severity) -> String {
        let colour = match severity {
            Severity::Refuse => "1;31",
            Severity::Warn => "33",
            Severity::Note => "36",
        };
        self.paint(severity.chinese(), colour)
    }

    /// A file with its findings.
    pub(super) fn file(&self, name: &str, outcome: &FileOutcome) -> String {
        let findings = &outcome.findings;
        let count = |severity: Severity| {
            let n_found = findings
                .iter()
                .filter(|one| one.finding.severity == severity)
                .count();
            (n_found > 0).then(|| format!("{n_found} 处{}", severity.chinese()))
        };
        let counts: Vec<String> = [Severity::Refuse, Severity::Warn, Severity::Note]
            .into_iter()
            .filter_map(count)
            .collect();
        let mut name = self.paint(name, "1");
        if let Some(kind) = outcome.received {
            let _ = write!(
                name,
                "（{kind} {}，按接收海关报文的口径检查）",
                kind.chinese()
            );
        }
        if counts.is_empty() {
            return format!("{name}：{}", self.paint("没有发现问题", "32"));
        }
        let mut out = format!("{name}：{}", counts.join("，"));
        for found in findings {
            self.finding(&mut out, found, &outcome.text);
        }
        out
    }

    fn finding(&self, out: &mut String, found: &FileFinding, text: &[u8]) {
        let finding = &found.finding;
        let _ = write!(
            out,
            "\n  {} {} {}",
            self.severity(finding.severity),
            finding.code,
            found.place
        );
        if !finding.path.is_empty() {
            let _ = write!(out, " {}", self.paint(&finding.path, "2"));
        }
        match excerpt(finding, text) {
            Some((line, mark)) => {
                let number = finding.line.to_string();
                let blank = " ".repeat(number.len());
                let mark = self.paint(&mark, "1;31");
                let _ = write!(out, "\n    {number} | {line}\n    {blank} | {mark}");
            }
            None if !finding.value.is_empty() => {
                let _ = write!(out, "\n    现值：{}", printable(&finding.value));
            }
            None => {}
        }
        let _ = write!(out, "\n    {}。办法：{}", finding.text, finding.advice);
    }

    /// A file that could not be read.
    pub(super) fn unreadable(&self, name: &str, error: &str) -> String {
        let name = self.paint(name, "1");
        format!("{name}：{}：{error}", self.paint("无法检查", "1;31"))
    }

    /// The summary.
    pub(super) fn total(&self, total: &ShownTotal) -> String {
        let n_files = total.n_files();
        if n_files == 0 {
            return String::from("没有找到 .xml、.json、.xlsx 或 .csv 文件");
        }
        let mut out = format!(
            "共 {n_files} 个文件：{} 个没有问题，{} 个有警告，{} 个会被拒收",
            total.good, total.warned, total.refused
        );
        if total.unreadable > 0 {
            let _ = write!(out, "，{} 个无法检查", total.unreadable);
        }
        let mut codes: Vec<(&&str, &usize)> = total.codes.iter().collect();
        codes.sort_by_key(|(code, n_found)| (std::cmp::Reverse(**n_found), **code));
        for (id, n_found) in codes {
            let title = code::find(id).map_or("", |code| code.title);
            let _ = write!(out, "\n  {n_found:>5} 处 {id} {title}");
        }
        out
    }
}

/// The line of a finding, cut to what is around its place, and the mark under it.
fn excerpt(finding: &Finding, text: &[u8]) -> Option<(String, String)> {
    let at = usize::try_from(finding.line).ok()?.checked_sub(1)?;
    let line = text.split(|byte| *byte == b'\n').nth(at)?;
    let line = String::from_utf8_lossy(line);
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    let (start, length) = place(finding, line).unwrap_or((0, 0));
    let marked = line.get(start..start + length).unwrap_or("");
    let before: Vec<char> = line.get(..start)?.chars().collect();
    let cut = before.len().saturating_sub(AROUND);
    let (lead, before) = (if cut > 0 { "…" } else { "" }, &before[cut..]);
    let rest: Vec<char> = line.get(start..)?.chars().collect();
    let end = rest.len().min(AROUND);
    let tail = if end < rest.len() { "…" } else { "" };
    let shown: String = before.iter().chain(&rest[..end]).collect();
    let indent: String = before.iter().map(|c| blank(*c)).collect();
    let mark: String = match marked.chars().count() {
        0 => String::from("^"),
        _ => marked.chars().take(MARK_MAX).map(under).collect(),
    };
    let lead_blank = if cut > 0 { " " } else { "" };
    Some((
        printable(&format!("{lead}{shown}{tail}")),
        format!("{lead_blank}{indent}{mark}"),
    ))
}

/// Where in its line the value of a finding stands: in its element, of several in the one that has
/// just this value.
fn place(finding: &Finding, line: &str) -> Option<(usize, usize)> {
    let leaf = finding.path.rsplit('/').next()?;
    let leaf = leaf.split('[').next()?.trim_start_matches('@');
    if leaf.is_empty() {
        return None;
    }
    let is_name = |at: &usize| {
        let before = line[..*at].chars().next_back();
        let after = line[at + leaf.len()..].chars().next();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/');
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    let named: Vec<usize> = line
        .match_indices(leaf)
        .map(|(at, _)| at)
        .filter(is_name)
        .collect();
    let value = finding.value.trim();
    let valued = named.iter().find_map(|at| {
        let rest = &line[at + leaf.len()..];
        let between =
            rest.find(|c: char| !matches!(c, '>' | '"' | ':' | '=' | '\'') && !c.is_whitespace())?;
        let is_here = !value.is_empty() && rest[between..].starts_with(value);
        is_here.then_some((at + leaf.len() + between, value.len()))
    });
    valued.or_else(|| named.first().map(|at| (*at, leaf.len())))
}

/// A blank as wide as a character.
fn blank(c: char) -> char {
    if is_wide(c) { '\u{3000}' } else { ' ' }
}

/// A mark as wide as a character.
fn under(c: char) -> &'static str {
    if is_wide(c) { "^^" } else { "^" }
}

/// What a file holds must not steer the terminal, and what nobody sees is shown.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() || ceb::personal::is_invisible(c) => '\u{FFFD}',
        c => c,
    };
    text.chars().map(shown).collect()
}
