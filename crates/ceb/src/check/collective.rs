//! Documents about many parcels, which may be split into parts: 507, 509, 607, 701.

use super::{Place, Run};
use crate::code;

/// The number of a part is not above the number of parts.
pub(super) fn parts(run: &mut Run<'_>, head: Place<'_>) {
    let number = |element| {
        head.record
            .get(element)
            .and_then(|text| text.trim().parse::<i64>().ok())
    };
    if let (Some(part), Some(parts)) = (number("msgSeqNo"), number("msgCount"))
        && part > parts
    {
        let text = format!("报文序号 {part} 大于报文总数 {parts}");
        run.find(&code::PART_NUMBER, head, "msgSeqNo", text);
    }
}

/// 701: parts, and either a period or a list.
pub(super) fn summary(run: &mut Run<'_>, head: Place<'_>, lines: &[Place<'_>]) {
    parts(run, head);
    match (
        head.record.filled("startTime"),
        head.record.filled("endTime"),
    ) {
        (Some(start), Some(end)) if end < start => {
            let text = String::from("汇总结束时间早于开始时间");
            run.find(&code::SUMMARY_TIME, head, "endTime", text);
        }
        (Some(_), None) | (None, Some(_)) => {
            let text = String::from("汇总开始时间和结束时间必须成对填写");
            run.find(&code::SUMMARY_TIME, head, "startTime", text);
        }
        (None, None) if lines.is_empty() => {
            let text = String::from("既没有清单列表，也没有汇总起止时间");
            run.find(&code::SUMMARY_EMPTY, head, "startTime", text);
        }
        _ => {}
    }
}
