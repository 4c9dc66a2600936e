//! Uploading: a job that answers customs' inquiries within their two minutes.
//!
//! What is uploaded is built and signed once and kept before it is sent; a try that fails on the way
//! sends the same bytes again. Customs' 10000 ends it well, 20000 ends it until a person acts, and an
//! exception (20001 to 21000) is tried again, each time later, for a day. Only what is due is looked
//! at, so a thousand answered inquiries cost nothing.

use super::customs::CustomsAnswer;
use super::text::{PaymentUpload, guid, head};
use super::{Inquiry, InquiryState, PaymentInquiryConfig, private, sql, upload_purpose};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exchange::keyring::Keyring;
use exchange::keyring::provider::{KeyFamily, Method};
use exchange::signature::Policy;
use exchange::signing::{self, SigningKey};
use jobs::fence::Fence;
use jobs::job::LIMITS;
use jobs::{Job, JobFailure, JobLimits, JobWords, Schedule};
use registry::context::AppContext;
use registry::job;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use store::{Error, Tx};
use tokio::task::JoinSet;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// Inquiries of one run.
const DUE_MAX: i64 = 64;

/// Uploads at the same time.
const AT_ONCE: usize = 8;

/// How long an upload may take.
const CALL_MAX: Duration = Duration::from_secs(15);

/// Longest answer of customs, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// Pause before the second try, in milliseconds; it doubles each time.
const PAUSE_MS: i64 = 5_000;

/// Longest pause, in milliseconds.
pub(super) const PAUSE_MS_MAX: i64 = 300_000;

/// When an inquiry is given up, in milliseconds after it came.
const GIVE_UP_MS: i64 = 86_400_000;

/// How often the job looks, in milliseconds.
const EVERY_MS: i64 = 1_000;

/// How long a run may go on, in milliseconds: all uploads at their longest, twice.
const UPLOAD_MS_MAX: i64 = 300_000;

/// How often payments past their time are looked for, in milliseconds.
const CLEAN_MS: i64 = 6 * 3_600_000;

/// Characters of customs' words that are kept.
const TEXT_CHARS_MAX: usize = 500;

/// Answers customs (实时数据上传).
pub struct Uploader {
    config: PaymentInquiryConfig,
    keyring: Arc<Keyring>,
    agent: Agent,
}

/// How a try ended.
enum UploadOutcome {
    /// Customs have it.
    Done(CustomsAnswer),
    /// Customs refused it.
    Refused(CustomsAnswer),
    /// It may succeed later.
    Later(String),
}

impl Uploader {
    /// An uploader with these settings.
    ///
    /// # Errors
    /// When the file of authorities cannot be read, in Chinese.
    pub fn new(config: PaymentInquiryConfig, keyring: Arc<Keyring>) -> Result<Self, String> {
        let agent = Agent::config_builder()
            .timeout_global(Some(CALL_MAX))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("tongguan")
            .tls_config(
                TlsConfig::builder()
                    .root_certs(roots(&config.ca_file)?)
                    .build(),
            )
            .build()
            .into();
        Ok(Self {
            config,
            keyring,
            agent,
        })
    }
}

