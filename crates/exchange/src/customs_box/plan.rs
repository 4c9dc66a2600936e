//! The usual answers (状态机): which receipts a document gets, in which order and with which text.
//!
//! Everything here is a pure function of the kind, the magic words and what matching said; times are
//! counted from the arrival. Source of the states: the standard's receipt tables; of the texts:
//! receipts that were seen.

use super::Delays;
use super::magic::{Act, Magic};
use ceb::{Kind, ReturnStatus};

/// The usual answers as people read them; the page of the simulator shows this table.
pub(super) const USUAL: &[(&str, &str)] = &[
    ("311、411、511、513", "2 → 3 → 120"),
    (
        "621",
        "2 → 3 → 三单对碰 → 120 → 800 → 899，随后 816 税单与 818 税单状态",
    ),
    (
        "623、625",
        "2 → 120 → 399；清单撤销，或税单作废（818 状态 3）",
    ),
    ("711", "2 → 3 → 120 → 399"),
    ("303、403、505", "2 → 3 → 120"),
    (
        "603",
        "2 → 3 → 对碰 303、505 → 120 → 399；运抵后 800，离境后 899",
    ),
    ("605", "2 → 3 → 399；清单撤销"),
    ("607", "每份 2，最后一份到齐后全部 399"),
    ("507", "每份 2，最后一份到齐后全部 399，随后所列清单 800"),
    ("509", "每份 2，最后一份到齐后全部 399，随后所列清单 899"),
    ("701", "每份 2，最后一份到齐后全部 399，随后 792 汇总结果单"),
    ("213", "2 → 3 → 120 → 800"),
    ("215", "2 → 3 → 399"),
    ("appStatus 为 1 的单证", "1"),
    ("无法识别的报文", "CEB900"),
];

/// One answer to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedAnswer {
    /// Milliseconds after the arrival.
    pub(super) after_ms: i64,
    pub(super) status: ReturnStatus,
    pub(super) info: String,
}

/// A refusal: a reason code of customs, or a negative code of the E-Port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CustomsRefusal {
    /// 海关退单, `[Code:n;Desc:…]`.
    Customs(i32, String),
    /// 处理异常, a negative status.
    Eport(i32, String),
}

/// What is known about a document when its answers are planned.
#[derive(Debug, Default)]
pub(super) struct PlanVerdict {
    /// Joined to the text of status 2.
    pub(super) warning: Option<String>,
    /// Why it is refused, if it is.
    pub(super) refusal: Option<CustomsRefusal>,
}

/// Whether the document comes in parts that are answered together.
pub(super) fn is_split(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Ceb507 | Kind::Ceb509 | Kind::Ceb607 | Kind::Ceb701
    )
}

const TWO: ReturnStatus = ReturnStatus::DECLARING;
const THREE: ReturnStatus = ReturnStatus::SENT_TO_CUSTOMS;
const STORED: ReturnStatus = ReturnStatus::CUSTOMS_ACCEPTED;
const CLOSED: ReturnStatus = ReturnStatus::REVIEWED;
const FREE: ReturnStatus = ReturnStatus::RELEASED;
const OUT: ReturnStatus = ReturnStatus::CLEARED;

/// The answers to the kind's own document, up to the point where something else must happen.
const COURSES: &[(Kind, &[ReturnStatus])] = &[
    (Kind::Ceb621, &[TWO, THREE, STORED, FREE, OUT]),
    (Kind::Ceb623, &[TWO, STORED, CLOSED]),
    (Kind::Ceb625, &[TWO, STORED, CLOSED]),
    (Kind::Ceb711, &[TWO, THREE, STORED, CLOSED]),
    (Kind::Ceb603, &[TWO, THREE, STORED, CLOSED]),
    (Kind::Ceb605, &[TWO, THREE, CLOSED]),
    (Kind::Ceb213, &[TWO, THREE, STORED, FREE]),
    (Kind::Ceb215, &[TWO, THREE, CLOSED]),
    (Kind::Ceb507, &[TWO]),
    (Kind::Ceb509, &[TWO]),
    (Kind::Ceb607, &[TWO]),
    (Kind::Ceb701, &[TWO]),
];

/// What every other kind is answered.
const PLAIN: &[ReturnStatus] = &[TWO, THREE, STORED];

fn course(kind: Kind) -> &'static [ReturnStatus] {
    let known = COURSES.iter().find(|(of, _)| *of == kind);
    known.map_or(PLAIN, |(_, statuses)| statuses)
}

