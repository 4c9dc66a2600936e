//! Ids made by the application: time-ordered, so that tables and indexes grow at their end.
//!
//! An id is a positive `i64`: 41 bits of milliseconds since 2024-01-01 UTC (until 2093), 6 bits of
//! node, 9 bits of sequence, 7 bits that are zero. The seven low bits belong to the owner of the
//! id: a message numbers its documents 1 to 100 in them, so a document's id is its message's id
//! plus its number, and all documents of a message are one range of the primary key.
//!
//! What a node may have made is on record before it is made ([`IdSpan`]): whoever has its number next begins after it,
//! whatever the clocks have done meanwhile.

use crate::clock::SharedClock;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2024-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH_MS: i64 = 1_704_067_200_000;

/// Bits that an id leaves to its owner, for parts numbered from 1.
pub const PART_BITS: u32 = 7;

/// The largest part number: 127.
pub const PART_MAX: i64 = (1 << PART_BITS) - 1;

const SEQUENCE_BITS: u32 = 9;
const NODE_BITS: u32 = 6;

/// How far ahead of the present the record of a node's ids is kept, in milliseconds: longer than from one beat to the next, and
/// short, because who follows a process that was killed makes ids so far ahead of the clock.
pub const RESERVED_MS: i64 = 8_000;

/// By how much a maker stays below its record, in milliseconds. When the record is not carried on in time, ids follow each other
/// without gaps from there: a million of them before the next process of the number could make the same.
const BELOW_MS: i64 = 2_000;

/// What a node that goes leaves above its last id, in milliseconds, for what is still in somebody's hands.
const LEFT_MS: i64 = 20;

/// The ids of a process under its number (编号区间), as moments in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdSpan {
    /// Ids up to this moment may have been made before.
    pub after_ms: i64,
    /// Ids up to this moment are on record as possibly made.
    pub until_ms: i64,
}

impl IdSpan {
    /// What a process may make whose number may have made ids up to `after_ms`.
    pub fn after(after_ms: i64, now_ms: i64) -> Self {
        let least_ms = after_ms.saturating_add(BELOW_MS);
        Self {
            after_ms,
            until_ms: least_ms.max(now_ms.saturating_add(RESERVED_MS)),
        }
    }
}

/// What the record of a node must say before it makes more ids; moments in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverdueRecord {
    /// The number of the node.
    pub node: i64,
    /// A record that says less does not cover its ids.
    pub least_ms: i64,
    /// What it says then.
    pub until_ms: i64,
}

/// Makes ids for one node; never hands out the same one twice, and always a larger one.
pub struct IdMaker {
    clock: SharedClock,
    node: i64,
    last: AtomicI64,
    /// Where its span began; [`i64::MIN`] for a maker without a record.
    began: AtomicI64,
    /// Where the clock leads no further; [`i64::MAX`] for a maker without a record.
    limit: AtomicI64,
    /// The record, in milliseconds since 1970-01-01 UTC.
    until_ms: AtomicI64,
}

impl IdMaker {
    /// A maker for `node`, 0 to 63; nodes that share a database have different numbers.
    pub fn new(clock: SharedClock, node: u8) -> Self {
        Self {
            clock,
            node: i64::from(node) & ((1 << NODE_BITS) - 1),
            last: AtomicI64::new(0),
            began: AtomicI64::new(i64::MIN),
            limit: AtomicI64::new(i64::MAX),
            until_ms: AtomicI64::new(0),
        }
    }

