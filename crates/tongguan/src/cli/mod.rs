//! The command line (命令行): one file a verb. Only here does the program print.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong use. `--json` gives one JSON value (or one a
//! line) on the standard output; logs and progress go to the standard error.

mod admin;
mod archive;
mod check;
mod client;
mod clinic;
mod code_table;
mod columns;
mod coming;
mod doctor;
mod explain;
mod failure;
mod help;
mod ids;
mod inspect;
mod job;
mod language;
mod mistake;
mod officers;
mod payment;
mod preflight;
mod sample;
mod serve;
mod signing;
mod simulate;
mod sso;
mod standard;
mod submit;
mod table;
mod tax;
#[cfg(test)]
mod tests;
mod words;

use crate::input;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use language::Language;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use store::SchemaCare;

pub use admin::reference;
pub use mistake::Mistake;

/// Exit code for wrong use.
pub const EXIT_WRONG_USE: u8 = 2;

/// 通关是跨境电商综试区的线上综合服务平台：把企业的申报报文发往海关并取回回执，承载综试区的政务服务，供主管部门、企业和运维人员使用。
#[derive(Debug, Parser)]
#[command(name = "tongguan", version, arg_required_else_help = true)]
pub struct Command {
    /// 说明和用法错误的语言，命令的输出不变
    #[arg(long, value_enum, global = true, display_order = words::LANG_LAST)]
    lang: Option<Language>,
    #[command(subcommand)]
    verb: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// 演示：内置数据库、三家演示企业、海关模拟器和一个实况页面
    Demo(serve::DemoArgs),
    /// 启动平台
    Serve(serve::ServeArgs),
    /// 建立或升级数据库结构
    Migrate(Base),
    /// 单独运行海关模拟器，经由所配置的队列与平台通信
    CustomsSim(serve::BoxArgs),
    /// 电子口岸卡模拟器：本机的签名卡服务，仅供测试
    UsbKeySim(payment::UsbArgs),
    /// 海关侧模拟器（179 号公告）：向平台询问订单，并对上传内容验签
    InquirySim(payment::InquiryArgs),
    /// 在虚拟时间里模拟整个交换：节点、队列、海关和时钟随机出错，检验不变量；发现错误时退出码为 1
    Simulate(simulate::SimulateArgs),
    /// 企业：登记与列出
    #[command(subcommand)]
    Company(admin::CompanyVerb),
    /// 接口密钥：签发、列出与吊销
    #[command(subcommand)]
    Key(admin::KeyVerb),
    /// 平台代签：密钥的登记、列出、测试与移除
    #[command(subcommand)]
    Signing(signing::SigningVerb),
    /// 在本机用私钥文件、令牌或签名卡为报文签名
    Sign(signing::SignArgs),
    /// 支付原始数据（179 号公告）：提交
    #[command(subcommand)]
    PaymentData(payment::PaymentVerb),
    /// 单点登录：接入系统的登记
    #[command(subcommand)]
    Sso(sso::SsoVerb),
    /// 审计：校验审计链，列出审计记录
    #[command(subcommand)]
    Audit(officers::AuditVerb),
    /// 账号：列出，为无法登录的人员生成一次性链接
    #[command(subcommand)]
    Account(officers::AccountVerb),
    /// 定时任务：列出、立即执行与取消
    #[command(subcommand)]
    Job(job::JobVerb),
    /// 归档：立即归档、列出、还原校验与还原
    #[command(subcommand)]
    Archive(archive::ArchiveVerb),
    /// 保存期限：显示保存计划，清理到期数据
    #[command(subcommand)]
    Retention(archive::RetentionVerb),
    /// 报文：提交、查看、追踪与列出
    #[command(subcommand)]
    Message(MessageVerb),
    /// 在本机检查报文、JSON 或工作簿文件，不提交；有问题时退出码为 1
    Check(check::CheckArgs),
    /// 验签诊断：显示报文签名的规范形式、摘要、证书和需要更正之处；不通过时退出码为 1
    Clinic(clinic::ClinicArgs),
    /// 代码表：列出、查看、检查文件，载入海关的新版本
    #[command(subcommand)]
    CodeTable(code_table::CodeTableVerb),
    /// 预检一组报文、JSON 或工作簿文件：全部问题、三单对碰、个人限额与税款，不提交；有问题时退出码为 1
    Preflight(preflight::PreflightArgs),
    /// 测算进口清单的跨境电商综合税，附计算过程；不需要平台
    Tax(tax::TaxArgs),
    /// 领取回执
    Receipts(inspect::ReceiptsArgs),
    /// 解释回执：一个代码、一段原文，或一份回执文件
    Explain(explain::ExplainArgs),
    /// 生成有效的样例报文，或一家合成企业（全部为合成数据）
    Sample(sample::SampleArgs),
    /// 报文标准：XSD、JSON Schema、手册、样例、模板，版本差异与新版预演
    #[command(subcommand)]
    Standard(standard::StandardVerb),
    /// 配置：打印说明或检查
    #[command(subcommand)]
    Config(admin::ConfigVerb),
    /// 自检：数据库、队列、磁盘与时钟
    Doctor(Base),
    /// 显示一个命令的说明
    Help(help::HelpArgs),
}

