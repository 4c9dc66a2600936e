//! Stored values that cannot be opened, where the rest can go on.
//!
//! There are two reasons, and they are kept apart:
//!
//! - *This process lacks the key* ([`Error::KeyMissing`]): the database has it on record that something is
//!   sealed with it, so another process has it, and this one gets it with its next start. Such a value is left
//!   alone: the work fails as if the database were not there, and nobody is told that the value is damaged.
//! - *Damage*: the value was changed since it was stored, or names a key that is not on record, which nobody
//!   can put right by waiting. It is counted, told once, and passed over.

use crate::vault;
use crate::{Error, Result, Row, Tx};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values of which it is remembered that they were reported.
const REPORTED_MAX: usize = 10_000;

/// What a list shows for a part of a row that is damaged.
pub const DAMAGED: &str = "（已损坏）";

/// Where a value stands: a name for the table, and the key of its row; of a key with one number the second is 0.
pub type At = (&'static str, (i64, i64));

/// Reads a row of a list by `read`. One that is damaged is reported, by the id in its first column, and read by `rest` as far
/// as it can be: the list goes on.
///
/// # Errors
/// What `read` raises that is no damage, and a first column that is no number.
pub fn read_or<T>(
    row: &Row,
    table: &'static str,
    read: impl Fn(&Row) -> Result<T>,
    rest: impl Fn(&Row, i64) -> T,
) -> Result<T> {
    match damage(read(row))? {
        Ok(value) => Ok(value),
        Err(why) => {
            let id = row.int(0)?;
            report((table, (id, 0)), &why);
            Ok(rest(row, id))
        }
    }
}

/// Reads rows of counts by `read`, without those that are damaged, which are reported.
///
/// # Errors
/// What `read` raises that is no damage.
pub fn readable<T>(
    rows: &[Row],
    table: &'static str,
    read: impl Fn(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        match damage(read(row))? {
            Ok(value) => found.push(value),
            Err(why) => report((table, (row.int(0).unwrap_or_default(), 0)), &why),
        }
    }
    Ok(found)
}

impl Tx<'_> {
    /// Opens stored bytes.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] when another process has the key, [`Error::Damaged`] when they are damaged.
    pub fn open(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let opened = self.vault().open(bytes);
        self.known(opened)
    }

    /// As [`Tx::open`], for a text.
    pub fn open_text(&mut self, text: String) -> Result<String> {
        let opened = self.vault().open_text(text);
        self.known(opened)
    }

    /// Opens the text of a row, as [`Row::text`](crate::Row::text) answers it, where the rest goes on without it; none
    /// when it is damaged, which is counted and reported.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] when another process has the key, and the engine's.
    pub fn try_text(&mut self, text: Result<String>, at: At) -> Result<Option<String>> {
        let opened = text.and_then(|text| self.open_text(text));
        Ok(damage(opened)?.map_err(|why| report(at, &why)).ok())
    }

    /// As [`Tx::try_text`], of a value that is not opened: it is stored as it is, or opened later.
    pub fn try_raw<T>(&self, value: Result<T>, at: At) -> Result<Option<T>> {
        Ok(damage(value)?.map_err(|why| report(at, &why)).ok())
    }

    /// As [`Tx::try_text`], for bytes.
    pub fn try_bytes(&mut self, bytes: Result<Vec<u8>>, at: At) -> Result<Option<Vec<u8>>> {
        let opened = bytes.and_then(|bytes| self.open(bytes));
        Ok(damage(opened)?.map_err(|why| report(at, &why)).ok())
    }

    /// A key that is not on record is one that nobody has: what names it is damaged.
    pub(crate) fn known<T>(&mut self, opened: Result<T>) -> Result<T> {
        match opened {
            Err(Error::KeyMissing(id)) if vault::is_on_record(self, &id)? => {
                metrics::counter!("tongguan_values_of_missing_keys_total").increment(1);
                if lock(&KEYS).insert(id.clone()) {
                    tracing::error!(
                        key = id,
                        "this process lacks a key with which another one seals: add it to \
                         store.encryption_key_file and start this process again"
                    );
                }
                Err(Error::KeyMissing(id))
            }
            Err(error @ Error::KeyMissing(_)) => Err(Error::Damaged(error.to_string())),
            opened => opened,
        }
    }
}

/// Of a failure to open a value, why it is damaged; the rest, which may pass, stays a failure.
///
/// # Errors
/// All but [`Error::Damaged`].
pub fn damage<T>(opened: Result<T>) -> Result<std::result::Result<T, String>> {
    match opened {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Damaged(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

/// Counts a damaged value and raises the alarm, once for each as long as this process lives.
pub fn report(at: At, why: &str) {
    if !lock(&REPORTED).is_new(at) {
        return;
    }
    let (place, (id, number)) = at;
    metrics::counter!("tongguan_values_unreadable_total", "place" => place).increment(1);
    tracing::error!(
        place,
        id,
        number,
        why,
        "a stored value cannot be opened; the rest goes on"
    );
}

/// What was reported, the oldest first.
#[derive(Default)]
struct Reported {
    values: BTreeSet<At>,
    order: VecDeque<At>,
}

impl Reported {
    fn is_new(&mut self, value: At) -> bool {
        if !self.values.insert(value) {
            return false;
        }
        self.order.push_back(value);
        if self.order.len() > REPORTED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        true
    }
}

static REPORTED: Mutex<Reported> = Mutex::new(Reported {
    values: BTreeSet::new(),
    order: VecDeque::new(),
});

/// Keys already reported as missing in this process.
static KEYS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// What was reported is whole after every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{REPORTED_MAX, Reported};

    #[test]
    fn each_value_is_reported_once_and_few_are_remembered() {
        let mut reported = Reported::default();
        for id in (0..).take(REPORTED_MAX) {
            assert!(reported.is_new(("test", (id, 0))));
            assert!(!reported.is_new(("test", (id, 0))));
        }
        assert!(reported.is_new(("test", (0, 1))));
        assert_eq!(reported.values.len(), REPORTED_MAX);
        assert!(reported.is_new(("test", (0, 0))), "the oldest is forgotten");
    }
}
