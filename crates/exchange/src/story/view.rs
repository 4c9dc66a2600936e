//! The shapes in which a trade is shown.

use super::{Chapter, Trade, holder, part_of};
use crate::correction::Links;
use crate::explanation::ExplanationView;
use crate::message::{MessageId, State};
use crate::outcome::{self, state_chinese};
use crate::query::{MessageLink, follows_receipt, step_name};
use crate::receipt;
use crate::receipt_feed::CustomsNoticeView;
use crate::story::marks::{Mark, marks};
use ceb::explain::Explanation;
use ceb::matching::Part;
use ceb::{Document, Kind, Record, personal};
use registry::company::Directory;
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;

/// Lines of one document that are shown.
const LINES_MAX: usize = 100;

/// An element with its value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoryField {
    /// Element name.
    pub element: String,
    /// Chinese name.
    pub chinese: String,
    /// Value, masked when personal.
    pub value: String,
    /// What a code means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
}

/// An answer of customs to a document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryReceipt {
    /// Kind of the receipt (回执类型).
    pub kind: String,
    /// Return status (回执状态); absent when the receipt has none, as a tax bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_status: Option<i64>,
    /// Its name, when the standard has one; of a notice its own state.
    pub return_status_name: Option<String>,
    /// What a tax bill, its state or a summary result tells (816、818、792).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<CustomsNoticeView>,
    /// Return time as customs wrote it.
    pub return_time: String,
    /// Return text (回执信息).
    pub return_info: String,
    /// When it came home, RFC 3339.
    pub received_at: String,
    /// What it means and what to do (回执解释), with the values of the trade's documents.
    #[serde(default)]
    #[schema(required = true)]
    pub explanation: ExplanationView,
}

/// A document of the trade.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryDocument {
    /// Id of the document.
    pub document_id: String,
    /// Id of its message.
    pub message_id: String,
    /// Acceptance number (受理号) of its message.
    pub acceptance_no: String,
    /// Its number in the message, from 1.
    pub number: i64,
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Who declared it.
    pub company_name: String,
    /// State of its message.
    pub state: String,
    /// The state's Chinese name.
    pub state_name: String,
    /// Outcome (办理结果): `waiting`, `accepted`, `released`, `rejected`, `faulty`, `refused`.
    pub outcome: String,
    /// The outcome's Chinese name.
    pub outcome_name: String,
    /// Whether the company must act.
    pub needs_action: bool,
    /// Who has it now (当前处理方).
    pub holder: String,
    /// A latest status (未收录的回执状态) of its message that nobody can read yet: operators are asked to explain it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_status: Option<i64>,
    /// Latest return status (最新回执状态).
    pub return_status: Option<i64>,
    /// Its name, when the standard has one.
    pub return_status_name: Option<String>,
    /// Whether personal data are masked.
    pub masked: bool,
    /// Elements of the head.
    pub fields: Vec<StoryField>,
    /// Elements of each line, at most 100 lines.
    pub lines: Vec<Vec<StoryField>>,
    /// What customs said, oldest first.
    pub receipts: Vec<StoryReceipt>,
    /// The message that its message corrects (更正自), if it corrects one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<MessageLink>,
    /// The newest message that corrects its message (已由此更正), if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<MessageLink>,
}

/// A comparison of two documents.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoryMark {
    /// Stable name.
    pub code: String,
    /// Whether they agree; absent when one of the documents is not there.
    pub ok: Option<bool>,
    /// Value on the left.
    pub left: Option<String>,
    /// Value on the right.
    pub right: Option<String>,
    /// What is compared, in Chinese.
    pub text: String,
}

/// Something that happened to one of the documents.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryStep {
    /// When, RFC 3339.
    pub at: String,
    /// Kind of the document.
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// The state it came into, or `receipt`.
    pub step: String,
    /// The step's Chinese name.
    pub step_name: String,
    /// What was said, if anything.
    pub detail: String,
}

/// A trade and its documents (单证全景).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// The document that was asked for.
    pub document_id: String,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<StoryDocument>,
    /// The payment, or proceeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<StoryDocument>,
    /// The waybill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logistics: Option<StoryDocument>,
    /// The inventory list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<StoryDocument>,
    /// Whatever else is known about the trade, newest first.
    pub others: Vec<StoryDocument>,
    /// What must agree, and whether it does.
    pub marks: Vec<StoryMark>,
    /// Everything that happened, oldest first.
    pub timeline: Vec<StoryStep>,
    /// Who has it now (当前处理方).
    pub holder: String,
}

