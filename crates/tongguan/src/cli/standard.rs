//! `standard`: the message standard as the program has it.

use super::{Ended, say};
use anyhow::Context;
use ceb::{Direction, Kind};
use clap::{Subcommand, ValueEnum};

/// Which schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Family {
    /// 进口
    Import,
    /// 出口
    Export,
    /// 传输信封
    Dxp,
}

/// Verbs on the standard.
#[derive(Debug, Subcommand)]
pub(super) enum StandardVerb {
    /// 输出 XSD（由平台自己的报文表生成）
    Xsd {
        /// import、export 或 dxp
        #[arg(value_enum)]
        family: Family,
    },
    /// 输出一种报文的说明（Markdown）；不带类型则输出目录
    Doc {
        /// 报文类型，例如 CEB621
        kind: Option<String>,
    },
    /// 写出一种报文的 Excel 模板
    Xlsx {
        /// 报文类型，例如 CEB311
        kind: String,
        /// 写到哪个文件；缺省为当前目录的 报文类型.xlsx
        #[arg(long, value_name = "FILE")]
        out: Option<std::path::PathBuf>,
    },
}

/// Prints a part of the standard.
pub(super) fn standard(verb: &StandardVerb) -> anyhow::Result<Ended> {
    match verb {
        StandardVerb::Xsd { family } => say(&match family {
            Family::Import => ceb::xsd::schema(Direction::Import),
            Family::Export => ceb::xsd::schema(Direction::Export),
            Family::Dxp => ceb::xsd::dxp(),
        }),
        StandardVerb::Doc { kind: None } => say(&ceb::doc::index()),
        StandardVerb::Doc { kind: Some(text) } => {
            let Some(kind) = Kind::from_code(text) else {
                return Err(super::wrong_use(format!("没有这种报文类型：{text}")));
            };
            say(&ceb::doc::markdown(kind));
        }
        StandardVerb::Xlsx { kind, out } => {
            let found = Kind::from_code(kind).filter(|kind| kind.is_declaration());
            let Some(kind) = found else {
                return Err(super::wrong_use(format!("没有这种报文的模板：{kind}")));
            };
            let file = out.clone().unwrap_or_else(|| format!("{kind}.xlsx").into());
            let bytes = exchange::workbook::template(kind).context("无法生成模板")?;
            std::fs::write(&file, bytes).with_context(|| format!("无法写入 {}", file.display()))?;
            say(&format!("已写出 {}", file.display()));
        }
    }
    Ok(Ended::Done)
}
