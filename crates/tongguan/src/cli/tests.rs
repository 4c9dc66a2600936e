//! The command line as people see it.

use super::client::{Client, Remote};
use super::columns::{COLUMNS, fit, is_wide, width};
use super::language::{Language, TABLE};
use super::{Command, GROUPS, Mistake, described, help, parse, read, words};
use clap::CommandFactory;
use expect_test::expect_file;
use std::collections::BTreeSet;

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

#[test]
fn the_command_line_is_well_formed() {
    for language in LANGUAGES {
        described(language).debug_assert();
    }
}

#[test]
fn the_help_is_what_was_reviewed() {
    expect_file!["snapshots/help.txt"].assert_eq(&whole_help(Language::Chinese, "--help"));
    expect_file!["snapshots/help_english.txt"].assert_eq(&whole_help(Language::English, "--help"));
}

/// Every page of the help, as it is printed where the output ends at no screen.
fn whole_help(language: Language, flag: &str) -> String {
    let mut described = described(language);
    described.build();
    let mut all = String::new();
    for path in paths(&described) {
        let typed = path.split(' ').chain([flag]);
        let page = read(typed.map(Into::into), language).expect_err("a page");
        assert!(!page.is_wrong(), "{page}");
        let page = fit(&page.to_string(), COLUMNS);
        all.push_str(&format!("$ {path} {flag}\n{page}\n"));
    }
    all
}

/// A command and those below it, as they are typed.
fn paths(command: &clap::Command) -> Vec<String> {
    let name = command.get_name();
    let below = command.get_subcommands().flat_map(paths);
    let below = below.map(|path| format!("{name} {path}"));
    std::iter::once(name.to_owned()).chain(below).collect()
}

#[test]
fn every_command_stands_in_one_group_of_the_first_page() {
    let mut grouped: Vec<&str> = GROUPS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    grouped.sort_unstable();
    let command = Command::command();
    let mut all: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    all.sort_unstable();
    assert_eq!(grouped, all);
}

#[test]
fn every_line_of_the_help_fits() {
    for language in LANGUAGES {
        for flag in ["--help", "-h"] {
            let all = whole_help(language, flag);
            let wide: Vec<&str> = all.lines().filter(|line| width(line) > COLUMNS).collect();
            assert_eq!(wide, [""; 0]);
        }
    }
}

/// All texts of a command and of those below it that stand in the help.
fn texts_of(command: &clap::Command, texts: &mut BTreeSet<String>) {
    // What these would say is not looked for.
    assert!(command.get_long_about().is_none(), "{command}");
    texts.extend(command.get_about().map(ToString::to_string));
    for arg in command.get_arguments() {
        assert!(arg.get_long_help().is_none(), "{arg}");
        texts.extend(arg.get_help().map(ToString::to_string));
        texts.extend(words::name_of_value(arg).map(str::to_owned));
        let values = arg.get_possible_values();
        texts.extend(
            values
                .iter()
                .filter_map(|value| value.get_help())
                .map(ToString::to_string),
        );
        let defaults = arg.get_default_values().iter();
        texts.extend(defaults.map(|value| value.to_string_lossy().into_owned()));
    }
    for inner in command.get_subcommands() {
        texts_of(inner, texts);
    }
}

/// The texts that a source has between quotes.
fn quoted(source: &str) -> impl Iterator<Item = String> {
    source.split('"').skip(1).step_by(2).map(str::to_owned)
}

fn is_chinese(text: &str) -> bool {
    text.contains(is_wide)
}

#[test]
fn every_text_of_the_help_has_its_english_and_no_line_is_left_over() {
    let mut texts = BTreeSet::new();
    texts_of(&Command::command(), &mut texts);
    texts.extend(GROUPS.iter().map(|(heading, _)| (*heading).to_owned()));
    for source in [
        include_str!("mistake.rs"),
        include_str!("help.rs"),
        include_str!("words.rs"),
    ] {
        texts.extend(quoted(source));
    }
    texts.retain(|text| is_chinese(text));
    let mut table = BTreeSet::new();
    for line in TABLE.lines() {
        let (chinese, english) = line.split_once('\t').expect("two texts");
        assert!(table.insert(chinese.to_owned()), "twice: {chinese}");
        assert!(!english.is_empty() && !is_chinese(english), "{line}");
        for place in ["{1}", "{2}", "{3}"] {
            assert_eq!(chinese.contains(place), english.contains(place), "{line}");
        }
    }
    let missing: Vec<&String> = texts.difference(&table).collect();
    assert!(missing.is_empty(), "no English: {missing:#?}");
    let unused: Vec<&String> = table.difference(&texts).collect();
    assert!(unused.is_empty(), "not used: {unused:#?}");
}

#[test]
fn the_english_help_has_nothing_chinese() {
    for flag in ["--help", "-h"] {
        let all = whole_help(Language::English, flag);
        let chinese: Vec<&str> = all.lines().filter(|line| is_chinese(line)).collect();
        assert_eq!(chinese, [""; 0]);
    }
}

