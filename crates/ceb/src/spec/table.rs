//! Reads the table files. Nothing here fails: problems are collected and a test wants none.

use super::{
    CodeTable, FieldSpec, FieldType, MessageSpec, Occurs, RecordSpec, Rule, SenderRole,
    SignatureDuty, Trailer, UNBOUNDED, Wild,
};
use crate::kind::{Direction, Kind};

pub(super) type Problems = Vec<String>;

/// Reads the table of one kind.
pub(super) fn message(kind: Kind, text: &str) -> (MessageSpec, Problems) {
    let mut problems = Vec::new();
    let (mut parts, more) = records(text);
    problems.extend(more);
    let head = |key: &str| {
        text.lines()
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('|'))
            .find(|(name, _)| name.trim() == key)
            .map_or("", |(_, value)| value.trim())
    };
    let present = |key: &str| Some(head(key)).filter(|value| *value != "-" && !value.is_empty());
    if head("kind") != kind.code() {
        problems.push(format!("kind: {} in the table of {kind}", head("kind")));
    }
    let (document, documents) = named_occurs(head("documents"), &mut problems);
    let line_occurs = present("lines").map(|text| named_occurs(text, &mut problems));
    let lines = line_occurs.and_then(|(name, occurs)| {
        let at = parts.iter().position(|record| record.name == name)?;
        Some((parts.remove(at), occurs))
    });
    let head_at = parts.iter().position(|record| record.name == head("head"));
    let head_record = head_at.map_or_else(
        || RecordSpec {
            name: head("head").to_owned(),
            fields: Vec::new(),
        },
        |at| parts.remove(at),
    );
    if head_record.fields.is_empty() || !parts.is_empty() {
        problems.push(format!("{kind}: head or lines do not match the records"));
    }
    let trailer = present("trailer")
        .into_iter()
        .flat_map(|list| list.split(','))
        .filter_map(|item| trailer(item, &mut problems))
        .collect();
    let spec = MessageSpec {
        kind,
        chinese: head("chinese").to_owned(),
        direction: direction(head("direction"), &mut problems),
        role: role(head("role"), &mut problems),
        who: head("who").to_owned(),
        root: head("root").to_owned(),
        document,
        documents,
        head: head_record,
        lines,
        trailer,
        signature: signature(head("signature"), &mut problems),
        key: present("key")
            .unwrap_or("")
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        receipt: present("receipt").and_then(Kind::from_code),
        declares: present("declares").and_then(Kind::from_code),
        note: present("note").unwrap_or("").to_owned(),
    };
    (spec, problems)
}

/// Reads the `[Record]` blocks of a table.
pub(super) fn records(text: &str) -> (Vec<RecordSpec>, Problems) {
    let mut records: Vec<RecordSpec> = Vec::new();
    let mut problems = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            records.push(RecordSpec {
                name: name.to_owned(),
                fields: Vec::new(),
            });
        } else if let Some(record) = records.last_mut()
            && !line.is_empty()
            && !line.starts_with('#')
        {
            match field(line, &mut problems) {
                Some(field) => record.fields.push(field),
                None => problems.push(format!("not a field line: {line}")),
            }
        }
    }
    (records, problems)
}

pub(super) fn field(line: &str, problems: &mut Problems) -> Option<FieldSpec> {
    let mut columns = line.split('|').map(str::trim);
    let (element, chinese) = (columns.next()?, columns.next()?);
    let (kind, presence, rules, note) = (
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
    );
    if columns.next().is_some() || !matches!(presence, "R" | "R!" | "O" | "O!") {
        return None;
    }
    let rules = rules.split_whitespace().filter(|word| *word != "-");
    Some(FieldSpec {
        element: element.to_owned(),
        chinese: chinese.to_owned(),
        kind: field_type(kind)?,
        required: presence.starts_with('R'),
        required_by_text: presence.ends_with('!'),
        rules: rules.filter_map(|word| rule(word, problems)).collect(),
        note: if note == "-" {
            String::new()
        } else {
            note.to_owned()
        },
    })
}

