//! Code tables on both engines.

use super::{TableRefusal, all, list, load, refresh};
use crate::role::Role;
use crate::testing::{NOW, context, person};
use ceb::code_table::CodeTable;
use ceb::{Kind, Profile, parse_under, sample};
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn wrap(version: u32, effective: &str, codes: &str) -> String {
    format!(
        "table|wrap\nversion|{version}\neffective|{effective}\ncomplete|yes\nsource|测试\n[codes]\n{codes}"
    )
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_table_holds_from_its_day_and_older_ones_are_refused(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "system", Some(Role::SystemAdmin)).await;
    let put = async |content: String| {
        let (actor, id) = (actor.clone(), context.ids.next());
        let write = move |tx: &mut Tx<'_>| load(tx, id, NOW, &actor, &content);
        context.db.write(write).await
    };
    let newer = put(wrap(20_260_101, "20260201", "1|木箱\n9|新箱"))
        .await
        .unwrap();
    assert_eq!(newer.follows, Some(20_180_401));
    assert_eq!(
        newer.difference.added,
        [("9".to_owned(), "新箱".to_owned())]
    );
    assert_eq!(newer.difference.removed.len(), 6);
    let again = put(wrap(20_260_101, "20260201", "1|木箱")).await;
    let refused = Err(TableRefusal::NotNewer(CodeTable::Wrap, 20_260_101));
    assert_eq!(again, refused);
    let broken = put(wrap(20_260_102, "20260201", "10|木箱")).await;
    let Err(TableRefusal::Malformed(faults)) = broken else {
        panic!("a malformed file was loaded");
    };
    assert_eq!(faults[0].line, 7);

    // A process sees it after its next look, and judges each document by its own day.
    let refuses = |month, code: &str| {
        let mut spec = sample::Spec::new(Kind::Ceb621, 3);
        spec.now.month = month;
        let xml =
            sample::message(&spec).replace("<ceb:wrapType>2<", &format!("<ceb:wrapType>{code}<"));
        let standing = context.code_tables.standing(NOW);
        parse_under(xml.as_bytes(), &standing.terms(Profile::Strict)).is_refused()
    };
    assert!(!refuses(3, "2"), "not read yet");
    refresh(&context.db, &context.code_tables).await.unwrap();
    refresh(&context.db, &context.code_tables).await.unwrap();
    assert!(refuses(3, "2") && !refuses(3, "9"));
    assert!(
        !refuses(1, "2") && !refuses(1, "9"),
        "incomplete: a warning"
    );

    let stored = context.db.read(list).await.unwrap();
    assert_eq!((stored.len(), &*stored[0].loaded_by), (1, "system"));
    let tables = context.db.read(all).await.unwrap();
    assert_eq!(tables.versions(CodeTable::Wrap).len(), 2);
}
