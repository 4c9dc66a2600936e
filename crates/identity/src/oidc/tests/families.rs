//! What hangs on one grant: codes and refresh tokens that come twice, and the end of sessions.

use super::platform::{Place, SECRET, basic, claims, confidential, error, json};
use crate::cas::tests::platform::{later, party};
use axum::http::StatusCode;
use registry::session;
use rstest::rstest;
use serde_json::json as object;
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;

const WEB: &str = "web";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_2_a_code_that_comes_again_ends_what_it_led_to(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let code = place.code(WEB, &cookie).await;
    let tokens = json(&place.exchange(WEB, &code).await);
    let access = tokens["access_token"].as_str().unwrap();
    assert!(place.is_alive(access).await);
    assert_eq!(
        error(&place.exchange("other.web", &code).await),
        "invalid_grant"
    );
    assert!(place.is_alive(access).await, "a stranger ends nothing");
    assert_eq!(error(&place.exchange(WEB, &code).await), "invalid_grant");
    assert!(!place.is_alive(access).await);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(error(&place.refresh(WEB, refresh).await), "invalid_grant");
    assert!(place.acts().await.contains(&"oidc.replay".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_who_come_with_one_code_or_refresh_token_exactly_one_succeeds(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = Place::on(engine).await;
    let place = Arc::new(place);
    let (_, cookie) = place.platform.session(1).await;
    let code = place.code(WEB, &cookie).await;
    let tokens = place.tokens(WEB, &cookie).await;
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    for (is_code, text) in [(true, code), (false, refresh)] {
        let mut all = JoinSet::new();
        for _ in 0..50 {
            let (place, text) = (Arc::clone(&place), text.clone());
            all.spawn(async move {
                if is_code {
                    error(&place.exchange(WEB, &text).await)
                } else {
                    error(&place.refresh(WEB, &text).await)
                }
            });
        }
        let answers = all.join_all().await;
        let n_ok = answers.iter().filter(|answer| *answer == "ok").count();
        // A refresh token is heard again for a client that lost the answer, a few times only.
        let may_come_again = !is_code;
        let expected = if may_come_again { 4 } else { 1 };
        assert_eq!(n_ok, expected, "is_code: {is_code}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_5_a_refresh_token_works_once_and_its_reuse_ends_the_family(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let tokens = place.tokens(WEB, &cookie).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(
        error(&place.refresh("other.web", first).await),
        "invalid_grant"
    );
    let next = json(&place.refresh(WEB, first).await);
    let id = claims(next["id_token"].as_str().unwrap());
    assert_eq!(id["sub"], "1");
    assert!(id.get("nonce").is_none());
    let second = next["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    let narrow = [
        ("grant_type", "refresh_token"),
        ("refresh_token", second),
        ("scope", "openid"),
    ];
    let narrow = json(&place.call("token", &basic(WEB, SECRET), &narrow).await);
    assert_eq!(narrow["scope"], "openid");
    let info = place
        .userinfo(narrow["access_token"].as_str().unwrap())
        .await;
    assert_eq!(json(&info), object!({ "sub": "1" }));
    let third = narrow["refresh_token"].as_str().unwrap();
    let wide = [
        ("grant_type", "refresh_token"),
        ("refresh_token", third),
        ("scope", "openid admin"),
    ];
    let answer = place.call("token", &basic(WEB, SECRET), &wide).await;
    assert_eq!(error(&answer), "invalid_scope");
    let tokens = place.tokens(WEB, &cookie).await;
    let old = tokens["refresh_token"].as_str().unwrap();
    let next = json(&place.refresh(WEB, old).await);
    let access = next["access_token"].as_str().unwrap();
    assert!(place.is_alive(access).await);
    later(&place.platform, 21_000);
    assert_eq!(error(&place.refresh(WEB, old).await), "invalid_grant");
    assert!(!place.is_alive(access).await, "the whole family");
    let newest = next["refresh_token"].as_str().unwrap();
    assert_eq!(error(&place.refresh(WEB, newest).await), "invalid_grant");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_8_nothing_outlives_the_session(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let place = &Place::on(engine).await;
    for why in ["logout", "kick", "end", "idle", "disabled"] {
        let (session, cookie) = place.platform.session(2).await;
        let tokens = place.tokens(WEB, &cookie).await;
        let code = place.code(WEB, &cookie).await;
        let access = tokens["access_token"].as_str().unwrap();
        assert!(place.is_alive(access).await, "{why}");
        let now_ms = place.platform.context.now_ms();
        let db = &place.platform.context.db;
        match why {
            "logout" => {
                let id = tokens["id_token"].as_str().unwrap();
                let path = format!("/oauth2/logout?id_token_hint={id}");
                assert_eq!(place.get(&path, &cookie).await.status, StatusCode::OK);
            }
            "kick" => {
                let kick =
                    move |tx: &mut store::Tx<'_>| session::end(tx, session.id, now_ms, "kick");
                assert!(db.write(kick).await.unwrap());
            }
            "end" => {
                // In use all the time, until the end that no use puts off.
                let seen = move |tx: &mut store::Tx<'_>| {
                    session::seen(tx, session.id, session.expires_at - 1)
                };
                let left = u64::try_from(session.expires_at - now_ms).unwrap();
                db.write(seen).await.unwrap();
                later(&place.platform, left - 1);
                let refresh = tokens["refresh_token"].as_str().unwrap();
                let last = json(&place.refresh(WEB, refresh).await);
                assert_eq!(last["expires_in"], 0, "no longer than the session");
                later(&place.platform, 1);
            }
            "idle" => later(&place.platform, 30 * 60_000),
            _ => {
                let disable = move |tx: &mut store::Tx<'_>| {
                    registry::account::set_state(tx, session.account, "disabled", now_ms)
                };
                db.write(disable).await.unwrap();
            }
        }
        assert!(!place.is_alive(access).await, "{why}");
        let refresh = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(
            error(&place.refresh(WEB, refresh).await),
            "invalid_grant",
            "{why}"
        );
        assert_eq!(
            error(&place.exchange(WEB, &code).await),
            "invalid_grant",
            "{why}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_4_a_client_uses_only_the_grants_of_its_entry(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let mut entry = confidential(30, WEB);
    entry.grants = vec!["authorization_code".to_owned()];
    place.platform.put(entry.clone()).await;
    let tokens = place.tokens(WEB, &cookie).await;
    assert!(tokens.get("refresh_token").is_none());
    let answer = place.refresh(WEB, "tgr_x").await;
    assert_eq!(error(&answer), "unauthorized_client");
    // An entry that is taken away takes its tokens with it.
    let access = tokens["access_token"].as_str().unwrap();
    assert!(place.is_alive(access).await);
    let remove = |tx: &mut store::Tx<'_>| crate::relying_party::remove(tx, WEB);
    assert!(place.platform.context.db.write(remove).await.unwrap());
    assert!(!place.is_alive(access).await);
    let mut again = entry;
    again.id = 40;
    place.platform.put(again).await;
    assert!(
        !place.is_alive(access).await,
        "a new entry of the same name"
    );
    let mut service = party(41, "service", &["https://service.example/"]);
    service.secret_hash = Some(registry::hash_text(SECRET));
    place.platform.put(service).await;
    let answer = place.refresh("service", "tgr_x").await;
    assert_eq!(
        error(&answer),
        "invalid_client",
        "a CAS service is no client"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_lost_the_answer_of_a_refresh_asks_once_more_and_goes_on(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let token = |answer: &serde_json::Value| answer["refresh_token"].as_str().unwrap().to_owned();
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let first = token(&place.tokens(WEB, &cookie).await);
    let lost = json(&place.refresh(WEB, &first).await);
    later(&place.platform, 5_000);
    let stranger = place.refresh("other.web", &first).await;
    assert_eq!(error(&stranger), "invalid_grant", "another client");
    let again = json(&place.refresh(WEB, &first).await);
    assert!(
        place
            .is_alive(again["access_token"].as_str().unwrap())
            .await
    );
    assert!(place.acts().await.contains(&"oidc.again".to_owned()));
    // The family goes on by the one that is used first.
    let next = json(&place.refresh(WEB, &token(&again)).await);
    assert!(place.is_alive(next["access_token"].as_str().unwrap()).await);
    // Whoever brings the other one has a copy, within the grace or not.
    assert_eq!(
        error(&place.refresh(WEB, &token(&lost)).await),
        "invalid_grant"
    );
    assert!(!place.is_alive(next["access_token"].as_str().unwrap()).await);
    assert!(place.acts().await.contains(&"oidc.replay".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_grace_is_for_the_immediate_predecessor_only(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let token = |answer: &serde_json::Value| answer["refresh_token"].as_str().unwrap().to_owned();
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let first = token(&place.tokens(WEB, &cookie).await);
    let second = token(&json(&place.refresh(WEB, &first).await));
    let third = json(&place.refresh(WEB, &second).await);
    assert_eq!(error(&place.refresh(WEB, &first).await), "invalid_grant");
    let access = third["access_token"].as_str().unwrap();
    assert!(
        !place.is_alive(access).await,
        "its successor was used: a copy"
    );
}
