//! Many words looked for in a text at once: every receipt is asked for some three hundred of them.

use aho_corasick::AhoCorasick;
use std::collections::HashSet;

/// Words that are looked for (词表).
pub(super) struct WordIndex {
    words: Vec<String>,
    /// None when the words cannot be put into one machine; then each is looked for by itself.
    machine: Option<AhoCorasick>,
}

impl WordIndex {
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let words: HashSet<&str> = words.collect();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let machine = AhoCorasick::new(&words).ok();
        Self { words, machine }
    }

    /// Those of the words that stand in a text.
    pub(super) fn found_in(&self, text: &str) -> HashSet<&str> {
        let Some(machine) = &self.machine else {
            let words = self.words.iter().map(String::as_str);
            return words.filter(|word| text.contains(word)).collect();
        };
        let found = machine.find_overlapping_iter(text);
        let words = found.filter_map(|one| self.words.get(one.pattern().as_usize()));
        words.map(String::as_str).collect()
    }

    /// Whether one of the words stands in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        match &self.machine {
            Some(machine) => machine.is_match(text),
            None => self.words.iter().any(|word| text.contains(word.as_str())),
        }
    }
}
