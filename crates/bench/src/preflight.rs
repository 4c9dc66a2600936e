//! `bench preflight`: how long a whole set takes to be judged, over HTTP.
//!
//! A hundred import lists with their orders, payments and waybills: four hundred documents, once as
//! four messages of a hundred, once as four hundred messages, and once the lists alone against partners
//! that the platform knows. Every round asks with other numbers.

use crate::load::KeptConnection;
use crate::platform::{BenchCompany, Engine, Platform, Roles};
use crate::report::Report;
use anyhow::{Context, Result, ensure};
use ceb::Kind;
use ceb::sample::Spec;
use std::time::Instant;

/// Lists of a set.
const N_LISTS: u32 = 100;

/// Rounds; the median counts.
const ROUNDS: u64 = 9;

/// Requests before the first round, which find statements unprepared and pages unread.
const WARM_UP: u64 = 2;

const KINDS: [Kind; 4] = [Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621];

pub(crate) async fn preflight(report: &mut Report, engine: &Engine, name: &str) -> Result<()> {
    let platform = Platform::start(engine, Roles::All).await?;
    let company = platform.company(1)?;
    let mut connection = KeptConnection::open(&platform).await?;
    for round in 0..ROUNDS + WARM_UP {
        let seed = 10_000 * (round + 1);
        let four: Vec<String> = KINDS
            .iter()
            .map(|kind| message(&company, *kind, seed, N_LISTS))
            .collect();
        let single =
            |at: u32| KINDS.map(|kind| message(&company, kind, seed + 1 + u64::from(at), 1));
        let many: Vec<String> = (0..N_LISTS).flat_map(single).collect();
        for (shape, files) in [("4_messages", &four), ("400_messages", &many)] {
            let request = request(&platform, &company, files);
            let asked = Instant::now();
            let (status, body) = connection.ask(&request).await?;
            let ms = asked.elapsed().as_secs_f64() * 1000.0;
            let answer = checked(status, &body)?;
            ensure!(
                answer["counts"]["nDocuments"] == 400,
                "{}",
                answer["counts"]
            );
            ensure!(
                answer["counts"]["nRefuse"] == 0,
                "{}",
                answer["findings"][0]
            );
            if round >= WARM_UP {
                report.round(&format!("preflight_ms_{shape}_{name}"), ms);
            }
        }
        stored(&mut connection, &platform, &company, &four[..3]).await?;
        let request = request(&platform, &company, &four[3..]);
        let asked = Instant::now();
        let (status, body) = connection.ask(&request).await?;
        let ms = asked.elapsed().as_secs_f64() * 1000.0;
        let answer = checked(status, &body)?;
        let partner = &answer["documents"][0]["partners"][0];
        ensure!(partner["found"] == "platform", "{}", answer["documents"][0]);
        if round >= WARM_UP {
            report.round(&format!("preflight_ms_lists_against_store_{name}"), ms);
        }
    }
    platform.stop().await
}

fn message(company: &BenchCompany, kind: Kind, seed: u64, n_documents: u32) -> String {
    ceb::sample::message(&Spec {
        sender: company.sender.clone(),
        n_documents,
        ..Spec::new(kind, seed)
    })
}

fn request(platform: &Platform, company: &BenchCompany, files: &[String]) -> Vec<u8> {
    let lines: Vec<String> = files
        .iter()
        .map(|xml| serde_json::json!({ "xml": xml }).to_string())
        .collect();
    let body = lines.join("\n");
    format!(
        "POST /api/v1/preflight HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n{body}",
        platform.address,
        company.key,
        body.len()
    )
    .into_bytes()
}

fn checked(status: u16, body: &[u8]) -> Result<serde_json::Value> {
    ensure!(status == 200, "{status} {}", String::from_utf8_lossy(body));
    serde_json::from_slice(body).context("the answer is JSON")
}

/// Submits messages and waits until the platform has checked them.
async fn stored(
    connection: &mut KeptConnection,
    platform: &Platform,
    company: &BenchCompany,
    files: &[String],
) -> Result<()> {
    for xml in files {
        let request = format!(
            "POST /api/v1/messages HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/xml\r\ncontent-length: {}\r\n\r\n{xml}",
            platform.address,
            company.key,
            xml.len()
        );
        let (status, body) = connection.ask(request.as_bytes()).await?;
        ensure!(status == 202, "{status}");
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        let id = answer["id"].as_str().context("an id")?.to_owned();
        let request = format!(
            "GET /api/v1/messages/{id} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
            platform.address, company.key
        );
        loop {
            let (_, body) = connection.ask(request.as_bytes()).await?;
            let message: serde_json::Value = serde_json::from_slice(&body)?;
            if message["state"] != "received" {
                break;
            }
        }
    }
    Ok(())
}
