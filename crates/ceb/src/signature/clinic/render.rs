//! Makes the texts of [`super::forms`]: the document with some deviations, in the order of their
//! stages. What makes no sense for a document gives `None` and is not tried.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the deviations are shared out among the functions by their stage"
)]

use super::forms::{Deviation, Encoding, Which};
use super::{layout, tag};
use crate::signature::c14n::{Comments, canonicalize};
use crate::signature::profile::DigestProfile;
use crate::signature::scan::Scan;
use crate::xml::{NS_DS, NS_XSI};
use std::ops::Range;

/// Frames of a signature without values that are tried.
pub(super) const FRAMES: u8 = 4;

/// What the declarations of .NET add to `xmlns:xsi`.
const NS_XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// The document in the forms from which the others are made.
pub(super) struct Sources<'a> {
    scan: &'a Scan,
    canonical: &'a str,
    /// The file, without byte order mark.
    file: &'a str,
    /// Bytes of `file` that the signature covers.
    place: Range<usize>,
    /// Bytes of `file` before the root.
    prolog: &'a str,
    /// Elements of the canonical text that may have been digested alone.
    elements: Vec<Range<usize>>,
}

impl<'a> Sources<'a> {
    /// `None` when the file is no text, which no document is that was read.
    pub(super) fn of(bytes: &'a [u8], scan: &'a Scan) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let file = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let base = text.len() - file.len();
        let place = scan.place.start.checked_sub(base)?..scan.place.end.checked_sub(base)?;
        let canonical = std::str::from_utf8(&scan.document).ok()?;
        let root = tag::root_tag(file)?;
        Some(Self {
            scan,
            canonical,
            file,
            place,
            prolog: file.get(..root.start)?,
            elements: layout::elements(canonical),
        })
    }

    pub(super) fn n_elements(&self) -> usize {
        self.elements.len()
    }

    /// The strict form of the gap that the signature leaves, and the others that differ from it.
    pub(super) fn gaps(&self) -> (DigestProfile, Vec<DigestProfile>) {
        let mut seen = vec![DigestProfile::Strict.parts(self.scan).concat()];
        let mut others = Vec::new();
        for gap in DigestProfile::ALL.iter().copied().skip(1) {
            let text = gap.parts(self.scan).concat();
            if !seen.contains(&text) {
                seen.push(text);
                others.push(gap);
            }
        }
        (DigestProfile::Strict, others)
    }

    /// The text with these deviations, which stand in the order of their stages.
    pub(super) fn render(&self, deviations: &[Deviation], gap: DigestProfile) -> Option<Vec<u8>> {
        let mut rest = deviations;
        let mut text = match rest.first() {
            Some(first) if first.stage() == 0 => {
                rest = rest.get(1..)?;
                self.base(*first, gap)?
            }
            _ => String::from_utf8(gap.parts(self.scan).concat()).ok()?,
        };
        let mut encoding = None;
        for one in rest {
            text = match one {
                Deviation::Mark => format!("\u{FEFF}{text}"),
                Deviation::Encoded(as_what) => {
                    encoding = Some(*as_what);
                    text
                }
                Deviation::Declaration(which, line) => {
                    format!("{}{line}{text}", self.declaration(*which)?)
                }
                other => self.changed(*other, &text)?,
            };
        }
        match encoding {
            Some(encoding) => encoded(&text, encoding),
            None => Some(text.into_bytes()),
        }
    }

    /// The file without its signature, with the given gap.
    fn unsigned(&self, gap: DigestProfile) -> Option<String> {
        let (before, after) = (
            self.file.get(..self.place.start)?,
            self.file.get(self.place.end..)?,
        );
        let parts = gap.around(before.as_bytes(), after.as_bytes());
        String::from_utf8(parts.concat()).ok()
    }

    fn base(&self, base: Deviation, gap: DigestProfile) -> Option<String> {
        match base {
            Deviation::Source => self.unsigned(gap),
            Deviation::Written => {
                let text = self.unsigned(gap)?;
                let from = text.get(self.prolog.len()..)?;
                Some(from.get(..from.rfind('>')? + 1)?.to_owned())
            }
            Deviation::Comments => {
                let text = self.unsigned(gap)?;
                text.contains("<!--").then_some(())?;
                canonical(&text, Comments::With)
            }
            Deviation::KeptReturns => {
                self.file.contains('\r').then_some(())?;
                let text = self.unsigned(gap)?;
                let root = text.get(self.prolog.len()..)?;
                let end = root.rfind('>')? + 1;
                let body = layout::in_texts(root.get(..end)?, |text| text.replace('\r', "&#xD;"));
                canonical(&body, Comments::Without)
            }
            Deviation::Framed(frame) => self.framed(frame),
            Deviation::Content => {
                let root = tag::root_tag(self.canonical)?;
                let end = self.canonical.rfind("</")?;
                Some(self.canonical.get(root.end..end)?.to_owned())
            }
            Deviation::Element(at, is_in_context) => {
                let place = self.elements.get(usize::from(at))?.clone();
                let element = self.canonical.get(place)?;
                if !is_in_context {
                    return Some(element.to_owned());
                }
                let root = tag::StartTag::of(self.canonical.get(tag::root_tag(self.canonical)?)?)?;
                tag::with_root(element, |tag| {
                    let declared = root
                        .attributes
                        .iter()
                        .filter(|one| one.0.starts_with("xmlns"));
                    tag.attributes.splice(0..0, declared.copied());
                    true
                })
            }
            _ => None,
        }
    }

    /// The whole document, canonical, with a signature in it that has no values yet.
    fn framed(&self, frame: u8) -> Option<String> {
        let signature = self.file.get(self.place.clone())?;
        let emptied = |text: &str, name: &str| -> Option<String> {
            let from = text.find(&format!("{name}>"))? + name.len() + 1;
            let to = from + text.get(from..)?.find('<')?;
            Some([text.get(..from)?, text.get(to..)?].concat())
        };
        let without = |text: &str, name: &str| -> Option<String> {
            let at = text.find(&format!("{name}>"))?;
            let from = text.get(..at)?.rfind('<')?;
            let end = format!("{name}>");
            let to = text.rfind(&end)? + end.len();
            Some([text.get(..from)?, text.get(to..)?].concat())
        };
        let open = emptied(signature, "DigestValue")?;
        let frame = match frame {
            0 => emptied(&open, "SignatureValue")?,
            1 => without(&emptied(&open, "SignatureValue")?, "KeyInfo")?,
            2 => without(&without(&open, "SignatureValue")?, "KeyInfo")?,
            _ => {
                let tag = signature.get(..signature.find('>')? + 1)?;
                let end = signature.rfind("</")?;
                format!("{tag}{}", signature.get(end..)?)
            }
        };
        let (before, after) = (
            self.file.get(..self.place.start)?,
            self.file.get(self.place.end..)?,
        );
        canonical(&format!("{before}{frame}{after}"), Comments::Without)
    }

    fn changed(&self, one: Deviation, text: &str) -> Option<String> {
        match one {
            Deviation::Trimmed => differs(text, layout::trimmed(text)),
            Deviation::EmptyDropped => differs(text, layout::without_empty(text)),
            Deviation::Compact => differs(
                text,
                String::from_utf8(layout::compact(text.as_bytes())).ok()?,
            ),
            Deviation::Indented(by) => String::from_utf8(layout::indent(text.as_bytes(), by)).ok(),
            Deviation::SelfClosed(has_blank) => differs(text, layout::self_closed(text, has_blank)),
            Deviation::Quoted(has_apostrophes) => differs(
                text,
                layout::in_texts(text, |text| {
                    let text = text.replace('"', "&quot;");
                    if has_apostrophes {
                        text.replace('\'', "&apos;")
                    } else {
                        text
                    }
                }),
            ),
            Deviation::RawGreater => differs(text, text.replace("&gt;", ">")),
            Deviation::CrLf => differs(text, text.replace("\r\n", "\n").replace('\n', "\r\n")),
            Deviation::Lf => differs(text, text.replace("\r\n", "\n")),
            Deviation::Returns(is_hexadecimal) => {
                let reference = if is_hexadecimal { "&#xD;" } else { "&#13;" };
                let text = text.replace("\r\n", "\n");
                differs(
                    &text,
                    layout::in_texts(&text, |text| text.replace('\n', &format!("{reference}\n"))),
                )
            }
            Deviation::End(line) => Some(format!("{text}{line}")),
            root => self.root(root, text),
        }
    }

    /// Another start tag of the root.
    fn root(&self, one: Deviation, text: &str) -> Option<String> {
        let add = |names: &[(&'static str, &'static str)]| {
            tag::with_root(text, |tag| {
                let n_before = tag.attributes.len();
                for (name, uri) in names {
                    if !tag.attributes.iter().any(|one| one.0 == *name) {
                        tag.attributes.push((*name, *uri));
                    }
                }
                tag.sort_declarations();
                tag.attributes.len() > n_before
            })
        };
        match one {
            Deviation::LostXsi => add(&[("xmlns:xsi", NS_XSI)]),
            Deviation::LostXsd => add(&[("xmlns:xsi", NS_XSI), ("xmlns:xsd", NS_XSD)]),
            Deviation::LostDs => add(&[("xmlns:ds", NS_DS)]),
            Deviation::AddedXsi => {
                (!text.contains("xsi:")).then_some(())?;
                tag::with_root(text, |tag| {
                    let n_before = tag.attributes.len();
                    tag.attributes.retain(|one| one.0 != "xmlns:xsi");
                    tag.attributes.len() < n_before
                })
            }
            Deviation::Exclusive => differs(text, tag::exclusive(text)?),
            Deviation::WrittenRoot => {
                let written = self.file.get(tag::root_tag(self.file)?)?;
                let place = tag::root_tag(text)?;
                let (before, after) = (text.get(..place.start)?, text.get(place.end..)?);
                differs(text, [before, written, after].concat())
            }
            _ => None,
        }
    }

    fn declaration(&self, which: Which) -> Option<String> {
        let with = |encoding: &str, more: &str| {
            format!("<?xml version=\"1.0\" encoding=\"{encoding}\"{more}?>")
        };
        Some(match which {
            Which::Own => {
                let end = self.prolog.find("?>")? + 2;
                let own = self.prolog.get(..end)?;
                own.starts_with("<?xml ").then(|| own.to_owned())?
            }
            Which::Utf8 => with("UTF-8", ""),
            Which::Small => with("utf-8", ""),
            Which::Standalone(true) => with("UTF-8", " standalone=\"yes\""),
            Which::Standalone(false) => with("UTF-8", " standalone=\"no\""),
            Which::Gbk => with("GBK", ""),
            Which::Gb2312 => with("GB2312", ""),
        })
    }
}

