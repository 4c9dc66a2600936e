//! Receipt (回执): splits a message from customs into its entries.
//!
//! One receipt message may answer documents of several messages and of several companies, so each
//! entry gets its keys and a message of its own that holds only this entry, cut from the bytes as
//! received: the root's start tag, the entry, the end tag.
//!
//! Read with the profile [`Down`](crate::Profile::Down): by name, in any order, unknown elements
//! ignored, unknown codes kept. 816, 818, 792 and 900 are read the same way; what has no business
//! key carries search keys or the number of the envelope it answers.
//!
//! Ports write receipts in many ways: without namespace, `guid` or `version`, in GBK, the same entry
//! twice. All of it is read and noted ([`Odd`]); only bytes that are no text are refused.

mod said;

use crate::code;
pub use crate::decode::Odd;
use crate::decode::decode;
use crate::envelope;
use crate::finding::Finding;
use crate::key::{self, BusinessKey, SearchKeys};
use crate::kind::Kind;
use crate::message::Document;
use crate::parse::parse_with_cut;
use crate::profile::Profile;
use crate::status::ReturnStatus;
use crate::unrecognised::SniffError;
use crate::xml::{NS_CEB, Token, Tokens, prepare};
use said::{status, time};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Status given to an entry whose `returnStatus` is absent or no number. Zero is not a code of
/// customs; the entry is kept and shown, never dropped.
pub const STATUS_UNREADABLE: ReturnStatus = ReturnStatus(0);

/// A receipt message, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// Kind of the receipt: `CEB312`.
    pub kind: Kind,
    /// Message number of the receipt message; empty when it has none.
    pub guid: String,
    /// Accounts of the receivers that the envelope names; none without an envelope.
    pub receiver_ids: Vec<String>,
    /// Its entries, in the order of the message; one that stands twice comes twice, and counts once
    /// where it is recorded.
    pub entries: Vec<ReceiptEntry>,
    /// How it differs from the standard.
    pub odd: Vec<Odd>,
    /// What was odd about it; never grave.
    pub findings: Vec<Finding>,
}

/// One entry of a receipt: the answer to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptEntry {
    /// Kind of the receipt.
    pub kind: Kind,
    /// Number of this answer, made by the E-Port; not the guid of the declared document.
    pub guid: String,
    /// Keys of the declared document, best first; empty for 816, 818, 792, 900 and when the receipt
    /// leaves part of the key out: then match with `search`.
    pub keys: Vec<BusinessKey>,
    /// Numbers for search and fallback matching.
    pub search: SearchKeys,
    /// Declaring company (申报企业代码).
    pub agent_code: Option<String>,
    /// E-commerce company (电商企业代码).
    pub ebc_code: Option<String>,
    /// E-commerce platform (电商平台代码).
    pub ebp_code: Option<String>,
    /// Customs district (申报海关代码).
    pub customs_code: Option<String>,
    /// What stands there as status, where it cannot be read; several of them with commas between.
    pub status_text: String,
    /// Status (回执状态). Tax bills have none of their own: see [`STATUS_UNREADABLE`].
    pub return_status: ReturnStatus,
    /// Time of the receipt as sent, 17 or 14 digits.
    pub return_time: String,
    /// Text of the receipt (回执信息).
    pub return_info: String,
    /// Number of the rejected envelope (900).
    pub ori_cop_msg_id: Option<String>,
    /// Kind of the rejected message as customs names it (900).
    pub ori_message_type: Option<String>,
    /// A message with only this entry, as received; in UTF-8, whatever it came in.
    pub xml: String,
    /// Where the entry itself stands in `xml`, in bytes: what is the same when customs sends it again in
    /// another message.
    pub own: Range<usize>,
}

/// A receipt message out of its envelope, in UTF-8.
struct OpenedReceipt<'a> {
    inner: Cow<'a, [u8]>,
    receiver_ids: Vec<String>,
    odd: Vec<Odd>,
}

/// Decodes a receipt and opens its envelope, if it has one.
fn open(bytes: &[u8]) -> Result<OpenedReceipt<'_>, SniffError> {
    let (text, odd) = decode(bytes, None)?;
    let root = root(&text)?;
    if !["DxpMsg", "DxpMsgSv"].contains(&root.local.as_str()) {
        let odd = odd.into_iter().chain(root.odd).collect();
        return Ok(OpenedReceipt {
            inner: text,
            receiver_ids: Vec::new(),
            odd,
        });
    }
    let envelope = envelope::open_by_name(&text)?;
    let charset = envelope.add_info.and_then(|info| info.is_text);
    let charset = charset.filter(|charset| !charset.trim().is_empty());
    let (inner, odd) = decode(&envelope.data, charset.as_deref())?;
    let inner = inner.into_owned();
    let root = self::root(&inner)?;
    if root.local.starts_with("DxpMsg") {
        let code = &code::NESTED_ENVELOPE;
        return Err(SniffError::new(code, 1, &root.local));
    }
    Ok(OpenedReceipt {
        inner: Cow::Owned(inner),
        receiver_ids: envelope.receiver_ids,
        odd: odd.into_iter().chain(root.odd).collect(),
    })
}

