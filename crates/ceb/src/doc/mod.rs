//! Reference pages (报文说明), in Chinese, written from the tables: what companies read.
//!
//! `cargo run -p ceb --example generate_docs` writes them under `docs/`; a test compares the files
//! with what would be written, so the pages cannot fall behind the tables.

pub mod diff;
mod english;
mod pages;

use std::fmt::Write;

use crate::code;
use crate::kind::{Direction, Kind};
use crate::sample::{self, Spec};
use crate::spec::{
    FieldSpec, FieldType, Occurs, RecordSpec, Rule, SenderRole, SignatureDuty, Trailer, UNBOUNDED,
    Wild,
};

pub use english::{code_index_en, code_page_en, rule_index_en};
pub use pages::{code_index, code_page, rule_index};

/// Every page: path below `docs/`, and text.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let mut pages = vec![(String::from("protocol/kinds/README.md"), index())];
    for kind in Kind::ALL {
        pages.push((format!("protocol/kinds/{kind}.md"), markdown(*kind)));
    }
    pages.push((String::from("codes/ceb.md"), code_index()));
    pages.push((String::from("codes/rules.md"), rule_index()));
    for code in code::ALL {
        pages.push((format!("codes/{}.md", code.id), code_page(code)));
    }
    for (name, text) in crate::explain::page::pages() {
        pages.push((format!("codes/{name}.md"), text));
    }
    pages
}

/// Overview of all kinds.
#[must_use]
pub fn index() -> String {
    let mut out = String::from(
        "# 报文一览\n\n本目录由程序根据报文规范表生成，请勿手工修改。依据：海关跨境电商统一版系统企业对接报文规范（202205版）。\n\n",
    );
    for (direction, title) in [
        (Some(Direction::Import), "进口"),
        (Some(Direction::Export), "出口"),
        (None, "进出口共用"),
    ] {
        let _ = writeln!(
            out,
            "## {title}\n\n| 报文 | 名称 | 谁发出 | 业务主键 | 回执 |\n|---|---|---|---|---|"
        );
        for kind in Kind::ALL
            .iter()
            .filter(|kind| kind.direction() == direction)
        {
            let spec = kind.spec();
            let receipt = spec.receipt.map_or_else(|| String::from("－"), link);
            let key = if spec.key.is_empty() {
                String::from("－")
            } else {
                spec.key.join(" + ")
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {key} | {receipt} |",
                link(*kind),
                spec.chinese,
                spec.who
            );
        }
        out.push('\n');
    }
    out
}

fn link(kind: Kind) -> String {
    format!("[{kind}]({kind}.md)")
}

/// The page of one kind.
#[must_use]
pub fn markdown(kind: Kind) -> String {
    let spec = kind.spec();
    let mut out = format!("# {kind} {}\n\n", spec.chinese);
    if !spec.note.is_empty() {
        let _ = writeln!(out, "{}\n", spec.note);
    }
    facts(&mut out, kind);
    out.push_str("\n元素必须按下表的次序出现。长度按字符计，一个汉字算一个字符。\n\n");
    record(
        &mut out,
        &spec.head,
        if spec.is_flat() { "单证" } else { "表头" },
    );
    if let Some((table, _)) = &spec.lines {
        record(&mut out, table, "表体");
    }
    trailers(&mut out, kind);
    pages::rules_of(&mut out, kind);
    let _ = writeln!(out, "## 样例\n\n数据全部是虚构的。{}\n", sample_note(kind));
    let _ = writeln!(
        out,
        "```xml\n{}```",
        sample::message(&Spec {
            n_lines: 1,
            ..Spec::new(kind, 1)
        })
    );
    out
}

/// The table at the top of a page.
fn facts(out: &mut String, kind: Kind) {
    let spec = kind.spec();
    let _ = writeln!(out, "| 项目 | 内容 |\n|---|---|");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(out, "| {name} | {value} |");
    };
    let direction = match spec.direction {
        Some(Direction::Import) => "进口",
        Some(Direction::Export) => "出口",
        None => "进出口共用",
    };
    row("方向", direction);
    row("谁发出", &spec.who);
    row(
        "根元素",
        &format!(
            "`{}`，必须有 `guid`（36 个字符）和 `version`（1.0）两个属性",
            spec.root
        ),
    );
    row(
        "单证",
        &format!(
            "`{}`，每个报文 {}",
            spec.document,
            range(spec.documents, "份")
        ),
    );
    if let Some((table, occurs)) = &spec.lines {
        row(
            "表体",
            &format!("`{}`，每份单证 {}", table.name, range(*occurs, "项")),
        );
    }
    row("签名", signature(spec.signature));
    let key = if spec.key.is_empty() {
        String::from("无")
    } else {
        spec.key.join(" + ")
    };
    row("业务主键", &key);
    if let Some(receipt) = spec.receipt {
        row("回执", &format!("{} {}", link(receipt), receipt.chinese()));
    }
    if let Some(declares) = spec.declares {
        row(
            "对应的申报报文",
            &format!("{} {}", link(declares), declares.chinese()),
        );
    }
}

fn sample_note(kind: Kind) -> &'static str {
    match kind.spec().signature {
        SignatureDuty::Required | SignatureDuty::RequiredByText => {
            "其中的 Signature 是真正的 SM2-SM3 签名，可用来试验验签程序；但密钥是公开的样例密钥，海关不会接受。"
        }
        SignatureDuty::None | SignatureDuty::Optional => "",
    }
}

