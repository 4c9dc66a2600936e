//! The texts that signing products digest instead of the canonical document.
//!
//! A product goes wrong in one place or in several: it leaves the XML declaration in, it prints the
//! document again, it encodes it in GBK. Each such place is a [`Deviation`]; a candidate is the
//! document with one of them, with two, or with those that usually come together. All are digested
//! until one gives the digest in the message or [`BYTES_MAX`] bytes have been digested.

use super::render::{self, Sources};
use crate::signature::algorithm::DigestMethod;
use crate::signature::profile::DigestProfile;

/// Bytes that are digested at most in search of an explanation: 96 MiB, a second's work.
const BYTES_MAX: usize = 96 << 20;

/// Elements inside the document that are tried by themselves.
const ELEMENTS_MAX: usize = 6;

/// What a product did otherwise than the recommendation says (偏差).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deviation {
    /// The comments were kept.
    Comments,
    /// The file as written, without its signature.
    Source,
    /// The root as written, without what stands before and after it.
    Written,
    /// Carriage returns of the file were kept as references.
    KeptReturns,
    /// The signature was in it, its values still empty: which of the usual frames.
    Framed(u8),
    /// What is inside the root.
    Content,
    /// One element: which of those that are tried, and whether with the namespaces around it.
    Element(u8, bool),
    /// The root declared `xmlns:xsi`, and no longer does.
    LostXsi,
    /// The root declared `xmlns:xsi` and `xmlns:xsd`, and no longer does.
    LostXsd,
    /// The root declared `xmlns:ds`, and no longer does.
    LostDs,
    /// The root did not declare `xmlns:xsi`.
    AddedXsi,
    /// Exclusive canonicalisation.
    Exclusive,
    /// The start tag of the root as it is written.
    WrittenRoot,
    /// Without blanks at the ends of values.
    Trimmed,
    /// Without empty elements.
    EmptyDropped,
    /// On one line.
    Compact,
    /// Printed with this indentation.
    Indented(&'static str),
    /// Empty elements as one tag, with a blank in it or without.
    SelfClosed(bool),
    /// Quotation marks as references; apostrophes too.
    Quoted(bool),
    /// `>` as it is.
    RawGreater,
    /// Lines end with CR LF.
    CrLf,
    /// Lines end with LF in what is written.
    Lf,
    /// Carriage returns as references, hexadecimal or decimal.
    Returns(bool),
    /// An XML declaration, and what follows it.
    Declaration(Which, &'static str),
    /// Something follows the root.
    End(&'static str),
    /// A byte order mark.
    Mark,
    /// Chinese in another encoding.
    Encoded(Encoding),
}

/// Which XML declaration (XML 声明).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// The one of the file.
    Own,
    /// The usual one.
    Utf8,
    /// In small letters.
    Small,
    /// With `standalone="no"`, as Java writes it.
    Standalone(bool),
    /// GBK.
    Gbk,
    /// GB2312.
    Gb2312,
}

/// How characters that are not ASCII were written (编码).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// GBK.
    Gbk,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-8 that was read as GBK, and written as UTF-8.
    ReadAsGbk,
    /// UTF-8 that was read as ISO 8859-1, and written as UTF-8.
    ReadAsLatin1,
    /// Question marks.
    Questions,
    /// References, hexadecimal.
    Hexadecimal,
    /// References, decimal.
    Decimal,
}

/// What explains a digest.
pub(super) struct ExplainedDigest {
    pub(super) deviations: Vec<Deviation>,
    pub(super) bytes: Vec<u8>,
}

const LINES: [&str; 3] = ["", "\n", "\r\n"];
const INDENTS: [&str; 3] = ["\t", "  ", "    "];

impl Deviation {
    /// Two of one stage cannot come together.
    pub(super) fn stage(self) -> u8 {
        match self {
            Self::Comments
            | Self::Source
            | Self::Written
            | Self::KeptReturns
            | Self::Framed(_)
            | Self::Content
            | Self::Element(..) => 0,
            Self::LostXsi
            | Self::LostXsd
            | Self::LostDs
            | Self::AddedXsi
            | Self::Exclusive
            | Self::WrittenRoot => 1,
            Self::Trimmed | Self::EmptyDropped => 2,
            Self::Compact | Self::Indented(_) => 3,
            Self::SelfClosed(_) => 4,
            Self::Quoted(_) | Self::RawGreater => 5,
            Self::CrLf | Self::Lf | Self::Returns(_) => 6,
            Self::Declaration(..) => 7,
            Self::End(_) => 8,
            Self::Mark | Self::Encoded(_) => 9,
        }
    }

