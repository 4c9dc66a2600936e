//! The rules of declaring (申报规则): what may be declared again, changed or deleted, which numbers
//! are given to what, and what a status allows.

use super::magic::{Act, Magic};
use super::plan::{self, CustomsRefusal};
use super::prepare::{DeclaredDocument, ElementValues};
use super::sql::Stored;
use ceb::{Kind, ReturnStatus};

/// An element that holds a number, and the letter in the number.
pub(super) type NumberedElement = (&'static str, char);

const PRE_NO: NumberedElement = ("preNo", 'B');

/// The numbers that are given to each kind.
const NUMBERS: &[(Kind, &[NumberedElement])] = &[
    (Kind::Ceb621, &[PRE_NO, ("invtNo", 'I')]),
    (Kind::Ceb603, &[PRE_NO, ("invtNo", 'E')]),
    (Kind::Ceb711, &[PRE_NO, ("rkdNo", 'R')]),
    (Kind::Ceb701, &[PRE_NO, ("sumNo", 'S')]),
    (Kind::Ceb623, &[PRE_NO]),
    (Kind::Ceb625, &[PRE_NO]),
    (Kind::Ceb507, &[PRE_NO]),
    (Kind::Ceb509, &[PRE_NO]),
    (Kind::Ceb605, &[PRE_NO]),
    (Kind::Ceb607, &[PRE_NO]),
    (Kind::Ceb213, &[PRE_NO]),
    (Kind::Ceb215, &[PRE_NO]),
];

pub(super) fn numbers(kind: Kind) -> &'static [NumberedElement] {
    let known = NUMBERS.iter().find(|(of, _)| *of == kind);
    known.map_or(&[], |(_, numbers)| numbers)
}

/// Whether a document with this status may be declared again: never answered, a draft, or refused.
pub(super) fn is_open(status: i32) -> bool {
    matches!(status, 0 | 1 | 4 | 100) || status < 0
}

/// Statuses that come before matching.
pub(super) fn is_before_matching(status: ReturnStatus) -> bool {
    matches!(
        status,
        ReturnStatus::DECLARING | ReturnStatus::SENT_TO_CUSTOMS
    )
}

/// The rules of declaring again, changing and deleting.
pub(super) fn not_allowed(
    declared: &DeclaredDocument,
    before: Option<&Stored>,
) -> Option<CustomsRefusal> {
    let codes = plan::codes(declared.kind);
    // Another document with this key is known: only the guid says which is meant.
    let named = |text: &str| format!("{text}，单证[{}]", declared.guid);
    let lives = before.filter(|stored| !matches!(stored.status, 0));
    let Some(stored) = lives else {
        let text = named("操作类型错误，没有找到要操作的单证");
        return (declared.app_type != "1").then_some(CustomsRefusal::Eport(codes.missing, text));
    };
    if declared.app_time < stored.app_time {
        let text = named("接收报文为旧报文数据，不做处理");
        return Some(CustomsRefusal::Eport(codes.stale, text));
    }
    if declared.app_type == "1" && !is_open(stored.status) {
        let status = ReturnStatus(stored.status);
        let text = format!("重复申报，业务主键[{}]，当前状态[{status}]", declared.key);
        return Some(CustomsRefusal::Eport(codes.exists, named(&text)));
    }
    None
}

/// The words of a document that is stored: its key and its facts hold the same numbers.
pub(super) fn magic_of(document: &Stored) -> Magic {
    let order_no = document.facts.get("orderNo");
    let logistics_no = document.facts.get("logisticsNo");
    Magic::read(
        [order_no, logistics_no, Some(document.key.as_str())]
            .into_iter()
            .flatten(),
    )
}

/// Whether a list that was answered so can be released: not closed, not in a person's hands.
pub(super) fn can_move_on(status: i32) -> bool {
    !is_open(status) && !matches!(status, 300 | 501 | 502 | 503 | 599 | 700 | 899)
}

/// A copy of values with another value for one element.
pub(super) fn with(values: &ElementValues, element: &str, value: String) -> ElementValues {
    let mut values = values.clone();
    values.retain(|(name, _)| name != element);
    values.push((element.to_owned(), value));
    values
}

/// Whether the document was told to be silent.
pub(super) fn is_silent(magic: &Magic) -> bool {
    magic.asks_for(Act::Silent)
}
