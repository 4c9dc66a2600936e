//! The words of the argument parser in Chinese, as all other words of the command line: headings of the
//! help, and what is wrong with how a command was called. The parser itself speaks English only.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorFormatter, ErrorKind};
use clap::{Arg, ArgAction, Command};
use std::fmt::Write;

/// The order of a help page.
const HELP: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}";

/// A command and everything below it, with a help in Chinese.
pub(super) fn in_chinese(command: Command) -> Command {
    let has_version = command.get_version().is_some();
    let mut command = command
        .help_template(HELP)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(argument)
        .arg(flag("help", 'h', ArgAction::Help, "显示说明"));
    if has_version {
        command = command.arg(flag("version", 'V', ArgAction::Version, "显示版本"));
    }
    command.mut_subcommands(in_chinese)
}

/// What the parser writes into every usage itself, in Chinese.
pub(super) fn frame(text: &str) -> String {
    text.replace("[OPTIONS]", "[选项]")
}

/// What stands in the place of a value, in Chinese; nothing for a name that stays.
fn place(name: &str) -> Option<&'static str> {
    Some(match name {
        "FILE" | "FILES" => "文件",
        "DIR" | "DATA" => "目录",
        "FILE|DIR" => "文件|目录",
        "KEY" => "密钥",
        "DAY" | "DATE" => "日期",
        "CODE" | "CODES" => "代码",
        "NO" | "ID" | "ORDER_NO" => "编号",
        "ADDR" | "LISTEN" => "地址",
        "URL" => "网址",
        "S" => "秒",
        "MS" => "毫秒",
        "N" | "COUNT" | "LIMIT" => "数量",
        "KIND" => "类型",
        "TOKEN" => "令牌",
        "HASH" => "摘要",
        "COMMAND" => "命令",
        "NAME" => "名称",
        "STATE" => "状态",
        "OUTCOME" => "办理结果",
        "CONFIG" => "配置文件",
        "AFTER" => "游标",
        "SEED" => "种子数",
        "CREDIT_CODE" => "信用代码",
        "CUSTOMS_CODE" => "海关编号",
        "DXP_ID" => "DXP 编号",
        "STATUS" => "状态",
        "DAYS" => "天数",
        "FROM" | "TO" => "版本",
        "LABEL" => "用途",
        "TITLE" => "标题",
        "YUAN" => "元",
        "ROLES" => "角色",
        "WEIGHT" => "权重",
        "LOGIN" => "登录名",
        "ACT" => "事项",
        "REASON" => "原因",
        "LOGOUT_URL" | "REDIRECT" | "LOGOUT_REDIRECT" => "网址",
        "ATTRIBUTES" => "属性",
        "COMPANY" => "企业",
        _ => return None,
    })
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    let flag = Arg::new(name).long(name).short(short).action(action);
    flag.help(help).help_heading("选项")
}

/// An argument with its heading, and in its sentence what the parser would add in English.
fn argument(arg: Arg) -> Arg {
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    if takes_value && !arg.is_hide_possible_values_set() {
        let values = arg.get_possible_values();
        let reported = values.iter().filter(|value| !value.is_hide_set());
        let reported: Vec<String> = reported
            .map(|value| match value.get_help() {
                Some(help) => format!("{}（{help}）", value.get_name()),
                None => value.get_name().to_owned(),
            })
            .collect();
        if !reported.is_empty() {
            let _ = write!(help, " [可取：{}]", reported.join("、"));
        }
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if takes_value && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        let _ = write!(help, " [缺省：{}]", defaults.join(" "));
    }
    if let Some(name) = arg.get_env() {
        let _ = write!(help, " [环境变量：{}]", name.to_string_lossy());
    }
    let heading = match arg.is_positional() {
        true => "参数",
        false => "选项",
    };
    let arg = arg.help(help.trim().to_owned()).help_heading(heading);
    let name = match arg.get_value_names() {
        Some([one]) => place(one),
        Some(_) => None,
        None => place(&arg.get_id().as_str().to_uppercase()),
    };
    let arg = match name.filter(|_| takes_value) {
        Some(name) => arg.value_name(name),
        None => arg,
    };
    match takes_value {
        true => arg
            .hide_possible_values(true)
            .hide_default_value(true)
            .hide_env(true),
        false => arg,
    }
}

