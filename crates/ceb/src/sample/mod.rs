//! Sample (样例报文): messages of every kind, deterministic from a seed.
//!
//! The same [`Spec`] gives the same bytes; nothing comes from the clock or from chance. Everything
//! is synthetic: people live in Beijing Dongcheng (110101) and have phones 130 0000 xxxx, companies
//! have credit codes with a right check digit that no register knows. Totals add up, and messages
//! pass the strict profile without any finding.
//!
//! What belongs to the `n`-th document of a seed depends on the seed and `n` alone, never on the
//! kind: so the order, payment, waybill and list of one [`Spec`] fit together, and a receipt carries
//! the key of its declaration. Numbers grow with seed and document, as real ones do.
//!
//! Kinds that must be signed are signed, with a key that is public on purpose ([`CERTIFICATE`]). The
//! signature verifies and proves nothing; customs would refuse it.

mod catalogue;
mod company;
mod deal;
mod number;
mod sign;
#[cfg(test)]
mod tests;
mod value;

use crate::kind::Kind;
use crate::spec::{SenderRole, SignatureDuty, UNBOUNDED};
use crate::status::ReturnStatus;
use crate::write::{self, DocumentValues, RecordValues};

pub use company::{SampleCompany, company, dxp_id};
pub use number::credit_code;
pub use sign::CERTIFICATE;

/// Beijing time, given by the caller (北京时间).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// Year, four digits.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
}

impl LocalTime {
    /// `YYYYMMDD`.
    #[must_use]
    pub fn date8(&self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `YYYYMMDDhhmmss`.
    #[must_use]
    pub fn time14(&self) -> String {
        format!(
            "{}{:02}{:02}{:02}",
            self.date8(),
            self.hour,
            self.minute,
            self.second
        )
    }
}

/// Who sends the sample (传输企业).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Company code; it also stands for the e-commerce company and the declarant.
    pub code: String,
    /// Registered name.
    pub name: String,
    /// Transmission account.
    pub dxp_id: String,
}

/// What sample is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Kind of message.
    pub kind: Kind,
    /// Who sends it.
    pub sender: Sender,
    /// Same seed, same bytes. Seeds that follow each other give numbers that follow each other.
    pub seed: u64,
    /// Documents in the message; at most what the kind allows.
    pub n_documents: u32,
    /// Lines per document, for kinds with lines.
    pub n_lines: u32,
    /// The time of all times in the message.
    pub now: LocalTime,
    /// Front of order numbers; `DD` without one.
    pub order_no_prefix: Option<String>,
    /// Put into order numbers and company's own numbers, for simulators that react to it.
    pub marker: Option<String>,
}

impl Spec {
    /// One document with three lines, from a synthetic company, on 2026-01-05 09:30.
    #[must_use]
    pub fn new(kind: Kind, seed: u64) -> Self {
        let sender = Sender {
            code: credit_code(1),
            name: String::from("北京样例跨境电子商务有限公司"),
            dxp_id: String::from("DXPENT0000000001"),
        };
        let now = LocalTime {
            year: 2026,
            month: 1,
            day: 5,
            hour: 9,
            minute: 30,
            second: 0,
        };
        Self {
            kind,
            sender,
            seed,
            n_documents: 1,
            n_lines: 3,
            now,
            order_no_prefix: None,
            marker: None,
        }
    }

    fn with_kind(&self, kind: Kind) -> Self {
        Self {
            kind,
            ..self.clone()
        }
    }
}

/// Status of the sample of 900, which is always negative.
const FORMAT_FAULT: ReturnStatus = ReturnStatus(-999_999);

/// A sample message; receipts have status 2, 900 a negative one.
#[must_use]
pub fn message(spec: &Spec) -> String {
    if spec.kind == Kind::Ceb900 {
        return build(spec, FORMAT_FAULT, "报文格式校验不通过");
    }
    build(spec, ReturnStatus::DECLARING, "新增申报成功")
}

