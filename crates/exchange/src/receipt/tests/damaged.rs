//! A stored value that no key opens stops nobody: neither the answers of others nor the feed of its company.

use super::clocks::{became, declared, receipt_at};
use super::homes::parked_now;
use super::odd::with_text;
use super::{again, answer, documents, receipt};
use crate::downlink;
use crate::lane::{LaneFence, ShardSet};
use crate::receipt::{parked, return_time};
use crate::testing::{TestPlatform, accepted};
use ceb::{Kind, Outcome};
use rstest::rstest;
use std::time::Duration;
use store::Tx;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A sealed text that no key opens, as it stands in a column.
const DAMAGED: &str = "\u{1}TG1:AAAA";

/// What SQLite hands out as a text that is none.
const NO_TEXT: &str = "cast(x'80ff' as text)";

/// Sealed bytes that no key opens.
const DAMAGED_BYTES: &[u8] = b"\0TG\x01\x02k1 no key opens this";

/// Runs a statement that sets a column to a damaged value.
pub(super) async fn damage(platform: &TestPlatform, sql: &'static str, is_text: bool) {
    let write = platform.shared.db.write(move |tx: &mut Tx<'_>| {
        let value = match is_text {
            true => DAMAGED.into(),
            false => DAMAGED_BYTES.into(),
        };
        tx.execute(sql, &[value])
    });
    assert!(write.await.unwrap() > 0);
}

/// An earlier answer that cannot be opened is passed over when the answers of a document are read once more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_answer_stops_no_other(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302090000000")],
    )
    .await;
    damage(&platform, "update receipt set return_info = $1", true).await;
    let other = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    // Dated earlier, so that all answers of the first are read once more.
    let late = receipt_at(&platform, 2, "20260302085900000");
    let own = receipt(&platform, 0, 6, 120, "入库");
    answer(&platform, &dxp_id, &[late, own]).await;
    assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
    assert_eq!(became(&platform, other).await.0, Outcome::Accepted);
    assert_eq!(platform.feed(0).await.len(), 3, "the feed goes on");
}

/// A receipt of which a column is no text any more, or of another type, as SQLite hands out what was changed on the
/// disk, stands in the feed as one that cannot be read; those before and after it are read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_goes_on_past_what_is_damaged() {
    const TEXTS: [&str; 5] = ["return_info", "kind", "document_key", "return_time", "guid"];
    let texts = TEXTS
        .iter()
        .flat_map(|column| [(*column, NO_TEXT), (*column, "cast(guid as blob)")]);
    let numbers = ["return_status", "received_at", "message_id"].map(|column| (column, "'x'"));
    let xml = ["x'0054470280'", "cast(xml as text)", "x''", "x'3c612f3e'"].map(|one| ("xml", one));
    for (column, value) in texts.chain(numbers).chain(xml) {
        let table = match column {
            "xml" => "receipt_xml",
            _ => "receipt",
        };
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let (_, dxp_id) = declared(&platform).await;
        for second in 0..3 {
            let time = format!("2026030209000{second}000");
            answer(&platform, &dxp_id, &[receipt_at(&platform, 2, &time)]).await;
        }
        let spoil = platform.shared.db.write(move |tx: &mut Tx<'_>| {
            let sql = format!("update {table} set {column} = {value} where feed_no = 2");
            tx.execute(&sql, &[])
        });
        assert_eq!(spoil.await.unwrap(), 1);
        let company = platform.company(0).id;
        let read = move |tx: &mut Tx<'_>| downlink::after(tx, company, 0, 10);
        let feed = platform.shared.db.read(read).await.unwrap();
        let unreadable: Vec<bool> = feed.iter().map(|item| item.is_unreadable).collect();
        assert_eq!(unreadable, [false, true, false], "{column} {value}");
    }
}

/// Both receipts as one delivery.
fn in_one(first: &str, second: &str) -> String {
    let part = |xml: &str, n: usize| {
        let from = xml.find("<OrderReturn>").unwrap();
        let end = "</OrderReturn>";
        let to = xml.find(end).unwrap() + end.len();
        [&xml[..from], &xml[from..to], &xml[to..]][n].to_owned()
    };
    [
        part(first, 0),
        part(first, 1),
        part(second, 1),
        part(first, 2),
    ]
    .concat()
}

