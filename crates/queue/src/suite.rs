//! One suite for every queue: built-in on SQLite; built-in on the PostgreSQL of `TONGGUAN_TEST_PG`;
//! RabbitMQ at the AMQP URL of `TONGGUAN_TEST_RABBITMQ`. `scripts/with-services.sh` sets
//! both.

mod broker;
mod follow;

use crate::{Builtin, Delivery, Error, Queue, RabbitMq, builtin, rabbitmq};
use bytes::Bytes;
use rstest::rstest;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use store::clock::{Clock, SystemClock, TestClock};
use store::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};

const WAIT: Duration = Duration::from_secs(5);
const NO_WAIT: Duration = Duration::from_millis(150);
const LIMIT: usize = 100_000;

/// A queue under test, and a second handle to the same messages, as another process has one.
struct Subject {
    queue: Arc<dyn Queue>,
    other: Arc<dyn Queue>,
    name: String,
    _db: Option<TestDb>,
}

fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemClock.now_ms();
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("test.{}.{now}.{n}", std::process::id())
}

fn rabbit_config() -> rabbitmq::RabbitConfig {
    let url = std::env::var("TONGGUAN_TEST_RABBITMQ").expect(
        "a broker in TONGGUAN_TEST_RABBITMQ: run `scripts/with-services.sh cargo test`, which starts one, \
         or leave these tests out with `cargo test -- --skip Quorum --skip Classic --skip suite::broker`",
    );
    rabbitmq::RabbitConfig {
        url,
        body_bytes_max: LIMIT,
        ..rabbitmq::RabbitConfig::default()
    }
}

/// Which queue a run of a test has.
#[derive(Debug, Clone, Copy)]
enum Peer {
    Sqlite,
    Postgres,
    Quorum,
    Classic,
}

fn builtin_queue(engine: TestEngine) -> Subject {
    let test = engine.database();
    let config = builtin::BuiltinConfig {
        body_bytes_max: LIMIT,
        poll_ms: 20,
        ..builtin::BuiltinConfig::default()
    };
    let make = |node| {
        let clock = SystemClock::shared();
        Arc::new(Builtin::new(test.db.clone(), clock, node, config.clone()))
    };
    Subject {
        queue: make(0),
        other: make(1),
        name: fresh_name(),
        _db: Some(test),
    }
}

fn broker_queue(queue_kind: rabbitmq::RabbitQueueKind) -> Subject {
    let config = rabbitmq::RabbitConfig {
        queue_kind,
        // Two consumers share only what the broker does not send ahead.
        prefetch: 10,
        ..rabbit_config()
    };
    let make = || Arc::new(RabbitMq::new(config.clone(), SystemClock::shared()).unwrap());
    Subject {
        queue: make(),
        other: make(),
        name: fresh_name(),
        _db: None,
    }
}

async fn subject(peer: Peer) -> Subject {
    let subject = match peer {
        Peer::Sqlite => builtin_queue(Sqlite),
        Peer::Postgres => builtin_queue(Postgres),
        Peer::Quorum => broker_queue(rabbitmq::RabbitQueueKind::Quorum),
        Peer::Classic => broker_queue(rabbitmq::RabbitQueueKind::Classic),
    };
    subject.queue.declare(&subject.name).await.unwrap();
    subject.queue.declare(&subject.name).await.unwrap();
    subject
}

fn bodies(texts: &[&str]) -> Vec<Bytes> {
    texts
        .iter()
        .map(|text| Bytes::copy_from_slice(text.as_bytes()))
        .collect()
}

fn texts(deliveries: &[Delivery]) -> Vec<String> {
    deliveries
        .iter()
        .map(|delivery| String::from_utf8_lossy(&delivery.body).into_owned())
        .collect()
}

