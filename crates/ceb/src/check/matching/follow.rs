//! What follows a list: cancels, refunds, inbound and collective documents, delivery (rules C1 to C3, R1
//! to R3, D1, W4, I13, and the pairs of the export family).

use super::text::name;
use super::{Board, Difference, Judgement, Known, Part, shown};
use crate::code::{Code, matching as code};
use crate::kind::Kind;
use crate::number::decimal;
use crate::personal;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Parcels of one collective document that are looked at.
pub(super) const PARCELS_MAX: usize = 1000;

/// Parcels that one finding names.
const NAMED_MAX: usize = 5;

/// Days after release within which a refund is asked for.
const REFUND_DAYS: i64 = 30;

/// What a cancel or refund must say as its list does.
const SAME: [&str; 7] = [
    "agentCode",
    "orderNo",
    "logisticsNo",
    "ebpCode",
    "ebcCode",
    "buyerName",
    "buyerIdNumber",
];

/// Looks at a document that is about others.
pub(super) fn judge(board: &Board, known: &Known, judgement: &mut Judgement) {
    let found = &mut judgement.differences;
    match known.facts.kind.code() {
        "CEB621" => assure(known, found),
        "CEB623" | "CEB605" => cancel(board, known, found),
        "CEB625" | "CEB213" => refund(board, known, found),
        "CEB711" => inbound(board, known, found),
        "CEB507" | "CEB509" | "CEB607" => parcels(board, known, found),
        "CEB701" => summary(board, known, found),
        "CEB513" => delivered(board, known, found),
        _ => {}
    }
}

fn on(code: &'static Code, element: &'static str, text: String) -> Difference {
    Difference {
        code,
        element,
        line: None,
        text,
    }
}

/// I13: who guarantees the tax is a party of the list.
fn assure(known: &Known, found: &mut Vec<Difference>) {
    let facts = &known.facts;
    let parties = ["ebpCode", "ebcCode", "logisticsCode", "agentCode"];
    if let Some(assure) = facts.get("assureCode")
        && !parties.iter().any(|party| facts.get(party) == Some(assure))
    {
        let text = format!("担保企业 {assure} 不是本清单的电商平台、电商企业、物流企业或申报企业");
        found.push(on(&code::ASSURE, "assureCode", text));
    }
}

/// The list of a request; a request about a list that nobody knows says so.
fn list_of<'b>(
    board: &'b Board,
    known: &Known,
    found: &mut Vec<Difference>,
) -> Option<(String, &'b Known)> {
    let number = known.facts.list_no()?;
    let Some(list) = board.list(&number) else {
        let text = format!("平台上没有编号为 {number} 的清单");
        found.push(on(&code::LIST_UNKNOWN, "invtNo", text));
        return None;
    };
    for element in SAME {
        let (own, listed) = (known.facts.get(element), list.facts.get(element));
        let (Some(own), Some(listed)) = (own, listed) else {
            continue;
        };
        if own == listed {
            continue;
        }
        let is_hidden = personal::of_element(element).is_some() && list.owner != known.owner;
        let field = name(known.facts.kind, element, false);
        let text = if is_hidden {
            format!("{field}与原清单不同")
        } else {
            let (own, listed) = (shown(element, own), shown(element, listed));
            format!("{field}为 {own}，原清单为 {listed}")
        };
        found.push(on(&code::LIST_DIFFERS, element, text));
    }
    Some((number, list))
}

/// C1 to C3.
fn cancel(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    let Some((number, list)) = list_of(board, known, found) else {
        return;
    };
    if !board
        .requests(&number, known.facts.kind, known.id)
        .is_empty()
    {
        let text = format!("清单 {number} 已经申报过撤销申请");
        found.push(on(&code::CANCEL_OPEN, "invtNo", text));
    }
    if matches!(list.status, Some(100 | 700 | 800 | 899)) {
        let name = list.status().chinese().unwrap_or_default();
        let text = format!("清单的状态是 {} {name}", list.status());
        found.push(on(&code::CANCEL_STATE, "invtNo", text));
    }
}

/// R1 to R3, and returns of exports.
fn refund(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    let Some((number, list)) = list_of(board, known, found) else {
        return;
    };
    let earlier = board.requests(&number, known.facts.kind, known.id);
    for (at, line) in known.facts.lines.iter().enumerate() {
        let is_twin = |one: &&super::Values| {
            one.get("gnum") == line.get("gnum")
                && (one.get("gcode") == line.get("gcode") || line.get("gcode").is_none())
        };
        let gnum = line.get("gnum").map_or("", |number| number);
        let Some(twin) = list.facts.lines.iter().find(is_twin) else {
            let text = format!("原清单没有商品序号为 {gnum}、商品编码相同的商品");
            found.push(Difference {
                line: Some(at),
                ..on(&code::REFUND_LINE, "gnum", text)
            });
            continue;
        };
        let qty = |one: &super::Values| decimal(one.get("qty")?);
        let returned = earlier
            .iter()
            .flat_map(|one| &one.facts.lines)
            .filter(|one| one.get("gnum") == line.get("gnum"))
            .chain([line])
            .filter_map(qty)
            .fold(Decimal::ZERO, |sum, qty| {
                sum.checked_add(qty).unwrap_or(sum)
            });
        if let Some(bought) = qty(twin).filter(|bought| returned > *bought) {
            let text = format!(
                "商品序号 {gnum} 累计退货 {}，原清单数量 {}",
                returned.normalize(),
                bought.normalize()
            );
            found.push(Difference {
                line: Some(at),
                ..on(&code::REFUND_QUANTITY, "qty", text)
            });
        }
    }
    late(known, list, found);
}

