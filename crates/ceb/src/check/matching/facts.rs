//! Facts (比对要素): of a document only what is compared with others, personal values as keyed hashes.

use super::Part;
use crate::kind::{Direction, Kind};
use crate::message::Document;
use crate::number::decimal;
use crate::personal::{self, Personal};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Stands between the mask of a personal value and its hash.
const MARK: char = '#';

/// Values by element name.
pub type Values = BTreeMap<String, String>;

/// What is compared of a document (比对要素): small, and fit to be stored, since a personal value is
/// there only as its mask and a keyed hash, `赵***#q3V…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Kind of the message.
    pub kind: Kind,
    /// Elements of the head.
    pub head: Values,
    /// Elements of each line.
    pub lines: Vec<Values>,
    head_at: BTreeMap<String, u32>,
    lines_at: Vec<u32>,
}

/// What a document looks for among the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoughtDocument {
    /// Documents about these orders.
    pub orders: Vec<String>,
    /// Documents about these parcels.
    pub waybills: Vec<String>,
    /// Lists with these numbers, and requests about them.
    pub lists: Vec<String>,
    /// Inbound documents of these master bills.
    pub bills: Vec<String>,
}

impl Facts {
    /// The facts of a document. `hash` makes a keyed hash of a personal value.
    #[must_use]
    pub fn of(kind: Kind, document: &Document, hash: &dyn Fn(&str) -> String) -> Self {
        let (head_elements, line_elements) = elements(kind);
        let value = |element: &str, value: &str| stored(element, value, hash);
        let mut head = Values::new();
        let mut head_at = BTreeMap::new();
        for element in head_elements.split(' ') {
            if let Some(text) = document.head.filled(element) {
                head.insert(element.to_owned(), value(element, text));
                head_at.insert(element.to_owned(), document.head.line(element));
            }
        }
        let of_line = |record: &crate::message::Record| -> Values {
            let filled = line_elements.split(' ');
            filled
                .filter_map(|element| Some((element, record.filled(element)?)))
                .map(|(element, text)| (element.to_owned(), value(element, text)))
                .collect()
        };
        Self {
            kind,
            head,
            lines: document.lines.iter().map(of_line).collect(),
            head_at,
            lines_at: document.lines.iter().map(|line| line.line).collect(),
        }
    }

    /// Facts that were stored.
    #[must_use]
    pub fn restored(kind: Kind, head: Values, lines: Vec<Values>) -> Self {
        Self {
            kind,
            head,
            lines,
            head_at: BTreeMap::new(),
            lines_at: Vec::new(),
        }
    }

    /// Value of an element of the head.
    #[must_use]
    pub fn get(&self, element: &str) -> Option<&str> {
        self.head.get(element).map(String::as_str)
    }

    /// Value of an element of the head as a number.
    #[must_use]
    pub fn decimal(&self, element: &str) -> Option<Decimal> {
        decimal(self.get(element)?)
    }

    /// Line of the input on which an element of the head or a line of goods stands; 1 when unknown.
    pub(super) fn source_line(&self, element: &str, line: Option<usize>) -> u32 {
        let at = match line {
            Some(line) => self.lines_at.get(line),
            None => self.head_at.get(element),
        };
        at.copied().filter(|line| *line > 0).unwrap_or(1)
    }

    /// The part it has in a trade.
    #[must_use]
    pub fn part(&self) -> Part {
        Part::of(self.kind)
    }

    /// Whether it belongs to the export family.
    #[must_use]
    pub fn is_export(&self) -> bool {
        self.kind.direction() == Some(Direction::Export)
    }

    fn joined(&self, letter: char, elements: [&str; 2]) -> Option<String> {
        let [one, other] = elements.map(|element| self.get(element).map(str::trim));
        Some(format!("{letter}|{}|{}", one?, other?))
    }

    fn waybill_letter(&self) -> char {
        if self.is_export() { 'X' } else { 'W' }
    }

    /// Under which order it stands: platform and order number for import, seller and order number
    /// for export.
    #[must_use]
    pub fn order_key(&self) -> Option<String> {
        match self.part() {
            Part::Order | Part::Payment | Part::Inventory if self.is_export() => {
                self.joined('E', ["ebcCode", "orderNo"])
            }
            Part::Order | Part::Payment | Part::Inventory => {
                self.joined('I', ["ebpCode", "orderNo"])
            }
            Part::Logistics | Part::Other => None,
        }
    }

    /// Under which parcel it stands: carrier and waybill number.
    #[must_use]
    pub fn waybill_key(&self) -> Option<String> {
        match self.part() {
            Part::Logistics | Part::Inventory => {
                self.joined(self.waybill_letter(), ["logisticsCode", "logisticsNo"])
            }
            Part::Order | Part::Payment | Part::Other => None,
        }
    }

    /// Under which master bill an inbound document stands.
    #[must_use]
    pub fn bill_key(&self) -> Option<String> {
        (self.kind == Kind::Ceb711).then(|| self.get("billNo").map(str::to_owned))?
    }

    /// The number of the list that a request is about.
    #[must_use]
    pub fn list_no(&self) -> Option<String> {
        let asks = matches!(
            self.kind,
            Kind::Ceb623 | Kind::Ceb625 | Kind::Ceb605 | Kind::Ceb213
        );
        asks.then(|| self.get("invtNo").map(str::to_owned))?
    }

