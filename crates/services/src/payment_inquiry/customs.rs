//! `POST /179/{code}/platDataOpen`: where customs ask. Nobody logs in here: customs bring no secret.
//!
//! The answer tells nothing but whether the inquiry was understood, and what is asked for goes to
//! customs' own address only, whoever asked. What can be abused is our effort: bodies are small, and
//! the settings may name the addresses from which customs call. Each company has a limit in a minute
//! for orders that it handed in, and another for those that nobody knows: who does not know the
//! numbers of orders cannot use up what customs need. Of the unknown ones each address has a share.
//! Customs get their own form of answer whatever happens, with status 200.

use super::{DUE_MS, Inquiry, InquiryState, PaymentInquiryConfig, sql};
use crate::ServicesApi;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Held};
use registry::access::origin;
use registry::company::{self, CompanyId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Tx;
use web::Path;
use web::shares::{Holder, Shares};

/// Largest body, in bytes: an inquiry has some hundred.
const BODY_BYTES_MAX: usize = 16 << 10;

/// How long a body may take.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Callers that are counted in a minute; what others ask about unknown orders is refused for the rest of it.
const CALLERS_MAX: usize = 10_000;

/// Understood.
pub const OK: &str = "10000";
/// Not understood, or not taken.
pub const FAILED: &str = "20000";

/// What the route needs.
#[derive(Clone)]
pub struct InquiryApi {
    api: ServicesApi,
    config: Arc<PaymentInquiryConfig>,
    minutes: Arc<Mutex<Minute>>,
    places: Shares,
}

/// Whose inquiries are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum InquiryCaller {
    /// About a company's known orders.
    Known(CompanyId),
    /// About its unknown orders.
    Unknown(CompanyId),
    /// About its unknown orders, by one caller.
    Caller(CompanyId, Holder),
}

/// Inquiries of the present minute.
#[derive(Debug, Default)]
struct Minute {
    minute: i64,
    counts: HashMap<InquiryCaller, u32>,
    n_callers: usize,
}

impl Minute {
    /// Counts one if it is within all limits; answers whether it is.
    fn take(&mut self, minute: i64, limits: &[(InquiryCaller, u32)]) -> bool {
        if self.minute != minute {
            *self = Self {
                minute,
                ..Self::default()
            };
        }
        let is_full = self.n_callers >= CALLERS_MAX;
        let is_over = |(counted, max): &(InquiryCaller, u32)| match self.counts.get(counted) {
            Some(count) => count >= max,
            None => *max == 0 || is_full && matches!(counted, InquiryCaller::Caller(..)),
        };
        if limits.iter().any(is_over) {
            return false;
        }
        for (counted, _) in limits {
            let count = self.counts.entry(counted.clone()).or_insert(0);
            self.n_callers +=
                usize::from(*count == 0 && matches!(counted, InquiryCaller::Caller(..)));
            *count += 1;
        }
        true
    }
}

impl InquiryApi {
    /// The handlers with these settings and places for those who ask at once.
    pub fn new(api: ServicesApi, config: PaymentInquiryConfig, places: Shares) -> Self {
        Self {
            api,
            config: Arc::new(config),
            minutes: Arc::default(),
            places,
        }
    }

    /// Counts a call of this minute; answers whether it is within the limits.
    fn is_within(&self, company: CompanyId, is_known: bool, who: &Holder, now_ms: i64) -> bool {
        let all = self.config.minute_max;
        let limits = if is_known {
            vec![(InquiryCaller::Known(company), all)]
        } else {
            let caller = InquiryCaller::Caller(company, who.clone());
            // An address that the settings name is customs': it has all of the limit.
            let own = if self.config.callers.is_empty() {
                self.config.unknown_minute_max
            } else {
                all
            };
            vec![(InquiryCaller::Unknown(company), all), (caller, own)]
        };
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.take(now_ms.div_euclid(60_000), &limits)
    }
}

/// Customs' form of an answer (海关应答).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomsAnswer {
    /// `10000`, `20000`, or an exception.
    pub code: String,
    /// What is said.
    #[serde(default)]
    pub message: String,
    /// Time, milliseconds since 1970-01-01 UTC.
    pub service_time: Value,
}

/// What customs ask.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CustomsInquiry {
    order_no: String,
    session_no: String,
    service_time: String,
}

/// Takes an inquiry of customs about an order (平台数据获取).
pub async fn plat_data_open(
    Held(inquiries): Held<InquiryApi>,
    Path(code): Path<String>,
    request: Request,
) -> Json<CustomsAnswer> {
    let now_ms = inquiries.api.context().now_ms();
    let (code, message) = match take(&inquiries, &code, request, now_ms).await {
        Ok(()) => (OK, String::new()),
        Err(why) => (FAILED, why),
    };
    metrics::counter!("tongguan_payment_inquiries_total", "code" => code).increment(1);
    Json(CustomsAnswer {
        code: code.to_owned(),
        message,
        service_time: now_ms.into(),
    })
}

