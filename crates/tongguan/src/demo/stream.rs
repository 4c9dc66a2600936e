//! The stream of declarations that makes the demo move: consistent chains of both directions, and
//! between them declarations that end otherwise, so that every outcome can be seen.

use super::DemoCompany;
use super::scene::{self, Scene};
use ceb::Direction;
use ceb::sample::{LocalTime, Sender, Spec};
use exchange::shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use store::clock::beijing_compact;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Pause between two declarations of the first wave.
const WAVE_PAUSE: Duration = Duration::from_millis(120);

/// Pause between two declarations after that, so that the page keeps moving.
const TRICKLE_PAUSE: Duration = Duration::from_secs(3);

/// Declares through the HTTP interface until the demo stops.
pub async fn declare(
    shared: Arc<Shared>,
    url: String,
    companies: Vec<DemoCompany>,
    n_declarations: u32,
    stop: watch::Receiver<bool>,
) {
    if n_declarations == 0 {
        return;
    }
    let address = url.trim_start_matches("http://").to_owned();
    let mut n_sent = 0;
    let mut seed = u64::try_from(shared.clock.now_ms() / 1000).unwrap_or(0) * 100;
    let mut n_chains = 0_usize;
    loop {
        for (place, company) in companies.iter().enumerate() {
            // Each company in both directions, and in the course of time in every scene.
            let round = n_chains / companies.len().max(1);
            let is_import = (round + place).is_multiple_of(2);
            let direction = if is_import {
                Direction::Import
            } else {
                Direction::Export
            };
            for xml in chain(&shared, company, seed, direction) {
                if *stop.borrow() {
                    return;
                }
                if let Err(error) = post(&address, &company.key, &xml).await {
                    tracing::warn!(%error, "a declaration of the demo was not accepted");
                }
                n_sent += 1;
                let pause = if n_sent < n_declarations {
                    WAVE_PAUSE
                } else {
                    TRICKLE_PAUSE
                };
                shared.clock.sleep(pause).await;
            }
            seed += 1;
            n_chains += 1;
            if let Some(scene) = scene_of(round, place) {
                let played = scene::play(&shared, (&address, company), scene, seed).await;
                if let Err(error) = played {
                    tracing::warn!(%error, ?scene, "a scene of the demo was not played");
                }
                seed += 1;
            }
        }
    }
}

/// What the company at a place plays in a round: three companies have played every scene after three rounds.
pub(super) fn scene_of(round: usize, place: usize) -> Option<Scene> {
    let at = (round + place * 3) % Scene::ALL.len();
    Scene::ALL.get(at).copied()
}

pub(super) fn chain(
    shared: &Shared,
    company: &DemoCompany,
    seed: u64,
    direction: Direction,
) -> Vec<String> {
    let kind = match direction {
        Direction::Import => ceb::Kind::Ceb311,
        Direction::Export => ceb::Kind::Ceb303,
    };
    ceb::sample::set(&spec(shared, company, kind, seed))
        .into_iter()
        .map(|(_, xml)| xml)
        .collect()
}

/// The sample of a company, now.
pub(super) fn spec(shared: &Shared, company: &DemoCompany, kind: ceb::Kind, seed: u64) -> Spec {
    Spec {
        sender: Sender {
            code: company.code.clone(),
            name: company.name.clone(),
            dxp_id: company.dxp_id.clone(),
        },
        now: local_time(shared.clock.now_ms()),
        ..Spec::new(kind, seed)
    }
}

/// A moment as the samples want it: Beijing time in parts.
pub fn local_time(at_ms: i64) -> LocalTime {
    let digits = beijing_compact(at_ms);
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or("0").to_owned();
    let small = |range| part(range).parse().unwrap_or(1);
    LocalTime {
        year: part(0..4).parse().unwrap_or(2026),
        month: small(4..6),
        day: small(6..8),
        hour: small(8..10),
        minute: small(10..12),
        second: small(12..14),
    }
}

/// One plain HTTP request; the demo speaks only to itself. Returns the body of a `202`.
pub(super) async fn post(address: &str, key: &str, xml: &str) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /api/v1/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        xml.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(xml.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = answer.get(9..12).unwrap_or_default();
    anyhow::ensure!(
        status == b"202",
        "answer {}",
        String::from_utf8_lossy(status)
    );
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n");
    Ok(body.map_or_else(Vec::new, |at| answer.split_off(at + 4)))
}
