//! Whatever arrives from customs, customs get an answer in their form.

use super::journey::setup;
use crate::payment_inquiry::PaymentInquiryConfig;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn form(open_req: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("openReq", open_req)
        .finish()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_gets_20000_with_the_reason_and_status_200(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    let own = setup.company.customs_code.clone();
    let right = r#"{"orderNo":"SO1","sessionID":"s-1","serviceTime":"1544519952469"}"#;
    let long = format!(
        r#"{{"orderNo":"SO1","sessionID":"{}","serviceTime":1}}"#,
        "x".repeat(37)
    );
    let cases: [(&str, Vec<u8>, &str); 10] = [
        (&own, Vec::new(), "openReq"),
        (&own, b"openReq=%7B".to_vec(), "JSON"),
        (&own, form("[]").into_bytes(), "orderNo"),
        (
            &own,
            form(r#"{"orderNo":"SO1","serviceTime":1}"#).into_bytes(),
            "sessionID",
        ),
        (
            &own,
            form(r#"{"orderNo":"SO1","sessionID":"s"}"#).into_bytes(),
            "serviceTime",
        ),
        (
            &own,
            form(r#"{"orderNo":"S\"O","sessionID":"s","serviceTime":1}"#).into_bytes(),
            "orderNo",
        ),
        (&own, form(&long).into_bytes(), "sessionID"),
        (&own, vec![b'x'; 17 << 10], "字节"),
        (&own, vec![0xff; 100], "openReq"),
        ("1105969999", form(right).into_bytes(), "没有登记"),
    ];
    for (code, body, expected) in cases {
        let (status, answer) = setup.ask_raw(code, body).await;
        assert_eq!((status, answer.code.as_str()), (200, "20000"), "{expected}");
        assert!(
            answer.message.contains(expected),
            "{expected}: {}",
            answer.message
        );
    }
    assert!(setup.inquiries().await.is_empty());
    let (_, answer) = setup.ask_raw(&own, form(right)).await;
    assert_eq!(answer.code, "10000");
    let credit_code = setup.company.credit_code.clone();
    let (_, answer) = setup.ask_raw(&credit_code, form(right)).await;
    assert_eq!(answer.code, "10000", "the same session again");
    let other = right.replace("SO1", "SO2");
    let (_, answer) = setup.ask_raw(&own, form(&other)).await;
    assert_eq!(answer.code, "20000");
    assert_eq!(setup.inquiries().await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_has_a_limit_in_a_minute(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let config = PaymentInquiryConfig {
        minute_max: 3,
        ..PaymentInquiryConfig::default()
    };
    let setup = setup(&test.db, "sm2", config).await;
    let mut codes = Vec::new();
    for n in 0..5 {
        codes.push(setup.ask("SO1", &format!("s-{n}")).await.code);
    }
    assert_eq!(codes, ["10000", "10000", "10000", "20000", "20000"]);
    setup
        .world
        .clock
        .advance(std::time::Duration::from_secs(60));
    assert_eq!(setup.ask("SO1", "s-9").await.code, "10000");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_callers_are_named_others_are_refused(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let config = PaymentInquiryConfig {
        callers: vec!["192.0.2.1".to_owned()],
        ..PaymentInquiryConfig::default()
    };
    let setup = setup(&test.db, "sm2", config).await;
    let answer = setup.ask("SO1", "s-1").await;
    assert_eq!(answer.code, "20000");
    assert!(answer.message.contains("调用方地址"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_who_know_no_orders_do_not_use_up_what_customs_need(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let config = PaymentInquiryConfig {
        minute_max: 5,
        unknown_minute_max: 2,
        ..PaymentInquiryConfig::default()
    };
    let setup = setup(&test.db, "sm2", config).await;
    setup.put("T1", &["SO1"], "5").await;
    let own = setup.company.customs_code.clone();
    let ask = async |address: &str, order: &str, n: usize| {
        let form = setup.form(order, &format!("{address}-{n}"));
        setup.ask_from(address, &own, form).await.1.code == "10000"
    };
    // One address gets its share of what is there for orders that nobody knows, and no more.
    let mut n_taken = 0;
    for n in 0..20 {
        n_taken += usize::from(ask("198.51.100.1", "UNKNOWN", n).await);
    }
    assert_eq!(n_taken, 2);
    // Of IPv6 a whole /64 is one address.
    assert!(ask("2001:db8::1", "UNKNOWN", 1).await);
    assert!(ask("2001:db8::2", "UNKNOWN", 2).await);
    assert!(!ask("2001:db8::3", "UNKNOWN", 3).await);
    // Customs ask about an order that the platform does not have yet, and about one that it has.
    assert!(ask("192.0.2.1", "LATE", 1).await);
    for n in 2..7 {
        assert!(ask("192.0.2.1", "SO1", n).await, "{n}");
    }
    assert!(!ask("192.0.2.1", "SO1", 8).await, "the limit is the limit");
}

/// A body that never ends.
struct Endless;

impl axum::body::HttpBody for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_that_keeps_everybody_waiting_keeps_only_itself(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = std::sync::Arc::new(setup(&test.db, "sm2", PaymentInquiryConfig::default()).await);
    let own = setup.company.customs_code.clone();
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let (setup, own) = (std::sync::Arc::clone(&setup), own.clone());
            tokio::spawn(async move {
                let body = axum::body::Body::new(Endless);
                setup.ask_from("198.51.100.1", &own, body).await.1.message
            })
        })
        .collect();
    // Those beyond the share are told at once.
    let mut n_finished = 0;
    while n_finished < 100 - 16 {
        n_finished = waiting.iter().filter(|task| task.is_finished()).count();
        tokio::task::yield_now().await;
    }
    let form = setup.form("SO1", "s-1");
    let (_, answer) = setup.ask_from("198.51.100.1", &own, form.clone()).await;
    assert_eq!(answer.code, "20000");
    let (_, answer) = setup.ask_from("192.0.2.1", &own, form).await;
    assert_eq!(answer.code, "10000");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}
