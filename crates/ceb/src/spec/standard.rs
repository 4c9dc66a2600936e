//! Versions of the message standard (报文规范版本).
//!
//! 202205 is built in and what everything uses that names no version: [`Kind::spec`] stays a look at a
//! static table. Another version is an *overlay*: a text that says only what differs. Its tables are
//! made once and live as long as the program, because records point at them; the same text gives the
//! same tables, and no more than [`KEPT_MAX`] versions are ever made (I9).
//!
//! | Line of an overlay | What it does |
//! |---|---|
//! | `standard`, `name`, `effective` with `\| value` | head: id, name, first day (`YYYY-MM-DD` or `-`) |
//! | `without \| CEB213 …` | these kinds do not exist in it |
//! | `[CEB621]` | opens the head of a kind: `documents`, `lines`, `signature` with `\| value` |
//! | `[CEB621/InventoryList]` | opens a record |
//! | `element \| …` (six columns, as in a table) | replaces the element, or adds it at the end |
//! | `+ element after other \| …` | adds it after another one; `after -` at the start |
//! | `- element` | removes it |

use super::table::{self, Problems};
use super::{MessageSpec, RecordSpec, TABLES};
use crate::kind::Kind;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Most versions that one program makes tables for.
pub const KEPT_MAX: usize = 32;

/// Longest overlay, in bytes.
pub const OVERLAY_BYTES_MAX: usize = 256 << 10;

/// Characters of the id of a version.
const ID_CHARS_MAX: usize = 20;

/// Id of the built-in version.
pub const CURRENT: &str = "202205";

/// The overlay of the version of 2018.
const OVERLAY_2018: &str = include_str!("../../spec/2018/overlay.spec");

/// A version of the message standard (报文规范版本).
#[derive(Debug)]
pub struct Standard {
    /// Its id: `202205`.
    pub id: String,
    /// Its name, in Chinese.
    pub name: String,
    /// The first day on which it holds, `YYYY-MM-DD`; empty when it is not given.
    pub effective: String,
    /// The tables, in the order of `Kind::ALL`; nothing where the kind does not exist.
    tables: Vec<Option<MessageSpec>>,
}

static BUILT_IN: LazyLock<Standard> = LazyLock::new(|| Standard {
    id: CURRENT.to_owned(),
    name: "海关跨境电商统一版系统企业对接报文规范（202205版）".to_owned(),
    effective: String::new(),
    tables: TABLES.iter().cloned().map(Some).collect(),
});

static OF_2018: LazyLock<Standard> = LazyLock::new(|| read(OVERLAY_2018).0);

/// Versions made from overlays, by their text.
static KEPT: LazyLock<Mutex<HashMap<String, &'static Standard>>> = LazyLock::new(Mutex::default);

impl Standard {
    /// The built-in version, which holds now.
    #[must_use]
    pub fn current() -> &'static Self {
        &BUILT_IN
    }

    /// The versions that the program brings, oldest first.
    #[must_use]
    pub fn built_in() -> [&'static Self; 2] {
        [&OF_2018, &BUILT_IN]
    }

    /// The version of an overlay; the same text gives the same tables.
    ///
    /// # Errors
    /// What is wrong with the text, in Chinese, one line each.
    pub fn of_overlay(text: &str) -> Result<&'static Self, Problems> {
        if text.len() > OVERLAY_BYTES_MAX {
            let most = OVERLAY_BYTES_MAX >> 10;
            return Err(vec![format!("文件过大：最多 {most} KiB")]);
        }
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(text) {
            return Ok(known);
        }
        if kept.len() >= KEPT_MAX {
            return Err(vec![format!(
                "本次启动以来已装入 {KEPT_MAX} 个不同的版本，请重启平台后再试"
            )]);
        }
        let (standard, problems) = read(text);
        if !problems.is_empty() {
            return Err(problems);
        }
        let standard: &'static Self = Box::leak(Box::new(standard));
        kept.insert(text.to_owned(), standard);
        Ok(standard)
    }

    /// The table of a kind, if the version has the kind.
    #[must_use]
    pub fn message(&self, kind: Kind) -> Option<&MessageSpec> {
        // In the order of the variants, as the built-in tables are: checked by a test.
        self.tables.get(kind as usize)?.as_ref()
    }
}

/// Which part of a kind an overlay changes.
enum OverlayPart {
    Head(Kind),
    Record(Kind, String),
}

/// Reads an overlay on the built-in tables.
pub(super) fn read(text: &str) -> (Standard, Problems) {
    let mut problems = Problems::new();
    let mut standard = Standard {
        id: String::new(),
        name: String::new(),
        effective: String::new(),
        tables: TABLES.iter().cloned().map(Some).collect(),
    };
    let mut part = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let problem = match (&part, line.strip_prefix('[')) {
            (_, Some(head)) => {
                part = opened(head);
                part.is_none()
                    .then(|| "不是 [报文] 或 [报文/记录]".to_owned())
            }
            (None, None) => head(&mut standard, line),
            (Some(part), None) => change(&mut standard, part, line),
        };
        if let Some(problem) = problem {
            problems.push(format!("第 {} 行：{problem}：{line}", at + 1));
        }
    }
    check(&standard, &mut problems);
    (standard, problems)
}

fn opened(head: &str) -> Option<OverlayPart> {
    let inner = head.strip_suffix(']')?;
    match inner.split_once('/') {
        None => Kind::from_code(inner).map(OverlayPart::Head),
        Some((kind, record)) => {
            let kind = Kind::from_code(kind)?;
            Some(OverlayPart::Record(kind, record.to_owned()))
        }
    }
}