pub(crate) fn range(occurs: Occurs, unit: &str) -> String {
    match (occurs.min, occurs.max) {
        (min, UNBOUNDED) => format!("至少 {min} {unit}"),
        (min, max) if min == max => format!("{min} {unit}"),
        (min, max) => format!("{min} 至 {max} {unit}"),
    }
}

pub(crate) fn signature(duty: SignatureDuty) -> &'static str {
    match duty {
        SignatureDuty::None => "没有",
        SignatureDuty::Optional => "可以签名",
        SignatureDuty::RequiredByText => "规范要求签名（版式不检查，平台检查）",
        SignatureDuty::Required => "必须签名",
    }
}

fn record(out: &mut String, table: &RecordSpec, title: &str) {
    let _ = writeln!(
        out,
        "## {title} `{}`\n\n| # | 元素 | 名称 | 类型 | 必填 | 取值 | 说明 |\n|---|---|---|---|---|---|---|",
        table.name
    );
    for (at, field) in table.fields.iter().enumerate() {
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} | {} |",
            at + 1,
            field.element,
            field.chinese,
            field_type(field.kind),
            presence(field),
            values(field),
            field.note
        );
    }
    out.push('\n');
}

/// What a clerk should know about an element, in a few lines: for notes in forms.
#[must_use]
pub fn field_note(field: &FieldSpec) -> String {
    let mut lines = vec![field_type(field.kind)];
    // What the lenient profile forgives is no advice for somebody who fills in a form.
    let rules = field
        .rules
        .iter()
        .filter(|rule| !matches!(rule, Rule::Wild(_)));
    let words: Vec<String> = rules.map(rule_words).collect();
    if !words.is_empty() {
        lines.push(format!("取值：{}", words.join("；")).replace('`', ""));
    }
    if !field.note.is_empty() {
        lines.push(field.note.clone());
    }
    lines.join("\n")
}

pub(crate) fn field_type(kind: FieldType) -> String {
    match kind {
        FieldType::Text {
            min: 0,
            max: UNBOUNDED,
            ..
        } => String::from("文字"),
        FieldType::Text { min, max, .. } if min == max => format!("{max} 个字符"),
        FieldType::Text { min: 0, max, .. } => format!("最多 {max} 个字符"),
        FieldType::Text { min, max, .. } => format!("{min} 至 {max} 个字符"),
        FieldType::Decimal { total, fraction } => {
            format!("数字，共 {total} 位，小数 {fraction} 位")
        }
        FieldType::Int { digits: UNBOUNDED } => String::from("整数"),
        FieldType::Int { digits } => format!("整数，最多 {digits} 位"),
        FieldType::Xml => String::from("任意 XML"),
    }
}

pub(crate) fn presence(field: &FieldSpec) -> &'static str {
    match (field.required, field.required_by_text) {
        (_, true) => "是（规范要求有内容）",
        (true, false) => "是",
        (false, false) => "否",
    }
}

fn values(field: &FieldSpec) -> String {
    let words = field.rules.iter().map(rule_words);
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        String::from("－")
    } else {
        words.join("；")
    }
}

pub(crate) fn rule_words(rule: &Rule) -> String {
    match rule {
        Rule::Fixed(value) => format!("固定 `{value}`"),
        Rule::Default(value) => format!("留空等于 `{value}`"),
        Rule::In(list) => {
            let values: Vec<String> = list.iter().map(|value| format!("`{value}`")).collect();
            values.join(" ")
        }
        Rule::Time14 => String::from("YYYYMMDDhhmmss"),
        Rule::Time17 => String::from("YYYYMMDDhhmmssSSS"),
        Rule::Date8 => String::from("YYYYMMDD"),
        Rule::Company(words) if words.is_empty() => String::from("10 位或 18 位企业代码"),
        Rule::Company(words) => format!("10 位或 18 位企业代码，或“{}”", words.join("、")),
        Rule::Name => String::from("不能填“空”“无”等"),
        Rule::Identity => String::from("身份证号码"),
        Rule::NotNegative => String::from("≥ 0"),
        Rule::Positive => String::from("＞ 0"),
        Rule::Digits(count) => format!("{count} 位数字"),
        Rule::HalfWidth => String::from("半角字符"),
        Rule::Assigned => String::from("新增时不填"),
        Rule::Table(table) => format!("代码表：{}", table.chinese()),
        Rule::Wild(list) => {
            let words: Vec<String> = list.iter().map(|wild| wild_words(*wild)).collect();
            format!("宽松档对{}只警告", words.join("、"))
        }
    }
}

fn wild_words(wild: Wild) -> String {
    match wild {
        Wild::Missing => String::from("缺少"),
        Wild::Empty => String::from("空元素"),
        Wild::Order => String::from("次序不对"),
        Wild::Length(max) => format!("不超过 {max} 个字符的超长"),
    }
}

fn trailers(out: &mut String, kind: Kind) {
    let spec = kind.spec();
    if spec.role != SenderRole::Declaration {
        return;
    }
    out.push_str("## 单证之后\n\n单证之后依次是：\n\n");
    for (trailer, occurs) in &spec.trailer {
        let what = match trailer {
            Trailer::BaseTransfer => "基础报文传输实体",
            Trailer::BaseSubscribe => "基础回执订阅实体",
            Trailer::ExtendMessage => "扩展自定义数据实体",
            Trailer::Signature => "XML 签名",
        };
        let _ = writeln!(
            out,
            "- `{}` {what}，{}",
            trailer.name(),
            range(*occurs, "个")
        );
    }
    out.push('\n');
    for (trailer, _) in &spec.trailer {
        if let Some(table) = spec.shared(*trailer) {
            record(out, table, "共用实体");
        }
    }
}
