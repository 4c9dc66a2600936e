//! Start tags taken apart and put together again, and the exclusive canonical form.
//!
//! Exclusive Canonical XML is what some products make although the standard fixes the inclusive form.
//! It is made here to recognise such a digest; nothing ever passes by it.

use crate::xml::{Token, Tokens, prepare};

/// A start tag: its name and its attributes as written, namespace declarations included.
pub(super) struct StartTag<'a> {
    name: &'a str,
    /// Name and value; the value with its references, without its quotes.
    pub(super) attributes: Vec<(&'a str, &'a str)>,
    is_empty: bool,
}

impl<'a> StartTag<'a> {
    /// Takes a start tag apart; `None` when it is none.
    pub(super) fn of(tag: &'a str) -> Option<Self> {
        let inside = tag.strip_prefix('<')?.strip_suffix('>')?;
        let (inside, is_empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
        let (name, mut rest) = inside.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return Some(Self {
                    name,
                    attributes,
                    is_empty,
                });
            }
            let (attribute, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = after.get(1..)?.split_once(quote)?;
            attributes.push((attribute.trim_end(), value));
            rest = after;
        }
    }

    /// Declarations first, by prefix, as the canonical form has them.
    pub(super) fn sort_declarations(&mut self) {
        let is_declaration = |name: &str| name == "xmlns" || name.starts_with("xmlns:");
        self.attributes.sort_by_key(|(name, _)| {
            let place = usize::from(!is_declaration(name));
            (place, if place == 0 { *name } else { "" })
        });
    }

    /// The tag as text.
    pub(super) fn text(&self) -> String {
        let mut out = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            let quote = if value.contains('"') { '\'' } else { '"' };
            out.push_str(&format!(" {name}={quote}{value}{quote}"));
        }
        out.push_str(if self.is_empty { "/>" } else { ">" });
        out
    }
}

/// Where the start tag of the root stands.
pub(super) fn root_tag(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('<')?;
        let rest = text.get(at..)?;
        let end = match rest.as_bytes().get(1)? {
            b'?' => rest.find("?>")? + 2,
            b'!' => rest.find("-->")? + 3,
            _ => return Some(at..at + rest.find('>')? + 1),
        };
        from = at + end;
    }
}

/// The text with another start tag of its root.
pub(super) fn with_root<'a>(
    text: &'a str,
    change: impl FnOnce(&mut StartTag<'a>) -> bool,
) -> Option<String> {
    let place = root_tag(text)?;
    let mut tag = StartTag::of(text.get(place.clone())?)?;
    if !change(&mut tag) {
        return None;
    }
    let (before, after) = (text.get(..place.start)?, text.get(place.end..)?);
    Some([before, &tag.text(), after].concat())
}

/// The exclusive form of a canonical text: namespaces are declared where they are used.
pub(super) fn exclusive(canonical: &str) -> Option<String> {
    let mut tokens = Tokens::new(prepare(canonical.as_bytes()).ok()?);
    let mut out = String::with_capacity(canonical.len());
    // Depth, prefix, namespace of what is declared around here.
    let mut shown: Vec<(usize, &str, String)> = Vec::new();
    loop {
        let token = tokens.next().ok()?;
        let raw = canonical.get(tokens.place())?;
        match token {
            Token::Start(_) => {
                let mut tag = StartTag::of(raw)?;
                tag.attributes.retain(|(name, _)| !declares(name));
                let mut used: Vec<&str> = tag.attributes.iter().map(|one| prefix(one.0)).collect();
                used.retain(|prefix| !prefix.is_empty() && *prefix != "xml");
                used.push(prefix(tokens.open_name()));
                used.sort_unstable();
                used.dedup();
                out.push('<');
                out.push_str(tag.name);
                for prefix in used {
                    let uri = tokens.uri(prefix)?;
                    let known = shown.iter().rev().find(|one| one.1 == prefix);
                    if known.map_or("", |one| one.2.as_str()) == uri {
                        continue;
                    }
                    let colon = if prefix.is_empty() { "" } else { ":" };
                    out.push_str(&format!(" xmlns{colon}{prefix}=\"{uri}\""));
                    shown.push((tokens.depth(), prefix, uri.to_owned()));
                }
                for (name, value) in &tag.attributes {
                    out.push_str(&format!(" {name}=\"{value}\""));
                }
                out.push('>');
            }
            Token::End => {
                out.push_str(raw);
                shown.retain(|(depth, ..)| *depth <= tokens.depth());
            }
            Token::Text(_) | Token::Char(_) | Token::CData(_) => out.push_str(raw),
            Token::Eof => return Some(out),
        }
    }
}

fn declares(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}
