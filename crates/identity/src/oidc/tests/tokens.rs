//! `/oauth2/token` and what its tokens are good for.

use super::platform::{
    BACK, ISSUER, Place, SECRET, VERIFIER, basic, claims, confidential, error, json, public,
};
use crate::cas::tests::platform::later;
use axum::http::{Request, StatusCode, header};
use rstest::rstest;
use serde_json::json as object;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const WEB: &str = "web";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_becomes_tokens_that_say_who_when_and_how(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (session, cookie) = place.platform.session(1).await;
    let tokens = place.tokens(WEB, &cookie).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 300);
    assert_eq!(tokens["scope"], "openid profile attributes");
    let id = claims(tokens["id_token"].as_str().unwrap());
    let now_s = place.platform.context.now_ms() / 1000;
    assert_eq!(id["iss"], ISSUER);
    assert_eq!(id["aud"], WEB);
    assert_eq!(id["sub"], "1");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(
        (id["iat"].as_i64(), id["exp"].as_i64()),
        (Some(now_s), Some(now_s + 300))
    );
    assert_eq!(id["auth_time"], session.authenticated_at / 1000);
    assert_eq!(id["amr"], object!(["pop", "mfa"]));
    assert_eq!(id["acr"], "2");
    assert!(id["at_hash"].is_string() && id["sid"].is_string());
    assert!(id.get("name").is_none(), "the rest is told at userinfo");
    let access = tokens["access_token"].as_str().unwrap();
    let info = place.userinfo(access).await;
    assert_eq!(
        json(&info),
        object!({ "sub": "1", "name": "测试人员1", "kind": "company" })
    );
    let sql = "select hash from oidc_token union select code_hash from oidc_grant";
    let read = move |tx: &mut store::Tx<'_>| tx.query(sql, &[]);
    for row in place.platform.context.db.read(read).await.unwrap() {
        assert_eq!(row.text(0).unwrap().len(), 43, "a hash");
        assert!(!access.contains(&row.text(0).unwrap()));
    }
}

/// Field, value, error, and whether the code is used up by the attempt. `LONG` is so many letters,
/// `CHALLENGE` the digest of the verifier.
const BROUGHT: &[(&str, &str, &str, bool)] = &[
    ("code", "", "invalid_request", false),
    ("code", "tgc_wrong", "invalid_grant", false),
    ("code", "LONG 5000", "invalid_grant", false),
    ("code", "LONG 20000", "invalid_request", false),
    ("redirect_uri", "", "invalid_request", false),
    (
        "redirect_uri",
        "https://app.example/back?lang=zh/",
        "invalid_grant",
        true,
    ),
    ("code_verifier", "", "invalid_request", false),
    ("code_verifier", "short", "invalid_request", false),
    ("code_verifier", "LONG 129", "invalid_request", false),
    (
        "code_verifier",
        "another-verifier-that-has-43-characters-too-",
        "invalid_grant",
        true,
    ),
    // The plain method: the challenge itself as the verifier.
    ("code_verifier", "CHALLENGE", "invalid_grant", true),
    ("grant_type", "", "invalid_request", false),
    ("grant_type", "password", "unsupported_grant_type", false),
    ("grant_type", "implicit", "unsupported_grant_type", false),
    (
        "grant_type",
        "client_credentials",
        "unauthorized_client",
        false,
    ),
];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_brings_for_a_code_must_fit(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    for (name, value, refused, is_used) in BROUGHT {
        let code = place.code(WEB, &cookie).await;
        let value = &match value.strip_prefix("LONG ") {
            Some(n_letters) => "x".repeat(n_letters.parse().unwrap()),
            None if *value == "CHALLENGE" => registry::hash_text(VERIFIER),
            None => (*value).to_owned(),
        };
        let fields: Vec<(&str, &str)> = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]
        .into_iter()
        .map(|(known, old)| (known, if known == *name { value } else { old }))
        .collect();
        let answer = place.call("token", &basic(WEB, SECRET), &fields).await;
        assert_eq!(
            &error(&answer),
            refused,
            "{name}={}",
            &value[..value.len().min(60)]
        );
        let after = error(&place.exchange(WEB, &code).await);
        assert_eq!(after == "ok", !is_used, "{name}: {after}");
    }
    let code = place.code(WEB, &cookie).await;
    let twice = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = place.call("token", &basic(WEB, SECRET), &twice).await;
    assert_eq!(error(&answer), "invalid_request", "a parameter twice");
    let request = Request::post("/oauth2/token")
        .header(header::CONTENT_TYPE, "application/json")
        .body("{}".into());
    let answer = place.send(request.unwrap()).await;
    assert_eq!(error(&answer), "invalid_request", "not a form");
}

