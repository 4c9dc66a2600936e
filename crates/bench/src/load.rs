//! The load generator: plain HTTP/1.1 on kept connections, distinct messages of about 4 KB.

use crate::platform::{BenchCompany, Platform};
use anyhow::{Context, Result, bail};
use ceb::Kind;
use ceb::sample::Spec;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Receipts that the simulator gives a plain order.
pub(crate) const RECEIPTS: u64 = 3;

/// Connections of a company that floods.
const FLOOD: usize = 64;

/// How long a journey may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a round measured.
pub(crate) struct Load {
    n_done: u64,
    elapsed: Duration,
    times_us: Vec<u64>,
}

impl Load {
    pub(crate) fn n_done(&self) -> f64 {
        self.n_done as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.n_done as f64 / self.elapsed.as_secs_f64()
    }

    pub(crate) fn percentile_ms(&self, part: f64) -> f64 {
        let mut sorted = self.times_us.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let place = (last as f64 * part) as usize;
        sorted.get(place).copied().unwrap_or_default() as f64 / 1000.0
    }
}

/// A message with the places of what makes it distinct.
#[derive(Clone)]
struct Template {
    request: Vec<u8>,
    guids: Vec<usize>,
    order_nos: Vec<usize>,
    order_no_len: usize,
}

impl Template {
    fn new(platform: &Platform, company: &BenchCompany) -> Result<Self> {
        let spec = Spec {
            sender: company.sender.clone(),
            ..Spec::new(Kind::Ceb311, 4_000_000)
        };
        let xml = ceb::sample::message(&spec);
        let parsed = ceb::parse(xml.as_bytes(), ceb::Profile::Strict);
        let message = parsed.message.context("the sample parses")?;
        let head = &message
            .documents
            .first()
            .context("the sample has an order")?
            .head;
        let order_no = head
            .get("orderNo")
            .context("the order has a number")?
            .to_owned();
        let document_guid = head.get("guid").context("the order has a guid")?.to_owned();
        let mut request = format!(
            "POST /api/v1/messages HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/xml\r\ncontent-length: {}\r\n\r\n",
            platform.address,
            company.key,
            xml.len()
        )
        .into_bytes();
        let body_at = request.len();
        request.extend_from_slice(xml.as_bytes());
        let places = |value: &str| -> Vec<usize> {
            xml.match_indices(value)
                .map(|(at, _)| body_at + at)
                .collect()
        };
        let mut guids = places(&message.guid);
        guids.extend(places(&document_guid));
        Ok(Self {
            guids,
            order_nos: places(&order_no),
            order_no_len: order_no.len(),
            request,
        })
    }

    /// Makes the message number `n` of `run`: random guids, order numbers that follow each other.
    fn set(&mut self, run: u64, n: u64) {
        for (which, at) in self.guids.clone().into_iter().enumerate() {
            let high = mix(run ^ (which as u64) << 56, n);
            let low = mix(high, n ^ 0x5555);
            let text = format!(
                "{:08X}-{:04X}-4{:03X}-8{:03X}-{:012X}",
                high >> 32,
                (high >> 16) & 0xFFFF,
                high & 0xFFF,
                low >> 52,
                low & 0xFFFF_FFFF_FFFF
            );
            self.put(at, &text);
        }
        let number = format!("B{run:03}{n:0>width$}", width = self.order_no_len - 4);
        for at in self.order_nos.clone() {
            self.put(at, &number);
        }
    }

    fn put(&mut self, at: usize, text: &str) {
        if let Some(place) = self.request.get_mut(at..at + text.len()) {
            place.copy_from_slice(text.as_bytes());
        }
    }
}

/// A well-mixed number from two (splitmix).
fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(b);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A kept connection.
pub(crate) struct KeptConnection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl KeptConnection {
    pub(crate) async fn open(platform: &Platform) -> Result<Self> {
        let stream = TcpStream::connect(&platform.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 << 10),
        })
    }

    /// Sends a request and answers status and body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some((head_len, body_len)) = measure(&self.buffer)
                && self.buffer.len() >= head_len + body_len
            {
                let status = self.buffer.get(9..12).unwrap_or_default();
                let status = std::str::from_utf8(status)?.parse()?;
                let body = self
                    .buffer
                    .get(head_len..head_len + body_len)
                    .unwrap_or_default();
                return Ok((status, body.to_vec()));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the platform closed the connection");
            }
        }
    }
}

