//! The keyring: every key of the settings, each behind a card with a queue of its own.
//!
//! A card serves its callers in the order in which they came, one at a time (or as many as the
//! settings say), within a time limit. Who no longer waits is passed over; what has begun is finished
//! before the next begins, so a caller that goes away never leaves two at one device. After a wrong
//! PIN the card is shut: nothing reaches the device until a person has it tried again, because the
//! next wrong PIN might lock it for good.

pub mod certificate;
pub mod config;
pub mod provider;
pub mod sm2_text;

use certificate::CardCertificate;
use config::{KeyConfig, KeyringConfig};
use provider::file::FileKey;
use provider::pkcs11::{Modules, TokenKey};
use provider::usb_key::UsbKey;
use provider::{DATA_BYTES_MAX, KeyProvider, Method, SigningFault, SigningResult};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::clock::SharedClock;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// What a card has done so far (签名统计).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardFacts {
    /// Signatures made.
    pub n_signed: u64,
    /// Calls that failed.
    pub n_failed: u64,
    /// Calls that wait now.
    pub n_waiting: usize,
    /// How long the last signature took, in milliseconds.
    pub last_ms: i64,
    /// How long the signatures took together, in milliseconds.
    pub total_ms: i64,
    /// What went wrong last, empty when the last call was good.
    pub last_fault: String,
    /// When the last call ended, milliseconds since 1970-01-01 UTC.
    pub last_at: Option<i64>,
}

struct CardJob {
    data: Vec<u8>,
    method: Method,
    answer: oneshot::Sender<SigningResult<Vec<u8>>>,
}

/// A key with its queue (签名卡); cheap to clone.
#[derive(Clone)]
pub struct Card {
    provider: Arc<dyn KeyProvider>,
    jobs: mpsc::Sender<CardJob>,
    state: Arc<Mutex<KeyringState>>,
    time_max: Duration,
    queue_max: usize,
}

#[derive(Default)]
struct KeyringState {
    facts: CardFacts,
    shut: Option<SigningFault>,
}

impl Card {
    /// Puts a queue in front of a provider; the task ends with the last handle.
    pub fn new(provider: Arc<dyn KeyProvider>, limits: CardLimits, clock: SharedClock) -> Self {
        let queue_max = limits.queue_max.max(1);
        let (jobs, waiting) = mpsc::channel(queue_max);
        let card = Self {
            provider: Arc::clone(&provider),
            jobs,
            state: Arc::default(),
            time_max: limits.time_max,
            queue_max,
        };
        let state = Arc::clone(&card.state);
        tokio::spawn(serve(provider, limits, clock, state, waiting));
        card
    }

    /// Signs when it is this caller's turn.
    pub async fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>> {
        if data.len() > DATA_BYTES_MAX {
            return Err(SigningFault::TooLarge);
        }
        self.open()?;
        let (answer, outcome) = oneshot::channel();
        let job = CardJob {
            data: data.to_vec(),
            method,
            answer,
        };
        self.jobs.try_send(job).map_err(|_| SigningFault::Busy)?;
        outcome.await.unwrap_or(Err(SigningFault::Timeout))
    }

    /// The certificate of the key.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn certificate(&self) -> SigningResult<Arc<CardCertificate>> {
        self.open()?;
        let found = tokio::time::timeout(self.time_max, self.provider.certificate()).await;
        let found = found.unwrap_or(Err(SigningFault::Timeout));
        if let Err(fault) = &found {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.facts.last_fault = fault.to_string();
            if fault.is_lasting() {
                state.shut = Some(fault.clone());
            }
        }
        found
    }

    /// Opens a card that was shut after a wrong PIN: a person has put it right.
    pub async fn reset(&self) {
        self.provider.reset().await;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.shut = None;
        state.facts.last_fault.clear();
    }

    /// What the card has done so far.
    pub fn facts(&self) -> CardFacts {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        CardFacts {
            n_waiting: self.queue_max - self.jobs.capacity(),
            ..state.facts.clone()
        }
    }

    fn open(&self) -> SigningResult<()> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.shut.clone().map_or(Ok(()), Err)
    }
}

