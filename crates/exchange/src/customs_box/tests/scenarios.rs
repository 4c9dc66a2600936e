//! Every kind of both directions, from upload to last receipt.

use super::setup::{Setup, marked, replace};
use crate::customs_box::Matching;
use ceb::Kind;
use expect_test::{Expect, expect};

async fn alone(kind: Kind, expected: Expect) {
    let mut setup = Setup::new();
    setup.up(kind, &marked(kind, "")).await;
    expected.assert_eq(&setup.play(3000).await);
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_stand_alone() {
    alone(
        Kind::Ceb311,
        expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb411,
        expect![[r#"
        +100 CEB412 2 新增申报成功[…]
        +200 CEB412 3 发送海关成功
        +300 CEB412 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb511,
        expect![[r#"
        +100 CEB512 2 新增申报成功[…]
        +200 CEB512 3 发送海关成功
        +300 CEB512 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb513,
        expect![[r#"
        +100 CEB514 2 新增申报成功[…]
        +200 CEB514 3 发送海关成功
        +300 CEB514 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb711,
        expect![[r#"
        +100 CEB712 2 新增申报成功[…]
        +200 CEB712 3 发送海关成功
        +300 CEB712 120 [Code:1800;Desc:逻辑校验通过]
        +400 CEB712 399 [Code:2300;Desc:审核通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb303,
        expect![[r#"
        +100 CEB304 2 新增申报成功[…]
        +200 CEB304 3 发送海关成功
        +300 CEB304 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb403,
        expect![[r#"
        +100 CEB404 2 新增申报成功[…]
        +200 CEB404 3 发送海关成功
        +300 CEB404 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb505,
        expect![[r#"
        +100 CEB506 2 新增申报成功[…]
        +200 CEB506 3 发送海关成功
        +300 CEB506 120 [Code:1800;Desc:逻辑校验通过]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb213,
        expect![[r#"
        +100 CEB214 2 01292026E000070001 新增申报成功[…]
        +200 CEB214 3 01292026E000070001 发送海关成功
        +300 CEB214 120 01292026E000070001 [Code:1800;Desc:逻辑校验通过]
        +400 CEB214 800 01292026E000070001 [Code:2600;Desc:放行]
    "#]],
    )
    .await;
    alone(
        Kind::Ceb215,
        expect![[r#"
        +100 CEB216 2 新增申报成功[…]
        +200 CEB216 3 发送海关成功
        +300 CEB216 399 [Code:2300;Desc:审核通过]
    "#]],
    )
    .await;
}

async fn chain(
    kinds: &[Kind],
    matching: Matching,
    change: impl Fn(Kind, String) -> String,
    expected: Expect,
) {
    let mut setup = Setup::with(|config| config.matching = matching);
    let mut text = String::new();
    for kind in kinds {
        setup.up(*kind, &change(*kind, marked(*kind, ""))).await;
        let played = setup.play(2500).await;
        let own: Vec<&str> = played.lines().collect();
        text.push_str(&format!("{kind}\n"));
        for line in own {
            text.push_str(&format!("  {}\n", line.split_once(' ').unwrap().1));
        }
    }
    expected.assert_eq(&text);
}

fn same(_: Kind, xml: String) -> String {
    xml
}

pub(super) const IMPORT: &[Kind] = &[Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_parcel_with_cancel_too_late_and_refund() {
    let mut kinds = IMPORT.to_vec();
    kinds.extend([Kind::Ceb711, Kind::Ceb513, Kind::Ceb623, Kind::Ceb625]);
    chain(
        &kinds,
        Matching::Relaxed,
        same,
        expect![[r#"
        CEB311
          CEB312 2 新增申报成功[…]
          CEB312 3 发送海关成功
          CEB312 120 [Code:1800;Desc:逻辑校验通过]
        CEB411
          CEB412 2 新增申报成功[…]
          CEB412 3 发送海关成功
          CEB412 120 [Code:1800;Desc:逻辑校验通过]
        CEB511
          CEB512 2 新增申报成功[…]
          CEB512 3 发送海关成功
          CEB512 120 [Code:1800;Desc:逻辑校验通过]
        CEB621
          CEB622 2 新增申报成功[…]
          CEB622 3 发送海关成功
          CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
          CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
          CEB622 899 01292026I000000002 结关
          CEB816 0 01292026I000000002
          CEB818 0 01292026I000000002
        CEB711
          CEB712 2 新增申报成功[…]
          CEB712 3 发送海关成功
          CEB712 120 [Code:1800;Desc:逻辑校验通过]
          CEB712 399 [Code:2300;Desc:审核通过]
        CEB513
          CEB514 2 新增申报成功[…]
          CEB514 3 发送海关成功
          CEB514 120 [Code:1800;Desc:逻辑校验通过]
        CEB623
          CEB624 -623005 01292026I000070001 清单状态不允许撤销
        CEB625
          CEB626 2 01292026I000070001 新增申报成功[…]
          CEB626 120 01292026I000070001 [Code:1800;Desc:逻辑校验通过]
          CEB626 399 01292026I000070001 [Code:2300;Desc:审核通过]
          CEB818 0 01292026I000000002
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_parcel_from_order_to_departure() {
    let kinds = [
        Kind::Ceb303,
        Kind::Ceb505,
        Kind::Ceb603,
        Kind::Ceb403,
        Kind::Ceb607,
        Kind::Ceb507,
        Kind::Ceb509,
        Kind::Ceb605,
        Kind::Ceb701,
    ];
    chain(
        &kinds,
        Matching::Relaxed,
        same,
        expect![[r#"
            CEB303
              CEB304 2 新增申报成功[…]
              CEB304 3 发送海关成功
              CEB304 120 [Code:1800;Desc:逻辑校验通过]
            CEB505
              CEB506 2 新增申报成功[…]
              CEB506 3 发送海关成功
              CEB506 120 [Code:1800;Desc:逻辑校验通过]
            CEB603
              CEB604 2 新增申报成功[…]
              CEB604 3 发送海关成功
              CEB604 120 01292026E000000002 [Code:1800;Desc:逻辑校验通过]
              CEB604 399 01292026E000000002 [Code:2300;Desc:审核通过]
            CEB403
              CEB404 2 新增申报成功[…]
              CEB404 3 发送海关成功
              CEB404 120 [Code:1800;Desc:逻辑校验通过]
            CEB607
              CEB608 2 新增申报成功[…]
              CEB608 399 [Code:2300;Desc:审核通过]
            CEB507
              CEB508 2 新增申报成功[…]
              CEB508 399 [Code:2300;Desc:审核通过]
              CEB604 800 01292026E000000002 [Code:2600;Desc:放行]
            CEB509
              CEB510 2 新增申报成功[…]
              CEB510 399 [Code:2300;Desc:审核通过]
              CEB604 899 01292026E000000002 结关
            CEB605
              CEB606 -607002 01292026E000070001 清单状态不允许撤销
            CEB701
              CEB702 2 新增申报成功[…]
              CEB702 399 01292026S000000008 [Code:2300;Desc:审核通过]
              CEB792 0 01292026S000000008
        "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_list_is_cancelled_and_declared_again() {
    let kinds = [
        Kind::Ceb303,
        Kind::Ceb505,
        Kind::Ceb603,
        Kind::Ceb605,
        Kind::Ceb603,
    ];
    chain(
        &kinds,
        Matching::Strict,
        |kind, xml| {
            if kind != Kind::Ceb605 {
                return xml;
            }
            // The number that customs gave to the list: the second serial of this database.
            replace(&xml, "invtNo", "01292026E000000002")
        },
        expect![[r#"
            CEB303
              CEB304 2 新增申报成功[…]
              CEB304 3 发送海关成功
              CEB304 120 [Code:1800;Desc:逻辑校验通过]
            CEB505
              CEB506 2 新增申报成功[…]
              CEB506 3 发送海关成功
              CEB506 120 [Code:1800;Desc:逻辑校验通过]
            CEB603
              CEB604 2 新增申报成功[…]
              CEB604 3 发送海关成功
              CEB604 120 01292026E000000002 [Code:1800;Desc:逻辑校验通过]
              CEB604 399 01292026E000000002 [Code:2300;Desc:审核通过]
            CEB605
              CEB606 2 01292026E000000002 新增申报成功[…]
              CEB606 3 01292026E000000002 发送海关成功
              CEB606 399 01292026E000000002 [Code:2300;Desc:审核通过]
            CEB603
              CEB604 2 新增申报成功[…]
              CEB604 3 发送海关成功
              CEB604 120 01292026E000000002 [Code:1800;Desc:逻辑校验通过]
              CEB604 399 01292026E000000002 [Code:2300;Desc:审核通过]
        "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_without_partners_waits() {
    chain(
        &[Kind::Ceb621],
        Matching::Relaxed,
        same,
        expect![[r#"
        CEB621
          CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
          CEB622 3 发送海关成功
          CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
          CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
          CEB622 899 01292026I000000002 结关
          CEB816 0 01292026I000000002
          CEB818 0 01292026I000000002
    "#]],
    )
    .await;
    chain(
        &[Kind::Ceb621],
        Matching::Strict,
        same,
        expect![[r#"
        CEB621
          CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
          CEB622 3 发送海关成功
          CEB622 100 [Code:1300;Desc:三单信息不全；订单、支付单、运单信息不存在]
    "#]],
    )
    .await;
    chain(
        &[Kind::Ceb603],
        Matching::Strict,
        same,
        expect![[r#"
        CEB603
          CEB604 2 新增申报成功[…]；订单、运单信息不存在
          CEB604 3 发送海关成功
          CEB604 100 [Code:1300;Desc:三单信息不全；订单、运单信息不存在]
    "#]],
    )
    .await;
    chain(
        &[Kind::Ceb623, Kind::Ceb625],
        Matching::Strict,
        same,
        expect![[r#"
            CEB623
              CEB624 -623003 01292026I000070001 清单编号不存在
            CEB625
              CEB626 -625016 01292026I000070001 清单编号不存在
        "#]],
    )
    .await;
    chain(
        &[Kind::Ceb623, Kind::Ceb625],
        Matching::Relaxed,
        same,
        expect![[r#"
            CEB623
              CEB624 2 01292026I000070001 新增申报成功[…]；原清单信息不存在
              CEB624 120 01292026I000070001 [Code:1800;Desc:逻辑校验通过]
              CEB624 399 01292026I000070001 [Code:2300;Desc:审核通过]
            CEB625
              CEB626 2 01292026I000070001 新增申报成功[…]；原清单信息不存在
              CEB626 120 01292026I000070001 [Code:1800;Desc:逻辑校验通过]
              CEB626 399 01292026I000070001 [Code:2300;Desc:审核通过]
        "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partners_that_come_while_the_list_waits_are_matched() {
    let mut setup = Setup::with(|config| config.matching = Matching::Strict);
    setup.up(Kind::Ceb621, &marked(Kind::Ceb621, "")).await;
    let mut text = setup.play(300).await;
    for kind in &IMPORT[..3] {
        setup.up(*kind, &marked(*kind, "")).await;
    }
    text.push_str(&setup.play(2000).await);
    let of_list: String = text
        .lines()
        .filter(|line| line.contains("CEB622"))
        .map(|line| format!("{line}\n"))
        .collect();
    expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +500 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +600 CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
        +700 CEB622 899 01292026I000000002 结关
    "#]]
    .assert_eq(&of_list);
}
