//! Settings of the HTTP server, and of what its callers share.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;
use web::address::Network;

/// How fast bytes must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Over how much waiting it is measured.
    pub window: Duration,
    /// Bytes that must pass in each window.
    pub bytes_min: u64,
}

/// Settings of the HTTP server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address and port.
    pub listen: String,
    /// Open connections at most.
    pub connections_max: usize,
    /// Open connections of one address at most; of IPv6 a /64 counts as one.
    pub connections_per_address_max: usize,
    /// How long a handshake of TLS and the head of the first request of a connection may take, in milliseconds.
    pub head_ms_max: u64,
    /// How long a connection may be idle between two requests, the head of the next one included, in milliseconds.
    pub idle_ms_max: u64,
    /// Over how much waiting for the other side the pace is measured, in milliseconds.
    pub pace_window_ms: u64,
    /// Slowest pace of bodies and answers, in bytes per second.
    pub pace_bytes_min: u64,
    /// How long open requests may go on when the process is to stop, in milliseconds.
    pub stop_ms_max: u64,
    /// Networks beside the own machine that may read the numbers and particulars of this process.
    pub metrics_callers: Vec<Network>,
    /// File with a token that may do the same.
    pub metrics_token_file: Option<PathBuf>,
    /// Certificate with its chain, PEM; with it the platform speaks TLS itself.
    pub tls_certificate: Option<PathBuf>,
    /// Key of the certificate, PEM.
    pub tls_key: Option<PathBuf>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            connections_max: 4096,
            connections_per_address_max: 1024,
            head_ms_max: 15_000,
            idle_ms_max: 75_000,
            pace_window_ms: 10_000,
            pace_bytes_min: 512,
            stop_ms_max: 8000,
            metrics_callers: Vec::new(),
            metrics_token_file: None,
            tls_certificate: None,
            tls_key: None,
        }
    }
}

impl HttpConfig {
    /// How fast bodies and answers must pass.
    pub fn pace(&self) -> Pace {
        let bytes = self.pace_bytes_min.saturating_mul(self.pace_window_ms) / 1000;
        Pace {
            window: Duration::from_millis(self.pace_window_ms),
            bytes_min: bytes.max(1),
        }
    }

    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<&'static str> {
        let port = self
            .listen
            .rsplit_once(':')
            .map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(_))) {
            return Some("listen 应为 地址:端口，端口为 0 至 65535，例如 0.0.0.0:8080");
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Some("tls_certificate 与 tls_key 应同时设置或都不设置");
        }
        if self.connections_max == 0 || self.connections_per_address_max == 0 {
            return Some("connections_max 与 connections_per_address_max 应大于 0");
        }
        if [self.head_ms_max, self.idle_ms_max, self.pace_window_ms].contains(&0) {
            return Some("head_ms_max、idle_ms_max 与 pace_window_ms 应大于 0");
        }
        None
    }
}

/// What all callers share, and how much of it one may hold: a company, or a network of callers who
/// have not logged in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Bytes of the bodies of all requests that are not answered yet.
    pub body_bytes_max: usize,
    /// Of these one address's; of IPv6 a /64 counts as one.
    pub body_bytes_per_caller_max: usize,
    /// Bytes of all files that are being received.
    pub upload_bytes_max: usize,
    /// Of these one caller's; a form with its files has up to 24 MiB.
    pub upload_bytes_per_caller_max: usize,
    /// Requests that only read and are being worked on.
    pub reads_max: usize,
    /// Of these one company's or person's; a key's, a session's or a network's before they are known.
    pub reads_per_caller_max: usize,
    /// Open streams of live events.
    pub streams_max: usize,
    /// Of these one caller's.
    pub streams_per_caller_max: usize,
    /// Requests for receipts that wait for something new.
    pub polls_max: usize,
    /// Of these one caller's.
    pub polls_per_caller_max: usize,
    /// Exports that are written at once.
    pub exports_max: usize,
    /// Of these one caller's.
    pub exports_per_caller_max: usize,
    /// Inquiries of customs that are read at once.
    pub inquiries_max: usize,
    /// Of these one address's.
    pub inquiries_per_caller_max: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            body_bytes_max: 256 << 20,
            body_bytes_per_caller_max: 128 << 20,
            upload_bytes_max: 96 << 20,
            upload_bytes_per_caller_max: 32 << 20,
            reads_max: 64,
            reads_per_caller_max: 3,
            streams_max: 500,
            streams_per_caller_max: 50,
            polls_max: 2000,
            polls_per_caller_max: 200,
            exports_max: 2,
            exports_per_caller_max: 1,
            inquiries_max: 64,
            inquiries_per_caller_max: 16,
        }
    }
}

/// How many readers of the database there may be: two shares of one read each leave one for the others.
const READERS: RangeInclusive<usize> = 3..=64;

impl LimitsConfig {
    /// What is wrong with one caller's share of the readers of the database, in Chinese: who may hold all of
    /// them delays everybody.
    pub fn fault_of_readers(&self, n_readers: usize) -> Option<String> {
        if !READERS.contains(&n_readers) {
            let (least, most) = (READERS.start(), READERS.end());
            return Some(format!(
                "store.n_readers 应为 {least} 至 {most}（现为 {n_readers}）"
            ));
        }
        let share = self.reads_per_caller_max;
        let both = share.saturating_mul(2);
        (both >= n_readers).then(|| {
            format!(
                "limits.reads_per_caller_max（{share}）的两倍应小于 store.n_readers（{n_readers}），否则一家企业\
                 的程序和人员会占满全部读线程，其他人都要等；请把 store.n_readers 调到 {} 以上或调小 \
                 limits.reads_per_caller_max",
                both.saturating_add(1)
            )
        })
    }

    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<&'static str> {
        let pairs = [
            (self.body_bytes_per_caller_max, self.body_bytes_max),
            (self.upload_bytes_per_caller_max, self.upload_bytes_max),
            (self.reads_per_caller_max, self.reads_max),
            (self.streams_per_caller_max, self.streams_max),
            (self.polls_per_caller_max, self.polls_max),
            (self.exports_per_caller_max, self.exports_max),
            (self.inquiries_per_caller_max, self.inquiries_max),
        ];
        let is_wrong = |(share, all): &(usize, usize)| *share == 0 || share > all;
        pairs
            .iter()
            .any(is_wrong)
            .then_some("每个 _per_caller_max 应大于 0 且不大于对应的总量")
    }
}
