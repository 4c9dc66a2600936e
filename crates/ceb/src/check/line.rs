//! What lines and weights of several kinds have in common.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::{Place, Run, name, number};
use crate::code::{self, Code};
use crate::kind::Kind;

/// Largest difference between price × quantity and the total of a line, in units of 0.01.
const LINE_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

impl Run<'_> {
    /// Lines are numbered 1, 2, 3 … A refund names lines of the original list: any numbers, once.
    pub(super) fn numbering(&mut self, kind: Kind, lines: &[Place<'_>]) {
        let free = matches!(kind, Kind::Ceb625 | Kind::Ceb213);
        let mut seen = HashSet::new();
        for (at, place) in lines.iter().enumerate() {
            let number = place
                .record
                .get("gnum")
                .and_then(|text| text.trim().parse::<i64>().ok());
            let Some(number) = number else { continue };
            let expected = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
            let good = if free {
                number > 0 && seen.insert(number)
            } else {
                number == expected
            };
            if !good {
                let text = if free {
                    format!("商品序号 {number} 重复或不大于零")
                } else {
                    format!("商品序号应为 {expected}，实际为 {number}")
                };
                self.find(&code::GNUM, *place, "gnum", text);
                return;
            }
        }
    }

    /// Total = price × quantity, within the tolerance. False when it is not.
    pub(super) fn line_total(&mut self, place: Place<'_>) -> bool {
        let number = |element| number(place.record, element);
        let (Some(price), Some(qty), Some(total)) =
            (number("price"), number("qty"), number("totalPrice"))
        else {
            return true;
        };
        let Some(product) = price.checked_mul(qty) else {
            return true;
        };
        let difference = product
            .checked_sub(total)
            .map(|difference| difference.abs());
        if difference.is_some_and(|difference| difference > LINE_TOLERANCE) {
            let text = format!(
                "总价 {total} 不等于 单价 {price} × 数量 {qty} = {}",
                product.normalize()
            );
            self.find(&code::LINE_TOTAL, place, "totalPrice", text);
            return false;
        }
        true
    }

    /// Second unit and second quantity go together.
    pub(super) fn second_unit(&mut self, place: Place<'_>) {
        let (unit, qty) = (place.record.filled("unit2"), place.record.filled("qty2"));
        if unit.is_some() != qty.is_some() {
            let missing = if unit.is_some() { "qty2" } else { "unit2" };
            let text = String::from("第二计量单位与第二数量必须成对填写");
            self.find(&code::SECOND_UNIT, place, missing, text);
        }
    }

    pub(super) fn net_not_above_gross(&mut self, head: Place<'_>) {
        let number = |element| number(head.record, element);
        if let (Some(net), Some(gross)) = (number("netWeight"), number("grossWeight"))
            && net > gross
        {
            let text = format!("净重 {net} 大于毛重 {gross}");
            self.find(&code::WEIGHT, head, "netWeight", text);
        }
    }

    /// Elements that must have a value.
    pub(super) fn need(
        &mut self,
        code: &'static Code,
        place: Place<'_>,
        elements: &[&str],
        why: &str,
    ) {
        for element in elements {
            if place.record.filled(element).is_none() {
                let text = format!("{why}必须填写{}", name(place.record, element));
                self.find(code, place, element, text);
            }
        }
    }

    /// Elements that are not needed: the standard has them as optional, so a value is only told.
    pub(super) fn forbid(
        &mut self,
        code: &'static Code,
        place: Place<'_>,
        elements: &[&str],
        why: &str,
    ) {
        for element in elements {
            if place.record.filled(element).is_some() {
                let text = format!("{why}不用填写{}", name(place.record, element));
                self.find(code, place, element, text);
            }
        }
    }

    /// A parcel stands once in a document about many parcels.
    pub(super) fn parcels_once(&mut self, lines: &[Place<'_>]) {
        let mut seen = HashSet::with_capacity(lines.len());
        for place in lines {
            if let Some(number) = place.record.filled("logisticsNo")
                && !seen.insert(number)
            {
                let text = format!("运单 {number} 在同一份单证中出现了两次");
                self.find(&code::WAYBILL_REPEATED, *place, "logisticsNo", text);
            }
        }
    }
}