/// A chapter with its document read.
struct Read {
    part: Part,
    document: Option<Document>,
    is_masked: bool,
    view: StoryDocument,
}

/// Tells a trade. Reading the messages takes time: not for the reactor.
pub(super) fn story(trade: &Trade, directory: &Directory) -> Story {
    let holder = holder(&trade.chapters).to_owned();
    let mut read: Vec<Read> = trade
        .chapters
        .iter()
        .map(|chapter| chapter_view(chapter, &trade.links, directory))
        .collect();
    explain(trade, &mut read);
    let timeline = timeline(trade);
    let mut take = |part: Part| {
        // The document that was asked for stands for its part; else the newest that is not refused.
        let is_asked = |read: &Read| read.view.document_id == trade.asked.to_string();
        let of_part = |read: &Read| read.part == part;
        let at = read
            .iter()
            .position(|read| of_part(read) && is_asked(read))
            .or_else(|| {
                let live = |read: &Read| read.view.state != State::Refused.name();
                read.iter().position(|read| of_part(read) && live(read))
            })
            .or_else(|| read.iter().position(of_part))?;
        Some(read.remove(at))
    };
    let (order, payment) = (take(Part::Order), take(Part::Payment));
    let (logistics, inventory) = (take(Part::Logistics), take(Part::Inventory));
    let is_masked = [&order, &payment, &logistics, &inventory]
        .into_iter()
        .flatten()
        .any(|read| read.is_masked);
    let marks = marks(
        |part| {
            let read = match part {
                Part::Order => &order,
                Part::Payment => &payment,
                Part::Logistics => &logistics,
                Part::Inventory => &inventory,
                Part::Other => &None,
            };
            read.as_ref()?.document.as_ref()
        },
        is_masked,
    );
    Story {
        document_id: trade.asked.to_string(),
        order: order.map(|read| read.view),
        payment: payment.map(|read| read.view),
        logistics: logistics.map(|read| read.view),
        inventory: inventory.map(|read| read.view),
        others: read.into_iter().map(|read| read.view).collect(),
        marks: marks.into_iter().map(mark_view).collect(),
        timeline,
        holder,
    }
}

/// Explains every receipt; the values come from whichever document of the trade holds them.
fn explain(trade: &Trade, read: &mut [Read]) {
    let mut by_chapter: Vec<Vec<Explanation>> = trade
        .chapters
        .iter()
        .map(|chapter| chapter.explanations.clone())
        .collect();
    for (own, explanations) in by_chapter.iter_mut().enumerate() {
        // Its own document first, then the others of the trade, newest first.
        let others = (0..read.len()).filter(|at| *at != own);
        for one in std::iter::once(own)
            .chain(others)
            .filter_map(|at| read.get(at))
        {
            let kind = Kind::from_code(&one.view.kind);
            if let (Some(document), Some(kind)) = (&one.document, kind) {
                let number = usize::try_from(one.view.number).unwrap_or_default();
                for explanation in explanations.iter_mut() {
                    ceb::explain::locate_in(explanation, kind, number, document);
                }
            }
        }
    }
    for (one, explanations) in read.iter_mut().zip(by_chapter) {
        for (receipt, explanation) in one.view.receipts.iter_mut().zip(explanations) {
            receipt.explanation = explanation.into();
        }
    }
}

fn mark_view(mark: Mark) -> StoryMark {
    StoryMark {
        code: mark.code.to_owned(),
        ok: mark.ok,
        left: mark.left,
        right: mark.right,
        text: mark.chinese.to_owned(),
    }
}

fn kind_name(kind: &str) -> String {
    Kind::from_code(kind).map_or_else(String::new, |kind| kind.chinese().to_owned())
}

