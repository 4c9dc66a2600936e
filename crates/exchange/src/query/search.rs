//! Search (查找): documents by any number that somebody may have on paper.
//!
//! Each number is looked up by equality in an index of its own, so the search costs the same with
//! ten million documents. What is not seen is not found.

use super::unsure::{OPERATORS, unsure};
use super::view::status_name;
use crate::finder::{self, Found};
use crate::message::MessageId;
use crate::outcome::{holder, state_chinese};
use crate::unknown_code;
use registry::access::Sight;
use registry::company::Company;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::clock::beijing_rfc3339;
use store::{Result, Tx};
use utoipa::ToSchema;

/// Fewest characters of a number.
pub const CHARS_MIN: usize = 2;

/// Most characters of a number, as in the standard.
pub const CHARS_MAX: usize = 60;

/// Documents found by each number.
const FOUND_MAX: i64 = 20;

/// Column of a document, and the number's Chinese name.
const NUMBERS: [(&str, &str, &str); 5] = [
    ("order_no", "orderNo", "订单编号"),
    ("logistics_no", "logisticsNo", "运单编号"),
    ("invt_no", "invtNo", "清单编号"),
    ("pre_no", "preNo", "预录入编号"),
    ("cop_no", "copNo", "企业内部编号"),
];

impl Found {
    /// Who has it now (当前处理方).
    #[must_use]
    pub fn holder(&self, unknown_status: Option<i64>) -> &'static str {
        match unknown_status {
            Some(_) => OPERATORS,
            None => holder(self.state, self.outcome, self.needs_action),
        }
    }
}

/// A document that a search has found (查找结果).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// Id of the document.
    pub document_id: String,
    /// Id of its message.
    pub message_id: String,
    /// Acceptance number (受理号) of its message.
    pub acceptance_no: String,
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Whose it is.
    pub company_id: String,
    /// Name of that company.
    pub company_name: String,
    /// State of its message.
    pub state: String,
    /// The state's Chinese name.
    pub state_name: String,
    /// Order number (订单编号).
    pub order_no: Option<String>,
    /// Waybill number (运单编号).
    pub logistics_no: Option<String>,
    /// List number given by customs (清单编号).
    pub invt_no: Option<String>,
    /// Latest return status (最新回执状态).
    pub return_status: Option<i64>,
    /// Outcome (办理结果): `waiting`, `accepted`, `released`, `rejected`, `faulty`, `refused`.
    pub outcome: String,
    /// The outcome's Chinese name.
    pub outcome_name: String,
    /// Whether the company must act.
    pub needs_action: bool,
    /// Its name, when the standard has one or operators have explained it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_status_name: Option<String>,
    /// A latest status (未收录的回执状态) of its message that nobody can read yet: operators are asked to explain it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_status: Option<i64>,
    /// When its message was accepted, RFC 3339.
    pub received_at: String,
    /// By which number it was found: `orderNo`, `guid` …
    pub matched_by: String,
    /// That number's Chinese name.
    pub matched_name: String,
}

/// A document that a search has found, with what is known of its latest status.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) found: Found,
    /// A latest status of its message that nobody can read yet.
    pub(crate) unknown_status: Option<i64>,
    /// What its own latest status is called.
    pub(crate) status_name: Option<String>,
}

impl SearchHit {
    pub(super) fn from_hit(
        Hit {
            found,
            unknown_status,
            status_name,
        }: Hit,
        company: Option<&Company>,
    ) -> Self {
        let message = MessageId::of_document(found.document_id);
        Self {
            document_id: found.document_id.to_string(),
            message_id: message.to_string(),
            acceptance_no: message.acceptance_no(),
            kind_name: ceb::Kind::from_code(&found.kind)
                .map_or_else(String::new, |kind| kind.chinese().to_owned()),
            kind: found.kind,
            company_id: found.company_id.0.to_string(),
            company_name: company.map_or_else(String::new, |company| company.name.clone()),
            state: found.state.name().to_owned(),
            state_name: state_chinese(found.state, found.outcome).to_owned(),
            outcome: found.outcome.name().to_owned(),
            outcome_name: found.outcome.chinese().to_owned(),
            needs_action: found.needs_action,
            order_no: found.order_no,
            logistics_no: found.logistics_no,
            invt_no: found.invt_no,
            return_status: found.status,
            return_status_name: status_name,
            unknown_status,
            received_at: beijing_rfc3339(store::id::made_at_ms(message.0)),
            matched_by: found.matched.0.to_owned(),
            matched_name: found.matched.1.to_owned(),
        }
    }
}

/// Whether a text can be a number at all.
pub(super) fn is_askable(q: &str) -> bool {
    let n_chars = q.chars().count();
    (CHARS_MIN..=CHARS_MAX).contains(&n_chars) && !q.chars().any(char::is_control)
}

/// Looks a number up everywhere; newest first.
pub(crate) fn search(tx: &mut Tx<'_>, sight: &Sight, q: &str) -> Result<Vec<Hit>> {
    let mut found: BTreeMap<i64, Found> = BTreeMap::new();
    if let Some(id) = MessageId::parse(q) {
        for mut hit in finder::documents_of(tx, sight, id, FOUND_MAX)? {
            hit.matched = ("acceptanceNo", "受理号");
            found.entry(hit.document_id).or_insert(hit);
        }
    }
    for (column, name, chinese) in NUMBERS {
        for mut hit in finder::documents_by(tx, sight, column, q, FOUND_MAX)? {
            hit.matched = (name, chinese);
            found.entry(hit.document_id).or_insert(hit);
        }
    }
    let folded = [q.to_owned(), q.to_ascii_uppercase(), q.to_ascii_lowercase()];
    for guid in folded.iter().filter(|guid| guid.len() == GUID_CHARS) {
        for id in finder::by_guid(tx, sight, guid, FOUND_MAX)? {
            for mut hit in finder::documents_of(tx, sight, id, FOUND_MAX)? {
                hit.matched = ("guid", "报文 guid");
                found.entry(hit.document_id).or_insert(hit);
            }
        }
    }
    let message = |found: &Found| MessageId::of_document(found.document_id);
    let unsure = unsure(tx, found.values().map(message))?;
    let newest_first = found.into_values().rev();
    let explained = unknown_code::explained(tx)?;
    let with = |found: Found| Hit {
        unknown_status: unsure.get(&message(&found)).copied(),
        status_name: status_name(found.status, &found.kind, &explained),
        found,
    };
    Ok(newest_first.map(with).collect())
}

/// Characters of a guid.
const GUID_CHARS: usize = 36;
