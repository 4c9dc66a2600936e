//! Orders, payments and waybills: sums and times.

use rust_decimal::Decimal;

use super::{Place, Run, number};
use crate::code;

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

/// 303: line totals and goods value.
pub(super) fn export_order(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    goods_value(run, head, lines);
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
    if is_later(head, "payTime", "appTime") {
        let text = String::from("支付时间晚于报送时间");
        run.find(&code::PAY_TIME, head, "payTime", text);
    }
}

/// 513: W4 signed for before it is reported.
pub(super) fn waybill_status(run: &mut Run<'_>, head: Place<'_>) {
    if is_later(head, "logisticsTime", "appTime") {
        let text = String::from("运单状态时间晚于报送时间");
        run.find(&code::LOGISTICS_TIME, head, "logisticsTime", text);
    }
}

/// Both are 14 digits, so their texts compare as times do.
fn is_later(head: Place<'_>, one: &str, other: &str) -> bool {
    let time = |element| {
        head.record
            .get(element)
            .filter(|text| super::time::is_time14(text))
    };
    matches!((time(one), time(other)), (Some(one), Some(other)) if one > other)
}