/// The commands by what they are for, in the order of the first page of the help.
const GROUPS: [words::Group; 7] = [
    (
        "试用与启动",
        &["demo", "serve", "migrate", "config", "doctor"],
    ),
    (
        "报文与回执",
        &["message", "receipts", "explain", "payment-data"],
    ),
    (
        "申报前的准备与检查",
        &["sample", "sign", "check", "clinic", "preflight", "tax"],
    ),
    ("报文标准与代码表", &["standard", "code-table"]),
    (
        "平台管理",
        &[
            "company",
            "key",
            "signing",
            "account",
            "sso",
            "audit",
            "job",
            "archive",
            "retention",
        ],
    ),
    (
        "模拟器",
        &["customs-sim", "usb-key-sim", "inquiry-sim", "simulate"],
    ),
    ("使用说明", &["help"]),
];

#[derive(Debug, Subcommand)]
enum MessageVerb {
    /// 提交一份或多份报文文件（- 表示标准输入）
    Submit(submit::SubmitArgs),
    /// 显示一份报文的全部情况
    Show(inspect::OneArgs),
    /// 按时间显示一份报文经过的步骤
    Trace(inspect::OneArgs),
    /// 列出报文
    List(inspect::ListArgs),
}

/// The whole command line, with its help in a language.
fn described(language: Language) -> clap::Command {
    words::described(Command::command(), &GROUPS, language)
}

/// What was typed.
///
/// # Errors
/// A mistake in it, or help and version, which are asked for in the same way.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, Mistake> {
    read(words, Language::of_environment())
}

/// What was typed, by someone whose environment asks for a language.
fn read(
    words: impl IntoIterator<Item = OsString>,
    environment: Language,
) -> Result<Command, Mistake> {
    let words: Vec<OsString> = words.into_iter().collect();
    let language = Language::asked(&words).unwrap_or(environment);
    let mut described = described(language);
    let matches = described.try_get_matches_from_mut(words);
    let read = matches.and_then(|mut matches| Command::from_arg_matches_mut(&mut matches));
    let mut command = read.map_err(|error| Mistake::new(&error, language))?;
    command.lang = Some(language);
    Ok(command)
}

/// Prints a mistake, or the help and the version, which are none.
pub fn print(mistake: &Mistake) {
    let text = mistake.to_string();
    let _ = match mistake.is_wrong() {
        true => {
            let mut out = std::io::stderr();
            out.write_all(columns::fit(&text, columns::of_screen(&out)).as_bytes())
        }
        false => {
            let mut out = std::io::stdout();
            out.write_all(columns::fit(&text, columns::of_screen(&out)).as_bytes())
        }
    };
}

/// Where the settings and the data are.
#[derive(Debug, Clone, Args)]
pub struct Base {
    /// 配置文件（TOML）
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据目录（内置数据库所在）
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

impl Base {
    /// The settings, with the embedded databases under the data folder. An older database is left alone: the processes that
    /// work with it would fail.
    fn load(&self) -> anyhow::Result<crate::config::Config> {
        self.load_with(SchemaCare::Create)
    }

    /// As [`Base::load`], for what may bring the database up to date.
    fn load_to_upgrade(&self) -> anyhow::Result<crate::config::Config> {
        self.load_with(SchemaCare::Upgrade)
    }

