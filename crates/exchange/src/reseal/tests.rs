//! What was stored before there was a key, and with an older one.

use super::run;
use crate::testing::{TestPlatform, accepted};
use bytes::Bytes;
use ceb::Kind;
use queue::{Builtin, Queue};
use registry::context::AppContext;
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use store::clock::Clock;
use store::node::{Claimant, NumberClaimed, TakeOver};
use store::reseal::{begin_again, older, retire};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Db, StoreConfig, Tx};

const KEYS: &str = "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==";
const ROTATED: &str = "k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=\n\
                       k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==";

/// Values that are not sealed with the first key.
fn n_not_sealed(tx: &mut Tx<'_>) -> store::Result<i64> {
    let vault = tx.vault();
    let mut n = 0;
    for column in crate::message::SEALED.iter().chain(crate::receipt::SEALED) {
        let (table, name) = (column.table, column.column);
        for row in tx.query(&format!("select {name} from {table}"), &[])? {
            let is_sealed = match column.is_text {
                true => vault.is_current_text(&row.text(0)?)?,
                false => vault.is_current(&row.bytes(0)?)?,
            };
            n += i64::from(!is_sealed);
        }
    }
    Ok(n)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_before_is_sealed_and_read_as_ever(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let mut config = test.config.clone();
    let platform = TestPlatform::on(test).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let id = accepted(platform.accept(0, xml.clone()).await);
    accepted(
        platform
            .accept(
                0,
                platform
                    .sample(0, Kind::Ceb621, 2)
                    .replace("<ceb:appType>1", "<ceb:appType>9"),
            )
            .await,
    );
    platform.settle().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    config.encryption_key_file = file.display().to_string();
    for keys in [KEYS, ROTATED] {
        std::fs::write(&file, keys).unwrap();
        let mut context = platform.shared.context.clone();
        let opening = config.clone();
        // The client of PostgreSQL has a runtime of its own, which no runtime may hold.
        let opened = std::thread::spawn(move || Db::open(&opening).unwrap());
        context.db = opened.join().unwrap();
        let before = context.db.read(n_not_sealed).await.unwrap();
        assert!(before > 3, "{before}");
        let text = run(&context, &*platform.shared.queue).await.unwrap();
        let older = match keys {
            ROTATED => "；旧密钥 k1 已停用，可从密钥文件中删去",
            _ => "",
        };
        assert_eq!(text, format!("已补加密 {before} 项，存量已全部处理{older}"));
        assert_eq!(context.db.read(n_not_sealed).await.unwrap(), 0);
        let body = context
            .db
            .read(move |tx| crate::message::sql::body_as_received(tx, id));
        assert_eq!(body.await.unwrap().unwrap(), xml.as_bytes());
        let again = run(&context, &*platform.shared.queue).await.unwrap();
        assert_eq!(again, "", "nothing is done twice");
    }
}

const NEW: &str = "k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=";

/// A platform on these keys, on the database of another: its context, its queue, its keys.
struct Started {
    context: AppContext,
    queue: Arc<dyn Queue>,
}

/// Opens the database with these keys, or says why not.
fn start(platform: &TestPlatform, config: &StoreConfig, keys: &str) -> Result<Started, String> {
    static NUMBER: AtomicU8 = AtomicU8::new(5);
    std::fs::write(&config.encryption_key_file, keys).unwrap();
    let opening = config.clone();
    let opened = std::thread::spawn(move || Db::open(&opening))
        .join()
        .unwrap();
    let db = opened.map_err(|error| error.to_string())?;
    let clock = Arc::clone(&platform.shared.clock);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let queue = Builtin::new(
        db.clone(),
        clock,
        number,
        queue::builtin::BuiltinConfig::default(),
    );
    let mut context = platform.shared.context.clone();
    context.db = db;
    Ok(Started {
        context,
        queue: Arc::new(queue),
    })
}

async fn put(started: &Started, text: &'static str) {
    let bodies = [Bytes::from_static(text.as_bytes())];
    started.queue.put("q", &bodies).await.unwrap();
}

/// From the first key to the second and without the first: what waits in the queue is read as well as what
/// is stored, and what an old process has sealed behind the walk.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_key_is_retired_when_nothing_is_sealed_with_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let platform = TestPlatform::on(test).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let id = accepted(platform.accept(0, xml.clone()).await);
    platform.settle().await;
    let old = start(&platform, &config, KEYS).unwrap();
    put(&old, "one").await;
    run(&old.context, &*old.queue).await.unwrap();

    let refused = start(&platform, &config, NEW).err().unwrap();
    for word in ["k1", "放回密钥文件", "message.reseal", "定时任务"] {
        assert!(refused.contains(word), "{refused}");
    }
    let both = start(&platform, &config, ROTATED).unwrap();
    assert!(
        start(&platform, &config, NEW).is_err(),
        "nothing is sealed anew yet"
    );
    put(&both, "two").await;
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(text.contains("旧密钥 k1 已停用"), "{text}");
    // A process that was not started anew seals with the old key still, and says so with every beat.
    put(&old, "three").await;
    let beat = old.context.db.write(|tx| {
        let who = Claimant {
            number: 9,
            owner: "x".to_owned(),
            place: String::new(),
            process: String::new(),
        };
        let said = store::node::Beat {
            now_ms: 1,
            ids_until_ms: 1,
            clock_ahead_ms: None,
        };
        store::node::beat(tx, &who, said)
    });
    beat.await.unwrap();
    assert!(
        start(&platform, &config, NEW).is_err(),
        "it is in use again"
    );
    let both = start(&platform, &config, ROTATED).unwrap();
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(text.contains("旧密钥 k1 已停用"), "{text}");

    let new = start(&platform, &config, NEW).unwrap();
    let read = new.context.db;
    let body = read.read(move |tx| crate::message::sql::body_as_received(tx, id));
    assert_eq!(body.await.unwrap().unwrap(), xml.as_bytes());
    let taken = new.queue.take("q", 9, Duration::ZERO).await.unwrap();
    // Of different processes with a clock that stands still: in any order.
    let texts: BTreeSet<&[u8]> = taken.iter().map(|one| &*one.body).collect();
    assert_eq!(texts, BTreeSet::from([&b"one"[..], b"two", b"three"]));
}

