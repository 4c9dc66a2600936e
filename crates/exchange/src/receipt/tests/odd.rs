//! Receipts that are not as the standard has them: other encodings, no namespace, no status, no time, a status
//! that nobody knows.

use super::{again, answer, documents, receipt};
use crate::testing::{TestPlatform, accepted};
use bytes::Bytes;
use ceb::{Kind, Outcome};
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// `不一致` in GBK.
const IN_GBK: &[u8] = b"\xB2\xBB\xD2\xBB\xD6\xC2";

/// Puts bytes on the queue as a port without envelopes hands them over.
pub(super) async fn hand_over(platform: &TestPlatform, bodies: Vec<Vec<u8>>) {
    let bodies: Vec<Bytes> = bodies.into_iter().map(Bytes::from).collect();
    let down = &platform.shared.customs.import_down;
    platform.shared.queue.put(down, &bodies).await.unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
}

/// A text with one part of its bytes replaced.
fn with_bytes(text: &str, from: &str, to: &[u8]) -> Vec<u8> {
    let at = text.find(from).unwrap();
    let (before, after) = (&text[..at], &text[at + from.len()..]);
    [before.as_bytes(), to, after.as_bytes()].concat()
}

/// A refusal reaches its company whatever encoding the port writes and declares; what is no text is
/// parked with a reason of its own, byte for byte.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_gbk_reaches_its_company(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let declared = |encoding: &str, n: usize| {
        let xml = receipt(&platform, 0, 5, 100, &format!("[Code:1332;Desc:不一致]{n}"));
        let body = xml.split_once("?>").map_or(&*xml, |(_, body)| body);
        format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{body}")
    };
    let damaged = with_bytes(&declared("gb2312", 9), "不一致", b"\xB2\xFF\xFF");
    let bodies = vec![
        with_bytes(&declared("gb2312", 1), "不一致", IN_GBK),
        declared("gb2312", 2).into_bytes(),
        with_bytes(&declared("UTF-8", 3), "不一致", IN_GBK),
        damaged.clone(),
    ];
    hand_over(&platform, bodies).await;
    let company = platform.company_id(0);
    let read = platform.shared.db.read(move |tx| -> store::Result<_> {
        let items = crate::downlink::after(tx, company, 0, 100)?;
        let parked = tx.query("select reason, body from parked_receipt", &[])?;
        Ok((items, parked.len()))
    });
    let (items, n_parked) = read.await.unwrap();
    let mut infos: Vec<&str> = items.iter().map(|item| &*item.return_info).collect();
    infos.sort_unstable();
    let expected = [1, 2, 3].map(|n| format!("[Code:1332;Desc:不一致]{n}"));
    assert_eq!(infos, expected);
    assert!(items.iter().all(|item| !item.xml.contains("gb2312")));
    assert_eq!(n_parked, 1);
    let opened = crate::receipt::open(Bytes::from(damaged));
    let reason = opened.content.unwrap_err();
    assert!(
        reason.contains("损坏") && reason.contains("gb2312"),
        "{reason}"
    );
}

/// A receipt without namespace, guid and version is read by its names; what stands in it twice counts
/// once, also when it comes again.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_without_namespace_counts_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let xml = receipt(&platform, 0, 5, 120, "入库");
    let from = xml.find("<OrderReturn>").unwrap();
    let to = xml.find("</CEB312Message>").unwrap();
    let entry = &xml[from..to];
    let bare = format!("<CEB312Message>{entry}{entry}</CEB312Message>");
    let small = format!(
        "<ceb312message>{}</ceb312message>",
        entry
            .replace("OrderReturn", "orderReturn")
            .replace("returnInfo", "ReturnInfo")
    );
    let prefixed = format!("<c:CEB312Message>{entry}</c:CEB312Message>");
    let bodies = [bare, small, prefixed].map(String::into_bytes);
    hand_over(&platform, bodies.to_vec()).await;
    assert_eq!(platform.feed(0).await.len(), 1);
    assert_eq!(platform.state(0, id).await, "settled");
    let parked = platform
        .shared
        .db
        .read(|tx| tx.query("select id from parked_receipt", &[]))
        .await;
    assert!(parked.unwrap().is_empty());
}

/// A receipt with another text in this element.
pub(super) fn with_text(xml: &str, element: &str, instead: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let from = xml.find(&open).unwrap() + open.len();
    let to = xml.find(&close).unwrap();
    format!("{}{instead}{}", &xml[..from], &xml[to..])
}

/// What cannot be told apart by status and time is told apart by all that it says, and still counts once,
/// also when one order was declared twice.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_without_status_or_time_swallow_none_and_come_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for n_declared in [1, 2] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let order = platform.sample(0, Kind::Ceb311, 1);
        for n in 0..n_declared {
            accepted(platform.accept(0, again(&order, n)).await);
        }
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let plain = receipt(&platform, 0, 1, 120, "海关入库");
        let unreadable = |text: &str| with_text(&plain, "returnStatus", text);
        let undated = with_text(&plain, "returnTime", "");
        // The same, indented by another node.
        let indented = undated.replace("><", ">\n  <");
        let all = [unreadable("甲"), unreadable("乙"), undated, indented];
        let dxp_id = platform.company(0).dxp_id.clone();
        for _ in 0..3 {
            answer(&platform, &dxp_id, &all).await;
            // Another arrival, another time of an undated one.
            platform.clock.advance(Duration::from_secs(5));
        }
        assert_eq!(platform.feed(0).await.len(), 3, "{n_declared} declared");
    }
}

/// Orders in which three receipts may come.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// What became of a document is not known while its latest status is one that nobody knows.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_nobody_knows_leaves_it_open_in_whatever_order_it_comes(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for order in ORDERS {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let id = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 5))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let answers = [
            (2, "20260302090001000"),
            (120, "20260302090002000"),
            (777, "20260302090003000"),
        ];
        let dxp_id = platform.company(0).dxp_id.clone();
        for at in order {
            let (status, time) = answers[at];
            let xml = with_text(&receipt(&platform, 0, 5, status, ""), "returnTime", time);
            answer(&platform, &dxp_id, &[xml]).await;
        }
        let document = documents(&platform, id).await.remove(0);
        let standing = (document.status, document.outcome, document.is_final);
        assert_eq!(standing, (Some(777), Outcome::Waiting, false), "{order:?}");
    }
}

/// A receipt whose status cannot be read shows none, neither beside its message nor among the steps, and never a number
/// that customs did not write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_cannot_be_read_is_shown_as_none() {
    for text in ["甲", ""] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let id = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 5))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let xml = with_text(
            &receipt(&platform, 0, 5, 120, "海关入库"),
            "returnStatus",
            text,
        );
        answer(&platform, &platform.company(0).dxp_id.clone(), &[xml]).await;
        let sight = platform.sight(0);
        let read = platform.shared.db.read(move |tx| {
            let message = crate::finder::find(tx, &sight, id)?.unwrap();
            crate::query::detail(tx, &message)
        });
        let life = read.await.unwrap();
        let item = &life.receipts[0];
        let shown = (item.return_status, &*item.return_status_name);
        assert_eq!(shown, (None, "未写明状态"));
        let mut steps = life.timeline.iter();
        let step = steps.find(|step| step.step == "receipt").unwrap();
        assert_eq!(step.step_name, "未写明状态");
    }
}
