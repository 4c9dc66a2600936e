//! The words of the argument parser in the language of the help, as all other words of the help: headings,
//! what stands in the place of a value, possible values and defaults. The parser itself speaks English only.

use super::language::Language;
use clap::{Arg, ArgAction, Command};
use std::fmt::Write;

/// Commands of one job: its heading, and their names in the order of the help.
pub(super) type Group = (&'static str, &'static [&'static str]);

/// What the first page says of languages; the other pages have the option only.
const NOTE: &str = "--lang 只管说明和用法错误，命令本身的输出不变。不写时看环境变量 LC_ALL、LC_MESSAGES、LANG：以 en 开头的为英语，其余为中文。";

/// The whole command line with its help in a language; the first page has the commands in groups.
pub(super) fn described(command: Command, groups: &[Group], language: Language) -> Command {
    let version = flag("version", 'V', ArgAction::Version, "显示版本", language);
    let command = in_language(command.arg(version.display_order(VERSION_LAST)), language);
    let grouped = grouped(&command, groups, language);
    let template = template(&command, Some(grouped), language);
    let note = language.say(NOTE);
    command.help_template(format!("{template}\n\n{note}"))
}

/// What stands below the options of the command itself.
pub(super) const LANG_LAST: usize = 1000;
const HELP_LAST: usize = 1001;
const VERSION_LAST: usize = 1002;

/// A command and everything below it, with a help in a language.
fn in_language(command: Command, language: Language) -> Command {
    let about = command.get_about().map(ToString::to_string);
    let help = flag("help", 'h', ArgAction::Help, "显示说明", language);
    let template = template(&command, None, language);
    command
        .about(language.text(&about.unwrap_or_default()))
        .help_template(template)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_value_name(language.say("命令"))
        .mut_args(|arg| argument(arg, language))
        .arg(help.display_order(HELP_LAST))
        .mut_subcommands(|inner| in_language(inner, language))
}

/// The order of a help page. What is put into it must have no braces.
fn template(command: &Command, grouped: Option<String>, language: Language) -> String {
    let mut template = "{about-with-newline}\n".to_owned();
    let usage = language.fill("用法：{1}", &["{usage}"]);
    let _ = write!(template, "{usage}\n\n");
    let mut part = |heading, rows| {
        let _ = write!(template, "{}\n{rows}\n\n", language.say(heading));
    };
    if command.has_subcommands() && grouped.is_none() {
        part("命令：", "{subcommands}");
    }
    if command.get_positionals().next().is_some() {
        part("参数：", "{positionals}");
    }
    if let Some(grouped) = grouped {
        template.push_str(&grouped);
        template.push_str("\n\n");
    }
    let _ = write!(template, "{}\n{{options}}", language.say("选项："));
    template
}

/// The commands in groups: a heading each, and rows of name and sentence.
fn grouped(command: &Command, groups: &[Group], language: Language) -> String {
    let names = command
        .get_subcommands()
        .map(|inner| inner.get_name().len());
    let widest = names.max().unwrap_or_default();
    let group = |(heading, names): &Group| {
        let row = |name: &&str| {
            let inner = command.find_subcommand(name)?;
            let about = inner.get_about().map(ToString::to_string);
            Some(format!("\n  {name:widest$}  {}", about.unwrap_or_default()))
        };
        let rows: String = names.iter().filter_map(row).collect();
        format!("{}{rows}", language.fill("{1}：", &[language.say(heading)]))
    };
    let groups: Vec<String> = groups.iter().map(group).collect();
    groups.join("\n\n")
}

/// What the parser writes into every usage itself, in the language.
pub(super) fn frame(text: &str, language: Language) -> String {
    text.replace("[OPTIONS]", language.say("[选项]"))
}

/// What stands in the place of a value, in Chinese; nothing for a name that stays.
fn place(name: &str) -> Option<&'static str> {
    Some(match name {
        "FILE" | "FILES" => "文件",
        "CLASS" => "类别",
        "MONTH" => "月份",
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
        "FROM" => "旧版",
        "TO" => "新版",
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
        "PROFILE" => "口径",
        "PROXY" => "网址",
        "GRANTS" => "授权方式",
        "DOCUMENTS" => "数量",
        "RATE" => "税率",
        "COLOR" => "颜色",
        "FAMILY" => "种类",
        "WHAT" => "内容",
        "PART" => "环节",
        "LANG" => "语言",
        _ => return None,
    })
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &str, language: Language) -> Arg {
    let flag = Arg::new(name).long(name).short(short).action(action);
    flag.help(language.text(help))
}

/// An argument with a name for its value, and in its sentence what the parser would add in English.
fn argument(arg: Arg, language: Language) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let mut help = language.text(&help);
    let takes_value = arg.get_action().takes_values();
    if takes_value && !arg.is_hide_possible_values_set() {
        let values = arg.get_possible_values();
        let shown = values.iter().filter(|value| !value.is_hide_set());
        let choices: Vec<String> = shown
            .map(|value| match value.get_help() {
                Some(help) => {
                    let help = language.text(&help.to_string());
                    language.fill("{1}（{2}）", &[value.get_name(), &help])
                }
                None => value.get_name().to_owned(),
            })
            .collect();
        if !choices.is_empty() {
            let choices = language.list(&choices);
            let _ = write!(help, " {}", language.fill("[可取：{1}]", &[&choices]));
        }
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| language.text(&value.to_string_lossy()))
        .collect();
    let defaults = defaults.join(" ");
    if takes_value && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        let _ = write!(help, " {}", language.fill("[缺省：{1}]", &[&defaults]));
    }
    if let Some(name) = arg.get_env() {
        let name = name.to_string_lossy();
        let _ = write!(help, " {}", language.fill("[环境变量：{1}]", &[&name]));
    }
    let arg = arg.help(help.trim().to_owned());
    if !takes_value {
        return arg;
    }
    let arg = match name_of_value(&arg) {
        Some(name) => arg.value_name(language.say(name)),
        None => arg,
    };
    arg.hide_possible_values(true)
        .hide_default_value(true)
        .hide_env(true)
}

/// What stands in the place of the value of an argument, in Chinese; nothing for a name that stays.
pub(super) fn name_of_value(arg: &Arg) -> Option<&'static str> {
    match arg.get_value_names() {
        Some([one]) => place(one),
        Some(_) => None,
        None => place(&arg.get_id().as_str().to_uppercase()),
    }
}
