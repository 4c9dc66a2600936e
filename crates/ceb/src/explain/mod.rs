//! Receipts explained (回执解释): what a status, a reason code of customs or a code of the E-Port
//! means, which elements it is about, what to do, and whether and how to declare again.
//!
//! One dictionary as data (`dictionary/*.txt`) merges both editions of the standard and what was seen
//! in practice. One code can mean two things: the declared kind keeps them apart, and where the
//! standard prints two meanings for one kind, the words of the text. What the free text says of
//! elements and values is taken out of it; [`locate`] finds them in the declared message.
//!
//! A code that is not in the dictionary is carried with what customs wrote (I7): the explanation says
//! that it is unknown, and never guesses.

pub mod page;
mod place;
mod table;
#[cfg(test)]
mod tests;
mod text;

use crate::kind::{Direction, Kind};
use crate::status::ReturnStatus;

pub use place::{Place, locate, locate_in};
pub use table::{Entry, Family};
pub use text::reason;

/// Whether and how to declare again (是否重报).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resubmit {
    /// Nothing to do.
    Nothing,
    /// Wait for the next receipt.
    Wait,
    /// Correct it and declare under the same business key with a new guid.
    Corrected,
    /// Declare the same again, with a new guid.
    Same,
    /// Declare with `appType` 2: the document is there already and is to be changed.
    Change,
    /// Declare with another number: the one used belongs to another document.
    Number,
    /// Somebody must be asked first.
    Ask,
}

impl Resubmit {
    /// Every way, in the order of the pages.
    pub const ALL: &'static [Self] = &[
        Self::Nothing,
        Self::Wait,
        Self::Corrected,
        Self::Same,
        Self::Change,
        Self::Number,
        Self::Ask,
    ];

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Wait => "wait",
            Self::Corrected => "new",
            Self::Same => "same",
            Self::Change => "change",
            Self::Number => "number",
            Self::Ask => "call",
        }
    }

    /// What to do, for people.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Nothing => "不用重报",
            Self::Wait => "不用重报，等待后续回执",
            Self::Corrected => "更正后重报：业务编号不变，换新的 guid",
            Self::Same => "原样重报：换新的 guid",
            Self::Change => "用 appType 2（变更）重报",
            Self::Number => "换新的业务编号重报",
            Self::Ask => "先联系，不要直接重报",
        }
    }

    /// The way of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// What a receipt means (回执解释).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it means, in Chinese.
    pub meaning: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// Whether to declare again.
    pub resubmit: Resubmit,
    /// Whether the trouble is on the other side and passes.
    pub is_temporary: bool,
    /// Where the meaning comes from: a chapter, or `seen` for practice.
    pub source: String,
    /// The code that decided: `120`, `Code:1332`, `-621005`.
    pub code: String,
    /// What customs wrote beside the code, without its wrapping.
    pub said: String,
    /// Whether the dictionary has it.
    pub is_known: bool,
    /// The code of our own finding that tells the same before sending.
    pub rule: Option<&'static str>,
    /// The elements that it is about, with what the receipt says of them.
    pub places: Vec<Place>,
    /// The guid of the declared document, when the text brings it back.
    pub guid: Option<String>,
}

/// Explains a receipt: for a document of a declared kind, its status and its text. Without a kind
/// (a refusal of a whole message) a code that only one kind has is still found.
#[must_use]
pub fn explain(kind: Option<Kind>, status: ReturnStatus, info: &str) -> Explanation {
    let dictionary = table::dictionary();
    let number = i64::from(status.0);
    let direction = kind.and_then(Kind::direction).unwrap_or(Direction::Import);
    let told = |entry, code, said: &str| told(direction, entry, code, info, said);
    // What the words of a text say of a document that is on its way is wrong of one that was rejected.
    let is_over = status.is_fault() || status == ReturnStatus::CUSTOMS_REJECTED;
    let words = dictionary
        .words(info, kind)
        .filter(|entry| !is_over || entry.resubmit != Resubmit::Wait);
    if status.is_fault() {
        let entry = dictionary.find(Family::Eport, number, kind, info).or(words);
        return told(entry, number.to_string(), info);
    }
    let own = dictionary.find(Family::Status, number, kind, info);
    if let Some((code, said)) = reason(info) {
        // A reason of a rejection says more than the status; of progress, the status says more.
        if status == ReturnStatus::CUSTOMS_REJECTED || own.is_none() {
            let entry = dictionary.find(Family::Reason, code, kind, info).or(words);
            return told(entry, format!("Code:{code}"), said);
        }
        return told(own, number.to_string(), said);
    }
    // What a text of declaring or rejection adds is more to the point than the status alone.
    let is_vague = is_over || status == ReturnStatus::DECLARING;
    let entry = if is_vague {
        words.or(own)
    } else {
        own.or(words)
    };
    told(entry, number.to_string(), info)
}

/// The meanings of a code, as people write it: `100`, `-621027`, `Code:1332`, `0001`, or words.
#[must_use]
pub fn look_up(text: &str) -> Vec<&'static Entry> {
    let text = text.trim();
    let reason = text.strip_prefix("Code:").or(text.strip_prefix("code:"));
    let number: Option<i64> = reason.unwrap_or(text).parse().ok();
    let is_four = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    table::dictionary()
        .entries
        .iter()
        .filter(|entry| match (entry.family, number) {
            (Family::Text, None) => entry.written.split('&').all(|word| text.contains(word)),
            (Family::Text, Some(_)) | (_, None) => false,
            (Family::Reason, Some(n)) => (entry.codes.0..=entry.codes.1).contains(&n),
            (Family::Dxp, Some(n)) => {
                is_four && reason.is_none() && (entry.codes.0..=entry.codes.1).contains(&n)
            }
            (Family::Status | Family::Eport, Some(n)) => {
                reason.is_none() && (entry.codes.0..=entry.codes.1).contains(&n)
            }
        })
        .collect()
}

/// Every entry of the dictionary.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &table::dictionary().entries
}

/// An explanation of what was found, or of nothing.
fn told(
    direction: Direction,
    entry: Option<&Entry>,
    code: String,
    info: &str,
    said: &str,
) -> Explanation {
    let places = place::places(direction, entry, info);
    let guid = text::guid(info).map(str::to_owned);
    let said = said.to_owned();
    match entry {
        Some(entry) => Explanation {
            meaning: entry.meaning.to_owned(),
            advice: entry.advice.to_owned(),
            resubmit: entry.resubmit,
            is_temporary: entry.is_temporary,
            source: entry.source(),
            code,
            said,
            is_known: true,
            rule: entry.rule,
            places,
            guid,
        },
        None => Explanation {
            meaning: format!("代码 {code} 不在公开的代码表中，海关原文见返回信息。"),
            advice: "请按返回信息处理；不清楚时请联系平台，平台会补充此代码的解释。".to_owned(),
            resubmit: Resubmit::Ask,
            is_temporary: false,
            source: String::new(),
            code,
            said,
            is_known: false,
            rule: None,
            places,
            guid,
        },
    }
}
