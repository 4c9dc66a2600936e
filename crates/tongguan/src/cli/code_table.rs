//! `code-table`: the code tables by which messages are judged, and how a newer one gets in.

use super::ids::Ids;
use super::sso::administrator;
use super::table::table;
use super::{Base, Ended, input, say, wrong_use};
use crate::databases::open_db;
use ceb::code_table::{CodeTable, CodeTableDifference, Table, TableFault, Tables};
use clap::{Args, Subcommand};
use registry::code_table::{self, Newer, TableRefusal};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use store::Tx;
use store::clock::{Clock, SystemClock, beijing_compact, beijing_rfc3339};

/// Codes of a difference that are listed; the rest is counted.
const SHOWN_MAX: usize = 20;

/// Verbs on code tables.
#[derive(Debug, Subcommand)]
pub(super) enum CodeTableVerb {
    /// 列出全部代码表及其版本
    List(Base),
    /// 显示一张代码表今天有效的内容，格式与载入的文件相同
    Show(ShowArgs),
    /// 检查代码表文件，并说明与现有版本的差异，不载入
    Check(FileArgs),
    /// 载入新版本：从生效日期起使用，旧版本保留，记入审计；运行中的平台几秒内生效
    Load(LoadArgs),
}

/// Arguments of `code-table show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    base: Base,
    /// 代码表名，例如 unit、country、tariff
    name: String,
    /// 显示这一天（8 位数字）有效的版本；缺省为今天
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
}

/// Arguments of `code-table check`.
#[derive(Debug, Args)]
pub(super) struct FileArgs {
    #[command(flatten)]
    base: Base,
    /// 代码表文件
    file: PathBuf,
}

/// Arguments of `code-table load`.
#[derive(Debug, Args)]
pub(super) struct LoadArgs {
    #[command(flatten)]
    given: FileArgs,
    /// 看过差异，确认载入
    #[arg(long)]
    yes: bool,
}

/// Lists, shows, checks or loads code tables.
pub(super) async fn code_table(verb: CodeTableVerb) -> anyhow::Result<Ended> {
    match verb {
        CodeTableVerb::List(base) => list(&base).await,
        CodeTableVerb::Show(args) => show(&args).await,
        CodeTableVerb::Check(args) => check(&args).await,
        CodeTableVerb::Load(args) => load(&args).await,
    }
}

fn today() -> String {
    let mut now = beijing_compact(SystemClock.now_ms());
    now.truncate(8);
    now
}

async fn all(base: &Base) -> anyhow::Result<Tables> {
    let db = open_db(base.load()?.store).await?;
    Ok(db.read(code_table::all).await?)
}

async fn list(base: &Base) -> anyhow::Result<Ended> {
    let db = open_db(base.load()?.store).await?;
    let tables = db.read(code_table::all).await?;
    let stored = db.read(code_table::list).await?;
    let day = today();
    let mut rows = table(&[
        "代码表",
        "名称",
        "版本",
        "生效日期",
        "完整",
        "代码数",
        "状态",
        "载入",
        "来源",
    ]);
    for which in CodeTable::ALL {
        let holds = tables.on(which, Some(&day)).map(|table| table.version);
        for version in tables.versions(which) {
            let loaded = stored.iter().find(|stored| {
                stored.name == which.name() && stored.version == i64::from(version.version)
            });
            let state = if holds == Some(version.version) {
                "有效"
            } else if version.effective > day {
                "尚未生效"
            } else {
                "已被替代"
            };
            let by = loaded.map_or_else(
                || "内置".to_owned(),
                |one| format!("{} {}", one.loaded_by, beijing_rfc3339(one.loaded_at)),
            );
            if base.json {
                let value = json!({
                    "table": which.name(), "version": version.version,
                    "effective": version.effective, "complete": version.is_complete,
                    "codes": version.rows().len(), "holds": state == "有效",
                    "loadedAt": loaded.map(|one| beijing_rfc3339(one.loaded_at)),
                    "source": version.source,
                });
                say(&value.to_string());
            }
            rows.add_row([
                which.name(),
                which.chinese(),
                &version.version.to_string(),
                &version.effective,
                if version.is_complete { "是" } else { "否" },
                &version.rows().len().to_string(),
                state,
                &by,
                &version.source,
            ]);
        }
    }
    if !base.json {
        say(&rows.to_string());
    }
    Ok(Ended::Done)
}

