//! Signing keys and what is published.

use super::platform::{ISSUER, Place, json};
use crate::cas::tests::platform::{TestPlatform, later};
use crate::oidc::{key, rotate_if_due};
use axum::http::header;
use registry::access::{Actor, Origin};
use registry::testing::fence;
use rstest::rstest;
use serde_json::Value;
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn kids(place: &Place) -> Vec<String> {
    let answer = place.get("/oauth2/jwks", "").await;
    let kept = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert_eq!(kept, "public, max-age=300");
    let keys = json(&answer);
    let keys = keys["keys"].as_array().unwrap();
    for key in keys {
        assert_eq!(
            key.as_object().unwrap().len(),
            6,
            "public halves only: {key}"
        );
        assert_eq!(
            (&key["kty"], &key["alg"]),
            (&Value::from("RSA"), &Value::from("RS256"))
        );
    }
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_signs_no_more_and_is_known_as_long_as_its_tokens_are_of_use(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let old = kids(place).await;
    assert_eq!(old.len(), 1);
    let (_, cookie) = place.platform.session(1).await;
    let hint = place.tokens("web", &cookie).await["id_token"].clone();
    let context = &place.platform.context;
    let officer = Actor::nobody(Origin::default());
    let new = key::rotate(context, &officer).await.unwrap();
    assert_eq!(kids(place).await, [new.clone(), old[0].clone()]);
    let signer = key::signer(context).await.unwrap();
    assert_eq!(signer.kid, new);
    let path = format!("/oauth2/logout?id_token_hint={}", hint.as_str().unwrap());
    let out = place.get(&path, &cookie).await;
    assert!(out.body.contains("已退出"), "the old key is still known");
    let sealed =
        |tx: &mut store::Tx<'_>| tx.query("select kid from oidc_key where sealed is not null", &[]);
    let rows = context.db.read(sealed).await.unwrap();
    assert_eq!(rows.len(), 1, "the old private half is gone");
    later(&place.platform, 9 * 3_600_000);
    assert_eq!(kids(place).await, [new]);
    crate::oidc::clean(context.clone(), &fence(context).await)
        .await
        .unwrap();
    let rows = context
        .db
        .read(|tx| tx.query("select kid from oidc_key", &[]))
        .await;
    assert_eq!(rows.unwrap().len(), 1);
    assert!(place.acts().await.contains(&"oidc.key_rotated".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_rotates_a_key_after_ninety_days_and_makes_none(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let context = place.platform.context.clone();
    let held = fence(&context).await;
    later(&place.platform, 90 * 86_400_000 - 1);
    assert_eq!(rotate_if_due(context.clone(), &held).await.unwrap(), "");
    later(&place.platform, 1);
    assert!(
        rotate_if_due(context.clone(), &held)
            .await
            .unwrap()
            .contains("新签名密钥")
    );
    assert_eq!(rotate_if_due(context, &held).await.unwrap(), "");
    let platform = TestPlatform::on(engine).await;
    assert_eq!(
        rotate_if_due(platform.context.clone(), &fence(&platform.context).await)
            .await
            .unwrap(),
        "",
        "nobody needs one"
    );
    // Two who need the first key at once get the same.
    let (one, two) = tokio::join!(
        key::signer(&platform.context),
        key::signer(&platform.context)
    );
    assert_eq!(one.unwrap().kid, two.unwrap().kid);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_says_what_it_can_do_and_nothing_more(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let known = json(&place.get("/.well-known/openid-configuration", "").await);
    assert_eq!(known["issuer"], ISSUER);
    for (name, path) in [
        ("authorization_endpoint", "authorize"),
        ("token_endpoint", "token"),
        ("jwks_uri", "jwks"),
        ("userinfo_endpoint", "userinfo"),
        ("revocation_endpoint", "revoke"),
        ("introspection_endpoint", "introspect"),
        ("end_session_endpoint", "logout"),
    ] {
        assert_eq!(known[name], format!("{ISSUER}/oauth2/{path}"));
    }
    let list = |name: &str| known[name].to_string();
    assert_eq!(list("response_types_supported"), "[\"code\"]");
    assert_eq!(list("code_challenge_methods_supported"), "[\"S256\"]");
    assert_eq!(list("id_token_signing_alg_values_supported"), "[\"RS256\"]");
    let grants = "[\"authorization_code\",\"refresh_token\",\"client_credentials\"]";
    assert_eq!(list("grant_types_supported"), grants);
}
