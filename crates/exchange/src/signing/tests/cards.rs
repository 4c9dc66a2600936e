//! The queue in front of a key.

use crate::keyring::certificate::CardCertificate;
use crate::keyring::provider::{DATA_BYTES_MAX, KeyProvider, Method, SigningFault, SigningResult};
use crate::keyring::{Card, CardLimits};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::clock::SystemClock;
use tokio::sync::Semaphore;

/// A key that signs when the test lets it, and notes what it was given.
struct Slow {
    may: Semaphore,
    now: AtomicUsize,
    at_once: AtomicUsize,
    seen: Mutex<Vec<Vec<u8>>>,
    fault: Mutex<Option<SigningFault>>,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            may: Semaphore::new(0),
            now: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            seen: Mutex::default(),
            fault: Mutex::default(),
        })
    }

    fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .map(|data| String::from_utf8(data.clone()).unwrap())
            .collect()
    }
}

#[async_trait]
impl KeyProvider for Slow {
    async fn certificate(&self) -> SigningResult<Arc<CardCertificate>> {
        Err(SigningFault::Absent)
    }

    async fn sign(&self, data: &[u8], _: Method) -> SigningResult<Vec<u8>> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.at_once.fetch_max(now, Ordering::SeqCst);
        self.seen.lock().unwrap().push(data.to_vec());
        let permit = self.may.acquire().await;
        permit.unwrap().forget();
        self.now.fetch_sub(1, Ordering::SeqCst);
        match self.fault.lock().unwrap().clone() {
            Some(fault) => Err(fault),
            None => Ok(data.to_vec()),
        }
    }

    async fn reset(&self) {
        *self.fault.lock().unwrap() = None;
    }
}

fn card(slow: &Arc<Slow>, queue_max: usize, ms: u64) -> Card {
    let limits = CardLimits {
        time_max: Duration::from_millis(ms),
        queue_max,
        at_once: 1,
    };
    Card::new(
        Arc::clone(slow) as Arc<dyn KeyProvider>,
        limits,
        SystemClock::shared(),
    )
}

/// Yields until something is so.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn callers_are_served_in_order_and_one_at_a_time() {
    let slow = Slow::new();
    let card = card(&slow, 100, 60_000);
    let mut callers = Vec::new();
    for n in 0..10 {
        let own = card.clone();
        let text = format!("{n}");
        let asked = tokio::spawn(async move { own.sign(text.as_bytes(), Method::RsaSha1).await });
        callers.push(asked);
        // The next one comes after this one has joined the queue.
        tokio::task::yield_now().await;
    }
    slow.may.add_permits(10);
    for (n, caller) in callers.into_iter().enumerate() {
        assert_eq!(caller.await.unwrap().unwrap(), format!("{n}").as_bytes());
    }
    let wanted: Vec<String> = (0..10).map(|n| format!("{n}")).collect();
    assert_eq!(slow.seen(), wanted);
    assert_eq!(slow.at_once.load(Ordering::SeqCst), 1);
    let facts = card.facts();
    assert_eq!(
        (facts.n_signed, facts.n_failed, facts.n_waiting),
        (10, 0, 0)
    );
}

#[tokio::test]
async fn who_goes_away_is_passed_over_and_never_leaves_two_at_one_device() {
    let slow = Slow::new();
    let card = card(&slow, 100, 60_000);
    let ask = |text: &'static str| {
        let own = card.clone();
        tokio::spawn(async move { own.sign(text.as_bytes(), Method::RsaSha1).await })
    };
    let first = ask("first");
    until(|| slow.seen().len() == 1).await;
    let second = ask("second");
    tokio::task::yield_now().await;
    let third = ask("third");
    tokio::task::yield_now().await;
    first.abort();
    second.abort();
    let _ = (first.await, second.await);
    // The first is with the device still: nobody else is let in before it has ended.
    assert_eq!(slow.seen(), ["first"]);
    slow.may.add_permits(2);
    assert_eq!(third.await.unwrap().unwrap(), b"third");
    assert_eq!(slow.seen(), ["first", "third"]);
    assert_eq!(slow.at_once.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_wrong_pin_shuts_the_card_until_a_person_tries_it() {
    let slow = Slow::new();
    let card = card(&slow, 100, 60_000);
    *slow.fault.lock().unwrap() = Some(SigningFault::WrongPin);
    slow.may.add_permits(10);
    for _ in 0..3 {
        let fault = card.sign(b"x", Method::RsaSha1).await.unwrap_err();
        assert_eq!(fault, SigningFault::WrongPin);
    }
    assert_eq!(slow.seen().len(), 1, "the device was asked once only");
    assert!(card.facts().last_fault.contains("口令错误"));
    card.reset().await;
    assert_eq!(card.sign(b"y", Method::RsaSha1).await.unwrap(), b"y");
}

#[tokio::test]
async fn limits_are_kept() {
    let slow = Slow::new();
    let card = card(&slow, 2, 20);
    let large = vec![0; DATA_BYTES_MAX + 1];
    assert_eq!(
        card.sign(&large, Method::RsaSha1).await,
        Err(SigningFault::TooLarge)
    );
    // One is with the device, two wait; it does not answer, so each in turn takes too long.
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let own = card.clone();
            tokio::spawn(async move { own.sign(b"x", Method::RsaSha1).await })
        })
        .collect();
    let mut faults = Vec::new();
    for caller in callers {
        faults.push(caller.await.unwrap().unwrap_err());
    }
    assert!(
        faults.contains(&SigningFault::Timeout) && faults.contains(&SigningFault::Busy),
        "{faults:?}"
    );
    slow.may.add_permits(1);
    assert!(
        card.sign(b"x", Method::RsaSha1).await.is_ok(),
        "it goes on afterwards"
    );
}
