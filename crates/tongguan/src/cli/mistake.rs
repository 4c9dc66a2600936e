//! Mistakes in how a command was called (用法错误), in the language of the help.

use super::help;
use super::language::Language;
use super::sample::NO_KIND;
use super::words::frame;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::fmt::Write;

/// What is told instead of doing a command: a mistake in its words, or the help or the version, which
/// were asked for and are none.
#[derive(Debug)]
pub struct Mistake {
    text: String,
    is_wrong: bool,
}

impl Mistake {
    /// What the parser found, as people read it.
    pub(super) fn new(error: &clap::Error, language: Language) -> Self {
        let is_wrong = error.use_stderr();
        let is_page = matches!(
            error.kind(),
            ErrorKind::DisplayHelp
                | ErrorKind::DisplayVersion
                | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        );
        let text = match is_page {
            true => error.to_string(),
            false => unfinished(error, language).unwrap_or_else(|| explained(error, language)),
        };
        Self {
            text: frame(&text, language),
            is_wrong,
        }
    }

    /// Whether the command was called in a wrong way.
    pub fn is_wrong(&self) -> bool {
        self.is_wrong
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

impl std::error::Error for Mistake {}

/// The page of a command that lacks the one below it: who typed nothing but `--lang` gets what others get
/// who typed nothing at all.
fn unfinished(error: &clap::Error, language: Language) -> Option<String> {
    if error.kind() != ErrorKind::MissingSubcommand {
        return None;
    }
    let typed = words(error.get(ContextKind::InvalidSubcommand)).join(" ");
    let path = typed.split_whitespace().skip(1).map(str::to_owned);
    let command = path.collect();
    help::page(&help::HelpArgs { command }, language).ok()
}

/// What is wrong, what may have been meant, and how it is used.
fn explained(error: &clap::Error, language: Language) -> String {
    let mut text = language.fill("错误：{1}", &[&what(error, language)]);
    text.push('\n');
    for kind in [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ] {
        let near = words(error.get(kind));
        if !near.is_empty() {
            let near = language.fill("是不是要写 {1}？", &[&language.list(&near)]);
            let _ = writeln!(text, "  {near}");
        }
    }
    let argument = language.list(&words(error.get(ContextKind::InvalidArg)));
    if error.kind() == ErrorKind::UnknownArgument && argument.starts_with('-') {
        let way = language.fill(
            "它若是内容而不是选项，请在前面加 --，例如 -- {1}",
            &[&argument],
        );
        let _ = writeln!(text, "  {way}");
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim().trim_start_matches("Usage:").trim();
        let _ = writeln!(text, "\n{}", language.fill("用法：{1}", &[usage]));
    }
    let _ = writeln!(text, "\n{}", language.say("说明见 --help。"));
    text
}

/// What is wrong.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
fn what(error: &clap::Error, language: Language) -> String {
    let get = |kind| language.list(&words(error.get(kind)));
    let count = |kind| match error.get(kind) {
        Some(ContextValue::Number(count)) => count.to_string(),
        _ => "0".to_owned(),
    };
    let argument = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let (sentence, values) = match error.kind() {
        ErrorKind::InvalidSubcommand => ("没有命令 {1}", vec![get(ContextKind::InvalidSubcommand)]),
        ErrorKind::UnknownArgument => ("没有选项或参数 {1}", vec![argument]),
        ErrorKind::MissingRequiredArgument => ("缺少 {1}", vec![argument]),
        ErrorKind::InvalidValue if value.is_empty() => ("{1} 后面缺少内容", vec![argument]),
        ErrorKind::InvalidValue => match get(ContextKind::ValidValue) {
            valid if valid.is_empty() => ("{1} 不能是“{2}”", vec![argument, value]),
            valid => ("{1} 不能是“{2}”，可取：{3}", vec![argument, value, valid]),
        },
        ErrorKind::ValueValidation => {
            let why = reason(error, language);
            ("{1} 不能是“{2}”：{3}", vec![argument, value, why])
        }
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg);
            match other == argument {
                true => ("{1} 只能写一次", vec![argument]),
                false => ("{1} 不能与 {2} 同时使用", vec![argument, other]),
            }
        }
        ErrorKind::TooManyValues => ("{1} 的内容过多，“{2}”是多余的", vec![argument, value]),
        ErrorKind::TooFewValues => (
            "{1} 至少要 {2} 项内容，只有 {3} 项",
            vec![
                argument,
                count(ContextKind::MinValues),
                count(ContextKind::ActualNumValues),
            ],
        ),
        ErrorKind::WrongNumberOfValues => (
            "{1} 要 {2} 项内容，现有 {3} 项",
            vec![
                argument,
                count(ContextKind::ExpectedNumValues),
                count(ContextKind::ActualNumValues),
            ],
        ),
        ErrorKind::NoEquals => ("{1} 和内容之间要写等号", vec![argument]),
        ErrorKind::InvalidUtf8 => ("命令中有不是 UTF-8 的字符", Vec::new()),
        _ => ("命令的写法不对", Vec::new()),
    };
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    language.fill(sentence, &values)
}

/// Why a value is not taken; what the libraries say of numbers is translated.
fn reason(error: &clap::Error, language: Language) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let source = source.unwrap_or_default();
    if let Some((value, range)) = source.split_once(" is not in ") {
        return language.fill("{1} 不在 {2} 之内", &[value, range]);
    }
    if let Some(known) = source.strip_prefix(NO_KIND) {
        return language.fill("没有这种报文类型；已知：{1}", &[known]);
    }
    let number = [
        "invalid digit found",
        "cannot parse integer",
        "number too large",
        "number too small",
    ];
    match number.iter().any(|words| source.contains(words)) {
        true => language.say("应为整数，且不能过大").to_owned(),
        false if source.contains("socket address") => language
            .say("应为“地址:端口”，例如 127.0.0.1:8080")
            .to_owned(),
        false => source,
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
