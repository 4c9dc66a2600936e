//! `sample`: valid synthetic messages.

use super::{Ended, say};
use crate::demo::local_time;
use anyhow::Context;
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use clap::Args;
use std::path::PathBuf;
use store::clock::{Clock, SystemClock};

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// 报文类型，例如 CEB311
    #[arg(value_parser = kind)]
    kind: Kind,
    /// 传输企业的海关编号（演示环境有 1105960001 至 1105960003）
    #[arg(long, value_name = "CODE", default_value = "1105960001")]
    company: String,
    /// 传输企业的 DXP 编号；缺省按演示企业的编号推得
    #[arg(long, value_name = "ID")]
    dxp_id: Option<String>,
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
    /// 每行一份 {"xml":"…"}，可直接用于批量接口
    #[arg(long)]
    json: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        format!("没有这种报文类型；已知：{}", known.join(" "))
    })
}

/// Writes samples.
pub(super) fn sample(args: &SampleArgs) -> anyhow::Result<Ended> {
    let now_ms = SystemClock.now_ms();
    let seed = args
        .seed
        .unwrap_or_else(|| u64::try_from(now_ms).unwrap_or(0));
    let sender = Sender {
        code: args.company.clone(),
        name: "演示企业".to_owned(),
        dxp_id: args
            .dxp_id
            .clone()
            .unwrap_or_else(|| demo_dxp_id(&args.company)),
    };
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("无法建立目录 {}", folder.display()))?;
    }
    for n in 0..args.count {
        let xml = ceb::sample::message(&Spec {
            sender: sender.clone(),
            now: local_time(now_ms),
            n_documents: args.documents,
            marker: args.marker.clone(),
            ..Spec::new(args.kind, seed.wrapping_add(n))
        });
        match &args.out {
            Some(folder) => {
                let path = folder.join(format!("{}_{:06}.xml", args.kind.root(), n + 1));
                std::fs::write(&path, xml)
                    .with_context(|| format!("无法写入 {}", path.display()))?;
            }
            None if args.json => say(&serde_json::json!({ "xml": xml }).to_string()),
            None => say(xml.trim_end()),
        }
    }
    Ok(Ended::Done)
}

/// The companies of the demo number their DXP ids as their customs codes.
fn demo_dxp_id(code: &str) -> String {
    let tail: String = code.chars().rev().take(1).collect();
    format!("DXPENT{tail:0>10}")
}