    /// What must be known for it to be judged.
    #[must_use]
    pub fn wanted(&self) -> SoughtDocument {
        let mut wanted = SoughtDocument {
            orders: self.order_key().into_iter().collect(),
            waybills: self.waybill_key().into_iter().collect(),
            lists: self.list_no().into_iter().collect(),
            bills: Vec::new(),
        };
        match self.kind.code() {
            "CEB621" => wanted.bills.extend(self.get("billNo").map(str::to_owned)),
            "CEB513" => {
                let parcel = self.joined('W', ["logisticsCode", "logisticsNo"]);
                wanted.waybills.extend(parcel);
            }
            "CEB711" | "CEB507" | "CEB509" | "CEB607" => wanted.waybills.extend(self.parcels()),
            "CEB701" => {
                let numbers = self.lines.iter().filter_map(|line| line.get("invtNo"));
                let looked_at = numbers.take(super::follow::PARCELS_MAX);
                wanted.lists.extend(looked_at.cloned());
            }
            _ => {}
        }
        wanted
    }

    /// The parcels that a collective document lists, as many as are looked at.
    fn parcels(&self) -> Vec<String> {
        let lines = self.lines.iter().take(super::follow::PARCELS_MAX);
        lines.filter_map(|line| self.parcel_key(line)).collect()
    }

    /// The parcel of one line of a collective document.
    pub(super) fn parcel_key(&self, line: &Values) -> Option<String> {
        let carrier = self.get("logisticsCode")?.trim();
        let number = line.get("logisticsNo")?.trim();
        Some(format!("{}|{carrier}|{number}", self.waybill_letter()))
    }

    /// The buyer of an import list and the year in which it counts: `2026|hash`.
    #[must_use]
    pub fn person_key(&self) -> Option<String> {
        if self.kind != Kind::Ceb621 {
            return None;
        }
        let year = self.get("appTime")?.get(..4)?;
        let (_, hash) = self.get("buyerIdNumber")?.rsplit_once(MARK)?;
        Some(format!("{year}|{hash}"))
    }
}

/// A value as it may be stored.
fn stored(element: &str, value: &str, hash: &dyn Fn(&str) -> String) -> String {
    let Some(personal) = personal::of_element(element) else {
        return value.trim().to_owned();
    };
    let plain = if is_spaced(element) {
        value.chars().filter(|c| !c.is_whitespace()).collect()
    } else {
        value.trim().to_owned()
    };
    // An address tells by its first characters where somebody lives; the hash is enough here.
    let shown = match personal {
        Personal::Address => String::from("***"),
        Personal::Name | Personal::Identity | Personal::Telephone | Personal::Account => {
            personal::mask(personal, &plain)
        }
    };
    format!("{shown}{MARK}{}", hash(&plain))
}

/// The consignee's values are compared without white space; the buyer's as they are, as customs does.
fn is_spaced(element: &str) -> bool {
    element.starts_with("consignee")
}

/// A stored value as people may see it.
#[must_use]
pub fn shown<'a>(element: &str, value: &'a str) -> &'a str {
    match (personal::of_element(element), value.rsplit_once(MARK)) {
        (Some(_), Some((mask, _))) => mask,
        _ => value,
    }
}

/// What is compared: kinds, elements of the head, elements of a line.
const COMPARED: &[(&[Kind], &str, &str)] = &[
    (
        &[Kind::Ceb311],
        "appType appTime orderNo ebpCode ebpName ebcCode goodsValue freight discount taxTotal \
         acturalPaid buyerName buyerIdNumber buyerTelephone payCode payTransactionId consignee \
         consigneeTelephone consigneeAddress",
        "gnum itemName unit qty price totalPrice",
    ),
    (
        &[Kind::Ceb303],
        "appType appTime orderNo ebpCode ebcCode",
        "gnum unit qty price",
    ),
    (
        &[Kind::Ceb411],
        "appType appTime payCode payTransactionId orderNo ebpCode ebpName payerName payerIdNumber \
         amountPaid",
        "",
    ),
    (
        &[Kind::Ceb511, Kind::Ceb505],
        "appType appTime logisticsCode logisticsNo orderNo freight insuredFee weight grossWeight \
         consignee consigneeTelephone consigneeAddress",
        "",
    ),
    (
        &[Kind::Ceb513],
        "appType appTime logisticsCode logisticsNo logisticsStatus logisticsTime",
        "",
    ),
    (
        &[Kind::Ceb621, Kind::Ceb603],
        "appType appTime orderNo ebpCode ebcCode logisticsCode logisticsNo copNo assureCode \
         agentCode buyerName buyerIdNumber buyerTelephone consigneeAddress freight insuredFee \
         grossWeight billNo voyageNo tradeMode",
        "gnum gcode itemName gname unit qty price totalPrice unit1 qty1",
    ),
    (
        &[Kind::Ceb623, Kind::Ceb625, Kind::Ceb605, Kind::Ceb213],
        "appType appTime invtNo orderNo logisticsNo ebpCode ebcCode agentCode buyerName \
         buyerIdNumber",
        "gnum gcode qty",
    ),
    (
        &[Kind::Ceb711, Kind::Ceb507, Kind::Ceb509, Kind::Ceb607],
        "appType appTime billNo voyageNo logisticsCode",
        "gnum logisticsNo",
    ),
    (&[Kind::Ceb701], "appType appTime", "invtNo"),
];

fn elements(kind: Kind) -> (&'static str, &'static str) {
    let of_kind = COMPARED.iter().find(|(kinds, _, _)| kinds.contains(&kind));
    of_kind.map_or(("", ""), |(_, head, line)| (head, line))
}

/// Whether documents of a kind are compared with others at all.
#[must_use]
pub fn is_compared(kind: Kind) -> bool {
    COMPARED.iter().any(|(kinds, _, _)| kinds.contains(&kind))
}
