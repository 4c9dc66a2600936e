//! Order, payment, waybill and list against each other: rules X1 to X16 of the import family, and the
//! pairs of the export family.

use super::text::{name, unequal};
use super::{Board, Difference, Judgement, Known, Part, Partner, Values};
use crate::code::{Code, matching as code};
use crate::kind::Kind;
use crate::number::decimal;
use rust_decimal::Decimal;

/// How two values are compared.
#[derive(Clone, Copy)]
enum How {
    Text,
    Amount,
}

/// One element against another; a value that one side leaves out is not compared.
struct TradeRule {
    code: &'static Code,
    left: &'static str,
    right: &'static str,
    how: How,
}

const fn text(code: &'static Code, left: &'static str, right: &'static str) -> TradeRule {
    let how = How::Text;
    TradeRule {
        code,
        left,
        right,
        how,
    }
}

const fn amount(code: &'static Code, left: &'static str, right: &'static str) -> TradeRule {
    let how = How::Amount;
    TradeRule {
        code,
        left,
        right,
        how,
    }
}

static ORDER_PAYMENT: [TradeRule; 6] = [
    amount(&code::PAID_DIFFERS, "acturalPaid", "amountPaid"),
    text(&code::PAYER_DIFFERS, "buyerName", "payerName"),
    text(&code::PAYER_DIFFERS, "buyerIdNumber", "payerIdNumber"),
    text(&code::PAYMENT_REFERENCE, "payCode", "payCode"),
    text(
        &code::PAYMENT_REFERENCE,
        "payTransactionId",
        "payTransactionId",
    ),
    text(&code::PLATFORM_DIFFERS, "ebpName", "ebpName"),
];

static ORDER_WAYBILL: [TradeRule; 3] = [
    text(&code::CONSIGNEE_DIFFERS, "consignee", "consignee"),
    text(
        &code::CONSIGNEE_DIFFERS,
        "consigneeTelephone",
        "consigneeTelephone",
    ),
    text(
        &code::CONSIGNEE_DIFFERS,
        "consigneeAddress",
        "consigneeAddress",
    ),
];

static LIST_ORDER: [TradeRule; 6] = [
    text(&code::BUYER_DIFFERS, "buyerName", "buyerName"),
    text(&code::BUYER_DIFFERS, "buyerIdNumber", "buyerIdNumber"),
    text(&code::BUYER_TELEPHONE, "buyerTelephone", "buyerTelephone"),
    text(&code::PARTIES_DIFFER, "ebpCode", "ebpCode"),
    text(&code::PARTIES_DIFFER, "ebcCode", "ebcCode"),
    text(
        &code::ADDRESS_DIFFERS,
        "consigneeAddress",
        "consigneeAddress",
    ),
];

static LIST_WAYBILL: [TradeRule; 4] = [
    text(&code::WAYBILL_ORDER, "orderNo", "orderNo"),
    amount(&code::FREIGHT_DIFFERS, "freight", "freight"),
    amount(&code::FREIGHT_DIFFERS, "insuredFee", "insuredFee"),
    amount(&code::WEIGHT_DIFFERS, "grossWeight", "weight"),
];

/// The rules of two parts; the first is on the left.
fn rules(left: Part, right: Part) -> &'static [TradeRule] {
    match (left, right) {
        (Part::Order, Part::Payment) => &ORDER_PAYMENT,
        (Part::Order, Part::Logistics) => &ORDER_WAYBILL,
        (Part::Inventory, Part::Order) => &LIST_ORDER,
        (Part::Inventory, Part::Logistics) => &LIST_WAYBILL,
        _ => &[],
    }
}

/// Compares a document with its partners.
pub(super) fn judge(board: &Board, known: &Known, judgement: &mut Judgement) {
    match known.facts.part() {
        Part::Inventory => list(board, known, judgement),
        Part::Order | Part::Payment | Part::Logistics => partner(board, known, judgement),
        Part::Other => {}
    }
}

fn meet(known: &Known, other: Option<&Known>, judgement: &mut Judgement) {
    let Some(other) = other else { return };
    let found = differences(known, other);
    judgement.partners.push(Partner {
        part: other.facts.part(),
        id: other.id,
        status: other.status,
        agrees: found.is_empty(),
    });
    judgement.differences.extend(found);
}

