//! Texts of receipts, each with the meaning and the way to declare again that are right.

use super::{Resubmit, ask, explain};
use crate::kind::Kind;
use crate::receipt::split;
use crate::sample::{Spec, receipt};
use crate::status::ReturnStatus;

/// Fewest texts, and fewest of them that are explained, as the issue asks.
const TEXTS_MIN: usize = 52;
const EXPLAINED_MIN: usize = 45;

/// What is wrong with the explanation of a line, if anything.
fn wrong(line: &str) -> Option<String> {
    let parts: Vec<&str> = line.splitn(6, " | ").map(str::trim).collect();
    let [kind, status, code, way, words, text] = parts[..] else {
        return Some(format!("no line of six parts: {line}"));
    };
    let kind = Kind::from_code(kind);
    let explained = ask(kind, ReturnStatus::read(status), text);
    let all = format!("{}{}", explained.meaning, explained.advice);
    let is_known = words != "unknown";
    let are_right = !is_known
        || words.split('&').all(|word| match word.strip_prefix('^') {
            Some(word) => !all.contains(word),
            None => all.contains(word),
        });
    let code = if code == "-" { "" } else { code };
    let is_right = explained.is_known == is_known
        && explained.resubmit.name() == way
        && explained.code == code
        && are_right;
    let found = (
        &explained.code,
        explained.resubmit.name(),
        explained.is_known,
    );
    (!is_right).then(|| format!("{line}\n    {found:?} {all}"))
}

#[test]
fn every_text_is_explained_as_it_should_be_or_said_to_be_unknown() {
    let lines = include_str!("corpus.txt").lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let n_unknown = lines
        .iter()
        .filter(|line| line.contains("| unknown |"))
        .count();
    assert!(lines.len() >= TEXTS_MIN, "{}", lines.len());
    assert!(
        lines.len() - n_unknown >= EXPLAINED_MIN,
        "{n_unknown} unknown"
    );
    let wrong: Vec<String> = lines.iter().filter_map(|line| wrong(line)).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A failure that nobody knows must not read as if nothing were to do.
#[test]
fn no_text_of_failure_says_that_there_is_nothing_to_do() {
    let failures = [
        "比对失败W17",
        "处理异常，详见日志",
        "数据有误",
        "审批被拒绝",
        "reject by gateway",
    ];
    for text in failures {
        for status in [0, 1, 2, 3, 99, 100] {
            let explained = ask(Some(Kind::Ceb621), Some(ReturnStatus(status)), text);
            let is_fine = [Resubmit::Nothing, Resubmit::Wait].contains(&explained.resubmit);
            assert!(!is_fine, "{status} {text}: {}", explained.meaning);
        }
    }
}

type Spell = fn(&str) -> String;

/// Ways in which the same text comes from other ports, programs and clipboards.
const SPELLINGS: [(&str, Spell); 13] = [
    ("small letters", str::to_lowercase),
    ("capitals", str::to_uppercase),
    ("full width", |text| text.chars().map(wide).collect()),
    ("other brackets", |text| {
        text.replace('[', "【").replace(']', "】")
    }),
    ("brackets of round shape outside", |text| {
        format!("({text})")
    }),
    ("blanks around", |text| format!(" \r\n\t{text}   \n\n")),
    ("lines", |text| {
        text.replace(';', ";\r\n").replace(',', ",\n")
    }),
    ("escaped for a page", |text| {
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        text.replace('"', "&quot;").replace(' ', "&nbsp;")
    }),
    ("escaped by numbers", |text| {
        text.replace('[', "&#91;")
            .replace(']', "&#x5D;")
            .replace(';', "&#59;")
    }),
    ("the last bracket lost", |text| {
        text.strip_suffix(']').unwrap_or(text).to_owned()
    }),
    ("nested", |text| format!("[{text}]")),
    ("with what nobody sees", |text| {
        let shown = text.replacen("Desc", "\u{200B}Desc", 1);
        format!("\u{FEFF}{shown}\u{200B}")
    }),
    ("null behind", |text| format!("{text}null")),
];

fn wide(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        ' ' => '\u{3000}',
        c => c,
    }
}