/// Lengths of head and body, once the head is complete.
fn measure(buffer: &[u8]) -> Option<(usize, usize)> {
    let head_len = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(buffer.get(..head_len)?).ok()?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")
            .map(|v| v.trim().parse())
    });
    Some((head_len, length?.ok()?))
}

/// Submits as fast as answers come for a while.
pub(crate) async fn accept(
    platform: &Platform,
    company: &BenchCompany,
    run: u64,
    in_flight: usize,
    length: Duration,
) -> Result<Load> {
    let template = Template::new(platform, company)?;
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..in_flight {
        let mut connection = KeptConnection::open(platform).await?;
        let (mut template, next) = (template.clone(), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            let mut times_us = Vec::new();
            while started.elapsed() < length {
                template.set(run, next.fetch_add(1, Ordering::Relaxed));
                let asked = Instant::now();
                let (status, body) = connection.ask(&template.request).await?;
                anyhow::ensure!(status == 202, "{status} {}", String::from_utf8_lossy(&body));
                times_us.push(u64::try_from(asked.elapsed().as_micros())?);
            }
            Ok(times_us)
        }));
    }
    let mut times_us = Vec::new();
    for task in tasks {
        times_us.extend(task.await??);
    }
    Ok(Load {
        n_done: times_us.len() as u64,
        elapsed: started.elapsed(),
        times_us,
    })
}

/// Submits `n` messages of each company, all companies at once.
pub(crate) async fn submit(platform: &Platform, companies: &[BenchCompany], n: u64) -> Result<()> {
    let mut tasks = Vec::new();
    for company in companies {
        let mut template = Template::new(platform, company)?;
        let mut connection = KeptConnection::open(platform).await?;
        tasks.push(tokio::spawn(async move {
            for number in 0..n {
                template.set(1, number);
                let (status, body) = connection.ask(&template.request).await?;
                anyhow::ensure!(status == 202, "{status} {}", String::from_utf8_lossy(&body));
            }
            Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Submits `n` messages and waits until every receipt is in the feed; answers messages a second.
pub(crate) async fn journey(
    platform: &Platform,
    company: &BenchCompany,
    run: u64,
    first: u64,
    n: u64,
    in_flight: usize,
) -> Result<f64> {
    let template = Template::new(platform, company)?;
    let mut feed = FeedReader::at_end(platform, company).await?;
    let next = Arc::new(AtomicU64::new(first));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..in_flight {
        let mut connection = KeptConnection::open(platform).await?;
        let (mut template, next) = (template.clone(), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= first + n {
                    return Ok(());
                }
                template.set(run, number);
                let (status, body) = connection.ask(&template.request).await?;
                anyhow::ensure!(status == 202, "{status} {}", String::from_utf8_lossy(&body));
            }
        }));
    }
    let mut n_receipts = 0;
    while n_receipts < n * RECEIPTS {
        n_receipts += feed.read().await?.len() as u64;
        anyhow::ensure!(
            started.elapsed() < PATIENCE,
            "{n_receipts} of {} receipts",
            n * RECEIPTS
        );
    }
    let elapsed = started.elapsed();
    for task in tasks {
        task.await??;
    }
    Ok(n as f64 / elapsed.as_secs_f64())
}

/// Submits from many connections as fast as is accepted, until it is over; answers how many messages.
pub(crate) async fn flood(
    platform: &Platform,
    company: &BenchCompany,
    is_over: &Arc<AtomicBool>,
) -> Result<tokio::task::JoinHandle<Result<u64>>> {
    let template = Template::new(platform, company)?;
    let next = Arc::new(AtomicU64::new(0));
    let mut connections = Vec::new();
    for _ in 0..FLOOD {
        connections.push(KeptConnection::open(platform).await?);
    }
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (mut template, next) = (template.clone(), Arc::clone(&next));
            let is_over = Arc::clone(is_over);
            tokio::spawn(async move {
                let mut n_accepted = 0;
                while !is_over.load(Ordering::Relaxed) {
                    template.set(7, next.fetch_add(1, Ordering::Relaxed));
                    let (status, body) = connection.ask(&template.request).await?;
                    // Who floods is told to come later; that is part of what is measured.
                    let is_known = [202, 429, 503].contains(&status);
                    anyhow::ensure!(is_known, "{status} {}", String::from_utf8_lossy(&body));
                    n_accepted += u64::from(status == 202);
                }
                Ok(n_accepted)
            })
        })
        .collect();
    Ok(tokio::spawn(async move {
        let mut n_accepted = 0;
        for task in tasks {
            n_accepted += task.await??;
        }
        Ok(n_accepted)
    }))
}

