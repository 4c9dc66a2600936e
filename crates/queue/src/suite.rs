//! One suite for every queue: built-in on SQLite; built-in on PostgreSQL when `TONGGUAN_TEST_PG` is
//! set; RabbitMQ when `TONGGUAN_TEST_RABBITMQ` holds an AMQP URL. `scripts/with-services.sh` sets
//! both.

mod follow;

use crate::{Builtin, Delivery, Error, Queue, RabbitMq, builtin, rabbitmq};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use store::clock::{Clock, SystemClock, TestClock};
use store::testing::{TestDb, each_engine};

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

fn rabbit_config() -> Option<rabbitmq::Config> {
    let url = std::env::var("TONGGUAN_TEST_RABBITMQ")
        .ok()
        .filter(|url| !url.is_empty())?;
    Some(rabbitmq::Config {
        url,
        body_bytes_max: LIMIT,
        ..rabbitmq::Config::default()
    })
}

async fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for test in each_engine() {
        let config = builtin::Config {
            body_bytes_max: LIMIT,
            poll_ms: 20,
            ..builtin::Config::default()
        };
        let make = |node| {
            let clock = SystemClock::shared();
            Arc::new(Builtin::new(test.db.clone(), clock, node, config.clone()))
        };
        subjects.push(Subject {
            queue: make(0),
            other: make(1),
            name: fresh_name(),
            _db: Some(test),
        });
    }
    if let Some(config) = rabbit_config() {
        let kinds = [rabbitmq::QueueKind::Quorum, rabbitmq::QueueKind::Classic];
        for queue_kind in kinds {
            let config = rabbitmq::Config {
                queue_kind,
                // Two consumers share only what the broker does not send ahead.
                prefetch: 10,
                ..config.clone()
            };
            let make = || Arc::new(RabbitMq::new(config.clone(), SystemClock::shared()).unwrap());
            subjects.push(Subject {
                queue: make(),
                other: make(),
                name: fresh_name(),
                _db: None,
            });
        }
    }
    for subject in &subjects {
        subject.queue.declare(&subject.name).await.unwrap();
        subject.queue.declare(&subject.name).await.unwrap();
    }
    subjects
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_come_in_order_and_go_when_acknowledged() {
    for Subject { queue, name, .. } in &subjects().await {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_released_message_comes_again_and_says_so() {
    for Subject { queue, name, .. } in &subjects().await {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_goes_away_leaves_its_messages() {
    let Some(config) = rabbit_config() else {
        return;
    };
    let name = fresh_name();
    let first = RabbitMq::new(config.clone(), SystemClock::shared()).unwrap();
    first.declare(&name).await.unwrap();
    first.put(&name, &bodies(&["a", "b"])).await.unwrap();
    assert!(!first.take(&name, 2, WAIT).await.unwrap().is_empty());
    drop(first);
    let second: Arc<dyn Queue> = Arc::new(RabbitMq::new(config, SystemClock::shared()).unwrap());
    assert_eq!(texts(&take_all(&second, &name, 2).await), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_bytes_up_to_the_limit() {
    for Subject { queue, name, .. } in &subjects().await {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_do_not_mix() {
    for Subject { queue, name, .. } in &subjects().await {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_consumer_is_woken() {
    for Subject {
        queue, other, name, ..
    } in subjects().await
    {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_consumers_share_without_doubles() {
    const N: usize = 400;
    for Subject {
        queue, other, name, ..
    } in subjects().await
    {
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_runs_out_gives_the_message_to_another() {
    for test in each_engine() {
        let clock = TestClock::at(1_800_000_000_000);
        let make = |node| {
            let clock = Arc::clone(&clock);
            Builtin::new(test.db.clone(), clock, node, builtin::Config::default())
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_clock_does_not_keep_a_waiter_from_its_bell() {
    for test in each_engine() {
        let clock = TestClock::at(1_800_000_000_000);
        let queue = Arc::new(Builtin::new(
            test.db.clone(),
            clock,
            0,
            builtin::Config::default(),
        ));
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.take("q", 1, Duration::from_mins(10)).await }
        });
        queue.put("q", &bodies(&["x"])).await.unwrap();
        assert_eq!(texts(&waiting.await.unwrap().unwrap()), ["x"]);
    }
}

/// What only a broker at the far end of a wire can do wrong.
mod wire {
    use super::{NO_WAIT, WAIT, bodies, fresh_name, rabbit_config, take_all, texts};
    use crate::{Error, Queue, RabbitMq, rabbitmq};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    use store::clock::{Clock, SystemClock};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    /// Stands between us and the broker, and can cut every connection.
    struct Wire {
        url: String,
        cut: watch::Sender<u32>,
        closed: Arc<AtomicBool>,
    }

    async fn wire(url: &str) -> Wire {
        let at = url.rfind('@').map_or(7, |at| at + 1);
        let end = url[at..].find('/').map_or(url.len(), |slash| at + slash);
        let broker = url[at..end].to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, watching) = watch::channel(0);
        let closed = Arc::new(AtomicBool::new(false));
        let refusing = Arc::clone(&closed);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if refusing.load(Ordering::SeqCst) {
                    continue;
                }
                let mut far = TcpStream::connect(&broker).await.unwrap();
                let mut watching = watching.clone();
                watching.borrow_and_update();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = watching.changed() => {}
                    }
                });
            }
        });
        Wire {
            url: format!("{}127.0.0.1:{port}{}", &url[..at], &url[end..]),
            cut,
            closed,
        }
    }

    async fn until_ok<T>(mut call: impl AsyncFnMut() -> crate::Result<T>) -> T {
        for _ in 0..200 {
            match call().await {
                Ok(value) => return value,
                Err(error) => assert!(error.is_unavailable(), "{error}"),
            }
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
        panic!("the broker did not come back");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_lost_connection_loses_no_message() {
        let Some(config) = rabbit_config() else {
            return;
        };
        let wire = wire(&config.url).await;
        let name = fresh_name();
        let config = rabbitmq::Config {
            url: wire.url.clone(),
            ..config
        };
        let queue: Arc<dyn Queue> = Arc::new(RabbitMq::new(config, SystemClock::shared()).unwrap());
        queue.declare(&name).await.unwrap();
        queue.put(&name, &bodies(&["a", "b"])).await.unwrap();
        let held = take_all(&queue, &name, 2).await;

        wire.closed.store(true, Ordering::SeqCst);
        wire.cut.send_modify(|n| *n += 1);
        let refused = loop {
            // The loss is noticed a moment later; until then a put may wait for its confirmation.
            match queue.take(&name, 1, NO_WAIT).await {
                Ok(none) => assert!(none.is_empty()),
                Err(error) => break error,
            }
        };
        assert!(refused.is_unavailable(), "{refused}");
        assert!(queue.ack(&held).await.unwrap_err().is_unavailable());
        let put = queue.put(&name, &bodies(&["lost"])).await.unwrap_err();
        assert!(put.is_unavailable(), "{put}");

        wire.closed.store(false, Ordering::SeqCst);
        until_ok(async || queue.put(&name, &bodies(&["c"])).await).await;
        let again = take_all(&queue, &name, 3).await;
        assert_eq!(texts(&again), ["a", "b", "c"]);
        assert_eq!(again[0].n_taken, 2);
        queue.ack(&again).await.unwrap();
        assert!(queue.take(&name, 1, NO_WAIT).await.unwrap().is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_message_for_no_queue_is_a_failure() {
        let Some(config) = rabbit_config() else {
            return;
        };
        let queue = RabbitMq::new(config, SystemClock::shared()).unwrap();
        let nowhere = fresh_name();
        let put = queue.put(&nowhere, &bodies(&["x"])).await;
        assert!(matches!(put, Err(Error::Fault(_))), "{put:?}");
        let taken = queue.take(&nowhere, 1, WAIT).await;
        assert!(matches!(taken, Err(Error::Fault(_))), "{taken:?}");
        assert!(matches!(queue.depth(&nowhere).await, Err(Error::Fault(_))));
        // The connection has survived all three.
        queue.declare(&nowhere).await.unwrap();
        queue.put(&nowhere, &bodies(&["x"])).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_password_in_any_text() {
        let url = "amqp://someone:s3cret@127.0.0.1:1/%2f".to_owned();
        let config = rabbitmq::Config {
            url,
            ..rabbitmq::Config::default()
        };
        assert!(!format!("{config:?}").contains("s3cret"));
        let queue = RabbitMq::new(config.clone(), SystemClock::shared()).unwrap();
        assert_eq!(queue.name(), "RabbitMQ amqp://127.0.0.1:1/");
        for _ in 0..2 {
            let refused = queue.put("q", &bodies(&["x"])).await.unwrap_err();
            assert!(refused.is_unavailable());
            assert!(!refused.to_string().contains("s3cret"), "{refused}");
        }
        let wrong = rabbitmq::Config {
            url: "s3cret".to_owned(),
            ..config
        };
        let refused = RabbitMq::new(wrong, SystemClock::shared()).map(|_| ());
        assert!(!refused.unwrap_err().to_string().contains("s3cret"));
    }
}

/// Messages that a process had taken when it was killed, before the clock was set back by an hour,
/// come again at once and not an hour later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_from_the_future_holds_no_message() {
    for test in each_engine() {
        let clock = TestClock::at(10_000_000);
        let config = builtin::Config::default();
        let queue = Builtin::new(test.db.clone(), clock.clone(), 0, config);
        queue.put("q", &bodies(&["a"])).await.unwrap();
        assert_eq!(queue.take("q", 9, Duration::ZERO).await.unwrap().len(), 1);
        clock.set_back(Duration::from_secs(3600));
        assert_eq!(queue.depth("q").await.unwrap(), 1);
        assert_eq!(queue.take("q", 9, Duration::ZERO).await.unwrap().len(), 1);
        assert!(queue.take("q", 9, Duration::ZERO).await.unwrap().is_empty());
    }
}

/// What is put after the clock was set back stays behind what waited before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_outlives_a_clock_that_was_set_back() {
    for test in each_engine() {
        let clock = TestClock::at(1_800_000_000_000);
        let make = || {
            let config = builtin::Config::default();
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
}
