//! Who may ask for what of the archive, and what becomes of it.

use super::http::{ArchiveApi, routes};
use ::archive::config::{ArchiveConfig, RetentionConfig};
use ::archive::{Archive, ArchiveBase};
use rstest::rstest;
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_is_not_set_has_periods_and_nothing_else(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, _) = registry::testing::context(&test.db);
    let base = ArchiveBase {
        db: test.db.clone(),
        database: test.config.clone(),
        clock: Arc::clone(&context.clock),
        ids: Arc::clone(&context.ids),
    };
    let settings = (&ArchiveConfig::default(), &RetentionConfig::default());
    let archive = Archive::new(base, Vec::new(), settings).unwrap();
    let health = archive.health().await.unwrap();
    let status = super::ArchiveStatus::of(&archive, &health);
    assert_eq!(
        (status.url.as_str(), status.n_overdue, status.n_parts),
        ("", 0, 0)
    );
    let days: Vec<_> = status
        .classes
        .iter()
        .map(|class| (class.days, class.least_days))
        .collect();
    assert_eq!(
        days,
        [
            (Some(92), Some(90)),
            (Some(1826), Some(1096)),
            (Some(366), Some(184)),
            (None, None)
        ]
    );
    let api = ArchiveApi {
        gate: Arc::new(registry::access::Gate::new(context, [])),
        archive: Arc::new(archive),
        jobs: Arc::from([]),
    };
    drop((routes(), api));
}
