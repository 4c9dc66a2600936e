//! Ids made by the application: time-ordered, so that tables and indexes grow at their end.
//!
//! An id is a positive `i64`: 41 bits of milliseconds since 2024-01-01 UTC (until 2093), 6 bits of
//! node, 9 bits of sequence, 7 bits that are zero. The seven low bits belong to the owner of the
//! id: a message numbers its documents 1 to 100 in them, so a document's id is its message's id
//! plus its number, and all documents of a message are one range of the primary key.

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

/// Makes ids for one node; never hands out the same one twice, and always a larger one.
pub struct IdMaker {
    clock: SharedClock,
    node: i64,
    last: AtomicI64,
}

impl IdMaker {
    /// A maker for `node`, 0 to 63; nodes that share a database have different numbers.
    pub fn new(clock: SharedClock, node: u8) -> Self {
        Self {
            clock,
            node: i64::from(node) & ((1 << NODE_BITS) - 1),
            last: AtomicI64::new(0),
        }
    }

    /// The next id. When more than 512 are asked for in one millisecond, or the clock steps back,
    /// the ids run ahead of the clock rather than repeat.
    pub fn next(&self) -> i64 {
        let now = (self.clock.now_ms() - EPOCH_MS).max(0) << SEQUENCE_BITS;
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

    fn compose(&self, ticket: i64) -> i64 {
        let ms = ticket >> SEQUENCE_BITS;
        let sequence = ticket & ((1 << SEQUENCE_BITS) - 1);
        ((((ms << NODE_BITS) | self.node) << SEQUENCE_BITS) | sequence) << PART_BITS
    }
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
