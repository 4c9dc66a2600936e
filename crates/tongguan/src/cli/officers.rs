//! `audit` and `account`: what the officers need when the console is out of reach, on the machine
//! itself.

use super::sso::administrator;
use super::table::table;
use super::{Base, Ended, existing, say};
use crate::databases::open_db;
use crate::roles::Process;
use back_office::user;
use clap::{Args, Subcommand};
use registry::audit::{self, AuditFilter};
use registry::{account, hash_text};
use serde_json::json;
use store::Tx;
use store::clock::beijing_rfc3339;

/// Accounts that are listed at most.
const ACCOUNTS: i64 = 1000;

/// Verbs on the audit.
#[derive(Debug, Subcommand)]
pub(super) enum AuditVerb {
    /// 校验审计链：是否有记录被改动、删除或插入
    Verify(VerifyArgs),
    /// 列出最近的审计记录
    List(AuditListArgs),
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    base: Base,
    /// 此前另行保存的链尾摘要；链中找不到它，说明整条链被重写
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
}

/// Arguments of `audit list`.
#[derive(Debug, Args)]
pub(super) struct AuditListArgs {
    #[command(flatten)]
    base: Base,
    /// 只列这些事件，逗号分隔，例如 login.in,login.failed
    #[arg(long, value_delimiter = ',')]
    act: Vec<String>,
    /// 最多多少条
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

/// Verbs on accounts.
#[derive(Debug, Subcommand)]
pub(super) enum AccountVerb {
    /// 列出账号
    List(Base),
    /// 为无法登录的人员生成一次性链接（原密码和会话失效，两步验证保留，记入审计）
    Link(LinkArgs),
}

/// Arguments of `account link`.
#[derive(Debug, Args)]
pub(super) struct LinkArgs {
    #[command(flatten)]
    base: Base,
    /// 该人员的登录名
    login: String,
}

/// Checks or lists the audit.
pub(super) async fn audit(verb: AuditVerb) -> anyhow::Result<Ended> {
    match verb {
        AuditVerb::Verify(args) => verify(args).await,
        AuditVerb::List(args) => list(args).await,
    }
}

async fn verify(args: VerifyArgs) -> anyhow::Result<Ended> {
    let db = open_db(existing(&args.base)?.store).await?;
    let verdict = audit::verify(&db, args.head).await?;
    if args.base.json {
        let value = json!({
            "rows": verdict.n_rows, "holds": verdict.holds(), "brokenAt": verdict.broken_at,
            "head": verdict.head, "hasKnown": verdict.has_known,
        });
        say(&value.to_string());
    } else {
        say(&match verdict.broken_at {
            None => format!("审计链完好：{} 条，链尾 {}", verdict.n_rows, verdict.head),
            Some(number) => format!("审计链断裂：第 {number} 条被改动、缺失或插入"),
        });
        if verdict.has_known == Some(false) {
            say("链中没有所给的链尾摘要：整条链可能被重写");
        }
    }
    Ok(if verdict.holds() {
        Ended::Done
    } else {
        Ended::Refused
    })
}

async fn list(args: AuditListArgs) -> anyhow::Result<Ended> {
    let db = open_db(existing(&args.base)?.store).await?;
    let filter = AuditFilter {
        acts: args.act,
        ..AuditFilter::default()
    };
    let limit = i64::from(args.limit);
    let rows = db.read(move |tx| audit::list(tx, &filter, limit)).await?;
    if args.base.json {
        for row in &rows {
            let value = json!({
                "number": row.number, "at": beijing_rfc3339(row.at_ms), "actor": row.actor_name,
                "actorId": row.actor_id.map(|id| id.to_string()),
                "act": row.act, "object": row.object, "result": row.result,
                "address": row.address, "detail": row.detail, "hash": row.hash,
            });
            say(&value.to_string());
        }
        return Ok(Ended::Done);
    }
    let mut shown = table(&[
        "序号", "时间", "人员", "事件", "对象", "结果", "地址", "说明",
    ]);
    for row in &rows {
        shown.add_row([
            row.number.to_string(),
            beijing_rfc3339(row.at_ms),
            row.actor_name.clone(),
            row.act.clone(),
            row.object.clone(),
            row.result.clone(),
            row.address.clone(),
            row.detail.clone(),
        ]);
    }
    say(&shown.to_string());
    Ok(Ended::Done)
}

/// Lists accounts or makes a one-time link.
pub(super) async fn account(verb: AccountVerb) -> anyhow::Result<Ended> {
    match verb {
        AccountVerb::List(base) => accounts(&base).await,
        AccountVerb::Link(args) => link(args).await,
    }
}

async fn accounts(base: &Base) -> anyhow::Result<Ended> {
    let db = open_db(existing(base)?.store).await?;
    let found = db
        .read(|tx| account::list(tx, &account::AccountFilter::default(), ACCOUNTS))
        .await?;
    if base.json {
        let items: Vec<_> = found
            .iter()
            .map(|account| {
                json!({
                    "login": account.login, "name": account.name, "kind": account.kind,
                    "state": account.state,
                    "lastLoginAt": account.last_login_at.map(beijing_rfc3339),
                })
            })
            .collect();
        say(&json!(items).to_string());
        return Ok(Ended::Done);
    }
    let mut shown = table(&["登录名", "姓名", "类别", "状态", "上次登录"]);
    for account in found {
        shown.add_row([
            account.login,
            account.name,
            account.kind,
            account.state,
            account
                .last_login_at
                .map(beijing_rfc3339)
                .unwrap_or_default(),
        ]);
    }
    say(&shown.to_string());
    Ok(Ended::Done)
}

async fn link(args: LinkArgs) -> anyhow::Result<Ended> {
    let process = Process::open_to_write(args.base.load()?).await?;
    let context = process.context.clone();
    let token = context
        .token()
        .map_err(|problem| anyhow::anyhow!("{}", problem.title))?;
    let (hash, login) = (hash_text(&token), account::folded(&args.login));
    let inside = context.clone();
    let write = move |tx: &mut Tx<'_>| -> store::Result<_> {
        let Some(found) = account::by_login(tx, &login)? else {
            return Ok(false);
        };
        user::state::rescue(tx, &inside, &administrator(), found.id, &hash)?;
        Ok(true)
    };
    let is_made = context.db.write(write).await;
    process.close().await;
    let is_made = is_made?;
    let base = context.config.public_url.trim_end_matches('/');
    let address = format!("{base}/activate?token={token}");
    match (is_made, args.base.json) {
        (true, true) => say(&json!({ "link": address }).to_string()),
        (true, false) => say(&format!(
            "一次性链接（三天内有效，只能使用一次，请交给本人）：\n  {address}"
        )),
        (false, true) => say(&json!({ "link": null }).to_string()),
        (false, false) => say("没有这个登录名"),
    }
    Ok(if is_made { Ended::Done } else { Ended::Refused })
}
