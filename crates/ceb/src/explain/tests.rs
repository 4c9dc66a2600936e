//! The dictionary is whole, codes with two meanings are kept apart, and no text panics.

use super::said::said;
use super::table::{FILES, declaration, read};
use super::text::{faults, guid, read as read_text, status_first};
use super::{Family, Resubmit, ask, entries, explain, locate, look_up};
use crate::kind::{Direction, Kind};
use crate::sample::{self, Spec};
use crate::status::ReturnStatus;
use std::collections::BTreeSet;

fn explain_one(kind: Kind, status: i32, info: &str) -> super::Explanation {
    explain(Some(kind), Some(ReturnStatus(status)), info)
}

#[test]
fn every_line_of_the_dictionary_is_an_entry() {
    let mut written = BTreeSet::new();
    for (name, text) in FILES {
        let (entries, problems) = read(text);
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        for entry in entries {
            assert!(entry.codes.0 <= entry.codes.1, "{entry:?}");
            assert!(
                entry.meaning.ends_with('。') && entry.advice.ends_with('。'),
                "{entry:?}"
            );
            assert!(
                entry
                    .rule
                    .is_none_or(|rule| crate::code::find(rule).is_some()),
                "{entry:?}"
            );
            let directions: BTreeSet<Direction> = match entry.kinds.is_empty() {
                true => BTreeSet::from([Direction::Import]),
                false => entry
                    .kinds
                    .iter()
                    .filter_map(|kind| kind.direction())
                    .collect(),
            };
            for (record, element) in &entry.places {
                for direction in &directions {
                    let found = declaration(*direction, record, element);
                    assert!(found.is_some(), "{record}.{element}: {entry:?}");
                }
            }
            for edition in &entry.editions {
                assert!(["S18", "S22", "seen"].contains(edition), "{entry:?}");
            }
            let key = (
                entry.family,
                entry.written,
                entry.kinds.clone(),
                entry.when.clone(),
                entry.resubmit.name(),
            );
            assert!(written.insert(key), "twice: {entry:?}");
        }
    }
    assert!(entries().len() > 250, "{}", entries().len());
}

/// Numbers of single codes of the standard that lie between two numbers, without those left out.
fn all(from: i32, to: i32, without: &[i32]) -> Vec<i32> {
    let codes = (from..=to).filter(|code| !without.contains(code));
    codes.map(|code| -code).collect()
}

#[test]
fn every_code_of_both_editions_is_there() {
    let mut refund = all(625_001, 625_033, &[]);
    refund.extend([-625_110, -625_113, -625_114, -625_116]);
    refund.extend(all(625_200, 625_209, &[625_201]));
    let mut waybill = all(504_010, 504_016, &[]);
    waybill.push(-504_000);
    let mut status = all(505_010, 505_017, &[]);
    status.push(-505_000);
    let lists = [
        (Kind::Ceb311, all(301_001, 301_015, &[])),
        (Kind::Ceb411, all(401_001, 401_013, &[])),
        (Kind::Ceb511, waybill),
        (Kind::Ceb513, status),
        (Kind::Ceb621, all(621_000, 621_030, &[621_007])),
        (Kind::Ceb623, all(623_000, 623_029, &[623_015])),
        (Kind::Ceb625, refund),
        (Kind::Ceb711, all(800_000, 800_006, &[])),
        (
            Kind::Ceb311,
            vec![-10_101, -10_102, -301_020, -451, -999_999],
        ),
    ];
    for (kind, codes) in lists {
        for code in codes {
            let explained = explain_one(kind, code, "");
            assert!(
                explained.is_known && !explained.meaning.is_empty(),
                "{kind} {code}"
            );
        }
    }
    for reason in [
        1200, 1300, 1301, 1311, 1313, 1320, 1322, 1327, 1332, 1371, 13035, 13127, 130_126, 1800,
        2300, 2600,
    ] {
        let explained = explain_one(Kind::Ceb621, 100, &format!("[Code:{reason};Desc:x]"));
        assert!(explained.is_known, "{reason}");
    }
    for status in [
        1, 2, 3, 4, 99, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899,
    ] {
        assert!(explain_one(Kind::Ceb621, status, "").is_known, "{status}");
    }
    for code in [
        "0001", "0002", "0999", "1001", "1002", "1003", "1004", "1999", "2001", "2002", "2999",
        "3001", "3002", "3003", "3999", "4321",
    ] {
        assert!(
            look_up(code)
                .iter()
                .any(|entry| entry.family == Family::Dxp),
            "{code}"
        );
    }
}

