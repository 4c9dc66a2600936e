//! The pages of the reference.

use super::html::{escape, inline, page, source, table};
use super::value::JsonValue;
use super::{CODE_TABLES, File, json_schema};
use crate::code;
use crate::code_table;
use crate::doc;
use crate::doc::diff;
use crate::explain::{Family, entries};
use crate::kind::{Direction, Kind};
use crate::sample::{self, Spec};
use crate::spec::{FieldSpec, MessageSpec, RecordSpec, Rule, SenderRole, Standard};
use std::fmt::Write;

const STYLE: &str = include_str!("../../publish/style.css");
const SEARCH: &str = include_str!("../../publish/search.js");

/// What the search box finds: a word, what it is, and where it stands.
type DictionaryHit = Vec<JsonValue>;

fn found(list: &mut DictionaryHit, word: &str, what: &str, href: &str) {
    list.push(JsonValue::texts([word, what, href]));
}

/// Every page with its style, script and list of entries.
pub(super) fn pages() -> Vec<File> {
    let mut list = DictionaryHit::new();
    let mut files = vec![index()];
    for kind in Kind::ALL {
        files.push(kind_page(*kind, &mut list));
    }
    files.push(codes(&mut list));
    files.push(receipts(&mut list));
    files.extend(tables(&mut list));
    files.push(versions());
    let entries = JsonValue::List(list).pretty();
    files.push(File::new(
        "entries.js",
        format!("const ENTRIES = {entries};"),
    ));
    files.push(File::new("style.css", STYLE));
    files.push(File::new("search.js", SEARCH));
    files
}

fn index() -> File {
    let mut body = format!(
        "<h1>报文规范手册</h1>\n<p>依据：{}。每种报文的每个数据项、校验规则、样例与回执，都由平台实际使用的规范表生成。</p>\n",
        escape(&Standard::current().name)
    );
    for (direction, title) in [
        (Some(Direction::Import), "进口"),
        (Some(Direction::Export), "出口"),
        (None, "进出口共用"),
    ] {
        let kinds = Kind::ALL
            .iter()
            .filter(|kind| kind.direction() == direction);
        let rows = kinds.map(|kind| {
            let spec = kind.spec();
            let receipt = spec.receipt.map(link).unwrap_or_default();
            let cells = vec![
                link(*kind),
                escape(&spec.chinese),
                escape(&spec.who),
                escape(&spec.key.join(" + ")),
                receipt,
            ];
            (String::new(), cells)
        });
        let heads = ["报文", "名称", "谁发出", "业务主键", "回执"];
        let _ = write!(body, "<h2>{title}</h2>\n{}", table(&heads, rows));
    }
    body.push_str(
        "<h2>机器可读的规范</h2>\n<ul>\n<li>XSD：<a href=\"import.xsd\">进口</a>、\
         <a href=\"export.xsd\">出口</a>、<a href=\"dxp.xsd\">传输报文</a></li>\n\
         <li>JSON Schema（2020-12）与样例：见各报文页</li>\n</ul>\n",
    );
    File::new("index.html", page("目录", &body))
}

fn link(kind: Kind) -> String {
    format!("<a href=\"{kind}.html\">{kind}</a>")
}

fn kind_page(kind: Kind, list: &mut DictionaryHit) -> File {
    let spec = kind.spec();
    let href = format!("{kind}.html");
    found(list, kind.code(), &spec.chinese, &href);
    found(list, &spec.chinese, kind.code(), &href);
    let mut body = format!("<h1>{kind} {}</h1>\n", escape(&spec.chinese));
    body.push_str(&facts(spec));
    if !spec.note.is_empty() {
        let _ = writeln!(body, "<p>{}</p>", inline(&spec.note));
    }
    let title = if spec.is_flat() { "单证" } else { "表头" };
    body.push_str(&record(kind, &spec.head, title, list));
    if let Some((lines, _)) = &spec.lines {
        body.push_str(&record(kind, lines, "表体", list));
    }
    if spec.role == SenderRole::Declaration {
        for (trailer, _) in &spec.trailer {
            if let Some(shared) = spec.shared(*trailer) {
                body.push_str(&record(kind, shared, "共用实体", &mut DictionaryHit::new()));
            }
        }
    }
    body.push_str("<h2>样例</h2>\n<p>数据全部是虚构的；签名只是格式正确的占位内容。</p>\n");
    let xml = sample::message(&Spec {
        n_lines: 1,
        ..Spec::new(kind, 1)
    });
    body.push_str(&source(&format!("{kind}.xml"), &xml));
    if kind.is_declaration() {
        body.push_str(&source(&format!("{kind}.json"), &json_schema::sample(kind)));
        let _ = writeln!(
            body,
            "<p>JSON 形式的规范：<a href=\"{kind}.schema.json\">{kind}.schema.json</a></p>"
        );
    }
    body.push_str(&answers(kind));
    File::new(href, page(&format!("{kind} {}", spec.chinese), &body))
}

