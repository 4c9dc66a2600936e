//! Documents about many parcels, which may be split into parts: 507, 509, 607, 701.

use std::collections::{HashMap, HashSet};

use super::{Place, Run};
use crate::code;
use crate::message::Message;

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

/// Parts of one split document that travel in one message agree on how many there are, and none
/// comes twice.
pub(super) fn parts_of_message(run: &mut Run<'_>, message: &Message) {
    if message.documents.len() < 2 {
        return;
    }
    let mut seen = HashSet::new();
    let mut counts = HashMap::new();
    for (at, document) in message.documents.iter().enumerate() {
        let place = Place {
            document: at,
            line: None,
            record: &document.head,
        };
        let get = |element| document.head.filled(element);
        let (Some(own), Some(count), Some(part)) = (get("copNo"), get("msgCount"), get("msgSeqNo"))
        else {
            continue;
        };
        if *counts.entry(own).or_insert(count) != count {
            let text = format!("同一单证（{own}）各部分的报文总数不一致");
            run.find(&code::PARTS_DIFFER, place, "msgCount", text);
        } else if !seen.insert((own, part)) {
            let text = format!("同一单证（{own}）的第 {part} 部分出现了两次");
            run.find(&code::PARTS_DIFFER, place, "msgSeqNo", text);
        }
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
            let text = format!("汇总结束时间 {end} 早于开始时间 {start}");
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
        (Some(_), Some(_)) if !lines.is_empty() => {
            let text = String::from("填写了汇总起止时间，清单列表会被忽略");
            run.find(&code::SUMMARY_LIST_IGNORED, head, "startTime", text);
        }
        _ => {}
    }
}