async fn take(
    inquiries: &InquiryApi,
    code: &str,
    request: Request,
    now_ms: i64,
) -> Result<(), String> {
    let (parts, body) = request.into_parts();
    let context = inquiries.api.context();
    let callers = &inquiries.config.callers;
    let origin = origin(&parts.headers, context);
    if !callers.is_empty() && !callers.contains(&origin.address) {
        return Err("调用方地址不在允许范围内".to_owned());
    }
    let busy = || "平台繁忙，请稍后重试".to_owned();
    let who = origin.holder();
    let _place = inquiries.places.try_take(&who, 1).map_err(|_| busy())?;
    let asked = asked(&read_body(body).await?)?;
    let (own, order_no) = (code.to_owned(), asked.order_no.clone());
    let find = move |tx: &mut Tx<'_>| -> store::Result<_> {
        let Some(company) = company::by_code(tx, &own)? else {
            return Ok(None);
        };
        let payment = sql::payment_of_order(tx, company.id, &order_no)?;
        Ok(Some((company, payment.is_some())))
    };
    let found = context.db.read(find).await.map_err(|_| busy())?;
    let found = found.filter(|(company, _)| company.has_code(code));
    let (company, is_known) = found.ok_or_else(|| "平台没有登记这家电商平台企业".to_owned())?;
    if !inquiries.is_within(company.id, is_known, &who, now_ms) {
        return Err("请求过于频繁，请稍后重试".to_owned());
    }
    let inquiry = Inquiry {
        id: context.ids.next(),
        company_id: company.id,
        session_no: asked.session_no,
        order_no: asked.order_no,
        service_time: asked.service_time,
        received_at: now_ms,
        due_at: now_ms + DUE_MS,
        state: InquiryState::Waiting,
        reason: String::new(),
        payment_id: None,
        n_tries: 0,
        next_at: now_ms,
        sealed: None,
        certificate_no: String::new(),
        method: String::new(),
        answer_code: String::new(),
        answer_text: String::new(),
        ended_at: None,
    };
    let order_no = inquiry.order_no.clone();
    let store = move |tx: &mut Tx<'_>| sql::receive(tx, &inquiry);
    match context.db.write(store).await {
        Ok(None) => Ok(()),
        // The same inquiry again gets the same answer, and is uploaded once.
        Ok(Some(known)) if known == order_no => Ok(()),
        Ok(Some(_)) => Err("sessionID 已用于另一个订单".to_owned()),
        Err(error) => {
            tracing::warn!(%error, "an inquiry of customs could not be stored");
            Err(busy())
        }
    }
}

async fn read_body(body: Body) -> Result<Vec<u8>, String> {
    let read = tokio::time::timeout(BODY_WAIT, to_bytes(body, BODY_BYTES_MAX)).await;
    let bytes = read.map_err(|_| "请求内容没有按时送达".to_owned())?;
    let bytes = bytes.map_err(|_| format!("请求内容超过 {BODY_BYTES_MAX} 字节或中断"))?;
    Ok(bytes.to_vec())
}

fn asked(body: &[u8]) -> Result<CustomsInquiry, String> {
    let fields = url::form_urlencoded::parse(body);
    let mut values = fields.filter(|(name, _)| name == "openReq");
    let (_, text) = values
        .next()
        .ok_or_else(|| "缺少表单字段 openReq".to_owned())?;
    let value: Value =
        serde_json::from_str(&text).map_err(|_| "openReq 不是有效的 JSON".to_owned())?;
    let field = |name: &str, max: usize| {
        let text = match value.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(format!("openReq 缺少 {name}")),
        };
        let is_right = (1..=max).contains(&text.chars().count())
            && !text
                .chars()
                .any(|c| c.is_control() || c == '"' || c == '\\');
        if is_right {
            Ok(text)
        } else {
            Err(format!("{name} 应为 1 至 {max} 个字符"))
        }
    };
    let asked = CustomsInquiry {
        order_no: field("orderNo", 60)?,
        session_no: field("sessionID", 36)?,
        service_time: field("serviceTime", 20)?,
    };
    if !asked.service_time.bytes().all(|b| b.is_ascii_digit()) {
        return Err("serviceTime 应为毫秒数".to_owned());
    }
    Ok(asked)
}

#[cfg(test)]
mod minute_tests {
    use super::{CALLERS_MAX, InquiryCaller, Minute};
    use registry::company::CompanyId;
    use web::shares::Holder;

    const OWN: CompanyId = CompanyId(1);

    fn unknown(caller: usize) -> Vec<(InquiryCaller, u32)> {
        let caller = InquiryCaller::Caller(OWN, Holder::Network(caller.to_string()));
        vec![(InquiryCaller::Unknown(OWN), u32::MAX), (caller, 2)]
    }

    /// Who asks from ten thousand addresses wins nothing: neither is his own count forgotten, nor does he
    /// use up what customs need for orders that are known.
    #[test]
    fn a_flood_of_callers_forgets_no_count() {
        let mut minute = Minute::default();
        assert!(minute.take(7, &unknown(0)) && minute.take(7, &unknown(0)));
        assert!(!minute.take(7, &unknown(0)), "two were allowed");
        for caller in 1..CALLERS_MAX {
            assert!(minute.take(7, &unknown(caller)));
        }
        assert!(!minute.take(7, &unknown(CALLERS_MAX)), "one too many");
        assert!(!minute.take(7, &unknown(0)), "counted as before");
        assert!(minute.take(7, &[(InquiryCaller::Known(OWN), 1)]));
        assert!(minute.take(8, &unknown(0)), "another minute");
    }
}