/// A value that its key does not open keeps the key, and the record says so.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_keeps_its_key(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let platform = TestPlatform::on(test).await;
    let old = start(&platform, &config, KEYS).unwrap();
    put(&old, "one").await;
    let spoil = old.context.db.write(|tx| {
        let row = tx.query("select body from queue_body", &[])?.remove(0);
        let mut body = row.bytes(0)?;
        body.reverse();
        body[..7].copy_from_slice(b"\0TG\x01\x02k1");
        tx.execute("update queue_body set body = $1", &[body.as_slice().into()])
    });
    spoil.await.unwrap();
    let both = start(&platform, &config, ROTATED).unwrap();
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(text.contains("1 项已损坏、无法解密"), "{text}");
    assert!(text.contains("旧密钥 k1 仍有 1 项，不能删去"), "{text}");
    assert!(start(&platform, &config, NEW).is_err());
    // When it is gone, nothing needs the key any more.
    let gone = both.context.db.write(|tx| {
        tx.execute("delete from queue_body", &[])?;
        tx.execute("delete from queue_item", &[])
    });
    gone.await.unwrap();
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(text.contains("旧密钥 k1 已停用"), "{text}");
    assert!(start(&platform, &config, NEW).is_ok());
}

/// What needs a key in the database and what needs it in the queue's are told together.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_is_counted_over_all_databases(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let beside = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let mut of_queue = beside.config.clone();
    of_queue.encryption_key_file = config.encryption_key_file.clone();
    let platform = TestPlatform::on(test).await;
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    let old = start(&platform, &config, KEYS).unwrap();
    let old_queue = start(&platform, &of_queue, KEYS).unwrap();
    put(&old_queue, "one").await;
    run(&old.context, &*old_queue.queue).await.unwrap();
    for (db, table) in [
        (&old.context.db, "message_body"),
        (&old_queue.context.db, "queue_body"),
    ] {
        let spoil = db.write(move |tx| {
            let body = [&b"\0TG\x01\x02k1"[..], &[7; 64]].concat();
            let sql = format!("update {table} set body = $1");
            tx.execute(&sql, &[body.as_slice().into()])
        });
        assert_eq!(spoil.await.unwrap(), 1);
    }
    let both = start(&platform, &config, ROTATED).unwrap();
    let both_queue = start(&platform, &of_queue, ROTATED).unwrap();
    let text = run(&both.context, &*both_queue.queue).await.unwrap();
    assert!(text.contains("旧密钥 k1 仍有 2 项，不能删去"), "{text}");
}

