//! Receipts that wait for a person: dismissed, matched again, opened.

use super::*;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A parked receipt that is nobody's here is dismissed by two, and listed no more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_receipt_is_dismissed_by_two(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let spec = platform.spec(0, Kind::Ceb311, 1);
    let text = "订购人 11010119800414417X 不符";
    let answer = ceb::sample::receipt(&spec, ceb::ReturnStatus(100), text);
    let (shared, at_ms) = (platform.shared.clone(), platform.clock.now_ms());
    let parked = platform.shared.db.write(move |tx| {
        let opened = [receipt::open(bytes::Bytes::from(answer.clone()))];
        answer::apply(tx, &shared, &opened, at_ms)?;
        receipt::parked::list(tx, &web::Begin::default(), 10)
    });
    let parked = parked.await.unwrap();
    let (status, text) = parked[0].says().unwrap();
    assert_eq!(status.0, 100);
    assert!(
        text.contains("不符") && !text.contains("11010119800414417X"),
        "{text}"
    );
    let id = parked[0].id;
    assert!(free(&platform, DISMISS_RECEIPT.name, id).await.is_ok());
    assert!(free(&platform, DISMISS_RECEIPT.name, id).await.is_err());
    assert!(free(&platform, RELEASE_RECEIPT.name, id).await.is_err());
    let left = platform
        .shared
        .db
        .read(|tx| receipt::parked::list(tx, &web::Begin::default(), 10));
    assert!(left.await.unwrap().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_receipt_goes_home_when_its_declaration_is_known(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let spec = platform.spec(0, Kind::Ceb311, 1);
    let answer = ceb::sample::receipt(&spec, ceb::ReturnStatus::CUSTOMS_ACCEPTED, "入库成功");
    let (shared, at_ms) = (platform.shared.clone(), platform.clock.now_ms());
    let body = bytes::Bytes::from(answer);
    let parked = platform.shared.db.write(move |tx| {
        let opened = [receipt::open(body.clone())];
        answer::apply(tx, &shared, &opened, at_ms)
    });
    assert_eq!(parked.await.unwrap(), Vec::new());
    let waiting = platform
        .shared
        .db
        .read(|tx| receipt::parked::list(tx, &web::Begin::default(), 10))
        .await
        .unwrap();
    assert_eq!(waiting.len(), 1);
    let id = waiting[0].id;
    assert!(
        free(&platform, RELEASE_RECEIPT.name, id)
            .await
            .unwrap_err()
            .contains("仍然找不到")
    );
    platform
        .accept(0, platform.sample(0, Kind::Ceb311, 1))
        .await;
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert!(free(&platform, RELEASE_RECEIPT.name, id).await.is_ok());
    assert_eq!(platform.feed(0).await.len(), 1);
    let waiting = platform
        .shared
        .db
        .read(|tx| receipt::parked::list(tx, &web::Begin::default(), 10))
        .await
        .unwrap();
    assert_eq!(waiting, Vec::new());
    assert!(free(&platform, RELEASE_RECEIPT.name, id).await.is_err());
}

/// It stands among the parked receipts with its reason, stays while it cannot be opened, and goes its way when it
/// can.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_no_key_opens_is_parked_until_it_can_be_opened(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let spec = platform.spec(0, Kind::Ceb311, 1);
    let answer = ceb::sample::receipt(&spec, ceb::ReturnStatus::CUSTOMS_ACCEPTED, "入库成功");
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let (db, id) = (&platform.shared.db, platform.shared.ids.next());
    let put = db.write(move |tx| {
        tx.execute(
            "insert into receipt_inbox (id, direction, company_id, n_bytes, body) \
             values ($1, 'import', 0, 9, $2)",
            &[id.into(), (&b"\0TG\x01\x02k1 no key opens this"[..]).into()],
        )
    });
    put.await.unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let items = db.read(|tx| crate::operator::http::parked_items(tx, &web::Begin::default(), 10));
    let (_, item) = items.await.unwrap().remove(0);
    assert_eq!(item.id, id.to_string());
    assert!(item.reason.contains("无法读取"), "{item:?}");
    let still = free(&platform, RELEASE_RECEIPT.name, id).await.unwrap_err();
    assert!(still.contains("仍无法读取"), "{still}");
    let mend = db.write(move |tx| {
        tx.execute(
            "update receipt_inbox set body = $1 where id = $2",
            &[answer.as_bytes().into(), id.into()],
        )
    });
    mend.await.unwrap();
    assert!(free(&platform, RELEASE_RECEIPT.name, id).await.is_ok());
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.feed(0).await.len(), 1);
    let items = db.read(|tx| crate::operator::http::parked_items(tx, &web::Begin::default(), 10));
    assert!(items.await.unwrap().is_empty());
}

/// What nobody can read is dismissed by two whose reason says so, wherever it waits; its bytes stay.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_can_read_is_dismissed_for_a_reason_that_says_so(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    const SEALED: &[u8] = b"\0TG\x01\x02k1 no key opens this";
    for table in ["receipt_inbox", "parked_receipt"] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (db, id) = (&platform.shared.db, platform.shared.ids.next());
        let put = db.write(move |tx| {
            let sql = match table {
                "receipt_inbox" => {
                    "insert into receipt_inbox (id, direction, company_id, n_bytes, body) \
                     values ($1, 'import', 0, 9, $2)"
                }
                _ => {
                    "insert into parked_receipt (id, kind, document_key, reason, fingerprint, \
                     at_ms, body) values ($1, 'CEB312', 'K', '', 7, 7, $2)"
                }
            };
            tx.execute(sql, &[id.into(), SEALED.into()])
        });
        put.await.unwrap();
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let unsaid = free(&platform, DISMISS_RECEIPT.name, id).await.unwrap_err();
        assert!(unsaid.contains("无法读取"), "{table} {unsaid}");
        let with_reason = Request {
            why: "磁盘损坏，无法读取，备份中也没有".to_owned(),
            ..request(DISMISS_RECEIPT.name, id)
        };
        assert!(
            free_because(&platform, with_reason.clone()).await.is_ok(),
            "{table}"
        );
        assert!(
            free_because(&platform, with_reason).await.is_err(),
            "{table}"
        );
        let read = db.read(move |tx| -> store::Result<_> {
            let sql = format!("select body from {table}");
            let kept = tx.query(&sql, &[])?.remove(0).bytes(0)?;
            let items = crate::operator::http::parked_items(tx, &web::Begin::default(), 10)?;
            Ok((
                kept,
                items.len(),
                crate::query::board::waiting(tx)?.n_parked,
            ))
        });
        let (kept, n_listed, n_parked) = read.await.unwrap();
        assert_eq!((kept.as_slice(), n_listed, n_parked), (SEALED, 0, 0));
    }
}
