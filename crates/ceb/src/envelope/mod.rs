//! Envelope (传输报文): the DXP messages in which business messages travel as Base64.
//!
//! `DxpMsg` comes from a company's own client (终端节点), `DxpMsgSv` from node to node (传输节点) and
//! holds a `DxpMsg`. `DxpRep` is the exchange's own answer. Elements are matched by namespace and
//! name, never by prefix, and in any order; a signature of the envelope is not read and not kept.
//!
//! Official spellings are kept where they are wrong: `CreatTime`, `RecevierId`.

mod response;

pub use response::{Response, responses};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::code;
use crate::unrecognised::SniffError;
use crate::write::escape_into;
use crate::xml::{Fault, NS_DXP, Ns, Token, Tokens, is_space, prepare};

/// Most receivers of one envelope (传输规范).
pub const RECEIVERS_MAX: usize = 5;

/// Longest number of an envelope, in characters.
pub const COP_MSG_ID_CHARS_MAX: usize = 255;

/// Longest account of a sender or receiver, in characters.
pub const ACCOUNT_CHARS_MAX: usize = 16;

/// Most business keys in the additional information.
pub const BIZ_KEYS_MAX: usize = 5;

/// Transport message (传输报文).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Sender's own number of this transmission (`CopMsgId`), at most 255 characters.
    pub cop_msg_id: String,
    /// Account of the sender (`SenderId`), at most 16 characters.
    pub sender_id: String,
    /// Accounts of the receivers, 1 to 5.
    pub receiver_ids: Vec<String>,
    /// Creation time as written, `YYYY-MM-DDThh:mm:ss` (`CreatTime`).
    pub creat_time: String,
    /// Message type, `CEB311Message` (`MsgType`).
    pub msg_type: String,
    /// What is carried, decoded.
    pub data: Vec<u8>,
    /// Head of the node message; present in `DxpMsgSv` only.
    pub node: Option<Node>,
    /// Additional information (附加信息).
    pub add_info: Option<AddInfo>,
}

/// Head of a node message (传输节点信息).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Number on the exchange: node, time and sequence, at most 32 characters.
    pub msg_id: String,
    /// Part number when a message to several receivers was split.
    pub sub_msg_id: Option<String>,
    /// Time at which the entry node took it.
    pub send_time: String,
    /// Target node.
    pub end_node: String,
    /// Entry node.
    pub sta_node: String,
}

/// Additional information (附加信息).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddInfo {
    /// File name.
    pub file_name: Option<String>,
    /// Number of the operator's card.
    pub ic_card: Option<String>,
    /// Business keys, name and value.
    pub biz_keys: Vec<(String, String)>,
    /// Present when the data are text: their character set.
    pub is_text: Option<String>,
    /// Map at the receiver.
    pub rec_map_id: Option<String>,
}

/// Opens a `DxpMsg` or `DxpMsgSv`.
///
/// # Errors
/// When it is not well-formed, no envelope, lacks a required element, or its data are not Base64.
pub fn open(bytes: &[u8]) -> Result<Envelope, SniffError> {
    opened(bytes, false)
}

/// Opens an envelope of customs: by name, whatever its namespace.
pub(crate) fn open_by_name(bytes: &[u8]) -> Result<Envelope, SniffError> {
    opened(bytes, true)
}

fn opened(bytes: &[u8], by_name: bool) -> Result<Envelope, SniffError> {
    let source = prepare(bytes).map_err(|fault| SniffError::at(&fault, bytes))?;
    let tokens = Tokens::new(source);
    let mut reader = EnvelopeReader {
        tokens: if by_name { tokens.by_name() } else { tokens },
        by_name,
        raw_data: None,
    };
    let mut envelope = Envelope::default();
    let read = |reader: &mut EnvelopeReader<'_>, envelope: &mut Envelope| -> Result<bool, Fault> {
        let Token::Start(root) = reader.tokens.next()? else {
            return Ok(false);
        };
        match (reader.ns(root.ns), root.local) {
            (Ns::Dxp, "DxpMsg") => reader.message(envelope)?,
            (Ns::Dxp, "DxpMsgSv") => reader.node_message(envelope)?,
            _ => return Ok(false),
        }
        reader.tokens.next()?;
        Ok(true)
    };
    match read(&mut reader, &mut envelope) {
        Err(fault) => return Err(SniffError::at(&fault, bytes)),
        Ok(false) => return Err(SniffError::new(&code::FOREIGN_NAMESPACE, 1, "")),
        Ok(true) => {}
    }
    let Some((raw, line)) = reader.raw_data else {
        return Err(SniffError::new(&code::ENVELOPE_INCOMPLETE, 1, "Data"));
    };
    envelope.data = STANDARD
        .decode(raw)
        .map_err(|_| SniffError::new(&code::DATA_NOT_BASE64, line, ""))?;
    complete(&envelope)?;
    Ok(envelope)
}

