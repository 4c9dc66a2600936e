//! From the `Authorization` header to the company behind it.

use super::{ApiKey, REMEMBER_MS, hash, sql};
use crate::company::{self, Company};
use axum::http::{HeaderMap, header};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::Db;
use store::clock::SharedClock;
use web::{ErrorCode, Problem, codes as web_codes};

/// Answers that are remembered; beyond this all are forgotten and asked anew.
const REMEMBERED_MAX: usize = 10_000;

/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 200;

/// Codes of refused keys.
pub mod codes {
    web::codes! {
        MISSING = "TG-R4010", 401, "缺少接口密钥", "No API key",
            "请求没有携带接口密钥，或格式不是 Authorization: Bearer 密钥。",
            "请在请求头中加入 Authorization: Bearer 密钥；密钥由平台管理员为企业签发。",
            "The request has no key, or not in the form Authorization: Bearer KEY.",
            "Add the header Authorization: Bearer KEY; the administrators issue keys to companies.";
        UNKNOWN = "TG-R4011", 401, "接口密钥无效", "Unknown API key",
            "平台没有签发过这个密钥，可能抄写不完整。",
            "请核对密钥全文（以 tg_ 开头）；如已遗失，请申请签发新的密钥。",
            "The platform did not issue this key; it may not have been copied completely.",
            "Check the whole key (it begins with tg_); if it is lost, ask for a new one.";
        REVOKED = "TG-R4012", 401, "接口密钥已吊销", "The API key was revoked",
            "这个密钥已被吊销，不能再使用。",
            "请改用新的密钥，或联系平台管理员重新签发。",
            "This key has been revoked.",
            "Use the new key, or ask the administrators for one.";
        EXPIRED = "TG-R4013", 401, "接口密钥已过期", "The API key has expired",
            "这个密钥已超过有效期。",
            "请联系平台管理员签发新的密钥。",
            "This key has expired.",
            "Ask the administrators for a new one.";
        SUSPENDED = "TG-R4030", 403, "企业通道已暂停", "The company's channel is suspended",
            "该企业的申报通道已被平台暂停，不能提交新的申报；查询和领取回执不受影响。",
            "请联系平台了解暂停原因；恢复后可用同一报文重新提交。",
            "The platform has suspended this company's channel: no new messages are accepted, but you can still query and collect receipts.",
            "Ask the platform why; once the channel is restored, submit the same message again.";
    }
}

/// Who calls (调用方): the company and the key it used.
#[derive(Debug, Clone)]
pub struct KeyCaller {
    /// The company behind the key.
    pub company: Arc<Company>,
    /// The key.
    pub key_id: i64,
}

struct Remembered {
    at_ms: i64,
    found: Option<(ApiKey, Arc<Company>)>,
}

/// Turns keys into callers.
pub struct Authenticator {
    db: Db,
    clock: SharedClock,
    remembered: Mutex<HashMap<String, Remembered>>,
}

impl Authenticator {
    /// An authenticator over the keys in `db`.
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self {
            db,
            clock,
            remembered: Mutex::default(),
        }
    }

    /// The caller behind the headers.
    ///
    /// # Errors
    /// 401 with the reason; 503 when the database cannot be asked.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<KeyCaller, Problem> {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let first = shown.next();
        // Of two a proxy before us may have looked at the other one.
        if shown.next().is_some() {
            let why = "请求头 Authorization 只能有一个";
            return Err(Problem::new(web_codes::BAD_REQUEST).detail(why));
        }
        let text = first
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| key.trim())
            .filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX)
            .ok_or_else(|| Problem::new(codes::MISSING))?;
        let now_ms = self.clock.now_ms();
        let (key, company) = self
            .find(hash(text), now_ms)
            .await?
            .ok_or_else(|| Problem::new(codes::UNKNOWN))?;
        refuse_if(key.revoked_at.is_some(), codes::REVOKED)?;
        refuse_if(key.expires_at <= now_ms, codes::EXPIRED)?;
        Ok(KeyCaller {
            company,
            key_id: key.id,
        })
    }

    async fn find(
        &self,
        hash: String,
        now_ms: i64,
    ) -> Result<Option<(ApiKey, Arc<Company>)>, Problem> {
        if let Some(known) = self.remembered(&hash, now_ms) {
            return Ok(known);
        }
        let asked = hash.clone();
        let found = self
            .db
            .read(move |tx| -> Result<_, Problem> {
                let Some(key) = sql::by_hash(tx, &asked)? else {
                    return Ok(None);
                };
                let company = company::by_id(tx, key.company_id)?;
                Ok(company.map(|company| (key, Arc::new(company))))
            })
            .await?;
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(
            hash,
            Remembered {
                at_ms: now_ms,
                found: found.clone(),
            },
        );
        Ok(found)
    }

    fn remembered(&self, hash: &str, now_ms: i64) -> Option<Option<(ApiKey, Arc<Company>)>> {
        let remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = remembered.get(hash)?;
        ((now_ms - known.at_ms).abs() < REMEMBER_MS).then(|| known.found.clone())
    }
}

fn refuse_if(refused: bool, code: ErrorCode) -> Result<(), Problem> {
    if refused {
        Err(Problem::new(code))
    } else {
        Ok(())
    }
}
