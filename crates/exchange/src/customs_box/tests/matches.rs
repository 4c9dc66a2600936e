//! Lists against their partners, and documents in parts.

use super::scenarios::IMPORT;
use super::setup::{Setup, marked, replace};
use crate::customs_box::Matching;
use ceb::Kind;
use expect_test::{Expect, expect};

/// Repeats the only line of a document, as line 2.
fn with_one_more_line(xml: &str, record: &str) -> String {
    let (open, close) = (format!("<ceb:{record}>"), format!("</ceb:{record}>"));
    let (start, end) = (
        xml.find(&open).unwrap(),
        xml.find(&close).unwrap() + close.len(),
    );
    let second = xml[start..end].replace("<ceb:gnum>1<", "<ceb:gnum>2<");
    format!("{}{second}{}", &xml[..end], &xml[end..])
}

async fn mismatch(of: Kind, change: impl Fn(String) -> String, expected: Expect) {
    let mut setup = Setup::with(|config| config.matching = Matching::Strict);
    let mut played = String::new();
    for kind in IMPORT {
        let xml = marked(*kind, "");
        setup
            .up(*kind, &if *kind == of { change(xml) } else { xml })
            .await;
        played = setup.play(1000).await;
    }
    expected.assert_eq(&played);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_is_refused_with_the_code_of_customs() {
    mismatch(
        Kind::Ceb621,
        |xml| with_one_more_line(&xml, "InventoryList"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:1320;Desc:清单与订单商品项数不一致[InventoryHead.orderNo:DD202601050000070001,OrderHead.orderNo:DD202601050000070001]]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb621,
        |xml| replace(&xml, "unit", "125"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:1322;Desc:清单与订单商品信息不一致[gnum:1]]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb621,
        |xml| replace(&xml, "buyerName", "张三"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:13127;Desc:清单与订单订购人不一致]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb621,
        |xml| replace(&xml, "buyerTelephone", "13000009999"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:130126;Desc:清单与订单订购人电话不一致]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb411,
        |xml| replace(&xml, "payTransactionId", "ZF1"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:13035;Desc:支付企业不一致]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb411,
        |xml| replace(&xml, "payerName", "张三"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:1327;Desc:订购人与支付人信息不一致]
        "#]],
    )
    .await;
    mismatch(
        Kind::Ceb411,
        |xml| replace(&xml, "amountPaid", "1.00"),
        expect![[r#"
            +3100 CEB622 2 新增申报成功[…]
            +3200 CEB622 3 发送海关成功
            +3300 CEB622 100 [Code:1332;Desc:订单实际支付金额与支付单金额不一致[OrderHead.acturalPaid:594.77,PaymentHead.amountPaid:1.00]]
        "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_take_effect_with_the_last_one() {
    for kind in [Kind::Ceb607, Kind::Ceb507, Kind::Ceb701] {
        let mut setup = Setup::new();
        let part = |at: &str| {
            let xml = replace(&marked(kind, ""), "msgCount", "2");
            replace(&xml, "msgSeqNo", at)
        };
        setup.up(kind, &part("2")).await;
        let first = setup.play(1000).await;
        assert_eq!(first.lines().count(), 1, "{kind}: {first}");
        setup.up(kind, &part("3")).await;
        let over = setup.play(1000).await;
        assert!(over.contains(" -"), "{kind}: {over}");
        setup.up(kind, &part("1")).await;
        let last = setup.play(1000).await;
        assert_eq!(last.matches(" 399 ").count(), 2, "{kind}: {last}");
        assert_eq!(last.contains("CEB792"), kind == Kind::Ceb701, "{last}");
    }
}
