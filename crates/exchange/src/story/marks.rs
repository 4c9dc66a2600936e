//! Marks (比对): what must agree between the documents of a trade.
//!
//! A mark compares one element of two documents. It is good, bad, or open when one of them is not
//! there. The rules are those that customs checks when a list meets its order, payment and waybill.

use ceb::matching::Part;
use ceb::{Document, personal};
use rust_decimal::Decimal;

/// Largest difference of two amounts that are the same, in units of 0.01.
const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The same text.
    Text,
    /// The same amount.
    Amount,
    /// The sum of the lines' totals is the same amount.
    LineTotals,
    /// As many lines.
    LineCount,
}

/// What is compared.
struct MarkRule {
    code: &'static str,
    chinese: &'static str,
    left: (Part, &'static str),
    right: (Part, &'static str),
    how: How,
}

const fn text(
    code: &'static str,
    chinese: &'static str,
    left: (Part, &'static str),
    right: (Part, &'static str),
) -> MarkRule {
    MarkRule {
        code,
        chinese,
        left,
        right,
        how: How::Text,
    }
}

const fn how(rule: MarkRule, how: How) -> MarkRule {
    MarkRule { how, ..rule }
}

use Part::{Inventory, Logistics, Order, Payment};

const RULES: &[MarkRule] = &[
    text(
        "orderPayment",
        "订单编号（订单与支付单）",
        (Order, "orderNo"),
        (Payment, "orderNo"),
    ),
    text(
        "orderLogistics",
        "订单编号（订单与运单）",
        (Order, "orderNo"),
        (Logistics, "orderNo"),
    ),
    text(
        "orderInventory",
        "订单编号（订单与清单）",
        (Order, "orderNo"),
        (Inventory, "orderNo"),
    ),
    text(
        "platform",
        "电商平台（订单与清单）",
        (Order, "ebpCode"),
        (Inventory, "ebpCode"),
    ),
    text(
        "seller",
        "电商企业（订单与清单）",
        (Order, "ebcCode"),
        (Inventory, "ebcCode"),
    ),
    text(
        "waybill",
        "运单编号（运单与清单）",
        (Logistics, "logisticsNo"),
        (Inventory, "logisticsNo"),
    ),
    text(
        "carrier",
        "物流企业（运单与清单）",
        (Logistics, "logisticsCode"),
        (Inventory, "logisticsCode"),
    ),
    text(
        "payNo",
        "支付交易编号（订单与支付单）",
        (Order, "payTransactionId"),
        (Payment, "payTransactionId"),
    ),
    how(
        text(
            "paid",
            "支付金额（订单与支付单）",
            (Order, "acturalPaid"),
            (Payment, "amountPaid"),
        ),
        How::Amount,
    ),
    text(
        "buyerPayer",
        "订购人证件号码（订单与支付单）",
        (Order, "buyerIdNumber"),
        (Payment, "payerIdNumber"),
    ),
    text(
        "buyerPayerName",
        "订购人姓名（订单与支付单）",
        (Order, "buyerName"),
        (Payment, "payerName"),
    ),
    text(
        "buyer",
        "订购人证件号码（订单与清单）",
        (Order, "buyerIdNumber"),
        (Inventory, "buyerIdNumber"),
    ),
    text(
        "buyerName",
        "订购人姓名（订单与清单）",
        (Order, "buyerName"),
        (Inventory, "buyerName"),
    ),
    text(
        "consignee",
        "收货人（订单与运单）",
        (Order, "consignee"),
        (Logistics, "consignee"),
    ),
    text(
        "address",
        "收货地址（订单与清单）",
        (Order, "consigneeAddress"),
        (Inventory, "consigneeAddress"),
    ),
    how(
        text(
            "freight",
            "运杂费（订单与清单）",
            (Order, "freight"),
            (Inventory, "freight"),
        ),
        How::Amount,
    ),
    how(
        text(
            "goods",
            "商品总价（订单与清单）",
            (Order, "totalPrice"),
            (Inventory, "totalPrice"),
        ),
        How::LineTotals,
    ),
    how(
        text(
            "lines",
            "商品项数（订单与清单）",
            (Order, "gnum"),
            (Inventory, "gnum"),
        ),
        How::LineCount,
    ),
];

/// The result of a comparison (比对结果).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Stable name.
    pub code: &'static str,
    /// What is compared, in Chinese.
    pub chinese: &'static str,
    /// Good or bad; open when a document or its value is absent.
    pub ok: Option<bool>,
    /// Value on the left, masked when asked so.
    pub left: Option<String>,
    /// Value on the right, masked when asked so.
    pub right: Option<String>,
}

/// Compares what can be compared. `document` gives the document of a part; marks both of whose
/// parts are absent, or whose elements neither kind has, are left out.
pub fn marks<'d>(document: impl Fn(Part) -> Option<&'d Document>, is_masked: bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    for rule in RULES {
        let (left, right) = (document(rule.left.0), document(rule.right.0));
        let left = left.and_then(|document| value(rule.how, document, rule.left.1));
        let right = right.and_then(|document| value(rule.how, document, rule.right.1));
        if left.is_none() && right.is_none() {
            continue;
        }
        let ok = match (&left, &right) {
            (Some(left), Some(right)) => Some(agree(rule.how, left, right)),
            (Some(_) | None, _) => None,
        };
        let shown = |value: Option<String>, element: &str| {
            value.map(|value| match is_masked {
                true => personal::masked(element, &value),
                false => value,
            })
        };
        marks.push(Mark {
            code: rule.code,
            chinese: rule.chinese,
            ok,
            left: shown(left, rule.left.1),
            right: shown(right, rule.right.1),
        });
    }
    marks
}

fn value(how: How, document: &Document, element: &str) -> Option<String> {
    match how {
        How::Text | How::Amount => document.head.filled(element).map(str::to_owned),
        How::LineTotals => {
            let mut totals = document.lines.iter().map(|line| line.decimal(element));
            let sum = totals.try_fold(Decimal::ZERO, |sum, total| sum.checked_add(total?));
            sum.filter(|_| !document.lines.is_empty())
                .map(|sum| sum.normalize().to_string())
        }
        How::LineCount => (!document.lines.is_empty()).then(|| document.lines.len().to_string()),
    }
}

fn agree(how: How, left: &str, right: &str) -> bool {
    match how {
        How::Text | How::LineCount => left.trim() == right.trim(),
        How::Amount | How::LineTotals => {
            let (left, right) = (ceb::message::decimal(left), ceb::message::decimal(right));
            let difference = left
                .zip(right)
                .and_then(|(left, right)| left.checked_sub(right));
            difference.is_some_and(|difference| difference.abs() <= TOLERANCE)
        }
    }
}
