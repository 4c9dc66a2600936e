//! Parts of an explanation (解释的各部分), and how several of them become one.

use super::table::{Entry, Family};
use super::{ElementPlace, Explanation, Resubmit};
use crate::status::ReturnStatus;

/// What one code or one clause of a receipt means (解释的一部分).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationPart {
    /// What it is about: family and code, with the kinds that it is for.
    pub title: String,
    /// The code: `Code:1332`, `-621005`; that of the receipt for words without a code.
    pub code: String,
    /// What customs wrote beside it.
    pub said: String,
    /// What it means, in Chinese.
    pub meaning: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// Whether to declare again.
    pub resubmit: Resubmit,
    /// Whether the trouble is on the other side and passes.
    pub is_temporary: bool,
    /// Where the meaning comes from.
    pub source: String,
    /// Whether the dictionary has it.
    pub is_known: bool,
    /// The code of our own finding that tells the same before sending.
    pub rule: Option<&'static str>,
    /// Whether the dictionary does not have its code, also where the words beside it are understood.
    pub(super) is_unlisted: bool,
    pub(super) entry: Option<&'static Entry>,
}

impl ExplanationPart {
    /// The part that an entry explains.
    pub(super) fn of(entry: &'static Entry, code: String, said: &str) -> Self {
        Self {
            title: match entry.family {
                Family::Text if !said.is_empty() => format!("回执原文：{}", said.trim()),
                Family::Text | Family::Status | Family::Reason | Family::Eport | Family::Dxp => {
                    entry.heading()
                }
            },
            code,
            said: said.trim().to_owned(),
            meaning: entry.meaning.to_owned(),
            advice: entry.advice.to_owned(),
            resubmit: entry.resubmit,
            is_temporary: entry.is_temporary,
            source: entry.source(),
            is_known: true,
            rule: entry.rule,
            is_unlisted: false,
            entry: Some(entry),
        }
    }

    /// Whether it says little by itself.
    pub(super) fn is_vague(&self) -> bool {
        self.entry.is_some_and(|entry| entry.is_vague)
    }
}

/// A code that the dictionary does not have.
pub(super) fn unknown_code(code: &str, said: &str) -> ExplanationPart {
    ExplanationPart {
        title: format!("未收录的代码 {code}"),
        code: code.to_owned(),
        said: said.trim().to_owned(),
        meaning: format!("代码 {code} 不在公开的代码表中，海关原文见返回信息。"),
        advice: "请按返回信息处理；不清楚时请联系平台，平台会补充此代码的解释。".to_owned(),
        resubmit: Resubmit::Ask,
        is_temporary: false,
        source: String::new(),
        is_known: false,
        rule: None,
        is_unlisted: true,
        entry: None,
    }
}

/// A status that the standard does not have: whatever the text says, nothing may be built on it.
pub(super) fn unknown_status(code: &str, said: &str) -> ExplanationPart {
    ExplanationPart {
        meaning: format!("状态 {code} 不在规范之内，单证办理到哪一步还不清楚。"),
        advice: "请先向主管海关或平台核实，核实之前不要据此提货，也不要重复申报；平台会补充这个状态的解释。"
            .to_owned(),
        ..unknown_code(code, said)
    }
}

/// A text that the dictionary does not have; with the entry of its status when that one is vague.
pub(super) fn unknown_text(code: &str, status: Option<&'static Entry>) -> ExplanationPart {
    let meaning = match status {
        Some(status) => format!(
            "状态 {code} 本身不表示失败，但返回信息像是没有通过，而字典没有收录这段文字，不能断定含义。状态 {code}：{}",
            status.meaning
        ),
        None => {
            "字典没有收录：既不是已知的代码，也看不出是哪一种回执原文，不能断定含义。".to_owned()
        }
    };
    ExplanationPart {
        title: "未收录的回执原文".to_owned(),
        meaning,
        advice: "请按返回信息的原文核对；不清楚时请联系平台，平台会补充解释。".to_owned(),
        ..unknown_code(code, "")
    }
}

/// Parts of one explanation.
#[derive(Debug, Default)]
pub(super) struct ExplanationParts(Vec<ExplanationPart>);

impl ExplanationParts {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether none of them says much; a code that is vague or unknown counts only when asked for.
    pub(super) fn say_little(&self, with_unknown: bool) -> bool {
        let is_little = |part: &ExplanationPart| match part.entry {
            Some(entry) if entry.family == Family::Text => entry.is_vague,
            Some(entry) => entry.is_vague && !with_unknown,
            None => !with_unknown,
        };
        self.0.iter().all(is_little)
    }

    /// Whether one of them is this code, which the dictionary does not have.
    pub(super) fn has_unlisted(&self, code: &str) -> bool {
        self.0
            .iter()
            .any(|part| part.is_unlisted && part.code == code)
    }

    /// Puts right what says that all went well beside a status that turned the document down: the status stands. What
    /// is left out where something else tells why.
    pub(super) fn contradict(&mut self, status: ReturnStatus) {
        let is_good = |part: &ExplanationPart| part.entry.is_some_and(|entry| entry.is_good);
        if self.0.iter().any(|part| !is_good(part) && !part.is_vague()) {
            self.0.retain(|part| !is_good(part));
        }
        for part in self.0.iter_mut().filter(|part| is_good(part)) {
            let what = status.chinese().unwrap_or("处理异常");
            let meaning = part.meaning.trim_end_matches('。');
            // Words without a code stand under the code of the status.
            let named = match part.entry.map(|entry| entry.family) {
                Some(Family::Text) => format!("“{}”", part.said),
                _ => part.code.clone(),
            };
            part.meaning = format!(
                "回执状态 {}（{what}）与返回信息中的 {named}（{meaning}）互相矛盾，以状态为准：单证没有通过。",
                status.0
            );
            "请先向海关或电子口岸核实原因，需要更正的，更正后用新的 guid 重新申报。"
                .clone_into(&mut part.advice);
            part.resubmit = Resubmit::Ask;
            part.is_temporary = false;
        }
    }