/// A row of a document or message of which a text is none any more, or of another type, as SQLite hands out what was
/// changed on the disk, keeps its own answer from being recorded, which waits for a person; the answers of others go home.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_keeps_no_other_answer_from_going_home() {
    let places = [
        ("document", "guid"),
        ("document", "order_no"),
        ("document", "outcome"),
        ("message", "state"),
        ("message", "kind"),
    ];
    let spoilt = [NO_TEXT, "cast({column} as blob)"];
    let all = places
        .iter()
        .flat_map(|place| spoilt.map(|value| (*place, value)));
    for ((table, column), value) in all {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let (id, dxp_id) = declared(&platform).await;
        let other = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 6))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let spoil = platform.shared.db.write(move |tx: &mut Tx<'_>| {
            let value = value.replace("{column}", column);
            let sql =
                format!("update {table} set {column} = {value} where id between $1 and $1 + 1");
            tx.execute(&sql, &[id.0.into()])
        });
        assert_eq!(spoil.await.unwrap(), 1, "{table}.{column}");
        let own = receipt_at(&platform, 120, "20260302090000123");
        let others = receipt(&platform, 0, 6, 120, "入库");
        answer(&platform, &dxp_id, &[in_one(&own, &others)]).await;
        let outcome = became(&platform, other).await.0;
        assert_eq!(outcome, Outcome::Accepted, "{table}.{column}");
        let parked = parked_now(&platform).await;
        assert_eq!(parked.len(), 1, "{table}.{column}");
        assert_eq!(parked[0].reason, crate::answer::ROW_DAMAGED);
    }
}

/// Of a message whose body cannot be opened the numbers are left as they are.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_stops_no_answer_that_moves(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    let order = again(&platform.sample(0, Kind::Ceb311, 5), 2);
    let second = accepted(platform.accept(0, order).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 3, "20260302090001000")],
    )
    .await;
    damage(&platform, "update message_body set body = $1", false).await;
    let guid = documents(&platform, second).await.remove(0).guid.unwrap();
    let named = receipt(&platform, 0, 5, 2, &format!("新增申报成功[{guid}]"));
    let named = with_text(&named, "returnTime", "20260302090000000");
    answer(&platform, &dxp_id, &[named]).await;
    assert_eq!(platform.feed(0).await.len(), 2);
    let moved = documents(&platform, second).await.remove(0);
    assert_eq!(moved.status, Some(3));
}

/// Sealed with a key that this process lacks, as it stands in a column of bytes, and of texts.
const OF_K9: &[u8] = b"\0TG\x01\x02k9 sealed by another process";
const OF_K9_TEXT: &str = "\u{1}TG1:AFRHAQJrOSBzZWFsZWQgYnkgYW5vdGhlciBwcm9jZXNz";

/// While another process has the key, neither answers nor messages are taken for damaged, and no reader's cursor
/// passes them; when nobody has it any more, all of it is set aside and reported.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_can_open_is_left_to_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 120, "20260302090000000")],
    )
    .await;
    let second = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    let (db, company, id) = (
        &platform.shared.db,
        platform.company_id(0),
        platform.shared.ids.next(),
    );
    let seal = db.write(move |tx| {
        let (bytes, text) = (|| OF_K9.into(), || OF_K9_TEXT.into());
        tx.execute(
            "insert into seal_key (id, proof) values ('k9', $1)",
            &[bytes()],
        )?;
        tx.execute("update receipt set return_info = $1", &[text()])?;
        tx.execute("update receipt_xml set xml = $1", &[bytes()])?;
        tx.execute(
            "update message_body set body = $1 where message_id = $2",
            &[bytes(), second.0.into()],
        )?;
        tx.execute(
            "insert into receipt_inbox (id, direction, company_id, n_bytes, body) \
             values ($1, 'import', 0, 9, $2)",
            &[id.into(), bytes()],
        )
    });
    seal.await.unwrap();
    let feed = || db.read(move |tx| downlink::after(tx, company, 0, 9));
    let missing = store::Error::KeyMissing("k9".to_owned());
    assert_eq!(feed().await.unwrap_err(), missing);
    // The caller reads on from the same place in a moment.
    assert_eq!(web::Problem::from(missing).status, 503);
    let (shared, both) = (&platform.shared, [ceb::Direction::Import]);
    assert!(
        crate::check::step(shared, vec![second], &LaneFence::none())
            .await
            .is_err()
    );
    assert!(
        crate::inbox::turn(shared, both[0], &ShardSet::all())
            .await
            .is_err()
    );
    assert_eq!(platform.state(0, second).await, "received");
    let is_aside = || db.read(move |tx| crate::inbox::aside::is_in(tx, id));
    assert!(!is_aside().await.unwrap());

    let forget = |tx: &mut Tx<'_>| tx.execute("delete from seal_key", &[]);
    db.write(forget).await.unwrap();
    crate::pipeline::drain(shared).await.unwrap();
    let item = feed().await.unwrap().remove(0);
    assert!(item.is_unreadable && item.return_info.contains("已损坏"));
    assert_eq!(platform.state(0, second).await, "held");
    assert!(is_aside().await.unwrap());
}

