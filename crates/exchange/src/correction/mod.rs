//! Correction (更正重报): from a rejection to a corrected document in one step.
//!
//! 1. `load` reads a message of the caller's company, what customs or the platform said of each of
//!    its documents, and whether customs has another document under the same business key.
//! 2. `Original::of` makes a draft of the rejected documents: their values as declared, each place
//!    that an explanation or a finding names with its reason, and `appType` and `appStatus` as they must
//!    be now. Guids and times are left out.
//! 3. `Original::apply` puts in what the company changes. Only changes travel: values that a person
//!    sees masked stay what they were.
//! 4. `Original::make` makes the new message. Its guid is a hash of the old message and the corrected
//!    values, so that the same correction sent twice is one message.
//! 5. What corrects what is noted by the guid of the new message before it is handed in; the message
//!    itself goes the same way as any other, and is signed anew.

mod act;
pub mod codes;
mod edit;
pub mod http;
mod redeclare;
mod sql;
#[cfg(test)]
mod tests;
mod view;
mod workbook;

use crate::explanation;
use crate::finder;
use crate::message::FindingView;
use crate::message::{MessageId, State, StoredMessage};
use crate::outcome;
use crate::receipt;
use crate::workbook::{naming, profile};
use ceb::explain::{Explanation, Resubmit};
use ceb::form::{Draft, DraftElement, FormOrigin, MadeMessage};
use ceb::{Kind, Outcome, Severity};
use registry::access::Actor;
use registry::module::Module;
use std::collections::BTreeSet;
use store::id::IdMaker;
use store::{Result as StoreResult, Tx};
use web::Problem;

pub use edit::{Edit, VALUE_CHARS_MAX};
pub use sql::{Links, links};
pub use view::{
    CorrectionAccepted, CorrectionDocument, CorrectionField, CorrectionFinding, CorrectionForm,
    CorrectionOutcome, CorrectionOutcomes, CorrectionProblem, CorrectionVerdict, ReasonView,
    Signer,
};

/// Messages that are corrected at once.
pub const MESSAGES_MAX: usize = 100;

/// Changes of one correction.
pub const EDITS_MAX: usize = 5000;

/// Receipts of a message that are looked at.
const RECEIPTS_MAX: i64 = 5000;

