//! Texts of receipts, each with the meaning and the way to declare again that are right.

use super::{Resubmit, ask};
use crate::kind::Kind;
use crate::status::ReturnStatus;

/// Fewest texts, and fewest of them that are explained, as the issue asks.
const TEXTS_MIN: usize = 52;
const EXPLAINED_MIN: usize = 45;

/// What is wrong with the explanation of a line, if anything.
fn wrong(line: &str) -> Option<String> {
    let parts: Vec<&str> = line.splitn(6, " | ").map(str::trim).collect();
    let [kind, status, code, way, words, text] = parts[..] else {
        return Some(format!("no line of six parts: {line}"));
    };
    let kind = Kind::from_code(kind);
    let told = ask(kind, ReturnStatus::read(status), text);
    let all = format!("{}{}", told.meaning, told.advice);
    let is_known = words != "unknown";
    let are_right = !is_known
        || words.split('&').all(|word| match word.strip_prefix('^') {
            Some(word) => !all.contains(word),
            None => all.contains(word),
        });
    let code = if code == "-" { "" } else { code };
    let is_right =
        told.is_known == is_known && told.resubmit.name() == way && told.code == code && are_right;
    let found = (&told.code, told.resubmit.name(), told.is_known);
    (!is_right).then(|| format!("{line}\n    {found:?} {all}"))
}

#[test]
fn every_text_is_explained_as_it_should_be_or_said_to_be_unknown() {
    let lines = include_str!("corpus.txt").lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let n_unknown = lines
        .iter()
        .filter(|line| line.contains("| unknown |"))
        .count();
    assert!(lines.len() >= TEXTS_MIN, "{}", lines.len());
    assert!(
        lines.len() - n_unknown >= EXPLAINED_MIN,
        "{n_unknown} unknown"
    );
    let wrong: Vec<String> = lines.iter().filter_map(|line| wrong(line)).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A failure that nobody knows must not read as if nothing were to do.
#[test]
fn no_text_of_failure_says_that_there_is_nothing_to_do() {
    let failures = [
        "比对失败W17",
        "处理异常，详见日志",
        "数据有误",
        "审批被拒绝",
        "reject by gateway",
    ];
    for text in failures {
        for status in [0, 1, 2, 3, 99, 100] {
            let told = ask(Some(Kind::Ceb621), Some(ReturnStatus(status)), text);
            let is_fine = [Resubmit::Nothing, Resubmit::Wait].contains(&told.resubmit);
            assert!(!is_fine, "{status} {text}: {}", told.meaning);
        }
    }
}
