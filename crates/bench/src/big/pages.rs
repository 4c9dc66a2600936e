//! Lists of a company over HTTP: with its own key, one after the other on a kept connection, each time with other values.

use super::blocks::Blocks;
use crate::load::KeptConnection;
use crate::platform::{BenchCompany, Platform};
use crate::report::Report;
use anyhow::{Result, ensure};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};
use store::clock::beijing_day;
use store::{Db, Tx};

/// Requests of each case.
const ASKED: usize = 400;

/// A case that takes longer is broken off; the notes tell after how many requests.
const LONG: Duration = Duration::from_secs(20);

/// A message that is there, by chance, and numbers of it.
#[derive(Debug, Clone, Default)]
struct Sample {
    id: i64,
    day: String,
    order_no: String,
    waybill_no: String,
    list_no: String,
}

/// What is asked for, beside the path, for a message by chance; and how many items an answer must have on average.
type PageCase = (&'static str, fn(&Sample) -> String, RangeInclusive<usize>);

/// There are more than fit on a page.
const MANY: RangeInclusive<usize> = 1..=50;

/// The messages of one trade, at most.
const FEW: RangeInclusive<usize> = 1..=4;

/// Nothing has come there, or what was at work when the process was killed.
const ANY: RangeInclusive<usize> = 0..=50;

const CASES: &[PageCase] = &[
    ("newest", |_| String::new(), MANY),
    ("newest_counted", |_| "count=true".to_owned(), MANY),
    ("newest_of_20", |_| "limit=20".to_owned(), MANY),
    ("deep", |at| format!("after={}", at.id), MANY),
    (
        "deep_oldest_first",
        |at| format!("sort=oldest&after=oldest~{}", at.id),
        MANY,
    ),
    (
        "deep_counted",
        |at| format!("after={}&count=true", at.id),
        MANY,
    ),
    ("kind", |_| "kind=CEB621".to_owned(), MANY),
    (
        "kind_deep",
        |at| format!("kind=CEB411&after={}", at.id),
        MANY,
    ),
    ("kind_none", |_| "kind=CEB711".to_owned(), ANY),
    (
        "state_settled_deep",
        |at| format!("state=settled&after={}", at.id),
        MANY,
    ),
    (
        "state_settled_kind_deep",
        |at| format!("state=settled&kind=CEB511&after={}", at.id),
        MANY,
    ),
    ("state_received", |_| "state=received".to_owned(), ANY),
    ("state_waiting", |_| "state=waiting".to_owned(), ANY),
    ("state_checked", |_| "state=checked".to_owned(), ANY),
    ("state_sent", |_| "state=sent".to_owned(), ANY),
    ("state_answered", |_| "state=answered".to_owned(), ANY),
    ("state_held", |_| "state=held".to_owned(), ANY),
    ("state_refused", |_| "state=refused".to_owned(), ANY),
    (
        "outcome_released_deep",
        |at| format!("outcome=released&after={}", at.id),
        MANY,
    ),
    ("outcome_rejected", |_| "outcome=rejected".to_owned(), ANY),
    ("needs_action", |_| "needsAction=true".to_owned(), ANY),
    ("direction_export", |_| "direction=export".to_owned(), ANY),
    (
        "day_counted",
        |at| {
            format!(
                "from={0}T00:00:00%2B08:00&to={0}T23:59:59%2B08:00&count=true",
                at.day
            )
        },
        MANY,
    ),
    ("order_no", |at| format!("orderNo={}", at.order_no), FEW),
    (
        "waybill_no",
        |at| format!("logisticsNo={}", at.waybill_no),
        FEW,
    ),
    ("list_no", |at| format!("invtNo={}", at.list_no), FEW),
    (
        "order_no_none",
        |at| format!("orderNo={}X", at.order_no),
        0..=0,
    ),
];

/// Measures every case; answers the 95th percentile of the worst, in milliseconds.
pub(super) async fn pages(
    report: &mut Report,
    (platform, db): (&Platform, &Db),
    company: &BenchCompany,
    blocks: &Blocks,
    (name, id): (&str, i64),
) -> Result<f64> {
    let samples = samples(db, *blocks, id).await?;
    let mut connection = KeptConnection::open(platform).await?;
    let mut worst = (0.0, "");
    for (case, query, items) in CASES {
        let mut asked = Asked::default();
        let begun = Instant::now();
        for sample in &samples {
            let request = format!(
                "GET /api/v1/messages?{} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
                query(sample),
                platform.address,
                company.key
            );
            asked.ask(&mut connection, &request).await?;
            if begun.elapsed() > LONG {
                break;
            }
        }
        let (n_items, n_asked) = (asked.n_items, asked.millis.len());
        let is_right = (items.start() * n_asked..=items.end() * n_asked).contains(&n_items);
        ensure!(is_right, "{case}: {n_items} items in {n_asked} answers");
        asked.millis.sort_by(f64::total_cmp);
        let most = asked.percentile(95);
        report.note(format!(
            "{name} {case}: p50 {:.2} ms, p95 {most:.2} ms, max {:.2} ms, {:.1} items, {} requests",
            asked.percentile(50),
            asked.percentile(100),
            asked.n_items as f64 / asked.millis.len() as f64,
            asked.millis.len()
        ));
        if most > worst.0 {
            worst = (most, case);
        }
    }
    report.note(format!("{name}: the worst is {}", worst.1));
    Ok(worst.0)
}

/// What the requests of a case took.
#[derive(Default)]
struct Asked {
    millis: Vec<f64>,
    n_items: usize,
}

impl Asked {
    async fn ask(&mut self, connection: &mut KeptConnection, request: &str) -> Result<()> {
        let begun = Instant::now();
        let (status, body) = connection.ask(request.as_bytes()).await?;
        self.millis.push(begun.elapsed().as_secs_f64() * 1000.0);
        ensure!(
            status == 200,
            "{status} {request} {}",
            String::from_utf8_lossy(&body)
        );
        let page: serde_json::Value = serde_json::from_slice(&body)?;
        self.n_items += page["items"].as_array().map_or(0, Vec::len);
        Ok(())
    }

    fn percentile(&self, percent: usize) -> f64 {
        let last = self.millis.len().saturating_sub(1);
        self.millis
            .get(last * percent / 100)
            .copied()
            .unwrap_or_default()
    }
}

/// Lists of the company by chance, each with an order and a waybill of the same trade.
async fn samples(db: &Db, blocks: Blocks, company: i64) -> Result<Vec<Sample>> {
    let read = db.read(move |tx| {
        let mut samples = Vec::with_capacity(ASKED);
        for n in 0..ASKED {
            // In a block by chance, and there at a place by chance.
            let by = blocks.id_by(scrambled(n) % blocks.n_blocks);
            let at = blocks.low + by + scrambled(n + ASKED) % (blocks.high - blocks.low);
            let found = match sample(tx, company, at)? {
                Some(found) => Some(found),
                None => sample(tx, company, blocks.low + by)?,
            };
            samples.extend(found);
        }
        Ok::<_, store::Error>(samples)
    });
    let samples = read.await?;
    ensure!(
        samples.len() == ASKED,
        "only {} samples were found",
        samples.len()
    );
    Ok(samples)
}

fn sample(tx: &mut Tx<'_>, company: i64, from: i64) -> store::Result<Option<Sample>> {
    let found = tx.query_opt(
        "select id - id % 128, order_no, logistics_no, invt_no from document where id >= $1 and company_id = $2 \
         and kind = 'CEB621' order by id limit 1",
        &[from.into(), company.into()],
    )?;
    let Some(row) = found else { return Ok(None) };
    let id = row.int(0)?;
    Ok(Some(Sample {
        id,
        day: beijing_day(store::id::made_at_ms(id)),
        order_no: row.text(1)?,
        waybill_no: row.text(2)?,
        list_no: row.text(3)?,
    }))
}

/// A number that looks drawn by chance and is always the same.
fn scrambled(n: usize) -> i64 {
    let mixed = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).cast_signed() & i64::MAX
}
