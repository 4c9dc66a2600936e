//! Orders, payments and waybills: sums and times.

use rust_decimal::Decimal;

use super::{Place, Run, number};
use crate::code;

/// What a foreign platform without a code writes instead of one.
const NO_CODE: &str = "无";

/// Name of the payment company when nothing was paid online.
const CASH: &str = "现金支付";

/// 311: O1 paid amount, O2 line totals, O3 goods value, O4 discount.
pub(super) fn import_order(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    goods_value(run, head, lines);
    let number = |element| number(head.record, element);
    let (Some(goods), Some(freight), Some(discount), Some(tax), Some(paid)) = (
        number("goodsValue"),
        number("freight"),
        number("discount"),
        number("taxTotal"),
        number("acturalPaid"),
    ) else {
        return;
    };
    let due = sum([goods, freight, tax]);
    let Some(expected) = due.and_then(|due| due.checked_sub(discount)) else {
        return;
    };
    if expected != paid {
        let text = format!(
            "实际支付金额 {paid} 不等于 {goods} ＋ {freight} ＋ {tax} － {discount} ＝ {}",
            expected.normalize()
        );
        run.find(&code::ORDER_PAID, head, "acturalPaid", text);
    } else if due.is_some_and(|due| discount > due) || paid <= Decimal::ZERO {
        let text = String::from("非现金抵扣过大，实际支付金额不大于零");
        run.find(&code::DISCOUNT, head, "discount", text);
    }
}

/// 303: line totals and goods value, free on board; a domestic platform has a code.
pub(super) fn export_order(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    goods_value(run, head, lines);
    if head.record.get("orderType") == Some("E") {
        platform_has_code(run, head);
    }
}

/// Retail export: only a foreign platform has no code, and there are few.
pub(super) fn platform_has_code(run: &mut Run<'_>, head: Place<'_>) {
    if head.record.get("ebpCode") == Some(NO_CODE) {
        let text = String::from("零售出口的电商平台代码填了“无”，只有境外平台可以这样填");
        run.find(&code::PLATFORM_WITHOUT_CODE, head, "ebpCode", text);
    }
}

/// 403: not needed any more; a domestic payment company has a code.
pub(super) fn export_receipt(run: &mut Run<'_>, head: Place<'_>) {
    let text = String::from("自 2024 年 12 月 15 日起，出口业务不再要求传输收款单");
    run.find(&code::RECEIPT_NOT_NEEDED, head, "orderNo", text);
    let record = head.record;
    if record.filled("payCode").is_none() && record.filled("payName") != Some(CASH) {
        let text = String::from("没有填写支付企业代码，只有境外支付和现金支付可以不填");
        run.find(&code::PAY_CODE_EMPTY, head, "payCode", text);
    }
}

/// 511: W3 direct purchase names the master bill; the waybill does not say which it is.
pub(super) fn waybill(run: &mut Run<'_>, head: Place<'_>) {
    if head.record.filled("billNo").is_none() {
        let text = String::from("没有填写提运单号，直购进口（9610）的运单必须填写");
        run.find(&code::WAYBILL_BILL, head, "billNo", text);
    }
}

fn goods_value(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    // A wrong line makes the sum wrong too: one mistake, one finding.
    let n_wrong = lines.iter().filter(|line| !run.line_total(**line)).count();
    if n_wrong > 0 {
        return;
    }
    let totals = lines.iter().map(|line| number(line.record, "totalPrice"));
    let total = totals.collect::<Option<Vec<_>>>().and_then(sum);
    if let (Some(total), Some(goods)) = (total, number(head.record, "goodsValue"))
        && total != goods
    {
        let text = format!("商品价格 {goods} 不等于表体总价之和 {}", total.normalize());
        run.find(&code::GOODS_VALUE, head, "goodsValue", text);
    }
}

fn sum(numbers: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    numbers
        .into_iter()
        .try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// 411: P2 paid before it is reported.
pub(super) fn payment(run: &mut Run<'_>, head: Place<'_>) {
    if let Some((paid, reported)) = later(head, "payTime", "appTime") {
        let text = format!("支付时间 {paid} 晚于报送时间 {reported}");
        run.find(&code::PAY_TIME, head, "payTime", text);
    }
}

/// 513: W4 signed for before it is reported.
pub(super) fn waybill_status(run: &mut Run<'_>, head: Place<'_>) {
    if let Some((signed, reported)) = later(head, "logisticsTime", "appTime") {
        let text = format!("运单状态时间 {signed} 晚于报送时间 {reported}");
        run.find(&code::LOGISTICS_TIME, head, "logisticsTime", text);
    }
}

/// Two times, when the first is the later one. Both are 14 digits, so their texts compare as times do.
fn later<'m>(head: Place<'m>, one: &str, other: &str) -> Option<(&'m str, &'m str)> {
    let time = |element| {
        head.record
            .get(element)
            .filter(|text| crate::time::is_time14(text))
    };
    let (one, other) = (time(one)?, time(other)?);
    (one > other).then_some((one, other))
}
