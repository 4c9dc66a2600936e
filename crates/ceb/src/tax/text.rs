//! The way to the result, in sentences.

use super::{Estimate, LineTax, Scope, Split, Way, comprehensive, levied};
use crate::message::Document;
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount as people write it, `98.00`.
fn yuan(amount: Decimal) -> String {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.2}")
}

fn percent(rate: Decimal) -> String {
    format!("{}%", rate.normalize())
}

pub(super) fn explain(
    estimate: &Estimate,
    freight: Decimal,
    insured: Decimal,
    way: Way,
) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match estimate.scope {
        Scope::Within => {
            "在个人限额以内（单次 5,000 元、年度 26,000 元）：关税税率为 0，增值税、消费税按应纳税额的 70% 征收。"
        }
        Scope::SingleItem => {
            "单次超过 5,000 元，但只有一件不可分割的商品且未超过年度限额：按应纳税额全额征收关税、增值税和消费税。"
        }
        Scope::Over => {
            "超过个人限额，应按一般贸易办理；以下按应纳税额全额估算，仅供参考。"
        }
    }
    .to_owned());
    if !(freight + insured).is_zero() {
        let split = match way.split {
            Split::Value => "按商品总价的比例",
            Split::Even => "平均",
        };
        lines.push(format!(
            "运费 {} 元、保费 {} 元{split}分摊到各项商品，余数计入最后一项。",
            yuan(freight),
            yuan(insured)
        ));
    }
    for line in &estimate.lines {
        add_line(line, estimate.scope, &mut lines);
    }
    lines.push(format!(
        "合计：完税价格 {} 元，关税 {} 元，消费税 {} 元，增值税 {} 元，税款共 {} 元。",
        yuan(estimate.taxable),
        yuan(estimate.duty),
        yuan(estimate.consumption),
        yuan(estimate.vat),
        yuan(estimate.total)
    ));
    lines.push("税款测算仅供参考，海关如何分摊运费和进位没有公布，以电子税单为准。".to_owned());
    lines
}

fn add_line(line: &LineTax, scope: Scope, lines: &mut Vec<String>) {
    let (vat, consumption) = (percent(line.rate.vat), percent(line.rate.consumption));
    lines.push(format!(
        "第 {} 项 {}（{}）：总价 {} 元，分摊运保费 {} 元，完税价格 {} 元；增值税率 {vat}，消费税率 {consumption}{}。",
        line.gnum,
        line.gname,
        line.gcode,
        yuan(line.price),
        yuan(line.beside),
        yuan(line.taxable),
        if line.is_known {
            ""
        } else {
            "（平台没有登记这个商品编码的税率，暂按增值税 13%、消费税 0 估算）"
        }
    ));
    let share = if scope == Scope::Within {
        " × 70%"
    } else {
        ""
    };
    let mut base = yuan(line.taxable);
    if scope != Scope::Within {
        lines.push(format!(
            "关税 ＝ {base} × {} ＝ {} 元。",
            percent(line.rate.duty),
            yuan(line.duty)
        ));
        base = yuan(line.taxable + line.duty);
    }
    if !line.rate.consumption.is_zero() {
        lines.push(format!(
            "消费税 ＝ {base} ÷（1 － {consumption}）× {consumption}{share} ＝ {} 元。",
            yuan(line.consumption)
        ));
        base = format!("（{base} ＋ {}）", yuan(line.full_consumption));
    }
    let total = match comprehensive(&line.rate).filter(|_| scope == Scope::Within) {
        Some(rate) => format!(
            "，本项税款 {} 元（综合税率 {}）",
            yuan(line.total()),
            percent(rate)
        ),
        None => format!("，本项税款 {} 元", yuan(line.total())),
    };
    lines.push(format!(
        "增值税 ＝ {base} × {vat}{share} ＝ {} 元{total}。",
        yuan(line.vat)
    ));
}

/// What a tax bill (816) says otherwise than the estimate, in a sentence; none when they agree.
#[must_use]
pub fn compare(estimate: &Estimate, bill: &Document) -> Option<String> {
    let [duty, consumption, vat] = levied(bill)?;
    if [duty, consumption, vat] == [estimate.duty, estimate.consumption, estimate.vat] {
        return None;
    }
    Some(format!(
        "电子税单：关税 {} 元，消费税 {} 元，增值税 {} 元；平台测算：关税 {} 元，消费税 {} 元，增值税 {} 元",
        yuan(duty),
        yuan(consumption),
        yuan(vat),
        yuan(estimate.duty),
        yuan(estimate.consumption),
        yuan(estimate.vat)
    ))
}
