//! Sniff (识别): what came in, told from its first and last tags in microseconds.
//!
//! 1. All bytes: UTF-8, no forbidden characters, not empty.
//! 2. The root's start tag: bare business message or transport message, its kind, guid, version.
//! 3. The transfer entity (`BaseTransfer`) near the end, found by searching backwards: whose channel
//!    the message claims. Comments and custom data could imitate it, so the tail is read as tags up
//!    to the end of the root; when anything looks odd, the whole message is read instead. Either way
//!    the time is linear.
//!
//! A transport message is opened and what it carries is sniffed in turn, once.
//!
//! A sniffed message may still be full of mistakes: that is for [`parse`](crate::parse()).

use std::borrow::Cow;

use crate::code;
use crate::envelope;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::profile::Profile;

pub use crate::unrecognised::{FileKind, SniffError, file_kind};

use crate::xml::{Fault, Name, Ns, Source, Token, Tokens, is_blank, line_of, prepare};

/// Longest value read from the transfer entity, in bytes; the standard allows 30 characters.
const CLAIM_BYTES_MAX: usize = 256;

/// Length of every guid, in characters.
pub(crate) const GUID_CHARS: usize = 36;

/// What a message is wrapped in (报文形态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Business message (业务报文) without envelope.
    Bare,
    /// Terminal transport message (终端节点传输报文), `DxpMsg`.
    Dxp,
    /// Node transport message (传输节点报文), `DxpMsgSv`.
    DxpSv,
}

/// What `sniff` found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed<'a> {
    /// How it is wrapped.
    pub shape: Shape,
    /// Kind of the business message.
    pub kind: Kind,
    /// Message number (报文编号).
    pub guid: String,
    /// Transmitting company (传输企业代码) as the message claims it; receipts have none.
    pub cop_code: Option<String>,
    /// Transmission account (传输编号) as the message claims it.
    pub dxp_id: Option<String>,
    /// Sender of the envelope.
    pub sender_id: Option<String>,
    /// Number of the envelope (`CopMsgId`).
    pub cop_msg_id: Option<String>,
    /// What the envelope says that it carries (`MsgType`).
    pub msg_type: Option<String>,
    /// The business message itself.
    pub inner: Cow<'a, [u8]>,
}

impl Sniffed<'_> {
    /// What is wrong between an envelope and what it carries; nothing of a bare message.
    #[must_use]
    pub fn findings(&self, profile: Profile) -> Vec<Finding> {
        let msg_type = self.msg_type.as_deref().unwrap_or_default().trim();
        let kind = self.kind;
        // Both names of a kind are seen; an envelope may also leave it open.
        let is_right = msg_type.is_empty()
            || msg_type.eq_ignore_ascii_case(kind.root())
            || msg_type.eq_ignore_ascii_case(kind.code());
        if is_right {
            return Vec::new();
        }
        let path = "/DxpMsg/TransInfo/MsgType".to_owned();
        let text = format!(
            "传输报文的 MsgType 为 {}，内容是 {}",
            crate::finding::clip(msg_type),
            kind.root()
        );
        let finding = Finding::new(&code::MSG_TYPE, path, 1, msg_type, text);
        let advice = format!("把 MsgType 改为 {}，或核对 Data 中的报文。", kind.root());
        vec![
            finding
                .advise(advice)
                .graded(code::MSG_TYPE.severity_in(profile)),
        ]
    }
}

/// Recognises a message.
///
/// # Errors
/// When it is empty, not XML, not UTF-8, carries a DTD, has an unknown root, lacks `guid` or
/// `version`, is cut off, or is an envelope that cannot be opened.
pub fn sniff(bytes: &[u8]) -> Result<Sniffed<'_>, SniffError> {
    let fault = |fault: Fault| SniffError::at(&fault, bytes);
    let source = prepare(bytes).map_err(fault)?;
    let mut tokens = Tokens::new(source);
    let Token::Start(root) = tokens.next().map_err(fault)? else {
        return Err(SniffError::new(&code::NOT_XML, 1, ""));
    };
    let shape = match (root.ns, root.local) {
        (Ns::Dxp, "DxpMsg") => Shape::Dxp,
        (Ns::Dxp, "DxpMsgSv") => Shape::DxpSv,
        _ => return bare(bytes, source, tokens, root),
    };
    let envelope = envelope::open(bytes)?;
    let inner = inner(&envelope.data)?;
    Ok(Sniffed {
        shape,
        sender_id: Some(envelope.sender_id),
        cop_msg_id: Some(envelope.cop_msg_id),
        msg_type: Some(envelope.msg_type),
        kind: inner.kind,
        guid: inner.guid,
        cop_code: inner.cop_code,
        dxp_id: inner.dxp_id,
        inner: Cow::Owned(envelope.data),
    })
}

/// What an envelope carries must be a business message.
fn inner(data: &[u8]) -> Result<Sniffed<'_>, SniffError> {
    let fault = |fault: Fault| SniffError::at(&fault, data);
    let source = prepare(data).map_err(fault)?;
    let mut tokens = Tokens::new(source);
    match tokens.next().map_err(fault)? {
        Token::Start(root) if root.ns == Ns::Dxp => {
            Err(SniffError::new(&code::NESTED_ENVELOPE, 1, root.local))
        }
        Token::Start(root) => bare(data, source, tokens, root),
        Token::End | Token::Text(_) | Token::Char(_) | Token::CData(_) | Token::Eof => {
            Err(SniffError::new(&code::NOT_XML, 1, ""))
        }
    }
}

