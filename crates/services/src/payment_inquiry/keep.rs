//! How long payment data are kept: three years by the announcement, longer by a parameter.
//!
//! The date stands with each payment and moves on when it is uploaded; the clean-up compares with it
//! and with nothing else, so that no setting can make it remove anything early.

use super::{REMOVED, sql};
use jobs::JobFailure;
use jobs::fence::Fence;
use registry::access::{Actor, Origin};
use registry::audit;
use registry::context::AppContext;
use registry::job;
use store::Tx;

/// Payments removed by one run.
const PAYMENTS: i64 = 2000;

/// Inquiries removed by one run.
const INQUIRIES: i64 = 2000;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// The fewest days: three years, one of them a leap year.
const DAYS_MIN: i64 = 1096;

registry::parameters! {
    /// How long payment data are kept.
    pub KEEP_DAYS = "payment.keep_days", "支付原始数据保存天数", number(DAYS_MIN, 7300, "天"), security, Fixed(DAYS_MIN),
        "179 号公告的支付原始数据保存多少天；公告要求不少于三年。";
}

/// Removes what is past its time.
///
/// # Errors
/// Why it failed.
pub async fn clean(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let days = context.number(&KEEP_DAYS).max(DAYS_MIN);
    // `keep_until` has the three years in it already.
    let payments_before = now_ms - (days - DAYS_MIN) * DAY_MS;
    let inquiries_before = now_ms - days * DAY_MS;
    let actor = Actor {
        name: job::ACTOR.to_owned(),
        ..Actor::nobody(Origin::default())
    };
    let write = move |tx: &mut Tx<'_>| -> store::Result<String> {
        let over = sql::over(tx, payments_before, PAYMENTS)?;
        sql::remove(tx, &over)?;
        let n_inquiries = sql::remove_inquiries(tx, inquiries_before, INQUIRIES)?;
        let n_payments = over.len();
        if n_payments > 0 || n_inquiries > 0 {
            let detail = format!("支付数据 {n_payments} 笔，海关询问 {n_inquiries} 条");
            audit::done(tx, now_ms, &actor, REMOVED, "payment:", &detail)?;
            return Ok(detail);
        }
        Ok(String::new())
    };
    Ok(fence.write(&context.db, write).await?)
}