async fn show(args: &ShowArgs) -> anyhow::Result<Ended> {
    let which = CodeTable::from_name(&args.name).ok_or_else(|| {
        let names = CodeTable::ALL.map(CodeTable::name).join("、");
        wrong_use(format!("没有代码表 {}，可选：{names}", args.name))
    })?;
    let tables = all(&args.base).await?;
    let day = args.day.clone().unwrap_or_else(today);
    let Some(found) = tables.on(which, Some(&day)) else {
        say(&format!("{}代码表还没有载入任何版本", which.chinese()));
        return Ok(Ended::Refused);
    };
    if !args.base.json {
        say(ceb::code_table::file::text(found).trim_end());
        return Ok(Ended::Done);
    }
    for row in found.rows() {
        say(&json!({"code": row.code, "chinese": row.chinese, "alias": row.alias}).to_string());
    }
    Ok(Ended::Done)
}

fn head(table: &Table) -> String {
    format!(
        "{}（{}）版本 {}，{} 起有效，{}，{} 个代码。来源：{}",
        table.which.chinese(),
        table.which.name(),
        table.version,
        table.effective,
        if table.is_complete {
            "完整"
        } else {
            "不完整"
        },
        table.rows().len(),
        table.source
    )
}

async fn check(args: &FileArgs) -> anyhow::Result<Ended> {
    let content = input::text(&args.file)?;
    let tables = all(&args.base).await?;
    Ok(
        print_comparison(args, code_table::compare(&tables, &content))
            .map_or(Ended::Refused, |_| Ended::Done),
    )
}

async fn load(args: &LoadArgs) -> anyhow::Result<Ended> {
    let content = input::text(&args.given.file)?;
    let config = args.given.base.load()?;
    let db = open_db(config.store.clone()).await?;
    let tables = db.read(code_table::all).await?;
    if print_comparison(&args.given, code_table::compare(&tables, &content)).is_none() {
        return Ok(Ended::Refused);
    }
    if !args.yes {
        say("没有载入。确认以上差异后，加 --yes 载入。");
        return Ok(Ended::Refused);
    }
    let ids = Ids::claim(&config, &db).await?;
    let id = ids.next();
    let now_ms = SystemClock.now_ms();
    let write = move |tx: &mut Tx<'_>| code_table::load(tx, id, now_ms, &administrator(), &content);
    let loaded = db.write(write).await;
    if let Err(TableRefusal::Store(error)) = loaded {
        return Err(error.into());
    }
    ids.release(&db).await;
    match loaded {
        Ok(newer) => {
            say(&format!("已载入：{}", head(&newer.table)));
            Ok(Ended::Done)
        }
        Err(refusal) => {
            say(&refused(&args.given.file, &refusal));
            Ok(Ended::Refused)
        }
    }
}

/// Says what a file changes, or why it cannot be loaded.
fn print_comparison(args: &FileArgs, compared: Result<Newer, TableRefusal>) -> Option<Newer> {
    match compared {
        Ok(newer) => {
            say(&describe(&newer));
            Some(newer)
        }
        Err(refusal) => {
            say(&refused(&args.file, &refusal));
            None
        }
    }
}

/// Why a file is not loaded, with line numbers.
pub(super) fn refused(file: &Path, refusal: &TableRefusal) -> String {
    match refusal {
        TableRefusal::Malformed(faults) => faults_of(file, faults),
        TableRefusal::NotNewer(which, version) => format!(
            "{}：{}代码表已有版本 {version}，只能载入更新的版本",
            file.display(),
            which.chinese()
        ),
        TableRefusal::Store(error) => format!("{}：{error}", file.display()),
    }
}

/// The faults of a file, one a line.
pub(super) fn faults_of(file: &Path, faults: &[TableFault]) -> String {
    let lines = faults.iter().map(|fault| match fault.line {
        0 => format!("{}：{}", file.display(), fault.text),
        line => format!("{}:{line}：{}", file.display(), fault.text),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a newer version changes, in words.
fn describe(newer: &Newer) -> String {
    let mut out = head(&newer.table);
    let CodeTableDifference {
        added,
        removed,
        changed,
    } = &newer.difference;
    let _ = match newer.follows {
        Some(version) => write!(
            out,
            "\n与版本 {version} 相比：新增 {}，删除 {}，变更 {}",
            added.len(),
            removed.len(),
            changed.len()
        ),
        None => write!(out, "\n这是第一个版本"),
    };
    let mut lines = Vec::new();
    if newer.follows.is_some() {
        lines.extend(added.iter().map(|(code, name)| format!("＋ {code} {name}")));
    }
    lines.extend(
        removed
            .iter()
            .map(|(code, name)| format!("－ {code} {name}")),
    );
    lines.extend(
        changed
            .iter()
            .map(|(_, was, is)| format!("～ {was}  →  {is}")),
    );
    for line in lines.iter().take(SHOWN_MAX) {
        let _ = write!(out, "\n  {line}");
    }
    if lines.len() > SHOWN_MAX {
        let _ = write!(out, "\n  …… 另有 {} 处", lines.len() - SHOWN_MAX);
    }
    out
}
