//! Explanations (回执解释) as the API tells them: the dictionary of `ceb`, the operators' answers to
//! codes that it does not have, and the values of the company's own documents.
//!
//! Every receipt is explained where it is shown: in the feed, with its message, in the story. The
//! feed tells what the receipt itself says; where the declared message is at hand, its values and
//! lines stand beside. Personal values are masked in every explanation, whoever reads it.

#[cfg(test)]
mod tests;

use crate::downlink::Item;
use crate::receipt::{self, explain, kind_of};
use crate::unknown_code::{self, Answers};
use ceb::Outcome;
use ceb::explain::{ElementPlace, Explanation, ExplanationPart, Resubmit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{Result, Tx};
use utoipa::ToSchema;

/// The source of an answer that the operators gave.
pub const PLATFORM: &str = "platform";

/// What a receipt means (回执解释).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationView {
    /// What it means, in Chinese.
    pub meaning: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// Whether to declare again: `none`, `wait`, `new` (corrected, same business key, new guid),
    /// `same` (the same content, new guid), `change` (with `appType` 2), `number` (with another
    /// number), `call` (ask first).
    #[schema(example = "wait")]
    pub resubmit: String,
    /// The same in Chinese.
    #[serde(default)]
    #[schema(required = true)]
    pub resubmit_name: String,
    /// Whether the trouble is on the other side and passes.
    #[serde(default)]
    #[schema(required = true)]
    pub is_temporary: bool,
    /// The chapter behind it, `seen` for practice, `platform` for an answer of the operators.
    pub source: String,
    /// The code that decided: `120`, `Code:1332`, `-621005`.
    pub code: String,
    /// What customs wrote beside the code.
    pub said: String,
    /// Whether the dictionary or the operators know the code.
    pub is_known: bool,
    /// The code of the platform's own finding that tells the same before sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The elements that it is about.
    #[serde(default)]
    #[schema(required = true)]
    pub places: Vec<PlaceView>,
    /// The guid of the declared document, when the text brings it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_guid: Option<String>,
    /// Each code and each clause by itself, when the receipt tells several things; `resubmit` above is
    /// then the gravest of them.
    #[serde(default)]
    #[schema(required = true)]
    pub parts: Vec<PartView>,
}

/// One of several things that a receipt tells (解释的一部分).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartView {
    /// What it is about: a code of a list, with the kinds it is for, or words of the text.
    #[schema(example = "海关原因代码 1332")]
    pub title: String,
    /// The code; that of the receipt for words without a code.
    pub code: String,
    /// What customs wrote beside it.
    pub said: String,
    /// What it means, in Chinese.
    pub meaning: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// Whether to declare again, as above.
    #[schema(example = "new")]
    pub resubmit: String,
    /// The same in Chinese.
    pub resubmit_name: String,
    /// Whether the dictionary or the operators know it.
    pub is_known: bool,
}

impl From<ExplanationPart> for PartView {
    fn from(part: ExplanationPart) -> Self {
        Self {
            title: part.title,
            code: part.code,
            said: part.said,
            meaning: part.meaning,
            advice: part.advice,
            resubmit: part.resubmit.name().to_owned(),
            resubmit_name: part.resubmit.chinese().to_owned(),
            is_known: part.is_known,
        }
    }
}

/// An element that an explanation is about (位置).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// The declared kind that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "CEB311")]
    pub kind: Option<String>,
    /// The kind's Chinese name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_name: Option<String>,
    /// Record and element.
    #[schema(example = "OrderHead/acturalPaid")]
    pub element: String,
    /// The element's Chinese name.
    pub chinese: String,
    /// The value that the receipt gives, masked when personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The value in the declared document, masked when personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The line of the declared message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The path in the declared message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl From<ElementPlace> for PlaceView {
    fn from(place: ElementPlace) -> Self {
        let element = if place.record.is_empty() {
            place.element
        } else {
            format!("{}/{}", place.record, place.element)
        };
        Self {
            kind: place.kind.map(|kind| kind.code().to_owned()),
            kind_name: place.kind.map(|kind| kind.chinese().to_owned()),
            element,
            chinese: place.chinese,
            said: place.said,
            value: place.value,
            line: place.line,
            path: place.path,
        }
    }
}

impl From<Explanation> for ExplanationView {
    fn from(explanation: Explanation) -> Self {
        Self {
            meaning: explanation.meaning,
            advice: explanation.advice,
            resubmit: explanation.resubmit.name().to_owned(),
            resubmit_name: explanation.resubmit.chinese().to_owned(),
            is_temporary: explanation.is_temporary,
            source: explanation.source,
            code: explanation.code,
            said: explanation.said,
            is_known: explanation.is_known,
            rule: explanation.rule.map(str::to_owned),
            places: explanation
                .places
                .into_iter()
                .map(PlaceView::from)
                .collect(),
            document_guid: explanation.guid,
            parts: match explanation.parts.len() {
                1 => Vec::new(),
                _ => explanation.parts.into_iter().map(PartView::from).collect(),
            },
        }
    }
}

/// Explains receipts: by the dictionary, then by the operators' answers.
pub(crate) fn of(tx: &mut Tx<'_>, items: &[Item]) -> Result<Vec<Explanation>> {
    let mut explained: Vec<Explanation> = items
        .iter()
        .map(|item| explain(&item.kind, item.return_status, &item.return_info, &item.xml))
        .collect();
    let mut keys = BTreeSet::new();
    for (one, item) in explained.iter().zip(items) {
        for code in one.unknown_codes() {
            keys.insert((code.to_owned(), kind_of(&item.kind, &item.xml)));
        }
    }
    let answers = unknown_code::answers(tx, &keys)?;
    if !answers.is_empty() {
        for (one, item) in explained.iter_mut().zip(items) {
            answer(one, &kind_of(&item.kind, &item.xml), &answers);
        }
    }
    Ok(explained)
}

/// What a receipt says of its document, with what operators have said of its status.
pub(crate) fn outcome_of(item: &Item, explanation: &Explanation) -> Option<Outcome> {
    let status = item.return_status.to_string();
    let is_act = |part: &ExplanationPart| {
        let is_quiet = matches!(part.resubmit, Resubmit::Nothing | Resubmit::Wait);
        part.source == PLATFORM && part.code == status && !is_quiet
    };
    let says = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
    says.or_else(|| {
        explanation
            .parts
            .iter()
            .any(is_act)
            .then_some(Outcome::Faulty)
    })
}

/// Puts the operators' answers in the place of what nobody knew.
fn answer(explanation: &mut Explanation, kind: &str, answers: &Answers) {
    let codes: Vec<String> = explanation.unknown_codes().map(str::to_owned).collect();
    for code in codes {
        if let Some(answer) = answers.get(&(code.clone(), kind.to_owned())) {
            let resubmit = Resubmit::from_name(&answer.resubmit).unwrap_or(Resubmit::Ask);
            let words = (&*answer.meaning, &*answer.advice);
            explanation.answer(&code, words, resubmit, PLATFORM);
        }
    }
}
