//! What was stored before there was a key, and with an older one.

use super::run;
use crate::testing::{House, accepted};
use ceb::Kind;
use store::testing::each_engine;
use store::{Db, Tx};

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
            let said = run(&ground).await.unwrap();
            assert_eq!(said, format!("已补加密 {before} 项，存量已全部处理"));
            assert_eq!(ground.db.read(n_not_sealed).await.unwrap(), 0);
            let body = ground
                .db
                .read(move |tx| crate::message::sql::body_as_received(tx, id));
            assert_eq!(body.await.unwrap().unwrap(), xml.as_bytes());
            assert_eq!(run(&ground).await.unwrap(), "", "nothing is done twice");
        }
    }
}
