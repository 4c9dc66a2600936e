//! `sample`: valid synthetic messages, and companies that do not exist.

use super::{Base, Ended, input, say};
use crate::databases::open_db;
use crate::demo::{self, local_time};
use anyhow::Context;
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use clap::Args;
use registry::company::{self, Company};
use std::path::PathBuf;
use store::clock::{Clock, SystemClock};

/// How the refusal of a kind begins; the kinds that there are follow.
pub(super) const NO_KIND: &str = "没有这种报文类型；已知：";

/// The company that samples come from when nobody says another.
const DEMO_COMPANY: &str = "1105960001";

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// 报文类型，例如 CEB311；或 company：一家合成企业，用于试填入驻申请
    #[arg(value_name = "KIND", value_parser = wanted)]
    wanted: SampleKind,
    /// 传输企业的海关编号或统一社会信用代码（演示环境有 1105960001 至 1105960003）
    #[arg(long, value_name = "CODE", default_value = DEMO_COMPANY)]
    company: String,
    /// 传输企业的 DXP 编号；缺省取数据目录中平台登记的编号，没有平台时取演示企业的编号
    #[arg(long, value_name = "ID")]
    dxp_id: Option<String>,
    /// 平台的配置文件（TOML），用于查找企业的 DXP 编号
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 平台的数据目录，用于查找企业的 DXP 编号
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// 种子：相同的种子得到相同的业务编号；缺省取当前时间
    #[arg(long)]
    seed: Option<u64>,
    /// 份数
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// 每份报文的单证数（1 至 100）
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    documents: u32,
    /// 放入订单号与企业编号的标记，海关模拟器据此动作（见 docs/protocol/customs-box.md）
    #[arg(long, value_name = "TOKEN")]
    marker: Option<String>,
    /// 写入目录，每份一个文件，而不是打印
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 每行一份 {"xml":"…"}，可直接用于批量接口；company 时为一个 JSON 对象
    #[arg(long)]
    json: bool,
}

/// What is to be made up.
#[derive(Debug, Clone, Copy)]
enum SampleKind {
    /// A company.
    Company,
    /// A message of this kind.
    Message(Kind),
}

fn wanted(text: &str) -> Result<SampleKind, String> {
    if text == "company" {
        return Ok(SampleKind::Company);
    }
    Kind::from_code(text)
        .map(SampleKind::Message)
        .ok_or_else(|| {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
            format!("{NO_KIND}company {}", known.join(" "))
        })
}

/// Writes samples.
pub(super) async fn sample(args: &SampleArgs) -> anyhow::Result<Ended> {
    let now_ms = SystemClock.now_ms();
    let seed = args
        .seed
        .unwrap_or_else(|| u64::try_from(now_ms).unwrap_or(0));
    match args.wanted {
        SampleKind::Company => {
            companies(args, seed);
            Ok(Ended::Done)
        }
        SampleKind::Message(kind) => messages(args, kind, seed, now_ms).await,
    }
}

/// Shows companies that do not exist, one for each seed.
fn companies(args: &SampleArgs, seed: u64) {
    for n in 0..args.count {
        let company = ceb::sample::company(seed.wrapping_add(n));
        if args.json {
            let object = serde_json::json!({
                "creditCode": company.credit_code,
                "customsCode": company.customs_code,
                "name": company.name,
                "dxpId": company.dxp_id,
            });
            say(&object.to_string());
        } else {
            say(&format!(
                "企业名称          {}\n统一社会信用代码  {}\n海关注册登记编号  {}\nDXP 编号          {}",
                company.name, company.credit_code, company.customs_code, company.dxp_id
            ));
        }
    }
}

async fn messages(args: &SampleArgs, kind: Kind, seed: u64, now_ms: i64) -> anyhow::Result<Ended> {
    let sender = sender(args).await?;
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).map_err(|error| input::unwritable(folder, &error))?;
    }
    for n in 0..args.count {
        let xml = ceb::sample::message(&Spec {
            sender: sender.clone(),
            now: local_time(now_ms),
            n_documents: args.documents,
            marker: args.marker.clone(),
            ..Spec::new(kind, seed.wrapping_add(n))
        });
        match &args.out {
            Some(folder) => {
                let path = folder.join(format!("{}_{:06}.xml", kind.root(), n + 1));
                std::fs::write(&path, xml).map_err(|error| input::unwritable(&path, &error))?;
            }
            None if args.json => say(&serde_json::json!({ "xml": xml }).to_string()),
            None => say(xml.trim_end()),
        }
    }
    Ok(Ended::Done)
}

/// Who sends the samples: as the options say, else as the platform of the data folder knows the
/// company, else by the rule of the demo's and of made-up companies.
async fn sender(args: &SampleArgs) -> anyhow::Result<Sender> {
    let known = match &args.dxp_id {
        Some(_) => None,
        None => registered(args).await?,
    };
    if let Some(company) = known {
        return Ok(Sender {
            code: args.company.clone(),
            name: company.name,
            dxp_id: company.dxp_id,
        });
    }
    let by_rule = || match demo::dxp_id_of(&args.company) {
        Some(dxp_id) => dxp_id.to_owned(),
        None => ceb::sample::dxp_id(&args.company)
            .chars()
            .take(16)
            .collect(),
    };
    Ok(Sender {
        code: args.company.clone(),
        name: "演示企业".to_owned(),
        dxp_id: args.dxp_id.clone().unwrap_or_else(by_rule),
    })
}

/// The company as the platform of the data folder or the settings file knows it; nothing when there
/// is no platform. A company that an existing platform does not know is a mistake only when the
/// caller named the platform.
async fn registered(args: &SampleArgs) -> anyhow::Result<Option<Company>> {
    let base = Base {
        config: args.config.clone(),
        data: args.data.clone(),
        json: false,
    };
    let is_named = args.config.is_some() || args.data.is_some();
    let config = base.load()?;
    if let Some(file) = config.store.url.strip_prefix("sqlite:")
        && !std::path::Path::new(file).exists()
    {
        anyhow::ensure!(!is_named, "数据目录中没有平台的数据库：{file}");
        return Ok(None);
    }
    let code = args.company.clone();
    let db = open_db(config.store).await.context("无法打开数据库")?;
    let found = db.read(move |tx| company::by_code(tx, &code)).await?;
    anyhow::ensure!(
        found.is_some() || !is_named,
        "平台没有登记企业 {}；已登记的企业见 tongguan company list",
        args.company
    );
    Ok(found)
}
