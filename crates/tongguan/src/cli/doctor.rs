//! `doctor`: looks at everything the platform needs and says what is wrong and what to do. It may run
//! beside the platform; a damaged file is told and not opened any further.

mod nodes;
mod server;

use super::failure::in_chinese;
use super::{Base, Ended, say};
use crate::app::descriptors;
use crate::config::{Config, QueueKind};
use crate::databases::beside;
use crate::files;
use crate::roles::Process;
use exchange::query::board::{self, Waiting};
use exchange::shared::Shared;
use identity::foreign::Provider;
use std::time::Duration;
use store::check::{Checked, quick_check};
use store::clock::{Clock, SystemClock, beijing_rfc3339};
use store::{Db, SchemaCare};

/// A clock before this moment (2026-01-01) is certainly wrong, in milliseconds since 1970.
const CLOCK_MIN_MS: i64 = 1_767_225_600_000;

/// How long one database file is looked at.
const CHECK_MAX: Duration = Duration::from_secs(600);

/// One thing that was looked at.
struct DoctorFinding {
    what: &'static str,
    is_good: bool,
    text: String,
}

/// Looks at configuration, clock, foreign sources, database, queue and what waits.
pub(super) async fn doctor(base: &Base) -> anyhow::Result<Ended> {
    let now_ms = SystemClock.now_ms();
    let finding = |what, is_good, text| DoctorFinding {
        what,
        is_good,
        text,
    };
    let time = format!("北京时间 {}", beijing_rfc3339(now_ms));
    let mut findings = vec![finding("时钟", now_ms > CLOCK_MIN_MS, time)];
    match base.load_with(SchemaCare::Look) {
        Err(error) => findings.push(finding("配置", false, in_chinese(&error))),
        Ok(config) => {
            findings.push(finding("配置", true, "无误".to_owned()));
            findings.push(open_files(&config));
            findings.extend(proxy(&config));
            findings.extend(permissions(&config));
            findings.extend(providers(&config).await);
            let mut sound = soundness(&config).await?;
            sound.extend(missing(&config));
            let is_sound = sound.iter().all(|finding| finding.is_good);
            findings.extend(sound);
            if is_sound {
                findings.extend(look(config).await?);
            }
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
fn open_files(config: &Config) -> DoctorFinding {
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
    DoctorFinding {
        what: "文件描述符",
        is_good: possible >= wished,
        text,
    }
}

/// People come over TLS, which is not ours: then a proxy brings them, and it should be known.
fn proxy(config: &Config) -> Option<DoctorFinding> {
    let registry = &config.registry;
    let is_behind = registry.is_secure() && config.http.tls_certificate.is_none();
    let is_unknown = is_behind && registry.trusted_proxies.is_empty();
    is_unknown.then(|| DoctorFinding {
        what: "反向代理",
        is_good: false,
        text: "registry.public_url 是 https，而平台自身没有证书：前面应有反向代理。\
               请在 registry.trusted_proxies 写明它的地址，否则所有人都算作同一个来源地址，共用一份限额"
            .to_owned(),
    })
}

/// Whether the foreign sources of identity answer.
async fn providers(config: &Config) -> Vec<DoctorFinding> {
    let mut findings = Vec::new();
    for source in &config.registry.foreign {
        let looked = match Provider::new(source) {
            Ok(provider) => provider.probe().await,
            Err(why) => Err(why),
        };
        let is_good = looked.is_ok();
        let (Ok(text) | Err(text)) = looked;
        findings.push(DoctorFinding {
            what: "外部身份源",
            is_good,
            text: format!("{}，{text}", source.name),
        });
    }
    findings
}

/// Whether others may read what is the platform's.
fn permissions(config: &Config) -> Vec<DoctorFinding> {
    let loose = files::loose(config);
    if loose.is_empty() {
        return vec![DoctorFinding {
            what: "文件权限",
            is_good: true,
            text: "数据目录与密钥文件仅平台自身用户可读".to_owned(),
        }];
    }
    let finding = |one: files::Loose| {
        let advice = if one.why.is_empty() {
            "启动时会自动收紧"
        } else {
            one.why
        };
        let path = one.path.display();
        DoctorFinding {
            what: "文件权限",
            is_good: false,
            text: format!("{path} 可被其他用户读取（{:o}），{advice}", one.mode),
        }
    };
    loose.into_iter().map(finding).collect()
}

/// Whether the files of the embedded databases are sound, all of them from end to end.
async fn soundness(config: &Config) -> anyhow::Result<Vec<DoctorFinding>> {
    let minutes = CHECK_MAX.as_secs() / 60;
    let mut findings = Vec::new();
    for one in files_of(config) {
        let place = one.url.trim_start_matches("sqlite:").to_owned();
        let checked = tokio::task::spawn_blocking(move || quick_check(&one, CHECK_MAX)).await?;
        let (is_good, text) = match checked {
            Ok(Checked::Nothing) => continue,
            Ok(Checked::Sound) => (true, format!("{place} 完好")),
            Ok(Checked::Unfinished) => (
                true,
                format!("{place} 较大，{minutes} 分钟内检查到的部分完好"),
            ),
            Ok(Checked::Damaged(faults)) => (
                false,
                format!(
                    "{place} 已损坏，请保留该文件并从备份恢复：{}",
                    faults.join("；")
                ),
            ),
            Err(error) => (false, format!("{place} 无法检查：{}", error.chinese())),
        };
        findings.push(DoctorFinding {
            what: "数据库文件",
            is_good,
            text,
        });
    }
    Ok(findings)
}

/// A data folder that is not there: looking further would say nothing of it.
fn missing(config: &Config) -> Option<DoctorFinding> {
    let data = config.node.data.as_deref().filter(|data| !data.is_dir())?;
    let data = data.display();
    Some(DoctorFinding {
        what: "数据目录",
        is_good: false,
        text: format!("{data} 不存在；请核对 --data，新装的平台请先启动一次"),
    })
}

/// The embedded databases of the settings: the platform's, the queue's, the simulator's.
fn files_of(config: &Config) -> Vec<store::StoreConfig> {
    let mut all = vec![config.store.clone()];
    if config.queue.kind == QueueKind::Builtin {
        all.push(beside(&config.store, config.queue.url.clone()));
    }
    if let Some(data) = &config.node.data {
        let url = format!("sqlite:{}", data.join("customs-box.db").display());
        all.push(beside(&config.store, url));
    }
    all
}

/// Whether signatures that are required can be believed: without a root certificate they prove nothing
/// of who signed, and the messages of those companies are refused.
async fn trust(shared: &Shared) -> anyhow::Result<Option<DoctorFinding>> {
    let n_required = shared.db.read(exchange::signing::n_required).await?;
    if n_required == 0 {
        return Ok(None);
    }
    shared.signatures.refresh(SystemClock.now_ms());
    let is_good = shared.signatures.believes_anybody();
    let text = match is_good {
        true => format!("有受信任的根证书；{n_required} 家企业要求签名"),
        false => format!(
            "没有受信任的根证书，而 {n_required} 家企业的签名策略为 required，它们的报文会全部被拒收（TG-E4004）。\
             请把电子口岸的根证书和签发机构证书放入 signature.trust_dir 所指的目录，并确认平台可以读取"
        ),
    };
    Ok(Some(DoctorFinding {
        what: "信任库",
        is_good,
        text,
    }))
}

/// How many seconds statistics and the numbers of the audit may be late before somebody should look.
const LATE_SECONDS: i64 = 60;

/// Whether what the steps have noted is added up.
async fn projector(db: &Db) -> anyhow::Result<DoctorFinding> {
    let now_ms = SystemClock.now_ms();
    let lag_ms = db.read(move |tx| exchange::projector::lag_ms(tx, now_ms));
    let seconds = lag_ms.await? / 1000;
    let is_good = seconds <= LATE_SECONDS;
    let text = match is_good {
        true => format!("落后 {seconds} 秒"),
        false => format!(
            "落后 {seconds} 秒：平台在运行时，请查看日志中 projector 的告警，使用 PostgreSQL 的，还要结束服务器上长时间未提交的事务；平台未运行时，启动后自动补齐，无须处理"
        ),
    };
    Ok(DoctorFinding {
        what: "统计与审计编号",
        is_good,
        text,
    })
}

/// The disk, and what a database server is set up like.
async fn engine(db: &Db, free_mib_min: u64) -> anyhow::Result<Vec<DoctorFinding>> {
    let mut findings = Vec::new();
    if let Some(headroom) = db.headroom().await? {
        let free_mib = headroom.disk_bytes >> 20;
        let text = if headroom.is_at_limit {
            "数据库已达到 store.sqlite_mib_max，不再受理".to_owned()
        } else {
            format!("剩余 {free_mib} MiB，下限 {free_mib_min} MiB")
        };
        findings.push(DoctorFinding {
            what: "磁盘",
            is_good: free_mib >= free_mib_min && !headroom.is_at_limit,
            text,
        });
        let log_mib = headroom.log_bytes >> 20;
        findings.push(DoctorFinding {
            what: "预写日志",
            is_good: !headroom.is_log_held,
            text: match headroom.is_log_held {
                true => format!(
                    "{log_mib} MiB，且无法缩减：有程序长时间打开着读事务（例如 sqlite3 命令行或备份程序），请结束它"
                ),
                false => format!("{log_mib} MiB"),
            },
        });
    }
    for fact in db.server_facts().await? {
        let is_good = fact.fault.is_empty();
        let advice = match (is_good, fact.name.as_str(), fact.value.as_str()) {
            (false, _, _) => format!("，{}", fact.fault),
            (true, "data_checksums", "off") => {
                "，建议启用（pg_checksums --enable），以便发现磁盘损坏".to_owned()
            }
            (true, _, _) => String::new(),
        };
        findings.push(DoctorFinding {
            what: "数据库设置",
            is_good,
            text: format!("{} = {}{advice}", fact.name, fact.value),
        });
    }
    Ok(findings)
}

/// Free bytes of a database file from which it is worth a word that it cannot shrink: 256 MiB.
const FREE_BYTES: i64 = 256 << 20;

/// Whether old months are archived and proven, and whether a file can give back what was purged.
async fn archive(shared: &Shared) -> anyhow::Result<Vec<DoctorFinding>> {
    let health = shared.archive.health().await?;
    let away = health.away.as_ref().map(|why| format!(
        "归档存储 {} 现在不可用：{why}。平台照常收发；不归档、不清理，已归档的原文暂时取不到。请按 docs/operating/archive.md 处理",
        shared.archive.url()
    ));
    let text = match (health.is_set, health.n_overdue, health.broken.first()) {
        (_, _, Some((part, why))) => format!(
            "{} 个分卷有误，例如 {part}：{why}。这些分卷不再用于清理；请按 docs/operating/archive.md 处理",
            health.broken.len()
        ),
        (false, 0, None) => "没有设置归档存储（archive.url）：不归档，也不清理任何数据".to_owned(),
        (false, n, None) => format!(
            "没有设置归档存储（archive.url），已有 {n} 个月应归档而未归档：数据只增不减，请设置"
        ),
        (true, 0, None) => format!("{} 个分卷，应归档的月份均已写入或校验", health.n_parts),
        (true, n, None) => format!(
            "{n} 个月应归档而未归档，或写入后未通过还原校验；请看 tongguan job list 中 archive.run 的说明，处理后执行 tongguan archive run"
        ),
    };
    let mut findings = vec![DoctorFinding {
        what: "归档",
        is_good: health.n_overdue == 0 && health.broken.is_empty() && away.is_none(),
        text: away.unwrap_or(text),
    }];
    let free = ::archive::purge::free_pages(&shared.db).await?;
    if let Some(free) = free.filter(|free| !free.is_returnable && free.n_bytes >= FREE_BYTES) {
        findings.push(DoctorFinding {
            what: "数据库文件的空页",
            is_good: true,
            text: format!(
                "{} MiB，可供新数据使用，但不能归还磁盘：文件由较早的版本建立；需要缩小时按 docs/operating/archive.md 整理一次",
                free.n_bytes >> 20
            ),
        });
    }
    Ok(findings)
}

/// What waits on its way, and what is done about receipts that belong to no message.
fn messages(waiting: &Waiting) -> DoctorFinding {
    let is_good = waiting.n_parked == 0;
    let advice = match is_good {
        true => "",
        // They do not go by themselves: two people decide on each.
        false => {
            "。请值守人员在工作台“未匹配回执”页逐份查看原因：报文后来才提交、或企业信息已更正的，点“申请重新匹配”；\
             不属于本平台、或不再需要的，点“不再处理”；另一位值守人员在“复核审批”页同意后生效"
        }
    };
    DoctorFinding {
        what: "报文",
        is_good,
        text: format!(
            "待校验 {}，待发送 {}，待海关答复 {}，未匹配回执 {}{advice}",
            waiting.n_received, waiting.n_checked, waiting.n_sent, waiting.n_parked
        ),
    }
}

async fn look(config: Config) -> anyhow::Result<Vec<DoctorFinding>> {
    let (customs, free_mib_min) = (config.customs.clone(), config.store.free_mib_min);
    let lag_max_s = config.store.replica_lag_max_s;
    let process = match Process::open(config).await {
        Ok(process) => process,
        Err(error) => {
            let text = in_chinese(&error);
            return Ok(vec![DoctorFinding {
                what: "数据库与队列",
                is_good: false,
                text,
            }]);
        }
    };
    let shared = &process.shared;
    let applied = shared.db.applied().await?;
    let text = format!("{}，结构版本 {}", shared.db.engine_name(), applied.len());
    let mut findings = vec![DoctorFinding {
        what: "数据库",
        is_good: true,
        text,
    }];
    findings.extend(engine(&shared.db, free_mib_min).await?);
    findings.extend(server::partitions(&shared.db).await?);
    findings.extend(server::standby(&shared.db, lag_max_s).await);
    findings.extend(nodes::clocks(shared).await?);
    findings.extend(nodes::lanes(shared).await?);
    findings.push(projector(&shared.db).await?);
    findings.extend(trust(shared).await?);
    findings.extend(archive(shared).await?);
    let waiting = shared.db.read(board::waiting).await?;
    findings.push(messages(&waiting));
    for queue in [
        &customs.import_up,
        &customs.import_down,
        &customs.export_up,
        &customs.export_down,
    ] {
        let depth = shared.queue.depth(queue).await;
        let is_good = depth.is_ok();
        let text = match depth {
            Ok(depth) => format!("{queue} 有 {depth} 份"),
            Err(error) => format!("{queue} 无法访问：{}", error.chinese()),
        };
        findings.push(DoctorFinding {
            what: "海关队列",
            is_good,
            text,
        });
    }
    process.close().await;
    Ok(findings)
}
