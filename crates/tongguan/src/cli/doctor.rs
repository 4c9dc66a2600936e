//! `doctor`: looks at everything the platform needs and says what is wrong and what to do.

use super::{Base, Ended, say};
use crate::app::descriptors;
use crate::config::Config;
use crate::roles::House;
use registry::foreign::Door;
use store::clock::{Clock, SystemClock, beijing_rfc3339};

/// A clock before this moment (2026-01-01) is certainly wrong, in milliseconds since 1970.
const CLOCK_MIN_MS: i64 = 1_767_225_600_000;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    is_good: bool,
    text: String,
}

/// Looks at configuration, clock, foreign sources, database, queue and what waits.
pub(super) async fn doctor(base: &Base) -> anyhow::Result<Ended> {
    let now_ms = SystemClock.now_ms();
    let finding = |what, is_good, text| Finding {
        what,
        is_good,
        text,
    };
    let time = format!("北京时间 {}", beijing_rfc3339(now_ms));
    let mut findings = vec![finding("时钟", now_ms > CLOCK_MIN_MS, time)];
    match base.load() {
        Err(error) => findings.push(finding("配置", false, format!("{error:#}"))),
        Ok(config) => {
            findings.push(finding("配置", true, "无误".to_owned()));
            findings.push(files(&config));
            findings.extend(proxy(&config));
            findings.extend(doors(&config).await);
            findings.extend(look(config).await?);
        }
    }
    let is_good = findings.iter().all(|finding| finding.is_good);
    if base.json {
        let list: Vec<_> = findings
            .iter()
            .map(|f| serde_json::json!({ "what": f.what, "ok": f.is_good, "text": f.text }))
            .collect();
        say(&serde_json::json!({ "ok": is_good, "findings": list }).to_string());
    } else {
        for finding in &findings {
            let mark = if finding.is_good { "正常" } else { "异常" };
            say(&format!("{mark}  {}：{}", finding.what, finding.text));
        }
    }
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

/// Whether there are descriptors for as many connections as the settings allow.
fn files(config: &Config) -> Finding {
    let wished = config.http.connections_max;
    let limit = descriptors::raise();
    let possible = descriptors::possible(limit, wished);
    let limit = limit.map_or_else(|| "不限".to_owned(), |limit| limit.to_string());
    let text = if possible < wished {
        format!(
            "进程最多打开 {limit} 个文件，只够 {possible} 个连接，少于 http.connections_max 的 {wished}；\
             请提高硬限制（systemd 的 LimitNOFILE，或 ulimit -Hn）"
        )
    } else {
        format!("进程最多打开 {limit} 个文件，够 {wished} 个连接")
    };
    Finding {
        what: "文件描述符",
        is_good: possible >= wished,
        text,
    }
}

/// People come over TLS, which is not ours: then a proxy brings them, and it should be known.
fn proxy(config: &Config) -> Option<Finding> {
    let registry = &config.registry;
    let is_behind = registry.is_secure() && config.http.tls_certificate.is_none();
    let is_unknown = is_behind && registry.trusted_proxies.is_empty();
    is_unknown.then(|| Finding {
        what: "反向代理",
        is_good: false,
        text: "registry.public_url 是 https，而平台自身没有证书：前面应有反向代理。\
               请在 registry.trusted_proxies 写明它的地址，否则所有人都算作同一个来源地址，共用一份限额"
            .to_owned(),
    })
}

/// Whether the foreign sources of identity answer.
async fn doors(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &config.registry.foreign {
        let looked = match Door::new(source) {
            Ok(door) => door.probe().await,
            Err(why) => Err(why),
        };
        let is_good = looked.is_ok();
        let (Ok(text) | Err(text)) = looked;
        findings.push(Finding {
            what: "外部身份源",
            is_good,
            text: format!("{}，{text}", source.name),
        });
    }
    findings
}

async fn look(config: Config) -> anyhow::Result<Vec<Finding>> {
    let customs = config.customs.clone();
    let house = match House::open(config).await {
        Ok(house) => house,
        Err(error) => {
            let text = format!("{error:#}");
            return Ok(vec![Finding {
                what: "数据库与队列",
                is_good: false,
                text,
            }]);
        }
    };
    let shared = &house.shared;
    let applied = shared.db.applied().await?;
    let text = format!("{}，结构版本 {}", shared.db.engine_name(), applied.len());
    let mut findings = vec![Finding {
        what: "数据库",
        is_good: true,
        text,
    }];
    let waiting = shared.db.read(exchange::query::board::waiting).await?;
    let text = format!(
        "待校验 {}，待发送 {}，待海关回执 {}，待人工回执 {}",
        waiting.n_received, waiting.n_checked, waiting.n_sent, waiting.n_parked
    );
    findings.push(Finding {
        what: "报文",
        is_good: waiting.n_parked == 0,
        text,
    });
    for queue in [&customs.import_up, &customs.export_up] {
        let depth = shared.queue.depth(queue).await;
        let is_good = depth.is_ok();
        let text = match depth {
            Ok(depth) => format!("{queue} 有 {depth} 份"),
            Err(error) => format!("{queue}：{error}"),
        };
        findings.push(Finding {
            what: "海关队列",
            is_good,
            text,
        });
    }
    house.close().await;
    Ok(findings)
}
