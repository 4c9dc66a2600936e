//! The JSON form: `{"kind": "CEB311", "guid": "…", "documents": [{"orderNo": "…", "lines": [{…}]}]}`.
//!
//! A document is an object of elements; its lines stand in the member `lines`. Values are texts or
//! numbers; a number is taken exactly as written. `null` is the same as an absent element. `guid` may
//! be left out everywhere.

use super::json::{self, Json, JsonNode};
use super::{Draft, DraftDocument, DraftRecord, FormEntry, FormPlace, PlacedFinding, finding};
use crate::code::{self, Code};
use crate::kind::Kind;
use crate::spec::{FieldSpec, RecordSpec};

/// The member that holds the lines of a document.
const LINES: &str = "lines";

/// Reads a JSON form. There is no draft when the text is no form at all; with findings the draft
/// holds what could be read.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Draft>, Vec<PlacedFinding>) {
    let mut reader = MemberReader::default();
    let draft = match json::read(bytes) {
        Ok(node) => reader.message(&node),
        Err(fault) => {
            let text = format!("第 {} 行：{}", fault.line, fault.text);
            reader.find(&code::FORM_NOT_JSON, "", fault.line, "", text);
            None
        }
    };
    (draft, reader.findings)
}

#[derive(Default)]
struct MemberReader {
    findings: Vec<PlacedFinding>,
}

impl MemberReader {
    fn find(&mut self, code: &'static Code, path: &str, line: u32, value: &str, text: String) {
        let place = FormPlace {
            row: line,
            column: 0,
        };
        self.findings
            .push(finding(code, path.to_owned(), place, value, text));
    }

    fn shape(&mut self, path: &str, line: u32, text: &str) {
        self.find(&code::FORM_SHAPE, path, line, "", text.to_owned());
    }

    fn message(&mut self, node: &JsonNode) -> Option<Draft> {
        let Json::Object(members) = &node.value else {
            self.shape("", node.line, "最外层应为一个对象，含 kind 和 documents");
            return None;
        };
        self.doubles(members, "");
        for (name, node) in members {
            if !["kind", "guid", "documents"].contains(&&**name) {
                let text = format!("没有 {name} 这一项，应为 kind、guid 或 documents");
                self.find(
                    &code::FORM_UNKNOWN,
                    &format!("/{name}"),
                    node.line,
                    name,
                    text,
                );
            }
        }
        let member = |name: &str| members.iter().find(|(known, _)| known == name);
        let kind = match member("kind").map(|(_, node)| (&node.value, node.line)) {
            Some((Json::Text(text), line)) => match Kind::from_code(text) {
                Some(kind) if kind.is_declaration() => Some(kind),
                Some(_) | None => {
                    let known = format!("{text} 不是企业可申报的报文类型");
                    self.find(&code::FORM_SHAPE, "/kind", line, text, known);
                    None
                }
            },
            Some((_, line)) => {
                self.shape("/kind", line, "kind 应为文字，例如 \"CEB311\"");
                None
            }
            None => {
                self.shape("/kind", node.line, "缺少 kind（报文类型），例如 \"CEB311\"");
                None
            }
        };
        let guid = member("guid").and_then(|(_, node)| self.text("/guid", node));
        let documents = match member("documents").map(|(_, node)| (&node.value, node.line)) {
            Some((Json::List(list), _)) if !list.is_empty() => Some(list),
            Some((_, line)) => {
                self.shape("/documents", line, "documents 应为至少有一份单证的列表");
                None
            }
            None => {
                self.shape("/documents", node.line, "缺少 documents（单证列表）");
                None
            }
        };
        let (kind, documents) = (kind?, documents?);
        let most = kind.spec().documents.max as usize;
        if documents.len() > most {
            let text = format!("{}每个报文最多 {most} 份单证", kind.chinese());
            self.find(&code::TOO_MANY, "/documents", node.line, "", text);
            return None;
        }
        let documents = documents
            .iter()
            .enumerate()
            .map(|(at, node)| self.document(kind, &format!("/documents/{at}"), node))
            .collect();
        Some(Draft {
            kind,
            guid,
            documents,
            columns: Vec::new(),
        })
    }