/// The root of a message by its name, and what it lacks.
struct Root {
    local: String,
    odd: Vec<Odd>,
}

fn root(text: &[u8]) -> Result<Root, SniffError> {
    let fault = |fault| SniffError::at(&fault, text);
    let mut tokens = Tokens::new(prepare(text).map_err(fault)?).by_name();
    let Token::Start(name) = tokens.next().map_err(fault)? else {
        return Err(SniffError::new(&code::NOT_XML, 1, ""));
    };
    let kind = Kind::from_root_in_any_case(name.local);
    if kind.is_some_and(Kind::is_declaration) {
        return Err(SniffError::new(&code::NOT_A_RECEIPT, 1, name.local));
    }
    let prefix = tokens
        .open_name()
        .split_once(':')
        .map_or("", |(prefix, _)| prefix);
    let has = |name: &str| {
        let mut attributes = tokens.attributes();
        attributes.any(|attribute| attribute.prefix.is_empty() && attribute.local == name)
    };
    let lacks = [
        (tokens.uri(prefix) != Some(NS_CEB), Odd::Namespace),
        (!has("guid"), Odd::Guid),
        (!has("version"), Odd::Version),
    ];
    let odd = lacks.into_iter().filter(|(lacks, _)| *lacks);
    Ok(Root {
        local: name.local.to_owned(),
        odd: odd.map(|(_, odd)| odd).collect(),
    })
}

/// Splits a receipt or notice, bare or in an envelope.
///
/// # Errors
/// When it is no text, cannot be recognised, is not well-formed, or is a declaration.
pub fn split(bytes: &[u8]) -> Result<Receipts, SniffError> {
    let opened = open(bytes)?;
    let inner = &*opened.inner;
    let (parsed, cut) = parse_with_cut(inner, Profile::Down);
    let Some(message) = parsed.message else {
        let first = parsed.findings.first();
        let code = first
            .and_then(|finding| code::find(finding.code))
            .unwrap_or(&code::SYNTAX);
        let (line, value) = first.map_or((1, ""), |finding| (finding.line, &finding.value));
        return Err(SniffError::new(code, line, value));
    };
    let text = |range: Range<usize>| {
        inner
            .get(range)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    };
    let (start, end) = (text(cut.root_start), text(cut.root_end));
    let (mut entries, mut seen) = (Vec::new(), HashSet::new());
    for document in &message.documents {
        let own = text(document.span.clone());
        seen.insert(own);
        let place = start.len()..start.len() + own.len();
        let xml = [start, own, end].concat();
        entries.push(entry(message.kind, document, xml, place));
    }
    let mut odd = opened.odd;
    if seen.len() < entries.len() {
        odd.push(Odd::Twice(entries.len() - seen.len()));
    }
    Ok(Receipts {
        kind: message.kind,
        guid: message.guid.clone(),
        receiver_ids: opened.receiver_ids,
        entries,
        odd,
        findings: parsed.findings,
    })
}

fn entry(kind: Kind, document: &Document, xml: String, own_at: Range<usize>) -> ReceiptEntry {
    let head = &document.head;
    let value = |element: &str| head.filled(element).map(|value| value.trim().to_owned());
    let own = |element: &str| value(element).unwrap_or_default();
    let (return_status, status_text) = status(head.get("returnStatus"), &xml);
    ReceiptEntry {
        kind,
        guid: own("guid"),
        keys: key::of_document(kind, document).into_iter().collect(),
        search: key::search_keys(kind, document),
        agent_code: value("agentCode"),
        ebc_code: value("ebcCode"),
        ebp_code: value("ebpCode"),
        customs_code: value("customsCode"),
        status_text,
        return_status,
        return_time: time(
            value("returnTime").or_else(|| value("opDate")).as_deref(),
            &xml,
        ),
        return_info: head.get("returnInfo").unwrap_or_default().to_owned(),
        ori_cop_msg_id: value("oriCopMsgId"),
        ori_message_type: value("oriMessageType"),
        xml,
        own: own_at,
    }
}

#[cfg(test)]
mod tests {
    use super::{Odd, split};
    use crate::ReturnStatus;
    use crate::envelope::{AddInfo, Envelope, seal};
    use crate::kind::Kind;
    use crate::sample::{Spec, receipt};
    use encoding_rs::GBK;

    fn sample() -> String {
        receipt(&Spec::new(Kind::Ceb621, 7), ReturnStatus(100), "金额不一致")
    }

