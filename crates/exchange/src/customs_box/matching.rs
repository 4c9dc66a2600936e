//! Matching (三单对碰): list against order, payment and waybill.
//!
//! Import joins list, order and payment by ebpCode and orderNo, the waybill by its number; export
//! joins list and order by ebcCode and orderNo and has no payment. What differs is refused with the
//! reason codes that customs uses.

use super::plan::{CustomsRefusal, reason};
use super::prepare::{DocumentFacts, ElementValues, get};
use ceb::message::decimal;

/// The partners of a list, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Partners {
    pub(super) order: Option<DocumentFacts>,
    pub(super) payment: Option<DocumentFacts>,
    pub(super) waybill: Option<DocumentFacts>,
}

impl Partners {
    /// What is missing, as the E-Port would say it; nothing when all are there.
    pub(super) fn missing(&self, with_payment: bool) -> Option<String> {
        let parts = [
            ("订单", self.order.is_none()),
            ("支付单", with_payment && self.payment.is_none()),
            ("运单", self.waybill.is_none()),
        ];
        let names: Vec<&str> = parts
            .iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(name, _)| *name)
            .collect();
        (!names.is_empty()).then(|| format!("；{}信息不存在", names.join("、")))
    }
}

/// The first difference between a list and those of its partners that are known.
pub(super) fn difference(list: &DocumentFacts, partners: &Partners) -> Option<CustomsRefusal> {
    let order = partners.order.as_ref()?;
    lines(list, order)
        .or_else(|| people(list, order))
        .or_else(|| money(order, partners.payment.as_ref()?))
}

fn refuse(code: i32, particulars: &str) -> Option<CustomsRefusal> {
    Some(CustomsRefusal::Customs(
        code,
        format!("{}{particulars}", reason(code)),
    ))
}

fn lines(list: &DocumentFacts, order: &DocumentFacts) -> Option<CustomsRefusal> {
    if list.lines.len() != order.lines.len() {
        let particulars = format!(
            "[InventoryHead.orderNo:{0},OrderHead.orderNo:{0}]",
            list.get("orderNo").unwrap_or_default()
        );
        return refuse(1320, &particulars);
    }
    let differs = |line: &ElementValues| {
        let number = get(line, "gnum");
        let partner = order
            .lines
            .iter()
            .find(|other| get(other, "gnum") == number);
        let Some(partner) = partner else {
            return true;
        };
        get(line, "unit") != get(partner, "unit")
            || !same_number(get(line, "qty"), get(partner, "qty"))
            || !same_number(get(line, "price"), get(partner, "price"))
    };
    let line = list.lines.iter().find(|line| differs(line))?;
    let number = get(line, "gnum").unwrap_or_default();
    refuse(1322, &format!("[gnum:{number}]"))
}

fn people(list: &DocumentFacts, order: &DocumentFacts) -> Option<CustomsRefusal> {
    let differs = |element| match (list.get(element), order.get(element)) {
        (Some(one), Some(other)) => one != other,
        (None, _) | (_, None) => false,
    };
    if differs("buyerName") || differs("buyerIdNumber") {
        return refuse(13127, "");
    }
    if differs("buyerTelephone") {
        return refuse(130_126, "");
    }
    None
}

fn money(order: &DocumentFacts, payment: &DocumentFacts) -> Option<CustomsRefusal> {
    for element in ["payCode", "payTransactionId"] {
        // The order may leave both out; what it says must be true.
        if order.get(element).is_some() && order.get(element) != payment.get(element) {
            return refuse(13035, "");
        }
    }
    if order.get("buyerName") != payment.get("payerName")
        || order.get("buyerIdNumber") != payment.get("payerIdNumber")
    {
        return refuse(1327, "");
    }
    let (paid, amount) = (order.get("acturalPaid"), payment.get("amountPaid"));
    if !same_number(paid, amount) {
        let particulars = format!(
            "[OrderHead.acturalPaid:{},PaymentHead.amountPaid:{}]",
            paid.unwrap_or_default(),
            amount.unwrap_or_default()
        );
        return refuse(1332, &particulars);
    }
    None
}

fn same_number(one: Option<&str>, other: Option<&str>) -> bool {
    one.and_then(decimal) == other.and_then(decimal)
}