registry::acts! {
    /// A rejected declaration was corrected and declared again.
    pub CORRECT = "message.correct", "更正重报";
    /// Somebody took a corrected message away, to be signed and handed in.
    pub TAKEN = "message.correct_take", "下载更正后的报文";
    /// Rejected rows were taken away as a workbook, with personal data in full.
    pub WORKBOOK = "message.correct_workbook", "导出退单更正表";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("更正重报").acts(ACTS).codes(codes::ALL);

/// Why a document came back (退单原因).
#[derive(Debug, Clone)]
pub(crate) struct RejectionReason {
    /// What it is about; none for the whole document.
    at: Option<DraftElement>,
    /// What is wrong.
    text: String,
    /// What to do.
    advice: String,
    /// The return status of a receipt.
    status: Option<i64>,
    /// When customs said it, as customs wrote it.
    time: String,
    resubmit: Resubmit,
}

/// A rejected document.
#[derive(Debug, Clone)]
pub(crate) struct Rejected {
    /// Its number in the original message, from 1.
    number: usize,
    /// Its business key, values joined with `|`.
    key: String,
    reasons: Vec<RejectionReason>,
    changed: Vec<AppliedChange>,
}

/// What the platform changed itself (代为改动).
#[derive(Debug, Clone)]
struct AppliedChange {
    place: DraftElement,
    /// The value before.
    was: String,
    why: String,
}

/// What the database knows of a message that came back.
pub(crate) struct Raw {
    message: StoredMessage,
    body: Vec<u8>,
    findings: Vec<FindingView>,
    documents: Vec<DocumentStanding>,
    receipts: Vec<(usize, ExplainedReceipt)>,
    is_masked: bool,
}

/// How one document of it stands.
struct DocumentStanding {
    number: usize,
    /// Whether it was turned down.
    is_bad: bool,
    needs_action: bool,
    /// Whether a correction of it was noted.
    is_noted: bool,
}

/// A receipt and what it means.
struct ExplainedReceipt {
    status: Option<i64>,
    /// Whether it turned the document down.
    is_bad: bool,
    time: String,
    info: String,
    explanation: Explanation,
}

/// A message that came back, as a draft of what shall be declared again.
pub(crate) struct Original {
    pub(crate) message: StoredMessage,
    pub(crate) kind: Kind,
    pub(crate) draft: Draft,
    pub(crate) rejected: Vec<Rejected>,
    /// Whether they need an action; else they were corrected already, and only the same correction once
    /// more is answered.
    pub(crate) is_open: bool,
    pub(crate) is_masked: bool,
}

/// Reads a message of the actor's company; nothing when it has no such message.
pub(crate) fn load(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: MessageId,
    now_ms: i64,
) -> StoreResult<Option<Raw>> {
    let Some(message) = finder::find(tx, &actor.sight, id)? else {
        return Ok(None);
    };
    let Some(body) = finder::body(tx, &actor.sight, id)? else {
        return Ok(None);
    };
    let number = |document: i64| usize::try_from(document - id.0).unwrap_or_default();
    // Strict: what is damaged cannot be corrected from what is left of it.
    let documents = receipt::status_of_message(tx, id)?;
    let ids: BTreeSet<i64> = documents.iter().map(|document| document.id).collect();
    let noted = sql::noted(tx, &ids)?;
    let documents = documents.into_iter().map(|document| DocumentStanding {
        number: number(document.id),
        is_bad: document.outcome.is_bad(),
        needs_action: document.needs_action,
        is_noted: noted.contains(&document.id),
    });
    let documents = documents.collect();
    let receipts = receipt::of_message(tx, message.company_id, id, RECEIPTS_MAX)?;
    let explanations = explanation::of(tx, &receipts)?;
    let mut explained: Vec<_> = receipts.into_iter().zip(explanations).collect();
    // The last word is the one that customs said last, whenever it came.
    explained.sort_by_cached_key(|(item, _)| receipt::order_of(&item.return_time));
    let receipts = explained.into_iter().map(|(item, explanation)| {
        let receipt = ExplainedReceipt {
            status: receipt::shown_status(item.return_status),
            is_bad: explanation::outcome_of(&item, &explanation).is_some_and(Outcome::is_bad),
            time: item.return_time,
            info: item.return_info,
            explanation,
        };
        (number(item.document_id), receipt)
    });
    Ok(Some(Raw {
        receipts: receipts.collect(),
        documents,
        findings: finder::findings(tx, id)?,
        is_masked: crate::unmask::is_masked(tx, actor, id, now_ms)?,
        message,
        body,
    }))
}

/// Messages that correct others have passed the check: the documents that they are about need no action any
/// more. Others of the same message may have come back meanwhile, and do.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    passed: &BTreeSet<MessageId>,
    now_ms: i64,
) -> StoreResult<()> {
    let corrected = sql::corrected(tx, passed)?;
    outcome::resolve(tx, ids, &corrected, now_ms)
}

impl Raw {
    /// Numbers of the documents that came back and need an action, and that they do. When none does, those
    /// that were corrected: the same correction once more has the same answer. What was declared anew in
    /// another way, or dismissed, is left out.
    fn rejected(&self) -> (BTreeSet<usize>, bool) {
        let those = |is: &dyn Fn(&DocumentStanding) -> bool| -> BTreeSet<usize> {
            let bad = self.documents.iter().filter(|one| one.is_bad && is(one));
            bad.map(|one| one.number).collect()
        };
        let open = those(&|one| one.needs_action);
        match open.is_empty() {
            true => (those(&|one| one.is_noted), false),
            false => (open, true),
        }
    }
}

