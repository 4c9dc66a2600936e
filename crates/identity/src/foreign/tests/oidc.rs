//! Logins through another system that speaks OIDC.

use super::server::{Server, away, back, bound};
use super::tokens::{Signer, claims};
use crate::testing::{Browser, Pages};
use registry::config::ForeignProtocol;
use registry::session::Stage;
use rstest::rstest;
use serde_json::{Value, json};
use store::testing::TestEngine::{self, Postgres, Sqlite};

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn open(server: &Server, signer: &Signer) {
    let url = server.url();
    let document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/auth?tenant=1"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "userinfo_endpoint": format!("{url}/me"),
    });
    server.say(DISCOVERY, document.to_string());
    server.say("/keys", signer.keys().to_string());
    server.say(
        "/me",
        json!({ "sub": "wang.wu", "employee": 8765 }).to_string(),
    );
}

fn issue(server: &Server, signer: &Signer, claims: &Value) {
    let token = signer.token(
        &json!({ "alg": "RS256", "kid": "rsa" }),
        &claims.to_string(),
    );
    let tokens = json!({ "id_token": token, "access_token": "at-1", "token_type": "Bearer" });
    server.say("/token", tokens.to_string());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_redeemed_with_pkce_and_leads_to_the_bound_account(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let (server, signer) = (Server::new(), Signer::new());
    open(&server, &signer);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret/+\n").unwrap();
    let mut source = server.source(ForeignProtocol::Oidc);
    source.client_secret_file = secret.display().to_string();
    source.two_factors = true;
    let pages = &Pages::with(engine, &[source]).await;
    bound(pages, "wang.wu", 2).await;
    let mut browser = Browser::default();
    let sent = away(pages, &mut browser).await;
    let fixed = [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "tongguan"),
        ("scope", "openid"),
        (
            "redirect_uri",
            "https://tg.example/login/foreign/house/callback",
        ),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in fixed {
        assert_eq!(sent[name], value);
    }
    issue(&server, &signer, &claims(&server.url(), &sent["nonce"]));
    let params = [
        ("state", sent["state"].as_str()),
        ("code", "c-1"),
        ("iss", &server.url()),
    ];
    let answer = back(pages, &mut browser, &params).await;
    assert_eq!(answer.location(), "/console/cases", "{}", answer.body);
    let session = pages.session(&browser).await.unwrap();
    assert_eq!(
        (session.stage, session.methods.as_str()),
        (Stage::Full, "foreign2")
    );
    let asked = server.heard();
    let token = asked
        .iter()
        .rfind(|text| text.starts_with("POST /token"))
        .unwrap();
    // Basic of `tongguan:s3cret%2F%2B`, and the verifier of the challenge.
    assert!(
        token.contains("Basic dG9uZ2d1YW46czNjcmV0JTJGJTJC"),
        "{token}"
    );
    let verifier = token.split("code_verifier=").nth(1).unwrap();
    let verifier = verifier.split('&').next().unwrap();
    assert_eq!(registry::hash_text(verifier), sent["code_challenge"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_not_for_this_login_opens_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let (server, signer) = (Server::new(), Signer::new());
    open(&server, &signer);
    let pages = &Pages::with(engine, &[server.source(ForeignProtocol::Oidc)]).await;
    bound(pages, "wang.wu", 1).await;
    let url = server.url();
    let evil = "https://evil.example".to_owned();
    let cases: [(&str, &str, Option<&str>); 6] = [
        ("nonce", "another", None),
        ("iss", &evil, None),
        ("aud", "other", None),
        ("sub", " ", None),
        ("sub", "wang.wu", Some(&evil)),
        ("sub", "wang.wu", Some(&url)),
    ];
    for (name, value, issuer) in cases {
        let mut browser = Browser::default();
        let sent = away(pages, &mut browser).await;
        let mut claims = claims(&url, &sent["nonce"]);
        claims[name] = json!(value);
        issue(&server, &signer, &claims);
        let mut params = vec![("state", sent["state"].as_str()), ("code", "c-1")];
        params.extend(issuer.map(|issuer| ("iss", issuer)));
        let answer = back(pages, &mut browser, &params).await;
        let right = issuer == Some(&url);
        let expected = if right { "/console/cases" } else { "TG-R4651" };
        assert_eq!(answer.verdict(), expected, "{name} {value} {issuer:?}");
    }
    let mut browser = Browser::default();
    let sent = away(pages, &mut browser).await;
    let params = [
        ("state", sent["state"].as_str()),
        ("error", "access_denied"),
    ];
    assert_eq!(
        back(pages, &mut browser, &params).await.verdict(),
        "TG-R4651"
    );
    for status in [400, 401] {
        server.say_status("/token", status, "{\"error\":\"invalid_grant\"}");
        let sent = away(pages, &mut browser).await;
        let params = [("state", sent["state"].as_str()), ("code", "c-1")];
        assert_eq!(
            back(pages, &mut browser, &params).await.verdict(),
            "TG-R4651"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_may_come_from_the_token_or_from_userinfo_of_the_same_person(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let (server, signer) = (Server::new(), Signer::new());
    open(&server, &signer);
    for (attribute, me, expected) in [
        ("employeeNumber", json!({}), "/console/cases"),
        (
            "employee",
            json!({ "sub": "wang.wu", "employee": "8765" }),
            "/console/cases",
        ),
        (
            "employee",
            json!({ "sub": "wang.wu", "employee": 8765 }),
            "/console/cases",
        ),
        (
            "employee",
            json!({ "sub": "li.si", "employee": "8765" }),
            "TG-R4651",
        ),
        ("employee", json!({ "employee": "8765" }), "TG-R4651"),
        (
            "employee",
            json!({ "sub": "wang.wu", "employee": ["8765"] }),
            "TG-R4651",
        ),
        ("employee", json!({ "sub": "wang.wu" }), "TG-R4651"),
    ] {
        server.say("/me", me.to_string());
        let mut source = server.source(ForeignProtocol::Oidc);
        source.attribute = attribute.to_owned();
        let pages = &Pages::with(engine, &[source]).await;
        bound(pages, "8765", 1).await;
        let mut browser = Browser::default();
        let sent = away(pages, &mut browser).await;
        issue(&server, &signer, &claims(&server.url(), &sent["nonce"]));
        let params = [("state", sent["state"].as_str()), ("code", "c-1")];
        assert_eq!(
            back(pages, &mut browser, &params).await.verdict(),
            expected,
            "{me}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_or_strange_is_reported_before_anybody_leaves(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let (server, signer) = (Server::new(), Signer::new());
    let leave = "/login/foreign/house";
    for (pointer, value, code) in [
        ("", json!(null), "TG-R4650"),
        ("issuer", json!("https://evil.example"), "TG-R4651"),
        (
            "token_endpoint",
            json!("http://192.0.2.1/token"),
            "TG-R4651",
        ),
        ("jwks_uri", json!("file:///etc/passwd"), "TG-R4651"),
        (
            "authorization_endpoint",
            json!("javascript:alert(1)"),
            "TG-R4651",
        ),
        (
            "userinfo_endpoint",
            json!("https://user@op.example/"),
            "TG-R4651",
        ),
    ] {
        open(&server, &signer);
        if pointer.is_empty() {
            server.say_status(DISCOVERY, 503, "");
        } else {
            let url = server.url();
            let mut document = json!({
                "issuer": url,
                "authorization_endpoint": format!("{url}/auth"),
                "token_endpoint": format!("{url}/token"),
                "jwks_uri": format!("{url}/keys"),
            });
            document[pointer] = value;
            server.say(DISCOVERY, document.to_string());
        }
        let source = server.source(ForeignProtocol::Oidc);
        let pages = &Pages::with(engine, std::slice::from_ref(&source)).await;
        let answer = Browser::default().get(pages, leave).await;
        assert_eq!(answer.verdict(), code, "{pointer}");
        assert!(answer.body.contains("name=\"password\""));
    }
    let pages = Pages::with(engine, &[]).await;
    assert_eq!(
        Browser::default().get(&pages, leave).await.verdict(),
        "TG-R4657"
    );
}