fn field_type(text: &str) -> Option<FieldType> {
    if text == "xml" {
        return Some(FieldType::Xml);
    }
    if let Some(digits) = text.strip_prefix("int") {
        let digits = if digits.is_empty() {
            UNBOUNDED
        } else {
            digits.parse().ok()?
        };
        return Some(FieldType::Int { digits });
    }
    if let Some(digits) = text.strip_prefix('N') {
        let (total, fraction) = digits.split_once(',')?;
        return Some(FieldType::Decimal {
            total: total.parse().ok()?,
            fraction: fraction.parse().ok()?,
        });
    }
    let length = text.strip_prefix('C')?;
    let (length, collapse) = length
        .strip_suffix('~')
        .map_or((length, false), |length| (length, true));
    let (min, max) = match length.split_once("..") {
        Some((min, "")) => (min.parse().ok()?, UNBOUNDED),
        Some((min, max)) => (min.parse().ok()?, max.parse().ok()?),
        None => (length.parse().ok()?, length.parse().ok()?),
    };
    Some(FieldType::Text { min, max, collapse })
}

fn rule(word: &str, problems: &mut Problems) -> Option<Rule> {
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let rule = match name {
        "fixed" => Some(Rule::Fixed(value.to_owned())),
        "default" => Some(Rule::Default(value.to_owned())),
        "in" => Some(Rule::In(list(value))),
        "time14" => Some(Rule::Time14),
        "time17" => Some(Rule::Time17),
        "date8" => Some(Rule::Date8),
        "name" => Some(Rule::Name),
        "identity" => Some(Rule::Identity),
        "nonneg" => Some(Rule::NotNegative),
        "positive" => Some(Rule::Positive),
        "half" => Some(Rule::HalfWidth),
        "assigned" => Some(Rule::Assigned),
        "table" => CodeTable::from_name(value).map(Rule::Table),
        "wild" => value
            .split(',')
            .map(wild)
            .collect::<Option<Vec<_>>>()
            .map(Rule::Wild),
        _ => name.strip_prefix("digits").map_or_else(
            || {
                let words = name.strip_prefix("company")?;
                Some(Rule::Company(
                    words.split(',').skip(1).map(str::to_owned).collect(),
                ))
            },
            |digits| digits.parse().ok().map(Rule::Digits),
        ),
    };
    if rule.is_none() {
        problems.push(format!("not a rule: {word}"));
    }
    rule
}

fn wild(word: &str) -> Option<Wild> {
    match word {
        "missing" => Some(Wild::Missing),
        "empty" => Some(Wild::Empty),
        "order" => Some(Wild::Order),
        _ => word.strip_prefix("length")?.parse().ok().map(Wild::Length),
    }
}

pub(super) fn named_occurs(text: &str, problems: &mut Problems) -> (String, Occurs) {
    let (name, range) = text.split_once(' ').unwrap_or((text, ""));
    let number = |text: &str| {
        if text.is_empty() {
            Some(UNBOUNDED)
        } else {
            text.parse().ok()
        }
    };
    let (min, max) = range.trim().split_once("..").unwrap_or((range, range));
    match (min.parse(), number(max)) {
        (Ok(min), Some(max)) => (name.to_owned(), Occurs { min, max }),
        _ => {
            problems.push(format!("not a name with a range: {text}"));
            (name.to_owned(), Occurs { min: 1, max: 1 })
        }
    }
}

fn trailer(item: &str, problems: &mut Problems) -> Option<(Trailer, Occurs)> {
    let (name, occurs) = named_occurs(item.trim(), problems);
    let all = [
        Trailer::BaseTransfer,
        Trailer::BaseSubscribe,
        Trailer::ExtendMessage,
        Trailer::Signature,
    ];
    let found = all.into_iter().find(|trailer| trailer.name() == name);
    if found.is_none() {
        problems.push(format!("not a trailer: {item}"));
    }
    found.map(|trailer| (trailer, occurs))
}

fn direction(word: &str, problems: &mut Problems) -> Option<Direction> {
    match word {
        "import" => Some(Direction::Import),
        "export" => Some(Direction::Export),
        "both" => None,
        _ => {
            problems.push(format!("not a direction: {word}"));
            None
        }
    }
}

fn role(word: &str, problems: &mut Problems) -> SenderRole {
    match word {
        "declaration" => SenderRole::Declaration,
        "receipt" => SenderRole::Receipt,
        "notice" => SenderRole::Notice,
        _ => {
            problems.push(format!("not a role: {word}"));
            SenderRole::Notice
        }
    }
}

pub(super) fn signature(word: &str, problems: &mut Problems) -> SignatureDuty {
    match word {
        "none" => SignatureDuty::None,
        "optional" => SignatureDuty::Optional,
        "text" => SignatureDuty::RequiredByText,
        "required" => SignatureDuty::Required,
        _ => {
            problems.push(format!("not a signature duty: {word}"));
            SignatureDuty::None
        }
    }
}
