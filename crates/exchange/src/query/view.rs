//! The shapes in which the life of a message is shown.

use super::steps::{follows_receipt, steps};
use super::unsure::unsure;
use crate::archived;
use crate::correction;
use crate::downlink::Item;
use crate::explanation;
use crate::finder;
use crate::message::{FindingView, MessageId, StoredMessage};
use crate::outcome::{self, holder, state_chinese};
use crate::receipt::{self, EXPLAINED, Explained};
use crate::receipt_feed::ReceiptItem;
use crate::signature::sql::{KeptResult, of_message};
use crate::unknown_code;
use ceb::explain::Explanation;
use ceb::status::ReturnStatus;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::clock::beijing_rfc3339;
use store::{Result, Tx};
use utoipa::ToSchema;

/// Receipts told with one message; all of them are in the feed.
const RECEIPTS_MAX: i64 = 1000;

/// A message (报文) in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageSummary {
    /// Its id.
    pub id: String,
    /// Acceptance number (受理号).
    pub acceptance_no: String,
    /// Kind (报文类型).
    #[schema(example = "CEB311")]
    pub kind: String,
    /// The kind's Chinese name.
    #[schema(example = "进口订单")]
    pub kind_name: String,
    /// `import` or `export`.
    pub direction: String,
    /// The guid of its root.
    pub guid: String,
    /// State: `received`, `checked`, `refused`, `sent`, `answered`, `settled`, `held`.
    pub state: String,
    /// The state's Chinese name; of one that customs turned down the outcome's.
    #[schema(example = "已有回执")]
    pub state_name: String,
    /// Outcome (办理结果): `waiting`, `accepted`, `released`, `rejected`, `faulty`, `refused`.
    #[schema(example = "rejected")]
    pub outcome: String,
    /// The outcome's Chinese name.
    #[schema(example = "海关退单")]
    pub outcome_name: String,
    /// Whether the company must act: correct and declare again, or dismiss.
    pub needs_action: bool,
    /// What is to be done about it (如何处理): `correct` (declare again), `call` (ask first) or `follow` (do as the
    /// receipt says); in lists, of the first 100 on a page, while the company must act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doing: Option<String>,
    /// Who has it now (当前处理方).
    pub holder: String,
    /// Since when it is in this state, RFC 3339.
    pub since: String,
    /// When it was accepted, RFC 3339.
    pub received_at: String,
    /// Documents in it; 0 until it is checked.
    pub n_documents: i64,
    /// Bytes as received.
    pub n_bytes: i64,
    /// Whose it is, for those who see several companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyNameView>,
    /// The message that this one corrects (更正自), if it corrects one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<MessageLink>,
    /// The newest message that corrects this one (已由此更正), if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<MessageLink>,
    /// A latest status (未收录的回执状态) of one of its documents that nobody can read yet: what became of that is not known
    /// (`waiting`), and operators are asked to explain it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_status: Option<i64>,
}

/// A company by its name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CompanyNameView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl From<&StoredMessage> for MessageSummary {
    fn from(message: &StoredMessage) -> Self {
        Self {
            id: message.id.to_string(),
            acceptance_no: message.id.acceptance_no(),
            kind: message.kind.clone(),
            kind_name: ceb::Kind::from_code(&message.kind)
                .map_or_else(String::new, |kind| kind.chinese().to_owned()),
            direction: message.direction.clone(),
            guid: message.guid.clone(),
            state: message.state.name().to_owned(),
            state_name: state_chinese(message.state, message.outcome).to_owned(),
            outcome: message.outcome.name().to_owned(),
            outcome_name: message.outcome.chinese().to_owned(),
            needs_action: message.needs_action,
            doing: None,
            holder: holder(message.state, message.outcome, message.needs_action).to_owned(),
            since: beijing_rfc3339(message.changed_at),
            received_at: beijing_rfc3339(message.received_at),
            n_documents: message.n_documents,
            n_bytes: message.n_bytes,
            company: None,
            corrects: None,
            corrected_by: None,
            unknown_status: None,
        }
    }
}

impl MessageSummary {
    /// Tells what the message corrects and what corrects it.
    pub(crate) fn link(&mut self, links: &correction::Links) {
        let Some(id) = MessageId::parse(&self.id) else {
            return;
        };
        self.corrects = links.corrects.get(&id).copied().map(Into::into);
        self.corrected_by = links.corrected_by.get(&id).copied().map(Into::into);
    }
}