/// While one answer of a key cannot be read none moves: it might say that it is right where it is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_moves_while_an_answer_of_the_key_is_damaged(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_damaged in [false, true] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, dxp_id) = declared(&platform).await;
        let second = accepted(
            platform
                .accept(0, again(&platform.sample(0, Kind::Ceb311, 5), 2))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let guid = documents(&platform, first).await.remove(0).guid.unwrap();
        let named = receipt(&platform, 0, 5, 2, &format!("新增申报成功[{guid}]"));
        let named = with_text(&named, "returnTime", "20260302090001000");
        let onward = receipt_at(&platform, 3, "20260302090002000");
        answer(&platform, &dxp_id, &[named, onward]).await;
        if is_damaged {
            let sql = "update receipt set return_info = $1 where return_status = 2";
            damage(&platform, sql, true).await;
        }
        let other = documents(&platform, second).await.remove(0).guid.unwrap();
        let moves = receipt(&platform, 0, 5, 2, &format!("新增申报成功[{other}]"));
        let moves = with_text(&moves, "returnTime", "20260302090001500");
        answer(&platform, &dxp_id, &[moves]).await;
        let stays = documents(&platform, first).await.remove(0).status;
        assert_eq!(stays == Some(3), is_damaged, "{stays:?}");
    }
}

/// A time that customs may not have written takes no rejection back, also where the answer that would tell cannot
/// be read any more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_answer_takes_no_rejection_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302090000000")],
    )
    .await;
    platform.clock.advance(Duration::from_secs(60));
    // Dated by its arrival.
    answer(&platform, &dxp_id, &[receipt_at(&platform, 120, "")]).await;
    assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
    let sql = "update receipt_xml set xml = $1 where feed_no = \
               (select r.feed_no from receipt r where r.return_status = 120)";
    damage(&platform, sql, false).await;
    // Dated earlier, so that all answers are read once more.
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 2, "20260302085900000")],
    )
    .await;
    assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
}

/// The number that a feed has come to is damaged or gone: what comes next still gets a number behind those that were
/// handed out, and goes home.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_whose_number_is_damaged_goes_on_behind_its_newest_receipt(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    // Of receipts whose own number is damaged the feed goes on without them.
    const EVERYWHERE: [(&str, usize); 6] = [
        ("update feed set last = 0", 0),
        ("update feed set last = 1", 0),
        ("update feed set last = 9223372036854775807", 0),
        ("delete from feed", 0),
        (
            "update receipt set feed_no = 9223372036854775807 where feed_no = 1",
            1,
        ),
        (
            "update receipt set feed_no = 4611686018427387909 where feed_no = 2",
            1,
        ),
    ];
    const ON_DISK: [(&str, usize); 4] = [
        ("update feed set last = 'x'", 0),
        ("update feed set last = x'80ff'", 0),
        ("update receipt set feed_no = 'x' where feed_no = 3", 1),
        ("update receipt set feed_no = x'80ff' where feed_no = 4", 1),
    ];
    let test = engine.database();
    let is_sqlite = test.db.engine_name() == "SQLite";
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    let mut second = 0;
    let mut answered = async |n: usize| {
        for _ in 0..n {
            second += 1;
            let time = format!("2026030209{:02}{:02}000", second / 60, second % 60);
            answer(&platform, &dxp_id, &[receipt_at(&platform, 2, &time)]).await;
        }
    };
    answered(3).await;
    let company = platform.company(0).id;
    let mut n_left = 3;
    let on_disk = ON_DISK.iter().filter(|_| is_sqlite);
    for (change, n_lost) in EVERYWHERE.iter().chain(on_disk) {
        let spoil = |tx: &mut Tx<'_>| tx.execute(change, &[]);
        assert_eq!(
            platform.shared.db.write(spoil).await.unwrap(),
            1,
            "{change}"
        );
        answered(2).await;
        n_left = n_left + 2 - n_lost;
        let read = move |tx: &mut Tx<'_>| {
            let feed = downlink::after(tx, company, 0, 100)?;
            Ok::<_, store::Error>((feed, downlink::last(tx, company)?))
        };
        let (feed, last) = platform.shared.db.read(read).await.unwrap();
        let numbers: Vec<i64> = feed.iter().map(|item| item.feed_no).collect();
        assert_eq!(numbers.len(), n_left, "{change}");
        assert_eq!(numbers.last(), Some(&last), "{change}");
        assert!(numbers.is_sorted_by(|a, b| a < b), "{change} {numbers:?}");
        assert!(parked_now(&platform).await.is_empty(), "{change}");
    }
}

