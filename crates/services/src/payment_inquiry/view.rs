//! Payments and inquiries as the API shows them; what is personal is masked for people.

use super::{Inquiry, InquiryState, Payment, Private};
use crate::case_file::mask;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;

/// A payment in a list (支付数据).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// Its id.
    pub id: String,
    /// Id of the company.
    pub company_id: String,
    /// Number of the payment transaction (`payTransactionId`).
    pub transaction_no: String,
    /// Code of the payment company.
    pub pay_code: String,
    /// Code of the platform.
    pub ebp_code: String,
    /// The amount as it was written.
    pub total_amount: String,
    /// Currency.
    pub currency: String,
    /// Time of the payment: `yyyyMMddHHmmss`.
    pub trading_time: String,
    /// Orders that it paid for.
    pub orders: i64,
    /// When it came, RFC 3339.
    pub created_at: String,
    /// When it was last corrected, RFC 3339.
    pub changed_at: String,
    /// Until when it is kept at least, RFC 3339.
    pub keep_until: String,
}

impl From<&Payment> for PaymentView {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.to_string(),
            company_id: payment.company_id.0.to_string(),
            transaction_no: payment.transaction_no.clone(),
            pay_code: payment.pay_code.clone(),
            ebp_code: payment.ebp_code.clone(),
            total_amount: payment.total_amount.clone(),
            currency: payment.currency.clone(),
            trading_time: payment.trading_time.clone(),
            orders: payment.n_orders,
            created_at: beijing_rfc3339(payment.created_at),
            changed_at: beijing_rfc3339(payment.changed_at),
            keep_until: beijing_rfc3339(payment.keep_until),
        }
    }
}

/// A payment with all that was handed in (支付数据明细).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDetail {
    /// The payment.
    #[serde(flatten)]
    pub payment: PaymentView,
    /// Whether personal data are masked.
    pub masked: bool,
    /// The orders with their goods, in the announcement's names.
    #[schema(value_type = Object)]
    pub pay_exchange_info_lists: Value,
    /// The head, in the announcement's names.
    #[schema(value_type = Object)]
    pub pay_exchange_info_head: Value,
}

/// Members whose values are personal or secret.
const PERSONAL: [&str; 3] = ["recpAccount", "recpName", "note"];

/// Members that hold whole requests, in which anything may stand.
const WHOLE: [&str; 2] = ["initalRequest", "initalResponse"];

impl PaymentDetail {
    /// A payment in full, or masked.
    pub fn new(payment: &Payment, private: &Private, masked: bool) -> Self {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut head = parse(&format!("{{{}", private.head));
        let mut lists = parse(&private.lists);
        if masked {
            hide(&mut head);
            hide(&mut lists);
        }
        Self {
            payment: payment.into(),
            masked,
            pay_exchange_info_lists: lists,
            pay_exchange_info_head: head,
        }
    }
}

/// Masks what is personal, however deep it stands.
fn hide(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(hide),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let shown = member.as_str().map(|text| {
                    if WHOLE.contains(&name.as_str()) {
                        format!("（{} 个字符）", text.chars().count())
                    } else {
                        mask(text)
                    }
                });
                match shown {
                    Some(shown)
                        if PERSONAL.contains(&name.as_str()) || WHOLE.contains(&name.as_str()) =>
                    {
                        *member = Value::from(shown);
                    }
                    Some(_) => {}
                    None => hide(member),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An inquiry of customs (海关询问).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InquiryView {
    /// Its id.
    pub id: String,
    /// Id of the company.
    pub company_id: String,
    /// Customs' number of it (`sessionID`).
    pub session_no: String,
    /// The order asked for.
    pub order_no: String,
    /// When it came, RFC 3339.
    pub received_at: String,
    /// Until when customs wait, RFC 3339.
    pub due_at: String,
    /// Seconds that are left; below zero when it is late; absent when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<i64>,
    /// `waiting`, `uploaded` or `failed`.
    pub state: String,
    /// The state for people.
    pub state_name: String,
    /// Why it is not uploaded; what to do.
    pub reason: String,
    /// Tries so far.
    pub tries: i64,
    /// Number of the certificate that signed.
    pub certificate_no: String,
    /// How it was signed.
    pub method: String,
    /// Customs' code.
    pub answer_code: String,
    /// What customs said.
    pub answer_text: String,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

impl InquiryView {
    /// An inquiry as it stands at a moment.
    pub fn new(inquiry: &Inquiry, now_ms: i64) -> Self {
        let is_waiting = inquiry.state == InquiryState::Waiting;
        Self {
            id: inquiry.id.to_string(),
            company_id: inquiry.company_id.0.to_string(),
            session_no: inquiry.session_no.clone(),
            order_no: inquiry.order_no.clone(),
            received_at: beijing_rfc3339(inquiry.received_at),
            due_at: beijing_rfc3339(inquiry.due_at),
            seconds_left: is_waiting.then(|| (inquiry.due_at - now_ms).div_euclid(1000)),
            state: inquiry.state.name().to_owned(),
            state_name: inquiry.state.chinese().to_owned(),
            reason: inquiry.reason.clone(),
            tries: inquiry.n_tries,
            certificate_no: inquiry.certificate_no.clone(),
            method: inquiry.method.clone(),
            answer_code: inquiry.answer_code.clone(),
            answer_text: inquiry.answer_text.clone(),
            ended_at: inquiry.ended_at.map(beijing_rfc3339),
        }
    }
}
