//! The value of every element of every kind.

use super::deal::{Deal, DealLine};
use super::{Spec, number};
use crate::kind::{Direction, Kind};
use crate::status::ReturnStatus;

/// What the values of one document come from.
pub(super) struct ValueSource<'a> {
    pub(super) spec: &'a Spec,
    pub(super) deal: &'a Deal,
    pub(super) status: ReturnStatus,
    pub(super) info: &'a str,
}

impl ValueSource<'_> {
    /// Value of an element of the head; `None` leaves it out.
    pub(super) fn head(&self, element: &str) -> Option<String> {
        self.identification(element)
            .or_else(|| self.company(element))
            .or_else(|| self.person(element))
            .or_else(|| self.amount(element))
            .or_else(|| self.transport(element))
            .or_else(|| self.answer(element))
            .or_else(|| self.code(element).map(str::to_owned))
    }

    /// Value of an element of a line.
    pub(super) fn line(&self, at: u32, element: &str) -> Option<String> {
        let spec = self.spec;
        let parcel = self.deal.at + at;
        let line = &self.deal.lines[at as usize % self.deal.lines.len()];
        let collective = matches!(
            spec.kind,
            Kind::Ceb711 | Kind::Ceb507 | Kind::Ceb509 | Kind::Ceb607 | Kind::Ceb701 | Kind::Ceb792
        );
        Some(match element {
            "gnum" | "gseqno" => (at + 1).to_string(),
            "logisticsNo" => number::logistics_no(spec, parcel),
            "totalPackageNo" => format!("ZB{}{:04}", spec.now.date8(), parcel / 100 + 1),
            "invtNo" if spec.kind != Kind::Ceb607 => self.invt_no(parcel),
            "gcode" => line.product.gcode.to_owned(),
            _ if collective => return None,
            _ => return self.goods(line, at, element),
        })
    }

    fn goods(&self, line: &DealLine, at: u32, element: &str) -> Option<String> {
        let product = line.product;
        let kilograms = product.unit1 == "035";
        Some(match element {
            "itemNo" => format!("SKU{:05}", number::mix(self.spec.seed, at, 5) % 100_000),
            "itemName" | "gname" => product.name.to_owned(),
            "gmodel" => product.model.to_owned(),
            "itemDescribe" => product.describe.to_owned(),
            "barCode" => format!("690000{:07}", product.price * 7 % 10_000_000),
            "unit" => product.unit.to_owned(),
            "unit1" => product.unit1.to_owned(),
            "qty" => line.qty.to_string(),
            "qty1" if kilograms => thousandths(line.grams()),
            "qty1" => line.qty.to_string(),
            "price" => hundredths(product.price),
            "totalPrice" | "taxPrice" => hundredths(line.total()),
            "currency" => String::from("142"),
            "country" if self.is_export() => String::from("502"),
            "country" => product.country.to_owned(),
            "customsTax" | "consumptionTax" => String::from("0"),
            "valueAddedTax" => hundredths(line.total() * 91 / 1000),
            _ => return None,
        })
    }

    fn is_export(&self) -> bool {
        self.spec.kind.direction() == Some(Direction::Export)
    }

    fn invt_no(&self, parcel: u32) -> String {
        number::invt_no(self.spec, parcel, if self.is_export() { 'E' } else { 'I' })
    }

    fn identification(&self, element: &str) -> Option<String> {
        let (spec, at, kind) = (self.spec, self.deal.at, self.spec.kind);
        // The list of a first declaration has no number yet; whatever refers to a list has one.
        let refers = !matches!(kind, Kind::Ceb621 | Kind::Ceb603);
        Some(match element {
            "guid" => number::guid(spec.seed, at, kind),
            "orderNo" => number::order_no(spec, at),
            "logisticsNo" => number::logistics_no(spec, at),
            "copNo" | "coElNo" => number::cop_no(spec, at),
            "payTransactionId" | "payNo" => {
                format!("ZF{}{:010}", spec.now.date8(), number::sequence(spec, at))
            }
            "invtNo" if refers => self.invt_no(at),
            "preNo" | "sumNo" | "declSeqNo" if !kind.is_declaration() => number::pre_no(spec, at),
            "billNo" => format!("999-{:08}", spec.seed % 100_000_000),
            "taxNo" => format!("{}_0", self.invt_no(at)),
            "oriCopMsgId" => format!("{}{:08}", spec.now.time14(), spec.seed % 100_000_000),
            "oriMessageType" => String::from("CEB311Message"),
            "oriBizMessage" => String::from("<CEB311Message/>"),
            "batchNumbers" => format!("P{}", spec.now.date8()),
            "buyerRegNo" => format!("U{:09}", number::mix(spec.seed, at, 6) % 1_000_000_000),
            _ => return None,
        })
    }

    /// One sender plays the e-commerce company and the declarant; the others are the same for every
    /// seed, so that documents of one trade agree.
    fn company(&self, element: &str) -> Option<String> {
        let sender = &self.spec.sender;
        let (role, is_code) = match (element.strip_suffix("Code"), element.strip_suffix("Name")) {
            (Some(role), _) => (role, true),
            (_, Some(role)) => (role, false),
            _ => return None,
        };
        let (seed, name) = match role {
            "ebc" | "agent" | "owner" | "declAgent" | "assure" => {
                return Some(if is_code {
                    sender.code.clone()
                } else {
                    sender.name.clone()
                });
            }
            "ebp" => (101, "北京样例电子商务平台有限公司"),
            "pay" => (102, "北京样例支付服务有限公司"),
            "logistics" => (103, "北京样例国际物流有限公司"),
            "operator" => (104, "北京样例监管场所运营有限公司"),
            _ => return None,
        };
        Some(if is_code {
            number::credit_code(seed)
        } else {
            name.to_owned()
        })
    }

    fn person(&self, element: &str) -> Option<String> {
        let deal = self.deal;
        Some(match element {
            "buyerName" | "payerName" | "consignee" => deal.buyer.clone(),
            "buyerIdNumber" | "payerIdNumber" => deal.identity.clone(),
            "buyerTelephone" | "consigneeTelephone" | "telephone" | "ebcTelephone" => {
                deal.phone.clone()
            }
            "consigneeAddress" => deal.address.clone(),
            _ => return None,
        })
    }

    fn amount(&self, element: &str) -> Option<String> {
        let deal = self.deal;
        Some(match element {
            "goodsValue" => hundredths(deal.goods),
            "freight" => hundredths(deal.freight),
            "discount" => hundredths(deal.discount),
            "taxTotal" | "valueAddedTax" => hundredths(deal.tax),
            "acturalPaid" | "amountPaid" => hundredths(deal.paid()),
            "charge" => hundredths(deal.goods + deal.freight),
            "insuredFee" | "customsTax" | "consumptionTax" => String::from("0"),
            "netWeight" => thousandths(deal.grams),
            "weight" | "grossWeight" => thousandths(deal.grams + 300),
            "packNo" => String::from("1"),
            _ => return None,
        })
    }

    fn transport(&self, element: &str) -> Option<String> {
        let now = &self.spec.now;
        Some(match element {
            "appTime" | "payTime" | "logisticsTime" | "accountingDate" | "leaveTime" => {
                now.time14()
            }
            "startTime" | "endTime" => return None,
            "declTime" | "ieDate" => now.date8(),
            "trafNo" | "trafName" => String::from("CA000"),
            "voyageNo" => format!("CA000/{}", &now.date8()[2..]),
            "domesticTrafNo" => String::from("京A00000"),
            "goodsInfo" => self.deal.lines.first()?.product.name.to_owned(),
            "reason" => String::from("消费者申请，样例原因"),
            _ => return None,
        })
    }

    fn answer(&self, element: &str) -> Option<String> {
        Some(match element {
            "returnStatus" => self.status.0.to_string(),
            "returnTime" | "opDate" => format!("{}000", self.spec.now.time14()),
            "returnInfo" => self.info.to_owned(),
            "status" => String::from("1"),
            _ => return None,
        })
    }

    fn code(&self, element: &str) -> Option<&'static str> {
        let export = self.is_export();
        Some(match element {
            "appType" | "buyerIdType" | "payerIdType" | "summaryFlag" | "itemNameFlag" => "1",
            "msgCount" | "msgSeqNo" => "1",
            "appStatus" => "2",
            "orderType" if export => "E",
            "orderType" => "I",
            "ieFlag" if matches!(self.spec.kind, Kind::Ceb213 | Kind::Ceb215) => "I",
            "ieFlag" if export => "E",
            "ieFlag" => "I",
            "currency" | "fCurrency" | "iCurrency" => "142",
            "fFlag" | "iFlag" => "3",
            "logisticsStatus" => "S",
            "statisticsFlag" => "A",
            "customsCode" | "portCode" => "0129",
            "tradeMode" if self.spec.kind == Kind::Ceb213 => "9661",
            "tradeMode" => "9610",
            "trafMode" => "5",
            "wrapType" => "2",
            "country" => "502",
            "POD" => "3160",
            "consigneeDistrict" => "110101",
            "decState" => "1",
            _ => return None,
        })
    }
}

/// Fen as yuan.
fn hundredths(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// Grams as kilograms.
fn thousandths(grams: u64) -> String {
    format!("{}.{:03}", grams / 1000, grams % 1000)
}
