//! Repetition, restart, resubmission, hands-on control; on both engines.

use super::setup::{Setup, in_one_line, marked};
use crate::customs_box::{CustomsBox, Delays, Injection, Outage, Target};
use ceb::sample::{self, Spec};
use ceb::{Direction, Kind, ReturnStatus};
use expect_test::expect;
use rstest::rstest;
use std::time::Duration;
use store::task::Pulse;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::sync::watch;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_play_alike_and_survive_a_restart_in_the_middle(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let mut setup = Setup::on(test, |_| {});
    for kind in [Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621] {
        setup.up(kind, &marked(kind, "")).await;
    }
    let mut text = setup.play(150).await;
    setup.restart();
    text.push_str(&setup.play(2000).await);
    expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +100 CEB412 2 新增申报成功[…]
        +100 CEB512 2 新增申报成功[…]
        +100 CEB622 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +200 CEB412 3 发送海关成功
        +200 CEB512 3 发送海关成功
        +200 CEB622 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +300 CEB412 120 [Code:1800;Desc:逻辑校验通过]
        +300 CEB512 120 [Code:1800;Desc:逻辑校验通过]
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
        +500 CEB622 899 01292026I000000002 结关
        +600 CEB816 0 01292026I000000002
        +700 CEB818 0 01292026I000000002
    "#]]
    .assert_eq(&text);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_upload_is_played_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let mut setup = Setup::on(test, |_| {});
    let xml = marked(Kind::Ceb311, "");
    setup.up_as(Kind::Ceb311, &xml, "SAME").await;
    setup.up_as(Kind::Ceb311, &xml, "SAME").await;
    let first = setup.play(1000).await;
    setup.up_as(Kind::Ceb311, &xml, "SAME").await;
    let again = setup.play(1000).await;
    assert_eq!((first.lines().count(), again.as_str()), (3, ""), "{first}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_a_crash_is_sent_again_byte_for_byte() {
    let mut setup = Setup::with(|config| config.delays = Delays::none());
    setup.up(Kind::Ceb311, &marked(Kind::Ceb311, "")).await;
    setup.customs.step(256).await.unwrap();
    let first = setup.down().await;
    // The process dies before it strikes off what it has sent.
    setup.restart();
    setup.customs.step(256).await.unwrap();
    let again = setup.down().await;
    assert_eq!(first.len(), 3);
    assert!(first == again);
    setup.customs.step(256).await.unwrap();
    assert!(setup.down().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_declared_again_only_when_it_may_be() {
    let mut setup = Setup::new();
    let order = marked(Kind::Ceb311, "");
    setup.up(Kind::Ceb311, &order).await;
    let mut text = setup.play(500).await;
    let mut say = async |change: &dyn Fn(&str) -> String| {
        setup.up(Kind::Ceb311, &change(&order)).await;
        text.push_str(&setup.play(500).await);
    };
    say(&str::to_owned).await;
    say(&|xml| xml.replace("<ceb:appTime>2026", "<ceb:appTime>2025")).await;
    say(&|xml| xml.replace("<ceb:appType>1", "<ceb:appType>2")).await;
    say(&|xml| xml.replace("<ceb:appType>1", "<ceb:appType>3")).await;
    say(&|xml| xml.replace("<ceb:appType>1", "<ceb:appType>2")).await;
    say(&|xml| xml.replace("<ceb:appStatus>2", "<ceb:appStatus>1")).await;
    say(&str::to_owned).await;
    expect![[r#"
        +100 CEB312 2 新增申报成功[…]
        +200 CEB312 3 发送海关成功
        +300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +600 CEB312 -301010 重复申报，业务主键[91110105MA7789389G|DD202601050000070001]，当前状态[120 海关入库]，单证[99DEDC06-7E2D-4705-A30A-CE78019B3737]
        +1100 CEB312 -301014 接收报文为旧报文数据，不做处理，单证[99DEDC06-7E2D-4705-A30A-CE78019B3737]
        +1600 CEB312 2 变更申报成功[…]
        +1700 CEB312 3 发送海关成功
        +1800 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +2100 CEB312 2 删除申报成功[…]
        +2200 CEB312 3 发送海关成功
        +2300 CEB312 120 [Code:1800;Desc:逻辑校验通过]
        +2600 CEB312 -301009 操作类型错误，没有找到要操作的单证，单证[99DEDC06-7E2D-4705-A30A-CE78019B3737]
        +3100 CEB312 1 电子口岸已暂存
        +3600 CEB312 2 新增申报成功[…]
        +3700 CEB312 3 发送海关成功
        +3800 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]].assert_eq(&text);
    let refused = marked(Kind::Ceb411, "ZZ-R1300");
    let mut text = String::new();
    for _ in 0..2 {
        setup.up(Kind::Ceb411, &refused).await;
        text.push_str(&setup.play(500).await);
    }
    assert_eq!(text.matches("CEB412 100").count(), 2, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_answered_with_a_900() {
    let mut setup = Setup::new();
    setup.up(Kind::Ceb311, "no xml").await;
    setup.up(Kind::Ceb312, &marked(Kind::Ceb312, "")).await;
    let order = marked(Kind::Ceb311, "");
    setup
        .up(Kind::Ceb311, &order.replace("ebpName>", "ebpNane>"))
        .await;
    setup
        .up(
            Kind::Ceb311,
            &order.replace("<ceb:buyerIdNumber>1", "<ceb:buyerIdNumber>2"),
        )
        .await;
    setup.up_bytes(Direction::Import, b"nobody".to_vec()).await;
    // Bare messages have the account of their transfer entity.
    setup
        .up_bytes(Direction::Export, marked(Kind::Ceb303, "").into_bytes())
        .await;
    expect![[r#"
        +100 CEB900 -999999 内容的开头不是 XML 标签。（no xml）
        +100 CEB900 -999999 CEB312 不是申报报文
        +100 CEB900 -999999 缺少电商平台名称（ebpName）
        +100 CEB312 -301008 订购人证件号码（buyerIdNumber）：校验码（末位）不对，单证[99DEDC06-7E2D-4705-A30A-CE78019B3737]
        +100 CEB304 2 新增申报成功[…]
        +200 CEB304 3 发送海关成功
        +300 CEB304 120 [Code:1800;Desc:逻辑校验通过]
    "#]]
    .assert_eq(&setup.play(500).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_orders_and_batched_receipts() {
    for (per_message, n_messages) in [(1, 300), (100, 3)] {
        let setup = Setup::with(|config| {
            config.delays = Delays::none();
            config.entities_per_message = per_message;
        });
        let mut spec = Spec::new(Kind::Ceb311, 9);
        spec.n_documents = 100;
        setup.up(Kind::Ceb311, &sample::message(&spec)).await;
        setup.customs.step(256).await.unwrap();
        let bodies = setup.down().await;
        assert_eq!(bodies.len(), n_messages);
        let n: usize = bodies
            .iter()
            .map(|body| in_one_line(body).split(" & ").count())
            .sum();
        assert_eq!(n, 300);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_inject_answers_and_break_the_line() {
    let mut setup = Setup::with(|config| config.match_wait_ms = 0);
    setup
        .up(Kind::Ceb621, &marked(Kind::Ceb621, "ZZ-MANUAL"))
        .await;
    let mut text = setup.play(1000).await;
    let inject = async |customs: &CustomsBox, number: &str, status| {
        let injection = Injection {
            target: Target::InvtNo(Kind::Ceb621, number.to_owned()),
            status: ReturnStatus(status),
            info: String::new(),
            delay: Duration::from_millis(200),
        };
        customs.inject(injection).await.unwrap()
    };
    assert!(inject(&setup.customs, "01292026I000000002", 800).await);
    assert!(!inject(&setup.customs, "nowhere", 800).await);
    text.push_str(&setup.play(1000).await);
    setup
        .customs
        .fail_for(Outage::Silent, None, Duration::from_secs(1));
    setup.up(Kind::Ceb411, &marked(Kind::Ceb411, "")).await;
    text.push_str(&setup.play(2000).await);
    setup
        .customs
        .fail_for(Outage::Garbage, None, Duration::from_secs(1));
    setup.up(Kind::Ceb511, &marked(Kind::Ceb511, "")).await;
    text.push_str(&setup.play(500).await);
    setup
        .customs
        .fail_for(Outage::Slow, None, Duration::from_secs(1));
    setup.up(Kind::Ceb311, &marked(Kind::Ceb311, "")).await;
    text.push_str(&setup.play(11_000).await);
    expect![[r#"
        +100 CEB622 2 新增申报成功[…]；订单、支付单、运单信息不存在
        +200 CEB622 3 发送海关成功
        +300 CEB622 120 01292026I000000002 [Code:1800;Desc:逻辑校验通过]
        +400 CEB622 300 01292026I000000002 [Code:1200;Desc:等待人工审核]
        +1200 CEB622 800 01292026I000000002 [Code:2600;Desc:放行]
        +3100 CEB412 2 新增申报成功[…]
        +3200 CEB412 3 发送海关成功
        +3300 CEB412 120 [Code:1800;Desc:逻辑校验通过]
        +4100 (garbage)
        +4100 CEB512 2 新增申报成功[…]
        +4200 (garbage)
        +4200 CEB512 3 发送海关成功
        +4300 (garbage)
        +4300 CEB512 120 [Code:1800;Desc:逻辑校验通过]
        +14600 CEB312 2 新增申报成功[…]
        +14700 CEB312 3 发送海关成功
        +14800 CEB312 120 [Code:1800;Desc:逻辑校验通过]
    "#]]
    .assert_eq(&text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_breaks_one_line_and_leaves_the_other_alone() {
    let second = Duration::from_secs(1);
    for (outage, hit) in [
        (Outage::Silent, Direction::Import),
        (Outage::Silent, Direction::Export),
        (Outage::Garbage, Direction::Import),
        (Outage::Slow, Direction::Export),
    ] {
        let mut setup = Setup::with(|_| {});
        // Something of both lines is under way when the drill begins.
        for kind in [Kind::Ceb311, Kind::Ceb303] {
            setup.up(kind, &marked(kind, "")).await;
        }
        let _under_way = setup.play(0).await;
        setup.customs.fail_for(outage, Some(hit), second);
        for kind in [Kind::Ceb411, Kind::Ceb403] {
            setup.up(kind, &marked(kind, "")).await;
        }
        let drill = setup.customs.drill().unwrap();
        assert_eq!((drill.outage, drill.direction), (outage, Some(hit)));
        let during = setup.play(900).await;
        let afterwards = setup.play(11_000).await;
        let (broken, whole) = match hit {
            Direction::Import => (["CEB312", "CEB412"], ["CEB304", "CEB404"]),
            Direction::Export => (["CEB304", "CEB404"], ["CEB312", "CEB412"]),
        };
        for kind in whole {
            assert!(
                during.contains(&format!("{kind} 120")),
                "{outage:?} {during}"
            );
        }
        match outage {
            Outage::Silent => {
                assert!(broken.iter().all(|kind| !during.contains(kind)), "{during}");
            }
            Outage::Slow => assert!(!during.contains(broken[1]), "{during}"),
            Outage::Garbage => {
                let n = during.matches("(garbage)").count();
                let portions = during.matches(broken[0]).count().max(3);
                assert!(n >= portions, "{during}");
            }
        }
        let all = during + &afterwards;
        for kind in broken {
            assert!(all.contains(&format!("{kind} 120")), "{outage:?} {all}");
        }
        assert!(setup.customs.drill().is_none(), "it ends by itself");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_until_it_is_asked_to_stop() {
    let setup = Setup::with(|config| config.delays = Delays::none());
    setup.up(Kind::Ceb311, &marked(Kind::Ceb311, "")).await;
    let (stop, stopped) = watch::channel(false);
    let working = async {
        while setup.down().await.len() < 3 {
            setup.clock.advance(Duration::from_millis(20));
            tokio::task::yield_now().await;
        }
        stop.send(true).unwrap();
    };
    let pulse = Pulse::unwatched(setup.clock.clone());
    let (ended, ()) = tokio::join!(setup.customs.run(stopped, pulse), working);
    ended.unwrap();
}
