//! What was stored before it was packed reads back the same: before the job, in the middle of it, and after it.

use super::{STEPS, run};
use crate::downlink;
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use rstest::rstest;
use std::collections::BTreeMap;
use store::pack::{is_packed, unpack};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Result, Tx};

/// Undoes what is packed: everything is as it was stored before.
async fn unpack_all(platform: &TestPlatform) {
    let write = |tx: &mut Tx<'_>| -> Result<()> {
        for row in tx.query("select message_id, body from message_body", &[])? {
            let body = unpack(row.bytes(1)?)?;
            let sql = "update message_body set body = $1 where message_id = $2";
            tx.execute(sql, &[body.as_slice().into(), row.int(0)?.into()])?;
        }
        for row in tx.query("select company_id, feed_no, xml from receipt_xml", &[])? {
            let xml = String::from_utf8(unpack(row.bytes(2)?)?).unwrap();
            let sql = "update receipt set xml = $1 where company_id = $2 and feed_no = $3";
            let args = [(&xml).into(), row.int(0)?.into(), row.int(1)?.into()];
            tx.execute(sql, &args)?;
        }
        tx.execute("delete from receipt_xml", &[])?;
        for row in tx.query("select document_id, packed from match_fact", &[])? {
            let facts = String::from_utf8(unpack(row.bytes(1)?)?).unwrap();
            let sql = "update match_fact set facts = $1, packed = null where document_id = $2";
            tx.execute(sql, &[(&facts).into(), row.int(0)?.into()])?;
        }
        Ok(())
    };
    platform.shared.db.write(write).await.unwrap();
}

/// What readers see: bodies, and receipts.
async fn seen(platform: &TestPlatform, ids: &[MessageId]) -> Vec<String> {
    let (company, ids) = (platform.company(0).id, ids.to_vec());
    let read = move |tx: &mut Tx<'_>| -> Result<Vec<String>> {
        let mut all = Vec::new();
        for id in &ids {
            let body = crate::message::sql::body_as_received(tx, *id)?.unwrap();
            all.push(String::from_utf8(body).unwrap());
        }
        let feed = downlink::after(tx, company, 0, 1000)?;
        assert!(feed.iter().all(|item| !item.is_unreadable));
        all.extend(feed.into_iter().map(|item| item.xml));
        Ok(all)
    };
    platform.shared.db.read(read).await.unwrap()
}

/// Of each table, how many rows are packed and how many are not.
async fn counts(platform: &TestPlatform) -> BTreeMap<&'static str, (usize, usize)> {
    let read = |tx: &mut Tx<'_>| -> Result<BTreeMap<&'static str, (usize, usize)>> {
        let bodies = tx.query("select body from message_body", &[])?;
        let is_packed = |row: &store::Row| row.bytes(0).map(|body| is_packed(&body));
        let bodies = bodies
            .iter()
            .map(is_packed)
            .collect::<Result<Vec<bool>>>()?;
        let n_packed = bodies.iter().filter(|packed| **packed).count();
        let mut count = |sql: &str| -> Result<usize> {
            Ok(usize::try_from(tx.query(sql, &[])?[0].int(0)?).unwrap())
        };
        let receipts = (
            count("select count(*) from receipt_xml")?,
            count("select count(*) from receipt where xml <> ''")?,
        );
        let facts = (
            count("select count(*) from match_fact where packed is not null")?,
            count("select count(*) from match_fact where packed is null")?,
        );
        Ok(BTreeMap::from([
            ("bodies", (n_packed, bodies.len() - n_packed)),
            ("receipts", receipts),
            ("facts", facts),
        ]))
    };
    platform.shared.db.read(read).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_before_reads_back_the_same_while_it_is_packed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = TestPlatform::on(engine.database()).await;
    let mut ids = Vec::new();
    for seed in 1..=70 {
        let xml = platform.sample(0, Kind::Ceb311, seed);
        ids.push(accepted(platform.accept(0, xml).await));
    }
    // Two are refused, and have receipts of the platform.
    for seed in 71..=72 {
        let xml = platform.sample(0, Kind::Ceb621, seed);
        let xml = xml.replace("<ceb:appType>1", "<ceb:appType>9");
        ids.push(accepted(platform.accept(0, xml).await));
    }
    platform.settle().await;
    unpack_all(&platform).await;
    let before = seen(&platform, &ids).await;
    let (n_messages, n_receipts) = (ids.len(), before.len() - ids.len());
    assert!(n_receipts >= 2);
    let unpacked = counts(&platform).await;
    assert_eq!(unpacked["bodies"], (0, n_messages));
    assert_eq!(unpacked["receipts"], (0, n_receipts));
    assert!(unpacked["facts"].1 >= 70);
    // One transaction of each, and then the process is stopped.
    for step in STEPS {
        platform.shared.db.write(step).await.unwrap();
    }
    assert_eq!(counts(&platform).await["bodies"], (8, n_messages - 8));
    assert_eq!(seen(&platform, &ids).await, before);
    let done = run(&platform.shared.context).await.unwrap();
    assert!(done.contains("存量已全部处理"), "{done}");
    let packed = counts(&platform).await;
    assert_eq!(packed["bodies"], (n_messages, 0));
    assert_eq!(packed["receipts"], (n_receipts, 0));
    assert_eq!(packed["facts"].1, 0);
    assert_eq!(seen(&platform, &ids).await, before);
    // What comes later is packed when it comes: the job has nothing to do.
    let later = platform.sample(0, Kind::Ceb311, 99);
    accepted(platform.accept(0, later).await);
    assert_eq!(run(&platform.shared.context).await.unwrap(), "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_body_stays_as_it_is_and_stops_no_other(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = TestPlatform::on(engine.database()).await;
    for seed in 1..=3 {
        let xml = platform.sample(0, Kind::Ceb311, seed);
        accepted(platform.accept(0, xml).await);
    }
    unpack_all(&platform).await;
    let spoil = |tx: &mut Tx<'_>| {
        let sql = "update message_body set body = $1 where message_id = \
                   (select min(message_id) from message_body)";
        tx.execute(sql, &[store::Value::Bytes(b"\0TG\x01\x02k9damaged")])
    };
    assert_eq!(platform.shared.db.write(spoil).await.unwrap(), 1);
    run(&platform.shared.context).await.unwrap();
    assert_eq!(counts(&platform).await["bodies"], (2, 1));
}
