//! `explain`: what a code, a text or a file of receipts means, from the dictionary in the program. The
//! answer is that of the API: the same function gives both.

use super::{Ended, input, say, wrong_use};
use crate::app::docs::refusal_code;
use ceb::explain::{Explanation, ask, entries, locate_in, of_platform};
use ceb::receipt::STATUS_UNREADABLE;
use ceb::{Kind, ReturnStatus};
use clap::Args;
use exchange::explanation::ExplanationView;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// 代码（100、-621005、Code:1332、0001，或平台的代码 TG-E1203）、回执原文（前面可以写状态，如“2 新增申报成功”），或回执报文文件（- 表示标准输入）
    #[arg(allow_hyphen_values = true)]
    what: String,
    /// 所申报的报文类型：同一代码有两个含义时据此区分
    #[arg(long)]
    kind: Option<String>,
    /// 回执状态：解释一段原文时用；缺省只看原文
    #[arg(long, allow_hyphen_values = true)]
    status: Option<i32>,
    /// 自己申报的报文文件：指出有关数据项的值与行号
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// 输出 JSON：代码和原文输出一个对象，与接口里的 explanation 相同；文件输出数组，每份单证回执一个
    #[arg(long)]
    json: bool,
}

/// One explanation with the document that it is about.
struct ExplainedDocument {
    title: String,
    explanation: Explanation,
}

/// Explains.
pub(super) fn explain(args: &ExplainArgs) -> anyhow::Result<Ended> {
    let kind = match &args.kind {
        None => None,
        Some(text) => Some(
            Kind::from_code(text).ok_or_else(|| wrong_use(format!("没有这种报文类型：{text}")))?,
        ),
    };
    let declared = args.message.as_deref().map(declared).transpose()?;
    let is_xml = args.what.trim_start().starts_with('<');
    let is_file = args.what == "-" || Path::new(&args.what).is_file();
    if !is_xml && !is_file && (is_path(&args.what) || Path::new(&args.what).is_dir()) {
        // What looks like a file and is none must not be explained as a text.
        input::read(&args.what)?;
    }
    let platform = of_platform(&args.what, |id| {
        let code = refusal_code(id)?;
        Some((code.title, code.meaning, code.advice))
    });
    // A text may have tags of its own: only what is a receipt is read as one.
    let is_receipt = ceb::receipt::split(args.what.as_bytes()).is_ok();
    let status = args.status.map(ReturnStatus);
    let is_xml = is_xml && (is_receipt || !ask(kind, status, &args.what).is_known);
    let is_known = if is_xml || is_file {
        let bytes = if is_xml {
            args.what.clone().into_bytes()
        } else {
            input::read_or_input(&args.what)?
        };
        let name = if is_xml {
            "回执报文"
        } else {
            args.what.as_str()
        };
        of_file(args, name, &bytes, declared.as_ref())?
    } else {
        let explanation = match platform.filter(|_| status.is_none()) {
            Some(platform) => platform,
            None => ask(kind, status, &args.what),
        };
        let is_known = explanation.is_known;
        if args.json {
            say(&serde_json::to_string_pretty(&ExplanationView::from(
                explanation,
            ))?);
        } else {
            let title = match explanation.parts.as_slice() {
                [one] => one.title.clone(),
                _ => args.what.trim().to_owned(),
            };
            say(&words(&ExplainedDocument { title, explanation }));
        }
        is_known
    };
    Ok(if is_known {
        Ended::Done
    } else {
        Ended::Refused
    })
}

/// Whether a text is the name of a file: what people write of receipts has no ending of a file and no
/// folders.
fn is_path(text: &str) -> bool {
    let endings = [".xml", ".txt", ".json", ".csv", ".xlsx", ".zip"];
    let lower = text.trim().to_ascii_lowercase();
    let is_word = !lower.contains(char::is_whitespace) && !lower.contains(['[', '【']);
    let is_below = ["/", "./", "../", "~/"]
        .iter()
        .any(|start| lower.starts_with(start));
    is_word && (is_below || endings.iter().any(|ending| lower.ends_with(ending)))
}

/// Says what a file of receipts means; whether any of it is known.
fn of_file(
    args: &ExplainArgs,
    name: &str,
    bytes: &[u8],
    declared: Option<&ceb::Message>,
) -> anyhow::Result<bool> {
    let receipts = ceb::receipt::split(bytes)
        .map_err(|error| wrong_use(format!("{name}：{}\n{}", error.text(), error.advice())))?;
    let documents = explained_documents(&receipts, declared);
    if args.json {
        let views = documents
            .iter()
            .map(|one| ExplanationView::from(one.explanation.clone()));
        say(&serde_json::to_string_pretty(&views.collect::<Vec<_>>())?);
    } else {
        for odd in &receipts.odd {
            say(&format!("注意：{}", odd.chinese()));
        }
        for one in &documents {
            say(&words(one));
        }
        if documents.is_empty() {
            say("回执中没有任何单证。");
        }
    }
    Ok(documents.iter().any(|one| one.explanation.is_known))
}

