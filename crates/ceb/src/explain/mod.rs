//! Receipts explained (回执解释): what a status, a reason code of customs or a code of the E-Port
//! means, which elements it is about, what to do, and whether and how to declare again.
//!
//! One dictionary as data (`dictionary/*.txt`) merges both editions of the standard and what was seen
//! in practice. One code can mean two things: the declared kind keeps them apart, and where the
//! standard prints two meanings for one kind, the words of the text. What the free text says of
//! elements and values is taken out of it; [`locate`] finds them in the declared message.
//!
//! One text can tell several things: each code and each clause is a [`ExplanationPart`], and the gravest of them
//! says what to do. [`explain`] gives the answer wherever a receipt is shown; [`ask`] is the same for
//! what people type.
//!
//! A status that turns a document down stands, whatever good news the text has beside it.
//!
//! A code that is not in the dictionary is carried with what customs wrote (I7): the explanation says
//! that it is unknown, and never guesses. A text that sounds like a failure never reads as fine.

mod asked;
mod clause;
#[cfg(test)]
mod corpus;
mod entity;
pub mod page;
mod part;
mod place;
mod platform;
mod said;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod words;

use crate::kind::{Direction, Kind};
use crate::status::ReturnStatus;
use part::{ExplanationParts, unknown_code, unknown_status, unknown_text};
use std::sync::LazyLock;
use words::WordIndex;

pub use asked::{ask, look_up};
pub use part::ExplanationPart;
pub use place::{ElementPlace, locate, locate_in};
pub use platform::{codes_in, of_platform};
pub use table::{Entry, Family};

/// Whether and how to declare again (是否重报).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
pub enum Resubmit {
    /// Nothing to do.
    #[strum(serialize = "none")]
    Nothing,
    /// Wait for the next receipt.
    #[strum(serialize = "wait")]
    Wait,
    /// Correct it and declare under the same business key with a new guid.
    #[strum(serialize = "new")]
    Corrected,
    /// Declare the same again, with a new guid.
    #[strum(serialize = "same")]
    Same,
    /// Declare with `appType` 2: the document is there already and is to be changed.
    #[strum(serialize = "change")]
    Change,
    /// Declare with another number: the one used belongs to another document.
    #[strum(serialize = "number")]
    Number,
    /// Somebody must be asked first.
    #[strum(serialize = "call")]
    Ask,
}

impl Resubmit {
    /// Every way, in the order of the pages.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// How much it asks of the company, from nothing up: the gravest of several decides.
    fn rank(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Wait => 1,
            Self::Same => 2,
            Self::Corrected => 3,
            Self::Number => 4,
            Self::Change => 5,
            Self::Ask => 6,
        }
    }

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What to do, for people.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Nothing => "不用重报",
            Self::Wait => "不用重报，等待后续回执",
            Self::Corrected => "更正后重报：业务编号不变，换新的 guid",
            Self::Same => "原样重报：换新的 guid",
            Self::Change => "单证已存在，不要重复新增；要改内容的按变更（appType 2）重报",
            Self::Number => "换新的业务编号重报",
            Self::Ask => "先联系，不要直接重报",
        }
    }

    /// The way of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What a receipt means (回执解释).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it means, in Chinese; of several parts, all meanings with numbers.
    pub meaning: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// Whether to declare again: the gravest of the parts.
    pub resubmit: Resubmit,
    /// Whether the trouble is on the other side and passes.
    pub is_temporary: bool,
    /// Where the meaning comes from: a chapter, or `seen` for practice.
    pub source: String,
    /// The code that decided: `120`, `Code:1332`, `-621005`; empty for words without a code.
    pub code: String,
    /// What customs wrote beside the code, without its wrapping.
    pub said: String,
    /// Whether the dictionary has something of it.
    pub is_known: bool,
    /// The code of our own finding that tells the same before sending.
    pub rule: Option<&'static str>,
    /// The elements that it is about, with what the receipt says of them.
    pub places: Vec<ElementPlace>,
    /// The guid of the declared document, when the text brings it back.
    pub guid: Option<String>,
    /// What it consists of: one part, or one for each code and clause of the text.
    pub parts: Vec<ExplanationPart>,
}