    fn odd(bytes: &[u8]) -> Vec<&'static str> {
        split(bytes).unwrap().odd.iter().map(Odd::name).collect()
    }

    /// Why a receipt cannot be read is stored and shown: it quotes names that the standard knows, and nothing else
    /// of what came, for that may be personal.
    #[test]
    fn why_a_receipt_cannot_be_read_quotes_nothing_but_known_names() {
        let cases = [
            "<jqname xmlns=\"urn:jqname\">x</jqname>".to_owned(),
            sample().replace("<returnInfo>", "<returnInfo>&jqname;"),
            sample().replace("</InventoryReturn>", "<jqname></InventoryReturn>"),
            sample().replace("</returnInfo>", "</jqname>"),
            format!(
                "<?xml version=\"1.0\" encoding=\"jqname\"?>{}\u{fffe}",
                sample()
            ),
            "jqname".to_owned(),
            "<DxpMsg><jqname/></DxpMsg>".to_owned(),
        ];
        for xml in cases {
            let Err(error) = split(xml.as_bytes()) else {
                panic!("{xml}");
            };
            assert!(!error.brief().contains("jqname"), "{}", error.brief());
        }
        let unclosed = sample().replace("</returnInfo>", "");
        let why = split(unclosed.as_bytes()).unwrap_err().brief();
        assert!(
            why.contains("InventoryReturn") || why.contains("returnInfo"),
            "{why}"
        );
    }

    /// The same receipt is read alike however a port writes it, and what is odd is named.
    #[test]
    fn a_receipt_is_read_by_its_names() {
        let xml = sample();
        let good = split(xml.as_bytes()).unwrap();
        assert!(good.odd.is_empty(), "{:?}", good.odd);
        let from = xml.find("<InventoryReturn>").unwrap();
        let to = xml.find("</CEB622Message>").unwrap();
        let entry = &xml[from..to];
        let own = "xmlns=\"http://www.chinaport.gov.cn/ceb\"";
        let root = |attributes: &str| {
            format!("<CEB622Message {attributes}>{entry}<More><x/></More></CEB622Message>")
        };
        let cases: [(String, &[&str]); 6] = [
            (root(""), &["namespace", "guid", "version"]),
            (root(own), &["guid", "version"]),
            (
                root("xmlns=\"urn:other\" version=\"1.0\"")
                    .replace("CEB622Message", "ceb622message"),
                &["namespace", "guid"],
            ),
            (
                root("").replace("CEB622Message", "x:CEB622Message"),
                &["namespace", "guid", "version"],
            ),
            (
                root(own)
                    .replace("<copNo>", "<CopNo>")
                    .replace("</copNo>", "</CopNo>"),
                &["guid", "version"],
            ),
            (
                root(own).replace(entry, &entry.repeat(3)),
                &["guid", "version", "twice"],
            ),
        ];
        for (xml, expected) in &cases {
            let found = split(xml.as_bytes()).unwrap();
            assert_eq!(odd(xml.as_bytes()), *expected, "{xml}");
            let n_entries = if expected.contains(&"twice") { 3 } else { 1 };
            assert_eq!(found.entries.len(), n_entries, "{xml}");
            let (one, known) = (&found.entries[0], &good.entries[0]);
            assert_eq!(
                (&one.keys, &one.search, one.return_status, &one.return_info),
                (
                    &known.keys,
                    &known.search,
                    known.return_status,
                    &known.return_info
                ),
                "{xml}"
            );
            // What a company gets of it is a receipt that reads alike.
            let alone = split(one.xml.as_bytes()).unwrap();
            assert_eq!(alone.entries[0].keys, known.keys, "{xml}");
        }
    }

    /// An envelope in GBK, without its namespace, whose data are declared in it only.
    #[test]
    fn an_envelope_is_opened_by_its_names() {
        let xml = sample();
        let body = xml.split_once("?>").map_or(&*xml, |(_, body)| body);
        let envelope = Envelope {
            cop_msg_id: "C1".to_owned(),
            sender_id: "DXPEDCCEB0000002".to_owned(),
            receiver_ids: vec!["DXPENT0000000001".to_owned()],
            creat_time: "2026-03-02T09:00:00".to_owned(),
            msg_type: "CEB622Message".to_owned(),
            data: GBK.encode(body.trim_start()).0.into_owned(),
            add_info: Some(AddInfo {
                is_text: Some("GBK".to_owned()),
                ..AddInfo::default()
            }),
            ..Envelope::default()
        };
        let sealed = String::from_utf8(seal(&envelope)).unwrap();
        let bare = sealed
            .replace(" xmlns:dxp=\"http://www.chinaport.gov.cn/dxp\"", "")
            .replace("dxp:", "");
        for text in [sealed, bare] {
            let found = split(text.as_bytes()).unwrap();
            assert_eq!(found.receiver_ids, ["DXPENT0000000001"]);
            assert_eq!(found.entries[0].return_info, "金额不一致");
            assert!(found.odd.is_empty(), "{:?}", found.odd);
        }
    }

    /// A declaration is no receipt, however it is written.
    #[test]
    fn a_declaration_is_refused() {
        let error = split(b"<ceb621message/>").unwrap_err();
        assert_eq!(error.code(), "TG-E1015");
    }
}