/// The declared message, read.
fn declared(path: &Path) -> anyhow::Result<ceb::Message> {
    let bytes = input::read(path)?;
    let sniffed = input::message(&path.display().to_string(), &bytes)?;
    let message = ceb::parse(&sniffed.inner, ceb::Profile::Down).message;
    message.ok_or_else(|| {
        let path = path.display();
        wrong_use(format!("{path} 不是可读的报文；用 tongguan check 查看问题"))
    })
}

/// The entries of receipts, explained.
fn explained_documents(
    receipts: &ceb::receipt::Receipts,
    declared: Option<&ceb::Message>,
) -> Vec<ExplainedDocument> {
    let mut seen = HashSet::new();
    let entries = receipts
        .entries
        .iter()
        .filter(|entry| seen.insert(&entry.xml));
    let documents = entries.map(|entry| {
        let refused = entry.ori_message_type.as_deref().and_then(Kind::from_root);
        let kind = entry.kind.declares().or(refused);
        let status = Some(entry.return_status);
        let mut explanation = match entry.return_status {
            STATUS_UNREADABLE => {
                ceb::notice::explanation(Some(entry.kind), &entry.xml, &entry.return_info)
            }
            _ => ceb::explain::explain(kind, status, &entry.return_info),
        };
        if let Some(message) = declared {
            for (at, document) in message.documents.iter().enumerate() {
                let key = ceb::key::of_document(message.kind, document);
                if key.is_some_and(|key| entry.keys.contains(&key)) {
                    locate_in(&mut explanation, message.kind, at + 1, document);
                }
            }
        }
        let key = entry.keys.first().map(|key| key.text.clone());
        ExplainedDocument {
            title: format!(
                "{} {} 状态 {}",
                entry.kind,
                key.unwrap_or_default(),
                entry.return_status
            ),
            explanation,
        }
    });
    documents.collect()
}

/// An explanation for people.
fn words(document: &ExplainedDocument) -> String {
    let one = &document.explanation;
    let mut lines = vec![document.title.clone()];
    if one.parts.len() < 2 {
        lines.push(format!("  含义：{}", one.meaning));
    } else {
        for (at, part) in one.parts.iter().enumerate() {
            lines.push(format!("  （{}）{}", at + 1, part.title));
            lines.push(format!("     含义：{}", part.meaning));
            lines.push(format!("     怎么办：{}", part.advice));
            lines.push(format!("     是否重报：{}", part.resubmit.chinese()));
        }
    }
    if !one.said.is_empty() {
        lines.push(format!("  原文：{}", one.said));
    }
    for place in &one.places {
        let kind = place.kind.map_or("", |kind| kind.chinese());
        let mut line = format!(
            "  数据项：{kind} {}/{} {}",
            place.record, place.element, place.chinese
        );
        if let Some(said) = &place.said {
            line.push_str(&format!("，回执给出 {said}"));
        }
        if let Some(value) = &place.value {
            line.push_str(&format!("，所报为 {value}"));
        }
        if let Some(number) = place.line {
            line.push_str(&format!("（第 {number} 行）"));
        }
        lines.push(line);
    }
    if one.parts.len() < 2 {
        lines.push(format!("  怎么办：{}", one.advice));
        lines.push(format!("  是否重报：{}", one.resubmit.chinese()));
    } else {
        lines.push(format!("  合起来是否重报：{}", one.resubmit.chinese()));
    }
    if one.is_temporary {
        lines.push("  这是对方的暂时故障，内容没有问题。".to_owned());
    }
    if let Some(rule) = one.rule.filter(|rule| *rule != one.code) {
        lines.push(format!("  平台的校验：{rule}"));
    }
    let n_entries = entries().len();
    lines.push(match one.source.as_str() {
        "" => format!("  来源：字典中没有此代码或原文（字典共 {n_entries} 条）"),
        "seen" => format!("  来源：实际见到，规范未列（字典共 {n_entries} 条）"),
        source if source.starts_with("docs/") => {
            format!("  说明页：{source}.md，平台上为 /{source}")
        }
        source => format!("  来源：{source}（字典共 {n_entries} 条）"),
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{is_path, words};

    #[test]
    fn a_name_of_a_file_is_no_text_of_a_receipt() {
        for name in ["nosuch.xml", "./receipts/1", "/tmp/a", "回执.XML", "a.txt"] {
            assert!(is_path(name), "{name}");
        }
        for text in [
            "100",
            "-621005",
            "[Code:1332;Desc:见 a.xml]",
            "处理失败 a.xml",
            "新增申报成功",
            "1332/1313",
        ] {
            assert!(!is_path(text), "{text}");
        }
    }

    #[test]
    fn a_code_of_the_platform_leads_to_its_page() {
        let explanation = ceb::explain::ask(None, None, "TG-E1203");
        let text = words(&super::ExplainedDocument {
            title: explanation.parts[0].title.clone(),
            explanation,
        });
        assert!(text.contains("元素次序不对"), "{text}");
        assert!(
            text.contains("说明页：docs/codes/TG-E1203.md，平台上为 /docs/codes/TG-E1203"),
            "{text}"
        );
        assert!(crate::app::docs::refusal_code("TG-R4031").is_some());
    }
}
