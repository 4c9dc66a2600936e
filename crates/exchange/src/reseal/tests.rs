//! What was stored before there was a key, and with an older one.

use super::run;
use crate::testing::{House, accepted};
use bytes::Bytes;
use ceb::Kind;
use queue::{Builtin, Queue};
use registry::ground::Ground;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use store::node::Claimant;
use store::testing::each_engine;
use store::{Config, Db, Tx};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_before_is_sealed_and_read_as_ever() {
    for test in each_engine() {
        let mut config = test.config.clone();
        let house = House::on(test).await;
        let xml = house.sample(0, Kind::Ceb311, 1);
        let id = accepted(house.accept(0, xml.clone()).await);
        accepted(
            house
                .accept(
                    0,
                    house
                        .sample(0, Kind::Ceb621, 2)
                        .replace("<ceb:appType>1", "<ceb:appType>9"),
                )
                .await,
        );
        house.settle().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        config.encryption_key_file = file.display().to_string();
        for keys in [KEYS, ROTATED] {
            std::fs::write(&file, keys).unwrap();
            let mut ground = house.shared.ground.clone();
            let opening = config.clone();
            // The client of PostgreSQL has a runtime of its own, which no runtime may hold.
            let opened = std::thread::spawn(move || Db::open(&opening).unwrap());
            ground.db = opened.join().unwrap();
            let before = ground.db.read(n_not_sealed).await.unwrap();
            assert!(before > 3, "{before}");
            let said = run(&ground, &*house.shared.queue).await.unwrap();
            let older = match keys {
                ROTATED => "；旧密钥 k1 已停用，可从密钥文件中删去",
                _ => "",
            };
            assert_eq!(said, format!("已补加密 {before} 项，存量已全部处理{older}"));
            assert_eq!(ground.db.read(n_not_sealed).await.unwrap(), 0);
            let body = ground
                .db
                .read(move |tx| crate::message::sql::body_as_received(tx, id));
            assert_eq!(body.await.unwrap().unwrap(), xml.as_bytes());
            let again = run(&ground, &*house.shared.queue).await.unwrap();
            assert_eq!(again, "", "nothing is done twice");
        }
    }
}

const NEW: &str = "k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=";

/// A platform on these keys, on the database of another: its ground, its queue, its keys.
struct Started {
    ground: Ground,
    queue: Arc<dyn Queue>,
}

/// Opens the database with these keys, or says why not.
fn start(house: &House, config: &Config, keys: &str) -> Result<Started, String> {
    static NUMBER: AtomicU8 = AtomicU8::new(5);
    std::fs::write(&config.encryption_key_file, keys).unwrap();
    let opening = config.clone();
    let opened = std::thread::spawn(move || Db::open(&opening))
        .join()
        .unwrap();
    let db = opened.map_err(|error| error.to_string())?;
    let clock = Arc::clone(&house.shared.clock);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let queue = Builtin::new(db.clone(), clock, number, queue::builtin::Config::default());
    let mut ground = house.shared.ground.clone();
    ground.db = db;
    Ok(Started {
        ground,
        queue: Arc::new(queue),
    })
}

async fn put(started: &Started, text: &'static str) {
    let bodies = [Bytes::from_static(text.as_bytes())];
    started.queue.put("q", &bodies).await.unwrap();
}

/// From the first key to the second and without the first: what waits in the queue is read as well as what
/// is stored, and what an old process has sealed behind the walk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_key_is_retired_when_nothing_is_sealed_with_it() {
    for test in each_engine() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = test.config.clone();
        config.encryption_key_file = folder.path().join("keys").display().to_string();
        let house = House::on(test).await;
        let xml = house.sample(0, Kind::Ceb311, 1);
        let id = accepted(house.accept(0, xml.clone()).await);
        house.settle().await;
        let old = start(&house, &config, KEYS).unwrap();
        put(&old, "one").await;
        run(&old.ground, &*old.queue).await.unwrap();

        let refused = start(&house, &config, NEW).err().unwrap();
        for word in ["k1", "放回密钥文件", "message.reseal", "定时任务"] {
            assert!(refused.contains(word), "{refused}");
        }
        let both = start(&house, &config, ROTATED).unwrap();
        assert!(
            start(&house, &config, NEW).is_err(),
            "nothing is sealed anew yet"
        );
        put(&both, "two").await;
        let said = run(&both.ground, &*both.queue).await.unwrap();
        assert!(said.contains("旧密钥 k1 已停用"), "{said}");
        // A process that was not started anew seals with the old key still, and says so with every beat.
        put(&old, "three").await;
        let beat = old.ground.db.write(|tx| {
            let who = Claimant {
                number: 9,
                owner: "x".to_owned(),
                place: String::new(),
                told: String::new(),
            };
            store::node::beat(tx, &who, 1)
        });
        beat.await.unwrap();
        assert!(start(&house, &config, NEW).is_err(), "it is in use again");
        let both = start(&house, &config, ROTATED).unwrap();
        let said = run(&both.ground, &*both.queue).await.unwrap();
        assert!(said.contains("旧密钥 k1 已停用"), "{said}");

        let new = start(&house, &config, NEW).unwrap();
        let read = new.ground.db;
        let body = read.read(move |tx| crate::message::sql::body_as_received(tx, id));
        assert_eq!(body.await.unwrap().unwrap(), xml.as_bytes());
        let taken = new.queue.take("q", 9, Duration::ZERO).await.unwrap();
        // Of different processes with a clock that stands still: in any order.
        let texts: BTreeSet<&[u8]> = taken.iter().map(|one| &*one.body).collect();
        assert_eq!(texts, BTreeSet::from([&b"one"[..], b"two", b"three"]));
    }
}

/// A value that its key does not open keeps the key, and the record says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_keeps_its_key() {
    for test in each_engine() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = test.config.clone();
        config.encryption_key_file = folder.path().join("keys").display().to_string();
        let house = House::on(test).await;
        let old = start(&house, &config, KEYS).unwrap();
        put(&old, "one").await;
        let spoil = old.ground.db.write(|tx| {
            let row = tx.query("select body from queue_body", &[])?.remove(0);
            let mut body = row.bytes(0)?;
            body.reverse();
            body[..7].copy_from_slice(b"\0TG\x01\x02k1");
            tx.execute("update queue_body set body = $1", &[body.as_slice().into()])
        });
        spoil.await.unwrap();
        let both = start(&house, &config, ROTATED).unwrap();
        let said = run(&both.ground, &*both.queue).await.unwrap();
        assert!(said.contains("1 项用现有密钥无法解密"), "{said}");
        assert!(said.contains("旧密钥 k1 仍有 1 项，不能删去"), "{said}");
        assert!(start(&house, &config, NEW).is_err());
    }
}