/// An order, payment or waybill meets its list, and over the list whatever it cannot find by itself:
/// a waybill need not name its order, and an order does not name its waybill.
fn partner(board: &Board, known: &Known, judgement: &mut Judgement) {
    let facts = &known.facts;
    let list = board.list_of(known);
    let order_key = facts
        .order_key()
        .or_else(|| list.and_then(|list| list.facts.order_key()));
    let of_order = |part| {
        let key = order_key.as_deref()?;
        (part != facts.part()).then(|| board.of_order(key, part))?
    };
    let (order, payment) = (of_order(Part::Order), of_order(Part::Payment));
    let waybill = match facts.part() {
        Part::Logistics => None,
        Part::Order | Part::Payment | Part::Inventory | Part::Other => list
            .and_then(|list| list.facts.waybill_key())
            .and_then(|key| board.of_waybill(&key, Part::Logistics)),
    };
    for other in [order, payment, waybill, list] {
        meet(known, other, judgement);
    }
}

/// A list meets order, payment and waybill, and says what is wrong between those as well: customs will
/// refuse the list for it.
fn list(board: &Board, known: &Known, judgement: &mut Judgement) {
    let facts = &known.facts;
    let order_key = facts.order_key();
    let of_order = |part| board.of_order(order_key.as_deref()?, part);
    let (order, payment) = (of_order(Part::Order), of_order(Part::Payment));
    let waybill = facts
        .waybill_key()
        .and_then(|key| board.of_waybill(&key, Part::Logistics));
    for other in [order, payment, waybill] {
        meet(known, other, judgement);
    }
    for (one, other) in [(order, payment), (order, waybill)] {
        if let (Some(one), Some(other)) = (one, other) {
            between(one, other, judgement);
        }
    }
    let needed = [
        (Part::Order, order.is_some()),
        (Part::Payment, payment.is_some() || facts.is_export()),
        (Part::Logistics, waybill.is_some()),
    ];
    let missing = needed.iter().filter(|(_, is_there)| !is_there);
    judgement.missing.extend(missing.map(|(part, _)| *part));
    arrived(board, known, judgement);
}

/// What a newcomer brings about for a document that was there before.
pub(super) fn because_of(board: &Board, known: &Known, newcomer: &Known) -> Vec<Difference> {
    let mut judgement = Judgement::default();
    meet(known, Some(newcomer), &mut judgement);
    if known.facts.part() == Part::Inventory {
        let order_key = known.facts.order_key();
        let of_order = |part| board.of_order(order_key.as_deref()?, part);
        let order = of_order(Part::Order);
        let waybill = known
            .facts
            .waybill_key()
            .and_then(|key| board.of_waybill(&key, Part::Logistics));
        for (one, other) in [(order, of_order(Part::Payment)), (order, waybill)] {
            if let (Some(one), Some(other)) = (one, other)
                && (one.id == newcomer.id || other.id == newcomer.id)
            {
                between(one, other, &mut judgement);
            }
        }
    }
    judgement.differences
}

/// What is wrong between two partners of a list, told to the list. It may belong to a third company:
/// only which element differs is said.
fn between(one: &Known, other: &Known, judgement: &mut Judgement) {
    for rule in rules(one.facts.part(), other.facts.part()) {
        if differs(rule, one, other) {
            let text = format!(
                "{}与{}的{}不一致",
                one.facts.part().chinese(),
                other.facts.part().chinese(),
                name(one.facts.kind, rule.left, false)
            );
            judgement.differences.push(Difference {
                code: rule.code,
                element: "orderNo",
                line: None,
                text,
            });
        }
    }
}

/// X16: the inbound document of the master bill lists the parcel.
fn arrived(board: &Board, known: &Known, judgement: &mut Judgement) {
    let facts = &known.facts;
    let (Some(bill), Some(number)) = (facts.get("billNo"), facts.get("logisticsNo")) else {
        return;
    };
    let inbound = board.of_bill(bill);
    let lists = |one: &&Known| {
        let mut lines = one.facts.lines.iter();
        lines.any(|line| {
            line.get("logisticsNo")
                .is_some_and(|listed| listed == number)
        })
    };
    if !inbound.is_empty() && !inbound.iter().any(lists) {
        judgement.differences.push(Difference {
            code: &code::NOT_ARRIVED,
            element: "logisticsNo",
            line: None,
            text: format!("提运单 {bill} 的入库明细单中没有运单 {number}"),
        });
    }
}

fn differs(rule: &TradeRule, left: &Known, right: &Known) -> bool {
    let (Some(one), Some(other)) = (left.facts.get(rule.left), right.facts.get(rule.right)) else {
        return false;
    };
    match rule.how {
        How::Text => one != other,
        How::Amount => decimal(one) != decimal(other),
    }
}

