//! Original payment data 支付原始数据: the hosted answer to customs' inquiries of announcement 179 (2018).
//!
//! A platform that sells must answer customs when they ask for the original data of a payment. For
//! small platforms this module does it:
//!
//! 1. [`data`]: the company hands in its payments. They are sealed; lists show numbers only.
//! 2. [`customs`]: customs calls `…/179/{code}/platDataOpen`. The inquiry is stored and answered at
//!    once; whatever goes wrong, customs gets an answer in the announcement's form.
//! 3. [`upload`]: a job finds the payment of the order, signs it with the company's key (module
//!    `exchange::signing`) and uploads it. Two minutes are given; later is told as late.
//! 4. What was sent stays as it was sent, with customs' answer, for three years at least ([`keep`]).
//!
//! [`customs_side`] plays customs: it asks, and it verifies what is uploaded on its own.

pub mod codes;
pub mod customs;
pub mod customs_side;
pub mod data;
pub mod http;
pub mod keep;
mod sql;
#[cfg(test)]
mod tests;
pub mod text;
pub mod upload;
pub mod view;

use registry::access::Actor;
use registry::audit;
use registry::company::{Company, CompanyId};
use registry::context::{AppContext, RandomSecret};
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use serde::{Deserialize, Serialize};
use store::{Error, Result, Tx};
use web::Problem;

use self::data::{PaymentData, PaymentFinding};

pub use keep::PARAMETERS;
pub use sql::{InquiryFilter, PaymentFilter, inquiries, inquiry, payments, unsettled};

/// How long customs wait for an upload, in milliseconds.
pub const DUE_MS: i64 = 120_000;

registry::acts! {
    /// Payment data were handed in by a person.
    pub SUBMITTED = "payment.submit", "提交支付原始数据";
    /// Payment data were shown in full.
    pub UNMASKED = "payment.unmask", "查看支付原始数据";
    /// An inquiry was sent again by hand.
    pub RESENT = "payment.resend", "重新上传支付数据";
    /// Payment data were removed after their time.
    pub REMOVED = "payment.remove", "清理到期支付数据";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("支付原始数据")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .codes(codes::ALL)
    .todos(&[waits]);

/// Uploads of payment data that failed, or are late.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    if !asking.has(&[Role::CompanyAdmin, Role::CompanyClerk, Role::Operator]) {
        return Ok(Vec::new());
    }
    let (count, overdue) = unsettled(tx, &asking.actor.sight, asking.now_ms)?;
    Ok(vec![Todo {
        overdue,
        ..Todo::plain(
            "payment_inquiries",
            [
                "超时或失败的支付数据上传",
                "Late or failed payment data uploads",
            ],
            count,
        )
    }])
}

/// To which of customs' addresses is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// To none: inquiries are stored and wait.
    #[default]
    Off,
    /// To the address for tests.
    Test,
    /// To the address that counts.
    Production,
}

/// Settings of the uploads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentInquiryConfig {
    /// Which address is used: `off`, `test` or `production`.
    pub environment: Environment,
    /// Customs' address for tests.
    pub test_url: String,
    /// Customs' address that counts.
    pub production_url: String,
    /// CA that signed customs' certificate, PEM; empty for the public ones.
    pub ca_file: String,
    /// Addresses from which customs call; empty for any.
    pub callers: Vec<String>,
    /// Inquiries about known orders of one company that are taken in a minute; as many again about
    /// orders that are not known (yet).
    pub minute_max: u32,
    /// Of those about unknown orders, how many one address may ask in a minute.
    pub unknown_minute_max: u32,
}

impl Default for PaymentInquiryConfig {
    fn default() -> Self {
        let at = |host: &str| format!("https://{host}/ceb2grab/grab/realTimeDataUpload");
        Self {
            environment: Environment::Off,
            test_url: at("swapptest.singlewindow.cn"),
            production_url: at("customs.chinaport.gov.cn"),
            ca_file: String::new(),
            callers: Vec::new(),
            minute_max: 600,
            unknown_minute_max: 60,
        }
    }
}

impl PaymentInquiryConfig {
    /// The address that is used, if any.
    pub fn url(&self) -> Option<&str> {
        match self.environment {
            Environment::Off => None,
            Environment::Test => Some(&self.test_url),
            Environment::Production => Some(&self.production_url),
        }
    }

    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<&'static str> {
        let is_own = |url: &str| {
            ["http://127.0.0.1:", "http://localhost:", "https://"]
                .iter()
                .any(|begin| url.starts_with(begin))
        };
        if !is_own(&self.test_url) || !is_own(&self.production_url) {
            return Some("上传地址应以 https:// 开头（本机可用 http）");
        }
        (self.minute_max == 0 || self.unknown_minute_max == 0)
            .then_some("minute_max 与 unknown_minute_max 应大于 0")
    }
}

/// A payment as it is stored, without what is sealed (支付数据).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Number of the payment transaction.
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
    pub n_orders: i64,
    /// When it came, milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it was last corrected, milliseconds since 1970-01-01 UTC.
    pub changed_at: i64,
    /// Until when it is kept at least, milliseconds since 1970-01-01 UTC.
    pub keep_until: i64,
}

/// How an inquiry stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum InquiryState {
    /// Not uploaded yet; the job tries.
    Waiting,
    /// Customs have it.
    Uploaded,
    /// Customs refused it, or it was given up: a person must act.
    Failed,
}