    /// The next id. When more than 512 are asked for in one millisecond, or the clock steps back,
    /// the ids run ahead of the clock rather than repeat; when the clock runs away from the record, they stay behind it.
    pub fn next(&self) -> i64 {
        let now = ticket_at(self.clock.now_ms()).min(self.limit.load(Ordering::Relaxed));
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let ticket = now.max(last + 1);
            match self.last.compare_exchange_weak(
                last,
                ticket,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return self.compose(ticket),
                Err(seen) => last = seen,
            }
        }
    }

    /// Makes only ids after this one from now on, so that order and uniqueness survive a clock that was
    /// set back while no process ran.
    pub fn begin_after(&self, id: i64) {
        let ms = id >> (NODE_BITS + SEQUENCE_BITS + PART_BITS);
        let sequence = match node_of(id) > self.node {
            // The node stands before the sequence: within that millisecond no id of this node comes after it.
            true => (1 << SEQUENCE_BITS) - 1,
            false => (id >> PART_BITS) & ((1 << SEQUENCE_BITS) - 1),
        };
        self.last
            .fetch_max((ms << SEQUENCE_BITS) | sequence, Ordering::Relaxed);
    }

    /// Keeps to a record that has been committed: begins after what was made before, and stays below its end.
    pub fn begin(&self, span: IdSpan) {
        let last_of_ms = ticket_at(span.after_ms) | ((1 << SEQUENCE_BITS) - 1);
        self.last.fetch_max(last_of_ms, Ordering::Relaxed);
        self.began.store(last_of_ms, Ordering::Relaxed);
        self.keep_below(span.until_ms);
    }

    /// Up to which moment the ids of this maker are to be put on record next, in milliseconds since 1970-01-01 UTC; never earlier
    /// than before. There is room until the next beat also where the ids lead the clock.
    pub fn next_record(&self) -> i64 {
        let from_ms = self.last_ms().max(self.clock.now_ms());
        let until_ms = from_ms.saturating_add(RESERVED_MS);
        until_ms.max(self.until_ms.load(Ordering::Relaxed))
    }

    /// The record has been carried on to this moment, and that is committed.
    pub fn keep_below(&self, until_ms: i64) {
        let until_ms = self
            .until_ms
            .fetch_max(until_ms, Ordering::Relaxed)
            .max(until_ms);
        self.limit
            .store(ticket_at(until_ms - BELOW_MS), Ordering::Relaxed);
    }

    /// The record that a node leaves that makes no more ids, in milliseconds since 1970-01-01 UTC. Who has made none leaves it as it
    /// was, or starts that fail again and again would lead it away from the clock.
    pub fn last_record(&self) -> i64 {
        let has_made_none = self.last.load(Ordering::Relaxed) == self.began.load(Ordering::Relaxed);
        let left_ms = if has_made_none { 0 } else { LEFT_MS };
        self.last_ms().saturating_add(left_ms)
    }

    /// What must be put on record now, when ids of other nodes have led this maker beyond what it knows to be there.
    pub fn overdue(&self) -> Option<OverdueRecord> {
        let until_ms = self.until_ms.load(Ordering::Relaxed);
        let least_ms = self.last_ms().saturating_add(BELOW_MS);
        (until_ms > 0 && least_ms > until_ms).then(|| OverdueRecord {
            node: self.node,
            least_ms,
            until_ms: self.next_record(),
        })
    }

    fn last_ms(&self) -> i64 {
        (self.last.load(Ordering::Relaxed) >> SEQUENCE_BITS) + EPOCH_MS
    }

    fn compose(&self, ticket: i64) -> i64 {
        let ms = ticket >> SEQUENCE_BITS;
        let sequence = ticket & ((1 << SEQUENCE_BITS) - 1);
        ((((ms << NODE_BITS) | self.node) << SEQUENCE_BITS) | sequence) << PART_BITS
    }
}

/// The first place of a moment, in milliseconds since 1970-01-01 UTC, among the ids of a node.
fn ticket_at(at_ms: i64) -> i64 {
    at_ms.saturating_sub(EPOCH_MS).max(0) << SEQUENCE_BITS
}

/// The time an id was made, in milliseconds since 1970-01-01 UTC.
pub fn made_at_ms(id: i64) -> i64 {
    (id >> (NODE_BITS + SEQUENCE_BITS + PART_BITS)) + EPOCH_MS
}

/// The node that made an id.
pub fn node_of(id: i64) -> i64 {
    (id >> (SEQUENCE_BITS + PART_BITS)) & ((1 << NODE_BITS) - 1)
}

/// The smallest id that can have been made at `at_ms`; for pages and searches by time.
pub fn first_at_ms(at_ms: i64) -> i64 {
    // A far future is after every id, not an overflow.
    at_ms
        .saturating_sub(EPOCH_MS)
        .max(0)
        .saturating_mul(1 << (NODE_BITS + SEQUENCE_BITS + PART_BITS))
}