/// All answers to a document. `guid` is the document's own, `was` what its appType asked for.
pub(super) fn answers(
    kind: Kind,
    guid: &str,
    was: &str,
    magic: &Magic,
    verdict: &PlanVerdict,
    delays: &Delays,
) -> Vec<PlannedAnswer> {
    let mut statuses = course(kind).to_vec();
    let mut refusal = verdict.refusal.clone();
    match magic.ending {
        Some((Act::Silent | Act::Format, _)) => return Vec::new(),
        Some((Act::Refuse, code)) => {
            refusal = Some(CustomsRefusal::Customs(code, reason(code).to_owned()));
        }
        Some((Act::Fault, code)) => {
            let code = code.saturating_neg();
            refusal = Some(CustomsRefusal::Eport(code, fault(code).to_owned()));
        }
        Some((act, number)) => bend(&mut statuses, act, number),
        None => {}
    }
    let mut plan = Plan {
        delays,
        magic,
        answers: Vec::new(),
    };
    match refusal {
        Some(CustomsRefusal::Eport(code, text)) => plan.say(ReturnStatus(code), text),
        Some(CustomsRefusal::Customs(code, text)) => {
            plan.say(ReturnStatus::DECLARING, declared(was, guid, verdict));
            plan.say_usual(ReturnStatus::SENT_TO_CUSTOMS);
            plan.say(
                ReturnStatus::CUSTOMS_REJECTED,
                format!("[Code:{code};Desc:{text}]"),
            );
        }
        None => {
            for status in statuses {
                if status == ReturnStatus::DECLARING {
                    plan.say(status, declared(was, guid, verdict));
                } else {
                    plan.say_usual(status);
                }
            }
        }
    }
    plan.answers
}

/// Turns the usual course towards another ending.
fn bend(statuses: &mut Vec<ReturnStatus>, act: Act, number: i32) {
    let after = |statuses: &mut Vec<ReturnStatus>, status| {
        let end = statuses
            .iter()
            .position(|known| known.rank() > ReturnStatus::CUSTOMS_ACCEPTED.rank())
            .unwrap_or(statuses.len());
        statuses.insert(end, status);
        end
    };
    match act {
        // Goods are inspected before they are released; papers that are only taken in are not.
        Act::Inspect => {
            if statuses.contains(&ReturnStatus::RELEASED) {
                after(statuses, ReturnStatus::INSPECTION);
            }
        }
        Act::Manual => {
            let end = after(statuses, ReturnStatus::MANUAL_REVIEW);
            statuses.truncate(end + 1);
        }
        Act::Detain => {
            let end = after(statuses, ReturnStatus::DETAINED_CLEARANCE);
            statuses.truncate(end + 1);
        }
        Act::Return => {
            let end = after(statuses, ReturnStatus::RETURNED_ABROAD);
            statuses.truncate(end + 1);
        }
        Act::SendFailed => {
            statuses.truncate(1);
            statuses.push(ReturnStatus::SEND_FAILED);
        }
        Act::Unknown => statuses.push(ReturnStatus(number)),
        Act::Refuse
        | Act::Fault
        | Act::Delay
        | Act::Slow
        | Act::Silent
        | Act::Twice
        | Act::Disorder
        | Act::Batch
        | Act::Format
        | Act::Garbage => {}
    }
}

struct Plan<'a> {
    delays: &'a Delays,
    magic: &'a Magic,
    answers: Vec<PlannedAnswer>,
}

impl Plan<'_> {
    fn say_usual(&mut self, status: ReturnStatus) {
        self.say(status, text_of(status));
    }

    fn say(&mut self, status: ReturnStatus, info: String) {
        let pause = self.delays.before(self.answers.len());
        let factor = if self.magic.slow { 10 } else { 1 };
        let last = self.answers.last();
        let base = last.map_or(self.magic.delay_ms, |answer| answer.after_ms);
        self.answers.push(PlannedAnswer {
            after_ms: base.saturating_add(pause.saturating_mul(factor)),
            status,
            info,
        });
    }
}

/// Texts that were seen with a status, and the official name of the others.
pub(super) fn text_of(status: ReturnStatus) -> String {
    match status {
        ReturnStatus::CUSTOMS_ACCEPTED => "[Code:1800;Desc:逻辑校验通过]".to_owned(),
        ReturnStatus::MANUAL_REVIEW => "[Code:1200;Desc:等待人工审核]".to_owned(),
        ReturnStatus::REVIEWED => "[Code:2300;Desc:审核通过]".to_owned(),
        ReturnStatus::RELEASED => "[Code:2600;Desc:放行]".to_owned(),
        other => other.chinese().unwrap_or("未知状态").to_owned(),
    }
}