/// Header (`RIGHT` and `WRONG` are those of the client), fields of the form, error.
type Proof = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const PROOFS: &[Proof] = &[
    ("RIGHT", &[], "invalid_grant"),
    (
        "",
        &[("client_id", WEB), ("client_secret", SECRET)],
        "invalid_grant",
    ),
    ("", &[("client_id", "phone")], "invalid_grant"),
    ("RIGHT", &[("client_id", WEB)], "invalid_grant"),
    ("", &[], "invalid_client"),
    ("", &[("client_id", WEB)], "invalid_client"),
    (
        "",
        &[("client_id", WEB), ("client_secret", "wrong")],
        "invalid_client",
    ),
    (
        "",
        &[("client_id", "phone"), ("client_secret", SECRET)],
        "invalid_client",
    ),
    (
        "",
        &[("client_id", "nobody"), ("client_secret", "")],
        "invalid_client",
    ),
    ("", &[("client_id", "app")], "invalid_client"),
    ("WRONG", &[], "invalid_client"),
    ("Basic ???", &[], "invalid_client"),
    ("Bearer tga_x", &[], "invalid_client"),
    ("RIGHT", &[("client_secret", SECRET)], "invalid_request"),
    ("RIGHT", &[("client_id", "other.web")], "invalid_request"),
    (
        "",
        &[("client_assertion", "x.y.z"), ("client_id", WEB)],
        "invalid_client",
    ),
];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_10_a_client_proves_who_it_is_in_one_way(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let wrong = basic(WEB, "wrong");
    let right = basic(WEB, SECRET);
    let place = &Place::on(engine).await;
    for (by, more, refused) in PROOFS {
        let by = match *by {
            "RIGHT" => &right,
            "WRONG" => &wrong,
            other => other,
        };
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", "tgc_x"),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        fields.extend(*more);
        let answer = place.call("token", by, &fields).await;
        assert_eq!(&error(&answer), refused, "{by} {more:?}");
        let is_client = *refused == "invalid_client";
        assert_eq!(answer.status == StatusCode::UNAUTHORIZED, is_client, "{by}");
        assert_eq!(
            answer.headers.contains_key(header::WWW_AUTHENTICATE),
            is_client
        );
    }
    // A secret with letters that the header must encode.
    let mut odd = confidential(33, "odd");
    odd.secret_hash = Some(registry::hash_text("a:b +%ü"));
    place.platform.put(odd).await;
    let by = basic("odd", "a%3Ab+%2B%25%C3%BC");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "tgr_x")];
    assert_eq!(
        error(&place.call("token", &by, &fields).await),
        "invalid_grant"
    );
    for _ in 0..20 {
        place.call("token", &wrong, &[]).await;
    }
    let answer = place.call("token", &right, &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert!(
        place
            .acts()
            .await
            .contains(&"oidc.client_failed".to_owned())
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_3_a_code_is_for_its_own_client_and_lives_a_minute(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let code = place.code(WEB, &cookie).await;
    let stolen = place.exchange("other.web", &code).await;
    assert_eq!(error(&stolen), "invalid_grant", "another client");
    assert_eq!(
        error(&place.exchange(WEB, &code).await),
        "ok",
        "and nothing is lost"
    );
    let code = place.code(WEB, &cookie).await;
    later(&place.platform, 59_999);
    assert_eq!(error(&place.exchange(WEB, &code).await), "ok");
    let code = place.code(WEB, &cookie).await;
    later(&place.platform, 60_000);
    assert_eq!(error(&place.exchange(WEB, &code).await), "invalid_grant");
    let code = place.code("phone", &cookie).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("client_id", "phone"),
    ];
    assert_eq!(
        error(&place.call("token", "", &fields).await),
        "ok",
        "a public client"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_3_1_tokens_are_read_where_they_are_meant_to_be(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let tokens = place.tokens(WEB, &cookie).await;
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let id = tokens["id_token"].as_str().unwrap();
    for wrong in [refresh, id, "tga_x", ""] {
        let answer = place.userinfo(wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
        let why = answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(why.contains("error=\"invalid_token\""), "{why}");
    }
    let nobody = place.get("/oauth2/userinfo", "").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        nobody.headers[header::WWW_AUTHENTICATE],
        "Bearer realm=\"tongguan\""
    );
    let in_query = place
        .get(&format!("/oauth2/userinfo?access_token={access}"), "")
        .await;
    assert_eq!(
        in_query.status,
        StatusCode::UNAUTHORIZED,
        "never in an address"
    );
    let in_form = place
        .call("userinfo", "", &[("access_token", access)])
        .await;
    assert_eq!(in_form.status, StatusCode::OK);
    let both = format!("Bearer {access}");
    let both = place
        .call("userinfo", &both, &[("access_token", access)])
        .await;
    assert_eq!(error(&both), "invalid_request");
    // Whose it is: only its own client is informed, and only one with a secret.
    let ask = async |client: &str, token: &str| {
        json(
            &place
                .call("introspect", &basic(client, SECRET), &[("token", token)])
                .await,
        )
    };
    let introspection = ask(WEB, access).await;
    assert_eq!(
        (&introspection["active"], &introspection["client_id"]),
        (&object!(true), &object!(WEB))
    );
    assert_eq!(
        (&introspection["aud"], &introspection["sub"]),
        (&object!(ISSUER), &object!("1"))
    );
    assert_eq!(ask(WEB, refresh).await["active"], true);
    assert_eq!(ask("other.web", access).await, object!({ "active": false }));
    assert_eq!(ask(WEB, "tga_x").await, object!({ "active": false }));
    let fields = [("token", access), ("client_id", "phone")];
    assert_eq!(
        error(&place.call("introspect", "", &fields).await),
        "invalid_client"
    );
    later(&place.platform, 300_000);
    assert!(!place.is_alive(access).await, "five minutes");
    assert_eq!(ask(WEB, access).await, object!({ "active": false }));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_given_back_is_dead(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    place.platform.put(public(32, "phone")).await;
    let tokens = place.tokens(WEB, &cookie).await;
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let give = async |client: &str, token: &str| {
        place
            .call("revoke", &basic(client, SECRET), &[("token", token)])
            .await
    };
    assert_eq!(error(&give("other.web", access).await), "invalid_grant");
    assert!(place.is_alive(access).await);
    assert_eq!(give(WEB, "tga_unknown").await.status, StatusCode::OK);
    assert_eq!(give(WEB, &"x".repeat(9000)).await.status, StatusCode::OK);
    assert_eq!(
        error(&place.call("revoke", &basic(WEB, SECRET), &[]).await),
        "invalid_request"
    );
    assert_eq!(give(WEB, access).await.status, StatusCode::OK);
    assert!(!place.is_alive(access).await);
    let next = json(&place.refresh(WEB, refresh).await);
    let access = next["access_token"].as_str().unwrap();
    let refresh = next["refresh_token"].as_str().unwrap();
    assert_eq!(give(WEB, refresh).await.status, StatusCode::OK);
    assert!(
        !place.is_alive(access).await,
        "the refresh token takes all with it"
    );
    assert_eq!(error(&place.refresh(WEB, refresh).await), "invalid_grant");
}