/// How a card is used.
#[derive(Debug, Clone, Copy)]
pub struct CardLimits {
    /// Longest time of one signature.
    pub time_max: Duration,
    /// Callers that may wait.
    pub queue_max: usize,
    /// Signatures at the same time.
    pub at_once: usize,
}

async fn serve(
    provider: Arc<dyn KeyProvider>,
    limits: CardLimits,
    clock: SharedClock,
    state: Arc<Mutex<KeyringState>>,
    mut waiting: mpsc::Receiver<CardJob>,
) {
    let turns = Arc::new(Semaphore::new(limits.at_once.max(1)));
    while let Ok(turn) = Arc::clone(&turns).acquire_owned().await {
        let Some(job) = waiting.recv().await else {
            return;
        };
        let shut = state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .shut
            .clone();
        if let Some(fault) = shut {
            let _ = job.answer.send(Err(fault));
            continue;
        }
        if job.answer.is_closed() {
            continue;
        }
        let (provider, clock, state) = (
            Arc::clone(&provider),
            Arc::clone(&clock),
            Arc::clone(&state),
        );
        tokio::spawn(async move {
            let begun_at = clock.now_ms();
            let signing = provider.sign(&job.data, job.method);
            let outcome = tokio::time::timeout(limits.time_max, signing).await;
            let outcome = outcome.unwrap_or(Err(SigningFault::Timeout));
            note(&state, &outcome, begun_at, clock.now_ms());
            // Who asked may have gone away.
            let _ = job.answer.send(outcome);
            drop(turn);
        });
    }
}

fn note(state: &Mutex<KeyringState>, outcome: &SigningResult<Vec<u8>>, begun_at: i64, now_ms: i64) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.facts.last_at = Some(now_ms);
    match outcome {
        Ok(_) => {
            state.facts.n_signed += 1;
            state.facts.last_ms = now_ms - begun_at;
            state.facts.total_ms += now_ms - begun_at;
            state.facts.last_fault.clear();
            metrics::counter!("tongguan_signatures_total").increment(1);
        }
        Err(fault) => {
            state.facts.n_failed += 1;
            state.facts.last_fault = fault.to_string();
            metrics::counter!("tongguan_signature_failures_total").increment(1);
            if fault.is_lasting() {
                state.shut = Some(fault.clone());
            }
        }
    }
}

/// Every key of the settings (密钥串), by its name.
#[derive(Default)]
pub struct Keyring(BTreeMap<String, (KeyConfig, Card)>);

impl Keyring {
    /// The cards of the settings; nothing is opened before it is used.
    pub fn new(config: &KeyringConfig, clock: &SharedClock) -> Self {
        let modules = Arc::new(Modules::default());
        let cards = config.keys.iter().map(|key| {
            let provider = provider(key, &modules);
            let card = Card::new(provider, key.limits(), Arc::clone(clock));
            (key.name.clone(), (key.clone(), card))
        });
        Self(cards.collect())
    }

    /// The card with this name.
    pub fn card(&self, name: &str) -> Option<&Card> {
        self.0.get(name).map(|(_, card)| card)
    }

    /// The names of the keys with their kinds.
    pub fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0
            .iter()
            .map(|(name, (key, _))| (name.as_str(), key.kind.name()))
    }

    /// The kind of a key: `file`, `pkcs11` or `usb_key`.
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        self.0.get(name).map(|(key, _)| key.kind.name())
    }
}

fn provider(key: &KeyConfig, modules: &Arc<Modules>) -> Arc<dyn KeyProvider> {
    use config::KeyKind;
    match key.kind {
        KeyKind::File => Arc::new(FileKey::new(key.file())),
        KeyKind::Pkcs11 => {
            let modules = Arc::clone(modules);
            Arc::new(TokenKey::new(key.token(), modules, key.at_once))
        }
        KeyKind::UsbKey => Arc::new(UsbKey::new(key.usb())),
    }
}
