//! Limits (个人限额): what a person may buy at once and in a year (财关税〔2016〕18号, 〔2018〕49号).
//!
//! Customs keeps the person's balance; the platform knows only the lists that went through it, and
//! only warns.

use super::{Difference, Facts};
use crate::code::{Code, matching as code};
use crate::number::decimal;
use rust_decimal::Decimal;

/// Most that one transaction may be worth, in yuan.
pub const SINGLE_MAX: Decimal = Decimal::from_parts(5_000, 0, 0, false, 0);

/// Most that a person may buy in a year, in yuan.
pub const ANNUAL_MAX: Decimal = Decimal::from_parts(26_000, 0, 0, false, 0);

/// Goods of which a person may buy so many kilograms in a year: first digits of the code, name, limit.
const FOODS: [(&str, &str, Decimal); 2] = [
    ("1701", "食糖", Decimal::from_parts(2, 0, 0, false, 0)),
    ("1006", "大米", Decimal::from_parts(20, 0, 0, false, 0)),
];

/// Unit code of the kilogram.
const KILOGRAM: &str = "035";

/// What counts of a list: price of the goods, freight and insurance; none when a number is missing.
#[must_use]
pub fn value(facts: &Facts) -> Option<Decimal> {
    let lines = facts.lines.iter();
    let totals = lines.map(|line| decimal(line.get("totalPrice")?));
    let beside = ["freight", "insuredFee"].map(|element| facts.decimal(element));
    let beside = beside.map(|number| Some(number.unwrap_or_default()));
    totals
        .chain(beside)
        .try_fold(Decimal::ZERO, |sum, number| sum.checked_add(number?))
}

/// What of a list a refund gives back: its lines by number and quantity; all of it, with freight, when
/// nothing is left.
#[must_use]
pub fn given_back(list: &Facts, refunds: &[&Facts]) -> Decimal {
    let mut back = Decimal::ZERO;
    let mut is_whole = true;
    for line in &list.lines {
        let number = |element| decimal(line.get(element)?);
        let returned = refunds
            .iter()
            .flat_map(|refund| &refund.lines)
            .filter(|one| one.get("gnum") == line.get("gnum"))
            .filter_map(|one| decimal(one.get("qty")?))
            .fold(Decimal::ZERO, |sum, qty| {
                sum.checked_add(qty).unwrap_or(sum)
            });
        let (Some(qty), Some(total)) = (number("qty"), number("totalPrice")) else {
            is_whole = false;
            continue;
        };
        is_whole &= returned >= qty;
        let part = if returned >= qty {
            Some(total)
        } else {
            number("price").and_then(|price| price.checked_mul(returned))
        };
        back = part.and_then(|part| back.checked_add(part)).unwrap_or(back);
    }
    let all = value(list).filter(|_| is_whole && !list.lines.is_empty());
    all.unwrap_or(back)
}

/// Whether a list is over the limit of one transaction only because its one item cannot be divided.
#[must_use]
pub fn is_single_item(facts: &Facts) -> bool {
    let one = |line: &super::Values| line.get("qty").and_then(|qty| decimal(qty));
    matches!(&*facts.lines, [line] if one(line) == Some(Decimal::ONE))
}

/// Rules L1, L2 and L5 for a list; `used` is what the person has bought this year besides, in yuan.
#[must_use]
pub fn judge(facts: &Facts, used: Decimal) -> Vec<Difference> {
    let mut found = Vec::new();
    let Some(value) = value(facts) else {
        return found;
    };
    let mut find = |code: &'static Code, element, text| {
        found.push(Difference {
            code,
            element,
            line: None,
            text,
        });
    };
    let shown = value.normalize();
    if value > SINGLE_MAX {
        if is_single_item(facts) {
            let text = format!("清单价值 {shown} 元，超过 {SINGLE_MAX} 元，但只有一件商品");
            find(&code::SINGLE_ITEM, "orderNo", text);
        } else {
            let text = format!("清单价值 {shown} 元，超过单次限值 {SINGLE_MAX} 元");
            find(&code::SINGLE_LIMIT, "orderNo", text);
        }
    }
    if used.checked_add(value).is_none_or(|sum| sum > ANNUAL_MAX) {
        let left = ANNUAL_MAX.checked_sub(used).unwrap_or_default();
        let text = format!(
            "订购人本年度已用 {} 元，本清单 {shown} 元，年度限值 {ANNUAL_MAX} 元，剩余 {} 元",
            used.normalize(),
            left.max(Decimal::ZERO).normalize()
        );
        find(&code::ANNUAL_LIMIT, "buyerIdNumber", text);
    }
    for (front, name, most) in FOODS {
        let kilograms = kilograms(facts, front);
        if kilograms > most {
            let text = format!(
                "{name} {} 千克，每人每年限 {most} 千克",
                kilograms.normalize()
            );
            find(&code::FOOD_QUANTITY, "buyerIdNumber", text);
        }
    }
    found
}

fn kilograms(facts: &Facts, front: &str) -> Decimal {
    let lines = facts.lines.iter();
    let meant = lines.filter(|line| {
        line.get("gcode")
            .is_some_and(|code| code.starts_with(front))
    });
    let in_kilograms = meant.filter(|line| line.get("unit1").is_some_and(|unit| unit == KILOGRAM));
    in_kilograms
        .filter_map(|line| decimal(line.get("qty1")?))
        .fold(Decimal::ZERO, |sum, qty| {
            sum.checked_add(qty).unwrap_or(sum)
        })
}