fn roots(ca_file: &str) -> Result<RootCerts, String> {
    if ca_file.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let wrong = |why: String| format!("证书机构文件 {ca_file} 无法读取或没有证书：{why}");
    let pem = std::fs::read(ca_file).map_err(|error| wrong(error.to_string()))?;
    let mut found: Vec<Certificate<'static>> = Vec::new();
    for item in ureq::tls::parse_pem(&pem) {
        if let PemItem::Certificate(one) = item.map_err(|error| wrong(error.to_string()))? {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(wrong("空文件".to_owned()));
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}

const UPLOAD: JobWords = JobWords {
    name: "payment.upload",
    chinese: "上传支付原始数据",
    english: "Upload payment data",
    about: (
        "答复海关的支付数据询问（179 号公告），须在两分钟内完成。",
        "Answers customs' inquiries about payments (Announcement No. 179), which must be done within two minutes.",
    ),
};

const CLEAN: JobWords = JobWords {
    name: "payment.clean",
    chinese: "清理到期支付数据",
    english: "Remove payment data past its retention period",
    about: (
        "删除保存期满的支付原始数据和海关询问，并记入审计。",
        "Deletes payment data and inquiries past their retention period, and records it.",
    ),
};

/// The jobs of this module.
pub fn jobs(context: &AppContext, uploader: &Arc<Uploader>) -> Vec<Job> {
    let (uploading, uploader) = (context.clone(), Arc::clone(uploader));
    let upload = Job {
        words: UPLOAD,
        schedule: Schedule::Every(EVERY_MS),
        limits: JobLimits {
            longest_ms: UPLOAD_MS_MAX,
            ..LIMITS
        },
        run: Arc::new(move |turn| {
            let (context, uploader) = (uploading.clone(), Arc::clone(&uploader));
            Box::pin(async move { run(&context, &uploader, &turn.fence).await })
        }),
    };
    let clean = job::of(
        context,
        CLEAN,
        Schedule::Every(CLEAN_MS),
        |context, turn| Box::pin(async move { super::keep::clean(context, &turn.fence).await }),
    );
    vec![upload, clean]
}

/// Answers what is due; answers what was done, for the record of the job.
///
/// # Errors
/// Why it failed: the store's, or that another process has the job.
pub async fn run(
    context: &AppContext,
    uploader: &Arc<Uploader>,
    fence: &Fence,
) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let read = move |tx: &mut Tx<'_>| sql::due(tx, now_ms, DUE_MAX);
    let due = context.db.read(read).await?;
    let (mut n_done, n_due) = (0_usize, due.len());
    let mut rest = due.into_iter().peekable();
    while rest.peek().is_some() {
        // A run that is cut off takes its uploads with it.
        let mut tasks = JoinSet::new();
        for inquiry in rest.by_ref().take(AT_ONCE) {
            let (context, uploader) = (context.clone(), Arc::clone(uploader));
            let fence = fence.clone();
            tasks.spawn(async move { one(&context, (&uploader, &fence), inquiry).await });
        }
        while let Some(ended) = tasks.join_next().await {
            n_done += usize::from(ended.map_err(|error| error.to_string())??);
        }
    }
    Ok(match n_done {
        0 => String::new(),
        n => format!("上传 {n} 条，共尝试 {n_due} 条"),
    })
}

/// Tries one inquiry; answers whether customs have it now.
async fn one(
    context: &AppContext,
    (uploader, fence): (&Arc<Uploader>, &Fence),
    inquiry: Inquiry,
) -> Result<bool, JobFailure> {
    let outcome = match prepare(context, (uploader, fence), &inquiry).await {
        Ok(text) => send(uploader, text).await,
        Err(NotReady::Why(why)) => UploadOutcome::Later(why),
        Err(NotReady::Failed(failure)) => return Err(failure),
    };
    let now_ms = context.now_ms();
    let is_done = matches!(outcome, UploadOutcome::Done(_));
    let write = move |tx: &mut Tx<'_>| -> store::Result<()> {
        match &outcome {
            UploadOutcome::Done(answer) => {
                let reply = (answer.code.as_str(), answer.message.as_str());
                sql::end(tx, inquiry.id, (InquiryState::Uploaded, ""), reply, now_ms)?;
                if let Some(upload) = sql::uploaded_payment(tx, inquiry.id)? {
                    sql::keep_longer(tx, upload, now_ms)?;
                }
                Ok(())
            }
            UploadOutcome::Refused(answer) => {
                let reply = (answer.code.as_str(), answer.message.as_str());
                let reason = format!("海关未接收（{}）：{}", answer.code, answer.message);
                sql::end(
                    tx,
                    inquiry.id,
                    (InquiryState::Failed, &reason),
                    reply,
                    now_ms,
                )
            }
            UploadOutcome::Later(why) if now_ms - inquiry.received_at > GIVE_UP_MS => {
                let reason = format!("一天内未能上传：{why}");
                sql::end(
                    tx,
                    inquiry.id,
                    (InquiryState::Failed, &reason),
                    ("", ""),
                    now_ms,
                )
            }
            UploadOutcome::Later(why) => {
                let n_tries = inquiry.n_tries.clamp(0, 20);
                // Before the deadline it is worth trying often.
                let pause_ms = if now_ms < inquiry.due_at {
                    PAUSE_MS
                } else {
                    (PAUSE_MS << n_tries).min(PAUSE_MS_MAX)
                };
                sql::later(tx, inquiry.id, why, now_ms + pause_ms)
            }
        }
    };
    fence.write(&context.db, write).await?;
    if is_done {
        metrics::counter!("tongguan_payment_uploads_total").increment(1);
    }
    Ok(is_done)
}

/// Why there is nothing to be sent.
enum NotReady {
    /// Not yet, in Chinese.
    Why(String),
    /// The store failed, or something of ours, or another process has the job.
    Failed(JobFailure),
}