/// Submits at a fixed rate and measures, for each message, the time from sending it to reading the receipt number `receipts`
/// of it from the feed; customs answers at once, so all of that is ours. It ends when all have theirs.
pub(crate) async fn paced(
    platform: &Platform,
    company: &BenchCompany,
    (run, receipts): (u64, u64),
    per_second: f64,
    length: Duration,
) -> Result<Load> {
    let template = Template::new(platform, company)?;
    let mut feed = FeedReader::at_end(platform, company).await?;
    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let next = Arc::new(AtomicU64::new(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..64 {
        let mut connection = KeptConnection::open(platform).await?;
        let (mut template, next) = (template.clone(), Arc::clone(&next));
        let (sent, is_over) = (Arc::clone(&sent), Arc::clone(&is_over));
        tasks.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let due = started + Duration::from_secs_f64(number as f64 / per_second);
                tokio::time::sleep_until(due.into()).await;
                template.set(run, number);
                let (status, body) = connection.ask(&template.request).await?;
                anyhow::ensure!(status == 202, "{status}");
                let answer: serde_json::Value = serde_json::from_slice(&body)?;
                let id = answer["id"].as_str().unwrap_or_default().to_owned();
                // From when it was due: a late load generator must not flatter the platform.
                sent.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(id, due);
            }
            Ok(())
        }));
    }
    let mut seen: HashMap<String, (u64, Instant)> = HashMap::new();
    let mut tasks = Some(tasks);
    loop {
        for id in feed.read().await? {
            let entry = seen.entry(id).or_insert((0, Instant::now()));
            if entry.0 < receipts {
                *entry = (entry.0 + 1, Instant::now());
            }
        }
        if started.elapsed() < length {
            continue;
        }
        is_over.store(true, Ordering::Relaxed);
        for task in tasks.take().unwrap_or_default() {
            task.await??;
        }
        // The slowest count most: they are waited for.
        let n_sent = sent.lock().unwrap_or_else(PoisonError::into_inner).len();
        let n_done = seen.values().filter(|(n, _)| *n >= receipts).count();
        if n_done >= n_sent {
            break;
        }
        anyhow::ensure!(started.elapsed() < PATIENCE, "{n_done} of {n_sent}");
    }
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    let times_us: Vec<u64> = seen
        .iter()
        .filter(|(_, (n, _))| *n >= receipts)
        .filter_map(|(id, (_, at))| {
            let due = sent.get(id)?;
            u64::try_from(at.saturating_duration_since(*due).as_micros()).ok()
        })
        .collect();
    Ok(Load {
        n_done: times_us.len() as u64,
        elapsed: started.elapsed(),
        times_us,
    })
}

/// A reader of the feed.
struct FeedReader {
    connection: KeptConnection,
    address: String,
    key: String,
    cursor: String,
}

impl FeedReader {
    /// A reader behind everything that is in the feed now.
    async fn at_end(platform: &Platform, company: &BenchCompany) -> Result<Self> {
        let mut feed = Self {
            connection: KeptConnection::open(platform).await?,
            address: platform.address.clone(),
            key: company.key.clone(),
            cursor: company
                .cursor
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        };
        while !feed.page(0).await?.is_empty() {}
        *company
            .cursor
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = feed.cursor.clone();
        Ok(feed)
    }

    /// The messages of the next receipts; waits up to a second for the first.
    async fn read(&mut self) -> Result<Vec<String>> {
        self.page(1).await
    }

    async fn page(&mut self, wait_s: u32) -> Result<Vec<String>> {
        let request = format!(
            "GET /api/v1/receipts?after={}&limit=1000&wait={wait_s} HTTP/1.1\r\nhost: {}\r\n\
             authorization: Bearer {}\r\n\r\n",
            self.cursor, self.address, self.key
        );
        let (status, body) = self.connection.ask(request.as_bytes()).await?;
        anyhow::ensure!(status == 200, "{status}");
        let page: serde_json::Value = serde_json::from_slice(&body)?;
        self.cursor = page["next"].as_str().unwrap_or_default().to_owned();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| item["messageId"].as_str().map(str::to_owned))
            .collect())
    }
}