/// A document (单证) of a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// Its id: the story of its trade is told at `/api/v1/stories/{id}`.
    pub id: String,
    /// Its number in the message, from 1.
    pub number: i64,
    /// Business key (业务主键), values joined with `|`; absent in a refused message.
    pub document_key: Option<String>,
    /// Order number (订单编号).
    pub order_no: Option<String>,
    /// Waybill number (运单编号).
    pub logistics_no: Option<String>,
    /// The company's own number (企业内部编号).
    pub cop_no: Option<String>,
    /// List number given by customs (清单编号).
    pub invt_no: Option<String>,
    /// Pre-entry number given by the E-Port (预录入编号).
    pub pre_no: Option<String>,
    /// Latest return status (最新回执状态).
    pub return_status: Option<i64>,
    /// Its name, when the standard has one.
    pub return_status_name: Option<String>,
    /// Its time as customs wrote it.
    pub return_time: Option<String>,
    /// Whether customs has finished with the document.
    pub is_final: bool,
    /// Outcome (办理结果): `waiting`, `accepted`, `released`, `rejected`, `faulty`, `refused`.
    pub outcome: String,
    /// The outcome's Chinese name.
    pub outcome_name: String,
    /// Whether the company must act.
    pub needs_action: bool,
    /// Whether the company has said that nothing more is to be done about it (不再处理).
    #[serde(default)]
    pub is_dismissed: bool,
    /// The document's own guid (系统唯一序号), in capital letters, which receipts name.
    pub guid: Option<String>,
}

/// A step in the life of a message (时间线).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// When, RFC 3339.
    pub at: String,
    /// The state it came into, or `receipt` for an answer of customs.
    pub step: String,
    /// The step's Chinese name.
    pub step_name: String,
    /// Who had the message from then on.
    pub holder: String,
    /// What was said, if anything.
    pub detail: String,
    /// Whether it went well (办理结果): of a receipt what it says, of the last step what became of the
    /// message; absent for steps on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// What checking a signature found (验签结果).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignatureView {
    /// `passed`, `failed`, `unsupported`, `unsigned`, or `untrusted`: the value is right, and the
    /// certificate or its holder is not to be believed.
    #[schema(example = "passed")]
    pub outcome: String,
    /// The outcome's Chinese name.
    pub outcome_name: String,
    /// Codes of what is wrong with the certificate or its holder, explained at `/docs/codes/{code}`.
    pub certificate_faults: Vec<String>,
    /// The profile that passed: `strict`, or `lenient:` and what was tolerated.
    pub profile: String,
    /// Method: `SM2-SM3`, `RSA-SHA1`, `RSA-SHA256`.
    pub method: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// Until when the certificate is valid, RFC 3339.
    pub valid_to: Option<String>,
    /// When it was checked, RFC 3339.
    pub checked_at: String,
}

impl From<KeptResult> for SignatureView {
    fn from(kept: KeptResult) -> Self {
        let faults: Vec<String> = kept
            .certificate_fault
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let outcome = match &*kept.outcome {
            "passed" if !faults.is_empty() => "untrusted",
            outcome => outcome,
        };
        let outcome_name = match outcome {
            "untrusted" => "签名值正确，证书不可信",
            "passed" => "验签通过",
            "failed" => "验签不通过",
            "unsupported" => "无法验签",
            _ => "没有签名",
        };
        Self {
            outcome_name: outcome_name.to_owned(),
            outcome: outcome.to_owned(),
            certificate_faults: faults,
            profile: kept.profile,
            method: kept.method,
            serial: kept.serial,
            valid_to: kept.valid_to.map(beijing_rfc3339),
            checked_at: beijing_rfc3339(kept.checked_at),
        }
    }
}

/// The whole life of a message (报文全程).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDetail {
    /// The message itself.
    #[serde(flatten)]
    pub summary: MessageSummary,
    /// Its documents with their keys and latest status.
    pub documents: Vec<DocumentView>,
    /// What is wrong with it; warnings too.
    pub findings: Vec<FindingView>,
    /// What checking its signature found; absent before the check, and where nobody looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureView>,
    /// Receipts, oldest first, at most 1000; the rest is in the feed.
    pub receipts: Vec<ReceiptItem>,
    /// Every step with its time, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Whether personal data are masked.
    #[serde(default)]
    pub masked: bool,
    /// Whether something of it was dismissed (不再处理) that can be taken up again: still turned down, not declared anew.
    #[serde(default)]
    pub can_resume: bool,
    /// The month in whose archive the original stands, when its online period has passed; `GET …/xml` fetches it from there.
    /// Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-08")]
    pub body_archived: Option<String>,
}

/// Another message by its numbers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageLink {
    /// Its id.
    pub id: String,
    /// Its acceptance number (受理号).
    pub acceptance_no: String,
}

impl From<MessageId> for MessageLink {
    fn from(id: MessageId) -> Self {
        Self {
            id: id.to_string(),
            acceptance_no: id.acceptance_no(),
        }
    }
}