/// Explains a receipt: for a document of a declared kind, its status and its text. Without a kind
/// (a refusal of a whole message) a code that only one kind has is still found; without a status
/// (a text by itself) the text alone decides.
#[must_use]
pub fn explain(kind: Option<Kind>, status: Option<ReturnStatus>, info: &str) -> Explanation {
    let info = &*entity::plain(info);
    let info = text::unwrapped(info);
    let mut read = text::read(info);
    if read.coded.is_empty()
        && let Some(coded) = text::bare_code(info)
        && let Some(entry) = table::dictionary().find(Family::Reason, coded.code, kind, coded.text)
        && entry.codes.0 == entry.codes.1
    {
        read = text::Text {
            coded: vec![coded],
            rest: Vec::new(),
            said: coded.text.to_owned(),
        };
    }
    let direction = kind.and_then(Kind::direction).unwrap_or(Direction::Import);
    let own = status.and_then(|status| own(kind, status, info));
    let code = status
        .map(|status| status.0.to_string())
        .unwrap_or_default();
    let is_over =
        status.is_some_and(|status| status.is_fault() || status == ReturnStatus::CUSTOMS_REJECTED);
    let said = match read.coded.is_empty() {
        true => info.trim(),
        false => &read.said,
    };
    let mut parts = ExplanationParts::default();
    // What a status says for certain stands; where it says little, the text is asked.
    if own.is_none_or(|entry| entry.is_vague) {
        of_codes(&mut parts, &read, kind);
        let first = read.coded.first().map(|coded| coded_name(coded.code));
        let code = first.as_ref().unwrap_or(&code);
        for piece in &read.rest {
            parts.extend(of_words(piece, kind, is_over, code));
        }
    }
    // Of two that say little the status is the more certain; what nobody knows does not stop what is
    // on its way, unless it sounds like a failure.
    let is_bad = !is_over && is_bad(&read);
    if own.is_some() && parts.say_little(is_over || is_bad) {
        parts = ExplanationParts::default();
    }
    let places = place::places(direction, &parts.entries(own), info);
    if let Some(entry) = own.filter(|entry| !entry.is_vague || parts.is_empty()) {
        if entry.is_vague && is_bad {
            parts.first(unknown_text(&code, Some(entry)));
        } else {
            parts.first(ExplanationPart::of(entry, code.clone(), said));
        }
    }
    if let Some(status) = status.filter(|_| is_over) {
        parts.contradict(status);
    } else if own.is_some_and(|entry| !entry.is_vague) {
        of_bad_codes(&mut parts, &read, kind);
    }
    // What the words beside it say may be right; what became of the document is still not known.
    let is_unlisted = status.is_some_and(|status| status.0 > 0 && !status.is_listed());
    if is_unlisted && own.is_none() && !parts.is_empty() && !parts.has_unlisted(&code) {
        parts.push(unknown_status(&code, said));
    }
    if parts.is_empty() {
        parts.first(match status {
            Some(_) if is_unlisted => unknown_status(&code, said),
            Some(_) => unknown_code(&code, said),
            None => unknown_text("", None),
        });
    }
    parts.explanation("共有", said, places, text::guid(info))
}

/// The entry of a status.
fn own(kind: Option<Kind>, status: ReturnStatus, info: &str) -> Option<&'static Entry> {
    let family = match status.is_fault() {
        true => Family::Eport,
        false => Family::Status,
    };
    table::dictionary().find(family, i64::from(status.0), kind, info)
}

/// A code of a text as it is shown: `Code:1332`, `-621018`.
fn coded_name(code: i64) -> String {
    match code < 0 {
        true => code.to_string(),
        false => format!("Code:{code}"),
    }
}

