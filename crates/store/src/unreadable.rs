//! Stored values that no key opens, damaged on the disk or by a key that is gone, where the rest can go on.

use crate::{Result, Vault};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

impl Vault {
    /// Opens a text that is only shown or compared; none where no key opens it, which is counted, and logged
    /// once for each place: one damaged value stops nobody.
    pub fn try_text(&self, text: String, place: &'static str) -> Option<String> {
        told(self.open_text(text), place)
    }

    /// As [`Vault::try_text`], for bytes.
    pub fn try_bytes(&self, bytes: Vec<u8>, place: &'static str) -> Option<Vec<u8>> {
        told(self.open(bytes), place)
    }
}

/// The places of which it was said that a value there could not be opened.
static SAID: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

fn told<T>(opened: Result<T>, place: &'static str) -> Option<T> {
    match opened {
        Ok(value) => Some(value),
        Err(error) => {
            metrics::counter!("tongguan_values_unreadable_total", "place" => place).increment(1);
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            if said.insert(place) {
                tracing::error!(place, %error, "a stored value cannot be opened; the rest goes on");
            }
            None
        }
    }
}
