//! From where to where every number of the settings may be: outside, a node would start and then spin, wait for ever
//! or reserve memory that it has not. A test keeps the table complete; what can be changed at run time has its range as
//! a parameter.

use super::Config;
use anyhow::{Context, bail};
use std::ops::RangeInclusive;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Bytes that a machine may have to spare for one use.
const BYTES: RangeInclusive<i64> = 1024..=1 << 40;

/// The path of a setting, from where to where it may be, and its unit in Chinese.
pub(super) const RANGES: &[(&str, RangeInclusive<i64>, &str)] = &[
    ("node.number", 0..=63, ""),
    ("http.connections_max", 1..=1_000_000, ""),
    ("http.connections_per_address_max", 1..=1_000_000, ""),
    ("http.head_ms_max", 100..=HOUR_MS, "毫秒"),
    ("http.idle_ms_max", 100..=HOUR_MS, "毫秒"),
    ("http.pace_window_ms", 100..=HOUR_MS, "毫秒"),
    ("http.pace_bytes_min", 0..=1 << 30, "字节/秒"),
    ("http.stop_ms_max", 0..=HOUR_MS, "毫秒"),
    ("limits.body_bytes_max", BYTES, "字节"),
    ("limits.body_bytes_per_caller_max", BYTES, "字节"),
    ("limits.upload_bytes_max", BYTES, "字节"),
    ("limits.upload_bytes_per_caller_max", BYTES, "字节"),
    ("limits.reads_max", 1..=10_000, ""),
    ("limits.reads_per_caller_max", 1..=10_000, ""),
    ("limits.streams_max", 1..=1_000_000, ""),
    ("limits.streams_per_caller_max", 1..=1_000_000, ""),
    ("limits.polls_max", 1..=1_000_000, ""),
    ("limits.polls_per_caller_max", 1..=1_000_000, ""),
    ("limits.exports_max", 1..=1000, ""),
    ("limits.exports_per_caller_max", 1..=1000, ""),
    ("limits.inquiries_max", 1..=10_000, ""),
    ("limits.inquiries_per_caller_max", 1..=10_000, ""),
    ("store.replica_lag_max_s", 2..=300, "秒"),
    ("store.n_writers", 1..=64, ""),
    ("store.n_readers", 3..=64, ""),
    ("store.waiting_max", 64..=1_000_000, ""),
    ("store.sqlite_busy_ms", 0..=600_000, "毫秒"),
    ("store.sqlite_mib_max", 0..=1 << 28, "MiB"),
    ("store.sqlite_cache_mib", 1..=1 << 20, "MiB"),
    ("store.sqlite_log_mib", 1..=4096, "MiB"),
    ("store.read_ms_max", 1000..=3_600_000, "毫秒"),
    ("store.free_mib_min", 0..=1 << 30, "MiB"),
    ("registry.session_hours", 1..=24, "小时"),
    ("registry.address_failures_max", 1..=1_000_000, ""),
    ("registry.password_history", 0..=100, ""),
    ("jobs.at_once_max", 2..=64, ""),
    ("retention.payload_days", 0..=36_500, "天"),
    ("retention.trade_days", 0..=36_500, "天"),
    ("retention.log_days", 0..=36_500, "天"),
    ("archive.request_ms_max", 1000..=HOUR_MS, "毫秒"),
    ("archive.retries_max", 0..=20, ""),
    ("queue.builtin.lease_ms", 1000..=24 * HOUR_MS, "毫秒"),
    ("queue.builtin.poll_ms", 1..=60_000, "毫秒"),
    ("queue.builtin.body_bytes_max", 1024..=1 << 30, "字节"),
    ("queue.rabbitmq.prefetch", 1..=65_535, ""),
    ("queue.rabbitmq.heartbeat_s", 1..=3600, "秒"),
    ("queue.rabbitmq.connect_ms_max", 100..=HOUR_MS, "毫秒"),
    ("queue.rabbitmq.confirm_ms_max", 100..=HOUR_MS, "毫秒"),
    ("queue.rabbitmq.retry_ms_max", 100..=HOUR_MS, "毫秒"),
    ("queue.rabbitmq.body_bytes_max", 1024..=1 << 30, "字节"),
    ("intake.message_bytes_max", 1024..=64 << 20, "字节"),
    ("intake.batch_bytes_max", 1024..=1 << 30, "字节"),
    ("intake.batch_lines_max", 1..=100_000, ""),
    ("intake.waiting_bytes_max", BYTES, "字节"),
    ("intake.waiting_percent_per_caller_max", 1..=100, "%"),
    ("intake.forms_max", 1..=1000, ""),
    ("intake.forms_per_caller_max", 1..=1000, ""),
    ("intake.duplicate_days", 0..=36_500, "天"),
    ("intake.body_ms_max", 100..=HOUR_MS, "毫秒"),
    ("signature.tables_max", 0..=100_000, ""),
    ("payment_inquiry.minute_max", 1..=1_000_000, ""),
    ("payment_inquiry.unknown_minute_max", 1..=1_000_000, ""),
    ("customs_box.match_wait_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.match_poll_ms", 1..=HOUR_MS, "毫秒"),
    ("customs_box.unmatched_code", 1..=999_999, ""),
    ("customs_box.entities_per_message", 1..=100, ""),
    ("customs_box.poll_ms", 1..=60_000, "毫秒"),
    ("customs_box.seed", 0..=i64::MAX, ""),
    ("customs_box.delays.first_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.delays.second_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.delays.third_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.delays.further_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.delays.tax_bill_ms", 0..=24 * HOUR_MS, "毫秒"),
    ("customs_box.delays.tax_paid_ms", 0..=24 * HOUR_MS, "毫秒"),
];

/// Refuses numbers outside their range.
pub(super) fn check(config: &Config) -> anyhow::Result<()> {
    let whole = toml::Value::try_from(config).context("配置有误")?;
    for (path, range, unit) in RANGES {
        let value = path
            .split('.')
            .try_fold(&whole, |table, part| table.get(part));
        let Some(value) = value.and_then(toml::Value::as_integer) else {
            continue;
        };
        if !range.contains(&value) {
            let (from, to) = (range.start(), range.end());
            let gap = if unit.is_empty() { "" } else { " " };
            bail!("{path} 应为 {from} 至 {to}{gap}{unit}（现为 {value}）");
        }
    }
    Ok(())
}
