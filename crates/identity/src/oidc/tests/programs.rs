//! `client_credentials`: programs that call the API for a company.

use super::platform::{Place, SECRET, basic, confidential, error, json};
use crate::cas::tests::platform::{NOW_MS, later};
use crate::relying_party::RelyingParty;
use axum::http::{HeaderMap, StatusCode, header};
use registry::access::{Sight, Who};
use registry::company::{self, Company, CompanyId};
use registry::role::{Operation, Role};
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Something that programs do.
const SUBMIT: Operation = Operation {
    id: "test_submit",
    chinese: "测试",
    roles: &[Role::Program],
    changes: true,
};
/// Something that people do.
const DECIDE: Operation = Operation {
    id: "test_decide",
    chinese: "测试",
    roles: &[Role::SystemAdmin],
    changes: true,
};

fn machine() -> RelyingParty {
    let mut entry = confidential(50, "machine");
    entry.grants = vec!["client_credentials".to_owned()];
    entry.urls.clear();
    entry.company = Some(CompanyId(7));
    entry
}

async fn with_company(place: &Place) {
    let company = Company {
        id: CompanyId(7),
        credit_code: ceb::sample::credit_code(7),
        customs_code: "1105960107".to_owned(),
        name: "测试企业".to_owned(),
        dxp_id: "DXPENT0000000007".to_owned(),
        roles: vec!["ebc".to_owned()],
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: NOW_MS,
    };
    let add = move |tx: &mut store::Tx<'_>| company::add(tx, &company);
    place.platform.context.db.write(add).await.unwrap();
    place.platform.put(machine()).await;
}

async fn token(place: &Place) -> String {
    let fields = [("grant_type", "client_credentials")];
    let answer = place
        .call("token", &basic("machine", SECRET), &fields)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let tokens = json(&answer);
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// Who calls with a token, or the code of the refusal.
async fn caller(place: &Place, token: &str, operation: &'static Operation) -> String {
    let mut headers = HeaderMap::new();
    let bearer = format!("Bearer {token}").parse().unwrap();
    headers.insert(header::AUTHORIZATION, bearer);
    match place.oidc.gate.actor(&headers, operation).await {
        Ok(actor) => {
            assert_eq!(actor.who, Who::Client(50));
            assert_eq!(actor.sight, Sight::Company(CompanyId(7)));
            assert!(!actor.is_masked() && actor.session.is_none());
            format!("{} {}", actor.name, actor.company.unwrap().name)
        }
        Err(problem) => problem.code,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_acts_for_the_company_of_its_entry_as_a_key_would(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    with_company(place).await;
    let text = token(place).await;
    assert_eq!(
        caller(place, &text, &SUBMIT).await,
        "client machine 测试企业"
    );
    assert_eq!(caller(place, &text, &DECIDE).await, "TG-R4601");
    assert_eq!(caller(place, "tgm_unknown", &SUBMIT).await, "TG-R4222");
    assert!(
        !place.is_alive(&text).await,
        "it says nothing about a person"
    );
    let (_, cookie) = place.platform.session(1).await;
    let tokens = place.tokens("web", &cookie).await;
    let personal = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        caller(place, personal, &SUBMIT).await,
        "TG-R4011",
        "a person's token"
    );
    later(&place.platform, 299_999);
    assert_eq!(
        caller(place, &text, &SUBMIT).await,
        "client machine 测试企业"
    );
    later(&place.platform, 1);
    assert_eq!(
        caller(place, &text, &SUBMIT).await,
        "TG-R4222",
        "five minutes"
    );
    assert!(place.acts().await.contains(&"oidc.program".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programs_token_dies_with_its_entry_its_secret_and_its_grant(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    with_company(place).await;
    let by = basic("machine", SECRET);
    for why in ["secret", "grant", "revoked", "removed"] {
        let text = token(place).await;
        let mut entry = machine();
        match why {
            "secret" => entry.secret_hash = Some(registry::hash_text("a fresh one")),
            "grant" => {
                entry.grants = vec!["authorization_code".to_owned()];
                entry.urls = vec!["https://app.example/back".to_owned()];
            }
            "revoked" => drop(place.call("revoke", &by, &[("token", &text)]).await),
            _ => {
                let remove = |tx: &mut store::Tx<'_>| crate::relying_party::remove(tx, "machine");
                assert!(place.platform.context.db.write(remove).await.unwrap());
            }
        }
        if why != "removed" {
            place.platform.put(entry).await;
        }
        assert_eq!(caller(place, &text, &SUBMIT).await, "TG-R4222", "{why}");
        if why != "removed" {
            place.platform.put(machine()).await;
        }
    }
    assert_eq!(
        error(&place.call("token", &by, &[]).await),
        "invalid_client"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_gets_no_scopes_and_a_public_client_no_program(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    with_company(place).await;
    let by = basic("machine", SECRET);
    let scoped = [("grant_type", "client_credentials"), ("scope", "openid")];
    assert_eq!(
        error(&place.call("token", &by, &scoped).await),
        "invalid_scope"
    );
    let public = [("grant_type", "client_credentials"), ("client_id", "phone")];
    assert_eq!(
        error(&place.call("token", "", &public).await),
        "unauthorized_client"
    );
    let wish = super::platform::wish("machine");
    let mut entry = machine();
    entry.urls = vec![super::platform::BACK.to_owned()];
    place.platform.put(entry).await;
    let (_, cookie) = place.platform.session(1).await;
    let answer = place.authorize(&wish, &cookie).await;
    let error = super::platform::parameter_of(&answer, "error").unwrap();
    assert_eq!(error, "unauthorized_client", "no code for a program");
}
