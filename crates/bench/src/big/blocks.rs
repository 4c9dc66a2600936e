//! The blocks of which a filled database consists: how many there are, and how far apart.

use anyhow::{Result, ensure};
use store::{Db, Tx};

/// Milliseconds between two messages on average, so that ten million are a quarter.
const APART_MS: i64 = 700;

/// Blocks at most: nine digits tell one number of customs from another.
const BLOCKS_MAX: i64 = 1800;

/// How a database was filled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    /// How many there are.
    pub(super) n_blocks: i64,
    /// Messages of each.
    pub(super) n_each: i64,
    /// The smallest id of a message in the newest block.
    pub(super) low: i64,
    /// The largest one.
    pub(super) high: i64,
    /// Milliseconds from one block to the next.
    pub(super) step_ms: i64,
    /// Places of facts from one block to the next.
    pub(super) places: i64,
}

impl Blocks {
    /// The blocks by which a database has at least `n_messages`.
    pub(super) async fn of(db: &Db, n_messages: i64) -> Result<Self> {
        let read = |tx: &mut Tx<'_>| -> store::Result<(i64, i64, i64, i64, i64)> {
            let facts = "select min(id), max(id), count(*) from message";
            let Some(of) = tx.query_opt(facts, &[])? else {
                return Ok((0, 0, 0, 0, 0));
            };
            let (low, high, n_each) = (of.int(0)?, of.int(1)?, of.int(2)?);
            let facts = "select max(place) - min(place) + 1, max(id) from event where id >= $1";
            let Some(of) = tx.query_opt(facts, &[low.into()])? else {
                return Ok((0, 0, 0, 0, 0));
            };
            Ok((low, high, n_each, of.int(0)?, of.int(1)?))
        };
        let (low, high, n_each, places, last) = db.read(read).await?;
        ensure!(n_each > 0, "nothing is stored that could be copied");
        let blocks = Self {
            n_blocks: (n_messages + n_each - 1) / n_each,
            n_each,
            low,
            high,
            step_ms: n_each * APART_MS,
            places,
        };
        ensure!(
            blocks.n_blocks <= BLOCKS_MAX,
            "that is more than {BLOCKS_MAX} blocks"
        );
        let length_ms = store::id::made_at_ms(last) - store::id::made_at_ms(low);
        ensure!(
            length_ms < blocks.step_ms,
            "a block of {length_ms} ms reaches into the next"
        );
        Ok(blocks)
    }

    /// By how many milliseconds a block is earlier than the newest.
    pub(super) fn earlier_ms(&self, nth: i64) -> i64 {
        (self.n_blocks - 1 - nth) * self.step_ms
    }

    /// By how much the ids of a block differ from those of the newest.
    pub(super) fn id_by(&self, nth: i64) -> i64 {
        let of = |ms: i64| store::id::first_at_ms(store::id::made_at_ms(0) + ms);
        -of(self.earlier_ms(nth))
    }

    /// Messages of all of them.
    pub(super) fn n_messages(&self) -> i64 {
        self.n_blocks * self.n_each
    }
}

/// What a table is called that serves the copying only.
pub(super) fn scratch(db: &Db) -> &'static str {
    // In the memory of the one connection that writes, so that no free pages stay in the file.
    match db.engine_name() {
        "SQLite" => "create temporary table",
        _ => "create unlogged table",
    }
}

/// Runs statements in one transaction.
pub(super) async fn run(db: &Db, statements: Vec<String>) -> Result<()> {
    let write = db.write(move |tx| {
        for statement in &statements {
            tx.execute(statement, &[])?;
        }
        Ok::<_, store::Error>(())
    });
    Ok(write.await?)
}