fn facts(spec: &MessageSpec) -> String {
    let mut rows = vec![
        ("方向", direction(spec.direction).to_owned()),
        ("谁发出", escape(&spec.who)),
        ("根元素", format!("<code>{}</code>", spec.root)),
        (
            "单证",
            format!(
                "<code>{}</code>，每个报文 {}",
                spec.document,
                doc::range(spec.documents, "份")
            ),
        ),
    ];
    if let Some((lines, occurs)) = &spec.lines {
        let text = format!(
            "<code>{}</code>，每份单证 {}",
            lines.name,
            doc::range(*occurs, "项")
        );
        rows.push(("表体", text));
    }
    rows.push(("签名", doc::signature(spec.signature).to_owned()));
    rows.push(("业务主键", escape(&spec.key.join(" + "))));
    if let Some(receipt) = spec.receipt {
        rows.push(("回执", format!("{} {}", link(receipt), receipt.chinese())));
    }
    if let Some(declares) = spec.declares {
        let text = format!("{} {}", link(declares), declares.chinese());
        rows.push(("对应的申报报文", text));
    }
    let rows = rows.into_iter().map(|(name, value)| {
        let name = format!("<strong>{name}</strong>");
        (String::new(), vec![name, value])
    });
    table(&["项目", "内容"], rows)
}

fn direction(direction: Option<Direction>) -> &'static str {
    match direction {
        Some(Direction::Import) => "进口",
        Some(Direction::Export) => "出口",
        None => "进出口共用",
    }
}

fn record(kind: Kind, record: &RecordSpec, title: &str, list: &mut DictionaryHit) -> String {
    let id = |field: &FieldSpec| format!("{}.{}", record.name, field.element);
    for field in &record.fields {
        let href = format!("{kind}.html#{}", id(field));
        let what = format!("{} · {kind} {}", field.chinese, record.name);
        found(list, &field.element, &what, &href);
    }
    let rows = record.fields.iter().enumerate().map(|(at, field)| {
        let cells = vec![
            (at + 1).to_string(),
            format!("<code>{}</code>", field.element),
            escape(&field.chinese),
            doc::field_type(field.kind),
            doc::presence(field).to_owned(),
            values(field),
            inline(&field.note),
        ];
        (id(field), cells)
    });
    let heads = ["#", "元素", "名称", "类型", "必填", "取值与规则", "说明"];
    format!(
        "<h2>{title} <code>{}</code></h2>\n{}",
        record.name,
        table(&heads, rows)
    )
}

fn values(field: &FieldSpec) -> String {
    let words = field.rules.iter().map(|rule| {
        let Rule::Table(known) = rule else {
            return inline(&doc::rule_words(rule));
        };
        let table = CODE_TABLES.iter().find(|(table, ..)| table == known);
        table.map_or_else(String::new, |(_, name, chinese)| {
            format!("<a href=\"table-{name}.html\">{chinese}代码</a>")
        })
    });
    words.collect::<Vec<_>>().join("；")
}

/// What the receipts of a kind may say that is of this kind alone.
fn answers(kind: Kind) -> String {
    let own: Vec<_> = entries()
        .iter()
        .filter(|entry| entry.kinds.contains(&kind))
        .collect();
    if own.is_empty() {
        return String::new();
    }
    let rows = own.into_iter().map(|entry| {
        let cells = vec![
            format!("<code>{}</code>", escape(&entry.title())),
            escape(entry.meaning),
            escape(entry.advice),
            entry.resubmit.chinese().to_owned(),
        ];
        (String::new(), cells)
    });
    let heads = ["代码", "含义", "怎么办", "是否重报"];
    format!(
        "<h2>回执代码</h2>\n<p>各种报文共用的代码见<a href=\"receipts.html\">回执代码</a>。</p>\n{}",
        table(&heads, rows)
    )
}

