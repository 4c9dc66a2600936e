//! `standard`: the message standard as the program has it, its versions, and the coming one.

use super::{Base, Ended, input, say, wrong_use};
use anyhow::Context;
use ceb::doc::diff;
use ceb::publish::File;
use ceb::{Direction, Kind, Standard};
use clap::{Args, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Which schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaFamily {
    /// 进口
    Import,
    /// 出口
    Export,
    /// 传输信封
    Dxp,
}

/// A folder to write into.
#[derive(Debug, Args)]
pub(super) struct OutputFolder {
    /// 写到哪个目录（没有则建立）
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Verbs on the standard.
#[derive(Debug, Subcommand)]
pub(super) enum StandardVerb {
    /// 输出 XSD（由平台自己的报文表生成）
    Xsd {
        /// import、export 或 dxp
        #[arg(value_enum)]
        family: SchemaFamily,
    },
    /// 输出一种申报报文 JSON 形式的 JSON Schema（2020-12）
    JsonSchema {
        /// 报文类型，例如 CEB621
        kind: String,
    },
    /// 输出一种报文的说明（Markdown）；不带类型则输出目录
    Doc {
        /// 报文类型，例如 CEB621
        kind: Option<String>,
    },
    /// 写出报文规范手册（静态网页，可离线打开、打印）
    Html(OutputFolder),
    /// 写出各种报文的样例（XML 与 JSON）
    Samples(OutputFolder),
    /// 写出一种报文的 Excel 模板
    Xlsx {
        /// 报文类型，例如 CEB311
        kind: String,
        /// 写到哪个文件；缺省为当前目录的 报文类型.xlsx
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 用文字说明两个版本的差异：2018、202205，或版本文件
    Diff {
        /// 原版本
        from: String,
        /// 新版本
        to: String,
    },
    /// 列出内置的版本与已装入的新版本
    List(Base),
    /// 装入将要生效的新版本：此后在后台用它预演已校验的报文
    Load {
        #[command(flatten)]
        base: Base,
        /// 版本文件（写明与内置版本的差异，格式见 docs/protocol/standard.md）
        file: PathBuf,
        /// 说明这是将要生效的版本（当前版本由程序内置，不能替换）
        #[arg(long, required = true)]
        coming: bool,
        /// 生效日期，YYYY-MM-DD；缺省取文件中的 effective
        #[arg(long, value_name = "DATE")]
        effective: Option<String>,
    },
    /// 移除装入的新版本及其预演结果
    Drop {
        #[command(flatten)]
        base: Base,
        /// 版本号
        id: String,
        /// 再写一遍版本号，确认移除
        #[arg(long, value_name = "ID")]
        confirm: String,
    },
}

/// Prints or writes a part of the standard, or changes the coming version.
pub(super) async fn standard(verb: StandardVerb) -> anyhow::Result<Ended> {
    match verb {
        StandardVerb::Xsd { family } => say(&match family {
            SchemaFamily::Import => ceb::xsd::schema(Direction::Import),
            SchemaFamily::Export => ceb::xsd::schema(Direction::Export),
            SchemaFamily::Dxp => ceb::xsd::dxp(),
        }),
        StandardVerb::JsonSchema { kind } => {
            let schema = ceb::publish::json_schema::schema(declaration(&kind)?);
            say(schema.trim_end());
        }
        StandardVerb::Doc { kind: None } => say(&ceb::doc::index()),
        StandardVerb::Doc { kind: Some(text) } => {
            let Some(kind) = Kind::from_code(&text) else {
                return Err(wrong_use(format!("没有这种报文类型：{text}")));
            };
            say(&ceb::doc::markdown(kind));
        }
        StandardVerb::Html(folder) => write(&folder.out, &ceb::publish::reference())?,
        StandardVerb::Samples(folder) => write(&folder.out, &ceb::publish::samples())?,
        StandardVerb::Xlsx { kind, out } => {
            let kind = declaration(&kind)?;
            let file = out.unwrap_or_else(|| format!("{kind}.xlsx").into());
            let bytes = exchange::workbook::template(kind).context("无法生成模板")?;
            std::fs::write(&file, bytes).map_err(|error| input::unwritable(&file, &error))?;
            say(&format!("已写出 {}", file.display()));
        }
        StandardVerb::Diff { from, to } => {
            say(diff::markdown(version(&from)?, version(&to)?).trim_end());
        }
        StandardVerb::List(base) => return super::coming::list(&base).await,
        StandardVerb::Load {
            base,
            file,
            coming: _,
            effective,
        } => return super::coming::load(&base, &file, effective).await,
        StandardVerb::Drop { base, id, confirm } => {
            return super::coming::drop(&base, id, &confirm).await;
        }
    }
    Ok(Ended::Done)
}

fn declaration(text: &str) -> anyhow::Result<Kind> {
    let kind = Kind::from_code(text).filter(|kind| kind.is_declaration());
    kind.ok_or_else(|| wrong_use(format!("没有这种申报报文：{text}")))
}

fn write(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| input::unwritable(folder, &error))?;
    for file in files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text).map_err(|error| input::unwritable(&path, &error))?;
    }
    say(&format!(
        "已写出 {} 个文件到 {}",
        files.len(),
        folder.display()
    ));
    Ok(())
}

/// A version by its id, or of a file.
fn version(text: &str) -> anyhow::Result<&'static Standard> {
    let built_in = Standard::built_in();
    if let Some(known) = built_in.into_iter().find(|standard| standard.id == text) {
        return Ok(known);
    }
    if !Path::new(text).is_file() {
        let known: Vec<&str> = built_in
            .iter()
            .map(|standard| standard.id.as_str())
            .collect();
        return Err(wrong_use(format!(
            "没有版本 {text}：应为 {} 或一个版本文件",
            known.join("、")
        )));
    }
    let overlay = input::text(text)?;
    Standard::of_overlay(&overlay).map_err(|problems| wrong_use(problems.join("\n")))
}
