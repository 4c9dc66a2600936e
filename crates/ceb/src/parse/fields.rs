//! The lowest level of the pass: the fields of a record and their values.

use super::machine::Machine;
use super::{Profile, value};
use crate::advice;
use crate::code;
use crate::finding::Finding;
use crate::message::Record;
use crate::spec::{self, FieldSpec, FieldType, RecordSpec, Rule, Wild};
use crate::xml::{Fault, Name, Ns, Token};

/// Most unknown values kept per record of a message from customs.
const EXTRA_MAX: usize = 16;

/// What stood in an element with a value, beside its text.
#[derive(Default)]
struct Content {
    /// Child elements, which do not belong there.
    children: bool,
    /// An empty CDATA section: the element looks empty but takes no default value.
    section: bool,
}

impl<'a> Machine<'a, '_> {
    /// Reads the fields of a record up to its end tag.
    pub(super) fn record(&mut self, table: &'static RecordSpec) -> Result<Record, Fault> {
        let mut record = Record::new(table);
        record.line = self.line;
        let mut order = std::mem::take(&mut self.fields);
        order.clear();
        let mut text_seen = false;
        let mut expected = 0;
        while let Some(name) = self.next_child(&mut text_seen)? {
            let Some(at) = self.field_position(table, name, expected, &record)? else {
                continue;
            };
            if at == usize::MAX {
                self.extra(name, &mut record)?;
                continue;
            }
            let field = &table.fields[at];
            if record.has(at) {
                let text = format!("{}重复出现", spec::label(field));
                self.find(
                    &code::DUPLICATE_ELEMENT,
                    Some(&field.element),
                    self.line,
                    "",
                    text,
                );
                self.skip()?;
                continue;
            }
            order.enter(u8::try_from(at).unwrap_or(u8::MAX), self.line);
            expected = at + 1;
            self.field(field, at, &mut record)?;
        }
        for (at, line) in order.misplaced() {
            let field = &table.fields[usize::from(at)];
            let after = usize::from(at)
                .checked_sub(1)
                .map(|at| &*table.fields[at].element);
            self.misplaced(&field.element, after, line, Some(field));
        }
        self.fields = order;
        for (at, field) in table.fields.iter().enumerate() {
            if field.required && !record.has(at) {
                self.missing(field, record.line);
                record.faulty |= 1 << at;
            }
        }
        Ok(record)
    }

    fn missing(&mut self, field: &FieldSpec, line: u32) {
        if self.profile == Profile::Down {
            return;
        }
        let text = format!("缺少{}", spec::label(field));
        let path = self.path(Some(&field.element));
        let advice = format!("补上 {}：{}。", field.element, field.note);
        let finding = Finding::new(&code::MISSING_ELEMENT, path, line, "", text).advise(advice);
        self.push_wild(finding, field.is_wild(Wild::Missing));
    }

    /// Position of a field by name; `None` when the element was dealt with here, `usize::MAX` when
    /// it is unknown but its value is worth keeping.
    fn field_position(
        &mut self,
        table: &'static RecordSpec,
        name: Name<'a>,
        expected: usize,
        record: &Record,
    ) -> Result<Option<usize>, Fault> {
        let fields = &table.fields;
        if name.ns == Ns::Ceb {
            let ahead = fields[expected.min(fields.len())..]
                .iter()
                .position(|f| f.element == name.local);
            if let Some(ahead) = ahead {
                return Ok(Some(expected + ahead));
            }
            if let Some(at) = table.position(name.local) {
                return Ok(Some(at));
            }
            let alike = fields
                .iter()
                .position(|f| f.element.eq_ignore_ascii_case(name.local));
            if self.profile == Profile::Down {
                return Ok(alike.filter(|at| !record.has(*at)).or(Some(usize::MAX)));
            }
            if let Some(at) = alike.filter(|at| !record.has(*at)) {
                let text = format!("元素 {} 的大小写不对", name.local);
                let advice = format!("改为 {}。", fields[at].element);
                let path = self.path(Some(name.local));
                let finding =
                    Finding::new(&code::UNKNOWN_ELEMENT, path, self.line, name.local, text);
                self.report.push(finding.advise(advice));
                return Ok(Some(at));
            }
        }
        self.unknown(name)?;
        Ok(None)
    }

    fn extra(&mut self, name: Name<'a>, record: &mut Record) -> Result<(), Fault> {
        let start = record.text.len();
        self.content(&mut record.text)?;
        let value = record.text.split_off(start);
        if record.extra.len() < EXTRA_MAX {
            record.extra.push((name.local.to_owned(), value));
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static FieldSpec,
        at: usize,
        record: &mut Record,
    ) -> Result<(), Fault> {
        let line = self.line;
        self.no_attributes(Some(&field.element));
        let start = record.text.len();
        if field.kind == FieldType::Xml {
            self.any_xml(field)?;
        } else {
            let content = self.content(&mut record.text)?;
            self.value(field, at, record, &content, line, start);
        }
        record.put(at, start, line);
        Ok(())
    }

    fn value(
        &mut self,
        field: &FieldSpec,
        at: usize,
        record: &mut Record,
        content: &Content,
        line: u32,
        start: usize,
    ) {
        if content.children {
            let text = format!("{}中不能再有元素", spec::label(field));
            self.find(
                &code::CHILD_NOT_ALLOWED,
                Some(&field.element),
                line,
                "",
                text,
            );
            record.faulty |= 1 << at;
        } else if let Some(problem) = value::check(field, &record.text[start..], !content.section) {
            record.faulty |= 1 << at;
            self.bad_value(field, &record.text[start..], line, problem);
        }
    }

    fn bad_value(
        &mut self,
        field: &FieldSpec,
        value: &str,
        line: u32,
        problem: value::ValueProblem,
    ) {
        if self.profile == Profile::Down || self.report.is_full() {
            return;
        }
        let path = self.path(Some(&field.element));
        let mut finding = Finding::new(problem.code, path, line, value, problem.text);
        if value.is_empty() && !field.required {
            finding = finding.advise(format!(
                "没有内容时删除整个 {} 元素，不要留空。",
                field.element
            ));
        } else if let Some(advice) = advice::of(field, value, self.tables) {
            finding = finding.advise(advice);
        }
        let chars = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
        let wild = field.rules.iter().any(|rule| {
            let Rule::Wild(list) = rule else { return false };
            list.iter().any(|wild| match wild {
                Wild::Empty => value.is_empty(),
                Wild::Length(max) => *problem.code == code::TOO_LONG && chars <= *max,
                Wild::Missing | Wild::Order => false,
            })
        });
        self.push_wild(finding, wild);
    }

    /// Appends the text of an element. Children are skipped.
    fn content(&mut self, into: &mut String) -> Result<Content, Fault> {
        let mut content = Content::default();
        loop {
            match self.tokens.next()? {
                Token::CData("") => content.section = true,
                Token::Text(text) | Token::CData(text) if self.has_cr && text.contains('\r') => {
                    into.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
                }
                Token::Text(text) | Token::CData(text) => into.push_str(text),
                Token::Char(c) => into.push(c),
                Token::Start(_) => {
                    content.children = true;
                    self.skip()?;
                }
                Token::End | Token::Eof => return Ok(content),
            }
        }
    }

    /// `ExtendMessage/Message`: at most one element of any kind, and no text.
    fn any_xml(&mut self, field: &FieldSpec) -> Result<(), Fault> {
        self.steps.push(("Message", 0));
        let (mut count, mut text_seen) = (0, false);
        while self.next_child(&mut text_seen)?.is_some() {
            count += 1;
            if count == 2 {
                let text = format!("{}中最多一个元素", spec::label(field));
                self.find(&code::TOO_MANY, None, self.line, "", text);
            }
            self.skip()?;
        }
        self.steps.pop();
        Ok(())
    }
}
