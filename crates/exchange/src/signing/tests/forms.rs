//! Forms of companies that let the platform sign.

use super::Keys;
use super::step::{give_consent, give_key, platform, stored};
use crate::intake::IntakeConfig;
use crate::intake::http::SubmitState;
use crate::message::MessageId;
use crate::preflight::http::preflight;
use crate::submit::submit;
use crate::testing::TestPlatform;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use ceb::Kind;
use ceb::form::{ColumnPart, sample_rows};
use rstest::rstest;
use serde_json::Value;
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A router without the frame that stands in for signatures.
fn api(platform: &TestPlatform) -> Arc<SubmitState> {
    let config = Arc::new(IntakeConfig::default());
    Arc::new(SubmitState {
        gate: Arc::clone(&platform.gate),
        intake: platform.intake(),
        ids: Arc::clone(&platform.shared.ids),
        clock: platform.clock.clone(),
        signatures: Arc::clone(&platform.shared.signatures),
        directory: Arc::new(registry::company::Directory::new(
            platform.shared.db.clone(),
            platform.clock.clone(),
        )),
        budget: config.budget(),
        forms: config.turns(),
        config,
    })
}

fn request(platform: &TestPlatform, kind: &str, body: String) -> Request {
    let mut request = Request::new(axum::body::Body::from(body));
    *request.headers_mut() = platform.headers(0);
    let kind = kind.parse().unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    request
}

async fn submitted(platform: &TestPlatform, api: &Arc<SubmitState>, body: String) -> (u16, Value) {
    let answer = submit(
        platform.by(0).await,
        State(Arc::clone(api)),
        request(platform, "application/json", body),
    )
    .await;
    let answer = answer.into_response();
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
    (status, serde_json::from_slice(&body.unwrap()).unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_stored_unsigned_and_signed_on_its_way(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    let api = api(&platform);
    let rows = sample_rows(Kind::Ceb621);
    let members = |part: ColumnPart| {
        let of_part = rows[0].iter().filter(|(own, ..)| *own == part);
        let members = of_part.map(|(_, element, value)| format!("\"{element}\": \"{value}\""));
        members.collect::<Vec<_>>().join(",")
    };
    let (head, line) = (members(ColumnPart::Head), members(ColumnPart::Line));
    let json =
        format!("{{\"kind\": \"CEB621\", \"documents\": [{{{head}, \"lines\": [{{{line}}}]}}]}}");
    let (status, _) = submitted(&platform, &api, json.clone()).await;
    assert_eq!(status, 422, "it must be signed, and nobody signs");
    give_consent(&platform).await;
    give_key(&platform, &keys, "sm2").await;
    let (status, answer) = submitted(&platform, &api, json).await;
    assert_eq!(status, 202, "{answer}");
    let id = MessageId::parse(answer["id"].as_str().unwrap()).unwrap();
    platform.settle().await;
    let (received, signed, _) = stored(&platform, id).await;
    let has_signature = |xml: &[u8]| xml.windows(13).any(|part| part == b"<ds:Signature");
    assert!(!has_signature(&received));
    assert!(has_signature(&signed.unwrap()));
    assert!(["sent", "answered", "settled"].contains(&&*platform.state(0, id).await));
    // The preflight of unsigned XML does not ask for what the platform is going to do.
    let xml = super::step::unsigned(&platform, 7);
    let answer = preflight(
        platform.by(0).await,
        State(Arc::clone(&api)),
        request(&platform, "application/xml", xml),
    );
    let answer = answer.await.map_err(|problem| problem.code).unwrap();
    assert!(answer.0.ok, "{:?}", answer.0.findings);
}