    /// The name that programs read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Comments => "comments",
            Self::Source | Self::Written | Self::WrittenRoot | Self::End(_) => "not-canonical",
            Self::RawGreater | Self::SelfClosed(_) | Self::Quoted(_) => "not-canonical",
            Self::KeptReturns | Self::Returns(_) => "carriage-return-references",
            Self::Framed(_) => "not-enveloped",
            Self::Content | Self::Element(..) => "part",
            Self::LostXsi | Self::LostXsd | Self::LostDs => "lost-namespace",
            Self::AddedXsi => "added-namespace",
            Self::Exclusive => "exclusive",
            Self::Trimmed => "trimmed",
            Self::EmptyDropped => "empty-dropped",
            Self::Compact | Self::Indented(_) => "reformatted",
            Self::CrLf => "carriage-returns",
            Self::Lf => "line-ends",
            Self::Declaration(..) => "declaration",
            Self::Mark => "byte-order-mark",
            Self::Encoded(_) => "encoding",
        }
    }

    /// All that are tried alone and in pairs, the likely ones first.
    fn all(n_elements: usize) -> Vec<Self> {
        use Encoding as E;
        let mut all = vec![
            Self::LostXsi,
            Self::Exclusive,
            Self::Returns(true),
            Self::KeptReturns,
            Self::Returns(false),
            Self::CrLf,
            Self::Source,
            Self::Written,
            Self::Compact,
        ];
        all.extend(INDENTS.map(Self::Indented));
        for which in [
            Which::Own,
            Which::Utf8,
            Which::Small,
            Which::Standalone(false),
            Which::Standalone(true),
            Which::Gbk,
            Which::Gb2312,
        ] {
            all.extend(LINES.map(|line| Self::Declaration(which, line)));
        }
        all.extend([
            Self::Mark,
            Self::Comments,
            Self::LostXsd,
            Self::LostDs,
            Self::AddedXsi,
            Self::WrittenRoot,
            Self::End("\n"),
            Self::End("\r\n"),
            Self::SelfClosed(false),
            Self::SelfClosed(true),
            Self::Quoted(false),
            Self::Quoted(true),
            Self::RawGreater,
            Self::Lf,
            Self::Trimmed,
            Self::EmptyDropped,
        ]);
        all.extend((0..render::FRAMES).map(Self::Framed));
        all.push(Self::Content);
        for at in 0..u8::try_from(n_elements.min(ELEMENTS_MAX)).unwrap_or(0) {
            all.extend([Self::Element(at, true), Self::Element(at, false)]);
        }
        let encodings = [
            E::Gbk,
            E::Utf16Le,
            E::Utf16Be,
            E::ReadAsGbk,
            E::ReadAsLatin1,
            E::Questions,
            E::Hexadecimal,
            E::Decimal,
        ];
        all.extend(encodings.map(Self::Encoded));
        all
    }
}

/// Those that come together: a library that prints the document again does all of it.
fn printed() -> Vec<Vec<Deviation>> {
    let mut all = Vec::new();
    for layout in INDENTS
        .map(Deviation::Indented)
        .into_iter()
        .chain([Deviation::Compact])
    {
        for line in [None, Some(Deviation::CrLf)] {
            for closed in [None, Some(false), Some(true)] {
                for declaration in [None, Some(Which::Utf8), Some(Which::Small)] {
                    for end in [false, true] {
                        let mut one = vec![layout];
                        one.extend(closed.map(Deviation::SelfClosed));
                        one.extend(line);
                        let line = if line.is_some() { "\r\n" } else { "\n" };
                        let after = if layout == Deviation::Compact {
                            ""
                        } else {
                            line
                        };
                        one.extend(declaration.map(|which| Deviation::Declaration(which, after)));
                        one.extend(end.then_some(Deviation::End(line)));
                        if one.len() > 2 {
                            all.push(one);
                        }
                    }
                }
            }
        }
    }
    all
}

/// Looks for the text that was digested; also tells how many were tried.
pub(super) fn explain(sources: &Sources<'_>, expected: &[u8]) -> (Option<ExplainedDigest>, usize) {
    let methods = [DigestMethod::Sm3, DigestMethod::Sha256, DigestMethod::Sha1];
    let methods: Vec<_> = methods
        .into_iter()
        .filter(|one| one.bytes() == expected.len())
        .collect();
    let mut search = Search {
        sources,
        expected,
        methods,
        n_bytes: 0,
        n_tried: 0,
    };
    let found = search.run();
    (found, search.n_tried)
}

struct Search<'a> {
    sources: &'a Sources<'a>,
    expected: &'a [u8],
    methods: Vec<DigestMethod>,
    n_bytes: usize,
    n_tried: usize,
}

impl Search<'_> {
    fn run(&mut self) -> Option<ExplainedDigest> {
        let all = Deviation::all(self.sources.n_elements());
        let (strict, other_gaps) = self.sources.gaps();
        for gap in std::iter::once(strict).chain(other_gaps) {
            for one in &all {
                if let Some(found) = self.attempt(&[*one], gap) {
                    return Some(found);
                }
            }
        }
        for set in printed() {
            if let Some(found) = self.attempt(&set, strict) {
                return Some(found);
            }
        }
        for (at, one) in all.iter().enumerate() {
            for other in all.iter().skip(at + 1) {
                if one.stage() != other.stage()
                    && let Some(found) = self.attempt(&[*one, *other], strict)
                {
                    return Some(found);
                }
            }
        }
        None
    }

    fn attempt(&mut self, deviations: &[Deviation], gap: DigestProfile) -> Option<ExplainedDigest> {
        if self.n_bytes >= BYTES_MAX {
            return None;
        }
        let mut ordered = deviations.to_vec();
        ordered.sort_by_key(|one| one.stage());
        let bytes = self.sources.render(&ordered, gap)?;
        self.n_bytes += bytes.len();
        self.n_tried += 1;
        let mut methods = self.methods.iter();
        let is_it = methods.any(|method| method.digest(&bytes) == self.expected);
        is_it.then_some(ExplainedDigest {
            deviations: ordered,
            bytes,
        })
    }
}
