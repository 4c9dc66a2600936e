//! Statements of the feed: its numbers in `feed`, its items in `receipt` (module receipt writes them).

use super::{Item, item};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::{Many, Result, Tx, Value};

/// Columns of an item, in the order in which `item` reads them.
pub(crate) const COLUMNS: &str = "feed_no, message_id, document_id, kind, document_key, \
     return_status, return_time, return_info, received_at, xml, guid, \
     (select x.xml from receipt_xml x where x.company_id = receipt.company_id \
     and x.feed_no = receipt.feed_no), company_id";

/// The highest number of a feed that is believed, 2^62; what stands above it, or is no number, is damaged.
const NUMBER_MAX: i64 = 1 << 62;

/// Reserves feed numbers, `n` for each company; answers the first one of each. The companies come
/// in order, so that two transactions cannot wait for each other in a circle. A `last` that is damaged (below what was
/// handed out, or absurd) gives way to the numbers of the receipts themselves, of which the damaged ones (no number, or
/// above 2^62) do not count: the feed goes on behind its newest.
pub(crate) fn reserve(
    tx: &mut Tx<'_>,
    companies: &BTreeMap<CompanyId, i64>,
) -> Result<BTreeMap<CompanyId, i64>> {
    const RESERVE: Many = Many {
        before: "insert into feed (company_id, last) values ",
        row: "(?, cast(? as bigint) + coalesce((select cast(max(r.feed_no) as bigint) from receipt r \
              where r.company_id = cast(? as bigint) \
              and r.feed_no between 1 and 4611686018427387904), 0))",
        after: " on conflict (company_id) do update set last = excluded.last + (select case \
                when cast(feed.last as bigint) between n.newest and 4611686018427387904 \
                then cast(feed.last as bigint) - n.newest else 0 end \
                from (select cast(coalesce(max(r.feed_no), 0) as bigint) as newest from receipt r \
                where r.company_id = feed.company_id \
                and r.feed_no between 1 and 4611686018427387904) n) \
                returning company_id, last",
    };
    let rows: Vec<Vec<Value<'_>>> = companies
        .iter()
        .map(|(company, n)| vec![company.0.into(), (*n).into(), company.0.into()])
        .collect();
    let mut first = BTreeMap::new();
    for row in tx.many(RESERVE, &[], &rows)? {
        let company = CompanyId(row.int(0)?);
        let n = companies.get(&company).copied().unwrap_or_default();
        first.insert(company, row.int(1)? - n + 1);
    }
    Ok(first)
}

/// The items of a company's feed after a number, in order. One whose number is damaged stands in its message only.
pub(crate) fn after(
    tx: &mut Tx<'_>,
    company: CompanyId,
    feed_no: i64,
    limit: i64,
) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from receipt where company_id = $1 and feed_no > $2 \
         and feed_no <= {NUMBER_MAX} and feed_no = cast(feed_no as bigint) order by feed_no limit $3"
    );
    items(tx, &sql, &[company.0.into(), feed_no.into(), limit.into()])
}

/// The items of a company's feed before a number, the newest first.
pub(crate) fn before(
    tx: &mut Tx<'_>,
    company: CompanyId,
    feed_no: i64,
    limit: i64,
) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from receipt where company_id = $1 and feed_no < $2 \
         and feed_no = cast(feed_no as bigint) order by feed_no desc limit $3"
    );
    items(tx, &sql, &[company.0.into(), feed_no.into(), limit.into()])
}

/// One item of a company's feed.
pub(crate) fn one(tx: &mut Tx<'_>, company: CompanyId, feed_no: i64) -> Result<Option<Item>> {
    let sql = format!("select {COLUMNS} from receipt where company_id = $1 and feed_no = $2");
    let found = items(tx, &sql, &[company.0.into(), feed_no.into()])?;
    Ok(found.into_iter().next())
}

fn items(tx: &mut Tx<'_>, sql: &str, args: &[Value<'_>]) -> Result<Vec<Item>> {
    let rows = tx.query(sql, args)?;
    rows.iter().map(|row| item(tx, row)).collect()
}

/// The number that was handed out last in each feed; of one that is damaged nothing.
pub(crate) fn newest(tx: &mut Tx<'_>) -> Result<BTreeMap<CompanyId, i64>> {
    let rows = tx.query("select company_id, last from feed", &[])?;
    let pairs = rows.iter().filter_map(|row| {
        let company = row.int(0).ok()?;
        Some((CompanyId(company), row.int(1).ok()?))
    });
    Ok(pairs.collect())
}

/// The newest number of a company's feed; 0 when it is empty.
pub(crate) fn last(tx: &mut Tx<'_>, company: CompanyId) -> Result<i64> {
    let found = tx.query_opt(
        "select cast(max(feed_no) as bigint) from receipt where company_id = $1 \
         and feed_no between 1 and 4611686018427387904",
        &[company.0.into()],
    )?;
    let newest = found.map(|row| row.int_opt(0)).transpose()?;
    Ok(newest.flatten().unwrap_or_default())
}

/// Notes how far a company's program, which is known by its key, has read the feed: up to the number that it asks to read on
/// from, which it has by then, and never beyond what there is.
pub(crate) fn note_fetched(
    tx: &mut Tx<'_>,
    (company, key_id): (CompanyId, i64),
    feed_no: i64,
    now_ms: i64,
) -> Result<()> {
    // A place behind the end was never told to anybody: it says nothing of what was read.
    if feed_no > last(tx, company)? {
        return Ok(());
    }
    tx.execute(
        "insert into feed_reader (key_id, company_id, feed_no, at_ms) values ($1, $2, $3, $4) \
         on conflict (key_id) do update set at_ms = excluded.at_ms, feed_no = case \
         when excluded.feed_no > feed_reader.feed_no then excluded.feed_no else feed_reader.feed_no end",
        &[
            key_id.into(),
            company.0.into(),
            feed_no.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// How far each of these companies' programs has read the feed, by its key; nothing of those that never did.
pub(super) fn readers(
    tx: &mut Tx<'_>,
    companies: &BTreeSet<CompanyId>,
) -> Result<BTreeMap<i64, i64>> {
    const FIND: Many = Many {
        before: "select key_id, feed_no from feed_reader where company_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = companies.iter().map(|id| vec![id.0.into()]).collect();
    let rows = tx.many(FIND, &[], &rows)?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}
