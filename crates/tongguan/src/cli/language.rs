//! The language of the help and of usage mistakes (语言): Chinese, in which the commands are described,
//! or English, which has a line for each of these texts in `help_english.txt`.

use clap::ValueEnum;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::LazyLock;

/// Chinese and English, one text a line, a tab between.
pub(super) const TABLE: &str = include_str!("help_english.txt");

static ENGLISH: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

/// A language of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    #[value(name = "zh")]
    Chinese,
    #[value(name = "en")]
    English,
}

impl Language {
    /// The language that the environment asks for: the first of its three names that says anything.
    pub(super) fn of_environment() -> Self {
        let value = |name| std::env::var(name).ok().filter(|locale| !locale.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(value);
        Self::of_locale(&locale.unwrap_or_default())
    }

    /// English where a locale begins with it; all others get the language of most who work here.
    pub(super) fn of_locale(locale: &str) -> Self {
        let start = locale.get(..2).unwrap_or_default();
        match start.eq_ignore_ascii_case("en") {
            true => Self::English,
            false => Self::Chinese,
        }
    }

    /// What `--lang` says. It is looked for before the words are read, because a mistake in them and
    /// the help are told in this language, wherever it stands.
    pub(super) fn asked(words: &[OsString]) -> Option<Self> {
        let texts = words.iter().map(|word| word.to_str().unwrap_or_default());
        let texts: Vec<&str> = texts.take_while(|text| *text != "--").collect();
        let split = texts.iter().filter_map(|text| text.strip_prefix("--lang="));
        let apart = texts
            .windows(2)
            .filter(|pair| pair[0] == "--lang")
            .map(|pair| pair[1]);
        let mut named = split.chain(apart);
        named.find_map(|name| Self::from_str(name, false).ok())
    }

    /// A text in this language.
    pub(super) fn say(self, chinese: &'static str) -> &'static str {
        self.find(chinese).unwrap_or(chinese)
    }

    /// A text that was put together elsewhere, in this language.
    pub(super) fn text(self, chinese: &str) -> String {
        self.find(chinese).unwrap_or(chinese).to_owned()
    }

    fn find(self, chinese: &str) -> Option<&'static str> {
        match self {
            Self::Chinese => None,
            Self::English => ENGLISH.get(chinese).copied(),
        }
    }

    /// A sentence in this language, with values in the places of `{1}`, `{2}` and so on.
    pub(super) fn fill(self, chinese: &'static str, values: &[&str]) -> String {
        let mut parts = self.say(chinese).split('{');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once('}').unwrap_or_default();
            let place: usize = number.parse().unwrap_or_default();
            filled.push_str(values.get(place.wrapping_sub(1)).unwrap_or(&""));
            filled.push_str(rest);
        }
        filled
    }

    /// Words one after the other.
    pub(super) fn list(self, words: &[String]) -> String {
        words.join(match self {
            Self::Chinese => "、",
            Self::English => ", ",
        })
    }
}