    /// Adds what a text tells of a refusal that the status does not know of.
    pub(super) fn doubt(&mut self, mut part: ExplanationPart) {
        let meaning = part.meaning.trim_end_matches('。');
        part.meaning = format!(
            "返回信息中的 {}（{meaning}）是退单的原因，与回执状态互相矛盾。",
            part.code
        );
        "请向海关或电子口岸核实是否通过；核实之前不要重复申报。".clone_into(&mut part.advice);
        part.resubmit = Resubmit::Ask;
        part.is_temporary = false;
        self.push(part);
    }

    /// Adds a part; what is there already with the same code is not said twice.
    pub(super) fn push(&mut self, part: ExplanationPart) {
        let same =
            |known: &ExplanationPart| known.code == part.code && known.meaning == part.meaning;
        if !self.0.iter().any(same) {
            self.0.push(part);
        }
    }

    pub(super) fn extend(&mut self, parts: Vec<ExplanationPart>) {
        parts.into_iter().for_each(|part| self.push(part));
    }

    /// Puts a part before the others.
    pub(super) fn first(&mut self, part: ExplanationPart) {
        self.0.insert(0, part);
    }

    /// The entries behind the parts; the status' own when there are no others.
    pub(super) fn entries(&self, own: Option<&'static Entry>) -> Vec<&'static Entry> {
        let entries: Vec<_> = self.certain().filter_map(|part| part.entry).collect();
        match (entries.is_empty(), own) {
            (true, Some(own)) => vec![own],
            (true, None) | (false, _) => entries,
        }
    }

    /// What is left when something is certain: then what says little is not worth saying.
    fn certain(&self) -> impl Iterator<Item = &ExplanationPart> {
        let has_certain = self.0.iter().any(|part| !part.is_vague());
        self.0
            .iter()
            .filter(move |part| !has_certain || !part.is_vague())
    }

    /// One explanation of all.
    pub(super) fn explanation(
        self,
        lead: &str,
        said: &str,
        places: Vec<ElementPlace>,
        guid: Option<&str>,
    ) -> Explanation {
        let parts: Vec<ExplanationPart> = self.certain().cloned().collect();
        let mut explanation = Explanation {
            meaning: String::new(),
            advice: String::new(),
            resubmit: Resubmit::Nothing,
            is_temporary: false,
            source: String::new(),
            code: parts
                .first()
                .map(|part| part.code.clone())
                .unwrap_or_default(),
            said: said.to_owned(),
            is_known: false,
            rule: None,
            places,
            guid: guid.map(str::to_owned),
            parts,
        };
        explanation.sum_up(lead);
        explanation
    }
}

impl Explanation {
    /// Puts an answer in the place of the parts of this code, which the dictionary does not have; whether
    /// there were any.
    pub fn answer(
        &mut self,
        code: &str,
        (meaning, advice): (&str, &str),
        resubmit: Resubmit,
        source: &str,
    ) -> bool {
        let mut is_answered = false;
        let unknown = self.parts.iter_mut().filter(|part| part.is_unlisted);
        for part in unknown.filter(|part| part.code == code) {
            meaning.clone_into(&mut part.meaning);
            advice.clone_into(&mut part.advice);
            source.clone_into(&mut part.source);
            part.resubmit = resubmit;
            (part.is_known, part.is_unlisted) = (true, false);
            is_answered = true;
        }
        if is_answered {
            self.sum_up("共有");
        }
        is_answered
    }

    /// The codes that the dictionary does not have, also where the words beside them are understood.
    pub fn unknown_codes(&self) -> impl Iterator<Item = &str> {
        let unknown = self.parts.iter().filter(|part| part.is_unlisted);
        unknown
            .map(|part| part.code.as_str())
            .filter(|code| !code.is_empty())
    }

    /// Makes the whole of the parts: all meanings, and what the gravest asks for.
    fn sum_up(&mut self, lead: &str) {
        let parts = &self.parts;
        let meanings: Vec<&str> = distinct(parts.iter().map(|part| &*part.meaning));
        let advice: Vec<&str> = distinct(parts.iter().map(|part| &*part.advice));
        self.meaning = match meanings.as_slice() {
            [one] => (*one).to_owned(),
            many => format!("{lead} {} 项：{}", many.len(), numbered(many)),
        };
        self.advice = match advice.as_slice() {
            [one] => (*one).to_owned(),
            many => numbered(many),
        };
        let gravest = parts.iter().max_by_key(|part| part.resubmit.rank());
        self.resubmit = gravest.map_or(Resubmit::Ask, |part| part.resubmit);
        self.is_temporary = parts.iter().all(|part| part.is_temporary);
        self.is_known = parts.iter().any(|part| part.is_known);
        let mut sources = parts
            .iter()
            .filter(|part| part.is_known)
            .map(|part| &part.source);
        self.source = sources.next().cloned().unwrap_or_default();
        self.rule = parts.iter().find_map(|part| part.rule);
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

fn numbered(texts: &[&str]) -> String {
    let texts = texts.iter().enumerate();
    let numbered = texts.map(|(at, text)| format!("（{}）{text}", at + 1));
    numbered.collect()
}
