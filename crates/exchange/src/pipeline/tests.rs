//! Loops that fail and are started again.

use super::{Shared, start};
use crate::testing::{TestPlatform, accepted};
use async_trait::async_trait;
use bytes::Bytes;
use ceb::Kind;
use queue::{Delivery, Queue};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::clock::SystemClock;
use store::task::Tasks;
use store::testing::sqlite;
use tokio::sync::watch;

/// Calls of each kind that panic.
const BUGS: usize = 2;

/// A queue with bugs: the first calls of each kind panic.
struct Buggy {
    inner: Arc<dyn Queue>,
    n_puts: AtomicUsize,
    n_takes: AtomicUsize,
}

fn fail_first(n_calls: &AtomicUsize) {
    let n_before = n_calls.fetch_add(1, Ordering::SeqCst);
    assert!(n_before >= BUGS, "a bug of the queue");
}

#[async_trait]
impl Queue for Buggy {
    fn name(&self) -> String {
        self.inner.name()
    }

    async fn declare(&self, queue: &str) -> queue::Result<()> {
        self.inner.declare(queue).await
    }

    async fn put(&self, queue: &str, bodies: &[Bytes]) -> queue::Result<()> {
        fail_first(&self.n_puts);
        self.inner.put(queue, bodies).await
    }

    async fn take(&self, queue: &str, max: usize, wait: Duration) -> queue::Result<Vec<Delivery>> {
        fail_first(&self.n_takes);
        self.inner.take(queue, max, wait).await
    }

    async fn ack(&self, deliveries: &[Delivery]) -> queue::Result<()> {
        self.inner.ack(deliveries).await
    }

    async fn release(&self, deliveries: &[Delivery]) -> queue::Result<()> {
        self.inner.release(deliveries).await
    }

    async fn depth(&self, queue: &str) -> queue::Result<u64> {
        self.inner.depth(queue).await
    }
}

/// Loops that panic are started again, and the message that they had in hand arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_outlives_the_panic_of_its_loops() {
    let platform = TestPlatform::on(sqlite()).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    let clock = SystemClock::shared();
    let shared = Arc::new(Shared {
        clock: Arc::clone(&clock),
        queue: Arc::new(Buggy {
            inner: Arc::clone(&platform.shared.queue),
            n_puts: AtomicUsize::new(0),
            n_takes: AtomicUsize::new(0),
        }),
        ..platform.share()
    });
    let tasks = Tasks::new(clock);
    let (stop, stopped) = watch::channel(false);
    let loops = start(&shared, &tasks, "test", &stopped);
    let mut n_turns = 0;
    loop {
        let state = platform.state(0, id).await;
        if state == "settled" {
            break;
        }
        n_turns += 1;
        assert!(n_turns < 20_000, "{state}: {:?}", tasks.states());
        platform.customs_box.step(256).await.unwrap();
        platform.clock.advance(Duration::from_millis(50));
        tokio::task::yield_now().await;
    }
    let n_restarts: u32 = tasks.states().iter().map(|task| task.n_restarts).sum();
    assert_eq!(n_restarts, 4, "two puts and two takes panicked");
    stop.send_replace(true);
    // They wait on the clock of the test, which stands still now.
    for one in loops {
        one.abort();
    }
}
