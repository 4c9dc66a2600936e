//! Keys, what they seal, and what is found out when a database is opened.

use super::{MARK, TEXT_MARK, Vault};
use crate::pack::PackDictionary;
use crate::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};
use crate::{Db, Error, StoreConfig, unreadable};
use rstest::rstest;

const K1: &str = "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==";
const K2: &str = "k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=";
/// The name of the first key with another key.
const OTHER: &str = "k1 sm4-gcm DwECAwQFBgcICQoLDA0ODw==";

fn vault(lines: &[&str]) -> Vault {
    Vault::from_text(&lines.join("\n")).unwrap()
}

#[test]
fn what_is_sealed_opens_with_its_key_and_no_other() {
    for text in ["", "<xml>张三</xml>", "\u{1}TG1:x"] {
        for lines in [[K1, K2], [K2, K1]] {
            let sealing = vault(&lines);
            let sealed = sealing
                .close(text.as_bytes(), PackDictionary::NONE)
                .unwrap()
                .into_owned();
            assert!(sealed.starts_with(MARK));
            let opened = sealing.open(sealed).unwrap();
            assert_eq!(opened, text.as_bytes());
            let sealed = sealing.close_text(text).unwrap().into_owned();
            assert!(!sealed.contains("张三"));
            assert_eq!(sealing.open_text(sealed).unwrap(), text);
        }
    }
    let sealed = vault(&[K1])
        .close(b"secret", PackDictionary::NONE)
        .unwrap()
        .into_owned();
    // After a rotation the old key opens still.
    let rotated = vault(&[K2, K1]);
    assert_eq!(rotated.open(sealed.clone()).unwrap(), b"secret");
    for wrong in [vault(&[K2]), vault(&[OTHER]), Vault::default()] {
        let error = wrong.open(sealed.clone()).unwrap_err().to_string();
        assert!(error.contains("the key k1"), "{error}");
    }
    let mut changed = sealed;
    *changed.last_mut().unwrap() ^= 1;
    assert!(vault(&[K1]).open(changed).is_err());
    for changed in ["AAAA", "=", ""] {
        let opened = vault(&[K1]).open_text(format!("{TEXT_MARK}{changed}"));
        assert!(
            matches!(opened, Err(Error::Damaged(_))),
            "{changed}: {opened:?}"
        );
    }
}

#[test]
fn without_keys_everything_is_kept_as_it_is() {
    let open = Vault::default();
    for bytes in [&b"<xml/>"[..], b"", MARK, b"\0TG\x01\x05abc"] {
        let kept = open
            .close(bytes, PackDictionary::NONE)
            .unwrap()
            .into_owned();
        assert_eq!(open.open(kept.clone()).unwrap(), bytes);
        // With keys, later, it reads the same.
        assert_eq!(vault(&[K1]).open(kept).unwrap(), bytes);
    }
    let looks_sealed = format!("{TEXT_MARK}abc");
    for text in ["<xml/>", "", &looks_sealed] {
        let kept = open.close_text(text).unwrap().into_owned();
        assert_eq!(open.open_text(kept).unwrap(), text);
    }
}

#[test]
fn mistakes_in_the_file_are_reported_without_the_key() {
    for (text, why) in [
        ("", "no key"),
        ("k1 sm4-gcm", "three words"),
        ("k! sm4-gcm AAECAwQFBgcICQoLDA0ODw==", "id"),
        ("k1 des AAECAwQFBgcICQoLDA0ODw==", "algorithm"),
        ("k1 sm4-gcm AAEC", "16 bytes"),
        ("k1 aes-256-gcm AAECAwQFBgcICQoLDA0ODw==", "32 bytes"),
        (&format!("{K1}\n{OTHER}"), "twice"),
    ] {
        let error = Vault::from_text(text).err().unwrap();
        assert!(error.contains(why), "{text}: {error}");
        assert!(!error.contains("AAEC"), "{error}");
    }
}

fn open(test: &TestDb, lines: &[&str]) -> Result<Db, Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    let config = StoreConfig {
        encryption_key_file: if lines.is_empty() {
            String::new()
        } else {
            file.path().display().to_string()
        },
        ..test.config.clone()
    };
    std::thread::spawn(move || Db::open(&config))
        .join()
        .unwrap()
}

#[rstest]
fn a_missing_or_wrong_key_is_found_out_when_the_database_is_opened(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    assert!(open(test, &[]).is_ok(), "no keys, nothing sealed");
    assert!(open(test, &[K1]).is_ok());
    assert!(open(test, &[K2, K1]).is_ok(), "a rotation");
    for (lines, why) in [
        (&[][..], "请把 k1 那一行放回密钥文件"),
        (&[K2][..], "message.reseal"),
        (&[K2, OTHER][..], "不是当初以此名加密本数据库的密钥"),
    ] {
        let error = open(test, lines).err().unwrap();
        assert!(matches!(error, Error::Setting(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

/// Sealed with a key that this process does not have.
const OF_K9: &[u8] = b"\0TG\x01\x02k9 nonce and what is sealed";

/// A key that is on record is another process's, which is waited for; one that is not is nobody's, and
/// what names it is damaged.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_can_open_is_not_damaged(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let try_it = || {
        test.db.read(|tx| -> crate::Result<_> {
            let opened = tx.open(OF_K9.to_vec());
            let tried = tx.try_bytes(Ok(OF_K9.to_vec()), ("test", (1, 0)));
            Ok((opened, tried))
        })
    };
    let (opened, tried) = try_it().await.unwrap();
    assert!(matches!(opened, Err(Error::Damaged(_))), "{opened:?}");
    assert_eq!(tried, Ok(None));
    let note = test.db.write(|tx| {
        let sql = "insert into seal_key (id, proof) values ('k9', $1)";
        tx.execute(sql, &[OF_K9.into()])
    });
    note.await.unwrap();
    let missing = Error::KeyMissing("k9".to_owned());
    let (opened, tried) = try_it().await.unwrap();
    assert_eq!(opened, Err(missing.clone()));
    assert_eq!(tried, Err(missing.clone()));
    assert!(missing.is_unavailable());
    assert_eq!(unreadable::damage::<()>(Err(missing.clone())), Err(missing));
    let lacking = test.db.read(crate::vault::missing).await.unwrap();
    assert_eq!(lacking, ["k9"]);
}