/// However a text is spelled, it says the same.
#[test]
fn a_text_says_the_same_in_every_spelling() {
    let lines = include_str!("corpus.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    let mut n_explained = 0;
    for line in lines {
        let parts: Vec<&str> = line.splitn(6, " | ").map(str::trim).collect();
        let [kind, status, _, _, _, text] = parts[..] else {
            panic!("{line}");
        };
        let (kind, status) = (Kind::from_code(kind), ReturnStatus::read(status));
        let plain = ask(kind, status, text);
        for (name, spell) in SPELLINGS {
            let spelled = spell(text);
            let explained = ask(kind, status, &spelled);
            n_explained += 1;
            let is_same = explained.is_known == plain.is_known
                && explained.resubmit == plain.resubmit
                && explained.code == plain.code
                && explained.meaning == plain.meaning;
            if !is_same {
                wrong.push(format!(
                    "{name}: {spelled:?}\n    {} {} {}\n    {} {} {}",
                    plain.code,
                    plain.resubmit.name(),
                    plain.meaning,
                    explained.code,
                    explained.resubmit.name(),
                    explained.meaning
                ));
            }
        }
    }
    assert!(n_explained > 1000, "{n_explained}");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A receipt with this text, as files of ports are written: their names, encodings and declarations.
fn files(kind: Kind, status: ReturnStatus, text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let xml = receipt(&Spec::new(kind, 1), status, text);
    let gbk = |xml: &str| encoding_rs::GBK.encode(xml).0.into_owned();
    let as_gb2312 = xml.replace("encoding=\"UTF-8\"", "encoding=\"gb2312\"");
    assert_ne!(xml, as_gb2312);
    let bare = xml.replace("<ceb:", "<").replace("</ceb:", "</");
    let bare = bare.replace(" xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"", "");
    let no_version = xml.replace(" version=\"1.0\" encoding", " VERSION encoding");
    let no_version = no_version.replace(" version=\"1.0\"", "");
    let no_version = no_version.replace(" VERSION encoding", " version=\"1.0\" encoding");
    let in_data = xml.replacen(text, &format!("<![CDATA[{text}]]>"), 1);
    vec![
        ("UTF-8", xml.clone().into_bytes()),
        ("GBK, declared gb2312", gbk(&as_gb2312)),
        ("UTF-8, declared gb2312", as_gb2312.into_bytes()),
        ("GBK, declared UTF-8", gbk(&xml)),
        ("without namespace", bare.into_bytes()),
        ("without version", no_version.into_bytes()),
        ("CDATA", in_data.into_bytes()),
    ]
}

/// The terminal, the API and a file get one answer to one text.
#[test]
fn a_file_says_what_its_text_says() {
    let lines = include_str!("corpus.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut n_files = 0;
    for line in lines {
        let parts: Vec<&str> = line.splitn(6, " | ").map(str::trim).collect();
        let (Some(kind), Some(status)) = (Kind::from_code(parts[0]), ReturnStatus::read(parts[1]))
        else {
            continue;
        };
        let Some(receives) = kind.receipt() else {
            continue;
        };
        let typed = ask(Some(kind), Some(status), parts[5]);
        for (name, bytes) in files(kind, status, parts[5]) {
            let read =
                split(&bytes).unwrap_or_else(|error| panic!("{name}: {line}: {}", error.text()));
            let entry = &read.entries[0];
            assert_eq!(
                (entry.kind, entry.return_status),
                (receives, status),
                "{name}: {line}"
            );
            let explained = explain(entry.kind.declares(), Some(status), &entry.return_info);
            assert_eq!(explained, typed, "{name}: {line}");
            n_files += 1;
        }
    }
    assert!(n_files > 300, "{n_files}");
}

/// Our own finding that an explanation names is the one that tells the same before sending.
#[test]
fn an_explanation_names_the_finding_that_says_the_same() {
    for (text, rule) in [
        ("字段itemName长度超过限制", "TG-E1205"),
        ("申报时间格式不正确", "TG-E1303"),
        ("净重不能大于毛重", "TG-E1506"),
        ("币制代码有误", "TG-E1318"),
        ("订购人身份证号码有误", "TG-E1313"),
        ("验签失败", "TG-E1809"),
        ("报文没有签名", "TG-E1218"),
        ("ebcCode不能为空", "TG-E1301"),
        ("退货商品数量大于原清单数量", "TG-E1961"),
    ] {
        let explained = ask(Some(Kind::Ceb621), None, text);
        assert_eq!(explained.rule, Some(rule), "{text}: {}", explained.meaning);
    }
    // What the table of findings says customs answer is explained by that finding.
    for (code, rule) in [
        (-621_028, "TG-E1808"),
        (-623_029, "TG-E1808"),
        (-621_029, "TG-E1809"),
    ] {
        let explained = ask(None, None, &code.to_string());
        assert_eq!(explained.rule, Some(rule), "{code}");
    }
}
