//! Reading an upload (读取上行报文), before any database: what came, from whom, which documents.
//!
//! What the schema refuses is answered with a CEB900, what only a rule refuses with the kind's own "check
//! failed" code. Like customs, the simulator takes the shapes of older programs, as the platform does for
//! companies in the lenient profile: otherwise it would refuse what the platform let pass.

use super::magic::{Act, Magic};
use super::plan;
use bytes::Bytes;
use ceb::{Direction, Document, Kind, Layer, Profile, Record, Severity};
use serde::{Deserialize, Serialize};

/// Pairs of element and value.
pub(super) type ElementValues = Vec<(String, String)>;

/// Longest part of an unreadable message that a CEB900 gives back, in bytes.
const ECHO_BYTES_MAX: usize = 64 << 10;

/// An upload that was read.
pub(super) struct PreparedUpload {
    /// Sender and `CopMsgId`; the same upload is played once. Bare messages have their guid.
    pub(super) key: String,
    /// Account that receives the answers.
    pub(super) receiver: String,
    pub(super) direction: Direction,
    pub(super) content: UploadContent,
}

pub(super) enum UploadContent {
    Declared(Vec<DeclaredDocument>),
    /// Answered with a CEB900.
    Unreadable(FormatFault),
    /// Nobody can be answered.
    Nameless,
}

/// What a CEB900 says.
pub(super) struct FormatFault {
    pub(super) info: String,
    pub(super) cop_msg_id: String,
    pub(super) message_type: String,
    pub(super) original: String,
}

/// A document of an upload.
pub(super) struct DeclaredDocument {
    pub(super) kind: Kind,
    pub(super) key: String,
    pub(super) link: Option<String>,
    pub(super) guid: String,
    pub(super) app_type: String,
    pub(super) app_time: String,
    /// 暂存: only stored at the E-Port, not declared.
    pub(super) is_draft: bool,
    /// Elements that the receipts repeat.
    pub(super) head: ElementValues,
    pub(super) facts: DocumentFacts,
    pub(super) magic: Magic,
    /// A rule that the document breaks.
    pub(super) broken_rule: Option<String>,
}

/// What matching and later answers need of a document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct DocumentFacts {
    pub(super) head: ElementValues,
    pub(super) lines: Vec<ElementValues>,
    /// Of a list that waits for its partners: when it stops waiting.
    #[serde(default)]
    pub(super) waits_until: Option<i64>,
}

impl DocumentFacts {
    pub(super) fn get(&self, element: &str) -> Option<&str> {
        get(&self.head, element)
    }
}

/// The value of an element.
pub(super) fn get<'a>(values: &'a [(String, String)], element: &str) -> Option<&'a str> {
    values
        .iter()
        .find(|(name, _)| name == element)
        .map(|(_, value)| value.as_str())
}

/// Reads an upload; `from` is the direction of the queue it came over.
pub(super) fn read(body: &Bytes, from: Direction) -> PreparedUpload {
    let envelope = ceb::envelope::open(body).ok();
    let sender = envelope.as_ref().map(|one| one.sender_id.clone());
    let cop_msg_id = envelope.as_ref().map(|one| one.cop_msg_id.clone());
    // What is no envelope may be a bare message, or nothing at all; sniffing tells.
    let data = envelope.as_ref().map_or(body.as_ref(), |one| &one.data);
    let sniffed = match ceb::sniff(data) {
        Ok(sniffed) => sniffed,
        Err(error) => {
            let fault = FormatFault {
                info: error.text(),
                cop_msg_id: cop_msg_id.clone().unwrap_or_default(),
                message_type: "Unknown".to_owned(),
                original: echo(data),
            };
            return refused(sender, cop_msg_id, from, fault);
        }
    };
    let receiver = sender.or_else(|| sniffed.dxp_id.clone());
    let number = cop_msg_id.unwrap_or_else(|| sniffed.guid.clone());
    let kind = sniffed.kind;
    let fault = |info: String| FormatFault {
        info,
        cop_msg_id: number.clone(),
        message_type: kind.root().to_owned(),
        original: echo(&sniffed.inner),
    };
    if !kind.is_declaration() {
        let fault = fault(format!("{kind} 不是申报报文"));
        return refused(receiver, Some(number), from, fault);
    }
    let parsed = ceb::parse(&sniffed.inner, Profile::Lenient);
    let schema = parsed
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Refuse && finding.layer != Layer::Rule);
    let Some(message) = parsed.message.filter(|_| schema.is_none()) else {
        let text = schema.map_or("报文无法解析", |finding| finding.text.as_str());
        return refused(receiver, Some(number.clone()), from, fault(text.to_owned()));
    };
    let rule = parsed
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Refuse && finding.layer == Layer::Rule);
    let rule = rule.map(|finding| finding.text.as_str());
    let documents: Vec<DeclaredDocument> = message
        .documents
        .iter()
        .filter_map(|document| declared(kind, document, rule))
        .collect();
    if documents.len() < message.documents.len() {
        let fault = fault("单证缺少业务主键".to_owned());
        return refused(receiver, Some(number), from, fault);
    }
    if documents
        .iter()
        .any(|document| document.magic.asks_for(Act::Format))
    {
        let fault = fault("模拟的报文格式错误".to_owned());
        return refused(receiver, Some(number), from, fault);
    }
    let Some(receiver) = receiver else {
        return nameless(from);
    };
    PreparedUpload {
        key: format!("{receiver}|{number}"),
        receiver,
        direction: kind.direction().unwrap_or(from),
        content: UploadContent::Declared(documents),
    }
}