fn codes(list: &mut DictionaryHit) -> File {
    for code in code::ALL {
        found(
            list,
            code.id,
            code.title,
            &format!("codes.html#{}", code.id),
        );
    }
    let rows = code::ALL.iter().map(|code| {
        let cells = vec![
            format!("<code>{}</code>", code.id),
            escape(code.title),
            code.severity.chinese().to_owned(),
            escape(code.happened),
            escape(code.todo),
            escape(code.source),
        ];
        (code.id.to_owned(), cells)
    });
    let heads = ["代码", "问题", "结果", "发生了什么", "怎么办", "依据"];
    let body = format!("<h1>校验问题</h1>\n{}", table(&heads, rows));
    File::new("codes.html", page("校验问题", &body))
}

fn receipts(list: &mut DictionaryHit) -> File {
    let mut body = String::from(
        "<h1>回执代码</h1>\n<p>2018 版与 202205 版合并，另加实际见到的。同一代码有两个含义的，按报文和返回信息区分。</p>\n",
    );
    for family in Family::ALL {
        let of_family = entries().iter().enumerate();
        let of_family = of_family.filter(|(_, entry)| entry.family == *family);
        let rows = of_family.map(|(at, entry)| {
            let id = format!("r{at}");
            found(
                list,
                &entry.title(),
                entry.meaning,
                &format!("receipts.html#{id}"),
            );
            let kinds: Vec<String> = entry.kinds.iter().copied().map(link).collect();
            let when = if entry.when.is_empty() {
                String::new()
            } else {
                format!("（返回信息含“{}”）", escape(&entry.when.join("”或“")))
            };
            let source = match entry.source().as_str() {
                "seen" => "实际见到".to_owned(),
                source => escape(source),
            };
            let cells = vec![
                format!("<code>{}</code>{when}", escape(&entry.title())),
                kinds.join(" "),
                escape(entry.meaning),
                escape(entry.advice),
                entry.resubmit.chinese().to_owned(),
                source,
            ];
            (id, cells)
        });
        let heads = ["代码", "报文", "含义", "怎么办", "是否重报", "来源"];
        let _ = write!(
            body,
            "<h2>{}</h2>\n{}",
            family.chinese(),
            table(&heads, rows)
        );
    }
    File::new("receipts.html", page("回执代码", &body))
}

fn tables(list: &mut DictionaryHit) -> Vec<File> {
    let mut files = Vec::new();
    let mut body = String::from("<h1>代码表</h1>\n<ul>\n");
    for (known, name, chinese) in CODE_TABLES {
        let codes = code_table::entries(known);
        let href = format!("table-{name}.html");
        let _ = writeln!(
            body,
            "<li><a href=\"{href}\">{chinese}</a>（{} 个代码）</li>",
            codes.len()
        );
        for (code, meaning) in &codes {
            let what = format!("{chinese} {code}");
            found(list, meaning, &what, &format!("{href}#{code}"));
        }
        let rows = codes.iter().map(|(code, meaning)| {
            let cells = vec![format!("<code>{}</code>", escape(code)), escape(meaning)];
            ((*code).to_owned(), cells)
        });
        let text = format!("<h1>{chinese}代码</h1>\n{}", table(&["代码", "名称"], rows));
        files.push(File::new(href, page(&format!("{chinese}代码"), &text)));
    }
    body.push_str("</ul>\n");
    files.push(File::new("tables.html", page("代码表", &body)));
    files
}

fn versions() -> File {
    let [of_2018, current] = Standard::built_in();
    let changes = diff::changes(of_2018, current);
    let mut body = format!(
        "<h1>版本差异</h1>\n<p>{} → {}；“须改”的差异会使原来合格的报文不再合格。</p>\n",
        escape(&of_2018.name),
        escape(&current.name)
    );
    for kind in Kind::ALL {
        let of_kind: Vec<_> = changes.iter().filter(|c| c.kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = write!(body, "<h2>{} {}</h2>\n<ul>\n", link(*kind), kind.chinese());
        for change in of_kind {
            let mark = if change.is_breaking {
                "<strong class=\"must\">须改</strong> "
            } else {
                ""
            };
            let place = if change.place.is_empty() {
                String::new()
            } else {
                format!("<code>{}</code> ", escape(&change.place))
            };
            let _ = writeln!(body, "<li>{mark}{place}{}</li>", escape(&change.text));
        }
        body.push_str("</ul>\n");
    }
    File::new("versions.html", page("版本差异", &body))
}