/// Everything that differs between a document and a partner, told to the document.
fn differences(judged: &Known, other: &Known) -> Vec<Difference> {
    let (own, partner) = (judged.facts.part(), other.facts.part());
    let mut found = Vec::new();
    for rule in rules(own, partner) {
        if differs(rule, judged, other) {
            let text = unequal(judged, rule.left, other, rule.right);
            found.push(on_head(rule.code, rule.left, text));
        }
    }
    for rule in rules(partner, own) {
        if differs(rule, other, judged) {
            let text = unequal(judged, rule.right, other, rule.left);
            found.push(on_head(rule.code, rule.right, text));
        }
    }
    match (own, partner) {
        (Part::Inventory, Part::Order) => {
            goods(judged, other, &mut found);
            value(judged, other, "freight", &mut found);
        }
        (Part::Order, Part::Inventory) => {
            goods(judged, other, &mut found);
            value(other, judged, "goodsValue", &mut found);
        }
        _ => {}
    }
    found
}

fn on_head(code: &'static Code, element: &'static str, text: String) -> Difference {
    Difference {
        code,
        element,
        line: None,
        text,
    }
}

/// X10 and X11: as many lines, and each the same as that of the partner with its number.
fn goods(judged: &Known, other: &Known, found: &mut Vec<Difference>) {
    let (own, partner) = (&judged.facts, &other.facts);
    let partner_name = partner.part().chinese();
    if own.lines.len() != partner.lines.len() {
        let text = format!(
            "共 {} 项商品，{partner_name}共 {} 项",
            own.lines.len(),
            partner.lines.len()
        );
        found.push(on_head(&code::LINE_COUNT, "orderNo", text));
        return;
    }
    for (at, line) in own.lines.iter().enumerate() {
        let number = line.get("gnum");
        let twin = partner.lines.iter().find(|twin| twin.get("gnum") == number);
        let Some(twin) = twin else {
            let text = format!("{partner_name}没有商品序号 {}", number.map_or("", |n| n));
            found.push(on_line(at, "gnum", text));
            continue;
        };
        for (element, partner_element) in line_elements(own.kind) {
            let (element, partner_element) = (chosen(line, element), chosen(twin, partner_element));
            if line_differs(line, element, twin, partner_element) {
                let text = format!(
                    "第 {} 项{}为 {}，{partner_name}为 {}",
                    at + 1,
                    name(own.kind, element, true),
                    line.get(element).map_or("空", |value| value),
                    twin.get(partner_element).map_or("空", |value| value)
                );
                found.push(on_line(at, element, text));
            }
        }
    }
}

fn on_line(line: usize, element: &'static str, text: String) -> Difference {
    Difference {
        code: &code::LINES_DIFFER,
        element,
        line: Some(line),
        text,
    }
}

/// What a list calls its goods beside an order's name of them: the name in the shop where there is one,
/// else the one that is declared.
const ITEM: &str = "itemName|gname";

/// The first of the elements that has a value.
fn chosen<'e>(line: &Values, element: &'e str) -> &'e str {
    let mut names = element.split('|');
    let filled = names.find(|name| line.get(*name).is_some());
    filled.or(element.split('|').next_back()).unwrap_or(element)
}

/// The elements of a line of goods and their names in the partner's.
fn line_elements(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let mut elements = vec![("unit", "unit"), ("qty", "qty"), ("price", "price")];
    if kind == Kind::Ceb621 {
        elements.push((ITEM, "itemName"));
    } else if kind == Kind::Ceb311 {
        elements.push(("itemName", ITEM));
    }
    elements
}

fn line_differs(line: &Values, element: &str, twin: &Values, twin_element: &str) -> bool {
    let (Some(one), Some(other)) = (line.get(element), twin.get(twin_element)) else {
        return false;
    };
    match (decimal(one), decimal(other)) {
        (Some(one), Some(other)) if element != "unit" => one != other,
        _ => one != other,
    }
}

/// X15: what the list is worth and what the order is worth. Told on `element` of the judged one.
fn value(list: &Known, order: &Known, element: &'static str, found: &mut Vec<Difference>) {
    if list.facts.is_export() {
        return;
    }
    let of_order = [
        order.facts.decimal("goodsValue"),
        order.facts.decimal("freight"),
    ];
    let (Some(on_list), Some(on_order)) = (super::limit::value(&list.facts), sum(of_order)) else {
        return;
    };
    if on_list != on_order {
        let text = format!(
            "清单的商品总价加运费、保费为 {}，订单的商品价格加运杂费为 {}",
            on_list.normalize(),
            on_order.normalize()
        );
        found.push(on_head(&code::VALUE_DIFFERS, element, text));
    }
}

fn sum(numbers: impl IntoIterator<Item = Option<Decimal>>) -> Option<Decimal> {
    numbers
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, number| sum.checked_add(number?))
}
