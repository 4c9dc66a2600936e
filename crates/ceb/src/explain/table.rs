//! The dictionary as data: the files of `dictionary/`, read once.
//!
//! A section `[family kinds] editions` opens a group of entries; one line is one entry:
//!
//! `codes | meaning | places | rule | what to do | resubmit`
//!
//! * family: `status` (returnStatus), `reason` (`[Code:n;Desc:…]` of customs), `eport` (negative
//!   returnStatus), `dxp` (transport), `text` (words of the text in the place of a code).
//! * kinds: the numbers of the declared kinds with commas, `*` for all: one code can mean two things.
//! * codes: with commas; a range `low..high`; after `?` words of which one must stand in the text. Of
//!   the family `text`: words that all stand in one clause, joined with `&`; `/` between words of
//!   which one will do; `^` before words of which none may stand there.
//! * places: `Record.element`, the elements of a declaration that it is about, or `-`.
//! * rule: the code of our own finding that would have told before, or `-`.
//! * resubmit: a word of [`Resubmit`]; `!` says that the trouble is temporary, `?` that the code by
//!   itself says little and the text more, `+` that it went well so far.

use super::Resubmit;
use super::text::fold;
use super::words::WordIndex;
use crate::kind::{Direction, Kind};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Parts of an entry.
const PARTS: usize = 6;

/// The files, in the order in which entries are looked for.
pub(super) const FILES: &[(&str, &str)] = &[
    ("status", include_str!("../../dictionary/status.txt")),
    ("reason", include_str!("../../dictionary/reason.txt")),
    ("text", include_str!("../../dictionary/text.txt")),
    (
        "eport_document",
        include_str!("../../dictionary/eport_document.txt"),
    ),
    (
        "eport_list",
        include_str!("../../dictionary/eport_list.txt"),
    ),
    (
        "eport_export",
        include_str!("../../dictionary/eport_export.txt"),
    ),
    ("transport", include_str!("../../dictionary/transport.txt")),
];

/// Which list a code belongs to (代码族).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Family {
    /// `returnStatus` from zero up (回执状态).
    Status,
    /// `[Code:n;Desc:…]` of customs (海关原因代码).
    Reason,
    /// `returnStatus` below zero (电子口岸错误代码).
    Eport,
    /// Four digits of the transport (传输代码).
    Dxp,
    /// Words of the text (回执原文).
    Text,
}

impl Family {
    /// Every family, in the order of the pages.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the files and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name for people.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Status => "回执状态",
            Self::Reason => "海关原因代码",
            Self::Eport => "电子口岸错误代码",
            Self::Dxp => "传输代码",
            Self::Text => "回执原文",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// One meaning of one code or range of codes (词条).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its list.
    pub family: Family,
    /// The declared kinds that it is about; none means all.
    pub kinds: Vec<Kind>,
    /// The codes: the lowest and the highest, equal for a single code.
    pub codes: (i64, i64),
    /// As the code is written: `-621005`, `0001`; the words of a text.
    pub written: &'static str,
    /// Of a text: lists of words, folded.
    words: Vec<WordList>,
    /// Words of which one must stand in the text; none means any text.
    pub when: Vec<&'static str>,
    /// What it means, in Chinese.
    pub meaning: &'static str,
    /// Record and element of what it is about.
    pub places: Vec<(&'static str, &'static str)>,
    /// The code of our own finding that would have told before.
    pub rule: Option<&'static str>,
    /// What to do, in Chinese.
    pub advice: &'static str,
    /// Whether to declare again.
    pub resubmit: Resubmit,
    /// Whether the trouble is on the other side and passes.
    pub is_temporary: bool,
    /// Whether it says little, so that the text of the receipt is asked first.
    pub is_vague: bool,
    /// Whether it says that all went well so far: beside a status that says otherwise it is not believed.
    pub is_good: bool,
    /// The editions of the standard that have it: `S18`, `S22`; `seen` for practice.
    pub editions: Vec<&'static str>,
}