/// Of parked answers one row is damaged in one of its columns: the list shows it with what can be read of it and all the
/// others whole, and what is to be matched once more and cannot be is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_parked_answer_hides_no_other() {
    let spoilt = [
        ("kind", NO_TEXT, true),
        ("document_key", "cast(document_key as blob)", true),
        ("reason", NO_TEXT, true),
        ("receivers", NO_TEXT, false),
        ("receivers", "cast(receivers as blob)", false),
        ("at_ms", "'x'", true),
        ("cause", NO_TEXT, true),
        ("body", "cast(body as text)", false),
        ("body", "x'00544701026b31206e6f206b6579'", false),
    ];
    for (column, value, is_whole) in spoilt {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let dxp_id = platform.company(0).dxp_id.clone();
        for seed in 1..=3 {
            answer(
                &platform,
                &dxp_id,
                &[receipt(&platform, 0, seed, 120, "入库")],
            )
            .await;
        }
        let ids: Vec<i64> = parked_now(&platform)
            .await
            .iter()
            .map(|one| one.id)
            .collect();
        let bad = ids[1];
        let spoil = platform.shared.db.write(move |tx: &mut Tx<'_>| {
            let sql = format!("update parked_receipt set {column} = {value} where id = $1");
            tx.execute(&sql, &[bad.into()])
        });
        assert_eq!(spoil.await.unwrap(), 1);
        let listed = parked_now(&platform).await;
        let found: Vec<i64> = listed.iter().map(|one| one.id).collect();
        assert_eq!(found, ids, "{column} {value}");
        assert!(listed[0].kind == "CEB312" && listed[2].kind == "CEB312");
        let read = move |tx: &mut Tx<'_>| parked::body(tx, bad);
        let body = platform.shared.db.read(read).await.unwrap();
        assert_eq!(body.is_some(), is_whole, "{column} {value}");
    }
}

/// An earlier answer whose XML is no text any more keeps no later one from being recorded, and takes no rejection back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_lost_its_xml_keeps_none_from_being_recorded() {
    for value in ["x'0054470280'", "cast(xml as text)"] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let (id, dxp_id) = declared(&platform).await;
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 100, "20260302090000000")],
        )
        .await;
        platform.clock.advance(Duration::from_secs(60));
        // Dated by its arrival.
        answer(&platform, &dxp_id, &[receipt_at(&platform, 120, "")]).await;
        let spoil = platform.shared.db.write(move |tx: &mut Tx<'_>| {
            let sql = format!(
                "update receipt_xml set xml = {value} where feed_no = \
                 (select r.feed_no from receipt r where r.return_status = 120)"
            );
            tx.execute(&sql, &[])
        });
        assert_eq!(spoil.await.unwrap(), 1);
        // Dated earlier, so that all answers are read once more.
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 2, "20260302085900000")],
        )
        .await;
        assert!(parked_now(&platform).await.is_empty(), "{value}");
        assert_eq!(became(&platform, id).await.0, Outcome::Rejected, "{value}");
    }
}

/// A parked answer whose bytes are none any more is in the way of no later one under its key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_parked_answer_stops_no_later_one() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let dxp_id = platform.company(0).dxp_id.clone();
    let now = || return_time(platform.clock.now_ms());
    answer(&platform, &dxp_id, &[receipt_at(&platform, 100, &now())]).await;
    let spoil = platform.shared.db.write(|tx: &mut Tx<'_>| {
        tx.execute("update parked_receipt set body = cast(body as text)", &[])
    });
    assert_eq!(spoil.await.unwrap(), 1);
    platform.clock.advance(Duration::from_secs(60));
    let (id, _) = declared(&platform).await;
    platform.clock.advance(Duration::from_secs(60));
    answer(&platform, &dxp_id, &[receipt_at(&platform, 120, &now())]).await;
    assert_eq!(became(&platform, id).await.0, Outcome::Accepted);
    assert_eq!(parked_now(&platform).await.len(), 1);
}
