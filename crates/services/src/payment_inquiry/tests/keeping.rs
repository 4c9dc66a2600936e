//! Payments are kept for three years, sealed, and shown masked.

use super::journey::setup;
use crate::payment_inquiry::keep::clean;
use crate::payment_inquiry::view::PaymentDetail;
use crate::payment_inquiry::{
    PaymentFilter, PaymentInquiryConfig, UploadResult, payments, private,
};
use registry::access::Sight;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const DAY: Duration = Duration::from_secs(86_400);

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_removed_before_three_years_after_its_last_use(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    setup.put("T1", &["SO1"], "5").await;
    setup.put("T2", &["SO2"], "5").await;
    let all = PaymentFilter::default();
    let count = || {
        let all = all.clone();
        setup
            .world
            .read(move |tx| payments(tx, &Sight::All, &all, 10))
    };
    // The second is uploaded a hundred days later, and is kept three years from then on.
    setup.world.clock.advance(DAY * 100);
    setup.ask("SO2", "s-2").await;
    assert_eq!(setup.run().await, "上传 1 条，共尝试 1 条");
    setup.world.clock.advance(DAY * (1096 - 100));
    let held = registry::testing::fence(&setup.world.context).await;
    assert_eq!(clean(setup.world.context.clone(), &held).await.unwrap(), "");
    assert_eq!(count().await.len(), 2);
    setup.world.clock.advance(DAY);
    assert!(
        !clean(setup.world.context.clone(), &held)
            .await
            .unwrap()
            .is_empty()
    );
    let left = count().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].transaction_no, "T2");
    assert_eq!(setup.inquiries().await.len(), 1);
    setup.world.clock.advance(DAY * 100);
    clean(setup.world.context.clone(), &held).await.unwrap();
    assert!(count().await.is_empty());
    assert!(setup.inquiries().await.is_empty());
    assert_eq!(setup.world.audited("payment.remove").await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_lead_to_one_payment_and_other_companies_see_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    let UploadResult::New(id) = setup.put("T1", &["SO1", "SO2"], "5.0").await else {
        panic!("not stored");
    };
    assert!(matches!(
        setup.put("T2", &["SO2"], "5").await,
        UploadResult::Refused(_)
    ));
    assert_eq!(
        setup.put("T1", &["SO1", "SO3"], "5.0").await,
        UploadResult::Changed(id)
    );
    let find = |sight: Sight, order: &str| {
        let filter = PaymentFilter {
            order_no: Some(order.to_owned()),
            ..PaymentFilter::default()
        };
        setup
            .world
            .read(move |tx| payments(tx, &sight, &filter, 10))
    };
    assert_eq!(find(Sight::All, "SO3").await.len(), 1);
    assert!(find(Sight::All, "SO2").await.is_empty());
    let other = setup.world.company(2, &["ebp"]).await;
    assert!(find(Sight::Company(other.id), "SO3").await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_is_sealed_in_the_database_and_masked_for_people(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    let UploadResult::New(id) = setup.put("T1", &["SO1"], "5.0").await else {
        panic!("not stored");
    };
    let read = move |tx: &mut store::Tx<'_>| {
        let row = tx.query_opt(
            "select sealed from payment_data where id = $1",
            &[id.into()],
        )?;
        row.unwrap().bytes(0)
    };
    let sealed = setup.world.read(read).await;
    assert!(!sealed.windows(4).any(|part| part == b"6222"));
    let context = setup.world.context.clone();
    let read = move |tx: &mut store::Tx<'_>| {
        let found = payments(tx, &Sight::All, &PaymentFilter::default(), 1)?;
        Ok((found, private(tx, &context, id)?.unwrap()))
    };
    let (found, private) = setup.world.read(read).await;
    let text = |masked| {
        let detail = PaymentDetail::new(&found[0], &private, masked);
        serde_json::to_string(&detail).unwrap()
    };
    for secret in ["6222000000000000", "合成收款企业", "out_trade_no"] {
        assert!(text(false).contains(secret), "{secret}");
        assert!(!text(true).contains(secret), "{secret}: {}", text(true));
    }
}
