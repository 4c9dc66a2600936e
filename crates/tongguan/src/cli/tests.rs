//! The command line as people see it.

use super::Command;
use clap::CommandFactory;
use expect_test::expect_file;

#[test]
fn the_command_line_is_well_formed() {
    Command::command().debug_assert();
}

#[test]
fn the_help_is_what_was_reviewed() {
    let mut all = String::new();
    write_help(
        &mut Command::command().term_width(100),
        "tongguan",
        &mut all,
    );
    expect_file!["snapshots/help.txt"].assert_eq(&all);
}

fn write_help(command: &mut clap::Command, path: &str, out: &mut String) {
    out.push_str(&format!(
        "$ {path} --help\n{}\n",
        command.render_long_help()
    ));
    for inner in command.get_subcommands_mut() {
        let path = format!("{path} {}", inner.get_name());
        if inner.get_name() != "help" {
            write_help(inner, &path, out);
        }
    }
}

#[test]
fn every_command_in_the_readmes_exists_and_both_languages_have_the_same() {
    use clap::Parser;
    let commands = |text: &str| -> Vec<Vec<String>> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("target/release/"))
            .map(|line| {
                let line = line.split(['#', '>']).next().unwrap_or_default();
                line.replace("密钥", "KEY")
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect()
            })
            .collect()
    };
    let english = commands(include_str!("../../../../README.md"));
    let chinese = commands(include_str!("../../../../README.zh-CN.md"));
    assert!(english.len() >= 7, "{english:?}");
    assert_eq!(english, chinese);
    for words in english {
        if let Err(error) = Command::try_parse_from(&words) {
            panic!("{words:?}: {error}");
        }
    }
}
