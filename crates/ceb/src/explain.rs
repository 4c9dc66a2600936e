//! Receipts explained (回执解释): what a status, a reason code of customs or a code of the E-Port
//! means, what to do, and whether to declare again.
//!
//! The texts are the dictionary `explain/receipt.txt`, read once and checked by a test. A code that
//! is not in it is carried with what customs wrote (I7): the explanation says that it is unknown,
//! and never guesses. One code can mean two things; the declared kind keeps them apart.

use crate::status::ReturnStatus;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The dictionary.
const TEXT: &str = include_str!("../explain/receipt.txt");

/// Parts of a line of the dictionary.
const PARTS: usize = 7;

/// Whether and how to declare again (是否重报).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resubmit {
    /// Nothing to do.
    Nothing,
    /// Wait for the next receipt.
    Wait,
    /// Correct it and declare with a new guid.
    Corrected,
    /// Declare the same again.
    Same,
    /// Somebody must be asked first.
    Ask,
}

impl Resubmit {
    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Wait => "wait",
            Self::Corrected => "new",
            Self::Same => "same",
            Self::Ask => "call",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [
            Self::Nothing,
            Self::Wait,
            Self::Corrected,
            Self::Same,
            Self::Ask,
        ]
        .into_iter()
        .find(|known| known.name() == name)
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
    /// Where the meaning comes from: a clause, or `seen` for practice.
    pub source: String,
    /// The code that decided: `120`, `Code:1332`, `-621005`.
    pub code: String,
    /// What customs wrote beside the code, without its wrapping.
    pub said: String,
    /// Whether the dictionary has it.
    pub is_known: bool,
}

#[derive(Debug)]
struct Entry {
    kinds: &'static str,
    meaning: &'static str,
    advice: &'static str,
    resubmit: Resubmit,
    source: &'static str,
}

impl Entry {
    fn is_about(&self, kind: &str) -> bool {
        let digits = kind.trim_start_matches("CEB");
        self.kinds == "*" || self.kinds.split(',').any(|known| known.trim() == digits)
    }
}

type Dictionary = HashMap<(&'static str, i64), Vec<Entry>>;

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut dictionary = Dictionary::new();
    for (family, code, entry) in TEXT.lines().filter_map(entries).flatten() {
        dictionary.entry((family, code)).or_default().push(entry);
    }
    dictionary
});

/// The entries of a line: one for each of its codes; nothing for comments and malformed lines.
fn entries(line: &'static str) -> Option<Vec<(&'static str, i64, Entry)>> {
    if line.trim().is_empty() || line.starts_with('#') {
        return None;
    }
    let parts: Vec<&'static str> = line.split(" | ").map(str::trim).collect();
    let [family, kinds, codes, meaning, advice, resubmit, source] = parts[..] else {
        return None;
    };
    debug_assert_eq!(parts.len(), PARTS);
    let resubmit = Resubmit::from_name(resubmit)?;
    codes
        .split(',')
        .map(|code| {
            let entry = Entry {
                kinds,
                meaning,
                advice,
                resubmit,
                source,
            };
            Some((family, code.trim().parse().ok()?, entry))
        })
        .collect()
}

