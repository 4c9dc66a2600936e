//! What only a broker at the far end of a wire can do wrong.

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
    let config = rabbit_config();
    let wire = wire(&config.url).await;
    let name = fresh_name();
    let config = rabbitmq::RabbitConfig {
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
    let config = rabbit_config();
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
    let config = rabbitmq::RabbitConfig {
        url,
        ..rabbitmq::RabbitConfig::default()
    };
    assert!(!format!("{config:?}").contains("s3cret"));
    let queue = RabbitMq::new(config.clone(), SystemClock::shared()).unwrap();
    assert_eq!(queue.name(), "RabbitMQ amqp://127.0.0.1:1/");
    for _ in 0..2 {
        let refused = queue.put("q", &bodies(&["x"])).await.unwrap_err();
        assert!(refused.is_unavailable());
        assert!(!refused.to_string().contains("s3cret"), "{refused}");
    }
    let wrong = rabbitmq::RabbitConfig {
        url: "s3cret".to_owned(),
        ..config
    };
    let refused = RabbitMq::new(wrong, SystemClock::shared()).map(|_| ());
    assert!(!refused.unwrap_err().to_string().contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_goes_away_leaves_its_messages() {
    let config = rabbit_config();
    let name = fresh_name();
    let first = RabbitMq::new(config.clone(), SystemClock::shared()).unwrap();
    first.declare(&name).await.unwrap();
    first.put(&name, &bodies(&["a", "b"])).await.unwrap();
    assert!(!first.take(&name, 2, WAIT).await.unwrap().is_empty());
    drop(first);
    let second: Arc<dyn Queue> = Arc::new(RabbitMq::new(config, SystemClock::shared()).unwrap());
    assert_eq!(texts(&take_all(&second, &name, 2).await), ["a", "b"]);
}