fn declared(was: &str, guid: &str, verdict: &PlanVerdict) -> String {
    let verb = match was {
        "2" => "变更",
        "3" => "删除",
        _ => "新增",
    };
    let warning = verdict.warning.as_deref().unwrap_or_default();
    format!("{verb}申报成功[{guid}]{warning}")
}

/// What customs says with a reason code (seen in real receipts).
pub(super) fn reason(code: i32) -> &'static str {
    match code {
        1300 => "人工退单",
        1301 => "系统异常",
        1311 => "担保额度不足",
        1313 => "超过个人年度交易限值",
        1320 => "清单与订单商品项数不一致",
        1322 => "清单与订单商品信息不一致",
        1327 => "订购人与支付人信息不一致",
        1332 => "订单实际支付金额与支付单金额不一致",
        13035 => "支付企业不一致",
        13127 => "清单与订单订购人不一致",
        130_126 => "清单与订单订购人电话不一致",
        _ => "海关退单",
    }
}

/// What the E-Port says with a negative code.
fn fault(code: i32) -> &'static str {
    match code {
        -301_008 | -401_009 | -504_011 | -505_011 | -621_001 | -623_001 | -625_001 | -800_001 => {
            "业务参数校验失败"
        }
        -301_020 | -621_029 | -623_029 | -625_005 | -625_208 => "签名验证失败",
        -621_005 => "超过单次交易限值",
        -621_018 => "超过个人年度交易限值",
        -621_028 => "签名数据与申报数据不一致",
        -623_003 => "清单编号不存在",
        -623_005 => "清单状态不允许撤销",
        -625_209 => "原清单中没有该商品项",
        _ => "处理异常",
    }
}

/// Codes of one kind for what can be wrong with a declaration before its content is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Codes {
    /// The check of the values failed.
    pub(super) check: i32,
    /// A document with this key exists.
    pub(super) exists: i32,
    /// Older than the stored one, ignored.
    pub(super) stale: i32,
    /// What should be changed or deleted does not exist.
    pub(super) missing: i32,
}

const fn codes_of(check: i32, exists: i32, stale: i32, missing: i32) -> Codes {
    Codes {
        check,
        exists,
        stale,
        missing,
    }
}

/// Export kinds use the bands of the 2018 standard: check failed, then processing failed.
const fn band(check: i32, processing: i32) -> Codes {
    codes_of(check, processing, processing - 1, processing - 2)
}

const CODES: &[(Kind, Codes)] = &[
    (
        Kind::Ceb311,
        codes_of(-301_008, -301_010, -301_014, -301_009),
    ),
    (
        Kind::Ceb411,
        codes_of(-401_009, -401_007, -401_012, -401_006),
    ),
    (
        Kind::Ceb511,
        codes_of(-504_011, -504_012, -504_016, -504_014),
    ),
    (
        Kind::Ceb513,
        codes_of(-505_011, -505_012, -505_016, -505_014),
    ),
    (
        Kind::Ceb621,
        codes_of(-621_001, -621_004, -621_012, -621_011),
    ),
    (
        Kind::Ceb623,
        codes_of(-623_001, -623_009, -623_013, -623_004),
    ),
    (
        Kind::Ceb625,
        codes_of(-625_001, -625_033, -625_022, -625_016),
    ),
    (
        Kind::Ceb711,
        codes_of(-800_001, -800_003, -800_005, -800_004),
    ),
    (Kind::Ceb303, band(-302_001, -304_001)),
    (Kind::Ceb403, band(-402_001, -404_001)),
    (Kind::Ceb505, band(-502_001, -504_001)),
    (Kind::Ceb507, band(-802_001, -804_001)),
    (Kind::Ceb509, band(-506_001, -508_001)),
    (Kind::Ceb603, band(-602_001, -604_001)),
    (Kind::Ceb605, band(-606_001, -608_001)),
    (Kind::Ceb607, band(-902_001, -904_001)),
    (Kind::Ceb701, band(-702_001, -704_001)),
];

/// The codes of a kind; 213 and 215 have no band of their own and take that of the list.
pub(super) fn codes(kind: Kind) -> Codes {
    let known = CODES.iter().find(|(of, _)| *of == kind);
    known.map_or(band(-602_001, -604_001), |(_, codes)| *codes)
}