impl Entry {
    fn is_about(&self, kind: Option<Kind>) -> bool {
        self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether the text is the one that this meaning is for.
    fn fits(&self, text: &str) -> bool {
        self.when.is_empty() || self.when.iter().any(|word| text.contains(word))
    }

    /// Where the meaning comes from; `seen` for practice alone.
    #[must_use]
    pub fn source(&self) -> String {
        let editions = self.editions.iter().filter_map(|edition| match *edition {
            "S18" => Some("2018版"),
            "S22" => Some("202205版"),
            _ => None,
        });
        let editions: Vec<&str> = editions.collect();
        if editions.is_empty() {
            return "seen".to_owned();
        }
        let chapter = match self.family {
            Family::Status => "返回状态",
            Family::Eport => "错误代码",
            Family::Dxp => "传输错误代码",
            Family::Reason | Family::Text => "回执",
        };
        format!("海关跨境统一版规范 {} {chapter}", editions.join("、"))
    }

    /// Family, code, kinds and words of the text in one line.
    #[must_use]
    pub fn heading(&self) -> String {
        let mut out = format!("{} {}", self.family.chinese(), self.title());
        for kind in &self.kinds {
            out.push_str(&format!(" {kind} {}", kind.chinese()));
        }
        if !self.when.is_empty() {
            out.push_str(&format!("（返回信息含“{}”）", self.when.join("”或“")));
        }
        out
    }

    /// Whether a clause, folded, has the words of this entry.
    pub(super) fn has_words(&self, clause: &str) -> bool {
        self.has_all(|word| clause.contains(word))
    }

    fn has_all(&self, has: impl Fn(&str) -> bool) -> bool {
        let mut lists = self.words.iter();
        lists.all(|list| list.words.iter().any(|word| has(word)) != list.is_forbidden)
    }

    /// Codes as people write them: `-301001` or `-302000 至 -301001`.
    #[must_use]
    pub fn title(&self) -> String {
        match self.codes {
            _ if self.family == Family::Text => {
                let words = self
                    .written
                    .split('&')
                    .filter(|list| !list.starts_with('^'));
                words.collect::<Vec<_>>().join(" … ")
            }
            (low, high) if low == high => self.written.to_owned(),
            (low, high) if low < 0 => format!("{high} 至 {low}"),
            (low, high) => format!("{low} 至 {high}"),
        }
    }
}

/// Words of which one must stand in a clause, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WordList {
    is_forbidden: bool,
    words: Vec<String>,
}

impl WordList {
    fn read(list: &str) -> Self {
        let words = list.strip_prefix('^');
        Self {
            is_forbidden: words.is_some(),
            words: words
                .unwrap_or(list)
                .split('/')
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The dictionary (回执字典).
pub(super) struct ReceiptDictionary {
    pub(super) entries: Vec<Entry>,
    /// Places of the entries of a single code.
    single: HashMap<(Family, i64), Vec<usize>>,
    /// Places of the entries of ranges and texts.
    other: Vec<usize>,
    words: WordIndex,
}

static DICTIONARY: LazyLock<ReceiptDictionary> = LazyLock::new(|| {
    let entries = FILES.iter().flat_map(|(_, text)| read(text).0).collect();
    ReceiptDictionary::new(entries)
});

pub(super) fn dictionary() -> &'static ReceiptDictionary {
    &DICTIONARY
}

impl ReceiptDictionary {
    fn new(entries: Vec<Entry>) -> Self {
        let mut single: HashMap<(Family, i64), Vec<usize>> = HashMap::new();
        let mut other = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let (low, high) = entry.codes;
            if low == high && entry.family != Family::Text {
                single.entry((entry.family, low)).or_default().push(at);
            } else {
                other.push(at);
            }
        }
        let lists = entries.iter().flat_map(|entry| &entry.words);
        let words = WordIndex::new(lists.flat_map(|list| list.words.iter().map(String::as_str)));
        Self {
            entries,
            single,
            other,
            words,
        }
    }

    /// The entry of a code: for this kind and text first, then for all kinds, then of its range.
    pub(super) fn find(
        &'static self,
        family: Family,
        code: i64,
        kind: Option<Kind>,
        text: &str,
    ) -> Option<&'static Entry> {
        let places = self.single.get(&(family, code));
        let single: Vec<&'static Entry> = places
            .into_iter()
            .flatten()
            .filter_map(|at| self.entries.get(*at))
            .filter(|entry| entry.fits(text))
            .collect();
        let own = |entry: &&&'static Entry| !entry.kinds.is_empty() && entry.is_about(kind);
        let found = single
            .iter()
            .find(own)
            .or_else(|| single.iter().find(|entry| entry.kinds.is_empty()));
        // A refusal of a whole message does not tell the kind: one kind alone knows the code.
        let only = || single.first().filter(|_| kind.is_none());
        found.or_else(only).copied().or_else(|| {
            self.others(family).find(|entry| {
                (entry.codes.0..=entry.codes.1).contains(&code) && entry.is_about(kind)
            })
        })
    }