impl From<String> for NotReady {
    fn from(why: String) -> Self {
        Self::Why(why)
    }
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The form's field to be sent, kept before it goes out; or why there is none yet.
async fn prepare(
    context: &AppContext,
    (uploader, fence): (&Uploader, &Fence),
    inquiry: &Inquiry,
) -> Result<String, NotReady> {
    if uploader.config.url().is_none() {
        return Err(why("平台没有启用向海关上传（payment_inquiry.environment）"));
    }
    if let Some(sealed) = &inquiry.sealed {
        let text = context.seal.open(sealed, &upload_purpose(inquiry.id));
        let text = text.map_err(|error| Error::Fault(error.to_string()))?;
        return String::from_utf8(text).map_err(|_| why("保存的上传内容无法读取"));
    }
    let (company, order_no) = (inquiry.company_id, inquiry.order_no.clone());
    let inside = context.clone();
    let read = move |tx: &mut Tx<'_>| -> store::Result<_> {
        let Some(payment) = sql::payment_of_order(tx, company, &order_no)? else {
            return Ok(None);
        };
        let Some(private) = private(tx, &inside, payment)? else {
            return Ok(None);
        };
        let signer = (
            signing::policy(tx, company)?,
            signing::active_key(tx, company)?,
        );
        Ok(Some((payment, private, signer)))
    };
    let Some((payment, private, (policy, key))) = context.db.read(read).await? else {
        return Err(why("还没有该订单的支付数据，请电商平台尽快提交"));
    };
    let (key, method) = signer(policy, key)?;
    let upload = PaymentUpload {
        session_no: inquiry.session_no.clone(),
        head: head(&guid_of(payment, inquiry.id), &private.head),
        lists: private.lists,
        service_time: context.now_ms().to_string(),
    };
    let Some(card) = uploader.keyring.card(&key.name) else {
        return Err(format!("本进程的配置中没有密钥 {}", key.name).into());
    };
    let signature = match card.sign(upload.to_be_signed().as_bytes(), method).await {
        Ok(signature) => STANDARD.encode(signature),
        Err(fault) => return Err(format!("签名未完成：{fault}").into()),
    };
    let text = upload.with_signature(&key.serial, &signature);
    let Some(random) = (context.random)() else {
        return Err(Error::Fault("the machine has no random bytes".to_owned()).into());
    };
    let purpose = upload_purpose(inquiry.id);
    let sealed = context.seal.close(text.as_bytes(), &purpose, &random);
    let sealed = sealed.map_err(|error| Error::Fault(error.to_string()))?;
    let id = inquiry.id;
    let keep = move |tx: &mut Tx<'_>| {
        let signed_with = (key.serial.as_str(), method.name());
        sql::keep_upload(tx, id, (payment, &sealed), signed_with)
    };
    let kept = fence.write(&context.db, keep).await;
    if kept.map_err(|failure| NotReady::Failed(failure.into()))? {
        Ok(text)
    } else {
        Err(why("询问已结束"))
    }
}

fn why(text: &str) -> NotReady {
    NotReady::Why(text.to_owned())
}

/// The key that signs for a company, and how; or why none does.
fn signer(policy: Policy, key: Option<SigningKey>) -> Result<(SigningKey, Method), String> {
    if !policy.platform_signs {
        return Err("企业没有开通平台代签，请企业管理员在“签名”中开通".to_owned());
    }
    let key = key.ok_or_else(|| "企业还没有登记代签密钥，请联系平台运维人员".to_owned())?;
    match key.family {
        KeyFamily::Sm2 => Ok((key, Method::Sm2Sm3)),
        // The announcement's old cards sign with SHA-1 and nothing else.
        KeyFamily::Rsa if policy.allow_old => Ok((key, Method::RsaSha1)),
        KeyFamily::Rsa => {
            Err("RSA 证书只能用旧算法签名，须先经复核允许旧算法，或改用 SM2 证书".to_owned())
        }
    }
}

/// The same inquiry about the same payment has the same guid.
fn guid_of(payment: i64, inquiry: i64) -> String {
    let digest = Sha256::digest(format!("{payment}:{inquiry}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    guid(bytes)
}

async fn send(uploader: &Arc<Uploader>, text: String) -> UploadOutcome {
    let uploader = Arc::clone(uploader);
    let task = tokio::task::spawn_blocking(move || call(&uploader, &text));
    task.await
        .unwrap_or_else(|_| UploadOutcome::Later("上传任务中断".to_owned()))
}

fn call(uploader: &Uploader, text: &str) -> UploadOutcome {
    let later = |why: &str| UploadOutcome::Later(why.to_owned());
    let Some(url) = uploader.config.url() else {
        return later("平台没有启用向海关上传");
    };
    let sent = uploader.agent.post(url).send_form([("payExInfoStr", text)]);
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(error) => {
            // The error names the host, never what was sent.
            tracing::info!(%error, "an upload to customs failed");
            return later("无法连接海关上传地址");
        }
    };
    let status = answer.status().as_u16();
    if status != 200 {
        return UploadOutcome::Later(format!("海关上传地址应答状态 {status}"));
    }
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    match body.read_to_vec() {
        Ok(body) => judge(&body),
        Err(_) => later("海关应答中断"),
    }
}

/// What customs' answer means.
fn judge(body: &[u8]) -> UploadOutcome {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return UploadOutcome::Later("海关应答不是 JSON".to_owned());
    };
    let text = |name: &str| match value.get(name) {
        Some(Value::String(text)) => text.chars().take(TEXT_CHARS_MAX).collect(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let answer = CustomsAnswer {
        code: text("code"),
        message: text("message"),
        service_time: value.get("serviceTime").cloned().unwrap_or_default(),
    };
    match answer.code.parse::<u32>() {
        Ok(10_000) => UploadOutcome::Done(answer),
        Ok(20_001..=21_000) => UploadOutcome::Later(format!(
            "海关系统异常（{}）：{}",
            answer.code, answer.message
        )),
        Ok(_) => UploadOutcome::Refused(answer),
        Err(_) => UploadOutcome::Later("海关应答没有 code".to_owned()),
    }
}