impl InquiryState {
    /// Every state.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Waiting => "待上传",
            Self::Uploaded => "已上传",
            Self::Failed => "上传失败",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// An inquiry of customs (海关询问).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Its id.
    pub id: i64,
    /// Whom customs asked.
    pub company_id: CompanyId,
    /// Customs' number of it (`sessionID`).
    pub session_no: String,
    /// The order asked for.
    pub order_no: String,
    /// Customs' time in it.
    pub service_time: String,
    /// When it came, milliseconds since 1970-01-01 UTC.
    pub received_at: i64,
    /// Until when customs wait, milliseconds since 1970-01-01 UTC.
    pub due_at: i64,
    /// How it stands.
    pub state: InquiryState,
    /// Why it is not uploaded, for people.
    pub reason: String,
    /// The payment that was uploaded.
    pub payment_id: Option<i64>,
    /// Tries so far.
    pub n_tries: i64,
    /// When it is tried next, milliseconds since 1970-01-01 UTC.
    pub next_at: i64,
    /// The form's field as it was sent, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Number of the certificate that signed.
    pub certificate_no: String,
    /// How it was signed.
    pub method: String,
    /// Customs' code.
    pub answer_code: String,
    /// What customs said.
    pub answer_text: String,
    /// When it ended, milliseconds since 1970-01-01 UTC.
    pub ended_at: Option<i64>,
}

/// The part of a payment that is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Private {
    /// The head without its guid, JSON text.
    pub head: String,
    /// The orders, JSON text.
    pub lists: String,
}

/// What became of a payment that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadResult {
    /// It is new.
    New(i64),
    /// The same was handed in before.
    Same(i64),
    /// It took the place of what was handed in before.
    Changed(i64),
    /// It cannot be stored.
    Refused(PaymentFinding),
}

/// Stores a payment of a company, in the transaction of the caller.
///
/// # Errors
/// The engine's; a fault when the seal fails.
pub fn put(
    tx: &mut Tx<'_>,
    context: &AppContext,
    company: &Company,
    payment: &PaymentData,
    random: &RandomSecret,
) -> Result<UploadResult> {
    let refused =
        |path: &str, text: &str| Ok(UploadResult::Refused(PaymentFinding::refuse(path, text)));
    if !company.has_code(&payment.ebp_code) {
        let text = "电商平台代码不是本企业的海关注册编号或统一社会信用代码";
        return refused("/payExchangeInfoHead/ebpCode", text);
    }
    crate::company_ledger::lock(tx, company.id, context.now_ms())?;
    let known = sql::by_transaction(tx, company.id, &payment.pay_code, &payment.transaction_no)?;
    let hash = payment.hash();
    if let Some((id, old_hash)) = &known {
        if *old_hash == hash {
            return Ok(UploadResult::Same(*id));
        }
        if sql::is_uploaded(tx, *id)? {
            let text = "该笔支付已应海关要求上传，不能更改";
            return refused("/payExchangeInfoHead/payTransactionId", text);
        }
    }
    let id = known
        .as_ref()
        .map_or_else(|| context.ids.next(), |(id, _)| *id);
    for (at, order_no) in payment.order_nos.iter().enumerate() {
        let other = sql::payment_of_order(tx, company.id, order_no)?;
        if other.is_some_and(|other| other != id) {
            let path = format!("/payExchangeInfoLists/{at}/orderNo");
            return refused(&path, "订单编号已属于另一笔支付");
        }
    }
    let private = Private {
        head: payment.head_rest.clone(),
        lists: payment.lists.clone(),
    };
    let text = serde_json::to_vec(&private).map_err(|error| Error::Fault(error.to_string()))?;
    let sealed = context.seal.close(&text, &payment_purpose(id), random);
    let sealed = sealed.map_err(|error| Error::Fault(error.to_string()))?;
    let now_ms = context.now_ms();
    sql::put(tx, id, company.id, payment, &hash, &sealed, now_ms)?;
    sql::put_orders(tx, id, company.id, &payment.order_nos)?;
    // An inquiry that came before its payment need not wait for its next turn.
    for order_no in &payment.order_nos {
        sql::hurry(tx, company.id, order_no, now_ms)?;
    }
    Ok(if known.is_some() {
        UploadResult::Changed(id)
    } else {
        UploadResult::New(id)
    })
}

/// Opens the sealed part of a payment.
///
/// # Errors
/// A fault when the seal does not open it.
pub fn private(tx: &mut Tx<'_>, context: &AppContext, id: i64) -> Result<Option<Private>> {
    let Some(sealed) = sql::sealed(tx, id)? else {
        return Ok(None);
    };
    let fault = |error: String| Error::Fault(error);
    let text = context.seal.open(&sealed, &payment_purpose(id));
    let text = text.map_err(|error| fault(error.to_string()))?;
    let private = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
    Ok(Some(private))
}

fn payment_purpose(id: i64) -> String {
    format!("payment:{id}")
}

fn upload_purpose(id: i64) -> String {
    format!("payment_upload:{id}")
}

/// Sends an inquiry again by hand, in the transaction of the caller: it is built and signed anew.
///
/// # Errors
/// The store's, or why not.
pub fn resend(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
) -> Result<(), Problem> {
    let Some(found) = inquiry(tx, &actor.sight, id)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    let now_ms = context.now_ms();
    if !sql::again(tx, id, now_ms)? {
        return Err(Problem::new(codes::STATE));
    }
    let object = format!("payment_inquiry:{id}");
    audit::done(tx, now_ms, actor, RESENT, &object, &found.session_no)?;
    Ok(())
}
