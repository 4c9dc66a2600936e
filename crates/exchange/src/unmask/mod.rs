//! Unmasking (查看原文): personal data of one message are shown to one session for a while.
//!
//! People see personal data masked. Who needs them says why; the reason is audited in the same
//! transaction, and for [`SHOWN_MS`] that session sees that message in full. An account may do so
//! [`HOURLY_MAX`] times in an hour, and take files of [`FILE_HOURLY_MAX`] messages. Programs of the owning company always get their bytes as sent.

pub mod http;
mod sql;
#[cfg(test)]
mod tests;

use crate::message::{MessageId, StoredMessage};
use registry::access::Actor;
use registry::audit;
use registry::module::Module;
use store::{Result, Tx};
use web::Problem;

/// How long a message is shown in full, in milliseconds.
pub const SHOWN_MS: i64 = 600_000;

registry::parameters! {
    /// Messages that an account may see in full in an hour.
    pub HOURLY_MAX = "unmask.hourly_max", "每小时查看原文次数", number(1, 500, "份"), security, Fixed(30),
        "一个账号一小时内可查看多少份报文的个人信息原文。";
    /// Messages that an account may take away in files in an hour.
    pub FILE_HOURLY_MAX = "unmask.file_hourly_max", "每小时导出原文份数", number(1, 10_000, "份"), security, Fixed(500),
        "一个账号一小时内可用更正表导出多少份报文的个人信息原文。";
}

const HOUR_MS: i64 = 3_600_000;

registry::acts! {
    /// Personal data were shown.
    pub UNMASK = "message.unmask", "查看个人信息原文";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("查看原文")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .codes(codes::ALL);

/// Codes of this module.
pub mod codes {
    web::codes! {
        HOURLY = "TG-R4411", 429, "查看原文过于频繁", "Too many views of personal data",
            "本账号一小时内查看个人信息原文的次数已达上限。",
            "请稍后再试；确需批量核对个人信息，请按规定办理审批。",
            "This account has reached its limit of views of personal data within an hour.",
            "Try again later; to check many records, apply for approval.";
        CANNOT_MASK = "TG-R4412", 409, "报文无法脱敏显示", "The message cannot be masked",
            "报文不是格式良好的 XML，平台无法确定其中个人信息的位置，因此不能显示脱敏后的内容。",
            "如确需查看，请先说明理由“查看原文”；提交单位也可用接口密钥取回自己的原文。",
            "The message is not well-formed XML, so the platform cannot tell where its personal data is and cannot show it masked.",
            "If you must see it, give a reason and view the original; the sender can get its own bytes with its key.";
        FILE_HOURLY = "TG-R4413", 429, "导出原文过于频繁", "Too many exports of personal data",
            "本账号一小时内用文件导出的含个人信息的报文份数将超过上限，本次没有导出。",
            "请减少所选报文，或一小时后再导出；日常批量处理请用接口密钥由本企业系统取回。",
            "This export would exceed the limit of messages with personal data that this account can export within an hour; nothing was exported.",
            "Choose fewer messages, or export in an hour; for daily work let your own system fetch them with its key.";
    }
}

/// Whether the personal data of a message are masked for this actor now.
pub fn is_masked(tx: &mut Tx<'_>, actor: &Actor, message: MessageId, now_ms: i64) -> Result<bool> {
    if !actor.is_masked() {
        return Ok(false);
    }
    match actor.session {
        Some(session) => Ok(!sql::is_open(tx, session, message, now_ms)?),
        None => Ok(true),
    }
}

/// Opens a message for a session.
///
/// # Errors
/// The caller is no person at work, or has opened as many as he may in an hour.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    message: &StoredMessage,
    reason: &str,
    now_ms: i64,
    hourly_max: i64,
) -> Result<(), Problem> {
    let (Ok(account), Some(session)) = (actor.require_account(), actor.session) else {
        return Err(Problem::new(registry::access::FORBIDDEN));
    };
    // Counted by one at a time: many at once must not all find room for one more.
    registry::account::hold(tx, account)?;
    if sql::n_since(tx, account, now_ms - HOUR_MS)? >= hourly_max {
        return Err(Problem::new(codes::HOURLY));
    }
    sql::put(tx, session, message.id, account, now_ms, now_ms + SHOWN_MS)?;
    let detail = format!("{}；理由：{reason}", message.kind);
    let object = format!("message:{}", message.id);
    audit::done(tx, now_ms, actor, UNMASK, &object, &detail)?;
    Ok(())
}

/// Counts messages that a person takes away in a file. The caller audits them.
///
/// # Errors
/// He has taken as many as he may in an hour.
pub(crate) fn take_away(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: i64,
    n_messages: usize,
    now_ms: i64,
    hourly_max: i64,
) -> Result<(), Problem> {
    // A program of the company has its own bytes anyway.
    let Ok(account) = actor.require_account() else {
        return Ok(());
    };
    registry::account::hold(tx, account)?;
    let n_messages = i64::try_from(n_messages).unwrap_or(i64::MAX);
    let n_before = sql::n_taken_since(tx, account, now_ms - HOUR_MS)?;
    if n_before.saturating_add(n_messages) > hourly_max {
        return Err(Problem::new(codes::FILE_HOURLY));
    }
    sql::put_file(tx, id, account, n_messages, now_ms)?;
    Ok(())
}
