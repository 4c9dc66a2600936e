//! The tables are whole.

use super::*;
use crate::doc::diff;

#[test]
fn tables_have_no_problems() {
    for (kind, text) in Kind::ALL.iter().zip(embedded::MESSAGES) {
        let (_, problems) = table::message(*kind, text);
        assert!(problems.is_empty(), "{kind}: {problems:?}");
    }
    for text in [embedded::SHARED_IMPORT, embedded::SHARED_EXPORT] {
        assert_eq!(table::records(text).1, Vec::<String>::new());
    }
}

#[test]
fn kinds_are_in_the_order_of_the_variants() {
    assert_eq!(Kind::ALL.len(), embedded::MESSAGES.len());
    for (at, kind) in Kind::ALL.iter().enumerate() {
        assert_eq!(*kind as usize, at);
        assert_eq!(Kind::from_root(kind.root()), Some(*kind));
        assert_eq!(Kind::from_code(kind.code()), Some(*kind));
        assert_eq!(Kind::from_code(&kind.code().to_lowercase()), Some(*kind));
        assert_eq!(kind.code()[3..].parse(), Ok(*kind));
    }
    assert_eq!(Kind::from_code("CEB999"), None);
    assert_eq!(Kind::from_root("CEB311"), None);
}

#[test]
fn a_receipt_and_its_declaration_name_each_other() {
    for kind in Kind::ALL {
        let spec = kind.spec();
        if let Some(receipt) = spec.receipt {
            assert_eq!(receipt.declares(), Some(*kind));
            assert_eq!(receipt.spec().key, spec.key, "{kind}");
        }
        assert_eq!(
            spec.role == SenderRole::Declaration,
            spec.receipt.is_some(),
            "{kind}"
        );
        for element in &spec.key {
            assert!(spec.head.field(element).is_some(), "{kind}: {element}");
        }
        assert!(
            spec.head.fields.len() <= 64,
            "a bit set of 64 marks the fields of a record"
        );
    }
}

#[test]
fn import_and_export_put_the_signature_at_different_places() {
    let order = |kind: Kind| {
        kind.spec()
            .trailer
            .iter()
            .map(|(t, _)| t.name())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        order(Kind::Ceb311),
        [
            "BaseTransfer",
            "BaseSubscribe",
            "ExtendMessage",
            "Signature"
        ]
    );
    assert_eq!(
        order(Kind::Ceb303),
        [
            "BaseTransfer",
            "BaseSubscribe",
            "Signature",
            "ExtendMessage"
        ]
    );
}

/// What changes between two versions, one line each.
fn changed_lines(from: &Standard, to: &Standard) -> Vec<String> {
    let line = |change: diff::SpecChange| {
        let mark = if change.is_breaking { "!" } else { " " };
        format!("{mark} {} {} {}", change.kind, change.place, change.text)
    };
    diff::changes(from, to).into_iter().map(line).collect()
}

#[test]
fn the_version_of_2018_is_whole_and_differs_as_the_schemas_do() {
    let (standard, problems) = standard::read(include_str!("../../spec/2018/overlay.spec"));
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(standard.id, "2018");
    let changes = changed_lines(&standard, Standard::current());
    for expected in [
        "! CEB621 InventoryList/itemNo 类型由“最多 30 个字符”改为“最多 20 个字符”",
        "  CEB621 InventoryList/tradeCountry 类型由“3 个字符”改为“1 至 3 个字符”",
        "! CEB505 Logistics/logisticsNo 类型由“最多 80 个字符”改为“最多 32 个字符”",
        "  CEB303 OrderHead/orderType 取值由“E”改为“E B W”",
        "  CEB509  每份单证的表体行数由 1 至 100 项 改为 至少 1 项",
        "  CEB213  新增的报文",
    ] {
        assert!(
            changes.iter().any(|line| line == expected),
            "{expected}\n{changes:#?}"
        );
    }
    assert!(changed_lines(Standard::current(), Standard::current()).is_empty());
    let back = changed_lines(Standard::current(), &standard);
    assert!(
        back.iter().any(|line| line == "! CEB213  取消了此报文"),
        "{back:#?}"
    );
    let page = diff::markdown(&standard, Standard::current());
    assert!(page.contains("**须改** `InventoryList/itemNo`"), "{page}");
}

const COMING: &str = "standard | 2027\nname | 试验版\neffective | 2027-01-01\n\
    [CEB311/OrderHead]\n+ batchNo after orderNo | 批次号 | C1..20 | R | - | 新版必填\n- note\n\
    [CEB311]\nlines | OrderList 1..50\n";

#[test]
fn a_message_is_checked_under_another_version() {
    use crate::{Profile, Terms, parse, parse_under, sample};
    let judge = |standard, xml: &str| {
        parse_under(xml.as_bytes(), &Terms::new(Profile::Strict).under(standard))
    };
    let coming = Standard::of_overlay(COMING).unwrap();
    assert!(std::ptr::eq(coming, Standard::of_overlay(COMING).unwrap()));
    let xml = sample::message(&sample::Spec::new(Kind::Ceb311, 1));
    assert!(!parse(xml.as_bytes(), Profile::Strict).is_refused());
    let under = judge(coming, &xml);
    let found: Vec<String> = under
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.code, finding.path))
        .collect();
    let missing = "TG-E1201 /CEB311Message/Order[1]/OrderHead/batchNo";
    assert!(found.iter().any(|line| line == missing), "{found:?}");
    // The other kinds are as they were, and a kind that is gone is unknown.
    let xml = sample::message(&sample::Spec::new(Kind::Ceb621, 1));
    assert!(!judge(coming, &xml).is_refused());
    let xml = sample::message(&sample::Spec::new(Kind::Ceb213, 1));
    let [of_2018, _] = Standard::built_in();
    let under = judge(of_2018, &xml);
    assert_eq!(under.findings[0].code, "TG-E1006");
    let mut lines = changed_lines(Standard::current(), coming);
    lines.sort();
    assert_eq!(
        lines,
        [
            "! CEB311  每份单证的表体行数由 1 至 99 项 改为 1 至 50 项",
            "! CEB311 OrderHead/batchNo 新增“批次号”，必填，1 至 20 个字符",
            "! CEB311 OrderHead/note 取消了“备注”，不能再出现",
        ]
    );
}

#[test]
fn a_wrong_overlay_is_refused_line_by_line() {
    let wrong = "standard | a b\neffective | 2027-13-01\nx\n[CEB999]\n[CEB311/Nothing]\n\
        a | b | C1 | R | - | -\n[CEB311/OrderHead]\norderNo | x | Z9 | R | - | -\n- nothing\n\
        + x after y | b | C1 | R | - | -\n- orderNo\n[CEB311]\nlines | Other 1..2\nelse | 1\n";
    let problems = Standard::of_overlay(wrong).unwrap_err();
    let all = problems.join("\n");
    for expected in [
        "生效日期应为",
        "应为 键 | 值",
        "不是 [报文]",
        "没有记录 Nothing",
        "六列",
        "没有这个元素",
        "没有元素 y",
        "没有表体 Other",
        "不认识的键",
        "缺少版本号",
        "缺少名称",
        "业务主键 orderNo",
    ] {
        assert!(all.contains(expected), "{expected}\n{all}");
    }
    assert!(Standard::of_overlay(&"#".repeat(OVERLAY_BYTES_MAX + 1)).is_err());
    for odd in [
        "",
        "[",
        "[]",
        "[CEB311",
        "[CEB311/]\n|||||",
        "+ | after",
        "standard |",
        "- ",
    ] {
        assert!(Standard::of_overlay(odd).is_err(), "{odd}");
    }
}
