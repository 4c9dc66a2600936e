//! Writes the canonical form, fed with tokens.

use std::ops::Range;

use super::Comments;
use crate::code;
use crate::xml::{Attribute, Fault, MarkupToken, NS_XML, Token, Tokens, find};

/// What the first element of a canonical form takes from around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::signature) enum Apex<'a> {
    /// Nothing: it is the root.
    Root,
    /// Every namespace in scope, and these attributes of its ancestors (`xml:…`, as written out).
    InDocument(&'a [(String, String)]),
    /// These namespaces and no other, whatever the document says.
    Forced(&'a [(&'static str, &'static str)]),
}

/// A canonical form being written.
pub(in crate::signature) struct Canon<'a> {
    source: &'a str,
    comments: Comments,
    out: Vec<u8>,
    /// Canonical bytes of the source that are not copied yet.
    run: Range<usize>,
    /// Byte of the source up to which all is written.
    done: usize,
    /// Names of the open elements, as written.
    names: Vec<&'a str>,
    has_begun: bool,
    /// Leave out white space between tags.
    is_compact: bool,
    /// Reused for sorting.
    order: Vec<usize>,
}

impl<'a> Canon<'a> {
    pub(in crate::signature) fn new(source: &'a str, comments: Comments, capacity: usize) -> Self {
        Self {
            source,
            comments,
            out: Vec::with_capacity(capacity),
            run: 0..0,
            done: 0,
            names: Vec::with_capacity(8),
            has_begun: false,
            is_compact: false,
            order: Vec::new(),
        }
    }

    /// White space between tags is left out from here on.
    pub(in crate::signature) fn compact(mut self) -> Self {
        self.is_compact = true;
        self
    }

    /// Begins at another byte of the source; what is before it is not written.
    pub(in crate::signature) fn skip_to(&mut self, byte: usize) {
        self.done = byte;
    }

    /// Writes comments and instructions up to a byte of the source.
    pub(in crate::signature) fn catch_up(&mut self, byte: usize) -> Result<(), Fault> {
        while self.done < byte {
            let (found, end) = find(self.source, self.done, 0)?;
            let raw = self.source.get(self.done..end).unwrap_or_default();
            if found == MarkupToken::Comment && self.comments == Comments::With {
                self.aside(raw);
            } else if found == MarkupToken::Instruction && !is_declaration(raw) {
                self.aside(&instruction(raw));
            }
            self.done = end;
        }
        Ok(())
    }

    /// Whether everything that was begun is ended.
    pub(in crate::signature) fn is_ended(&self) -> bool {
        self.has_begun && self.names.is_empty()
    }

    /// Bytes written so far.
    pub(in crate::signature) fn len(&mut self) -> usize {
        self.flush();
        self.out.len()
    }