fn find(family: &'static str, code: i64, kind: &str) -> Option<&'static Entry> {
    let found = DICTIONARY.get(&(family, code))?;
    found.iter().find(|entry| entry.is_about(kind))
}

/// The reason code of customs and its text in `[Code:n;Desc:…]`, if there is one.
#[must_use]
pub fn reason(info: &str) -> Option<(i64, &str)> {
    let rest = info.split_once("[Code:")?.1;
    let (code, rest) = rest.split_once(';')?;
    let text = rest.strip_prefix("Desc:").unwrap_or(rest);
    // The text may have brackets of its own; the last one closes the whole.
    let text = text.rsplit_once(']').map_or(text, |(text, _)| text);
    Some((code.trim().parse().ok()?, text))
}

/// Explains a receipt: for a document of the declared kind `CEBnnn`, its status and its text.
#[must_use]
pub fn explain(kind: &str, status: ReturnStatus, info: &str) -> Explanation {
    let number = i64::from(status.0);
    if status.is_fault() {
        return told(find("eport", number, kind), status.0.to_string(), info);
    }
    if let Some((code, said)) = reason(info) {
        let entry = find("reason", code, kind);
        // A reason of a rejection says more than the status; of progress, the status says more.
        if status == ReturnStatus::CUSTOMS_REJECTED || find("status", number, kind).is_none() {
            return told(entry, format!("Code:{code}"), said);
        }
        return told(find("status", number, kind), status.0.to_string(), said);
    }
    told(find("status", number, kind), status.0.to_string(), info)
}

fn told(entry: Option<&Entry>, code: String, said: &str) -> Explanation {
    match entry {
        Some(entry) => Explanation {
            meaning: entry.meaning.to_owned(),
            advice: entry.advice.to_owned(),
            resubmit: entry.resubmit,
            source: entry.source.to_owned(),
            code,
            said: said.to_owned(),
            is_known: true,
        },
        None => Explanation {
            meaning: format!("代码 {code} 不在公开的代码表中，海关原文见返回信息。"),
            advice: "请按返回信息处理；不清楚时请联系平台，平台会补充此代码的解释。".to_owned(),
            resubmit: Resubmit::Ask,
            source: String::new(),
            code,
            said: said.to_owned(),
            is_known: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{DICTIONARY, PARTS, Resubmit, TEXT, explain, reason};
    use crate::status::ReturnStatus;

    #[test]
    fn every_line_of_the_dictionary_is_an_entry() {
        for line in TEXT.lines() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let parts: Vec<&str> = line.split(" | ").collect();
            assert_eq!(parts.len(), PARTS, "{line}");
            assert!(["status", "reason", "eport"].contains(&parts[0]), "{line}");
            assert!(Resubmit::from_name(parts[5]).is_some(), "{line}");
            assert!(super::entries(line).is_some(), "{line}");
            for kind in parts[1].split(',').filter(|kind| *kind != "*") {
                assert!(crate::Kind::from_code(kind).is_some(), "{line}");
            }
        }
        assert!(DICTIONARY.len() > 150, "{}", DICTIONARY.len());
    }

    #[test]
    fn every_status_of_the_standard_is_explained() {
        for status in [
            1, 2, 3, 4, 100, 120, 300, 399, 500, 501, 502, 503, 599, 700, 800, 899,
        ] {
            assert!(
                explain("CEB621", ReturnStatus(status), "").is_known,
                "{status}"
            );
        }
    }

    #[test]
    fn a_rejection_is_explained_by_its_reason() {
        let info = "[Code:1332;Desc:金额不一致[OrderHead.acturalPaid:1,PaymentHead.amountPaid:2]]";
        let told = explain("CEB621", ReturnStatus(100), info);
        assert_eq!(
            (told.code.as_str(), told.resubmit),
            ("Code:1332", Resubmit::Corrected)
        );
        assert_eq!(
            told.said,
            "金额不一致[OrderHead.acturalPaid:1,PaymentHead.amountPaid:2]"
        );
        assert!(told.advice.contains("acturalPaid") && told.is_known);
        let told = explain("CEB311", ReturnStatus(120), "[Code:1800;Desc:逻辑校验通过]");
        assert_eq!(
            (told.code.as_str(), told.resubmit),
            ("120", Resubmit::Nothing)
        );
        assert_eq!(
            explain("CEB621", ReturnStatus(120), "").resubmit,
            Resubmit::Wait
        );
    }

    #[test]
    fn one_code_of_two_kinds_is_kept_apart_and_unknown_ones_are_carried() {
        assert!(explain("CEB621", ReturnStatus(-621_005), "").is_known);
        assert!(!explain("CEB311", ReturnStatus(-621_005), "").is_known);
        let told = explain("CEB621", ReturnStatus(-888_888), "什么都没有说");
        assert_eq!((told.is_known, told.said.as_str()), (false, "什么都没有说"));
        let told = explain("CEB621", ReturnStatus(100), "[Code:77777;Desc:新的原因]");
        assert_eq!((told.is_known, told.code.as_str()), (false, "Code:77777"));
        for odd in [
            "[Code:",
            "[Code:x;Desc:y]",
            "[Code:1]",
            "Code:1;Desc:2",
            "[Code:1;",
        ] {
            let _ = reason(odd);
            let _ = explain("?", ReturnStatus(100), odd);
        }
    }
}