fn complete(envelope: &Envelope) -> Result<(), SniffError> {
    let sized = |value: &str, max: usize| (1..=max).contains(&value.chars().count());
    let receivers = &envelope.receiver_ids;
    let checks = [
        (
            "CopMsgId",
            sized(&envelope.cop_msg_id, COP_MSG_ID_CHARS_MAX),
        ),
        ("SenderId", sized(&envelope.sender_id, ACCOUNT_CHARS_MAX)),
        (
            "ReceiverId",
            (1..=RECEIVERS_MAX).contains(&receivers.len())
                && receivers.iter().all(|id| sized(id, ACCOUNT_CHARS_MAX)),
        ),
        ("CreatTime", !envelope.creat_time.is_empty()),
    ];
    match checks.iter().find(|(_, good)| !good) {
        Some((name, _)) => Err(SniffError::new(&code::ENVELOPE_INCOMPLETE, 1, name)),
        None => Ok(()),
    }
}

struct EnvelopeReader<'a> {
    tokens: Tokens<'a>,
    by_name: bool,
    /// Base64 digits of `Data` and the line where it stands.
    raw_data: Option<(Vec<u8>, u32)>,
}

impl EnvelopeReader<'_> {
    /// The namespace as it counts.
    fn ns(&self, ns: Ns) -> Ns {
        if self.by_name { Ns::Dxp } else { ns }
    }

    /// Calls `each` for every child of the element just started; it must read the child to its end.
    fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, Ns, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        loop {
            match self.tokens.next()? {
                Token::Start(name) => {
                    let ns = self.ns(name.ns);
                    each(self, ns, name.local)?;
                }
                Token::End | Token::Eof => return Ok(()),
                Token::Text(_) | Token::CData(_) | Token::Char(_) => {}
            }
        }
    }

    fn node_message(&mut self, envelope: &mut Envelope) -> Result<(), Fault> {
        envelope.node = Some(Node::default());
        self.children(|reader, ns, local| match (ns, local) {
            (Ns::Dxp, "SvNo") => {
                let mut node = Node::default();
                reader.children(|reader, _, local| {
                    let value = reader.text()?;
                    match local {
                        "MsgId" => node.msg_id = value,
                        "SubMsgId" => node.sub_msg_id = Some(value),
                        "SendTime" => node.send_time = value,
                        "EndNode" => node.end_node = value,
                        "StaNode" => node.sta_node = value,
                        _ => {}
                    }
                    Ok(())
                })?;
                envelope.node = Some(node);
                Ok(())
            }
            (Ns::Dxp, "DxpMsg") => reader.message(envelope),
            _ => reader.skip(),
        })
    }

    fn message(&mut self, envelope: &mut Envelope) -> Result<(), Fault> {
        self.children(|reader, ns, local| match (ns, local) {
            (Ns::Dxp, "TransInfo") => reader.transmission(envelope),
            (Ns::Dxp, "Data") => reader.data(),
            (Ns::Dxp, "AddInfo") => reader.add_info(envelope),
            _ => reader.skip(),
        })
    }

    fn transmission(&mut self, envelope: &mut Envelope) -> Result<(), Fault> {
        self.children(|reader, _, local| {
            match local {
                "CopMsgId" => envelope.cop_msg_id = reader.text()?,
                "SenderId" => envelope.sender_id = reader.text()?,
                "ReceiverIds" => reader.children(|reader, _, _| {
                    let id = reader.text()?;
                    // One more than allowed is kept, so that too many are noticed.
                    if envelope.receiver_ids.len() <= RECEIVERS_MAX {
                        envelope.receiver_ids.push(id);
                    }
                    Ok(())
                })?,
                "CreatTime" => envelope.creat_time = reader.text()?,
                "MsgType" => envelope.msg_type = reader.text()?,
                _ => reader.skip()?,
            }
            Ok(())
        })
    }

    fn add_info(&mut self, envelope: &mut Envelope) -> Result<(), Fault> {
        let mut info = AddInfo::default();
        self.children(|reader, _, local| {
            match local {
                "FileName" => info.file_name = Some(reader.text()?),
                "IcCard" => info.ic_card = Some(reader.text()?),
                "BizKey" => reader.children(|reader, _, _| {
                    let name = reader.attribute("name").unwrap_or_default();
                    let value = reader.text()?;
                    if info.biz_keys.len() < BIZ_KEYS_MAX {
                        info.biz_keys.push((name, value));
                    }
                    Ok(())
                })?,
                "IsText" => {
                    info.is_text = Some(reader.attribute("Encode").unwrap_or_default());
                    reader.skip()?;
                }
                "RecMapId" => info.rec_map_id = Some(reader.text()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        envelope.add_info = Some(info);
        Ok(())
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let mut all = self.tokens.attributes();
        all.find(|a| a.prefix.is_empty() && a.local == name)
            .map(|a| a.value.clone().into_owned())
    }

    fn data(&mut self) -> Result<(), Fault> {
        let mut digits = Vec::new();
        let depth = self.tokens.depth();
        loop {
            match self.tokens.next()? {
                Token::Text(text) | Token::CData(text) => {
                    digits.extend(text.bytes().filter(|byte| !is_space(*byte)));
                }
                // A character that is no Base64 digit makes decoding fail.
                Token::Char(c) => digits.push(if c.is_ascii() { c as u8 } else { b'!' }),
                Token::Start(_) => digits.push(b'!'),
                Token::End | Token::Eof if self.tokens.depth() < depth => break,
                Token::End | Token::Eof => {}
            }
        }
        self.raw_data.get_or_insert((digits, 1));
        Ok(())
    }

    /// Text of the element just started, blanks around it cut off.
    fn text(&mut self) -> Result<String, Fault> {
        let mut value = String::new();
        loop {
            match self.tokens.next()? {
                Token::Text(text) | Token::CData(text) => value.push_str(text),
                Token::Char(c) => value.push(c),
                Token::Start(_) => self.skip()?,
                Token::End | Token::Eof => break,
            }
        }
        Ok(value.trim().to_owned())
    }

    fn skip(&mut self) -> Result<(), Fault> {
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

/// Seals an envelope: `DxpMsgSv` when it has a node head, otherwise `DxpMsg`.
#[must_use]
pub fn seal(envelope: &Envelope) -> Vec<u8> {
    let mut out = String::with_capacity(envelope.data.len() * 4 / 3 + 1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let declaration = format!(" xmlns:dxp=\"{NS_DXP}\" ver=\"1.0\">");
    if let Some(node) = &envelope.node {
        out.push_str("<dxp:DxpMsgSv");
        out.push_str(&declaration);
        out.push_str("<dxp:SvNo Ver=\"1.0\">");
        element(&mut out, "MsgId", &node.msg_id);
        optional(&mut out, "SubMsgId", node.sub_msg_id.as_deref());
        element(&mut out, "SendTime", &node.send_time);
        element(&mut out, "EndNode", &node.end_node);
        element(&mut out, "StaNode", &node.sta_node);
        out.push_str("</dxp:SvNo><dxp:DxpMsg ver=\"1.0\">");
        message(&mut out, envelope);
        out.push_str("</dxp:DxpMsg></dxp:DxpMsgSv>\n");
    } else {
        out.push_str("<dxp:DxpMsg");
        out.push_str(&declaration);
        message(&mut out, envelope);
        out.push_str("</dxp:DxpMsg>\n");
    }
    out.into_bytes()
}

fn message(out: &mut String, envelope: &Envelope) {
    out.push_str("<dxp:TransInfo>");
    element(out, "CopMsgId", &envelope.cop_msg_id);
    element(out, "SenderId", &envelope.sender_id);
    out.push_str("<dxp:ReceiverIds>");
    for id in &envelope.receiver_ids {
        element(out, "ReceiverId", id);
    }
    out.push_str("</dxp:ReceiverIds>");
    element(out, "CreatTime", &envelope.creat_time);
    element(out, "MsgType", &envelope.msg_type);
    out.push_str("</dxp:TransInfo><dxp:Data>");
    STANDARD.encode_string(&envelope.data, out);
    out.push_str("</dxp:Data>");
    let Some(info) = &envelope.add_info else {
        return;
    };
    out.push_str("<dxp:AddInfo>");
    optional(out, "FileName", info.file_name.as_deref());
    optional(out, "IcCard", info.ic_card.as_deref());
    if !info.biz_keys.is_empty() {
        out.push_str("<dxp:BizKey>");
        for (name, value) in &info.biz_keys {
            out.push_str("<dxp:Key name=\"");
            escape_into(out, name);
            out.push_str("\">");
            escape_into(out, value);
            out.push_str("</dxp:Key>");
        }
        out.push_str("</dxp:BizKey>");
    }
    if let Some(encode) = &info.is_text {
        out.push_str("<dxp:IsText Encode=\"");
        escape_into(out, encode);
        out.push_str("\"/>");
    }
    optional(out, "RecMapId", info.rec_map_id.as_deref());
    out.push_str("</dxp:AddInfo>");
}

fn optional(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        element(out, name, value);
    }
}

fn element(out: &mut String, name: &str, value: &str) {
    out.push_str("<dxp:");
    out.push_str(name);
    out.push('>');
    escape_into(out, value);
    out.push_str("</dxp:");
    out.push_str(name);
    out.push('>');
}