fn refused(
    receiver: Option<String>,
    cop_msg_id: Option<String>,
    direction: Direction,
    fault: FormatFault,
) -> PreparedUpload {
    let (Some(receiver), Some(number)) = (receiver, cop_msg_id) else {
        return nameless(direction);
    };
    PreparedUpload {
        key: format!("{receiver}|{number}"),
        receiver,
        direction,
        content: UploadContent::Unreadable(fault),
    }
}

fn nameless(direction: Direction) -> PreparedUpload {
    PreparedUpload {
        key: String::new(),
        receiver: String::new(),
        direction,
        content: UploadContent::Nameless,
    }
}

fn echo(bytes: &[u8]) -> String {
    let end = bytes.len().min(ECHO_BYTES_MAX);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn declared(kind: Kind, document: &Document, rule: Option<&str>) -> Option<DeclaredDocument> {
    let head = &document.head;
    let key = ceb::key::of_document(kind, document)?.text;
    let search = ceb::key::search_keys(kind, document);
    let numbers = [
        search.order_no.as_deref(),
        head.get("payTransactionId"),
        search.logistics_no.as_deref(),
        search.cop_no.as_deref(),
    ];
    let own = |element| head.get(element).unwrap_or_default().to_owned();
    Some(DeclaredDocument {
        kind,
        link: link(kind, head),
        key,
        guid: own("guid"),
        app_type: own("appType"),
        app_time: own("appTime"),
        is_draft: head.get("appStatus") == Some("1"),
        head: repeated(kind, head),
        facts: facts(kind, document),
        magic: Magic::read(numbers.into_iter().flatten()),
        broken_rule: rule.map(str::to_owned),
    })
}

/// The elements of the other number by which a document is found.
const LINKS: &[(Kind, &[&str])] = &[
    (Kind::Ceb411, &["ebpCode", "orderNo"]),
    (Kind::Ceb621, &["logisticsNo"]),
    (Kind::Ceb603, &["logisticsNo"]),
    (Kind::Ceb507, &["operatorCode", "copNo"]),
    (Kind::Ceb509, &["logisticsCode", "copNo"]),
    (Kind::Ceb607, &["agentCode", "copNo"]),
    (Kind::Ceb701, &["agentCode", "copNo"]),
];

fn link(kind: Kind, head: &Record) -> Option<String> {
    let (_, elements) = LINKS.iter().find(|(of, _)| *of == kind)?;
    let values: Option<Vec<&str>> = elements.iter().map(|one| head.filled(one)).collect();
    Some(values?.join("|"))
}

/// The declared values that the kind's receipt has too.
fn repeated(kind: Kind, head: &Record) -> ElementValues {
    let Some(receipt) = kind.receipt() else {
        return ElementValues::new();
    };
    let fields = receipt.spec().head.fields.iter();
    fields
        .filter(|field| field.element != "guid")
        .filter_map(|field| {
            let value = head.filled(&field.element)?;
            Some((field.element.clone(), value.to_owned()))
        })
        .collect()
}

/// Elements of a head that matching or a later answer needs.
const HEAD_FACTS: &[&str] = &[
    "acturalPaid",
    "amountPaid",
    "freight",
    "insuredFee",
    "payCode",
    "payTransactionId",
    "ebcCode",
    "ebcName",
    "ebpCode",
    "orderNo",
    "logisticsCode",
    "logisticsNo",
    "agentCode",
    "agentName",
    "declAgentCode",
    "declAgentName",
    "customsCode",
    "assureCode",
    "grossWeight",
    "netWeight",
    "msgCount",
    "msgSeqNo",
    "invtNo",
];

/// Elements that are compared and not kept.
const PERSONAL_FACTS: &[&str] = &[
    "buyerName",
    "buyerIdNumber",
    "buyerTelephone",
    "payerName",
    "payerIdNumber",
];

/// Elements of a line that matching or a later answer needs.
const LINE_FACTS: &[&str] = &[
    "gnum",
    "gcode",
    "unit",
    "qty",
    "price",
    "totalPrice",
    "logisticsNo",
    "invtNo",
];

fn facts(kind: Kind, document: &Document) -> DocumentFacts {
    let take = |record: &Record, elements: &[&str]| -> ElementValues {
        elements
            .iter()
            .filter_map(|element| Some(((*element).to_owned(), record.filled(element)?.to_owned())))
            .collect()
    };
    // Nobody asks a waybill, a receipt of money or an inbound detail for more than its key.
    if matches!(
        kind,
        Kind::Ceb511 | Kind::Ceb513 | Kind::Ceb505 | Kind::Ceb403 | Kind::Ceb711 | Kind::Ceb215
    ) {
        return DocumentFacts::default();
    }
    let mut head = take(&document.head, HEAD_FACTS);
    for element in PERSONAL_FACTS {
        if let Some(value) = document.head.filled(element) {
            head.push(((*element).to_owned(), fingerprint(value)));
        }
    }
    let with_lines = !matches!(kind, Kind::Ceb411 | Kind::Ceb623 | Kind::Ceb605);
    DocumentFacts {
        head,
        lines: document
            .lines
            .iter()
            .filter(|_| with_lines)
            .map(|line| take(line, LINE_FACTS))
            .collect(),
        waits_until: None,
    }
}

/// Equal values have equal fingerprints (FNV-1a); the value itself is personal and not kept (I8).
fn fingerprint(value: &str) -> String {
    let hash = value.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Whether the kind's answers depend on other documents.
pub(super) fn is_joint(kind: Kind) -> bool {
    plan::is_split(kind)
        || matches!(
            kind,
            Kind::Ceb621 | Kind::Ceb603 | Kind::Ceb623 | Kind::Ceb605 | Kind::Ceb625
        )
}

#[cfg(test)]
mod tests {
    use super::{UploadContent, read};
    use bytes::Bytes;
    use ceb::sample::{self, Spec};
    use ceb::{Direction, Kind, Profile};

    #[test]
    fn what_the_lenient_profile_lets_pass_the_simulator_does_not_refuse() {
        let without = |kind: Kind, element: &str| {
            let xml = sample::message(&Spec::new(kind, 7));
            let lines = xml
                .lines()
                .filter(|line| !line.contains(&format!(":{element}>")));
            lines.collect::<Vec<_>>().join("\n")
        };
        let emptied = |kind: Kind, element: &str| {
            let xml = sample::message(&Spec::new(kind, 7));
            let (front, rest) = xml.split_once(&format!("<ceb:{element}>")).unwrap();
            let (_, end) = rest.split_once("</").unwrap();
            format!("{front}<ceb:{element}></{end}")
        };
        for (kind, old) in [
            (Kind::Ceb311, without(Kind::Ceb311, "buyerTelephone")),
            (Kind::Ceb511, without(Kind::Ceb511, "orderNo")),
            (Kind::Ceb621, emptied(Kind::Ceb621, "ieDate")),
            (Kind::Ceb621, without(Kind::Ceb621, "copNo")),
        ] {
            assert!(
                ceb::parse(old.as_bytes(), Profile::Strict).is_refused(),
                "{kind}"
            );
            let parsed = ceb::parse(old.as_bytes(), Profile::Lenient);
            assert!(!parsed.is_refused(), "{kind}: {:?}", parsed.findings);
            let declares_keys = parsed.message.is_some_and(|message| {
                let mut documents = message.documents.iter();
                documents.all(|document| ceb::key::of_document(kind, document).is_some())
            });
            let upload = read(&Bytes::from(old), Direction::Import);
            let is_taken = matches!(upload.content, UploadContent::Declared(ref documents)
                if documents.iter().all(|document| document.broken_rule.is_none()));
            assert_eq!(is_taken, declares_keys, "{kind}");
        }
    }
}
