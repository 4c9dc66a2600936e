//! Divides a table that was filled without partitions, when the database is opened: no row is copied, and others read and
//! write for all but a moment. Each step is a transaction of its own, looks at what is there, and may be interrupted before and after.
//!
//! The table of old becomes the partition of all ids up to an end that is more than a month ahead and after all of its ids; of a table
//! without rows it becomes the default partition. Until that is done, rows after the end are refused, which are those of a clock that
//! is more than a month ahead. Ids that are more than a year ahead are damaged, and go to the default partition.

use super::{PartitionLength, PartitionSpan, PartitionedTable, TABLES, sql};
use crate::{Error, Result, Tx, id};
use std::time::Duration;

/// How often a step is tried that needs a table for itself, while others use it. Whoever comes after a try waits with it, and a
/// dump of the database goes on for longer than anybody would try.
const TRIES: u32 = 8;

/// The pause after the first try at most; it grows by as much with each.
const PAUSE: Duration = Duration::from_millis(400);

/// How long it takes until another process is looked at again that divides tables.
const WAIT: Duration = Duration::from_millis(250);

/// How often it is looked at: five minutes. Then the tables stay as they are for this process; it works on them either way.
const WAITS: u32 = 1200;

/// After how many looks the log says again what is waited for: a minute.
const WAITS_SAID: u32 = 240;

/// What the steps are done with.
pub(crate) trait Steps {
    /// Does a step in a transaction of its own.
    fn step<T>(&mut self, f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T>;

    /// Runs a statement that must not stand in a transaction.
    fn alone(&mut self, statement: &str) -> Result<()>;
}

/// Divides the tables that have no partitions yet. One that others do not let go, or that stands otherwise than this program knows
/// it, stays as it is; the log says so, and the next start tries again. Ids that are more than `ahead_ms` after `now_ms` are damaged.
pub(crate) fn divide(steps: &mut impl Steps, now_ms: i64, ahead_ms: i64) -> Result<()> {
    if steps.step(whole)?.is_empty() {
        return Ok(());
    }
    if !enter(steps)? {
        tracing::error!(
            "another process divides tables for long; they stay as they are for this one"
        );
        return Ok(());
    }
    // Only a success comes back from here with the connection in use: an error costs it, and what was set on it.
    steps.step(sql::take_time)?;
    for of in steps.step(whole)? {
        match divide_one(steps, of, now_ms, ahead_ms) {
            // The platform works without partitions, too.
            Err(error) if is_in_use(&error) || !error.is_unavailable() => {
                tracing::error!(table = of.table, %error, "the table was not divided into partitions");
                take_back(steps, of);
            }
            outcome => outcome?,
        }
    }
    steps.step(sql::take_usual_time)?;
    steps.step(sql::leave)
}

fn whole(tx: &mut Tx<'_>) -> Result<Vec<PartitionedTable>> {
    let mut whole = Vec::new();
    for of in TABLES.iter().copied() {
        if sql::is_whole(tx, of)? {
            whole.push(of);
        }
    }
    Ok(whole)
}

/// Waits until no other process divides tables; answers whether it came to that. Asked again and again, and not waited for in the
/// database: an index that is made meanwhile waits for all transactions to end.
fn enter(steps: &mut impl Steps) -> Result<bool> {
    for n in 0..WAITS {
        if steps.step(sql::enter)? {
            return Ok(true);
        }
        if n % WAITS_SAID == 0 {
            tracing::info!("another process divides tables into partitions; this one waits for it");
        }
        std::thread::park_timeout(WAIT);
    }
    Ok(false)
}

/// Takes a promise back that would refuse rows when its time has passed, if there is one. When that cannot be done, the next start
/// does it; a start does not fail for it.
fn take_back(steps: &mut impl Steps, of: PartitionedTable) {
    let taken = match steps.step(|tx| sql::promise(tx, of)) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => patiently(steps, |tx| sql::promise_nothing(tx, of)),
        Err(error) => Err(error),
    };
    if let Err(error) = taken {
        tracing::error!(
            table = of.table,
            %error,
            "a check constraint was left on the table; it must be dropped within a month, which the next start tries"
        );
    }
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

fn divide_one(
    steps: &mut impl Steps,
    of: PartitionedTable,
    now_ms: i64,
    ahead_ms: i64,
) -> Result<()> {
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
    tracing::info!(
        table = of.table,
        "the table is being divided into partitions"
    );
    let until = promise(steps, of, now_ms, ahead_ms)?;
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

/// Has the server promise that all rows are before an end, so that it need not look at them while nobody else may; answers that
/// end. What was promised by an earlier start is proven now or, when its time has passed, promised anew. Of rows that are damaged,
/// for no clock is wrong by that much, nothing is promised: they are moved.
fn promise(
    steps: &mut impl Steps,
    of: PartitionedTable,
    now_ms: i64,
    ahead_ms: i64,
) -> Result<i64> {
    let beyond = id::first_at_ms(now_ms.saturating_add(ahead_ms));
    let largest = steps.step(|tx| sql::largest(tx, of))?;
    let mut until = end_of_before(of.length, now_ms);
    if (until..beyond).contains(&largest) {
        until = PartitionSpan::of(id::made_at_ms(largest), of.length).until();
    }
    let promised = steps.step(|tx| sql::promise(tx, of))?;
    let is_kept = largest < until && promised.is_some_and(|(promised, _)| promised == until);
    if promised.is_some() && !is_kept {
        patiently(steps, |tx| sql::promise_nothing(tx, of))?;
    }
    if largest >= until {
        return Ok(until);
    }
    if !is_kept {
        patiently(steps, |tx| sql::promise_until(tx, of, until))?;
    }
    steps.step(|tx| sql::prove(tx, of))?;
    Ok(until)
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
                std::thread::park_timeout(pause(tries));
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

/// A pause that grows and that no two processes have in common; without chance it is the longest.
fn pause(tries: u32) -> Duration {
    let mut chance = [u8::MAX];
    let _ = getrandom::fill(&mut chance);
    PAUSE * tries * (256 + u32::from(chance[0])) / 512
}
