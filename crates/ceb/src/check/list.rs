//! Lists (清单): import 621, export 603, and the export refund 213.

use rust_decimal::Decimal;

use super::{Place, Run, number, trade};
use crate::code::{self, Code};

/// Transport across the border: direct purchase names it, bonded import need not.
const BORDER_TRANSPORT: [&str; 3] = ["trafNo", "voyageNo", "billNo"];

/// Account book and warehouse of bonded import.
const BONDED_HEAD: [&str; 3] = ["emsNo", "areaCode", "areaName"];

/// Customs code of China.
const CHINA: &str = "142";

/// Limit of a single purchase at the reduced rates, in yuan (财关税〔2018〕49号).
const SINGLE_LIMIT: Decimal = Decimal::from_parts(5000, 0, 0, false, 0);

/// Transport of an export list, which the master list (607) may bring later.
const LATER: [&str; 3] = ["trafName", "voyageNo", "billNo"];

/// 621: I2 to I4 trade mode, I6 weights, I7 to I10 goods, I11 line totals, I12 day, L2 one dear item.
pub(super) fn import(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    run.net_not_above_gross(head);
    for line in lines {
        run.line_total(*line);
        run.second_unit(*line);
        run.known_goods(*line, true);
        statutory_quantity(run, *line, &code::IMPORT_QUANTITY);
    }
    declared_day(run, head);
    one_dear_item(run, head, lines);
    trade_mode(run, head, lines);
}

/// I12: the day of the declaration has come. The schema counted its digits, the field check that
/// it is a day.
fn declared_day(run: &mut Run<'_>, head: Place<'_>) {
    let day = head.record.get("declTime");
    let day = day.filter(|day| crate::time::is_date(day));
    if day.is_some_and(|day| run.judge.is_future(day)) {
        let today = run
            .judge
            .terms
            .now
            .and_then(|now| now.get(..8))
            .unwrap_or_default();
        let day = day.unwrap_or_default();
        let text = format!("申报日期 {day} 晚于今天 {today}（北京时间）");
        run.find(&code::DECLARED_LATER, head, "declTime", text);
    }
}

/// L2: above the limit of a single purchase, and one item that cannot be divided.
fn one_dear_item(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    let [line] = lines else { return };
    if number(line.record, "qty") != Some(Decimal::ONE) {
        return;
    }
    let parts = [
        number(line.record, "totalPrice"),
        number(head.record, "freight"),
        number(head.record, "insuredFee"),
    ];
    let value = parts
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part?));
    if let Some(value) = value.filter(|value| *value > SINGLE_LIMIT) {
        let value = value.normalize();
        let text = format!("完税价格 {value} 元超过单次限值 {SINGLE_LIMIT} 元，且只有一件商品");
        run.find(&code::ONE_DEAR_ITEM, *line, "totalPrice", text);
    }
}

fn trade_mode(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
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

/// 603: simplified declaration, special areas, transport, weights, line totals, quantities, units.
pub(super) fn export(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    run.net_not_above_gross(head);
    let is_simplified = head.record.get("statisticsFlag") == Some("A");
    if is_simplified && head.record.filled("licenseNo").is_some() {
        let text = String::from("简化申报（A）的商品不涉及许可证，却填写了许可证号");
        run.find(&code::SIMPLIFIED_LICENCE, head, "licenseNo", text);
    }
    export_head(run, head);
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
        run.known_heading(*line, is_simplified);
        statutory_quantity(run, *line, &code::STATUTORY_QUANTITY);
        if special {
            run.need(&code::SPECIAL_AREA, *line, &["itemRecordNo"], why);
        }
    }
}

fn export_head(run: &mut Run<'_>, head: Place<'_>) {
    let record = head.record;
    let is_new = record.get("appType") == Some("1");
    if is_new && record.filled("invtNo").is_some() {
        let text = String::from("清单编号由海关生成，新增申报时还没有");
        run.find(&code::LIST_NUMBER_EARLY, head, "invtNo", text);
    }
    if let Some(missing) = LATER.iter().find(|name| record.filled(name).is_none()) {
        let text =
            String::from("运输工具名称、航班航次号或提运单号没有填写，须由清单总分单（607）补充");
        run.find(&code::TRANSPORT_LATER, head, missing, text);
    }
    if !matches!(record.get("tradeMode"), Some("9710" | "9810")) {
        trade::platform_has_code(run, head);
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
        run.known_goods(*line, false);
        statutory_quantity(run, *line, &code::STATUTORY_QUANTITY);
    }
}

/// The same unit means the same quantity.
fn statutory_quantity(run: &mut Run<'_>, line: Place<'_>, code: &'static Code) {
    let record = line.record;
    if record.get("unit") != record.get("unit1") {
        return;
    }
    if let (Some(qty), Some(qty1)) = (number(record, "qty"), number(record, "qty1"))
        && qty != qty1
    {
        let text = format!("计量单位相同，法定数量 {qty1} 应等于申报数量 {qty}");
        run.find(code, line, "qty1", text);
    }
}
