//! The keys that come again and again (已知公钥), with their tables.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};

use super::{KEY_BYTES, SIGNATURE_BYTES, Sm2PublicKey, Sm2Table};

/// Which arithmetic verifies (验签实现).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// Tables for known keys, the library for others.
    #[default]
    Tables,
    /// The library for all.
    Library,
}

/// Known keys and how to verify (公钥表).
#[derive(Debug)]
pub struct Keys {
    which: Arithmetic,
    tables_max: usize,
    cached: Mutex<Cached>,
}

#[derive(Debug, Default)]
struct Cached {
    tables: HashMap<[u8; KEY_BYTES], (Arc<Sm2Table>, u64)>,
    /// Counts uses; the table with the lowest mark was used longest ago.
    clock: u64,
}

impl Keys {
    /// Keeps at most so many tables, each of [`Sm2Table::BYTES`].
    #[must_use]
    pub fn new(tables_max: usize) -> Self {
        Self {
            which: Arithmetic::Tables,
            tables_max,
            cached: Mutex::default(),
        }
    }

    /// Verifies everything with the library and keeps nothing.
    #[must_use]
    pub fn library() -> Self {
        Self {
            which: Arithmetic::Library,
            ..Self::new(0)
        }
    }

    /// Which arithmetic verifies.
    #[must_use]
    pub fn which(&self) -> Arithmetic {
        self.which
    }

    /// Tables kept at present.
    #[must_use]
    pub fn n_tables(&self) -> usize {
        self.cached().tables.len()
    }

    /// Makes the table of a key whose signatures are expected. Takes a millisecond for a new one.
    pub fn learn(&self, key: &Sm2PublicKey) {
        if self.which == Arithmetic::Library || self.tables_max == 0 || self.table(key).is_some() {
            return;
        }
        let table = Arc::new(Sm2Table::new(key));
        let mut cached = self.cached();
        while cached.tables.len() >= self.tables_max {
            let oldest = cached.tables.iter().min_by_key(|(_, (_, used))| *used);
            let Some(oldest) = oldest.map(|(key, _)| *key) else {
                break;
            };
            cached.tables.remove(&oldest);
        }
        let clock = cached.clock;
        cached.tables.insert(*key.to_sec1(), (table, clock));
    }

    /// Whether r‖s is a signature of the key over the digest e.
    #[must_use]
    pub fn verify(
        &self,
        key: &Sm2PublicKey,
        digest: &[u8; 32],
        signature: &[u8; SIGNATURE_BYTES],
    ) -> bool {
        match self.table(key) {
            Some(table) => table.verify(digest, signature),
            None => by_library(key, digest, signature),
        }
    }

    fn table(&self, key: &Sm2PublicKey) -> Option<Arc<Sm2Table>> {
        if self.which == Arithmetic::Library {
            return None;
        }
        let mut cached = self.cached();
        cached.clock += 1;
        let clock = cached.clock;
        let (table, used) = cached.tables.get_mut(key.to_sec1())?;
        *used = clock;
        Some(Arc::clone(table))
    }

    fn cached(&self) -> std::sync::MutexGuard<'_, Cached> {
        // A panic elsewhere leaves the map whole: it is changed in single steps.
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same by the library, which is asked for keys without a table.
pub(super) fn by_library(
    key: &Sm2PublicKey,
    digest: &[u8; 32],
    signature: &[u8; SIGNATURE_BYTES],
) -> bool {
    let key = VerifyingKey::from_sec1_bytes("", key.to_sec1());
    let signature = Signature::from_slice(signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify_prehash(digest, &signature).is_ok(),
        _ => false,
    }
}

impl super::Sm2 for Keys {
    fn verify(&self, key: &[u8], id: &[u8], message: &[u8], r_s: &[u8; 64]) -> bool {
        let Some(key) = Sm2PublicKey::from_sec1(key) else {
            return false;
        };
        let signer = key.signer_digest(id);
        signer.is_some_and(|signer| {
            Self::verify(self, &key, &super::message_digest(&signer, message), r_s)
        })
    }
}
