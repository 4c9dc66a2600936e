//! The trust folder (信任库目录): certificates of authorities and revocation lists, as files.
//!
//! Whoever keeps the machine puts files there and takes them away; the change is seen within seconds,
//! without a restart. A folder that cannot be read leaves what was read before in force.

use ceb::signature::certificate::CertificateFault;
use ceb::signature::key::Sm2;
use ceb::signature::{Certificate, Trust};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::UNIX_EPOCH;

/// How long a look at the folder holds, in milliseconds.
const LOOK_MS: i64 = 10_000;

/// Files read from the folder, and bytes of each; revocation lists can be large.
const FILES_MAX: usize = 500;
const FILE_BYTES_MAX: u64 = 32 << 20;

/// Answers kept; more than there are certificates in use, few enough to forget all at once.
const ANSWERS_MAX: usize = 20_000;

/// An answer about a certificate holds for messages of the same hour.
const HOUR_SECONDS: i64 = 3600;

/// Whom we believe, and what was asked about it already.
#[derive(Debug, Default)]
pub(crate) struct Believed {
    trust: Trust,
    answers: Mutex<TrustAnswers>,
}

#[derive(Debug, Default)]
struct TrustAnswers {
    faults: HashMap<([u8; 32], i64), Vec<CertificateFault>>,
    passes: HashMap<Vec<u8>, u32>,
}

impl Believed {
    /// Whether nobody is believed, so that nothing can be said about certificates.
    pub(crate) fn is_empty(&self) -> bool {
        self.trust.is_empty()
    }

    /// The certificates and lists.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Everything wrong with a certificate at a time, seconds since 1970; while nobody is believed only
    /// what it says itself. Asked once an hour for each certificate: a chain costs several
    /// verifications.
    pub(crate) fn check(
        &self,
        certificate: &Certificate,
        sent_along: &[Certificate],
        at: i64,
        sm2: &dyn Sm2,
    ) -> Vec<CertificateFault> {
        // What was sent along may decide whether there is a chain, so it belongs to the question.
        let mut hash = Sha256::new();
        for one in std::iter::once(certificate).chain(sent_along) {
            hash.update(Sha256::digest(one.der()));
        }
        let question = (hash.finalize().into(), at.div_euclid(HOUR_SECONDS));
        if let Some(answer) = self.answers().faults.get(&question) {
            return exact(answer.clone(), certificate, at);
        }
        let mut answer = self.trust.check(certificate, sent_along, at, sm2);
        if self.is_empty() {
            answer.retain(|fault| {
                use CertificateFault::{Expired, NotYetValid, Usage};
                matches!(fault, NotYetValid | Expired | Usage)
            });
        }
        let mut answers = self.answers();
        if answers.faults.len() >= ANSWERS_MAX {
            answers.faults.clear();
        }
        answers.faults.insert(question, answer.clone());
        exact(answer, certificate, at)
    }

    /// Counts that a signature of this key passed; answers how many did before.
    pub(crate) fn n_passed(&self, key: &[u8]) -> u32 {
        let mut answers = self.answers();
        if answers.passes.len() >= ANSWERS_MAX {
            answers.passes.clear();
        }
        let n_passed = answers.passes.entry(key.to_vec()).or_default();
        let before = *n_passed;
        *n_passed = n_passed.saturating_add(1);
        before
    }

    fn answers(&self) -> MutexGuard<'_, TrustAnswers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer of the hour with the validity of this very second.
fn exact(
    mut answer: Vec<CertificateFault>,
    certificate: &Certificate,
    at: i64,
) -> Vec<CertificateFault> {
    use CertificateFault::{Expired, NotYetValid};
    answer.retain(|fault| !matches!(fault, Expired | NotYetValid));
    if at < certificate.not_before() {
        answer.insert(0, NotYetValid);
    }
    if at > certificate.not_after() {
        answer.insert(0, Expired);
    }
    answer
}

/// The folder and what was read from it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    believed: RwLock<Arc<Believed>>,
    last: Mutex<TrustLook>,
}

#[derive(Debug, Default)]
struct TrustLook {
    at_ms: Option<i64>,
    /// Names, sizes and times of the files: a change is a reason to read them.
    stamp: Option<[u8; 32]>,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            believed: RwLock::default(),
            last: Mutex::default(),
        }
    }

    pub(crate) fn believed(&self) -> Arc<Believed> {
        let believed = self.believed.read();
        Arc::clone(&believed.unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn refresh(&self, now_ms: i64) {
        if self.path.as_os_str().is_empty() {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: i64| (0..LOOK_MS).contains(&now_ms.saturating_sub(at));
        if last.at_ms.is_some_and(is_recent) {
            return;
        }
        last.at_ms = Some(now_ms);
        match read(&self.path, last.stamp) {
            Ok(None) => {}
            Ok(Some((stamp, trust))) => {
                last.stamp = Some(stamp);
                tracing::info!(
                    roots = trust.roots.len(),
                    intermediates = trust.intermediates.len(),
                    lists = trust.lists.len(),
                    "the trust folder was read"
                );
                let believed = Arc::new(Believed {
                    trust,
                    answers: Mutex::default(),
                });
                *self
                    .believed
                    .write()
                    .unwrap_or_else(PoisonError::into_inner) = believed;
            }
            Err(error) => {
                metrics::counter!("tongguan_trust_folder_errors_total").increment(1);
                tracing::error!(%error, "the trust folder cannot be read; what was read before holds");
            }
        }
    }
}

type Read = Option<([u8; 32], Trust)>;

/// Reads the folder, unless nothing in it changed.
fn read(folder: &Path, stamp: Option<[u8; 32]>) -> std::io::Result<Read> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let about = std::fs::metadata(&path)?;
        if about.is_file() && about.len() <= FILE_BYTES_MAX && files.len() < FILES_MAX {
            let changed = about.modified()?.duration_since(UNIX_EPOCH);
            let changed = changed.map(|time| time.as_nanos()).unwrap_or_default();
            files.push((path, about.len(), changed));
        }
    }
    files.sort();
    let new_stamp: [u8; 32] = Sha256::digest(format!("{files:?}")).into();
    if stamp == Some(new_stamp) {
        return Ok(None);
    }
    let mut trust = Trust::default();
    for (path, _, _) in &files {
        if trust.add(&std::fs::read(path)?) == 0 {
            tracing::warn!(file = %path.display(), "neither certificate nor revocation list");
        }
    }
    Ok(Some((new_stamp, trust)))
}
