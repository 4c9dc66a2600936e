//! The pass over the tags, one function per level: message, document, record, value.

use super::sequence::Sequence;
use super::{Cut, Parsed, Profile, Terms};
use crate::advice::reference;
use crate::check;
use crate::code::{self, Code};
use crate::code_table::Tables;
use crate::finding::{Finding, Layer};
use crate::kind::Kind;
use crate::message::{Document, Record};
use crate::report::Findings;
use crate::spec::{self, FieldSpec, MessageSpec, Occurs, Standard, Trailer, Wild};
use crate::xml::{Fault, Name, Ns, Source, Token, Tokens, is_blank, line_of, prepare};

pub(super) fn run(bytes: &[u8], terms: &Terms<'_>) -> (Parsed, Cut) {
    let mut report = Findings::default();
    let mut cut = Cut {
        root_start: 0..0,
        root_end: 0..0,
    };
    let message = match prepare(bytes) {
        Err(fault) => {
            report.push(fault_finding(bytes, &fault, String::from("/")));
            None
        }
        Ok(source) => {
            let mut machine = Machine::new(bytes, source, terms, &mut report);
            let result = machine.root(&mut cut);
            let path = machine.path(None);
            match result {
                Ok(message) => message,
                Err(fault) => {
                    report.push(fault_finding(bytes, &fault, path));
                    None
                }
            }
        }
    };
    if let Some(message) = &message
        && terms.profile != Profile::Down
        && terms.deepest >= Layer::Rule
        && message.kind.is_declaration()
    {
        let spec = spec_under(terms.standard, message.kind).unwrap_or_else(|| message.kind.spec());
        check::run(message, spec, terms, &mut report);
    }
    (
        Parsed {
            message,
            findings: report.finish(),
        },
        cut,
    )
}

fn fault_finding(bytes: &[u8], fault: &Fault, path: String) -> Finding {
    let line = line_of(bytes, fault.offset);
    if let Some(reference) = reference::reference_fault(bytes, fault) {
        let text = format!("第 {line} 行：{}", reference.text);
        return Finding::new(fault.code, path, line, &fault.value, text).advise(reference.advice);
    }
    let finding = |text| Finding::new(fault.code, path, line, &fault.value, text);
    if let Some(file) = crate::unrecognised::file_of(fault, bytes) {
        return finding(format!("内容不是 XML，而是{}", file.name)).advise(file.advice.to_owned());
    }
    finding(format!("第 {line} 行：{}", fault.code.title))
}