impl Original {
    /// Makes a draft of what came back.
    ///
    /// # Errors
    /// Nothing came back, or the message cannot be read at all.
    pub(crate) fn of(mut raw: Raw) -> Result<Self, Problem> {
        let unreadable = || Problem::new(codes::UNREADABLE);
        let sniffed = ceb::sniff(&raw.body).map_err(|_| unreadable())?;
        let mut numbered: Vec<(usize, &mut Explanation)> = raw
            .receipts
            .iter_mut()
            .map(|(number, receipt)| (*number, &mut receipt.explanation))
            .collect();
        ceb::explain::locate(&mut numbered, &sniffed.inner);
        let parsed = ceb::parse(&sniffed.inner, profile(&raw.message.profile));
        let message = parsed.message.ok_or_else(unreadable)?;
        let whole = Draft::again(&message);
        let (mut numbers, mut is_open) = raw.rejected();
        if raw.message.state == State::Refused && raw.documents.is_empty() {
            numbers.extend(1..=whole.documents.len());
            is_open = raw.message.needs_action;
        }
        if numbers.is_empty() {
            return Err(Problem::new(codes::NOTHING_REJECTED));
        }
        let mut draft = whole.clone();
        draft.documents.clear();
        let mut rejected = Vec::new();
        for number in numbers {
            let Some(document) = whole.documents.get(number.wrapping_sub(1)) else {
                continue;
            };
            let declared = message.documents.get(number - 1);
            let key = declared.and_then(|document| ceb::key::of_document(message.kind, document));
            rejected.push(Rejected {
                number,
                key: key.map(|key| key.text).unwrap_or_default(),
                reasons: reasons(&raw, &whole, number),
                changed: Vec::new(),
            });
            draft.documents.push(document.clone());
        }
        if rejected.is_empty() {
            return Err(unreadable());
        }
        let mut original = Self {
            kind: message.kind,
            message: raw.message,
            draft,
            rejected,
            is_open,
            is_masked: raw.is_masked,
        };
        for at in 0..original.rejected.len() {
            original.redeclare(at);
        }
        Ok(original)
    }

    /// The keys of the rejected documents, as the database has them.
    pub(crate) fn keys(&self) -> Vec<String> {
        let keys = self.rejected.iter();
        keys.map(|rejected| format!("{}|{}", self.kind.code(), rejected.key))
            .collect()
    }

    /// Leaves out all documents but these, by their numbers in the original message; none for all.
    ///
    /// # Errors
    /// One of them did not come back.
    pub(crate) fn keep(&mut self, numbers: &[usize]) -> Result<(), Problem> {
        if numbers.is_empty() {
            return Ok(());
        }
        let came_back = |number: &usize| self.rejected.iter().any(|one| one.number == *number);
        if let Some(other) = numbers.iter().find(|number| !came_back(number)) {
            let detail = format!("第 {other} 份单证不在待更正之列");
            return Err(Problem::new(web::codes::BAD_REQUEST).detail(detail));
        }
        let is_kept = |one: &Rejected| numbers.contains(&one.number);
        let mut kept = self.rejected.iter().map(is_kept);
        self.draft
            .documents
            .retain(|_| kept.next().unwrap_or(false));
        drop(kept);
        self.rejected.retain(is_kept);
        Ok(())
    }

    /// Puts in what the company changes.
    ///
    /// # Errors
    /// Too many changes, one that fits no element, or more than a message of `bytes_max` can hold: a
    /// change without a line is made in every line.
    pub(crate) fn apply(&mut self, edits: &[Edit], bytes_max: usize) -> Result<(), Problem> {
        let bad = |detail: String| Problem::new(web::codes::BAD_REQUEST).detail(detail);
        if edits.len() > EDITS_MAX {
            return Err(bad(format!("一次至多 {EDITS_MAX} 处更正")));
        }
        let mut n_bytes = 0;
        for edit in edits {
            if let Some(fault) = edit.fault() {
                return Err(bad(fault));
            }
            if edit.numbers() && edit.document.is_none() && self.rejected.len() > 1 {
                return Err(bad(format!(
                    "{} 是一份单证自己的编号，不能给多份单证填同一个值；请用 document 指明是哪一份",
                    edit.element
                )));
            }
            let n_places = self.put(edit);
            if n_places == 0 {
                let name = ceb::finding::clip(&edit.element);
                return Err(bad(format!("没有这个单证、商品行或数据项：{name}")));
            }
            n_bytes += n_places * edit.value.len();
            if n_bytes > bytes_max {
                return Err(crate::intake::http::too_large(bytes_max));
            }
        }
        Ok(())
    }

