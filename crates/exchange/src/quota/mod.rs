//! Quotas (配额): how much one company may hand in on a day, and have waiting.
//!
//! The limits are parameters, so they change while the platform runs; 0 is no limit. They are kept in
//! the transaction that stores what arrives: the company's row of the day is locked first, so that
//! many callers at once cannot pass together. What is known already is answered as ever: a repetition
//! costs nothing. Who comes near a limit is named to the operator and in the log.

pub mod codes;
mod sql;
#[cfg(test)]
mod tests;
mod view;

use registry::company::CompanyId;
use registry::context::AppContext;
use registry::module::Module;
use store::clock::beijing_day;
use store::id::made_at_ms;
use store::{Result, Tx};

pub(crate) use sql::{Near, near, used};
pub use view::QuotaUse;

registry::parameters! {
    /// Messages of a day.
    pub DAY_MESSAGES = "intake.day_messages", "每家企业每日报文份数上限", number(0, 100_000_000, "份"), plain, Fixed(1_000_000),
        "一家企业一天（北京时间）最多受理多少份报文，超出者应答 429；0 表示不限。";
    /// Bytes of a day.
    pub DAY_MIB = "intake.day_mib", "每家企业每日报文容量上限", number(0, 10_000_000, "MiB"), plain, Fixed(20_480),
        "一家企业一天（北京时间）最多受理多少 MiB 的报文，超出者应答 429；0 表示不限。";
    /// Messages that wait.
    pub WAITING = "intake.waiting_messages", "每家企业等待处理的报文上限", number(0, 1_000_000, "份"), plain, Fixed(50_000),
        "一家企业最多可有多少份报文等待校验或发送，超出者应答 429；0 表示不限。";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("配额").parameters(PARAMETERS).codes(codes::ALL);

/// The share of a limit from which a company is near it, in percent.
pub const NEAR_PERCENT: i64 = 80;

/// How far from its limit a company's waiting messages are counted one by one: more than a commit adds.
const BATCH: i64 = 1000;

/// The limits as they are now; 0 for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Messages of a day.
    pub messages: i64,
    /// Bytes of a day.
    pub bytes: i64,
    /// Messages that wait for check or sending.
    pub waiting: i64,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// What may be handed in on a day.
    Day,
    /// What may wait.
    Waiting,
}

impl Limits {
    /// The limits as the parameters say.
    pub fn of(context: &AppContext) -> Self {
        Self {
            messages: context.number(&DAY_MESSAGES),
            bytes: context.number(&DAY_MIB) << 20,
            waiting: context.number(&WAITING),
        }
    }
}

fn near_of(limit: i64) -> i64 {
    limit / 100 * NEAR_PERCENT + limit % 100 * NEAR_PERCENT / 100
}

impl Limits {
    /// Messages and bytes of a day from which a company is near its limit.
    pub fn near(self) -> (i64, i64) {
        let near = |limit| if limit == 0 { i64::MAX } else { near_of(limit) };
        (near(self.messages), near(self.bytes))
    }
}

/// Whether everything of a company that waits came on the day (Beijing) of this moment.
fn is_of_today(tx: &mut Tx<'_>, company: CompanyId, now_ms: i64) -> Result<bool> {
    let oldest = sql::oldest_waiting(tx, company)?;
    Ok(oldest.is_none_or(|id| beijing_day(made_at_ms(id)) == beijing_day(now_ms)))
}

/// What is left to a company in one transaction.
#[derive(Debug)]
pub(crate) struct Left {
    messages: i64,
    bytes: i64,
    waiting: i64,
}

impl Left {
    /// Locks the company's row of the day and reads what is left.
    pub(crate) fn read(
        tx: &mut Tx<'_>,
        limits: Limits,
        company: CompanyId,
        now_ms: i64,
    ) -> Result<Self> {
        let (n_messages, n_bytes) = sql::lock(tx, &beijing_day(now_ms), company)?;
        let left = |limit: i64, used: i64| if limit == 0 { i64::MAX } else { limit - used };
        // Who has handed in little today, and has nothing waiting from the days before, has little
        // waiting: that spares the count.
        let is_little = n_messages < limits.waiting - BATCH;
        let n_waiting = if limits.waiting == 0 || is_little && is_of_today(tx, company, now_ms)? {
            0
        } else {
            sql::n_waiting(tx, company, limits.waiting)?
        };
        Ok(Self {
            messages: left(limits.messages, n_messages),
            bytes: left(limits.bytes, n_bytes),
            waiting: left(limits.waiting, n_waiting),
        })
    }

    /// Takes room for a message, or says which limit it would pass.
    pub(crate) fn take(&mut self, n_bytes: i64) -> std::result::Result<(), Reached> {
        if self.messages < 1 || self.bytes < n_bytes {
            return Err(Reached::Day);
        }
        if self.waiting < 1 {
            return Err(Reached::Waiting);
        }
        self.messages -= 1;
        self.bytes -= n_bytes;
        self.waiting -= 1;
        Ok(())
    }
}

/// Adds what was stored to the company's day; says in the log when the company comes near a limit.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    limits: Limits,
    company: CompanyId,
    n_messages: i64,
    n_bytes: i64,
    now_ms: i64,
) -> Result<()> {
    let day = beijing_day(now_ms);
    let (messages, bytes) = sql::add(tx, &day, company, n_messages, n_bytes)?;
    let passes = |limit: i64, before: i64, after: i64| {
        let near = near_of(limit);
        limit > 0 && before < near && after >= near
    };
    if passes(limits.messages, messages - n_messages, messages)
        || passes(limits.bytes, bytes - n_bytes, bytes)
    {
        tracing::warn!(
            company = company.0,
            messages,
            bytes,
            "a company has used most of its quota of the day"
        );
    }
    Ok(())
}
