//! Matching (三单对碰): what documents say together, in whatever order they arrive.
//!
//! Customs joins a list with its order, payment and waybill and refuses it when they differ; the
//! documents come from different companies. Here they are compared before, on [`Facts`]: the few
//! elements that are compared, personal ones as keyed hashes, so that facts may be kept.
//!
//! 1. A [`Board`] holds the documents that are known, of one set or of a store.
//! 2. [`Board::judge`] compares one of them with its partners and with what came before it: `trade`
//!    has the rules between order, payment, waybill and list, `version` those about the same document
//!    declared again, `follow` those of requests and collective documents about lists, [`limit`] those
//!    about a person's purchases.
//! 3. A [`Difference`] becomes a [`Finding`] on the document that is judged. Of a partner that belongs
//!    to another owner it tells values that customs would tell too (amounts, codes, names of goods),
//!    never anything about a person.
//!
//! Rules that nobody has seen customs apply only give notes. Nothing here refuses: the platform may
//! not know a document that customs knows.

mod board;
mod facts;
mod follow;
pub mod limit;
mod text;
mod trade;
mod version;

#[cfg(test)]
mod tests;

pub use board::{Board, Judgement, Known, Partner, is_gone};
pub use facts::{Facts, SoughtDocument, Values, is_compared, shown};

use crate::code::Code;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::message::Message;

/// The part a document has in a trade (单证角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// Order (订单).
    Order,
    /// Payment (支付单).
    Payment,
    /// Waybill (运单).
    Logistics,
    /// List (清单).
    Inventory,
    /// Anything else.
    Other,
}

impl Part {
    /// The part of a kind.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        match kind.code() {
            "CEB311" | "CEB303" => Self::Order,
            "CEB411" => Self::Payment,
            "CEB511" | "CEB505" => Self::Logistics,
            "CEB621" | "CEB603" => Self::Inventory,
            _ => Self::Other,
        }
    }

    /// The name for people.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Order => "订单",
            Self::Payment => "支付单",
            Self::Logistics => "运单",
            Self::Inventory => "清单",
            Self::Other => "其他单证",
        }
    }

    /// The name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One thing that does not fit (比对差异), on the document that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its code.
    pub code: &'static Code,
    /// The element concerned, of the head or of a line.
    pub element: &'static str,
    /// Which line, from 0.
    pub line: Option<usize>,
    /// What is wrong, in Chinese.
    pub text: String,
}

impl Difference {
    /// The finding on document `number` (from 1) of its message.
    #[must_use]
    pub fn finding(&self, facts: &Facts, number: usize) -> Finding {
        let spec = facts.kind.spec();
        let (root, document) = (&spec.root, &spec.document);
        let value = match self.line {
            Some(line) => facts
                .lines
                .get(line)
                .and_then(|line| line.get(self.element)),
            None => facts.head.get(self.element),
        };
        let place = match (self.line, &spec.lines) {
            (Some(line), Some((record, _))) => format!("/{}[{}]", record.name, line + 1),
            _ if spec.is_flat() => String::new(),
            _ => format!("/{}", spec.head.name),
        };
        Finding::new(
            self.code,
            format!("/{root}/{document}[{number}]{place}/{}", self.element),
            facts.source_line(self.element, self.line),
            value.map_or("", |value| shown(self.element, value)),
            self.text.clone(),
        )
    }
}

/// A document of a set, judged within the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedDocument {
    /// Place of its message in the set, from 0.
    pub message: usize,
    /// Its number in the message, from 1.
    pub number: usize,
    /// The partners that are in the set.
    pub partners: Vec<Partner>,
    /// What does not fit.
    pub findings: Vec<Finding>,
}

/// Matches the documents of a set with each other, without any store (离线对碰). All of them are taken
/// for one owner's, so texts may show masked values of partners.
#[must_use]
pub fn within(messages: &[&Message], hash: &dyn Fn(&str) -> String) -> Vec<JudgedDocument> {
    let mut board = Board::default();
    let mut places = Vec::new();
    for (message, parsed) in messages.iter().enumerate() {
        for (at, document) in parsed.documents.iter().enumerate() {
            let facts = Facts::of(parsed.kind, document, hash);
            let key = crate::key::of_document(parsed.kind, document).map(|key| key.text);
            let id = i64::try_from(places.len()).unwrap_or(i64::MAX);
            board.add(Known::fresh(id, 0, key, facts));
            places.push((id, message, at + 1));
        }
    }
    let judged = places.into_iter().filter_map(|(id, message, number)| {
        let judgement = board.judge(id)?;
        let facts = board.facts(id)?;
        let differences = judgement.differences.iter();
        Some(JudgedDocument {
            message,
            number,
            findings: differences.map(|one| one.finding(facts, number)).collect(),
            partners: judgement.partners,
        })
    });
    judged.collect()
}
