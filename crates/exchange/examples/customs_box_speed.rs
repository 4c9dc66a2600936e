//! How fast the customs simulator is: single-order CEB311 uploads in, three receipts each out,
//! without pauses, on SQLite. Writing the uploads and reading the receipts are not counted.
//!
//! `taskset -c 0 cargo run --release -p exchange --example customs_box_speed [uploads]`

use bytes::Bytes;
use ceb::Kind;
use ceb::envelope::{self, Envelope};
use ceb::sample::{self, Spec};
use exchange::customs_box::{CustomsBox, CustomsBoxConfig, Delays};
use queue::{Builtin, Queue, builtin};
use std::sync::Arc;
use std::time::Instant;
use store::Db;
use store::clock::SystemClock;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n_uploads: u64 = std::env::args().nth(1).map_or(Ok(20_000), |n| n.parse())?;
    let folder = std::env::temp_dir().join(format!("customs-box-speed-{}", std::process::id()));
    let open = |name: &str| {
        Db::open(&store::StoreConfig {
            url: format!("sqlite:{}/{name}.db", folder.display()),
            ..store::StoreConfig::default()
        })
    };
    let clock = SystemClock::shared();
    let queue = Arc::new(Builtin::new(
        open("queue")?,
        Arc::clone(&clock),
        0,
        builtin::BuiltinConfig::default(),
    ));
    let config = CustomsBoxConfig {
        delays: Delays::none(),
        ..CustomsBoxConfig::default()
    };
    let uploads: Vec<Bytes> = (0..n_uploads).map(upload).collect();
    for portion in uploads.chunks(256) {
        queue.put(&config.import_up, portion).await?;
    }
    let down = config.import_down.clone();
    let customs = CustomsBox::new(open("box")?, queue.clone(), clock, config);
    let start = Instant::now();
    let mut n_done = 0;
    while n_done < n_uploads {
        n_done += u64::try_from(customs.step(256).await?.n_uploads)?;
    }
    let took = start.elapsed();
    let per_second = u128::from(n_uploads) * 1_000_000 / took.as_micros().max(1);
    let n_receipts = queue.depth(&down).await?;
    #[expect(clippy::print_stdout, reason = "the result of a command")]
    {
        println!("{n_uploads} uploads, {n_receipts} receipts: {per_second} uploads/s");
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn upload(seed: u64) -> Bytes {
    let mut spec = Spec::new(Kind::Ceb311, seed);
    spec.order_no_prefix = Some(format!("S{seed}"));
    Bytes::from(envelope::seal(&Envelope {
        cop_msg_id: format!("SPEED{seed:010}"),
        sender_id: spec.sender.dxp_id.clone(),
        receiver_ids: vec!["DXPEDCCEB0000002".to_owned()],
        creat_time: "2026-01-05T09:30:00".to_owned(),
        msg_type: Kind::Ceb311.root().to_owned(),
        data: sample::message(&spec).into_bytes(),
        ..Envelope::default()
    }))
}
