//! The standard, published (报文规范手册): a reference of static pages that opens from a folder, from
//! the platform at `/docs/standard/`, and in print; with schemas and samples beside it.
//!
//! Everything comes from the tables, so no page can fall behind the checks. Pages load nothing but
//! their own files: one style, one script for the search box, one list of what can be found.

mod html;
pub mod json_schema;
mod pages;
#[cfg(test)]
mod tests;
pub mod value;

use crate::kind::Kind;
use crate::sample::{self, Spec};
use crate::spec::CodeTable;

/// One file of the reference: its name, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The name below the folder: `CEB311.html`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl File {
    fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// Every code table, with its name in file names and for people.
pub const CODE_TABLES: [(CodeTable, &str, &str); 7] = [
    (CodeTable::Unit, "unit", "计量单位"),
    (CodeTable::Country, "country", "国别（地区）"),
    (CodeTable::Traffic, "traffic", "运输方式"),
    (CodeTable::Wrap, "wrap", "包装种类"),
    (CodeTable::District, "district", "关区"),
    (CodeTable::Currency, "currency", "币制"),
    (CodeTable::Port, "port", "港口"),
];

/// The whole reference as files of one folder.
#[must_use]
pub fn reference() -> Vec<File> {
    let mut files = pages::pages();
    files.extend(schemas());
    files.extend(samples());
    files
}

/// The schemas: XSD of both families and of the envelope, JSON Schema of every declaration.
#[must_use]
pub fn schemas() -> Vec<File> {
    let mut files = vec![
        File::new("import.xsd", crate::xsd::schema(crate::Direction::Import)),
        File::new("export.xsd", crate::xsd::schema(crate::Direction::Export)),
        File::new("dxp.xsd", crate::xsd::dxp()),
    ];
    let kinds = declarations();
    files.extend(
        kinds.map(|kind| File::new(format!("{kind}.schema.json"), json_schema::schema(kind))),
    );
    files
}

/// A sample of every kind as XML, of every declaration as JSON too.
#[must_use]
pub fn samples() -> Vec<File> {
    let xml = Kind::ALL.iter().map(|kind| {
        let text = sample::message(&Spec::new(*kind, 1));
        File::new(format!("{kind}.xml"), text)
    });
    let json =
        declarations().map(|kind| File::new(format!("{kind}.json"), json_schema::sample(kind)));
    xml.chain(json).collect()
}

fn declarations() -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.iter().copied();
    kinds.filter(|kind| kind.is_declaration())
}