    /// The canonical bytes.
    pub(in crate::signature) fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }

    /// Takes the token just read.
    #[inline]
    pub(in crate::signature) fn feed(
        &mut self,
        token: &Token<'a>,
        tokens: &Tokens<'a>,
        apex: &Apex<'_>,
    ) -> Result<(), Fault> {
        let place = tokens.place();
        if place.start > self.done {
            self.catch_up(place.start)?;
        }
        match token {
            Token::Start(_) => self.start(&place, tokens, apex)?,
            Token::End => self.end(&place),
            Token::Text(raw) => self.text(&place, raw),
            Token::Char(c) => self.character(*c),
            Token::CData(raw) => self.cdata(raw),
            Token::Eof => {}
        }
        self.done = place.end;
        Ok(())
    }

    #[inline]
    fn keep(&mut self, place: &Range<usize>) {
        if self.run.end == place.start {
            self.run.end = place.end;
        } else {
            self.flush();
            self.run = place.clone();
        }
    }

    fn flush(&mut self) {
        let run = self.source.as_bytes().get(self.run.clone());
        self.out.extend_from_slice(run.unwrap_or_default());
        self.run = self.run.end..self.run.end;
    }

    fn put(&mut self, text: &str) {
        self.flush();
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn start(
        &mut self,
        place: &Range<usize>,
        tokens: &Tokens<'a>,
        apex: &Apex<'_>,
    ) -> Result<(), Fault> {
        let name = tokens.open_name();
        let is_apex = self.names.is_empty() && *apex != Apex::Root;
        self.names.push(name);
        self.has_begun = true;
        if !is_apex && !tokens.has_attributes() && place.len() == name.len() + 2 {
            self.keep(place);
            return Ok(());
        }
        self.put("<");
        self.put(name);
        let attributes = tokens.all_attributes();
        let declares = attributes.iter().any(Attribute::declares_namespace);
        if declares {
            absolute(attributes, tokens)?;
        }
        match (is_apex, apex) {
            (true, Apex::Forced(namespaces)) => {
                for (prefix, uri) in *namespaces {
                    self.declaration(prefix, uri);
                }
            }
            (true, _) => self.all_in_scope(tokens),
            (false, _) if declares => self.new_in_scope(tokens),
            (false, _) => {}
        }
        let inherited = match (is_apex, apex) {
            (true, Apex::InDocument(inherited)) => *inherited,
            _ => &[],
        };
        self.attributes(tokens, inherited);
        self.put(">");
        Ok(())
    }

    fn end(&mut self, place: &Range<usize>) {
        let name = self.names.pop().unwrap_or_default();
        let raw = self.source.get(place.clone()).unwrap_or_default();
        if raw.len() == name.len() + 3 && raw.starts_with("</") {
            self.keep(place);
            return;
        }
        self.put("</");
        self.put(name);
        self.put(">");
    }

    #[inline]
    fn text(&mut self, place: &Range<usize>, raw: &str) {
        if self.is_compact && crate::xml::is_blank(raw) {
            return;
        }
        if memchr::memchr2(b'>', b'\r', raw.as_bytes()).is_none() {
            self.keep(place);
            return;
        }
        self.flush();
        self.escaped(raw);
    }

    fn cdata(&mut self, raw: &str) {
        self.flush();
        self.escaped(raw);
    }

    /// Text whose line ends are as they came.
    fn escaped(&mut self, raw: &str) {
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '<', '>', '\r']) {
            self.out.extend_from_slice(&rest.as_bytes()[..at]);
            match rest.as_bytes()[at] {
                b'&' => self.out.extend_from_slice(b"&amp;"),
                b'<' => self.out.extend_from_slice(b"&lt;"),
                b'>' => self.out.extend_from_slice(b"&gt;"),
                _ if rest[at + 1..].starts_with('\n') => {}
                _ => self.out.push(b'\n'),
            }
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest.as_bytes());
    }

    fn character(&mut self, c: char) {
        match c {
            '&' => self.put("&amp;"),
            '<' => self.put("&lt;"),
            '>' => self.put("&gt;"),
            '\r' => self.put("&#xD;"),
            _ => self.put(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// A comment or an instruction, on a line of its own when it stands outside the root.
    fn aside(&mut self, raw: &str) {
        let is_outside = self.names.is_empty();
        if is_outside && self.has_begun {
            self.put("\n");
        }
        // Markup has no references, so a carriage return here is always part of a line end.
        match raw.contains('\r') {
            true => self.put(&raw.replace("\r\n", "\n").replace('\r', "\n")),
            false => self.put(raw),
        }
        if is_outside && !self.has_begun {
            self.put("\n");
        }
    }

    fn declaration(&mut self, prefix: &str, uri: &str) {
        if prefix.is_empty() {
            self.put(" xmlns");
        } else {
            self.put(" xmlns:");
            self.put(prefix);
        }
        self.value(uri);
    }

    /// Every namespace in scope, by prefix.
    fn all_in_scope(&mut self, tokens: &Tokens<'a>) {
        let mut prefixes: Vec<&str> = tokens.prefixes().filter(|one| *one != "xml").collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        for prefix in prefixes {
            match tokens.uri(prefix) {
                None | Some("") => {}
                Some(uri) => self.declaration(prefix, uri),
            }
        }
    }

    /// The declarations of this tag that say something new, by prefix.
    fn new_in_scope(&mut self, tokens: &Tokens<'a>) {
        let attributes = tokens.all_attributes();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend((0..attributes.len()).filter(|at| attributes[*at].declares_namespace()));
        order.sort_unstable_by_key(|at| declared_prefix(&attributes[*at]));
        for at in &order {
            let prefix = declared_prefix(&attributes[*at]);
            let uri = &*attributes[*at].value;
            if prefix != "xml" && tokens.outer_uri(prefix).unwrap_or_default() != uri {
                self.declaration(prefix, uri);
            }
        }
        self.order = order;
    }

    /// The attributes by namespace and name, with those that come from ancestors.
    fn attributes(&mut self, tokens: &Tokens<'a>, inherited: &[(String, String)]) {
        let attributes = tokens.all_attributes();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend((0..attributes.len()).filter(|at| !attributes[*at].declares_namespace()));
        let uri = |attribute: &Attribute<'a>| match attribute.prefix {
            "" => "",
            prefix => tokens.uri(prefix).unwrap_or_default(),
        };
        if inherited.is_empty() {
            order.sort_unstable_by_key(|at| (uri(&attributes[*at]), attributes[*at].local));
            for at in &order {
                self.attribute(&attributes[*at]);
            }
        } else {
            let mut all: Vec<(&str, &str, &str, &str)> = order
                .iter()
                .map(|at| &attributes[*at])
                .map(|one| (uri(one), one.local, one.prefix, &*one.value))
                .collect();
            for (local, value) in inherited {
                if !all.iter().any(|one| one.0 == NS_XML && one.1 == local) {
                    all.push((NS_XML, local, "xml", value));
                }
            }
            all.sort_unstable();
            for (_, local, prefix, value) in all {
                self.named(prefix, local, value);
            }
        }
        self.order = order;
    }

    fn attribute(&mut self, attribute: &Attribute<'a>) {
        self.named(attribute.prefix, attribute.local, &attribute.value);
    }

    fn named(&mut self, prefix: &str, local: &str, value: &str) {
        self.put(" ");
        if !prefix.is_empty() {
            self.put(prefix);
            self.put(":");
        }
        self.put(local);
        self.value(value);
    }

    /// `="value"`.
    fn value(&mut self, value: &str) {
        self.put("=\"");
        let mut rest = value;
        while let Some(at) = rest.find(['&', '<', '"', '\t', '\n', '\r']) {
            self.out.extend_from_slice(&rest.as_bytes()[..at]);
            self.out.extend_from_slice(match rest.as_bytes()[at] {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                b'"' => b"&quot;",
                b'\t' => b"&#x9;",
                b'\n' => b"&#xA;",
                _ => b"&#xD;",
            });
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest.as_bytes());
        self.out.push(b'"');
    }
}

fn declared_prefix<'a>(attribute: &Attribute<'a>) -> &'a str {
    match attribute.prefix {
        "" => "",
        _ => attribute.local,
    }
}

/// The recommendation wants a failure for relative namespace URIs, and so does libxml2.
fn absolute(attributes: &[Attribute<'_>], tokens: &Tokens<'_>) -> Result<(), Fault> {
    for attribute in attributes.iter().filter(|one| one.declares_namespace()) {
        let uri = &*attribute.value;
        let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
        let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let is_absolute = starts_well && scheme.chars().all(is_scheme);
        if !uri.is_empty() && !is_absolute {
            let offset = tokens.span().start;
            return Err(Fault::new(&code::RELATIVE_NAMESPACE, offset, uri));
        }
    }
    Ok(())
}

/// Whether this is the XML declaration; the reader allows it at the beginning only.
fn is_declaration(raw: &str) -> bool {
    raw.strip_prefix("<?xml")
        .is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r', '?']))
}

/// An instruction with one blank between target and text.
fn instruction(raw: &str) -> String {
    let blank = [' ', '\t', '\n', '\r'];
    let inside = &raw[2..raw.len() - 2];
    match inside.split_once(blank) {
        None => raw.to_owned(),
        Some((target, rest)) => match rest.trim_start_matches(blank) {
            "" => format!("<?{target}?>"),
            rest => format!("<?{target} {rest}?>"),
        },
    }
}
