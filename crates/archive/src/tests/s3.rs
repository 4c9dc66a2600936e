//! A real server that speaks S3 (`s3s-fs`) on a socket of its own: what it holds, what a wrong secret gets, what happens
//! when it is down or slow.

use super::{World, id_of, month};
use crate::class::ArchiveClass::Payload;
use crate::config::ArchiveConfig;
use crate::error::ArchiveError;
use crate::part::PartState;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::net::SocketAddr;
use std::time::Duration;
use store::clock::{Clock, SystemClock};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub(super) const SECRET: &str = "not a secret of anybody";

/// A server with one bucket, and the task that serves it.
pub(super) async fn serve(folder: &TempDir, at: &str) -> (SocketAddr, JoinHandle<()>) {
    let root = folder.path().join("s3");
    std::fs::create_dir_all(root.join("bucket")).unwrap();
    let files = s3s_fs::FileSystem::new(root).unwrap();
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single("key", SECRET));
    let service: S3Service = builder.build();
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        // Connections that are kept open end with the server.
        let mut open = JoinSet::new();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let service = service.clone();
            open.spawn(async move {
                let http = Builder::new(TokioExecutor::new());
                let _ = http.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    (address, task)
}

pub(super) fn config(folder: &TempDir, address: SocketAddr, secret: &str) -> ArchiveConfig {
    let file = folder.path().join(format!("secret {}", secret.len()));
    std::fs::write(&file, secret).unwrap();
    ArchiveConfig {
        url: "s3://bucket/tongguan".to_owned(),
        s3_endpoint: format!("http://{address}"),
        s3_access_key: "key".to_owned(),
        s3_secret_file: file.display().to_string(),
        request_ms_max: 5_000,
        retries_max: 1,
        ..ArchiveConfig::default()
    }
}

#[rstest::rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_goes_to_a_bucket_is_proven_there_and_purged_and_read_from_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let folder = tempfile::tempdir().unwrap();
    let (address, server) = serve(&folder, "127.0.0.1:0").await;
    let settings = config(&folder, address, SECRET);
    let world = World::with(engine.database(), folder, settings.clone()).await;
    world.fill().await;
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    let stored = "s3/bucket/tongguan/payload/2026-08/1-1/message_body.0001.jsonl.zst";
    let stored = world.folder.path().join(stored);
    assert!(stored.exists());
    world.go_to("2026-12-02").await;
    assert_eq!(
        world.archive.purge(&world.turn).await.unwrap().n_removed,
        120
    );
    let row = world
        .archive
        .row((Payload, "message_body"), month("2026-08"), (id_of(5), 0));
    assert_eq!(row.await.unwrap().len(), 2);
    // Torn there, it is found out.
    let mut bytes = std::fs::read(&stored).unwrap();
    bytes.truncate(100);
    std::fs::write(&stored, bytes).unwrap();
    let refused = world
        .archive
        .verify(&world.turn, world.parts().await[0].id)
        .await;
    assert!(
        matches!(refused, Err(ArchiveError::Broken(_))),
        "{refused:?}"
    );
    server.abort();
}

/// The key of the platform may have no right to remove anything, and the bucket may keep every version.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_whether_a_bucket_takes_anything_writes_one_object_again_and_removes_none() {
    let folder = tempfile::tempdir().unwrap();
    let (address, server) = serve(&folder, "127.0.0.1:0").await;
    let settings = config(&folder, address, SECRET);
    let world = World::with(Sqlite.database(), folder, settings).await;
    let bucket = world.folder.path().join("s3/bucket/tongguan");
    for _ in 0..2 {
        assert_eq!(world.archive.health().await.unwrap().away, None);
        let names = std::fs::read_dir(&bucket).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["tongguan-trial"]);
    }
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_down_or_refuses_the_key_stops_the_run_which_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let (address, server) = serve(&folder, "127.0.0.1:0").await;
    let wrong = config(&folder, address, "wrong");
    let settings = config(&folder, address, SECRET);
    let world = World::with(Sqlite.database(), folder, settings.clone()).await;
    world.fill().await;
    let refused = world.again(&wrong).run(&world.turn).await;
    let Err(ArchiveError::Unavailable(why)) = refused else {
        panic!("{refused:?}")
    };
    assert!(!why.contains("wrong") && !why.contains(SECRET), "{why}");
    server.abort();
    let _ = server.await;
    // The clock of the test stands still; the requests fail by themselves, soon.
    let refused = world.archive.run(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(world.parts().await.is_empty());
    let (_, server) = serve(&world.folder, &address.to_string()).await;
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified), (1, 1));
    // Down at the time of the purge, nothing is removed and nothing is said against the part.
    server.abort();
    let _ = server.await;
    world.go_to("2026-12-02").await;
    let refused = world.archive.purge(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(world.count("message_body").await, 30);
    assert_eq!(world.parts().await[0].state, PartState::Verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_takes_connections_and_says_nothing_is_given_up_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(listener.accept().await.unwrap());
        }
    });
    let settings = ArchiveConfig {
        request_ms_max: 300,
        ..config(&folder, address, SECRET)
    };
    let world = World::with(Sqlite.database(), folder, settings).await;
    world.fill().await;
    let began = SystemClock.monotonic_ms();
    let refused = world.archive.run(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Unavailable(_))),
        "{refused:?}"
    );
    let took = Duration::from_millis((SystemClock.monotonic_ms() - began).unsigned_abs());
    assert!(took < Duration::from_secs(10), "{took:?}");
    silent.abort();
}
