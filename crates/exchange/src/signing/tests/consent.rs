//! The consent of a company as its administrator gives it.

use super::Keys;
use super::step::{give_key, platform};
use crate::signing::codes::NO_CERTIFICATE;
use crate::signing::http::{ConsentBody, signing_consent};
use axum::Json;
use axum::extract::State;
use registry::role::Role;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::JsonBody;

/// Nobody switches on that the platform signs while there is no certificate to sign with: every message
/// would wait. With one it is switched on, and it can be switched off at any time.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_without_a_certificate_is_refused_with_its_code(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    let consent = async |platform_signs: bool| {
        let by = platform.by_person(Role::CompanyAdmin, Some(0)).await;
        let body = JsonBody(ConsentBody { platform_signs });
        let answer = signing_consent(by, State(platform.api()), body).await;
        answer
            .map(|Json(view)| view.platform_signs)
            .map_err(|problem| problem.code)
    };
    assert_eq!(NO_CERTIFICATE.code, "TG-R4703");
    assert_eq!(consent(true).await, Err("TG-R4703".to_owned()));
    assert_eq!(consent(false).await, Ok(false));
    give_key(&platform, &keys, "sm2").await;
    assert_eq!(consent(true).await, Ok(true));
    assert_eq!(consent(false).await, Ok(false));
}