fn differs(before: &str, after: String) -> Option<String> {
    (before != after).then_some(after)
}

fn canonical(text: &str, comments: Comments) -> Option<String> {
    let bytes = canonicalize(text.as_bytes(), comments).ok()?;
    String::from_utf8(bytes).ok()
}

/// The text in another encoding; `None` where that changes nothing.
fn encoded(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    let is_wide = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
    if !is_wide && text.is_ascii() {
        return None;
    }
    let other = |write: &dyn Fn(char) -> String| {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() {
                out.push(c);
            } else {
                out.push_str(&write(c));
            }
        }
        out.into_bytes()
    };
    Some(match encoding {
        Encoding::Gbk => encoding_rs::GBK.encode(text).0.into_owned(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::ReadAsGbk => {
            let (read, _) = encoding_rs::GBK.decode_without_bom_handling(text.as_bytes());
            read.into_owned().into_bytes()
        }
        Encoding::ReadAsLatin1 => {
            let read: String = text.bytes().map(char::from).collect();
            read.into_bytes()
        }
        Encoding::Questions => other(&|_| "?".to_owned()),
        Encoding::Hexadecimal => other(&|c| format!("&#x{:X};", u32::from(c))),
        Encoding::Decimal => other(&|c| format!("&#{};", u32::from(c))),
    })
}
