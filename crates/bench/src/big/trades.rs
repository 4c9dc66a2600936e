//! Trades that go the whole way: order, payment, waybill and list of each, handed in over HTTP and answered by customs, so
//! that what is copied later has every row that the platform writes.

use crate::load::KeptConnection;
use crate::platform::{BenchCompany, Platform};
use anyhow::{Context, Result, ensure};
use ceb::Kind;
use ceb::sample::Spec;
use std::time::{Duration, Instant};
use store::clock::SystemClock;
use store::event::cursor;
use store::{Db, Tx};

/// The messages of a trade, in the order in which its company hands them in.
pub(super) const KINDS: [Kind; 4] = [Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621];

/// How long it may take until customs has said its last word on all of them.
const PATIENCE: Duration = Duration::from_secs(300);

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Hands in `n_trades` of each company, all companies at once, and waits until everything about them is written.
pub(super) async fn trades(
    platform: &Platform,
    db: &Db,
    companies: &[BenchCompany],
    n_trades: u64,
) -> Result<()> {
    let mut tasks = Vec::new();
    for (company, first) in companies
        .iter()
        .zip((1..).step_by(usize::try_from(n_trades)?))
    {
        let mut connection = KeptConnection::open(platform).await?;
        let (sender, key) = (company.sender.clone(), company.key.clone());
        let address = platform.address.clone();
        tasks.push(tokio::spawn(async move {
            for seed in first..first + n_trades {
                for kind in KINDS {
                    let sender = sender.clone();
                    let xml = ceb::sample::message(&Spec { sender, ..Spec::new(kind, seed) });
                    let request = format!(
                        "POST /api/v1/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
                         content-type: application/xml\r\ncontent-length: {}\r\n\r\n{xml}",
                        xml.len()
                    );
                    let (status, body) = connection.ask(request.as_bytes()).await?;
                    ensure!(status == 202, "{status} {}", String::from_utf8_lossy(&body));
                }
            }
            Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let n_messages = n_trades * companies.len() as u64 * KINDS.len() as u64;
    at_rest(db, i64::try_from(n_messages)?).await
}

/// Waits until all messages are settled and what follows the steps has read every fact.
async fn at_rest(db: &Db, n_messages: i64) -> Result<()> {
    let (begun, clock) = (Instant::now(), SystemClock::shared());
    loop {
        let (n_settled, n_behind) = db.read(standing).await?;
        if (n_settled, n_behind) == (n_messages, 0) {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{n_settled} of {n_messages} messages are settled, {n_behind} readers of facts are behind"
        );
        clock.sleep(LOOK).await;
    }
}

fn standing(tx: &mut Tx<'_>) -> store::Result<(i64, usize)> {
    let found = tx.query_opt("select count(*) from message where state = 'settled'", &[])?;
    let behind = cursor::lags(tx)?;
    let behind = behind.iter().filter(|one| one.unread_since_ms.is_some());
    Ok((found.map_or(Ok(0), |row| row.int(0))?, behind.count()))
}

/// The id of a company.
pub(super) async fn id_of(db: &Db, company: &BenchCompany) -> Result<i64> {
    let code = company.sender.code.clone();
    let read = db.read(move |tx| {
        let found = tx.query_opt(
            "select id from company where customs_code = $1",
            &[(&code).into()],
        )?;
        found.map(|row| row.int(0)).transpose()
    });
    read.await?.context("the company is registered")
}
