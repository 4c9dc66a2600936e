//! Tokens of a message, each checked as it is read.

use std::ops::Range;

use super::attribute::{self, Attribute};
use super::bounds::{self, MarkupToken};
use super::name::is_ascii_name_byte;
use super::{
    DEPTH_MAX, Fault, NAME_BYTES_MAX, NAMESPACES_MAX, NS_XML, NS_XMLNS, Ns, Source, is_blank,
    prolog,
};
use crate::code::{self, Code};

/// Name of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub(crate) ns: Ns,
    pub(crate) local: &'a str,
}

/// One token. Comments, processing instructions and the declaration are checked and left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Start tag. An empty element gives a start and an end.
    Start(Name<'a>),
    /// End tag.
    End,
    /// Text between tags, as written.
    Text(&'a str),
    /// A resolved reference.
    Char(char),
    /// CDATA section.
    CData(&'a str),
    /// End of the input.
    Eof,
}

/// Reads tokens one by one.
pub(crate) struct Tokens<'a> {
    source: Source<'a>,
    /// Byte of the source text at which the next token begins.
    at: usize,
    /// Raw names of the open elements and how many bindings existed before each.
    open: Vec<(&'a str, usize)>,
    /// Namespace bindings in scope: prefix, namespace, and the URI when it is none of ours.
    bindings: Vec<(&'a str, Ns, String)>,
    attributes: Vec<Attribute<'a>>,
    /// Range of the last token in the source text.
    span: Range<usize>,
    pending_end: bool,
    root_seen: bool,
    by_name: bool,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self {
            source,
            at: 0,
            open: Vec::with_capacity(8),
            bindings: Vec::with_capacity(4),
            attributes: Vec::new(),
            span: 0..0,
            pending_end: false,
            root_seen: false,
            by_name: false,
        }
    }

    /// Reads by name: a missing, undefined or foreign namespace is taken for that of the business
    /// messages. For what customs sends, which some ports write without it.
    pub(crate) fn by_name(mut self) -> Self {
        self.by_name = true;
        self
    }

    /// Goes on reading at another byte of the source text, as a child of the root. Only the caller
    /// can know whether that is the beginning of a tag at that level.
    pub(crate) fn jump(&mut self, to: usize) {
        self.at = to;
        self.pending_end = false;
        self.open.truncate(1);
    }

    /// Attributes of the start tag just read, without namespace declarations.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Attribute<'a>> {
        self.attributes
            .iter()
            .filter(|attribute| !attribute.declares_namespace())
    }

    /// Whether the start tag just read has any attribute or declaration.
    pub(crate) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Bytes of the input that the last token covers.
    pub(crate) fn span(&self) -> Range<usize> {
        self.source.base + self.span.start..self.source.base + self.span.end
    }

    /// Place of the last token in the source text.
    pub(crate) fn place(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What is read.
    pub(crate) fn source(&self) -> Source<'a> {
        self.source
    }

    /// Name of the innermost open element, as written.
    pub(crate) fn open_name(&self) -> &'a str {
        self.open.last().map_or("", |(name, _)| *name)
    }

    /// All attributes and namespace declarations of the start tag just read.
    pub(crate) fn all_attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// URI that a prefix is bound to at this place.
    pub(crate) fn uri(&self, prefix: &str) -> Option<&str> {
        self.resolve(prefix)
            .map(|(ns, uri)| if ns == Ns::Other { uri } else { ns.uri() })
    }

    /// URI that a prefix was bound to around the innermost open element.
    pub(crate) fn outer_uri(&self, prefix: &str) -> Option<&str> {
        let n_outer = self.open.last().map_or(0, |(_, bindings)| *bindings);
        let outer = self.bindings.get(..n_outer)?;
        let found = outer.iter().rev().find(|(bound, _, _)| *bound == prefix);
        found.map(|(_, ns, uri)| if *ns == Ns::Other { uri } else { ns.uri() })
    }

    /// Prefixes bound at this place, each once or more; the empty one is the default namespace.
    pub(crate) fn prefixes(&self) -> impl Iterator<Item = &'a str> {
        self.bindings.iter().map(|(prefix, _, _)| *prefix)
    }

    /// Namespace of the innermost open element, when it is none of ours.
    pub(crate) fn namespace(&self) -> &str {
        let name = self.open.last().map_or("", |(name, _)| *name);
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let bound = self.bindings.iter().rev().find(|one| one.0 == prefix);
        bound.map_or("", |(_, _, uri)| uri)
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Token<'a>, Fault> {
        if self.pending_end {
            self.pending_end = false;
            return Ok(self.close());
        }
        if let Some(token) = self.plain_tag() {
            return Ok(token);
        }
        loop {
            let (found, end) = bounds::find(self.source.text, self.at, self.source.base)?;
            self.span = self.at..end;
            self.at = end;
            let raw: &'a str = self.source.text.get(self.span.clone()).unwrap_or("");
            if let Some(token) = self.token(found, raw)? {
                return Ok(token);
            }
        }
    }

    /// The short way for nearly every tag: `<name>` without attributes below the root, and the end
    /// tag of the open element. Anything else gives `None` and takes the long way.
    #[inline]
    fn plain_tag(&mut self) -> Option<Token<'a>> {
        let rest = self.source.text.get(self.at..)?;
        let bytes = rest.as_bytes();
        if bytes.first() != Some(&b'<') {
            return None;
        }
        let (open, _) = self.open.last()?;
        if bytes.get(1) == Some(&b'/') {
            let len = open.len() + 2;
            if bytes.get(2..len)? != open.as_bytes() || bytes.get(len) != Some(&b'>') {
                return None;
            }
            self.advance(len + 1);
            return Some(self.close());
        }
        if self.open.len() >= DEPTH_MAX {
            return None;
        }
        let (mut colon, mut len) = (0, 1);
        loop {
            match bytes.get(len) {
                Some(b'>') => break,
                Some(b':') if colon == 0 && len > 1 => colon = len,
                Some(byte) if is_ascii_name_byte(*byte) && len <= NAME_BYTES_MAX => {}
                _ => return None,
            }
            len += 1;
        }
        super::count(len);
        let local_start = colon + 1;
        let starts_well = |at: usize| bytes[at].is_ascii_alphabetic();
        if !starts_well(1) || !starts_well(local_start) {
            return None;
        }
        let prefix = if colon == 0 { "" } else { &rest[1..colon] };
        let ns = self.element_ns(prefix)?;
        self.advance(len + 1);
        self.attributes.clear();
        self.open.push((&rest[1..len], self.bindings.len()));
        Some(Token::Start(Name {
            ns,
            local: &rest[local_start..len],
        }))
    }

    fn advance(&mut self, len: usize) {
        self.span = self.at..self.at + len;
        self.at += len;
    }

    fn fault(&self, code: &'static Code, value: &str) -> Fault {
        Fault::new(code, self.source.base + self.span.start, value)
    }

    fn token(&mut self, kind: MarkupToken, raw: &'a str) -> Result<Option<Token<'a>>, Fault> {
        match kind {
            MarkupToken::Start => self.start(&raw[1..raw.len() - 1], false).map(Some),
            MarkupToken::Empty => self.start(&raw[1..raw.len() - 2], true).map(Some),
            MarkupToken::End => {
                let name = raw[2..raw.len() - 1].trim_end_matches([' ', '\t', '\n', '\r']);
                match self.open.last() {
                    Some((open, _)) if *open == name => Ok(Some(self.close())),
                    _ => Err(self.fault(&code::TAG_MISMATCH, name)),
                }
            }
            MarkupToken::Text => self.text(raw),
            MarkupToken::Reference => {
                if self.open.is_empty() {
                    return Err(self.fault(&code::OUTSIDE_ROOT, raw));
                }
                let offset = self.source.base + self.span.start;
                attribute::reference(&raw[1..raw.len() - 1], offset)
                    .map(Token::Char)
                    .map(Some)
            }
            MarkupToken::CData if self.open.is_empty() => Err(self.fault(&code::OUTSIDE_ROOT, raw)),
            MarkupToken::CData => Ok(Some(Token::CData(&raw[9..raw.len() - 3]))),
            MarkupToken::Comment => {
                let inside = &raw[4..raw.len() - 3];
                if inside.contains("--") || inside.ends_with('-') {
                    return Err(self.fault(&code::BAD_COMMENT, raw));
                }
                Ok(None)
            }
            MarkupToken::Instruction => self.instruction(&raw[2..raw.len() - 2]).map(|()| None),
            MarkupToken::Eof => match self.open.last() {
                Some((name, _)) => Err(self.fault(&code::TRUNCATED, name)),
                None if !self.root_seen => Err(self.fault(&code::NOT_XML, "")),
                None => Ok(Some(Token::Eof)),
            },
        }
    }

    fn text(&self, raw: &'a str) -> Result<Option<Token<'a>>, Fault> {
        if self.open.is_empty() {
            return match is_blank(raw) {
                true => Ok(None),
                false => Err(self.fault(&code::OUTSIDE_ROOT, raw)),
            };
        }
        if self.source.has_cdata_end && raw.contains("]]>") {
            return Err(self.fault(&code::CDATA_END, raw));
        }
        Ok(Some(Token::Text(raw)))
    }

    /// A processing instruction or the XML declaration; `content` has neither `<?` nor `?>`.
    fn instruction(&self, content: &str) -> Result<(), Fault> {
        let len = content
            .find([' ', '\t', '\n', '\r'])
            .unwrap_or(content.len());
        let (target, rest) = content.split_at(len);
        let offset = self.source.base + self.span.start;
        if target == "xml" {
            return match self.span.start {
                0 => prolog::declaration(rest, offset),
                _ => Err(self.fault(&code::XML_DECLARATION, content)),
            };
        }
        if target.eq_ignore_ascii_case("xml") || !super::is_ncname(target) {
            return Err(self.fault(&code::BAD_NAME, target));
        }
        Ok(())
    }

    fn start(&mut self, content: &'a str, empty: bool) -> Result<Token<'a>, Fault> {
        let name_len = content
            .bytes()
            .position(super::is_space)
            .unwrap_or(content.len());
        let (name, rest) = content.split_at(name_len);
        if self.open.is_empty() && self.root_seen {
            return Err(self.fault(&code::OUTSIDE_ROOT, name));
        }
        if self.open.len() == DEPTH_MAX {
            return Err(self.fault(&code::TOO_DEEP, name));
        }
        let offset = self.source.base + self.span.start;
        let (prefix, local) = attribute::qualified(name, offset)?;
        self.root_seen = true;
        self.open.push((name, self.bindings.len()));
        self.attributes.clear();
        if !rest.is_empty() {
            attribute::read(rest, offset, &mut self.attributes)?;
            self.bind()?;
        }
        let ns = self
            .element_ns(prefix)
            .ok_or_else(|| self.fault(&code::UNDEFINED_PREFIX, name))?;
        self.pending_end = empty;
        Ok(Token::Start(Name { ns, local }))
    }

    fn close(&mut self) -> Token<'a> {
        if let Some((_, bindings)) = self.open.pop() {
            self.bindings.truncate(bindings);
        }
        Token::End
    }

    /// Takes the namespace declarations of the tag and gives its attributes their namespace.
    fn bind(&mut self) -> Result<(), Fault> {
        let mut attributes = std::mem::take(&mut self.attributes);
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.declares_namespace())
        {
            let prefix = if attribute.prefix.is_empty() {
                ""
            } else {
                attribute.local
            };
            let uri = &*attribute.value;
            let good = match prefix {
                "xml" => uri == NS_XML,
                "xmlns" => false,
                "" => uri != NS_XML && uri != NS_XMLNS,
                _ => !uri.is_empty() && uri != NS_XML && uri != NS_XMLNS,
            };
            if !good {
                return Err(self.fault(&code::UNDEFINED_PREFIX, uri));
            }
            // What is declared again as it is already needs no place.
            if self.uri(prefix) == Some(uri) {
                continue;
            }
            if self.bindings.len() == NAMESPACES_MAX {
                let what = format!("命名空间超过 {NAMESPACES_MAX} 个");
                return Err(self.fault(&code::TOO_MANY_ATTRIBUTES, &what));
            }
            let ns = Ns::of(uri);
            let other = if ns == Ns::Other {
                uri.to_owned()
            } else {
                String::new()
            };
            self.bindings.push((prefix, ns, other));
        }
        for attribute in &mut attributes {
            if !attribute.prefix.is_empty() && attribute.prefix != "xmlns" {
                let found = self.resolve(attribute.prefix).map(|(ns, _)| ns);
                let found = found.or(self.by_name.then_some(Ns::Other));
                let value = attribute.prefix;
                attribute.ns = found.ok_or_else(|| self.fault(&code::UNDEFINED_PREFIX, value))?;
            }
        }
        self.unique(&attributes)?;
        self.attributes = attributes;
        Ok(())
    }

    /// Two prefixes bound to one namespace can make two attributes the same.
    fn unique(&self, attributes: &[Attribute<'a>]) -> Result<(), Fault> {
        let mut seen: Vec<((Ns, &str), &str)> = Vec::new();
        let prefixed = attributes.iter();
        for one in prefixed.filter(|one| !one.prefix.is_empty() && !one.declares_namespace()) {
            let Some(uri) = self.resolve(one.prefix) else {
                continue;
            };
            super::count(seen.len());
            if seen.contains(&(uri, one.local)) {
                return Err(self.fault(&code::DUPLICATE_ATTRIBUTE, one.local));
            }
            seen.push((uri, one.local));
        }
        Ok(())
    }

    /// The namespace of an element with this prefix.
    fn element_ns(&self, prefix: &str) -> Option<Ns> {
        let found = self.resolve(prefix).map(|(ns, _)| ns);
        match found {
            Some(Ns::None | Ns::Other) | None if self.by_name => Some(Ns::Ceb),
            found => found,
        }
    }

    fn resolve(&self, prefix: &str) -> Option<(Ns, &str)> {
        let mut inner_first = self.bindings.iter().rev();
        let found = inner_first.find(|(bound, _, _)| *bound == prefix);
        super::count(self.bindings.len() - inner_first.len());
        match (found, prefix) {
            (Some((_, ns, uri)), _) => Some((*ns, uri)),
            (None, "") => Some((Ns::None, "")),
            (None, "xml") => Some((Ns::Other, NS_XML)),
            (None, _) => None,
        }
    }
}
