//! The finding codes in English (问题代码英文说明), for people who do not read the Chinese table.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a finding code says, in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct English {
    /// Short title.
    pub title: &'static str,
    /// What happened.
    pub happened: &'static str,
    /// What to do.
    pub todo: &'static str,
}

/// The lines of the table, without remarks.
fn lines() -> impl Iterator<Item = (&'static str, English)> {
    let lines = include_str!("english.txt").lines();
    lines
        .filter(|line| line.starts_with("TG-"))
        .filter_map(|line| {
            let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [id, title, happened, todo] = parts[..] else {
                return None;
            };
            let english = English {
                title,
                happened,
                todo,
            };
            Some((id, english))
        })
}

static ENGLISH: LazyLock<HashMap<&str, English>> = LazyLock::new(|| lines().collect());

/// A code in English, by its id.
#[must_use]
pub fn english(id: &str) -> Option<English> {
    ENGLISH.get(id).copied()
}

/// The lines of the table of rules.
fn rule_lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("rules_english.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" | "))
}

static RULES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| rule_lines().collect());

/// What a rule of the standard demands, in English.
#[must_use]
pub fn english_rule(id: &str) -> Option<&'static str> {
    RULES.get(id).copied()
}

#[cfg(test)]
mod tests {
    use super::super::ALL;
    use super::{english, english_rule, lines, rule_lines};
    use crate::rule;

    #[test]
    fn every_rule_has_an_english_text() {
        assert_eq!(rule_lines().count(), rule::ALL.len());
        for rule in rule::ALL {
            assert!(english_rule(rule.id).is_some(), "{}", rule.id);
        }
    }

    #[test]
    fn every_code_says_in_english_what_it_says_in_chinese() {
        let ids: Vec<&str> = lines().map(|(id, _)| id).collect();
        let known: Vec<&str> = ALL.iter().map(|code| code.id).collect();
        assert_eq!(
            ids.iter().filter(|id| !known.contains(id)).count(),
            0,
            "a line without a code"
        );
        assert_eq!(ids.len(), known.len());
        for code in ALL {
            let texts = english(code.id).expect(code.id);
            for (text, chinese) in [(texts.happened, code.happened), (texts.todo, code.todo)] {
                assert!(
                    text.ends_with('.') || text.ends_with('?'),
                    "{}: {text}",
                    code.id
                );
                // Numbers and names of elements that the Chinese text gives are in the English one.
                let is_word = |c: char| c.is_ascii_alphanumeric();
                let words = chinese.split(|c| !is_word(c));
                let telling = |word: &&str| {
                    word.len() > 3
                        && word.chars().any(|c| c.is_ascii_digit())
                        && !word.contains("000")
                };
                for word in words.filter(telling) {
                    assert!(text.contains(word), "{}: {word} is not in: {text}", code.id);
                }
            }
        }
    }
}