/// Mistakes in how a command was called, in Chinese (用法错误).
#[derive(Debug)]
pub struct Mistake;

impl ErrorFormatter for Mistake {
    fn format_error(error: &clap::error::Error<Self>) -> StyledStr {
        let mut text = format!("错误：{}\n", what(error));
        for (kind, lead) in [
            (ContextKind::SuggestedSubcommand, "是不是要写"),
            (ContextKind::SuggestedArg, "是不是要写"),
            (ContextKind::SuggestedValue, "是不是要写"),
        ] {
            let near = words(error.get(kind));
            if !near.is_empty() {
                let _ = writeln!(text, "  {lead} {}？", near.join("、"));
            }
        }
        let argument = words(error.get(ContextKind::InvalidArg)).join("、");
        if error.kind() == ErrorKind::UnknownArgument && argument.starts_with('-') {
            let _ = writeln!(
                text,
                "  它若是内容而不是选项，请在前面加 --，例如 -- {argument}"
            );
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            let usage = usage.to_string();
            let usage = usage.trim().trim_start_matches("Usage:").trim();
            let _ = writeln!(text, "\n用法：{usage}");
        }
        text.push_str("\n说明见 --help。\n");
        text.into()
    }
}

/// What is wrong.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
fn what(error: &clap::error::Error<Mistake>) -> String {
    let get = |kind| words(error.get(kind)).join("、");
    let argument = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let count = |kind| match error.get(kind) {
        Some(ContextValue::Number(count)) => *count,
        _ => 0,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 {}", get(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => format!(
            "{} 后面缺少命令，可用：{}",
            get(ContextKind::InvalidSubcommand),
            get(ContextKind::ValidSubcommand)
        ),
        ErrorKind::UnknownArgument => format!("没有选项或参数 {argument}"),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面缺少内容"),
        ErrorKind::InvalidValue => {
            let valid = get(ContextKind::ValidValue);
            let valid = match valid.is_empty() {
                true => String::new(),
                false => format!("，可取：{valid}"),
            };
            format!("{argument} 不能是“{value}”{valid}")
        }
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error).map(ToString::to_string);
            let why = reason(&source.unwrap_or_default());
            format!("{argument} 不能是“{value}”：{why}")
        }
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg);
            match other == argument {
                true => format!("{argument} 只能写一次"),
                false => format!("{argument} 不能与 {other} 同时使用"),
            }
        }
        ErrorKind::TooManyValues => format!("{argument} 的内容过多，“{value}”是多余的"),
        ErrorKind::TooFewValues => format!(
            "{argument} 至少要 {} 项内容，只有 {} 项",
            count(ContextKind::MinValues),
            count(ContextKind::ActualNumValues)
        ),
        ErrorKind::WrongNumberOfValues => format!(
            "{argument} 要 {} 项内容，现有 {} 项",
            count(ContextKind::ExpectedNumValues),
            count(ContextKind::ActualNumValues)
        ),
        ErrorKind::NoEquals => format!("{argument} 和内容之间要写等号"),
        ErrorKind::InvalidUtf8 => "命令中有不是 UTF-8 的字符".to_owned(),
        _ => "命令的写法不对".to_owned(),
    }
}

/// Why a value is not taken; what the libraries say of numbers is translated.
fn reason(source: &str) -> String {
    if let Some((value, range)) = source.split_once(" is not in ") {
        return format!("{value} 不在 {range} 之内");
    }
    let number = [
        "invalid digit found",
        "cannot parse integer",
        "number too large",
        "number too small",
    ];
    match number.iter().any(|words| source.contains(words)) {
        true => "应为整数，且不能过大".to_owned(),
        false if source.contains("socket address") => {
            "应为“地址:端口”，例如 127.0.0.1:8080".to_owned()
        }
        false => source.to_owned(),
    }
}

fn words(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(all)) => all.clone(),
        Some(ContextValue::StyledStr(one)) => vec![one.to_string()],
        Some(ContextValue::StyledStrs(all)) => all.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