    fn load_with(&self, schema: SchemaCare) -> anyhow::Result<crate::config::Config> {
        // What this process makes is for its own user: databases, keys, exports.
        crate::files::private();
        let config = crate::config::Config::load(self.config.as_deref())?;
        let data = crate::config::data_folder(self.data.clone());
        let mut config = config.under(&data);
        config.store.schema = schema;
        Ok(config)
    }
}

/// The settings of a platform that exists: a look must not make an empty database and find nothing there.
fn existing(base: &Base) -> anyhow::Result<crate::config::Config> {
    let config = base.load_with(SchemaCare::Look)?;
    if let Some(file) = config.store.url.strip_prefix("sqlite:")
        && !std::path::Path::new(file).exists()
    {
        anyhow::bail!(
            "没有平台的数据库 {file}：请用 --data 或 --config 指明平台的数据目录；还没有平台的，先运行 tongguan demo 或 tongguan serve"
        );
    }
    Ok(config)
}

/// A mistake in how a command was called, found after its words were read.
#[derive(Debug)]
struct WrongUse(String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// An error for wrong use: exit code 2.
fn wrong_use(text: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(WrongUse(text.into()))
}

/// How long the end waits for threads that a disk or a library holds.
const LEAVE_BEHIND: std::time::Duration = std::time::Duration::from_secs(10);

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Refused,
}

/// Runs a command.
pub fn run(command: Command) -> ExitCode {
    if let CliCommand::Help(args) = &command.verb {
        return help::help(args, command.lang.unwrap_or(Language::Chinese));
    }
    // Two libraries bring TLS; both must use the same one (ring), chosen before either starts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let ended = runtime.block_on(dispatch(command.verb));
            // A write to a disk that does not answer must not hold the stop.
            runtime.shutdown_timeout(LEAVE_BEHIND);
            ended
        });
    crate::log::flush();
    match outcome {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Refused) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("错误：{}", failure::in_chinese(&error)));
            let is_wrong_use = error.is::<WrongUse>();
            ExitCode::from(if is_wrong_use { EXIT_WRONG_USE } else { 1 })
        }
    }
}

async fn dispatch(verb: CliCommand) -> anyhow::Result<Ended> {
    match verb {
        CliCommand::Demo(args) => serve::demo(args).await,
        CliCommand::Serve(args) => serve::serve(args).await,
        CliCommand::Migrate(base) => admin::migrate(&base).await,
        CliCommand::CustomsSim(args) => serve::customs_sim(args).await,
        CliCommand::UsbKeySim(args) => payment::usb_key_sim(args).await,
        CliCommand::InquirySim(args) => payment::inquiry_sim(args).await,
        CliCommand::Simulate(args) => simulate::simulate(args).await,
        CliCommand::Signing(verb) => signing::signing(verb).await,
        CliCommand::Sign(args) => signing::sign(args).await,
        CliCommand::PaymentData(verb) => payment::payment(&verb),
        CliCommand::Company(verb) => admin::company(verb).await,
        CliCommand::Key(verb) => admin::key(verb).await,
        CliCommand::Sso(verb) => sso::sso(verb).await,
        CliCommand::Audit(verb) => officers::audit(verb).await,
        CliCommand::Account(verb) => officers::account(verb).await,
        CliCommand::Job(verb) => job::job(verb).await,
        CliCommand::Archive(verb) => archive::archive(verb).await,
        CliCommand::Retention(verb) => archive::retention(verb).await,
        CliCommand::Check(args) => check::check(&args),
        CliCommand::Clinic(args) => clinic::clinic(&args),
        CliCommand::CodeTable(verb) => code_table::code_table(verb).await,
        CliCommand::Preflight(args) => preflight::preflight(&args),
        CliCommand::Tax(args) => tax::tax(&args),
        CliCommand::Message(MessageVerb::Submit(args)) => submit::submit(&args),
        CliCommand::Message(MessageVerb::Show(args)) => inspect::show(&args).await,
        CliCommand::Message(MessageVerb::Trace(args)) => inspect::trace(&args).await,
        CliCommand::Message(MessageVerb::List(args)) => inspect::list(&args).await,
        CliCommand::Receipts(args) => inspect::receipts(&args).await,
        CliCommand::Explain(args) => explain::explain(&args),
        CliCommand::Sample(args) => sample::sample(&args).await,
        CliCommand::Standard(verb) => standard::standard(verb).await,
        CliCommand::Config(verb) => admin::config(&verb),
        CliCommand::Doctor(base) => doctor::doctor(&base).await,
        // Told already: it needs the language and nothing that runs.
        CliCommand::Help(_) => Ok(Ended::Done),
    }
}

/// Prints a line on the standard error; one that cannot be written is not an error of ours.
fn complain(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{text}");
}

/// Prints a line on the standard output; a closed pipe is not an error of ours.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}