    /// Makes one change wherever it fits; answers in how many places.
    fn put(&mut self, edit: &Edit) -> usize {
        let spec = self.kind.spec();
        let is_head = spec.head.field(&edit.element).is_some();
        let mut n_places = 0;
        for at in 0..self.rejected.len() {
            let number = self.rejected.get(at).map(|rejected| rejected.number);
            if edit.document.is_some() && edit.document != number {
                continue;
            }
            let n_lines = self
                .draft
                .documents
                .get(at)
                .map_or(0, |document| document.lines.len());
            let lines: Vec<Option<usize>> = match edit.line {
                Some(line) => vec![Some(line.wrapping_sub(1))],
                None if is_head => vec![None],
                None => (0..n_lines).map(Some).collect(),
            };
            for line in lines {
                let place = DraftElement {
                    document: at,
                    line,
                    element: edit.element.clone(),
                };
                n_places += usize::from(self.draft.set(&place, edit.value.trim()));
            }
        }
        n_places
    }

    /// The documents that it is about.
    pub(crate) fn document_ids(&self) -> Vec<i64> {
        let numbers = self.rejected.iter().map(|rejected| rejected.number);
        numbers
            .map(|number| self.message.id.document(number))
            .collect()
    }

    /// Makes the new message.
    pub(crate) fn make(&self, origin: &FormOrigin) -> Option<MadeMessage> {
        let salt = format!("correction\n{}\n", self.message.id.0);
        let made = self.draft.make(origin, naming(&salt));
        made.into_iter().next()
    }

    /// The number of a document in the original message.
    fn number_of(&self, at: usize) -> usize {
        self.rejected.get(at).map_or(0, |rejected| rejected.number)
    }
}

/// What is wrong with a document: the findings of the platform, or the last word of customs.
fn reasons(raw: &Raw, whole: &Draft, number: usize) -> Vec<RejectionReason> {
    let is_here = |at: &DraftElement| at.document + 1 == number;
    let mut reasons = Vec::new();
    if raw.message.state == State::Refused {
        for finding in &raw.findings {
            let at = whole.element_at(&finding.path);
            if finding.severity != Severity::Refuse.name() || !at.as_ref().is_none_or(is_here) {
                continue;
            }
            reasons.push(RejectionReason {
                at,
                text: format!("{} {}", finding.code, finding.text),
                advice: finding.advice.clone(),
                status: None,
                time: String::new(),
                resubmit: Resubmit::Corrected,
            });
        }
    }
    // The findings say it better than the platform's own receipt that lists them.
    if !reasons.is_empty() {
        return reasons;
    }
    // A refusal of a whole message is about each of its documents.
    let is_here = |of: usize| of == number || of == 0;
    let mut of_document = raw
        .receipts
        .iter()
        .filter(|(of, receipt)| is_here(*of) && receipt.is_bad);
    let Some((_, receipt)) = of_document.next_back() else {
        return reasons;
    };
    let explanation = &receipt.explanation;
    let reason = |at: Option<DraftElement>| RejectionReason {
        at,
        text: if receipt.info.is_empty() {
            explanation.meaning.clone()
        } else {
            receipt.info.clone()
        },
        advice: explanation.advice.clone(),
        status: receipt.status,
        time: receipt.time.clone(),
        resubmit: explanation.resubmit,
    };
    let places = explanation.places.iter().filter(|place| {
        place.kind.is_none() || place.kind.map(Kind::code) == Some(raw.message.kind.as_str())
    });
    let mut named: Vec<RejectionReason> = places
        .filter_map(|place| {
            let by_path = place
                .path
                .as_deref()
                .and_then(|path| whole.element_at(path));
            let head = DraftElement {
                document: number - 1,
                line: None,
                element: place.element.clone(),
            };
            let is_head = whole.kind.spec().head.field(&place.element).is_some();
            by_path
                .filter(|at: &DraftElement| at.document + 1 == number)
                .or_else(|| is_head.then_some(head))
        })
        .map(|at| reason(Some(at)))
        .collect();
    if named.is_empty() {
        named.push(reason(None));
    }
    reasons.append(&mut named);
    reasons
}
