//! JSON Schema (2020-12) of the JSON form of a declaration, and samples of the form.
//!
//! The schema takes what the platform takes: texts and numbers alike, `null` for an absent element,
//! without what the platform fills in. Rules that a schema cannot say stand in the description.

use super::value::JsonValue;
use crate::doc;
use crate::form::{columns, only_value};
use crate::kind::Kind;
use crate::parse::parse;
use crate::profile::Profile;
use crate::sample::{self, Spec};
use crate::spec::{FieldSpec, FieldType, RecordSpec, Rule, UNBOUNDED};
use crate::{Record, code_table};

/// Codes of a table that are listed in the schema as names; longer tables are on their own pages.
const CODES_MAX: usize = 40;

/// The schema of a declaration.
#[must_use]
pub fn schema(kind: Kind) -> String {
    let spec = kind.spec();
    let mut document = record(kind, &spec.head, true);
    if let Some((table, occurs)) = &spec.lines {
        let mut lines = vec![
            ("type".to_owned(), JsonValue::text("array")),
            ("title".to_owned(), JsonValue::text("表体")),
            ("minItems".to_owned(), JsonValue::Number(occurs.min.into())),
        ];
        if occurs.max != UNBOUNDED {
            lines.push(("maxItems".to_owned(), JsonValue::Number(occurs.max.into())));
        }
        lines.push(("items".to_owned(), object(record(kind, table, false))));
        document
            .0
            .push(("lines".to_owned(), JsonValue::Object(lines)));
        if occurs.min > 0 {
            document.1.push("lines".to_owned());
        }
    }
    let documents = JsonValue::object([
        ("type", JsonValue::text("array")),
        ("title", JsonValue::text("单证")),
        ("minItems", JsonValue::Number(1)),
        ("maxItems", JsonValue::Number(spec.documents.max.into())),
        ("items", object(document)),
    ]);
    let id = format!("urn:tongguan:standard:{}:{kind}", crate::spec::CURRENT);
    JsonValue::object([
        (
            "$schema",
            JsonValue::text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("$id", JsonValue::Text(id)),
        ("title", JsonValue::text(format!("{kind} {}", spec.chinese))),
        (
            "description",
            JsonValue::text("报文的 JSON 形式。数值可写成文字或数字，null 等于不出现；guid、传输企业、商品序号等由平台补齐。"),
        ),
        ("type", JsonValue::text("object")),
        (
            "properties",
            JsonValue::object([
                (
                    "kind",
                    JsonValue::object([
                        ("title", JsonValue::text("报文类型")),
                        ("const", JsonValue::text(kind.code())),
                    ]),
                ),
                ("guid", guid()),
                ("documents", documents),
            ]),
        ),
        ("required", JsonValue::texts(["kind", "documents"])),
        ("additionalProperties", JsonValue::Bool(false)),
    ])
    .pretty()
}

fn guid() -> JsonValue {
    JsonValue::object([
        ("title", JsonValue::text("报文编号；缺省由平台生成")),
        ("type", JsonValue::texts(["string", "null"])),
        ("maxLength", JsonValue::Number(36)),
    ])
}

/// Properties and names of those that are needed.
type Members = (Vec<(String, JsonValue)>, Vec<String>);

fn record(kind: Kind, table: &'static RecordSpec, is_head: bool) -> Members {
    let part = if is_head {
        crate::form::ColumnPart::Head
    } else {
        crate::form::ColumnPart::Line
    };
    let needed = columns(kind)
        .into_iter()
        .filter(|column| column.part == part && column.needed)
        .map(|column| column.field.element.clone())
        .collect();
    let fields = table.fields.iter();
    let properties = fields
        .filter(|field| field.kind != FieldType::Xml)
        .map(|field| (field.element.clone(), property(field)))
        .collect();
    (properties, needed)
}

fn object((properties, required): Members) -> JsonValue {
    JsonValue::object([
        ("type", JsonValue::text("object")),
        ("properties", JsonValue::Object(properties)),
        ("required", JsonValue::texts(required)),
        ("additionalProperties", JsonValue::Bool(false)),
    ])
}

fn property(field: &FieldSpec) -> JsonValue {
    let mut members = vec![
        ("title".to_owned(), JsonValue::text(&field.chinese)),
        (
            "description".to_owned(),
            JsonValue::Text(doc::field_note(field)),
        ),
    ];
    let is_needed = (field.required || field.required_by_text) && only_value(field).is_none();
    let mut types = vec!["string", "number"];
    if !is_needed {
        types.push("null");
    }
    members.push(("type".to_owned(), JsonValue::texts(types)));
    // Only lists of words are closed; a list of figures may be written as numbers as well.
    let list = field.list().map(<[String]>::to_vec);
    let list = list.or_else(|| field.fixed().map(|value| vec![value.to_owned()]));
    if let Some(list) = list {
        let mut values: Vec<JsonValue> = list.iter().map(JsonValue::text).collect();
        let numbers = list
            .iter()
            .filter(|text| !text.starts_with('0') || *text == "0");
        values.extend(numbers.filter_map(|text| text.parse().ok().map(JsonValue::Number)));
        if !is_needed {
            values.push(JsonValue::text(""));
        }
        // `null` has no place among texts and numbers here; an absent member says the same.
        members.retain(|(name, _)| name != "type");
        members.push(("enum".to_owned(), JsonValue::List(values)));
    } else {
        members.extend(limits(field, is_needed));
    }
    if let Some(table) = field.table() {
        let codes = code_table::entries(table);
        if codes.len() <= CODES_MAX {
            let names = codes
                .iter()
                .map(|(code, name)| ((*code).to_owned(), JsonValue::text(*name)));
            members.push(("x-codes".to_owned(), JsonValue::Object(names.collect())));
        }
        let known = super::CODE_TABLES
            .iter()
            .find(|(known, ..)| *known == table);
        if let Some((_, name, _)) = known {
            members.push(("x-code-table".to_owned(), JsonValue::text(*name)));
        }
    }
    JsonValue::Object(members)
}

/// Lengths and patterns; they hold for texts, as JSON Schema has it. An optional text may be empty.
fn limits(field: &FieldSpec, is_needed: bool) -> Vec<(String, JsonValue)> {
    let mut members = Vec::new();
    let or_empty = |pattern: String| {
        if is_needed {
            format!("^{pattern}$")
        } else {
            format!("^({pattern})?$")
        }
    };
    let exact = |rule: &Rule| match rule {
        Rule::Time14 => Some("[0-9]{14}".to_owned()),
        Rule::Time17 => Some("[0-9]{17}".to_owned()),
        Rule::Date8 => Some("[0-9]{8}".to_owned()),
        Rule::Digits(count) => Some(format!("[0-9]{{{count}}}")),
        Rule::Fixed(_)
        | Rule::Default(_)
        | Rule::In(_)
        | Rule::Company(_)
        | Rule::Name
        | Rule::Identity
        | Rule::NotNegative
        | Rule::Positive
        | Rule::HalfWidth
        | Rule::Assigned
        | Rule::Table(_)
        | Rule::Wild(_) => None,
    };
    let pattern = field.rules.iter().find_map(exact);
    let number = match field.kind {
        FieldType::Decimal { fraction, .. } => {
            Some(format!(r"\s*[+-]?[0-9]*(\.[0-9]{{0,{fraction}}}0*)?\s*"))
        }
        FieldType::Int { .. } => Some(r"\s*[+-]?[0-9]+\s*".to_owned()),
        FieldType::Text { .. } | FieldType::Xml => None,
    };
    if let FieldType::Text { min, max, .. } = field.kind {
        if is_needed && min > 0 {
            members.push(("minLength".to_owned(), JsonValue::Number(min.into())));
        }
        if max != UNBOUNDED {
            members.push(("maxLength".to_owned(), JsonValue::Number(max.into())));
        }
    }
    if let Some(pattern) = pattern.or(number) {
        members.push(("pattern".to_owned(), JsonValue::Text(or_empty(pattern))));
    }
    members
}

/// A sample of the JSON form, the same documents as the sample in XML.
#[must_use]
pub fn sample(kind: Kind) -> String {
    let xml = sample::message(&Spec::new(kind, 1));
    let message = parse(xml.as_bytes(), Profile::Strict).message;
    let columns = columns(kind);
    let values = |record: &Record| -> Vec<(String, JsonValue)> {
        record
            .iter()
            .filter(|(element, value)| {
                let is_asked = columns
                    .iter()
                    .any(|column| column.field.element == *element);
                is_asked && !value.is_empty()
            })
            .map(|(element, value)| (element.to_owned(), JsonValue::text(value)))
            .collect()
    };
    let documents = message.iter().flat_map(|message| &message.documents);
    let documents = documents.map(|document| {
        let mut members = values(&document.head);
        if !document.lines.is_empty() {
            let lines = document
                .lines
                .iter()
                .map(|line| JsonValue::Object(values(line)));
            members.push(("lines".to_owned(), JsonValue::List(lines.collect())));
        }
        JsonValue::Object(members)
    });
    JsonValue::object([
        ("kind", JsonValue::text(kind.code())),
        ("documents", JsonValue::List(documents.collect())),
    ])
    .pretty()
}
