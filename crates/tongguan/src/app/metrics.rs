//! Metrics (指标): Prometheus names and units, read at `/metrics`.

mod archive_look;

use super::Front;
use crate::health::Health;
use crate::log;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use exchange::query::board;
use exchange::{outcome, projector};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use registry::access::Sight;
use std::time::Duration;
use store::Db;
use store::clock::SharedClock;
use store::partition;
use web::{Problem, codes};

/// Bounds of durations, in seconds.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Bounds of batch sizes, in messages.
const BATCH: &[f64] = &[1.0, 4.0, 16.0, 64.0, 128.0, 256.0];

/// Every metric with its kind and meaning; the documentation is written from it.
pub const METRICS: &[(&str, &str, &str)] = &[
    (
        "tongguan_http_requests_total",
        "counter",
        "HTTP 请求数，按 route（不在其列者为 other）、method（不常见者为 OTHER）、status（2xx 至 5xx）",
    ),
    (
        "tongguan_http_request_seconds",
        "histogram",
        "HTTP 请求耗时（秒），按 route",
    ),
    (
        "tongguan_places_held",
        "gauge",
        "占用数，按 resource；接收空间（bodies、request_bodies、uploads）以 KiB 计",
    ),
    (
        "tongguan_places_refused_total",
        "counter",
        "因没有空位被拒的次数，按 resource（connections 为连接）与 why：share 为该调用方份额已满，all 为全部占满",
    ),
    (
        "tongguan_slow_transfers_total",
        "counter",
        "因过慢被中断的传输，按 direction：body 为请求内容，answer 为应答",
    ),
    (
        "tongguan_accept_failures_total",
        "counter",
        "系统未能给出新连接的次数（例如文件描述符用尽）",
    ),
    (
        "tongguan_tls_failures_total",
        "counter",
        "没有完成的 TLS 握手",
    ),
    (
        "tongguan_messages_accepted_total",
        "counter",
        "受理（已安全保存）的报文数",
    ),
    (
        "tongguan_quota_refusals_total",
        "counter",
        "因企业配额用完而未受理的报文数",
    ),
    (
        "tongguan_messages_refused_total",
        "counter",
        "平台校验拒收的报文数",
    ),
    (
        "tongguan_outcomes_total",
        "counter",
        "办理结果确定或改变的报文次数，按 outcome（accepted、released、rejected、faulty、refused）",
    ),
    (
        "tongguan_messages_sent_total",
        "counter",
        "海关队列已确认的报文数",
    ),
    ("tongguan_receipts_total", "counter", "已匹配的回执数"),
    (
        "tongguan_receipts_parked_total",
        "counter",
        "累计未匹配回执数",
    ),
    (
        "tongguan_values_unreadable_total",
        "counter",
        "存储损坏、无法解密的内容（同一处只计一次），按 place：queue 为内置队列，inbox 为回执收件箱，message 为报文，receipt 为回执流中的回执，parked_receipt 为未匹配回执，message_finding 为校验问题；应为 0",
    ),
    (
        "tongguan_queue_items_bodiless_total",
        "counter",
        "内置队列中没有内容、已搁置的条目数：手工写入时漏写了 queue_body，不是存储损坏；应为 0，位置见运行日志",
    ),
    (
        "tongguan_values_of_missing_keys_total",
        "counter",
        "遇到由其他进程的密钥加密、而本进程的密钥文件中没有该密钥的内容的次数；应为 0，否则请补上密钥并重启本进程，缺哪一个见 /readyz 的 encryption.keys",
    ),
    (
        "tongguan_receipts_odd_total",
        "counter",
        "与规范不符但已读取的回执报文数，按 odd（encoding、namespace、guid、version、twice）",
    ),
    (
        "tongguan_receipts_unknown_code_total",
        "counter",
        "代码不在回执字典中的回执数",
    ),
    (
        "tongguan_intake_batch_messages",
        "histogram",
        "一次提交保存的报文份数",
    ),
    (
        "tongguan_step_failures_total",
        "counter",
        "流水线步骤失败（将重试）次数，按 step",
    ),
    ("tongguan_signatures_total", "counter", "平台代签的次数"),
    (
        "tongguan_signature_failures_total",
        "counter",
        "代签失败（将重试）的次数",
    ),
    (
        "tongguan_payment_inquiries_total",
        "counter",
        "海关支付数据询问（179 号公告），按应答 code",
    ),
    (
        "tongguan_payment_uploads_total",
        "counter",
        "已上传海关的支付数据",
    ),
    ("tongguan_panics_total", "counter", "被捕获的程序缺陷次数"),
    (
        "tongguan_messages_waiting",
        "gauge",
        "等待中的报文数，按 state",
    ),
    (
        "tongguan_messages_needing_action",
        "gauge",
        "待企业处理的报文数，按 outcome（rejected、faulty、refused），各计到 10000",
    ),
    ("tongguan_receipts_parked", "gauge", "未匹配回执数"),
    ("tongguan_store_waiting", "gauge", "等待数据库写入的任务数"),
    (
        "tongguan_clock_ahead_seconds",
        "gauge",
        "本机时钟比数据库服务器快的秒数，负数为慢；SQLite 没有自己的时钟，只在时钟曾被调回、早于最近一次记录时为负数。超过正负 2 秒时请检查时间同步（chrony、NTP）",
    ),
    (
        "tongguan_lanes_held",
        "gauge",
        "本进程承担的通道分片数，按 step；每个步骤共 24 片，各进程之和应为 24",
    ),
    (
        "tongguan_task_turn_age_seconds",
        "gauge",
        "后台任务距上一轮开始的时间（秒），按 task",
    ),
    (
        "tongguan_task_restarts_total",
        "counter",
        "后台任务异常终止后重新启动的次数，按 task",
    ),
    (
        "tongguan_log_lines_lost_total",
        "counter",
        "无法写出而丢弃的日志行数",
    ),
    (
        "tongguan_disk_free_mib",
        "gauge",
        "SQLite 所在磁盘的剩余空间（MiB）",
    ),
    (
        "tongguan_projector_lag_seconds",
        "gauge",
        "统计数字和审计编号落后的秒数；持续超过 60 秒，请查看日志中 projector 的告警，并检查 PostgreSQL 上有无长时间未提交的事务",
    ),
    (
        "tongguan_sqlite_log_mib",
        "gauge",
        "SQLite 预写日志（-wal 文件）的大小（MiB）；持续超过 store.sqlite_log_mib 的四倍，说明有程序长时间打开着读事务，请结束它",
    ),
    (
        "tongguan_archive_overdue_months",
        "gauge",
        "应归档而未归档的月份数（各数据类别合计）；大于 0 时查看任务 archive.run 的说明",
    ),
    (
        "tongguan_archive_broken_parts",
        "gauge",
        "有误的归档分卷数；大于 0 时立即处理，见 docs/operating/archive.md",
    ),
    (
        "tongguan_archive_away",
        "gauge",
        "归档存储现在不可用（目录没有挂载、对象存储停机）时为 1：收发不受影响，不归档、不清理；最多每五分钟看一次",
    ),
    (
        "tongguan_archive_bytes",
        "gauge",
        "归档分卷的总大小（字节）",
    ),
    (
        "tongguan_replica_lag_seconds",
        "gauge",
        "设有 store.replica_url 时：备库上的数据最多落后的秒数；超过 store.replica_lag_max_s 时改由主库查询",
    ),
    (
        "tongguan_replica_serves",
        "gauge",
        "设有 store.replica_url 时：1 为由备库查询统计和导出，0 为由主库查询（备库不可用、不是备库或落后太多）",
    ),
    (
        "tongguan_partition_missing",
        "gauge",
        "PostgreSQL：没有分区的大表，以及当前和后三个月缺少的分区，合计个数；持续大于 0 时见 docs/operating/partitions.md",
    ),
    (
        "tongguan_partition_default_rows",
        "gauge",
        "PostgreSQL：缺省分区中的行数，按 table，各计到 100000；大于 0 时见 docs/operating/partitions.md",
    ),
    (
        "tongguan_archive_parts_written_total",
        "counter",
        "本进程写入的归档分卷数，按 class",
    ),
    (
        "tongguan_archive_broken_total",
        "counter",
        "校验或清理时发现分卷有误的次数",
    ),
    (
        "tongguan_archive_rows_purged_total",
        "counter",
        "本进程清理的行数，按 table",
    ),
];

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    clock: SharedClock,
}