#[test]
fn the_language_is_the_one_asked_for() {
    let by_locale = [
        ("en_US.UTF-8", Language::English),
        ("en", Language::English),
        ("zh_CN.UTF-8", Language::Chinese),
        ("C", Language::Chinese),
        ("POSIX", Language::Chinese),
        ("fr_FR", Language::Chinese),
        ("汉", Language::Chinese),
        ("", Language::Chinese),
    ];
    for (locale, language) in by_locale {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
    let english = "Usage: tongguan check";
    let chinese = "用法：tongguan check";
    for (typed, environment, expected) in [
        ("check --help", Language::Chinese, chinese),
        ("check --help", Language::English, english),
        ("--lang en check --help", Language::Chinese, english),
        ("check --help --lang=en", Language::Chinese, english),
        ("check --lang zh --lenint", Language::English, chinese),
        ("check --lenint --lang en", Language::Chinese, english),
        // What is no language is a mistake, told in the other one.
        (
            "check --lang fr",
            Language::English,
            "[possible values: zh, en]",
        ),
        ("check -- --lang en -h", Language::English, ""),
    ] {
        let words = std::iter::once("tongguan").chain(typed.split(' '));
        let parsed = read(words.map(Into::into), environment);
        let text = parsed.map_or_else(|mistake| mistake.to_string(), |_| String::new());
        assert!(text.contains(expected), "{typed}: {text}");
    }
}

#[test]
fn help_knows_every_command_in_both_languages() {
    let page = |words: &[&str], language| {
        let command = words.iter().map(|word| (*word).to_owned()).collect();
        help::page(&help::HelpArgs { command }, language)
    };
    let found = page(&["message", "submit"], Language::English).unwrap();
    assert!(
        found.contains("Usage: tongguan message submit [OPTIONS] <FILE>..."),
        "{found}"
    );
    let refused = page(&["chek"], Language::English).unwrap_err();
    assert!(refused.starts_with("there is no command chek"), "{refused}");
    let refused = page(&["chek"], Language::Chinese).unwrap_err();
    assert!(refused.starts_with("没有命令 chek"), "{refused}");
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
        let mut written = BTreeSet::new();
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
    let requirements = [
        ["4 GB of disk", "4 GB of memory", "four to six minutes"],
        ["4 GB 磁盘", "4 GB 内存", "四至六分钟"],
    ];
    for (text, facts) in READMES.into_iter().zip(requirements) {
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
fn mistake_in(words: &[&str], language: Language) -> String {
    let typed = std::iter::once("tongguan").chain(words.iter().copied());
    let mistake: Mistake = read(typed.map(Into::into), language).expect_err("a mistake");
    assert!(mistake.is_wrong());
    fit(&mistake.to_string(), COLUMNS)
}

#[test]
fn mistakes_are_reported_in_chinese_with_what_to_do() {
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
        let mistake = mistake_in(words, Language::Chinese);
        for text in expected {
            assert!(
                mistake.contains(text),
                "{words:?}: {text} is not in: {mistake}"
            );
        }
        let english = ["error:", "Usage:", "For more information", "required"];
        assert!(
            !english.iter().any(|word| mistake.contains(word)),
            "{mistake}"
        );
    }
}

#[test]
fn mistakes_are_reported_in_english_with_what_to_do() {
    let cases: [(&[&str], &[&str]); 13] = [
        (
            &["chek"],
            &["error: there is no command chek", "Did you mean check?"],
        ),
        (
            &["message"],
            &["Usage: tongguan message [OPTIONS] <COMMAND>", "submit"],
        ),
        (
            &["check"],
            &["missing <FILE|DIR>...", "Usage: tongguan check"],
        ),
        (
            &["check", "--lenint", "a"],
            &["there is no option or argument --lenint", "--lenient"],
        ),
        (
            &["sample", "CEB999"],
            &["“CEB999”", "known: company CEB311"],
        ),
        (
            &["sample", "CEB311", "--count", "0"],
            &["0 is not in 1..=1000000"],
        ),
        (
            &["sample", "CEB311", "--seed", "x"],
            &["“x”", "a whole number"],
        ),
        (
            &["standard", "xsd", "other"],
            &["[possible values: import, export, dxp]"],
        ),
        (
            &["clinic", "a.xml", "--trust"],
            &["--trust <DIR> needs a value"],
        ),
        (
            &["--lang", "en"],
            &["Usage: tongguan [OPTIONS] <COMMAND>", "Try and run:"],
        ),
        (
            &["sso", "key", "--lang", "en"],
            &["Usage: tongguan sso key [OPTIONS] <COMMAND>", "rotate"],
        ),
        (
            &["serve", "--json", "--json"],
            &["--json may be given only once"],
        ),
        (&["serve", "--json=1"], &["“1”"]),
    ];
    for (words, expected) in cases {
        let mistake = mistake_in(words, Language::English);
        for text in expected {
            assert!(
                mistake.contains(text),
                "{words:?}: {text} is not in: {mistake}"
            );
        }
        assert!(!is_chinese(&mistake), "{mistake}");
    }
}

/// `preflight` may be called without address and key: they stand in the environment, or the error says
/// both ways how they are given.
#[test]
fn who_names_no_platform_learns_how() {
    let words = ["tongguan", "preflight", "order.xml"];
    assert!(parse(words.map(Into::into)).is_ok());
    let given = [
        (None, None),
        (Some("http://127.0.0.1:8080".to_owned()), None),
        (None, Some("KEY".to_owned())),
    ];
    for (url, key) in given {
        let error = Client::new(&Remote { url, key }).err().unwrap().to_string();
        for way in ["--url", "--key", "TONGGUAN_URL", "TONGGUAN_KEY"] {
            assert!(error.contains(way), "{error}");
        }
    }
}

#[test]
fn no_english_is_left_in_the_frame_of_the_help() {
    let all = whole_help(Language::Chinese, "--help");
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
