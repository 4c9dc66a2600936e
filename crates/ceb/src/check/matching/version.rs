//! The same document declared again: rules G13, O6, P1, W1, I15.

use super::{Board, Difference, Judgement, Known, Part};
use crate::code::{Code, matching as code};
use crate::kind::Kind;

/// Months after which a carrier may use a waybill number again.
const WAYBILL_MONTHS: u32 = 6;

/// Compares a document with the versions of it that came before.
pub(super) fn judge(board: &Board, known: &Known, judgement: &mut Judgement) {
    let versions = board.versions(known);
    let before = || {
        let versions = versions.iter().copied();
        versions.filter(|one| one.id < known.id)
    };
    // Nobody is told what another company has declared.
    let own = Board::in_force(before().filter(|one| one.owner == known.owner));
    let original = Board::in_force(before());
    let key = key_element(known);
    let mut find = |code: &'static Code, element: &'static str, text: String| {
        judgement.differences.push(Difference {
            code,
            element,
            line: None,
            text,
        });
    };
    let mut used_by = None;
    match (known.facts.get("appType"), original) {
        (Some("1"), _) => {
            if let Some(own) = own.filter(|own| !is_free_again(known, own)) {
                used_by = Some(own.id);
                let text = format!(
                    "本企业已经申报过同一业务主键的{}",
                    known.facts.kind.chinese()
                );
                find(&code::KEY_USED, key, text);
            }
        }
        (Some("2" | "3"), None) => {
            let text = String::from("平台上没有可以变更或删除的原单证");
            find(&code::ORIGINAL_UNKNOWN, key, text);
        }
        (Some("2" | "3"), Some(original)) => {
            if known.app_time() < original.app_time() {
                let text = format!(
                    "报送时间 {} 早于已有单证的 {}",
                    known.app_time(),
                    original.app_time()
                );
                find(&code::STALE, "appTime", text);
            }
            let is_list = known.facts.part() == Part::Inventory;
            if is_list && matches!(original.status, Some(399 | 500 | 800 | 899)) {
                let name = original.status().chinese().unwrap_or_default();
                let text = format!("原清单的状态是 {} {name}", original.status());
                find(&code::STATE_FORBIDS, "appType", text);
            }
        }
        _ => {}
    }
    judgement.used_by = used_by;
}

/// The element that people know the document by.
fn key_element(known: &Known) -> &'static str {
    match known.facts.kind.code() {
        "CEB411" => "payTransactionId",
        "CEB511" | "CEB505" | "CEB513" => "logisticsNo",
        "CEB311" | "CEB303" => "orderNo",
        "CEB213" => "coElNo",
        _ => "copNo",
    }
}

/// W1: after six months a waybill number may come again.
fn is_free_again(known: &Known, original: &Known) -> bool {
    let months = |time: &str| -> Option<u32> {
        let (year, month) = (time.get(..4)?, time.get(4..6)?);
        Some(year.parse::<u32>().ok()? * 12 + month.parse::<u32>().ok()?)
    };
    let day = |time: &str| time.get(6..14).map(str::to_owned);
    if known.facts.kind != Kind::Ceb511 {
        return false;
    }
    let (new, old) = (known.app_time(), original.app_time());
    let (Some(now), Some(then)) = (months(new), months(old)) else {
        return false;
    };
    let passed = now.saturating_sub(then);
    passed > WAYBILL_MONTHS || passed == WAYBILL_MONTHS && day(new) >= day(old)
}

#[cfg(test)]
mod tests {
    use crate::check::matching::{Board, Facts, Known};
    use crate::sample::{self, Spec};
    use crate::{Kind, Profile, parse};

    #[test]
    fn a_key_that_another_company_has_used_is_not_revealed() {
        let xml = sample::message(&Spec::new(Kind::Ceb311, 5));
        let message = parse(xml.as_bytes(), Profile::Down).message.unwrap();
        let facts = || Facts::of(Kind::Ceb311, &message.documents[0], &|text| text.to_owned());
        let known = |id, owner| Known::fresh(id, owner, Some("key".to_owned()), facts());
        for (owner, expected) in [(1, Some(1)), (2, None)] {
            let mut board = Board::default();
            board.add(known(1, owner));
            board.add(known(2, 1));
            let judgement = board.judge(2).unwrap();
            assert_eq!(judgement.used_by, expected);
            let is_reported = judgement
                .differences
                .iter()
                .any(|one| one.code.id == "TG-E1933");
            assert_eq!(is_reported, expected.is_some());
        }
    }
}