/// Masks the personal data in what is told of a message.
pub(super) fn mask(detail: &mut MessageDetail) {
    for finding in &mut detail.findings {
        let element = finding.path.rsplit('/').next().unwrap_or_default();
        finding.value = ceb::personal::masked(element, &finding.value);
    }
    let receipts = std::mem::take(&mut detail.receipts);
    detail.receipts = receipts.into_iter().map(ReceiptItem::masked).collect();
}

/// What a document's latest status is called; none where nobody knows it.
pub(crate) fn status_name(
    status: Option<i64>,
    kind: &str,
    explained: &Explained,
) -> Option<String> {
    let status = status?;
    let known = i32::try_from(status)
        .ok()
        .and_then(|status| ReturnStatus(status).chinese());
    let is_explained = explained.contains_key(&(kind.to_owned(), status));
    let name = known.or_else(|| is_explained.then_some(EXPLAINED));
    name.map(str::to_owned)
}

/// Puts the life of a message together.
pub fn detail(tx: &mut Tx<'_>, message: &StoredMessage) -> Result<MessageDetail> {
    let explained = unknown_code::explained(tx)?;
    let documents = receipt::shown_of_message(tx, message.id)?
        .into_iter()
        .map(|document| {
            let status_name = status_name(document.status, &document.kind, &explained);
            DocumentView {
                id: document.id.to_string(),
                number: document.id - message.id.0,
                document_key: document
                    .business_key
                    .and_then(|key| key.split_once('|').map(|(_, values)| values.to_owned())),
                order_no: document.order_no,
                logistics_no: document.logistics_no,
                cop_no: document.cop_no,
                invt_no: document.invt_no,
                pre_no: document.pre_no,
                return_status: document.status,
                return_status_name: status_name,
                return_time: document.status_time,
                is_final: document.is_final,
                outcome: document.outcome.name().to_owned(),
                outcome_name: document.outcome.chinese().to_owned(),
                needs_action: document.needs_action,
                is_dismissed: document.is_dismissed,
                guid: document.guid,
            }
        });
    let documents = documents.collect();
    let receipts = receipt::of_message(tx, message.company_id, message.id, RECEIPTS_MAX)?;
    let mut timeline = steps(tx, message, &receipts)?;
    for item in &receipts {
        let (step_name, detail) = receipt::title_and_text(item);
        let says = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
        timeline.push((
            item.received_at,
            TimelineEntry {
                at: beijing_rfc3339(item.received_at),
                step: "receipt".to_owned(),
                step_name,
                holder: String::new(),
                detail,
                outcome: says.map(|outcome| outcome.name().to_owned()),
            },
        ));
    }
    // What a receipt brought about stands after it, also within one millisecond.
    timeline.sort_by_key(|(at_ms, entry)| (*at_ms, follows_receipt(&entry.step)));
    let mut summary = MessageSummary::from(message);
    summary.link(&correction::links(tx, &BTreeSet::from([message.id]))?);
    summary.unsure(&unsure(tx, [message.id].into_iter())?);
    Ok(MessageDetail {
        summary,
        documents,
        findings: finder::findings(tx, message.id)?,
        signature: of_message(tx, message.id)?.map(Into::into),
        receipts: explained_receipts(tx, message, receipts)?,
        timeline: timeline.into_iter().map(|(_, entry)| entry).collect(),
        masked: false,
        can_resume: outcome::can_resume(tx, message.id)?,
        body_archived: archived::month_of(tx, message.id)?.map(|month| month.to_string()),
    })
}

/// Receipts with their explanations, which name value and line in the message itself.
fn explained_receipts(
    tx: &mut Tx<'_>,
    message: &StoredMessage,
    receipts: Vec<Item>,
) -> Result<Vec<ReceiptItem>> {
    let mut explanations = explanation::of(tx, &receipts)?;
    if explanations
        .iter()
        .any(|explanation| !explanation.places.is_empty())
    {
        let body = crate::message::sql::body_if_readable(tx, message.id)?.unwrap_or_default();
        let mut numbered: Vec<(usize, &mut Explanation)> = explanations
            .iter_mut()
            .zip(&receipts)
            .map(|(explanation, item)| {
                let number = item.document_id - message.id.0;
                (usize::try_from(number).unwrap_or_default(), explanation)
            })
            .collect();
        if let Ok(sniffed) = ceb::sniff(&body) {
            ceb::explain::locate(&mut numbered, &sniffed.inner);
        }
    }
    let explained = receipts.into_iter().zip(explanations);
    Ok(explained.map(ReceiptItem::explained).collect())
}
