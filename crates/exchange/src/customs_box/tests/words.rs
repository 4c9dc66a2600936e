//! Each magic word.

use super::setup::{Setup, marked};
use ceb::Kind;
use expect_test::{Expect, expect};

async fn check(word: &str, kind: Kind, expected: Expect) {
    let mut setup = Setup::with(|config| {
        config.match_wait_ms = 0;
        config.tax_bills = false;
    });
    setup.up(kind, &marked(kind, word)).await;
    expected.assert_eq(&setup.play(32_000).await);
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_word_does_what_its_page_says() {
    check(
        "ZZ-R1332",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +300 CEB312 100 [Code:1332;Desc:订单实际支付金额与支付单金额不一致]
    "#]],
    )
    .await;
    check(
        "ZZ-N621018",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 -621018 超过个人年度交易限值
    "#]],
    )
    .await;
    check(
        "ZZ-D30S",
        Kind::Ceb311,
        expect![[r#"
        +30100 CEB312 2 新增申报成功[…]
        +30200 CEB312 3 发送海关成功
        +30300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    check(
        "ZZ-SLOW",
        Kind::Ceb311,
        expect![[r#"
        +1000 CEB312 2 新增申报成功[…]
        +2000 CEB312 3 发送海关成功
        +3000 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    check("ZZ-SILENT", Kind::Ceb311, expect![[""]]).await;
    check(
        "ZZ-DUP",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +200 CEB312 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    check(
        "ZZ-ORDER",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +200 CEB312 3 发送海关成功
        +300 CEB312 2 新增申报成功[…]
    "#]],
    )
    .await;
    check(
        "ZZ-BATCH",
        Kind::Ceb311,
        expect![[r#"
        +300 CEB312 2 新增申报成功[…] & 3 发送海关成功 & 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    check(
        "ZZ-INSPECT",
        Kind::Ceb621,
        expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 500 01292026I000000002 查验
        +500 CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
        +600 CEB622 899 01292026I000000002 结关
    "#]],
    )
    .await;
    check(
        "ZZ-MANUAL",
        Kind::Ceb621,
        expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 300 01292026I000000002 [Code:1200;Desc:等待人工审核]
    "#]],
    )
    .await;
    check(
        "ZZ-SENDFAIL",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 4 发送海关失败
    "#]],
    )
    .await;
    check(
        "ZZ-DETAIN",
        Kind::Ceb621,
        expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 501 01292026I000000002 扣留移送通关
    "#]],
    )
    .await;
    check(
        "ZZ-RETURN",
        Kind::Ceb621,
        expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 700 01292026I000000002 退运
    "#]],
    )
    .await;
    check(
        "ZZ-900",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB900 -999999 模拟的报文格式错误
    "#]],
    )
    .await;
    check(
        "ZZ-GARBAGE",
        Kind::Ceb311,
        expect![[r#"
        +100 (garbage)
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    check(
        "ZZ-UNKNOWN777",
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +400 CEB312 777 未知状态
    "#]],
    )
    .await;
    check(
        "ZZ-DUP-ZZ-D1S",
        Kind::Ceb411,
        expect![[r#"
        +1100 CEB412 2 新增申报成功[…]
        +1100 CEB412 2 新增申报成功[…]
        +1200 CEB412 3 发送海关成功
        +1200 CEB412 3 发送海关成功
        +1300 CEB412 120 [Code:1800;Desc:逻辑校验通过]
        +1300 CEB412 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
}
