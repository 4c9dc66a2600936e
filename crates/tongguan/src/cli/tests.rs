//! The command line as people see it.

use super::client::{Client, Remote};
use super::{described, parse, words};
use expect_test::expect_file;

#[test]
fn the_command_line_is_well_formed() {
    described().debug_assert();
}

#[test]
fn the_help_is_what_was_reviewed() {
    let mut all = String::new();
    write_help(&mut described().term_width(100), "tongguan", &mut all);
    expect_file!["snapshots/help.txt"].assert_eq(&all);
}

fn write_help(command: &mut clap::Command, path: &str, out: &mut String) {
    out.push_str(&format!(
        "$ {path} --help\n{}\n",
        words::frame(&command.render_long_help().to_string())
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
    let commands = |text: &str| -> Vec<Vec<String>> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("./"))
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
        let typed = words.iter().map(Into::into);
        if let Err(error) = parse(typed) {
            panic!("{words:?}: {error}");
        }
    }
}

/// Both languages of the page that a newcomer follows word by word.
const READMES: [&str; 2] = [
    include_str!("../../../../README.md"),
    include_str!("../../../../README.zh-CN.md"),
];

/// A file that a step of the page reads was written by a step before it, so that the steps can be copied one by one.
#[test]
fn the_files_that_the_readmes_read_are_there_by_then() {
    for text in READMES {
        let mut written = std::collections::BTreeSet::new();
        let mut n_read = 0;
        for line in text.lines() {
            let line = line.split(" #").next().unwrap_or_default();
            let is_step = line.starts_with("./tongguan ") || line.contains("--data-binary @");
            let (reads, writes) = line.split_once('>').unwrap_or((line, ""));
            let files = reads
                .split([' ', '@'])
                .filter(|word| word.ends_with(".xml"));
            for file in files.filter(|_| is_step) {
                assert!(written.contains(file), "{file}: {line}");
                n_read += 1;
            }
            written.insert(writes.trim());
        }
        assert!(n_read >= 6, "{n_read}");
    }
}

/// What a newcomer must know before the first step stands on the page in both languages: what the machine needs, how
/// long it takes, and how it runs on another port.
#[test]
fn the_readmes_say_what_is_needed_and_how_long_it_takes() {
    let reported = [
        ["4 GB of disk", "4 GB of memory", "four to six minutes"],
        ["4 GB 磁盘", "4 GB 内存", "四至六分钟"],
    ];
    for (text, facts) in READMES.into_iter().zip(reported) {
        let one_line = text.replace('\n', " ").replace("、 ", "、");
        let tools = ["git", "make", "https://rustup.rs", "Debian"];
        for fact in facts.into_iter().chain(tools) {
            assert!(one_line.contains(fact), "{fact}");
        }
        assert!(text.contains("\nmake run PORT="));
    }
    let recipe = include_str!("../../../../Makefile");
    assert!(recipe.contains("--listen 127.0.0.1:$(PORT)"));
}

/// What the parser answers to words that are not right.
fn describe(words: &[&str]) -> String {
    let typed = std::iter::once("tongguan").chain(words.iter().copied());
    let error = parse(typed.map(Into::into)).expect_err("a mistake");
    error.to_string()
}

#[test]
fn mistakes_are_told_in_chinese_with_what_to_do() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["chek"], &["没有命令 chek", "是不是要写 check？"]),
        (&["message"], &["用法：tongguan message", "submit"]),
        (&["check"], &["缺少 <文件|目录>...", "用法：tongguan check"]),
        (
            &["check", "--lenint", "a"],
            &["没有选项或参数 --lenint", "--lenient"],
        ),
        (&["sample", "CEB999"], &["“CEB999”", "已知：company CEB311"]),
        (
            &["sample", "CEB311", "--count", "0"],
            &["0 不在 1..=1000000 之内"],
        ),
        (&["sample", "CEB311", "--seed", "x"], &["“x”", "应为整数"]),
        (
            &["standard", "xsd", "other"],
            &["可取：import、export、dxp"],
        ),
        (
            &["clinic", "a.xml", "--trust"],
            &["--trust <目录> 后面缺少内容"],
        ),
    ];
    for (words, expected) in cases {
        let reported = describe(words);
        for text in expected {
            assert!(
                reported.contains(text),
                "{words:?}: {text} is not in: {reported}"
            );
        }
        let english = ["error:", "Usage:", "For more information", "required"];
        assert!(
            !english.iter().any(|word| reported.contains(word)),
            "{reported}"
        );
    }
}

/// `preflight` may be called without address and key: they stand in the environment, or it is reported
/// both ways how they are given.
#[test]
fn who_names_no_platform_is_told_how() {
    let words = ["tongguan", "preflight", "order.xml"];
    assert!(parse(words.map(Into::into)).is_ok());
    let given = [
        (None, None),
        (Some("http://127.0.0.1:8080".to_owned()), None),
        (None, Some("KEY".to_owned())),
    ];
    for (url, key) in given {
        let reported = Client::new(&Remote { url, key }).err().unwrap().to_string();
        for way in ["--url", "--key", "TONGGUAN_URL", "TONGGUAN_KEY"] {
            assert!(reported.contains(way), "{reported}");
        }
    }
}

#[test]
fn no_english_is_left_in_the_frame_of_the_help() {
    let mut all = String::new();
    write_help(&mut described().term_width(100), "tongguan", &mut all);
    let frame = [
        "Usage:",
        "Options:",
        "Commands:",
        "Arguments:",
        "Print ",
        "[default",
        "[env",
        "Possible values",
        "<COMMAND>",
        "<FILE>",
        "<DIR>",
        "[OPTIONS]",
    ];
    for word in frame {
        assert!(!all.contains(word), "{word} is in the help");
    }
}
