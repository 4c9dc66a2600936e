//! Companies and keys on both engines.

use crate::access::{Actor, Origin, Who};
use crate::api_key::{self, ApiKey, Authenticator};
use crate::company::{self, Company, CompanyId, CompanyRefusal};
use crate::role::AccountId;
use axum::http::{HeaderMap, HeaderValue, header};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::clock::{Clock, TestClock};
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn some_company(n: i64) -> Company {
    Company {
        id: CompanyId(n),
        credit_code: ceb::sample::credit_code(u64::try_from(n).unwrap()),
        customs_code: format!("11059600{n:02}"),
        name: format!("测试企业{n}"),
        dxp_id: format!("DXPENT{n:010}"),
        roles: vec!["ebc".to_owned(), "agent".to_owned()],
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: 5,
    }
}

async fn add(db: &Db, company: Company) -> Result<(), CompanyRefusal> {
    db.write(move |tx| company::add(tx, &company)).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_is_registered_once_and_found_by_any_code(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let db = &test.db;
    assert_eq!(add(db, some_company(1)).await, Ok(()));
    let same_dxp = Company {
        dxp_id: some_company(1).dxp_id,
        ..some_company(2)
    };
    assert_eq!(add(db, same_dxp).await, Err(CompanyRefusal::Taken));
    // An id that was given twice is not called a code that is used.
    let same_id = Company {
        id: CompanyId(1),
        ..some_company(4)
    };
    let twice = add(db, same_id).await;
    assert!(matches!(twice, Err(CompanyRefusal::Store(_))), "{twice:?}");
    assert_eq!(add(db, some_company(2)).await, Ok(()));
    let credit_code = some_company(2).credit_code;
    for code in [credit_code.as_str(), "1105960002", "DXPENT0000000002"] {
        let asked = code.to_owned();
        let found = db
            .read(move |tx| company::by_code(tx, &asked))
            .await
            .unwrap();
        assert_eq!(found, Some(some_company(2)), "{code}");
    }
    let bad = [
        Company {
            credit_code: "911101057693606625".to_owned(),
            ..some_company(3)
        },
        Company {
            customs_code: "lower-case".to_owned(),
            ..some_company(3)
        },
        Company {
            name: "  ".to_owned(),
            ..some_company(3)
        },
        Company {
            dxp_id: "D'; drop table".to_owned(),
            ..some_company(3)
        },
        Company {
            profile: "lax".to_owned(),
            ..some_company(3)
        },
        Company {
            weight: 0,
            ..some_company(3)
        },
    ];
    for company in bad {
        assert!(matches!(
            add(db, company).await,
            Err(CompanyRefusal::Field(_))
        ));
    }
    assert_eq!(db.read(company::all).await.unwrap().len(), 2);
}

fn bearer(key: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_str(key).unwrap());
    headers
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_opens_until_it_expires_or_is_revoked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let db = test.db.clone();
    let clock = TestClock::at(1_000_000);
    add(&db, some_company(1)).await.unwrap();
    let key = |id, expires_at| ApiKey {
        id,
        company_id: CompanyId(1),
        label: "test".to_owned(),
        created_at: 0,
        expires_at,
        revoked_at: None,
    };
    let issue = |key: ApiKey| db.write(move |tx| api_key::issue(tx, &key, &[7; 32]));
    let short = issue(key(10, clock.now_ms() + 5_000)).await.unwrap();
    let long = issue(key(11, i64::MAX)).await.unwrap();
    assert_ne!(short, long);

    let authenticator = Authenticator::new(db.clone(), clock.clone());
    let ask = async |header: String| match authenticator.caller(&bearer(&header)).await {
        Ok(caller) => format!("{} {}", caller.company.id.0, caller.key_id),
        Err(problem) => problem.code,
    };
    assert_eq!(ask(format!("Bearer {short}")).await, "1 10");
    assert_eq!(ask(format!("bearer  {long}")).await, "1 11");
    assert_eq!(ask(format!("Bearer {long}x")).await, "TG-R4011");
    assert_eq!(ask("Bearer ".to_owned()).await, "TG-R4010");
    assert_eq!(ask(format!("Basic {long}")).await, "TG-R4010");
    assert_eq!(
        ask(format!("Bearer {}", "x".repeat(9000))).await,
        "TG-R4010"
    );

    let other = db
        .write(|tx| api_key::revoke(tx, CompanyId(2), 11, 1))
        .await
        .unwrap();
    assert!(!other, "another company cannot revoke it");
    assert!(
        db.write(|tx| api_key::revoke(tx, CompanyId(1), 11, 1))
            .await
            .unwrap()
    );
    assert!(
        !db.write(|tx| api_key::revoke(tx, CompanyId(1), 11, 1))
            .await
            .unwrap()
    );
    clock.advance(Duration::from_millis(1000));
    assert_eq!(ask(format!("Bearer {long}")).await, "TG-R4012");
    clock.advance(Duration::from_millis(4000));
    assert_eq!(ask(format!("Bearer {short}")).await, "TG-R4013");
    let keys = db
        .read(|tx| api_key::of_company(tx, CompanyId(1)))
        .await
        .unwrap();
    assert_eq!(keys.len(), 2);
    let stored = db
        .read(|tx| tx.query("select hash from api_key", &[]))
        .await
        .unwrap()
        .iter()
        .all(|row| !short.contains(&row.text(0).unwrap()));
    assert!(stored, "no secret is stored");
}

/// However many people and keys a company makes, its people read on one share and its programs on another;
/// who acts for no company has his own.
#[test]
fn the_people_of_a_company_read_on_one_share() {
    let caller = |who: Who, company: Option<i64>| Actor {
        who,
        company: company.map(|n| Arc::new(some_company(n))),
        ..Actor::nobody(Origin::default())
    };
    let person = |id: i64, company| caller(Who::Account(AccountId(id)), company).reader();
    let program = |id: i64, company| caller(Who::Key(id), company).reader();
    assert_eq!(person(1, Some(7)), person(2, Some(7)));
    assert_eq!(program(1, Some(7)), program(2, Some(7)));
    assert_ne!(person(1, Some(7)), program(1, Some(7)));
    assert_ne!(person(1, Some(7)), person(1, Some(8)));
    assert_ne!(person(1, None), person(2, None));
}