/// Takes until `n` messages came or nothing comes any more; a broker may send them in portions.
async fn take_all(queue: &Arc<dyn Queue>, name: &str, n: usize) -> Vec<Delivery> {
    let mut all = Vec::new();
    while all.len() < n {
        let mut some = queue.take(name, n - all.len(), WAIT).await.unwrap();
        if some.is_empty() {
            break;
        }
        all.append(&mut some);
    }
    all
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_come_in_order_and_go_when_acknowledged(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    let Subject { queue, name, .. } = &subject(peer).await;
    queue.put(name, &bodies(&["a", "b"])).await.unwrap();
    queue.put(name, &bodies(&["c"])).await.unwrap();
    queue.put(name, &[]).await.unwrap();
    assert_eq!(queue.depth(name).await.unwrap(), 3, "{}", queue.name());
    let taken = take_all(queue, name, 3).await;
    assert_eq!(texts(&taken), ["a", "b", "c"], "{}", queue.name());
    assert!(taken.iter().all(|delivery| delivery.n_taken == 1));
    assert!(taken.iter().all(|delivery| delivery.queue() == name));
    assert_eq!(queue.depth(name).await.unwrap(), 0);
    queue.ack(&taken).await.unwrap();
    queue.ack(&[]).await.unwrap();
    let none = queue.take(name, 10, NO_WAIT).await.unwrap();
    assert!(none.is_empty(), "{}", queue.name());
    assert_eq!(queue.take(name, 0, NO_WAIT).await.unwrap().len(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_released_message_comes_again_and_says_so(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    let Subject { queue, name, .. } = &subject(peer).await;
    queue.put(name, &bodies(&["a", "b", "c"])).await.unwrap();
    let taken = take_all(queue, name, 3).await;
    queue.release(&taken[1..2]).await.unwrap();
    queue.ack(&taken[..1]).await.unwrap();
    queue.ack(&taken[2..]).await.unwrap();
    let again = take_all(queue, name, 1).await;
    assert_eq!(texts(&again), ["b"], "{}", queue.name());
    assert_eq!(again[0].n_taken, 2, "{}", queue.name());
    queue.ack(&again).await.unwrap();
    assert!(queue.take(name, 1, NO_WAIT).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_bytes_up_to_the_limit(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    let Subject { queue, name, .. } = &subject(peer).await;
    let binary: Bytes = (0..=255_u8).cycle().take(70_000).collect();
    let sent = vec![Bytes::new(), binary, Bytes::from(vec![0; LIMIT])];
    queue.put(name, &sent).await.unwrap();
    let over = vec![Bytes::from_static(b"x"), Bytes::from(vec![0; LIMIT + 1])];
    assert_eq!(
        queue.put(name, &over).await.unwrap_err(),
        Error::TooLarge {
            n_bytes: LIMIT + 1,
            body_bytes_max: LIMIT
        }
    );
    let taken = take_all(queue, name, 3).await;
    let got: Vec<Bytes> = taken.iter().map(|delivery| delivery.body.clone()).collect();
    assert!(got == sent, "{}", queue.name());
    queue.ack(&taken).await.unwrap();
    assert_eq!(queue.depth(name).await.unwrap(), 0, "{}", queue.name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_do_not_mix(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    let Subject { queue, name, .. } = &subject(peer).await;
    let second = fresh_name();
    queue.declare(&second).await.unwrap();
    queue.put(name, &bodies(&["one"])).await.unwrap();
    queue.put(&second, &bodies(&["two"])).await.unwrap();
    let mut both = take_all(queue, &second, 1).await;
    assert_eq!(texts(&both), ["two"], "{}", queue.name());
    both.append(&mut take_all(queue, name, 1).await);
    queue.ack(&both).await.unwrap();
    assert_eq!(queue.depth(name).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_consumer_is_woken(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    let Subject {
        queue,
        other,
        name,
        _db,
    } = subject(peer).await;
    let waiting = tokio::spawn({
        let (queue, name) = (Arc::clone(&queue), name.clone());
        async move { take_all(&queue, &name, 1).await }
    });
    tokio::task::yield_now().await;
    // Of another process: found by looking. Of this one: by the bell.
    other.put(&name, &bodies(&["far"])).await.unwrap();
    let taken = waiting.await.unwrap();
    assert_eq!(texts(&taken), ["far"], "{}", queue.name());
    queue.ack(&taken).await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_consumers_share_without_doubles(
    #[values(Peer::Sqlite, Peer::Postgres, Peer::Quorum, Peer::Classic)] peer: Peer,
) {
    const N: usize = 400;
    let Subject {
        queue,
        other,
        name,
        _db,
    } = subject(peer).await;
    let all: Vec<Bytes> = (0..N).map(|n| Bytes::from(n.to_string())).collect();
    queue.put(&name, &all).await.unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let consumers: Vec<_> = (0..8)
        .map(|n| {
            let queue = Arc::clone(if n % 2 == 0 { &queue } else { &other });
            let (name, done) = (name.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while done.load(Ordering::SeqCst) < N as u64 {
                    let taken = queue.take(&name, 7, NO_WAIT).await.unwrap();
                    queue.ack(&taken).await.unwrap();
                    done.fetch_add(taken.len() as u64, Ordering::SeqCst);
                    mine.extend(texts(&taken));
                }
                mine
            })
        })
        .collect();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for consumer in consumers {
        for text in consumer.await.unwrap() {
            *seen.entry(text).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), N, "{}", queue.name());
    assert!(seen.values().all(|n| *n == 1), "{}", queue.name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_runs_out_gives_the_message_to_another(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let clock = TestClock::at(1_800_000_000_000);
    let make = |node| {
        let clock = Arc::clone(&clock);
        Builtin::new(
            test.db.clone(),
            clock,
            node,
            builtin::BuiltinConfig::default(),
        )
    };
    let (slow, fast) = (make(0), make(1));
    slow.put("q", &bodies(&["a", "b"])).await.unwrap();
    let late = slow.take("q", 2, Duration::ZERO).await.unwrap();
    assert!(fast.take("q", 2, Duration::ZERO).await.unwrap().is_empty());
    clock.advance(Duration::from_mins(1));
    let again = fast.take("q", 2, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&again), ["a", "b"]);
    assert_eq!(again[0].n_taken, 2);
    // The late one may not take from the other what it works on, but it may finish it.
    slow.release(&late[..1]).await.unwrap();
    assert!(fast.take("q", 2, Duration::ZERO).await.unwrap().is_empty());
    slow.ack(&late[..1]).await.unwrap();
    fast.release(&again).await.unwrap();
    let left = slow.take("q", 2, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&left), ["b"], "{}", slow.name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_clock_does_not_keep_a_waiter_from_its_bell(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let clock = TestClock::at(1_800_000_000_000);
    let queue = Arc::new(Builtin::new(
        test.db.clone(),
        clock,
        0,
        builtin::BuiltinConfig::default(),
    ));
    let waiting = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.take("q", 1, Duration::from_mins(10)).await }
    });
    queue.put("q", &bodies(&["x"])).await.unwrap();
    assert_eq!(texts(&waiting.await.unwrap().unwrap()), ["x"]);
}

/// Messages that a process had taken when it was killed, before the clock was set back by an hour,
/// come again at once and not an hour later.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_from_the_future_holds_no_message(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let clock = TestClock::at(10_000_000);
    let config = builtin::BuiltinConfig::default();
    let queue = Builtin::new(test.db.clone(), clock.clone(), 0, config);
    queue.put("q", &bodies(&["a"])).await.unwrap();
    assert_eq!(queue.take("q", 9, Duration::ZERO).await.unwrap().len(), 1);
    clock.set_back(Duration::from_secs(3600));
    assert_eq!(queue.depth("q").await.unwrap(), 1);
    assert_eq!(queue.take("q", 9, Duration::ZERO).await.unwrap().len(), 1);
    assert!(queue.take("q", 9, Duration::ZERO).await.unwrap().is_empty());
}

/// What is put after the clock was set back stays behind what waited before.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_outlives_a_clock_that_was_set_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let clock = TestClock::at(1_800_000_000_000);
    let make = || {
        let config = builtin::BuiltinConfig::default();
        Builtin::new(test.db.clone(), clock.clone(), 0, config)
    };
    make().put("q", &bodies(&["first"])).await.unwrap();
    clock.set_back(Duration::from_secs(3600));
    let after = make();
    after.begin_after_what_waits().await.unwrap();
    after.put("q", &bodies(&["second"])).await.unwrap();
    let taken = after.take("q", 9, Duration::ZERO).await.unwrap();
    let texts: Vec<_> = taken.iter().map(|one| one.body.clone()).collect();
    assert_eq!(texts, bodies(&["first", "second"]));
}