type SpecProblem = Option<String>;

fn head(standard: &mut Standard, line: &str) -> SpecProblem {
    let Some((key, value)) = line.split_once('|') else {
        return Some("应为 键 | 值".to_owned());
    };
    let value = value.trim();
    match key.trim() {
        "standard" => value.clone_into(&mut standard.id),
        "name" => value.clone_into(&mut standard.name),
        "effective" if value == "-" => {}
        "effective" if is_day(value) => value.clone_into(&mut standard.effective),
        "effective" => return Some("生效日期应为 YYYY-MM-DD".to_owned()),
        "without" => {
            for word in value.split_whitespace() {
                let Some(kind) = Kind::from_code(word) else {
                    return Some(format!("没有这种报文类型 {word}"));
                };
                if let Some(table) = standard.tables.get_mut(kind as usize) {
                    *table = None;
                }
            }
        }
        _ => return Some("不认识的键".to_owned()),
    }
    None
}

/// Whether a text is a day, `YYYY-MM-DD`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7));
    shape && crate::time::is_date(&digits)
}

fn change(standard: &mut Standard, part: &OverlayPart, line: &str) -> SpecProblem {
    let (OverlayPart::Head(kind) | OverlayPart::Record(kind, _)) = part;
    let table = standard.tables.get_mut(*kind as usize);
    let Some(spec) = table.and_then(Option::as_mut) else {
        return Some(format!("此版本没有 {kind}"));
    };
    match part {
        OverlayPart::Head(_) => change_head(spec, line),
        OverlayPart::Record(_, name) => {
            let lines = spec.lines.as_mut().map(|(record, _)| record);
            let record = [Some(&mut spec.head), lines]
                .into_iter()
                .flatten()
                .find(|record| record.name == *name);
            match record {
                Some(record) => change_record(record, line),
                None => Some(format!("{kind} 没有记录 {name}")),
            }
        }
    }
}

fn change_head(spec: &mut MessageSpec, line: &str) -> SpecProblem {
    let Some((key, value)) = line.split_once('|') else {
        return Some("应为 键 | 值".to_owned());
    };
    let (value, mut problems) = (value.trim(), Problems::new());
    match key.trim() {
        "documents" => {
            let (name, occurs) = table::named_occurs(value, &mut problems);
            if name != spec.document {
                return Some(format!("单证元素应为 {}", spec.document));
            }
            spec.documents = occurs;
        }
        "lines" => {
            let (name, occurs) = table::named_occurs(value, &mut problems);
            match &mut spec.lines {
                Some((record, old)) if record.name == name => *old = occurs,
                Some(_) | None => return Some(format!("没有表体 {name}")),
            }
        }
        "signature" => spec.signature = table::signature(value, &mut problems),
        _ => return Some("不认识的键".to_owned()),
    }
    problems.pop()
}

fn change_record(record: &mut RecordSpec, line: &str) -> SpecProblem {
    if let Some(element) = line.strip_prefix("- ") {
        let before = record.fields.len();
        record
            .fields
            .retain(|field| field.element != element.trim());
        let is_gone = record.fields.len() < before;
        return (!is_gone).then(|| format!("{} 没有这个元素", record.name));
    }
    let (text, after) = match line.strip_prefix("+ ") {
        None => (line.to_owned(), None),
        Some(rest) => {
            let Some((place, columns)) = rest.split_once('|') else {
                return Some("应有六列".to_owned());
            };
            let Some((element, after)) = place.trim().split_once(" after ") else {
                return Some("应为 + 元素 after 元素".to_owned());
            };
            (
                format!("{element} | {columns}"),
                Some(after.trim().to_owned()),
            )
        }
    };
    let mut problems = Problems::new();
    let Some(field) = table::field(&text, &mut problems).filter(|_| problems.is_empty()) else {
        return Some("不是数据项的六列（元素、名称、类型、必填、规则、说明）".to_owned());
    };
    let known = record.position(&field.element);
    match (known, after.as_deref()) {
        (Some(at), None) => record.fields[at] = field,
        (None, None) => record.fields.push(field),
        (Some(_), Some(_)) => return Some("元素已经存在".to_owned()),
        (None, Some("-")) => record.fields.insert(0, field),
        (None, Some(after)) => match record.position(after) {
            Some(at) => record.fields.insert(at + 1, field),
            None => return Some(format!("没有元素 {after}")),
        },
    }
    None
}

/// Most elements of a record: a record marks its faulty ones in 64 bits.
const FIELDS_MAX: usize = 64;

fn check(standard: &Standard, problems: &mut Problems) {
    let id = &standard.id;
    let is_good = (1..=ID_CHARS_MAX).contains(&id.chars().count())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if !is_good {
        problems.push(format!(
            "缺少版本号 standard，或不是 1 至 {ID_CHARS_MAX} 个字母、数字：{id}"
        ));
    }
    if standard.name.is_empty() {
        problems.push("缺少名称 name".to_owned());
    }
    for spec in standard.tables.iter().flatten() {
        let lines = spec.lines.as_ref().map(|(record, _)| record);
        for record in [Some(&spec.head), lines].into_iter().flatten() {
            if record.fields.len() > FIELDS_MAX {
                problems.push(format!("{} {} 的元素过多", spec.kind, record.name));
            }
        }
        for element in &spec.key {
            if spec.head.position(element).is_none() {
                problems.push(format!("{} 的业务主键 {element} 不能去掉", spec.kind));
            }
        }
    }
}
