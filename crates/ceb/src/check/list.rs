//! Lists (清单): import 621, export 603, and the export refund 213.

use super::{Place, Run, number};
use crate::code;

/// Transport across the border: direct purchase names it, bonded import must not.
const BORDER_TRANSPORT: [&str; 3] = ["trafNo", "voyageNo", "billNo"];

/// Account book and warehouse of bonded import.
const BONDED_HEAD: [&str; 3] = ["emsNo", "areaCode", "areaName"];

/// Customs code of China.
const CHINA: &str = "142";

/// 621: I2 to I4 trade mode, I6 weights, I9 second unit, I11 line totals.
pub(super) fn import(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    run.net_not_above_gross(head);
    for line in lines {
        run.line_total(*line);
        run.second_unit(*line);
    }
    match head.record.get("tradeMode") {
        Some("9610") => {
            let why = "直购进口（9610）";
            run.need(&code::DIRECT_NEEDS, head, &BORDER_TRANSPORT, why);
            run.forbid(&code::DIRECT_FORBIDS, head, &BONDED_HEAD, why);
            for line in lines {
                run.forbid(&code::DIRECT_FORBIDS, *line, &["itemRecordNo"], why);
            }
        }
        Some("1210") => {
            let why = "保税进口（1210）";
            run.need(&code::BONDED_NEEDS, head, &BONDED_HEAD, why);
            run.forbid(&code::BONDED_FORBIDS, head, &BORDER_TRANSPORT, why);
            for line in lines {
                run.need(&code::BONDED_NEEDS, *line, &["itemRecordNo"], why);
            }
            if head
                .record
                .filled("country")
                .is_some_and(|country| country != CHINA)
            {
                let text = format!("{why}的起运国应为 {CHINA}");
                run.find(&code::BONDED_COUNTRY, head, "country", text);
            }
        }
        Some("1239") => {
            let text = String::from("贸易方式 1239 不在规范列出的进口贸易方式中");
            run.find(&code::TRADE_MODE, head, "tradeMode", text);
        }
        _ => {}
    }
}

/// 603: special areas, weights, line totals, quantities and units.
pub(super) fn export(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    run.net_not_above_gross(head);
    let special = matches!(head.record.get("tradeMode"), Some("1210" | "1239"));
    let why = "特殊区域出口（1210、1239）";
    if special {
        run.need(
            &code::SPECIAL_AREA,
            head,
            &["iacCode", "iacName", "emsNo"],
            why,
        );
    }
    for line in lines {
        run.line_total(*line);
        run.second_unit(*line);
        statutory_quantity(run, *line);
        if special {
            run.need(&code::SPECIAL_AREA, *line, &["itemRecordNo"], why);
        }
    }
}

/// 213: second unit, quantities, and goods come from abroad.
pub(super) fn export_refund(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    if head.record.get("country") == Some(CHINA) {
        let text = String::from("退货的启运国不能是中国");
        run.find(&code::RETURN_COUNTRY, head, "country", text);
    }
    for line in lines {
        run.second_unit(*line);
        statutory_quantity(run, *line);
    }
}

/// The same unit means the same quantity.
fn statutory_quantity(run: &mut Run<'_>, line: Place<'_>) {
    let record = line.record;
    if record.get("unit") != record.get("unit1") {
        return;
    }
    if let (Some(qty), Some(qty1)) = (number(record, "qty"), number(record, "qty1"))
        && qty != qty1
    {
        let text = format!("计量单位相同，法定数量 {qty1} 应等于申报数量 {qty}");
        run.find(&code::STATUTORY_QUANTITY, line, "qty1", text);
    }
}