impl Metrics {
    /// Installs the recorder of this process.
    ///
    /// # Errors
    /// When one is installed already.
    pub fn install(clock: SharedClock) -> anyhow::Result<Self> {
        let seconds = Matcher::Full("tongguan_http_request_seconds".to_owned());
        let batch = Matcher::Full("tongguan_intake_batch_messages".to_owned());
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, SECONDS)?
            .set_buckets_for_metric(batch, BATCH)?
            .install_recorder()?;
        Ok(Self { handle, clock })
    }

    /// The metrics of the process in which the tests run: one for all of them.
    #[cfg(test)]
    pub(crate) fn of_tests() -> Self {
        static INSTALLED: std::sync::OnceLock<Metrics> = std::sync::OnceLock::new();
        let install = || Self::install(store::clock::SystemClock::shared()).unwrap();
        INSTALLED.get_or_init(install).clone()
    }
}

/// Counts and times every request.
pub async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    // Whatever callers invent, the number of labels stays: they are kept as long as the process lives.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = method_label(request.method());
    let started_ms = metrics.clock.monotonic_ms();
    let response = next.run(request).await;
    let status = status_label(response.status());
    let spent_ms = u32::try_from(metrics.clock.monotonic_ms() - started_ms).unwrap_or(0);
    let seconds = Duration::from_millis(spent_ms.into()).as_secs_f64();
    ::metrics::histogram!("tongguan_http_request_seconds", "route" => route.clone())
        .record(seconds);
    ::metrics::counter!("tongguan_http_requests_total",
        "route" => route, "method" => method, "status" => status)
    .increment(1);
    response
}