    fn doubles(&mut self, members: &[(String, JsonNode)], path: &str) {
        for (at, (name, node)) in members.iter().enumerate() {
            if members[..at].iter().any(|(earlier, _)| earlier == name) {
                let text = format!("{name} 出现了两次");
                self.find(
                    &code::FORM_SHAPE,
                    &format!("{path}/{name}"),
                    node.line,
                    name,
                    text,
                );
            }
        }
    }

    fn document(&mut self, kind: Kind, path: &str, node: &JsonNode) -> DraftDocument {
        let spec = kind.spec();
        let Json::Object(members) = &node.value else {
            self.shape(path, node.line, "单证应为一个对象");
            return DraftDocument::default();
        };
        let lines = members
            .iter()
            .find(|(name, _)| name == LINES && spec.lines.is_some());
        let mut document = DraftDocument {
            head: self.record(&spec.head, path, node, lines.is_some()),
            lines: Vec::new(),
        };
        let (Some((_, lines)), Some((table, _))) = (lines, &spec.lines) else {
            return document;
        };
        let path = format!("{path}/{LINES}");
        let Json::List(list) = &lines.value else {
            self.shape(&path, lines.line, "lines 应为商品行的列表");
            return document;
        };
        for (at, line) in list.iter().enumerate() {
            let path = format!("{path}/{at}");
            if matches!(line.value, Json::Object(_)) {
                document.lines.push(self.record(table, &path, line, false));
            } else {
                self.shape(&path, line.line, "商品行应为一个对象");
            }
        }
        document
    }

    fn record(
        &mut self,
        table: &'static RecordSpec,
        path: &str,
        node: &JsonNode,
        skip_lines: bool,
    ) -> DraftRecord {
        let mut record = DraftRecord {
            entries: Vec::new(),
            row: node.line,
        };
        let Json::Object(members) = &node.value else {
            return record;
        };
        self.doubles(members, path);
        for (name, node) in members {
            if skip_lines && name == LINES {
                continue;
            }
            let path = format!("{path}/{name}");
            let Some(field) = self.field(table, name, &path, node.line) else {
                continue;
            };
            let is_new = record.entry(&field.element).is_none();
            if let Some(text) = self
                .text(&path, node)
                .filter(|text| is_new && !text.is_empty())
            {
                record.entries.push(FormEntry {
                    element: &field.element,
                    text,
                    place: FormPlace {
                        row: node.line,
                        column: 0,
                    },
                });
            }
        }
        record
    }

    /// The field of a member. A name in the wrong case is reported, and its value is taken all the same.
    fn field(
        &mut self,
        table: &'static RecordSpec,
        name: &str,
        path: &str,
        line: u32,
    ) -> Option<&'static FieldSpec> {
        let known = table.field(name);
        if known.is_some() {
            return known;
        }
        let mut fields = table.fields.iter();
        let alike = fields.find(|field| field.element.eq_ignore_ascii_case(name));
        let text = match alike {
            Some(field) => format!("没有 {name} 这一项，应为 {}", field.element),
            None => format!("{} 中没有 {name} 这一项", table.name),
        };
        self.find(&code::FORM_UNKNOWN, path, line, name, text);
        alike
    }

    fn text(&mut self, path: &str, node: &JsonNode) -> Option<String> {
        match &node.value {
            Json::Text(text) | Json::Number(text) => Some(text.clone()),
            Json::Null => None,
            Json::Bool(_) | Json::List(_) | Json::Object(_) => {
                let text = String::from("应为文字或数字");
                self.find(&code::FORM_VALUE, path, node.line, "", text);
                None
            }
        }
    }
}
