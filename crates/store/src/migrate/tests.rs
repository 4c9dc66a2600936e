//! The history of the tables is applied once, and only by who may.

use crate::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};
use crate::{Db, Error, SchemaCare, StoreConfig};
use rstest::rstest;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_apply_once_and_a_newer_database_is_refused(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let TestDb { db, config, .. } = &engine.database();
    assert_eq!(db.applied().await.unwrap().len(), crate::migrations().len());
    let again = config.clone();
    let second = tokio::task::spawn_blocking(move || Db::open(&again))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.applied().await.unwrap(), db.applied().await.unwrap());
    db.write(|tx| tx.execute("insert into migration values (9999, 'future')", &[]))
        .await
        .unwrap();
    let (config, place) = (config.clone(), config.place());
    let refused = tokio::task::spawn_blocking(move || Db::open(&config))
        .await
        .unwrap();
    let refused = refused.map(|_| ()).unwrap_err();
    assert!(
        matches!(&refused, Error::Setting(text) if text.contains("9999") && text.contains(&place)),
        "{refused}"
    );
}

/// A look at a platform of the version before changes nothing under the processes that work with it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_an_older_version_are_left_as_they_are_by_who_only_looks(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(SchemaCare::Look, SchemaCare::Create)] schema: SchemaCare,
) {
    let TestDb { db, config, .. } = &engine.database();
    let open = async || {
        let (schema, url) = (schema, config.url.clone());
        let config = StoreConfig {
            schema,
            url,
            ..config.clone()
        };
        let opened = tokio::task::spawn_blocking(move || Db::open(&config).map(|_| ()));
        opened.await.unwrap()
    };
    assert_eq!(open().await, Ok(()));
    db.write(|tx| tx.execute("delete from migration where number > 40", &[]))
        .await
        .unwrap();
    let refused = open().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Setting(text) if text.contains("tongguan migrate") && text.contains(&config.place())),
        "{refused}"
    );
    assert_eq!(db.applied().await.unwrap().len(), 40);
}

#[test]
fn a_database_is_named_by_its_file_or_its_hosts_and_never_with_a_password() {
    for (url, place) in [
        ("sqlite:data/queue.db", "data/queue.db"),
        (
            "postgres://user:secret@db1,db2:5433/tongguan",
            "db1:5432,db2:5433/tongguan",
        ),
        (
            "postgres://user:secret@[::1]:1/tongguan?sslmode=require",
            "::1:1/tongguan",
        ),
        ("postgres://user:secret@db:port/tongguan", "PostgreSQL"),
    ] {
        let config = StoreConfig {
            url: url.to_owned(),
            ..StoreConfig::default()
        };
        assert_eq!(config.place(), place);
    }
}

#[test]
fn every_migration_file_is_listed_in_order() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let listed: Vec<String> = crate::migrations()
        .iter()
        .map(|(number, name, _)| format!("{number:04}_{name}.sql"))
        .collect();
    assert_eq!(files, listed);
    for (_, name, text) in crate::migrations() {
        assert!(
            text.starts_with("-- "),
            "{name} does not say why it is there"
        );
    }
}