/// The methods that routes have; all others are one.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The class of a status.
fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// What is missing of the partitions, and what stands in the default ones.
async fn set_partitions(db: &Db, now_ms: i64) {
    match db.read(move |tx| partition::states(tx, now_ms)).await {
        Ok(states) => {
            let missing = states
                .iter()
                .map(|state| usize::from(!state.is_divided).max(state.n_missing));
            let missing = u32::try_from(missing.sum::<usize>()).unwrap_or(u32::MAX);
            ::metrics::gauge!("tongguan_partition_missing").set(f64::from(missing));
            for state in states {
                let rows = u32::try_from(state.n_stray).unwrap_or(u32::MAX);
                ::metrics::gauge!("tongguan_partition_default_rows", "table" => state.table)
                    .set(f64::from(rows));
            }
        }
        Err(error) => tracing::warn!(%error, "the partitions could not be looked at"),
    }
}

/// Bytes as a gauge holds them: exact up to eight petabytes.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
fn of_bytes(n_bytes: i64) -> f64 {
    n_bytes as f64
}

/// `GET /metrics`, for those inside.
pub async fn metrics(State(front): State<Front>, request: Request) -> Response {
    if !front.inside.has(&request.into_parts().0) {
        return Problem::new(codes::INSIDE).into_response();
    }
    let count = |n: i64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let now_ms = front.metrics.clock.now_ms();
    let read = front.shared.db.read(move |tx| -> store::Result<_> {
        Ok((
            board::waiting(tx)?,
            outcome::n_open(tx, &Sight::All)?,
            projector::lag_ms(tx, now_ms)?,
        ))
    });
    match read.await {
        Ok((waiting, open, lag_ms)) => {
            ::metrics::gauge!("tongguan_projector_lag_seconds").set(count(lag_ms / 1000));
            for (outcome, n) in [
                ("rejected", open.rejected),
                ("faulty", open.faulty),
                ("refused", open.refused),
            ] {
                ::metrics::gauge!("tongguan_messages_needing_action", "outcome" => outcome)
                    .set(count(n));
            }
            for (state, n) in [
                ("received", waiting.n_received),
                ("checked", waiting.n_checked),
                ("sent", waiting.n_sent),
            ] {
                ::metrics::gauge!("tongguan_messages_waiting", "state" => state).set(count(n));
            }
            ::metrics::gauge!("tongguan_receipts_parked").set(count(waiting.n_parked));
        }
        // The counters are worth having even then.
        Err(error) => tracing::warn!(%error, "what waits could not be counted"),
    }
    if let Some(health) = archive_look::look(&front.shared).await {
        ::metrics::gauge!("tongguan_archive_overdue_months").set(count(health.n_overdue));
        let n_broken = u32::try_from(health.broken.len()).unwrap_or(u32::MAX);
        ::metrics::gauge!("tongguan_archive_broken_parts").set(f64::from(n_broken));
        let is_away = health.away.is_some();
        ::metrics::gauge!("tongguan_archive_away").set(f64::from(u8::from(is_away)));
        ::metrics::gauge!("tongguan_archive_bytes").set(of_bytes(health.n_bytes));
    }
    set_partitions(&front.shared.db, now_ms).await;
    if let Some(health) = front.shared.db.replica() {
        ::metrics::gauge!("tongguan_replica_lag_seconds").set(count(health.lag_ms / 1000));
        ::metrics::gauge!("tongguan_replica_serves").set(f64::from(u8::from(health.serves)));
    }
    let n_waiting = u32::try_from(front.shared.db.n_waiting()).unwrap_or(u32::MAX);
    ::metrics::gauge!("tongguan_store_waiting").set(f64::from(n_waiting));
    set_health(&front.health);
    let headers = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (headers, front.metrics.handle.render()).into_response()
}