/// The receipt that answers the declaration of this spec, with a status and a text. For a kind
/// without receipt, the message itself.
#[must_use]
pub fn receipt(spec: &Spec, status: ReturnStatus, info: &str) -> String {
    build(
        &spec.with_kind(spec.kind.receipt().unwrap_or(spec.kind)),
        status,
        info,
    )
}

/// A chain whose keys join: import 311, 411, 511, 621 (and 711, 513), export 303, 505, 603, 403,
/// 607, 507, 509. Collective documents hold one line per parcel.
#[must_use]
pub fn set(spec: &Spec) -> Vec<(Kind, String)> {
    const IMPORT: &[Kind] = &[
        Kind::Ceb311,
        Kind::Ceb411,
        Kind::Ceb511,
        Kind::Ceb621,
        Kind::Ceb711,
        Kind::Ceb513,
    ];
    const EXPORT: &[Kind] = &[
        Kind::Ceb303,
        Kind::Ceb505,
        Kind::Ceb603,
        Kind::Ceb403,
        Kind::Ceb607,
        Kind::Ceb507,
        Kind::Ceb509,
    ];
    let export = spec.kind.direction() == Some(crate::kind::Direction::Export);
    let kinds = if export { EXPORT } else { IMPORT };
    let one = |kind: &Kind| {
        let mut spec = spec.with_kind(*kind);
        if matches!(
            kind,
            Kind::Ceb711 | Kind::Ceb607 | Kind::Ceb507 | Kind::Ceb509
        ) {
            spec.n_lines = spec.n_documents.max(1);
            spec.n_documents = 1;
        }
        (*kind, message(&spec))
    };
    kinds.iter().map(one).collect()
}

fn build(spec: &Spec, status: ReturnStatus, info: &str) -> String {
    let table = spec.kind.spec();
    let most = |asked: u32, max: u32| {
        if max == UNBOUNDED {
            asked
        } else {
            asked.min(max)
        }
    };
    let n_documents = most(spec.n_documents.max(1), table.documents.max);
    let n_lines = table.lines.as_ref().map_or(0, |(_, occurs)| {
        most(spec.n_lines.max(occurs.min), occurs.max)
    });
    // A payment or waybill has no lines, but its sums are those of the order's.
    let n_goods = if table.lines.is_some() {
        n_lines
    } else {
        spec.n_lines.clamp(1, 99)
    };
    let documents = (0..n_documents).map(|at| {
        let deal = deal::Deal::new(spec, at, n_goods);
        let source = value::ValueSource {
            spec,
            deal: &deal,
            status,
            info,
        };
        let head = fill(&table.head, |element| source.head(element));
        let lines = (0..n_lines).map(|line| match &table.lines {
            Some((record, _)) => fill(record, |element| source.line(line, element)),
            None => RecordValues::new(),
        });
        DocumentValues {
            head,
            lines: lines.collect(),
        }
    });
    let documents: Vec<_> = documents.collect();
    let transfer = [
        ("copCode", spec.sender.code.clone()),
        ("copName", spec.sender.name.clone()),
        ("dxpMode", String::from("DXP")),
        ("dxpId", spec.sender.dxp_id.clone()),
    ];
    let transfer: RecordValues = transfer
        .map(|(element, value)| (element.to_owned(), value))
        .into();
    let with_transfer = (table.role == SenderRole::Declaration).then_some(&*transfer);
    let guid = number::guid(spec.seed, u32::MAX, spec.kind);
    let mut writer = write::MessageWriter::new(spec.kind, &guid, &documents);
    if let Some(values) = with_transfer {
        writer = writer.base_transfer(values);
    }
    match table.signature {
        SignatureDuty::Required | SignatureDuty::RequiredByText => sign::signed(writer.finish()),
        SignatureDuty::None | SignatureDuty::Optional => writer.finish(),
    }
}

fn fill(record: &crate::spec::RecordSpec, value: impl Fn(&str) -> Option<String>) -> RecordValues {
    let fields = record.fields.iter();
    fields
        .filter_map(|field| Some((field.element.clone(), value(&field.element)?)))
        .collect()
}
