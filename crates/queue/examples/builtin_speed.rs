//! How fast the built-in queue is: put, take and acknowledge, in batches, on a fresh SQLite file.
//!
//! `cargo run --release -p queue --example builtin_speed [batches] [batch] [bytes]`

use bytes::Bytes;
use queue::{Builtin, Queue, builtin};
use std::time::{Duration, Instant};
use store::Db;
use store::clock::SystemClock;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse::<usize>());
    let n_batches = numbers.next().unwrap_or(Ok(100))?;
    let n_batch = numbers.next().unwrap_or(Ok(256))?;
    let n_bytes = numbers.next().unwrap_or(Ok(6_000))?;
    let folder = std::env::temp_dir().join(format!("builtin-speed-{}", std::process::id()));
    let db = Db::open(&store::StoreConfig {
        url: format!("sqlite:{}/queue.db", folder.display()),
        ..store::StoreConfig::default()
    })?;
    let queue = Builtin::new(
        db,
        SystemClock::shared(),
        0,
        builtin::BuiltinConfig::default(),
    );
    let bodies = vec![Bytes::from(vec![b'x'; n_bytes]); n_batch];
    let start = Instant::now();
    for _ in 0..n_batches {
        queue.put("speed", &bodies).await?;
        let taken = queue.take("speed", n_batch, Duration::ZERO).await?;
        assert_eq!(taken.len(), n_batch);
        queue.ack(&taken).await?;
    }
    let took = start.elapsed();
    let n = u128::try_from(n_batches * n_batch)?;
    let per_second = n * 1_000_000 / took.as_micros().max(1);
    #[expect(clippy::print_stdout, reason = "the result of a command")]
    {
        println!("{n} messages of {n_bytes} bytes put, taken and acknowledged: {per_second}/s");
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
