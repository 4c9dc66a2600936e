//! Whatever arrives at customs' door, customs get an answer in their form.

use super::journey::stage;
use crate::payment_inquiry::Config;
use store::testing::each_engine;

fn form(open_req: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("openReq", open_req)
        .finish()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_gets_20000_with_the_reason_and_status_200() {
    for test in &each_engine() {
        let stage = stage(&test.db, "sm2", Config::default()).await;
        let own = stage.company.customs_code.clone();
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
        for (code, body, told) in cases {
            let (status, answer) = stage.ask_raw(code, body).await;
            assert_eq!((status, answer.code.as_str()), (200, "20000"), "{told}");
            assert!(answer.message.contains(told), "{told}: {}", answer.message);
        }
        assert!(stage.inquiries().await.is_empty());
        let (_, answer) = stage.ask_raw(&own, form(right)).await;
        assert_eq!(answer.code, "10000");
        let credit_code = stage.company.credit_code.clone();
        let (_, answer) = stage.ask_raw(&credit_code, form(right)).await;
        assert_eq!(answer.code, "10000", "the same session again");
        let other = right.replace("SO1", "SO2");
        let (_, answer) = stage.ask_raw(&own, form(&other)).await;
        assert_eq!(answer.code, "20000");
        assert_eq!(stage.inquiries().await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_has_a_limit_in_a_minute_and_callers_may_be_named() {
    for test in &each_engine() {
        let config = Config {
            minute_max: 3,
            ..Config::default()
        };
        let stage = stage(&test.db, "sm2", config).await;
        let mut codes = Vec::new();
        for n in 0..5 {
            codes.push(stage.ask("SO1", &format!("s-{n}")).await.code);
        }
        assert_eq!(codes, ["10000", "10000", "10000", "20000", "20000"]);
        stage
            .world
            .clock
            .advance(std::time::Duration::from_secs(60));
        assert_eq!(stage.ask("SO1", "s-9").await.code, "10000");
    }
    for test in &each_engine() {
        let config = Config {
            callers: vec!["192.0.2.1".to_owned()],
            ..Config::default()
        };
        let stage = stage(&test.db, "sm2", config).await;
        let answer = stage.ask("SO1", "s-1").await;
        assert_eq!(answer.code, "20000");
        assert!(answer.message.contains("调用方地址"));
    }
}
