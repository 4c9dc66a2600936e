//! The dictionary as pages (回执代码手册): one a family, one for each import kind, and an index of
//! every code.

use super::table::{Entry, Family};
use super::{Resubmit, entries, look_up};
use crate::kind::Kind;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Says where a page comes from, so that nobody edits it.
const GENERATED: &str = "<!-- 本页由程序根据回执字典生成（make docs），请勿手工修改。 -->";

/// A page: its name without ending, its title, and the entries it has.
struct DictionaryPage {
    name: String,
    title: String,
    entries: Vec<&'static Entry>,
}

/// Every page: name below `docs/codes/` without ending, and text.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let pages = plan();
    let mut out = vec![("receipt-codes".to_owned(), index(&pages))];
    for page in &pages {
        out.push((page.name.clone(), text(page)));
    }
    out
}

fn plan() -> Vec<DictionaryPage> {
    let mut pages = Vec::new();
    for family in Family::ALL {
        let all: Vec<&Entry> = entries()
            .iter()
            .filter(|entry| entry.family == *family)
            .collect();
        if *family != Family::Eport {
            pages.push(DictionaryPage {
                name: format!("receipt-{}", family.name()),
                title: family.chinese().to_owned(),
                entries: all,
            });
            continue;
        }
        let mut by_kind: BTreeMap<Option<Kind>, Vec<&Entry>> = BTreeMap::new();
        for entry in all {
            let kind = entry.kinds.first().copied();
            by_kind.entry(kind).or_default().push(entry);
        }
        for (kind, entries) in by_kind {
            let (name, title) = match kind {
                Some(kind) => (kind.code().to_lowercase(), kind.chinese().to_owned()),
                None => ("all".to_owned(), "各种报文共用".to_owned()),
            };
            pages.push(DictionaryPage {
                name: format!("receipt-eport-{name}"),
                title: format!("{}：{title}", family.chinese()),
                entries,
            });
        }
    }
    pages
}

fn index(pages: &[DictionaryPage]) -> String {
    let mut out = format!(
        "# 回执代码一览\n\n{GENERATED}\n\n\
         海关与电子口岸的回执里出现的全部代码：2018 版与 202205 版规范合并，另加实际见到而规范没有的。\
         运行中的平台在 `/docs/codes/代码` 提供每个代码的解释（例如 `/docs/codes/-621005`、`/docs/codes/Code:1332`），\
         命令行用 `tongguan explain 代码或原文`，接口在每条回执的 `explanation` 里给出。\
         “回执原文”按分句识别：用“/”隔开的词有一个即可，用“…”隔开的各组都要有；一份回执说了几件事的，逐项解释。\
         同一代码有两个含义的，按报文类型和返回信息区分。不认识的代码会被收集，由平台值守人员补充解释。\n\n\
         ## 分册\n\n| 分册 | 词条 |\n|---|---|\n"
    );
    for page in pages {
        let _ = writeln!(
            out,
            "| [{}]({}.md) | {} |",
            page.title,
            page.name,
            page.entries.len()
        );
    }
    out.push_str("\n## 索引\n\n| 代码 | 含义 | 分册 |\n|---|---|---|\n");
    for page in pages {
        for entry in &page.entries {
            let _ = writeln!(
                out,
                "| `{}`{} | {} | [{}]({}.md) |",
                entry.title(),
                condition(entry),
                entry.meaning,
                page.title,
                page.name
            );
        }
    }
    out
}

fn text(page: &DictionaryPage) -> String {
    let mut out = format!(
        "# {}\n\n{GENERATED}\n\n[回执代码一览](receipt-codes.md)\n\n\
         | 代码 | 报文 | 含义 | 有关的数据项 | 怎么办 | 是否重报 | 来源 |\n|---|---|---|---|---|---|---|\n",
        page.title
    );
    for entry in &page.entries {
        out.push_str(&row(entry));
    }
    out
}

/// The page of one code as people write it: every meaning of it.
#[must_use]
pub fn one(code: &str) -> Option<String> {
    let found = look_up(code);
    if found.is_empty() {
        return None;
    }
    let mut out = format!("# 回执代码 {code}\n");
    for entry in found {
        let _ = write!(
            out,
            "\n## {}{}\n\n{}\n\n怎么办：{}\n\n是否重报：{}\n\n报文：{}；来源：{}\n",
            entry.family.chinese(),
            condition(entry),
            entry.meaning,
            entry.advice,
            resubmit(entry),
            kinds(entry),
            source(entry)
        );
        let places = places(entry);
        if !places.is_empty() {
            let _ = write!(out, "\n有关的数据项：{places}\n");
        }
        if let Some(rule) = entry.rule {
            let _ = write!(out, "\n平台的校验：{rule}\n");
        }
    }
    Some(out)
}

fn row(entry: &Entry) -> String {
    let rule = entry
        .rule
        .map(|rule| format!("；平台校验 [{rule}]({rule}.md)"))
        .unwrap_or_default();
    format!(
        "| `{}`{} | {} | {} | {} | {} | {} | {}{rule} |\n",
        entry.title(),
        condition(entry),
        kinds(entry),
        entry.meaning,
        places(entry),
        entry.advice,
        resubmit(entry),
        source(entry)
    )
}

fn condition(entry: &Entry) -> String {
    if entry.when.is_empty() {
        return String::new();
    }
    format!("（返回信息含“{}”）", entry.when.join("”或“"))
}

fn kinds(entry: &Entry) -> String {
    if entry.kinds.is_empty() {
        return "全部".to_owned();
    }
    let names: Vec<&str> = entry.kinds.iter().map(|kind| kind.code()).collect();
    names.join(" ")
}

fn places(entry: &Entry) -> String {
    let names: Vec<String> = entry
        .places
        .iter()
        .map(|(record, element)| format!("`{record}/{element}`"))
        .collect();
    names.join(" ")
}

fn resubmit(entry: &Entry) -> String {
    let passing = match (entry.is_temporary, entry.resubmit) {
        (true, Resubmit::Wait) => "（对方的暂时故障）",
        (true, _) => "（对方的暂时故障，稍后再试）",
        (false, _) => "",
    };
    format!("{}{passing}", entry.resubmit.chinese())
}

fn source(entry: &Entry) -> String {
    match entry.source().as_str() {
        "seen" => "实际见到，规范未列".to_owned(),
        source => source.to_owned(),
    }
}