fn bare<'a>(
    bytes: &'a [u8],
    source: Source<'a>,
    tokens: Tokens<'a>,
    root: Name<'a>,
) -> Result<Sniffed<'a>, SniffError> {
    let line = line_of(bytes, tokens.span().start);
    if root.ns != Ns::Ceb {
        return Err(SniffError::root(&code::FOREIGN_NAMESPACE, line, root));
    }
    let kind = Kind::from_root(root.local)
        .ok_or_else(|| SniffError::root(&code::UNKNOWN_ROOT, line, root))?;
    let attribute = |name: &str| {
        let mut all = tokens.attributes();
        all.find(|a| a.prefix.is_empty() && a.local == name)
            .map(|a| a.value.clone().into_owned())
    };
    let guid = attribute("guid").ok_or_else(|| SniffError::new(&code::GUID_MISSING, line, ""))?;
    if guid.chars().count() != GUID_CHARS {
        return Err(SniffError::new(&code::GUID_LENGTH, line, &guid));
    }
    if attribute("version").is_none_or(|version| version.is_empty()) {
        return Err(SniffError::new(&code::VERSION_MISSING, line, ""));
    }
    let claim = claim(source, tokens).map_err(|fault| SniffError::at(&fault, bytes))?;
    Ok(Sniffed {
        shape: Shape::Bare,
        kind,
        guid,
        cop_code: claim.cop_code,
        dxp_id: claim.dxp_id,
        sender_id: None,
        cop_msg_id: None,
        msg_type: None,
        inner: Cow::Borrowed(bytes),
    })
}

/// What the transfer entity claims.
#[derive(Default)]
struct ClaimedSender {
    cop_code: Option<String>,
    dxp_id: Option<String>,
}

fn claim<'a>(source: Source<'a>, mut tokens: Tokens<'a>) -> Result<ClaimedSender, Fault> {
    if let Some(start) = tail_start(source.text.as_bytes()) {
        tokens.jump(start);
        if let Ok(Some(claim)) = read_claim(&mut tokens, true) {
            return Ok(claim);
        }
    }
    let mut tokens = Tokens::new(source);
    tokens.next()?;
    Ok(read_claim(&mut tokens, false)?.unwrap_or_default())
}

/// Where the last transfer entity seems to begin; without one, the last end tag.
fn tail_start(text: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"BaseTransfer";
    let Some(end) = memchr::memmem::rfind(text, NAME) else {
        return memchr::memmem::rfind(text, b"</");
    };
    let start = memchr::memmem::rfind(&text[..end], NAME)?;
    let tag = memchr::memrchr(b'<', &text[..start])?;
    // Two of them: let the full reading decide which one counts.
    memchr::memmem::find(&text[..tag], NAME)
        .is_none()
        .then_some(tag)
}

/// Reads children of the root up to its end. After a jump everything must look as the standard has
/// it, otherwise `None`: the jump may have landed inside a comment or in custom data.
fn read_claim(tokens: &mut Tokens<'_>, jumped: bool) -> Result<Option<ClaimedSender>, Fault> {
    let mut found: Option<ClaimedSender> = None;
    loop {
        match tokens.next()? {
            Token::Start(name) if name.ns == Ns::Ceb && name.local == "BaseTransfer" => {
                let claim = transfer(tokens)?;
                found.get_or_insert(claim);
            }
            Token::Start(_) => {
                skip(tokens)?;
            }
            Token::End => {
                let eof = tokens.next()? == Token::Eof;
                return Ok(if eof {
                    Some(found.unwrap_or_default())
                } else {
                    None
                });
            }
            Token::Text(text) if !jumped || is_blank(text) => {}
            Token::CData(_) | Token::Char(_) if !jumped => {}
            Token::Text(_) | Token::CData(_) | Token::Char(_) | Token::Eof => return Ok(None),
        }
    }
}

fn transfer(tokens: &mut Tokens<'_>) -> Result<ClaimedSender, Fault> {
    let mut claim = ClaimedSender::default();
    loop {
        match tokens.next()? {
            Token::Start(name) => {
                let value = text(tokens)?;
                match name.local {
                    "copCode" => claim.cop_code = claim.cop_code.or(Some(value)),
                    "dxpId" => claim.dxp_id = claim.dxp_id.or(Some(value)),
                    _ => {}
                }
            }
            Token::End | Token::Eof => return Ok(claim),
            Token::Text(_) | Token::CData(_) | Token::Char(_) => {}
        }
    }
}

/// Text of the element just started, up to a limit.
fn text(tokens: &mut Tokens<'_>) -> Result<String, Fault> {
    let mut value = String::new();
    loop {
        match tokens.next()? {
            Token::Text(text) | Token::CData(text) => {
                if value.len() + text.len() <= CLAIM_BYTES_MAX {
                    value.push_str(text);
                }
            }
            Token::Char(c) => {
                if value.len() < CLAIM_BYTES_MAX {
                    value.push(c);
                }
            }
            Token::Start(_) => skip(tokens)?,
            Token::End | Token::Eof => return Ok(value),
        }
    }
}

fn skip(tokens: &mut Tokens<'_>) -> Result<(), Fault> {
    let depth = tokens.depth();
    loop {
        if let Token::End | Token::Eof = tokens.next()?
            && tokens.depth() < depth
        {
            return Ok(());
        }
    }
}