    /// The entries whose words stand in a clause, folded.
    pub(super) fn words(
        &'static self,
        clause: &str,
        kind: Option<Kind>,
    ) -> impl Iterator<Item = &'static Entry> + use<> {
        let found = self.words.found_in(clause);
        self.others(Family::Text)
            .filter(move |entry| entry.is_about(kind) && entry.has_all(|word| found.contains(word)))
    }

    fn others(&'static self, family: Family) -> impl Iterator<Item = &'static Entry> {
        self.other
            .iter()
            .filter_map(|at| self.entries.get(*at))
            .filter(move |entry| entry.family == family)
    }
}

/// A section: its family, kinds and editions.
type Section = (Family, Vec<Kind>, Vec<&'static str>);

/// Reads a file: its entries, and the lines that are none (a test wants no such line).
pub(super) fn read(text: &'static str) -> (Vec<Entry>, Vec<String>) {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    let mut section = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let read = if line.starts_with('[') {
            section = head(line);
            section.is_some()
        } else {
            let found = section.as_ref().and_then(|section| entry(section, line));
            found.map(|found| entries.extend(found)).is_some()
        };
        if !read {
            problems.push(line.to_owned());
        }
    }
    (entries, problems)
}

fn head(line: &'static str) -> Option<Section> {
    let (head, editions) = line.strip_prefix('[')?.split_once(']')?;
    let (family, kinds) = head.split_once(' ')?;
    let kinds = match kinds {
        "*" => Vec::new(),
        list => list
            .split(',')
            .map(Kind::from_code)
            .collect::<Option<Vec<_>>>()?,
    };
    let editions = editions.trim().split(',').collect();
    Some((Family::from_name(family)?, kinds, editions))
}

/// The entries of a line: one for each of its codes.
fn entry((family, kinds, editions): &Section, line: &'static str) -> Option<Vec<Entry>> {
    let parts: Vec<&'static str> = line.split(" | ").map(str::trim).collect();
    let [codes, meaning, places, rule, advice, resubmit] = *parts.first_chunk::<PARTS>()?;
    if parts.len() != PARTS {
        return None;
    }
    let (codes, when) = codes.split_once(" ?").unwrap_or((codes, ""));
    let words = match family {
        Family::Text => {
            let folded: String = codes.chars().map(fold).collect();
            folded
                .split('&')
                .map(|list| WordList::read(list.trim()))
                .collect()
        }
        Family::Status | Family::Reason | Family::Eport | Family::Dxp => Vec::new(),
    };
    let [is_temporary, is_vague, is_good] = ['!', '?', '+'].map(|mark| resubmit.contains(mark));
    let resubmit = Resubmit::from_name(resubmit.trim_end_matches(['!', '?', '+']))?;
    let places = match places {
        "-" => Vec::new(),
        list => list
            .split(' ')
            .map(|place| place.split_once('.'))
            .collect::<Option<Vec<_>>>()?,
    };
    let written: Vec<&'static str> = match family {
        Family::Text => vec![codes],
        Family::Status | Family::Reason | Family::Eport | Family::Dxp => codes.split(',').collect(),
    };
    let entries = written.into_iter().map(|written| {
        let codes = match family {
            Family::Text => (0, 0),
            Family::Status | Family::Reason | Family::Eport | Family::Dxp => range(written)?,
        };
        Some(Entry {
            family: *family,
            kinds: kinds.clone(),
            codes,
            written,
            words: words.clone(),
            when: when.split(',').filter(|word| !word.is_empty()).collect(),
            meaning,
            places: places.clone(),
            rule: Some(rule).filter(|rule| *rule != "-"),
            advice,
            resubmit,
            is_temporary,
            is_vague,
            is_good,
            editions: editions.clone(),
        })
    });
    entries.collect()
}

fn range(text: &str) -> Option<(i64, i64)> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    Some((low.parse().ok()?, high.parse().ok()?))
}

/// The declaration of a direction that has a record, and the Chinese name of the element in it.
pub(super) fn declaration(
    direction: Direction,
    record: &str,
    element: &str,
) -> Option<(Kind, &'static str)> {
    let kinds = Kind::ALL.iter().copied();
    let mut kinds =
        kinds.filter(|kind| kind.is_declaration() && kind.direction() == Some(direction));
    kinds.find_map(|kind| {
        let spec = kind.spec();
        let lines = spec.lines.as_ref().map(|(record, _)| record);
        let table = [Some(&spec.head), lines]
            .into_iter()
            .flatten()
            .find(|table| table.name == record)?;
        Some((kind, &*table.field(element)?.chinese))
    })
}