fn chapter_view(chapter: &Chapter, links: &Links, directory: &Directory) -> Read {
    let found = &chapter.found;
    let message = MessageId::of_document(found.document_id);
    let number = found.document_id - message.0;
    let document = ceb::sniff(&chapter.body).ok().and_then(|sniffed| {
        let parsed = ceb::parse(&sniffed.inner, ceb::Profile::Down).message?;
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        parsed.documents.into_iter().nth(at)
    });
    let fields = |record: &Record| fields(record, chapter.is_masked);
    let company = directory.by_id(found.company_id);
    let view = StoryDocument {
        document_id: found.document_id.to_string(),
        message_id: message.to_string(),
        acceptance_no: message.acceptance_no(),
        number,
        kind: found.kind.clone(),
        kind_name: kind_name(&found.kind),
        company_name: company.map_or_else(String::new, |company| company.name.clone()),
        state: found.state.name().to_owned(),
        state_name: state_chinese(found.state, found.outcome).to_owned(),
        outcome: found.outcome.name().to_owned(),
        outcome_name: found.outcome.chinese().to_owned(),
        needs_action: found.needs_action,
        holder: found.holder(chapter.unknown_status).to_owned(),
        return_status: found.status,
        unknown_status: chapter.unknown_status,
        return_status_name: chapter.status_name.clone(),
        masked: chapter.is_masked,
        fields: document
            .as_ref()
            .map_or_else(Vec::new, |document| fields(&document.head)),
        lines: document.as_ref().map_or_else(Vec::new, |document| {
            document.lines.iter().take(LINES_MAX).map(fields).collect()
        }),
        receipts: chapter
            .receipts
            .iter()
            .map(|receipt| StoryReceipt {
                kind: receipt.kind.clone(),
                return_status: receipt::shown_status(receipt.return_status),
                return_status_name: Some(receipt::status_name(receipt))
                    .filter(|name| !name.is_empty()),
                notice: receipt::notice(&receipt.kind, &receipt.xml).map(Into::into),
                return_time: receipt.return_time.clone(),
                return_info: receipt.return_info.clone(),
                received_at: beijing_rfc3339(receipt.received_at),
                explanation: ExplanationView::default(),
            })
            .collect(),
        corrects: links.corrects.get(&message).copied().map(Into::into),
        corrected_by: links.corrected_by.get(&message).copied().map(Into::into),
    };
    Read {
        part: part_of(&found.kind),
        document,
        is_masked: chapter.is_masked,
        view,
    }
}

fn fields(record: &Record, is_masked: bool) -> Vec<StoryField> {
    record
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(element, value)| StoryField {
            element: element.to_owned(),
            chinese: record
                .spec()
                .field(element)
                .map_or_else(String::new, |field| field.chinese.clone()),
            value: if is_masked {
                personal::masked(element, value)
            } else {
                value.to_owned()
            },
            meaning: record
                .spec()
                .field(element)
                .and_then(|field| field.meaning(value))
                .map(str::to_owned),
        })
        .collect()
}

/// Everything that happened to the messages and documents, oldest first.
fn timeline(trade: &Trade) -> Vec<StoryStep> {
    let mut steps: Vec<(i64, StoryStep)> = Vec::new();
    let mut seen = Vec::new();
    for chapter in &trade.chapters {
        let kind = &chapter.found.kind;
        let mut push = |at_ms: i64, step: &str, step_name: String, detail: String| {
            let entry = StoryStep {
                at: beijing_rfc3339(at_ms),
                kind: kind.clone(),
                kind_name: kind_name(kind),
                step: step.to_owned(),
                step_name,
                detail,
            };
            steps.push((at_ms, entry));
        };
        for receipt in &chapter.receipts {
            let (name, text) = receipt::title_and_text(receipt);
            push(receipt.received_at, "receipt", name, text);
        }
        let message = MessageId::of_document(chapter.found.document_id);
        if seen.contains(&message) {
            continue;
        }
        seen.push(message);
        for event in trade.events.get(&message).into_iter().flatten() {
            let state = event
                .kind
                .strip_prefix("message.")
                .and_then(State::from_name);
            if let Some(outcome) = outcome::of_event(event) {
                push(
                    event.at_ms,
                    outcome.name(),
                    outcome.chinese().to_owned(),
                    String::new(),
                );
                continue;
            }
            let step = state.map_or(event.kind.as_str(), |state| state.name());
            let name = step_name(&event.kind, state).to_owned();
            push(event.at_ms, step, name, event.detail.clone());
        }
    }
    // What a receipt brought about stands after it, also within one millisecond.
    steps.sort_by_key(|(at_ms, entry)| (*at_ms, follows_receipt(&entry.step)));
    steps.into_iter().map(|(_, entry)| entry).collect()
}