#[test]
fn the_bands_of_2018_answer_for_export_kinds_only() {
    let bands = [
        (Kind::Ceb303, -301_500, "签名"),
        (Kind::Ceb403, -402_001, "格式"),
        (Kind::Ceb505, -503_999, "业务"),
        (Kind::Ceb509, -508_001, "处理失败"),
        (Kind::Ceb603, -601_001, "签名"),
        (Kind::Ceb605, -606_001, "格式"),
        (Kind::Ceb701, -703_001, "业务"),
        (Kind::Ceb507, -804_001, "处理失败"),
        (Kind::Ceb607, -901_001, "签名"),
    ];
    for (kind, code, word) in bands {
        let explained = explain_one(kind, code, "");
        assert!(
            explained.meaning.contains(word),
            "{kind} {code}: {}",
            explained.meaning
        );
    }
    // One code, two meanings: the kind keeps them apart.
    assert!(
        explain_one(Kind::Ceb311, -301_001, "")
            .meaning
            .contains("没有商品表体")
    );
    assert!(
        explain_one(Kind::Ceb303, -301_001, "")
            .meaning
            .contains("签名校验")
    );
    assert!(
        explain_one(Kind::Ceb303, -304_001, "业务主键重复")
            .meaning
            .contains("相同业务主键")
    );
    assert!(!explain_one(Kind::Ceb311, -601_001, "").is_known);
}

#[test]
fn one_code_with_two_meanings_is_kept_apart_by_the_text() {
    let of = |code, info| explain_one(Kind::Ceb621, code, info);
    assert_eq!(
        of(-621_027, "商品序号gnum重复").meaning,
        "清单商品序号重复。"
    );
    assert!(of(-621_027, "保存失败，请刷新").is_temporary);
    assert!(of(-621_027, "?").meaning.contains("两个含义"));
    let of = |info| explain_one(Kind::Ceb625, -625_022, info);
    assert_eq!(of("请勿重复申报").resubmit, Resubmit::Nothing);
    assert_eq!(of("当前状态不允许变更").resubmit, Resubmit::Ask);
}

