//! `POST /179/{code}/platDataOpen`: where customs ask. Nobody logs in here: customs bring no secret.
//!
//! The answer tells nothing but whether the inquiry was understood, and what is asked for goes to
//! customs' own address only, whoever asked. What can be abused is our effort: bodies are small, each
//! company has a limit in a minute, and the settings may name the addresses from which customs call.
//! Customs get their own form of answer whatever happens, with status 200.

use super::{Config, DUE_MS, Inquiry, State as InquiryState, sql};
use crate::Desk;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State as Held};
use registry::access::origin;
use registry::company::{self, CompanyId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Tx;
use tokio::sync::Semaphore;

/// Largest body, in bytes: an inquiry has some hundred.
const BODY_BYTES_MAX: usize = 16 << 10;

/// How long a body may take.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Inquiries that are read at once.
const AT_ONCE: usize = 64;

/// Understood.
pub const OK: &str = "10000";
/// Not understood, or not taken.
pub const FAILED: &str = "20000";

/// What the route needs.
#[derive(Clone)]
pub struct CustomsDoor {
    desk: Desk,
    config: Arc<Config>,
    minutes: Arc<Mutex<HashMap<CompanyId, (i64, u32)>>>,
    room: Arc<Semaphore>,
}

impl CustomsDoor {
    /// A door with these settings.
    pub fn new(desk: Desk, config: Config) -> Self {
        Self {
            desk,
            config: Arc::new(config),
            minutes: Arc::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Counts a call of this minute; answers whether it is within the limit.
    fn is_within(&self, company: CompanyId, now_ms: i64) -> bool {
        let minute = now_ms / 60_000;
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = minutes.entry(company).or_default();
        if entry.0 != minute {
            *entry = (minute, 0);
        }
        entry.1 += 1;
        entry.1 <= self.config.minute_max
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
struct Asked {
    order_no: String,
    session_no: String,
    service_time: String,
}

/// Takes an inquiry of customs about an order (平台数据获取).
pub async fn plat_data_open(
    Held(door): Held<CustomsDoor>,
    Path(code): Path<String>,
    request: Request,
) -> Json<CustomsAnswer> {
    let now_ms = door.desk.ground().now_ms();
    let (code, message) = match take(&door, &code, request, now_ms).await {
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

async fn take(door: &CustomsDoor, code: &str, request: Request, now_ms: i64) -> Result<(), String> {
    let (parts, body) = request.into_parts();
    let ground = door.desk.ground();
    let callers = &door.config.callers;
    let address = origin(&parts.headers, ground).address;
    if !callers.is_empty() && !callers.contains(&address) {
        return Err("调用方地址不在允许范围内".to_owned());
    }
    let busy = || "平台繁忙，请稍后重试".to_owned();
    let _room = door.room.try_acquire().map_err(|_| busy())?;
    let asked = asked(&read_body(body).await?)?;
    let own = code.to_owned();
    let find = move |tx: &mut Tx<'_>| company::by_code(tx, &own);
    let found = ground.db.read(find).await.map_err(|_| busy())?;
    let company = found.filter(|company| company.has_code(code));
    let company = company.ok_or_else(|| "平台没有登记这家电商平台企业".to_owned())?;
    if !door.is_within(company.id, now_ms) {
        return Err("请求过于频繁，请稍后重试".to_owned());
    }
    let inquiry = Inquiry {
        id: ground.ids.next(),
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
    match ground.db.write(store).await {
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

fn asked(body: &[u8]) -> Result<Asked, String> {
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
    let asked = Asked {
        order_no: field("orderNo", 60)?,
        session_no: field("sessionID", 36)?,
        service_time: field("serviceTime", 20)?,
    };
    if !asked.service_time.bytes().all(|b| b.is_ascii_digit()) {
        return Err("serviceTime 应为毫秒数".to_owned());
    }
    Ok(asked)
}