/// The codes that a text names. Where a code says little or nothing, the words beside it are read; a
/// code tells a result, so nothing beside it is still on its way.
fn of_codes(parts: &mut ExplanationParts, read: &text::Text<'_>, kind: Option<Kind>) {
    for coded in &read.coded {
        let family = match coded.code < 0 {
            true => Family::Eport,
            false => Family::Reason,
        };
        let code = coded_name(coded.code);
        let entry = table::dictionary().find(family, coded.code, kind, coded.text);
        let mut words = match entry {
            Some(entry) if !entry.is_vague => Vec::new(),
            Some(_) | None => of_words(coded.text, kind, true, &code),
        };
        for word in &mut words {
            word.is_unlisted = entry.is_none();
        }
        if words.iter().any(|word| !word.is_vague()) {
            parts.extend(words);
        } else if let Some(entry) = entry {
            parts.push(ExplanationPart::of(entry, code, coded.text));
        } else if words.is_empty() {
            parts.push(unknown_code(&code, coded.text));
        } else {
            parts.extend(words);
        }
    }
}

/// The codes of a text that say why a document was turned down, beside a status that says that it was not: nobody knows
/// which of the two is right.
fn of_bad_codes(parts: &mut ExplanationParts, read: &text::Text<'_>, kind: Option<Kind>) {
    for coded in &read.coded {
        let family = match coded.code < 0 {
            true => Family::Eport,
            false => Family::Reason,
        };
        let entry = table::dictionary().find(family, coded.code, kind, coded.text);
        let is_quiet = |entry: &Entry| matches!(entry.resubmit, Resubmit::Nothing | Resubmit::Wait);
        if let Some(entry) = entry.filter(|entry| !entry.is_good && !is_quiet(entry)) {
            parts.doubt(ExplanationPart::of(
                entry,
                coded_name(coded.code),
                coded.text,
            ));
        }
    }
}

/// What the clauses of a text say, in order; of one clause the first entry that has its words.
fn of_words(text: &str, kind: Option<Kind>, is_over: bool, code: &str) -> Vec<ExplanationPart> {
    let dictionary = table::dictionary();
    let entry_of = |clause: &str| {
        let mut all = dictionary.words(clause, kind);
        // What the words of a text say of a document that is on its way is wrong of one that was rejected.
        all.find(|entry| !is_over || entry.resubmit != Resubmit::Wait || entry.is_vague)
    };
    let clauses = clause::clauses(text);
    let mut found: Vec<ExplanationPart> = Vec::new();
    for clause in &clauses {
        if let Some(entry) = entry_of(clause) {
            found.push(ExplanationPart::of(entry, code.to_owned(), clause));
        }
    }
    if found.is_empty()
        && clauses.len() > 1
        && let Some(entry) = entry_of(&clauses.concat())
    {
        found.push(ExplanationPart::of(entry, code.to_owned(), text.trim()));
    }
    found
}

/// Words that tell of a failure.
const BAD_WORDS: [&str; 34] = [
    "失败",
    "错误",
    "异常",
    "不一致",
    "不匹配",
    "不符",
    "退单",
    "不通过",
    "未通过",
    "无效",
    "非法",
    "超过",
    "超出",
    "超限",
    "拒绝",
    "拒收",
    "重复",
    "不存在",
    "有误",
    "不能",
    "不允许",
    "不得",
    "缺少",
    "不合法",
    "未备案",
    "没有备案",
    "禁止",
    "过期",
    "不足",
    "error",
    "fail",
    "invalid",
    "reject",
    "denied",
];

static BAD: LazyLock<WordIndex> = LazyLock::new(|| WordIndex::new(BAD_WORDS.into_iter()));

/// Whether a text sounds like a failure, whatever numbers and names it has in brackets.
fn is_bad(read: &text::Text<'_>) -> bool {
    let coded = read.coded.iter().map(|coded| coded.text);
    let mut texts = coded.chain(read.rest.iter().copied());
    texts.any(|text| clause::clauses(text).iter().any(|clause| BAD.is_in(clause)))
}

/// Every entry of the dictionary.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &table::dictionary().entries
}
