//! Copies what a platform has written, again and again, inside its database: as if it had lived through all of it.
//!
//! Each block is a copy of the same messages with all that was written about them, moved back in time: ids, places of facts
//! and times by the same step, so that every relation between them stays. Guids differ in four digits, numbers of documents
//! go on from block to block, as those of companies do, and so do the feeds. Blocks are written from the oldest to the
//! newest, so that tables and indexes grow at the places where they grow in life, and none is made anew. What has no order
//! (guids, persons) is written at the end, sorted. Bytes of messages and receipts stay as they are: they have the right
//! size, and name the first block's guids and numbers.

use super::blocks::{Blocks, run, scratch};
use super::spread::{self, Counted};
use super::trades::KINDS;
use crate::report::Report;
use anyhow::{Result, bail, ensure};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use store::Db;

/// By how much the companies' numbers are larger in the next block: as many as [`ceb::sample`] leaves for its trades. Twelve
/// digits go on, of which the first two are a day.
const NUMBERS: (usize, i64) = (12, 50_000_000);

/// The same for numbers that customs gives, which end with nine digits: more than it gives in a block.
const CUSTOMS_NUMBERS: (usize, i64) = (9, 500_000);

/// A table that grows by journeys.
struct JourneyTable {
    name: &'static str,
    /// The order in which its rows came.
    order: &'static str,
    /// Whether its rows are of a feed.
    is_feed: bool,
}

const fn table(name: &'static str, order: &'static str) -> JourneyTable {
    let is_feed = false;
    JourneyTable {
        name,
        order,
        is_feed,
    }
}

const fn feed(name: &'static str, order: &'static str) -> JourneyTable {
    let is_feed = true;
    JourneyTable {
        name,
        order,
        is_feed,
    }
}

/// Two lists, which PostgreSQL fills at once.
const TABLES: [&[JourneyTable]; 2] = [
    &[
        table("event", "place, id"),
        table("message_body", "message_id"),
        feed("receipt_xml", "company_id, feed_no"),
    ],
    &[
        table("message", "id"),
        table("message_finding", "message_id, number"),
        table("message_signature", "message_id"),
        table("document", "id"),
        table("match_fact", "document_id"),
        feed("receipt", "received_at, company_id, feed_no"),
    ],
];

/// Tables that grow by journeys and are filled otherwise.
const OTHERS: [&str; 2] = ["message_guid", "personal_total"];

/// How the value of a column differs in another block; `s` is a row of the first one, `b` says which block.
fn value_of(column: &str, low: i64) -> String {
    match column {
        "id" | "message_id" | "document_id" => format!("s.{column} + b.id_by"),
        // A fact may be about no message.
        "subject_id" => {
            format!("case when s.{column} >= {low} then s.{column} + b.id_by else s.{column} end")
        }
        "at_ms" | "received_at" | "changed_at" | "checked_at" => format!("s.{column} + b.ms_by"),
        "place" => "s.place + b.place_by".to_owned(),
        "feed_no" => "s.feed_no + b.nth * s.feed_last".to_owned(),
        "guid" => "substr(s.guid, 1, 9) || b.mark || substr(s.guid, 14)".to_owned(),
        "person_key" => {
            "substr(s.person_key, 1, 5) || b.mark || substr(s.person_key, 10)".to_owned()
        }
        "business_key" | "own_key" => business_key(column),
        "order_no" | "logistics_no" | "cop_no" | "order_key" | "waybill_key" => {
            number(&format!("s.{column}"), NUMBERS)
        }
        "invt_no" | "pre_no" | "list_no" => number(&format!("s.{column}"), CUSTOMS_NUMBERS),
        _ => format!("s.{column}"),
    }
}

/// The key of a document, which ends with its number; that of a list ends with the code of its declarant.
fn business_key(column: &str) -> String {
    let key = format!("s.{column}");
    let list = format!("substr({key}, 1, length({key}) - 11)");
    format!(
        "case s.kind when 'CEB621' then {} || substr({key}, length({key}) - 10) else {} end",
        number(&list, NUMBERS),
        number(&key, NUMBERS)
    )
}

/// A number whose last digits go on.
fn number(of: &str, (n_digits, step): (usize, i64)) -> String {
    let (one, before) = (format!("1{:0<n_digits$}", ""), n_digits - 1);
    format!(
        "substr({of}, 1, length({of}) - {n_digits}) || substr(cast({one} + b.nth * {step} \
         + cast(substr({of}, length({of}) - {before}) as bigint) as text), 2)"
    )
}

/// Rows of each table, by its name.
pub(super) type TableSizes = BTreeMap<String, i64>;

