//! The columns of a sheet and its sample rows, from the table of the kind.

use super::{names_foreign_lines, only_value};
use crate::kind::Kind;
use crate::parse::parse;
use crate::profile::Profile;
use crate::sample::{self, Spec};
use crate::spec::{FieldSpec, FieldType, RecordSpec};

/// Lines of the sample document, so that it shows how rows belong together.
const SAMPLE_LINES: u32 = 2;

/// Front of the order numbers of sample rows, for people.
const SAMPLE_PREFIX: &str = "SAMPLE";

/// Which part of a document a column holds (表头或表体).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnPart {
    /// Head (表头).
    Head,
    /// Line (表体).
    Line,
}

/// A column (列) of the sheet of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Head or line.
    pub part: ColumnPart,
    /// What the table says about it.
    pub field: &'static FieldSpec,
    /// Name in the row of element names: `orderNo`, `OrderList/qty`.
    pub name: String,
    /// Name for people.
    pub chinese: String,
    /// Whether a value is needed in every document (or line).
    pub needed: bool,
}

/// The columns that a company fills in; what the platform fills in is left out.
#[must_use]
pub fn columns(kind: Kind) -> Vec<Column> {
    let spec = kind.spec();
    let mut columns: Vec<Column> = fields(&spec.head)
        .filter(|field| field.element != "guid")
        .map(|field| column(kind, ColumnPart::Head, &spec.head, field))
        .collect();
    if let Some((table, _)) = &spec.lines {
        let lines = fields(table)
            .filter(|field| field.element != "gnum" || names_foreign_lines(kind))
            .map(|field| column(kind, ColumnPart::Line, table, field));
        columns.extend(lines);
    }
    columns
}

/// The elements of the head that may have one value only, which the platform fills in.
#[must_use]
pub fn fixed_columns(kind: Kind) -> Vec<Column> {
    let table = &kind.spec().head;
    let fixed = table.fields.iter();
    fixed
        .filter(|field| only_value(field).is_some())
        .map(|field| column(kind, ColumnPart::Head, table, field))
        .collect()
}

fn fields(table: &'static RecordSpec) -> impl Iterator<Item = &'static FieldSpec> {
    let fields = table.fields.iter();
    fields.filter(|field| field.kind != FieldType::Xml && only_value(field).is_none())
}

fn column(kind: Kind, part: ColumnPart, table: &RecordSpec, field: &'static FieldSpec) -> Column {
    let has_lines = kind.spec().lines.is_some();
    let is_filled = field.element == "appTime";
    Column {
        part,
        field,
        name: name(part, table, &field.element),
        chinese: match part {
            ColumnPart::Line => format!("商品行·{}", field.chinese),
            ColumnPart::Head if has_lines => format!("表头·{}", field.chinese),
            ColumnPart::Head => field.chinese.clone(),
        },
        needed: (field.required || field.required_by_text) && !is_filled,
    }
}

fn name(part: ColumnPart, table: &RecordSpec, element: &str) -> String {
    match part {
        ColumnPart::Head => element.to_owned(),
        ColumnPart::Line => format!("{}/{element}", table.name),
    }
}

/// The element that a name of the header row means; names of the head may be written in full too.
pub(super) fn named(kind: Kind, text: &str) -> Option<(ColumnPart, &'static FieldSpec)> {
    let spec = kind.spec();
    let lines = spec.lines.as_ref().map(|(table, _)| table);
    match text.split_once(['/', '.']) {
        None => Some((ColumnPart::Head, spec.head.field(text)?)),
        Some((record, element)) if record == spec.head.name => {
            Some((ColumnPart::Head, spec.head.field(element)?))
        }
        Some((record, element)) => {
            let table = lines.filter(|table| table.name == record)?;
            Some((ColumnPart::Line, table.field(element)?))
        }
    }
}

/// The kind that a sheet's name means: `CEB311`, `进口订单`, `进口订单 (2)`.
#[must_use]
pub fn kind_of_name(name: &str) -> Option<Kind> {
    let name = name.trim();
    let declared = || {
        Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_declaration())
    };
    let by_code = declared().find(|kind| {
        let code = name.get(..kind.code().len()).unwrap_or_default();
        code.eq_ignore_ascii_case(kind.code())
    });
    let by_chinese = || {
        declared()
            .filter(|kind| name.starts_with(kind.chinese()))
            .max_by_key(|kind| kind.chinese().len())
    };
    by_code.or_else(by_chinese)
}

/// The rows of the sample document as they stand in a template; rows that say exactly this are
/// no declaration.
#[must_use]
pub fn sample_rows(kind: Kind) -> Vec<Vec<(ColumnPart, &'static str, String)>> {
    let spec = Spec {
        n_lines: SAMPLE_LINES,
        order_no_prefix: Some(SAMPLE_PREFIX.to_owned()),
        ..Spec::new(kind, 1)
    };
    let xml = sample::message(&spec);
    let Some(message) = parse(xml.as_bytes(), Profile::Strict).message else {
        return Vec::new();
    };
    let Some(document) = message.documents.first() else {
        return Vec::new();
    };
    let columns = columns(kind);
    let values =
        |part: ColumnPart, record: &crate::Record| -> Vec<(ColumnPart, &'static str, String)> {
            let columns = columns.iter().filter(|column| column.part == part);
            columns
                .filter_map(|column| {
                    let element: &'static str = &column.field.element;
                    Some((part, element, record.filled(element)?.to_owned()))
                })
                .collect()
        };
    let head = values(ColumnPart::Head, &document.head);
    if document.lines.is_empty() {
        return vec![head];
    }
    let rows = document
        .lines
        .iter()
        .take(SAMPLE_LINES as usize)
        .enumerate();
    rows.map(|(at, line)| {
        let mut row = if at == 0 {
            head.clone()
        } else {
            // Later rows repeat the key only: that is how rows belong together.
            let key = &kind.spec().key;
            let is_key = |element: &&str| key.iter().any(|name| name == element);
            head.iter()
                .filter(|(_, element, _)| is_key(element))
                .cloned()
                .collect()
        };
        row.extend(values(ColumnPart::Line, line));
        row
    })
    .collect()
}