/// Sets what is known about background tasks, log and disk.
fn set_health(health: &Health) {
    for task in health.tasks().states() {
        let age = Duration::from_millis(u64::try_from(task.age_ms).unwrap_or(0));
        ::metrics::gauge!("tongguan_task_turn_age_seconds", "task" => task.name)
            .set(age.as_secs_f64());
        ::metrics::counter!("tongguan_task_restarts_total", "task" => task.name)
            .absolute(task.n_restarts.into());
    }
    ::metrics::counter!("tongguan_log_lines_lost_total").absolute(log::n_lost());
    if let Some(ahead_ms) = health.clock_ahead_ms() {
        let seconds = Duration::from_millis(ahead_ms.unsigned_abs()).as_secs_f64();
        let signed = seconds.copysign(if ahead_ms < 0 { -1.0 } else { 1.0 });
        ::metrics::gauge!("tongguan_clock_ahead_seconds").set(signed);
    }
    if let Some(headroom) = health.headroom() {
        let mib = |bytes: u64| f64::from(u32::try_from(bytes >> 20).unwrap_or(u32::MAX));
        ::metrics::gauge!("tongguan_disk_free_mib").set(mib(headroom.disk_bytes));
        ::metrics::gauge!("tongguan_sqlite_log_mib").set(mib(headroom.log_bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::{Metrics, observe, of_bytes};
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::Service;

    #[tokio::test]
    async fn what_callers_invent_makes_no_series() {
        let metrics = Metrics::of_tests();
        let mut router: Router = Router::new()
            .route("/things/{id}", get(async || "a thing"))
            .fallback(async || axum::http::StatusCode::NOT_FOUND)
            .layer(from_fn_with_state(metrics.clone(), observe));
        let mut ask = async |n: usize| {
            let path = if n.is_multiple_of(2) {
                "things"
            } else {
                "invented"
            };
            let request = Request::builder()
                .method(format!("M{n}").as_str())
                .uri(format!("/{path}/{n}"))
                .body(Body::empty())
                .unwrap();
            router.call(request).await.unwrap();
        };
        for n in 0..20 {
            ask(n).await;
        }
        // Other tests have other routes.
        let is_ours = |line: &&str| {
            line.contains("_http_") && ["/things/", "\"other\""].iter().any(|of| line.contains(of))
        };
        let count = |text: &str| text.lines().filter(is_ours).count();
        let n_series = count(&metrics.handle.render());
        for n in 20..10_000 {
            ask(n).await;
        }
        let text = metrics.handle.render();
        assert_eq!(count(&text), n_series, "{text}");
        assert!(!text.contains("invented") && !text.contains("M77"));
        assert!(text.contains("method=\"OTHER\""));
    }

    #[test]
    fn an_archive_of_terabytes_has_its_size() {
        assert_eq!(of_bytes(3 << 40).to_string(), (3_u64 << 40).to_string());
    }
}