/// R3: asked for within 30 days of the release.
fn late(known: &Known, list: &Known, found: &mut Vec<Difference>) {
    if known.facts.kind != Kind::Ceb625 || !matches!(list.status, Some(800 | 899)) {
        return;
    }
    let released = list.status_time.as_deref().and_then(day_number);
    let (Some(released), Some(asked)) = (released, day_number(known.app_time())) else {
        return;
    };
    if asked - released > REFUND_DAYS {
        let text = format!("清单放行后第 {} 天申请退货", asked - released);
        found.push(on(&code::REFUND_LATE, "appTime", text));
    }
}

/// Days since a fixed day of `YYYYMMDD…`; only differences mean something.
fn day_number(time: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    // Years begin in March here, so that the leap day is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
}

/// D1: parcels of one master bill, each once, with the voyage and bill of their lists.
fn inbound(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    parcels(board, known, found);
    for (at, line) in known.facts.lines.iter().enumerate().take(PARCELS_MAX) {
        let key = known.facts.parcel_key(line);
        let list = key.and_then(|key| board.of_waybill(&key, Part::Inventory));
        let Some(list) = list else { continue };
        for element in ["billNo", "voyageNo"] {
            let (own, listed) = (known.facts.get(element), list.facts.get(element));
            if let (Some(own), Some(listed)) = (own, listed)
                && own != listed
            {
                let text = format!(
                    "{}为 {own}，第 {} 票运单的清单为 {listed}",
                    name(known.facts.kind, element, false),
                    at + 1
                );
                found.push(on(&code::INBOUND_DIFFERS, element, text));
            }
        }
    }
}

/// The parcels of a collective document: known.
fn parcels(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    for (at, line) in known.facts.lines.iter().enumerate() {
        let Some(number) = line.get("logisticsNo") else {
            continue;
        };
        // That a number stands twice is told by the rules of the message itself.
        if !seen.insert(number) {
            continue;
        }
        let key = known.facts.parcel_key(line).filter(|_| at < PARCELS_MAX);
        let is_known = |key: &str| {
            let parts = [Part::Inventory, Part::Logistics];
            parts
                .iter()
                .any(|part| board.of_waybill(key, *part).is_some())
        };
        if key.is_some_and(|key| !is_known(&key)) {
            unknown.push(number.as_str());
        }
    }
    unknown_parcels("运单", "appTime", &unknown, found);
}

/// The lists that a summary names are known.
fn summary(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    let lines = known.facts.lines.iter().take(PARCELS_MAX);
    let numbers = lines.filter_map(|line| line.get("invtNo"));
    let unknown: Vec<&str> = numbers
        .filter(|number| board.list(number).is_none())
        .map(String::as_str)
        .collect();
    unknown_parcels("清单", "appTime", &unknown, found);
}

fn unknown_parcels(
    what: &str,
    element: &'static str,
    unknown: &[&str],
    found: &mut Vec<Difference>,
) {
    if unknown.is_empty() {
        return;
    }
    let named: Vec<&str> = unknown.iter().copied().take(NAMED_MAX).collect();
    let more = if unknown.len() > named.len() {
        "等"
    } else {
        ""
    };
    let text = format!(
        "有 {} 票{what}在平台上找不到：{}{more}",
        unknown.len(),
        named.join("、")
    );
    found.push(on(&code::PARCEL_UNKNOWN, element, text));
}

/// W4: the waybill is known, and was there before it was delivered.
fn delivered(board: &Board, known: &Known, found: &mut Vec<Difference>) {
    let wanted = known.facts.wanted();
    let Some(key) = wanted.waybills.first() else {
        return;
    };
    let Some(waybill) = board.of_waybill(key, Part::Logistics) else {
        let number = known.facts.get("logisticsNo").unwrap_or_default();
        unknown_parcels("运单", "logisticsNo", &[number], found);
        return;
    };
    if let Some(time) = known.facts.get("logisticsTime")
        && time < waybill.app_time()
    {
        let text = format!(
            "物流状态时间 {time} 早于运单的报送时间 {}",
            waybill.app_time()
        );
        found.push(on(&code::STATUS_EARLY, "logisticsTime", text));
    }
}
