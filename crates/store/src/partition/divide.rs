//! Divides a table that was filled without partitions, when the database is opened: no row is copied, and others read and
//! write for all but a moment. Each step is a transaction of its own, looks at what is there, and may be interrupted before and after.
//!
//! The table of old becomes the partition of all ids up to an end that is more than a month ahead; of a table without rows it becomes the
//! default partition. Rows of a clock that was wrong by more than that go to the default partition.

use super::{PartitionLength, PartitionSpan, PartitionedTable, TABLES, sql};
use crate::{Error, Result, Tx};
use std::time::Duration;

/// How often a step is tried that needs a table for itself, while others use it.
const TRIES: u32 = 60;

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// What the steps are done with.
pub(crate) trait Steps {
    /// Does a step in a transaction of its own.
    fn step<T>(&mut self, f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T>;

    /// Runs a statement that must not stand in a transaction.
    fn alone(&mut self, statement: &str) -> Result<()>;
}

/// Divides the tables that have no partitions yet. One that others do not let go, or that stands otherwise than this program knows
/// it, stays as it is; the log says so, and the next start tries again.
pub(crate) fn divide(steps: &mut impl Steps, now_ms: i64) -> Result<()> {
    let whole = |tx: &mut Tx<'_>| {
        let mut whole = Vec::new();
        for of in TABLES.iter().copied() {
            if sql::is_whole(tx, of)? {
                whole.push(of);
            }
        }
        Ok(whole)
    };
    if steps.step(whole)?.is_empty() {
        return Ok(());
    }
    // Asked again and again, and not waited for: an index that is made meanwhile waits for all transactions to end.
    while !steps.step(sql::enter)? {
        std::thread::park_timeout(PAUSE);
    }
    for of in steps.step(whole)? {
        match divide_one(steps, of, now_ms) {
            // The platform works without partitions, too; a promise that is kept for months would refuse rows.
            Err(error) if is_in_use(&error) || !error.is_unavailable() => {
                patiently(steps, |tx| sql::promise_nothing(tx, of))?;
                tracing::error!(table = of.table, %error, "the table was not divided into partitions");
            }
            outcome => outcome?,
        }
    }
    steps.step(sql::leave)
}

/// Whether a step could not have a table in time.
fn is_in_use(error: &Error) -> bool {
    error.to_string().contains(crate::error::LOCK_TIMEOUT)
}

/// Where the partition of the rows of before ends: at the end of a span, at least a month ahead, for rows are written until it is
/// one, and again when somebody interrupts it and comes back.
pub(super) fn end_of_before(length: PartitionLength, now_ms: i64) -> i64 {
    let next = PartitionSpan::of(now_ms, PartitionLength::Month)
        .moments()
        .1;
    PartitionSpan::of(next, length).until()
}

fn divide_one(steps: &mut impl Steps, of: PartitionedTable, now_ms: i64) -> Result<()> {
    if steps.step(|tx| sql::is_empty(tx, of.table))? {
        let done = patiently(steps, |tx| {
            let is_empty = sql::take(tx, of)?;
            if is_empty {
                if of.added_to_key.is_some() && sql::has_coming_key(tx, of)?.is_none() {
                    let make = sql::coming_key_statement(tx, of, false)?;
                    tx.script(&make)?;
                }
                switch(tx, of, None)?;
            }
            Ok(is_empty)
        })?;
        if done {
            return Ok(());
        }
    }
    let until = end_of_before(of.length, now_ms);
    promise(steps, of, until)?;
    if of.added_to_key.is_some() {
        make_key(steps, of)?;
    }
    patiently(steps, |tx| {
        sql::take(tx, of)?;
        switch(tx, of, Some(until))
    })?;
    steps.step(|tx| sql::analyze(tx, of))?;
    tracing::info!(table = of.table, "the table was divided into partitions");
    Ok(())
}

/// Has the server promise that all rows are before `until`, so that it need not look at them while nobody else may. What was
/// promised by an earlier start is proven now or, when its time has passed, promised anew.
fn promise(steps: &mut impl Steps, of: PartitionedTable, until: i64) -> Result<()> {
    let promised = steps.step(|tx| sql::promise(tx, of))?;
    if promised.is_some_and(|(promised, _)| promised != until) {
        patiently(steps, |tx| sql::promise_nothing(tx, of))?;
    }
    let promised = promised.is_some_and(|(promised, _)| promised == until);
    if !promised {
        if steps.step(|tx| sql::is_beyond(tx, of, until))? {
            return Ok(());
        }
        patiently(steps, |tx| sql::promise_until(tx, of, until))?;
    }
    steps.step(|tx| sql::prove(tx, of))
}

/// Makes the index that becomes the primary key, while others write.
fn make_key(steps: &mut impl Steps, of: PartitionedTable) -> Result<()> {
    match steps.step(|tx| sql::has_coming_key(tx, of))? {
        Some(true) => return Ok(()),
        // It was interrupted.
        Some(false) => patiently(steps, |tx| sql::drop_coming_key(tx, of))?,
        None => {}
    }
    let statement = steps.step(|tx| sql::coming_key_statement(tx, of, true))?;
    steps.alone(&statement)
}

/// Puts the divided table in the place of the one that there is, which this transaction has taken. `until` is where the
/// partition of the rows of before ends; without rows there is none.
fn switch(tx: &mut Tx<'_>, of: PartitionedTable, until: Option<i64>) -> Result<()> {
    let is_proven = sql::promise(tx, of)?.is_some_and(|(_, is_proven)| is_proven);
    if of.added_to_key.is_some() {
        sql::change_key(tx, of)?;
    }
    match until {
        None => {
            sql::replace(tx, of, "default")?;
            sql::attach_as_default(tx, of)
        }
        Some(until) => {
            sql::replace(tx, of, "before")?;
            sql::attach_before(tx, of, until, is_proven)
        }
    }
}

/// Tries a step again that needs a table for itself for a moment, while others use it.
fn patiently<T>(steps: &mut impl Steps, mut f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match steps.step(&mut f) {
            Err(error) if is_in_use(&error) && tries < TRIES => {
                tries += 1;
                std::thread::park_timeout(PAUSE);
            }
            outcome => return outcome,
        }
    }
}
