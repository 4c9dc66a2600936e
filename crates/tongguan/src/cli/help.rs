//! `help`: the page of a command, as `--help` shows it.

use super::language::Language;
use super::{EXIT_WRONG_USE, columns, complain, described, say, words};
use clap::Args;
use std::process::ExitCode;

/// Arguments of `help`.
#[derive(Debug, Args)]
pub(super) struct HelpArgs {
    /// 命令，例如 message submit；不写则列出全部命令
    #[arg(value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

/// Shows what a command is for.
pub(super) fn help(args: &HelpArgs, language: Language) -> ExitCode {
    match page(args, language) {
        Ok(page) => {
            let page = columns::fit(&page, columns::of_screen(std::io::stdout()));
            say(page.trim_end());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            complain(&language.fill("错误：{1}", &[&reason]));
            ExitCode::from(EXIT_WRONG_USE)
        }
    }
}

/// The page of a command in the help, or why there is none.
pub(super) fn page(args: &HelpArgs, language: Language) -> Result<String, String> {
    let mut described = described(language);
    described.build();
    let mut command = &mut described;
    for word in &args.command {
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            let sentence = "没有命令 {1}；全部命令见 tongguan --help";
            language.fill(sentence, &[word])
        })?;
    }
    let page = command.render_help().to_string();
    Ok(words::frame(&page, language))
}
