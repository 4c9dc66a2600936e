//! One term for one thing, in every text for people; and the field's words for names in the code.

use crate::lexer::{Part, pieces};
use crate::source::{File, files, report, rust};

/// What is not written, and what stands for it.
const TERMS: [(&str, &str); 32] = [
    ("无主回执", "未匹配回执"),
    ("重新归位", "重新匹配"),
    ("回执归位", "已匹配回执"),
    ("管道实况", "报文流转监控"),
    ("三单比对", "三单对碰"),
    ("四单比对", "三单对碰"),
    ("验签诊所", "验签诊断"),
    ("第二因素", "两步验证"),
    ("双因素", "两步验证"),
    ("二次验证", "两步验证"),
    ("散列", "哈希值"),
    ("链条完整", "校验通过"),
    ("打码", "脱敏"),
    ("校验口径", "校验方式"),
    ("校验档次", "校验方式"),
    ("角色合约", "业务角色"),
    ("可得属性", "可获取的属性"),
    ("退出后地址", "退出后跳转地址"),
    ("魔法字", "触发指令"),
    ("单次凭条", "一次性凭证"),
    ("没有等您处理的事项", "暂无待办"),
    ("by its word", "through it"),
    ("of another house", "of another system"),
    ("eside the house", "what it is"),
    ("Room of ", "Module of"),
    ("this floor", "this crate"),
    ("whom another house", "whom another system"),
    ("carried out of the house", "sent to another machine"),
    ("There is news: refresh", "New items: refresh"),
    ("no login any more", "the login no longer exists"),
    ("Two-factor login", "Two-step verification"),
    ("Signature clinic", "Signature check"),
];

/// Files that quote what others have written, and why they may.
const QUOTING: [(&str, &str); 2] = [
    ("crates/tidy/src/terms.rs", "the list itself"),
    (
        "crates/ceb/src/explain/corpus.txt",
        "texts of receipts as they came",
    ),
];

/// Words that are no names in this project, and what stands for them.
const NAMES: [(&str, &str); 12] = [
    ("house", "platform, process, server"),
    ("floor", "layer"),
    ("furniture", "what it is"),
    ("shelf", "cache, tables"),
    ("desk", "the API's state, `…Api`"),
    ("ground", "context"),
    ("told", "line, detail, text, or what it is"),
    ("bench", "criteria"),
    ("door", "route, provider, acceptor"),
    ("House", "TestPlatform, Process, Server"),
    ("Desk", "`…Api`"),
    ("Told", "Bilingual, or what it is"),
];

fn texts() -> Vec<File> {
    let mut found = rust();
    for (folder, ending) in [
        ("crates", ".html"),
        ("crates", ".sql"),
        ("crates", ".toml"),
        ("crates", ".txt"),
        ("console/e2e", ".mjs"),
        ("scripts", ".sh"),
        ("console/src", ".ts"),
        ("console/src", ".tsx"),
        ("docs", ".md"),
    ] {
        found.extend(files(folder, ending));
    }
    found.extend(
        files("", ".md")
            .into_iter()
            .filter(|file| file.path.starts_with("README")),
    );
    found
}

#[test]
fn one_term_stands_for_one_thing() {
    let mut found = Vec::new();
    for file in texts() {
        if QUOTING.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            for (wrong, right) in TERMS {
                if line.contains(wrong) {
                    found.push(format!("{}:{number}: {wrong}: write {right}", file.path));
                }
            }
        }
    }
    report(
        &found,
        "One word for one thing: the list is in crates/tidy/src/terms.rs.",
    );
}

/// The words of a piece of code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[test]
fn names_are_words_of_the_field() {
    let mut found = Vec::new();
    for file in rust() {
        for piece in pieces(&file.text) {
            let lines = (piece.line..).zip(piece.text.lines());
            for (number, line) in lines.filter(|_| piece.part == Part::Code) {
                for (wrong, right) in NAMES {
                    if words(line).any(|word| word == wrong) {
                        found.push(format!("{}:{number}: {wrong}: name it {right}", file.path));
                    }
                }
            }
        }
    }
    report(
        &found,
        "Names are the field's words: the list is in crates/tidy/src/terms.rs.",
    );
}