/// The rows of every table.
pub(super) async fn sizes(db: &Db) -> Result<TableSizes> {
    let list = match db.engine_name() {
        "SQLite" => {
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'"
        }
        _ => {
            "select relname::text from pg_class where relnamespace = current_schema()::regnamespace \
              and relkind in ('r', 'p') and not relispartition"
        }
    };
    let read = db.read(move |tx| {
        let names = tx.query(list, &[])?;
        let mut sizes = TableSizes::new();
        for name in names {
            let name = name.text(0)?;
            let found = tx.query_opt(&format!("select count(*) from {name}"), &[])?;
            sizes.insert(name, found.map_or(Ok(0), |row| row.int(0))?);
        }
        Ok::<_, store::Error>(sizes)
    });
    Ok(read.await?)
}

/// Multiplies what was written since the tables had the rows in `before`, until at least `n_messages` are stored.
pub(super) async fn multiply(
    report: &mut Report,
    db: &Db,
    before: &TableSizes,
    n_messages: i64,
) -> Result<Blocks> {
    let begun = Instant::now();
    let blocks = Blocks::of(db, n_messages).await?;
    let grown = grown(before, &sizes(db).await?, blocks.n_each);
    report.note(format!("rows of {} messages: {grown:?}", blocks.n_each));
    complete(&grown)?;
    let counted = Counted::read(db).await?;
    let statements = prepare(db, &blocks).await?;
    spread::partitions(db, &blocks).await?;
    for nth in 0..blocks.n_blocks {
        let [one, other] = &statements;
        tokio::try_join!(copy(db, one, nth), copy(db, other, nth))?;
        if (nth + 1) % 50 == 0 || nth + 1 == blocks.n_blocks {
            let seconds = begun.elapsed().as_secs_f64();
            report.note(format!(
                "{}: {} messages, {seconds:.0} s",
                db.engine_name(),
                (nth + 1) * blocks.n_each
            ));
        }
    }
    spread::unordered(db, &blocks, &value_of("person_key", blocks.low)).await?;
    spread::counts(db, &blocks, &counted).await?;
    forget(db).await?;
    proven(db, &blocks, &grown).await?;
    let seconds = begun.elapsed().as_secs_f64();
    report.note(format!(
        "{}: {} messages stored in {seconds:.0} s",
        db.engine_name(),
        blocks.n_messages()
    ));
    Ok(blocks)
}

/// The tables that have a row for every fourth message or more of those that were written, which is one for each trade.
fn grown(before: &TableSizes, after: &TableSizes, n_each: i64) -> TableSizes {
    let n_trades = n_each / KINDS.len() as i64;
    let grown = after.iter().filter_map(|(name, n)| {
        let n_new = n - before.get(name).copied().unwrap_or_default();
        // Some persons buy twice.
        (n_new >= n_trades / 2).then(|| (name.clone(), n_new))
    });
    grown.collect()
}

/// Looks whether every table that journeys write into is one of those that are copied.
fn complete(grown: &TableSizes) -> Result<()> {
    let is_known = |name: &str| {
        let mut copied = TABLES.iter().flat_map(|list| list.iter());
        copied.any(|table| table.name == name) || OTHERS.contains(&name)
    };
    match grown.keys().find(|name| !is_known(name)) {
        None => Ok(()),
        Some(name) => bail!("journeys write into {name}, which `bench big` does not copy"),
    }
}

async fn columns(db: &Db, table: &str) -> Result<Vec<String>> {
    let sql = match db.engine_name() {
        "SQLite" => format!("select name from pragma_table_info('{table}') order by cid"),
        _ => format!(
            "select column_name::text from information_schema.columns \
             where table_schema = current_schema() and table_name = '{table}' order by ordinal_position"
        ),
    };
    let read = db.read(move |tx| {
        let rows = tx.query(&sql, &[])?;
        rows.iter()
            .map(|row| row.text(0))
            .collect::<store::Result<Vec<String>>>()
    });
    Ok(read.await?)
}

/// The statements that write one block.
type BlockStatements = Arc<Vec<String>>;

/// Puts what was written aside, and says how each block is copied from it.
async fn prepare(db: &Db, blocks: &Blocks) -> Result<[BlockStatements; 2]> {
    let create = scratch(db);
    list_blocks(db, *blocks).await?;
    let mut first = Vec::new();
    let mut statements = [Vec::new(), Vec::new()];
    for (list, copies) in TABLES.iter().zip(&mut statements) {
        for JourneyTable {
            name,
            order,
            is_feed,
        } in *list
        {
            let columns = columns(db, name).await?;
            let (more, join) = match is_feed {
                true => (
                    ", f.last as feed_last",
                    " join feed f on f.company_id = s.company_id",
                ),
                false => ("", ""),
            };
            // Facts of before are about the companies.
            let which = match *name {
                "event" => format!(" where s.id >= {}", blocks.low),
                _ => String::new(),
            };
            let order: Vec<String> = order
                .split(", ")
                .map(|column| format!("s.{column}"))
                .collect();
            let order = order.join(", ");
            first.push(format!("{create} big_{name} as select s.*{more} from {name} s{join}{which} order by {order}"));
            first.push(format!("delete from {name}{}", which.replace("s.", "")));
            let values: Vec<String> = columns
                .iter()
                .map(|column| value_of(column, blocks.low))
                .collect();
            copies.push(format!(
                "insert into {name} ({}) select {} from big_block b cross join big_{name} s where b.nth = $1",
                columns.join(", "),
                values.join(", ")
            ));
        }
    }
    run(db, first).await?;
    numbers(db).await?;
    Ok(statements.map(Arc::new))
}