/// The table of a kind in a version; in the built-in one when none is named.
fn spec_under(standard: Option<&'static Standard>, kind: Kind) -> Option<&'static MessageSpec> {
    match standard {
        None => Some(kind.spec()),
        Some(standard) => standard.message(kind),
    }
}

pub(super) struct Machine<'a, 'r> {
    input: &'a [u8],
    pub(super) tables: &'r Tables,
    standard: Option<&'static Standard>,
    pub(super) has_cr: bool,
    pub(super) profile: Profile,
    pub(super) tokens: Tokens<'a>,
    pub(super) report: &'r mut Findings,
    /// Line of the last start tag, and the byte up to which lines are counted.
    pub(super) line: u32,
    counted: usize,
    /// Names of the open elements down to the record, with a number where they repeat.
    pub(super) steps: Vec<(&'static str, u32)>,
    /// Scratch for the order of fields in a record.
    pub(super) fields: Sequence,
}

impl<'a, 'r> Machine<'a, 'r> {
    fn new(
        input: &'a [u8],
        source: Source<'a>,
        terms: &'r Terms<'_>,
        report: &'r mut Findings,
    ) -> Self {
        Self {
            input,
            tables: terms.tables,
            standard: terms.standard,
            has_cr: source.has_cr,
            profile: terms.profile,
            tokens: match terms.profile {
                Profile::Down => Tokens::new(source).by_name(),
                Profile::Strict | Profile::Lenient => Tokens::new(source),
            },
            report,
            line: 1,
            counted: 0,
            steps: Vec::with_capacity(4),
            fields: Sequence::default(),
        }
    }

    /// Whether a name is that of a table; from customs in large or small letters.
    pub(super) fn is_named(&self, name: &str, table: &str) -> bool {
        name == table || (self.profile == Profile::Down && name.eq_ignore_ascii_case(table))
    }

    /// The table of a kind.
    pub(super) fn spec(&self, kind: Kind) -> Option<&'static MessageSpec> {
        spec_under(self.standard, kind)
    }

    pub(super) fn path(&self, leaf: Option<&str>) -> String {
        let mut path = String::new();
        for (name, number) in &self.steps {
            path.push('/');
            path.push_str(name);
            if *number > 0 {
                path.push_str(&format!("[{number}]"));
            }
        }
        if let Some(leaf) = leaf {
            path.push('/');
            path.push_str(leaf);
        }
        if path.is_empty() {
            String::from("/")
        } else {
            path
        }
    }

    /// Reports a finding at an element below the open ones.
    pub(super) fn find(
        &mut self,
        code: &'static Code,
        leaf: Option<&str>,
        line: u32,
        value: &str,
        text: String,
    ) {
        if self.profile != Profile::Down {
            let path = self.path(leaf);
            self.report
                .push(Finding::new(code, path, line, value, text));
        }
    }

    pub(super) fn count_lines(&mut self) {
        let at = self.tokens.span().start;
        let between = &self.input[self.counted.min(at)..at];
        let lines = memchr::memchr_iter(b'\n', between).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.counted = at;
    }

    pub(super) fn unknown_attribute(&mut self, name: &str, leaf: Option<&str>) {
        let text = format!("此处不允许有 {name} 属性");
        let leaf = leaf.map_or_else(|| format!("@{name}"), |leaf| format!("{leaf}/@{name}"));
        self.find(&code::UNKNOWN_ATTRIBUTE, Some(&leaf), self.line, name, text);
    }

    /// Elements below the root may carry nothing but `xsi:schemaLocation` and its like.
    pub(super) fn no_attributes(&mut self, leaf: Option<&str>) {
        if self.tokens.has_attributes() {
            let foreign = |ns, local| !is_location(ns, local);
            let attributes = self.tokens.attributes();
            let found: Vec<&str> = attributes
                .filter(|a| foreign(a.ns, a.local))
                .map(|a| a.local)
                .collect();
            for name in found {
                self.unknown_attribute(name, leaf);
            }
        }
    }

    /// The next child element, or `None` at the end tag. Text in between is a finding, once.
    pub(super) fn next_child(&mut self, text_seen: &mut bool) -> Result<Option<Name<'a>>, Fault> {
        loop {
            let foreign = match self.tokens.next()? {
                Token::Start(name) => {
                    self.count_lines();
                    return Ok(Some(name));
                }
                Token::End | Token::Eof => return Ok(None),
                Token::Text(text) if is_blank(text) => continue,
                Token::CData(text) | Token::Text(text) => text.to_owned(),
                Token::Char(' ' | '\t' | '\n' | '\r') => continue,
                Token::Char(c) => c.to_string(),
            };
            // A CDATA section is never white space between elements, even when it looks like it.
            if !*text_seen {
                *text_seen = true;
                self.count_lines();
                let line = self.line;
                let text = String::from("元素之间有多余的文字");
                self.find(&code::TEXT_NOT_ALLOWED, None, line, foreign.trim(), text);
            }
        }
    }

    /// Notes a child in its sequence. False when it is one too many.
    pub(super) fn enter(
        &mut self,
        order: &mut Sequence,
        at: usize,
        count: u32,
        occurs: Occurs,
        element: &str,
    ) -> bool {
        if count <= occurs.max {
            order.enter(u8::try_from(at).unwrap_or(u8::MAX), self.line);
            return true;
        }
        if occurs.max == 1 {
            let text = format!("{element} 重复出现");
            self.find(&code::DUPLICATE_ELEMENT, Some(element), self.line, "", text);
        } else if count == occurs.max + 1 {
            let text = format!("{element} 最多 {} 个", occurs.max);
            self.find(&code::TOO_MANY, Some(element), self.line, "", text);
        }
        false
    }

    pub(super) fn misplaced(
        &mut self,
        element: &str,
        after: Option<&str>,
        line: u32,
        field: Option<&FieldSpec>,
    ) {
        if self.profile == Profile::Down {
            return;
        }
        let label = field.map_or_else(|| element.to_owned(), spec::label);
        let text = format!("{label}的位置不对");
        let advice = match after {
            Some(after) => format!("把 {element} 移到 {after} 之后。"),
            None => format!("把 {element} 移到最前面。"),
        };
        let finding = Finding::new(&code::ORDER, self.path(Some(element)), line, "", text);
        let wild = field.is_some_and(|field| field.is_wild(Wild::Order));
        self.push_wild(finding.advise(advice), wild);
    }

    pub(super) fn push_wild(&mut self, finding: Finding, wild: bool) {
        match self.profile {
            Profile::Lenient if wild => self.report.push(finding.warn()),
            Profile::Strict | Profile::Lenient => self.report.push(finding),
            Profile::Down => {}
        }
    }

    pub(super) fn document(
        &mut self,
        spec: &'static MessageSpec,
        number: u32,
    ) -> Result<Document, Fault> {
        let start = self.tokens.span().start;
        self.steps.push((&spec.document, number));
        self.no_attributes(None);
        let mut document = if spec.is_flat() {
            let head = self.record(&spec.head)?;
            Document {
                head,
                lines: Vec::new(),
                span: start..start,
            }
        } else {
            self.head_and_lines(spec)?
        };
        self.steps.pop();
        document.span = start..self.tokens.span().end;
        Ok(document)
    }

    fn head_and_lines(&mut self, spec: &'static MessageSpec) -> Result<Document, Fault> {
        let mut order = Sequence::default();
        let mut counts = [0_u32; 2];
        let mut head = None;
        let mut lines = Vec::new();
        let mut text_seen = false;
        let once = Occurs { min: 1, max: 1 };
        let own_line = self.line;
        while let Some(name) = self.next_child(&mut text_seen)? {
            let line = spec
                .lines
                .as_ref()
                .filter(|(record, _)| self.is_named(name.local, &record.name));
            let (at, table, occurs) = match line {
                _ if name.ns != Ns::Ceb => (2, &spec.head, once),
                Some((record, occurs)) => (1, record, *occurs),
                None if self.is_named(name.local, &spec.head.name) => (0, &spec.head, once),
                None => (2, &spec.head, once),
            };
            if at == 2 {
                self.unknown(name)?;
                continue;
            }
            counts[at] += 1;
            let good = self.enter(&mut order, at, counts[at], occurs, &table.name);
            let keep = good || (at == 1 && self.profile == Profile::Down);
            if !keep {
                self.skip()?;
                continue;
            }
            self.steps
                .push((&table.name, if at == 1 { counts[1] } else { 0 }));
            self.no_attributes(None);
            let record = self.record(table)?;
            self.steps.pop();
            match at {
                0 => head = Some(record),
                _ => lines.push(record),
            }
        }
        self.head_and_lines_end(spec, &order, head.is_some(), counts[1], own_line);
        let head = head.unwrap_or_else(|| {
            let mut head = Record::new(&spec.head);
            head.faulty = u64::MAX;
            head
        });
        Ok(Document {
            head,
            lines,
            span: 0..0,
        })
    }

    fn head_and_lines_end(
        &mut self,
        spec: &'static MessageSpec,
        order: &Sequence,
        has_head: bool,
        n_lines: u32,
        own_line: u32,
    ) {
        for (at, line) in order.misplaced() {
            let table = if at == 0 {
                Some(&spec.head)
            } else {
                spec.lines.as_ref().map(|(t, _)| t)
            };
            let element = table.map_or("", |table| &table.name);
            let after = (at > 0).then_some(&*spec.head.name);
            self.misplaced(element, after, line, None);
        }
        if !has_head {
            let text = format!("缺少表头 {}", spec.head.name);
            self.find(
                &code::MISSING_ELEMENT,
                Some(&spec.head.name),
                own_line,
                "",
                text,
            );
        }
        if let Some((table, occurs)) = &spec.lines
            && n_lines < occurs.min
        {
            let text = format!("缺少表体 {}", table.name);
            self.find(
                &code::MISSING_ELEMENT,
                Some(&table.name),
                own_line,
                "",
                text,
            );
        }
    }

    pub(super) fn unknown(&mut self, name: Name<'a>) -> Result<(), Fault> {
        let text = if name.ns == Ns::Ceb {
            format!("规范中没有元素 {}", name.local)
        } else {
            format!("元素 {} 不在海关规定的命名空间中", name.local)
        };
        self.find(
            &code::UNKNOWN_ELEMENT,
            Some(name.local),
            self.line,
            name.local,
            text,
        );
        self.skip()
    }

    /// Reads up to the end tag of the element just started.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let depth = self.tokens.depth();
        loop {
            if let Token::End | Token::Eof = self.tokens.next()?
                && self.tokens.depth() < depth
            {
                return Ok(());
            }
        }
    }
}

pub(super) fn is_trailer(trailer: Trailer, name: Name<'_>) -> bool {
    let ns = if trailer == Trailer::Signature {
        Ns::Ds
    } else {
        Ns::Ceb
    };
    name.ns == ns && name.local == trailer.name()
}

pub(super) fn is_location(ns: Ns, local: &str) -> bool {
    ns == Ns::Xsi && matches!(local, "schemaLocation" | "noNamespaceSchemaLocation")
}
