//! A message that was damaged on the disk stops nobody else, and the index of what a process has in hand.

use super::{Builtin, BuiltinConfig};
use crate::sql;
use crate::{Delivery, Queue};
use bytes::Bytes;
use rstest::rstest;
use std::time::Duration;
use store::clock::TestClock;
use store::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};

fn queue(test: &TestDb) -> Builtin {
    let clock = TestClock::at(1_800_000_000_000);
    Builtin::new(test.db.clone(), clock, 0, BuiltinConfig::default())
}

fn bodies(texts: &[&'static str]) -> Vec<Bytes> {
    texts
        .iter()
        .map(|text| Bytes::from_static(text.as_bytes()))
        .collect()
}

fn texts(deliveries: &[Delivery]) -> Vec<&[u8]> {
    deliveries.iter().map(|one| &*one.body).collect()
}

/// Bytes that say that they are sealed, with a key that nobody has.
const DAMAGED: &[u8] = b"\0TG\x01\x02k1 no key opens this";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_no_key_opens_is_set_aside_and_the_others_go_on(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let queue = queue(&test);
    queue.put("q", &bodies(&["a", "b", "c"])).await.unwrap();
    let spoil = |text: &'static str| {
        test.db.write(move |tx| {
            tx.execute(
                "update queue_body set body = $1 where body = $2",
                &[DAMAGED.into(), text.as_bytes().into()],
            )
        })
    };
    assert_eq!(spoil("a").await.unwrap(), 1);
    // Alone in what is taken, and among others.
    let taken = queue.take("q", 1, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&taken), [b"b"]);
    queue.ack(&taken).await.unwrap();
    queue.put("q", &bodies(&["d"])).await.unwrap();
    assert_eq!(spoil("d").await.unwrap(), 1);
    let taken = queue.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&taken), [b"c"]);
    queue.ack(&taken).await.unwrap();
    assert!(queue.take("q", 9, Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(queue.depth("q").await.unwrap(), 0);
    // Nothing is deleted: both stand under another name, as they were.
    assert_eq!(queue.depth("q aside").await.unwrap(), 2);
    let kept = test.db.read(|tx| {
        let rows = tx.query("select body from queue_body", &[])?;
        rows.iter().map(|row| row.bytes(0)).collect()
    });
    let kept: Vec<Vec<u8>> = kept.await.unwrap();
    assert_eq!(kept, [DAMAGED, DAMAGED]);
    // Whoever has mended one puts it back by hand, as docs/operating says.
    let mended = Bytes::from_static(b"a");
    let back = test.db.write(move |tx| {
        tx.execute("update queue_body set body = $1", &[mended.as_ref().into()])?;
        tx.execute(
            "update queue_item set queue = replace(queue, ' aside', '') \
             where queue like '% aside'",
            &[],
        )
    });
    assert_eq!(back.await.unwrap(), 2);
    let taken = queue.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&taken), [b"a", b"a"]);
}

/// What is sealed with the key of another process stays where it is for that process, as if the queue could not be
/// reached, until nobody has that key any more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_can_open_is_left_to_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let queue = queue(&test);
    queue.put("q", &bodies(&["a"])).await.unwrap();
    let seal = test.db.write(|tx| {
        let proof = DAMAGED.into();
        tx.execute(
            "insert into seal_key (id, proof) values ('k1', $1)",
            &[proof],
        )?;
        tx.execute("update queue_body set body = $1", &[DAMAGED.into()])
    });
    assert_eq!(seal.await.unwrap(), 1);
    let refused = queue.take("q", 1, Duration::ZERO).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert_eq!(queue.depth("q").await.unwrap(), 1);
    assert_eq!(queue.depth("q aside").await.unwrap(), 0);
    let forget = |tx: &mut store::Tx<'_>| tx.execute("delete from seal_key", &[]);
    test.db.write(forget).await.unwrap();
    assert!(queue.take("q", 1, Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(queue.depth("q aside").await.unwrap(), 1);
}

/// What a dead process had in hand is found by an index, not by looking at all that waits.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_process_had_in_hand_is_found_by_an_index(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let is_sqlite = test.db.engine_name() == "SQLite";
    let plan = test.db.write(move |tx| -> store::Result<_> {
        let explain = if is_sqlite {
            "explain query plan"
        } else {
            // A table of no rows is read from end to end, unless that is forbidden.
            tx.execute("set local enable_seqscan = off", &[])?;
            "explain"
        };
        let column = if is_sqlite { 3 } else { 0 };
        let free = sql::FREE.replace("$1", "3");
        let rows = tx.query(&format!("{explain} {free}"), &[])?;
        let lines: store::Result<Vec<String>> = rows.iter().map(|row| row.text(column)).collect();
        Ok(lines?.join("\n"))
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("queue_holder_node"), "{plan}");
    let scans = ["SCAN queue_item", "Seq Scan on queue_item"];
    assert!(!scans.iter().any(|scan| plan.contains(scan)), "{plan}");
}

/// What an operator or a script puts into the table by hand has a message's four values, and is taken,
/// given back and followed like any other.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_put_in_by_hand_has_four_values(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let put = test.db.write(|tx| {
        tx.execute(
            "insert into queue_body values (7, $1)",
            &[b"x".as_slice().into()],
        )?;
        tx.execute("insert into queue_item values (7, 'q', 0, 0)", &[])
    });
    assert_eq!(put.await.unwrap(), 1);
    let before = queue(&test);
    let taken = before.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&taken), [b"x"]);
    let after = queue(&test);
    assert_eq!(after.follow().await.unwrap(), 1);
    assert_eq!(after.follow().await.unwrap(), 0);
    let again = after.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&again), [b"x"]);
    after.ack(&again).await.unwrap();
    let left = test.db.read(|tx| {
        tx.query(
            "select id from queue_holder union all select id from queue_body",
            &[],
        )
    });
    assert!(left.await.unwrap().is_empty());
}

/// An item that was put in by hand and never gets a body is told and set aside, and is in nobody's way; one whose
/// body comes a moment later is taken. What stands aside is in no process's hands.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_without_a_body_is_set_aside_after_some_takings(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let queue = queue(&test);
    let put = test.db.write(|tx| {
        tx.execute("insert into queue_item values (7, 'q', 0, 0)", &[])?;
        tx.execute("insert into queue_item values (8, 'q', 0, 0)", &[])
    });
    assert_eq!(put.await.unwrap(), 1);
    let give_back = || {
        let free = |tx: &mut store::Tx<'_>| sql::free(tx, 0);
        test.db.write(free)
    };
    for _ in 0..2 {
        assert!(queue.take("q", 9, Duration::ZERO).await.unwrap().is_empty());
        assert_eq!(queue.depth("q aside").await.unwrap(), 0);
        assert_eq!(give_back().await.unwrap(), 2);
    }
    let late = test.db.write(|tx| {
        let body = b"late".as_slice();
        tx.execute("insert into queue_body values (8, $1)", &[body.into()])
    });
    assert_eq!(late.await.unwrap(), 1);
    let taken = queue.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&taken), [b"late"]);
    assert_eq!(queue.depth("q aside").await.unwrap(), 1);
    let held = test.db.read(|tx| {
        let rows = tx.query("select id from queue_holder", &[])?;
        rows.iter().map(|row| row.int(0)).collect()
    });
    let held: Vec<i64> = held.await.unwrap();
    assert_eq!(held, [8]);
}