#[test]
fn a_rejection_is_explained_by_its_reason_and_its_elements() {
    let info = "[Code:1332;Desc:金额不一致[OrderHead.acturalPaid:1.00,PaymentHead.amountPaid:2]]";
    let rejected = explain_one(Kind::Ceb621, 100, info);
    assert_eq!(
        (rejected.code.as_str(), rejected.resubmit),
        ("Code:1332", Resubmit::Corrected)
    );
    assert_eq!(
        rejected.said,
        "金额不一致[OrderHead.acturalPaid:1.00,PaymentHead.amountPaid:2]"
    );
    let places: Vec<_> = rejected
        .places
        .iter()
        .map(|p| {
            (
                p.kind,
                p.element.as_str(),
                p.said.as_deref(),
                p.chinese.as_str(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (
                Some(Kind::Ceb311),
                "acturalPaid",
                Some("1.00"),
                "实际支付金额"
            ),
            (Some(Kind::Ceb411), "amountPaid", Some("2"), "支付金额"),
        ]
    );
    // Values without a colon, and without the record.
    for info in [
        "[Code:1332;Desc:金额不一致],[OrderHead.acturalPaid:561.89,PaymentHead.amountPaid3197.95]",
        "[Code:1332;Desc:金额不一致],[OrderHead.acturalPaid561.89,PaymentHead.amountPaid=3197.95]",
        "【Code：1332；Desc：金额不一致】acturalPaid561.89，amountPaid：3197.95",
    ] {
        let places = explain_one(Kind::Ceb621, 100, info).places;
        let values: Vec<_> = places
            .iter()
            .filter_map(|place| place.said.as_deref())
            .collect();
        assert_eq!(values, ["561.89", "3197.95"], "{info}");
    }
    // What stands after the last bracket belongs to it.
    let cancelled = "[Code:2300;Desc:审核通过],撤单申请审核通过,清单[SYN1]已成功撤单";
    let cancelled_list = ask(Some(Kind::Ceb623), None, cancelled);
    assert_eq!(
        cancelled_list.said,
        "审核通过,撤单申请审核通过,清单[SYN1]已成功撤单"
    );
    assert_eq!(cancelled_list.meaning, "海关同意撤销。");
    let progress = explain_one(Kind::Ceb311, 120, "[Code:1800;Desc:逻辑校验通过]");
    assert_eq!(
        (progress.code.as_str(), progress.resubmit),
        ("120", Resubmit::Nothing)
    );
    assert_eq!(explain_one(Kind::Ceb621, 120, "").resubmit, Resubmit::Wait);
}

#[test]
fn free_text_is_read() {
    let id = "AB12CD34-0000-4000-8000-000000000001";
    assert_eq!(guid(&format!("新增申报成功[{id}]")), Some(id));
    assert_eq!(
        guid("清单新增申报成功[电商企业编码：1105960001订单编号：X1]"),
        None
    );
    let missing = explain_one(
        Kind::Ceb621,
        2,
        "清单新增申报成功[订单编号：X1]，支付信息不存在",
    );
    assert!(missing.meaning.contains("支付单") && missing.is_known);
    let limit = "[Code:1313;Desc:超过年度限额;totalPrice：26,114.44 > limitPrice: 26,000;]";
    let values: Vec<_> = explain_one(Kind::Ceb621, 100, limit)
        .places
        .into_iter()
        .filter_map(|place| Some((place.chinese, place.said?)))
        .collect();
    let expected = [("累计金额", "26,114.44"), ("限值", "26,000")];
    assert_eq!(values, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let twice = explain_one(Kind::Ceb603, -609_999, "处理失败，业务主键重复入库失败");
    assert_eq!((twice.resubmit, twice.is_known), (Resubmit::Change, true));
    let names = "[Code:1327;Desc:x[OrderHead.buyerName:赵样一,PaymentHead.payerName:钱样二]]";
    for place in explain_one(Kind::Ceb621, 100, names).places {
        assert!(
            place.said.is_none_or(|said| said.contains("***")),
            "{}",
            place.element
        );
    }
}

#[test]
fn places_are_found_in_the_companys_own_message() {
    let xml = sample::message(&Spec {
        n_documents: 2,
        ..Spec::new(Kind::Ceb621, 7)
    });
    let mut one = explain_one(Kind::Ceb621, 100, "[Code:13127;Desc:订购人不一致]");
    locate(&mut [(2, &mut one)], xml.as_bytes());
    let place = &one.places[0];
    assert_eq!(place.element, "buyerName");
    assert_eq!(
        place.path.as_deref(),
        Some("/CEB621Message/Inventory[2]/InventoryHead/buyerName")
    );
    assert!(place.value.as_deref().unwrap().contains("***"));
    let line = xml.lines().nth(place.line.unwrap() as usize - 1).unwrap();
    assert!(line.contains("buyerName"), "{line}");
    // What the order holds is not in the list.
    assert!(
        one.places
            .iter()
            .filter(|p| p.kind == Some(Kind::Ceb311))
            .all(|p| p.value.is_none())
    );
}

#[test]
fn unknown_codes_are_carried_and_no_text_panics() {
    assert!(explain_one(Kind::Ceb621, -621_005, "").is_known);
    assert!(!explain_one(Kind::Ceb311, -621_005, "").is_known);
    // A refusal of a whole message names no kind; the code alone is enough.
    assert!(explain(None, Some(ReturnStatus(-621_005)), "").is_known);
    let unknown = explain_one(Kind::Ceb621, -888_888, "什么都没有说");
    assert_eq!(
        (unknown.is_known, unknown.said.as_str()),
        (false, "什么都没有说")
    );
    let unknown = explain_one(Kind::Ceb621, 100, "[Code:77777;Desc:新的原因]");
    assert_eq!(
        (unknown.is_known, unknown.code.as_str()),
        (false, "Code:77777")
    );
    for odd in [
        "[Code:",
        "[Code:x;Desc:y]",
        "[Code:1]",
        "Code:1;Desc:2",
        "[Code:1;",
        "：：：",
        "a:：b",
        "申报成功[[]]]",
        "a:",
        ":",
        "赵:1,2,",
        "a：1,",
        "[a.b.c:1]",
        "x:>",
        "[Code:1332",
        "[Code:1332;Desc:[[[",
        "【code：1332",
        "code-",
        "OrderHead.1",
        "OrderHead.acturalPaid",
        "不存在",
        "[[[不存在",
        "2 ",
        "-621018",
    ] {
        let _ = (read_text(odd), guid(odd), faults(odd), status_first(odd));
        let _ = (said(odd, |_, _| true), look_up(odd), ask(None, None, odd));
        let _ = explain(None, Some(ReturnStatus(100)), odd);
    }
}

/// Good news in the text of a receipt that turns a document down is not believed: neither its meaning nor what it
/// advises stands alone.
#[test]
fn a_rejection_is_never_explained_by_good_news() {
    let good = [1200, 1800, 2300, 2600].map(|code| format!("[Code:{code};Desc:海关退单]"));
    let words = ["撤单申请审核通过", "退货申请审核通过", "海关放行"].map(str::to_owned);
    for info in good.iter().chain(&words) {
        for status in [100, -621_018, -1] {
            let explained = explain_one(Kind::Ceb621, status, info);
            let about = format!("{status} {info}: {explained:#?}");
            assert!(
                !matches!(explained.resubmit, Resubmit::Nothing | Resubmit::Wait),
                "{about}"
            );
            assert!(!explained.advice.contains("无需处理"), "{about}");
            assert!(!explained.meaning.starts_with("海关放行"), "{about}");
        }
    }
    let both = explain_one(
        Kind::Ceb621,
        100,
        "[Code:2600;Desc:放行][Code:1311;Desc:额度不足]",
    );
    assert_eq!(both.code, "Code:1311");
    assert!(
        explain_one(Kind::Ceb621, 100, "[Code:2600;Desc:海关退单]")
            .meaning
            .contains("互相矛盾")
    );
}

/// A reason for a rejection beside a status that says that all went well is shown, and that the two do not agree.
#[test]
fn a_reason_for_a_rejection_beside_good_news_is_shown() {
    for status in [120, 399, 800, 899] {
        let explained = explain_one(Kind::Ceb621, status, "[Code:1311;Desc:额度不足]");
        assert_eq!(explained.resubmit, Resubmit::Ask, "{explained:#?}");
        assert!(explained.meaning.contains("互相矛盾"), "{explained:#?}");
        let good = explain_one(Kind::Ceb621, status, "[Code:2600;Desc:放行]");
        assert!(!good.meaning.contains("互相矛盾"), "{good:#?}");
    }
}