fn claimant(number: u8) -> Claimant {
    Claimant {
        number,
        owner: format!("process {number}"),
        place: String::new(),
        process: String::new(),
    }
}

/// A process that lives seals with the old key until it ends: nothing is retired before, whatever it has
/// said until then, and what it has sealed last is found.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_is_retired_while_a_living_process_seals_with_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let platform = TestPlatform::on(test).await;
    let now_ms = platform.clock.now_ms();
    let old = start(&platform, &config, KEYS).unwrap();
    let claim = old.context.db.write(move |tx| -> store::Result<_> {
        let claimed = store::node::claim(tx, &claimant(9), now_ms, TakeOver::Nobody)?;
        assert!(matches!(claimed, NumberClaimed::Ours(_)));
        Ok(())
    });
    claim.await.unwrap();
    put(&old, "one").await;
    let both = start(&platform, &config, ROTATED).unwrap();
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(
        text.contains("旧密钥 k1 仍由运行中的进程用于加密"),
        "{text}"
    );
    assert!(!text.contains("已停用"), "{text}");
    put(&old, "two").await;
    let release = old
        .context
        .db
        .write(|tx| store::node::release(tx, &claimant(9), None));
    release.await.unwrap();
    assert!(
        start(&platform, &config, NEW).is_err(),
        "it has sealed \"two\""
    );
    let both = start(&platform, &config, ROTATED).unwrap();
    let text = run(&both.context, &*both.queue).await.unwrap();
    assert!(text.contains("旧密钥 k1 已停用"), "{text}");
    let new = start(&platform, &config, NEW).unwrap();
    let taken = new.queue.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(taken.len(), 2);
}

/// The old key before the new one: somebody has gone back.
const BACK: &str = "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==\n\
                    k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=";

/// What begins, seals with the old key and ends while the second walk goes on takes its mark away.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_seals_with_an_old_key_during_the_second_walk_keeps_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let platform = TestPlatform::on(test).await;
    let old = start(&platform, &config, KEYS).unwrap();
    let both = start(&platform, &config, ROTATED).unwrap();
    let left = async || {
        let db = &both.context.db;
        db.write(|tx| retire(tx, &BTreeMap::new())).await.unwrap();
        db.read(older).await.unwrap()
    };
    // It begins, or it ends: each is heard of.
    both.context.db.write(begin_again).await.unwrap();
    let begun = start(&platform, &config, BACK).unwrap();
    assert_eq!(left().await, ["k1"]);
    both.context.db.write(begin_again).await.unwrap();
    let release = begun
        .context
        .db
        .write(|tx| store::node::release(tx, &claimant(8), None));
    release.await.unwrap();
    assert_eq!(left().await, ["k1"]);
    // Nobody does any more.
    drop(old);
    both.context.db.write(begin_again).await.unwrap();
    assert!(left().await.is_empty());
}

/// While one process has the new key and another does not, the old one takes nothing of the new one's for damaged:
/// not in the queue and not in the job, which both stay with the process that has the key.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_process_leaves_alone_what_the_new_one_seals(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let folder = tempfile::tempdir().unwrap();
    let mut config = test.config.clone();
    config.encryption_key_file = folder.path().join("keys").display().to_string();
    let platform = TestPlatform::on(test).await;
    let old = start(&platform, &config, KEYS).unwrap();
    let both = start(&platform, &config, ROTATED).unwrap();
    put(&both, "one").await;
    let refused = old.queue.take("q", 1, Duration::ZERO).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let refused = run(&old.context, &*old.queue).await.unwrap_err();
    assert!(refused.to_string().contains("the key k2"), "{refused}");
    let missing = old.context.db.read(store::reseal::missing);
    assert_eq!(missing.await.unwrap(), ["k2"]);
    let missing = both.context.db.read(store::reseal::missing);
    assert!(missing.await.unwrap().is_empty());
    let taken = both.queue.take("q", 1, Duration::ZERO).await.unwrap();
    assert_eq!(taken[0].body, "one");
}