/// Writes down how each block differs from the newest.
async fn list_blocks(db: &Db, blocks: Blocks) -> Result<()> {
    let create = scratch(db);
    let table = format!(
        "{create} big_block (nth bigint primary key, id_by bigint not null, ms_by bigint not null, \
         place_by bigint not null, mark text not null)"
    );
    let write = db.write(move |tx| {
        tx.execute(&table, &[])?;
        for nth in 0..blocks.n_blocks {
            let ms_by = -blocks.earlier_ms(nth);
            let place_by = -(blocks.n_blocks - 1 - nth) * blocks.places;
            let mark = format!("{nth:04X}");
            tx.execute(
                "insert into big_block (nth, id_by, ms_by, place_by, mark) values ($1, $2, $3, $4, $5)",
                &[nth.into(), blocks.id_by(nth).into(), ms_by.into(), place_by.into(), (&mark).into()],
            )?;
        }
        Ok::<_, store::Error>(())
    });
    Ok(write.await?)
}

/// Looks whether all numbers of documents end as [`value_of`] has it.
async fn numbers(db: &Db) -> Result<()> {
    for (table, column) in [
        ("document", "business_key"),
        ("document", "order_no"),
        ("document", "logistics_no"),
        ("document", "invt_no"),
        ("document", "cop_no"),
        ("document", "pre_no"),
        ("match_fact", "own_key"),
        ("match_fact", "order_key"),
        ("match_fact", "waybill_key"),
        ("match_fact", "list_no"),
    ] {
        let same = value_of(column, 0);
        let sql = format!(
            "select count(*) from big_{table} s cross join big_block b where b.nth = 0 and {same} <> s.{column}"
        );
        let found = db.write(move |tx| tx.query_opt(&sql, &[])).await?;
        let n_other = found.map_or(Ok(0), |row| row.int(0))?;
        ensure!(
            n_other == 0,
            "{n_other} values of {table}.{column} do not end with digits enough"
        );
    }
    Ok(())
}

async fn copy(db: &Db, statements: &BlockStatements, nth: i64) -> Result<()> {
    let statements = Arc::clone(statements);
    let write = db.write(move |tx| {
        for statement in statements.iter() {
            tx.execute(statement, &[nth.into()])?;
        }
        Ok::<_, store::Error>(())
    });
    Ok(write.await?)
}

/// Drops what served the copying only.
async fn forget(db: &Db) -> Result<()> {
    let copied = TABLES.iter().flat_map(|list| list.iter());
    let mut drops: Vec<String> = copied
        .map(|table| format!("drop table big_{}", table.name))
        .collect();
    drops.push("drop table big_block".to_owned());
    drops.push("drop table big_personal_total".to_owned());
    run(db, drops).await
}

/// Looks whether every table has as many rows as there are blocks times those of one.
async fn proven(db: &Db, blocks: &Blocks, grown: &TableSizes) -> Result<()> {
    for (name, n_each) in grown {
        let since = match name.as_str() {
            "event" => format!(" where id >= {}", blocks.low + blocks.id_by(0)),
            _ => String::new(),
        };
        let sql = format!("select count(*) from {name}{since}");
        let found = db.read(move |tx| tx.query_opt(&sql, &[])).await?;
        let n_rows = found.map_or(Ok(0), |row| row.int(0))?;
        // Facts were counted with those of before, which are a few.
        let most = n_each * blocks.n_blocks;
        let is_right = n_rows == most || (name == "event" && (most - n_rows) * 100 < most);
        ensure!(is_right, "{name} has {n_rows} rows of {most}");
    }
    let ends = db
        .read(|tx| {
            tx.query_opt(
                "select count(*) from feed f where f.last <> (select max(r.feed_no) from receipt r \
                 where r.company_id = f.company_id)",
                &[],
            )
        })
        .await?;
    ensure!(
        ends.map_or(Ok(0), |row| row.int(0))? == 0,
        "a feed has another end"
    );
    Ok(())
}
